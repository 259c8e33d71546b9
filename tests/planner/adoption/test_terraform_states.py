"""States of Terraform and OpenTofu in every form that they are written in, and files that are none."""

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from planner.adoption.existing import Existing, of_the_stack
from planner.adoption.terraform import MAX_BYTES, StateError, read_terraform
from tests.support.planner import terraform_state as terraform

REGION, ACCOUNT = terraform.REGION, terraform.ACCOUNT


def read(folder: Path, *resources: dict[str, Any]) -> list[Existing]:
    """The resources of a state file."""
    return read_terraform(terraform.write(folder / "terraform.tfstate", list(resources)))


def one(folder: Path, resource: dict[str, Any]) -> Existing:
    """The one resource of a state file."""
    [found] = read(folder, resource)
    return found


def shown(folder: Path, *resources: dict[str, Any], **document: Any) -> list[Existing]:
    """The resources of what `terraform show -json` prints, in a module."""
    path = folder / "state.json"
    module = {"child_modules": [{"resources": list(resources)}]}
    path.write_text(json.dumps({"format_version": "1.0", "values": {"root_module": module}, **document}))
    return read_terraform(path)


def show(**more: Any) -> dict[str, Any]:
    """A bucket as `terraform show -json` prints it."""
    values = terraform.bucket("acme-raw", "raw")["instances"][0]["attributes"]
    address = "module.data.aws_s3_bucket.raw"
    return {"address": address, "mode": "managed", "type": "aws_s3_bucket", "values": values, **more}


def test_terraform_show_says_the_same(tmp_path: Path) -> None:
    resource = show(sensitive_values={"tags": {}})
    [found] = shown(tmp_path, resource)
    assert found == Existing("module.data.aws_s3_bucket.raw", "aws_s3_bucket", resource["values"])


def test_a_shown_state_without_resources_has_no_values(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    path.write_text('{"format_version": "1.0"}')
    assert read_terraform(path) == []


def test_data_sources_deposed_instances_and_other_providers_are_left_out(tmp_path: Path) -> None:
    deposed = terraform.bucket("acme-old", "old")
    deposed["instances"][0]["deposed"] = "00000001"
    found = read(tmp_path, *terraform.old_platform(), deposed)
    assert "acme-old" not in {each.attributes["id"] for each in found}
    assert {each.type.split("_")[0] for each in found} == {"aws"}
    kept = shown(tmp_path, show(), show(deposed_key="00000001"), show(mode="data"))
    assert [each.address for each in kept] == ["module.data.aws_s3_bucket.raw"]


@pytest.mark.parametrize(
    ("key", "address"),
    [
        (0, "module.a.module.b[1].aws_s3_bucket.raw[0]"),
        ("größe", 'module.a.module.b[1].aws_s3_bucket.raw["größe"]'),
        ('a="b"', 'module.a.module.b[1].aws_s3_bucket.raw["a=\\"b\\""]'),
    ],
)
def test_an_address_is_the_one_that_terraform_prints(tmp_path: Path, key: object, address: str) -> None:
    resource: dict[str, Any] = {**terraform.bucket("acme-raw", "raw"), "module": "module.a.module.b[1]"}
    resource["instances"][0]["index_key"] = key
    assert one(tmp_path, resource).address == address


def test_an_address_that_a_state_has_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StateError, match=r"aws_s3_bucket\.raw is in it twice"):
        read(tmp_path, terraform.bucket("acme-a", "raw"), terraform.bucket("acme-b", "raw"))


def test_a_tainted_resource_is_doubtful(tmp_path: Path) -> None:
    tainted = terraform.bucket("acme-raw", "raw")
    tainted["instances"][0]["status"] = "tainted"
    assert "tainted" in one(tmp_path, tainted).doubt
    assert "tainted" in shown(tmp_path, show(tainted=True))[0].doubt
    assert not one(tmp_path, terraform.bucket("acme-raw", "raw")).doubt


def test_a_load_balancer_has_two_names(tmp_path: Path) -> None:
    assert one(tmp_path, terraform.instance("aws_alb", "door", id="door")).type == "aws_lb"


def test_attributes_that_terraform_0_11_wrote_flat_are_read(tmp_path: Path) -> None:
    old = terraform.bucket("acme-raw", "raw")
    del old["instances"][0]["attributes"]
    old["instances"][0]["attributes_flat"] = {"id": "acme-raw", "bucket": "acme-raw", "tags.%": "1", "tags.team": "ml"}
    assert one(tmp_path, old).attributes == {"id": "acme-raw", "bucket": "acme-raw"}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_every_encoding_of_json_is_read(tmp_path: Path, encoding: str) -> None:
    # PowerShell 5 writes UTF-16 for `terraform state pull > terraform.tfstate`.
    path = terraform.write(tmp_path / "terraform.tfstate", [terraform.bucket("acme-raw", "größe")])
    path.write_bytes(path.read_text(encoding="utf-8").encode(encoding))
    assert [each.address for each in read_terraform(path)] == ["aws_s3_bucket.größe"]


def test_a_state_comes_from_standard_input(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = terraform.write(tmp_path / "terraform.tfstate", [terraform.bucket("acme-raw", "raw")]).read_bytes()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
    assert [each.address for each in read_terraform(Path("-"))] == ["aws_s3_bucket.raw"]


def test_an_endless_file_is_not_read_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("planner.adoption.terraform.MAX_BYTES", 1000)
    with pytest.raises(StateError, match="more than 1,000 bytes"):
        read_terraform(Path("/dev/zero"))


def test_a_file_that_is_too_large_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = terraform.write(tmp_path / "terraform.tfstate", terraform.old_platform())
    monkeypatch.setattr("planner.adoption.terraform.MAX_BYTES", path.stat().st_size)
    assert read_terraform(path)
    monkeypatch.setattr("planner.adoption.terraform.MAX_BYTES", path.stat().st_size - 1)
    with pytest.raises(StateError, match="bytes"):
        read_terraform(path)
    assert MAX_BYTES > 100_000_000


PLAN: dict[str, Any] = {"format_version": "1.2", "planned_values": {}, "resource_changes": []}
POINTER: dict[str, Any] = {"version": 3, "serial": 1, "backend": {"type": "s3"}, "modules": []}
ENCRYPTED: dict[str, Any] = {
    "serial": 1,
    "lineage": "",
    "meta": {},
    "encrypted_data": "AAAA",
    "encryption_version": "v0",
}
DEEP = '{"version": 4, "resources": [{"mode": "managed", "type": "aws_s3_bucket", "name": "raw", "instances": '


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "not valid JSON"),
        ("{", "not valid JSON"),
        ("\x00\x01", "not valid JSON"),
        ("[" * 100_000, "not valid JSON"),
        ('{"version": NaN}', "not valid JSON"),
        ('{"version": 1e400}', "not valid JSON"),
        ("9" * 5000, "not valid JSON"),
        (json.dumps({"version": 4, "resources": [terraform.bucket("a", "b")]})[:-40], "not valid JSON"),
        ("[]", "not a state of Terraform"),
        ("4", "not a state of Terraform"),
        ('{"version": 3, "resources": []}', "version = 3.*refresh-only"),
        ('{"version": 4}', "not a state of Terraform"),
        ('{"version": 4, "resources": null}', "not a state of Terraform"),
        ('{"version": 4, "resources": {"a": 1}}', "not a state of Terraform"),
        ('{"version": 4, "resources": [{"mode": "managed"}]}', "not a state of Terraform"),
        ('{"version": 4, "resources": [7]}', "not a state of Terraform"),
        (DEEP + '"x"}]}', "not a state of Terraform"),
        (DEEP + '[{"attributes": 7}]}]}', "not a state of Terraform"),
        (DEEP + '[{"attributes": {}, "sensitive_attributes": [[{}]]}]}]}', "not a state of Terraform"),
        ('{"format_version": "1.0", "values": 7}', "not a state of Terraform"),
        (json.dumps(PLAN), "it is a plan"),
        ('{"version": 3, "deployment": {"resources": []}}', "`pulumi stack export` writes, not a state of Terraform"),
        (json.dumps(POINTER), "names the backend"),
        (json.dumps(ENCRYPTED), "encrypted.*tofu state pull"),
    ],
)
def test_a_wrong_state_is_refused(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "terraform.tfstate"
    path.write_text(text)
    with pytest.raises(StateError, match=said):
        read_terraform(path)


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StateError, match="directory"):
        read_terraform(tmp_path)


def test_deep_values_end_in_no_traceback(tmp_path: Path) -> None:
    deep: Any = "bottom"
    for _ in range(900):
        deep = [deep]
    kept = one(tmp_path, terraform.bucket("acme-raw", "raw", tags=deep))
    assert "bottom" not in json.dumps(dict(kept.attributes))


SECRET = "correct-horse"


@pytest.mark.parametrize(
    ("kind", "attributes"),
    [
        ("aws_elasticache_user", {"authentication_mode": [{"passwords": [SECRET], "type": "password"}]}),
        ("aws_glue_catalog_table", {"parameters": {"jdbc.password": SECRET}}),
        ("aws_ssm_parameter", {"value": SECRET}),
        ("aws_batch_job_definition", {"node_properties": SECRET, "eks_properties": [{"env": SECRET}]}),
        ("aws_s3_bucket", {"tags": {"api_token": SECRET}, "tags_all": {"api_token": SECRET}}),
        ("aws_launch_template", {"user_data": SECRET}),
    ],
)
def test_a_nested_secret_is_not_kept(tmp_path: Path, kind: str, attributes: dict[str, Any]) -> None:
    found = one(tmp_path, terraform.instance(kind, "it", id="it", **attributes))
    assert SECRET not in json.dumps(dict(found.attributes))


def test_what_terraform_marks_below_an_attribute_is_not_kept(tmp_path: Path) -> None:
    policy = terraform.bucket("acme-raw", "raw", grant=[{"id": SECRET}])
    path = [{"type": "get_attr", "value": "grant"}, {"type": "index", "value": {"value": 0, "type": "number"}}]
    policy["instances"][0]["sensitive_attributes"] = [path]
    assert SECRET not in str(one(tmp_path, policy))
    resource = show(sensitive_values={"grant": [{"id": True}]})
    resource["values"] = {**resource["values"], "grant": [{"id": SECRET}]}
    assert SECRET not in str(shown(tmp_path, resource))


def test_resources_of_another_account_or_region_are_not_taken(tmp_path: Path) -> None:
    arn = "arn:aws:rds:{}:{}:db:acme"
    here = terraform.database(arn=arn.format(REGION, ACCOUNT))
    for region, account in (("eu-west-1", ACCOUNT), (REGION, "999988887777")):
        other = terraform.database(arn=arn.format(region, account)) | {"name": "other"}
        kept = of_the_stack(read(tmp_path, here, other), REGION, ACCOUNT)
        assert [each.arn for each in kept] == [arn.format(REGION, ACCOUNT)]


def test_a_resource_without_a_place_is_where_its_provider_is(tmp_path: Path) -> None:
    def aliased(resource: dict[str, Any], alias: str) -> dict[str, Any]:
        return {**resource, "provider": f'provider["registry.terraform.io/hashicorp/aws"]{alias}'}

    arn = "arn:aws:ecr:eu-west-1:111122223333:repository/risk"
    there = aliased(terraform.instance("aws_ecr_repository", "risk", id="risk", arn=arn), ".eu")
    policy = terraform.instance("aws_ecr_lifecycle_policy", "risk", id="risk", repository="risk")
    found = read(tmp_path, there, aliased(policy, ".eu"), aliased({**policy, "name": "here"}, ""))
    assert [each.address for each in of_the_stack(found, REGION, ACCOUNT)] == ["aws_ecr_lifecycle_policy.here"]
