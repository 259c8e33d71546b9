"""Route 53: failover records, health checks and zones."""

from collections.abc import Iterator
from typing import Any

from policies.engine.checks import must_not_be
from policies.engine.frameworks import checkov, security_hub, well_architected
from policies.engine.rule import Area, Finding, Level, Result, Severity, Undecided, rule
from policies.engine.stack import Stack
from resources.inputs import elements, flag, is_set, read, text
from resources.resource import UNKNOWN, Resource

RECORD = "aws:route53/record:Record"
_ZONE = "aws:route53/zone:Zone"
_QUERY_LOG = "aws:route53/queryLog:QueryLog"
HEALTH_CHECK = "aws:route53/healthCheck:HealthCheck"


@rule(
    "failover-primary-health",
    "Primary failover records follow the health of something",
    RECORD,
    area=Area.RELIABILITY,
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=[well_architected("REL11-BP02"), well_architected("REL13-BP02")],
    remediation="Set healthCheckId, or evaluateTargetHealth of the alias.",
    field="healthCheckId",
)
def _primary(record: Resource, _: Stack) -> Iterator[Result]:
    """Source: Route 53 API reference, ResourceRecordSet, Failover."""
    kinds = [text(read(each, "type")) for each in elements(record.inputs.get("failoverRoutingPolicies"))]
    if "PRIMARY" not in kinds or is_set(record.inputs.get("healthCheckId")):
        return
    evaluated = [flag(read(each, "evaluateTargetHealth")) for each in elements(record.inputs.get("aliases"))]
    if UNKNOWN in evaluated:
        yield Undecided("aliases.evaluateTargetHealth")
    elif True not in evaluated:
        yield Finding("is always healthy, so Route 53 never answers with the secondary record: healthCheckId is absent")


@rule(
    "health-check-enabled",
    "Health checks are enabled",
    HEALTH_CHECK,
    area=Area.RELIABILITY,
    severity=Severity.MEDIUM,
    level=Level.MANDATORY,
    frameworks=[well_architected("REL11-BP02")],
    remediation="Remove disabled. To move names away from an endpoint, use invertHealthcheck.",
    field="disabled",
)
def _enabled(check: Resource, _: Stack) -> Iterator[Result]:
    """Source: Route 53 API reference, HealthCheckConfig, Disabled."""
    yield from must_not_be(check.inputs, "disabled", True, "counts as healthy all the time, because disabled is true")


@rule(
    "health-check-name",
    "Health checks do not ask at the name of the records that follow them",
    HEALTH_CHECK,
    needs_stack=True,
    area=Area.RELIABILITY,
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=[well_architected("REL11-BP02")],
    remediation="Set fqdn of the health check to a name of the one endpoint, such as its load balancer's.",
    field="fqdn",
)
def _name(check: Resource, stack: Stack) -> Iterator[Result]:
    """It would ask at the endpoint of the other record. Source: Route 53 API reference, ResourceRecordSet."""
    asked = _host(check.inputs.get("fqdn"))
    for record in stack.referrers(check, "healthCheckId", RECORD):
        if asked and asked == _host(record.inputs.get("name")):
            yield Finding(f"asks at {asked}, the name of the record {record.name}, which follows it")


def _host(name: Any) -> str:
    """A host name without the dot at its end; empty where it is unknown."""
    known = text(name)
    return known.rstrip(".").lower() if isinstance(known, str) else ""


@rule(
    "zone-query-logs",
    "Public zones log queries",
    _ZONE,
    needs_stack=True,
    area=Area.SECURITY,
    severity=Severity.MEDIUM,
    level=Level.MANDATORY,
    frameworks=[security_hub("Route53.2"), checkov("CKV2_AWS_39"), well_architected("SEC04-BP01")],
    remediation="Add a QueryLog of the zone with a log group in us-east-1.",
    field="aws.route53.QueryLog of the zone",
)
def _query_logs(zone: Resource, stack: Stack) -> Iterator[Result]:
    if not is_set(zone.inputs.get("vpcs")) and not stack.referrers(zone, "zoneId", _QUERY_LOG):
        yield Finding("is public and logs no queries")
