"""The commands `price` and `check`: a file or a folder in, what it costs and violates out, and an exit code."""

import argparse
import io
import json
import os
import sys
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, cast

from operations.flags import FlagParser
from planner.any_program import bounded_json
from planner.any_program.assessment import NO_BUDGET, Assessment, against, assess, earlier_document
from planner.any_program.inventory import Inventory
from planner.any_program.program_error import ProgramError
from planner.any_program.read import STANDARD_INPUT, read_program
from planner.any_program.settings import ProgramSettings, read_settings
from planner.difference import PlanFileError
from planner.plan import FORMAT
from planner.plan_file import write_whole
from planner.plan_shape import problem_of
from planner.printable import printable
from policies.engine.evaluate import PolicyError

PASSED, FAILED, WRONG, BROKEN = 0, 1, 2, 3

_EXIT_CODES = """\
exit codes:
  0  the gate passes
  1  the gate fails: the budget is exceeded or cannot be judged{rules}
  2  a file, an argument or a setting is wrong; nothing was judged
  3  the command itself failed
"""

_MEMORY = """\
there is not enough memory to read the file. Give the process more
(`ulimit -v`, or the limit of the container): a state of 95 MB with 40,000
resources takes 425 MiB. Or name the file of one stack."""


def main(name: str, arguments: Sequence[str] | None = None) -> int:
    """Run `price` or `check`, by `name`."""
    with_rules = name == "check"
    options = _parser(name, with_rules=with_rules).parse_args(arguments)
    try:
        _check_files(options)
        assessment = _assess(options, with_rules=with_rules)
        _deliver(assessment, options)
    except (ProgramError, PlanFileError, PolicyError) as error:
        print(f"wrong input: {printable(_encodable(str(error)))}", file=sys.stderr)
        return WRONG
    except RecursionError:
        print(
            "wrong input: the file holds values that are too deep to judge; name a file that the Pulumi CLI wrote",
            file=sys.stderr,
        )
        return WRONG
    except MemoryError:
        print(f"{name}: {_MEMORY}", file=sys.stderr)
        return WRONG
    except Exception as error:  # noqa: BLE001 - the exit code of a failed gate is not that of a failed command
        print(f"{name} failed: {type(error).__name__}: {printable(_encodable(str(error)))}", file=sys.stderr)
        print("report it to the maintainers, with the file if it may be shown", file=sys.stderr)
        return BROKEN
    return PASSED if assessment.passes else FAILED


def _parser(name: str, *, with_rules: bool) -> argparse.ArgumentParser:
    rules = ",\n     or a mandatory rule is broken" if with_rules else ""
    what = "Price a Pulumi program and judge it by the rules" if with_rules else "Price a Pulumi program"
    parser = FlagParser(
        prog=name,
        description=f"{what}: its preview, its state,\nor the program in a folder, in any language.",
        epilog=_EXIT_CODES.format(rules=rules),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "program",
        metavar="FILE",
        help="what `pulumi preview --json` or `pulumi stack export` wrote, - for standard input, or the folder of a "
        "program, which is previewed there",
    )
    parser.add_argument("--settings", type=Path, metavar="YAML", help="region, usage, budget, rules and exceptions")
    parser.add_argument("--region", help="region of resources whose provider does not state one")
    parser.add_argument("--budget", type=_amount, metavar="USD", help="the most that the program may cost a month")
    parser.add_argument("--stack", help="the stack that is previewed; the selected one by default")
    parser.add_argument(
        "--against", metavar="FILE", help="an earlier preview, state, plan.json or --json output: show what changes"
    )
    if with_rules:
        parser.add_argument(
            "--environment", help="development (the default), staging or production, which has stricter rules"
        )
        parser.add_argument(
            "--off",
            nargs=2,
            action="append",
            metavar=("RULE", "REASON"),
            default=[],
            help="a rule that is not evaluated",
        )
    parser.add_argument("--out", type=Path, metavar="FILE", help="also write the JSON to this file")
    parser.add_argument("--comment", type=Path, metavar="FILE", help="also write the Markdown to this file")
    parser.add_argument("--today", type=_day, default=None, help="judge as of this day (YYYY-MM-DD)")
    output = parser.add_mutually_exclusive_group()
    output.add_argument("--quiet", action="store_true", help="print one line alone")
    output.add_argument("--json", action="store_true", help="print JSON")
    output.add_argument("--markdown", action="store_true", help="print Markdown for a comment on a pull request")
    return parser


def _amount(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not an amount; write USD a month, such as 500") from None


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a day; write one such as 2026-11-30") from None


def _check_files(options: argparse.Namespace) -> None:
    """Refuse a file that is written over another one that the command reads or writes.

    Raises:
        ProgramError: naming both arguments.
    """
    named: dict[Path, str] = {}
    for argument, path in (
        ("FILE", Path(options.program) if options.program != STANDARD_INPUT else None),
        ("--settings", options.settings),
        ("--out", options.out),
        ("--comment", options.comment),
    ):
        if path is None or (path.exists() and not path.is_file()):
            continue
        earlier = named.setdefault(path.resolve(), argument)
        if earlier != argument and argument in ("--out", "--comment"):
            raise ProgramError(f"{argument} {path}: would be written over {earlier}; name another file")


def _assess(options: argparse.Namespace, *, with_rules: bool) -> Assessment:
    off = {rule: {"level": "disabled", "reason": reason} for rule, reason in getattr(options, "off", ())}
    flags = {
        "region": options.region,
        "monthlyBudget": options.budget,
        "environment": getattr(options, "environment", None),
        "rules": off or None,
    }
    settings = read_settings(options.settings, flags)
    today = options.today or date.today()
    found = assess(read_program(options.program, options.stack), settings, today=today, with_rules=with_rules)
    if not options.against:
        return found
    return against(found, _earlier(options.against, found, settings, today))


def _earlier(source: str, later: Assessment, settings: ProgramSettings, today: date) -> Mapping[str, Any]:
    """The document of an earlier plan: as it was written, or priced and judged now from a preview or a state."""
    if source == STANDARD_INPUT:
        raise ProgramError("--against -: standard input may be the program alone; name a file")
    if document := _plan_in(source):
        return document
    inventory = read_program(source)
    after = later.inventory
    # An empty state names neither project nor stack.
    named = Inventory(
        inventory.project or after.project,
        inventory.stack or after.stack,
        inventory.resources,
        region=inventory.region or later.plan.estimate.region,
    )
    return earlier_document(named, settings, today=today, with_rules=later.judged)


def _plan_in(source: str) -> Mapping[str, Any] | None:
    """The plan in a file of this project's own format; None where it is another file."""
    path = Path(source)
    if path.is_dir():
        return None
    content = bounded_json.read_bytes(path, sys.stdin.buffer)
    try:
        bounded_json.check_values(content, source)
        document: Any = bounded_json.parse(bounded_json.text_of(content, source), source)
    except ProgramError:
        return None
    plan = cast(dict[str, Any], document) if isinstance(document, dict) else {}
    if plan.get("format") != FORMAT:
        return None
    if isinstance(plan.get("cost"), dict):
        plan["cost"] = {**plan["cost"], "budget": plan["cost"].get("budget") or NO_BUDGET}
    if problem := problem_of(plan):
        raise ProgramError(f"--against {source}: is no plan: {problem}; name what --json or --out wrote")
    return plan


def _deliver(assessment: Assessment, options: argparse.Namespace) -> None:
    if options.out:
        write_whole(options.out, _json(assessment))
    if options.comment:
        write_whole(options.comment, _markdown(assessment))
    try:
        _print(assessment, options)
        sys.stdout.flush()
    except BrokenPipeError:
        # Python would complain once more when it flushes at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _print(assessment: Assessment, options: argparse.Namespace) -> None:
    from planner.any_program import terminal
    from planner.console import PlanConsole

    if options.json:
        print(_json(assessment), end="")
    elif options.markdown:
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(encoding="utf-8")  # pyright: ignore[reportUnknownMemberType]
        print(_markdown(assessment), end="")
    elif options.quiet:
        print(printable(_encodable(terminal.summary(assessment))))
    else:
        console = PlanConsole()
        terminal.show(assessment, console)
        if assessment.difference and not assessment.difference.empty:
            from planner.difference_view import render

            render(assessment.difference, console)


def _json(assessment: Assessment) -> str:
    """ASCII: what is not, also half of a surrogate pair, is an escape."""
    return json.dumps(assessment.document(), indent=1, allow_nan=False) + "\n"


def _markdown(assessment: Assessment) -> str:
    from planner.markdown import render

    return _encodable(render(assessment.document(), assessment.difference))


def _encodable(text: str) -> str:
    """`text` with an escape for each half of a surrogate pair, which UTF-8 does not have."""
    return text.encode("utf-8", errors="backslashreplace").decode()
