"""The schedules of a team over several deployments, against a stand-in that deletes them with their group.

Skipped where there is no Pulumi CLI on PATH.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.engine.harness import Engine
from tests.support.engine.program import Program

PROGRAM = """
from components.training.job_schedules.job_schedules import JobSchedules

JobSchedules("risk", given, pulumi.ResourceOptions(providers=[provider]))
"""


def starting(action: str, name: str = "ml-risk") -> dict[str, Any]:
    statement = {"Effect": "Allow", "Action": [action], "Resource": ["*"]}
    return {"name": name, "policies": {"batch": json.dumps({"Version": "2012-10-17", "Statement": [statement]})}}


@pytest.fixture
def program(engine: Engine, tmp_path: Path) -> Program:
    """A deployed group, to which `operations.train` has added a schedule."""
    made = Program(engine, tmp_path, PROGRAM)
    first = made.up(starting("batch:SubmitJob"))
    assert first.code == 0, first.printed
    with engine.scheduler(made.stack).memory() as known:
        known["groups"]["ml-risk"].append("risk-fraud")
    engine.changes()
    return made


def test_an_update_of_the_rights_keeps_the_schedules(program: Program) -> None:
    updated = program.up(starting("batch:*"))
    assert updated.code == 0, updated.printed
    assert [operation for operation, _ in program.engine.changes()] == ["update"]
    with program.engine.scheduler(program.stack).memory() as known:
        assert known == {"groups": {"ml-risk": ["risk-fraud"]}, "failed": []}


def test_a_renamed_group_starts_without_schedules(program: Program) -> None:
    renamed = program.up(starting("batch:SubmitJob", "ml-credit"))
    assert renamed.code == 0, renamed.printed
    with program.engine.scheduler(program.stack).memory() as known:
        assert known == {"groups": {"ml-credit": []}, "failed": []}


def test_a_destroy_deletes_schedules_before_their_role(program: Program) -> None:
    gone = program.destroy()
    assert gone.code == 0, gone.printed
    with program.engine.scheduler(program.stack).memory() as known:
        assert known == {"groups": {}, "failed": []}
    deleted = [urn.rpartition("::")[2] for operation, urn in program.engine.changes() if operation == "delete"]
    assert {"risk-group", "risk-role", "risk-undelivered", "risk-undelivered-policy"} < {*deleted}
