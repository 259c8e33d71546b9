"""Small projects for planning: a folder with a program and its stack files, as a user would have it."""

import json
from pathlib import Path
from typing import Any

from components.testing.fake_aws import FakeAws
from planner.evaluation import Evaluation, evaluate_program
from planner.stackfile import StackFile, read_stack_file

ANSWERS = FakeAws("us-east-1", "111122223333")


def project(folder: Path, program: str, config: dict[str, Any] | None = None, stack: str = "test") -> Path:
    """Write a project called `sample` whose `__main__.py` is `program`; returns its folder."""
    (folder / "Pulumi.yaml").write_text("name: sample\nruntime: python\n")
    # JSON is YAML, too.
    (folder / f"Pulumi.{stack}.yaml").write_text(json.dumps({"config": config or {}}))
    (folder / "__main__.py").write_text(program)
    return folder


def evaluate(folder: Path, program: str, config: dict[str, Any] | None = None) -> Evaluation:
    """Evaluate `program` in process with the recorded answers."""
    root = project(folder, program, config)
    return evaluate_program(root / "__main__.py", stack_file(root), ANSWERS)


def stack_file(root: Path) -> StackFile:
    """The stack file of a project that `project` wrote."""
    return read_stack_file(root, "test")
