"""The command behind `make report` and `make serve`: a stack in, one HTML file out."""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from operations.flags import FlagParser
from planner.against import difference_from, earlier_plan
from planner.build import build_plan
from planner.difference import Difference
from planner.plan import Plan
from planner.plan_file import write_whole
from reports.html.page import render
from reports.stack_plan import FINE, answered

EXIT_CODES = """\
exit codes:
  0  the report is written, whether the stack may be deployed or not
  2  the config, an argument or a file is wrong; no report is written
  3  the program failed
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the report of a stack, and print where it is."""
    options = _parser().parse_args(arguments)
    root: Path = options.root.resolve()
    path: Path = options.out or root / "build" / options.stack / "report.html"
    if options.serve:
        return _serve(root, path, options)
    return answered(lambda: _write(root, path, options), root)


def _write(root: Path, path: Path, options: argparse.Namespace) -> int:
    plan, difference = _planned(root, options)
    write_whole(path, render(plan, difference))
    print(f"written to {path}")
    return FINE


def _serve(root: Path, path: Path, options: argparse.Namespace) -> int:
    # Only a served report watches files.
    from reports.html.serve import serve

    given = {"--against": options.against, "--today": options.today}
    arguments = [options.stack, "--root", str(root)]
    for name, value in given.items():
        arguments += [name, str(value)] if value else []
    return serve(root, arguments, path, options.port)


def _planned(root: Path, options: argparse.Namespace) -> tuple[Plan, Difference | None]:
    sys.path.insert(0, str(root))
    plan = build_plan(root, options.stack, today=options.today or date.today())
    if not options.against:
        return plan, None
    difference = difference_from(earlier_plan(options.against, plan, root), plan)
    return replace(plan, refused=len(difference.refused)), difference


def _parser() -> argparse.ArgumentParser:
    parser = FlagParser(
        prog="report",
        description="Write the plan of a stack as one HTML file that needs no network.",
        epilog=EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("stack", help="the stack, as in Pulumi.<stack>.yaml")
    parser.add_argument("--root", type=Path, default=Path.cwd(), help="the project's folder")
    parser.add_argument("--out", type=Path, help="the file; build/<stack>/report.html by default")
    parser.add_argument(
        "--against", metavar="PLAN", help="an earlier plan.json, or a git revision such as main: show what changes"
    )
    parser.add_argument(
        "--serve", action="store_true", help="show it on this machine, and write it again when the project changes"
    )
    parser.add_argument("--port", type=int, default=8765, help="the port of --serve; 8765 by default")
    parser.add_argument("--today", type=_day, help="judge as of this day (YYYY-MM-DD)")
    return parser


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a day; write one such as 2026-11-30") from None
