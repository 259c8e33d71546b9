"""ObjectStore: one S3 bucket with everything a bucket of a platform must have."""

import json
from collections.abc import Sequence
from itertools import pairwise
from typing import Annotated, Any, NotRequired, TypedDict, cast

import pulumi
import pulumi_aws as aws
from pydantic import Field, StringConstraints, field_validator, model_validator

from ..core.component import Component
from ..core.iam import Statement, service_trust
from ..core.kms import encryption_key
from ..core.ordering import after
from ..core.policy_room import BUCKET_POLICY, LONGEST_ACCOUNT, OTHER_STATEMENTS, no_room
from ..core.problems import refuse_at
from ..core.regions import known_region
from ..core.s3_paths import Folder
from ..core.spec import Spec, refuse
from ..facts.names import BUCKET_PATTERN
from ..facts.regions import other_partition
from .bucket_policies import bucket_policy, free_bucket_name, reader_grants, replication_permissions

MULTIPART_DAYS = 7
LONGEST_NAME = 63
REPLICA = "-replica"
"""What the name of a second copy adds to that of the first."""
REPLICATION_RULE = "everything"
"""The id of the rule that copies a bucket, which the metrics of the replication have as a dimension."""

RoleArn = Annotated[str, StringConstraints(pattern=r"^arn:aws[a-z-]*:iam::[0-9]{12}:role/[A-Za-z0-9_+=,.@/-]+$")]


class ObjectStoreConfig(TypedDict):
    """How long a bucket keeps what, and where else."""

    infrequent_access_days: NotRequired[int]
    """Days after which objects move to infrequent access; left out, S3 moves each by its own use."""
    archive_days: NotRequired[int]
    """Days after which objects move to Glacier Instant Retrieval."""
    expire_days: NotRequired[int]
    """Days after which objects are deleted; left out, they are kept."""
    old_version_days: NotRequired[int]
    """Days that replaced and deleted versions are kept."""
    replica_region: NotRequired[str]
    """The region that keeps a second copy."""
    reader_role_arns: NotRequired[list[str]]
    """Roles, of other accounts too, that may read the bucket; they need not exist yet."""


class ObjectStoreArgs(ObjectStoreConfig):
    """What an ObjectStore is made from."""

    bucket: str
    """The bucket's name, unique in all of AWS."""
    deletion_protection: NotRequired[bool]
    """Whether the bucket is protected from deletion."""
    key_arn: pulumi.Input[str]
    """The KMS key that encrypts its objects."""
    log_bucket: pulumi.Input[str]
    """The bucket that access logs are written to."""
    expiring_prefixes: NotRequired[dict[str, int]]
    """Days after which objects are deleted, by prefix. Use it for objects that can be made again."""
    policy_statements: NotRequired[list[str]]
    """Further statements of the bucket's policy, each as JSON, such as for an AWS service that delivers objects."""


class ObjectStoreLifecycle(Spec):
    """How long a bucket keeps what, and where else."""

    infrequent_access_days: int | None = Field(
        default=None,
        ge=30,
        le=36_500,
        description="Days until objects move to infrequent access; S3 decides when left out.",
    )
    archive_days: int | None = Field(
        default=None,
        ge=30,
        le=36_500,
        description="Days until objects move to Glacier Instant Retrieval; never when left out.",
    )
    expire_days: int | None = Field(
        default=None, ge=1, le=36_500, description="Days until objects are deleted; kept when left out."
    )
    old_version_days: int = Field(
        default=30, ge=1, le=36_500, description="Days that replaced and deleted versions are kept."
    )
    replica_region: str | None = Field(
        default=None, pattern=r"^[a-z]{2}(-[a-z]+)+-[0-9]$", description="The region that keeps a second copy."
    )

    reader_role_arns: list[RoleArn] = Field(
        default_factory=list[str],
        description="Roles, of other accounts too, that may read the bucket; they need not exist yet.",
    )

    @field_validator("replica_region")
    @classmethod
    def _a_region(cls, region: str | None) -> str | None:
        return known_region(region) if region is not None else None

    @model_validator(mode="after")
    def _in_order(self) -> "ObjectStoreLifecycle":
        days = {
            "infrequentAccessDays": self.infrequent_access_days,
            "archiveDays": self.archive_days,
            "expireDays": self.expire_days,
        }
        known = [(field, day) for field, day in days.items() if day is not None]
        for (first, earlier), (second, later) in pairwise(known):
            if later <= earlier:
                raise refuse_at(second, later, f"must be above {first} = {earlier}; raise it, or lower {first}")
        if self.infrequent_access_days and self.archive_days and self.archive_days < self.infrequent_access_days + 30:
            # S3 user guide, "Lifecycle transition: general considerations".
            raise refuse_at(
                "archiveDays",
                self.archive_days,
                f"must be at least 30 days after infrequentAccessDays = {self.infrequent_access_days}; write "
                f"{self.infrequent_access_days + 30} or more",
            )
        readers, room = self.reader_role_arns, BUCKET_POLICY - OTHER_STATEMENTS
        if problem := no_room(readers, room, "the bucket policy", times=2, around=len(LONGEST_ACCOUNT)):
            raise refuse_at("readerRoleArns", readers, problem)
        return self


class ObjectStoreSpec(ObjectStoreLifecycle):
    """The checked arguments of an ObjectStore."""

    bucket: str = Field(pattern=BUCKET_PATTERN, description="The bucket's name, unique in all of AWS; without dots.")
    deletion_protection: bool = Field(default=True, description="Whether the bucket is protected from deletion.")
    expiring_prefixes: dict[Folder, Annotated[int, Field(ge=1)]] = Field(
        default_factory=dict[str, int],
        description="Days after which objects are deleted, by prefix. Use it for objects that can be made again.",
    )

    policy_statements: list[str] = Field(
        default_factory=list[str],
        description="Further statements of the bucket's policy, each as JSON, such as for an AWS service that delivers "
        "objects.",
    )

    @field_validator("bucket")
    @classmethod
    def _not_reserved(cls, bucket: str) -> str:
        return free_bucket_name(bucket)

    @field_validator("policy_statements")
    @classmethod
    def _statements(cls, texts: list[str]) -> list[str]:
        for text in texts:
            _statement(text)
        return texts

    @model_validator(mode="after")
    def _replica_has_a_name(self) -> "ObjectStoreSpec":
        if self.replica_region and len(self.replica_name) > LONGEST_NAME:
            longest = LONGEST_NAME - len(REPLICA)
            remedy = f"the name of the replica adds {REPLICA}; write at most {longest} characters"
            raise refuse_at("bucket", self.bucket, remedy)
        return self

    @property
    def replica_name(self) -> str:
        """What the second copy is called."""
        return replica_of(self.bucket)


class ObjectStore(Component[ObjectStoreArgs, ObjectStoreSpec]):
    """A private bucket with versioning, encryption with the given key, TLS only, and access logs.

    Incomplete uploads and old versions expire. With a replica region, every object has a second copy, encrypted
    with a key in that region.
    """

    bucket_name: pulumi.Output[str]
    """The bucket's name, resolved after its policy exists."""
    bucket_arn: pulumi.Output[str]
    """The bucket's ARN."""
    replica_arn: pulumi.Output[str]
    """The ARN of the second copy; empty without one."""

    def __init__(self, name: str, args: ObjectStoreArgs, opts: pulumi.ResourceOptions | None = None):
        super().__init__(name, args, ObjectStoreArgs, ObjectStoreSpec, opts)
        spec = self._spec
        if spec.replica_region and (problem := other_region_problem(self._account.region, spec.replica_region)):
            self._refuse(f"replicaRegion = {spec.replica_region!r}: {problem}")
        grants = reader_grants(self._account.partition, spec.bucket, spec.reader_role_arns)
        grants += [_statement(text) for text in spec.policy_statements]
        bucket, versioning, policy = self._bucket(name, spec.bucket, args["key_arn"], None, grants)
        self._lifecycle(name, bucket, versioning, None)
        aws.s3.BucketLogging(
            f"{name}-logging",
            bucket=bucket.id,
            target_bucket=args["log_bucket"],
            target_prefix=f"s3/{spec.bucket}/",
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.bucket_name = after(bucket.id, policy)
        self.bucket_arn = bucket.arn
        self.replica_arn = self._replica(bucket, versioning) if spec.replica_region else pulumi.Output.from_input("")
        self._publish()

    def _bucket(
        self,
        name: str,
        bucket_name: str,
        key_arn: pulumi.Input[str],
        region: str | None,
        grants: Sequence[Statement] = (),
    ) -> tuple[aws.s3.Bucket, aws.s3.BucketVersioning, aws.s3.BucketPolicy]:
        """A bucket with what holds for the first copy and the second alike."""
        kept = pulumi.ResourceOptions(parent=self, protect=self._spec.deletion_protection)
        child = pulumi.ResourceOptions(parent=self)
        bucket = aws.s3.Bucket(f"{name}-bucket", bucket=bucket_name, region=region, opts=kept)
        versioning = aws.s3.BucketVersioning(
            f"{name}-versioning",
            bucket=bucket.id,
            region=region,
            versioning_configuration={"status": "Enabled"},
            opts=child,
        )
        default = {"sse_algorithm": "aws:kms", "kms_master_key_id": key_arn}
        # A bucket key cuts requests to KMS, and their price, by up to 99 percent.
        rule: Any = {"apply_server_side_encryption_by_default": default, "bucket_key_enabled": True}
        aws.s3.BucketServerSideEncryptionConfiguration(
            f"{name}-encryption", bucket=bucket.id, region=region, rules=[rule], opts=child
        )
        blocked = aws.s3.BucketPublicAccessBlock(
            f"{name}-public-access",
            bucket=bucket.id,
            region=region,
            block_public_acls=True,
            block_public_policy=True,
            ignore_public_acls=True,
            restrict_public_buckets=True,
            opts=child,
        )
        aws.s3.BucketOwnershipControls(
            f"{name}-ownership",
            bucket=bucket.id,
            region=region,
            rule={"object_ownership": "BucketOwnerEnforced"},
            opts=child,
        )
        policy = aws.s3.BucketPolicy(
            f"{name}-policy",
            bucket=bucket.id,
            region=region,
            policy=bucket_policy(self._account.partition, bucket_name, *grants),
            opts=pulumi.ResourceOptions(parent=self, depends_on=[blocked]),
        )
        return bucket, versioning, policy

    def _lifecycle(
        self, name: str, bucket: aws.s3.Bucket, versioning: aws.s3.BucketVersioning, region: str | None
    ) -> None:
        aws.s3.BucketLifecycleConfiguration(
            f"{name}-lifecycle",
            bucket=bucket.id,
            region=region,
            rules=lifecycle_rules(self._spec),  # pyright: ignore[reportArgumentType] - plain mappings are inputs too
            opts=pulumi.ResourceOptions(parent=self, depends_on=[versioning]),
        )

    def _replica(self, source: aws.s3.Bucket, versioning: aws.s3.BucketVersioning) -> pulumi.Output[str]:
        name, region = self._name, self._spec.replica_region
        child = pulumi.ResourceOptions(parent=self)
        key = encryption_key(
            f"{name}-replica-key",
            f"Second copy of {self._spec.bucket}",
            self._account,
            pulumi.ResourceOptions(parent=self, protect=self._spec.deletion_protection),
            region=region,
        )
        replica, replica_versioning, _ = self._bucket(f"{name}-replica", self._spec.replica_name, key.arn, region)
        self._lifecycle(f"{name}-replica", replica, replica_versioning, region)
        role = aws.iam.Role(
            f"{name}-replication-role",
            assume_role_policy=service_trust(
                "s3.amazonaws.com", self._account.id, f"arn:{self._account.partition}:s3:::{self._spec.bucket}"
            ),
            opts=child,
        )
        permissions = pulumi.Output.all(source.arn, replica.arn, self._args["key_arn"], key.arn).apply(
            lambda known: replication_permissions(*known)
        )
        grant = aws.iam.RolePolicy(f"{name}-replication-policy", role=role.name, policy=permissions, opts=child)
        rule: Any = {
            "id": REPLICATION_RULE,
            "status": "Enabled",
            "priority": 0,
            "filter": {"prefix": ""},
            "delete_marker_replication": {"status": "Disabled"},
            "source_selection_criteria": {"sse_kms_encrypted_objects": {"status": "Enabled"}},
            "destination": {
                "bucket": replica.arn,
                "encryption_configuration": {"replica_kms_key_id": key.arn},
                # Without these, S3 fails to copy an object and reports it nowhere.
                "metrics": {"status": "Enabled"},
            },
        }
        aws.s3.BucketReplicationConfig(
            f"{name}-replication",
            bucket=source.id,
            role=role.arn,
            rules=[rule],
            opts=pulumi.ResourceOptions(parent=self, depends_on=[versioning, replica_versioning, grant]),
        )
        return replica.arn


def replica_of(bucket: str) -> str:
    """What the second copy of a bucket is called."""
    return f"{bucket}{REPLICA}"


def other_region_problem(own: str, other: str) -> str | None:
    """Why a bucket in the region `own` can have no second copy in the region `other`; None if it can."""
    return "it is the bucket's own region; take another" if own == other else other_partition(own, other)


def _statement(text: str) -> Statement:
    """A statement of a bucket policy from its JSON.

    Raises:
        PydanticCustomError: it is not one.
    """
    try:
        read: object = json.loads(text)
    except ValueError:
        read = None
    if isinstance(read, dict):
        statement = cast(Statement, read)
        if {"Effect", "Principal", "Action", "Resource"} <= statement.keys():
            return statement
    remedy = "is not the JSON of a statement; write an object with Effect, Principal, Action and Resource"
    raise refuse(text, f"{text!r} {remedy}")


def lifecycle_rules(spec: ObjectStoreSpec) -> list[dict[str, Any]]:
    """The lifecycle of a bucket: classes by age, the end of incomplete uploads, old versions and what is brief."""
    transitions: list[dict[str, Any]] = []
    if spec.infrequent_access_days:
        transitions.append({"days": spec.infrequent_access_days, "storage_class": "STANDARD_IA"})
    elif not spec.archive_days:
        transitions.append({"days": 0, "storage_class": "INTELLIGENT_TIERING"})
    if spec.archive_days:
        transitions.append({"days": spec.archive_days, "storage_class": "GLACIER_IR"})
    kept: dict[str, Any] = {"id": "classes", "status": "Enabled", "filter": {"prefix": ""}, "transitions": transitions}
    if spec.expire_days:
        kept["expiration"] = {"days": spec.expire_days}
    cleaned = {
        "id": "leftovers",
        "status": "Enabled",
        "filter": {"prefix": ""},
        "abort_incomplete_multipart_upload": {"days_after_initiation": MULTIPART_DAYS},
        "noncurrent_version_expiration": {"noncurrent_days": spec.old_version_days},
        # What a deletion leaves once the versions behind it are gone; each costs time in every list.
        "expiration": {"expired_object_delete_marker": True},
    }
    brief: list[dict[str, Any]] = [
        {"id": f"brief-{place}", "status": "Enabled", "filter": {"prefix": prefix}, "expiration": {"days": days}}
        for place, (prefix, days) in enumerate(sorted(spec.expiring_prefixes.items()), start=1)
    ]
    return [kept, cleaned, *brief]
