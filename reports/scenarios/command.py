"""`python -m reports.scenarios STACK`: writes the scenarios of a stack, without an account."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from planner.plan import Plan
from planner.plan_file import write_whole
from reports.scenarios.changes import of_changes
from reports.scenarios.failures import of_failures
from reports.scenarios.html import html_index, html_page
from reports.scenarios.names import Names
from reports.scenarios.operate import of_models, of_people, of_secrets
from reports.scenarios.page import anchor, index, page
from reports.scenarios.scenario import Scenario
from reports.stack_plan import FINE, answered, planned, stack_parser


def scenarios(plan: Plan) -> list[Scenario]:
    """The scenarios of what the plan has, in the order in which a platform meets them."""
    names = Names(plan)
    parts = (of_changes, of_models, of_secrets, of_failures, of_people)
    return [scenario for part in parts for scenario in part(names)]


def whole_page(plan: Plan) -> str:
    """All scenarios as one page of this repository's docs."""
    found = scenarios(plan)
    table = index(plan.stack, found, [anchor(each.title) for each in found])
    sections = [page(each, level=2) for each in found]
    about = f"`python -m reports.scenarios {plan.stack} --page` writes this page; a test compares it with the plan.\n"
    return "\n".join(
        ["# Scenarios", "", about, table.replace("runbooks of alerts", "[runbooks](runbooks.md) of alerts"), *sections]
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the scenarios of one stack and print where they are."""
    parser = stack_parser("python -m reports.scenarios", "Write the scenarios of a stack, with its real names.")
    parser.add_argument("--out", type=Path, help="the folder to write to; build/<stack>/scenarios by default")
    parser.add_argument("--page", action="store_true", help="write all as one page, docs/scenarios.md, instead")
    options = parser.parse_args(arguments)
    return answered(lambda: _run(options), options.root.resolve())


def _run(options: argparse.Namespace) -> int:
    of = planned(options)
    if options.page:
        path = options.root / "docs" / "scenarios.md"
        write_whole(path, whole_page(of.plan), "folder")
        print(path)
        return FINE
    folder: Path = options.out or options.root / "build" / of.plan.stack / "scenarios"
    found = scenarios(of.plan)
    for each in found:
        write_whole(folder / f"{each.name}.md", page(each, docs="../../../docs/"), "folder")
        write_whole(folder / f"{each.name}.html", html_page(each), "folder")
    table = index(of.plan.stack, found, [f"{each.name}.md" for each in found])
    write_whole(folder / "index.md", f"# Scenarios of {of.plan.stack}\n\n{table}", "folder")
    write_whole(folder / "index.html", html_index(of.plan.stack, found), "folder")
    print(folder / "index.html")
    return FINE
