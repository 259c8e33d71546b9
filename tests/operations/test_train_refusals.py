"""Descriptions and outputs that are wrong: one error, with field, value and remedy."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from operations.settings import SettingsError, parse, read
from operations.train.__main__ import main
from operations.train.job import TrainingJob
from tests.support.operations.training import JOB, OUTPUTS

MODEL = JOB["model"]
SECRET = "hunter2"
OVERLAP = {"inputs": [{"name": "a", "folder": JOB["output"]}]}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"command": ["python", "a\nb"]}, "command.1 = 'a\\nb': it has a line break or another control character"),
        ({"command": ["python", "a\x00"]}, "command.1 = 'a\\x00': it has a line break or another control"),
        ({"command": ["python", "a\u2028"]}, "command.1 = 'a\\u2028': it has a line break"),
        ({"model": {**MODEL, "experiment": "a\tb"}}, "model.experiment = 'a\\tb': it has a line break or another"),
        ({"model": {**MODEL, "format": None}}, "model.format = null: mlserver serves several formats"),
        ({"schedule": "0 0 30 2 *"}, "schedule = '0 0 30 2 *': it never runs"),
        ({"schedule": "0 0 31 4,6 *"}, "write a day from 1 to 30"),
        ({"schedule": "* * * * *"}, "it has 1 min between two runs, and 43,920 runs a month"),
        ({"checkpoints": None}, "checkpoints = null: checkpoints is missing, spot is true"),
        ({"image": "trainer"}, "image = 'trainer': it is not an image with a version; write <registry>/"),
        (
            {"output": "s3://ml-models/risk"},
            "output = 's3://ml-models/risk': it is not a valid folder in S3; write s3://",
        ),
        ({"team": "Risk"}, "team = 'Risk': write 1 to 31 lowercase letters, digits and -"),
        ({"environment": {"AWS_REGION": SECRET}}, "environment.name = 'AWS_REGION': AWS_REGION is set by"),
        (
            {"environment": {"A B": SECRET}},
            "environment.name = 'A B': it is not a valid name of an environment variable",
        ),
        (OVERLAP, f"output = '{JOB['output']}': inputs.a and output overlap"),
        ({"checkpoints": JOB["output"]}, f"checkpoints = '{JOB['output']}': checkpoints and output overlap"),
    ],
)
def test_a_wrong_description_is_one_error(changes: dict[str, Any], said: str) -> None:
    described = {**JOB, "environment": {"PASSWORD": SECRET}, **changes}
    with pytest.raises(SettingsError) as refused:
        parse(TrainingJob, described, "job.yaml")
    [problem] = refused.value.problems
    assert said in problem
    assert SECRET not in problem


@pytest.mark.parametrize("schedule", ["0 0 29 2 *", "0 0 31 4,5 *"])
def test_a_schedule_that_runs_rarely_is_accepted(schedule: str) -> None:
    assert parse(TrainingJob, {**JOB, "schedule": schedule}, "job.yaml").schedule == schedule


def test_a_key_given_twice_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "job.yaml"
    file.write_text("name: a\nresources: {cpus: 1,\n  'cpus': 2}\n")
    with pytest.raises(SettingsError, match="key = 'cpus': it is given twice, in lines 2 and 3; keep one"):
        read(file)


def test_a_merged_key_may_be_given_again(tmp_path: Path) -> None:
    file = tmp_path / "job.yaml"
    file.write_text("base: &base {a: 1, b: 2}\nnext: &next {<<: *base, a: 3}\nlast: {<<: *next, a: 4}\n")
    assert read(file)["last"] == {"a": 4, "b": 2}


@pytest.mark.parametrize("action", ["render", "submit"])
@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"schedulerRoleArns": {"risk": ""}}, "schedulerRoleArns.risk = '': it is not a valid ARN; write the file by"),
        ({"schedulerRoleArns": {"risk": "arn"}}, "schedulerRoleArns.risk = 'arn': it is not a valid ARN"),
        ({"schedulerRoleArns": {"risk": "a:b:c"}}, "schedulerRoleArns.risk = 'a:b:c': it is not a valid ARN"),
        ({"schedulerRoleArns": {}}, "schedulerRoleArns is missing, which a schedule needs"),
        ({"region": ""}, "region = '': it is not a valid region, such as us-east-1; write the file by"),
        ({"region": "us east 1"}, "region = 'us east 1': it is not a valid region"),
    ],
)
def test_wrong_outputs_are_one_error(
    action: str, changes: dict[str, Any], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    job, platform = tmp_path / "job.yaml", tmp_path / "platform.json"
    job.write_text(yaml.safe_dump({**JOB, "schedule": "30 3 * * *"}))
    platform.write_text(json.dumps({**OUTPUTS, **changes}))
    assert main([action, "--on", "batch", "--job", str(job), "--platform", str(platform)]) == 2
    first, problem = capsys.readouterr().err.splitlines()
    assert first.endswith("1 problem")
    assert said in problem


def test_missing_outputs_say_how_to_write_them(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    job = tmp_path / "job.yaml"
    job.write_text(yaml.safe_dump(JOB))
    assert main(["render", "--on", "batch", "--job", str(job), "--platform", str(tmp_path / "none.json")]) == 2
    assert (
        "No such file or directory; write the file by `pulumi stack output --json --show-secrets`"
        in capsys.readouterr().err
    )
