"""A description is submitted once, and again only after it failed. AWS is moto's."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3  # pyright: ignore[reportMissingTypeStubs] - it ships none
import pytest
import yaml
from moto import mock_aws
from moto.core.models import DEFAULT_ACCOUNT_ID as ACCOUNT_ID

from operations.train.__main__ import main
from operations.train.attempts import Attempt, Status, newest
from tests.support.operations.training import JOB, OUTPUTS, SPARK

REGION = "us-east-1"


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
    outputs = {**OUTPUTS, "sparkApplicationId": application, "sparkRoleArn": role}
    files = ["--on", "emr", *written(tmp_path, {**JOB, **SPARK}, outputs)]
    assert main(["submit", *files]) == 0
    assert main(["submit", *files]) == 0
    assert "nothing was submitted" in capsys.readouterr().out
    names = [each["name"] for each in emr.list_job_runs(applicationId=application)["jobRuns"]]
    assert len([name for name in names if name.startswith("fraud-")]) == 1


def test_a_stack_without_the_engine_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["submit", "--on", "sagemaker", *written(tmp_path, JOB, {})]) == 2
    said = capsys.readouterr().err
    assert "trainingRoleArns is missing, which SageMaker needs; add trainingPlatform to the stack" in said


def test_the_newest_attempt_is_the_one_of_the_highest_number() -> None:
    attempts = [Attempt(number, str(number), Status.FAILED) for number in (2, 10, 9)]
    assert newest(attempts) == attempts[1]
    assert newest([]) is None
