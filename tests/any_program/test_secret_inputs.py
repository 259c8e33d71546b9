"""The inputs that count as secrets are those that the SDKs of AWS and Kubernetes make secret."""

import re
from pathlib import Path

import pulumi_aws
import pulumi_kubernetes.core.v1

from planner.any_program.masked import SECRET_INPUTS

_TYPE = re.compile(r'@pulumi\.type_token\("([^"]+)"\)')
_SECRET = re.compile(r'__props__\.__dict__\["(\w+)"\] = None if \w+ is None else pulumi\.Output\.secret')


def secrets_of(folder: Path) -> dict[str, list[str]]:
    """The secret inputs of each resource whose class is in `folder`."""
    found: dict[str, list[str]] = {}
    for path in folder.glob("*.py"):
        source = path.read_text(encoding="utf-8")
        fields = _SECRET.findall(source) if "Output.secret" in source else []
        if fields and (token := _TYPE.search(source)):
            found[token[1]] = sorted(re.sub(r"_(\w)", lambda part: part[1].upper(), each) for each in fields)
    return found


def test_secret_inputs_are_those_of_the_sdks() -> None:
    modules = [each for each in Path(pulumi_aws.__file__).parent.iterdir() if each.is_dir()]
    found = {type_: inputs for each in modules for type_, inputs in secrets_of(each).items()}
    assert len(found) > 50
    found |= secrets_of(Path(pulumi_kubernetes.core.v1.__file__).parent)
    assert {type_: sorted(inputs) for type_, inputs in SECRET_INPUTS.items()} == found
