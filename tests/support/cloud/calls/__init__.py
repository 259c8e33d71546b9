"""What API calls each type of resource becomes, and which types become none."""

from collections.abc import Mapping

from tests.support.cloud.call import Rows
from tests.support.cloud.calls.access import ACCESS
from tests.support.cloud.calls.compute import COMPUTE
from tests.support.cloud.calls.network import NETWORK
from tests.support.cloud.calls.operations import OPERATIONS
from tests.support.cloud.calls.stores import STORES

CALLS: Rows = {**ACCESS, **COMPUTE, **NETWORK, **OPERATIONS, **STORES}

UNCALLED: Mapping[str, str] = {
    "aws:acm/certificateValidation:CertificateValidation": "waits until AWS has issued the certificate",
    "aws:ec2/defaultRouteTable:DefaultRouteTable": "adopts what AWS makes with a VPC and deletes its routes",
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": "adopts what AWS makes with a VPC and revokes its rules",
}
"""Types whose creation calls no operation with their inputs, and the reason."""

PROVIDER_ONLY: Mapping[str, frozenset[str]] = {
    "aws:athena/workgroup:Workgroup": frozenset({"forceDestroy"}),
    "aws:backup/vault:Vault": frozenset({"forceDestroy"}),
    "aws:ec2/instance:Instance": frozenset({"userDataReplaceOnChange"}),
    "aws:ec2/securityGroup:SecurityGroup": frozenset({"revokeRulesOnDelete"}),
    "aws:ec2/volumeAttachment:VolumeAttachment": frozenset({"stopInstanceBeforeDetaching"}),
    "aws:ecr/repository:Repository": frozenset({"forceDelete"}),
    "aws:eks/addon:Addon": frozenset({"resolveConflictsOnUpdate"}),
    "aws:elasticache/replicationGroup:ReplicationGroup": frozenset({"applyImmediately", "finalSnapshotIdentifier"}),
    "aws:kinesis/stream:Stream": frozenset({"enforceConsumerDeletion"}),
    "aws:kms/key:Key": frozenset({"deletionWindowInDays"}),
    "aws:rds/instance:Instance": frozenset(
        {
            "allowMajorVersionUpgrade",
            "applyImmediately",
            "deleteAutomatedBackups",
            "finalSnapshotIdentifier",
            "skipFinalSnapshot",
        }
    ),
    "aws:s3/bucket:Bucket": frozenset({"forceDestroy"}),
    "aws:sagemaker/domain:Domain": frozenset({"retentionPolicy"}),
    "aws:secretsmanager/secret:Secret": frozenset({"recoveryWindowInDays"}),
}
"""Inputs that no creation sends: they decide how the provider updates or deletes."""
