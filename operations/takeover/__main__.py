"""Bring a starter's data to the platform: `python -m operations.takeover`. It shows the steps first.

Exit code 0: done, or shown. 1: a step failed; run it again. 2: a file or an argument is wrong; nothing was called.
3: a step waits for a person; do it, and run again with `--confirm`.
"""

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from operations.flags import FlagParser

from ..restore.arguments import check
from ..restore.databases import psql
from ..restore.journal import Journal, SystemClock
from ..restore.runs import ended, exit_code
from ..restore.steps import RestoreError, Step, confirmable, perform, show
from ..settings import SettingsError, fault
from .dumps import Frozen, checksum_of, download, newest
from .platform import TakeoverPlatform, read_takeover_platform
from .target import compare, prepare, restore


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the file, and show or do the steps."""
    options = _options(arguments)
    return exit_code("takeover", lambda: _take_over(options))


class Takeover:
    """The steps of a takeover, each done once."""

    def __init__(self, platform: TakeoverPlatform, databases: Sequence[str], s3: Any, journal: Journal, folder: Path):
        self._platform, self._databases = platform, databases
        self._s3, self._journal, self._folder = s3, journal, folder

    def steps(self) -> Iterator[Step]:
        """The steps, in order."""
        host = self._platform.database_address
        names = ", ".join([*self._platform.buckets.values(), self._platform.starter_backup_bucket])
        yield Step("buckets", f"check that the buckets {names} exist and can be listed", self._check_buckets)
        yield Step("freeze", "on the starter's machine, run /opt/starter/current/host/freeze.sh")
        for name in self._databases:
            yield Step(f"{name}-dump", f"download the last dump of {name}", lambda name=name: self._download(name))
            yield Step(f"{name}-restore", f"restore {name} on {host}", lambda name=name: self._restore(name))
            yield Step(
                f"{name}-compare", f"compare the rows and sequences of {name}", lambda name=name: self._compare(name)
            )
        yield Step("switch", f"give the services the host {host} and the passwords of its secrets, and look at them")

    def clean(self) -> None:
        """Remove what a killed run left: parts of downloads, and dumps that have been restored."""
        for name in self._databases:
            file = self._file(name)
            # boto3 downloads to a name with a random ending first.
            for part in file.parent.glob(f"{file.name}.*"):
                part.unlink()
            if self._journal.is_done(f"{name}-restore"):
                file.unlink(missing_ok=True)

    def _check_buckets(self) -> Mapping[str, Any]:
        # The backups too: a wrong name is noticed before the machine is frozen.
        for bucket in (*self._platform.buckets.values(), self._platform.starter_backup_bucket):
            self._s3.list_objects_v2(Bucket=bucket, MaxKeys=1)
        return {"buckets": self._platform.buckets}

    def _file(self, name: str) -> Path:
        return self._folder / f"takeover-{self._journal.run}-{name}.dump"

    def _download(self, name: str) -> Mapping[str, Any]:
        bucket = self._platform.starter_backup_bucket
        frozen = newest(self._s3, bucket, name)
        for other in self._databases[: self._databases.index(name)]:
            # One run of freeze.sh gives all databases one stamp: an older one is of a rehearsal.
            stamp = self._journal.of(f"{other}-dump")["stamp"]
            if stamp != frozen.stamp:
                raise RestoreError(
                    f"the last backup of {name} is {frozen.stamp}, and that of {other} {stamp}: freeze.sh did not end "
                    "for both; run it again, and then this with another --run"
                )
        checksum = download(self._s3, bucket, name, frozen.stamp, self._file(name))
        return {
            "stamp": frozen.stamp,
            "sha256": checksum,
            "tables": dict(frozen.tables),
            "sequences": dict(frozen.sequences),
        }

    def _restore(self, name: str) -> Mapping[str, Any]:
        host, file = self._platform.database_address, self._file(name)
        known = self._journal.of(f"{name}-dump")
        self._still_newest(name)
        if not prepare(psql, host, name, known["stamp"]):
            file.unlink(missing_ok=True)
            return {"restored": "before"}
        if not file.is_file() or checksum_of(file) != known["sha256"]:
            download(self._s3, self._platform.starter_backup_bucket, name, known["stamp"], file)
        restore(psql, host, name, file)
        file.unlink()
        return {"restored": known["stamp"]}

    def _still_newest(self, name: str) -> None:
        """Refuse a backup after which the machine took writes again and was frozen again."""
        stamp = self._journal.of(f"{name}-dump")["stamp"]
        if (last := newest(self._s3, self._platform.starter_backup_bucket, name).stamp) != stamp:
            raise RestoreError(
                f"freeze.sh has run again: the last backup of {name} is {last}, and this run began with {stamp}; "
                "name another --run"
            )

    def _compare(self, name: str) -> Mapping[str, Any]:
        self._still_newest(name)
        known = self._journal.of(f"{name}-dump")
        frozen = Frozen(known["stamp"], known["tables"], known["sequences"])
        return {"rows": compare(psql, self._platform.database_address, name, frozen)}


def _take_over(options: argparse.Namespace) -> int:
    platform = read_takeover_platform(options.platform)
    check(options.run)
    if wrong := [name for name in options.database if name not in platform.starter_databases]:
        remedy = f"the starter has {', '.join(platform.starter_databases)}; name one of these"
        raise SettingsError("--database", [fault("database", name, remedy) for name in wrong])
    databases = list(dict.fromkeys(options.database)) or platform.starter_databases
    s3: Any = import_module("boto3").client("s3", region_name=platform.region) if options.apply else None
    journal = Journal(options.run, options.folder, SystemClock(), "takeover")
    takeover = Takeover(platform, databases, s3, journal, options.folder)
    steps = list(takeover.steps())
    if not options.apply:
        print("\n".join(show(steps, journal)))
        print("nothing was called; add --apply to do it")
        return 0
    with journal.alone():
        journal.bind(
            command="takeover",
            host=platform.database_address,
            databases=databases,
            bucket=platform.starter_backup_bucket,
        )
        takeover.clean()
        if problems := confirmable(steps, journal, options.confirm):
            raise SettingsError("arguments", problems)
        waiting = perform(steps, journal, options.confirm)
    return ended(waiting)


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = FlagParser(
        prog="python -m operations.takeover",
        description="Check the buckets that the platform took over from a starter, and move its databases to RDS. "
        "Without --apply it only shows the steps.",
    )
    parser.add_argument("--run", required=True, help="a name for this takeover; the same name goes on with it")
    parser.add_argument("--platform", type=Path, default=Path("platform.json"), help="the outputs of the stack")
    parser.add_argument("--database", action="append", default=[], help="a database; all of the starter when left out")
    parser.add_argument("--confirm", action="append", default=[], metavar="STEP", help="a step that a person has done")
    parser.add_argument("--folder", type=Path, default=Path(), help="where the state, the log and dumps are kept")
    parser.add_argument("--apply", action="store_true", help="do the steps")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
