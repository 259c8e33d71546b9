"""Restore the newest backups beside the running stores, and measure the time: `python -m operations.drill`.

Exit code 0: every store met its objectives, or the steps were shown. 1: a store did not, or a step failed; run it
again. 2: a file or an argument is wrong; nothing was called.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from operations.flags import FlagParser

from ..restore.arguments import check, chosen
from ..restore.instances import removed
from ..restore.journal import Journal, SystemClock
from ..restore.plan import Clients, Restore, clients
from ..restore.platform import Kind, read_platform
from ..restore.runs import exit_code
from ..restore.steps import RestoreError, perform, show


@dataclass(frozen=True, slots=True)
class Measured:
    """What a drill found of a store, in minutes."""

    store: str
    rto: float
    rto_minutes: int
    rpo: float | None
    rpo_minutes: int

    @property
    def age(self) -> str:
        """How old the backup was."""
        return "not measured" if self.rpo is None else f"{self.rpo:.0f}"

    @property
    def met(self) -> bool:
        """Whether both objectives are met. What a restore by RDS loses is not measured."""
        return self.rto <= self.rto_minutes and (self.rpo is None or self.rpo <= self.rpo_minutes)


def drill(restore: Restore) -> list[Measured]:
    """Restore each store, and measure from the first step of it to the last.

    A drill that goes on after a failure counts from its first run.

    Raises:
        RestoreError: a step failed.
    """
    found: list[Measured] = []
    for store in restore.stores:
        one = replace(restore, stores=[store], by_hand=False)
        timing = f"{store}-time"
        journal, clock = restore.journal, restore.clock
        if "start" not in journal.of(timing):
            journal.note(timing, start=clock.now())
        perform(one.steps(), journal)
        if "end" not in journal.of(timing):
            journal.note(timing, end=clock.now())
        objectives, time, point = restore.source.backup_stores[store], journal.of(timing), journal.of(f"{store}-point")
        found.append(
            Measured(
                store,
                (time["end"] - time["start"]) / 60,
                objectives.rto_minutes,
                (time["start"] - point["created"]) / 60 if point else None,
                objectives.rpo_minutes,
            )
        )
    return found


def clean(restore: Restore) -> None:
    """Remove what the drill has made, and nothing else.

    Raises:
        RestoreError: something has the name of what the drill made, and the drill has not made it.
    """
    for store in restore.stores:
        name, journal = restore.name(store), restore.journal
        made = str(journal.of(f"{store}-restore").get("created", ""))
        if not made or journal.is_done(f"{store}-clean"):
            continue
        if made.rpartition(":")[2] != name or made in restore.source.backup_store_arns.values():
            raise RestoreError(f"{made} is not what this drill makes, {name}; look at it, and remove it by hand")
        try:
            if restore.source.backup_stores[store].kind == Kind.DATABASE:
                removed(restore.clients.rds, restore.run, name)
            else:
                _remove_bucket(restore.clients.s3, name)
        except RestoreError:
            raise
        except Exception as error:
            raise RestoreError(f"{store}-clean: {error}") from error
        journal.note(f"{store}-clean", done=True)
        journal.log("removed", f"{store}-clean", what=made)


def _remove_bucket(s3: Any, name: str) -> None:
    """Delete a bucket with all versions of its objects."""
    try:
        for page in s3.get_paginator("list_object_versions").paginate(Bucket=name):
            versions = [*page.get("Versions", ()), *page.get("DeleteMarkers", ())]
            keys = [{"Key": each["Key"], "VersionId": each["VersionId"]} for each in versions]
            if keys:
                s3.delete_objects(Bucket=name, Delete={"Objects": keys, "Quiet": True})
        s3.delete_bucket(Bucket=name)
    except s3.exceptions.NoSuchBucket:
        return


def report(run: str, measured: Sequence[Measured]) -> str:
    """The result as a page of Markdown."""
    rows = [
        f"| {each.store} | {each.rto:.0f} | {each.rto_minutes} | {each.age} | {each.rpo_minutes} | "
        f"{'yes' if each.met else '**no**'} |"
        for each in measured
    ]
    head = "| store | time to restore, minutes | RTO | age of the backup, minutes | RPO | met |"
    return "\n".join([f"# Drill {run}", "", head, "|---|---|---|---|---|---|", *rows, ""])


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the file, and show or do the drill."""
    options = _options(arguments)
    return exit_code("drill", lambda: _drill(options))


def _drill(options: argparse.Namespace) -> int:
    platform = read_platform(options.platform)
    stores = chosen(platform, options.store)
    check(options.run)
    clock = SystemClock()
    restore = Restore(
        platform,
        platform,
        stores,
        clients(platform.region) if options.apply else Clients(None, None, None),
        Journal(options.run, options.folder, clock),
        clock,
        from_vault=options.from_vault,
        compare=options.compare,
        databases=options.database or ["feast", "mlflow"],
        by_hand=False,
    )
    if not options.apply:
        print("\n".join(show(restore.steps(), restore.journal)))
        print("then the drill removes what it restored\nnothing was called; add --apply to do it")
        return 0
    with restore.journal.alone():
        restore.journal.bind(**restore.purpose("drill"))
        measured = drill(restore)
        page = options.folder / f"drill-{options.run}.md"
        page.write_text(report(options.run, measured), encoding="utf-8")
        values = [{"store": each.store, "rto": each.rto, "rpo": each.rpo, "met": each.met} for each in measured]
        (options.folder / f"drill-{options.run}.json").write_text(json.dumps(values, indent=1) + "\n", encoding="utf-8")
        if not options.keep:
            clean(restore)
    print(page.read_text(encoding="utf-8"))
    return 0 if all(each.met for each in measured) else 1


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = FlagParser(
        prog="python -m operations.drill",
        description="Restore the newest backups beside the running stores, measure the time, write a report, and "
        "remove what was restored. Without --apply it only shows the steps.",
    )
    parser.add_argument("--run", required=True, help="a name for this drill; the same name goes on with it")
    parser.add_argument("--platform", type=Path, default=Path("platform.json"), help="the stack's outputs")
    parser.add_argument("--store", action="append", default=[], help="a store, such as registry; all when left out")
    parser.add_argument("--from-vault", action="store_true", help="restore databases from the vault, not from RDS")
    parser.add_argument("--compare", action="store_true", help="compare tables with those of the running database")
    parser.add_argument("--database", action="append", help="a database to verify; feast and mlflow when left out")
    parser.add_argument("--folder", type=Path, default=Path(), help="where the state, the log and the report are kept")
    parser.add_argument("--keep", action="store_true", help="keep what was restored")
    parser.add_argument("--apply", action="store_true", help="do the steps")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
