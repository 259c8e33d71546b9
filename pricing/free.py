"""The types that cost nothing, and why. A type that is not here and has no estimator is unpriced."""

_IAM = "identity and access management is free"
_NETWORK = "the network's own objects are free; what runs or flows in it is priced"
_CONFIG = "configuration of something that is priced on its own"
_EKS = "charged with the cluster, or with the pods it runs"

FREE_MODULES = {
    "aws:iam": _IAM,
    "aws:accessanalyzer": "the analyzer of external access is free",
    "aws:resourcegroups": _CONFIG,
    "aws:servicequotas": "a request for a higher quota is free",
}
"""By provider and module: every type within."""

FREE_TYPES = {
    **dict.fromkeys(
        (
            "aws:ec2/defaultNetworkAcl:DefaultNetworkAcl",
            "aws:ec2/defaultRouteTable:DefaultRouteTable",
            "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
            "aws:ec2/defaultSubnet:DefaultSubnet",
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
            "aws:ec2/vpcDhcpOptions:VpcDhcpOptions",
            "aws:ec2/vpcDhcpOptionsAssociation:VpcDhcpOptionsAssociation",
            "aws:ec2/vpcEndpointPolicy:VpcEndpointPolicy",
            "aws:ec2/vpcEndpointRouteTableAssociation:VpcEndpointRouteTableAssociation",
            "aws:ec2/vpcEndpointSecurityGroupAssociation:VpcEndpointSecurityGroupAssociation",
            "aws:ec2/vpcIpv4CidrBlockAssociation:VpcIpv4CidrBlockAssociation",
            "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
            "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
            "aws:vpc/securityGroupVpcAssociation:SecurityGroupVpcAssociation",
        ),
        _NETWORK,
    ),
    **dict.fromkeys(
        (
            "aws:acm/certificateValidation:CertificateValidation",
            "aws:alb/listener:Listener",
            "aws:alb/listenerCertificate:ListenerCertificate",
            "aws:alb/listenerRule:ListenerRule",
            "aws:alb/targetGroup:TargetGroup",
            "aws:alb/targetGroupAttachment:TargetGroupAttachment",
            "aws:autoscaling/attachment:Attachment",
            "aws:autoscaling/lifecycleHook:LifecycleHook",
            "aws:autoscaling/notification:Notification",
            "aws:autoscaling/policy:Policy",
            "aws:autoscaling/schedule:Schedule",
            "aws:autoscaling/tag:Tag",
            "aws:batch/jobDefinition:JobDefinition",
            "aws:batch/jobQueue:JobQueue",
            "aws:batch/schedulingPolicy:SchedulingPolicy",
            "aws:rds/parameterGroup:ParameterGroup",
            "aws:rds/subnetGroup:SubnetGroup",
            "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
            "aws:s3/bucketLogging:BucketLogging",
            "aws:s3/bucketOwnershipControls:BucketOwnershipControls",
            "aws:s3/bucketPolicy:BucketPolicy",
            "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
            "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
            "aws:s3/bucketVersioning:BucketVersioning",
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
            "aws:ecr/lifecyclePolicy:LifecyclePolicy",
            "aws:ecr/registryPolicy:RegistryPolicy",
            "aws:ecr/repositoryCreationTemplate:RepositoryCreationTemplate",
            "aws:ecr/repositoryPolicy:RepositoryPolicy",
            "aws:elasticache/parameterGroup:ParameterGroup",
            "aws:elasticache/subnetGroup:SubnetGroup",
            "aws:elasticache/user:User",
            "aws:elasticache/userGroup:UserGroup",
            "aws:elasticache/userGroupAssociation:UserGroupAssociation",
            "aws:emr/blockPublicAccessConfiguration:BlockPublicAccessConfiguration",
            "aws:emr/managedScalingPolicy:ManagedScalingPolicy",
            "aws:emr/securityConfiguration:SecurityConfiguration",
            "aws:emrcontainers/jobTemplate:JobTemplate",
            "aws:glue/catalogTable:CatalogTable",
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
            "aws:secretsmanager/secretPolicy:SecretPolicy",
            "aws:secretsmanager/secretVersion:SecretVersion",
            "aws:sns/topicPolicy:TopicPolicy",
            "aws:sqs/queuePolicy:QueuePolicy",
            "aws:sqs/redriveAllowPolicy:RedriveAllowPolicy",
            "aws:sqs/redrivePolicy:RedrivePolicy",
            "aws:wafv2/ipSet:IpSet",
            "aws:wafv2/regexPatternSet:RegexPatternSet",
            "aws:wafv2/webAclAssociation:WebAclAssociation",
            "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration",
        ),
        _CONFIG,
    ),
    "aws:scheduler/schedule:Schedule": "the first 14 million invocations a month are free",
    "aws:scheduler/scheduleGroup:ScheduleGroup": _CONFIG,
    "aws:ssm/parameter:Parameter": "standard parameters are free",
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

OPAQUE_COMPONENTS = ("eks:", "awsx:")
"""Packages of remote components: until the engine shows what they make, they may hide anything."""


def is_free(type_: str, *, custom: bool) -> bool:
    """Whether a type without an estimator costs nothing.

    Components cost through their children, other providers' resources and Kubernetes objects through what they run on.
    """
    if not custom or not type_.startswith(("aws:", "aws-native:")):
        return True
    return type_ in FREE_TYPES or type_.partition("/")[0] in FREE_MODULES
