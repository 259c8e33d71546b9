"""Buckets hold what is entrusted to them: private, encrypted, versioned, logged, and copied where that is asked."""

import json
from typing import Any

import pytest

from components.core.spec import SpecError
from components.data.data_buckets import DataBuckets
from components.data.log_bucket import LogBucket
from components.data.object_store import ObjectStore
from components.data.offline_catalog import OfflineCatalog, OfflineCatalogArgs
from tests.support.components.iam import allows
from tests.support.components.mocks import ACCOUNT, Recording, run

BUCKET = "aws:s3/bucket:Bucket"
LIFECYCLE = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"
CATALOG = "aws:glue/catalogDatabase:CatalogDatabase"
WORKGROUP = "aws:athena/workgroup:Workgroup"
KEY = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/k"


def store(**config: Any) -> Recording:
    args: Any = {"bucket": "ml-raw", "key_arn": KEY, "log_bucket": "ml-logs", **config}
    return run(lambda: ObjectStore("raw", args))


def test_a_bucket_is_private_encrypted_versioned_and_logged() -> None:
    found = store()
    public = found.one("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock").inputs
    assert all(
        public[key] for key in ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")
    )
    encryption = found.one(
        "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"
    ).inputs["rules"][0]
    assert encryption["applyServerSideEncryptionByDefault"] == {"sseAlgorithm": "aws:kms", "kmsMasterKeyId": KEY}
    assert encryption["bucketKeyEnabled"]
    versioning = found.one("aws:s3/bucketVersioning:BucketVersioning").inputs
    assert versioning["versioningConfiguration"] == {"status": "Enabled"}
    ownership = found.one("aws:s3/bucketOwnershipControls:BucketOwnershipControls").inputs["rule"]
    assert ownership == {"objectOwnership": "BucketOwnerEnforced"}
    logging = found.one("aws:s3/bucketLogging:BucketLogging").inputs
    assert (logging["targetBucket"], logging["targetPrefix"]) == ("ml-logs", "s3/ml-raw/")
    assert found.one(BUCKET).protect


PROMOTION = "arn:aws:iam::999999999999:role/promotion/risk"


def test_bucket_policy_lets_a_named_role_of_another_account_read() -> None:
    found = store(bucket="ml-models", reader_role_arns=[PROMOTION])
    policy = found.one("aws:s3/bucketPolicy:BucketPolicy").inputs["policy"]
    file, secure = "arn:aws:s3:::ml-models/fraud/7/model.onnx", {"aws_securetransport": "true", "s3_tlsversion": "1.3"}
    for role, granted in ((PROMOTION, True), (PROMOTION.replace("risk", "other"), False)):
        grants = document_of(policy, "Allow")
        assert allows(grants, "s3:GetObject", file, aws_principalarn=role, **secure) is granted
        assert allows(grants, "s3:GetObjectTagging", file, aws_principalarn=role, **secure) is granted
        assert allows(grants, "s3:ListBucket", "arn:aws:s3:::ml-models", aws_principalarn=role) is granted
        assert not allows(grants, "s3:PutObject", file, aws_principalarn=role)
        assert not allows(grants, "s3:DeleteObject", file, aws_principalarn=role)
    stated = [each for each in json.loads(policy)["Statement"] if each["Effect"] == "Allow"]
    assert {str(each["Principal"]) for each in stated} == {str({"AWS": ["arn:aws:iam::999999999999:root"]})}
    assert not document_of(store().one("aws:s3/bucketPolicy:BucketPolicy").inputs["policy"], "Allow").count("Sid")


def document_of(policy: str, effect: str) -> str:
    content = json.loads(policy)
    return json.dumps({**content, "Statement": [each for each in content["Statement"] if each["Effect"] == effect]})


def test_key_decrypts_only_the_buckets_of_each_reader() -> None:
    args: Any = {"prefix": "ml", "models": {"reader_role_arns": [PROMOTION]}, "raw": {"replica_region": "us-west-2"}}
    found = run(lambda: DataBuckets("data", args))
    policy = found.one("aws:kms/key:Key", "data-key").inputs["policy"]
    [grant] = [each for each in json.loads(policy)["Statement"] if each["Sid"].startswith("Readers")]
    assert grant["Principal"] == {"AWS": ["arn:aws:iam::999999999999:root"]}
    through = {"kms_viaservice": "s3.us-east-1.amazonaws.com", "aws_principalarn": PROMOTION}
    readable = json.dumps({"Statement": [grant]})
    for context, granted in (
        (f"arn:aws:s3:::ml-models-{ACCOUNT}", True),
        (f"arn:aws:s3:::ml-models-{ACCOUNT}/fraud/7/model.onnx", True),
        (f"arn:aws:s3:::ml-raw-{ACCOUNT}", False),
    ):
        given = {**through, "kms_encryptioncontext_aws_s3_arn": context}
        assert allows(readable, "kms:Decrypt", "*", **given) is granted
        assert not allows(readable, "kms:Decrypt", "*", **{**given, "aws_principalarn": PROMOTION + "2"})
        assert not allows(readable, "kms:Encrypt", "*", **given)
    policies = {each.name: each.inputs["policy"] for each in found.all("aws:s3/bucketPolicy:BucketPolicy")}
    assert [name for name, each in policies.items() if PROMOTION in each] == ["data-models-policy"]


def test_a_reader_that_is_no_role_is_refused() -> None:
    with pytest.raises(SpecError, match="reader_role_arns"):
        store(reader_role_arns=["999999999999"])


def test_a_bucket_refuses_requests_without_todays_tls() -> None:
    policy = json.loads(store().one("aws:s3/bucketPolicy:BucketPolicy").inputs["policy"])
    denied = {statement["Sid"]: statement for statement in policy["Statement"] if statement["Effect"] == "Deny"}
    assert denied["TlsOnly"]["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert denied["TlsOfToday"]["Condition"] == {"NumericLessThan": {"s3:TlsVersion": "1.2"}}
    assert all(each["Resource"] == ["arn:aws:s3:::ml-raw", "arn:aws:s3:::ml-raw/*"] for each in denied.values())


@pytest.mark.parametrize(
    ("config", "classes"),
    [
        ({}, [(0, "INTELLIGENT_TIERING")]),
        ({"infrequent_access_days": 30}, [(30, "STANDARD_IA")]),
        ({"archive_days": 90}, [(90, "GLACIER_IR")]),
        ({"infrequent_access_days": 30, "archive_days": 90}, [(30, "STANDARD_IA"), (90, "GLACIER_IR")]),
    ],
)
def test_objects_change_class_by_age(config: dict[str, int], classes: list[tuple[int, str]]) -> None:
    rules = store(**config).one("aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration").inputs["rules"]
    assert [(each["days"], each["storageClass"]) for each in rules[0]["transitions"]] == classes
    assert "expiration" not in rules[0]
    assert rules[1]["abortIncompleteMultipartUpload"] == {"daysAfterInitiation": 7}
    assert rules[1]["noncurrentVersionExpiration"] == {"noncurrentDays": 30}
    assert rules[1]["expiration"] == {"expiredObjectDeleteMarker": True}


def test_objects_expire_when_asked() -> None:
    rules = (
        store(expire_days=400).one("aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration").inputs["rules"]
    )
    assert rules[0]["expiration"] == {"days": 400}


def test_what_can_be_made_again_expires_and_nothing_else() -> None:
    args: Any = {"expiring_prefixes": {"tmp/": 7, "athena-results/": 30.0}}
    rules = store(**args).one(LIFECYCLE).inputs["rules"]
    brief = {rule["filter"]["prefix"]: rule["expiration"] for rule in rules if rule["filter"]["prefix"]}
    assert brief == {"athena-results/": {"days": 30}, "tmp/": {"days": 7}}
    assert len({rule["id"] for rule in rules}) == 4


def test_results_of_queries_go_after_a_month_and_features_stay() -> None:
    found = run(lambda: DataBuckets("data", {"prefix": "ml"}))
    expiring = {
        each.name: {rule["filter"]["prefix"] for rule in each.inputs["rules"] if "days" in rule.get("expiration", {})}
        for each in found.all(LIFECYCLE)
    }
    assert expiring.pop("data-logs-lifecycle") == {""}
    assert expiring.pop("data-offline-lifecycle") == {"athena-results/"}
    assert not any(expiring.values())
    # What the catalog's workgroup writes lies there.
    catalog: OfflineCatalogArgs = {"database": "features", "bucket_name": "ml-offline", "key_arn": KEY}
    settings = run(lambda: OfflineCatalog("catalog", catalog)).one(WORKGROUP).inputs["configuration"]
    assert settings["resultConfiguration"]["outputLocation"] == "s3://ml-offline/athena-results/"


def test_a_second_copy_ages_as_the_first_does() -> None:
    found = store(replica_region="us-west-2", infrequent_access_days=30)
    first, second = sorted(found.all(LIFECYCLE), key=lambda each: each.inputs.get("region", ""))
    assert second.inputs["region"] == "us-west-2"
    assert second.inputs["rules"] == first.inputs["rules"]
    copy = next(each for each in found.all(BUCKET) if each.inputs.get("region"))
    assert copy.urn in second.property_dependencies["bucket"]


def test_a_second_copy_lies_in_its_region_under_its_own_key() -> None:
    found = store(replica_region="us-west-2")
    copies = {each.inputs.get("region"): each for each in found.all(BUCKET)}
    assert set(copies) == {None, "us-west-2"}
    assert copies["us-west-2"].inputs["bucket"] == "ml-raw-replica"
    assert found.one("aws:kms/key:Key").inputs["region"] == "us-west-2"
    blocked = found.all("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock")
    assert {each.inputs.get("region") for each in blocked} == {None, "us-west-2"}
    rule = found.one("aws:s3/bucketReplicationConfig:BucketReplicationConfig").inputs["rules"][0]
    assert (rule["id"], rule["destination"]["metrics"]) == ("everything", {"status": "Enabled"})
    assert rule["sourceSelectionCriteria"]["sseKmsEncryptedObjects"] == {"status": "Enabled"}
    trust = json.loads(found.one("aws:iam/role:Role").inputs["assumeRolePolicy"])["Statement"][0]
    assert trust["Condition"]["ArnLike"] == {"aws:SourceArn": "arn:aws:s3:::ml-raw"}
    allowed = json.loads(found.one("aws:iam/rolePolicy:RolePolicy").inputs["policy"])["Statement"]
    assert all("*" not in statement["Resource"] for statement in allowed)


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"replica_region": "cn-north-1"}, r"replicaRegion = 'cn-north-1': .* AWS does not copy between partitions"),
        ({"replica_region": "us-east-1"}, r"replicaRegion = 'us-east-1': it is the bucket's own region"),
        (
            {"archive_days": 30, "infrequent_access_days": 60},
            r"archiveDays = 30: must be above infrequentAccessDays = 60",
        ),
        (
            {"archive_days": 40, "infrequent_access_days": 30},
            r"archiveDays = 40: must be at least 30 days after infrequentAccessDays = 30; write 60 or more",
        ),
        ({"infrequent_access_days": 10}, r"infrequent_?[aA]ccess_?[dD]ays = 10: .*30"),
        ({"bucket": "Wrong_Name"}, r"bucket = 'Wrong_Name'"),
        # No certificate of S3 covers its name, and the policy lets TLS alone in.
        ({"bucket": "ml.raw"}, r"bucket = 'ml.raw'"),
        (
            {"bucket": "b" * 56, "replica_region": "us-west-2"},
            r"b': the name of the replica adds -replica",
        ),
        ({"replica_region": "us-west-9"}, r"us-west-9 is not an AWS region; did you mean us-west-2"),
        ({"expiring_prefixes": {"/tmp/": 7}}, r"/tmp/"),
        ({"expiring_prefixes": {"": 7}}, r"expiring_?[pP]refixes"),
        ({"expiring_prefixes": {"tmp/": 0}}, r"tmp/ = 0"),
    ],
)
def test_what_s3_would_refuse_is_refused(config: dict[str, Any], message: str) -> None:
    with pytest.raises(SpecError, match=message):
        store(**config)


def test_logs_can_be_delivered_and_nobody_else_writes_them() -> None:
    found = run(lambda: LogBucket("logs", {"bucket": "ml-logs"}))
    statements = json.loads(found.one("aws:s3/bucketPolicy:BucketPolicy").inputs["policy"])["Statement"]
    allowed = {each["Principal"]["Service"]: each for each in statements if each["Effect"] == "Allow"}
    s3 = allowed["logging.s3.amazonaws.com"]
    assert s3["Condition"] == {"StringEquals": {"aws:SourceAccount": ACCOUNT}}
    # The prefix that buckets write below lies within what the policy lets them write.
    assert s3["Resource"] == "arn:aws:s3:::ml-logs/s3/*"
    balancer = allowed["logdelivery.elasticloadbalancing.amazonaws.com"]
    assert balancer["Resource"] == f"arn:aws:s3:::ml-logs/*/AWSLogs/{ACCOUNT}/*"
    # Load balancers can't write under a key of KMS.
    encryption = found.one("aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration")
    assert encryption.inputs["rules"][0]["applyServerSideEncryptionByDefault"] == {"sseAlgorithm": "AES256"}


def test_buckets_share_one_key_and_one_log_bucket() -> None:
    found = run(
        lambda: DataBuckets("data", {"prefix": "ml", "raw": {"archive_days": 90}, "deletion_protection": False})
    )
    names = {each.inputs["bucket"] for each in found.all(BUCKET)}
    assert names == {f"ml-{purpose}-{ACCOUNT}" for purpose in ("raw", "training", "models", "offline", "logs")}
    assert not any(each.protect for each in found.resources)
    # Only what fills by itself goes with what is in it.
    assert [each.name for each in found.all(BUCKET) if each.inputs.get("forceDestroy")] == ["data-logs-bucket"]
    by_name = {each.inputs["bucket"]: each.inputs["bucket"] for each in found.all(BUCKET)}
    assert found.outputs("data")["raw_bucket"] == by_name[f"ml-raw-{ACCOUNT}"]
    targets = {each.inputs["targetBucket"] for each in found.all("aws:s3/bucketLogging:BucketLogging")}
    assert targets == {by_name[f"ml-logs-{ACCOUNT}"]}


def test_every_bucket_is_protected_the_logs_too() -> None:
    found = run(lambda: DataBuckets("data", {"prefix": "ml"}))
    assert [each.protect for each in found.all(BUCKET)] == [True] * 5
    assert not any(each.inputs.get("forceDestroy") for each in found.all(BUCKET))


@pytest.mark.parametrize("protected", [True, False])
def test_deletion_protection_covers_tables_and_saved_queries(protected: bool) -> None:
    args: OfflineCatalogArgs = {
        "database": "features",
        "deletion_protection": protected,
        "bucket_name": "ml-offline",
        "key_arn": KEY,
    }
    found = run(lambda: OfflineCatalog("catalog", args))
    assert [found.one(kind).protect for kind in (CATALOG, WORKGROUP)] == [protected] * 2
    assert found.one(WORKGROUP).inputs["forceDestroy"] is not protected


def test_queries_are_bounded_and_their_results_encrypted() -> None:
    catalog: OfflineCatalogArgs = {
        "database": "features",
        "scan_limit_gib": 10,
        "bucket_name": "ml-offline",
        "key_arn": KEY,
    }
    found = run(lambda: OfflineCatalog("catalog", catalog))
    settings = found.one("aws:athena/workgroup:Workgroup").inputs["configuration"]
    assert settings["enforceWorkgroupConfiguration"]
    assert settings["bytesScannedCutoffPerQuery"] == 10 * 1024**3
    assert settings["resultConfiguration"] == {
        "outputLocation": "s3://ml-offline/athena-results/",
        "encryptionConfiguration": {"encryptionOption": "SSE_KMS", "kmsKeyArn": KEY},
    }
    assert found.one("aws:glue/catalogDatabase:CatalogDatabase").inputs["name"] == "features"
