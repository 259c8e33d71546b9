"""What an AccountAudit is made of, what CloudTrail may use, and what is refused."""

import json
from typing import Any

import pytest

from components.access.account_audit.account_audit import AccountAudit
from components.core.spec import SpecError
from policies.engine.evaluate import evaluate
from resources.resource import Resource
from tests.support.aws_models import faults
from tests.support.components.iam import principals_allowed
from tests.support.components.mocks import ACCOUNT, Recording, run
from tests.support.policies.cases import context

TRAIL = "aws:cloudtrail/trail:Trail"
BUCKET = "aws:s3/bucket:Bucket"
KEY = "aws:kms/key:Key"
DETECTOR = "aws:guardduty/detector:Detector"
PLAN = "aws:guardduty/detectorFeature:DetectorFeature"
ANALYZER = "aws:accessanalyzer/analyzer:Analyzer"
RULE = "aws:cloudwatch/eventRule:EventRule"
TRAIL_ARN = f"arn:aws:cloudtrail:us-east-1:{ACCOUNT}:trail/ml"
MODELS = "ml-models-123456789012"


def audit(recording: Recording | None = None, **args: Any) -> Recording:
    """An AccountAudit "audit" with a trail and an analyzer, and with `args`."""
    given: Any = {"name": "ml", "log_bucket": "ml-logs", **args}
    return run(lambda: AccountAudit("audit", given), recording)


def refusal(**args: Any) -> str:
    recording = Recording()
    with pytest.raises(SpecError) as error:
        audit(recording, **args)
    assert not [each for each in recording.resources if each.custom]
    return str(error.value)


def only(recording: Recording, kind: str) -> Resource:
    [found] = [each for each in recording.resources if each.type == kind]
    return found


def named(recording: Recording, kind: str) -> dict[str, Resource]:
    return {each.name: each for each in recording.resources if each.type == kind}


def test_trail_records_all_regions_and_signs_files() -> None:
    inputs = only(audit(), TRAIL).inputs
    assert inputs["isMultiRegionTrail"] is inputs["enableLogFileValidation"] is inputs["enableLogging"] is True
    assert inputs["includeGlobalServiceEvents"] is True
    assert inputs["kmsKeyId"].endswith(":key/audit-key")
    assert "advancedEventSelectors" not in inputs


def test_trail_waits_for_the_policy_of_its_bucket() -> None:
    recording = audit()
    policy = only(recording, "aws:s3/bucketPolicy:BucketPolicy")
    assert policy.urn in only(recording, TRAIL).dependencies


def test_only_the_trail_writes_to_its_bucket() -> None:
    policy = only(audit(), "aws:s3/bucketPolicy:BucketPolicy").inputs["policy"]
    files = f"arn:aws:s3:::ml-trail-{ACCOUNT}/AWSLogs/{ACCOUNT}/CloudTrail/us-east-1/a.json.gz"
    owned = {"s3_x_amz_acl": "bucket-owner-full-control"}
    service = "cloudtrail.amazonaws.com"
    assert principals_allowed(policy, "s3:PutObject", files, aws_SourceArn=TRAIL_ARN, **owned) == {service}
    assert principals_allowed(policy, "s3:PutObject", files, aws_SourceArn=f"{TRAIL_ARN}2", **owned) == set()
    assert principals_allowed(policy, "s3:PutObject", files.replace("AWSLogs", "x"), aws_SourceArn=TRAIL_ARN) == set()
    assert principals_allowed(policy, "s3:DeleteObject", files, aws_SourceArn=TRAIL_ARN, **owned) == set()


def test_only_the_trail_encrypts_with_the_key() -> None:
    policy = only(audit(), KEY).inputs["policy"]
    context_key = {"kms_EncryptionContext_aws_cloudtrail_arn": TRAIL_ARN}
    service = "cloudtrail.amazonaws.com"
    use = "kms:GenerateDataKey"
    assert service in principals_allowed(policy, use, "*", aws_SourceArn=TRAIL_ARN, **context_key)
    assert service not in principals_allowed(policy, use, "*", aws_SourceArn=f"{TRAIL_ARN}2", **context_key)
    assert service not in principals_allowed(policy, "kms:Decrypt", "*", aws_SourceArn=TRAIL_ARN, **context_key)


def test_bucket_is_locked_and_its_files_expire() -> None:
    recording = audit(trail={"retention_days": 365, "lock_days": 30, "lock_mode": "compliance"})
    lock = only(recording, "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration").inputs
    lifecycle = only(recording, "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration").inputs
    assert only(recording, BUCKET).inputs["objectLockEnabled"] is True
    assert lock["rule"]["defaultRetention"] == {"mode": "COMPLIANCE", "days": 30}
    assert lifecycle["rules"][0]["expiration"] == {"days": 365}


def test_data_events_are_writes_of_the_named_buckets() -> None:
    selectors = only(audit(trail={"data_events": {"buckets": [MODELS]}}), TRAIL).inputs["advancedEventSelectors"]
    fields = {each["field"]: each for each in selectors[1]["fieldSelectors"]}
    assert selectors[0]["fieldSelectors"] == [{"field": "eventCategory", "equals": ["Management"]}]
    assert fields["resources.ARN"]["startsWiths"] == [f"arn:aws:s3:::{MODELS}/"]
    assert fields["readOnly"]["equals"] == ["false"]


def test_data_events_hold_reads_by_choice() -> None:
    events = {"buckets": [MODELS], "writes_only": False}
    selectors = only(audit(trail={"data_events": events}), TRAIL).inputs["advancedEventSelectors"]
    assert "readOnly" not in [each["field"] for each in selectors[1]["fieldSelectors"]]


def test_log_group_gets_events_by_a_role_of_its_own() -> None:
    recording = audit(trail={"log_group_days": 90})
    inputs = only(recording, TRAIL).inputs
    group = only(recording, "aws:cloudwatch/logGroup:LogGroup")
    assert inputs["cloudWatchLogsGroupArn"].endswith(":log-group:/aws/cloudtrail/ml:*")
    assert inputs["cloudWatchLogsRoleArn"]
    assert group.inputs["retentionInDays"] == 90
    assert group.inputs["kmsKeyId"]


def test_existing_trail_leaves_key_and_bucket_out() -> None:
    recording = audit(cloud_trail="existing")
    assert [each.type for each in recording.resources if each.custom] == [ANALYZER]


def test_each_plan_of_guardduty_is_stated() -> None:
    plans = named(audit(threat_detection={"runtime_monitoring": True}), PLAN)
    states = {each.inputs["name"]: each.inputs["status"] for each in plans.values()}
    assert states == {
        "EKS_AUDIT_LOGS": "ENABLED",
        "RDS_LOGIN_EVENTS": "ENABLED",
        "RUNTIME_MONITORING": "ENABLED",
        "S3_DATA_EVENTS": "DISABLED",
        "EBS_MALWARE_PROTECTION": "DISABLED",
        "LAMBDA_NETWORK_LOGS": "DISABLED",
    }
    agents = plans["audit-runtime-monitoring"].inputs["additionalConfigurations"]
    assert {each["name"]: each["status"] for each in agents} == {
        "EKS_ADDON_MANAGEMENT": "ENABLED",
        "ECS_FARGATE_AGENT_MANAGEMENT": "DISABLED",
        "EC2_AGENT_MANAGEMENT": "DISABLED",
    }


def test_findings_are_sent_through_an_encrypted_topic() -> None:
    recording = audit(threat_detection={}, emails=["security@example.com"])
    topic = only(recording, "aws:sns/topic:Topic")
    rules = named(recording, RULE)
    assert topic.inputs["kmsMasterKeyId"]
    assert {name: json.loads(rule.inputs["eventPattern"])["source"] for name, rule in rules.items()} == {
        "audit-threats": ["aws.guardduty"],
        "audit-external-access": ["aws.access-analyzer"],
    }
    key = only(recording, KEY).inputs["policy"]
    # EventBridge tells SNS and KMS neither its rule nor its account: a condition on them would lose each message.
    assert "events.amazonaws.com" in principals_allowed(key, "kms:GenerateDataKey", "*")
    assert "events.amazonaws.com" in principals_allowed(key, "kms:Decrypt", "*")
    policy = only(recording, "aws:sns/topicPolicy:TopicPolicy").inputs
    assert principals_allowed(policy["policy"], "sns:Publish", policy["arn"], aws_SecureTransport="true") == {
        "events.amazonaws.com"
    }
    assert principals_allowed(policy["policy"], "sns:Publish", policy["arn"], aws_SecureTransport="false") == set()


def test_all_parts_together_violate_no_rule() -> None:
    trail = {"log_group_days": 90, "data_events": {"buckets": [MODELS]}}
    recording = audit(trail=trail, threat_detection={}, unused_access_days=90, emails=["a@example.com"])
    found = [each for each in evaluate(recording.resources, context()) if not each.policy.endswith("-tags")]
    assert [(each.policy, each.urn, each.message) for each in found] == []


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ({"trail": {"lock_days": 91, "retention_days": 90}}, "trail.lockDays = 91: S3 cannot delete a file after 90"),
        ({"trail": {"retention_days": 30}}, "trail.retention_days = 30"),
        ({"cloud_trail": "existing", "trail": {"lock_days": 5}}, "cloudTrail is existing, so no trail is made"),
        ({"cloud_trail": "existing", "external_access": False}, "nothing is left to make"),
        ({"external_access": False, "emails": ["a@example.com"]}, "there are no findings to send"),
        ({"emails": ["security"]}, "'security' is not a valid email address"),
        ({"emails": ["a@example.com", "a@example.com"]}, "a@example.com is named more than once"),
        ({"trail": {"data_events": {"buckets": []}}}, "trail.data_events.buckets = []"),
        ({"trail": {"data_events": {"buckets": ["My_Bucket"]}}}, "'My_Bucket' is not a valid name of a bucket"),
        ({"trail": {"data_events": {"buckets": ["ml-trail-123456789012"]}}}, "is the bucket of the trail"),
        ({"trail": {"log_group_days": 91}}, "nearest: 90"),
        ({"unused_access_days": 366}, "unused_access_days = 366"),
        ({"name": "sthree-a"}, "S3 reserves bucket names that begin with sthree-"),
    ],
)
def test_refused(args: dict[str, Any], message: str) -> None:
    assert message in refusal(**args)


def test_plans_are_accepted_by_the_model_of_guardduty() -> None:
    plans = named(audit(threat_detection={"runtime_monitoring": True}), PLAN).values()
    features = [
        {
            "Name": each.inputs["name"],
            "Status": each.inputs["status"],
            "AdditionalConfiguration": [
                {"Name": agent["name"], "Status": agent["status"]}
                for agent in each.inputs.get("additionalConfigurations", [])
            ],
        }
        for each in plans
    ]
    assert faults("guardduty", "UpdateDetector", {"DetectorId": "a" * 32, "Features": features}) == []


def test_analyzers_are_accepted_by_the_model_of_access_analyzer() -> None:
    for each in named(audit(unused_access_days=9), ANALYZER).values():
        request = {"analyzerName": each.inputs["analyzerName"], "type": each.inputs["type"]}
        assert faults("accessanalyzer", "CreateAnalyzer", request) == []


def test_selectors_are_accepted_by_the_model_of_cloudtrail() -> None:
    trail = only(audit(trail={"data_events": {"buckets": [MODELS]}}), TRAIL)
    selectors = [
        {
            "Name": each["name"],
            "FieldSelectors": [
                {_OPERATORS.get(key, key.capitalize()): value for key, value in field.items()}
                for field in each["fieldSelectors"]
            ],
        }
        for each in trail.inputs["advancedEventSelectors"]
    ]
    request = {"TrailName": trail.inputs["name"], "AdvancedEventSelectors": selectors}
    assert faults("cloudtrail", "PutEventSelectors", request) == []


_OPERATORS = {"startsWiths": "StartsWith"}
"""The provider's names of operators that differ from the API's in more than their first letter."""
