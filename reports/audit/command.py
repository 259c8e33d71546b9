"""`python -m reports.audit STACK`: writes what an auditor is given, without an account."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from planner.plan_file import write_whole
from reports import availability
from reports.audit.tables import controls, verdicts
from reports.registries.command import registries, write_tables
from reports.registries.formats import index_text
from reports.stack_plan import FINE, answered, planned, stack_parser
from stacks.config import parse_config


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the registries, the verdicts and the mapping of controls of one stack, and print where they are."""
    parser = stack_parser("python -m reports.audit", "Write what an auditor is given of a stack.")
    parser.add_argument("--out", type=Path, help="the folder to write to; build/<stack>/audit by default")
    parser.add_argument(
        "--against", metavar="PLAN", help="an earlier plan.json, or a git revision such as v1.2.0: list the changes"
    )
    options = parser.parse_args(arguments)
    return answered(lambda: _run(options), options.root.resolve())


def _run(options: argparse.Namespace) -> int:
    of = planned(options)
    folder: Path = options.out or options.root / "build" / of.plan.stack / "audit"
    settings = parse_config(of.stack_file.config).policies
    tables = registries(of, options.against)
    names = [each.name for each in tables]
    tables += availability.tables(of.plan.availability, of.plan.target)
    tables += [verdicts(of.plan, settings), controls(of.plan, settings, names)]
    about = [
        of.plan.summary,
        f"Made from the plan of the stack {of.plan.stack} of {of.plan.project} as of {of.plan.today}, without an "
        "account. The same program deploys the stack. Whether the account still is as planned is not shown here.",
    ]
    if not options.against:
        about.append("The changes since the last release are not in this set: name it by --against.")
    write_whole(
        folder / "index.html", index_text(f"Audit of {of.plan.stack}", about, write_tables(tables, folder)), "folder"
    )
    print(folder / "index.html")
    return FINE
