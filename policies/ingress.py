"""Load balancers, their listeners and firewalls, and which of them belong together."""

from collections.abc import Iterable, Iterator
from typing import Any

from policies.engine.stack import Stack
from policies.inputs import each, entries, flag, parsed, read, text
from pricing.resource import UNKNOWN, Resource, Unknown

LOAD_BALANCERS = ("aws:lb/loadBalancer:LoadBalancer", "aws:alb/loadBalancer:LoadBalancer")
LISTENERS = ("aws:lb/listener:Listener", "aws:alb/listener:Listener")
WEB_ACL = "aws:wafv2/webAcl:WebAcl"
ASSOCIATION = "aws:wafv2/webAclAssociation:WebAclAssociation"
LOGGING = "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration"


def is_application(balancer: Resource) -> bool:
    """Whether it speaks HTTP; the kind is never computed, and application where it is absent."""
    return text(read(balancer.inputs, "loadBalancerType")) in (None, "application")


def is_public(balancer: Resource) -> bool | Unknown:
    """Whether the internet reaches it, as it does unless it is internal."""
    internal = flag(read(balancer.inputs, "internal"))
    return UNKNOWN if internal is UNKNOWN else not internal


def of(stack: Stack, target: Resource, kind: str) -> list[Resource]:
    """The resources of type `kind` whose `resourceArn` was computed from the target."""
    return stack.indexed((kind,), _targets).get(target.urn, [])


def hidden(stack: Stack, kind: str) -> bool:
    """Whether one of type `kind` belongs to what can't be told."""
    return bool(stack.indexed((kind,), _targets).get(UNKNOWN))


def rules(acl: Resource) -> Iterator[Any]:
    """The rules of a web ACL with keys as the provider writes them, also where they are JSON as the API writes them."""
    written = read(acl.inputs, "ruleJson")
    if written is None:
        yield from each(read(acl.inputs, "rules"))
    elif written is UNKNOWN:
        yield UNKNOWN
    else:
        yield from (_as_provided(rule) for rule in each(parsed(written)))


def _as_provided(rule: Any) -> Any:
    """A rule of the API with its keys, which begin with a capital, and those one level below as a provider has them."""
    return {key: dict(_lowered(value)) or value for key, value in _lowered(rule)} or rule


def _lowered(value: Any) -> Iterator[tuple[str, Any]]:
    return ((key[:1].lower() + key[1:], item) for key, item in entries(value))


def _targets(resource: Resource) -> Iterable[Any]:
    computed = resource.property_dependencies.get("resourceArn", ())
    return computed or ([UNKNOWN] if read(resource.inputs, "resourceArn") is UNKNOWN else [])
