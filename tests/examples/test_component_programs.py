"""The programs of another team in each language compile against the SDK of today's schema, and make the same."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.support.components import example_programs, sdk
from tests.support.components.example_programs import COMPILER, EXAMPLES
from tests.support.components.package_schema import Schema, current
from tests.support.components.released import Upgrade
from tests.support.components.yaml_program import faults
from tests.support.programs import ROOT, needs

pytestmark = pytest.mark.slow

TYPECHECK = str(ROOT / "tests" / "support" / "components" / "typecheck.go")


def compiled(*command: str, folder: Path, **environment: str) -> str:
    """What a compiler prints; nothing if the program is right."""
    env = {**os.environ, **environment}
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0 or done.stdout + done.stderr
    return "" if done.returncode == 0 else done.stdout + done.stderr


def misspell(file: Path, *names: str) -> None:
    """Leave out the last letter of each name where it occurs first."""
    text = file.read_text(encoding="utf-8")
    for name in names:
        assert name in text
        text = text.replace(name, name[:-1], 1)
    file.write_text(text, encoding="utf-8")


@pytest.fixture(scope="module")
def schema() -> Schema:
    return current()


def test_kept_sdks_are_those_of_todays_schema(schema: Schema) -> None:
    write = "write the SDKs, where pulumi is: python -m tests.support.components.sdk"
    assert sdk.kept_digest() == sdk.digest(schema), write


@needs("node")
def test_typescript_compiles_and_refuses_what_is_not_there(tmp_path: Path) -> None:
    typescript = tmp_path / "typescript"
    example_programs.typescript(typescript, sdk.KEPT / "nodejs")
    command = ("node", COMPILER, "--noEmit")
    assert compiled(*command, folder=typescript) == ""
    misspell(typescript / "index.ts", "clusterNames", "cluster.ready", "Runtime.Triton")
    printed = compiled(*command, folder=typescript)
    assert "'clusterName' does not exist in type 'NetworkArgs'" in printed
    assert "Property 'read' does not exist on type 'GpuCluster'" in printed
    assert "Property 'Trito' does not exist on type" in printed


@needs("go")
def test_go_has_the_types_of_the_sdk_and_refuses_what_is_not_there(tmp_path: Path) -> None:
    """Only types are checked: to compile Pulumi's SDK takes three minutes of one core."""
    go = tmp_path / "go"
    example_programs.go(go, sdk.KEPT / "go")
    wrong = go / "wrong" / "main.go"
    wrong.parent.mkdir()
    shutil.copy(go / "main.go", wrong)
    misspell(wrong, "ClusterNames", "cluster.Ready", "RuntimeTriton")
    printed = compiled("go", "run", TYPECHECK, ".", "./wrong", folder=go, GOPROXY="off")
    assert [line for line in printed.splitlines() if not line.startswith(f"{wrong}:")] == ["exit status 1"]
    assert "unknown field ClusterName in struct literal" in printed
    assert "cluster.Read undefined" in printed
    assert "undefined: mlplatform.RuntimeTrito" in printed


@needs("mvn", "javac")
def test_java_compiles_and_refuses_what_is_not_there(tmp_path: Path) -> None:
    java = tmp_path / "java"
    example_programs.java(java, sdk.KEPT / "java")
    wrong = java / "src" / "main" / "java" / "wrong"
    shutil.copytree(wrong.parent / "vision", wrong)
    for path in wrong.iterdir():
        path.write_text(path.read_text(encoding="utf-8").replace("package vision;", "package wrong;"), encoding="utf-8")
    misspell(wrong / "App.java", "clusterNames", "cluster.ready", "Runtime.Triton")
    printed = compiled("mvn", "-B", "-q", "-o", "compile", folder=java, MAVEN_OPTS="-XX:TieredStopAtLevel=1")
    assert {*re.findall(r"\S+(?=:\[\d+,\d+\])", printed)} == {str(wrong / "App.java")}
    assert re.search(r"symbol: +method clusterName\(java.lang.String\)", printed)
    assert re.search(r"symbol: +method read\(\)", printed)
    assert re.search(r"symbol: +variable Trito\b", printed)


def test_python_runs_with_the_wheel(example: Upgrade) -> None:
    made = {each.type.rpartition(":")[2] for each in example.resources if each.type.startswith("mlplatform:index:")}
    assert {*sdk.USED} <= made
    assert example.outputs("serving")["url"] == "https://models.vision.example.com"


def test_yaml_is_valid_by_the_schema(schema: Schema) -> None:
    program = yaml.safe_load((EXAMPLES / "yaml" / "Pulumi.yaml").read_text(encoding="utf-8"))
    assert [*faults(program, schema)] == []
    used = {made["type"].removeprefix("mlplatform:") for made in program["resources"].values()}
    assert {*sdk.USED} <= used


@pytest.mark.parametrize(
    ("right", "wrong", "told"),
    [
        (
            "clusterNames",
            "clusterName",
            "network.: Additional properties are not allowed ('clusterName' was unexpected)",
        ),
        ("vpcCidr: 10.60.0.0/16", "zones: []", "network.: 'vpcCidr' is a required property"),
        ("minimum: 2", "minimum: two", "cluster.nodePools.0.minimum: 'two' is not of type 'integer'"),
        ("access: write", "access: all", "store.online.users.0.access: 'all' is not one of"),
        (
            "${cluster.ready}",
            "${cluster.read}",
            "serving.clusterName: ${cluster.read} is not an output of mlplatform:GpuCluster",
        ),
        ("${network.vpcId}", "${network.zones}", "cluster.vpcId: ${network.zones} is ('array', 'string'), not string"),
        ("mlplatform:Network", "mlplatform:Networks", "network: Networks is not a component"),
    ],
)
def test_yaml_checker_refuses_what_is_not_there(schema: Schema, right: str, wrong: str, told: str) -> None:
    text = (EXAMPLES / "yaml" / "Pulumi.yaml").read_text(encoding="utf-8")
    assert right in text
    found = [*faults(yaml.safe_load(text.replace(right, wrong, 1)), schema)]
    assert [each for each in found if each.startswith(told)]
