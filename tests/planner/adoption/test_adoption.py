"""What Terraform made is taken over: matched, compared, and imported by the program without a replacement."""

import inspect
import json
import re
from pathlib import Path
from typing import Any

import pulumi_aws
import pytest
import yaml
from pydantic.alias_generators import to_camel

from components.core.spec import SpecError
from planner.adoption.__main__ import main
from planner.adoption.adopted_file import written
from planner.adoption.comparison import Adoption, compared
from planner.adoption.existing import Existing, of_the_stack, without_secrets
from planner.adoption.kinds import KINDS
from planner.adoption.matching import MatchError, match
from planner.adoption.report import as_json, as_text
from planner.adoption.terraform import read_terraform
from planner.adoption.values import attribute
from planner.stateful import HOLDS
from policies.engine.evaluate import PolicyError
from resources.resource import Resource
from stacks.adopted import adopted_path, read_adopted, snake_case, unchecked
from tests.support.planner import terraform_state as terraform
from tests.support.planner.command import platform
from tests.support.planner.plans import STACKS, plan_of
from tests.support.planner.programs import evaluate

PROGRAM = """
from pathlib import Path
import pulumi, pulumi_aws as aws
from stacks.adopted import adopt

adoption = adopt(Path(__file__).parent, pulumi.get_stack())
key = aws.kms.Key("raw-key", description="Objects")
raw = aws.s3.Bucket("raw-bucket", bucket="ml-raw")
aws.s3.BucketVersioning("raw-versioning", bucket=raw.bucket, versioning_configuration={"status": "Enabled"})
aws.s3.BucketPolicy("raw-policy", bucket=raw.bucket, policy=raw.arn.apply(lambda arn: '{"Resource": "%s/*"}' % arn))
group = aws.ec2.SecurityGroup("door", name="door", vpc_id="vpc-0123456789abcdef0")
parameters = aws.rds.ParameterGroup("parameters", family="postgres17")
aws.rds.Instance("metadata", identifier="ml", engine="postgres", engine_version="17", instance_class="db.r6g.xlarge",
    allocated_storage=100, storage_encrypted=True, kms_key_id=key.arn, username="platform",
    vpc_security_group_ids=[group.id], parameter_group_name=parameters.name)
adoption.end()
"""


def adoptions(
    folder: Path,
    existing: list[dict[str, Any]],
    given: dict[str, str] | None = None,
    earlier: dict[str, str] | None = None,
) -> tuple[list[Adoption], tuple[Existing, ...]]:
    """What the program of the folder adopts of a state."""
    found = read_terraform(terraform.write(folder / "terraform.tfstate", existing))
    matches = match(evaluate(folder, PROGRAM).resources, found, given or {}, earlier)
    return [compared(each, matches.translation) for each in matches.pairs], matches.not_planned


def one(found: list[Adoption], name: str) -> Adoption:
    """The adoption of a planned resource."""
    [adoption] = [each for each in found if each.match.planned.name == name]
    return adoption


def adopt(folder: Path, existing: list[dict[str, Any]]) -> dict[str, Resource]:
    """What the program registers after the adoption, by name."""
    found, _ = adoptions(folder, existing)
    written(adopted_path(folder, "test"), found, ())
    return {each.name: each for each in evaluate(folder, PROGRAM).resources}


def test_a_bucket_keeps_its_name_and_what_belongs_to_it_follows(tmp_path: Path) -> None:
    after = adopt(tmp_path, terraform.old_platform())
    assert after["raw-bucket"].inputs["bucket"] == "acme-ml-raw-data"
    assert after["raw-versioning"].inputs["bucket"] == "acme-ml-raw-data"
    assert "arn:aws:s3:::acme-ml-raw-data/*" in after["raw-policy"].inputs["policy"]


def test_what_would_replace_a_database_is_retained(tmp_path: Path) -> None:
    found, _ = adoptions(tmp_path, [terraform.database()])
    retained = {each.name: each.value for each in one(found, "metadata").retained}
    assert retained == {
        "identifier": "acme-metadata",
        "kmsKeyId": terraform.KEY,
        "username": "acme",
        # AWS shrinks no storage, and upgrades no major version unasked.
        "allocatedStorage": 500,
        "engineVersion": "16.4",
        # A group of parameters of version 17 fits no instance of version 16.
        "parameterGroupName": "acme-postgres16",
        # The plan's group is in another network.
        "vpcSecurityGroupIds": ["sg-0aaaabbbbccccdddd"],
    }


def test_the_program_deploys_the_retained_values(tmp_path: Path) -> None:
    after = adopt(tmp_path, [terraform.database()])
    assert after["metadata"].inputs["kmsKeyId"] == terraform.KEY
    assert after["metadata"].inputs["allocatedStorage"] == 500
    assert (after["metadata"].protect, after["metadata"].retain_on_delete) == (True, True)
    assert not after["raw-bucket"].protect


def test_a_second_adoption_changes_nothing(tmp_path: Path) -> None:
    state = terraform.old_platform()
    adopt(tmp_path, state)
    path = adopted_path(tmp_path, "test")
    first = read_adopted(path)
    again, _ = adoptions(tmp_path, state, earlier={each.origin: each.name for each in first})
    assert [each.retained for each in again] == [()] * len(again)
    written(path, again, first)
    assert read_adopted(path) == first


def test_a_group_keeps_the_description_that_the_provider_would_replace(tmp_path: Path) -> None:
    group = terraform.instance(
        "aws_security_group",
        "door",
        id="sg-0aaaabbbbccccdddd",
        name="door",
        description="Managed by Terraform",
        vpc_id="vpc-0123456789abcdef0",
    )
    found, _ = adoptions(tmp_path, [group])
    assert {each.name: each.value for each in one(found, "door").retained} == {"description": "Managed by Terraform"}


def test_equal_settings_need_no_update(tmp_path: Path) -> None:
    found, _ = adoptions(tmp_path, terraform.old_platform())
    versioning = one(found, "raw-versioning")
    assert versioning.clean
    assert versioning.import_id == "acme-ml-raw-data"


def test_a_setting_that_AWS_changes_in_place_is_an_update(tmp_path: Path) -> None:
    found, _ = adoptions(tmp_path, [terraform.database(instance_class="db.r6g.large")])
    assert [each.path for each in one(found, "metadata").changes] == ["instanceClass"]


def test_an_input_that_is_null_in_AWS_is_added_or_stays_null(tmp_path: Path) -> None:
    found, left = adoptions(tmp_path, [terraform.database(instance_class=None, username=None)])
    metadata = one(found, "metadata")
    assert [(each.path, each.after) for each in metadata.changes] == [("instanceClass", "db.r6g.xlarge")]
    assert ("username", None) in {(each.name, each.value) for each in metadata.retained if each.name == "username"}
    assert 'changes instanceClass: null to "db.r6g.xlarge"' in as_text("test", found, left)
    written(adopted_path(tmp_path, "test"), found, ())
    after = {each.name: each for each in evaluate(tmp_path, PROGRAM).resources}
    assert "username" not in after["metadata"].inputs


def test_tags_that_the_program_does_not_have_are_named(tmp_path: Path) -> None:
    found, left = adoptions(tmp_path, [terraform.database(tags={"Name": "x", "aws:cloudformation:stack-name": "y"})])
    assert one(found, "metadata").lost_tags == ("Name",)
    assert "removes tags, unless defaultTags have them: Name" in as_text("test", found, left)


def test_what_nothing_says_is_not_called_clean(tmp_path: Path) -> None:
    raw = terraform.bucket("ml-raw", "raw")
    versioning = terraform.instance("aws_s3_bucket_versioning", "raw", id="ml-raw", bucket="ml-raw")
    found, left = adoptions(tmp_path, [raw, versioning])
    assert one(found, "raw-versioning").unread == ("versioningConfiguration",)
    assert not one(found, "raw-versioning").clean
    assert "not compared, see `pulumi preview`: versioningConfiguration" in as_text("test", found, left)


def test_what_cannot_be_retained_is_not_adopted(tmp_path: Path) -> None:
    found, _ = adoptions(tmp_path, [terraform.database(username={"in": "a block"})])
    assert one(found, "metadata").blocked == ("username: the plan's would replace it",)
    assert written(tmp_path / "adopted.yaml", found, ()) == 0


def test_without_an_id_nothing_is_imported(tmp_path: Path) -> None:
    key = terraform.instance("aws_kms_key", "raw", description="raw objects")
    found, _ = adoptions(tmp_path, [key])
    assert one(found, "raw-key").blocked == ("the state lacks what its import id is made of: {key_id}",)


def test_two_that_are_alike_are_not_guessed(tmp_path: Path) -> None:
    found, left = adoptions(
        tmp_path, [terraform.bucket("acme-raw-a", "raw_a"), terraform.bucket("acme-raw-b", "raw_b")]
    )
    assert found == []
    assert len(left) == 2


def test_a_person_decides_between_two(tmp_path: Path) -> None:
    buckets = [terraform.bucket("acme-raw-a", "raw_a"), terraform.bucket("acme-raw-b", "raw_b")]
    found, _ = adoptions(tmp_path, buckets, {"aws_s3_bucket.raw_b": "raw-bucket"})
    assert one(found, "raw-bucket").import_id == "acme-raw-b"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"aws_s3_bucket.raw": "raw-buket"}, "it has raw-bucket"),
        ({"aws_s3_bucket.no": "raw-bucket"}, "aws_s3_bucket.no is not an address in the state"),
        (
            {"aws_s3_bucket.raw": "raw-bucket", "aws_s3_bucket.website": "raw-bucket"},
            "another resource is given for it",
        ),
    ],
)
def test_a_wrong_pair_is_refused(tmp_path: Path, given: dict[str, str], said: str) -> None:
    with pytest.raises(MatchError, match=said):
        adoptions(tmp_path, terraform.old_platform(), given)


def test_a_guess_is_refused_by_a_deployment_until_a_person_has_checked_it(tmp_path: Path) -> None:
    found, _ = adoptions(tmp_path, [terraform.bucket("acme-raw", "raw"), terraform.bucket("acme-web", "web")])
    path = adopted_path(tmp_path, "test")
    written(path, found, ())
    [row] = read_adopted(path)
    assert unchecked([row]) == [
        "aws:s3/bucket:Bucket 'raw-bucket' = 'acme-raw' is a guess (names share raw); remove `check` if it is right, "
        "or the row"
    ]
    # A second run must not take the guess for a decision.
    again, _ = adoptions(tmp_path, [terraform.bucket("acme-raw", "raw")], earlier={row.origin: row.name})
    written(path, again, [row])
    assert read_adopted(path) == (row,)


def test_a_database_of_another_engine_is_not_guessed(tmp_path: Path) -> None:
    found, left = adoptions(tmp_path, [terraform.database(engine="mysql", engine_version="8.0", username="acme")])
    assert (found, [each.type for each in left]) == ([], ["aws_db_instance"])


def test_a_role_of_another_program_is_not_guessed() -> None:
    planned = Resource("urn:pulumi:a::b::aws:iam/role:Role::feast", "aws:iam/role:Role", "feast")
    other = {"name": "feast-of-others", "assume_role_policy": "{}"}
    existing = Existing("aws_iam_role.feast", "aws_iam_role", other)
    assert match([planned], [existing], {}).pairs == ()
    [given] = match([planned], [existing], {"aws_iam_role.feast": "feast"}).pairs
    assert given.planned is planned


def test_a_network_with_the_same_range_is_a_guess(tmp_path: Path) -> None:
    """Networks that are not connected may have the same range: the only one in a state may be of another platform."""
    planned = Resource("v", "aws:ec2/vpc:Vpc", "network-vpc", inputs={"cidrBlock": "10.0.0.0/16"})
    existing = Existing("aws_vpc.billing", "aws_vpc", {"id": "vpc-0", "cidr_block": "10.0.0.0/16"})
    matches = match([planned], [existing], {})
    [found] = [compared(each, matches.translation) for each in matches.pairs]
    assert "CHECK: cidrBlock = 10.0.0.0/16, which others may have too" in as_text("test", [found], [])
    path = adopted_path(tmp_path, "test")
    written(path, [found], ())
    assert unchecked(read_adopted(path))


def test_a_second_run_keeps_what_a_person_changed(tmp_path: Path) -> None:
    found, _ = adoptions(tmp_path, [terraform.database()])
    path = adopted_path(tmp_path, "test")
    written(path, found, ())
    [row] = read_adopted(path)
    reviewed = row.model_copy(update={"check": "", "id": None, "retain": {**row.retain, "allocatedStorage": 600}})
    rows(tmp_path, reviewed.model_dump(by_alias=True, exclude_defaults=True))
    again, _ = adoptions(tmp_path, [terraform.database()], earlier={row.origin: row.name})
    written(path, again, [reviewed])
    [kept] = read_adopted(path)
    assert (kept.check, kept.id, kept.retain["allocatedStorage"]) == ("", None, 600)


def test_what_is_set_anew_on_a_bucket_is_named(tmp_path: Path) -> None:
    found, left = adoptions(tmp_path, [terraform.bucket("acme-raw", "raw")])
    assert one(found, "raw-bucket").made_on == ("raw-policy", "raw-versioning")
    assert not one(found, "raw-bucket").clean
    assert "sets anew on it: raw-policy, raw-versioning" in as_text("test", found, left)


@pytest.mark.parametrize(
    "odd",
    [
        {"tags_all": {"Name": None}},
        {"force_destroy": 10**400},
        {"engine_version": 10**400},
        {"engine": {"name": "postgres"}},
        {"description": "\ud800"},
        {"arn": "arn:aws"},
        {"region": [{"name": "us-east-1"}]},
    ],
)
def test_odd_values_end_in_no_traceback(tmp_path: Path, odd: dict[str, Any]) -> None:
    found, left = adoptions(tmp_path, [terraform.bucket("acme-raw", "raw", **odd), terraform.database(**odd)])
    for each in (*left, *(each.match.existing for each in found)):
        of_the_stack([each], "us-east-1", "111122223333")
    as_text("test", found, left).encode()


@pytest.mark.parametrize(
    "name",
    [
        "api_key",
        "secret_access_key",
        "passwd",
        "db_pass",
        "pre_shared_key",
        "jwt_secret",
        "user_data",
        "secret",
        "shared_key",
    ],
)
def test_attribute_with_the_name_of_a_secret_is_not_kept(name: str) -> None:
    values = {"kept": 1, name: "hidden", "nested": [{name: "hidden", "kept": 2}]}
    assert without_secrets("aws_instance", values, frozenset()) == {"kept": 1, "nested": [{"kept": 2}]}


def test_secrets_of_the_state_reach_no_output(tmp_path: Path) -> None:
    state = terraform.old_platform()
    marked = terraform.bucket("acme-secret", "marked", policy="correct-battery")
    marked["instances"][0]["sensitive_attributes"] = [[{"type": "get_attr", "value": "policy"}]]
    found, left = adoptions(tmp_path, [*state, marked])
    written(tmp_path / "adopted.yaml", found, ())
    shown = as_text("test", found, left) + as_json("test", found, left) + (tmp_path / "adopted.yaml").read_text()
    kept = json.dumps([dict(each.attributes) for each in (*left, *(each.match.existing for each in found))])
    for secret in ("correct-horse", "not-to-be-seen", "correct-battery"):
        assert secret not in shown + kept


def test_the_report_fits_a_terminal_and_escapes_what_moves_its_cursor(tmp_path: Path) -> None:
    evil = terraform.bucket("acme-raw", "raw", tags_all={"Name": "\x1b[2Jraw"})
    evil["name"] = "raw\x1b[2J"
    found, left = adoptions(tmp_path, [evil, terraform.database()])
    shown = as_text("test", found, left)
    assert "\x1b" not in shown
    assert all(len(line) <= 80 or " " not in line.strip() for line in shown.splitlines())


def test_a_missing_state_is_told_before_anything_is_planned(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main([str(tmp_path / "no.tfstate"), "prod"]) == 2
    assert "terraform state pull" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (PolicyError("exceptions.yaml is not valid YAML"), 2, "exceptions.yaml is not valid YAML"),
        (ZeroDivisionError("division by zero"), 3, "ZeroDivisionError"),
        (SystemExit(0), 3, "SystemExit"),
    ],
)
def test_a_program_that_fails_is_told_and_writes_nothing(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    error: BaseException,
    code: int,
    said: str,
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr("planner.adoption.__main__.build_plan", fail)
    state = terraform.write(tmp_path / "terraform.tfstate", [terraform.bucket("acme-raw", "raw")])
    root = platform(tmp_path)
    assert main([str(state), "test", "--root", str(root), "--write"]) == code
    assert said in capsys.readouterr().err
    assert not adopted_path(root, "test").exists()


def test_what_is_left_out_is_named_with_its_place(tmp_path: Path) -> None:
    other = terraform.database(arn="arn:aws:rds:eu-west-1:999988887777:db:acme")
    existing = read_terraform(terraform.write(tmp_path / "terraform.tfstate", [other]))
    shown = as_text("acme", [], [], existing)
    assert "module.data.aws_db_instance.metadata  (eu-west-1, 999988887777)" in shown
    assert "Pulumi.acme.yaml" in shown
    assert max(map(len, shown.splitlines())) <= 80
    assert json.loads(as_json("acme", [], [], existing))["elsewhere"] == ["module.data.aws_db_instance.metadata"]
    assert "Left out" not in as_text("acme", [], [])


def rows(folder: Path, *resources: dict[str, Any]) -> Path:
    """The file of a stack with these rows."""
    path = adopted_path(folder, "test")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump({"format": 1, "resources": list(resources)}))
    return path


def test_a_row_whose_resource_is_not_in_the_program_stops_it(tmp_path: Path) -> None:
    rows(tmp_path, {"type": "aws:s3/bucket:Bucket", "name": "raw-buckets", "id": "acme-raw"})
    with pytest.raises(SpecError, match="the program makes no aws:s3/bucket:Bucket 'raw-buckets'; remove the row"):
        evaluate(tmp_path, PROGRAM)


def test_two_rows_of_one_resource_are_refused(tmp_path: Path) -> None:
    row = {"type": "aws:s3/bucket:Bucket", "name": "raw-bucket", "id": "acme-raw"}
    with pytest.raises(SpecError, match="'raw-bucket' has two rows"):
        read_adopted(rows(tmp_path, row, {**row, "id": "acme-other"}))


FOLDER = Path(__file__).parent
ATTRIBUTES: dict[str, str] = json.loads((FOLDER / "terraform_attributes.json").read_text())["attributes"]
IMPORT_IDS = {
    token: (identity, words)
    for token, identity, words in (
        line.split(";") for line in (FOLDER / "import_ids.csv").read_text().splitlines() if line.startswith("aws:")
    )
}


def provider(token: str) -> Any:
    """The class of a type."""
    module, _, name = token.removeprefix("aws:").partition("/")
    return getattr(getattr(pulumi_aws, module), name.partition(":")[2])


def text_of(token: str) -> str:
    """The module of a type, with its documentation."""
    return Path(inspect.getfile(provider(token))).read_text(encoding="utf-8")


@pytest.mark.parametrize("token", sorted(KINDS))
def test_the_id_of_an_import_is_what_the_documentation_says(token: str) -> None:
    documentation = text_of(token)
    place = documentation.index("pulumi import")
    documentation = documentation[max(0, place - 2000) : place + 4000]
    identity, words = IMPORT_IDS[token]
    assert words in " ".join(documentation.split())
    assert KINDS[token].import_id == identity
    examples = re.findall(rf"pulumi import {re.escape(token)} \S+ (.+)", documentation)
    assert examples
    for separator in re.findall(r"\}([^{]+)\{", identity):
        assert any(separator in each for each in examples)


def secrets_of(token: str) -> set[str]:
    """What the provider keeps secret of a type, by Pulumi's names."""
    found = re.search(r"additional_secret_outputs=\[(.*?)\]", text_of(token))
    return set(re.findall(r'"(\w+)"', found[1])) if found else set()


def test_what_the_provider_keeps_secret_is_never_read() -> None:
    secret = {(token, name) for token in KINDS for name in secrets_of(token)}
    assert ("aws:ssm/parameter:Parameter", "value") in secret
    for token, name in secret:
        kind = KINDS[token].terraform
        assert without_secrets(kind, {snake_case(name): "hidden"}, frozenset()) == {}, (token, name)


@pytest.mark.parametrize("token", sorted(KINDS))
def test_each_input_is_found_among_terraforms_attributes(token: str, tmp_path: Path) -> None:
    kind = KINDS[token]
    values = {name: name for name in ATTRIBUTES[kind.terraform].split()}
    [found] = read_terraform(terraform.write(tmp_path / "state", [terraform.instance(kind.terraform, "it", **values)]))
    inputs = [each for each in inspect.signature(provider(token)._internal_init).parameters if each[0] != "_"]
    names = {to_camel(each) for each in inputs} - {"resourceName", "opts", "timeouts"}
    assert {*kind.keys, *kind.names} <= names
    secret = {to_camel(each) for each in set(values) - set(found.attributes)}
    assert {each for each in names if attribute(found.attributes, each) is None} <= secret
    assert set(re.findall(r"\{(\w+)\}", kind.import_id)) <= set(found.attributes)


@pytest.mark.parametrize("stack", STACKS)
def test_what_holds_data_can_be_adopted(stack: str) -> None:
    held = {each.type for each in plan_of(stack) if each.type in HOLDS and each.type.startswith("aws:")}
    assert held <= set(KINDS)
