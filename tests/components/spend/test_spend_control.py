"""What a SpendControl is made of, what AWS and people may do with it, and what is refused."""

import json
from typing import Any

import pytest

from components.core.spec import SpecError
from components.spend.spend_control.spend_control import SpendControl
from policies.engine.evaluate import evaluate
from tests.support.aws_models import faults
from tests.support.components.billing_api import (
    action_request,
    budget_request,
    export_request,
    monitor_request,
    subscription_request,
)
from tests.support.components.iam import allows
from tests.support.components.known_actions import unknown_to_aws
from tests.support.components.mocks import ACCOUNT, Recording, run
from tests.support.policies.cases import context

BUDGET = "aws:budgets/budget:Budget"
ACTION = "aws:budgets/budgetAction:BudgetAction"
MONITOR = "aws:costexplorer/anomalyMonitor:AnomalyMonitor"
SUBSCRIPTION = "aws:costexplorer/anomalySubscription:AnomalySubscription"
COST_TAG = "aws:costexplorer/costAllocationTag:CostAllocationTag"
EXPORT = "aws:bcmdata/export:Export"
KEY = "aws:kms/key:Key"
TOPIC = "aws:sns/topic:Topic"
TOPIC_POLICY = "aws:sns/topicPolicy:TopicPolicy"
BUCKET_POLICY = "aws:s3/bucketPolicy:BucketPolicy"
ROLE = "aws:iam/role:Role"
ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy"
POLICY = "aws:iam/policy:Policy"
WORKGROUP = "aws:athena/workgroup:Workgroup"

TAGS = {"environment": "production", "managed-by": "mlplatform", "cost-center": "42"}
EXPORTED: dict[str, Any] = {"export": True, "log_bucket": "ml-logs", "catalog_database": "ml"}
FREEZE = {"name": "freeze", "kind": "deny-capacity", "targets": ["deployer"]}
BUCKET = f"ml-costs-{ACCOUNT}"


def spend_control(recording: Recording | None = None, **args: Any) -> Recording:
    """A SpendControl "spend" that notifies finance, unless `args` say otherwise."""
    given = {
        "name": "ml",
        "emails": ["finance@example.com"],
        "monthly_limit": 1000,
        "cost_tags": TAGS,
        **args,
    }
    return run(lambda: SpendControl("spend", given), recording)  # pyright: ignore[reportArgumentType]


def refusal(**args: Any) -> str:
    recording = Recording()
    with pytest.raises(SpecError) as error:
        spend_control(recording, **args)
    assert not [each for each in recording.resources if each.custom]
    return str(error.value)


def test_default_is_a_budget_and_nothing_else() -> None:
    made = spend_control()
    assert [each.type for each in made.resources if each.custom] == [BUDGET]
    inputs = made.one(BUDGET).inputs
    assert (inputs["limitAmount"], inputs["limitUnit"], inputs["timeUnit"]) == ("1000.00", "USD", "MONTHLY")
    assert faults("budgets", "CreateBudget", budget_request(inputs, ACCOUNT)) == []


def test_budget_counts_the_tag_without_credits_and_prepayments() -> None:
    inputs = spend_control().one(BUDGET).inputs
    assert inputs["costFilters"] == [{"name": "TagKeyValue", "values": ["user:environment$production"]}]
    assert inputs["costTypes"] == {"includeCredit": False, "includeRefund": False, "useAmortized": True}
    assert "costFilters" not in spend_control(scope="account").one(BUDGET).inputs


def test_budget_notifies_of_costs_and_forecasts() -> None:
    made = spend_control(topic=True, actual_percents=[50, 90], forecast_percents=[110])
    notifications = made.one(BUDGET).inputs["notifications"]
    assert [(each["notificationType"], each["threshold"]) for each in notifications] == [
        ("ACTUAL", 50),
        ("ACTUAL", 90),
        ("FORECASTED", 110),
    ]
    for each in notifications:
        assert each["subscriberEmailAddresses"] == ["finance@example.com"]
        assert each["subscriberSnsTopicArns"] == [f"arn:aws:sns:us-east-1:{ACCOUNT}:ml-costs"]
    assert faults("budgets", "CreateBudget", budget_request(made.one(BUDGET).inputs, ACCOUNT)) == []


def test_topic_is_encrypted_and_takes_messages_of_billing_alone() -> None:
    made = spend_control(topic=True)
    assert made.one(TOPIC).inputs["kmsMasterKeyId"] == f"arn:aws:kms:us-east-1:{ACCOUNT}:key/spend-key"
    policy = {each["Sid"]: each for each in json.loads(made.one(TOPIC_POLICY).inputs["policy"])["Statement"]}
    assert policy["BudgetsPublish"]["Principal"] == {"Service": "budgets.amazonaws.com"}
    assert policy["BudgetsPublish"]["Condition"] == {
        "StringEquals": {"aws:SourceAccount": ACCOUNT},
        "ArnLike": {"aws:SourceArn": f"arn:aws:budgets::{ACCOUNT}:*"},
    }
    assert policy["AnomaliesPublish"]["Principal"] == {"Service": "costalerts.amazonaws.com"}
    assert policy["AnomaliesPublish"]["Condition"] == {"StringEquals": {"aws:SourceAccount": ACCOUNT}}
    key = {each["Sid"]: each for each in json.loads(made.one(KEY).inputs["policy"])["Statement"]}
    for sid in ("BudgetsEncrypt", "AnomaliesEncrypt"):
        assert set(key[sid]["Action"]) == {"kms:GenerateDataKey*", "kms:Decrypt"}
        assert key[sid]["Condition"]["StringEquals"] == {"aws:SourceAccount": ACCOUNT}
    assert "ExportsEncrypt" not in key


def test_budget_waits_until_the_topic_lets_it_publish() -> None:
    made = spend_control(topic=True, anomalies={})
    policy = made.one(TOPIC_POLICY).urn
    assert policy in made.one(BUDGET).dependencies
    assert policy in made.one(SUBSCRIPTION, "spend-anomalies-topic").dependencies


def test_denial_is_attached_to_the_named_roles_by_budgets_alone() -> None:
    made = spend_control(actions=[FREEZE])
    action = made.one(ACTION).inputs
    assert faults("budgets", "CreateBudgetAction", action_request(action, ACCOUNT)) == []
    assert (action["approvalModel"], action["actionThreshold"]["actionThresholdValue"]) == ("MANUAL", 120)
    denial = f"arn:aws:iam::{ACCOUNT}:policy/spend-freeze-denial-1a2b3c4"
    assert action["definition"] == {"iamActionDefinition": {"policyArn": denial, "roles": ["deployer"]}}
    [trust] = json.loads(made.one(ROLE).inputs["assumeRolePolicy"])["Statement"]
    assert trust["Principal"] == {"Service": "budgets.amazonaws.com"}
    assert trust["Condition"]["StringEquals"] == {"aws:SourceAccount": ACCOUNT}
    policy = made.one(ROLE_POLICY).inputs["policy"]
    role = f"arn:aws:iam::{ACCOUNT}:role/deployer"
    assert allows(policy, "iam:AttachRolePolicy", role, iam_PolicyARN=denial)
    assert allows(policy, "iam:DetachRolePolicy", role.replace("/deployer", "/ci/deployer"), iam_PolicyARN=denial)
    assert not allows(policy, "iam:AttachRolePolicy", role, iam_PolicyARN="arn:aws:iam::aws:policy/AdministratorAccess")
    assert not allows(policy, "iam:AttachRolePolicy", f"arn:aws:iam::{ACCOUNT}:role/other", iam_PolicyARN=denial)
    assert made.one(ROLE_POLICY).urn in made.one(ACTION).dependencies


def test_denial_denies_new_capacity_and_nothing_that_ends_it() -> None:
    policy = spend_control(actions=[FREEZE]).one(POLICY).inputs["policy"]
    [statement] = json.loads(policy)["Statement"]
    assert statement["Effect"] == "Deny"
    assert set(statement["Action"]) >= {"ec2:RunInstances", "ec2:CreateFleet", "sagemaker:CreateTrainingJob"}
    ending = ("Delete", "Terminate", "Stop", "Describe", "List", "Get")
    assert not [each for each in statement["Action"] if each.partition(":")[2].startswith(ending)]


def test_policies_name_actions_that_aws_knows() -> None:
    stop = {"name": "stop", "kind": "stop-databases", "targets": ["ml-dev"]}
    made = spend_control(
        actions=[FREEZE, stop, {**stop, "name": "vm", "kind": "stop-instances", "targets": ["i-01234567"]}]
    )
    policies = [made.one(POLICY), *made.all(ROLE_POLICY)]
    assert len(policies) == 4
    assert [wrong for each in policies for wrong in unknown_to_aws(each.inputs["policy"])] == []


@pytest.mark.parametrize(
    ("kind", "target", "subtype", "stop", "arn"),
    [
        (
            "stop-instances",
            "i-0123456789abcdef0",
            "STOP_EC2_INSTANCES",
            "ec2:StopInstances",
            "ec2:us-east-1:{}:instance/",
        ),
        ("stop-databases", "ml-dev", "STOP_RDS_INSTANCES", "rds:StopDBInstance", "rds:us-east-1:{}:db:"),
    ],
)
def test_stopping_reaches_the_named_instances_alone(kind: str, target: str, subtype: str, stop: str, arn: str) -> None:
    action = {"name": "stop", "kind": kind, "targets": [target], "approval": "automatic", "percent": 150}
    made = spend_control(actions=[action])
    inputs = made.one(ACTION).inputs
    assert faults("budgets", "CreateBudgetAction", action_request(inputs, ACCOUNT)) == []
    assert inputs["approvalModel"] == "AUTOMATIC"
    assert inputs["definition"]["ssmActionDefinition"]["actionSubType"] == subtype
    policy = made.one(ROLE_POLICY).inputs["policy"]
    base = f"arn:aws:{arn.format(ACCOUNT)}"
    assert allows(policy, stop, f"{base}{target}")
    assert not allows(policy, stop, f"{base}other")
    document = "AWS-StopEC2Instance" if kind == "stop-instances" else "AWS-StopRdsInstance"
    definition = f"arn:aws:ssm:us-east-1::automation-definition/{document}:1"
    assert allows(policy, "ssm:StartAutomationExecution", definition)
    assert not allows(policy, "ssm:StartAutomationExecution", definition.replace(document, "AWS-RunShellScript"))


def test_monitor_of_services_has_no_specification() -> None:
    made = spend_control(topic=True, anomalies={"minimum_usd": 250, "minimum_percent": 12.5})
    inputs = made.one(MONITOR).inputs
    assert (inputs["monitorType"], inputs["monitorDimension"]) == ("DIMENSIONAL", "SERVICE")
    assert "monitorSpecification" not in inputs
    assert faults("ce", "CreateAnomalyMonitor", monitor_request(inputs)) == []
    for name in ("mail", "topic"):
        subscription = made.one(SUBSCRIPTION, f"spend-anomalies-{name}").inputs
        assert faults("ce", "CreateAnomalySubscription", subscription_request(subscription)) == []
        limits = {
            each["dimension"]["key"]: each["dimension"]["values"]
            for each in subscription["thresholdExpression"]["ands"]
        }
        assert limits == {"ANOMALY_TOTAL_IMPACT_ABSOLUTE": ["250"], "ANOMALY_TOTAL_IMPACT_PERCENTAGE": ["12.5"]}


def test_monitor_of_a_tag_has_no_dimension() -> None:
    made = spend_control(anomalies={"monitor": "environment"})
    inputs = made.one(MONITOR).inputs
    assert inputs["monitorType"] == "CUSTOM"
    assert "monitorDimension" not in inputs
    assert json.loads(inputs["monitorSpecification"]) == {"Tags": {"Key": "environment", "Values": ["production"]}}
    assert faults("ce", "CreateAnomalyMonitor", monitor_request(inputs)) == []


def test_mail_reports_daily_and_the_topic_at_once() -> None:
    made = spend_control(topic=True, anomalies={})
    found = {each.name: each.inputs for each in made.all(SUBSCRIPTION)}
    assert {name: (each["frequency"], each["subscribers"][0]["type"]) for name, each in found.items()} == {
        "spend-anomalies-mail": ("DAILY", "EMAIL"),
        "spend-anomalies-topic": ("IMMEDIATE", "SNS"),
    }


def test_existing_monitor_is_used_instead_of_another() -> None:
    arn = f"arn:aws:ce::{ACCOUNT}:anomalymonitor/8b4d9d2e-0000-4000-8000-000000000000"
    made = spend_control(anomalies={"monitor_arn": arn})
    assert made.all(MONITOR) == []
    assert made.one(SUBSCRIPTION).inputs["monitorArnLists"] == [arn]


def test_tags_are_activated_on_request_alone() -> None:
    assert spend_control().all(COST_TAG) == []
    made = spend_control(activate_tags=True, team_tag="squad").all(COST_TAG)
    assert [each.inputs["tagKey"] for each in made] == ["cost-center", "environment", "managed-by", "squad"]
    assert {each.inputs["status"] for each in made} == {"Active"}
    # A deletion would make them inactive for the whole organization.
    assert all(each.retain_on_delete for each in made)


def test_export_is_of_focus_1_2_by_day_into_the_bucket() -> None:
    made = spend_control(**EXPORTED)
    request = export_request(made.one(EXPORT).inputs)
    assert faults("bcm-data-exports", "CreateExport", request) == []
    query = request["Export"]["DataQuery"]
    assert query["QueryStatement"].endswith(" FROM FOCUS_1_2_AWS")
    assert query["TableConfigurations"] == {"FOCUS_1_2_AWS": {"TIME_GRANULARITY": "DAILY"}}
    destination = request["Export"]["DestinationConfigurations"]["S3Destination"]
    assert (destination["S3Bucket"], destination["S3Region"]) == (BUCKET, "us-east-1")
    assert destination["S3OutputConfigurations"]["Overwrite"] == "OVERWRITE_REPORT"


def test_export_waits_for_the_bucket_policy_that_lets_it_write() -> None:
    made = spend_control(**EXPORTED)
    policy = made.one(BUCKET_POLICY)
    assert policy.urn in made.one(EXPORT).property_dependencies["export"]
    allowed = {
        (service, action)
        for each in json.loads(policy.inputs["policy"])["Statement"]
        if each["Effect"] == "Allow"
        for service in each["Principal"]["Service"]
        for action in each["Action"]
        if each["Condition"]["StringEquals"] == {"aws:SourceAccount": ACCOUNT}
        and f"arn:aws:bcm-data-exports:us-east-1:{ACCOUNT}:export/*" in each["Condition"]["ArnLike"]["aws:SourceArn"]
    }
    services = ("bcm-data-exports.amazonaws.com", "billingreports.amazonaws.com")
    assert allowed == {(one, action) for one in services for action in ("s3:PutObject", "s3:GetBucketPolicy")}
    [grant] = [
        each for each in json.loads(made.one(KEY).inputs["policy"])["Statement"] if each["Sid"] == "ExportsEncrypt"
    ]
    assert set(grant["Principal"]["Service"]) == set(services)
    assert grant["Condition"]["StringEquals"] == {"aws:SourceAccount": ACCOUNT}


def test_reader_queries_the_bill_and_nothing_else() -> None:
    outputs: list[str] = []

    def build() -> None:
        given: Any = {"name": "ml", "emails": ["a@example.com"], "monthly_limit": 1, "cost_tags": TAGS, **EXPORTED}
        SpendControl("spend", given).reader_policy.apply(outputs.append)

    run(build)
    [policy] = outputs
    assert unknown_to_aws(policy) == []
    assert allows(policy, "athena:StartQueryExecution", f"arn:aws:athena:us-east-1:{ACCOUNT}:workgroup/ml-costs")
    assert not allows(policy, "athena:StartQueryExecution", f"arn:aws:athena:us-east-1:{ACCOUNT}:workgroup/ml")
    tables = f"arn:aws:glue:us-east-1:{ACCOUNT}:table/ml"
    for table in ("costs", "costs_by_day", "costs_by_team", "costs_by_component"):
        assert allows(policy, "glue:GetTable", f"{tables}/{table}")
    assert not allows(policy, "glue:GetTable", f"{tables}/features")
    assert allows(policy, "s3:GetObject", f"arn:aws:s3:::{BUCKET}/focus/ml-focus-1-2/data/BILLING_PERIOD=2026-11/a")
    assert not allows(policy, "s3:PutObject", f"arn:aws:s3:::{BUCKET}/focus/x")
    assert allows(policy, "s3:PutObject", f"arn:aws:s3:::{BUCKET}/athena-results/x")


def test_component_violates_no_rule() -> None:
    made = spend_control(topic=True, anomalies={}, actions=[FREEZE], activate_tags=True, **EXPORTED)
    tagged = {"required-tags", "provider-account", "production-budget"}
    assert [each for each in evaluate(made.resources, context()) if each.policy not in tagged] == []


def test_workgroup_limits_and_encrypts_queries() -> None:
    configuration = spend_control(**EXPORTED).one(WORKGROUP).inputs["configuration"]
    assert configuration["bytesScannedCutoffPerQuery"] == 100 * 1024**3
    assert configuration["enforceWorkgroupConfiguration"] is True
    assert configuration["resultConfiguration"]["encryptionConfiguration"]["encryptionOption"] == "SSE_KMS"


@pytest.mark.parametrize(
    ("args", "said"),
    [
        ({"emails": []}, "emails = []: nobody would be notified; name an address, or set topic to true"),
        ({"emails": ["finance"]}, "emails[0] = 'finance'"),
        ({"emails": ["a@b.example", "a@b.example"]}, "is named more than once"),
        ({"actual_percents": [], "forecast_percents": []}, "the budget would notify nobody"),
        ({"actual_percents": list(range(10, 110, 10))}, "a budget has at most 10 notifications"),
        ({"actual_percents": [0]}, "actual_percents[0] = 0"),
        ({"monthly_limit": 0}, "monthly_limit = 0"),
        ({"monthly_limit": 0.004}, "monthly_limit = 0.004: must be at least 0.01"),
        ({"monthly_limit": 1e300}, "monthly_limit = 1e+300: must be at most 10000000000"),
        ({"cost_tags": {**TAGS, "environment": ""}}, "the tag environment is empty, so no cost is found by it"),
        ({"cost_tags": {**TAGS, "owner": " "}}, "the tag owner is empty"),
        ({"name": "ml:prod"}, "name = 'ml:prod'"),
        ({"name": "xn--prod"}, "S3 reserves bucket names that begin with xn--"),
        ({"actions": [{**FREEZE, "targets": ["team/deployer"]}]}, "is not an IAM role's name without its path"),
        ({"actions": [{**FREEZE, "kind": "stop-instances"}]}, "is not an EC2 instance's id"),
        ({"actions": [{**FREEZE, "targets": ["a", "a"]}]}, "is named more than once"),
        ({"actions": [FREEZE, FREEZE]}, "another action has this name"),
        (
            {"anomalies": {"monitor": "services", "monitor_arn": f"arn:aws:ce::{ACCOUNT}:anomalymonitor/a"}},
            "remove one",
        ),
        ({"anomalies": {"monitor_arn": "my-monitor"}}, "anomalies.monitor_arn = 'my-monitor'"),
        ({"cost_tags": {"owner": "ml"}}, "costTags = ['owner']: has no tag environment"),
        ({"export": True}, "log_bucket is missing, and export needs it"),
        ({"export": True, "log_bucket": "logs"}, "catalog_database is missing"),
        ({"export_days": 30}, "export_days = 30"),
    ],
)
def test_wrong_arguments_are_refused_with_a_remedy(args: dict[str, Any], said: str) -> None:
    assert said in refusal(**args)
