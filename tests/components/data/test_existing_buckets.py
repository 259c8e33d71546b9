"""DataBuckets over buckets that exist: they are published and not made, and the rest is made under their key."""

from typing import Any

import pytest

from components.core.spec import SpecError
from components.data.data_buckets import DataBuckets, DataBucketsArgs
from tests.support.components.mocks import ACCOUNT, Recording, run

KEY = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/11111111-2222-3333-4444-555555555555"
BUCKET = "aws:s3/bucket:Bucket"


def buckets(recording: Recording | None = None, **args: Any) -> Recording:
    given: DataBucketsArgs = {"prefix": "ml", "existing": {"key_arn": KEY, "raw": "acme-raw"}, **args}  # pyright: ignore[reportAssignmentType]
    return run(lambda: DataBuckets("data", given), recording)


def test_existing_bucket_is_published_and_not_made() -> None:
    found = buckets()
    assert [each.name for each in found.all(BUCKET)] == [
        "data-logs-bucket", "data-models-bucket", "data-offline-bucket", "data-training-bucket"
    ]  # fmt: skip
    assert not found.all("aws:kms/key:Key")
    outputs = dict(found.registered_outputs)["urn:pulumi:test::mlplatform::mlplatform:index:DataBuckets::data"]
    assert (outputs["raw_bucket"], outputs["key_arn"]) == ("acme-raw", KEY)
    assert outputs["bucket_arns"]["raw"] == "arn:aws:s3:::acme-raw"
    encryption = found.one(
        "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
        "data-models-encryption",
    )
    assert KEY in str(encryption.inputs)


def test_differences_from_the_account_stop_the_program_before_a_bucket_is_made() -> None:
    recording = Recording(
        answers={
            "aws:kms/getKey:getKey": {"id": KEY, "enabled": False},
            "aws:s3/getBucket:getBucket": {"id": "acme-raw", "bucketRegion": "eu-west-1"},
        }
    )
    with pytest.raises(SpecError) as error:
        buckets(recording)
    said = str(error.value)
    assert f"existing.keyArn = {KEY}: the key is disabled" in said
    assert "existing.raw = acme-raw: the bucket is in eu-west-1, not us-east-1" in said
    assert not recording.all(BUCKET)


@pytest.mark.parametrize(
    ("args", "said"),
    [
        ({"existing": {"key_arn": KEY}}, "name at least one of raw, training, models and offline"),
        ({"existing": {"key_arn": KEY, "raw": "one-bucket", "models": "one-bucket"}}, "has two purposes"),
        ({"existing": {"key_arn": "alias/ml", "raw": "acme-raw"}}, "key_arn = 'alias/ml'"),
        ({"raw": {"expire_days": 30}}, "existing.raw names a bucket, whose owner decides this; remove raw"),
        ({"models": {"reader_role_arns": [f"arn:aws:iam::{ACCOUNT}:role/r"]}}, "remove readerRoleArns"),
    ],
)
def test_wrong_arguments_are_refused(args: dict[str, Any], said: str) -> None:
    with pytest.raises(SpecError) as error:
        buckets(**args)
    assert said in str(error.value)
