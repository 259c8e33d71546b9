"""A restore that breaks at any call, before its effect or after it, loses nothing, and a second run finishes it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from operations.restore.steps import RestoreError
from tests.support.operations.recovery import Faults, World, state, stores

pytestmark = pytest.mark.slow

ALL = ("registry-cut-over", "models-cut-over")


@pytest.fixture
def aws() -> Iterator[tuple[Any, Any]]:
    with stores() as clients:
        yield clients


@pytest.mark.parametrize("from_vault", [True, False])
def test_a_fault_at_any_call_loses_nothing_and_a_rerun_finishes(aws: Any, tmp_path: Path, from_vault: bool) -> None:
    rds, s3 = aws
    before = state(rds, s3)
    counting = Faults()
    World(aws, tmp_path / "whole").run(counting, confirm=ALL, from_vault=from_vault)
    after = state(rds, s3)
    assert counting.calls > 12
    for number in range(1, counting.calls + 1):
        for late in (False, True):
            _remove(rds, s3, before)
            world = World(aws, tmp_path / f"{number}-{late}")
            with pytest.raises(RestoreError):
                world.run(Faults(number, after=late), confirm=ALL, from_vault=from_vault)
            # What ran before still does, untouched.
            broken = state(rds, s3)
            assert {name: broken["instances"][name] for name in before["instances"]} == before["instances"]
            assert {name: broken["buckets"][name] for name in before["buckets"]} == before["buckets"]
            assert world.run(confirm=ALL, from_vault=from_vault) is None
            assert state(rds, s3) == after
            assert len(world.backup.jobs) == (2 if from_vault else 1)
            assert [*world.kubectl.jobs] == ["rebuild-r1-1"]


def _remove(rds: Any, s3: Any, kept: Any) -> None:
    now = state(rds, s3)
    for name in now["instances"].keys() - kept["instances"].keys():
        rds.modify_db_instance(DBInstanceIdentifier=name, DeletionProtection=False)
        rds.delete_db_instance(DBInstanceIdentifier=name, SkipFinalSnapshot=True)
    for name in now["buckets"].keys() - kept["buckets"].keys():
        for key in now["buckets"][name]:
            s3.delete_object(Bucket=name, Key=key)
        s3.delete_bucket(Bucket=name)
