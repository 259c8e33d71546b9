"""The calls of AWS that read a resource, and the attributes of Terraform that its answers hold.

A path leads to a value in an answer: names and positions between dots, `*` for each of a list, `[Name]` for the item of
a list whose Name is the id. A path that ends in `=value` says whether the two are equal, one in `#` counts.

Sources: the models of botocore; attributes of hashicorp/terraform-provider-aws v6.69. A test holds both sides.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final


@dataclass(frozen=True, slots=True)
class Call:
    """A call and what it says."""

    operation: str
    request: Mapping[str, Any]
    """What is asked: `{id}`, `{arn}` and `{path}`, which leads to a value in the result of the first call."""
    result: str
    """The path to the resource in the answer; empty for the answer itself."""
    attributes: Mapping[str, str]
    """Paths in the result, by Terraform's names."""


@dataclass(frozen=True, slots=True)
class Reader:
    """How a resource is read whose ARN is known."""

    terraform: str
    """Terraform's type."""
    arn: str
    """The service and the resource of the ARN, between which are region and account. The group is the id."""
    service: str
    """The client of boto3."""
    calls: tuple[Call, ...]
    identity: str = "id"
    """The attribute of Terraform that the id of the ARN is."""
    gone: Mapping[str, str] = field(default_factory=dict[str, str])
    """Values in the first result, by path, of a resource that is being deleted; `*` for any."""
    parts: tuple["Parts", ...] = ()
    """What belongs to it and has no tags of its own."""


@dataclass(frozen=True, slots=True)
class Parts:
    """Resources that one call lists of another resource."""

    terraform: str
    """Terraform's type."""
    call: Call
    """Its result is the list, and its attributes are those of each."""
    identity: str
    """The attribute that tells two apart, which is Terraform's id."""


def _same(*names: str) -> dict[str, str]:
    """Attributes that AWS calls as Terraform does, in CamelCase."""
    return {name: "".join(part.capitalize() for part in name.split("_")) for name in names}


def _lower(*names: str) -> dict[str, str]:
    """The same in camelCase."""
    return {name: path[0].lower() + path[1:] for name, path in _same(*names).items()}


_DATABASE: Final = _same(
    *("allocated_storage", "auto_minor_version_upgrade", "availability_zone", "backup_retention_period"),
    *("copy_tags_to_snapshot", "deletion_protection", "enabled_cloudwatch_logs_exports", "engine", "engine_version"),
    *("iops", "kms_key_id", "license_model", "max_allocated_storage", "monitoring_interval", "monitoring_role_arn"),
    *("performance_insights_enabled", "performance_insights_retention_period", "publicly_accessible"),
    *("storage_encrypted", "storage_throughput", "storage_type"),
) | {
    "arn": "DBInstanceArn",
    "backup_window": "PreferredBackupWindow",
    "ca_cert_identifier": "CACertificateIdentifier",
    "db_name": "DBName",
    "db_subnet_group_name": "DBSubnetGroup.DBSubnetGroupName",
    "iam_database_authentication_enabled": "IAMDatabaseAuthenticationEnabled",
    "identifier": "DBInstanceIdentifier",
    "instance_class": "DBInstanceClass",
    "maintenance_window": "PreferredMaintenanceWindow",
    "multi_az": "MultiAZ",
    "parameter_group_name": "DBParameterGroups.0.DBParameterGroupName",
    "performance_insights_kms_key_id": "PerformanceInsightsKMSKeyId",
    "port": "Endpoint.Port",
    "username": "MasterUsername",
    "vpc_security_group_ids": "VpcSecurityGroups.*.VpcSecurityGroupId",
}
_CACHE: Final = _same(
    *("at_rest_encryption_enabled", "auto_minor_version_upgrade", "cluster_mode", "description", "engine"),
    *("ip_discovery", "kms_key_id", "network_type", "replication_group_id", "snapshot_retention_limit"),
    *("snapshot_window", "transit_encryption_enabled", "transit_encryption_mode", "user_group_ids"),
) | {
    "arn": "ARN",
    "automatic_failover_enabled": "AutomaticFailover=enabled",
    "data_tiering_enabled": "DataTiering=enabled",
    "multi_az_enabled": "MultiAZ=enabled",
    "node_type": "CacheNodeType",
    "num_node_groups": "NodeGroups#",
    "port": "ConfigurationEndpoint.Port",
}
_CACHE_NODE: Final = {
    "engine_version": "EngineVersion",
    "maintenance_window": "PreferredMaintenanceWindow",
    "parameter_group_name": "CacheParameterGroup.CacheParameterGroupName",
    "security_group_ids": "SecurityGroups.*.SecurityGroupId",
    "subnet_group_name": "CacheSubnetGroupName",
}

READERS: Final[tuple[Reader, ...]] = (
    Reader(
        "aws_acm_certificate",
        "acm:certificate/(.+)",
        "acm",
        (
            Call(
                "describe_certificate",
                {"CertificateArn": "{arn}"},
                "Certificate",
                {"arn": "CertificateArn", "domain_name": "DomainName", "key_algorithm": "KeyAlgorithm"},
            ),
        ),
    ),
    Reader(
        "aws_backup_vault",
        "backup:backup-vault:(.+)",
        "backup",
        (
            Call(
                "describe_backup_vault",
                {"BackupVaultName": "{id}"},
                "",
                {"arn": "BackupVaultArn", "kms_key_arn": "EncryptionKeyArn", "name": "BackupVaultName"},
            ),
        ),
    ),
    Reader(
        "aws_cloudwatch_log_group",
        r"logs:log-group:([^:]+)(?::\*)?",
        "logs",
        (
            Call(
                "describe_log_groups",
                {"logGroupNamePrefix": "{id}"},
                "logGroups[logGroupName]",
                {"name": "logGroupName"} | _lower("kms_key_id", "log_group_class", "retention_in_days"),
            ),
        ),
        "name",
    ),
    Reader(
        "aws_cognito_user_pool",
        "cognito-idp:userpool/(.+)",
        "cognito-idp",
        (
            Call(
                "describe_user_pool",
                {"UserPoolId": "{id}"},
                "UserPool",
                _same(*("alias_attributes", "arn", "deletion_protection", "mfa_configuration", "name"))
                | _same("username_attributes"),
            ),
        ),
    ),
    Reader(
        "aws_db_instance",
        "rds:db:(.+)",
        "rds",
        (Call("describe_db_instances", {"DBInstanceIdentifier": "{id}"}, "DBInstances.0", _DATABASE),),
        "identifier",
        {"DBInstanceStatus": "deleting"},
    ),
    Reader(
        "aws_db_parameter_group",
        "rds:pg:(.+)",
        "rds",
        (
            Call(
                "describe_db_parameter_groups",
                {"DBParameterGroupName": "{id}"},
                "DBParameterGroups.0",
                {"arn": "DBParameterGroupArn", "description": "Description", "family": "DBParameterGroupFamily"},
            ),
        ),
        "name",
    ),
    Reader(
        "aws_db_subnet_group",
        "rds:subgrp:(.+)",
        "rds",
        (
            Call(
                "describe_db_subnet_groups",
                {"DBSubnetGroupName": "{id}"},
                "DBSubnetGroups.0",
                {
                    "arn": "DBSubnetGroupArn",
                    "description": "DBSubnetGroupDescription",
                    "subnet_ids": "Subnets.*.SubnetIdentifier",
                    "vpc_id": "VpcId",
                },
            ),
        ),
        "name",
    ),
    Reader(
        "aws_ebs_volume",
        "ec2:volume/(.+)",
        "ec2",
        (
            Call(
                "describe_volumes",
                {"VolumeIds": ["{id}"]},
                "Volumes.0",
                _same("availability_zone", "encrypted", "iops", "kms_key_id", "size", "throughput")
                | {"type": "VolumeType"},
            ),
        ),
        gone={"State": "deleting"},
    ),
    Reader(
        "aws_ecr_repository",
        "ecr:repository/(.+)",
        "ecr",
        (
            Call(
                "describe_repositories",
                {"repositoryNames": ["{id}"]},
                "repositories.0",
                {"arn": "repositoryArn", "name": "repositoryName"}
                | _lower("encryption_configuration", "image_scanning_configuration", "image_tag_mutability"),
            ),
        ),
        "name",
    ),
    Reader(
        "aws_eks_cluster",
        "eks:cluster/(.+)",
        "eks",
        (
            Call(
                "describe_cluster",
                {"name": "{id}"},
                "cluster",
                _lower("arn", "name", "version") | {"vpc_config": "resourcesVpcConfig"},
            ),
        ),
        "name",
    ),
    Reader(
        "aws_elasticache_parameter_group",
        "elasticache:parametergroup:(.+)",
        "elasticache",
        (
            Call(
                "describe_cache_parameter_groups",
                {"CacheParameterGroupName": "{id}"},
                "CacheParameterGroups.0",
                {"arn": "ARN", "description": "Description", "family": "CacheParameterGroupFamily"},
            ),
        ),
        "name",
    ),
    Reader(
        "aws_elasticache_replication_group",
        "elasticache:replicationgroup:(.+)",
        "elasticache",
        (
            Call("describe_replication_groups", {"ReplicationGroupId": "{id}"}, "ReplicationGroups.0", _CACHE),
            Call(
                "describe_cache_clusters",
                {"CacheClusterId": "{MemberClusters.0}"},
                "CacheClusters.0",
                _CACHE_NODE,
            ),
        ),
        "replication_group_id",
        {"Status": "deleting"},
    ),
    Reader(
        "aws_elasticache_subnet_group",
        "elasticache:subnetgroup:(.+)",
        "elasticache",
        (
            Call(
                "describe_cache_subnet_groups",
                {"CacheSubnetGroupName": "{id}"},
                "CacheSubnetGroups.0",
                {
                    "arn": "ARN",
                    "description": "CacheSubnetGroupDescription",
                    "subnet_ids": "Subnets.*.SubnetIdentifier",
                    "vpc_id": "VpcId",
                },
            ),
        ),
        "name",
    ),
    Reader(
        "aws_elasticache_user",
        "elasticache:user:(.+)",
        "elasticache",
        (
            Call(
                "describe_users",
                {"UserId": "{id}"},
                "Users.0",
                {"arn": "ARN"} | _same("access_string", "engine", "user_id", "user_name"),
            ),
        ),
        "user_id",
        {"Status": "deleting"},
    ),
    Reader(
        "aws_elasticache_user_group",
        "elasticache:usergroup:(.+)",
        "elasticache",
        (
            Call(
                "describe_user_groups",
                {"UserGroupId": "{id}"},
                "UserGroups.0",
                {"arn": "ARN"} | _same("engine", "user_group_id", "user_ids"),
            ),
        ),
        "user_group_id",
        {"Status": "deleting"},
    ),
    Reader(
        "aws_glue_registry",
        "glue:registry/(.+)",
        "glue",
        (
            Call(
                "get_registry",
                {"RegistryId": {"RegistryArn": "{arn}"}},
                "",
                {"arn": "RegistryArn", "description": "Description", "registry_name": "RegistryName"},
            ),
        ),
    ),
    Reader(
        "aws_glue_schema",
        "glue:schema/(.+)",
        "glue",
        (
            Call(
                "get_schema",
                {"SchemaId": {"SchemaArn": "{arn}"}},
                "",
                {"arn": "SchemaArn"}
                | _same("compatibility", "data_format", "description", "registry_arn", "registry_name", "schema_name"),
            ),
        ),
        gone={"SchemaStatus": "DELETING"},
    ),
    Reader(
        "aws_guardduty_detector",
        "guardduty:detector/([^/]+)",
        "guardduty",
        (
            Call(
                "get_detector",
                {"DetectorId": "{id}"},
                "",
                {"enable": "Status=ENABLED", "finding_publishing_frequency": "FindingPublishingFrequency"},
            ),
        ),
    ),
    Reader(
        "aws_iam_instance_profile",
        "iam:instance-profile/(?:.+/)?([^/]+)",
        "iam",
        (
            Call(
                "get_instance_profile",
                {"InstanceProfileName": "{id}"},
                "InstanceProfile",
                {"arn": "Arn", "name": "InstanceProfileName", "path": "Path", "role": "Roles.0.RoleName"},
            ),
        ),
        "name",
    ),
    Reader(
        "aws_internet_gateway",
        "ec2:internet-gateway/(.+)",
        "ec2",
        (
            Call(
                "describe_internet_gateways",
                {"InternetGatewayIds": ["{id}"]},
                "InternetGateways.0",
                {"vpc_id": "Attachments.0.VpcId"},
            ),
        ),
    ),
    Reader(
        "aws_kinesis_stream",
        "kinesis:stream/([^/]+)",
        "kinesis",
        (
            Call(
                "describe_stream_summary",
                {"StreamARN": "{arn}"},
                "StreamDescriptionSummary",
                {
                    "arn": "StreamARN",
                    "encryption_type": "EncryptionType",
                    "kms_key_id": "KeyId",
                    "name": "StreamName",
                    "retention_period": "RetentionPeriodHours",
                    "shard_count": "OpenShardCount",
                    "stream_mode_details": "StreamModeDetails",
                },
            ),
        ),
        "name",
        {"StreamStatus": "DELETING"},
    ),
    Reader(
        "aws_kms_key",
        "kms:key/(.+)",
        "kms",
        (
            Call(
                "describe_key",
                {"KeyId": "{arn}"},
                "KeyMetadata",
                _same("arn", "description", "key_id", "key_usage", "multi_region")
                | {"customer_master_key_spec": "KeySpec", "is_enabled": "Enabled"},
            ),
            Call("get_key_rotation_status", {"KeyId": "{arn}"}, "", {"enable_key_rotation": "KeyRotationEnabled"}),
        ),
        gone={"DeletionDate": "*"},
        parts=(
            Parts(
                "aws_kms_alias",
                Call(
                    "list_aliases",
                    {"KeyId": "{arn}"},
                    "Aliases",
                    {"arn": "AliasArn", "name": "AliasName", "target_key_id": "TargetKeyId"},
                ),
                "name",
            ),
        ),
    ),
    Reader(
        "aws_lb",
        "elasticloadbalancing:(loadbalancer/(?:app|net|gwy)/.+)",
        "elbv2",
        (
            Call(
                "describe_load_balancers",
                {"LoadBalancerArns": ["{arn}"]},
                "LoadBalancers.0",
                {
                    "arn": "LoadBalancerArn",
                    "internal": "Scheme=internal",
                    "ip_address_type": "IpAddressType",
                    "load_balancer_type": "Type",
                    "name": "LoadBalancerName",
                    "security_groups": "SecurityGroups",
                    "subnets": "AvailabilityZones.*.SubnetId",
                },
            ),
        ),
    ),
    Reader(
        "aws_msk_cluster",
        "kafka:cluster/(.+)",
        "kafka",
        (
            Call(
                "describe_cluster",
                {"ClusterArn": "{arn}"},
                "ClusterInfo",
                {
                    "arn": "ClusterArn",
                    "broker_node_group_info": "BrokerNodeGroupInfo",
                    "cluster_name": "ClusterName",
                    "enhanced_monitoring": "EnhancedMonitoring",
                    "kafka_version": "CurrentBrokerSoftwareInfo.KafkaVersion",
                    "number_of_broker_nodes": "NumberOfBrokerNodes",
                },
            ),
        ),
        gone={"State": "DELETING"},
    ),
    Reader(
        "aws_nat_gateway",
        "ec2:natgateway/(.+)",
        "ec2",
        (
            Call(
                "describe_nat_gateways",
                {"NatGatewayIds": ["{id}"]},
                "NatGateways.0",
                {
                    "allocation_id": "NatGatewayAddresses.0.AllocationId",
                    "connectivity_type": "ConnectivityType",
                    "subnet_id": "SubnetId",
                },
            ),
        ),
        gone={"State": "deleted"},
    ),
    Reader(
        "aws_opensearchserverless_collection",
        "aoss:collection/(.+)",
        "opensearchserverless",
        (
            Call(
                "batch_get_collection",
                {"ids": ["{id}"]},
                "collectionDetails.0",
                _lower("arn", "description", "id", "kms_key_arn", "name", "type"),
            ),
        ),
    ),
    Reader(
        "aws_prometheus_workspace",
        "aps:workspace/(.+)",
        "amp",
        (Call("describe_workspace", {"workspaceId": "{id}"}, "workspace", _lower("alias", "arn", "kms_key_arn")),),
    ),
    Reader(
        "aws_sagemaker_model_package_group",
        "sagemaker:model-package-group/(.+)",
        "sagemaker",
        (
            Call(
                "describe_model_package_group",
                {"ModelPackageGroupName": "{arn}"},
                "",
                {
                    "arn": "ModelPackageGroupArn",
                    "model_package_group_description": "ModelPackageGroupDescription",
                    "model_package_group_name": "ModelPackageGroupName",
                },
            ),
        ),
    ),
    Reader(
        "aws_scheduler_schedule_group",
        "scheduler:schedule-group/(.+)",
        "scheduler",
        (Call("get_schedule_group", {"Name": "{id}"}, "", _same("arn", "name")),),
    ),
    Reader(
        "aws_secretsmanager_secret",
        "secretsmanager:secret:(.+)",
        "secretsmanager",
        (
            Call(
                "describe_secret",
                {"SecretId": "{arn}"},
                "",
                {"arn": "ARN"} | _same("description", "kms_key_id", "name"),
            ),
        ),
        gone={"DeletedDate": "*"},
    ),
    Reader(
        "aws_security_group",
        "ec2:security-group/(.+)",
        "ec2",
        (
            Call(
                "describe_security_groups",
                {"GroupIds": ["{id}"]},
                "SecurityGroups.0",
                {"name": "GroupName"} | _same("description", "vpc_id"),
            ),
        ),
    ),
    Reader(
        "aws_sns_topic",
        "sns:([^:]+)",
        "sns",
        (
            Call(
                "get_topic_attributes",
                {"TopicArn": "{arn}"},
                "Attributes",
                {"arn": "TopicArn"} | _same("display_name", "fifo_topic", "kms_master_key_id"),
            ),
        ),
        "name",
    ),
    Reader(
        "aws_sqs_queue",
        "sqs:([^:]+)",
        "sqs",
        (
            Call("get_queue_url", {"QueueName": "{id}"}, "", {"id": "QueueUrl", "url": "QueueUrl"}),
            Call(
                "get_queue_attributes",
                {"QueueUrl": "{QueueUrl}", "AttributeNames": ["All"]},
                "Attributes",
                {
                    "arn": "QueueArn",
                    "max_message_size": "MaximumMessageSize",
                    "message_retention_seconds": "MessageRetentionPeriod",
                    "receive_wait_time_seconds": "ReceiveMessageWaitTimeSeconds",
                    "visibility_timeout_seconds": "VisibilityTimeout",
                }
                | _same("delay_seconds", "fifo_queue", "kms_master_key_id", "policy", "redrive_policy")
                | _same("sqs_managed_sse_enabled"),
            ),
        ),
        "name",
    ),
    Reader(
        "aws_subnet",
        "ec2:subnet/(.+)",
        "ec2",
        (
            Call(
                "describe_subnets",
                {"SubnetIds": ["{id}"]},
                "Subnets.0",
                {"arn": "SubnetArn"} | _same("availability_zone", "cidr_block", "map_public_ip_on_launch", "vpc_id"),
            ),
        ),
    ),
    Reader(
        "aws_vpc",
        "ec2:vpc/(.+)",
        "ec2",
        (Call("describe_vpcs", {"VpcIds": ["{id}"]}, "Vpcs.0", _same("cidr_block", "instance_tenancy")),),
    ),
    Reader(
        "aws_vpc_endpoint",
        "ec2:vpc-endpoint/(.+)",
        "ec2",
        (
            Call(
                "describe_vpc_endpoints",
                {"VpcEndpointIds": ["{id}"]},
                "VpcEndpoints.0",
                {"security_group_ids": "Groups.*.GroupId"}
                | _same("route_table_ids", "service_name", "subnet_ids", "vpc_endpoint_type", "vpc_id"),
            ),
        ),
        gone={"State": "deleted"},
    ),
)
