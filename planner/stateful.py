"""What holds data that a new resource of the same name would not have."""

from collections.abc import Mapping
from typing import Any, Final

HOLDS: Final[Mapping[str, str]] = {
    "aws:amp/workspace:Workspace": "metrics",
    "aws:backup/vault:Vault": "backups",
    "aws:cloudwatch/logGroup:LogGroup": "logs",
    "aws:cognito/userPool:UserPool": "users",
    "aws:docdb/cluster:Cluster": "a database",
    "aws:dynamodb/table:Table": "a table",
    "aws:ebs/volume:Volume": "a volume",
    "aws:ecr/repository:Repository": "images",
    "aws:efs/fileSystem:FileSystem": "files",
    "aws:eks/cluster:Cluster": "a cluster and all that runs on it",
    "aws:elasticache/cluster:Cluster": "a cache",
    "aws:elasticache/replicationGroup:ReplicationGroup": "a cache",
    "aws:elasticache/serverlessCache:ServerlessCache": "a cache",
    "aws:fsx/lustreFileSystem:LustreFileSystem": "files",
    "aws:fsx/ontapFileSystem:OntapFileSystem": "files",
    "aws:fsx/openZfsFileSystem:OpenZfsFileSystem": "files",
    "aws:glue/registry:Registry": "every version of its schemas",
    "aws:glue/schema:Schema": "every version of a schema",
    "aws:guardduty/detector:Detector": "findings",
    "aws:kinesis/stream:Stream": "a stream",
    "aws:kms/key:Key": "the key to what it encrypts",
    "aws:memorydb/cluster:Cluster": "a database",
    "aws:msk/cluster:Cluster": "topics",
    "aws:msk/serverlessCluster:ServerlessCluster": "topics",
    "aws:opensearch/serverlessCollection:ServerlessCollection": "a collection",
    "aws:msk/topic:Topic": "records",
    "aws:neptune/cluster:Cluster": "a database",
    "aws:opensearch/domain:Domain": "indexes",
    "aws:rds/cluster:Cluster": "a database",
    "aws:rds/instance:Instance": "a database",
    "aws:redshift/cluster:Cluster": "a database",
    "aws:s3/bucket:Bucket": "objects",
    "aws:s3/bucketV2:BucketV2": "objects",
    "aws:s3/directoryBucket:DirectoryBucket": "objects",
    "aws:sagemaker/domain:Domain": "the files of its users",
    "aws:sagemaker/featureGroup:FeatureGroup": "features",
    "aws:sagemaker/modelPackageGroup:ModelPackageGroup": "versions of a model",
    "aws:scheduler/scheduleGroup:ScheduleGroup": "the schedules in it",
    "aws:secretsmanager/secret:Secret": "a secret",
    "aws:sqs/queue:Queue": "messages",
    "aws:ssm/parameter:Parameter": "a parameter",
    "eks:index:Cluster": "a cluster and all that runs on it",
    "kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition": "every object of its kind",
    "kubernetes:apps/v1:StatefulSet": "volumes",
    "kubernetes:core/v1:Namespace": "all that is in it",
    "kubernetes:core/v1:PersistentVolume": "a volume",
    "kubernetes:core/v1:PersistentVolumeClaim": "a volume",
}
"""What each stateful type holds, in words for a reader."""

_DELETION_PROTECTION = ("deletionProtection", "deletionProtectionEnabled")
_FORCED_DELETION: Final[Mapping[str, str]] = {
    "aws:ecr/repository:Repository": "forceDelete",
    "aws:s3/bucket:Bucket": "forceDestroy",
    "aws:s3/bucketV2:BucketV2": "forceDestroy",
    "aws:backup/vault:Vault": "forceDestroy",
}


def guard_of(resource_type: str, inputs: Mapping[str, Any]) -> str | None:
    """The input by which the cloud itself refuses the deletion of a resource, if any does."""
    for name in _DELETION_PROTECTION:
        if str(inputs.get(name)).lower() in ("true", "active"):
            return name
    forced = _FORCED_DELETION.get(resource_type)
    return f"{forced} being off, unless it is empty," if forced and inputs.get(forced) is not True else None
