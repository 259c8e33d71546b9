"""Lists the stacks of the project from their files alone: `python -m stacks list`."""

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

from commands.stack_files import Found, project_root, stack_file, stack_names
from operations.flags import FlagParser

_COLUMNS = ("stack", "kind", "region", "USD a month", "planned", "resources")


def parser(prog: str = "python -m stacks list") -> argparse.ArgumentParser:
    """The flags of the command."""
    return FlagParser(
        prog=prog,
        description="List the stacks with their budgets, and the cost and resources of their last plans.",
    )


def main(arguments: Sequence[str] | None = None, prog: str = "python -m stacks list") -> int:
    """Print a line for each stack, and its sections below."""
    parser(prog).parse_args(arguments)
    root = project_root()
    stacks = [stack_file(root, name) for name in stack_names(root)]
    rows = [_COLUMNS, *(tuple(_cells(root, each)) for each in stacks)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        print("  ".join(_padded(row, widths)).rstrip())
    for each in stacks:
        if each.problem:
            print(f"{each.name}: {each.problem}")
    print("\nplanned and resources are of the last `make plan`; - means none yet.")
    return 1 if any(each.problem for each in stacks) else 0


def _padded(row: Sequence[str], widths: Sequence[int]) -> Iterator[str]:
    for index, (cell, width) in enumerate(zip(row, widths, strict=True)):
        yield cell.ljust(width) if index < _NAMES else cell.rjust(width)


_NAMES = 3
"""The first columns, which hold text."""


def _cells(root: Path, stack: Found) -> Iterator[str]:
    environment = _section(stack.sections, "environment")
    planned = _last_plan(root, stack.name)
    yield stack.name
    yield str(environment.get("kind", "?"))
    yield str(environment.get("region", "?"))
    yield _money(_section(stack.sections, "cost").get("monthlyBudget"))
    yield _money(_section(planned, "cost").get("monthly"))
    yield str(len(planned["resources"])) if "resources" in planned else "-"


def _section(values: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = values.get(name)
    return cast(Mapping[str, Any], found) if isinstance(found, Mapping) else {}


def _money(value: object) -> str:
    return f"{value:,.2f}" if isinstance(value, int | float) else "-"


def _last_plan(root: Path, stack: str) -> Mapping[str, Any]:
    path = root / "build" / stack / "plan.json"
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


if __name__ == "__main__":
    sys.exit(main())
