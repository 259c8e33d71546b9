"""The programs of `examples/components`, laid out as the commands of Pulumi leave them, without a network."""

import re
import shutil
from pathlib import Path

import pytest

from tests.support.programs import ROOT

EXAMPLES = ROOT / "examples" / "components"
MODULES = ROOT / ".venv" / "typescript" / "node_modules"
COMPILER = str(MODULES / "typescript" / "bin" / "tsc")
FETCHED = {language: ROOT / ".venv" / f".{language}" for language in ("go", "java")}
"""What `make services` leaves when the cache of Go or Maven has what the program imports."""
ZONE_ID = "Z0123456789ABCDEFGHIJ"
TOOLS_STACK = "organization/tools/prod"
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


def typescript(folder: Path, sdk: Path) -> None:
    """The program in TypeScript with its SDK and modules. Skips the test where `make services` did not install them."""
    if not MODULES.exists():
        pytest.skip(f"{MODULES.relative_to(ROOT)} is missing; `make services` makes it")
    shutil.copytree(EXAMPLES / "typescript", folder)
    shutil.copytree(sdk, folder / "sdks" / "mlplatform")
    scope = folder / "node_modules" / "@pulumi"
    scope.mkdir(parents=True)
    for module in MODULES.iterdir():
        if module.name != "@pulumi":
            (scope.parent / module.name).symlink_to(module)
    (scope / "pulumi").symlink_to(MODULES / "@pulumi" / "pulumi")
    (scope / "mlplatform").symlink_to(folder / "sdks" / "mlplatform")


def java(folder: Path, sdk: Path) -> None:
    """The program in Java with the classes of its SDK. Skips the test where `make services` did not fetch the rest."""
    _skip_unless_fetched("java")
    shutil.copytree(EXAMPLES / "java", folder)
    shutil.copytree(sdk / "src", folder / "src", dirs_exist_ok=True)


def go(folder: Path, sdk: Path) -> None:
    """The program in Go with its SDK. Skips the test where `make services` did not fetch the rest."""
    _skip_unless_fetched("go")
    shutil.copytree(EXAMPLES / "go", folder)
    shutil.copytree(sdk, folder / "sdks" / "mlplatform")
    [required] = re.findall(r"github.com/pulumi/pulumi/sdk/v3 v\S+", (folder / "go.mod").read_text(encoding="utf-8"))
    module = f"module example.com/pulumi-mlplatform/sdk/go\n\ngo 1.25\n\nrequire {required}\n"
    (folder / "sdks" / "mlplatform" / "go.mod").write_text(module, encoding="utf-8")


def _skip_unless_fetched(language: str) -> None:
    if not FETCHED[language].exists():
        pytest.skip(f"{FETCHED[language].relative_to(ROOT)} is missing; `make services` makes it")
