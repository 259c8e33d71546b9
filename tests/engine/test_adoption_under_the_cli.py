"""Resources that Terraform made are imported by the program, and none of them is replaced."""

import inspect
import json
import re
from pathlib import Path
from typing import Any, cast

import pulumi_aws
import pytest
from pydantic.alias_generators import to_camel

from planner.adoption.adopted_file import written
from planner.adoption.comparison import Adoption, compared
from planner.adoption.existing import Existing
from planner.adoption.kinds import KINDS
from planner.adoption.matching import match
from planner.adoption.terraform import read_terraform
from stacks.adopted import adopted_path
from tests.support.engine.harness import Engine
from tests.support.engine.program import Program
from tests.support.planner import terraform_state as terraform
from tests.support.planner.programs import evaluate

BODY = """
from stacks.adopted import adopt

adoption = adopt(Path(__file__).parent, pulumi.get_stack())
known = pulumi.ResourceOptions(provider=provider)
key = aws.kms.Key("raw-key", description="Objects", opts=known)
raw = aws.s3.Bucket("raw-bucket", bucket="ml-raw", opts=known)
aws.s3.BucketVersioning(
    "raw-versioning", bucket=raw.bucket, versioning_configuration={"status": "Enabled"}, opts=known
)
stores = aws.elasticache.SubnetGroup("stores", name="ml-stores", subnet_ids=["subnet-0123456789abcde30"], opts=known)
parameters = aws.rds.ParameterGroup("parameters", family="postgres17", opts=known)
aws.rds.Instance(
    "metadata",
    identifier="ml",
    engine="postgres",
    engine_version="17",
    instance_class="db.r6g.xlarge",
    allocated_storage=100,
    multi_az=True,
    parameter_group_name=parameters.name,
    storage_encrypted=True,
    kms_key_id=key.arn,
    username="platform",
    opts=known,
)
aws.elasticache.ReplicationGroup(
    "online",
    replication_group_id="ml-online",
    description="Online features",
    engine="redis",
    engine_version="7.1",
    node_type="cache.r6g.8xlarge",
    num_node_groups=5,
    at_rest_encryption_enabled=True,
    transit_encryption_enabled=True,
    automatic_failover_enabled=True,
    multi_az_enabled=True,
    kms_key_id=key.arn,
    subnet_group_name=stores.name,
    port=6379,
    opts=known,
)
adoption.end()
"""
IMPORTS = """
from pathlib import Path
import pulumi
import pulumi_aws as aws
provider = aws.Provider("aws", region="us-east-1", allowed_account_ids=["111122223333"])
"""
_TYPES = {kind.terraform: token for token, kind in KINDS.items()}
BUCKET, DATABASE, CACHE = "acme-ml-raw-data", "acme-metadata", "acme-online-features"
HELD = {"raw-bucket": BUCKET, "metadata": DATABASE, "online": CACHE}


@pytest.fixture
def existing(tmp_path: Path) -> list[Existing]:
    """What Terraform made."""
    return read_terraform(terraform.write(tmp_path / "terraform.tfstate", terraform.old_platform()))


@pytest.fixture
def adoptions(existing: list[Existing], tmp_path: Path) -> list[Adoption]:
    """What the command says of it."""
    planned = tmp_path / "planned"
    planned.mkdir()
    matches = match(evaluate(planned, IMPORTS + BODY).resources, existing, {})
    return [compared(each, matches.translation) for each in matches.pairs]


@pytest.fixture
def adopted(
    engine: Engine,
    tmp_path: Path,
    existing: list[Existing],
    adoptions: list[Adoption],
    request: pytest.FixtureRequest,
) -> Program:
    """A program with the file of its adoption, in an account that has what Terraform made."""
    engine.exists({_import_of(each): _read(each) for each in existing if each.type in _TYPES})
    folder = tmp_path / request.node.name.replace("_", "-")
    folder.mkdir()
    (folder / "given.json").write_text("{}")
    path = adopted_path(folder, folder.name)
    written(path, adoptions, ())
    # A person has reviewed the guesses.
    path.write_text(re.sub(r"^  check: .*\n(    .*\n)*", "", path.read_text(), flags=re.MULTILINE))
    with engine.rds(folder.name).memory() as known:
        known["families"]["acme-postgres16"] = "postgres16"
    return Program(engine, folder, BODY)


def _import_of(existing: Existing) -> str:
    """What the engine asks for: the type and the id."""
    identity = existing.attributes.get("identifier") or existing.attributes["id"]
    return f"{_TYPES[existing.type]} {identity}"


def _read(existing: Existing) -> dict[str, Any]:
    """What the provider reads: inputs by Pulumi's names, without empty values, and a single block as an object."""
    module, _, name = _TYPES[existing.type].removeprefix("aws:").partition("/")
    made = getattr(getattr(pulumi_aws, module), name.partition(":")[2])
    inputs = set(inspect.signature(made._internal_init).parameters)
    kept = {to_camel(key): value for key, value in existing.attributes.items() if value and key in inputs}
    return {key: _block(cast(list[Any], value)) if isinstance(value, list) else value for key, value in kept.items()}


def _block(value: list[Any]) -> Any:
    """A single block of Terraform as an object, without empty values."""
    if not isinstance(value[0], dict):
        return value
    block = cast(dict[str, Any], value[0])
    return {to_camel(key): each for key, each in block.items() if each}


def test_the_first_up_imports_and_replaces_nothing(adopted: Program, adoptions: list[Adoption]) -> None:
    printed = adopted.run("preview", "--json").printed
    previewed = json.loads(printed[printed.index("{") :])
    assert "steps" in previewed, printed
    operations = {(each["urn"].rpartition("::")[2], each["op"]) for each in previewed["steps"]}
    assert {(name, "import") for name in (*HELD, "raw-versioning")} <= operations
    assert ("raw-key", "create") in operations
    assert {op for _, op in operations} <= {"import", "create", "update", "same"}
    # What the command says an update changes is what the engine's update changes.
    changed: dict[str, set[str]] = {}
    for each in previewed["steps"]:
        changed.setdefault(each["urn"].rpartition("::")[2], set()).update(each.get("diffReasons") or ())
    said = {each.match.planned.name: each for each in adoptions}
    for name in HELD:
        # The stand-in also counts what AWS has and the program leaves out, which the provider keeps, but for tags.
        given = {*said[name].match.planned.inputs, "tags"}
        lost = {"tags"} if said[name].lost_tags else set[str]()
        assert {str(each.steps[0]) for each in said[name].changes} | lost == changed[name] & given, name
    assert said["raw-versioning"].clean
    assert not changed["raw-versioning"]
    adopted.engine.changes()
    up = adopted.up({})
    assert up.code == 0, up.printed
    touched = {urn.rpartition("::")[2]: operation for operation, urn in adopted.engine.changes()}
    assert "create" not in {touched.get(name) for name in (*HELD, "raw-versioning")}
    assert "delete" not in touched.values()
    assert {name for name in HELD if not said[name].clean} == {name for name in HELD if name in touched}
    made = {each["urn"].rpartition("::")[2]: each for each in _state(adopted)}
    assert {name: made[name]["id"] for name in HELD} == HELD
    assert made["raw-versioning"]["inputs"]["bucket"] == BUCKET
    for name in HELD:
        retained = {each.name: each.value for each in said[name].retained}
        assert made[name]["inputs"].items() >= retained.items()
        assert (made[name]["protect"], made[name]["retainOnDelete"]) == (True, True)
    assert made["metadata"]["inputs"]["kmsKeyId"] == made["online"]["inputs"]["kmsKeyId"] == terraform.KEY


def test_a_second_up_changes_nothing(adopted: Program) -> None:
    first = adopted.up({})
    assert first.code == 0, first.printed
    again = adopted.up({}, "--expect-no-changes")
    assert again.code == 0, again.printed


def test_a_destroy_leaves_what_was_there_before(adopted: Program) -> None:
    assert adopted.up({}).code == 0
    adopted.engine.changes()
    refused = adopted.destroy()
    assert refused.code != 0
    assert "protect" in refused.printed
    assert "delete" not in {operation for operation, urn in adopted.engine.changes() if urn.endswith(tuple(HELD))}


def _state(program: Program) -> list[dict[str, Any]]:
    return json.loads(program.run("stack", "export").printed)["deployment"]["resources"]
