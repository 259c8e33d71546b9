"""Types that a stack can take over: what Terraform calls them, what tells two apart, and the id of an import.

Sources: names of hashicorp/terraform-provider-aws v6.69; inputs, and ids in the Import section of each type, of
pulumi-aws 7.51. Tests compare all of them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Kind:
    """How a type of Pulumi is found in a state of Terraform."""

    terraform: str
    """Terraform's type."""
    keys: tuple[str, ...] = ()
    """The inputs that together tell two resources of the type apart, by Pulumi's names."""
    names: tuple[str, ...] = ()
    """Those among the inputs that are names in AWS: an adopted resource keeps them."""
    import_id: str = "{id}"
    """The id of an import, made of Terraform's attributes."""
    shared: bool = False
    """Whether several resources of an account may have equal keys, so that a match by them is a guess."""


def _named(terraform: str, *names: str, import_id: str = "{id}") -> Kind:
    """A type whose name tells two apart."""
    return Kind(terraform, names, names, import_id)


def _part(terraform: str, *keys: str, import_id: str = "{id}") -> Kind:
    """A type that belongs to another resource."""
    return Kind(terraform, keys, (), import_id)


_BUCKET_PARTS: Final = {
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": "aws_s3_bucket_lifecycle_configuration",
    "aws:s3/bucketLogging:BucketLogging": "aws_s3_bucket_logging",
    "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration": "aws_s3_bucket_object_lock_configuration",
    "aws:s3/bucketOwnershipControls:BucketOwnershipControls": "aws_s3_bucket_ownership_controls",
    "aws:s3/bucketPolicy:BucketPolicy": "aws_s3_bucket_policy",
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": "aws_s3_bucket_public_access_block",
    "aws:s3/bucketReplicationConfig:BucketReplicationConfig": "aws_s3_bucket_replication_configuration",
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": (
        "aws_s3_bucket_server_side_encryption_configuration"
    ),
    "aws:s3/bucketVersioning:BucketVersioning": "aws_s3_bucket_versioning",
}

KINDS: Final[Mapping[str, Kind]] = {
    "aws:accessanalyzer/analyzer:Analyzer": _named(
        "aws_accessanalyzer_analyzer", "analyzerName", import_id="{analyzer_name}"
    ),
    "aws:acm/certificate:Certificate": _part("aws_acm_certificate", "domainName", import_id="{arn}"),
    "aws:amp/alertManagerDefinition:AlertManagerDefinition": _part(
        "aws_prometheus_alert_manager_definition", "workspaceId", import_id="{workspace_id}"
    ),
    "aws:amp/ruleGroupNamespace:RuleGroupNamespace": Kind(
        "aws_prometheus_rule_group_namespace", ("workspaceId", "name"), ("name",), "{arn}"
    ),
    "aws:amp/workspace:Workspace": _named("aws_prometheus_workspace", "alias"),
    "aws:athena/workgroup:Workgroup": _named("aws_athena_workgroup", "name", import_id="{name}"),
    "aws:backup/plan:Plan": _named("aws_backup_plan", "name"),
    "aws:backup/selection:Selection": Kind("aws_backup_selection", ("planId", "name"), ("name",), "{plan_id}|{id}"),
    "aws:backup/vault:Vault": _named("aws_backup_vault", "name", import_id="{name}"),
    "aws:backup/vaultLockConfiguration:VaultLockConfiguration": _part(
        "aws_backup_vault_lock_configuration", "backupVaultName", import_id="{backup_vault_name}"
    ),
    "aws:backup/vaultNotifications:VaultNotifications": _part(
        "aws_backup_vault_notifications", "backupVaultName", import_id="{backup_vault_name}"
    ),
    "aws:batch/computeEnvironment:ComputeEnvironment": _named(
        "aws_batch_compute_environment", "name", import_id="{name}"
    ),
    "aws:batch/jobDefinition:JobDefinition": _named("aws_batch_job_definition", "name", import_id="{arn}"),
    "aws:batch/jobQueue:JobQueue": _named("aws_batch_job_queue", "name", import_id="{arn}"),
    "aws:batch/schedulingPolicy:SchedulingPolicy": _named("aws_batch_scheduling_policy", "name", import_id="{arn}"),
    "aws:budgets/budget:Budget": _named("aws_budgets_budget", "name", import_id="{account_id}:{name}"),
    "aws:cloudtrail/trail:Trail": _named("aws_cloudtrail", "name", import_id="{arn}"),
    "aws:cloudwatch/compositeAlarm:CompositeAlarm": _named(
        "aws_cloudwatch_composite_alarm", "alarmName", import_id="{alarm_name}"
    ),
    "aws:cloudwatch/eventRule:EventRule": _named(
        "aws_cloudwatch_event_rule", "name", import_id="{event_bus_name}/{name}"
    ),
    "aws:cloudwatch/eventTarget:EventTarget": Kind(
        "aws_cloudwatch_event_target", ("rule", "targetId"), ("targetId",), "{event_bus_name}/{rule}/{target_id}"
    ),
    "aws:cloudwatch/logGroup:LogGroup": _named("aws_cloudwatch_log_group", "name", import_id="{name}"),
    "aws:cloudwatch/logResourcePolicy:LogResourcePolicy": _named("aws_cloudwatch_log_resource_policy", "policyName"),
    "aws:cloudwatch/metricAlarm:MetricAlarm": _named("aws_cloudwatch_metric_alarm", "name", import_id="{alarm_name}"),
    "aws:cognito/userGroup:UserGroup": Kind(
        "aws_cognito_user_group", ("userPoolId", "name"), ("name",), "{user_pool_id}/{name}"
    ),
    "aws:cognito/userPool:UserPool": _named("aws_cognito_user_pool", "name"),
    "aws:cognito/userPoolClient:UserPoolClient": Kind(
        "aws_cognito_user_pool_client", ("userPoolId", "name"), ("name",), "{user_pool_id}/{id}"
    ),
    "aws:cognito/userPoolDomain:UserPoolDomain": _named("aws_cognito_user_pool_domain", "domain", import_id="{domain}"),
    "aws:ebs/volume:Volume": Kind("aws_ebs_volume"),
    "aws:ec2/eip:Eip": Kind("aws_eip"),
    "aws:ec2/flowLog:FlowLog": _part("aws_flow_log", "vpcId"),
    "aws:ec2/internetGateway:InternetGateway": _part("aws_internet_gateway", "vpcId"),
    "aws:ec2/launchTemplate:LaunchTemplate": _named("aws_launch_template", "name"),
    "aws:ec2/natGateway:NatGateway": _part("aws_nat_gateway", "subnetId"),
    "aws:ec2/routeTableAssociation:RouteTableAssociation": _part(
        "aws_route_table_association", "subnetId", import_id="{subnet_id}/{route_table_id}"
    ),
    "aws:ec2/securityGroup:SecurityGroup": Kind("aws_security_group", ("vpcId", "name"), ("name",)),
    "aws:ec2/subnet:Subnet": _part("aws_subnet", "vpcId", "cidrBlock"),
    # Networks that are not connected may have the same range.
    "aws:ec2/vpc:Vpc": Kind("aws_vpc", ("cidrBlock",), shared=True),
    "aws:ec2/vpcEndpoint:VpcEndpoint": _part("aws_vpc_endpoint", "vpcId", "serviceName"),
    "aws:ecr/lifecyclePolicy:LifecyclePolicy": _part(
        "aws_ecr_lifecycle_policy", "repository", import_id="{repository}"
    ),
    "aws:ecr/repository:Repository": _named("aws_ecr_repository", "name", import_id="{name}"),
    "aws:ecr/repositoryPolicy:RepositoryPolicy": _part(
        "aws_ecr_repository_policy", "repository", import_id="{repository}"
    ),
    "aws:elasticache/parameterGroup:ParameterGroup": _named(
        "aws_elasticache_parameter_group", "name", import_id="{name}"
    ),
    "aws:elasticache/replicationGroup:ReplicationGroup": _named(
        "aws_elasticache_replication_group", "replicationGroupId", import_id="{replication_group_id}"
    ),
    "aws:elasticache/subnetGroup:SubnetGroup": _named("aws_elasticache_subnet_group", "name", import_id="{name}"),
    "aws:elasticache/user:User": _named("aws_elasticache_user", "userId", import_id="{user_id}"),
    "aws:elasticache/userGroup:UserGroup": _named(
        "aws_elasticache_user_group", "userGroupId", import_id="{user_group_id}"
    ),
    "aws:emrserverless/application:Application": _named("aws_emrserverless_application", "name"),
    "aws:glue/catalogDatabase:CatalogDatabase": _named(
        "aws_glue_catalog_database", "name", import_id="{catalog_id}:{name}"
    ),
    "aws:glue/catalogTable:CatalogTable": Kind(
        "aws_glue_catalog_table", ("databaseName", "name"), ("name",), "{catalog_id}:{database_name}:{name}"
    ),
    "aws:glue/registry:Registry": _named("aws_glue_registry", "registryName", import_id="{arn}"),
    "aws:glue/schema:Schema": Kind("aws_glue_schema", ("registryArn", "schemaName"), ("schemaName",), "{arn}"),
    # An account has one detector in a region.
    "aws:guardduty/detector:Detector": Kind("aws_guardduty_detector"),
    "aws:iam/instanceProfile:InstanceProfile": _named("aws_iam_instance_profile", "name", import_id="{name}"),
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider": _part(
        "aws_iam_openid_connect_provider", "url", import_id="{arn}"
    ),
    "aws:iam/policy:Policy": _named("aws_iam_policy", "name", import_id="{arn}"),
    "aws:iam/role:Role": _named("aws_iam_role", "name", import_id="{name}"),
    "aws:iam/rolePolicy:RolePolicy": Kind("aws_iam_role_policy", ("role", "name"), ("name",), "{role}:{name}"),
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": _part(
        "aws_iam_role_policy_attachment", "role", "policyArn", import_id="{role}/{policy_arn}"
    ),
    "aws:kinesis/stream:Stream": _named("aws_kinesis_stream", "name", import_id="{name}"),
    "aws:kms/alias:Alias": _named("aws_kms_alias", "name", import_id="{name}"),
    "aws:kms/key:Key": Kind("aws_kms_key", import_id="{key_id}"),
    "aws:lb/loadBalancer:LoadBalancer": _named("aws_lb", "name", import_id="{arn}"),
    "aws:lb/targetGroup:TargetGroup": _named("aws_lb_target_group", "name", import_id="{arn}"),
    "aws:msk/cluster:Cluster": _named("aws_msk_cluster", "clusterName", import_id="{arn}"),
    "aws:msk/configuration:Configuration": _named("aws_msk_configuration", "name", import_id="{arn}"),
    "aws:msk/topic:Topic": Kind("aws_msk_topic", ("clusterArn", "name"), ("name",), "{cluster_arn},{name}"),
    "aws:opensearch/serverlessCollection:ServerlessCollection": _named("aws_opensearchserverless_collection", "name"),
    "aws:rds/instance:Instance": _named("aws_db_instance", "identifier", import_id="{identifier}"),
    "aws:rds/parameterGroup:ParameterGroup": _named("aws_db_parameter_group", "name", import_id="{name}"),
    "aws:rds/subnetGroup:SubnetGroup": _named("aws_db_subnet_group", "name", import_id="{name}"),
    "aws:route53/record:Record": _part("aws_route53_record", "zoneId", "name", "type"),
    "aws:s3/bucket:Bucket": _named("aws_s3_bucket", "bucket", import_id="{bucket}"),
    "aws:sagemaker/modelPackageGroup:ModelPackageGroup": _named(
        "aws_sagemaker_model_package_group", "modelPackageGroupName", import_id="{model_package_group_name}"
    ),
    "aws:scheduler/scheduleGroup:ScheduleGroup": _named("aws_scheduler_schedule_group", "name", import_id="{name}"),
    "aws:secretsmanager/secret:Secret": _named("aws_secretsmanager_secret", "name", import_id="{arn}"),
    "aws:sns/topic:Topic": _named("aws_sns_topic", "name", import_id="{arn}"),
    "aws:sns/topicPolicy:TopicPolicy": _part("aws_sns_topic_policy", "arn", import_id="{arn}"),
    "aws:sqs/queue:Queue": _named("aws_sqs_queue", "name", import_id="{url}"),
    "aws:sqs/queuePolicy:QueuePolicy": _part("aws_sqs_queue_policy", "queueUrl", import_id="{queue_url}"),
    "aws:ssm/parameter:Parameter": _named("aws_ssm_parameter", "name", import_id="{name}"),
    "aws:wafv2/webAcl:WebAcl": _named("aws_wafv2_web_acl", "name", import_id="{id}/{name}/{scope}"),
} | {token: _part(terraform, "bucket") for token, terraform in _BUCKET_PARTS.items()}
"""The types that can be adopted. Others are made anew, or belong to something that is not imported."""

RENAMED: Final[Mapping[str, Mapping[str, str]]] = {
    "aws_cloudwatch_metric_alarm": {"alarm_name": "name"},
    "aws_glue_catalog_table": {"partition_index": "partition_indices"},
}
"""Attributes of Terraform that Pulumi renames, and not by its rules, with Pulumi's name in snake case."""

OTHER_NAMES: Final[Mapping[str, str]] = {"aws_alb": "aws_lb", "aws_alb_target_group": "aws_lb_target_group"}
"""Types that Terraform has under two names."""

NOT_ADOPTED: Final[Mapping[str, str]] = {
    "aws_eks_cluster": "pulumi-eks makes the cluster in a process of its own, which no import reaches. Use it as it is "
    "by the config below, or move its workloads to the new cluster and then delete the old one by Terraform",
    "aws_eks_node_group": "node groups hold no data and belong to their cluster; the new cluster has its own",
    "aws_elasticache_cluster": "the plan has a replication group; AWS turns no cluster into one: take a snapshot and "
    "give it as snapshotName, or fill the new cache from the offline store",
    "aws_rds_cluster": "the plan has an instance of RDS for PostgreSQL; AWS turns no Aurora cluster into one: move the "
    "data by pg_dump or logical replication",
}
"""Types of Terraform that hold data or run something and still cannot be adopted, with what to do instead."""
