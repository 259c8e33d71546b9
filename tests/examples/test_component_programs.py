"""The programs of another team in each language compile against the SDK of today's schema, and make the same."""

import re
import runpy
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pulumi
import pytest
import yaml
from hatchling.build import build_wheel

from tests.support.components import sdk
from tests.support.components.mocks import Recording, run
from tests.support.components.package_schema import Schema, current
from tests.support.components.yaml_program import faults
from tests.support.programs import ROOT, needs

pytestmark = pytest.mark.slow

EXAMPLES = ROOT / "examples" / "components"
MODULES = ROOT / ".venv" / "typescript" / "node_modules"
TOOLS: dict[str, str | list[str]] = {
    "argoCd": "argocd",
    "clientId": "1example23456789",
    "clientSecretName": "tools/kubeflow/sign-in",
    "clusterName": "tools",
    "databaseAddress": "metadata.example.internal",
    "issuer": "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_AbCdEfGhI",
    "kubeconfig": "{}",
    "nodeSecurityGroupId": "sg-tools",
    "pipelinesDatabaseAddress": "pipelines.example.internal",
    "publicSubnetIds": ["subnet-tools-a", "subnet-tools-b"],
    "secretPrefix": "tools",
    "secretStore": "aws-secrets",
    "signInUrl": "https://acme-ml.auth.us-east-1.amazoncognito.com",
    "vpcCidr": "10.61.0.0/16",
    "vpcId": "vpc-tools",
}
"""The outputs of the stack of the tools, which the programs read."""


def compiled(*command: str, folder: Path) -> str:
    """What a compiler prints; nothing if the program is right."""
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0 or done.stdout + done.stderr
    return "" if done.returncode == 0 else done.stdout + done.stderr


def misspell(file: Path, *names: str) -> None:
    """Leave out the last letter of each name where it occurs first."""
    text = file.read_text(encoding="utf-8")
    for name in names:
        assert name in text
        text = text.replace(name, name[:-1], 1)
    file.write_text(text, encoding="utf-8")


@pytest.fixture
def typescript(tmp_path: Path) -> Path:
    """The program in TypeScript, laid out as `pulumi package add` and `pulumi install` leave it."""
    if not MODULES.exists():
        pytest.skip(f"{MODULES.relative_to(ROOT)} is missing; `make services` makes it")
    folder = tmp_path / "typescript"
    shutil.copytree(EXAMPLES / "typescript", folder)
    shutil.copytree(sdk.KEPT / "nodejs", folder / "sdks" / "mlplatform")
    scope = folder / "node_modules" / "@pulumi"
    scope.mkdir(parents=True)
    for module in MODULES.iterdir():
        if module.name != "@pulumi":
            (scope.parent / module.name).symlink_to(module)
    (scope / "pulumi").symlink_to(MODULES / "@pulumi" / "pulumi")
    (scope / "mlplatform").symlink_to(folder / "sdks" / "mlplatform")
    return folder


@pytest.fixture
def go(tmp_path: Path) -> Path:
    """The program in Go, laid out as `pulumi package add` leaves it."""
    folder = tmp_path / "go"
    shutil.copytree(EXAMPLES / "go", folder)
    shutil.copytree(sdk.KEPT / "go", folder / "sdks" / "mlplatform")
    program = (folder / "go.mod").read_text(encoding="utf-8")
    [required] = re.findall(r"github.com/pulumi/pulumi/sdk/v3 v\S+", program)
    module = f"module example.com/pulumi-mlplatform/sdk/go\n\ngo 1.25\n\nrequire {required}\n"
    (folder / "sdks" / "mlplatform" / "go.mod").write_text(module, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def schema() -> Schema:
    return current()


def test_kept_sdks_are_those_of_todays_schema(schema: Schema) -> None:
    write = "write the SDKs, where pulumi is: python -m tests.support.components.sdk"
    assert sdk.kept_digest() == sdk.digest(schema), write


@needs("node")
def test_typescript_compiles_and_refuses_what_is_not_there(typescript: Path) -> None:
    command = ("node", str(MODULES / "typescript" / "bin" / "tsc"), "--noEmit")
    assert compiled(*command, folder=typescript) == ""
    misspell(typescript / "index.ts", "clusterNames", "cluster.ready", "Runtime.Triton")
    printed = compiled(*command, folder=typescript)
    assert "'clusterName' does not exist in type 'NetworkArgs'" in printed
    assert "Property 'read' does not exist on type 'GpuCluster'" in printed
    assert "Property 'Trito' does not exist on type" in printed


@needs("go", "pulumi")
def test_go_compiles_and_refuses_what_is_not_there(go: Path) -> None:
    """Pulumi's SDK takes three minutes of one core to compile, so this runs only where programs in Go can run too."""
    assert compiled("go", "vet", ".", folder=go) == ""
    misspell(go / "main.go", "ClusterNames", "cluster.Ready", "RuntimeTriton")
    printed = compiled("go", "vet", ".", folder=go)
    assert "unknown field ClusterName in struct literal" in printed
    assert "cluster.Read undefined" in printed
    assert "undefined: mlplatform.RuntimeTrito" in printed


@pytest.fixture
def wheel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The package as the wheel installs it."""
    monkeypatch.chdir(ROOT)
    built = tmp_path / build_wheel(str(tmp_path))
    with zipfile.ZipFile(built) as archive:
        archive.extractall(tmp_path / "site")
    monkeypatch.setattr(sys, "path", [str(tmp_path / "site"), *sys.path])
    yield
    for name in [name for name in sys.modules if name.partition(".")[0] == "mlplatform"]:
        del sys.modules[name]


@pytest.mark.usefixtures("wheel")
def test_python_runs_with_the_wheel() -> None:
    settings = {"mlplatform:zoneId": "Z0123456789ABCDEFGHIJ", "mlplatform:toolsStack": "organization/tools/prod"}

    def program() -> None:
        pulumi.runtime.set_all_config(settings)
        runpy.run_path(str(EXAMPLES / "python" / "__main__.py"))

    computed: dict[str, dict[str, Any]] = {"pulumi:pulumi:StackReference": {"outputs": TOOLS, "secretOutputNames": []}}
    recording = run(program, Recording(region="us-east-1", computed=computed))
    made = {each.type.rpartition(":")[2] for each in recording.resources if each.type.startswith("mlplatform:index:")}
    assert {*sdk.USED} <= made
    assert recording.outputs("serving")["url"] == "https://models.vision.example.com"


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
            "serving.clusterName: ${cluster.read} is no output of mlplatform:GpuCluster",
        ),
        ("${network.vpcId}", "${network.zones}", "cluster.vpcId: ${network.zones} is ('array', 'string'), not string"),
        ("mlplatform:Network", "mlplatform:Networks", "network: Networks is no component"),
    ],
)
def test_yaml_checker_refuses_what_is_not_there(schema: Schema, right: str, wrong: str, told: str) -> None:
    text = (EXAMPLES / "yaml" / "Pulumi.yaml").read_text(encoding="utf-8")
    assert right in text
    found = [*faults(yaml.safe_load(text.replace(right, wrong, 1)), schema)]
    assert [each for each in found if each.startswith(told)]
