"""What AWS Backup may do, as plain data."""

from collections.abc import Iterable

from ...core.account import Account
from ...core.iam import Statement, allow, document, tls_only
from .schedule import StoreKind

_BACKUP = ("service-role/AWSBackupServiceRolePolicyForBackup", "AWSBackupServiceRolePolicyForS3Backup")
_RESTORE = ("service-role/AWSBackupServiceRolePolicyForRestores", "AWSBackupServiceRolePolicyForS3Restore")
"""The policy for all kinds, and that for S3. Source: AWS Backup developer guide, "Managed policies for AWS Backup"."""


def backup_policies(kinds: Iterable[StoreKind]) -> list[str]:
    """The managed policies of the role that backs up stores of these kinds.

    The policy for S3 lets it manage the event rules `AwsBackupManagedRule*`, by which AWS Backup sees changes of
    objects. The general policy holds what copies need, so each role has it.
    """
    return _needed(_BACKUP, kinds)


def restore_policies(kinds: Iterable[StoreKind]) -> list[str]:
    """The managed policies of the role that restores stores of these kinds."""
    return _needed(_RESTORE, kinds)


def _needed(policies: tuple[str, str], kinds: Iterable[StoreKind]) -> list[str]:
    general, for_s3 = policies
    return [general, for_s3] if StoreKind.BUCKET in kinds else [general]


def notification_policy(topic_arn: str, account: Account) -> str:
    """Lets AWS Backup and the alarms of the account publish, and everyone only over TLS.

    Sources: AWS Backup developer guide, "Notification options with AWS Backup"; CloudWatch user guide, "Notifying users
    on alarm changes".
    """
    own = {"StringEquals": {"aws:SourceAccount": account.id}}
    return document(
        tls_only("sns:Publish", topic_arn),
        *(
            {**allow(sid, ["sns:Publish"], [topic_arn], own), "Principal": {"Service": service}}
            for sid, service in _PUBLISHERS
        ),
    )


def notification_key_grants(account: Account) -> list[Statement]:
    """Lets the same services encrypt what they publish with the key.

    Source: SNS developer guide, "Key management".
    """
    own = {"StringEquals": {"aws:SourceAccount": account.id}}
    return [
        {
            **allow(f"{sid}Encrypt", ["kms:Decrypt", "kms:GenerateDataKey*"], ["*"], own),
            "Principal": {"Service": service},
        }
        for sid, service in _PUBLISHERS
    ]


_PUBLISHERS = (("Backup", "backup.amazonaws.com"), ("Alarms", "cloudwatch.amazonaws.com"))
