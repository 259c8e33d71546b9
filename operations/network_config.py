"""Writes a stack config with the network only, to deploy a runner into the VPC before the rest of the stack.

`pulumi up --target` cannot deploy the network first: pulumi-eks 4.4 fails on a cluster whose role is not a target.
"""

import sys
from pathlib import Path
from typing import Any, cast

import yaml

from operations.flags import FlagParser

SECTIONS = ("environment", "cost", "network")
STATE_KEYS = ("secretsprovider", "encryptedkey", "encryptionsalt")
"""The keys of a stack file for the encryption of its state, which both deployments share."""


def network_config(stack_file: str) -> dict[str, Any]:
    """The parts of a stack file that the network needs.

    Raises:
        ValueError: if a section is missing, or is not a mapping.
    """
    document = _mapping(yaml.safe_load(stack_file), "the file must be a mapping of keys to values")
    config = _mapping(document.get("config"), "config must be a mapping of keys to values")
    names = [f"mlplatform:{section}" for section in SECTIONS]
    if missing := [name for name in names if name not in config]:
        raise ValueError(f"config.{missing[0]} is missing; add it as in the other stacks")
    kept = {key: document[key] for key in STATE_KEYS if key in document}
    return {**kept, "config": {name: config[name] for name in names}}


def _mapping(value: object, problem: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ValueError(problem)
    return cast(dict[str, Any], value)


def main(arguments: list[str] | None = None) -> int:
    """Write the network's config beside the plan of the stack, and print its path."""
    parser = FlagParser(description=__doc__)
    parser.add_argument("stack", help="the name of the stack, as in Pulumi.<stack>.yaml")
    parser.add_argument("--root", type=Path, default=Path.cwd(), help="the project's folder")
    options = parser.parse_args(arguments)
    written: Path = options.root / "build" / options.stack / "network.yaml"
    try:
        text = (options.root / f"Pulumi.{options.stack}.yaml").read_text(encoding="utf-8")
        config = network_config(text)
    except (OSError, ValueError, yaml.YAMLError) as error:
        print(f"Pulumi.{options.stack}.yaml: {error}", file=sys.stderr)
        return 2
    written.parent.mkdir(parents=True, exist_ok=True)
    written.write_text(yaml.safe_dump(config, sort_keys=False), encoding="utf-8")
    print(written)
    return 0


if __name__ == "__main__":
    sys.exit(main())
