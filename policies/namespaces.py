"""Namespaces, the network policies in them, and the roles of Kubernetes."""

from collections.abc import Iterator
from typing import Any

from policies.charts import RELEASE
from policies.engine.checks import must_not_be
from policies.engine.frameworks import cis_eks, nsa, pod_security
from policies.engine.objects import INFERENCE_SERVICE, is_selected, name_of, namespace_of
from policies.engine.rule import Area, Finding, Level, Result, Severity, Undecided, rule
from policies.engine.stack import Stack
from policies.pods import WORKLOADS, pod_of
from resources.inputs import display, elements, entries, flag, is_set, read, text
from resources.resource import UNKNOWN, Resource

_NAMESPACE = "kubernetes:core/v1:Namespace"
_NETWORK_POLICY = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
_ROLES = ("kubernetes:rbac.authorization.k8s.io/v1:ClusterRole", "kubernetes:rbac.authorization.k8s.io/v1:Role")
_BINDINGS = tuple(f"{role}Binding" for role in _ROLES)
_DIRECTIONS = {"Ingress", "Egress"}
_ENFORCE = "pod-security.kubernetes.io/enforce"


@rule(
    "default-namespace",
    "Nothing runs in the namespace default",
    (*WORKLOADS, RELEASE),
    area=Area.KUBERNETES,
    severity=Severity.LOW,
    level=Level.ADVISORY,
    frameworks=[cis_eks("4.5.2")],
    remediation="Name a namespace that the stack creates.",
    field="metadata.namespace",
)
def _default_namespace(resource: Resource, _: Stack) -> Iterator[Result]:
    namespace = namespace_of(resource)
    if namespace is UNKNOWN:
        yield Undecided("namespace")
    elif namespace in (None, "default"):
        yield Finding("is in the namespace default, which has no network policy and no Pod Security label")


@rule(
    "pod-security-labels",
    "Namespaces enforce a Pod Security Standard",
    _NAMESPACE,
    area=Area.KUBERNETES,
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=[pod_security("Enforcement by namespace labels"), nsa("Pod security enforcement")],
    remediation=f"Label the namespace {_ENFORCE}: restricted, or baseline where a workload needs it; a namespace of "
    "device plugins that must be privileged is named in policies/exceptions.yaml.",
    field="metadata.labels",
)
def _pod_security_labels(namespace: Resource, _: Stack) -> Iterator[Result]:
    profile = text(read(namespace.inputs, "metadata", "labels", _ENFORCE))
    if profile is UNKNOWN:
        yield Undecided(f"metadata.labels.{_ENFORCE}")
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


@rule(
    "rbac-wildcard",
    "Kubernetes roles do not grant everything",
    (*_ROLES, *_BINDINGS),
    area=Area.KUBERNETES,
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=[cis_eks("4.1.1"), cis_eks("4.1.3"), nsa("Authentication and authorization: RBAC")],
    remediation="Name the verbs and the resources that are used.",
    field="rules or roleRef",
)
def _rbac_wildcard(resource: Resource, _: Stack) -> Iterator[Result]:
    if resource.type in _BINDINGS:
        yield from must_not_be(resource.inputs, "roleRef.name", "cluster-admin", "binds cluster-admin")
        return
    for index, each in enumerate(elements(read(resource.inputs, "rules"))):
        verbs, resources = elements(read(each, "verbs")), elements(read(each, "resources"))
        if each is UNKNOWN or UNKNOWN in (*verbs, *resources):
            yield Undecided(f"rules[{index}]")
        elif "*" in verbs and "*" in resources:
            yield Finding(f"rules[{index}] allows every verb on every resource")
