"""`python -m reports.registries STACK`: writes the registries of a stack, without an account."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from planner.against import difference_from, earlier_plan
from planner.plan_file import write_whole
from reports.access.registry import access
from reports.registries.changes import changes
from reports.registries.configuration import configuration
from reports.registries.credentials import credentials
from reports.registries.facilities import facilities
from reports.registries.formats import FORMATS, Link, index_text
from reports.registries.table import Table
from reports.stack_plan import FINE, Planned, answered, planned, stack_parser


def registries(of: Planned, against: str | None = None) -> list[Table]:
    """The registries of a plan; with `against`, also what changed since that revision or plan.

    Raises:
        PlanFileError: when `against` is neither, or has no plan of the stack.
    """
    tables = [facilities(of.plan), access(of.plan), credentials(of.plan), configuration(of.stack_file)]
    if against:
        earlier = earlier_plan(against, of.plan, of.root)
        tables.append(changes(difference_from(earlier, of.plan), against))
    return tables


def write_tables(tables: Sequence[Table], folder: Path) -> list[Link]:
    """Write each table in each format; return a link to each for an index page."""
    links: list[Link] = []
    for table in tables:
        names = [f"{table.name}.{suffix}" for suffix in FORMATS]
        for name, shown in zip(names, FORMATS.values(), strict=True):
            write_whole(folder / name, shown(table), "folder")
        links.append(Link(table.title, table.about, names))
    return links


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the registries of one stack and print where they are."""
    parser = stack_parser("python -m reports.registries", "Write the registries of a stack.")
    parser.add_argument("--out", type=Path, help="the folder to write to; build/<stack>/registries by default")
    parser.add_argument(
        "--against", metavar="PLAN", help="an earlier plan.json, or a git revision such as v1.2.0: list the changes"
    )
    options = parser.parse_args(arguments)
    return answered(lambda: _run(options), options.root.resolve())


def _run(options: argparse.Namespace) -> int:
    of = planned(options)
    folder: Path = options.out or options.root / "build" / of.plan.stack / "registries"
    links = write_tables(registries(of, options.against), folder)
    about = [f"Made from the plan of the stack {of.plan.stack} of {of.plan.project}, without an account."]
    write_whole(folder / "index.html", index_text(f"Registries of {of.plan.stack}", about, links), "folder")
    print(folder / "index.html")
    return FINE
