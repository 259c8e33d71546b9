"""Calls of buckets, databases, caches, streams, catalogs and backups."""

from typing import Any

from tests.support.cloud.call import Call, Rows


def _parameters(name: str, value: str) -> Any:
    def change(inputs: dict[str, Any]) -> dict[str, Any]:
        return {
            **inputs,
            "parameters": [
                {name: each["name"], value: each["value"], **({"applyMethod": "immediate"} if name[0] == "p" else {})}
                for each in inputs["parameters"]
            ],
        }

    return change


def _public_access(inputs: dict[str, Any]) -> dict[str, Any]:
    return {"bucket": inputs.pop("bucket"), "publicAccessBlockConfiguration": inputs}


def _logging(inputs: dict[str, Any]) -> dict[str, Any]:
    return {"bucket": inputs.pop("bucket"), "bucketLoggingStatus": {"loggingEnabled": inputs}}


def _table(inputs: dict[str, Any]) -> dict[str, Any]:
    at = {key: inputs.pop(key) for key in ("databaseName", "catalogId") if key in inputs}
    if "serDeInfo" in inputs.get("storageDescriptor", {}):
        inputs["storageDescriptor"]["serdeInfo"] = inputs["storageDescriptor"].pop("serDeInfo")
    return {**at, "tableInput": inputs}


STORES: Rows = {
    "aws:athena/workgroup:Workgroup": (
        Call(
            "athena:CreateWorkGroup",
            {"configuration.resultConfiguration.encryptionConfiguration.kmsKeyArn": "KmsKey"},
        ),
    ),
    "aws:backup/plan:Plan": (
        Call(
            "backup:CreateBackupPlan",
            {
                "name": "BackupPlan.BackupPlanName",
                "rules": "BackupPlan.Rules",
                "rules.targetVaultName": "TargetBackupVaultName",
                "rules.schedule": "ScheduleExpression",
                "rules.startWindow": "StartWindowMinutes",
                "rules.completionWindow": "CompletionWindowMinutes",
                "rules.lifecycle.deleteAfter": "DeleteAfterDays",
                "rules.copyActions.destinationVaultArn": "DestinationBackupVaultArn",
                "rules.copyActions.lifecycle.deleteAfter": "DeleteAfterDays",
                "tags": "BackupPlanTags",
            },
        ),
    ),
    "aws:backup/restoreTestingPlan:RestoreTestingPlan": (
        Call(
            "backup:CreateRestoreTestingPlan",
            {
                "name": "RestoreTestingPlan.RestoreTestingPlanName",
                "recoveryPointSelection": "RestoreTestingPlan.RecoveryPointSelection",
                "scheduleExpression": "RestoreTestingPlan.ScheduleExpression",
                "startWindowHours": "RestoreTestingPlan.StartWindowHours",
            },
        ),
    ),
    "aws:backup/restoreTestingSelection:RestoreTestingSelection": (
        Call(
            "backup:CreateRestoreTestingSelection",
            {
                "name": "RestoreTestingSelection.RestoreTestingSelectionName",
                "iamRoleArn": "RestoreTestingSelection.IamRoleArn",
                "protectedResourceArns": "RestoreTestingSelection.ProtectedResourceArns",
                "protectedResourceType": "RestoreTestingSelection.ProtectedResourceType",
                "restoreMetadataOverrides": "RestoreTestingSelection.RestoreMetadataOverrides",
                "validationWindowHours": "RestoreTestingSelection.ValidationWindowHours",
            },
        ),
    ),
    "aws:backup/selection:Selection": (
        Call(
            "backup:CreateBackupSelection",
            {
                "iamRoleArn": "BackupSelection.IamRoleArn",
                "name": "BackupSelection.SelectionName",
                "planId": "BackupPlanId",
                "resources": "BackupSelection.Resources",
            },
        ),
    ),
    "aws:backup/vault:Vault": (
        Call(
            "backup:CreateBackupVault",
            {"kmsKeyArn": "EncryptionKeyArn", "name": "BackupVaultName", "tags": "BackupVaultTags"},
        ),
    ),
    "aws:backup/vaultLockConfiguration:VaultLockConfiguration": (Call("backup:PutBackupVaultLockConfiguration"),),
    "aws:backup/vaultNotifications:VaultNotifications": (Call("backup:PutBackupVaultNotifications"),),
    "aws:elasticache/parameterGroup:ParameterGroup": (
        Call(
            "elasticache:CreateCacheParameterGroup",
            {"family": "CacheParameterGroupFamily"},
            own={"CacheParameterGroupName": "name"},
        ),
        Call(
            "elasticache:ModifyCacheParameterGroup",
            {"parameters": "ParameterNameValues"},
            own={"CacheParameterGroupName": "name"},
            takes=("parameters",),
            shaped=_parameters("ParameterName", "ParameterValue"),
        ),
    ),
    "aws:elasticache/replicationGroup:ReplicationGroup": (
        Call(
            "elasticache:CreateReplicationGroup",
            {
                "description": "ReplicationGroupDescription",
                "maintenanceWindow": "PreferredMaintenanceWindow",
                "nodeType": "CacheNodeType",
                "parameterGroupName": "CacheParameterGroupName",
                "subnetGroupName": "CacheSubnetGroupName",
                "logDeliveryConfigurations.destination": "DestinationDetails.CloudWatchLogsDetails.LogGroup",
            },
        ),
    ),
    "aws:elasticache/subnetGroup:SubnetGroup": (
        Call(
            "elasticache:CreateCacheSubnetGroup",
            {"description": "CacheSubnetGroupDescription", "name": "CacheSubnetGroupName"},
        ),
    ),
    "aws:elasticache/user:User": (Call("elasticache:CreateUser"),),
    "aws:elasticache/userGroup:UserGroup": (Call("elasticache:CreateUserGroup"),),
    "aws:glue/catalogDatabase:CatalogDatabase": (
        Call("glue:CreateDatabase", {"locationUri": "DatabaseInput.LocationUri", "name": "DatabaseInput.Name"}),
    ),
    "aws:glue/catalogTable:CatalogTable": (Call("glue:CreateTable", shaped=_table),),
    "aws:glue/registry:Registry": (Call("glue:CreateRegistry"),),
    "aws:glue/schema:Schema": (Call("glue:CreateSchema", {"registryArn": "RegistryId.RegistryArn"}),),
    "aws:kinesis/stream:Stream": (
        Call("kinesis:CreateStream", {"name": "StreamName"}),
        Call(
            "kinesis:StartStreamEncryption",
            {"kmsKeyId": "KeyId"},
            own={"StreamName": "name"},
            takes=("encryptionType", "kmsKeyId"),
        ),
        Call(
            "kinesis:IncreaseStreamRetentionPeriod",
            {"retentionPeriod": "RetentionPeriodHours"},
            own={"StreamName": "name"},
            takes=("retentionPeriod",),
        ),
    ),
    "aws:kinesis/streamConsumer:StreamConsumer": (Call("kinesis:RegisterStreamConsumer", {"name": "ConsumerName"}),),
    "aws:msk/cluster:Cluster": (
        Call(
            "kafka:CreateCluster",
            {"encryptionInfo.encryptionAtRestKmsKeyArn": "EncryptionAtRest.DataVolumeKMSKeyId"},
        ),
    ),
    "aws:msk/configuration:Configuration": (Call("kafka:CreateConfiguration"),),
    "aws:msk/serverlessCluster:ServerlessCluster": (
        Call(
            "kafka:CreateClusterV2",
            {"clientAuthentication": "Serverless.ClientAuthentication", "vpcConfigs": "Serverless.VpcConfigs"},
        ),
    ),
    "aws:msk/topic:Topic": (Call("kafka:CreateTopic", {"name": "TopicName"}),),
    "aws:opensearch/serverlessAccessPolicy:ServerlessAccessPolicy": (Call("opensearchserverless:CreateAccessPolicy"),),
    "aws:opensearch/serverlessCollection:ServerlessCollection": (Call("opensearchserverless:CreateCollection"),),
    "aws:opensearch/serverlessLifecyclePolicy:ServerlessLifecyclePolicy": (
        Call("opensearchserverless:CreateLifecyclePolicy"),
    ),
    "aws:opensearch/serverlessSecurityPolicy:ServerlessSecurityPolicy": (
        Call("opensearchserverless:CreateSecurityPolicy"),
    ),
    "aws:opensearch/serverlessVpcEndpoint:ServerlessVpcEndpoint": (Call("opensearchserverless:CreateVpcEndpoint"),),
    "aws:rds/eventSubscription:EventSubscription": (
        Call("rds:CreateEventSubscription", {"name": "SubscriptionName", "snsTopic": "SnsTopicArn"}),
    ),
    "aws:rds/instance:Instance": (
        Call(
            "rds:CreateDBInstance",
            {
                "backupWindow": "PreferredBackupWindow",
                "caCertIdentifier": "CACertificateIdentifier",
                "enabledCloudwatchLogsExports": "EnableCloudwatchLogsExports",
                "iamDatabaseAuthenticationEnabled": "EnableIAMDatabaseAuthentication",
                "identifier": "DBInstanceIdentifier",
                "instanceClass": "DBInstanceClass",
                "maintenanceWindow": "PreferredMaintenanceWindow",
                "parameterGroupName": "DBParameterGroupName",
                "performanceInsightsEnabled": "EnablePerformanceInsights",
                "username": "MasterUsername",
            },
        ),
    ),
    "aws:rds/parameterGroup:ParameterGroup": (
        Call(
            "rds:CreateDBParameterGroup",
            {"family": "DBParameterGroupFamily"},
            own={"DBParameterGroupName": "name"},
        ),
        Call(
            "rds:ModifyDBParameterGroup",
            own={"DBParameterGroupName": "name"},
            takes=("parameters",),
            shaped=_parameters("parameterName", "parameterValue"),
        ),
    ),
    "aws:rds/snapshot:Snapshot": (Call("rds:CreateDBSnapshot"),),
    "aws:rds/subnetGroup:SubnetGroup": (
        Call("rds:CreateDBSubnetGroup", {"description": "DBSubnetGroupDescription"}, own={"DBSubnetGroupName": "name"}),
    ),
    "aws:s3/bucket:Bucket": (
        Call("s3:CreateBucket", {"objectLockEnabled": "ObjectLockEnabledForBucket"}),
        Call("s3:PutBucketTagging", {"tags": "Tagging.TagSet"}, own={"Bucket": "bucket"}, takes=("tags",)),
    ),
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": (
        Call("s3:PutBucketLifecycleConfiguration", {"rules": "LifecycleConfiguration.Rules"}),
    ),
    "aws:s3/bucketLogging:BucketLogging": (Call("s3:PutBucketLogging", shaped=_logging),),
    "aws:s3/bucketMetric:BucketMetric": (
        Call("s3:PutBucketMetricsConfiguration", own={"Id": "name", "MetricsConfiguration.Id": "name"}),
    ),
    "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration": (
        Call(
            "s3:PutObjectLockConfiguration",
            {"rule": "ObjectLockConfiguration.Rule"},
            given={"ObjectLockConfiguration.ObjectLockEnabled": "Enabled"},
        ),
    ),
    "aws:s3/bucketObjectv2:BucketObjectv2": (
        Call("s3:PutObject", {"content": "Body", "contentBase64": "Body", "kmsKeyId": "SSEKMSKeyId"}),
    ),
    "aws:s3/bucketOwnershipControls:BucketOwnershipControls": (
        Call("s3:PutBucketOwnershipControls", {"rule": "OwnershipControls.Rules[]"}),
    ),
    "aws:s3/bucketPolicy:BucketPolicy": (Call("s3:PutBucketPolicy"),),
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": (Call("s3:PutPublicAccessBlock", shaped=_public_access),),
    "aws:s3/bucketReplicationConfig:BucketReplicationConfig": (
        Call(
            "s3:PutBucketReplication",
            {"role": "ReplicationConfiguration.Role", "rules": "ReplicationConfiguration.Rules"},
        ),
    ),
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": (
        Call("s3:PutBucketEncryption", {"rules": "ServerSideEncryptionConfiguration.Rules"}),
    ),
    "aws:s3/bucketVersioning:BucketVersioning": (Call("s3:PutBucketVersioning"),),
}
