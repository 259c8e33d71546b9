"""DataBuckets: raw data, training sets, models and offline features, each in a bucket of its own under one key."""

from collections.abc import Mapping
from typing import Any, NotRequired, TypedDict

import pulumi
from pydantic import Field, field_validator, model_validator

from ..core.component import Component
from ..core.kms import encryption_key
from ..core.named_outputs import by_name
from ..core.policy_room import KEY_POLICY, LONGEST_ACCOUNT, OTHER_STATEMENTS, no_room
from ..core.problems import refuse_at
from ..core.spec import Spec
from .bucket_policies import free_bucket_name, reader_key_grants
from .existing_buckets import ExistingBucketsConfig, ExistingBucketsSpec, differences
from .log_bucket import LogBucket
from .object_store import ObjectStore, ObjectStoreConfig, ObjectStoreLifecycle
from .offline_catalog import RESULTS

PURPOSES = ("raw", "training", "models", "offline")
RESULT_DAYS = 30
"""Days that the results of queries over the offline features are kept; a query brings them back."""


class DataBucketsConfig(TypedDict):
    """The buckets of a feature store, as a stack's config describes them."""

    prefix: str
    """What the names of the buckets begin with; the account's number follows."""
    deletion_protection: NotRequired[bool]
    """Whether buckets and key are protected from deletion."""
    log_retention_days: NotRequired[int]
    """Days that access logs are kept."""
    existing: NotRequired[ExistingBucketsConfig]
    """Buckets to use instead of new ones. Default: all are new."""
    raw: NotRequired[ObjectStoreConfig]
    """How long raw data is kept."""
    training: NotRequired[ObjectStoreConfig]
    """How long training sets are kept."""
    models: NotRequired[ObjectStoreConfig]
    """How long model artifacts are kept."""
    offline: NotRequired[ObjectStoreConfig]
    """How long offline features are kept."""


class DataBucketsArgs(DataBucketsConfig):
    """What DataBuckets are made from."""


class DataBucketsSpec(Spec):
    """The checked arguments of DataBuckets."""

    prefix: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{1,30}$", description="What the names of the buckets begin with.")
    deletion_protection: bool = Field(default=True, description="Whether buckets and key are protected from deletion.")
    log_retention_days: int = Field(default=365, ge=30, le=36_500, description="Days that access logs are kept.")
    existing: ExistingBucketsSpec | None = Field(
        default=None,
        description="Buckets to use instead of new ones. Their owner is responsible for versioning, encryption with "
        "the key, the bucket policy, access logs and what is deleted when. Default: all are new.",
    )
    raw: ObjectStoreLifecycle = Field(default=ObjectStoreLifecycle(), description="How long raw data is kept.")
    training: ObjectStoreLifecycle = Field(
        default=ObjectStoreLifecycle(), description="How long training sets are kept."
    )
    models: ObjectStoreLifecycle = Field(default=ObjectStoreLifecycle(), description="How long artifacts are kept.")
    offline: ObjectStoreLifecycle = Field(
        default=ObjectStoreLifecycle(), description="How long offline features are kept."
    )

    @field_validator("prefix")
    @classmethod
    def _not_reserved(cls, prefix: str) -> str:
        return free_bucket_name(prefix, whole=False)

    @model_validator(mode="after")
    def _existing_is_the_owners(self) -> "DataBucketsSpec":
        for purpose in self.existing.names if self.existing else ():
            if purpose in self.model_fields_set:
                remedy = f"existing.{purpose} names a bucket, whose owner decides this; remove {purpose}"
                raise refuse_at(purpose, getattr(self, purpose), remedy)
        for purpose in PURPOSES if self.existing else ():
            if arns := getattr(self, purpose).reader_role_arns:
                remedy = "existing.keyArn encrypts the bucket, and its owner grants its use; remove readerRoleArns"
                raise refuse_at(f"{purpose}.readerRoleArns", arns, remedy)
        return self

    def bucket_name(self, purpose: str, account: str) -> str:
        """The name of the bucket of a purpose in `account`: one that exists, or the one to make."""
        existing = self.existing.names.get(purpose) if self.existing else None
        return existing or f"{self.prefix}-{purpose}-{account}"

    @model_validator(mode="after")
    def _readers_fit(self) -> "DataBucketsSpec":
        readers = {purpose: getattr(self, purpose).reader_role_arns for purpose in PURPOSES}
        room, named = KEY_POLICY - OTHER_STATEMENTS, [arn for arns in readers.values() for arn in arns]
        if problem := no_room(named, room, "the key policy of the buckets", around=len(LONGEST_ACCOUNT)):
            most = max(PURPOSES, key=lambda purpose: len(readers[purpose]))
            raise refuse_at(f"{most}.readerRoleArns", readers[most], problem)
        return self


class DataBuckets(Component[DataBucketsArgs, DataBucketsSpec]):
    """The buckets of a feature store, their key and the bucket for their access logs."""

    raw_bucket: pulumi.Output[str]
    """The bucket of raw data."""
    training_bucket: pulumi.Output[str]
    """The bucket of training sets."""
    models_bucket: pulumi.Output[str]
    """The bucket of model artifacts."""
    offline_bucket: pulumi.Output[str]
    """The bucket of offline features."""
    bucket_arns: pulumi.Output[dict[str, str]]
    """The ARN of each bucket, by its purpose."""
    log_bucket: pulumi.Output[str]
    """The bucket that access logs go to."""
    key_arn: pulumi.Output[str]
    """The key that encrypts all of them."""

    def _priced_inputs(self) -> Mapping[str, Any]:
        existing = self._spec.existing
        return {"existing": existing.model_dump(by_alias=True, exclude_none=True)} if existing else {}

    def __init__(self, name: str, args: DataBucketsArgs, opts: pulumi.ResourceOptions | None = None):
        super().__init__(name, args, DataBucketsArgs, DataBucketsSpec, opts)
        spec = self._spec
        child = pulumi.ResourceOptions(parent=self)
        account = self._account
        lifecycles: dict[str, ObjectStoreLifecycle] = {purpose: getattr(spec, purpose) for purpose in PURPOSES}
        readers = {
            f"{spec.prefix}-{purpose}-{account.id}": lifecycle.reader_role_arns
            for purpose, lifecycle in lifecycles.items()
            if lifecycle.reader_role_arns
        }
        existing = spec.existing.names if spec.existing else {}
        if spec.existing:
            wrong = list(differences(spec.existing, account.region, pulumi.InvokeOptions(parent=self)))
            if wrong:
                self._refuse(*wrong)
            key_arn = pulumi.Output.from_input(spec.existing.key_arn)
        else:
            key_arn = encryption_key(
                f"{name}-key",
                f"Objects of {spec.prefix}",
                account,
                pulumi.ResourceOptions(parent=self, protect=spec.deletion_protection),
                grants=reader_key_grants(account, readers),
            ).arn
        logs = LogBucket(
            f"{name}-logs",
            {
                "bucket": f"{spec.prefix}-logs-{account.id}",
                "retention_days": spec.log_retention_days,
                "deletion_protection": spec.deletion_protection,
            },
            child,
        )
        names, arns = dict[str, pulumi.Output[str]](), dict[str, pulumi.Output[str]]()
        for purpose, lifecycle in lifecycles.items():
            if bucket := existing.get(purpose):
                names[purpose] = pulumi.Output.from_input(bucket)
                arns[purpose] = pulumi.Output.from_input(f"arn:{account.partition}:s3:::{bucket}")
                continue
            wanted: Any = {
                **lifecycle.model_dump(exclude_unset=True),
                "bucket": spec.bucket_name(purpose, account.id),
                "deletion_protection": spec.deletion_protection,
                "key_arn": key_arn,
                "log_bucket": logs.bucket_name,
                "expiring_prefixes": {f"{RESULTS}/": RESULT_DAYS} if purpose == "offline" else {},
            }
            store = ObjectStore(f"{name}-{purpose}", wanted, child)
            names[purpose], arns[purpose] = store.bucket_name, store.bucket_arn
        self.raw_bucket, self.training_bucket, self.models_bucket, self.offline_bucket = (
            names[purpose] for purpose in PURPOSES
        )
        self.bucket_arns = by_name(arns)
        self.log_bucket = logs.bucket_name
        self.key_arn = key_arn
        self._publish()
