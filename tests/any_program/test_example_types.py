"""The AWS types that public Pulumi examples use are priced, free with a reason, or unpriced with a reason."""

import pytest

from pricing.estimators import ESTIMATORS
from pricing.free import UNPRICED_TYPES, free_reason

USED = {
    "acm": "certificate certificateValidation",
    "apigateway": "apiKey basePathMapping deployment domainName integration integrationResponse method methodResponse "
    "model requestValidator resource restApi stage usagePlan usagePlanKey",
    "apigatewayv2": "api integration route stage",
    "appsync": "apiKey dataSource graphQLApi resolver",
    "athena": "database namedQuery",
    "autoscaling": "group",
    "backup": "vault",
    "cloudfront": "cachePolicy distribution function originAccessIdentity",
    "cloudtrail": "trail",
    "cloudwatch": "dashboard eventBus eventRule eventTarget logGroup logMetricFilter logStream metricAlarm",
    "cognito": "userPool userPoolClient",
    "dynamodb": "table",
    "ebs": "volume",
    "ec2": "defaultRouteTable defaultVpc eip flowLog instance internetGateway keyPair launchConfiguration "
    "mainRouteTableAssociation natGateway route routeTable routeTableAssociation securityGroup subnet vpc "
    "vpcEndpoint vpcPeeringConnection vpcPeeringConnectionAccepter",
    "ec2transitgateway": "route routeTable routeTableAssociation routeTablePropagation transitGateway vpcAttachment",
    "ecr": "lifecyclePolicy pullThroughCacheRule repository repositoryPolicy",
    "ecs": "capacityProvider cluster clusterCapacityProviders service taskDefinition",
    "efs": "accessPoint fileSystem mountTarget",
    "eks": "addon cluster nodeGroup podIdentityAssociation",
    "elasticache": "cluster subnetGroup",
    "elb": "loadBalancer",
    "glue": "catalogDatabase catalogTable connection crawler job trigger",
    "iam": "accessKey group groupPolicy instanceProfile openIdConnectProvider policy policyAttachment role "
    "rolePolicy rolePolicyAttachment user userPolicy",
    "kinesis": "firehoseDeliveryStream stream",
    "kms": "key",
    "lambda": "function functionUrl permission provisionedConcurrencyConfig",
    "lb": "listener loadBalancer targetGroup",
    "networkfirewall": "firewall firewallPolicy ruleGroup",
    "organizations": "account organization organizationalUnit policy policyAttachment",
    "rds": "instance subnetGroup",
    "redshift": "cluster subnetGroup",
    "route53": "record",
    "s3": "bucket bucketAcl bucketLifecycleConfiguration bucketObject bucketObjectv2 bucketOwnershipControls "
    "bucketPolicy bucketPublicAccessBlock bucketServerSideEncryptionConfiguration bucketVersioning "
    "bucketWebsiteConfiguration",
    "secretsmanager": "secret secretVersion",
    "servicediscovery": "privateDnsNamespace",
    "sfn": "stateMachine",
    "sns": "topic topicSubscription",
    "sqs": "queue",
    "ssm": "activation parameter",
    "synthetics": "canary",
}
"""Every AWS type in the programs of pulumi/examples at commit 40c09b2, in Python, TypeScript, Go, C#, Java and YAML."""

TYPES = [f"aws:{module}/{name}:{name[0].upper()}{name[1:]}" for module, names in USED.items() for name in names.split()]


@pytest.mark.parametrize("type_", TYPES)
def test_type_of_public_examples_is_priced_or_has_a_reason(type_: str) -> None:
    known = (type_ in ESTIMATORS, free_reason(type_, custom=True) is not None, type_ in UNPRICED_TYPES)
    assert sum(known) == 1


def test_the_list_is_of_types_that_the_provider_has() -> None:
    assert len(TYPES) == len({*TYPES}) == 152
