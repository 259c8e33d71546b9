"""A training job is rendered as calls that each engine's published API model accepts."""

from typing import Any

import pytest

from operations.settings import parse
from operations.train.engines import requests
from operations.train.job import TrainingJob
from operations.train.platform import Platform
from operations.train.request import Engine, Request
from tests.support.operations.api_models import faults_by_model
from tests.support.operations.training import JOB, OUTPUTS, SPARK

PLATFORM = Platform.model_validate(OUTPUTS)


def job(**changes: Any) -> TrainingJob:
    return parse(TrainingJob, {**JOB, **changes}, "job.yaml")


def rendered(engine: Engine, **changes: Any) -> list[Request]:
    if engine is Engine.EMR:
        changes = {**SPARK, **changes}
    return requests(engine, job(**changes), PLATFORM)


@pytest.mark.parametrize("engine", [Engine.BATCH, Engine.SAGEMAKER, Engine.EMR])
def test_calls_are_those_of_the_published_api(engine: Engine) -> None:
    calls = rendered(engine)
    assert calls
    assert [faults_by_model(call) for call in calls] == [""] * len(calls)
