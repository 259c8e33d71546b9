"""A training job is rendered as calls that each engine's published API model accepts."""

import json
import shlex
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from components.cluster.job_queues import LOCAL_QUEUE
from components.training.cluster_jobs import names
from operations.settings import SettingsError, parse
from operations.train import kubernetes
from operations.train.engines import requests
from operations.train.job import TrainingJob
from operations.train.platform import Platform
from operations.train.request import Engine, Request
from tests.support.operations.api_models import faults_by_model, from_universal_target
from tests.support.operations.training import IMAGE, JOB, OUTPUTS, SPARK

PLATFORM = Platform.model_validate(OUTPUTS)
AWS = [Engine.BATCH, Engine.SAGEMAKER, Engine.EMR]
SCHEDULED = [Engine.BATCH, Engine.SAGEMAKER]
DAILY: dict[str, Any] = {"schedule": "30 3 * * *"}


def job(**changes: Any) -> TrainingJob:
    return parse(TrainingJob, {**JOB, **changes}, "job.yaml")


def rendered(engine: Engine, run: str = "", attempt: int = 1, **changes: Any) -> list[Request]:
    if engine is Engine.EMR:
        changes = {**SPARK, **changes}
    return requests(engine, job(**changes), PLATFORM, run, attempt)


def resources(**changes: Any) -> dict[str, Any]:
    return {"resources": {**JOB["resources"], **changes}}


def environment(engine: Engine, **changes: Any) -> Mapping[str, str]:
    """The variables that the program sees."""
    calls = rendered(engine, **changes)
    if engine is Engine.SAGEMAKER:
        return calls[-1].parameters["Environment"]
    if engine is Engine.EMR:
        return dict(_driver_variables(calls[-1].parameters["jobDriver"]["sparkSubmit"]["sparkSubmitParameters"]))
    if engine is Engine.BATCH:
        both = [calls[0].parameters["containerProperties"], calls[1].parameters["containerOverrides"]]
        return {each["name"]: each["value"] for part in both for each in part["environment"]}
    [container] = calls[-1].parameters["spec"]["template"]["spec"]["containers"]
    return {each["name"]: each["value"].replace("$$", "$") for each in container["env"]}


def _driver_variables(parameters: str) -> Iterator[tuple[str, str]]:
    words = shlex.split(parameters)
    assert words[::2] == ["--conf"] * (len(words) // 2)
    for word in words[1::2]:
        name, _, value = word.partition("=")
        if name.startswith("spark.emr-serverless.driverEnv."):
            yield name.removeprefix("spark.emr-serverless.driverEnv."), value


def refusal(engine: Engine, **changes: Any) -> str:
    with pytest.raises(SettingsError) as refused:
        rendered(engine, **changes)
    return str(refused.value)


@pytest.mark.parametrize(("engine", "changes"), [*((each, {}) for each in AWS), *((each, DAILY) for each in SCHEDULED)])
def test_calls_are_those_of_the_published_api(engine: Engine, changes: dict[str, Any]) -> None:
    calls = rendered(engine, **changes)
    assert [faults_by_model(call) for call in calls] == [""] * len(calls)


@pytest.mark.parametrize("engine", SCHEDULED)
def test_a_schedule_starts_what_a_submission_starts(engine: Engine) -> None:
    *_, started = rendered(engine)
    schedule = rendered(engine, **DAILY)[-1].parameters
    assert schedule["ScheduleExpression"] == "cron(30 3 * * ? *)"
    target = schedule["Target"]
    again = from_universal_target(target)
    # The scheduler replaces the attribute by an id, such as d32c5kddcf5bb8c3. A UUID is the longest.
    sent = target["Input"].replace("<aws.scheduler.execution-id>", "d32c5kdd-cf5b-b8c3-d32c-5kddcf5bb8c3")
    assert faults_by_model(from_universal_target({**target, "Input": sent})) == ""
    assert (again.service, again.operation) == (started.service, started.operation)
    text = json.dumps(again.parameters)
    assert "<aws.scheduler.execution-id>/" in text, "each run has a folder of its own"
    assert set(again.parameters) == set(started.parameters)


@pytest.mark.parametrize("engine", Engine)
def test_every_engine_gives_the_program_the_same_variables(engine: Engine) -> None:
    seen = environment(engine, environment={"MESSAGE": "two words, 'quoted' $(HOME) $$"})
    run = seen["MLPLATFORM_RUN"]
    assert run.startswith("fraud-")
    expected = {
        "MESSAGE": "two words, 'quoted' $(HOME) $$",
        "MLPLATFORM_INPUT_TRAINING": "s3://ml-training/risk/fraud/",
        "MLPLATFORM_OUTPUT": f"s3://ml-models/risk/fraud/{run}/",
        "MLPLATFORM_CHECKPOINTS": f"s3://ml-training/risk/checkpoints/fraud/{run}/",
        "MLFLOW_EXPERIMENT_NAME": "fraud",
    }
    assert {name: seen[name] for name in expected} == expected


@pytest.mark.parametrize("engine", Engine)
def test_attempts_share_folders_and_another_run_has_its_own(engine: Engine) -> None:
    def folders(run: str, attempt: int) -> set[str]:
        text = json.dumps([dict(call.parameters) for call in rendered(engine, run, attempt)])
        return {word for word in text.replace("'", '"').split('"') if "/fraud/fraud-" in word}

    assert folders("", 1)
    assert folders("", 1) == folders("", 2)
    assert not folders("", 1) & folders("monday", 1)


@pytest.mark.parametrize("engine", Engine)
def test_a_schedule_has_no_named_runs(engine: Engine) -> None:
    with pytest.raises(SettingsError, match="leave out --run"):
        rendered(engine, "monday", **DAILY)


@pytest.mark.parametrize(
    ("engine", "changes", "said"),
    [
        (Engine.BATCH, {"image": None}, "image = null: Batch needs an image"),
        (Engine.BATCH, resources(nodes=2), "resources.nodes = 2: a Batch job has one machine"),
        (Engine.BATCH, {"name": "ranking"}, "name = 'ranking': the stack's output batchJobRoleArns does not have it"),
        (Engine.BATCH, {"team": "search"}, "team = 'search': in the stack the job fraud belongs to team risk"),
        (Engine.BATCH, {"queue": "none"}, "queue = 'none': the stack's output batchQueueArns does not have it"),
        (Engine.BATCH, {"spot": False}, "spot = false: the queue training has spot machines; write true"),
        (Engine.BATCH, {"queue": "urgent"}, "spot = true: the queue urgent has no spot machines; remove spot"),
        (Engine.BATCH, {"environment": {"A": "x" * 25_000}}, "Batch accepts 24576"),
        (Engine.SAGEMAKER, {"image": None}, "image = null: SageMaker needs an image"),
        (Engine.SAGEMAKER, {"team": "search"}, "trainingRoleArns does not have it; write one that it has: risk"),
        (Engine.SAGEMAKER, resources(instanceType=None), "resources.instanceType = null: SageMaker needs"),
        (Engine.SAGEMAKER, resources(instanceType="g5.xxlarge"), "did you mean g5."),
        (Engine.SAGEMAKER, resources(gpus=2), "resources.gpus = 2: a g5.xlarge has 1"),
        (Engine.SAGEMAKER, resources(memoryGib=17), "resources.memoryGib = 17: a g5.xlarge has 16"),
        (Engine.SAGEMAKER, resources(diskGib=500), "resources.diskGib = 500: a g5.xlarge has 250"),
        (Engine.SAGEMAKER, {"environment": {"A": "x" * 513}}, "accepts 512 characters in each value"),
        (Engine.SAGEMAKER, {"environment": {f"A{n}": "" for n in range(96)}}, "environment = '101 variables'"),
        (Engine.SAGEMAKER, {"command": ["python", "x" * 257]}, "accepts 256 characters in each word"),
        (Engine.SAGEMAKER, {"command": ["python", *["x"] * 101]}, "command = '101 arguments'"),
        (Engine.SAGEMAKER, {"name": "f" * 31, "team": "r" * 20}, "shorten them to 47 characters together"),
        (Engine.SAGEMAKER, {"name": "f" * 20, **DAILY}, "shorten them to 22 characters together"),
        (Engine.EMR, {"image": IMAGE}, "remove image"),
        (Engine.EMR, {"command": ["python"]}, "write its address, as s3://… or local://…"),
        (Engine.EMR, resources(gpus=1, instanceType=None), "resources.gpus = 1: EMR Serverless has no GPUs"),
        (Engine.EMR, {"resources": {"cpus": 3, "memoryGib": 8}}, "has one of 1, 2, 4, 8, 16 vCPUs"),
        (Engine.EMR, {"resources": {"cpus": 8, "memoryGib": 17}}, "resources.memoryGib = 17: a worker with 8 vCPUs"),
        (Engine.EMR, {"resources": {"cpus": 4, "memoryGib": 8, "diskGib": 201}}, "20 to 200 GB of disk"),
        (Engine.EMR, {"spot": True}, "EMR Serverless has no spot capacity"),
        (Engine.EMR, {"timeoutMinutes": 10_081}, "timeoutMinutes = 10081: EMR accepts at most 10080"),
        (Engine.EMR, DAILY, "schedule = '30 3 * * *': the role of a team's schedules may not start Spark jobs"),
        (Engine.EMR, {"environment": {"A": "x\ny"}}, "remove the line break"),
        (Engine.KUBERNETES, {"image": None}, "image = null: Kubernetes needs an image"),
        (Engine.KUBERNETES, {"team": "search"}, "jobNamespaces does not have it; write one that it has: risk"),
        (
            Engine.KUBERNETES,
            {"queue": "urgent"},
            "queue = 'urgent': a namespace for jobs has the queues default, spare",
        ),
        (Engine.KUBERNETES, {**resources(nodes=2), **DAILY}, "schedules jobs on one machine only"),
    ],
)
def test_an_engine_refuses_what_it_cannot_run(engine: Engine, changes: dict[str, Any], said: str) -> None:
    assert said in refusal(engine, **changes)


@pytest.mark.parametrize(
    ("kind", "has_key"), [("g5.xlarge", False), ("m5.xlarge", True), ("r5d.xlarge", False), ("g6e.xlarge", False)]
)
def test_local_disks_on_sagemaker_get_no_key(kind: str, has_key: bool) -> None:
    asked = {"cpus": 1, "memoryGib": 8, "instanceType": kind}
    [call] = rendered(Engine.SAGEMAKER, resources=asked)
    assert ("VolumeKmsKeyId" in call.parameters["ResourceConfig"]) == has_key


def test_spot_on_sagemaker_waits_longer_than_it_runs() -> None:
    [call] = rendered(Engine.SAGEMAKER)
    stopping = call.parameters["StoppingCondition"]
    assert stopping["MaxWaitTimeInSeconds"] > stopping["MaxRuntimeInSeconds"] == 7200
    assert call.parameters["EnableManagedSpotTraining"]
    assert call.parameters["CheckpointConfig"]["S3Uri"] == call.parameters["Environment"]["MLPLATFORM_CHECKPOINTS"]


def test_what_sagemaker_packs_is_not_in_the_models_folder() -> None:
    [call] = rendered(Engine.SAGEMAKER)
    assert call.parameters["OutputDataConfig"]["S3OutputPath"] == "s3://ml-training/risk/sagemaker/"


def test_a_batch_definition_is_the_same_for_every_run() -> None:
    definitions = [rendered(Engine.BATCH, run, attempt)[0] for run, attempt in (("", 1), ("", 2), ("monday", 1))]
    assert definitions[0] == definitions[1] == definitions[2]
    other = rendered(Engine.BATCH, command=["python", "other.py"])[0]
    names = {each.parameters["jobDefinitionName"] for each in (definitions[0], other)}
    assert len(names) == 2
    assert all(name.startswith("ml-fraud_") for name in names), "the stack's policies can name them"


def test_a_batch_job_uses_its_teams_share() -> None:
    assert rendered(Engine.BATCH)[1].parameters["shareIdentifier"] == "risk"
    kind = {"fraud": {"team": "risk-credit", "queue": "training"}}
    hyphenated = requests(
        Engine.BATCH,
        parse(TrainingJob, {**JOB, "team": "risk-credit"}, "job.yaml"),
        Platform.model_validate({**OUTPUTS, "batchJobs": kind}),
    )
    assert hyphenated[1].parameters["shareIdentifier"] == "riskcredit"


def test_only_a_lost_machine_leads_to_another_attempt_on_batch() -> None:
    retry = rendered(Engine.BATCH)[0].parameters["retryStrategy"]
    assert [each["action"] for each in retry["evaluateOnExit"]] == ["RETRY", "EXIT"]
    assert retry["evaluateOnExit"][-1] == {"onReason": "*", "action": "EXIT"}


def test_kubernetes_names_are_those_of_the_component() -> None:
    assert kubernetes.SERVICE_ACCOUNT == names.SERVICE_ACCOUNT
    assert kubernetes.CHECKPOINTS_ANNOTATION == names.CHECKPOINTS
    assert kubernetes.PRIORITIES == {LOCAL_QUEUE: names.JOB_CLASS, names.SPARE_QUEUE: names.SPARE_CLASS}
    assert kubernetes.RUNTIMES == {LOCAL_QUEUE: names.RUNTIME, names.SPARE_QUEUE: names.RUNTIME + names.SPARE_SUFFIX}
