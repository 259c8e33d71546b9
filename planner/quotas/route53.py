"""Quotas of Amazon Route 53: health checks, which Service Quotas shows in us-east-1.

Source: Route 53 developer guide, "Quotas".
"""

from collections.abc import Iterator

from planner.quotas.quota import Limit, Quota, quota
from resources.index import ResourceIndex

_HEALTH_CHECKS = Limit("L-ACB674F3", "Health checks", 200)


def route53_quotas(index: ResourceIndex) -> Iterator[Quota]:
    """The quota of health checks in the account."""
    checks = index.of_type("aws:route53/healthCheck:HealthCheck")
    if len(checks) > _HEALTH_CHECKS.default:
        yield quota("route53", _HEALTH_CHECKS, len(checks), "health checks of Route 53")
