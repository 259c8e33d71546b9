"""A drill measures how long a restore takes, writes a report, and removes what it made and nothing else."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from operations.drill.__main__ import clean, drill, main, report
from operations.restore.instances import removed
from operations.restore.steps import RestoreError
from tests.support.operations.recovery import BUCKET, DATABASE, OUTPUTS, Faults, World, state, stores


@pytest.fixture
def aws() -> Iterator[tuple[Any, Any]]:
    with stores() as clients:
        yield clients


def test_a_drill_measures_the_time_and_the_age_of_the_backup(aws: Any, tmp_path: Path) -> None:
    world = World(aws, tmp_path)
    restore = world.restore(online_from="", stores=["registry", "models"], by_hand=False)
    registry, models = drill(restore)
    # RDS restores at once here; AWS Backup answers at the second look, half a minute later.
    assert (registry.rto, registry.rpo, registry.met) == (0, None, True)
    assert (models.rto, models.rpo, models.met) == (0.5, 60, True)
    page = report("r1", [registry, replace(models, rto=241.0)])
    assert "| registry | 0 | 60 | not measured | 5 | yes |" in page
    assert "| models | 241 | 240 | 60 | 1500 | **no** |" in page


def test_a_backup_that_is_too_old_misses_its_objective(aws: Any, tmp_path: Path) -> None:
    world = World(aws, tmp_path)
    world.clock.time += 2 * 24 * 3600
    [models] = drill(world.restore(online_from="", stores=["models"], by_hand=False))
    assert (models.rto_minutes, models.rpo_minutes) == (240, 1500)
    assert not models.met


def test_a_drill_that_goes_on_counts_from_its_first_run(aws: Any, tmp_path: Path) -> None:
    world = World(aws, tmp_path)
    with pytest.raises(RestoreError):
        drill(world.restore(Faults(2), online_from="", stores=["models"], by_hand=False))
    world.clock.wait(3600)
    [models] = drill(world.restore(online_from="", stores=["models"], by_hand=False))
    assert models.rto == 60.5
    # A third run measures the same again.
    world.clock.wait(3600)
    assert drill(world.restore(online_from="", stores=["models"], by_hand=False)) == [models]


@pytest.mark.parametrize("from_vault", [True, False])
def test_what_the_drill_made_is_removed_and_nothing_else(aws: Any, tmp_path: Path, from_vault: bool) -> None:
    before = state(*aws)
    world = World(aws, tmp_path)
    restore = world.restore(online_from="", by_hand=False, from_vault=from_vault)
    drill(restore)
    made = state(*aws)
    assert {*made["instances"]} - {*before["instances"]} == {f"{DATABASE}-r1"}
    assert {*made["buckets"]} - {*before["buckets"]} == {f"{BUCKET}-r1"}
    clean(restore)
    assert state(*aws) == before
    clean(world.restore(online_from="", by_hand=False, from_vault=from_vault))
    assert state(*aws) == before


def test_a_removal_that_breaks_is_finished_by_the_next(aws: Any, tmp_path: Path) -> None:
    before = state(*aws)
    world = World(aws, tmp_path)
    drill(world.restore(online_from="", by_hand=False))
    counting = Faults()
    for number in range(1, 9):
        try:
            clean(world.restore(Faults(number), online_from="", by_hand=False))
        except RestoreError:
            continue
    clean(world.restore(counting, online_from="", by_hand=False))
    assert state(*aws) == before


def test_an_instance_that_is_being_deleted_is_left_to_rds() -> None:
    made = {"DBInstanceStatus": "deleting", "TagList": [{"Key": "restore-run", "Value": "d1"}]}

    def look(**_: str) -> Any:
        return {"DBInstances": [made]}

    # Any call but the look would fail: RDS refuses to change an instance that it deletes.
    rds = SimpleNamespace(
        describe_db_instances=look,
        exceptions=SimpleNamespace(DBInstanceNotFoundFault=KeyError),
    )
    removed(rds, "d1", "ml-prod-d1")


def test_a_running_store_is_never_removed(aws: Any, tmp_path: Path) -> None:
    before = state(*aws)
    world = World(aws, tmp_path)
    restore = world.restore(online_from="", by_hand=False)
    restore.journal.note("registry-restore", created=OUTPUTS["backupStoreArns"]["registry"])
    with pytest.raises(RestoreError, match="is not what this drill makes, ml-prod-r1; look at it"):
        clean(restore)
    restore.journal.note("registry-restore", created=f"arn:aws:rds:us-east-1:1:db:{DATABASE}-r1")
    world.rds.create_db_instance(
        DBInstanceIdentifier=f"{DATABASE}-r1",
        Engine="postgres",
        DBInstanceClass="db.t4g.medium",
        AllocatedStorage=20,
        MasterUsername="platform",
        MasterUserPassword="of-the-test",
    )
    with pytest.raises(RestoreError, match="an instance ml-prod-r1 exists, and this run has not made it"):
        clean(restore)
    assert {*before["instances"]} < {*state(*aws)["instances"]}


def test_without_apply_the_steps_are_only_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "platform.json").write_text(json.dumps(OUTPUTS))
    arguments = ["--platform", str(tmp_path / "platform.json"), "--folder", str(tmp_path), "--run", "r1"]
    assert main(arguments) == 0
    told = capsys.readouterr().out
    assert "to do  models-restore: restore it into the new bucket" in told
    assert "cut-over" not in told
    assert "nothing was called; add --apply to do it" in told
    assert main([*arguments, "--store", "nothing"]) == 2
