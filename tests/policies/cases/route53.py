"""Cases of the rules in policies/route53.py."""

from typing import Any

from resources.resource import UNKNOWN, Resource
from tests.support.policies.cases import fails, make, of_input, passes, unknown

RECORD = "aws:route53/record:Record"
CHECK = "aws:route53/healthCheck:HealthCheck"


def check(**inputs: Any) -> Resource:
    return make(CHECK, inputs, name="check")


def record(
    kind: str = "PRIMARY", *, evaluated: Any = False, follows: Resource | None = None, **inputs: Any
) -> Resource:
    refers = {"healthCheckId": [follows]} if follows else {}
    given = {"failoverRoutingPolicies": [{"type": kind}], "name": "models.example.com", **inputs}
    return make(RECORD, {"aliases": [{"evaluateTargetHealth": evaluated}], **given}, refers=refers)


ENDPOINT = check(type="HTTPS", fqdn="a-1.us-east-1.elb.amazonaws.com")
OWN = check(type="HTTPS", fqdn="Models.example.com")
LATER = check(type="HTTPS", fqdn=UNKNOWN)
ZONE = make("aws:route53/zone:Zone", {"name": "example.com"})

CASES = [
    passes("failover-primary-health", record(healthCheckId="1")),
    passes("failover-primary-health", record(healthCheckId=UNKNOWN)),
    passes("failover-primary-health", record(evaluated=True)),
    passes("failover-primary-health", record("SECONDARY")),
    passes("failover-primary-health", make(RECORD), kind="absent"),
    fails("failover-primary-health", record(), found="always healthy"),
    unknown("failover-primary-health", record(evaluated=UNKNOWN), undecided="aliases.evaluateTargetHealth"),
    *of_input("health-check-enabled", check, "disabled", False, True, "counts as healthy all the time", absent=None),
    passes("health-check-name", ENDPOINT, record(healthCheckId=UNKNOWN, follows=ENDPOINT)),
    passes("health-check-name", OWN),
    passes("health-check-name", check(type="CALCULATED"), kind="absent"),
    passes("health-check-name", LATER, record(healthCheckId=UNKNOWN, follows=LATER), kind="unknown"),
    fails(
        "health-check-name",
        OWN,
        record(name="models.example.com.", healthCheckId=UNKNOWN, follows=OWN),
        found="asks at models.example.com, the name of the record it, which follows it",
    ),
    passes("zone-query-logs", ZONE, make("aws:route53/queryLog:QueryLog", name="log", refers={"zoneId": [ZONE]})),
    passes("zone-query-logs", make("aws:route53/zone:Zone", {"vpcs": [{"vpcId": "vpc-1"}]})),
    passes("zone-query-logs", make("aws:route53/zone:Zone", {"vpcs": UNKNOWN}), kind="unknown"),
    fails("zone-query-logs", ZONE, found="logs no queries"),
    fails("zone-query-logs", make("aws:route53/zone:Zone"), kind="absent", found="logs no queries"),
]
