"""Resources that nobody judged: of types that no rule knows, and of providers that make anything."""

import re
from collections.abc import Iterator
from functools import cache

from policies.engine.checks import in_production, outside_production
from policies.engine.frameworks import well_architected
from policies.engine.rule import STATED, Area, Finding, Level, Result, Severity, rule
from policies.engine.stack import Stack
from pricing.estimators import ESTIMATORS
from pricing.free import free_reason
from resources.resource import Resource

_PACKAGES = ("aws:*", "aws-native:*", "command:*", "kubectl:*", "pulumi-nodejs:*", "pulumi-python:*")
"""AWS by every provider, and providers that run a program of anybody's."""
_ARRANGING = re.compile(r"(?:Association|Attachment|SubnetGroup|ParameterGroup|Tag)$")
"""Ends of types that only join resources which are judged themselves."""
_PARTS = {
    "amp": "anomalyDetector queryLoggingConfiguration scraperLoggingConfiguration",
    "apigateway": "account authorizer basePathMapping clientCertificate deployment documentationPart "
    "documentationVersion integration integrationResponse methodResponse model requestValidator "
    "resource response usagePlan usagePlanKey vpcLink",
    "apigatewayv2": "apiMapping authorizer deployment integration integrationResponse model routeResponse vpcLink",
    "appsync": "dataSource function resolver type",
    "athena": "dataCatalog preparedStatement",
    "backup": "framework globalSettings regionSettings reportPlan",
    "bedrock": "agentAgentActionGroup agentAgentAlias agentAgentCollaborator agentDataSource agentFlow "
    "agentKnowledgeBase agentPrompt guardrailVersion inferenceProfile",
    "cfg": "aggregateAuthorization configurationAggregator conformancePack deliveryChannel "
    "organizationConformancePack organizationManagedRule remediationConfiguration "
    "retentionConfiguration rule",
    "cloudfront": "cachePolicy continuousDeploymentPolicy fieldLevelEncryptionConfig fieldLevelEncryptionProfile "
    "function keyGroup keyValueStore monitoringSubscription originAccessControl originAccessIdentity "
    "originRequestPolicy publicKey realtimeLogConfig responseHeadersPolicy vpcOrigin",
    "cloudwatch": "compositeAlarm dashboard eventApiDestination eventArchive eventBus eventConnection "
    "logAccountPolicy logAnomalyDetector logDelivery logDeliveryDestination logDeliverySource "
    "logIndexPolicy logMetricFilter logSubscriptionFilter metricStream",
    "cognito": "identityPoolProviderPrincipalTag identityPoolRoleAttachment logDeliveryConfiguration "
    "managedUserPoolClient userInGroup userPoolUICustomization",
    "docdb": "clusterSnapshot eventSubscription",
    "dynamodb": "contributorInsights kinesisStreamingDestination tableItem",
    "ec2": "customerGateway networkInterfacePermission peeringConnectionOptions securityGroupAssociation "
    "subnetCidrReservation vpcBlockPublicAccessOptions vpcEndpointConnectionAccepter "
    "vpcEndpointConnectionNotification vpcIpam vpcIpamPool vpcIpamPoolCidr vpcIpamPoolCidrAllocation "
    "vpcIpamScope vpcPeeringConnection vpcPeeringConnectionAccepter vpnConnection vpnConnectionRoute "
    "vpnGateway vpnGatewayRoutePropagation",
    "ec2clientvpn": "route",
    "ec2transitgateway": "connect connectPeer instanceConnectEndpoint prefixListReference route routeTable "
    "routeTablePropagation vpcAttachment vpcAttachmentAccepter",
    "ecr": "pullThroughCacheRule replicationConfiguration",
    "ecs": "capacityProvider clusterCapacityProviders tag taskSet",
    "efs": "accessPoint mountTarget replicationConfiguration",
    "eks": "fargateProfile",
    "elasticache": "globalReplicationGroup",
    "fsx": "backup ontapStorageVirtualMachine ontapVolume openZfsSnapshot openZfsVolume",
    "glue": "catalogTableOptimizer classifier dataQualityRuleset partition partitionIndex trigger "
    "userDefinedFunction workflow",
    "grafana": "workspaceSamlConfiguration",
    "guardduty": "detectorFeature filter iPSet inviteAccepter malwareProtectionPlan member memberDetectorFeature "
    "organizationAdminAccount organizationConfiguration organizationConfigurationFeature "
    "publishingDestination threatIntelSet",
    "kms": "customKeyStore",
    "lakeformation": "dataCellsFilter lfTag lfTagExpression resource resourceLfTag resourceLfTags",
    "lambda": "alias codeSigningConfig eventSourceMapping functionEventInvokeConfig functionRecursionConfig "
    "functionScalingConfig invocation layerVersion provisionedConcurrencyConfig "
    "runtimeManagementConfig",
    "lb": "trustStore trustStoreRevocation",
    "memorydb": "acl user",
    "msk": "replicator vpcConnection",
    "mskconnect": "customPlugin workerConfiguration",
    "neptune": "clusterEndpoint clusterSnapshot eventSubscription",
    "networkfirewall": "firewallPolicy loggingConfiguration ruleGroup",
    "opensearch": "domainSamlOptions package vpcEndpoint",
    "organizations": "account delegatedAdministrator organization organizationalUnit policy",
    "pipes": "pipe",
    "rds": "clusterEndpoint optionGroup proxyDefaultTargetGroup proxyEndpoint proxyTarget",
    "redshift": "clusterIamRoles clusterSnapshot endpointAccess eventSubscription logging scheduledAction "
    "snapshotCopy snapshotSchedule usageLimit",
    "redshiftserverless": "endpointAccess snapshot usageLimit",
    "route53": "delegationSet hostedZoneDnsSec keySigningKey queryLog resolverConfig "
    "resolverDnsSecConfig resolverEndpoint resolverFirewallConfig resolverFirewallDomainList "
    "resolverFirewallRule resolverFirewallRuleGroup resolverQueryLogConfig resolverRule "
    "vpcAssociationAuthorization zone",
    "s3": "analyticsConfiguration bucketAccelerateConfiguration bucketCorsConfiguration "
    "bucketIntelligentTieringConfiguration bucketMetric bucketNotification bucketReplicationConfig "
    "bucketRequestPaymentConfiguration inventory",
    "sagemaker": "app appImageConfig codeRepository endpoint image imageVersion mlflowTrackingServer modelCard "
    "notebookInstanceLifecycleConfiguration pipeline project space studioLifecycleConfig workforce "
    "workteam",
    "securityhub": "account actionTarget automationRule configurationPolicy findingAggregator insight "
    "inviteAccepter member organizationAdminAccount organizationConfiguration productSubscription "
    "standardsControl standardsSubscription",
    "servicediscovery": "httpNamespace instance privateDnsNamespace service",
    "sfn": "activity alias",
    "sns": "dataProtectionPolicy smsPreferences topicSubscription",
    "ssm": "defaultPatchBaseline maintenanceWindow maintenanceWindowTarget maintenanceWindowTask "
    "patchBaseline patchGroup resourceDataSync serviceSetting",
    "synthetics": "canary group",
    "timestreamwrite": "table",
    "transfer": "access agreement certificate connector profile sshKey user workflow",
    "xray": "group",
}
"""By module of AWS, the parts of a resource that is judged as a whole, without a setting that a catalogue checks.

Source: the index of Checkov's checks names none of them.
"""
_TYPES = {f"{module}/{part}" for module, parts in _PARTS.items() for part in parts.split()}

_PRICED_ONLY = frozenset(
    (
        "aws:apigateway/apiKey:ApiKey",
        "aws:appsync/apiKey:ApiKey",
        "aws:elb/listenerPolicy:ListenerPolicy",
        "aws:elb/loadBalancerPolicy:LoadBalancerPolicy",
        "aws:glue/connection:Connection",
        "aws:lightsail/instance:Instance",
        "aws:s3/bucketWebsiteConfiguration:BucketWebsiteConfiguration",
        "aws:servicediscovery/publicDnsNamespace:PublicDnsNamespace",
    )
)
"""Types that have a price or are free, and settings that no rule judges."""


@cache
def _known() -> frozenset[str]:
    """The types that a rule or an estimator knows. Call it once every module has stated its rules."""
    return frozenset(ESTIMATORS).union(*(each.covers for each in STATED.values()))


@cache
def is_judged(resource_type: str) -> bool:
    """Whether a rule or an estimator knows a type, or nothing of it needs one."""
    if resource_type in _PRICED_ONLY:
        return False
    if resource_type in _known():
        return True
    package, module, _ = resource_type.split(":", 2)
    if package != "aws":
        return False
    return (
        module in _TYPES
        or _ARRANGING.search(resource_type) is not None
        or free_reason(resource_type, custom=True) is not None
    )


def _unjudged(resource: Resource, stack: Stack) -> Iterator[Result]:
    type_ = resource.type
    is_listed = type_ in stack.settings.reviewed_types
    if type_.count(":") >= 2 and not is_listed and not is_judged(type_):
        yield Finding(f"is of type {type_}, which no rule and no estimator knows, so nobody judged it")


_TITLE = "Resources are of types that rules know, or that somebody reviewed"
_REMEDIATION = (
    "Use a resource that rules know, or have the type reviewed and list it with the reason in reviewedTypes of the "
    "section mlplatform:policies."
)

rule(
    "unjudged",
    _TITLE,
    _PACKAGES,
    when=in_production,
    area=Area.SECURITY,
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=[well_architected("SEC01-BP06")],
    remediation=_REMEDIATION,
    field="type",
)(_unjudged)
rule(
    "unjudged-outside-production",
    f"{_TITLE}, also outside production",
    _PACKAGES,
    when=outside_production,
    area=Area.SECURITY,
    severity=Severity.LOW,
    level=Level.ADVISORY,
    frameworks=[well_architected("SEC01-BP06")],
    remediation=_REMEDIATION,
    field="type",
)(_unjudged)
