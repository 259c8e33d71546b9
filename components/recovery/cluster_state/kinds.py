"""The kinds of objects that a backup of a cluster holds, by their API group, as plurals.

What is not named is not in a backup: Secrets come from Secrets Manager, volumes from AWS Backup, and pods, ReplicaSets,
endpoints and events are made again by controllers. Velero may read these kinds and pods, no others.
"""

from collections.abc import Iterable, Mapping

Kinds = Mapping[str, tuple[str, ...]]

IN_NAMESPACES: Kinds = {
    "": ("configmaps", "limitranges", "resourcequotas", "serviceaccounts", "services"),
    "apps": ("daemonsets", "deployments", "statefulsets"),
    "argoproj.io": (
        "applications",
        "applicationsets",
        "appprojects",
        "cronworkflows",
        "workflows",
        "workflowtemplates",
    ),
    "autoscaling": ("horizontalpodautoscalers",),
    "batch": ("cronjobs", "jobs"),
    "external-secrets.io": ("externalsecrets",),
    "jobset.x-k8s.io": ("jobsets",),
    "keda.sh": ("scaledjobs", "scaledobjects", "triggerauthentications"),
    "kubeflow.org": ("experiments", "notebooks", "poddefaults", "pvcviewers"),
    "kueue.x-k8s.io": ("localqueues",),
    "monitoring.coreos.com": ("podmonitors", "prometheusrules", "servicemonitors"),
    "networking.istio.io": ("destinationrules", "envoyfilters", "gateways", "serviceentries", "virtualservices"),
    "networking.k8s.io": ("ingresses", "networkpolicies"),
    "policy": ("poddisruptionbudgets",),
    "ray.io": ("rayclusters", "rayjobs", "rayservices"),
    "rbac.authorization.k8s.io": ("rolebindings", "roles"),
    "security.istio.io": ("authorizationpolicies", "peerauthentications", "requestauthentications"),
    "serving.knative.dev": ("services",),
    "serving.kserve.io": ("inferencegraphs", "inferenceservices", "servingruntimes", "trainedmodels"),
    "tensorboard.kubeflow.org": ("tensorboards",),
    "trainer.kubeflow.org": ("trainingruntimes", "trainjobs"),
}
OF_CLUSTER: Kinds = {
    "": ("namespaces",),
    "apiextensions.k8s.io": ("customresourcedefinitions",),
    "external-secrets.io": ("clustersecretstores",),
    "karpenter.k8s.aws": ("ec2nodeclasses",),
    "karpenter.sh": ("nodepools",),
    "kubeflow.org": ("profiles",),
    "kueue.x-k8s.io": ("clusterqueues", "resourceflavors", "workloadpriorityclasses"),
    "rbac.authorization.k8s.io": ("clusterrolebindings", "clusterroles"),
    "scheduling.k8s.io": ("priorityclasses",),
    "serving.kserve.io": ("clusterservingruntimes",),
    "storage.k8s.io": ("storageclasses",),
    "trainer.kubeflow.org": ("clustertrainingruntimes",),
}
_GROUPS_WITHOUT_A_DOT = ("", "apps", "autoscaling", "batch", "policy")
_LEFT_OUT: Mapping[str, str] = {
    **dict.fromkeys(("secrets",), "a backup would hold secrets in the clear; ExternalSecrets makes them again"),
    **dict.fromkeys(
        ("persistentvolumeclaims", "persistentvolumes", "volumesnapshots.snapshot.storage.k8s.io"),
        "AWS Backup keeps the data of volumes, and a claim without its volume would be empty",
    ),
    **dict.fromkeys(
        (
            *("bindings", "endpoints", "events", "pods", "replicationcontrollers", "controllerrevisions.apps"),
            *("replicasets.apps", "endpointslices.discovery.k8s.io", "events.events.k8s.io"),
            *("leases.coordination.k8s.io", "workloads.kueue.x-k8s.io"),
        ),
        "controllers make them again",
    ),
    "nodes": "they are gone with their machines",
}


def kind_problem(kind: str) -> str | None:
    """Why a kind cannot be added to the kinds of a backup, named as `jobs.batch`; None if it can."""
    plural, _, group = kind.partition(".")
    if "." not in group and group not in _GROUPS_WITHOUT_A_DOT:
        return f"{group} is not a group of an API; write one such as {plural}.example.com"
    if reason := _LEFT_OUT.get(kind):
        return f"{reason}; remove it"
    if group == "velero.io":
        return "Velero keeps its own objects; remove it"
    if plural in IN_NAMESPACES.get(group, ()):
        return "a backup holds this kind anyway; remove it"
    if plural in OF_CLUSTER.get(group, ()):
        return "it is a kind of the cluster, which a backup holds anyway; remove it"
    return None


def with_further(kinds: Kinds, further: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """`kinds` and others, each named as `jobs.batch`; a kind of the core group has no dot."""
    found = {group: set(plurals) for group, plurals in kinds.items()}
    for kind in further:
        plural, _, group = kind.partition(".")
        found.setdefault(group, set()).add(plural)
    return {group: tuple(sorted(plurals)) for group, plurals in sorted(found.items())}


def named(kinds: Kinds) -> list[str]:
    """The kinds as Velero names them, such as `jobs.batch`."""
    return sorted(f"{plural}.{group}" if group else plural for group, plurals in kinds.items() for plural in plurals)
