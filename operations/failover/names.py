"""What Route 53 and clients know of the names: records, targets and addresses."""

import socket
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from ..restore.steps import RestoreError
from .platform import PRIMARY, SECONDARY, LoadBalancer, Pair

Resolve = Callable[[str], frozenset[str]]
"""The IPv4 addresses of a name; none when it has none."""

_PROBE = "failover-probe"
"""A label below a wildcard that no model has."""


def resolve(name: str) -> frozenset[str]:
    """Ask the resolver of this machine. Route 53 answers for an alias to a load balancer for 60 seconds."""
    try:
        found = socket.getaddrinfo(name, 443, socket.AF_INET, socket.SOCK_STREAM)
    except socket.gaierror:
        return frozenset()
    return frozenset(str(each[4][0]) for each in found)


def probe(name: str) -> str:
    """A name that a record answers for."""
    return name.replace("*", _PROBE, 1)


def dns_name(elb: Any, balancer: LoadBalancer) -> str:
    """The name of a load balancer at AWS."""
    [found] = elb.describe_load_balancers(LoadBalancerArns=[balancer.arn])["LoadBalancers"]
    return str(found["DNSName"])


def checked_records(route53: Any, elb: Any, pair: Pair) -> Mapping[str, Any]:
    """Check that each name has both records, that the switch decides, and that the second leads to its region.

    Raises:
        RestoreError: naming each record that is missing or wrong.
    """
    known = _records(route53, pair.first.failover.zone_id)
    problems: list[str] = []
    for short, balancer in sorted(pair.second.failover.load_balancers.items()):
        target = dns_name(elb, balancer)
        for name in balancer.names:
            first, second = known.get((name, PRIMARY)), known.get((name, SECONDARY))
            if not first:
                problems.append(f"{name} has no primary record; deploy the first stack")
            elif first.get("HealthCheckId") != pair.switch.health_check_id:
                problems.append(f"the primary record of {name} does not follow the switch; deploy the first stack")
            if not second:
                problems.append(f"{name} has no secondary record; deploy the second stack")
            elif not _leads_to(second, target):
                problems.append(f"the secondary record of {name} does not lead to {short} of the second region")
    if problems:
        raise RestoreError("; ".join(problems))
    return {"names": sorted({name for name, _ in known})}


def _records(route53: Any, zone: str) -> dict[tuple[str, str], Mapping[str, Any]]:
    """The failover records of a zone by name and set identifier."""
    pages: Iterator[Mapping[str, Any]] = route53.get_paginator("list_resource_record_sets").paginate(HostedZoneId=zone)
    found: dict[tuple[str, str], Mapping[str, Any]] = {}
    for page in pages:
        for record in page["ResourceRecordSets"]:
            if record.get("Failover", "").lower() == record.get("SetIdentifier") and record["Type"] == "A":
                # Route 53 writes * as an octal code, and a dot at the end.
                name = str(record["Name"]).rstrip(".").replace("\\052", "*")
                found[name, record["SetIdentifier"]] = record
    return found


def _leads_to(record: Mapping[str, Any], target: str) -> bool:
    name = str(record.get("AliasTarget", {}).get("DNSName", "")).rstrip(".").lower()
    return name.removeprefix("dualstack.") == target.lower()


def healthy(elb: Any, balancers: Mapping[str, LoadBalancer]) -> Mapping[str, Any]:
    """Check that each target group of the load balancers has a healthy target.

    Raises:
        RestoreError: naming each that has none.
    """
    counts: dict[str, int] = {}
    empty: list[str] = []
    for short, balancer in sorted(balancers.items()):
        groups: Sequence[Any] = elb.describe_target_groups(LoadBalancerArn=balancer.arn)["TargetGroups"]
        if not groups:
            empty.append(f"{short} has no target group")
        for group in groups:
            found = elb.describe_target_health(TargetGroupArn=group["TargetGroupArn"])["TargetHealthDescriptions"]
            name = str(group["TargetGroupName"])
            counts[name] = sum(each["TargetHealth"]["State"] == "healthy" for each in found)
            if not counts[name]:
                empty.append(f"{short}: no target of {name} is healthy")
    if empty:
        raise RestoreError(f"{'; '.join(empty)}; the names would lead to nothing")
    return {"healthy": counts}
