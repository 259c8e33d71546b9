"""CloudTrail, GuardDuty and Access Analyzer, worked out by hand at list price in us-east-1."""

from typing import Any

import pytest

from pricing.lines import Estimate
from resources.resource import Resource
from tests.support.pricing.build import priced, resource

TRAIL = "aws:cloudtrail/trail:Trail"
PLAN = "aws:guardduty/detectorFeature:DetectorFeature"
USAGE: dict[str, Any] = {
    "audit": {"managementMillion": 3, "flowAndDnsGb": 600, "clusterAuditMillion": 150, "watchedVcpus": 520},
    "buckets": {"models": {"putMillion": 2, "getMillion": 50}, "raw": {"putMillion": 10, "getMillion": 700}},
}


def trail(bucket: str | None = None, *, writes_only: bool = True, name: str = "trail") -> Resource:
    fields: list[dict[str, Any]] = [
        {"field": "eventCategory", "equals": ["Data"]},
        {"field": "resources.type", "equals": ["AWS::S3::Object"]},
        {"field": "resources.ARN", "startsWiths": [f"arn:aws:s3:::{bucket}/"]},
        *([{"field": "readOnly", "equals": ["false"]}] if writes_only else []),
    ]
    management = {"fieldSelectors": [{"field": "eventCategory", "equals": ["Management"]}]}
    return resource(TRAIL, name, advancedEventSelectors=[management, {"fieldSelectors": fields}] if bucket else [])


def bucket(name: str) -> Resource:
    return resource("aws:s3/bucket:Bucket", name, None, bucket=f"ml-{name}")


def plan(name: str, status: str = "ENABLED") -> Resource:
    return resource(PLAN, name.lower(), name=name, status=status)


def costs(found: Estimate, subject: str) -> dict[str, float]:
    assert found.gaps == ()
    result: dict[str, float] = {}
    for line in found.lines:
        if line.monthly and line.urn.endswith(f"::{subject}"):
            result[line.what] = result.get(line.what, 0) + line.monthly
    return result


def test_first_copy_of_management_events_is_free() -> None:
    assert costs(priced(trail(), **USAGE), "trail") == {}


def test_second_trail_pays_for_management_events() -> None:
    # 3 million events in units of 100,000 x 2.00.
    found = priced(trail(), trail(name="zweiter"), **USAGE)
    assert costs(found, "trail") == {}
    assert costs(found, "zweiter") == {"further management events": pytest.approx(60)}


def test_recorded_writes_of_a_bucket() -> None:
    # 2 million writes in units of 100,000 x 0.10.
    found = priced(trail("ml-models"), bucket("models"), bucket("raw"), **USAGE)
    assert costs(found, "trail") == {"writes recorded of ml-models": pytest.approx(2)}


def test_recorded_reads_of_a_bucket() -> None:
    # 52 million requests in units of 100,000 x 0.10.
    found = priced(trail("ml-models", writes_only=False), bucket("models"), **USAGE)
    assert costs(found, "trail") == {"requests recorded of ml-models": pytest.approx(52)}


def test_requests_to_an_unknown_bucket_are_a_gap() -> None:
    found = priced(trail("ml-elsewhere"), **USAGE)
    assert [each.reason for each in found.gaps] == [
        "the requests to ml-elsewhere are not known, because the stack does not make it"
    ]


def test_detector_reads_events_and_flow_logs() -> None:
    # 3 x 4.00; 500 GB x 1.00 + 100 GB x 0.50.
    found = costs(priced(resource("aws:guardduty/detector:Detector", "detector", enable=True), **USAGE), "detector")
    assert sum(found.values()) == pytest.approx(12 + 550)


def test_suspended_detector_costs_nothing() -> None:
    found = priced(resource("aws:guardduty/detector:Detector", "detector", enable=False), **USAGE)
    assert costs(found, "detector") == {}


@pytest.mark.parametrize(
    ("name", "usd"),
    [
        # 100 million x 1.60 + 50 million x 0.80.
        ("EKS_AUDIT_LOGS", 200),
        # 500 vCPUs x 1.50 + 20 vCPUs x 0.75.
        ("RUNTIME_MONITORING", 765),
        # 100 GB x 0.03.
        ("EBS_MALWARE_PROTECTION", 3),
    ],
)
def test_enabled_plan_costs_what_it_reads(name: str, usd: float) -> None:
    assert sum(costs(priced(plan(name), **USAGE), name.lower()).values()) == pytest.approx(usd)


def test_requests_for_objects_of_all_buckets() -> None:
    # 52 + 710 million: 500 x 0.80 + 262 x 0.40.
    found = priced(plan("S3_DATA_EVENTS"), bucket("models"), bucket("raw"), **USAGE)
    assert sum(costs(found, "s3_data_events").values()) == pytest.approx(504.8)


def test_logins_cost_by_vcpus_of_postgres() -> None:
    # db.m7g.xlarge has 4 vCPUs; MySQL instances are not protected.
    databases = [
        resource("aws:rds/instance:Instance", engine, engine=engine, instanceClass="db.m7g.xlarge", allocatedStorage=20)
        for engine in ("postgres", "mysql")
    ]
    found = priced(plan("RDS_LOGIN_EVENTS"), *databases)
    lines = {line.what: line.monthly for line in found.lines if line.urn.endswith("::rds_login_events")}
    assert lines == {"vCPUs of databases whose logins GuardDuty reads": pytest.approx(4)}


def test_disabled_plan_costs_nothing() -> None:
    assert costs(priced(plan("EKS_AUDIT_LOGS", "DISABLED"), **USAGE), "eks_audit_logs") == {}


def test_unused_access_is_unpriced_and_external_access_free() -> None:
    def analyzer(kind: str) -> Resource:
        return resource("aws:accessanalyzer/analyzer:Analyzer", kind.lower(), type=kind)

    role = resource("aws:iam/role:Role", "role")
    found = priced(analyzer("ACCOUNT"), analyzer("ACCOUNT_UNUSED_ACCESS"), role)
    assert [gap.subject for gap in found.gaps] == ["access-analyzer unused-access-role-or-user"]
