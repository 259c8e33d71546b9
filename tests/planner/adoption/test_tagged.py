"""What has the tags of a platform is read from an emulated account, by calls that only read."""

import json
import re
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from shutil import copyfile
from typing import Any

import pytest

from planner.adoption.__main__ import main
from planner.adoption.comparison import compared
from planner.adoption.existing import Existing, of_the_stack
from planner.adoption.kinds import KINDS
from planner.adoption.matching import match
from planner.adoption.readers import READERS
from planner.adoption.tagged import TagsError, parsed_tags, read_tagged, value_at
from tests.support.planner.programs import evaluate

boto3: Any = import_module("boto3")
botocore: Any = import_module("botocore.session").get_session()
ClientError: Any = import_module("botocore.exceptions").ClientError
mock_aws: Any = import_module("moto").mock_aws

ROOT = Path(__file__).parents[3]
REGION, ACCOUNT = "eu-central-1", "123456789012"
TAGS = {"team": "ml", "env": "prod"}
PAIRS = [{"Key": key, "Value": value} for key, value in TAGS.items()]
ATTRIBUTES: dict[str, str] = json.loads((Path(__file__).parent / "terraform_attributes.json").read_text())["attributes"]


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An empty account of moto's."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    with mock_aws():
        yield


def client(service: str, region: str = REGION) -> Any:
    """A client of the account."""
    return boto3.client(service, region_name=region)


def bucket(name: str, tags: Mapping[str, str] = TAGS, region: str = REGION) -> None:
    """A tagged bucket, with versions and a key."""
    s3 = client("s3", region)
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": region})
    s3.put_bucket_tagging(
        Bucket=name, Tagging={"TagSet": [{"Key": key, "Value": value} for key, value in tags.items()]}
    )
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    s3.put_public_access_block(
        Bucket=name,
        PublicAccessBlockConfiguration={
            "BlockPublicAcls": True,
            "BlockPublicPolicy": True,
            "IgnorePublicAcls": True,
            "RestrictPublicBuckets": True,
        },
    )


def read(region: str = REGION, account: str = ACCOUNT) -> list[Existing]:
    """What has the tags."""
    return read_tagged({key: [value] for key, value in TAGS.items()}, region, account)


@pytest.mark.usefixtures("account")
def test_storage_database_cache_and_key_are_read_with_terraforms_names() -> None:
    bucket("acme-raw")
    client("rds").create_db_instance(
        DBInstanceIdentifier="acme-metadata",
        AllocatedStorage=500,
        DBInstanceClass="db.r6g.large",
        Engine="postgres",
        EngineVersion="16.4",
        MasterUsername="acme",
        MasterUserPassword="correct-horse",
        MultiAZ=True,
        StorageEncrypted=True,
        Tags=PAIRS,
    )
    client("elasticache").create_replication_group(
        ReplicationGroupId="acme-online",
        ReplicationGroupDescription="features",
        Engine="redis",
        CacheNodeType="cache.r6g.large",
        NumNodeGroups=2,
        TransitEncryptionEnabled=True,
        AuthToken="correct-horse-battery",
        Tags=PAIRS,
    )
    key = client("kms").create_key(
        Description="objects", Tags=[{"TagKey": name, "TagValue": value} for name, value in TAGS.items()]
    )["KeyMetadata"]
    found = {each.type: each for each in read()}
    raw = found["aws_s3_bucket"]
    assert (raw.address, raw.attributes["bucket"], raw.tags) == ("arn:aws:s3:::acme-raw", "acme-raw", TAGS)
    assert found["aws_s3_bucket_versioning"].attributes["versioning_configuration"] == {"status": "Enabled"}
    assert found["aws_s3_bucket_public_access_block"].attributes["block_public_policy"] is True
    assert "aws_s3_bucket_policy" not in found
    database = found["aws_db_instance"].attributes
    assert (database["identifier"], database["allocated_storage"], database["username"]) == (
        "acme-metadata",
        500,
        "acme",
    )
    assert found["aws_elasticache_replication_group"].attributes["replication_group_id"] == "acme-online"
    assert found["aws_kms_key"].attributes["key_id"] == key["KeyId"]
    assert found["aws_kms_key"].attributes["enable_key_rotation"] is False
    assert "correct-horse" not in str(found)


@pytest.mark.usefixtures("account")
def test_users_and_aliases_of_keys_are_read() -> None:
    cache = client("elasticache")
    user = {"UserId": "acme-feast", "UserName": "feast", "Engine": "redis", "AccessString": "on ~* +@all"}
    cache.create_user(**user, Passwords=["correct-horse-battery"], Tags=PAIRS)
    kms = client("kms")
    tags = [{"TagKey": name, "TagValue": value} for name, value in TAGS.items()]
    keys = [kms.create_key(Tags=own)["KeyMetadata"]["KeyId"] for own in (tags, [])]
    for name, key in zip(("alias/acme-data", "alias/other"), keys, strict=True):
        kms.create_alias(AliasName=name, TargetKeyId=key)
    found = {each.type: each.attributes for each in read()}
    assert found["aws_elasticache_user"]["user_id"] == "acme-feast"
    assert found["aws_elasticache_user"]["user_name"] == "feast"
    assert found["aws_kms_alias"]["id"] == "alias/acme-data"
    assert found["aws_kms_alias"]["target_key_id"] == keys[0]
    assert "correct-horse" not in str(found)


PROGRAM = """
import pulumi_aws as aws
raw = aws.s3.Bucket("raw", bucket="acme-raw")
aws.s3.BucketVersioning("raw-versioning", bucket=raw.bucket, versioning_configuration={"status": "Enabled"})
aws.ec2.Vpc("network", cidr_block="10.0.0.0/16")
"""


@pytest.mark.usefixtures("account")
def test_a_tagged_bucket_is_adopted_as_one_of_terraform_is(tmp_path: Path) -> None:
    bucket("acme-raw")
    matches = match(evaluate(tmp_path, PROGRAM).resources, read(), {})
    found = {each.match.planned.name: each for each in (compared(pair, matches.translation) for pair in matches.pairs)}
    assert found["raw"].import_id == "acme-raw"
    assert found["raw-versioning"].clean


@pytest.mark.usefixtures("account")
def test_pages_are_read_to_the_last() -> None:
    sns = client("sns")
    for number in range(60):
        sns.create_topic(Name=f"topic-{number}", Tags=PAIRS)
    assert len(read()) == 60


@pytest.mark.usefixtures("account")
def test_other_tags_and_regions_are_left_out() -> None:
    bucket("acme-raw", {"team": "ml", "env": "staging"})
    bucket("acme-there", region="eu-west-1")
    network = client("ec2", "us-east-1").create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    client("ec2", "us-east-1").create_tags(Resources=[network], Tags=PAIRS)
    # The emulated account lists buckets of every region, which AWS does not.
    assert of_the_stack(read(), REGION, ACCOUNT) == []
    assert [each.type for each in read("us-east-1") if each.type == "aws_vpc"] == ["aws_vpc"]


@pytest.mark.usefixtures("account")
def test_what_is_deleted_already_is_left_out() -> None:
    key = client("kms").create_key(Tags=[{"TagKey": key, "TagValue": value} for key, value in TAGS.items()])
    assert read()
    client("kms").schedule_key_deletion(KeyId=key["KeyMetadata"]["KeyId"])
    assert read() == []


@pytest.mark.usefixtures("account")
def test_a_type_that_is_not_read_is_named() -> None:
    arn = client("stepfunctions").create_state_machine(
        name="acme",
        definition="{}",
        roleArn=f"arn:aws:iam::{ACCOUNT}:role/acme",
        tags=[{"key": key, "value": value} for key, value in TAGS.items()],
    )["stateMachineArn"]
    assert [each.address for each in read() if not each.type] == [arn]


@pytest.mark.usefixtures("account")
def test_credentials_of_another_account_are_refused() -> None:
    with pytest.raises(TagsError, match=r"credentials are of the account 123456789012.*is 999988887777"):
        read(account="999988887777")


def test_without_credentials_it_says_how_to_get_them(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    with pytest.raises(TagsError, match="aws sso login"):
        read()
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    with pytest.raises(TagsError, match=r"nobody.*AWS_PROFILE"):
        read()


def answered(monkeypatch: pytest.MonkeyPatch, answers: Mapping[str, Any]) -> list[str]:
    """Answer calls by operation, errors among them, and the rest as moto does; returns what is called."""
    api: Any = import_module("botocore.client").BaseClient
    real, called = api._make_api_call, list[str]()

    def call(self: Any, operation: str, arguments: Any) -> Any:
        called.append(operation)
        answer = answers.get(operation)
        if isinstance(answer, str):
            raise ClientError({"Error": {"Code": answer, "Message": "because"}}, operation)
        return answer if answer is not None else real(self, operation, arguments)

    monkeypatch.setattr(api, "_make_api_call", call)
    return called


@pytest.mark.usefixtures("account")
@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ({"GetResources": "AccessDeniedException"}, "AWS refuses GetResources.*ReadOnlyAccess"),
        ({"GetBucketVersioning": "AccessDenied"}, r"refuses 1 calls.*GetBucketVersioning of arn:aws:s3:::acme-raw"),
        ({"GetCallerIdentity": "ExpiredToken"}, "does not take the credentials.*aws sso login"),
        ({"GetResources": "ThrottlingException"}, "GetResources: ThrottlingException"),
    ],
)
def test_a_refusal_is_told_plainly(monkeypatch: pytest.MonkeyPatch, answers: dict[str, str], said: str) -> None:
    bucket("acme-raw")
    answered(monkeypatch, answers)
    with pytest.raises(TagsError, match=said):
        read()


@pytest.mark.usefixtures("account")
def test_what_disappears_while_it_is_read_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    bucket("acme-raw")
    answered(monkeypatch, {"HeadBucket": "404"})
    assert read() == []


@pytest.mark.usefixtures("account")
def test_a_refusal_writes_no_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answered(monkeypatch, {"GetCallerIdentity": "AccessDenied"})
    for name in ("Pulumi.yaml", "Pulumi.starter.yaml"):
        copyfile(ROOT / name, tmp_path / name)
    assert main(["tags:team=ml", "starter", "--write", "--root", str(tmp_path)]) == 2
    assert "AWS refuses GetCallerIdentity" in capsys.readouterr().err
    assert not (tmp_path / "adopted").exists()


def test_tags_have_values_or_any() -> None:
    assert parsed_tags("team=ml,env=prod,team=data") == {"team": ["ml", "data"], "env": ["prod"]}
    assert parsed_tags("team") == {"team": []}
    assert parsed_tags("url=a=b") == {"url": ["a=b"]}
    for wrong in ("", "team=ml,,", "=ml"):
        with pytest.raises(TagsError, match="KEY=VALUE"):
            parsed_tags(wrong)


def shape_at(shape: Any, path: str) -> Any:
    """The shape of what a path leads to, in a model of botocore."""
    for step in filter(None, re.split(r"[.\[]", path.replace("]", ""))):
        if shape.type_name == "list":
            shape = shape.member
        if not (step.isdigit() or step == "*"):
            # `[Name]` names a member of the item, and leads to the item.
            key = f"[{step}]" in path
            assert key or (shape.type_name != "map" and step in shape.members), (path, step)
            shape = shape if key or shape.type_name == "map" else shape.members[step]
    return shape


@pytest.mark.parametrize("reader", READERS, ids=lambda each: each.terraform)
def test_requests_paths_and_names_are_published_ones(reader: Any) -> None:
    model = botocore.get_service_model(reader.service)
    operations = {import_module("botocore").xform_name(name): name for name in model.operation_names}
    own = set(ATTRIBUTES.get(reader.terraform, "name arn version vpc_config").split())
    of_parts = [(each.call, set(ATTRIBUTES[each.terraform].split())) for each in reader.parts]
    for call, names in [*((call, own) for call in reader.calls), *of_parts]:
        # A word of the API that reads; moto has the managed policies of IAM.
        assert call.operation.split("_")[0] in ("describe", "get", "batch", "list")
        operation = model.operation_model(operations[call.operation])
        assert set(call.request) <= set(operation.input_shape.members)
        result = shape_at(operation.output_shape, call.result)
        result = result.member if result.type_name == "list" else result
        for path in call.attributes.values():
            if result.type_name != "map":
                shape_at(result, path.partition("=")[0].removesuffix("#"))
        assert set(call.attributes) <= names, set(call.attributes) - names
    assert reader.identity in own | {"id"}
    types = {reader.terraform, *(each.terraform for each in reader.parts)}
    assert types <= {each.terraform for each in KINDS.values()} | {"aws_eks_cluster"}


def test_the_calls_are_allowed_by_the_managed_policy_that_only_reads() -> None:
    policies: Any = import_module("moto.iam.aws_managed_policies")
    document = json.loads(policies.aws_managed_policies_data)["ReadOnlyAccess"]["Document"]
    actions = (each.lower() for statement in document["Statement"] for each in statement["Action"])
    allowed = re.compile("|".join(re.escape(each).replace(r"\*", ".*") for each in actions))
    for reader in READERS:
        signed = botocore.get_service_model(reader.service).signing_name
        for call in (*reader.calls, *(each.call for each in reader.parts)):
            assert allowed.fullmatch(f"{signed}:{call.operation.replace('_', '')}"), (reader.service, call.operation)


def test_a_path_leads_into_lists() -> None:
    answer: dict[str, Any] = {"Groups": [{"Id": "a"}, {"Id": "b"}], "ResponseMetadata": {}}
    assert value_at(answer, "Groups.*.Id") == ["a", "b"]
    assert value_at(answer, "Groups.1.Id") == "b"
    assert value_at(answer, "Groups.7.Id") is None
    assert value_at(answer, "Groups[Id]", "b") == {"Id": "b"}
