"""What the stacks export is what training jobs need, by the same names."""

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic.alias_generators import to_camel

from operations.settings import parse
from operations.train.engines import requests
from operations.train.job import TrainingJob
from operations.train.platform import Platform, read_platform
from operations.train.request import Engine
from tests.support.operations.api_models import faults_by_model
from tests.support.operations.training import JOB, SPARK
from tests.support.planner.plans import outputs_of

pytestmark = pytest.mark.slow

STACKS = ["staging", "prod"]
SIZES = {"prod": "g5.2xlarge", "staging": "g5.2xlarge"}
RANKING: dict[str, Any] = {**JOB, "name": "ranking", "team": "search"}


def exported(stack: str, folder: Path) -> Platform:
    """The stack's outputs, read from the file that `pulumi stack output --json` writes."""
    path = folder / "platform.json"
    # What is known only after a deployment has some value, too.
    path.write_text(json.dumps(outputs_of(stack), default=str), encoding="utf-8")
    return read_platform(path)


@pytest.mark.parametrize("stack", STACKS)
def test_stack_exports_every_field_that_jobs_need(stack: str, tmp_path: Path) -> None:
    platform = exported(stack, tmp_path)
    lacking = [
        to_camel(name) for name in Platform.model_fields if not getattr(platform, name) and "schedule" not in name
    ]
    assert lacking == []


@pytest.mark.parametrize("schedule", [None, "30 3 * * *"])
@pytest.mark.parametrize("engine", Engine)
@pytest.mark.parametrize("stack", STACKS)
def test_job_of_a_team_is_rendered_for_the_stack(
    stack: str, engine: Engine, schedule: str | None, tmp_path: Path
) -> None:
    kind = {**JOB["resources"], "instanceType": SIZES[stack]}
    changes = {**SPARK, "schedule": None} if engine is Engine.EMR else {"resources": kind}
    job = parse(TrainingJob, {**RANKING, "schedule": schedule, **changes}, "job.yaml")
    calls = requests(engine, job, exported(stack, tmp_path))
    if engine is not Engine.KUBERNETES:
        assert [faults_by_model(call) for call in calls] == [""] * len(calls)


def test_the_queue_of_a_job_is_spot_where_its_machines_are(tmp_path: Path) -> None:
    platform = exported("prod", tmp_path)
    assert set(platform.batch_spot_queues) < set(platform.batch_queue_arns)
    assert platform.batch_jobs["ranking"].queue in platform.batch_spot_queues
