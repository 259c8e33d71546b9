"""The way of a request from its public name to the pods that answer it."""

from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import NamedTuple

from availability.parts import Part
from availability.site import Site, counted, metadata, regional
from availability.spread import Spread
from availability.workloads import Workload, behind_service
from resources.inputs import elements, mapping, read
from resources.resource import Resource

RECORD = "aws:route53/record:Record"
_BALANCER = "aws:lb/loadBalancer:LoadBalancer"
_LISTENER = "aws:lb/listener:Listener"
_RULE = "aws:lb/listenerRule:ListenerRule"
_TARGETS = "aws:lb/targetGroup:TargetGroup"
_ASSOCIATION = "aws:wafv2/webAclAssociation:WebAclAssociation"
_BINDING = "kubernetes:elbv2.k8s.aws/v1beta1:TargetGroupBinding"
_ADDRESSES = ("A", "AAAA", "CNAME")


class Entrance(NamedTuple):
    """What a request passes before the pods, and the pods."""

    parts: tuple[Part, ...]
    workload: Workload | None
    gaps: tuple[str, ...]


def entrance(site: Site, host: str) -> Entrance:
    """The way from a host name to the pods behind its load balancer. A missing step is in `gaps`."""
    record = next(_records(site, host), None)
    if record is None:
        return Entrance((), None, (f"no DNS record of the plan leads {host} anywhere",))
    parts = [regional("route53", f"Route 53 record of {host}", record)]
    balancer = site.source(record, "aliases", _BALANCER) or site.source(record, "records", _BALANCER)
    if balancer is None:
        return Entrance(tuple(parts), None, (f"the DNS record of {host} leads to no load balancer of the plan",))
    parts += _firewall(site, balancer)
    zones = site.zones_of(balancer, "subnets")
    spread = Spread("elb-zone", "elb-zones", zones, max(1, len(zones)), takes_over=True)
    parts.append(Part(f"load balancer {balancer.name}", spread, counted(1, "balancer", zones), (balancer.urn,)))
    groups = list(_target_groups(site, balancer, host))
    for group in groups:
        for binding in site.of_type(_BINDING):
            if _binds(site, binding, group):
                service = str(read(binding.inputs, "spec", "serviceRef", "name"))
                namespace = str(metadata(binding, "namespace"))
                workload = behind_service(site, namespace, service)
                if workload:
                    return Entrance(tuple(parts), workload, ())
                return Entrance(tuple(parts), None, (f"the pods of Service {namespace}/{service} are not in the plan",))
    names = ", ".join(group.name for group in groups) or "none"
    return Entrance(tuple(parts), None, (f"no pods of the plan are bound to the targets of {host} ({names})",))


def _records(site: Site, host: str) -> Iterator[Resource]:
    """The address records of a name, its own before a wildcard."""
    found = [each for each in site.of_type(RECORD) if read(each.inputs, "type") in _ADDRESSES]
    yield from (each for each in found if read(each.inputs, "name") == host)
    wildcard = f"*.{host.partition('.')[2]}"
    yield from (each for each in found if read(each.inputs, "name") == wildcard)


def _firewall(site: Site, balancer: Resource) -> list[Part]:
    found = site.referrers(balancer, "resourceArn", _ASSOCIATION)
    return [regional("waf", f"AWS WAF {found[0].name}", found[0])] if found else []


def _target_groups(site: Site, balancer: Resource, host: str) -> Iterator[Resource]:
    """The target groups of the rules for a host in the order of their priority, and those of default actions."""
    listeners = site.referrers(balancer, "loadBalancerArn", _LISTENER)
    rules = [rule for listener in listeners for rule in site.referrers(listener, "listenerArn", _RULE)]
    for rule in sorted(rules, key=_priority):
        if _is_for(rule, host):
            yield from site.sources(rule, "actions", _TARGETS)
    for listener in listeners:
        yield from site.sources(listener, "defaultActions", _TARGETS)


def _priority(rule: Resource) -> float:
    found = read(rule.inputs, "priority")
    return found if isinstance(found, int | float) else 0


def _is_for(rule: Resource, host: str) -> bool:
    patterns = [
        pattern
        for condition in elements(read(rule.inputs, "conditions"))
        for pattern in elements(read(condition, "hostHeader", "values"))
    ]
    return not patterns or any(isinstance(each, str) and fnmatchcase(host, each) for each in patterns)


def _binds(site: Site, binding: Resource, group: Resource) -> bool:
    """By the ARN. Without it, as in a policy pack, by the only target group that the binding was computed from."""
    arn = (mapping(read(binding.inputs, "spec")) or {}).get("targetGroupARN")
    if isinstance(arn, str) and "arn" in group.outputs:
        return arn == group.outputs["arn"]
    return [each.urn for each in site.sources(binding, "spec", _TARGETS)] == [group.urn]
