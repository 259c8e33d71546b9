"""Jobs on a cluster over several deployments, against a stand-in that holds what has finalizers.

Skipped where there is no Pulumi CLI on PATH.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.engine.harness import Engine, Outcome

PROGRAM = """
import json
from pathlib import Path

import pulumi
import pulumi_aws as aws

from components.training.cluster_jobs.cluster_jobs import ClusterJobs

provider = aws.Provider(
    "aws", region="us-east-1", allowed_account_ids=["111122223333"], default_tags={"tags": {"owner": "ml"}}
)
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
        **json.loads((Path(__file__).parent / "settings.json").read_text()),
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

Run = Callable[..., Outcome]


@pytest.fixture
def stack(request: pytest.FixtureRequest) -> str:
    return str(request.node.name).replace("_", "-")


@pytest.fixture
def run(engine: Engine, tmp_path: Path, stack: str) -> Run:
    """Runs a command of the CLI on the test's stack; `settings` are further arguments of the component."""
    python = {"name": "python", "options": {"virtualenv": str(engine.project / ".venv")}}
    (tmp_path / "Pulumi.yaml").write_text(json.dumps({"name": "jobs", "runtime": python}))
    (tmp_path / "__main__.py").write_text(PROGRAM)
    made = engine.run("stack", "init", stack, folder=tmp_path)
    assert made.code == 0, made.printed

    def command(*arguments: str, settings: dict[str, Any] | None = None) -> Outcome:
        if settings is not None:
            (tmp_path / "settings.json").write_text(json.dumps(settings))
        return engine.run(*arguments, "--yes", "--skip-preview", "--stack", stack, folder=tmp_path)

    return command


def test_running_jobs_end_before_queues_and_controllers(engine: Engine, run: Run, stack: str) -> None:
    first = run("up", settings=BOTH)
    assert first.code == 0, first.printed
    with engine.jobs(stack).memory() as known:
        known["jobs"] = RUNNING
    engine.changes()
    again = run("up", settings=BOTH)
    assert again.code == 0, again.printed
    assert engine.changes() == []
    gone = run("destroy")
    assert gone.code == 0, gone.printed
    with engine.jobs(stack).memory() as known:
        assert known == {"releases": [], "definitions": [], "queues": {}, "jobs": []}


def test_new_limits_leave_running_jobs_alone(engine: Engine, run: Run, stack: str) -> None:
    assert run("up", settings=BOTH).code == 0
    with engine.jobs(stack).memory() as known:
        known["jobs"] = RUNNING
    engine.changes()
    changed = run("up", settings={**BOTH, "maximum_hours": 4})
    assert changed.code == 0, changed.printed
    changes = engine.changes()
    assert {operation for operation, _ in changes} == {"update"}
    assert {urn.split("::")[2].rpartition(":")[2] for _, urn in changes} == {"ValidatingAdmissionPolicy"}
    with engine.jobs(stack).memory() as known:
        assert known["jobs"] == RUNNING


def test_jobs_of_a_removed_team_end_with_its_queue(engine: Engine, run: Run, stack: str) -> None:
    assert run("up", settings=BOTH).code == 0
    with engine.jobs(stack).memory() as known:
        known["jobs"] = RUNNING
    removed = run("up", settings={"teams": [SEARCH]})
    assert removed.code == 0, removed.printed
    with engine.jobs(stack).memory() as known:
        assert known["jobs"] == RUNNING[:1]
        assert set(known["queues"]) == {"search", "spare"}
