"""Move the names of a platform to its other region: `python -m operations.failover`. It shows the steps first.

Exit code 0: done, or shown. 1: a step failed; run it again. 2: a file or an argument is wrong; nothing was called.
3: a step waits for a person; do it, and run again with `--confirm`.
"""

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from operations.flags import FlagParser

from ..restore.arguments import check
from ..restore.journal import Journal, SystemClock
from ..restore.runs import ended, exit_code
from ..restore.steps import confirmable, perform, show
from ..settings import SettingsError
from .plan import Clients, Move, Side
from .platform import Pair, read_pair


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the files, and show or do the steps."""
    options = _options(arguments)
    return exit_code("failover", lambda: _move(options))


def _move(options: argparse.Namespace) -> int:
    check(options.run)
    pair = read_pair(options.first, options.second)
    clock, side = SystemClock(), Side(options.to)
    move = Move(
        pair,
        side,
        clients(pair, side) if options.apply else Clients(None, None, None),
        Journal(options.run, options.folder, clock, "failover"),
        clock,
        skip_records=options.skip_records,
    )
    steps = move.steps()
    if not options.apply:
        print("\n".join(show(steps, move.journal)))
        print("nothing was called; add --apply to do it")
        return 0
    with move.journal.alone():
        move.journal.bind(**move.purpose())
        if wrong := confirmable(steps, move.journal, options.confirm):
            raise SettingsError("arguments", wrong)
        if all(move.journal.is_done(step.name) for step in steps):
            print(f"the run {options.run} was done before, and nothing was called; name another run to move again")
            return 0
        waiting = perform(steps, move.journal, options.confirm)
    return ended(waiting)


def clients(pair: Pair, side: Side) -> Clients:
    """Clients of boto3, with the credentials of the environment."""
    boto3 = import_module("boto3")
    target = pair.second if side is Side.SECOND else pair.first
    return Clients(
        boto3.client("route53"),
        boto3.client("elbv2", region_name=target.region),
        boto3.client("cloudwatch", region_name=pair.switch.region),
    )


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = FlagParser(
        prog="python -m operations.failover",
        description="Move the names of models and Kubeflow to the other region. Without --apply it only shows the "
        "steps.",
    )
    parser.add_argument("--run", required=True, help="a name for this move; the same name goes on with it")
    parser.add_argument("--to", required=True, choices=[str(each) for each in Side], help="where the names lead then")
    parser.add_argument("--first", type=Path, required=True, help="the outputs of the stack with the primary records")
    parser.add_argument("--second", type=Path, required=True, help="the outputs of the stack of the second region")
    parser.add_argument("--confirm", action="append", default=[], metavar="STEP", help="a step that a person has done")
    parser.add_argument("--skip-records", action="store_true", help="when the API of Route 53 does not answer")
    parser.add_argument("--folder", type=Path, default=Path(), help="where the state and the log are kept")
    parser.add_argument("--apply", action="store_true", help="do the steps")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
