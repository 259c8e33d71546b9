"""`python -m planner.adoption SOURCE STACK`: takes over what exists already, without replacing any of it."""

import argparse
import io
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from components.core.spec import SpecError
from operations.flags import FlagParser
from planner.adoption.adopted_file import written
from planner.adoption.comparison import Adoption, compared
from planner.adoption.existing import Existing, of_the_stack
from planner.adoption.matching import MatchError, match
from planner.adoption.report import as_json, as_text
from planner.adoption.tagged import TagsError, parsed_tags, read_tagged
from planner.adoption.terraform import StateError, read_terraform
from planner.build import build_plan
from planner.command import drop_output, explain
from planner.interruption import is_interruption, run
from planner.plan_file import PlanFileError
from planner.printable import printable
from planner.stackfile import StackFileError, read_stack_file
from policies.engine.settings import EnvironmentSpec
from stacks.adopted import AdoptedResource, adopted_path, read_adopted
from stacks.config import parse_config

FINE, CANNOT, WRONG = 0, 1, 2
_TAGS = "tags:"
_EXIT_CODES = """\
exit codes:
  0    everything that holds data can be adopted, or nothing does
  1    a resource that holds data is planned, exists, and cannot be adopted
  2    the state, the stack's config or an argument is wrong, or AWS refuses to
       answer
  3    the program or the planner failed
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Match, compare, print, and write the file when asked to."""
    options = _arguments(arguments)
    root: Path = options.root
    try:
        given = _pairs(options.match)
        path = adopted_path(root, options.stack)
        earlier = read_adopted(path)
        environment = parse_config(read_stack_file(root, options.stack).config).environment
        existing = _existing(options.source, environment)
        plan = build_plan(root, options.stack, today=datetime.now(UTC).date())
        here = of_the_stack(existing, environment.region, environment.account)
        taken = {each.address for each in here}
        elsewhere = [each for each in existing if each.address not in taken]
        _are_here(given, elsewhere)
        known = {each.origin: each.name for each in earlier if each.origin in taken}
        found = match(plan.resources, here, given, known)
        adoptions = [compared(each, found.translation) for each in found.pairs]
        _same_ids(adoptions, earlier)
        rows = written(path, adoptions, earlier) if options.write else 0
    except (MatchError, PlanFileError, SpecError, StackFileError, StateError, TagsError) as error:
        print(f"adopt: {printable(str(error))}", file=sys.stderr)
        return WRONG
    # A program may raise anything, `SystemExit` too, which would end the command with a code of the program's.
    except BaseException as error:
        if is_interruption(error):
            raise
        return explain(error, options)
    show = as_json if options.json else as_text
    shown = show(options.stack, adoptions, found.not_planned, elsewhere)
    if not options.json:
        said = "Nothing is written. `--write` writes the file that the program imports from."
        if options.write:
            said = f"written to {path}: {rows} rows. Review it, then `mlplatform plan {options.stack}`."
        shown += f"\n\n{said}"
    try:
        print(shown, flush=True)
    except BrokenPipeError:
        drop_output()
    return CANNOT if any(each.holds and each.blocked for each in adoptions) else FINE


def _existing(source: str, environment: EnvironmentSpec) -> list[Existing]:
    if source.startswith(_TAGS):
        return read_tagged(parsed_tags(source.removeprefix(_TAGS)), environment.region, environment.account)
    return read_terraform(Path(source))


def _same_ids(adoptions: Sequence[Adoption], earlier: Sequence[AdoptedResource]) -> None:
    """Refuse a state in which an address of the file has another id: it is the state of something else."""
    before = {(each.type, each.name): each for each in earlier if each.id}
    for each in adoptions:
        row = before.get((each.match.planned.type, each.match.planned.name))
        if row and each.import_id and row.id != each.import_id:
            raise MatchError(
                f"{each.match.existing.address}: the id is {each.import_id!r}, and {row.id!r} in the file; "
                "name the state that the file was written from, or remove the row"
            )


def _pairs(texts: Sequence[str]) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for text in texts:
        address, mark, name = text.rpartition("=")
        if not (address and mark and name):
            raise MatchError(f"--match {text!r} is not ADDRESS=NAME, such as aws_s3_bucket.raw=ml-prod-raw")
        if pairs.setdefault(address, name) != name:
            raise MatchError(f"--match gives {address} for {pairs[address]!r} and {name!r}; keep one")
    return pairs


def _are_here(given: Mapping[str, str], elsewhere: Sequence[Existing]) -> None:
    """Refuse a pair whose address is in another region or account."""
    if wrong := sorted({each.address for each in elsewhere} & set(given)):
        raise MatchError(f"{wrong[0]} is in another region or account than the stack; remove its --match")


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = FlagParser(
        "python -m planner.adoption",
        description="Take over what exists already: match it with a stack's plan, show what an\n"
        "import changes, and write the file that the stack's program imports from.",
        epilog=_EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "source",
        help="a state of Terraform: terraform.tfstate, what `terraform show -json` prints, or - for standard input; "
        "or tags:KEY=VALUE,... for what has all of these tags in AWS",
    )
    parser.add_argument("stack", help="the <stack> of Pulumi.<stack>.yaml")
    parser.add_argument(
        "--match",
        action="append",
        default=[],
        metavar="ADDRESS=NAME",
        help="take this address of Terraform, or this ARN, for this name of the plan; may be repeated",
    )
    parser.add_argument("--write", action="store_true", help="write adopted/<stack>.yaml")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--root", type=Path, default=Path(), help="the project's folder")
    parser.add_argument("--traceback", action="store_true", help="show where a failing program failed, frame by frame")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    # A pipe may have an encoding without some characters of a name; these are shown as escapes.
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # pyright: ignore[reportUnknownMemberType]
    sys.exit(run(main))
