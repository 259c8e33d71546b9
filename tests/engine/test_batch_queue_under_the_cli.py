"""Queues and machines over several deployments, against a stand-in that refuses what AWS Batch refuses.

Skipped where there is no Pulumi CLI on PATH.
"""

from pathlib import Path
from typing import Any

import pytest

from tests.support.engine.harness import Engine, Outcome
from tests.support.engine.program import Program

PROGRAM = """
from components.training.batch_queue.batch_queue import BatchQueue

BatchQueue(
    "batch",
    {
        "name": "ml",
        "shares": {"search": 1},
        "jobs": [
            {"name": "ranking", "team": "search", "queue": "training", "image": "a.example/b:1", "timeout_minutes": 60}
        ],
        "deletion_protection": False,
        "vpc_id": "vpc-1",
        "private_subnet_ids": ["subnet-a", "subnet-b"],
        "training_bucket": "ml-training",
        "models_bucket": "ml-models",
        "data_key_arn": "arn:aws:kms:us-east-1:111122223333:key/data",
        **given,
    },
    pulumi.ResourceOptions(providers=[provider]),
)
"""
SPOT = {"name": "spot", "instance_types": ["g4dn.xlarge"], "purchase": "spot", "maximum_vcpus": 16}
DEMAND = {"name": "demand", "instance_types": ["g4dn.xlarge"], "maximum_vcpus": 16}
RELATION = "Cannot delete, found existing JobQueue relationship"


def training(*environments: str) -> list[dict[str, Any]]:
    return [{"name": "training", "environments": list(environments)}]


BOTH: dict[str, Any] = {"environments": [SPOT, DEMAND], "queues": training("spot", "demand")}


class Queues:
    """A program of one BatchQueue, which is deployed again and again."""

    def __init__(self, engine: Engine, folder: Path):
        self._engine, self._program = engine, Program(engine, folder, PROGRAM)
        self.batch = engine.batch(self._program.stack)
        self.up(BOTH)

    def try_up(self, settings: dict[str, Any], *options: str) -> Outcome:
        """Deploy these settings; the changes are those of this deployment alone."""
        self._engine.changes()
        return self._program.up(settings, *options)

    def up(self, settings: dict[str, Any], *options: str) -> list[tuple[str, str]]:
        """Deploy these settings, which must succeed: what changed, in order."""
        outcome = self.try_up(settings, *options)
        assert outcome.code == 0, outcome.printed
        return self.changes()

    def changes(self) -> list[tuple[str, str]]:
        """What was done since the last deployment began, in order: operation and name."""
        return [(operation, urn.rpartition("::")[2]) for operation, urn in self._engine.changes()]

    def destroy(self) -> list[str]:
        """Destroy the stack, which must succeed: what was deleted, in order."""
        self._engine.changes()
        outcome = self._program.destroy()
        assert outcome.code == 0, outcome.printed
        return [name for _, name in self.changes()]


@pytest.fixture
def queues(engine: Engine, tmp_path: Path) -> Queues:
    return Queues(engine, tmp_path)


def test_machines_change_in_place_and_shares_too(queues: Queues) -> None:
    queues.up(BOTH, "--expect-no-changes")
    larger = {**SPOT, "instance_types": ["g4dn.xlarge", "g5.xlarge"], "disk_gib": 200, "maximum_vcpus": 32}
    changed = {"environments": [larger, DEMAND], "queues": training("spot", "demand"), "shares": {"search": 2}}
    assert {*queues.up(changed)} == {
        ("update", "batch-spot-template"),
        ("update", "batch-spot"),
        ("update", "batch-shares"),
    }


def test_an_environment_leaves_its_queue_before_it_is_deleted(queues: Queues) -> None:
    done = queues.up({"environments": [DEMAND], "queues": training("demand")})
    assert done.index(("update", "batch-training-queue")) < done.index(("delete", "batch-spot"))
    assert done.index(("delete", "batch-spot")) < done.index(("delete", "batch-spot-template"))


def test_a_relation_that_is_still_seen_ends_with_the_next_deployment(queues: Queues) -> None:
    queues.batch.slow()
    without = {"environments": [DEMAND], "queues": training("demand")}
    first = queues.try_up(without)
    assert first.code != 0
    assert RELATION in first.printed
    queues.batch.settle()
    # Only the deletion, and of what waits for it, is left.
    assert {operation for operation, _ in queues.up(without)} == {"delete"}


def test_an_environment_is_removed_in_two_deployments_without_an_error(queues: Queues) -> None:
    queues.batch.slow()
    first = queues.up({**BOTH, "queues": training("demand")})
    assert ("update", "batch-training-queue") in first
    assert {operation for operation, _ in first} == {"update"}
    queues.batch.settle()
    done = queues.up({"environments": [DEMAND], "queues": training("demand")})
    assert ("delete", "batch-spot") in done


def test_a_destroy_takes_queues_before_machines_and_roles_last(queues: Queues) -> None:
    gone = queues.destroy()
    queue, role = gone.index("batch-training-queue"), gone.index("batch-machine-ecs")
    for environment in ("batch-spot", "batch-demand"):
        assert queue < gone.index(environment) < role
    assert queue < gone.index("batch-shares")
