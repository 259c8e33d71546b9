"""`python -m tests.support.any_program.record`: writes previews and states of `shop.py`, made by the real engine.

The tests read what it writes, so that they need no engine. It needs `pulumi` on PATH.
"""

import json
import re
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from tests.support.any_program.recorded import FOLDER
from tests.support.engine.harness import Engine

STREAMING = {"PULUMI_ENABLE_STREAMING_JSON_PREVIEW": "1"}
FIRST = {"machine": "t3.medium", "queues": 2}
SECOND = {"machine": "t3.large", "queues": 1}
_OF_THE_MACHINE = ("sourcePosition", "stackTrace", "created", "modified", "duration", "timestamp", "manifest", "time")


class Shop:
    """`shop.py` in `folder` with a stack `dev`, under the engine."""

    def __init__(self, folder: Path):
        self.engine = Engine(folder / "engine", None)
        self.folder = folder / "shop"
        self.folder.mkdir()
        python = {"name": "python", "options": {"virtualenv": str(self.engine.project / ".venv")}}
        (self.folder / "Pulumi.yaml").write_text(json.dumps({"name": "shop", "runtime": python}))
        (self.folder / "__main__.py").write_text((Path(__file__).parent / "shop.py").read_text())
        made = self.engine.run("stack", "init", "dev", folder=self.folder)
        assert made.code == 0, made.printed

    def run(self, given: Mapping[str, Any], *arguments: str, **environment: str) -> str:
        """What a command of the CLI prints for the program with these arguments."""
        (self.folder / "given.json").write_text(json.dumps(given))
        return self.engine.run(*arguments, "--stack", "dev", folder=self.folder, **environment).printed


def main() -> int:
    """Write every file that the tests read."""
    with tempfile.TemporaryDirectory() as folder:
        shop = Shop(Path(folder))
        _write("create.json", shop.run(FIRST, "preview", "--json"))
        deployed = shop.run(FIRST, "up", "--yes", "--skip-preview")
        assert "errored" not in deployed, deployed
        _write("state.json", shop.run(FIRST, "stack", "export"))
        _write("state-with-secrets.json", shop.run(FIRST, "stack", "export", "--show-secrets"))
        for name, options in {
            "update.json": ("--show-sames",),
            "update-without-sames.json": (),
            "update-with-replacement-steps.json": ("--show-sames", "--show-replacement-steps"),
        }.items():
            _write(name, shop.run(SECOND, "preview", "--json", *options))
        _write_events("update.jsonl", shop.run(SECOND, "preview", "--json", "--show-sames", **STREAMING))
        _write("failed.json", shop.run({**SECOND, "fails": True}, "preview", "--json", "--show-sames"))
    return 0


def _write(name: str, printed: str) -> None:
    document = _portable(json.loads(printed))
    FOLDER.joinpath(name).write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


def _write_events(name: str, printed: str) -> None:
    events = [json.loads(line) for line in printed.splitlines()]
    lines = [json.dumps(_portable(each)) for each in events if "debug" not in json.dumps(each.get("diagnosticEvent"))]
    FOLDER.joinpath(name).write_text("\n".join(lines) + "\n", encoding="utf-8")


def _portable(value: Any) -> Any:
    """A value without times, and without paths of this machine."""
    if isinstance(value, dict):
        fields = cast(dict[str, Any], value)
        return {key: _portable(item) for key, item in fields.items() if key not in _OF_THE_MACHINE}
    if isinstance(value, list):
        return [_portable(item) for item in cast(list[Any], value)]
    return re.sub(r"/\S+/", "/…/", value) if isinstance(value, str) and "from $PATH" in value else value


if __name__ == "__main__":
    sys.exit(main())
