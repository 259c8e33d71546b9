"""Restore the stores of a stack beside the running ones: `python -m operations.restore`. It shows the steps first.

Exit code 0: done, or shown. 1: a step failed; run it again. 2: a file or an argument is wrong; nothing was called.
3: a step waits for a person; do it, and run again with `--confirm`.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from operations.flags import FlagParser

from ..settings import SettingsError, fault
from .arguments import check, chosen
from .journal import Journal, SystemClock
from .plan import Clients, Restore, clients
from .platform import read_platform
from .runs import ended, exit_code
from .steps import confirmable, perform, show


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the files, and show or do the steps."""
    options = _options(arguments)
    return exit_code("restore", lambda: _restore(options))


def _restore(options: argparse.Namespace) -> int:
    source = read_platform(options.source or options.platform)
    target = read_platform(options.platform)
    stores = () if options.online_only else chosen(source, options.store)
    from_vault = options.from_vault or source.region != target.region
    check(options.run, at=options.at, online_from=options.online_from, from_vault=from_vault)
    _check_online_only(options)
    if options.cluster and not source.cluster_state_schedule:
        remedy = "the stack has no recovery.clusterState; add it and deploy it, or leave --cluster out"
        raise SettingsError("arguments", [fault("cluster", True, remedy)])
    clock = SystemClock()
    restore = Restore(
        source,
        target,
        stores,
        clients(target.region) if options.apply else Clients(None, None, None),
        Journal(options.run, options.folder, clock),
        clock,
        from_vault=from_vault,
        compare=options.compare,
        at=options.at,
        databases=options.database,
        online_from=options.online_from,
        cluster=options.cluster,
    )
    steps = restore.steps()
    if not options.apply:
        print("\n".join(show(steps, restore.journal)))
        print("nothing was called; add --apply to do it")
        return 0
    with restore.journal.alone():
        restore.journal.bind(**restore.purpose("restore"))
        if wrong := confirmable(steps, restore.journal, options.confirm):
            raise SettingsError("arguments", wrong)
        waiting = perform(steps, restore.journal, options.confirm)
    return ended(waiting)


def _check_online_only(options: argparse.Namespace) -> None:
    """The online store alone needs the moment to rebuild it from, and nothing that is about other stores."""
    if not options.online_only:
        return
    problems: list[str] = []
    if not options.online_from:
        remedy = "add --online-from, the start of the oldest feature that is still valid"
        problems.append(fault("online-only", True, remedy))
    others = {"store": options.store, "cluster": options.cluster, "at": options.at, "from-vault": options.from_vault}
    problems += [
        fault(name, value, "it is about other stores; remove it, or --online-only")
        for name, value in others.items()
        if value
    ]
    if problems:
        raise SettingsError("arguments", problems)


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = FlagParser(
        prog="python -m operations.restore",
        description="Restore the stores of a stack into new resources. Without --apply it only shows the steps.",
    )
    parser.add_argument("--run", required=True, help="a name for this restore; the same name goes on with it")
    parser.add_argument(
        "--platform", type=Path, default=Path("platform.json"), help="the outputs of the stack to restore into"
    )
    parser.add_argument("--source", type=Path, help="the outputs of the lost stack, if it is another one")
    parser.add_argument("--store", action="append", default=[], help="a store, such as registry; all when left out")
    parser.add_argument("--from-vault", action="store_true", help="restore databases from the vault, not from RDS")
    parser.add_argument("--at", default="", metavar="TIME", help="the moment that databases are restored to")
    parser.add_argument("--compare", action="store_true", help="compare tables with those of the running database")
    parser.add_argument("--database", action="append", help="a database to verify; feast and mlflow when left out")
    parser.add_argument("--cluster", action="store_true", help="also restore the objects of the cluster, by Velero")
    parser.add_argument("--online-from", default="", metavar="TIME", help="rebuild the online store from this time on")
    parser.add_argument("--online-only", action="store_true", help="with --online-from: restore nothing else")
    parser.add_argument("--confirm", action="append", default=[], metavar="STEP", help="a step that a person has done")
    parser.add_argument("--folder", type=Path, default=Path(), help="where the state and the log are kept")
    parser.add_argument("--apply", action="store_true", help="do the steps")
    options = parser.parse_args(arguments)
    options.database = options.database or ["feast", "mlflow"]
    return options


if __name__ == "__main__":
    sys.exit(main())
