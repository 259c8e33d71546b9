"""Writes `adopted/<stack>.yaml`, one row for each resource that is taken over."""

import fcntl
import os
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from planner.adoption.comparison import Adoption
from planner.plan_file import PlanFileError, write_whole
from stacks.adopted import AdoptedResource, read_adopted

_HEAD = """\
# Written by `mlplatform adopt`. The program imports these resources and retains
# the inputs under `retain`. Review each row. A row with `check` is a guess: the
# program refuses it until a person has removed `check`, or the row.
format: 1
resources:
"""


def written(path: Path, adoptions: Sequence[Adoption], earlier: Sequence[AdoptedResource]) -> int:
    """Write the rows of what can be adopted, and keep earlier rows that the state does not speak of.

    An earlier row keeps what it retains: the plan has these values already. Returns the number of rows.

    Raises:
        PlanFileError: the file cannot be written, or has changed since `earlier` was read.
    """
    before = {(each.type, each.name): each for each in earlier}
    rows: list[str] = []
    for each in adoptions:
        old = before.pop((each.match.planned.type, each.match.planned.name), None)
        if not each.blocked:
            rows.append(_row(each, old))
    rows += [_dumped(each.model_dump(by_alias=True, exclude_defaults=True)) for each in before.values()]
    with _alone(path.parent):
        if read_adopted(path) != tuple(earlier):
            raise PlanFileError(f"{path} has changed since this run read it; run it again")
        write_whole(path, _HEAD + "".join(rows))
    return len(rows)


@contextmanager
def _alone(folder: Path) -> Generator[None]:
    """Keep out other runs that write to the folder."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        opened = os.open(folder, os.O_RDONLY)
    except OSError as error:
        raise PlanFileError(f"{folder} cannot be written: {error.strerror}") from None
    try:
        fcntl.flock(opened, fcntl.LOCK_EX)
        yield
    finally:
        os.close(opened)


def _row(adoption: Adoption, earlier: AdoptedResource | None) -> str:
    match = adoption.match
    if earlier:
        # What a person reviewed or changed stays as it is; only what would replace the resource comes to it.
        kept = earlier.model_dump(by_alias=True, exclude_defaults=True)
        retained = {each.name: each.value for each in adoption.retained} | earlier.retain
        return _dumped({**kept, "retain": retained} if retained else kept)
    document: dict[str, Any] = {
        "type": match.planned.type,
        "name": match.planned.name,
        "id": adoption.import_id,
        "origin": match.existing.address,
    }
    if doubts := [each for each in (match.why if match.guessed else "", match.existing.doubt) if each]:
        document["check"] = "; ".join(doubts)
    if adoption.retained:
        document["retain"] = {each.name: each.value for each in adoption.retained}
    return _dumped(document)


def _dumped(document: dict[str, Any]) -> str:
    return yaml.safe_dump([document], sort_keys=False, allow_unicode=True, width=120)
