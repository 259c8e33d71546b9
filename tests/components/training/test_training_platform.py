"""Jobs of a team run closed and bounded, on the team's own data, and failed ones are told."""

import json
import re
from typing import Any, cast

import pytest

from components.core.spec import SpecError
from components.facts.sagemaker import has_local_disk, studio_types, training_types
from components.training.training_platform.training_platform import TrainingPlatform
from policies.engine.evaluate import evaluate
from tests.support.aws_models import faults, service_model
from tests.support.components.iam import allows
from tests.support.components.mocks import ACCOUNT, REGION, Recording, run
from tests.support.policies.cases import context

DATA_KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/data"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/training-key"
GROUP = "sg-training-jobs-sg"
CI = f"arn:aws:iam::{ACCOUNT}:role/search-pipeline"
SEARCH: dict[str, Any] = {"name": "search", "models": ["ranking/", "embeddings/"], "raw": ["clicks/"]}
RISK: dict[str, Any] = {"name": "risk", "models": ["fraud/"], "offline": ["risk/"]}
STUDIO: dict[str, Any] = {"users": [{"name": "ada", "team": "search"}, {"name": "grace", "team": "risk"}]}
DOMAIN = "aws:sagemaker/domain:Domain"
LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"
EGRESS = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"
ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy"
PUBLISHED = service_model("sagemaker")


def platform(recording: Recording | None = None, **config: Any) -> Recording:
    args: Any = {
        "name": "ml-prod",
        "teams": [SEARCH, RISK],
        "instance_types": {"ml.g5.2xlarge": 4, "ml.m5.large": 2},
        "vpc_id": "vpc-1",
        "vpc_cidr": "10.40.0.0/16",
        "private_subnet_ids": ["subnet-a", "subnet-b"],
        "endpoint_security_group_id": "sg-endpoints",
        "raw_bucket": "ml-raw",
        "training_bucket": "ml-training",
        "models_bucket": "ml-models",
        "offline_bucket": "ml-offline",
        "data_key_arn": DATA_KEY,
        **config,
    }
    return run(lambda: TrainingPlatform("training", args), recording)


def refusal(**config: Any) -> str:
    recording = Recording()
    with pytest.raises(SpecError) as error:
        platform(recording, **config)
    assert not [each for each in recording.resources if each.custom]
    return str(error.value)


def execution_policy(found: Recording, team: str = "search") -> str:
    return str(found.one(ROLE_POLICY, f"training-{team}-jobs-policy").inputs["policy"])


def submitter_policy(found: Recording, team: str = "search") -> str:
    return str(found.one("aws:iam/policy:Policy", f"training-{team}-submit").inputs["policy"])


def job(name: str, kind: str = "training-job") -> str:
    return f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:{kind}/{name}"


GOOD: dict[str, Any] = {
    "sagemaker_VpcSubnets": ["subnet-a"],
    "sagemaker_VpcSecurityGroupIds": [GROUP],
    "sagemaker_InstanceTypes": ["ml.m5.large"],
    "sagemaker_OutputKmsKeyArn": DATA_KEY,
    "sagemaker_VolumeKmsKeyArn": KEY,
    "sagemaker_InterContainerTrafficEncryption": "true",
    "sagemaker_MaxRuntimeInSeconds": "3600",
}
"""What SageMaker puts into the conditions of a job that meets all bounds."""


def may_create(policy: str, name: str = "search-ranking-1", lacking: str = "", **changed: Any) -> bool:
    request = {key: value for key, value in {**GOOD, **changed}.items() if key != lacking}
    return allows(policy, "sagemaker:CreateTrainingJob", job(name), **request)


def test_submitter_creates_a_job_that_meets_every_bound() -> None:
    policy = submitter_policy(platform())
    assert may_create(policy)
    assert allows(policy, "sagemaker:CreateProcessingJob", job("search-x", "processing-job"), **GOOD)
    assert allows(
        policy, "sagemaker:CreateHyperParameterTuningJob", job("search-x", "hyper-parameter-tuning-job"), **GOOD
    )


@pytest.mark.parametrize("lacking", GOOD)
def test_submitter_cannot_omit_a_bound(lacking: str) -> None:
    assert not may_create(submitter_policy(platform()), lacking=lacking)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("VpcSubnets", ["subnet-a", "subnet-public"]),
        ("VpcSecurityGroupIds", [GROUP, "sg-other"]),
        ("InstanceTypes", ["ml.p5.48xlarge"]),
        ("InstanceTypes", ["ml.m5.large", "ml.p5.48xlarge"]),
        ("OutputKmsKeyArn", f"arn:aws:kms:{REGION}:{ACCOUNT}:key/other"),
        ("VolumeKmsKeyArn", DATA_KEY),
        ("InterContainerTrafficEncryption", "false"),
        ("MaxRuntimeInSeconds", "86401"),
        ("KeepAlivePeriod", "1"),
        ("EnableRemoteDebug", "true"),
    ],
)
def test_submitter_cannot_exceed_a_bound(key: str, value: Any) -> None:
    assert not may_create(submitter_policy(platform()), **{f"sagemaker_{key}": value})


def test_submitter_of_one_team_has_no_jobs_of_another() -> None:
    policy = submitter_policy(platform())
    assert not may_create(policy, name="risk-fraud-1")
    for action in ("DescribeTrainingJob", "StopTrainingJob"):
        assert allows(policy, f"sagemaker:{action}", job("search-ranking-1"))
        assert not allows(policy, f"sagemaker:{action}", job("risk-fraud-1"))


def test_teams_read_and_write_only_their_own_logs() -> None:
    found = platform()
    group = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/aws/sagemaker/TrainingJobs:log-stream"
    for action, document in (("GetLogEvents", submitter_policy(found)), ("PutLogEvents", execution_policy(found))):
        assert allows(document, f"logs:{action}", f"{group}:search-ranking-1/algo-1-1")
        assert not allows(document, f"logs:{action}", f"{group}:risk-fraud-1/algo-1-1")


def test_job_on_local_disks_has_no_volume_key() -> None:
    """SageMaker refuses a key there: the hardware encrypts the disks."""
    policy = submitter_policy(platform())
    local: dict[str, Any] = {"sagemaker_InstanceTypes": ["ml.g5.2xlarge"]}
    assert may_create(policy, lacking="sagemaker_VolumeKmsKeyArn", **local)
    assert not may_create(policy, **local)


@pytest.mark.parametrize(
    ("types", "sids"),
    [
        ({"ml.g5.xlarge": 1}, {"CreateJobsOnLocalDisks"}),
        ({"ml.m5.large": 1}, {"CreateJobs"}),
    ],
)
def test_only_statements_for_the_instance_types_exist(types: dict[str, int], sids: set[str]) -> None:
    policy = json.loads(submitter_policy(platform(instance_types=types)))
    assert {each["Sid"] for each in policy["Statement"] if each["Sid"].startswith("CreateJobs")} == sids


def test_warm_pool_is_bounded_where_it_is_allowed() -> None:
    policy = submitter_policy(platform(warm_pool_seconds=1800))
    assert may_create(policy, sagemaker_KeepAlivePeriod="1800")
    assert not may_create(policy, sagemaker_KeepAlivePeriod="1801")
    update = "sagemaker:UpdateTrainingJob"
    assert allows(policy, update, job("search-1"), sagemaker_KeepAlivePeriod="0")
    assert not allows(policy, update, job("search-1"), sagemaker_KeepAlivePeriod="21600")
    assert not allows(submitter_policy(platform()), update, job("search-1"), sagemaker_KeepAlivePeriod="0")


def test_network_isolation_can_be_required() -> None:
    policy = submitter_policy(platform(network_isolation=True))
    assert not may_create(policy)
    assert may_create(policy, sagemaker_NetworkIsolation="true")


def test_submitter_passes_only_its_teams_roles_to_sagemaker() -> None:
    found = platform()
    policy = submitter_policy(found)
    own = found.outputs("training")["execution_role_arns"]["search"]
    other = found.outputs("training")["execution_role_arns"]["risk"]
    passed = {"iam_PassedToService": "sagemaker.amazonaws.com"}
    assert allows(policy, "iam:PassRole", own, **passed)
    assert not allows(policy, "iam:PassRole", other, **passed)
    assert not allows(policy, "iam:PassRole", own, iam_PassedToService="ec2.amazonaws.com")


def test_submitter_registers_versions_that_wait_for_approval() -> None:
    policy = submitter_policy(platform())
    version = f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:model-package/ml-prod-search/1"
    create = "sagemaker:CreateModelPackage"
    assert allows(policy, create, version, sagemaker_ModelApprovalStatus="PendingManualApproval")
    assert not allows(policy, create, version, sagemaker_ModelApprovalStatus="Approved")
    assert not allows(policy, "sagemaker:UpdateModelPackage", version, sagemaker_ModelApprovalStatus="Approved")


def test_longest_submitter_policy_fits_a_managed_policy() -> None:
    longest = sorted(training_types(), key=len)[-20:]
    team = {"name": "a" * 24, "models": ["ranking/"]}
    subnets = [f"subnet-{letter * 17}" for letter in "abc"]
    found = platform(
        teams=[team],
        instance_types=dict.fromkeys(longest, 1),
        warm_pool_seconds=600,
        private_subnet_ids=subnets,
        network_isolation=True,
        name="b" * 24,
    )
    # IAM counts no white space. Source: IAM user guide, "IAM and AWS STS quotas".
    assert len(re.sub(r"\s", "", submitter_policy(found, "a" * 24))) <= 6144


def test_job_reads_and_writes_its_teams_folders_only() -> None:
    policy = execution_policy(platform())
    for action, place, expected in (
        ("s3:GetObject", "ml-raw/clicks/day=1", True),
        ("s3:GetObject", "ml-raw/payments/day=1", False),
        ("s3:PutObject", "ml-raw/clicks/day=1", False),
        ("s3:PutObject", "ml-models/ranking/1/model.onnx", True),
        ("s3:PutObject", "ml-models/fraud/1/model.onnx", False),
        ("s3:GetObject", "ml-models/fraud/1/model.onnx", False),
        ("s3:PutObject", "ml-models/mlflow/1", False),
        ("s3:PutObject", "ml-training/search/checkpoints/1", True),
        ("s3:DeleteObject", "ml-training/search/checkpoints/1", True),
        ("s3:DeleteObject", "ml-models/ranking/1/model.onnx", False),
        ("s3:PutObject", "ml-training/risk/x", False),
    ):
        assert allows(policy, action, f"arn:aws:s3:::{place}") is expected, (action, place)
    assert allows(policy, "s3:ListBucket", "arn:aws:s3:::ml-raw", s3_prefix="clicks/day")
    assert not allows(policy, "s3:ListBucket", "arn:aws:s3:::ml-raw", s3_prefix="payments/")
    assert not allows(policy, "s3:ListBucket", "arn:aws:s3:::ml-offline", s3_prefix="risk/")


def test_job_pulls_its_teams_images_or_the_named_ones() -> None:
    own = f"arn:aws:ecr:{REGION}:{ACCOUNT}:repository/search/trainer"
    other = f"arn:aws:ecr:{REGION}:444455556666:repository/search/trainer"
    assert allows(execution_policy(platform()), "ecr:BatchGetImage", own)
    assert not allows(execution_policy(platform()), "ecr:BatchGetImage", other)
    named = execution_policy(platform(teams=[{**SEARCH, "repository_arns": [other.replace("trainer", "*")]}]))
    assert allows(named, "ecr:BatchGetImage", other)
    assert not allows(named, "ecr:BatchGetImage", own)


def test_job_joins_the_platforms_subnets_only() -> None:
    policy = execution_policy(platform())
    subnet = f"arn:aws:ec2:{REGION}:{ACCOUNT}:subnet/"
    assert allows(policy, "ec2:CreateNetworkInterface", f"{subnet}subnet-a")
    assert not allows(policy, "ec2:CreateNetworkInterface", f"{subnet}subnet-public")
    interface = f"arn:aws:ec2:{REGION}:{ACCOUNT}:network-interface/eni-1"
    assert allows(policy, "ec2:DeleteNetworkInterface", interface, ec2_Subnet=f"{subnet}subnet-a")
    assert not allows(policy, "ec2:DeleteNetworkInterface", interface, ec2_Subnet=f"{subnet}subnet-public")


def test_pod_reads_the_results_of_its_team_and_writes_none() -> None:
    found = platform()
    policy = found.outputs("training")["result_policies"]["search"]
    for action, place, expected in (
        ("s3:GetObject", "ml-training/search/sagemaker/search-1/output/output.tar.gz", True),
        ("s3:GetObject", "ml-models/ranking/1/model.onnx", True),
        ("s3:GetObject", "ml-models/fraud/1/model.onnx", False),
        ("s3:GetObject", "ml-raw/clicks/day=1", False),
        ("s3:PutObject", "ml-training/search/x", False),
    ):
        assert allows(policy, action, f"arn:aws:s3:::{place}") is expected, (action, place)
    assert allows(policy, "sagemaker:DescribeTrainingJob", job("search-1"))
    assert not allows(policy, "sagemaker:DescribeTrainingJob", job("risk-1"))
    through_s3 = {"kms_ViaService": f"s3.{REGION}.amazonaws.com"}
    assert allows(policy, "kms:Decrypt", DATA_KEY, **through_s3)
    assert not allows(policy, "kms:Decrypt", DATA_KEY)


def test_largest_folders_of_a_team_fit_a_roles_policies() -> None:
    folders = [f"{letter * 20}/" for letter in "abcdefghijklmnopqrstuvwxyz"]
    team = {"name": "search", "models": folders, "raw": folders}
    found = platform(teams=[team], models_bucket="m" * 63, raw_bucket="r" * 63)
    assert len(re.sub(r"\s", "", execution_policy(found))) <= 10_240
    refused = refusal(teams=[{**team, "offline": folders}])
    assert "the 79 folders of team search take about" in refused
    assert "name a folder around several of them" in refused


def test_roles_of_jobs_trust_sagemaker_for_this_account_only() -> None:
    trust = json.loads(platform().one("aws:iam/role:Role", "training-search-jobs-role").inputs["assumeRolePolicy"])
    [statement] = trust["Statement"]
    assert statement["Principal"] == {"Service": "sagemaker.amazonaws.com"}
    assert statement["Condition"] == {"StringEquals": {"aws:SourceAccount": ACCOUNT}}


def test_submitter_role_exists_where_someone_may_assume_it() -> None:
    found = platform(teams=[{**SEARCH, "submitter_arns": [CI]}, RISK])
    roles = found.outputs("training")["submitter_role_arns"]
    assert set(roles) == {"search"}
    [statement] = json.loads(
        found.one("aws:iam/role:Role", "training-search-submitter-role").inputs["assumeRolePolicy"]
    )["Statement"]
    assert statement["Principal"] == {"AWS": [f"arn:aws:iam::{ACCOUNT}:root"]}
    assert statement["Condition"] == {"ArnEquals": {"aws:PrincipalArn": [CI]}}


def test_pipelines_have_their_teams_submitter_policy() -> None:
    found = platform()
    attached = found.one("aws:iam/rolePolicyAttachment:RolePolicyAttachment", "training-search-pipelines-submit")
    assert attached.inputs["policyArn"] == found.outputs("training")["submitter_policy_arns"]["search"]


def test_jobs_reach_only_each_other_s3_and_endpoints() -> None:
    rules = {each.name: each.inputs for each in platform().all(EGRESS)}
    assert set(rules) == {f"training-jobs-to-{place}" for place in ("members", "s3", "endpoints")}
    assert rules["training-jobs-to-s3"]["prefixListId"] == "pl-s3"
    assert rules["training-jobs-to-endpoints"]["referencedSecurityGroupId"] == "sg-endpoints"
    assert rules["training-jobs-to-members"]["referencedSecurityGroupId"] == GROUP
    assert {each["fromPort"] for name, each in rules.items() if "members" not in name} == {443}


def test_internet_is_a_choice() -> None:
    rules = {each.name: each.inputs for each in platform(internet=True).all(EGRESS)}
    assert rules["training-jobs-to-internet"]["cidrIpv4"] == "0.0.0.0/0"


def test_logs_of_jobs_are_encrypted_and_expire() -> None:
    groups = {each.inputs["name"]: each.inputs for each in platform(log_retention_days=30).all(LOG_GROUP)}
    assert set(groups) == {"/aws/sagemaker/TrainingJobs", "/aws/sagemaker/ProcessingJobs"}
    assert {each["retentionInDays"] for each in groups.values()} == {30}
    assert {each["kmsKeyId"] for each in groups.values()} == {KEY}


def test_failed_and_stopped_jobs_of_the_teams_reach_the_queue() -> None:
    found = platform(alarm_topic_arns=[f"arn:aws:sns:{REGION}:{ACCOUNT}:alarms"])
    rules = [json.loads(each.inputs["eventPattern"]) for each in found.all("aws:cloudwatch/eventRule:EventRule")]
    [training] = [each for each in rules if each["detail-type"] == ["SageMaker Training Job State Change"]]
    assert training["source"] == ["aws.sagemaker"]
    assert training["detail"]["TrainingJobStatus"] == ["Failed", "Stopped"]
    assert training["detail"]["TrainingJobName"] == [{"prefix": "search-"}, {"prefix": "risk-"}]
    assert set(PUBLISHED.shape_for("TrainingJobStatus").enum) >= {"Failed", "Stopped"}
    assert set(PUBLISHED.shape_for("ProcessingJobStatus").enum) >= {"Failed", "Stopped"}
    [policy] = found.all("aws:sqs/queuePolicy:QueuePolicy")
    [send, _] = json.loads(policy.inputs["policy"])["Statement"]
    assert len(send["Condition"]["ArnEquals"]["aws:SourceArn"]) == 2
    [alarm] = found.all("aws:cloudwatch/metricAlarm:MetricAlarm")
    assert alarm.inputs["alarmActions"] == [f"arn:aws:sns:{REGION}:{ACCOUNT}:alarms"]
    assert alarm.inputs["dimensions"]["QueueName"].startswith("training-failed-jobs")


def test_registry_has_a_group_for_each_team_and_named_readers() -> None:
    found = platform(teams=[{**SEARCH, "reader_accounts": ["444455556666"]}, RISK])
    groups = found.all("aws:sagemaker/modelPackageGroup:ModelPackageGroup")
    assert {each.inputs["modelPackageGroupName"] for each in groups} == {"ml-prod-search", "ml-prod-risk"}
    [policy] = found.all("aws:sagemaker/modelPackageGroupPolicy:ModelPackageGroupPolicy")
    said = json.loads(policy.inputs["resourcePolicy"])["Statement"]
    assert {each["Principal"]["AWS"][0] for each in said} == {"arn:aws:iam::444455556666:root"}
    actions = {action for each in said for action in each["Action"]}
    assert actions == {
        f"sagemaker:{name}" for name in ("DescribeModelPackageGroup", "DescribeModelPackage", "ListModelPackages")
    }


def test_no_studio_exists_unless_it_is_asked_for() -> None:
    found = platform()
    assert not found.all(DOMAIN)
    assert found.outputs("training")["studio_domain_id"] == ""


def test_studio_is_closed_encrypted_and_idle_apps_stop() -> None:
    found = platform(studio={**STUDIO, "idle_minutes": 90})
    domain = found.one(DOMAIN).inputs
    assert domain["appNetworkAccessType"] == "VpcOnly"
    assert domain["kmsKeyId"] == KEY
    assert domain["domainSettings"]["dockerSettings"]["enableDockerAccess"] == "DISABLED"
    assert domain["domainSettings"]["executionRoleIdentityConfig"] == "USER_PROFILE_NAME"
    for app in ("jupyterLabAppSettings", "codeEditorAppSettings"):
        idle = domain["defaultUserSettings"][app]["appLifecycleManagement"]["idleSettings"]
        assert idle["lifecycleManagement"] == "ENABLED"
        assert idle["idleTimeoutInMinutes"] == idle["maxIdleTimeoutInMinutes"] == 90
    logs = [each.inputs["name"] for each in found.all(LOG_GROUP)]
    assert "/aws/sagemaker/studio" in logs


@pytest.mark.parametrize(("protected", "kept"), [(True, "Retain"), (False, "Delete")])
def test_home_folders_are_kept_where_deletion_is_protected(protected: bool, kept: str) -> None:
    domain = platform(studio=STUDIO, deletion_protection=protected).one(DOMAIN)
    assert domain.inputs["retentionPolicy"] == {"homeEfsFileSystem": kept}
    assert domain.protect is protected


def test_each_profile_of_studio_has_its_teams_role() -> None:
    found = platform(studio=STUDIO)
    profiles = {
        each.inputs["userProfileName"]: each.inputs for each in found.all("aws:sagemaker/userProfile:UserProfile")
    }
    roles = {name: each["userSettings"]["executionRole"].rpartition("/")[2] for name, each in profiles.items()}
    assert roles["ada"].startswith("training-search-studio-role")
    assert roles["grace"].startswith("training-risk-studio-role")
    default = found.one(DOMAIN).inputs["defaultUserSettings"]["executionRole"].rpartition("/")[2]
    assert default.startswith("training-studio-role")
    granted = [*found.all(ROLE_POLICY), *found.all("aws:iam/rolePolicyAttachment:RolePolicyAttachment")]
    assert not [each for each in granted if each.inputs["role"].startswith("training-studio-role")]


def test_people_start_only_own_private_apps_on_allowed_types() -> None:
    found = platform(studio={**STUDIO, "instance_types": ["ml.t3.medium"]})
    policy = found.one(ROLE_POLICY, "training-search-studio-apps").inputs["policy"]
    app = f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:app/${{sagemaker:DomainId}}/space/JupyterLab/default"
    own = {
        "sagemaker_OwnerUserProfileArn": f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:user-profile/"
        "${sagemaker:DomainId}/${sagemaker:UserProfileName}",
        "sagemaker_SpaceSharingType": "Private",
    }
    assert allows(policy, "sagemaker:CreateApp", app, **own, sagemaker_InstanceTypes=["ml.t3.medium"])
    assert not allows(policy, "sagemaker:CreateApp", app, **own, sagemaker_InstanceTypes=["ml.p5.48xlarge"])
    shared = {**own, "sagemaker_SpaceSharingType": "Shared"}
    assert not allows(policy, "sagemaker:CreateApp", app, **shared, sagemaker_InstanceTypes=["ml.t3.medium"])


def test_protection_can_be_lifted() -> None:
    assert not any(each.protect for each in platform(deletion_protection=False, studio=STUDIO).resources)
    kept = {each.type for each in platform(studio=STUDIO).resources if each.protect}
    assert kept == {"aws:kms/key:Key", "aws:sagemaker/modelPackageGroup:ModelPackageGroup", DOMAIN}


def test_every_mandatory_rule_holds() -> None:
    team = {**SEARCH, "submitter_arns": [CI], "reader_accounts": ["444455556666"]}
    found = platform(teams=[team, RISK], studio=STUDIO, warm_pool_seconds=600)
    said = [each for each in evaluate(found.resources, context()) if each.level == "mandatory"]
    # The tags are those of a stack's provider, and StoreAlarms tells somebody of the alarm.
    of_the_stack = ("required-tags", "alarm-actions")
    assert [(each.policy, each.message) for each in said if each.policy not in of_the_stack] == []


def test_instance_types_are_those_of_the_published_api() -> None:
    assert set(training_types()) == set(PUBLISHED.shape_for("TrainingInstanceType").enum)
    assert set(studio_types()) <= set(PUBLISHED.shape_for("AppInstanceType").enum)


@pytest.mark.parametrize(
    ("kind", "local"),
    [
        ("ml.g4dn.xlarge", True),
        ("ml.g5.48xlarge", True),
        ("ml.p4d.24xlarge", True),
        ("ml.p6e-gb200.36xlarge", True),
        ("ml.m5.large", False),
        ("ml.p3.2xlarge", False),
        ("ml.p3dn.24xlarge", True),
        ("ml.c5.xlarge", False),
    ],
)
def test_types_with_local_disks_are_known(kind: str, local: bool) -> None:
    assert has_local_disk(kind) is local


def test_names_and_times_are_within_the_published_api() -> None:
    found = platform(
        name="a" * 24, teams=[{**SEARCH, "name": "b" * 24}], studio={"users": [{"name": "ada", "team": "b" * 24}]}
    )
    group = found.one("aws:sagemaker/modelPackageGroup:ModelPackageGroup").inputs["modelPackageGroupName"]
    shape = PUBLISHED.shape_for("EntityName")
    assert len(group) <= shape.metadata["max"]
    assert re.fullmatch(shape.metadata["pattern"], group)
    assert PUBLISHED.shape_for("KeepAlivePeriodInSeconds").metadata["max"] == 21_600
    assert PUBLISHED.shape_for("IdleTimeoutInMinutes").metadata["min"] == 60


@pytest.mark.parametrize(
    ("config", "told"),
    [
        ({"instance_types": {"g5.2xlarge": 1}}, "g5.2xlarge is EC2's name; write ml.g5.2xlarge"),
        ({"instance_types": {"ml.g5.2xlrage": 1}}, "did you mean ml.g5.2xlarge?"),
        ({"instance_types": {"ml.m7g.large": 1}}, "SageMaker has no ml.m7g.large for training jobs"),
        ({"instance_types": {"ml.m5.large": 0}}, "must be at least 1"),
        ({"instance_types": {}}, "instance_types = a mapping: needs at least 1 item"),
        ({"warm_pool_seconds": 21601}, "warm_pool_seconds = 21601: must be at most 21600"),
        ({"maximum_hours": 673}, "maximum_hours = 673: must be at most 672"),
        ({"studio": {**STUDIO, "idle_minutes": 59}}, "idle_minutes = 59: must be at least 60"),
        ({"studio": {**STUDIO, "instance_types": ["ml.t3.tiny"]}}, "did you mean"),
        ({"studio": {"users": [{"name": "ada", "team": "sales"}]}}, "there is no such team; write one of search, risk"),
        ({"studio": {"users": [STUDIO["users"][0]] * 2}}, "the user is listed twice"),
        ({"studio": {"users": [{"name": "ada@example.com", "team": "risk"}]}}, "ada@example.com"),
        ({"teams": [{**SEARCH, "reader_accounts": [ACCOUNT]}]}, "it is the registry's account; remove it"),
        ({"teams": [{**SEARCH, "reader_accounts": ["4444"]}]}, "reader_accounts"),
        ({"teams": [{**SEARCH, "reader_accounts": ["444455556666"] * 2}]}, "444455556666 is listed twice"),
        ({"teams": [SEARCH, {**RISK, "models": ["ranking/v2/"]}]}, "it overlaps ranking/ of team search"),
        ({"teams": [SEARCH, {**RISK, "training": ["search/"]}]}, "it overlaps search/ of team search"),
        ({"teams": [{**SEARCH, "models": ["ranking/", "ranking/v2/"]}]}, "ranking/ contains ranking/v2/"),
        ({"teams": [{**SEARCH, "models": ["mlflow/"]}]}, "belongs to MLflow"),
        ({"teams": [{**SEARCH, "models": ["ranking"]}]}, "write ranking/"),
        ({"teams": [{**SEARCH, "models": ["/ranking/"]}]}, "write ranking/"),
        ({"teams": [{**SEARCH, "models": ["rank\ning/"]}]}, "a folder has printable ASCII characters only"),
        ({"teams": [{**SEARCH, "raw": ["журнал/"]}]}, "a folder has printable ASCII characters only"),
        ({"teams": [{**SEARCH, "models": ["ranking*/"]}]}, "IAM reads * and ? as wildcards"),
        ({"teams": [SEARCH, {**RISK, "name": "search"}]}, "team search is listed twice"),
        ({"teams": [SEARCH, {**RISK, "name": "search-ads"}]}, "jobs named search-ads-… would belong to team search"),
        ({"teams": [{**SEARCH, "name": "Search"}]}, "name = 'Search'"),
        ({"teams": [{**SEARCH, "submitter_arns": ["search-pipeline"]}]}, "submitter_arns"),
        ({"teams": [{**SEARCH, "submitter_arns": ["arn:aws-cn:iam::111122223333:role/x"]}]}, "partition aws"),
        ({"internet": True, "network_isolation": True}, "networkIsolation leaves the containers no network"),
        ({"log_retention_days": 91}, "nearest: 90"),
    ],
)  # fmt: skip
def test_wrong_argument_is_refused_with_its_remedy(config: dict[str, Any], told: str) -> None:
    assert told in refusal(**config)


def test_preview_knows_what_no_output_decides() -> None:
    found = platform(Recording(preview=True))
    assert found.one("aws:sagemaker/modelPackageGroup:ModelPackageGroup", "training-search-models")


def published_name(field: str) -> str:
    """The API's name of a field of the provider."""
    return field[:1].upper() + field[1:]


def as_request(value: Any) -> Any:
    if isinstance(value, dict):
        fields = cast(dict[str, Any], value)
        return {published_name(name): as_request(each) for name, each in fields.items() if name != "retentionPolicy"}
    if isinstance(value, list):
        return [as_request(each) for each in cast(list[Any], value)]
    return int(value) if isinstance(value, float) else value


def test_studio_is_a_request_of_the_published_api() -> None:
    found = platform(studio=STUDIO)
    profile = found.all("aws:sagemaker/userProfile:UserProfile")[0]
    for operation, inputs in (("CreateDomain", found.one(DOMAIN).inputs), ("CreateUserProfile", profile.inputs)):
        request = as_request({name: value for name, value in inputs.items() if name not in ("tags", "tagsAll")})
        assert faults("sagemaker", operation, request) == []
    assert set(PUBLISHED.shape_for("AppNetworkAccessType").enum) >= {"VpcOnly"}
    assert set(PUBLISHED.shape_for("RetentionType").enum) == {"Retain", "Delete"}


def test_policies_name_operations_of_the_published_api() -> None:
    team = {**SEARCH, "submitter_arns": [CI], "reader_accounts": ["444455556666"]}
    found = platform(teams=[team, RISK], studio=STUDIO, warm_pool_seconds=600)
    documents = [
        str(each.inputs.get("policy") or each.inputs.get("resourcePolicy"))
        for each in found.resources
        if "policy" in each.inputs or "resourcePolicy" in each.inputs
    ]
    named = {name for document in documents for name in re.findall(r'"sagemaker:([A-Z][A-Za-z]+)"', document)}
    keys = {name for document in documents for name in re.findall(r'"sagemaker:([A-Za-z]+)": ', document)}
    assert named - keys <= set(PUBLISHED.operation_names)
    assert named
