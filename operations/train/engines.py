"""Which module renders and runs a job on which engine."""

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from typing import Any

from ..settings import SettingsError, fault
from . import batch, emr, kubernetes, sagemaker, schedules
from .attempts import EngineError, Runner
from .batch import BatchRunner
from .emr import EmrRunner
from .job import TrainingJob
from .kubernetes import KubernetesRunner
from .platform import Platform
from .request import Engine, Request
from .sagemaker import SageMakerRunner

_RENDERERS = {
    Engine.BATCH: batch.requests,
    Engine.SAGEMAKER: sagemaker.requests,
    Engine.EMR: emr.requests,
    Engine.KUBERNETES: kubernetes.requests,
}


def requests(engine: Engine, job: TrainingJob, platform: Platform, run: str = "", attempt: int = 1) -> list[Request]:
    """The calls that start an attempt of the job on the engine, in order; for a job with a schedule, those that set it.

    Raises:
        SettingsError: the job or the stack lacks what the engine needs.
    """
    if job.schedule and run:
        raise SettingsError("job", [fault("schedule", job.schedule, "each of its runs is new; leave out --run")])
    if job.schedule and engine is not Engine.KUBERNETES:
        return schedules.requests(engine, job, platform)
    return _RENDERERS[engine](job, platform, run, attempt)


@contextmanager
def refusals() -> Generator[None]:
    """Turns what boto3 raises into EngineError: AWS refused a call, or it could not be reached."""
    try:
        from boto3.exceptions import Boto3Error  # pyright: ignore[reportMissingTypeStubs] - none exist
        from botocore.exceptions import BotoCoreError, ClientError  # pyright: ignore[reportMissingTypeStubs] - none exist
    except ModuleNotFoundError:
        yield
        return
    try:
        yield
    except (Boto3Error, BotoCoreError, ClientError) as error:
        raise EngineError(str(error)) from None


def runner(engine: Engine, job: TrainingJob, platform: Platform, run: str) -> Runner:
    """What runs the job on the engine, with the credentials of the environment."""
    if engine is Engine.KUBERNETES:
        return KubernetesRunner(job, platform, run)
    session = aws_session(platform.region)
    if engine is Engine.BATCH:
        return BatchRunner(job, platform, run, session.client("batch"), session.client("logs"))
    if engine is Engine.SAGEMAKER:
        return SageMakerRunner(job, run, session.client("sagemaker"), session.client("logs"))
    return EmrRunner(job, platform, run, session.client("emr-serverless"), session.client("s3"))


def stop_application(platform: Platform, job: TrainingJob) -> str:
    """Stop the EMR Serverless application that runs the job if it is started, and say what was done."""
    session = aws_session(platform.region)
    return EmrRunner(job, platform, "", session.client("emr-serverless"), session.client("s3")).stop_application()


def set_schedule(engine: Engine, job: TrainingJob, platform: Platform, calls: Sequence[Request]) -> None:
    """Create the schedule of a job, or change it to what the description says."""
    if engine is Engine.KUBERNETES:
        KubernetesRunner(job, platform, "").start(calls)
        return
    session = aws_session(platform.region)
    *before, schedule = calls
    for definition in before:
        batch.register(session.client("batch"), definition)
    schedules.put(session.client("scheduler"), schedule)


def aws_session(region: str | None) -> Any:
    """A session of boto3 with the credentials of the environment."""
    # Kubernetes and `render` do without boto3, which only the development environment installs.
    import boto3  # pyright: ignore[reportMissingTypeStubs] - it ships none

    return boto3.Session(region_name=region)
