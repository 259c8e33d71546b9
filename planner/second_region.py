"""Writes the config of a stack's second region, and tells its price: `python -m planner.second_region prod`.

Exit code 0: it plans without errors. 1: a mandatory policy or the budget fails. 2: the stack has no second region, or
its config is wrong.
"""

import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from components.core.spec import SpecError
from operations.flags import FlagParser
from planner.build import build_plan
from planner.interruption import run
from planner.stackfile import StackFileError, read_stack_file
from policies.engine.evaluate import fails
from stacks.config import NAMESPACE, parse_config
from stacks.second_region import Scale, second_region

_HEAD = (
    "# yaml-language-server: $schema=./docs/stack.schema.json\n"
    "# Written by `make second-region STACK={stack}` from Pulumi.{stack}.yaml; do not edit it.\n"
)


def derived(root: Path, stack: str, scale: Scale | None = None) -> tuple[str, dict[str, Any]]:
    """The name of the second region's stack, and its sections.

    Raises:
        StackFileError: the stack's file is missing or no YAML.
        SpecError: its config is wrong, or it has no second region.
    """
    found = read_stack_file(root, stack)
    config = parse_config(found.config)
    prefix = f"{NAMESPACE}:"
    own = {key.removeprefix(prefix): value for key, value in found.config.items() if key.startswith(prefix)}
    sections = second_region({name: json.loads(value) for name, value in own.items()}, config, scale)
    return f"{stack}-{sections['environment']['region']}", sections


class _Dumper(yaml.SafeDumper):
    """Quotes text that begins with a digit: some readers take 08:00 for a number to base 60."""


def _text(_: yaml.SafeDumper, value: str) -> yaml.Node:
    style = '"' if value[:1].isdigit() else None
    return yaml.ScalarNode("tag:yaml.org,2002:str", value, style=style)


_Dumper.add_representer(str, _text)


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the file and plan it."""
    parser = FlagParser(
        prog="python -m planner.second_region", description="Write the config of a stack's second region, and plan it."
    )
    parser.add_argument("stack", help="the stack of the first region")
    parser.add_argument("--mode", type=Scale, choices=list(Scale), help="instead of recovery.mode; full is a failover")
    options = parser.parse_args(arguments)
    root, name = Path.cwd(), ""
    try:
        name, sections = derived(root, options.stack, options.mode)
        parse_config({f"{NAMESPACE}:{key}": json.dumps(value) for key, value in sections.items()})
        document = {"config": {f"{NAMESPACE}:{key}": value for key, value in sections.items()}}
        path = root / f"Pulumi.{name}.yaml"
        text = yaml.dump(document, Dumper=_Dumper, sort_keys=False, width=120)
        path.write_text(_HEAD.format(stack=options.stack) + text, encoding="utf-8")
        plan = build_plan(root, name, today=datetime.now(UTC).date())
    except (StackFileError, SpecError) as error:
        print(f"second region: {error}", file=sys.stderr)
        if name:
            print(f"  {name} takes its values from Pulumi.{options.stack}.yaml: change them there", file=sys.stderr)
        return 2
    failing = sorted({each.policy for each in plan.verdicts if fails([each])})
    print(f"written to {path.name}: {len(plan.resources)} resources, {plan.estimate.monthly:,.2f} USD a month")
    if failing:
        print(f"mandatory policies fail: {', '.join(failing)}")
    print(f"`make plan STACK={name}` shows the plan")
    return 1 if failing else 0


if __name__ == "__main__":
    sys.exit(run(main))
