"""Namespaces and the network policies in them."""

from collections.abc import Iterator
from typing import Any

from policies.charts import RELEASE
from policies.engine.cidrs import is_world, world_in_cluster
from policies.engine.frameworks import checkov, cis_eks, nsa, pod_security
from policies.engine.objects import INFERENCE_SERVICE, is_patch, is_selected, name_of, namespace_of, with_patches
from policies.engine.pod_templates import WORKLOAD_KINDS, WORKLOADS, pod_of
from policies.engine.rule import Area, Finding, InCluster, Level, Result, Severity, Undecided, rule
from policies.engine.stack import Stack
from resources.inputs import display, elements, entries, first, flag, is_set, read, text
from resources.resource import UNKNOWN, Resource

_NAMESPACE = "kubernetes:core/v1:Namespace"
_NETWORK_POLICY = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
_DIRECTIONS = {"Ingress", "Egress"}
_ENFORCE = "pod-security.kubernetes.io/enforce"
_IN_DEFAULT = "is in the namespace default, which has no network policy and no Pod Security label"
_EMPTY = "({0}.?matchLabels.orValue({{}}).size() == 0 && {0}.?matchExpressions.orValue([]).size() == 0)"
_PROFILE = f"object.metadata.?labels[?'{_ENFORCE}'].orValue('')"


def _open_in_cluster(way: str, peers: str) -> str:
    """The CEL expression of the messages about the rules of a policy for every Pod that allow everything."""
    world = (
        f"peer.?ipBlock.?cidr.hasValue() && {world_in_cluster('peer.ipBlock.cidr')} && "
        "peer.?ipBlock.?except.orValue([]).size() == 0"
    )
    everywhere = (
        "has(peer.namespaceSelector) && " + _EMPTY.format("peer.namespaceSelector") + " && "
        "(!has(peer.podSelector) || " + _EMPTY.format("peer.podSelector") + ")"
    )
    given = f"each.?{peers}.orValue([])"
    everyone = f"({given}.size() == 0 || {given}.exists(peer, {world} || {everywhere}))"
    return (
        f"object.spec.?{way}.orValue([]).transformList(i, each, each.?ports.orValue([]).size() == 0 && {everyone}, "
        f"'spec.{way}[' + string(i) + '] allows {way} of everything, for every Pod of the namespace')"
    )


@rule(
    "default-namespace",
    "Nothing runs in the namespace default",
    (*WORKLOADS, RELEASE),
    area=Area.KUBERNETES,
    severity=Severity.LOW,
    level=Level.MANDATORY,
    frameworks=[cis_eks("4.5.3"), checkov("CKV_K8S_21")],
    remediation="Name a namespace that the stack creates, for the object or for its provider.",
    field="metadata.namespace",
    in_cluster=[
        InCluster(
            resources=WORKLOAD_KINDS,
            reads=[],
            found=f"object.metadata.namespace == 'default' ? ['{_IN_DEFAULT}'] : []",
        )
    ],
)
def _default_namespace(resource: Resource, stack: Stack) -> Iterator[Result]:
    provider = stack.provider(resource)
    namespace = first(namespace_of(resource), text(read(provider.inputs, "namespace")) if provider else None)
    if namespace is UNKNOWN:
        yield Undecided("namespace")
    elif namespace in (None, "default"):
        yield Finding(_IN_DEFAULT)


@rule(
    "pod-security-labels",
    "Namespaces enforce a Pod Security Standard",
    with_patches(_NAMESPACE),
    area=Area.KUBERNETES,
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=[pod_security("Enforcement by namespace labels"), nsa("Pod security enforcement")],
    remediation=f"Label the namespace {_ENFORCE}: restricted, or baseline where a workload needs it; a namespace of "
    "device plugins that must be privileged is named in policies/exceptions.yaml.",
    field="metadata.labels",
    in_cluster=[
        InCluster(
            resources={"v1": ["namespaces"]},
            reads=["metadata.labels"],
            found=f"{_PROFILE} in ['restricted', 'baseline'] ? [] : {_PROFILE} == '' ? "
            f"['has no label {_ENFORCE}, so every Pod is admitted'] : "
            f"['enforces the profile ' + {_PROFILE} + ', which admits privileged Pods']",
        )
    ],
)
def _pod_security_labels(namespace: Resource, _: Stack) -> Iterator[Result]:
    profile = text(read(namespace.inputs, "metadata", "labels", _ENFORCE))
    if profile is UNKNOWN:
        yield Undecided(f"metadata.labels.{_ENFORCE}")
    elif profile is None and is_patch(namespace):
        return
    elif profile is None:
        yield Finding(f"has no label {_ENFORCE}, so every Pod is admitted")
    elif profile not in ("restricted", "baseline"):
        yield Finding(f"enforces the profile {profile}, which admits privileged Pods")


@rule(
    "default-deny",
    "Every namespace denies traffic by default, both ways",
    (_NAMESPACE, RELEASE),
    needs_stack=True,
    area=Area.KUBERNETES,
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=[cis_eks("4.3.2"), nsa("Network separation and hardening: network policies")],
    remediation="Add a NetworkPolicy with an empty podSelector, policyTypes Ingress and Egress and no rules, and "
    "policies that allow what is needed (DNS first). Create the namespace as a resource, not by Helm.",
    field="NetworkPolicy of the namespace",
)
def _default_deny(resource: Resource, stack: Stack) -> Iterator[Result]:
    if resource.type == RELEASE:
        if flag(read(resource.inputs, "createNamespace")) is True:
            yield Finding(
                f"lets Helm create the namespace {display(namespace_of(resource))}, "
                "without default deny or Pod Security labels"
            )
        return
    denied = {way for policy in _policies_in(resource, stack) for way in _denied_by(policy)}
    unreadable = stack.once(_unreadable_policies)
    if denied >= _DIRECTIONS:
        return
    if unreadable:
        yield Undecided(f"what the network policy {unreadable[0].name} denies")
    else:
        open_ways = " and ".join(sorted(_DIRECTIONS - denied)).lower()
        yield Finding(f"has no network policy that denies {open_ways} for all its Pods")


def _policies_in(namespace: Resource, stack: Stack) -> list[Resource]:
    """The network policies that name the namespace, and those that take their metadata from it."""
    name, table = name_of(namespace), stack.table(_places, _NETWORK_POLICY)
    return [
        policy
        for policy in (*table.get(name, ()), *table.get(namespace.urn, ()))
        if (isinstance(name, str) and namespace_of(policy) == name)
        or (
            not (isinstance(name, str) and isinstance(namespace_of(policy), str))
            and namespace.urn in policy.property_dependencies.get("metadata", ())
        )
    ]


def _places(policy: Resource) -> tuple[Any, ...]:
    return (namespace_of(policy), *policy.property_dependencies.get("metadata", ()))


def _denied_by(policy: Resource) -> set[str]:
    """The directions that a policy closes for every Pod of its namespace."""
    spec = read(policy.inputs, "spec")
    selector = read(spec, "podSelector")
    narrow = is_set(read(selector, "matchLabels")) or is_set(read(selector, "matchExpressions"))
    if spec is None or narrow or _is_unreadable(policy):
        return set()
    types = {type_ for type_ in elements(read(spec, "policyTypes")) if isinstance(type_, str)} or {"Ingress"}
    return {type_ for type_ in types & _DIRECTIONS if not is_set(read(spec, type_.lower()))}


def _is_unreadable(policy: Resource) -> bool:
    metadata, spec = read(policy.inputs, "metadata"), read(policy.inputs, "spec")
    selector = read(spec, "podSelector")
    return UNKNOWN in (metadata, spec, selector, read(selector, "matchLabels"), *elements(read(spec, "policyTypes")))


def _unreadable_policies(stack: Stack) -> list[Resource]:
    policies = stack.of_type(_NETWORK_POLICY)
    return [policy for policy in policies if _is_unreadable(policy) or namespace_of(policy) is UNKNOWN]


@rule(
    "network-policy-open",
    "No network policy opens all Pods of a namespace to everything",
    with_patches(_NETWORK_POLICY),
    area=Area.KUBERNETES,
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=[cis_eks("4.3.2"), nsa("Network separation and hardening: network policies")],
    remediation="Name the peers, or the ports, that the Pods need; select the Pods that need them by label.",
    field="spec.ingress and spec.egress",
    in_cluster=[
        InCluster(
            resources={"networking.k8s.io/v1": ["networkpolicies"]},
            found=f"{_EMPTY.format('object.spec.podSelector')} ? {_open_in_cluster('ingress', 'from')} + "
            f"{_open_in_cluster('egress', 'to')} : []",
        )
    ],
)
def _network_policy_open(policy: Resource, _: Stack) -> Iterator[Result]:
    spec = read(policy.inputs, "spec")
    if not _selects_all(spec):
        return
    for way, peers in (("ingress", "from"), ("egress", "to")):
        for index, each in enumerate(elements(read(spec, way))):
            path = f"spec.{way}[{index}]"
            if each is UNKNOWN or UNKNOWN in (read(each, peers), read(each, "ports")):
                yield Undecided(path)
            elif not is_set(read(each, "ports")) and _is_everyone(read(each, peers)):
                yield Finding(f"{path} allows {way} of everything, for every Pod of the namespace")


def _selects_all(spec: Any) -> bool:
    selector = read(spec, "podSelector")
    narrow = is_set(read(selector, "matchLabels")) or is_set(read(selector, "matchExpressions"))
    return isinstance(spec, dict) and selector is not None and not narrow


def _is_everyone(peers: Any) -> bool:
    """Whether a rule's peers are every address: there are none, or one is the internet, or every Pod anywhere."""
    if not is_set(peers):
        return True
    for peer in elements(peers):
        block, namespaces = read(peer, "ipBlock"), read(peer, "namespaceSelector")
        if is_world(read(block, "cidr")) and not is_set(read(block, "except")):
            return True
        if namespaces == {} and not is_set(read(peer, "podSelector")):
            return True
    return False


@rule(
    "workload-network-policy",
    "Every workload is selected by a network policy of its namespace",
    (*WORKLOADS, INFERENCE_SERVICE),
    needs_stack=True,
    area=Area.KUBERNETES,
    severity=Severity.MEDIUM,
    level=Level.MANDATORY,
    frameworks=[cis_eks("4.3.2"), nsa("Network separation and hardening: network policies")],
    remediation="Deny by default in its namespace (an empty podSelector selects every Pod), also in namespaces that "
    "the stack does not create, and allow what the workload needs. This rule does not see workloads of Helm "
    "charts; default-deny covers the namespaces that the stack creates for them.",
    field="NetworkPolicy of the namespace",
)
def _workload_network_policy(workload: Resource, stack: Stack) -> Iterator[Result]:
    # No network policy reaches Pods with the node's network; host-namespaces judges those.
    if workload.type in WORKLOADS and flag(read(pod_of(workload).spec, "hostNetwork")) is True:
        return
    found = is_selected(workload, _pod_labels(workload), _NETWORK_POLICY, "podSelector", stack)
    if found is UNKNOWN:
        yield Undecided("which Pods the network policies of its namespace select")
    elif not found:
        yield Finding("no network policy of its namespace selects its Pods, which may connect to anything")


def _pod_labels(workload: Resource) -> Any:
    """The labels of its Pods. KServe gives those of a service to its Pods, and adds its name."""
    if workload.type != INFERENCE_SERVICE:
        return pod_of(workload).labels
    own = read(workload.inputs, "metadata", "labels")
    named = {"serving.kserve.io/inferenceservice": name_of(workload)}
    return UNKNOWN if own is UNKNOWN else {**dict(entries(own)), **named}
