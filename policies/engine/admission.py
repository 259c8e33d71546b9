"""The rules about Kubernetes objects as expressions of ValidatingAdmissionPolicies, which the API server evaluates.

Each comes from the line or the function that states the rule; tests compare what both say about the rule's cases.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from policies.engine.evaluate import level_of
from policies.engine.exceptions import PolicyException, load_exceptions
from policies.engine.frameworks import pod_security
from policies.engine.registry import RULES
from policies.engine.rule import InCluster, Rule
from policies.engine.settings import Level, PolicySettings

POD_RESOURCES = {
    "v1": ["pods", "pods/ephemeralcontainers", "replicationcontrollers"],
    "apps/v1": ["deployments", "daemonsets", "statefulsets", "replicasets"],
    "batch/v1": ["jobs", "cronjobs"],
}
"""The built-in kinds that have a Pod template. Controllers of other kinds create Pods, which are judged then."""
_CHANGED = (
    "request.kind.kind == 'Pod' ? object.spec.containers != oldObject.spec.containers || "
    "object.spec.?initContainers != oldObject.spec.?initContainers : request.kind.kind == 'CronJob' ? "
    "object.spec.jobTemplate != oldObject.spec.jobTemplate : object.spec.?template != oldObject.spec.?template"
)
NEW_PODS = {
    "new-or-changed": "request.operation == 'CREATE' || request.?subResource.orValue('') == 'ephemeralcontainers' || "
    f"({_CHANGED})",
}
"""What is older than a rule keeps running: its controllers must still label it and remove its finalizers.

An update can change a Pod template, and the images of a Pod that runs. Source: Kubernetes, "Pod update and
replacement".
"""
_STANDARDS = pod_security("").name
_POD = (
    "request.kind.kind == 'Pod' ? object.spec : request.kind.kind == 'CronJob' ? "
    "object.spec.jobTemplate.spec.template.spec : object.spec.template.spec"
)
_POD_ANNOTATIONS = (
    "(request.kind.kind == 'Pod' ? object.metadata.?annotations : request.kind.kind == 'CronJob' ? "
    "object.spec.jobTemplate.spec.template.?metadata.?annotations : object.spec.template.?metadata.?annotations)"
    ".orValue({})"
)
_CONTAINERS = (
    "variables.pod.?initContainers.orValue([]) + variables.pod.containers "
    "+ variables.pod.?ephemeralContainers.orValue([])"
)
_ANNOTATIONS = "object.metadata.?annotations.orValue({})"
_TIMES = "object.metadata.?managedFields.orValue([]).filter(each, has(each.time)).map(each, string(each.time))"
_TODAY = (
    f"(request.operation == 'UPDATE' && {_TIMES}.size() == 0 ? '9999-12-31' : "
    f"({_TIMES} + [string(object.metadata.creationTimestamp)]).max().substring(0, 10))"
)
"""The day of the request, because CEL has no clock. The API server writes both fields before admission.

A client may remove the times with an update. No exception holds then, because the day is unknown. Source: Kubernetes,
"Server-Side Apply", "Clearing managedFields".
"""
_BY_CONTROLLER = (
    "(request.userInfo.username.startsWith('system:serviceaccount:kube-system:') || "
    "request.userInfo.username == 'system:kube-controller-manager')"
)
"""Who creates Pods of workloads. Others could name an owner that is excused."""
_OWNERS = "object.metadata.?ownerReferences.orValue([])"
_PODS_OF_REPLICA_SETS = (
    "request.kind.kind == 'Pod' && {owners}.exists(o, o.?controller.orValue(false) && o.kind == 'ReplicaSet' && "
    "o.name == '{name}-' + object.metadata.?labels[?'pod-template-hash'].orValue('?'))"
)
_PODS_OF_CRON_JOBS = (
    "request.kind.kind == 'Pod' && {owners}.exists(o, o.?controller.orValue(false) && o.kind == 'Job' && "
    "o.name.matches('^{pattern}-[0-9]+$'))"
)
_GRANDCHILDREN = {"Deployment": _PODS_OF_REPLICA_SETS, "CronJob": _PODS_OF_CRON_JOBS}
"""The Pods that controllers make in two steps, by the kind of the workload.

Sources: Kubernetes, pkg/controller/deployment/sync.go and pkg/controller/cronjob/utils.go.
"""
_WITH_CHILDREN = (*_GRANDCHILDREN, "DaemonSet", "Job", "ReplicaSet", "ReplicationController", "StatefulSet")

_ONE_OBJECT = "it compares objects, and CEL sees one at a time"
_NO_OBJECT = "it is about what Pulumi installs, and the cluster has no object of that"
_TEXT = "it reads a configuration in text, which CEL cannot parse"
_PRICES = "it needs prices and facts of instance types"
NOT_IN_CLUSTER: dict[str, str] = {
    "aws-auth-masters": "the platform's clusters read access entries alone, and EKS ignores aws-auth there",
    **dict.fromkeys(("budget-present", "budget-satisfiable", "default-deny", "workload-network-policy"), _ONE_OBJECT),
    **dict.fromkeys(
        (
            *("chart-source", "chart-support", "chart-support-end", "chart-values-http", "chart-values-in-sight"),
            "chart-version",
        ),
        _NO_OBJECT,
    ),
    **dict.fromkeys(("ignored-changes", "manifests-in-sight"), _NO_OBJECT),
    **dict.fromkeys(("argo-cd-access", "collector-encryption", "collector-memory", "log-redaction"), _TEXT),
    **dict.fromkeys(("dear-instances", "dear-node-pools", "previous-generation"), _PRICES),
    "gpu-requests": "the API server itself refuses what it finds",
    "gpu-toleration": "EKS adds the toleration when it admits the Pod (ExtendedResourceToleration)",
    "image-registry": "the policy `image-registries` judges it, with the registries of the stack",
    "route-hosts": "the policies `team-routes` and `route-owners` judge it",
    **dict.fromkeys(
        ("job-deadline", "plain-job-deadline", "ray-job-cluster"),
        "the policies of ClusterJobs judge it, with its limits",
    ),
    "webhook-failure-policy": "EKS and Kyverno write webhooks that fail open, and cannot be told otherwise",
    **dict.fromkeys(
        ("workload-replicas", "workload-spread"), "it is advice for production, and autoscalers change what it reads"
    ),
}
"""The rules about Kubernetes that no policy of the cluster has, each with the reason."""


def pod_rules() -> list[Rule]:
    """The rules about Pods that the cluster can judge, by name."""
    return _sorted(lambda rule: bool(rule.admission))


def object_rules() -> list[Rule]:
    """The rules about other objects that the cluster can judge, by name."""
    return _sorted(lambda rule: bool(rule.in_cluster))


def is_pod_security(rule: Rule) -> bool:
    """Whether the Pod Security Standards have the rule, too."""
    return any(each.name == _STANDARDS for each in rule.frameworks)


def at_level(rules: Iterable[Rule], level: Level, settings: PolicySettings) -> list[Rule]:
    """The rules that have this level in a stack."""
    return [rule for rule in rules if level_of(rule, settings) is level]


@dataclass(frozen=True, slots=True)
class Excused:
    """An object that the cluster admits although it breaks a rule."""

    rule: str
    object: str
    """`Kind/name`, or `Kind/namespace/name` with what the controllers of Kubernetes make of it."""
    until: str = ""
    """The last day, such as 2027-05-31; empty if there is none."""


def excused_in(stack: str, exceptions: Iterable[PolicyException] | None = None) -> list[Excused]:
    """The objects in the cluster of a stack that the exceptions name; without `exceptions`, those of the file.

    The API server ends each on its own day.

    Raises:
        PolicyError: an entry of the file is wrong.
    """
    entries = load_exceptions(RULES) if exceptions is None else exceptions
    return [
        Excused(each.rule, each.object, each.expires.isoformat())
        for each in entries
        if each.object and not each.names_other_stack(stack)
    ]


def resources_of(rules: Iterable[Rule]) -> dict[str, list[str]]:
    """The kinds of objects that rules judge, by `group/version`."""
    found: dict[str, set[str]] = {}
    for version, plurals in (item for rule in rules for each in rule.in_cluster for item in each.resources.items()):
        found.setdefault(version, set()).update(plurals)
    return {version: sorted(plurals) for version, plurals in sorted(found.items())}


def pod_variables(rules: Sequence[Rule], excused: Sequence[Excused] = ()) -> dict[str, str]:
    """The variables of a policy about Pods: their spec, annotations and containers, and what each rule finds."""
    found = {_found(rule): _unless_excused(rule, excused, rule.admission) for rule in rules}
    return {"pod": _POD, "annotations": _POD_ANNOTATIONS, "containers": _CONTAINERS, **_clock(excused), **found}


def object_variables(
    rules: Sequence[Rule],
    excused: Sequence[Excused] = (),
    settings: PolicySettings | None = None,
    *,
    production: bool = True,
) -> dict[str, str]:
    """The variables of a policy about other objects: their annotations, the required tags, and what each rule finds."""
    tags = json.dumps((settings or PolicySettings()).required_tags)
    found = {_found(rule): _unless_excused(rule, excused, _of_kinds(rule, production=production)) for rule in rules}
    return {"annotations": _ANNOTATIONS, "required_tags": tags, **_clock(excused), **found}


def validations(rules: Sequence[Rule]) -> Iterator[tuple[str, str]]:
    """For each rule the expression that must be true, and the expression of the message: the rule and its findings."""
    for rule in rules:
        found = f"variables.{_found(rule)}"
        yield f"{found}.size() == 0", f"'{rule.name}: ' + {found}.join('; ')"


def _sorted(chosen: Callable[[Rule], bool]) -> list[Rule]:
    return sorted(filter(chosen, RULES.values()), key=lambda rule: rule.name)


def _found(rule: Rule) -> str:
    return rule.name.replace("-", "_")


def _of_kinds(rule: Rule, *, production: bool) -> str:
    """What a rule finds in an object of one of its kinds, if the request changes what the rule reads."""
    judged = [each for each in rule.in_cluster if production or not each.only_production]
    return " + ".join(f"({_applies(each)} ? ({each.found}) : [])" for each in judged) or "[]"


def _applies(judged: InCluster) -> str:
    kinds = sorted(
        f"{version.rpartition('/')[0]}/{plural}" for version, plurals in judged.resources.items() for plural in plurals
    )
    fields = [f"?{field.replace('.', '.?')}" for field in judged.reads]
    when = " || ".join(["request.operation == 'CREATE'", *(f"object.{each} != oldObject.{each}" for each in fields)])
    named = f"(request.resource.group + '/' + request.resource.resource) in {json.dumps(list(dict.fromkeys(kinds)))}"
    return f"{named} && ({when})"


def _clock(excused: Sequence[Excused]) -> dict[str, str]:
    return {"today": _TODAY} if any(each.until for each in excused) else {}


def _unless_excused(rule: Rule, excused: Sequence[Excused], found: str) -> str:
    objects = [_is(each) for each in excused if each.rule == rule.name]
    return f"{' || '.join(objects)} ? [] : ({found})" if objects else found


def _is(excused: Excused) -> str:
    """Whether the object is the excused one, or a controller of Kubernetes makes it from that one, in time."""
    kind, *namespace, name = excused.object.split("/")
    named = [f"request.kind.kind == '{kind}' && object.metadata.name == '{name}'"]
    if kind in _WITH_CHILDREN:
        owned = f"o.?controller.orValue(false) && o.kind == '{kind}' && o.name == '{name}'"
        made = [f"{_OWNERS}.exists(o, {owned})"]
        if grandchildren := _GRANDCHILDREN.get(kind):
            made.append(grandchildren.format(owners=_OWNERS, name=name, pattern=name.replace(".", "[.]")))
        named.append(f"{_BY_CONTROLLER} && ({' || '.join(made)})")
    place = f"object.metadata.?namespace.orValue('') == '{''.join(namespace)}'"
    in_time = f" && variables.today <= '{excused.until}'" if excused.until else ""
    return f"({place} && ({' || '.join(named)}){in_time})"
