"""Importing the SDK class by class: all is as when it is imported whole, and few files and classes are made."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]

SERVICES = ("ec2", "eks", "iam", "s3", "vpc")
LAZY = "from planner import lazy_sdk; lazy_sdk.install()"

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

# What the SDK reads of its classes: the last two are how it translates what a program gives and gets.
TYPES = f"""
import ast, importlib, inspect, json
from enum import Enum
from pathlib import Path
import pulumi_aws
from pulumi import _types
{{setup}}
found = {{{{}}}}
for service in {SERVICES}:
    for path in sorted(Path(pulumi_aws.__file__).with_name(service).glob("*.py")):
        module = importlib.import_module(f"pulumi_aws.{{{{service}}}}.{{{{path.stem}}}}")
        for made in ast.parse(path.read_text()).body if path.stem != "__init__" else ():
            # A resource's state has no properties here: only `.get()` makes one, and a plan refuses that.
            if isinstance(made, ast.ClassDef) and not (made.name[0] == "_" and made.name.endswith("State")):
                one = getattr(module, made.name)
                what = [repr(one.__mro__), sorted(vars(one)), one.__doc__]
                what += [repr(inspect.signature(one.__init__))] if "__init__" in vars(one) else []
                if _types.is_input_type(one):
                    what += [repr(_types.input_type_types(one)), repr(_types.input_type_py_to_pulumi_names(one))]
                elif _types.is_output_type(one):
                    what += [repr(_types.output_type_types(one))]
                elif made.name.endswith("ArgsDict"):
                    what += [repr(one.__annotations__), sorted(one.__required_keys__)]
                elif issubclass(one, Enum):
                    what += [one.pulumi_type, {{{{member.name: member.value for member in one}}}}]
                found[f"{{{{module.__name__}}}}.{{{{made.name}}}}"] = what
print(json.dumps(found))
"""


def python(program: str, **settings: str) -> Any:
    command = [sys.executable, "-c", program]
    environment = {**os.environ, **settings}
    ran = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    return json.loads(ran.stdout)


def lazily(program: str) -> Any:
    return python(f"{LAZY}\nimport json, sys\n{program}")


def test_lazy_names_equal_those_of_a_full_import() -> None:
    whole = python(NAMES.format(setup="", names={}))
    assert len(whole) > 1000
    names = {
        service: [name.partition(".")[2] for name in whole if name.startswith(f"{service}.")] for service in SERVICES
    }
    assert python(NAMES.format(setup=LAZY, names=names)) == whole


def test_lazy_classes_equal_those_of_a_full_import() -> None:
    whole = python(TYPES.format(setup=""))
    assert len(whole) > 2000
    made = python(TYPES.format(setup=LAZY))
    assert made.keys() == whole.keys()
    assert [name for name in whole if made[name] != whole[name]] == []


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


def test_packages_of_whole_sdks_start_empty_and_know_their_resources() -> None:
    program = """
import pulumi_aws, pulumi_eks
from pulumi.runtime import rpc
pulumi_aws.s3.Bucket, pulumi_eks.Cluster
classes = [rpc.get_resource_module(*each, "") is not None for each in (("aws", "s3/bucket"), ("eks", "index"))]
print(json.dumps([classes, [name for name in sys.modules if name.startswith(("pulumi_aws.get_", "pulumi_eks."))]]))
"""
    classes, modules = lazily(program)
    assert classes == [True, True]
    assert "pulumi_eks.cluster" in modules
    assert not {"pulumi_aws.get_arn", "pulumi_aws.get_billing_service_account", "pulumi_eks.node_group_v2"} & {*modules}


def test_only_the_nested_types_that_a_resource_has_are_made() -> None:
    program = """
import pulumi_aws as aws
aws.ec2.LaunchTemplate
inputs, outputs, enums = (sys.modules["pulumi_aws.ec2." + file] for file in ("_inputs", "outputs", "_enums"))
print(json.dumps([name for each in (inputs, outputs, enums) for name in vars(each) if name[0].isupper()]))
"""
    made = set(lazily(program)) - {"Any", "Enum", "Mapping", "NotRequired", "Optional", "Sequence", "TypeAlias"}
    made -= {"TypedDict", "Union"}
    assert {"LaunchTemplateBlockDeviceMappingArgs", "LaunchTemplateBlockDeviceMappingEbsArgs"} <= made
    assert {name for name in made if not name.startswith("LaunchTemplate") or name.endswith("Dict")} == set()


def test_name_without_a_file_of_its_own_is_found() -> None:
    program = """
import pulumi_aws as aws
found = [aws.ec2.InstanceType.T3_MICRO, aws.ec2.GetVpcResult.__name__, aws.ec2.SecurityGroupIngressArgsDict.__name__]
print(json.dumps(["pulumi_aws.ec2.instance" in sys.modules, *found]))
"""
    assert lazily(program) == [True, "t3.micro", "GetVpcResult", "SecurityGroupIngressArgsDict"]


def test_a_name_that_does_not_exist_is_refused_as_ever() -> None:
    program = """
import pulumi_aws as aws
print(json.dumps([hasattr(aws.ec2, "Vcp"), hasattr(aws.ec2, "Vpc")]))
"""
    assert lazily(program) == [False, True]


def test_plan_is_the_same_with_sdk_imported_whole(tmp_path: Path) -> None:
    plans: list[bytes] = []
    for switch in ("1", "0"):
        out = tmp_path / f"{switch}.json"
        command = [sys.executable, "-m", "planner", "prod", "--quiet", "--today", "2026-11-21", "--out", str(out)]
        settings = {**os.environ, "MLPLATFORM_LAZY_SDK": switch}
        ran = subprocess.run(command, cwd=ROOT, env=settings, capture_output=True, text=True, check=False)
        assert ran.returncode == 0, ran.stderr
        plans.append(out.read_bytes())
    assert plans[0] == plans[1]


def test_switch_turns_class_by_class_imports_off() -> None:
    program = """
import json, sys
import planner.__main__
import pulumi_aws as aws
aws.ec2.Vpc
print(json.dumps("pulumi_aws.ec2.instance" in sys.modules))
"""
    found = {switch: python(program, MLPLATFORM_LAZY_SDK=switch) for switch in ("0", "1")}
    assert found == {"0": True, "1": False}
