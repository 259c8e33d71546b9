"""`python -m planner.observe STACK FOLDER`: writes a stack's Prometheus rules and dashboards, without an account."""

import sys
from collections.abc import Sequence
from pathlib import Path

from components.core.spec import SpecError
from operations.flags import FlagParser
from planner.stackfile import StackFileError, read_stack_file
from stacks.config import parse_config
from stacks.monitoring import stack_dashboards, stack_rules

FINE, WRONG_CONFIG = 0, 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Write each file of rules and each dashboard; print the paths."""
    parser = FlagParser(
        "python -m planner.observe", description="Write the Prometheus rules and the Grafana dashboards of a stack."
    )
    parser.add_argument("stack", help="the <stack> of Pulumi.<stack>.yaml")
    parser.add_argument("folder", type=Path, help="the folder to write to; it is created")
    parser.add_argument("--root", type=Path, default=Path(), help="the project's folder")
    options = parser.parse_args(arguments)
    try:
        config = parse_config(read_stack_file(options.root, options.stack).config)
    except (SpecError, StackFileError) as error:
        print(error, file=sys.stderr)
        return WRONG_CONFIG
    files = {f"rules/{name}.yaml": text for name, text in stack_rules(config).items()}
    files |= {f"dashboards/{name}.json": text for name, text in stack_dashboards(config).items()}
    for name, text in files.items():
        path = options.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        print(path)
    return FINE


if __name__ == "__main__":
    sys.exit(main())
