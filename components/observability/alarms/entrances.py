"""Alarms of what requests pass: load balancers, web firewalls and NAT gateways.

Sources: User guide for Application Load Balancers, "CloudWatch metrics for your Application Load Balancer": counts of
errors exist only when they are not zero; AWS WAF developer guide, "Monitoring with Amazon CloudWatch"; VPC user guide,
"NAT gateway metrics and dimensions".
"""

from collections.abc import Iterator, Mapping

import pulumi

from ...core.metric_alarms import Comparison, Metric, Missing, Watch, one
from .watches import Rated, critical, numbered, parts, warning

_ERROR_PERCENT = 5
_FEWEST_REQUESTS = 20
"""Requests a minute from which a share of errors says something."""
_BLOCKED_PERCENT = 50
_FEWEST_BLOCKED = 100
_DROPPED_PACKETS = 1000


def balancer_watches(
    name: str, balancer: pulumi.Input[str], targets: pulumi.Input[str] | None, milliseconds: int
) -> dict[str, Rated]:
    """The watches of a load balancer, and of a target group of it, by their ARNs."""
    dimension = {"LoadBalancer": pulumi.Output.from_input(balancer).apply(load_balancer_dimension)}
    found = dict(_requests(name, dimension, milliseconds))
    if targets is not None:
        group = {**dimension, "TargetGroup": pulumi.Output.from_input(targets).apply(target_group_dimension)}
        found |= dict(_targets(name, group))
    return {f"{name}-{short}": rated for short, rated in found.items()}


def load_balancer_dimension(arn: str) -> str:
    """How metrics call a load balancer: `app/<name>/<id>`, the end of its ARN."""
    return arn.partition(":loadbalancer/")[2]


def target_group_dimension(arn: str) -> str:
    """How metrics call a target group: `targetgroup/<name>/<id>`, the end of its ARN."""
    return arn.rpartition(":")[2]


def _requests(name: str, dimension: Mapping[str, pulumi.Input[str]], milliseconds: int) -> Iterator[tuple[str, Rated]]:
    def read(metric: str) -> Metric:
        return Metric("AWS/ApplicationELB", metric, dimension)

    yield (
        "errors",
        critical(
            Watch(
                {
                    "balancer": read("HTTPCode_ELB_5XX_Count"),
                    "targets": read("HTTPCode_Target_5XX_Count"),
                    "requests": read("RequestCount"),
                },
                _ERROR_PERCENT,
                f"{name}: more than {_ERROR_PERCENT}% of requests end with a 5XX status for 5 minutes. Look at the "
                "healthy targets first, then at the logs of the gateway and of the models.",
                f"IF(requests >= {_FEWEST_REQUESTS}, 100 * (FILL(balancer, 0) + FILL(targets, 0)) / requests, 0)",
                statistic="Sum",
                missing=Missing.FINE,
            )
        ),
    )
    yield (
        "latency",
        warning(
            Watch(
                one(read("TargetResponseTime")),
                milliseconds / 1000,
                f"{name}: the slowest 1% of requests take longer than {milliseconds} ms for 10 minutes. Look at the "
                "model's replicas, its queue and its cache.",
                statistic="p99",
                periods=10,
                missing=Missing.FINE,
            )
        ),
    )


def _targets(name: str, group: Mapping[str, pulumi.Input[str]]) -> Iterator[tuple[str, Rated]]:
    yield (
        "no-targets",
        critical(
            Watch(
                one(Metric("AWS/ApplicationELB", "HealthyHostCount", group)),
                1,
                f"{name}: no target is healthy, or none is registered, so every request fails. Look at the pods behind "
                "the load balancer and at their TargetGroupBinding.",
                comparison=Comparison.BELOW,
                statistic="Minimum",
                missing=Missing.BROKEN,
            )
        ),
    )
    yield (
        "unhealthy-targets",
        warning(
            Watch(
                one(Metric("AWS/ApplicationELB", "UnHealthyHostCount", group)),
                0,
                f"{name}: a target is unhealthy for 15 minutes. Look at the readiness of its pod.",
                periods=15,
                missing=Missing.FINE,
            )
        ),
    )


def firewall_watches(name: str, metric: pulumi.Input[str], region: str) -> dict[str, Rated]:
    """The watch of a web ACL, by the name of its metrics."""
    dimensions = {"WebACL": metric, "Region": region, "Rule": "ALL"}
    blocked, allowed = (Metric("AWS/WAFV2", each, dimensions) for each in ("BlockedRequests", "AllowedRequests"))
    watch = Watch(
        {"blocked": blocked, "allowed": allowed},
        _BLOCKED_PERCENT,
        f"{name}: the firewall blocks more than {_BLOCKED_PERCENT}% of requests for 15 minutes. Read its log: either "
        "somebody attacks, or a rule blocks clients.",
        f"IF(FILL(blocked, 0) >= {_FEWEST_BLOCKED}, 100 * FILL(blocked, 0) / (FILL(blocked, 0) + FILL(allowed, 0)), 0)",
        statistic="Sum",
        seconds=300,
        periods=3,
        missing=Missing.FINE,
    )
    return {f"{name}-blocked": warning(watch)}


def nat_watches(gateways: Mapping[str, pulumi.Input[str]]) -> dict[str, Rated]:
    """The watches of all NAT gateways together, as many as an alarm can read."""
    found: dict[str, Rated] = {}
    for label, some in parts("", sorted(gateways)).items():
        ports, drops = (
            numbered(Metric("AWS/NATGateway", metric, {"NatGatewayId": gateways[each]}) for each in some)
            for metric in ("ErrorPortAllocation", "PacketsDropCount")
        )
        found[f"nat-ports{label}"] = critical(
            Watch(
                ports,
                0,
                "A NAT gateway has no free port for a destination, so new connections fail. Reuse connections, add an "
                "interface endpoint for the service, or a second address of the gateway.",
                "MAX(METRICS())",
                statistic="Sum",
                missing=Missing.FINE,
            )
        )
        found[f"nat-drops{label}"] = warning(
            Watch(
                drops,
                _DROPPED_PACKETS,
                f"A NAT gateway drops more than {_DROPPED_PACKETS:,} packets in 5 minutes, for 15 minutes. AWS Health "
                "may report a problem of the zone; otherwise move traffic to endpoints.",
                "MAX(METRICS())",
                statistic="Sum",
                seconds=300,
                periods=3,
                missing=Missing.FINE,
            )
        )
    return found
