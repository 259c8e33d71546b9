"""The action, and the templates of GitLab CI and Jenkins, call the command with what they are given."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator

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


@pytest.mark.parametrize(("template", "schema"), [("gitlab-ci.yml", "gitlab-ci"), ("action.yml", "github-action")])
def test_template_follows_the_published_schema(template: str, schema: str) -> None:
    content = yaml.safe_load((FOLDER / template).read_text())
    definition = json.loads((ROOT / "tests" / "definitions" / "ci" / f"{schema}.jsonschema.json").read_text())
    validator: Any = Draft7Validator(definition)
    changed = "runs"
    if schema == "gitlab-ci":
        # GitLab looks at a template only where a job extends it.
        (job,) = content.values()
        content, changed = {"price": job}, "price"
    assert [each.message for each in validator.iter_errors(content)] == []
    content[changed] = {**content[changed], "script": 7, "using": 7}
    assert not validator.is_valid(content)


class Runner:
    """A machine of a CI service: `git` clones this repository, and `curl` and `gh` write down what they are given."""

    def __init__(self, folder: Path):
        self.folder = folder
        self._programs = folder / "programs"
        self._programs.mkdir()
        self._program("git", f'for last; do :; done; ln -s "{ROOT}" "$last"')
        for name in ("curl", "gh"):
            self._program(name, f'printf "%s\\n" "$@" >> "{folder}/{name}.txt"')

    def _program(self, name: str, script: str) -> None:
        path = self._programs / name
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)

    def run(self, script: str, shell: str, variables: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
        """Run a script as the service does, with variables and with the budget that the program exceeds."""
        path = f"{self._programs}{os.pathsep}{os.environ['PATH']}"
        own = {"PATH": path, "PROGRAM": str(recorded("update.json")), "BUDGET": "100", "MODE": "price"}
        environment = {**os.environ, "INSTALL": sys.prefix, **own, **variables}
        command = [shell, "-e", "-c", script]
        return subprocess.run(command, env=environment, cwd=self.folder, capture_output=True, text=True, check=False)

    def asked(self, program: str) -> str:
        """The arguments of every call of a program, one a line."""
        return (self.folder / f"{program}.txt").read_text()


def test_script_of_gitlab_comments_and_ends_with_the_exit_code(tmp_path: Path) -> None:
    (job,) = yaml.safe_load((FOLDER / "gitlab-ci.yml").read_text()).values()
    runner = Runner(tmp_path)
    merge = {"CI_MERGE_REQUEST_IID": "7", "CI_API_V4_URL": "https://gitlab.example/api/v4", "CI_PROJECT_ID": "3"}
    given = {**merge, "MLPLATFORM_TOKEN": "token", "OUTPUT": job["variables"]["OUTPUT"]}
    done = runner.run("\n".join([*job["before_script"], *job["script"]]), "bash", given)
    assert done.returncode == 1, done.stderr
    (kept,) = job["artifacts"]["paths"]
    assert (tmp_path / kept / "price-and-check.json").is_file()
    assert "https://gitlab.example/api/v4/projects/3/merge_requests/7/notes" in runner.asked("curl")
    assert f"body@{kept}/price-and-check.md" in runner.asked("curl")


def test_script_of_jenkins_ends_with_the_exit_code(tmp_path: Path) -> None:
    text = (FOLDER / "Jenkinsfile").read_text()
    (script,) = re.findall(r"sh '''(.*?)'''", text, re.DOTALL)
    output = re.findall(r"OUTPUT = '([^']+)'", text)[0]
    done = Runner(tmp_path).run(script, "sh", {"OUTPUT": output})
    assert done.returncode == 1, done.stderr
    assert (tmp_path / output / "price-and-check.md").is_file()
    assert f"artifacts: '{output}/*'" in text


def test_scripts_of_the_action_comment_and_end_with_the_exit_code(tmp_path: Path) -> None:
    check, comment, end = (each for each in action()["runs"]["steps"] if "run" in each)
    runner = Runner(tmp_path)
    outputs, summary = tmp_path / "outputs", tmp_path / "summary"
    # INSTALL is the runner's own folder: the installed requirements are those of these tests.
    (tmp_path / "mlplatform").symlink_to(sys.prefix)
    places = {"RUNNER_TEMP": str(tmp_path), "GITHUB_OUTPUT": str(outputs), "GITHUB_STEP_SUMMARY": str(summary)}
    assert runner.run(check["run"], "bash", {**places, "ACTION": str(FOLDER)}).returncode == 0
    given = dict(line.split("=", 1) for line in outputs.read_text().splitlines())
    assert given["code"] == "1"
    assert Path(given["json"]).is_file()
    assert summary.read_text() == Path(given["markdown"]).read_text()
    commented = runner.run(comment["run"], "bash", {"GH_REPO": "a/b", "NUMBER": "7", "BODY": given["markdown"]})
    assert commented.returncode == 0, commented.stderr
    assert "repos/a/b/issues/7/comments" in runner.asked("gh")
    assert f"body=@{given['markdown']}" in runner.asked("gh")
    assert runner.run(end["run"], "bash", {"CODE": given["code"]}).returncode == 1


@pytest.mark.parametrize("shell", ["sh", "bash"])
def test_script_is_valid_in_every_shell(shell: str) -> None:
    assert subprocess.run([shell, "-n", str(SCRIPT)], check=False).returncode == 0
