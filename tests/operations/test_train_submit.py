"""A description is submitted once, and again only after it failed. AWS is moto's."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3  # pyright: ignore[reportMissingTypeStubs] - it ships none
import pytest
import yaml
from botocore.stub import Stubber  # pyright: ignore[reportMissingTypeStubs] - it ships none
from moto import mock_aws
from moto.batch.models import Job, batch_backends
from moto.core.models import DEFAULT_ACCOUNT_ID as ACCOUNT_ID
from moto.emrserverless.models import emrserverless_backends

from operations.settings import parse
from operations.train.__main__ import main
from operations.train.attempts import Attempt, Status, newest
from operations.train.job import TrainingJob
from operations.train.sagemaker import SageMakerRunner
from operations.train.schedules import EXECUTION
from tests.support.operations.api_models import from_universal_target
from tests.support.operations.training import JOB, OUTPUTS, SPARK

REGION = "us-east-1"
DESCRIBED: dict[str, Any] = {
    "TrainingJobArn": "arn:aws:sagemaker:us-east-1:111122223333:training-job/risk-fraud-0123456789-1",
    "ModelArtifacts": {"S3ModelArtifacts": "s3://ml-training/risk/"},
    "SecondaryStatus": "Training",
    "ResourceConfig": {"VolumeSizeInGB": 50},
    "StoppingCondition": {},
    "CreationTime": 0,
}
"""What SageMaker always says of a job."""


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """An account of moto's, whose jobs on Batch end at once."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    with mock_aws(config={"batch": {"use_docker": False}}):
        yield boto3.Session(region_name=REGION)


def written(folder: Path, job: dict[str, Any], outputs: dict[str, Any]) -> list[str]:
    """The two files that each command reads, as its options."""
    (folder / "job.yaml").write_text(yaml.safe_dump(job), encoding="utf-8")
    (folder / "platform.json").write_text(json.dumps({"region": REGION, **outputs}), encoding="utf-8")
    return ["--job", str(folder / "job.yaml"), "--platform", str(folder / "platform.json")]


@pytest.fixture
def batch(account: Any, tmp_path: Path) -> list[str]:
    """The options of commands for a stack whose queue the account has. Moto needs a subnet, a group and a role."""
    ec2, iam, client = account.client("ec2"), account.client("iam"), account.client("batch")
    subnet = ec2.describe_subnets()["Subnets"][0]
    [group] = ec2.describe_security_groups(GroupNames=["default"])["SecurityGroups"]
    role = iam.create_role(RoleName="machines", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    profile = iam.create_instance_profile(InstanceProfileName="machines")["InstanceProfile"]["Arn"]
    machines = {
        "type": "EC2",
        "minvCpus": 0,
        "maxvCpus": 16,
        "instanceTypes": ["g5.xlarge"],
        "subnets": [subnet["SubnetId"]],
        "securityGroupIds": [group["GroupId"]],
        "instanceRole": profile,
    }
    environment = client.create_compute_environment(
        computeEnvironmentName="spot", type="MANAGED", computeResources=machines, serviceRole=role
    )["computeEnvironmentArn"]
    order = [{"order": 1, "computeEnvironment": environment}]
    queues = {
        name: client.create_job_queue(
            jobQueueName=f"ml-{name}", state="ENABLED", priority=1, computeEnvironmentOrder=order
        )["jobQueueArn"]
        for name in ("training", "urgent")
    }
    return ["--on", "batch", *written(tmp_path, JOB, {**OUTPUTS, "batchQueueArns": queues})]


def _ignore(_job: object, _status: str) -> None:
    """Moto's jobs change their status by themselves."""


def described(account: Any) -> list[Any]:
    """Every job that the account's queue knows."""
    client = account.client("batch")
    filters = [{"name": "JOB_NAME", "values": ["*"]}]
    listed = client.list_jobs(jobQueue="ml-training", filters=filters)["jobSummaryList"]
    return client.describe_jobs(jobs=[each["jobId"] for each in listed])["jobs"] if listed else []


def folders_of(job: Any) -> dict[str, str]:
    """The folders that a job of Batch writes."""
    environment = {each["name"]: each["value"] for each in job["container"]["environment"]}
    return {name: environment[name] for name in ("MLPLATFORM_OUTPUT", "MLPLATFORM_CHECKPOINTS")}


def test_sagemaker_gets_a_description_once(account: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = ["--on", "sagemaker", *written(tmp_path, JOB, OUTPUTS)]
    assert main(["status", *files]) == 1
    assert main(["submit", *files]) == 0
    assert main(["submit", *files]) == 0
    assert "nothing was submitted" in capsys.readouterr().out
    [made] = account.client("sagemaker").list_training_jobs()["TrainingJobSummaries"]
    assert made["TrainingJobName"].startswith("risk-fraud-")
    assert main(["status", *files]) == 0
    assert made["TrainingJobName"] in capsys.readouterr().out


def test_another_run_of_the_same_description_is_submitted(account: Any, tmp_path: Path) -> None:
    files = ["--on", "sagemaker", *written(tmp_path, JOB, OUTPUTS)]
    for run in ("2026-11-29", "2026-11-30", "2026-11-30"):
        assert main(["submit", *files, "--run", run]) == 0
    assert len(account.client("sagemaker").list_training_jobs()["TrainingJobSummaries"]) == 2


def test_emr_gets_a_description_once(account: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    emr = account.client("emr-serverless")
    application = emr.create_application(name="batch", releaseLabel="emr-7.13.0", type="SPARK")["applicationId"]
    role = f"arn:aws:iam::{ACCOUNT_ID}:role/spark"
    # Moto does not know an application before its first run.
    other = {"executionRoleArn": role, "jobDriver": {"sparkSubmit": {"entryPoint": "local:///other.py"}}}
    emr.start_job_run(applicationId=application, clientToken="other", name="other", **other)
    outputs = {**OUTPUTS, "sparkApplicationIds": {"batch": application}, "sparkRuntimeRoleArn": role}
    files = ["--on", "emr", *written(tmp_path, {**JOB, **SPARK}, outputs)]
    assert main(["submit", *files]) == 0
    assert main(["submit", *files]) == 0
    assert "nothing was submitted" in capsys.readouterr().out
    names = [each["name"] for each in emr.list_job_runs(applicationId=application)["jobRuns"]]
    assert len([name for name in names if name.startswith("fraud-")]) == 1


def test_batch_gets_a_description_once(batch: list[str], account: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["submit", *batch]) == 0
    assert main(["submit", *batch]) == 0
    assert "nothing was submitted" in capsys.readouterr().out
    [made] = described(account)
    assert made["jobName"].startswith("fraud-")
    assert made["jobQueue"].endswith("/ml-training")
    assert main(["status", *batch]) == 0
    assert f"{made['jobId']} " in capsys.readouterr().out


def test_a_failed_job_gets_another_attempt_in_the_same_folders(
    batch: list[str], account: Any, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    # Moto's jobs then fail at once.
    monkeypatch.setenv("MOTO_SIMPLE_BATCH_FAIL_AFTER", "0")
    assert main(["submit", *batch]) == 0
    assert main(["status", *batch]) == 1
    assert " failed" in capsys.readouterr().out
    assert main(["submit", *batch]) == 0
    assert capsys.readouterr().out.startswith("attempt 2: submitted as")
    first, second = sorted(described(account), key=lambda each: each["jobName"])
    assert second["jobName"] == first["jobName"].removesuffix("1") + "2"
    assert folders_of(second) == folders_of(first)
    assert second["jobDefinition"] == first["jobDefinition"], "the definition is registered once"


def test_a_job_that_waits_on_batch_is_stopped_with_a_reason(
    batch: list[str], account: Any, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["stop", *batch]) == 0
    assert "nothing was stopped" in capsys.readouterr().out
    # Moto's jobs end at once.
    waiting_status: Any = property(fget=lambda _: "RUNNABLE", fset=_ignore)
    monkeypatch.setattr(Job, "status", waiting_status)
    assert main(["submit", *batch]) == 0
    [waiting] = described(account)
    assert main(["stop", *batch]) == 0
    assert f"{waiting['jobId']} queued until now; it is being stopped" in capsys.readouterr().out
    stopped: Any = batch_backends[ACCOUNT_ID][REGION].get_job_by_id(waiting["jobId"])
    assert stopped.job_stopped_reason == "stopped by operations.train"


def test_a_terminated_job_of_batch_is_not_taken_for_a_running_one(
    batch: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    running_status: Any = property(fget=lambda _: "RUNNING", fset=_ignore)
    monkeypatch.setattr(Job, "status", running_status)
    assert main(["submit", *batch]) == 0
    assert main(["submit", *batch]) == 0
    of_moto = Job.describe

    def terminated(job: Job) -> dict[str, Any]:
        return {**of_moto(job), "isTerminated": True}

    monkeypatch.setattr(Job, "describe", terminated)
    assert main(["submit", *batch]) == 1
    assert "stopping; nothing was submitted, because it has not ended" in capsys.readouterr().out


def test_a_run_of_emr_and_its_application_are_stopped_once(
    account: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    emr = account.client("emr-serverless")
    application = emr.create_application(name="batch", releaseLabel="emr-7.13.0", type="SPARK")["applicationId"]
    role = f"arn:aws:iam::{ACCOUNT_ID}:role/spark"
    other = {"executionRoleArn": role, "jobDriver": {"sparkSubmit": {"entryPoint": "local:///other.py"}}}
    emr.start_job_run(applicationId=application, clientToken="other", name="other", **other)
    outputs = {**OUTPUTS, "sparkApplicationIds": {"batch": application}, "sparkRuntimeRoleArn": role}
    files = ["--on", "emr", *written(tmp_path, {**JOB, **SPARK}, outputs)]
    assert main(["submit", *files]) == 0
    # Moto's runs end at once.
    emrserverless_backends[ACCOUNT_ID][REGION].job_runs[application][-1].state = "RUNNING"
    for said in ("it is being stopped", "nothing was stopped"):
        assert main(["stop", *files]) == 0
        assert said in capsys.readouterr().out
    states = {each["name"]: each["state"] for each in emr.list_job_runs(applicationId=application)["jobRuns"]}
    assert states.pop("other") != "CANCELLED"
    assert [*states.values()] == ["CANCELLED"]
    for said in ("the application is being stopped", "the application is STOPPED; nothing was stopped"):
        assert main(["stop", "--application", *files]) == 0
        assert said in capsys.readouterr().out
    assert emr.get_application(applicationId=application)["application"]["state"] == "STOPPED"


def test_a_run_that_is_being_stopped_is_not_taken_for_a_running_one(
    account: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    emr = account.client("emr-serverless")
    application = emr.create_application(name="batch", releaseLabel="emr-7.13.0", type="SPARK")["applicationId"]
    role = f"arn:aws:iam::{ACCOUNT_ID}:role/spark"
    other = {"executionRoleArn": role, "jobDriver": {"sparkSubmit": {"entryPoint": "local:///other.py"}}}
    emr.start_job_run(applicationId=application, clientToken="other", name="other", **other)
    outputs = {**OUTPUTS, "sparkApplicationIds": {"batch": application}, "sparkRuntimeRoleArn": role}
    files = ["--on", "emr", *written(tmp_path, {**JOB, **SPARK}, outputs)]
    assert main(["submit", *files]) == 0
    run = emrserverless_backends[ACCOUNT_ID][REGION].job_runs[application][-1]
    run.state = "CANCELLING"
    assert main(["submit", *files]) == 1
    assert "stopping; nothing was submitted, because it has not ended" in capsys.readouterr().out
    run.state = "CANCELLED"
    assert main(["submit", *files]) == 0
    assert "attempt 2: submitted" in capsys.readouterr().out


def test_only_emr_has_an_application_to_stop(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for action, engine in (("stop", "batch"), ("submit", "emr")):
        assert main([action, "--application", "--on", engine, *written(tmp_path, JOB, OUTPUTS)]) == 2
        assert "only `stop --on emr` has an application to stop; leave it out" in capsys.readouterr().err


@pytest.mark.parametrize(("state", "stops"), [("InProgress", True), ("Stopping", False)])
def test_a_training_job_is_stopped_once(account: Any, state: str, stops: bool) -> None:
    client = account.client("sagemaker")
    named = {"TrainingJobName": "risk-fraud-0123456789-1"}
    stubber: Any = Stubber(client)
    with stubber as aws:
        aws.add_response("describe_training_job", {**DESCRIBED, **named, "TrainingJobStatus": state}, named)
        if stops:
            aws.add_response("stop_training_job", {}, named)
        job = parse(TrainingJob, JOB, "job.yaml")
        attempt = Attempt(1, named["TrainingJobName"], Status.RUNNING)
        SageMakerRunner(job, "", client, account.client("logs")).stop(attempt)
        aws.assert_no_pending_responses()


def test_batch_prints_what_the_program_wrote(
    batch: list[str], account: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["submit", *batch]) == 0
    [made] = described(account)
    logs = account.client("logs")
    logs.create_log_group(logGroupName="/aws/batch/ml")
    stream = made["container"].get("logStreamName") or "none"
    logs.create_log_stream(logGroupName="/aws/batch/ml", logStreamName=stream)
    lines = [{"timestamp": int(time.time() * 1000), "message": f"line {number}"} for number in range(12_000)]
    for start in range(0, len(lines), 6000):
        logs.put_log_events(logGroupName="/aws/batch/ml", logStreamName=stream, logEvents=lines[start : start + 6000])
    capsys.readouterr()
    assert main(["logs", *batch]) == 0
    printed = capsys.readouterr().out.splitlines()
    assert (printed[0], printed[-1], len(printed)) == ("line 0", "line 11999", 12_000)


@pytest.mark.parametrize("engine", ["batch", "sagemaker"])
def test_a_schedule_is_set_once_and_follows_its_description(account: Any, tmp_path: Path, engine: str) -> None:
    scheduler = account.client("scheduler")
    scheduler.create_schedule_group(Name="ml-risk")
    for schedule in ("30 3 * * *", "30 3 * * *", "0 5 * * 1"):
        files = ["--on", engine, *written(tmp_path, {**JOB, "schedule": schedule}, OUTPUTS)]
        assert main(["submit", *files]) == 0
    [listed] = scheduler.list_schedules(GroupName="ml-risk")["Schedules"]
    found = scheduler.get_schedule(GroupName="ml-risk", Name=listed["Name"])
    assert (found["Name"], found["ScheduleExpression"]) == ("risk-fraud", "cron(0 5 ? * MON *)")
    assert found["Target"]["DeadLetterConfig"]["Arn"] == OUTPUTS["undeliveredSchedulesArns"]["risk"]


def test_status_of_a_schedule_is_that_of_its_last_run(
    account: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    account.client("scheduler").create_schedule_group(Name="ml-risk")
    scheduled = {**JOB, "schedule": "30 3 * * *"}
    files = ["--on", "sagemaker", *written(tmp_path, scheduled, OUTPUTS)]
    assert main(["submit", *files]) == 0
    assert main(["status", *files]) == 1
    assert "no run yet" in capsys.readouterr().out
    schedule = account.client("scheduler").get_schedule(GroupName="ml-risk", Name="risk-fraud")
    for execution in ("first", "second"):
        target = {**schedule["Target"], "Input": schedule["Target"]["Input"].replace(EXECUTION, execution)}
        call = from_universal_target(target)
        account.client("sagemaker").create_training_job(**call.parameters)
    assert main(["status", *files]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "risk-fraud-at-second succeeded"


def test_what_aws_refuses_is_one_line(account: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = ["--on", "batch", *written(tmp_path, JOB, OUTPUTS)]
    assert main(["submit", *files]) == 1
    [said] = capsys.readouterr().err.splitlines()
    assert said.startswith("train: An error occurred (")


def test_a_stack_without_the_engine_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["submit", "--on", "sagemaker", *written(tmp_path, JOB, {})]) == 2
    said = capsys.readouterr().err
    assert "trainingRoleArns is missing, which SageMaker needs; add trainingPlatform to the stack" in said


def test_the_newest_attempt_is_the_one_of_the_highest_number() -> None:
    attempts = [Attempt(number, str(number), Status.FAILED) for number in (2, 10, 9)]
    assert newest(attempts) == attempts[1]
    assert newest([]) is None
