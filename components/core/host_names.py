"""Host names in Route 53 zones and in the cluster."""

from .spec import refuse

CLUSTER_HOST_PATTERN = r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.svc\.cluster\.local$"
"""The name of a Service in the cluster, such as collector.tracing.svc.cluster.local."""


def zone_problem(name: str, zone: str) -> str | None:
    """A sentence when `name` is outside the Route 53 zone `zone`, or None."""
    if f".{name}".endswith(f".{zone}"):
        return None
    return f"{name} is outside the zone {zone}; write a name in that zone, or the zone of the name"


def inside_zone(name: str, zone: str | None) -> str:
    """`name`, when it is inside the Route 53 zone `zone`; refused otherwise. Accepts every name when `zone` is None.

    `name` may be a wildcard, such as *.models.example.com.
    """
    if zone and (problem := zone_problem(name, zone)):
        raise refuse(name, problem)
    return name
