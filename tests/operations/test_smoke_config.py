"""Files and arguments that are refused before any call, with field, value and remedy."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from operations.settings import SettingsError, parse
from operations.smoke.__main__ import main
from operations.smoke.config import SmokeConfig
from operations.smoke.release import release_of
from tests.support.operations.smoke_runs import RELEASE, config

INPUT = {"name": "features", "datatype": "FP32", "shape": [1, 4], "data": [0.5, -1, 2.25, 8]}
OUTPUT = {"name": "score", "datatype": "FP32", "shape": [1, -1]}
LATENCY = {"requests": 20, "percentile": 90, "maximumMilliseconds": 200}

WRONG: list[tuple[dict[str, Any], str]] = [
    ({"url": "http://localhost"}, "url = 'http://localhost': it must be https with a name"),
    ({"url": "https://localhost/v2"}, "url = 'https://localhost/v2': it must be https with a name"),
    ({"url": "https://me:pass@localhost"}, "it must be https with a name"),
    ({"url": "https://localhost:port"}, "url = 'https://localhost:port': it is not a URL; write https://<name>"),
    ({"url": "https://"}, "it must be https with a name"),
    ({"model": None}, "model: it is missing; add it"),
    ({"modle": "fraud"}, "modle = 'fraud': this field does not exist; remove it or correct its name"),
    ({"servedVersion": 7}, "servedVersion = 7: it must be text; write it in quotes"),
    ({"protocols": ["rest", "rest"]}, "a protocol is listed twice"),
    ({"protocols": ["http"]}, "protocols.0 = 'http': it must be 'rest' or 'grpc'"),
    ({"inputs": [{**INPUT, "data": [1]}]}, "data has 1 values, but a shape of [1, 4] needs 4; correct one"),
    (
        {"inputs": [{**INPUT, "shape": [-1, 4]}]},
        "inputs.0.shape = [-1, 4]: each dimension of an input must be 1",
    ),
    ({"inputs": [{**INPUT, "datatype": "UINT8"}]}, "data[0] = 0.5: it must be an integer"),
    ({"inputs": [{**INPUT, "data": [1, 2, 3, float("inf")]}]}, "data[3] = inf: it must be a finite number"),
    ({"inputs": [INPUT, INPUT]}, "a name is used twice"),
    ({"outputs": [{**OUTPUT, "shape": [0]}]}, "outputs.0.shape = [0]: each dimension must be 1 or more, or -1"),
    ({"outputs": [{**OUTPUT, "minimum": 2, "maximum": 1}]}, "minimum = 2 is above maximum = 1; swap them"),
    (
        {"outputs": [{**OUTPUT, "datatype": "BYTES", "minimum": 2}]},
        "minimum and maximum do not apply to BYTES",
    ),
    (
        {"latency": {**LATENCY, "percentile": 99}},
        "percentile = 99 of requests = 20 is only the slowest request",
    ),
    ({"latency": {**LATENCY, "percentile": 99.9}}, "use 1000 requests or more"),
    ({"latency": {**LATENCY, "requests": 500}}, "latency.requests = 500 for 2 protocols can exceed"),
    ({"errorBudgetPercent": 100}, "errorBudgetPercent = 100: it must be less than 100"),
    ({"headersFromEnvironment": {"X Key": "KEY"}}, "X Key is not a header name"),
    (
        {"headersFromEnvironment": {"X-Key": "s3cret!"}},
        "s3cret! is not the name of an environment variable",
    ),
]


@pytest.mark.parametrize(("change", "told"), WRONG, ids=[each[1][:40] for each in WRONG])
def test_invalid_config_is_refused(change: dict[str, Any], told: str) -> None:
    with pytest.raises(SettingsError) as refused:
        parse(SmokeConfig, config(443, **change), "smoke.yaml")
    assert told in str(refused.value)
    assert len(refused.value.problems) == 1


def test_config_takes_many_requests_without_a_firewall() -> None:
    many = {"latency": {**LATENCY, "requests": 500}}
    assert parse(SmokeConfig, config(443, **many, firewall={"enforced": False}), "smoke.yaml").latency.requests == 500
    assert parse(SmokeConfig, config(443, **many, firewall={"requestsPerWindow": 5000}), "smoke.yaml")


def test_url_without_port_means_443() -> None:
    read = parse(SmokeConfig, config(443, url="https://fraud.models.example.com/", model="a/b c"), "smoke.yaml")
    assert (read.url, read.host, read.port) == ("https://fraud.models.example.com", "fraud.models.example.com", 443)
    assert read.model_path == "/v2/models/a%2Fb%20c"


WRONG_RELEASES: list[tuple[dict[str, Any], str]] = [
    (
        {"image": "example.com/fraud:7"},
        "image = 'example.com/fraud:7': it has no digest, and a tag can move",
    ),
    ({"image": "example.com/fraud@sha256:abc"}, "image = 'example.com/fraud@sha256:abc'"),
    ({"modelVersion": 7}, "modelVersion = 7: it must be text; write it in quotes"),
    ({"commit": "0123456"}, "commit = '0123456'"),
    ({"chartVersion": "latest"}, "chartVersion = 'latest'"),
    ({"modelUri": "https://example.com/fraud"}, "modelUri = 'https://example.com/fraud'"),
    ({"imgae": "x"}, "imgae = 'x': this field does not exist"),
]


@pytest.mark.parametrize(("change", "told"), WRONG_RELEASES, ids=[each[1][:30] for each in WRONG_RELEASES])
def test_invalid_release_is_refused(change: dict[str, Any], told: str) -> None:
    with pytest.raises(SettingsError) as refused:
        release_of({**RELEASE, **change}, "release.yaml")
    assert told in str(refused.value)


def test_release_leaves_out_its_smoke_test() -> None:
    assert release_of({**RELEASE, "smoke": {"result": "passed"}}, "release.yaml") == release_of(RELEASE, "release.yaml")


def test_release_may_lack_an_image() -> None:
    release = release_of({key: value for key, value in RELEASE.items() if key != "image"}, "release.yaml")
    assert release.image_digest is None


@pytest.fixture
def files(tmp_path: Path) -> Path:
    (tmp_path / "smoke.yaml").write_text(json.dumps(config(443, url="https://localhost:1")))
    (tmp_path / "release.yaml").write_text(yaml.safe_dump(RELEASE))
    return tmp_path


def start(folder: Path, *arguments: str) -> int:
    files = {"config": "smoke.yaml", "release": "release.yaml", "json": "report.json"}
    given = [word for name, file in files.items() for word in (f"--{name}", str(folder / file))]
    return main([*given, *arguments], environment={})


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("- a list\n", "it must be a mapping of fields to values"),
        ("url: [\n", "not YAML"),
        ("\x00", "not YAML"),
        ("url: !!int x\n", "not YAML"),
        ("[" * 2_000, "not YAML"),
        ("", "document = null"),
    ],
)
def test_file_that_is_no_config_is_refused(
    files: Path, capsys: pytest.CaptureFixture[str], text: str, told: str
) -> None:
    (files / "smoke.yaml").write_text(text)
    assert start(files) == 2
    assert told in capsys.readouterr().err


def test_missing_files_are_refused(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for option in ("--config", "--release"):
        assert start(files, option, str(files / "absent.yaml")) == 2
        assert "No such file or directory; give a readable file" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--ca", "absent.pem"], "give a file of PEM certificates"),
        (["--ca", "smoke.yaml"], "give a file of PEM certificates"),
        (["--junit", "absent/report.xml"], "does not exist; create it"),
    ],
)
def test_unusable_arguments_are_refused(
    files: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    told: str,
) -> None:
    monkeypatch.chdir(files)
    assert start(files, *arguments) == 2
    assert told in capsys.readouterr().err
    assert not (files / "report.json").exists()


def test_header_without_a_value_is_refused(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    changed = config(443, headersFromEnvironment={"X-Api-Key": "SMOKE_KEY"})
    (files / "smoke.yaml").write_text(json.dumps(changed))
    assert start(files) == 2
    assert "SMOKE_KEY is not set; set it in the environment" in capsys.readouterr().err
