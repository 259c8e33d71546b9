"""A Pulumi program of one component, which a test deploys again and again with other arguments."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.support.engine.harness import Engine, Outcome

_START = """
import json
from pathlib import Path

import pulumi
import pulumi_aws as aws

provider = aws.Provider(
    "aws", region="us-east-1", allowed_account_ids=["111122223333"], default_tags={"tags": {"owner": "ml"}}
)
given = json.loads((Path(__file__).parent / "given.json").read_text())
"""


class Program:
    """A program in `folder`, whose name is also that of its stack.

    `text` is Python code, which finds the AWS provider in `provider` and the arguments of a deployment in `given`.
    """

    def __init__(self, engine: Engine, folder: Path, text: str):
        self.engine, self.stack, self._folder = engine, folder.name.replace("_", "-"), folder
        python = {"name": "python", "options": {"virtualenv": str(engine.project / ".venv")}}
        (folder / "Pulumi.yaml").write_text(json.dumps({"name": "program", "runtime": python}))
        (folder / "__main__.py").write_text(_START + text)
        made = engine.run("stack", "init", self.stack, folder=folder)
        assert made.code == 0, made.printed

    def run(self, *arguments: str) -> Outcome:
        """Run a command of the CLI on the program's stack."""
        return self.engine.run(*arguments, "--stack", self.stack, folder=self._folder)

    def up(self, given: Mapping[str, Any], *options: str) -> Outcome:
        """Deploy with these arguments."""
        (self._folder / "given.json").write_text(json.dumps(given))
        return self.run("up", "--yes", "--skip-preview", *options)

    def destroy(self) -> Outcome:
        """Destroy the stack."""
        return self.run("destroy", "--yes", "--skip-preview")
