"""The command behind `make plan`: arguments in, a plan on the terminal and on disk, an exit code out."""

import argparse
import io
import os
import sys
import traceback
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from components.core.spec import SpecError
from operations.flags import FlagParser
from planner.build import build_plan
from planner.failure import chain, describe
from planner.interruption import is_interruption, say_interrupted
from planner.plan import Plan
from planner.plan_file import PlanFileError
from planner.stackfile import StackFileError
from policies.engine.evaluate import PolicyError

if TYPE_CHECKING:
    from planner.console import PlanConsole
    from planner.difference import Difference

ALL_FRAMES = 1000

FINE, REFUSED, WRONG_CONFIG, FAILED = 0, 1, 2, 3

EXIT_CODES = """\
exit codes:
  0    the stack may be deployed
  1    a mandatory policy is violated, the budget is exceeded,
       or AWS refuses a change
  2    the config, an argument or a file is wrong; nothing was planned
  3    the program or the planner failed
  130  interrupted; Ctrl-C ends --watch with 0
"""


def main(arguments: list[str] | None = None) -> int:
    """Plan one stack and say whether it may be deployed."""
    options = _parser().parse_args(arguments)
    try:
        return _watch(options) if options.watch else _deliver(_build(options), options)
    # A program may raise anything, `SystemExit` too, which would end the planner with a code of the program's.
    except BaseException as error:  # noqa: BLE001
        return say_interrupted() if is_interruption(error) else explain(error, options)


def explain(error: BaseException, options: argparse.Namespace) -> int:
    """Print why there is no plan, and return the exit code. Reads `root` and `traceback` of the options."""
    if isinstance(error, SpecError | StackFileError | PolicyError | PlanFileError):
        return _refuse(error)
    # The SDK wraps what a component raises while it resolves an output.
    if wrong := next((each for each in chain(error) if isinstance(each, SpecError)), None):
        return _refuse(wrong)
    _report(error, options)
    return FAILED


def _parser() -> argparse.ArgumentParser:
    parser = FlagParser(
        prog="plan",
        description="Show what a stack would deploy, cost and violate.",
        epilog=EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("stack", help="the stack, as in Pulumi.<stack>.yaml")
    parser.add_argument("--root", type=Path, default=Path.cwd(), help="the project's folder")
    parser.add_argument("--out", type=Path, help="where plan.json goes; build/<stack>/plan.json by default")
    parser.add_argument(
        "--against", metavar="PLAN", help="an earlier plan.json, or a git revision such as main: show what changes"
    )
    parser.add_argument("--today", type=_day, default=None, help="judge as of this day (YYYY-MM-DD)")
    output = parser.add_mutually_exclusive_group()
    output.add_argument("--quiet", action="store_true", help="print one line alone")
    output.add_argument("--json", action="store_true", help="print plan.json instead")
    output.add_argument("--markdown", action="store_true", help="print Markdown for a pull request instead")
    output.add_argument(
        "--watch",
        action="store_true",
        help="plan again at each change of the config, until Ctrl-C",
    )
    parser.add_argument("--traceback", action="store_true", help="show where a failing program failed, frame by frame")
    return parser


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a day; write one such as 2026-11-30") from None


def _build(options: argparse.Namespace) -> Plan:
    root: Path = options.root.resolve()
    sys.path.insert(0, str(root))
    today = options.today or date.today()
    if options.quiet or options.json or options.markdown:
        return build_plan(root, options.stack, today=today)
    from rich.markup import escape

    title = f"planning {escape(options.stack)}"
    with _errors().status(title) as status:
        count = 0

        def on_resource(_: object) -> None:
            nonlocal count
            count += 1
            status.update(f"{title}: {count} resources")

        return build_plan(root, options.stack, today=today, on_resource=on_resource)


def _watch(options: argparse.Namespace) -> int:
    # Only this command watches files.
    from planner.watch import Watched, watch

    root: Path = options.root.resolve()
    sys.path.insert(0, str(root))
    watched = Watched(root, options.stack, _written(options), options.today, options.against)
    try:
        watch(watched, lambda error: explain(error, options))
    except BrokenPipeError:
        drop_output()
    except BaseException as error:
        if not is_interruption(error):
            raise
    return FINE


def _written(options: argparse.Namespace) -> Path:
    """Where plan.json goes."""
    return options.out or options.root / "build" / options.stack / "plan.json"


def drop_output() -> None:
    """Write nothing more to an output that takes no more: Python would complain once more when it ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _errors() -> "PlanConsole":
    # What draws for people is imported when there is something to draw; a plan should start quickly.
    from planner.console import PlanConsole

    return PlanConsole(stderr=True)


def _deliver(plan: Plan, options: argparse.Namespace) -> int:
    path = _written(options)
    difference = _difference(plan, options)
    if difference:
        plan = replace(plan, refused=len(difference.refused))
    plan.write(path)
    try:
        _print(plan, difference, path, options)
        sys.stdout.flush()
    except OSError as error:
        drop_output()
        # A reader that needs no more, as in `plan | head`, says nothing about the plan.
        if not isinstance(error, BrokenPipeError):
            raise PlanFileError(f"the output cannot be written: {error.strerror}; read {path} instead") from None
    return FINE if plan.deployable else REFUSED


def _print(plan: Plan, difference: "Difference | None", path: Path, options: argparse.Namespace) -> None:
    if options.json:
        # JSON is UTF-8, whatever the terminal's encoding (RFC 8259, 8.1); an escape such as \xe9 is not valid JSON.
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(encoding="utf-8")  # pyright: ignore[reportUnknownMemberType]
        sys.stdout.write(plan.json())  # pyright: ignore[reportUnknownMemberType]
    elif options.markdown:
        from planner.markdown import render

        sys.stdout.write(render(plan.document(), difference))
    elif options.quiet:
        print(plan.summary)
    else:
        _show(plan, difference, path)


def _show(plan: Plan, difference: "Difference | None", path: Path) -> None:
    from rich.markup import escape

    from planner.console import PlanConsole
    from planner.terminal import show

    console = PlanConsole()
    show(plan, console)
    if difference:
        from planner.difference_view import render

        render(difference, console)
    console.print(f"[dim]written to {escape(str(path))}[/dim]", soft_wrap=True)


def _difference(plan: Plan, options: argparse.Namespace) -> "Difference | None":
    """What changes against an earlier plan, read before this one is written: both may be one file."""
    if not options.against:
        return None
    # Only a comparison imports these modules, so that a plan starts quickly.
    from planner.against import difference_from, earlier_plan

    return difference_from(earlier_plan(options.against, plan, options.root.resolve()), plan)


def _refuse(error: Exception) -> int:
    errors = _errors()
    errors.print("[red]wrong config[/red] ", end="")
    # Without markup: rich would read a pattern such as [a-z] as a style and omit it.
    errors.print(str(error), markup=False, soft_wrap=True)
    return WRONG_CONFIG


def _report(error: BaseException, options: argparse.Namespace) -> None:
    errors = _errors()
    failure = describe(error, options.root.resolve())
    errors.print(f"[red]the {'program' if failure.by_program else 'planner'} failed[/red]")
    named = {
        "component": failure.component,
        "resource": failure.resource,
        "where": failure.place,
        "what": failure.message,
        "remedy": failure.remedy,
    }
    for key, value in named.items():
        if value:
            errors.print(f"  {key}: {value}", markup=False, soft_wrap=True)
    if options.traceback:
        # Said outright, for the planner's process keeps no frames by default.
        lines = traceback.format_exception(error, limit=ALL_FRAMES)
        errors.print("".join(lines), markup=False, soft_wrap=True)
