"""The components as programs in other languages get them. Skipped where there is no Pulumi CLI on PATH."""

import importlib
import inspect
import json
import pkgutil
import sys
from collections.abc import Mapping
from enum import Enum
from pathlib import Path
from typing import Any, TypeVar

import pulumi
import pytest
from pulumi.provider.experimental.util import camel_case

import components
from tests.engine.harness import Engine

Kind = TypeVar("Kind")

PROGRAM = """
import sys

sys.path.insert(0, "python")

import pulumi
import pulumi_aws as aws
import pulumi_mlplatform as mlplatform

provider = aws.Provider("aws", region="eu-west-1", allowed_account_ids=["111122223333"])
options = pulumi.ResourceOptions(providers=[provider])
per_zone = mlplatform.NatMode.PER_ZONE
network = mlplatform.Network("theirs", vpc_cidr="10.60.0.0/16", nat=per_zone, zone_count=2, opts=options)
pool = mlplatform.NodePool(
    "pool",
    name="workers",
    cluster_name="theirs",
    instance_types=["g4dn.xlarge"],
    minimum=0,
    maximum=2,
    purchase=mlplatform.Purchase.SPOT,
    taints=[mlplatform.TaintConfigArgs(key="team", value="a", effect=mlplatform.TaintEffect.NO_EXECUTE)],
    subnet_ids=network.private_subnet_ids,
    security_group_ids=[network.endpoint_security_group_id],
    node_role_arn="arn:aws:iam::111122223333:role/nodes",
    volume_key_arn="arn:aws:kms:eu-west-1:111122223333:key/1",
    opts=options,
)
pulumi.export("group", pool.scaling_group_name)
"""


def declared(kind: type[Kind]) -> dict[str, type[Kind]]:
    """Every class of a kind that the package declares, by name."""
    modules = [
        importlib.import_module(found.name)
        for found in pkgutil.walk_packages(components.__path__, "components.")
        if not found.name.endswith("__main__")
    ]
    classes = [each for module in modules for each in vars(module).values() if inspect.isclass(each)]
    ours = [each for each in classes if issubclass(each, kind) and each.__module__.startswith("components.")]
    return {each.__name__: each for each in ours}


def served() -> dict[str, type[pulumi.ComponentResource]]:
    """Every component of the package, by name."""
    return declared(pulumi.ComponentResource)


@pytest.fixture(scope="module")
def schema(engine: Engine) -> Mapping[str, Any]:
    printed = engine.run("package", "get-schema", str(engine.plugin()))
    assert printed.code == 0, printed.printed
    return json.loads(printed.printed)


def test_the_schema_has_every_component(schema: Mapping[str, Any]) -> None:
    names = {token.rpartition(":")[2] for token in schema["resources"]}
    assert names == set(served()), "components/__main__.py lists what is served"


def test_inputs_are_required_as_the_arguments_say(schema: Mapping[str, Any]) -> None:
    for name, component in served().items():
        args: Any = inspect.get_annotations(component.__init__)["args"]
        resource = schema["resources"][f"mlplatform:index:{name}"]
        assert set(resource["inputProperties"]) == {camel_case(key) for key in args.__annotations__}, name
        assert set(resource.get("requiredInputs", ())) == {camel_case(key) for key in args.__required_keys__}, name


def test_outputs_are_what_the_component_declares(schema: Mapping[str, Any]) -> None:
    for name, component in served().items():
        declared = {camel_case(key) for key in component.__annotations__ if not key.startswith("_")}
        assert set(schema["resources"][f"mlplatform:index:{name}"]["properties"]) == declared, name


def test_every_input_and_output_is_described_inherited_ones_too(schema: Mapping[str, Any]) -> None:
    silent = [
        f"{token} {key}"
        for token, resource in schema["resources"].items()
        for part in ("inputProperties", "properties")
        for key, value in resource[part].items()
        if not value.get("description")
    ]
    silent += [
        f"{token} {key}"
        for token, kind in schema["types"].items()
        for key, value in kind.get("properties", {}).items()
        if not value.get("description")
    ]
    assert silent == []


def test_enums_carry_their_values_under_names_that_other_languages_can_read(schema: Mapping[str, Any]) -> None:
    enums = declared(Enum)
    found = {token.rpartition(":")[2]: kind["enum"] for token, kind in schema["types"].items() if "enum" in kind}
    assert {"NatMode", "Purchase", "KubernetesVersion", "PodSecurity"} <= set(found)
    for name, members in found.items():
        assert {member["value"] for member in members} == {member.value for member in enums[name]}, name
        assert not [
            member["name"] for member in members if "_" in member["name"] and member["name"].replace("_", "").isalpha()
        ]


def test_another_teams_program_wires_generated_components_together(engine: Engine, tmp_path: Path) -> None:
    generated = engine.run("package", "gen-sdk", str(engine.plugin()), "--language", "python", "--out", str(tmp_path))
    assert generated.code == 0, generated.printed
    _consumer(engine, tmp_path)
    previewed = engine.run("preview", "--stack", "dev", folder=tmp_path)
    assert previewed.code == 0, previewed.printed
    up = engine.run("up", "--yes", "--skip-preview", "--stack", "dev", folder=tmp_path)
    assert up.code == 0, up.printed
    resources = engine.resources("dev", folder=tmp_path)
    [group] = [each["inputs"] for each in resources if each["type"] == "aws:eks/nodeGroup:NodeGroup"]
    assert group["subnetIds"] == ["subnet-theirs-private-a", "subnet-theirs-private-b"]
    assert group["capacityType"] == "SPOT"
    assert {"key": "team", "value": "a", "effect": "NO_EXECUTE"} in group["taints"]
    [stack] = [each for each in resources if each["type"] == "pulumi:pulumi:Stack"]
    assert stack["outputs"]["group"] == "eks-pool-nodes"


def _consumer(engine: Engine, folder: Path) -> None:
    """A project beside ours, whose engine starts our plugin from its folder, as after `pulumi package add`."""
    metadata = folder / "python" / "pulumi_mlplatform-0.0.0.dist-info" / "METADATA"
    metadata.parent.mkdir()
    metadata.write_text("Metadata-Version: 2.1\nName: pulumi_mlplatform\nVersion: 0.0.0\n", encoding="utf-8")
    (folder / ".venv").symlink_to(sys.prefix)
    (folder / "__main__.py").write_text(PROGRAM, encoding="utf-8")
    project: Mapping[str, Any] = {
        "name": "consumer",
        "runtime": {"name": "python", "options": {"virtualenv": ".venv"}},
        "plugins": {"providers": [{"name": "mlplatform", "path": str(engine.project / "components")}]},
    }
    (folder / "Pulumi.yaml").write_text(json.dumps(project), encoding="utf-8")
    made = engine.run("stack", "init", "dev", folder=folder)
    assert made.code == 0, made.printed
