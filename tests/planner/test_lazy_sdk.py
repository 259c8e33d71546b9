"""Importing the SDK file by file: it has every name that it has when imported whole, and runs few files."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]

SERVICES = ("ec2", "eks", "iam", "s3", "vpc")

NAMES = f"""
import importlib, json, sys
{{setup}}
names = {{names}}
found = {{{{}}}}
for service in {SERVICES}:
    module = importlib.import_module("pulumi_aws." + service)
    module.outputs  # the SDK itself loads a service when something of it is first used
    for name in names[service] if names else [each for each in dir(module) if not each.startswith("_")]:
        value = getattr(module, name)
        found[service + "." + name] = [getattr(value, "__module__", None), getattr(value, "__name__", None)]
print(json.dumps(found))
"""


def python(program: str) -> Any:
    ran = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    return json.loads(ran.stdout)


def lazily(program: str) -> Any:
    return python(f"from planner import lazy_sdk; lazy_sdk.install()\nimport json, sys\n{program}")


def test_every_name_is_what_it_is_when_the_package_is_imported_whole() -> None:
    whole = python(NAMES.format(setup="", names={}))
    assert len(whole) > 1000
    names = {
        service: [name.partition(".")[2] for name in whole if name.startswith(f"{service}.")] for service in SERVICES
    }
    assert python(NAMES.format(setup="from planner import lazy_sdk; lazy_sdk.install()", names=names)) == whole


def test_only_the_files_of_what_is_used_are_run() -> None:
    program = """
import pulumi_aws as aws
from pulumi_aws.ec2 import SubnetArgs
aws.ec2.Vpc, aws.ec2.LaunchTemplateBlockDeviceMappingArgs, aws.ec2.get_vpc
print(json.dumps([name for name in sys.modules if name.startswith("pulumi_aws.ec2.")]))
"""
    files = {name.rpartition(".")[2] for name in lazily(program)}
    assert {"vpc", "subnet", "get_vpc", "_inputs"} <= files
    assert not {"instance", "fleet", "security_group"} & files


def test_a_name_that_no_file_is_called_after_is_found_all_the_same() -> None:
    program = """
import pulumi_aws as aws
print(json.dumps(["pulumi_aws.ec2.instance" in sys.modules, aws.ec2.InstanceType.T3_MICRO]))
"""
    assert lazily(program) == [False, "t3.micro"]


def test_a_name_that_does_not_exist_is_refused_as_ever() -> None:
    program = """
import pulumi_aws as aws
print(json.dumps([hasattr(aws.ec2, "Vcp"), hasattr(aws.ec2, "Vpc")]))
"""
    assert lazily(program) == [False, True]
