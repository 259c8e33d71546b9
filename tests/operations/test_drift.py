"""A comparison finds what is missing, foreign or changed, prices orphans, and says what it could not read."""

import json
from collections.abc import Callable, Iterator
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from operations.drift.__main__ import compared, main
from operations.drift.findings import Finding, Findings, Kind
from operations.drift.owners import made_for
from operations.drift.report import as_json, as_text
from operations.state import State
from pricing.estimate import estimate
from pricing.usage import Usage
from resources.resource import Resource
from tests.support.operations.states import written

REGION = "us-east-1"
TODAY = date(2026, 11, 21)
TAGS = {"managed-by": "mlplatform", "environment": "production", "owner": "ml-platform"}
LIST = [{"Key": key, "Value": value} for key, value in TAGS.items()]
BUCKET = "ml-prod-models"
KEY_MONTHLY = 1.3
"""A dollar, and the requests of the default usage: 0.1 million at 3 USD."""


def boto(service: str) -> Any:
    return import_module("boto3").client(service, region_name=REGION)


class Cloud:
    """An account with a stack in it, and the state of the stack."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.rds, self.s3, self.ec2, self.kms = (boto(each) for each in ("rds", "s3", "ec2", "kms"))
        self.resources: list[dict[str, Any]] = [
            {"urn": "urn:pulumi:prod::ml::pulumi:pulumi:Stack::ml-prod", "type": "pulumi:pulumi:Stack"},
            self.document(
                "pulumi:providers:aws",
                "aws",
                "provider",
                {"region": REGION, "defaultTags": json.dumps({"tags": {**TAGS, "cost-center": "ml"}})},
            ),
        ]
        self._database()
        self._bucket()
        self._group()
        self._key()

    def document(self, type_: str, name: str, identifier: str, inputs: Any, arn: str = "") -> dict[str, Any]:
        urn = f"urn:pulumi:prod::ml::{type_}::{name}"
        outputs = {**inputs, **({"arn": arn, "tagsAll": TAGS} if arn else {})}
        return {"urn": urn, "type": type_, "custom": True, "id": identifier, "inputs": inputs, "outputs": outputs}

    def database(self, name: str, instance_class: str = "db.m7g.large") -> str:
        made = self.rds.create_db_instance(
            DBInstanceIdentifier=name,
            Engine="postgres",
            EngineVersion="17.4",
            DBInstanceClass=instance_class,
            AllocatedStorage=100,
            StorageType="gp3",
            MasterUsername="platform",
            MasterUserPassword="of-the-test",
            DeletionProtection=True,
            Tags=LIST,
        )
        return str(made["DBInstance"]["DBInstanceArn"])

    def _database(self) -> None:
        inputs = {
            "identifier": "ml-prod",
            "engine": "postgres",
            "engineVersion": "17",
            "instanceClass": "db.m7g.large",
            "deletionProtection": True,
            "publiclyAccessible": False,
        }
        arn = self.database("ml-prod")
        self.resources.append(self.document("aws:rds/instance:Instance", "database", "db-X", inputs, arn))

    def _bucket(self) -> None:
        self.s3.create_bucket(Bucket=BUCKET)
        self.s3.put_bucket_tagging(Bucket=BUCKET, Tagging={"TagSet": LIST})
        self.s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
        blocked = ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")
        self.s3.put_public_access_block(Bucket=BUCKET, PublicAccessBlockConfiguration=dict.fromkeys(blocked, True))
        ours = {f"{each[0].lower()}{each[1:]}": True for each in blocked}
        versioning = {"bucket": BUCKET, "versioningConfiguration": {"status": "Enabled"}}
        self.resources += [
            self.document("aws:s3/bucket:Bucket", "models", BUCKET, {"bucket": BUCKET}, f"arn:aws:s3:::{BUCKET}"),
            self.document("aws:s3/bucketVersioning:BucketVersioning", "models-versioning", BUCKET, versioning),
            self.document(
                "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
                "models-access",
                BUCKET,
                {"bucket": BUCKET, **ours},
            ),
        ]

    def _group(self) -> None:
        self.vpc = self.ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        tags = [{"ResourceType": "security-group", "Tags": LIST}]
        made = self.ec2.create_security_group(
            GroupName="database", Description="database", VpcId=self.vpc, TagSpecifications=tags
        )
        self.group = str(made["GroupId"])
        for rule in self.rules():
            self.ec2.revoke_security_group_egress(GroupId=self.group, SecurityGroupRuleIds=[rule])
        self.open("10.0.0.0/16", 5432)
        [rule] = self.rules()
        arn = f"arn:aws:ec2:{REGION}:123456789012:security-group/{self.group}"
        inputs = {"securityGroupId": self.group, "cidrIpv4": "10.0.0.0/16"}
        rule_type = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
        self.resources += [
            self.document("aws:ec2/securityGroup:SecurityGroup", "database-sg", self.group, {}, arn),
            self.document(rule_type, "database-from-nodes", rule, inputs),
        ]

    def rules(self) -> list[str]:
        filters = [{"Name": "group-id", "Values": [self.group]}]
        found = self.ec2.describe_security_group_rules(Filters=filters)["SecurityGroupRules"]
        return [each["SecurityGroupRuleId"] for each in found]

    def open(self, cidr: str, port: int) -> None:
        permission = {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, "IpRanges": [{"CidrIp": cidr}]}
        self.ec2.authorize_security_group_ingress(GroupId=self.group, IpPermissions=[permission])

    def _key(self) -> None:
        made = self.kms.create_key(Tags=[{"TagKey": key, "TagValue": value} for key, value in TAGS.items()])
        arn = str(made["KeyMetadata"]["Arn"])
        self.key = str(made["KeyMetadata"]["KeyId"])
        self.resources.append(self.document("aws:kms/key:Key", "database-key", self.key, {}, arn))

    def state(self) -> State:
        deployment = {"resources": self.resources}
        return written(self.folder, {"version": 3, "deployment": deployment})

    def compare(self, wrap: Callable[[str, Any], Any] = lambda _, client: client, **options: Any) -> Findings:
        def client(service: str, region: str) -> Any:
            return wrap(service, import_module("boto3").client(service, region_name=region))

        return compared(client, self.state(), today=TODAY, **options)


@pytest.fixture
def cloud(tmp_path: Path) -> Iterator[Cloud]:
    with import_module("moto").mock_aws():
        yield Cloud(tmp_path)


def of(findings: Findings, kind: Kind) -> list[Finding]:
    return [each for each in findings.differences if each.kind is kind]


def test_what_is_as_deployed_has_no_drift(cloud: Cloud) -> None:
    findings = cloud.compare()
    assert findings.differences == []
    assert findings.failures == []
    assert findings.compared == 4
    assert "4 resources compared, 0 differences" in as_text("prod", findings)


def test_orphans_have_their_cost(cloud: Cloud) -> None:
    arn = cloud.database("forgotten")
    tags = [{"ResourceType": "volume", "Tags": LIST}]
    cloud.ec2.create_volume(AvailabilityZone="us-east-1a", Size=500, VolumeType="gp3", TagSpecifications=tags)
    findings = cloud.compare()
    found = {each.what: each.monthly for each in of(findings, Kind.ORPHAN)}
    [volume] = [name for name in found if ":volume/" in name]
    # 500 GB of gp3 at 0.08.
    assert found[volume] == pytest.approx(40.0)
    database = Resource(
        "urn:pulumi:prod::ml::aws:rds/instance:Instance::x",
        "aws:rds/instance:Instance",
        "x",
        inputs={
            "engine": "postgres",
            "instanceClass": "db.m7g.large",
            "allocatedStorage": 100,
            "storageType": "gp3",
            "multiAz": False,
        },
    )
    assert found[arn] == estimate([database], region=REGION, usage=Usage(), today=TODAY).monthly
    text = as_text("prod", findings)
    assert text.index("forgotten") < text.index(":volume/")
    assert "USD a month for 2 of 2" in text
    assert json.loads(as_json("prod", findings))["orphansMonthly"] == pytest.approx(sum(filter(None, found.values())))


def test_resources_of_another_stack_are_no_orphans(cloud: Cloud) -> None:
    arn = cloud.database("ml-prod-usw2")
    other = State("prod-us-west-2", [*cloud.state().resources])
    document = cloud.document("aws:rds/instance:Instance", "database", "db-Y", {}, arn)
    second = Cloud.__new__(Cloud)
    second.folder, second.resources = cloud.folder / "second", [cloud.resources[0], document]
    assert of(cloud.compare(others=[other]), Kind.ORPHAN)
    assert not of(cloud.compare(others=[second.state()]), Kind.ORPHAN)


@pytest.mark.parametrize(
    ("arn", "tags", "owner"),
    [
        ("arn:aws:rds:us-east-1:123456789012:snapshot:rds:ml-prod-2026-11-20-03-00", {}, "database"),
        ("arn:aws:rds:us-east-1:123456789012:snapshot:rds:other-2026-11-20-03-00", {}, ""),
        ("arn:aws:rds:us-east-1:123456789012:snapshot:by-hand", {}, ""),
        ("arn:aws:elasticache:us-east-1:123456789012:cluster:ml-online-0001-002", {}, "online"),
        ("arn:aws:elasticache:us-east-1:123456789012:cluster:ml-online-001", {}, "online"),
        ("arn:aws:elasticache:us-east-1:123456789012:cluster:ml-other-0001-002", {}, ""),
        ("arn:aws:ec2:us-east-1:123456789012:instance/i-1", {"eks:nodegroup-name": "gpu"}, "gpu-nodes"),
        ("arn:aws:ec2:us-east-1:123456789012:instance/i-1", {"eks:nodegroup-name": "removed"}, ""),
        ("arn:aws:ec2:us-east-1:123456789012:volume/vol-1", {"kubernetes.io/cluster/ml-prod": "owned"}, "cluster"),
        ("arn:aws:ec2:us-east-1:123456789012:volume/vol-1", {"kubernetes.io/cluster/removed": "owned"}, ""),
    ],
)
def test_what_aws_makes_for_a_resource_goes_with_it(cloud: Cloud, arn: str, tags: dict[str, str], owner: str) -> None:
    caches = "aws:elasticache/replicationGroup:ReplicationGroup"
    cloud.resources += [
        cloud.document(caches, "online", "ml-online", {"replicationGroupId": "ml-online"}),
        cloud.document("aws:eks/nodeGroup:NodeGroup", "gpu-nodes", "ml-prod:gpu", {"nodeGroupName": "gpu"}),
        cloud.document("aws:eks/cluster:Cluster", "cluster", "ml-prod", {"name": "ml-prod"}),
    ]
    assert made_for(arn, tags, cloud.state()) == owner


def test_what_was_deleted_by_hand_is_missing(cloud: Cloud) -> None:
    cloud.database("another")
    cloud.rds.modify_db_instance(DBInstanceIdentifier="ml-prod", DeletionProtection=False, ApplyImmediately=True)
    cloud.rds.delete_db_instance(DBInstanceIdentifier="ml-prod", SkipFinalSnapshot=True)
    [rule] = cloud.rules()
    cloud.ec2.revoke_security_group_ingress(GroupId=cloud.group, SecurityGroupRuleIds=[rule])
    findings = cloud.compare()
    assert {each.what for each in of(findings, Kind.MISSING)} == {"database", "database-from-nodes"}


def test_changed_values_are_told_with_both(cloud: Cloud) -> None:
    cloud.rds.modify_db_instance(
        DBInstanceIdentifier="ml-prod",
        DeletionProtection=False,
        DBInstanceClass="db.m7g.2xlarge",
        ApplyImmediately=True,
    )
    cloud.s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Suspended"})
    cloud.s3.delete_public_access_block(Bucket=BUCKET)
    cloud.open("0.0.0.0/0", 22)
    found = {(each.what, each.field): (each.expected, each.found) for each in of(cloud.compare(), Kind.CHANGED)}
    assert found["database", "instanceClass"] == ("db.m7g.large", "db.m7g.2xlarge")
    assert found["database", "deletionProtection"] == ("True", "False")
    assert found["models-versioning", "status"] == ("Enabled", "Suspended")
    assert found["models-access", "blockPublicPolicy"] == ("True", "False")
    assert found["database-sg", "rules"][1].endswith("tcp 22-22 from 0.0.0.0/0")


class _Refusing:
    """A client whose calls AWS refuses."""

    def __init__(self, name: str):
        self._code = name

    def __getattr__(self, name: str) -> Any:
        def refused(*_: Any, **__: Any) -> Any:
            answer = {"Error": {"Code": self._code, "Message": "no"}}
            raise import_module("botocore.exceptions").ClientError(answer, name)

        return refused


@pytest.mark.parametrize("refusal", ["AccessDenied", "Throttling"])
def test_what_aws_refuses_to_show_is_told(cloud: Cloud, refusal: str) -> None:
    def wrap(service: str, client: Any) -> Any:
        return _Refusing(refusal) if service in ("rds", "ec2") else client

    findings = cloud.compare(wrap)
    assert findings.differences == []
    assert [each.split(":")[0] for each in findings.failures] == ["rds", "ec2"]
    assert all(refusal in each for each in findings.failures)
    assert "Could not be read: 2" in as_text("prod", findings)


def test_without_the_list_nothing_is_called_missing(cloud: Cloud) -> None:
    findings = cloud.compare(lambda s, c: _Refusing("AccessDenied") if s == "resourcegroupstaggingapi" else c)
    assert findings.differences == []
    assert "tag:GetResources in us-east-1" in findings.failures[0]


def test_the_plan_is_compared_with_the_state(cloud: Cloud) -> None:
    urns = [each["urn"] for each in cloud.resources if "database-key" not in each["urn"]]
    new = "urn:pulumi:prod::ml::aws:ec2/natGateway:NatGateway::nat"
    plan = {"resources": [{"urn": urn} for urn in [*urns, new]], "cost": {"lines": [{"urn": new, "monthly": 32.85}]}}
    findings = cloud.compare(plan=plan)
    assert [(each.what, each.monthly) for each in of(findings, Kind.NOT_DEPLOYED)] == [("nat", 32.85)]
    assert [(each.what, each.monthly) for each in of(findings, Kind.NOT_PLANNED)] == [("database-key", KEY_MONTHLY)]


def test_the_exit_code_tells_drift_and_gaps(
    cloud: Cloud, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    cloud.state()
    given = ["prod", "--state", str(cloud.folder / "state.json")]
    assert main(given) == 0
    cloud.open("0.0.0.0/0", 22)
    assert main([*given, "--json"]) == 1
    [difference] = json.loads(capsys.readouterr().out.partition("\n")[2])["differences"]
    assert difference["kind"] == "changed"

    def refusing(service: str, region: str) -> Any:
        return _Refusing("AccessDenied")

    monkeypatch.setattr("operations.drift.__main__.client", refusing)
    assert main(given) == 3
    assert main(["staging", *given[1:]]) == 2
    assert "the file is the state of 'prod'" in capsys.readouterr().err


def test_a_stack_without_tags_is_refused(cloud: Cloud, capsys: pytest.CaptureFixture[str]) -> None:
    cloud.resources[1]["inputs"] = {"region": REGION}
    cloud.state()
    assert main(["prod", "--state", str(cloud.folder / "state.json")]) == 2
    assert "managed-by = null: the AWS provider of the stack sets no such tag" in capsys.readouterr().err


def test_lines_fit_the_screen(cloud: Cloud) -> None:
    cloud.open("0.0.0.0/0", 22)
    text = as_text("prod", cloud.compare(lambda s, c: _Refusing("Throttling") if s == "rds" else c))
    assert all(len(line) <= 80 for line in text.splitlines() if "sgr-" not in line)
