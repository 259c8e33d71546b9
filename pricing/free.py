"""The types that cost nothing, and why. A type that is not here and has no estimator is unpriced."""

_IAM = "identity and access management is free"
_NETWORK = "the network's own objects are free; what runs or flows in it is priced"
_CONFIG = "configuration of something that is priced on its own"
_EKS = "charged with the cluster, or with the pods it runs"

FREE_MODULES = {
    "aws:iam": _IAM,
    "aws:ssoadmin": "IAM Identity Center is free",
    "aws:resourcegroups": _CONFIG,
    "aws:servicequotas": "a request for a higher quota is free",
}
"""By provider and module: every type within."""

FREE_TYPES = {
    **dict.fromkeys(
        (
            "aws:ec2/customerGateway:CustomerGateway",
            "aws:ec2/defaultNetworkAcl:DefaultNetworkAcl",
            "aws:ec2/defaultRouteTable:DefaultRouteTable",
            "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
            "aws:ec2/defaultSubnet:DefaultSubnet",
            "aws:ec2/defaultVpc:DefaultVpc",
            "aws:ec2/egressOnlyInternetGateway:EgressOnlyInternetGateway",
            "aws:ec2/internetGateway:InternetGateway",
            "aws:ec2/internetGatewayAttachment:InternetGatewayAttachment",
            "aws:ec2/mainRouteTableAssociation:MainRouteTableAssociation",
            "aws:ec2/managedPrefixList:ManagedPrefixList",
            "aws:ec2/networkAcl:NetworkAcl",
            "aws:ec2/networkAclRule:NetworkAclRule",
            "aws:ec2/networkInterface:NetworkInterface",
            "aws:ec2/route:Route",
            "aws:ec2/routeTable:RouteTable",
            "aws:ec2/routeTableAssociation:RouteTableAssociation",
            "aws:ec2/securityGroup:SecurityGroup",
            "aws:ec2/securityGroupRule:SecurityGroupRule",
            "aws:ec2/subnet:Subnet",
            "aws:ec2/peeringConnectionOptions:PeeringConnectionOptions",
            "aws:ec2/vpcDhcpOptions:VpcDhcpOptions",
            "aws:ec2/vpcDhcpOptionsAssociation:VpcDhcpOptionsAssociation",
            "aws:ec2/vpcEndpointPolicy:VpcEndpointPolicy",
            "aws:ec2/vpcEndpointRouteTableAssociation:VpcEndpointRouteTableAssociation",
            "aws:ec2/vpcEndpointSecurityGroupAssociation:VpcEndpointSecurityGroupAssociation",
            "aws:ec2/vpcIpv4CidrBlockAssociation:VpcIpv4CidrBlockAssociation",
            "aws:ec2/vpcPeeringConnection:VpcPeeringConnection",
            "aws:ec2/vpcPeeringConnectionAccepter:VpcPeeringConnectionAccepter",
            "aws:ec2/vpnGateway:VpnGateway",
            "aws:ec2/vpnGatewayAttachment:VpnGatewayAttachment",
            "aws:ec2transitgateway/route:Route",
            "aws:ec2transitgateway/routeTable:RouteTable",
            "aws:ec2transitgateway/routeTableAssociation:RouteTableAssociation",
            "aws:ec2transitgateway/routeTablePropagation:RouteTablePropagation",
            "aws:ec2transitgateway/transitGateway:TransitGateway",
            "aws:ec2transitgateway/vpcAttachmentAccepter:VpcAttachmentAccepter",
            "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
            "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
            "aws:vpc/securityGroupVpcAssociation:SecurityGroupVpcAssociation",
        ),
        _NETWORK,
    ),
    **dict.fromkeys(
        (
            "aws:bcmdata/export:Export",
            "aws:budgets/budgetAction:BudgetAction",
            "aws:costexplorer/anomalyMonitor:AnomalyMonitor",
            "aws:costexplorer/anomalySubscription:AnomalySubscription",
            "aws:costexplorer/costAllocationTag:CostAllocationTag",
        ),
        "reports on costs are free; their storage, queries and budgets with actions are priced",
    ),
    **dict.fromkeys(
        (
            "aws:acm/certificateValidation:CertificateValidation",
            "aws:alb/listener:Listener",
            "aws:alb/listenerCertificate:ListenerCertificate",
            "aws:alb/listenerRule:ListenerRule",
            "aws:alb/targetGroup:TargetGroup",
            "aws:alb/targetGroupAttachment:TargetGroupAttachment",
            "aws:amp/alertManagerDefinition:AlertManagerDefinition",
            "aws:amp/ruleGroupNamespace:RuleGroupNamespace",
            "aws:amp/workspaceConfiguration:WorkspaceConfiguration",
            "aws:apigateway/account:Account",
            "aws:apigateway/apiKey:ApiKey",
            "aws:apigateway/authorizer:Authorizer",
            "aws:apigateway/basePathMapping:BasePathMapping",
            "aws:apigateway/deployment:Deployment",
            "aws:apigateway/domainName:DomainName",
            "aws:apigateway/integration:Integration",
            "aws:apigateway/integrationResponse:IntegrationResponse",
            "aws:apigateway/method:Method",
            "aws:apigateway/methodResponse:MethodResponse",
            "aws:apigateway/methodSettings:MethodSettings",
            "aws:apigateway/model:Model",
            "aws:apigateway/requestValidator:RequestValidator",
            "aws:apigateway/resource:Resource",
            "aws:apigateway/response:Response",
            "aws:apigateway/restApiPolicy:RestApiPolicy",
            "aws:apigateway/usagePlan:UsagePlan",
            "aws:apigateway/usagePlanKey:UsagePlanKey",
            "aws:apigateway/vpcLink:VpcLink",
            "aws:apigatewayv2/apiMapping:ApiMapping",
            "aws:apigatewayv2/authorizer:Authorizer",
            "aws:apigatewayv2/deployment:Deployment",
            "aws:apigatewayv2/domainName:DomainName",
            "aws:apigatewayv2/integration:Integration",
            "aws:apigatewayv2/integrationResponse:IntegrationResponse",
            "aws:apigatewayv2/model:Model",
            "aws:apigatewayv2/route:Route",
            "aws:apigatewayv2/routeResponse:RouteResponse",
            "aws:apigatewayv2/stage:Stage",
            "aws:apigatewayv2/vpcLink:VpcLink",
            "aws:appsync/apiKey:ApiKey",
            "aws:appsync/dataSource:DataSource",
            "aws:appsync/function:Function",
            "aws:appsync/resolver:Resolver",
            "aws:athena/database:Database",
            "aws:autoscaling/attachment:Attachment",
            "aws:autoscaling/lifecycleHook:LifecycleHook",
            "aws:autoscaling/notification:Notification",
            "aws:autoscaling/policy:Policy",
            "aws:autoscaling/schedule:Schedule",
            "aws:autoscaling/tag:Tag",
            "aws:backup/plan:Plan",
            "aws:backup/restoreTestingSelection:RestoreTestingSelection",
            "aws:backup/vault:Vault",
            "aws:backup/vaultLockConfiguration:VaultLockConfiguration",
            "aws:backup/vaultNotifications:VaultNotifications",
            "aws:backup/vaultPolicy:VaultPolicy",
            "aws:batch/jobDefinition:JobDefinition",
            "aws:batch/jobQueue:JobQueue",
            "aws:batch/schedulingPolicy:SchedulingPolicy",
            "aws:opensearch/serverlessAccessPolicy:ServerlessAccessPolicy",
            "aws:opensearch/serverlessLifecyclePolicy:ServerlessLifecyclePolicy",
            "aws:opensearch/serverlessSecurityPolicy:ServerlessSecurityPolicy",
            "aws:rds/eventSubscription:EventSubscription",
            "aws:rds/parameterGroup:ParameterGroup",
            "aws:rds/subnetGroup:SubnetGroup",
            "aws:rds/clusterParameterGroup:ClusterParameterGroup",
            "aws:s3/bucketAcl:BucketAcl",
            "aws:s3/bucketCorsConfiguration:BucketCorsConfiguration",
            "aws:s3/bucketNotification:BucketNotification",
            "aws:s3/bucketWebsiteConfiguration:BucketWebsiteConfiguration",
            "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
            "aws:s3/bucketLogging:BucketLogging",
            "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration",
            "aws:s3/bucketOwnershipControls:BucketOwnershipControls",
            "aws:s3/bucketPolicy:BucketPolicy",
            "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
            "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
            "aws:s3/bucketVersioning:BucketVersioning",
            "aws:cloudfront/cachePolicy:CachePolicy",
            "aws:cloudfront/originAccessControl:OriginAccessControl",
            "aws:cloudfront/originAccessIdentity:OriginAccessIdentity",
            "aws:cloudfront/originRequestPolicy:OriginRequestPolicy",
            "aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy",
            "aws:cloudwatch/eventBusPolicy:EventBusPolicy",
            "aws:cloudwatch/eventPermission:EventPermission",
            "aws:cloudwatch/eventTarget:EventTarget",
            "aws:cloudwatch/logResourcePolicy:LogResourcePolicy",
            "aws:cloudwatch/logStream:LogStream",
            "aws:cloudwatch/queryDefinition:QueryDefinition",
            "aws:cognito/identityProvider:IdentityProvider",
            "aws:cognito/managedLoginBranding:ManagedLoginBranding",
            "aws:cognito/resourceServer:ResourceServer",
            "aws:cognito/riskConfiguration:RiskConfiguration",
            "aws:cognito/userGroup:UserGroup",
            "aws:cognito/userPoolClient:UserPoolClient",
            "aws:cognito/userPoolDomain:UserPoolDomain",
            "aws:ebs/defaultKmsKey:DefaultKmsKey",
            "aws:ebs/encryptionByDefault:EncryptionByDefault",
            "aws:ec2/eipAssociation:EipAssociation",
            "aws:ec2/keyPair:KeyPair",
            "aws:ec2/launchTemplate:LaunchTemplate",
            "aws:ec2/placementGroup:PlacementGroup",
            "aws:ec2/tag:Tag",
            "aws:ec2/volumeAttachment:VolumeAttachment",
            "aws:athena/namedQuery:NamedQuery",
            "aws:ec2/launchConfiguration:LaunchConfiguration",
            "aws:ecr/lifecyclePolicy:LifecyclePolicy",
            "aws:ecr/registryPolicy:RegistryPolicy",
            "aws:ecr/repositoryCreationTemplate:RepositoryCreationTemplate",
            "aws:ecr/repositoryPolicy:RepositoryPolicy",
            "aws:ecs/capacityProvider:CapacityProvider",
            "aws:ecs/cluster:Cluster",
            "aws:ecs/clusterCapacityProviders:ClusterCapacityProviders",
            "aws:ecs/taskDefinition:TaskDefinition",
            "aws:efs/accessPoint:AccessPoint",
            "aws:efs/backupPolicy:BackupPolicy",
            "aws:efs/fileSystemPolicy:FileSystemPolicy",
            "aws:efs/mountTarget:MountTarget",
            "aws:elasticache/parameterGroup:ParameterGroup",
            "aws:elasticache/subnetGroup:SubnetGroup",
            "aws:elasticache/user:User",
            "aws:elasticache/userGroup:UserGroup",
            "aws:elasticache/userGroupAssociation:UserGroupAssociation",
            "aws:emr/blockPublicAccessConfiguration:BlockPublicAccessConfiguration",
            "aws:emr/managedScalingPolicy:ManagedScalingPolicy",
            "aws:emr/securityConfiguration:SecurityConfiguration",
            "aws:emrcontainers/jobTemplate:JobTemplate",
            "aws:elb/attachment:Attachment",
            "aws:elb/listenerPolicy:ListenerPolicy",
            "aws:elb/loadBalancerPolicy:LoadBalancerPolicy",
            "aws:glue/catalogTable:CatalogTable",
            "aws:glue/classifier:Classifier",
            "aws:glue/connection:Connection",
            "aws:glue/trigger:Trigger",
            "aws:glue/workflow:Workflow",
            # Source: AWS Glue developer guide, "AWS Glue Schema registry".
            "aws:glue/registry:Registry",
            "aws:glue/schema:Schema",
            "aws:appautoscaling/policy:Policy",
            "aws:appautoscaling/scheduledAction:ScheduledAction",
            "aws:appautoscaling/target:Target",
            "aws:kinesis/resourcePolicy:ResourcePolicy",
            "aws:kms/alias:Alias",
            "aws:kms/grant:Grant",
            "aws:kms/keyPolicy:KeyPolicy",
            "aws:lambda/alias:Alias",
            "aws:lambda/eventSourceMapping:EventSourceMapping",
            "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig",
            "aws:lambda/functionUrl:FunctionUrl",
            "aws:lambda/layerVersion:LayerVersion",
            "aws:lambda/permission:Permission",
            "aws:lb/listener:Listener",
            "aws:lb/listenerCertificate:ListenerCertificate",
            "aws:lb/listenerRule:ListenerRule",
            "aws:lb/targetGroup:TargetGroup",
            "aws:lb/targetGroupAttachment:TargetGroupAttachment",
            "aws:sagemaker/modelPackageGroup:ModelPackageGroup",
            "aws:sagemaker/modelPackageGroupPolicy:ModelPackageGroupPolicy",
            "aws:sagemaker/userProfile:UserProfile",
            "aws:msk/clusterPolicy:ClusterPolicy",
            "aws:msk/configuration:Configuration",
            "aws:msk/topic:Topic",
            "aws:networkfirewall/firewallPolicy:FirewallPolicy",
            "aws:networkfirewall/loggingConfiguration:LoggingConfiguration",
            "aws:networkfirewall/ruleGroup:RuleGroup",
            "aws:redshift/parameterGroup:ParameterGroup",
            "aws:redshift/subnetGroup:SubnetGroup",
            "aws:secretsmanager/secretPolicy:SecretPolicy",
            "aws:servicediscovery/httpNamespace:HttpNamespace",
            "aws:servicediscovery/service:Service",
            "aws:secretsmanager/secretVersion:SecretVersion",
            "aws:chatbot/slackChannelConfiguration:SlackChannelConfiguration",
            "aws:grafana/roleAssociation:RoleAssociation",
            "aws:sns/topicPolicy:TopicPolicy",
            "aws:sqs/queuePolicy:QueuePolicy",
            "aws:sqs/redriveAllowPolicy:RedriveAllowPolicy",
            "aws:sqs/redrivePolicy:RedrivePolicy",
            "aws:wafv2/ipSet:IpSet",
            "aws:wafv2/regexPatternSet:RegexPatternSet",
            "aws:wafv2/webAclAssociation:WebAclAssociation",
            "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration",
            "aws:xray/encryptionConfig:EncryptionConfig",
            "aws:xray/resourcePolicy:ResourcePolicy",
            "aws:xray/samplingRule:SamplingRule",
        ),
        _CONFIG,
    ),
    **dict.fromkeys(
        ("aws:s3/bucketObject:BucketObject", "aws:s3/bucketObjectv2:BucketObjectv2"),
        "its size and requests are those of its bucket, which usage.buckets states",
    ),
    "aws:scheduler/schedule:Schedule": "the first 14 million invocations a month are free",
    "aws:scheduler/scheduleGroup:ScheduleGroup": _CONFIG,
    "aws:ssm/document:Document": "documents and sessions of EC2 instances are free",
    **dict.fromkeys(
        (
            "aws:organizations/account:Account",
            "aws:organizations/organization:Organization",
            "aws:organizations/organizationalUnit:OrganizationalUnit",
            "aws:organizations/policy:Policy",
            "aws:organizations/policyAttachment:PolicyAttachment",
        ),
        "AWS Organizations is free",
    ),
    "aws:cloudfront/function:Function": "its invocations are in no usage figure, and the first 2 million are free",
    "aws:rds/snapshot:Snapshot": "kept with the database's backups, and counted in databaseBackupGb",
    **dict.fromkeys(
        (
            "aws:eks/accessEntry:AccessEntry",
            "aws:eks/accessPolicyAssociation:AccessPolicyAssociation",
            "aws:eks/addon:Addon",
            "aws:eks/identityProviderConfig:IdentityProviderConfig",
            "aws:eks/podIdentityAssociation:PodIdentityAssociation",
        ),
        _EKS,
    ),
}
"""By type token."""

UNPRICED_TYPES = {
    "aws:appsync/graphQLApi:GraphQLApi": "queries to an AppSync API have no published price in the tables",
    "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream": (
        "data through Firehose has no published price of these regions in the tables"
    ),
    "aws:synthetics/canary:Canary": "runs of a canary have no published price in the tables",
    "aws:ssm/activation:Activation": "machines outside EC2 in the advanced tier have no published price in the tables",
}
"""By type token: what costs money and has no estimator, and why."""

FREE_PACKAGES = {
    **dict.fromkeys(
        ("archive", "cloudinit", "null", "random", "std", "time", "tls"), "its values are in the stack's state alone"
    ),
    **dict.fromkeys(("docker", "docker-build"), "runs where the program runs, or in a registry that is priced"),
    # Load balancers and volumes that its controllers make are found by their estimators.
    "kubernetes": "runs on the nodes of its cluster",
    "pulumi": "is the engine's own",
}
"""By provider: every type within."""

OPAQUE_COMPONENTS = ("aws-apigateway:", "awsx:", "eks:")
"""Packages of remote components: until the engine shows what they make, they may hide anything."""

_AWS = ("aws", "aws-native")
_PROGRAMS = ("command", "pulumi-nodejs", "pulumi-python")
"""Providers that run a program of anybody's."""


def free_reason(type_: str, *, custom: bool) -> str | None:
    """Why a type without an estimator costs nothing; None where it may cost something.

    Components cost through their children, and Kubernetes objects through what they run on.
    """
    if not custom:
        return "costs through its children"
    package = type_.partition(":")[0]
    if package in FREE_PACKAGES:
        return FREE_PACKAGES[package]
    return FREE_TYPES.get(type_) or FREE_MODULES.get(type_.partition("/")[0])


def unpriced_reason(type_: str) -> str:
    """Why a type that is neither priced nor free has no figure."""
    package = type_.partition(":")[0]
    if package in _PROGRAMS:
        return f"{type_} runs a program, and what that makes is out of sight"
    if package not in _AWS:
        return f"{type_} is not of AWS, and there are prices of AWS alone"
    return UNPRICED_TYPES.get(type_, f"{type_} has no estimator")
