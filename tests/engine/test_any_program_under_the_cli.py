"""A program in a folder is planned in place by the installed CLI, and priced as its recorded preview is."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.support.any_program.record import FIRST, Shop
from tests.support.any_program.recorded import recorded
from tests.support.programs import needs

ROOT = Path(__file__).parents[2]


def priced(source: str, environment: dict[str, str]) -> dict[str, Any]:
    command = [sys.executable, "-m", "planner.price", source, "--stack", "dev", "--json", "--today", "2026-11-30"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@needs("pulumi")
def test_program_in_a_folder_costs_what_its_recorded_preview_does(tmp_path: Path) -> None:
    shop = Shop(tmp_path)
    (shop.folder / "given.json").write_text(json.dumps(FIRST))
    environment = shop.engine.environment()
    found, expected = (priced(source, environment) for source in (str(shop.folder), str(recorded("create.json"))))
    assert found["cost"]["lines"] == expected["cost"]["lines"]
    assert found["program"] == expected["program"]
