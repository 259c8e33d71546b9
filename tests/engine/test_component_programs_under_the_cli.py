"""Another team's programs in each language under the real engine, with SDKs that it generates."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.components import example_programs, sdk
from tests.support.components.example_programs import EXAMPLES, MODULES, TOOLS, TOOLS_STACK, ZONE_ID
from tests.support.components.package_schema import current
from tests.support.engine.harness import Engine
from tests.support.programs import require

HOSTS = {
    "typescript": ("node", "pulumi-language-nodejs"),
    "go": ("go", "pulumi-language-go"),
    "java": ("mvn", "javac", "pulumi-language-java"),
    "yaml": ("pulumi-language-yaml",),
}
"""What runs a program, beside the engine."""

Resources = list[dict[str, Any]]


@pytest.fixture(scope="module")
def tools(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> None:
    """A stack whose outputs the programs read."""
    folder = tmp_path_factory.mktemp("tools")
    (folder / "Pulumi.yaml").write_text("{name: tools, runtime: yaml}", encoding="utf-8")
    kind = "pulumi:pulumi:Stack"
    stack = {"urn": f"urn:pulumi:prod::tools::{kind}::tools-prod", "type": kind, "custom": False, "outputs": TOOLS}
    state = folder / "state.json"
    state.write_text(json.dumps({"version": 3, "deployment": {"resources": [stack]}}), encoding="utf-8")
    for command in (("init", "prod"), ("import", "--stack", "prod", "--file", str(state))):
        done = engine.run("stack", *command, folder=folder)
        assert done.code == 0, done.printed


@pytest.fixture(scope="module")
def deployed(engine: Engine, tools: None, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Resources]:
    """The state that a program leaves, deployed once for each language."""
    known: dict[str, Resources] = {}

    def deploy(language: str) -> Resources:
        if language not in known:
            require(*HOSTS[language])
            folder = tmp_path_factory.mktemp(language) / "vision"
            lay_out(engine, language, folder)
            up = engine.run("up", "--yes", "--stack", language, folder=folder, **caches(language))
            assert up.code == 0, up.printed
            known[language] = engine.resources(language, folder=folder)
        return known[language]

    return deploy


def lay_out(engine: Engine, language: str, folder: Path) -> None:
    """The program's folder, as `pulumi package add` leaves it, with a stack of its name."""
    match language:
        case "typescript":
            generated = generate(engine, "nodejs", folder.parent)
            example_programs.typescript(folder, generated)
            # What npm does after it has installed the SDK.
            path = f"{MODULES / '.bin'}{os.pathsep}{os.environ['PATH']}"
            installed = ["node", "scripts/postinstall.js"]
            subprocess.run(installed, cwd=folder / "sdks" / "mlplatform", env={**os.environ, "PATH": path}, check=True)
        case "yaml":
            shutil.copytree(EXAMPLES / "yaml", folder)
        case "java":
            example_programs.java(folder, generate(engine, "java", folder.parent))
        case _:
            example_programs.go(folder, generate(engine, "go", folder.parent))
    project = yaml.safe_load((folder / "Pulumi.yaml").read_text(encoding="utf-8"))
    project["plugins"] = {"providers": [{"name": "mlplatform", "path": str(engine.project / "components")}]}
    (folder / "Pulumi.yaml").write_text(json.dumps(project), encoding="utf-8")
    config = {
        "aws:region": "us-east-1",
        "aws:allowedAccountIds": ["111122223333"],
        "vision:zoneId": ZONE_ID,
        "vision:toolsStack": TOOLS_STACK,
    }
    (folder / f"Pulumi.{language}.yaml").write_text(json.dumps({"config": config}), encoding="utf-8")
    made = engine.run("stack", "init", language, folder=folder)
    assert made.code == 0, made.printed


def generate(engine: Engine, language: str, out: Path) -> Path:
    """The folder of the SDK of all components."""
    command = ("gen-sdk", str(engine.plugin()), "--local", "--language", language, "--out", str(out / "sdk"))
    done = engine.run("package", *command)
    assert done.code == 0, done.printed
    return out / "sdk" / language


def caches(language: str) -> dict[str, str]:
    """The caches of Go and Maven outside of the engine's home, which has no network."""
    match language:
        case "go":
            names = ("GOCACHE", "GOMODCACHE")
            printed = subprocess.run(["go", "env", *names], capture_output=True, text=True, check=True).stdout
            return {**dict(zip(names, printed.splitlines(), strict=True)), "GOPROXY": "off"}
        case "java":
            return {"MAVEN_OPTS": f"-Dmaven.repo.local={Path.home() / '.m2' / 'repository'}"}
        case _:
            return {}


@pytest.mark.parametrize("language", HOSTS)
def test_program_of_each_language_deploys_the_components(deployed: Callable[[str], Resources], language: str) -> None:
    resources = deployed(language)
    made = {each["type"].removeprefix("mlplatform:index:") for each in resources}
    assert {*sdk.USED} <= made
    [stack] = [each for each in resources if each["type"] == "pulumi:pulumi:Stack"]
    outputs: Mapping[str, Any] = stack["outputs"]
    assert outputs["modelsUrl"] == "https://models.vision.example.com"
    assert outputs["kubeflowUrl"] == "https://kubeflow.vision.example.com"
    assert outputs["onlineEndpoint"]


@pytest.mark.parametrize("language", [each for each in HOSTS if each != "typescript"])
def test_programs_of_all_languages_make_the_same(deployed: Callable[[str], Resources], language: str) -> None:
    assert content(deployed(language), language) == content(deployed("typescript"), "typescript")


def content(resources: Resources, stack: str) -> dict[tuple[str, str], str]:
    """The inputs of all resources that components make, by type and name, without the name of the stack."""
    return {
        (each["type"], each["urn"].rpartition("::")[2]): re.sub(
            rf"vision([-/]){stack}\b",
            r"vision\1stack",
            json.dumps(
                {key: value for key, value in each.get("inputs", {}).items() if not key.startswith("__")},
                sort_keys=True,
            ),
        )
        for each in resources
        if each["type"].startswith(("aws:", "eks:", "kubernetes:", "mlplatform:"))
    }


def test_imports_do_not_depend_on_the_owner_of_the_repository(engine: Engine, tmp_path: Path) -> None:
    """The CLI gives a package that is added from a repository the namespace of the owner."""
    source = tmp_path / "schema.json"
    source.write_text(json.dumps({**sdk.part(current()), "namespace": "acme"}), encoding="utf-8")
    for language in ("nodejs", "go", "java", "python"):
        command = ("gen-sdk", str(source), "--language", language, "--out", str(tmp_path))
        done = engine.run("package", *command)
        assert done.code == 0, done.printed
    for language in sdk.LANGUAGES:
        assert sdk.sources(tmp_path / language, language).keys() == sdk.sources(sdk.KEPT / language, language).keys()
    assert (
        json.loads((tmp_path / "nodejs" / "package.json").read_text(encoding="utf-8"))["name"] == "@pulumi/mlplatform"
    )
    imported = '"example.com/pulumi-mlplatform/sdk/go/mlplatform/internal"'
    assert imported in (tmp_path / "go" / "mlplatform" / "network.go").read_text(encoding="utf-8")
    assert (tmp_path / "python" / "pulumi_mlplatform").is_dir()
