"""The stack files of a project, read without building anything."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from planner.stackfile import StackFileError, read_stack_file
from stacks.config import NAMESPACE


@dataclass(frozen=True, slots=True)
class Found:
    """A stack file: its sections by name, or what is wrong with the file."""

    name: str
    sections: dict[str, Any]
    problem: str = ""


def project_root() -> Path:
    """The folder of the project: this program's own, wherever the command is called.

    The current folder is preferred when it holds a project, so that a copy is read and not its origin.
    """
    here = Path.cwd()
    return here if (here / "Pulumi.yaml").is_file() else Path(__file__).parents[1]


def stack_names(root: Path) -> list[str]:
    """The stacks of a project, sorted."""
    return sorted(path.name.removeprefix("Pulumi.").removesuffix(".yaml") for path in root.glob("Pulumi.*.yaml"))


def stack_file(root: Path, name: str) -> Found:
    """The sections of a stack, as its file has them."""
    try:
        config = read_stack_file(root, name).config
        prefix = f"{NAMESPACE}:"
        own = {key.removeprefix(prefix): json.loads(value) for key, value in config.items() if key.startswith(prefix)}
    except (StackFileError, ValueError) as error:
        return Found(name, {}, str(error))
    return Found(name, own)
