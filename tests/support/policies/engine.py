"""A stand-in for the engine: hands resources to a pack's policies as pulumi_policy does."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from pulumi_policy import (
    EnforcementLevel,
    Policy,
    PolicyCustomTimeouts,
    PolicyProviderResource,
    PolicyResource,
    PolicyResourceOptions,
    ResourceValidationArgs,
    ResourceValidationPolicy,
    StackValidationArgs,
    StackValidationPolicy,
)
from pulumi_policy.deserialize import SPECIAL_SECRET_SIG, SPECIAL_SIG_KEY, deserialize_properties
from pulumi_policy.proxy import UNKNOWN_STRING_VALUE, unknown_checking_proxy

from resources.resource import SECRET, UNKNOWN, Resource

Diagnostic = tuple[str, str, str, str]
"""Policy, enforcement level, URN and message."""


def wire(value: Any) -> Any:
    """A value as it comes from the engine: numbers are floats, unknowns and secrets are marked."""
    if value is UNKNOWN:
        return UNKNOWN_STRING_VALUE
    if isinstance(value, str) and value == SECRET:
        return {SPECIAL_SIG_KEY: SPECIAL_SECRET_SIG, "value": "hunter22hunter22"}
    if isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if isinstance(value, Mapping):
        return {key: wire(item) for key, item in cast(Mapping[str, Any], value).items()}
    if isinstance(value, list):
        return [wire(item) for item in cast(list[Any], value)]
    return value


def deploy(policies: Sequence[Policy], resources: Sequence[Resource]) -> list[Diagnostic]:
    """What the policies report when these resources are deployed."""
    said: list[Diagnostic] = []
    known = {resource.urn: resource for resource in resources}
    for resource in resources:
        _register(policies, resource, known, said)
    seen = {resource.urn: _in_stack(resource, known) for resource in resources}
    for resource in resources:
        seen[resource.urn].parent = seen.get(resource.parent or "")
        for name, urns in resource.property_dependencies.items():
            seen[resource.urn].property_dependencies[name] = [seen[urn] for urn in urns if urn in seen]
    for policy in policies:
        if isinstance(policy, StackValidationPolicy) and policy.enforcement_level is not EnforcementLevel.DISABLED:
            judge: Any = policy
            judge.validate(StackValidationArgs(list(seen.values())), _reporter(policy, "", said))
    return said


def _register(
    policies: Sequence[Policy], resource: Resource, known: Mapping[str, Resource], said: list[Diagnostic]
) -> None:
    content = wire(resource.inputs)
    for policy in policies:
        if isinstance(policy, ResourceValidationPolicy) and policy.enforcement_level is EnforcementLevel.REMEDIATE:
            assert policy.remediate(_args(resource, known, deserialize_properties(content, True))) is None
    for policy in policies:
        if isinstance(policy, ResourceValidationPolicy) and policy.enforcement_level is not EnforcementLevel.DISABLED:
            props = unknown_checking_proxy(deserialize_properties(content))
            judge: Any = policy
            judge.validate(_args(resource, known, props), _reporter(policy, resource.urn, said))


def _reporter(policy: Policy, urn: str, said: list[Diagnostic]) -> Any:
    level = policy.enforcement_level
    assert level is not None

    def report(message: str, other: str | None = None) -> None:
        said.append((policy.name, level.value, urn or other or "", message))

    return report


def _args(resource: Resource, known: Mapping[str, Resource], props: Mapping[str, Any]) -> ResourceValidationArgs:
    provider = _provider(resource, known)
    return ResourceValidationArgs(resource.type, props, resource.urn, resource.name, _options(resource), provider)


def _in_stack(resource: Resource, known: Mapping[str, Resource]) -> PolicyResource:
    # A stack validation is handed outputs, which need not hold the inputs at all.
    props = unknown_checking_proxy({"id": "computed"})
    options, provider = _options(resource), _provider(resource, known)
    return PolicyResource(resource.type, props, resource.urn, resource.name, options, provider, None, [], {})


def _provider(resource: Resource, known: Mapping[str, Resource]) -> PolicyProviderResource | None:
    found = known.get((resource.provider or "").rpartition("::")[0]) or known.get(resource.provider or "")
    if found is None:
        return None
    props = unknown_checking_proxy(deserialize_properties(wire(found.inputs)))
    return PolicyProviderResource(found.type, props, found.urn, found.name)


def _options(resource: Resource) -> PolicyResourceOptions:
    return PolicyResourceOptions(
        resource.protect,
        list(resource.ignore_changes),
        None,
        [],
        PolicyCustomTimeouts(0, 0, 0),
        [],
        resource.parent,
    )
