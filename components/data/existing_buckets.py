"""Buckets that exist already, and the key that encrypts them."""

from collections.abc import Iterator
from typing import Annotated, NotRequired, Self, TypedDict, TypeVar

import pulumi
import pulumi_aws as aws
from pydantic import Field, StringConstraints, field_validator, model_validator

from ..core.problems import refuse_at
from ..core.spec import Spec
from ..facts.names import BUCKET_PATTERN, KMS_KEY_PATTERN
from .bucket_policies import free_bucket_name

Answer = TypeVar("Answer")
BucketName = Annotated[str, StringConstraints(pattern=BUCKET_PATTERN)]


class ExistingBucketsConfig(TypedDict):
    """Buckets that exist, and the key that encrypts them."""

    key_arn: str
    """The KMS key of these buckets. It also encrypts the buckets that are made."""
    raw: NotRequired[str]
    """The bucket of raw data. Default: a new one."""
    training: NotRequired[str]
    """The bucket of training sets. Default: a new one."""
    models: NotRequired[str]
    """The bucket of model artifacts. Default: a new one."""
    offline: NotRequired[str]
    """The bucket of offline features. Default: a new one."""


class ExistingBucketsSpec(Spec):
    """Buckets that exist, and the key that encrypts them."""

    key_arn: str = Field(
        pattern=KMS_KEY_PATTERN,
        description="The KMS key of these buckets. It also encrypts the buckets that are made.",
    )
    raw: BucketName | None = Field(default=None, description="The bucket of raw data. Default: a new one.")
    training: BucketName | None = Field(default=None, description="The bucket of training sets. Default: a new one.")
    models: BucketName | None = Field(default=None, description="The bucket of artifacts. Default: a new one.")
    offline: BucketName | None = Field(default=None, description="The bucket of offline features. Default: a new one.")

    @field_validator("raw", "training", "models", "offline")
    @classmethod
    def _not_reserved(cls, name: str | None) -> str | None:
        return free_bucket_name(name) if name is not None else None

    @property
    def names(self) -> dict[str, str]:
        """The buckets by their purposes."""
        every = {"raw": self.raw, "training": self.training, "models": self.models, "offline": self.offline}
        return {purpose: name for purpose, name in every.items() if name}

    @model_validator(mode="after")
    def _one_purpose_each(self) -> Self:
        if not self.names:
            raise refuse_at("raw", None, "name at least one of raw, training, models and offline")
        names = list(self.names.values())
        if again := next((purpose for purpose, name in self.names.items() if names.count(name) > 1), None):
            raise refuse_at(again, self.names[again], "has two purposes; name another bucket for one of them")
        return self


def differences(spec: ExistingBucketsSpec, region: str, options: pulumi.InvokeOptions) -> Iterator[str]:
    """What AWS says otherwise about the buckets and their key. A plan has no account, so it knows nothing else."""
    key = aws.kms.get_key(key_id=spec.key_arn, opts=options)
    if _answer(key.enabled) is False:
        yield f"existing.keyArn = {spec.key_arn}: the key is disabled; enable it, or name another"
    for purpose, name in spec.names.items():
        found = _answer(aws.s3.get_bucket(bucket=name, opts=options).bucket_region)
        if found not in (None, region):
            yield f"existing.{purpose} = {name}: the bucket is in {found}, not {region}; name one of this region"


def _answer(value: Answer) -> Answer | None:
    """What AWS answers; None in a plan, which asks no account."""
    return value
