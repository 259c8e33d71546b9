"""In every namespace, traffic that no policy allows is refused."""

from collections.abc import Iterator
from typing import Any

from policies.engine.frameworks import cis_eks, nsa
from policies.engine.rule import Finding, Result, Rule, Severity, Undecided
from policies.engine.settings import Level
from policies.engine.stack import Stack
from policies.inputs import each, flag, given, read, shown
from policies.kubernetes.objects import NAMESPACE, NETWORK_POLICY, RELEASE, metadata, name_of, namespace_of
from pricing.resource import UNKNOWN, Resource

_WAYS = {"Ingress", "Egress"}


def _check(stack: Stack) -> Iterator[Result]:
    unread = [policy for policy in stack.of([NETWORK_POLICY]) if _unreadable(policy) or namespace_of(policy) is UNKNOWN]
    for namespace in stack.of([NAMESPACE]):
        here = [policy for policy in _candidates(namespace, stack) if _in(policy, namespace)]
        denied = {way for policy in here for way in _denied(policy)}
        if denied >= _WAYS:
            continue
        if unread:
            yield Undecided(f"what the network policy {unread[0].name} denies", namespace.urn)
        else:
            lacking = " and ".join(sorted(_WAYS - denied)).lower()
            yield Finding(f"has no network policy that denies {lacking} for all its Pods", namespace.urn)
    for release in stack.of([RELEASE]):
        if flag(read(release.inputs, "createNamespace")) is True:
            yield Finding(
                f"lets Helm create the namespace {shown(namespace_of(release))}, "
                "without default deny or Pod Security labels",
                release.urn,
            )


def _candidates(namespace: Resource, stack: Stack) -> list[Resource]:
    """The policies that name the namespace, and those that take their metadata from it."""
    index = stack.indexed((NETWORK_POLICY,), _places)
    return [*index.get(name_of(namespace), ()), *index.get(namespace.urn, ())]


def _places(policy: Resource) -> tuple[Any, ...]:
    return (namespace_of(policy), *policy.property_dependencies.get("metadata", ()))


def _in(policy: Resource, namespace: Resource) -> bool:
    named = namespace_of(policy)
    if isinstance(named, str) and isinstance(name_of(namespace), str):
        return named == name_of(namespace)
    return namespace.urn in policy.property_dependencies.get("metadata", ())


def _denied(policy: Resource) -> set[str]:
    """The ways that a policy closes for every Pod of its namespace."""
    spec = read(policy.inputs, "spec")
    selector = read(spec, "podSelector")
    if spec is None or _unreadable(policy) or _narrow(selector):
        return set()
    ways = {way for way in each(read(spec, "policyTypes")) if isinstance(way, str)} or {"Ingress"}
    return {way for way in ways & _WAYS if not given(read(spec, way.lower()))}


def _unreadable(policy: Resource) -> bool:
    spec = read(policy.inputs, "spec")
    selector = read(spec, "podSelector")
    parts = (metadata(policy), spec, selector, read(selector, "matchLabels"), *each(read(spec, "policyTypes")))
    return any(part is UNKNOWN for part in parts)


def _narrow(selector: Any) -> bool:
    return given(read(selector, "matchLabels")) or given(read(selector, "matchExpressions"))


RULE = Rule(
    name="default-deny",
    title="Every namespace denies traffic by default, both ways",
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=(cis_eks("4.3.2"), nsa("Network separation and hardening: network policies")),
    remediation="Add a NetworkPolicy with an empty podSelector, policyTypes Ingress and Egress and no rules, and "
    "policies that "
    "allow what is needed (DNS first). Create the namespace as a resource, not by Helm.",
    field="NetworkPolicy of the namespace",
    check_stack=_check,
)
