"""AccountAudit: a trail, threat detection and access analysis of an account."""

from typing import Any

import pulumi
import pulumi_aws as aws

from ...core.component import Component
from ...core.iam import service_trust
from ...core.kms import encryption_key, logs_key_grant
from ..alerts import alert_topic, events_key_grant
from .access import log_delivery_access, trail_arn, trail_key_grants
from .spec import AccountAuditArgs, AccountAuditSpec, ThreatDetectionSpec
from .trail_bucket import trail_bucket

_HIGH_SEVERITY = 7
"""From here on GuardDuty calls a finding high. Source: GuardDuty user guide, "Findings severity levels"."""


class AccountAudit(Component[AccountAuditArgs, AccountAuditSpec]):
    """The record of what is done in an account: a trail of all regions in a locked bucket.

    By choice GuardDuty, IAM Access Analyzer, and emails about their findings. All of it is also found in accounts that
    an organization manages; each part can be left out.
    """

    trail_arn: pulumi.Output[str]
    """The ARN of the trail, resolved when it records; empty without one."""
    trail_bucket: pulumi.Output[str]
    """The bucket of log files; empty without a trail."""
    log_group: pulumi.Output[str]
    """The log group of events; empty without one."""
    detector_id: pulumi.Output[str]
    """The detector of GuardDuty; empty without one."""
    analyzer_arn: pulumi.Output[str]
    """The analyzer of external access; empty without one."""
    topic_arn: pulumi.Output[str]
    """The topic of findings; empty without emails."""

    def __init__(self, name: str, args: AccountAuditArgs, opts: pulumi.ResourceOptions | None = None):
        super().__init__(name, args, AccountAuditArgs, AccountAuditSpec, opts)
        spec = self._spec
        absent = pulumi.Output.from_input("")
        key = self._key() if spec.makes_trail or spec.emails else None
        self.trail_arn, self.trail_bucket, self.log_group = (
            self._trail(key) if key and spec.makes_trail else (absent, absent, absent)
        )
        self.detector_id = self._detector(spec.threat_detection) if spec.threat_detection else absent
        self.analyzer_arn = self._analyzer("external", "ACCOUNT").arn if spec.external_access else absent
        if spec.unused_access_days:
            self._analyzer("unused", "ACCOUNT_UNUSED_ACCESS", {"unused_access_age": spec.unused_access_days})
        patterns: dict[str, dict[str, Any]] = {}
        if spec.threat_detection:
            high = {"severity": [{"numeric": [">=", _HIGH_SEVERITY]}]}
            patterns["threats"] = {"source": ["aws.guardduty"], "detail-type": ["GuardDuty Finding"], "detail": high}
        if spec.external_access:
            patterns["external-access"] = {
                "source": ["aws.access-analyzer"],
                "detail-type": ["Access Analyzer Finding"],
                "detail": {"status": ["ACTIVE"]},
            }
        self.topic_arn = (
            alert_topic(name, f"{spec.name}-audit", spec.emails, patterns, key, self).arn
            if key and spec.emails
            else absent
        )
        self._publish()

    @property
    def _log_group_name(self) -> str:
        return f"/aws/cloudtrail/{self._spec.name}"

    def _key(self) -> aws.kms.Key:
        spec, account = self._spec, self._account
        grants = trail_key_grants(account, spec.name) if spec.makes_trail else []
        if spec.makes_trail and spec.trail.log_group_days:
            grants.append(logs_key_grant(account, self._log_group_name))
        if spec.emails:
            grants.append(events_key_grant())
        return encryption_key(
            f"{self._name}-key",
            f"Record of the account by {spec.name}",
            account,
            pulumi.ResourceOptions(parent=self, protect=spec.deletion_protection),
            grants=grants,
        )

    def _trail(self, key: aws.kms.Key) -> tuple[pulumi.Output[str], pulumi.Output[str], pulumi.Output[str]]:
        """The trail's ARN, its bucket and its log group."""
        spec, account, name = self._spec, self._account, self._name
        bucket = trail_bucket(name, spec, account, key, self._args["log_bucket"], self)
        to_logs: dict[str, Any] = {}
        ready: list[pulumi.Resource] = [bucket.policy]
        log_group = pulumi.Output.from_input("")
        if spec.trail.log_group_days:
            group = aws.cloudwatch.LogGroup(
                f"{name}-logs",
                name=self._log_group_name,
                retention_in_days=spec.trail.log_group_days,
                kms_key_id=key.arn,
                opts=self._child,
            )
            trust = service_trust("cloudtrail.amazonaws.com", account.id, trail_arn(account, spec.name))
            role = aws.iam.Role(f"{name}-delivery-role", assume_role_policy=trust, opts=self._child)
            ready.append(
                aws.iam.RolePolicy(
                    f"{name}-delivery-policy",
                    role=role.name,
                    policy=log_delivery_access(account, self._log_group_name),
                    opts=self._child,
                )
            )
            to_logs = {
                "cloud_watch_logs_group_arn": group.arn.apply(lambda arn: f"{arn.removesuffix(':*')}:*"),
                "cloud_watch_logs_role_arn": role.arn,
            }
            log_group = group.name
        trail = aws.cloudtrail.Trail(
            f"{name}-trail",
            name=spec.name,
            s3_bucket_name=bucket.bucket.id,
            kms_key_id=key.arn,
            is_multi_region_trail=True,
            include_global_service_events=True,
            enable_log_file_validation=True,
            enable_logging=True,
            advanced_event_selectors=self._selectors(),
            **to_logs,
            opts=pulumi.ResourceOptions(parent=self, depends_on=ready),
        )
        return trail.arn, bucket.bucket.id.apply(str), log_group

    def _selectors(self) -> Any:
        """All management events, and the data events of the config; None for CloudTrail's default, the former alone."""
        data = self._spec.trail.data_events
        if not data:
            return None
        arns = [f"arn:{self._account.partition}:s3:::{bucket}/" for bucket in data.buckets]
        fields: list[dict[str, Any]] = [
            {"field": "eventCategory", "equals": ["Data"]},
            {"field": "resources.type", "equals": ["AWS::S3::Object"]},
            {"field": "resources.ARN", "starts_withs": arns},
        ]
        if data.writes_only:
            fields.append({"field": "readOnly", "equals": ["false"]})
        return [
            {"name": "management", "field_selectors": [{"field": "eventCategory", "equals": ["Management"]}]},
            {"name": "objects", "field_selectors": fields},
        ]

    def _detector(self, spec: ThreatDetectionSpec) -> pulumi.Output[str]:
        """The detector, with a state for each plan: a new detector enables plans that nobody asked for.

        Source: GuardDuty API reference, CreateDetector.
        """
        detector = aws.guardduty.Detector(f"{self._name}-detector", enable=True, opts=self._child)
        plans = {
            "EKS_AUDIT_LOGS": spec.eks_audit_logs,
            "S3_DATA_EVENTS": spec.s3_events,
            "RDS_LOGIN_EVENTS": spec.rds_logins,
            "EBS_MALWARE_PROTECTION": spec.volume_malware,
            "LAMBDA_NETWORK_LOGS": False,
            "RUNTIME_MONITORING": spec.runtime_monitoring,
        }
        for plan, wanted in plans.items():
            state = _state(enabled=wanted)
            agents: Any = (
                [
                    {"name": "EKS_ADDON_MANAGEMENT", "status": state},
                    {"name": "ECS_FARGATE_AGENT_MANAGEMENT", "status": _state(enabled=False)},
                    {"name": "EC2_AGENT_MANAGEMENT", "status": _state(enabled=False)},
                ]
                if plan == "RUNTIME_MONITORING"
                else None
            )
            aws.guardduty.DetectorFeature(
                f"{self._name}-{plan.lower().replace('_', '-')}",
                detector_id=detector.id,
                name=plan,
                status=state,
                additional_configurations=agents,
                opts=self._child,
            )
        return detector.id.apply(str)

    def _analyzer(self, what: str, kind: str, unused: dict[str, int] | None = None) -> aws.accessanalyzer.Analyzer:
        configuration: Any = {"unused_access": unused} if unused else None
        return aws.accessanalyzer.Analyzer(
            f"{self._name}-{what}-access",
            analyzer_name=f"{self._spec.name}-{what}-access",
            type=kind,
            configuration=configuration,
            opts=self._child,
        )


def _state(*, enabled: bool) -> str:
    return "ENABLED" if enabled else "DISABLED"
