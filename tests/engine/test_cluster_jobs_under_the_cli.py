"""Jobs on a cluster over several deployments, against a stand-in that holds what has finalizers.

Skipped where there is no Pulumi CLI on PATH.
"""

from pathlib import Path
from typing import Any

import pytest

from tests.support.engine.harness import Engine
from tests.support.engine.program import Program

PROGRAM = """
from components.training.cluster_jobs.cluster_jobs import ClusterJobs

cluster = pulumi.ProviderResource("kubernetes", "cluster", {})
pool = {"nodes": 4, "cpu": 8, "memory_gib": 32, "gpus": 1}
ClusterJobs(
    "jobs",
    {
        "pools": [{"name": "training", **pool}],
        "spare": {"name": "inference", **pool},
        "cluster_name": "ml",
        "vpc_cidr": "10.0.0.0/16",
        "raw_bucket": "ml-raw",
        "training_bucket": "ml-training",
        "models_bucket": "ml-models",
        "offline_bucket": "ml-offline",
        "data_key_arn": "arn:aws:kms:us-east-1:111122223333:key/data",
        **given,
    },
    pulumi.ResourceOptions(providers=[provider, cluster]),
)
"""
SEARCH: dict[str, Any] = {"name": "search", "quota": {"gpus": 2}}
RISK: dict[str, Any] = {"name": "risk", "quota": {"gpus": 2}}
BOTH: dict[str, Any] = {"teams": [SEARCH, RISK]}
RUNNING = [
    {"kind": "RayJob", "namespace": "search-jobs", "queue": "search"},
    {"kind": "Job", "namespace": "risk-jobs", "queue": "risk"},
    {"kind": "Job", "namespace": "risk-jobs", "queue": "spare"},
]


@pytest.fixture
def program(engine: Engine, tmp_path: Path) -> Program:
    return Program(engine, tmp_path, PROGRAM)


def test_running_jobs_end_before_queues_and_controllers(program: Program) -> None:
    first = program.up(BOTH)
    assert first.code == 0, first.printed
    with program.engine.jobs(program.stack).memory() as known:
        known["jobs"] = RUNNING
    program.engine.changes()
    again = program.up(BOTH)
    assert again.code == 0, again.printed
    assert program.engine.changes() == []
    gone = program.destroy()
    assert gone.code == 0, gone.printed
    with program.engine.jobs(program.stack).memory() as known:
        assert known == {"releases": [], "definitions": [], "queues": {}, "jobs": []}


def test_new_limits_leave_running_jobs_alone(program: Program) -> None:
    assert program.up(BOTH).code == 0
    with program.engine.jobs(program.stack).memory() as known:
        known["jobs"] = RUNNING
    program.engine.changes()
    changed = program.up({**BOTH, "maximum_hours": 4})
    assert changed.code == 0, changed.printed
    changes = program.engine.changes()
    assert {operation for operation, _ in changes} == {"update"}
    assert {urn.split("::")[2].rpartition(":")[2] for _, urn in changes} == {"ValidatingAdmissionPolicy"}
    with program.engine.jobs(program.stack).memory() as known:
        assert known["jobs"] == RUNNING


def test_jobs_of_a_removed_team_end_with_its_queue(program: Program) -> None:
    assert program.up(BOTH).code == 0
    with program.engine.jobs(program.stack).memory() as known:
        known["jobs"] = RUNNING
    removed = program.up({"teams": [SEARCH]})
    assert removed.code == 0, removed.printed
    with program.engine.jobs(program.stack).memory() as known:
        assert known["jobs"] == RUNNING[:1]
        assert set(known["queues"]) == {"search", "spare"}
