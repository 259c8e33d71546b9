"""What a stack's section trainingPlatform needs of its other sections."""

from typing import Any

import pytest

from stacks.unusual_choices import unusual_choices
from tests.support.planner.plans import plan_of
from tests.support.stacks.configs import SECTIONS, STORE, config, read, refusal

SEARCH: dict[str, Any] = {"name": "search", "models": ["ranking/"]}
PLATFORM: dict[str, Any] = {"name": "ml", "teams": [SEARCH], "instanceTypes": {"ml.m5.large": 1}}
STUDIO = {"users": [{"name": "ada", "team": "search"}]}
ENDPOINTS = ["ec2", "ecr.api", "ecr.dkr", "eks", "eks-auth", "sts"]
CLOSED = {"vpcCidr": "10.0.0.0/16", "nat": "none", "interfaceEndpoints": ENDPOINTS}


def test_training_needs_the_buckets_of_a_feature_store() -> None:
    assert "trainingPlatform = 'ml': it needs featureStore" in refusal(trainingPlatform=PLATFORM)


def test_training_with_a_feature_store_is_a_config() -> None:
    assert read({**SECTIONS, "featureStore": STORE, "trainingPlatform": PLATFORM}).training_platform


@pytest.mark.parametrize(
    "elsewhere", ["aws:sns:eu-west-1:{}", "aws:sns:us-east-1:999988887777", "aws-cn:sns:us-east-1:{}"]
)
def test_alarm_topic_of_another_region_or_account_is_refused(elsewhere: str) -> None:
    account = SECTIONS["environment"]["account"]
    topic = f"arn:{elsewhere.format(account)}:alarms"
    told = refusal(featureStore=STORE, trainingPlatform={**PLATFORM, "alarmTopicArns": [topic]})
    assert f"trainingPlatform.alarmTopicArns[0] = '{topic}': alarms of the stack notify topics of its own" in told
    own = {**PLATFORM, "alarmTopicArns": [f"arn:aws:sns:us-east-1:{account}:alarms"]}
    assert read({**SECTIONS, "featureStore": STORE, "trainingPlatform": own}).training_platform


@pytest.mark.parametrize(
    ("network", "platform", "told"),
    [
        (CLOSED, {}, "a program that submits jobs reaches AWS by interface endpoints only; add logs, sagemaker.api"),
        (CLOSED, {"internet": True}, "trainingPlatform.internet = true: network.nat is none"),
        (
            {"vpcCidr": "10.0.0.0/16"},
            {"studio": STUDIO},
            "Studio reaches AWS by interface endpoints only; add logs, sagemaker.api, sagemaker.runtime, sts",
        ),
        ({**CLOSED, "interfaceEndpoints": [*ENDPOINTS, "logs"]}, {}, "add sagemaker.api"),
    ],
)
def test_missing_way_to_aws_is_refused(network: dict[str, Any], platform: dict[str, Any], told: str) -> None:
    assert told in refusal(network=network, featureStore=STORE, trainingPlatform={**PLATFORM, **platform})


@pytest.mark.parametrize(
    ("network", "platform"),
    [
        ({**CLOSED, "interfaceEndpoints": [*ENDPOINTS, "logs", "sagemaker.api"]}, {}),
        ({"vpcCidr": "10.0.0.0/16"}, {"studio": STUDIO, "internet": True}),
        (
            {**CLOSED, "interfaceEndpoints": [*ENDPOINTS, "logs", "sagemaker.api", "sagemaker.runtime"]},
            {"studio": STUDIO},
        ),
    ],
)
def test_way_to_aws_is_enough(network: dict[str, Any], platform: dict[str, Any]) -> None:
    sections = {**SECTIONS, "network": network, "featureStore": STORE, "trainingPlatform": {**PLATFORM, **platform}}
    assert read(sections).training_platform


def test_own_account_is_no_reader() -> None:
    team = {**SEARCH, "readerAccounts": ["111122223333"]}
    told = refusal(featureStore=STORE, trainingPlatform={**PLATFORM, "teams": [team]})
    assert "trainingPlatform.teams[0].readerAccounts = '111122223333': it is the stack's own account" in told


@pytest.mark.parametrize(
    ("usage", "told"),
    [
        (
            {"jobHours": {"ml.m5.lage": 1}},
            "does not have ml.m5.lage; add it there, or remove it; did you mean ml.m5.large?",
        ),
        ({"spotJobHours": {"ml.p5.48xlarge": 1}}, "trainingPlatform.instanceTypes does not have ml.p5.48xlarge"),
        ({"studioHours": {"ml.t3.medium": 1}}, "the stack has no trainingPlatform.studio; remove it"),
    ],
)
def test_usage_names_instance_types_of_the_platform(usage: dict[str, Any], told: str) -> None:
    assert told in refusal(featureStore=STORE, trainingPlatform=PLATFORM, usage={"sagemaker": usage})


def test_usage_without_training_is_refused() -> None:
    told = refusal(usage={"sagemaker": {"jobHours": {"ml.m5.large": 1}}})
    assert "usage.sagemaker.jobHours.ml.m5.large = 1.0: the stack has no trainingPlatform; remove it" in told


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"internet": True}, "trainingPlatform.internet"),
        ({"deletionProtection": False}, "trainingPlatform.deletionProtection"),
    ],
)
def test_unsafe_choice_is_listed(change: dict[str, Any], field: str) -> None:
    changed = {f"trainingPlatform__{name}": value for name, value in change.items()}
    assert field in [choice.field for choice in unusual_choices(config(**changed))]


@pytest.mark.parametrize("stack", ["prod", "staging"])
def test_jobs_have_the_private_subnets_and_the_stores_buckets(stack: str) -> None:
    plan = {each.name: each for each in plan_of(stack)}
    policy = str(plan["training-search-jobs-policy"].inputs["policy"])
    assert f"s3:::ml-{stack}-models-" in policy
    assert "subnet/subnet-network-private" in policy
