"""What two stacks with failover records export: the files that `pulumi stack output --json` prints."""

from pathlib import Path

from pydantic import Field

from ..outputs import WRITE, Arn, Outputs, Region, read_outputs
from ..settings import SettingsError, fault, parse

PRIMARY, SECONDARY = "primary", "secondary"


class Switch(Outputs):
    """The metric that a person writes, and the alarm and the health check that follow it."""

    region: Region = Field(description="The second region, where the metric and the alarm are.")
    namespace: str = Field(description="The namespace of the metric.")
    metric: str = Field(description="Its name.")
    dimension: str = Field(description="The name of its dimension.")
    value: str = Field(description="The value of the dimension.")
    alarm: str = Field(description="The alarm.")
    health_check_id: str = Field(description="The health check of the primary records.")


class LoadBalancer(Outputs):
    """A load balancer, and the names that lead to it."""

    arn: Arn = Field(description="Its ARN.")
    names: list[str] = Field(description="The names, also wildcards.")


class Failover(Outputs):
    """The part of a stack in the failover."""

    role: str = Field(description="primary or secondary.")
    zone_id: str = Field(description="The hosted zone of the names.")
    load_balancers: dict[str, LoadBalancer] = Field(description="The load balancers by a short name.")
    switch: Switch | None = Field(default=None, description="The switch; the primary stack has it.")


class Platform(Outputs):
    """The outputs of a stack with `recovery.failover`."""

    region: Region = Field(description="The stack's region.")
    failover: Failover = Field(description="Its part in the failover.")


class Pair(Outputs):
    """Both stacks, which fit together."""

    first: Platform = Field(description="The stack with the primary records.")
    second: Platform = Field(description="The stack with the secondary records.")
    switch: Switch = Field(description="The switch between them.")


def read_pair(first: Path, second: Path) -> Pair:
    """The outputs of both stacks.

    Raises:
        SettingsError: a file cannot be read, or the stacks are no pair.
    """
    one, two = _read(first, PRIMARY), _read(second, SECONDARY)
    switch = one.failover.switch
    if not switch:
        raise SettingsError(str(first), [f"failover.switch is missing; {WRITE}"])
    if not any(each.names for each in one.failover.load_balancers.values()):
        remedy = "the stack has no names that move; add modelServing or kubeflow, and deploy it"
        raise SettingsError(str(first), [fault("failover.loadBalancers", {}, remedy)])
    problems: list[str] = []
    if switch.region != two.region:
        problems.append(fault("region", two.region, f"the switch is in {switch.region}; name the stack of that region"))
    if one.failover.zone_id != two.failover.zone_id:
        remedy = f"the first stack has the zone {one.failover.zone_id}; name the stack of the same names"
        problems.append(fault("failover.zoneId", two.failover.zone_id, remedy))
    for name, balancer in sorted(one.failover.load_balancers.items()):
        other = two.failover.load_balancers.get(name)
        if not other or sorted(other.names) != sorted(balancer.names):
            remedy = f"the first stack has {', '.join(balancer.names)}; derive the second stack again, and deploy it"
            problems.append(fault(f"failover.loadBalancers.{name}", other.names if other else None, remedy))
    for name in sorted(two.failover.load_balancers.keys() - one.failover.load_balancers.keys()):
        remedy = "the first stack has no such load balancer; deploy it there, or derive the second stack again"
        problems.append(fault("failover.loadBalancers", name, remedy))
    if problems:
        raise SettingsError(str(second), problems)
    return Pair(first=one, second=two, switch=switch)


def _read(path: Path, role: str) -> Platform:
    outputs = read_outputs(path)
    if not outputs.get("failover"):
        remedy = "failover is missing: the stack has no recovery.failover, or nothing that serves; add it, deploy it"
        raise SettingsError(str(path), [remedy])
    platform = parse(Platform, outputs, str(path))
    if platform.failover.role != role:
        remedy = f"this must be the stack with the {role} records; give the files in the right order"
        raise SettingsError(str(path), [fault("failover.role", platform.failover.role, remedy)])
    return platform
