"""The action, and the templates of GitLab CI and Jenkins, call the command with what they are given."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.any_program.recorded import recorded
from tests.support.programs import needs

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "deploy" / "price-and-check"
SCRIPT = FOLDER / "run.sh"


def run(tmp_path: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run the script with the environment of these tests instead of one that it installs."""
    environment = {**os.environ, "INSTALL": sys.prefix, "OUTPUT": str(tmp_path), **variables}
    return subprocess.run([str(SCRIPT)], env=environment, cwd=tmp_path, capture_output=True, text=True, check=False)


def test_script_writes_json_and_comment_and_keeps_the_exit_code(tmp_path: Path) -> None:
    given = {"PROGRAM": str(recorded("update.json")), "BUDGET": "100", "MODE": "price"}
    done = run(tmp_path, **given)
    assert done.returncode == 1, done.stderr
    assert json.loads((tmp_path / "price-and-check.json").read_text())["cost"]["budget"] == 100
    assert "is exceeded by" in (tmp_path / "price-and-check.md").read_text()
    wrong = run(tmp_path, **{**given, "MODE": "guess"})
    assert wrong.returncode == 2
    assert "MODE = guess" in wrong.stderr


def variables_of_script() -> set[str]:
    return set(re.findall(r"\$\{(\w+):", SCRIPT.read_text()))


def action() -> dict[str, Any]:
    return yaml.safe_load((FOLDER / "action.yml").read_text())


def test_action_hands_every_input_on() -> None:
    content = action()
    text = json.dumps(content["runs"])
    assert set(re.findall(r"inputs\.(\w+)", text)) == content["inputs"].keys()
    step = next(each for each in content["runs"]["steps"] if each.get("id") == "run")
    assert step["env"].keys() - {"ACTION"} == variables_of_script() - {"OUTPUT", "INSTALL"}
    outputs = set(re.findall(r"echo \"(\w+)=", step["run"]))
    assert set(re.findall(r"steps\.run\.outputs\.(\w+)", json.dumps(content))) == outputs


@needs("actionlint")
def test_actionlint_finds_nothing(tmp_path: Path) -> None:
    """In a workflow that calls the action, and in one with the action's own steps."""
    shutil.copytree(FOLDER, tmp_path / "action")
    (tmp_path / ".git").mkdir()
    workflows = tmp_path / ".github" / "workflows"
    workflows.mkdir(parents=True)
    call = {"uses": "./action", "with": {"program": "preview.json", "budget": "500"}}
    inputs = {name: {"type": "string"} for name in action()["inputs"]}
    steps = action()["runs"]["steps"]
    for name, triggers, body in (
        ("call", {"push": None}, [call]),
        ("steps", {"workflow_call": {"inputs": inputs}}, steps),
    ):
        workflow = {"on": triggers, "jobs": {"price": {"runs-on": "ubuntu-24.04", "steps": body}}}
        (workflows / f"{name}.yaml").write_text(yaml.safe_dump(workflow, sort_keys=False))
    done = subprocess.run(["actionlint"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.stdout, done.returncode) == ("", 0)


def test_action_pins_what_it_uses() -> None:
    pinned = [each["uses"] for each in action()["runs"]["steps"] if "uses" in each]
    workflows = "".join(path.read_text() for path in (ROOT / ".github" / "workflows").glob("*.yaml"))
    assert pinned
    assert all(re.fullmatch(r"[\w/-]+@[0-9a-f]{40}", each) and each in workflows for each in pinned)


def test_other_templates_set_what_the_script_reads() -> None:
    (job,) = yaml.safe_load((FOLDER / "gitlab-ci.yml").read_text()).values()
    own = {"MLPLATFORM_REPOSITORY", "MLPLATFORM_VERSION"}
    assert job["variables"].keys() - own <= variables_of_script()
    jenkins = (FOLDER / "Jenkinsfile").read_text()
    given = set(re.findall(r"name: '(\w+)'", jenkins)) | set(re.findall(r"^ +(\w+) = '", jenkins, re.MULTILINE))
    assert given - own <= variables_of_script()
    for text in (json.dumps(job), jenkins):
        assert "deploy/price-and-check/run.sh" in text


@pytest.mark.parametrize("shell", ["sh", "bash"])
def test_script_is_valid_in_every_shell(shell: str) -> None:
    assert subprocess.run([shell, "-n", str(SCRIPT)], check=False).returncode == 0
