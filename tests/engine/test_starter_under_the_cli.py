"""A starter over several deployments: its machine is replaced, and a platform takes over its buckets.

Skipped where there is no Pulumi CLI on PATH.
"""

from pathlib import Path
from typing import Any

from tests.support.components.starters import WORKER
from tests.support.engine.harness import Engine
from tests.support.engine.program import Program

MACHINE = """
from components.starter.starter import Starter

Starter(
    "starter",
    {
        "name": "ml",
        "zone_name": "example.com",
        "domain": "ml.example.com",
        "emails": ["ml@example.com"],
        "vpc_id": "vpc-1",
        "public_subnet_id": "subnet-a",
        "zone": "us-east-1a",
        "zone_id": "Z-example",
        "issuer": "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_pool",
        "client_id": "client-1",
        "client_secret_name": "ml/sign-in/starter",
        "client_secret_key_arn": "arn:aws:kms:us-east-1:111122223333:key/secrets",
        "log_bucket": "ml-logs",
        **given,
    },
    pulumi.ResourceOptions(providers=[provider]),
)
"""
BUCKETS = """
from types import SimpleNamespace

from components.data.data_buckets import DataBuckets
from components.data.feature_store.feature_store import FeatureStore
from stacks.starter import DATA, taken_over

options = pulumi.ResourceOptions(providers=[provider])
data = {"prefix": "ml"}
if given["platform"]:
    FeatureStore(
        "feature-store",
        {
            "data": data,
            "catalog": {"database": "ml"},
            "online": {"cache_name": "ml-online", "gigabytes": 10, "users": [{"name": "feast", "access": "write"}]},
            "database": {"identifier": "ml"},
            "vpc_id": "vpc-1",
            "isolated_subnet_ids": ["subnet-a", "subnet-b"],
            "client_security_group_id": "sg-nodes",
        },
        taken_over(SimpleNamespace(starter=True), options),
    )
else:
    DataBuckets(DATA, data, options)
"""
IMAGES = ("ami-0123456789abcdef1", "ami-0123456789abcdef2")
BUCKET = "aws:s3/bucket:Bucket"
KEY = "aws:kms/key:Key"


def done(program: Program, given: dict[str, Any]) -> list[tuple[str, str]]:
    """What a deployment, which must succeed, did to resources, in order: operation and name."""
    program.engine.changes()
    outcome = program.up(given)
    assert outcome.code == 0, outcome.printed
    return [(operation, urn.rpartition("::")[2]) for operation, urn in program.engine.changes()]


def state(program: Program, folder: Path) -> dict[str, dict[str, Any]]:
    """The resources in the state, by name."""
    found = program.engine.resources(program.stack, folder)
    return {each["urn"].rpartition("::")[2]: each for each in found if each.get("custom")}


def test_a_new_machine_takes_over_the_volume(engine: Engine, tmp_path: Path) -> None:
    program = Program(engine, tmp_path, MACHINE)
    done(program, {**WORKER, "image_id": IMAGES[0]})
    before = state(program, tmp_path)
    changed = done(program, {**WORKER, "image_id": IMAGES[1]})
    after = state(program, tmp_path)
    # The machine leaves the volume and the address before its successor takes them.
    replaced = {"starter-attachment", "starter-address-association", "starter-machine"}
    assert {name for operation, name in changed if operation == "delete"} == replaced
    assert {name for operation, name in changed if operation == "create"} == replaced
    assert changed.index(("delete", "starter-attachment")) < changed.index(("delete", "starter-machine"))
    assert changed.index(("delete", "starter-machine")) < changed.index(("create", "starter-machine"))
    assert changed.index(("create", "starter-machine")) < changed.index(("create", "starter-attachment"))
    assert after["starter-attachment"]["inputs"]["instanceId"] == after["starter-machine"]["id"]
    for kept in ("starter-data", "starter-address", "starter-key", "starter-services"):
        assert after[kept]["id"] == before[kept]["id"]
    assert after["starter-attachment"]["inputs"]["volumeId"] == before["starter-data"]["id"]
    refused = program.destroy()
    assert refused.code != 0
    assert "protect" in refused.printed
    assert state(program, tmp_path)["starter-data"]["id"] == before["starter-data"]["id"]


def test_a_platform_takes_over_the_buckets(engine: Engine, tmp_path: Path) -> None:
    program = Program(engine, tmp_path, BUCKETS)
    done(program, {"platform": False})

    def stores() -> dict[str, str]:
        """Buckets and keys by id, which the stand-in takes from the name of a new resource."""
        found = program.engine.resources(program.stack, tmp_path)
        return {each["id"]: each["type"] for each in found if each["type"] in (BUCKET, KEY)}

    before = stores()
    assert list(before.values()).count(BUCKET) >= 5
    changed = done(program, {"platform": True})
    assert [each for each in changed if each[0] == "delete"] == []
    assert before.items() <= stores().items()
    assert not [name for operation, name in changed if operation == "create" and name.startswith("feature-store-data-")]
