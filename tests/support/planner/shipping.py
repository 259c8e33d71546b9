"""What a release needs of the stack that it goes to: each check returns a sentence for whatever is not there.

Plans are those with what GitOps brings; what the program registers itself is held to the same.
"""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from components.delivery.argo_cd.kinds import HARMLESS
from components.delivery.argo_cd.names import CONTROLLER
from components.facts.instances import instance_type
from components.serving.serving_platform import names
from resources.resource import Resource
from tests.support.components.delivered import APPLICATION_SET, PROJECT, permits
from tests.support.components.iam import allows
from tests.support.planner.contract import ASSOCIATION, KARPENTER_POOL, NODE_GROUP, RELEASE, Nodes, pools, tolerates
from tests.support.planner.plans import Plan, of_type
from tests.support.planner.releases import brought_by
from tests.support.planner.traffic import policies, selects
from tests.support.planner.workloads import KNATIVE, MODEL, by_knative, namespace_of

RBAC = "kubernetes:rbac.authorization.k8s.io/v1:"
QUOTA = "kubernetes:core/v1:ResourceQuota"
DEPLOYMENT = "kubernetes:apps/v1:Deployment"
CLAIM = "kubernetes:core/v1:PersistentVolumeClaim"
ENCRYPTION = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"
_UNITS = {"m": 0.001, "Ki": 2**10, "Mi": 2**20, "Gi": 2**30}
GPU = "nvidia.com/gpu"


def kept_out(plan: Plan) -> Iterator[str]:
    """Releases from a repository, into a namespace or of a kind that their team's project does not let through."""
    projects = {each.inputs["metadata"]["name"]: each.inputs for each in of_type(plan, PROJECT)}
    for bringing in of_type(plan, APPLICATION_SET):
        told = bringing.inputs["spec"]["template"]["spec"]
        for each in brought_by(plan, bringing):
            group, kind = group_and_kind(each)
            home = namespace_of(each)
            project = projects.get(told["project"])
            if not project or not permits(project, told["source"]["repoURL"], home, group, kind):
                yield f"{each.name}: the project {told['project']} does not let {group}/{kind} into {home}"


def unpermitted(plan: Plan) -> Iterator[str]:
    """Objects that Argo CD's controller has no right to make and to remove where they go to."""
    plurals = {(each.group, each.kind): each.plural for each in HARMLESS}
    made = of_type(plan, f"{RBAC}Role")
    roles = {(namespace_of(each), each.inputs["metadata"]["name"]): each.inputs["rules"] for each in made}
    given: dict[str, list[Mapping[str, Any]]] = {}
    for binding in of_type(plan, f"{RBAC}RoleBinding"):
        if CONTROLLER in [subject["name"] for subject in binding.inputs["subjects"]]:
            home = namespace_of(binding)
            given.setdefault(home, []).extend(roles[home, binding.inputs["roleRef"]["name"]])
    for bringing in of_type(plan, APPLICATION_SET):
        for each in brought_by(plan, bringing):
            group, kind = group_and_kind(each)
            rights = [
                set(rule["verbs"])
                for rule in given.get(namespace_of(each), ())
                if group in rule["apiGroups"] and plurals.get((group, kind)) in rule["resources"]
            ]
            if not {"create", "patch", "delete"} <= set[str]().union(*rights):
                yield f"{each.name}: Argo CD may not make {group}/{kind} in {namespace_of(each)}"


def group_and_kind(item: Resource) -> tuple[str, str]:
    """An object's API group, empty for Kubernetes' core, and its kind."""
    group, _, kind = item.type.removeprefix("kubernetes:").rpartition(":")
    return "" if group == "core/v1" else group.partition("/")[0], kind


def amount(quantity: object) -> float:
    """A quantity of Kubernetes as a number."""
    text = str(quantity)
    unit = next((unit for unit in _UNITS if text.endswith(unit)), "")
    return float(text.removesuffix(unit)) * _UNITS.get(unit, 1)


def _claims(containers: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    """What containers side by side count for in a quota."""
    found: dict[str, float] = {}
    for resources in containers:
        for part in ("requests", "limits"):
            for name, quantity in resources[part].items():
                key = f"{part}.{name}"
                found[key] = found.get(key, 0) + amount(quantity)
    return found


def _pod_claims(plan: Plan, workload: Resource) -> dict[str, float]:
    """What one pod of a workload counts for: its containers together, or the largest of those that start before."""
    if workload.type == MODEL:
        resources = workload.inputs["spec"]["predictor"]["model"]["resources"]
        [kserve] = [each for each in of_type(plan, RELEASE) if each.inputs["name"] == "kserve"]
        own = workload.inputs["spec"]["predictor"].get("initContainers", ())
        downloads = kserve.inputs["values"]["kserve"]["storage"]["resources"]
        sides, firsts = [resources, *_proxies(plan, workload)], [downloads, *(each["resources"] for each in own)]
    else:
        pod = workload.inputs["spec"]["template"]["spec"]
        sides = [each["resources"] for each in pod["containers"]]
        firsts = [each["resources"] for each in pod.get("initContainers", ())]
    together = _claims(sides)
    for first in firsts:
        for key, value in _claims([first]).items():
            together[key] = max(together.get(key, 0), value)
    return together


def _proxies(plan: Plan, model: Resource) -> Iterator[Mapping[str, Mapping[str, str]]]:
    """What the proxy beside a model that scales to zero asks for, as Knative's config says, and KServe's agent."""
    if "logger" in model.inputs["spec"]["predictor"]:
        # Source: kserve v0.20.0, charts/kserve-resources, ConfigMap inferenceservice-config.
        yield {"requests": {"cpu": "100m", "memory": "100Mi"}, "limits": {"cpu": "1", "memory": "1Gi"}}
    for serving in of_type(plan, KNATIVE) if by_knative(model) else ():
        config = serving.inputs["spec"]["config"]["deployment"]
        yield {
            f"{part}s": {name: config[f"queue-sidecar-{name}-{part}"] for name in ("cpu", "memory")}
            for part in ("request", "limit")
        }


def most_pods(workload: Resource) -> int:
    """How many pods a workload has at its most, while it is rolled out."""
    spec = workload.inputs["spec"]
    if workload.type == MODEL:
        return spec["predictor"]["maxReplicas"] + surge(workload)
    replicas: int = spec["replicas"]
    # Kubernetes' own default is a quarter, rounded up.
    return replicas + math.ceil(replicas / 4)


def surge(model: Resource) -> int:
    """How many replicas more there are while a model is rolled out: of Knative's, those of another revision."""
    predictor = model.inputs["spec"]["predictor"]
    if by_knative(model):
        return predictor["maxReplicas"]
    return predictor["deploymentStrategy"]["rollingUpdate"]["maxSurge"]


def over_quota(plan: Plan) -> Iterator[str]:
    """Namespaces whose quota would refuse a pod of what runs there, all of it at its most and rolled out at once."""
    for quota in of_type(plan, QUOTA):
        home = quota.inputs["metadata"]["namespace"]
        needed: dict[str, float] = {}
        for workload in of_type(plan, MODEL, DEPLOYMENT):
            if namespace_of(workload) != home:
                continue
            each_pod = {**_pod_claims(plan, workload), "pods": 1}
            for name, one in each_pod.items():
                needed[name] = needed.get(name, 0) + most_pods(workload) * one
        for claim in of_type(plan, CLAIM):
            if namespace_of(claim) == home:
                stored = amount(claim.inputs["spec"]["resources"]["requests"]["storage"])
                needed["requests.storage"] = needed.get("requests.storage", 0) + stored
        for name, quantity in quota.inputs["spec"]["hard"].items():
            if amount(quantity) < needed.get(name, 0):
                yield f"{home}: {name} = {quantity}, and what runs there needs {needed[name]:g}"


def unread(plan: Plan) -> Iterator[str]:
    """Models whose identity may not read their folder, or may read another model's."""
    keys = {
        each.inputs["bucket"]: each.inputs["rules"][0]["applyServerSideEncryptionByDefault"].get("kmsMasterKeyId")
        for each in of_type(plan, ENCRYPTION)
    }
    # A model that is kept on its nodes is read there by the cache.
    models = [each for each in of_type(plan, MODEL) if _uri(each).startswith("s3://")]
    for model in models:
        granted = _policies_of(plan, namespace_of(model), model.inputs["spec"]["predictor"]["serviceAccountName"])
        bucket, folder = _place(model)
        wanted = [
            ("s3:ListBucket", f"arn:aws:s3:::{bucket}"),
            ("s3:GetObject", f"arn:aws:s3:::{bucket}/{folder}config.pbtxt"),
            ("kms:Decrypt", keys.get(bucket) or "no key"),
        ]
        for action, what in wanted:
            if not any(allows(policy, action, what, s3_prefix=folder) for policy in granted):
                yield f"{model.name}: its identity lacks {action} on {what}"
        for other in models:
            place = f"arn:aws:s3:::{'/'.join(_place(other))}config.pbtxt"
            if _account(other) != _account(model) and any(allows(each, "s3:GetObject", place) for each in granted):
                yield f"{model.name}: its identity reads {place}, which is another's"


def _account(model: Resource) -> tuple[str, str]:
    return namespace_of(model), model.inputs["spec"]["predictor"]["serviceAccountName"]


def _place(model: Resource) -> tuple[str, str]:
    bucket, _, folder = _uri(model).removeprefix("s3://").partition("/")
    return bucket, folder


def _uri(model: Resource) -> str:
    return model.inputs["spec"]["predictor"]["model"]["storageUri"]


def _policies_of(plan: Plan, namespace: str, account: str) -> list[str]:
    """The policies of the role that a service account's pods have."""
    roles = {
        each.inputs["roleArn"]
        for each in of_type(plan, ASSOCIATION)
        if (each.inputs["namespace"], each.inputs["serviceAccount"]) == (namespace, account)
    }
    held = {each.outputs["name"] for each in of_type(plan, "aws:iam/role:Role") if each.outputs["arn"] in roles}
    granted = of_type(plan, "aws:iam/rolePolicy:RolePolicy")
    return [each.inputs["policy"] for each in granted if each.inputs["role"] in held]


def homeless_models(plan: Plan) -> Iterator[str]:
    """Models that no pool has nodes for: the labels, the taints, or the room."""
    groups = {each.name: types for each in of_type(plan, NODE_GROUP) if (types := each.inputs.get("instanceTypes"))}
    # Of its types Karpenter buys one that has the room.
    bought = {each.name: _types(each) for each in of_type(plan, KARPENTER_POOL)}
    known = [nodes for nodes in pools(plan) if nodes.name in groups or nodes.name in bought]
    for model in of_type(plan, MODEL):
        fitting = [nodes for nodes in known if _takes(nodes, model.inputs["spec"]["predictor"])]
        if not fitting:
            yield f"{model.name}: no pool has the labels and taints that it wants"
        elif not any(
            all(_holds(kind, model) for kind in groups[nodes.name])
            if nodes.name in groups
            else any(_holds(kind, model) for kind in bought[nodes.name])
            for nodes in fitting
        ):
            yield f"{model.name}: too large for a node of {', '.join(nodes.name for nodes in fitting)}"


def _types(pool: Resource) -> list[str]:
    requirements: list[Mapping[str, Any]] = pool.inputs["spec"]["template"]["spec"]["requirements"]
    return next(each["values"] for each in requirements if each["key"] == "node.kubernetes.io/instance-type")


def _takes(nodes: Nodes, predictor: Mapping[str, Any]) -> bool:
    node_affinity = predictor.get("affinity", {}).get("nodeAffinity", {})
    terms = node_affinity.get("requiredDuringSchedulingIgnoredDuringExecution", {}).get("nodeSelectorTerms", [])
    selector: Mapping[str, str] = predictor.get("nodeSelector", {})
    hard = [taint for taint in nodes.taints if taint["effect"] != "PreferNoSchedule"]
    return (
        all(nodes.labels.get(key) == value for key, value in selector.items())
        and (not terms or any(all(_meets(nodes, rule) for rule in term["matchExpressions"]) for term in terms))
        and all(tolerates(predictor.get("tolerations", ()), taint) for taint in hard)
    )


def _meets(nodes: Nodes, rule: Mapping[str, Any]) -> bool:
    if rule["operator"] == "DoesNotExist":
        return rule["key"] not in nodes.labels
    assert rule["operator"] == "In"
    return nodes.labels.get(rule["key"]) in rule["values"]


KUBELET_MILLICPU = 80
DAEMON_MILLICPU = 300
DAEMON_MIB = 600
"""What EKS keeps of four vCPUs, and what add-ons and exporters ask for on each node with GPUs: 290m and 560Mi.

Source: amazon-eks-ami, nodeadm's kubelet configuration, `kubeReserved`.
"""


def _holds(kind: str, model: Resource) -> bool:
    """Whether a node has room for the pod beside the kubelet and the daemons."""
    found = instance_type(kind)
    assert found
    asked: Mapping[str, Any] = model.inputs["spec"]["predictor"]["model"]["resources"]["requests"]
    millicpu = found.vcpus * 1000 - KUBELET_MILLICPU - DAEMON_MILLICPU
    mib = found.memory_mib - (255 + 11 * found.maximum_pods) - 100 - DAEMON_MIB
    gpus = found.accelerators if found.has_nvidia else 0
    return (
        amount(asked["cpu"]) * 1000 <= millicpu
        and amount(asked["memory"]) <= mib * 2**20
        and amount(asked.get(GPU, 0)) <= gpus
    )


def unreached(plan: Plan) -> Iterator[str]:
    """Models that the gateway may not go to, or that don't let it in, by REST or by gRPC."""
    gateway = names.GATEWAY_PODS
    for model in of_type(plan, MODEL):
        home, name = namespace_of(model), model.inputs["metadata"]["name"]
        labels = {**model.inputs["metadata"].get("labels", {}), **names.PREDICTOR_PODS}
        labels["serving.kserve.io/inferenceservice"] = name
        for port in (names.REST_PORT, names.GRPC_PORT):
            out = _rules(plan, names.GATEWAY_NAMESPACE, gateway, "egress", "to", port)
            if not any(_is(peer, home, labels) for peer in out):
                yield f"{model.name}: the gateway may not go to port {port} of {home}"
            into = _rules(plan, home, labels, "ingress", "from", port)
            if not any(_is(peer, names.GATEWAY_NAMESPACE, gateway) for peer in into):
                yield f"{model.name}: {home} does not let the gateway in at port {port}"


def _rules(
    plan: Plan, namespace: str, labels: Mapping[str, str], kind: str, side: str, port: int
) -> list[Mapping[str, Any]]:
    """The peers that pods may talk with at a port."""
    return [
        peer
        for policy in policies(plan, namespace)
        if selects(policy, labels)
        for rule in policy.get(kind, ())
        if {"protocol": "TCP", "port": port} in rule.get("ports", ())
        for peer in rule[side]
    ]


def _is(peer: Mapping[str, Any], namespace: str, labels: Mapping[str, str]) -> bool:
    """Whether pods with these labels are such a peer, its namespace being named."""
    home = peer.get("namespaceSelector", {}).get("matchLabels", {}).get("kubernetes.io/metadata.name")
    return home == namespace and selects(peer, labels) if "podSelector" in peer else home == namespace


def repositories(plans: Sequence[Plan]) -> dict[str, str]:
    """Every repository of the stacks' registries, by its address, with its policy."""
    found: dict[str, str] = {}
    for plan in plans:
        made = of_type(plan, "aws:ecr/repository:Repository")
        urls = {each.outputs["name"]: each.outputs["repositoryUrl"] for each in made}
        for policy in of_type(plan, "aws:ecr/repositoryPolicy:RepositoryPolicy"):
            found[urls[policy.inputs["repository"]]] = policy.inputs["policy"]
    return found


def unpulled(plan: Plan, account: str, known: Mapping[str, str]) -> Iterator[str]:
    """Images that a release runs and no stack has a repository for, or that the account may not pull."""
    for bringing in of_type(plan, APPLICATION_SET):
        for each in brought_by(plan, bringing):
            pod = each.inputs.get("spec", {}).get("template", {}).get("spec", {})
            for container in [*pod.get("initContainers", ()), *pod.get("containers", ())]:
                if problem := _not_pulled(container["image"].partition("@")[0], account, known):
                    yield f"{each.name}: {problem}"


def uncharted(plan: Plan, account: str, charts: Sequence[str], known: Mapping[str, str]) -> Iterator[str]:
    """Charts that a release is made of and no stack has a repository for, or that Argo CD may not pull."""
    identity = _policies_of(plan, "argocd", "argocd-repo-server")
    for chart in charts:
        if problem := _not_pulled(chart, account, known):
            yield problem
        host, _, name = chart.partition("/")
        owner, region = host.split(".")[0], host.split(".")[3]
        arn = f"arn:aws:ecr:{region}:{owner}:repository/{name}"
        if not any(allows(policy, "ecr:BatchGetImage", arn) for policy in identity):
            yield f"Argo CD may not pull {chart}"


def _not_pulled(address: str, account: str, known: Mapping[str, str]) -> str | None:
    if address not in known:
        return f"no stack has the repository {address}"
    [readers] = [each for each in json.loads(known[address])["Statement"] if each["Sid"] == "AccountsPull"]
    pulls = f"arn:aws:iam::{account}:root" in readers["Principal"]["AWS"]
    return None if pulls else f"{account} may not pull {address}"
