"""The job of Spark is packed, started once for each version, and stopped. AWS is moto's."""

import json
import tarfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import boto3  # pyright: ignore[reportMissingTypeStubs] - it ships none
import pytest
from boto3.exceptions import S3UploadFailedError  # pyright: ignore[reportMissingTypeStubs] - it ships none
from moto import mock_aws

from components.facts.versions import SparkRelease
from operations.ingest import package
from operations.ingest.__main__ import main
from operations.ingest.package import Target, publish
from operations.ingest.platform import IngestJob, read_platform
from operations.ingest.runs import Runs
from operations.train.request import Request
from tests.support.operations.api_models import faults_by_model

REGION = "us-east-1"
BUCKET = "ml-offline-123456789012"
FOLDER = "feature-ingest/packages/0a1b2c3d4e5f6071/"
TARGET = Target(SparkRelease.SPARK_8_1, "ARM64")


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """An account of moto's with the bucket and a package in it, whose runs do not end by themselves."""
    monkeypatch.setattr("moto.emrserverless.models.JOB_STATUS", "RUNNING")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    with mock_aws():
        session: Any = boto3.Session(region_name=REGION)
        s3 = session.client("s3")
        s3.create_bucket(Bucket=BUCKET)
        for key in ("package.tar.gz", "jars/kafka.jar", "jars/iam.jar"):
            s3.put_object(Bucket=BUCKET, Key=f"{FOLDER}{key}", Body=b"-")
        yield session


@pytest.fixture
def application(account: Any) -> str:
    """The id of a streaming application, with a job of another team: moto lists no runs before the first."""
    emr = account.client("emr-serverless")
    made = emr.create_application(name="ml-streaming", releaseLabel="emr-6.6.0", type="SPARK", clientToken="a")
    role = "arn:aws:iam::123456789012:role/other"
    emr.start_job_run(applicationId=made["applicationId"], clientToken="b", executionRoleArn=role, name="other-1")
    return made["applicationId"]


def outputs(folder: Path, application: str, **changed: str) -> list[str]:
    """The stack's outputs in a file, as the option that names it."""
    job = {
        "name": "ingest-feature-ingest",
        "applicationId": application,
        "executionRoleArn": "arn:aws:iam::123456789012:role/ingest",
        "entryPoint": f"s3://{BUCKET}/feature-ingest/scripts/0a.py",
        "settings": '{"name": "ml"}',
        "package": f"s3://{BUCKET}/{FOLDER}",
        "jar": "",
        "parameters": "--conf spark.speculation=false",
        "diskKeyArn": "arn:aws:kms:us-east-1:123456789012:key/disk",
        **changed,
    }
    file = folder / "platform.json"
    text = json.dumps({"region": REGION, "offlineBucket": BUCKET, "featureIngestJob": job, "vpcId": "vpc-1"})
    file.write_text(text, encoding="utf-8")
    return ["--platform", str(file)]


def listed(account: Any, application: str) -> list[Any]:
    """The runs of the job that EMR knows."""
    runs = account.client("emr-serverless").list_job_runs(applicationId=application)["jobRuns"]
    return [each for each in runs if each["name"] != "other-1"]


def test_a_version_is_started_once_and_again_after_a_stop(
    account: Any, application: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = outputs(tmp_path, application)
    assert main(["status", *options]) == 1
    assert main(["start", *options]) == 0
    assert main(["start", *options]) == 0
    assert "this version already runs" in capsys.readouterr().out
    [run] = listed(account, application)
    assert main(["status", *options]) == 0
    assert main(["stop", *options]) == 0
    assert [each["state"] for each in listed(account, application)] == ["CANCELLED"]
    assert main(["status", *options]) == 1
    assert main(["start", *options]) == 0
    names = [each["name"] for each in listed(account, application)]
    assert names == [run["name"]] * 2


def test_another_version_is_not_started_beside_the_first(
    account: Any, application: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["start", *outputs(tmp_path, application)]) == 0
    newer = outputs(tmp_path, application, settings='{"name": "ml", "trigger_seconds": 5}')
    assert main(["status", *newer]) == 1
    assert "not the deployed version; stop it, and start again" in capsys.readouterr().out
    assert main(["start", *newer]) == 1
    assert "two jobs must not share checkpoints" in capsys.readouterr().out
    assert len(listed(account, application)) == 1
    assert main(["stop", *newer]) == 0
    assert main(["start", *newer]) == 0


def test_stop_also_stops_the_application(account: Any, application: str, tmp_path: Path) -> None:
    options = outputs(tmp_path, application)
    assert main(["start", *options]) == 0
    emr = account.client("emr-serverless")
    emr.start_application(applicationId=application)
    assert main(["stop", "--application", *options]) == 0
    assert emr.get_application(applicationId=application)["application"]["state"] == "STOPPED"


def test_a_cancelling_run_does_not_count_as_running(
    account: Any, application: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    options = outputs(tmp_path, application)
    monkeypatch.setattr("moto.emrserverless.models.JOB_STATUS", "CANCELLING")
    assert main(["start", *options]) == 0
    assert main(["status", *options]) == 1
    assert main(["start", *options]) == 1
    assert "a run is being cancelled" in capsys.readouterr().out
    assert len(listed(account, application)) == 1


def test_a_run_that_is_cancelling_is_not_cancelled_again(account: Any, application: str, tmp_path: Path) -> None:
    runs = Runs(
        read_platform(Path(outputs(tmp_path, application)[1])).job,
        account.client("emr-serverless"),
        account.client("s3"),
    )
    runs.start(runs.request())
    [run] = runs.all()

    def ends(_: float) -> None:
        assert [each.state for each in runs.all()] == ["RUNNING"]
        runs.cancel([run])

    assert runs.cancel([replace(run, state="CANCELLING")], ends) == []


def test_minutes_are_not_part_of_the_version(
    account: Any, application: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = outputs(tmp_path, application)
    assert main(["start", "--minutes", "30", *options]) == 0
    assert main(["status", *options]) == 0
    assert "RUNNING, the deployed version" in capsys.readouterr().out
    assert main(["start", "--minutes", "30", *options]) == 0
    assert main(["start", *options]) == 1
    assert "this version runs with another --minutes or without it" in capsys.readouterr().out
    assert len(listed(account, application)) == 1


def test_an_application_that_is_not_started_is_not_stopped(
    account: Any, application: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ["--application", *outputs(tmp_path, application)]
    assert main(["stop", *options]) == 0
    assert "the application is being stopped" in capsys.readouterr().out
    assert main(["stop", *options]) == 0
    assert "the application is STOPPED; nothing was stopped" in capsys.readouterr().out


def test_a_refused_upload_ends_with_its_reason(
    account: Any,
    application: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refused(*_: Any) -> None:
        raise S3UploadFailedError("Failed to upload: AccessDenied")

    monkeypatch.setattr("operations.ingest.__main__.publish", refused)
    assert main(["package", *outputs(tmp_path, application)]) == 1
    assert "ingest: Failed to upload: AccessDenied" in capsys.readouterr().err


def test_a_package_needs_maven_before_anything_is_installed(
    account: Any,
    application: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert main(["package", *outputs(tmp_path, application)]) == 2
    assert "it is not on PATH; install Maven" in capsys.readouterr().err


@pytest.mark.parametrize("region", ["", "us east 1"])
def test_a_wrong_region_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str], region: str) -> None:
    file = tmp_path / "platform.json"
    file.write_text(json.dumps({"region": region, "offlineBucket": BUCKET}), encoding="utf-8")
    assert main(["package", "--platform", str(file)]) == 2
    assert "it is not a valid region" in capsys.readouterr().err


@pytest.mark.parametrize("minutes", [None, 30])
def test_requests_are_those_of_the_published_api(
    account: Any, application: str, tmp_path: Path, minutes: int | None
) -> None:
    job = read_platform(Path(outputs(tmp_path, application)[1])).job
    request = Runs(job, account.client("emr-serverless"), account.client("s3")).request(minutes)
    assert faults_by_model(Request("emr-serverless", "start_job_run", request)) == ""
    spark = request["jobDriver"]["sparkSubmit"]
    jars = f"s3://{BUCKET}/{FOLDER}jars/iam.jar,s3://{BUCKET}/{FOLDER}jars/kafka.jar"
    assert f"--conf spark.jars={jars}" in spark["sparkSubmitParameters"]
    key = request["configurationOverrides"]["diskEncryptionConfiguration"]["encryptionKeyArn"]
    assert key == job.disk_key_arn
    if minutes:
        assert (request["mode"], request["executionTimeoutMinutes"]) == ("BATCH", 45)
        assert spark["entryPointArguments"][1:] == ["--minutes", "30"]
    else:
        assert (request["mode"], request["retryPolicy"]) == ("STREAMING", {"maxFailedAttemptsPerHour": 5})
        # Without the field, EMR cancels the run after 12 hours.
        assert request["executionTimeoutMinutes"] == 0


def test_the_client_token_comes_from_the_content(account: Any, application: str, tmp_path: Path) -> None:
    job = read_platform(Path(outputs(tmp_path, application)[1])).job

    def token(changed: IngestJob, attempt: int = 1) -> str:
        return Runs(changed, None, account.client("s3")).request(attempt=attempt)["clientToken"]

    assert token(job) == token(job)
    newer = job.model_copy(update={"parameters": "--conf spark.speculation=true"})
    assert len({token(job), token(job, 2), token(newer)}) == 3


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"package": f"s3://{BUCKET}/feature-ingest/packages/other/"}, "it has no package.tar.gz; run"),
        ({"package": f"s3://{BUCKET}/feature-ingest/packages/"}, "it has no package.tar.gz; run"),
        ({"settings": "x" * 10_281}, "featureIngestJob.settings"),
    ],
)
def test_what_cannot_start_is_refused(
    account: Any,
    application: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    changed: dict[str, str],
    problem: str,
) -> None:
    assert main(["start", *outputs(tmp_path, application, **changed)]) == 2
    assert problem in capsys.readouterr().err
    assert listed(account, application) == []


def test_missing_outputs_say_how_to_write_them(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["start", "--platform", str(tmp_path / "platform.json")]) == 2
    assert (
        "No such file or directory; write the file by `pulumi stack output --json --show-secrets`"
        in capsys.readouterr().err
    )


def test_a_stack_without_a_job_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "platform.json"
    file.write_text(json.dumps({"region": REGION, "offlineBucket": BUCKET}), encoding="utf-8")
    assert main(["start", "--platform", str(file)]) == 2
    assert "add featureIngest with engine: spark to the stack" in capsys.readouterr().err


def test_a_package_has_wheels_jars_and_the_job_itself(account: Any) -> None:
    ran: list[Sequence[str]] = []

    def tool(command: Sequence[str]) -> None:
        ran.append(command)
        [target] = [word for word in command if word.startswith(("--target=", "-DoutputDirectory="))]
        folder = Path(target.partition("=")[2])
        folder.mkdir()
        (folder / ("kafka.jar" if "mvn" in command else "feast.py")).write_text("-")

    s3 = account.client("s3")
    address, new = publish(TARGET, BUCKET, s3, tool)
    assert new
    assert address == f"s3://{BUCKET}/{package.FOLDER}{TARGET.version}/"
    [pip, maven] = ran
    assert {"--require-hashes", "--only-binary=:all:", "--platform=manylinux_2_28_aarch64"} <= set(pip)
    assert {"-Dspark=4.1.1", "-Dscala=2.13"} <= set(maven)
    prefix = f"{package.FOLDER}{TARGET.version}/"
    body = s3.get_object(Bucket=BUCKET, Key=f"{prefix}package.tar.gz")["Body"].read()
    with tarfile.open(fileobj=BytesIO(body)) as archive:
        names = archive.getnames()
    assert {"packages/feast.py", "app/workers/feature_ingest/rows.py", "app/workers/feature_ingest_spark/job.py"} <= {
        *names
    }
    assert publish(TARGET, BUCKET, s3, tool) == (address, False)
    assert len(ran) == 2


def test_each_release_and_architecture_has_a_package_of_its_own() -> None:
    targets = [Target(release, architecture) for release in SparkRelease for architecture in ("ARM64", "X86_64")]
    assert len({each.version for each in targets}) == len(targets)
    assert replace(TARGET).version == TARGET.version
    older = Target(SparkRelease.V7_14, "X86_64")
    assert {"-Dspark=3.5.6", "-Dscala=2.12"} <= set(older.maven)
    assert "--platform=manylinux_2_28_x86_64" in older.pip
