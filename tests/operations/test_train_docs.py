"""The page about training jobs has every field, option and variable, and its examples are valid."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from pydantic import BaseModel
from pydantic.alias_generators import to_camel

from operations.settings import Settings, parse, read
from operations.train.engines import requests
from operations.train.job import TrainingJob, variables
from operations.train.platform import Platform
from operations.train.registry import Version, service_values
from operations.train.request import Engine
from tests.support.operations.training import JOB, OUTPUTS
from tests.support.programs import ROOT

PAGE = (ROOT / "docs" / "train.md").read_text(encoding="utf-8")
EXAMPLE = ROOT / "examples" / "training"


def rows(heading: str) -> dict[str, str]:
    """The first two columns of the table that `heading` begins."""
    table = PAGE.split(f"| {heading} |", maxsplit=1)[1].split("\n\n")[0]
    cells = [line.split(" | ") for line in table.splitlines()[2:]]
    return {name.strip("| "): meaning.strip("| ") for name, meaning, *_ in cells}


def fields(model: type[BaseModel], before: str = "") -> Iterator[tuple[str, str]]:
    for name, field in model.model_fields.items():
        yield f"`{before}{to_camel(name)}`", field.description or ""
        for inner in re.findall(r"\b(InputData|Resources|RegisteredModel)\b", str(field.annotation)):
            found: Any = getattr(__import__("operations.train.job", fromlist=[inner]), inner)
            assert issubclass(found, Settings)
            yield from fields(found, f"{before}{to_camel(name)}.")


def test_table_has_every_field_of_a_job() -> None:
    assert list(rows("field | meaning")) == [name for name, _ in fields(TrainingJob)]


def test_table_has_every_variable_of_a_program() -> None:
    listed = {name for cell in rows("variable | value") for name in re.findall(r"`(\w+)(?:<NAME>)?`", cell)}
    known = {re.sub(r"(?<=_INPUT_).*", "", name) for name in variables(parse(TrainingJob, JOB, "job"), "run")}
    assert listed == {*known - set(JOB["environment"]), "HOME", "TMPDIR"}


def test_table_has_every_option(capsys: pytest.CaptureFixture[str]) -> None:
    from operations.train.__main__ import main

    with pytest.raises(SystemExit):
        main(["--help"])
    options = set(re.findall(r"^  (--[a-z-]+)", capsys.readouterr().out, re.MULTILINE))
    assert {name.strip("`") for name in rows("option | meaning")} == options


@pytest.mark.parametrize(
    ("name", "engines"),
    [("features", [Engine.EMR]), ("train", [Engine.SAGEMAKER, Engine.KUBERNETES])],
)
def test_example_jobs_are_valid(name: str, engines: list[Engine]) -> None:
    job = parse(TrainingJob, read(EXAMPLE / f"{name}.yaml"), name)
    for engine in engines:
        assert requests(engine, job, Platform.model_validate(OUTPUTS))


def test_example_reads_and_writes_what_its_team_may_in_prod() -> None:
    stack = yaml.safe_load((ROOT / "Pulumi.prod.yaml").read_text(encoding="utf-8"))["config"]
    platform, buckets = stack["mlplatform:trainingPlatform"], stack["mlplatform:featureStore"]["data"]["prefix"]
    job = parse(TrainingJob, read(EXAMPLE / "train.yaml"), "train")
    [team] = [each for each in platform["teams"] if each["name"] == job.team]
    account = stack["mlplatform:environment"]["account"]
    readable = [f"s3://{buckets}-offline-{account}/{folder}" for folder in team["offline"]]
    written = [f"s3://{buckets}-models-{account}/{folder}" for folder in team["models"]]
    assert all(any(each.folder.startswith(folder) for folder in readable) for each in job.inputs)
    assert any(job.output.startswith(folder) for folder in written)


def test_printed_values_are_those_of_the_example() -> None:
    job = parse(TrainingJob, read(EXAMPLE / "train.yaml"), "train")
    assert job.model
    [block] = re.findall(r"```yaml\n(# fraud.*?)```", PAGE, re.DOTALL)
    shown = yaml.safe_load(block)
    assert shown == service_values(job, job.model, Version("fraud", "1", shown["modelUri"]))
    assert shown["modelUri"].startswith(job.output)
