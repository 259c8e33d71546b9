"""Cases of the rules in policies/encryption.py."""

from resources.resource import UNKNOWN
from tests.support.policies.cases import make, passes
from tests.support.policies.tables import KEY, Examples, Pair, cases, unknown_case

ENCRYPTED, KEYED = Pair(True, False), Pair(KEY, None)
CATALOG = "dataCatalogEncryptionSettings"
GLUE = "encryptionConfiguration"
EXAMPLES: Examples = {
    "apigateway/methodSettings:MethodSettings": {
        "settings.cachingEnabled": True,
        "settings.cacheDataEncrypted": ENCRYPTED,
    },
    "appflow/flow:Flow": {"kmsArn": KEYED},
    "appsync/apiCache:ApiCache": {"atRestEncryptionEnabled": ENCRYPTED},
    "athena/database:Database": {"encryptionConfiguration.encryptionOption": Pair("SSE_KMS", None)},
    "athena/workgroup:Workgroup": {
        "configuration.resultConfiguration.outputLocation": "s3://bucket/",
        "configuration.resultConfiguration.encryptionConfiguration.encryptionOption": Pair("SSE_KMS", None),
    },
    "bedrock/agentAgent:AgentAgent": {"customerEncryptionKeyArn": KEYED},
    "bedrock/customModel:CustomModel": {"customModelKmsKeyId": KEYED},
    "bedrock/guardrail:Guardrail": {"kmsKeyArn": KEYED},
    "cloudtrail/eventDataStore:EventDataStore": {"kmsKeyId": KEYED},
    "codeartifact/domain:Domain": {"encryptionKey": KEYED},
    "codebuild/project:Project": {
        "encryptionKey": KEYED,
        "artifacts.encryptionDisabled": Pair(False, True),
        "secondaryArtifacts[].encryptionDisabled": Pair(False, True),
        "logsConfig.s3Logs.encryptionDisabled": Pair(None, True),
    },
    "codepipeline/pipeline:Pipeline": {"artifactStores[].location": "x", "artifactStores[].encryptionKey.id": KEYED},
    "comprehend/entityRecognizer:EntityRecognizer": {"modelKmsKeyId": KEYED, "volumeKmsKeyId": KEYED},
    "dax/cluster:Cluster": {"serverSideEncryption.enabled": ENCRYPTED},
    "dms/replicationInstance:ReplicationInstance": {"kmsKeyArn": KEYED},
    "dms/s3Endpoint:S3Endpoint": {"kmsKeyArn": KEYED},
    "docdb/cluster:Cluster": {"storageEncrypted": ENCRYPTED, "kmsKeyId": KEYED},
    "docdb/elasticCluster:ElasticCluster": {"kmsKeyId": KEYED},
    "docdb/globalCluster:GlobalCluster": {"storageEncrypted": ENCRYPTED},
    "dynamodb/table:Table": {
        "serverSideEncryption.enabled": ENCRYPTED,
        "serverSideEncryption.kmsKeyArn": KEYED,
        "replicas[].regionName": "us-west-2",
        "replicas[].kmsKeyArn": KEYED,
    },
    "dynamodb/tableReplica:TableReplica": {"kmsKeyArn": KEYED},
    "ebs/encryptionByDefault:EncryptionByDefault": {"enabled": Pair(None, False)},
    "ebs/snapshotCopy:SnapshotCopy": {"encrypted": ENCRYPTED, "kmsKeyId": KEYED},
    "ebs/snapshotImport:SnapshotImport": {"encrypted": ENCRYPTED},
    "ec2/ami:Ami": {"ebsBlockDevices[].encrypted": Pair(None, False)},
    "ec2/amiCopy:AmiCopy": {"encrypted": ENCRYPTED, "kmsKeyId": KEYED},
    "ec2/spotFleetRequest:SpotFleetRequest": {
        "launchSpecifications[].rootBlockDevices[].encrypted": ENCRYPTED,
        "launchSpecifications[].ebsBlockDevices[].encrypted": ENCRYPTED,
    },
    "ec2/spotInstanceRequest:SpotInstanceRequest": {
        "rootBlockDevice.encrypted": ENCRYPTED,
        "ebsBlockDevices[].encrypted": ENCRYPTED,
    },
    "efs/fileSystem:FileSystem": {"encrypted": ENCRYPTED, "kmsKeyId": KEYED},
    "elasticsearch/domain:Domain": {"encryptAtRest.enabled": ENCRYPTED, "encryptAtRest.kmsKeyId": KEYED},
    "fsx/fileCache:FileCache": {"kmsKeyId": KEYED},
    "fsx/lustreFileSystem:LustreFileSystem": {"deploymentType": Pair("PERSISTENT_2", "SCRATCH_2"), "kmsKeyId": KEYED},
    "fsx/ontapFileSystem:OntapFileSystem": {"kmsKeyId": KEYED},
    "fsx/openZfsFileSystem:OpenZfsFileSystem": {"kmsKeyId": KEYED},
    "fsx/windowsFileSystem:WindowsFileSystem": {"kmsKeyId": KEYED},
    "glue/crawler:Crawler": {"securityConfiguration": Pair("encrypted", None)},
    "glue/job:Job": {"securityConfiguration": Pair("encrypted", None)},
    "glue/devEndpoint:DevEndpoint": {"securityConfiguration": Pair("encrypted", None)},
    "glue/dataCatalogEncryptionSettings:DataCatalogEncryptionSettings": {
        f"{CATALOG}.connectionPasswordEncryption.returnConnectionPasswordEncrypted": ENCRYPTED,
        f"{CATALOG}.encryptionAtRest.catalogEncryptionMode": Pair("SSE-KMS", "DISABLED"),
    },
    "glue/securityConfiguration:SecurityConfiguration": {
        f"{GLUE}.cloudwatchEncryption.cloudwatchEncryptionMode": Pair("SSE-KMS", "DISABLED"),
        f"{GLUE}.jobBookmarksEncryption.jobBookmarksEncryptionMode": Pair("CSE-KMS", None),
        f"{GLUE}.s3Encryption.s3EncryptionMode": Pair("SSE-KMS", "DISABLED"),
    },
    "kendra/index:Index": {"serverSideEncryptionConfiguration.kmsKeyId": KEYED},
    "keyspaces/table:Table": {"encryptionSpecification.type": Pair("CUSTOMER_MANAGED_KMS_KEY", "AWS_OWNED_KMS_KEY")},
    "kinesis/firehoseDeliveryStream:FirehoseDeliveryStream": {
        "serverSideEncryption.enabled": ENCRYPTED,
        "serverSideEncryption.keyType": Pair("CUSTOMER_MANAGED_CMK", "AWS_OWNED_CMK"),
    },
    "kinesis/videoStream:VideoStream": {"kmsKeyId": KEYED},
    "memorydb/cluster:Cluster": {"kmsKeyArn": KEYED},
    "memorydb/snapshot:Snapshot": {"kmsKeyArn": KEYED},
    "mq/broker:Broker": {"encryptionOptions.kmsKeyId": KEYED},
    "mwaa/environment:Environment": {"kmsKey": KEYED},
    "neptune/cluster:Cluster": {"storageEncrypted": ENCRYPTED, "kmsKeyArn": KEYED},
    "neptune/globalCluster:GlobalCluster": {"storageEncrypted": ENCRYPTED},
    "networkfirewall/firewall:Firewall": {"encryptionConfiguration.keyId": KEYED},
    "opensearch/domain:Domain": {"encryptAtRest.enabled": Pair("true", "false"), "encryptAtRest.kmsKeyId": KEYED},
    "rds/clusterActivityStream:ClusterActivityStream": {"kmsKeyId": KEYED},
    "rds/clusterSnapshotCopy:ClusterSnapshotCopy": {"kmsKeyId": KEYED},
    "rds/globalCluster:GlobalCluster": {"storageEncrypted": ENCRYPTED},
    "rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication": {"kmsKeyId": KEYED},
    "rds/snapshotCopy:SnapshotCopy": {"kmsKeyId": KEYED},
    "redshift/cluster:Cluster": {"encrypted": Pair("true", "false"), "kmsKeyId": KEYED},
    "redshift/snapshotCopyGrant:SnapshotCopyGrant": {"kmsKeyId": KEYED},
    "redshiftserverless/namespace:Namespace": {"kmsKeyId": KEYED},
    "sagemaker/dataQualityJobDefinition:DataQualityJobDefinition": {
        "dataQualityJobOutputConfig.kmsKeyId": KEYED,
        "jobResources.clusterConfig.volumeKmsKeyId": KEYED,
    },
    "sagemaker/endpointConfiguration:EndpointConfiguration": {
        "dataCaptureConfig.destinationS3Uri": "s3://bucket/",
        "dataCaptureConfig.kmsKeyId": KEYED,
    },
    "sagemaker/featureGroup:FeatureGroup": {
        "onlineStoreConfig.enableOnlineStore": True,
        "onlineStoreConfig.securityConfig.kmsKeyId": KEYED,
        "offlineStoreConfig.s3StorageConfig.s3Uri": "s3://bucket/",
        "offlineStoreConfig.s3StorageConfig.kmsKeyId": KEYED,
    },
    "sagemaker/flowDefinition:FlowDefinition": {"outputConfig.kmsKeyId": KEYED},
    "ssm/parameter:Parameter": {"type": "SecureString", "keyId": KEYED},
    "storagegateway/nfsFileShare:NfsFileShare": {"kmsEncrypted": ENCRYPTED},
    "storagegateway/smbFileShare:SmbFileShare": {"kmsEncrypted": ENCRYPTED},
    "timestreamwrite/database:Database": {"kmsKeyId": KEYED},
    "workspaces/workspace:Workspace": {
        "rootVolumeEncryptionEnabled": ENCRYPTED,
        "userVolumeEncryptionEnabled": ENCRYPTED,
    },
    "xray/encryptionConfig:EncryptionConfig": {"type": Pair("KMS", "NONE")},
}
CASES = [
    *cases("data-encryption", EXAMPLES),
    # An output of a resource that is not there yet has a value.
    passes("data-encryption", make("aws:efs/fileSystem:FileSystem", {"encrypted": True, "kmsKeyId": UNKNOWN})),
    passes("data-encryption", make("aws:ssm/parameter:Parameter", {"type": "String", "value": "7"})),
    passes(
        "data-encryption",
        make(
            "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream",
            {"kinesisSourceConfiguration": {"kinesisStreamArn": "arn"}},
        ),
    ),
    passes(
        "data-encryption",
        make("aws:sagemaker/featureGroup:FeatureGroup", {"onlineStoreConfig": {"enableOnlineStore": False}}),
    ),
    unknown_case("data-encryption", "docdb/cluster:Cluster", "storageEncrypted", EXAMPLES),
]
