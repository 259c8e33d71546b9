"""A Starter: its machine, its volume, its access and its alarms, and what is refused."""

import json
from typing import Any

import pytest

from policies.engine.evaluate import evaluate
from tests.support.aws_models import faults
from tests.support.components.clusters import needs, statements
from tests.support.components.iam import allows
from tests.support.components.mocks import ACCOUNT, Recording
from tests.support.components.starters import (
    API,
    ATTACHMENT,
    FILES,
    INSTANCE,
    TASK,
    VOLUME,
    compose_of,
    files_of,
    refusal,
    starter,
)
from tests.support.policies.cases import context

ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy"
RULE_IN = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
SECRET = "aws:secretsmanager/secret:Secret"
PASSWORDS = ("aws:secretsmanager/secretVersion:SecretVersion", "random:index/randomPassword:RandomPassword")


@pytest.fixture(scope="module")
def made() -> Recording:
    return starter()


def test_only_https_reaches_the_machine(made: Recording) -> None:
    [rule] = made.all(RULE_IN)
    assert (rule.inputs["ipProtocol"], rule.inputs["fromPort"], rule.inputs["toPort"]) == ("tcp", 443, 443)
    instance = made.one(INSTANCE).inputs
    assert "keyName" not in instance
    assert "associatePublicIpAddress" not in instance


def test_containers_do_not_reach_the_metadata_service(made: Recording) -> None:
    options = made.one(INSTANCE).inputs["metadataOptions"]
    assert (options["httpTokens"], options["httpPutResponseHopLimit"]) == ("required", 1)


def test_the_volume_outlives_the_machine(made: Recording) -> None:
    volume, attachment = made.one(VOLUME), made.one(ATTACHMENT)
    assert volume.protect
    assert volume.retain_on_delete
    [key] = [each for each in made.all("aws:kms/key:Key") if each.urn in volume.property_dependencies["kmsKeyId"]]
    assert (key.protect, key.retain_on_delete) == (True, True)
    assert (volume.inputs["encrypted"], volume.inputs["type"]) == (True, "gp3")
    assert volume.urn in attachment.property_dependencies["volumeId"]
    assert attachment.inputs["stopInstanceBeforeDetaching"] is True
    # Pulumi itself decides on protection: the machine must be replaceable.
    assert not made.one(INSTANCE).protect
    assert made.one(INSTANCE).inputs["userDataReplaceOnChange"] is True
    assert volume.inputs["availabilityZone"] == "us-east-1a"


def test_without_protection_everything_can_be_destroyed() -> None:
    recording = starter(deletion_protection=False)
    assert not [each.name for each in recording.resources if each.protect or each.retain_on_delete]
    assert recording.one(SECRET).inputs["recoveryWindowInDays"] == 0


def test_the_machine_starts_after_its_rights_and_files(made: Recording) -> None:
    wanted = {"starter-machine-policy", "starter-files", "starter-data", "starter-backups-policy"}
    assert wanted <= needs(made, made.one(INSTANCE))


def test_no_secret_is_in_the_program(made: Recording) -> None:
    assert not [each.type for each in made.resources if each.type in PASSWORDS]
    data = made.one(INSTANCE).inputs["userData"]
    assert "password" not in data.lower()
    assert made.one(FILES).inputs["key"] == "starter/files.tar.gz"


def test_the_machine_can_write_backups_and_delete_none(made: Recording) -> None:
    found = statements(made.one(ROLE_POLICY, "starter-machine-policy"))
    actions = {action for each in found.values() for action in each["Action"]}
    assert "s3:PutObject" in actions
    assert not [action for action in actions if "Delete" in action or action.endswith("*")]
    bucket = f"arn:aws:s3:::ml-starter-{ACCOUNT}"
    assert found["WriteBackups"]["Resource"] == [f"{bucket}/{folder}/*" for folder in ("databases", "files", "queue")]
    # It reads its own files and cannot change them.
    assert f"{bucket}/starter/files.tar.gz" in found["ReadFiles"]["Resource"]
    assert found["ReportBackups"]["Condition"]["StringEquals"] == {"cloudwatch:namespace": "Starter"}


def test_each_service_has_a_role_of_its_own(made: Recording) -> None:
    roles = made.outputs("starter")["role_arns"]
    assert set(roles) == {"alerts", "tasks"}
    assert sorted(statements(made.one(ROLE_POLICY, "starter-machine-policy"))["BecomeServices"]["Resource"]) == sorted(
        roles.values()
    )
    [tell] = [each for each in made.all(ROLE_POLICY) if each.name == "starter-alerts-access"]
    assert statements(tell)["Tell"]["Resource"] == [made.outputs("starter")["topic_arn"]]


@pytest.mark.parametrize(
    ("action", "resource", "context", "allowed"),
    [
        ("SubmitJob", "job-queue/ml-predictions", {"batch:ShareIdentifier": "computervision"}, True),
        ("SubmitJob", "job-definition/ml-predict", {"batch:ShareIdentifier": "computervision"}, True),
        ("SubmitJob", "job-definition/ml-predict:7", {"batch:ShareIdentifier": "computervision"}, True),
        ("SubmitJob", "job-queue/ml-predictions", {"batch:ShareIdentifier": "other"}, False),
        ("SubmitJob", "job-queue/ml-predictions", {}, False),
        ("SubmitJob", "job-queue/ml-training", {"batch:ShareIdentifier": "computervision"}, False),
        ("SubmitJob", "job-definition/ml-predict-large", {"batch:ShareIdentifier": "computervision"}, False),
        ("TagResource", "job/1", {"aws:RequestTag/team": "computer-vision"}, True),
        ("TagResource", "job/1", {"aws:RequestTag/team": "risk"}, False),
        ("TerminateJob", "job/1", {"aws:ResourceTag/team": "computer-vision"}, True),
        ("TerminateJob", "job/1", {"aws:ResourceTag/team": "risk"}, False),
        ("TerminateJob", "job/1", {}, False),
        ("RegisterJobDefinition", "job-definition/ml-predict", {}, False),
        ("ListJobs", "*", {}, True),
        ("DescribeJobs", "*", {}, True),
    ],
)
def test_the_worker_submits_to_its_queue_alone(
    made: Recording, action: str, resource: str, context: dict[str, str], allowed: bool
) -> None:
    policy = made.one(ROLE_POLICY, "starter-tasks-access").inputs["policy"]
    arn = resource if resource == "*" else f"arn:aws:batch:us-east-1:{ACCOUNT}:{resource}"
    assert allows(policy, f"batch:{action}", arn, **context) == allowed


RESULTS: dict[str, Any] = {
    "tasks": [{**TASK, "result_folder": "predict/results"}],
    "results_bucket": "ml-training",
    "results_key_arn": f"arn:aws:kms:us-east-1:{ACCOUNT}:key/data",
}


@pytest.fixture(scope="module")
def with_results() -> Recording:
    return starter(**RESULTS)


@pytest.mark.parametrize(
    ("action", "resource", "context", "allowed"),
    [
        ("s3:GetObject", "arn:aws:s3:::ml-training/predict/results/task-1-0.json", {}, True),
        ("s3:GetObject", "arn:aws:s3:::ml-training/predict/resultsof/task-1-0.json", {}, False),
        ("s3:GetObject", "arn:aws:s3:::ml-training/fraud/scene.tif", {}, False),
        ("s3:PutObject", "arn:aws:s3:::ml-training/predict/results/task-1-0.json", {}, False),
        ("s3:ListBucket", "arn:aws:s3:::ml-training", {"s3:prefix": "predict/results/task-1-0.json"}, True),
        ("s3:ListBucket", "arn:aws:s3:::ml-training", {"s3:prefix": "fraud/"}, False),
        ("kms:Decrypt", RESULTS["results_key_arn"], {"kms:ViaService": "s3.us-east-1.amazonaws.com"}, True),
        ("kms:Decrypt", RESULTS["results_key_arn"], {}, False),
    ],
)
def test_the_worker_reads_results_alone(
    with_results: Recording, action: str, resource: str, context: dict[str, str], allowed: bool
) -> None:
    policy = with_results.one(ROLE_POLICY, "starter-tasks-access").inputs["policy"]
    assert allows(policy, action, resource, **context) == allowed


def test_the_worker_reads_nothing_in_s3_without_results(made: Recording) -> None:
    assert not [each for each in statements(made.one(ROLE_POLICY, "starter-tasks-access")) if "Results" in each]


def test_the_worker_knows_where_results_are(with_results: Recording) -> None:
    [task] = json.loads(compose_of(files_of(with_results))["services"]["tasks"]["environment"]["TASKS"])
    assert task["results"] == "s3://ml-training/predict/results/"


def test_without_tasks_there_is_no_worker() -> None:
    without = starter(tasks=None, worker_image=None)
    assert set(without.outputs("starter")["role_arns"]) == {"alerts"}
    assert "tasks" not in compose_of(files_of(without))["services"]


def test_sessions_are_recorded_and_end(made: Recording) -> None:
    document = made.one("aws:ssm/document:Document").inputs
    content = json.loads(document["content"])
    request = {"Name": document["name"], "DocumentType": document["documentType"], "Content": document["content"]}
    assert faults("ssm", "CreateDocument", request) == []
    logs = made.one("aws:cloudwatch/logGroup:LogGroup").inputs
    assert content["inputs"]["cloudWatchLogGroupName"] == logs["name"]
    assert content["inputs"]["cloudWatchEncryptionEnabled"]
    assert int(content["inputs"]["idleSessionTimeout"]) <= 60
    policy = json.loads(made.outputs("starter")["administer_policy"])["Statement"]
    start = next(each for each in policy if each["Sid"] == "Start")
    # Without this condition, a session without a document would use the default one, which records nothing.
    assert start["Condition"]["BoolIfExists"]["ssm:SessionDocumentAccessCheck"] == "true"


@pytest.mark.parametrize(
    ("name", "metric", "missing"),
    [
        ("lost", "StatusCheckFailed", "breaching"),
        ("backup", "backup", "breaching"),
        ("failed-jobs", "ApproximateNumberOfMessagesVisible", "notBreaching"),
        ("undelivered", "ApproximateNumberOfMessagesVisible", "notBreaching"),
    ],
)
def test_alarms_tell_people(made: Recording, name: str, metric: str, missing: str) -> None:
    alarm = made.one(ALARM, f"starter-alarm-{name}").inputs
    assert (alarm["metricName"], alarm["treatMissingData"]) == (metric, missing)
    assert alarm["alarmActions"] == [made.outputs("starter")["topic_arn"]]


@pytest.mark.parametrize("hours", [1, 24])
def test_cloudwatch_accepts_the_alarm_of_backups(hours: int) -> None:
    alarm = starter(backup_hours=hours).one(ALARM, "starter-alarm-backup").inputs
    # Source: CloudWatch API reference, PutMetricAlarm, EvaluationPeriods: seven days with periods of an hour or more.
    assert alarm["evaluationPeriods"] * alarm["period"] <= 7 * 86_400
    assert alarm["evaluationPeriods"] * alarm["period"] > hours * 3600


def test_the_newest_image_of_the_architecture_is_taken_once() -> None:
    newest = starter()
    assert newest.one(INSTANCE).ignore_changes == ["ami"]
    pinned = starter(image_id="ami-0123456789abcdef1").one(INSTANCE)
    assert (pinned.inputs["ami"], pinned.ignore_changes) == ("ami-0123456789abcdef1", [])


def test_no_rule_is_violated(made: Recording) -> None:
    # The tags are those of a stack's provider, and the snapshots of the volume are made beside it.
    found = evaluate(made.resources, context())
    others = [each for each in found if not each.policy.endswith("-tags") and each.policy != "backup-coverage"]
    assert others == []


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ({"instance_type": "m7g.medium"}, "instanceType = 'm7g.medium': it has 4096 MiB"),
        ({"instance_type": "g5.xlarge"}, "g5.xlarge has accelerators, which no service uses"),
        ({"instance_type": "m7g.larg"}, "did you mean m7g.large?"),
        ({"domain": "ml.example.org"}, "ml.example.org is outside the zone example.com"),
        ({"backup_hours": 5}, "backup_hours = 5: must divide a day"),
        ({"services": [{**API, "name": "files"}]}, "the starter itself uses it; choose another name"),
        ({"services": [API, API]}, "another service has it; choose another name"),
        ({"services": [{**API, "databases": ["other"]}]}, "there is no database other"),
        ({"services": [{**API, "public": True, "groups": ["vision"]}]}, "public is true, so nobody signs in"),
        ({"services": [{**API, "image": "docker.io/acme/api"}]}, "api has no version"),
        ({"databases": ["postgres"]}, "PostgreSQL or a script uses it"),
        ({"tasks": [TASK, TASK]}, "another task has it; choose another name"),
        ({"worker_image": None}, "push images/batch-tasks to your registry, and name it here"),
        ({"services": [{**API, "name": "tasks"}]}, "the starter itself uses it"),
        ({"tasks": RESULTS["tasks"]}, "results_bucket, results_key_arn: the worker reads results of vision.predict"),
        ({"allowed_cidrs": ["203.0.113.1/24"]}, "has bits set beyond its prefix; write 203.0.113.0/24"),
    ],
)
def test_wrong_arguments_are_refused(args: dict[str, Any], message: str) -> None:
    assert message in refusal(**args)
