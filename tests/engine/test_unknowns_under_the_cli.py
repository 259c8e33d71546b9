"""What a preview cannot know is judged when the update knows it. Skipped where there is no Pulumi CLI on PATH."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from policies.engine.registry import RULES
from tests.support.engine.harness import Engine, Outcome
from tests.support.engine.program import Program

PROGRAM = """
address = aws.ec2.Eip("address", opts=pulumi.ResourceOptions(provider=provider))


def known_after_the_address(value):
    return address.public_ip.apply(lambda _: value)


aws.ec2.LaunchTemplate(
    "template",
    metadata_options={"http_tokens": known_after_the_address(given["tokens"]), "http_put_response_hop_limit": 1},
    opts=pulumi.ResourceOptions(provider=provider),
)
bucket = aws.s3.Bucket("bucket", bucket="lab", opts=pulumi.ResourceOptions(provider=provider))
aws.s3.BucketVersioning(
    "versioning",
    bucket=bucket.bucket,
    versioning_configuration={"status": known_after_the_address(given["status"])},
    opts=pulumi.ResourceOptions(provider=provider),
)
"""
JUDGED = ("imdsv2", "bucket-versioning")
LEVELS = {name: "mandatory" if name in (*JUDGED, "monthly-budget") else "disabled" for name in RULES}
CONFIG = {
    "mlplatform:environment": {
        "kind": "development",
        "owner": "ml",
        "costCenter": "ml",
        "account": "111122223333",
        "region": "us-east-1",
    },
    "mlplatform:cost": {"monthlyBudget": 10000},
    "mlplatform:policies": {"levels": LEVELS},
}


class Lab:
    """A stack with two inputs that are unknown before the deployment, and the pack with a rule about each."""

    def __init__(self, engine: Engine, folder: Path):
        self._engine, self._program, self._given = engine, Program(engine, folder, PROGRAM), folder / "given.json"
        self._pack = ("--policy-pack", str(engine.project / "policies"))
        file = folder / f"Pulumi.{self._program.stack}.yaml"
        document: dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8")) if file.exists() else {}
        file.write_text(yaml.safe_dump({**document, "config": CONFIG}), encoding="utf-8")

    def preview(self, **given: str) -> Outcome:
        """Preview with these values."""
        self._given.write_text(json.dumps(given), encoding="utf-8")
        return self._program.run("preview", *self._pack)

    def up(self, **given: str) -> tuple[Outcome, set[str]]:
        """Deploy with these values; also the names of the resources that the update created."""
        self._engine.changes()
        outcome = self._program.up(given, *self._pack)
        created = {urn.rpartition("::")[2] for operation, urn in self._engine.changes() if operation == "create"}
        return outcome, created


@pytest.fixture
def lab(engine_without_eks: Engine, tmp_path: Path) -> Lab:
    return Lab(engine_without_eks, tmp_path)


def test_rule_of_one_resource_stops_it_when_update_knows(lab: Lab) -> None:
    preview = lab.preview(tokens="optional", status="Enabled")
    assert preview.code == 0, preview.printed
    assert "imdsv2 cannot be decided before deployment" in preview.printed
    update, created = lab.up(tokens="optional", status="Enabled")
    assert update.code != 0, update.printed
    assert "[mandatory]" in update.printed
    assert "imdsv2" in update.printed
    assert "address" in created
    assert "template" not in created


def test_rule_of_several_resources_fails_the_update_that_made_them(lab: Lab) -> None:
    preview = lab.preview(tokens="required", status="Suspended")
    assert preview.code == 0, preview.printed
    assert "bucket-versioning cannot be decided before deployment" in preview.printed
    update, created = lab.up(tokens="required", status="Suspended")
    assert update.code != 0, update.printed
    assert "keeps no versions" in update.printed
    assert {"bucket", "versioning"} <= created


def test_value_that_turns_out_well_is_deployed(lab: Lab) -> None:
    update, created = lab.up(tokens="required", status="Enabled")
    assert update.code == 0, update.printed
    assert {"template", "versioning"} <= created
