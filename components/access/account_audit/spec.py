"""The arguments of AccountAudit, and their validation."""

from collections.abc import Iterator
from enum import StrEnum
from typing import NotRequired, TypedDict

import pulumi
from pydantic import Field, field_validator, model_validator

from ...core.email_addresses import MOST_TOLD, EmailAddresses
from ...core.log_retention import LogRetentionDays
from ...core.problems import Problem, problem_of, refusal
from ...core.spec import Spec, each_once
from ...data.bucket_policies import free_bucket_name
from ...facts.names import BUCKET_PATTERN

_MOST_BUCKETS = 250
"""Source: CloudTrail user guide, "Quotas", data resources of a trail."""


class CloudTrailOwner(StrEnum):
    """Who makes the trail that records the account's management events."""

    CREATE = "create"
    """The component makes it."""
    EXISTING = "existing"
    """The account has one already, such as a trail of its organization."""


class TrailLockMode(StrEnum):
    """Who may delete a locked object. Source: S3 user guide, "Retention modes"."""

    GOVERNANCE = "governance"
    """Only principals with `s3:BypassGovernanceRetention`."""
    COMPLIANCE = "compliance"
    """Nobody, not even the account's root user, until the lock ends. The bucket cannot be deleted until then."""


class DataEventsConfig(TypedDict):
    """Which requests for objects the trail records."""

    buckets: list[str]
    """The names of the buckets."""
    writes_only: NotRequired[bool]
    """Whether reads are left out."""


class TrailConfig(TypedDict):
    """The trail and its bucket."""

    retention_days: NotRequired[int]
    """Days that the bucket keeps log files."""
    lock_days: NotRequired[int]
    """Days in which no log file can be deleted."""
    lock_mode: NotRequired[TrailLockMode]
    """Who may delete a locked log file."""
    data_events: NotRequired[DataEventsConfig]
    """Requests for objects that the trail records, too; each costs money."""
    log_group_days: NotRequired[int]
    """Days that a CloudWatch log group keeps the events, too; left out, there is no group."""


class ThreatDetectionConfig(TypedDict):
    """The plans of GuardDuty beside its foundation, each with a price of its own."""

    eks_audit_logs: NotRequired[bool]
    """Whether it reads the audit logs of the account's EKS clusters."""
    runtime_monitoring: NotRequired[bool]
    """Whether its agent watches the processes on the nodes of the account's EKS clusters."""
    s3_events: NotRequired[bool]
    """Whether it reads the requests for objects of every bucket of the account."""
    rds_logins: NotRequired[bool]
    """Whether it reads the logins to the databases of RDS that it supports."""
    volume_malware: NotRequired[bool]
    """Whether it scans the volumes of instances with suspicious findings for malware."""


class AccountAuditConfig(TypedDict):
    """The settings of the record of an account."""

    name: str
    """The prefix of the names in AWS, unique in the account."""
    cloud_trail: NotRequired[CloudTrailOwner]
    """Whether the component makes the trail."""
    trail: NotRequired[TrailConfig]
    """The trail and its bucket."""
    threat_detection: NotRequired[ThreatDetectionConfig]
    """Amazon GuardDuty; left out, there is none, or the organization manages it."""
    external_access: NotRequired[bool]
    """Whether IAM Access Analyzer reports resources that others than the account can use."""
    unused_access_days: NotRequired[int]
    """Days without use after which IAM Access Analyzer reports a permission; left out, it reports none."""
    emails: NotRequired[list[str]]
    """Who gets findings of high severity and of external access. Each address must confirm."""
    deletion_protection: NotRequired[bool]
    """Whether a deployment refuses to delete the bucket and the key of the trail."""


class AccountAuditArgs(AccountAuditConfig):
    """The arguments of an AccountAudit: its config and the bucket of access logs."""

    log_bucket: pulumi.Input[str]
    """The bucket that access logs of the trail's bucket are written to."""


class DataEventsSpec(Spec):
    """Which requests for objects the trail records."""

    buckets: tuple[str, ...] = Field(
        min_length=1, max_length=_MOST_BUCKETS, description="The names of the buckets, such as the one of models."
    )
    writes_only: bool = Field(default=True, description="Whether reads are left out, which are most of the requests.")

    @field_validator("buckets")
    @classmethod
    def _names(cls, buckets: tuple[str, ...]) -> tuple[str, ...]:
        return each_once(buckets, BUCKET_PATTERN, "name of a bucket; write a name such as ml-prod-models-111122223333")


class TrailSpec(Spec):
    """The trail and its bucket."""

    retention_days: int = Field(default=400, ge=90, le=36_500, description="Days that the bucket keeps log files.")
    lock_days: int = Field(
        default=90,
        ge=1,
        le=36_500,
        description="Days in which no log file can be deleted or replaced, by S3 Object Lock. At most retentionDays.",
    )
    lock_mode: TrailLockMode = Field(
        default=TrailLockMode.GOVERNANCE,
        description="Who may delete a locked log file: in governance, principals with s3:BypassGovernanceRetention; in "
        "compliance, nobody until the lock ends.",
    )
    data_events: DataEventsSpec | None = Field(
        default=None, description="Requests for objects that the trail records, too; each costs money. Default: none."
    )
    log_group_days: LogRetentionDays | None = Field(
        default=None,
        description="Days that a CloudWatch log group keeps the events, too, for queries. Default: no group.",
    )

    @model_validator(mode="after")
    def _lock_ends_first(self) -> "TrailSpec":
        if error := refusal(self._problems()):
            raise error
        return self

    def _problems(self) -> Iterator[Problem]:
        if self.lock_days > self.retention_days:
            remedy = f"S3 cannot delete a file after {self.retention_days} days that is locked longer; lower lockDays, "
            yield problem_of(self, "lock_days", f"{remedy}or raise retentionDays")


class ThreatDetectionSpec(Spec):
    """The plans of GuardDuty beside its foundation, each with a price of its own."""

    eks_audit_logs: bool = Field(
        default=True, description="Whether it reads the audit logs of the account's EKS clusters."
    )
    runtime_monitoring: bool = Field(
        default=False,
        description="Whether its agent watches the processes on nodes. GuardDuty installs the agent on every EKS "
        "cluster of the account, and makes an endpoint in each VPC.",
    )
    s3_events: bool = Field(
        default=False, description="Whether it reads the requests for objects of every bucket of the account."
    )
    rds_logins: bool = Field(
        default=True, description="Whether it reads the logins to the databases of RDS that it supports."
    )
    volume_malware: bool = Field(
        default=False,
        description="Whether it scans the volumes of instances with suspicious findings for malware. It cannot scan "
        "volumes with the AWS managed key.",
    )


class AccountAuditSpec(Spec):
    """The settings of the record of an account."""

    name: str = Field(
        pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$",
        max_length=32,
        description="The prefix of the names in AWS, unique in the account.",
    )
    cloud_trail: CloudTrailOwner = Field(
        default=CloudTrailOwner.CREATE,
        description="Whether the component makes a trail of the management events of all regions. existing: the "
        "account has one, such as the trail of its organization. A second trail costs 2 USD for 100,000 events.",
    )
    trail: TrailSpec = Field(default_factory=TrailSpec, description="The trail of the account, and its bucket.")
    threat_detection: ThreatDetectionSpec | None = Field(
        default=None,
        description="Amazon GuardDuty in the stack's region. Default: none, or the organization manages it. An account "
        "has one detector in each region.",
    )
    external_access: bool = Field(
        default=True,
        description="Whether IAM Access Analyzer reports resources of the region that others than the account can use.",
    )
    unused_access_days: int | None = Field(
        default=None,
        ge=1,
        le=365,
        description="Days without use after which IAM Access Analyzer reports a role, a user or a permission. It costs "
        "money for each role and user. Default: it reports none.",
    )
    emails: EmailAddresses = Field(
        default=(),
        max_length=MOST_TOLD,
        description="Who gets findings of high severity and of external access by email. Each address must confirm.",
    )
    deletion_protection: bool = Field(
        default=True, description="Whether a deployment refuses to delete the bucket and the key of the trail."
    )

    @field_validator("name")
    @classmethod
    def _free_bucket_name(cls, name: str) -> str:
        return free_bucket_name(name, whole=False)

    @model_validator(mode="after")
    def _parts_fit_together(self) -> "AccountAuditSpec":
        if error := refusal(self._problems()):
            raise error
        return self

    def _problems(self) -> Iterator[Problem]:
        if not self.makes_trail and "trail" in self.model_fields_set:
            remedy = "cloudTrail is existing, so no trail is made; remove trail, or write cloudTrail: create"
            yield Problem(("trail",), self.trail.model_dump(exclude_unset=True), remedy)
        recorded = self.trail.data_events.buckets if self.trail.data_events else ()
        if own := next((bucket for bucket in recorded if bucket.startswith(f"{self.name}-trail-")), None):
            remedy = (
                f"{own} is the bucket of the trail: each of its files would be recorded in a further file; remove it"
            )
            yield Problem(("trail", "dataEvents", "buckets"), list(recorded), remedy)
        if self.emails and not (self.threat_detection or self.external_access):
            remedy = "there are no findings to send; set threatDetection or externalAccess, or remove emails"
            yield Problem(("emails",), list(self.emails), remedy)
        if not (self.makes_trail or self.threat_detection or self.external_access or self.unused_access_days):
            remedy = "nothing is left to make; set threatDetection, externalAccess or unusedAccessDays, or remove audit"
            yield problem_of(self, "cloud_trail", remedy)

    @property
    def makes_trail(self) -> bool:
        """Whether the component makes the trail."""
        return self.cloud_trail is CloudTrailOwner.CREATE

    def trail_bucket(self, account: str) -> str:
        """The name of the trail's bucket in an account."""
        return f"{self.name}-trail-{account}"
