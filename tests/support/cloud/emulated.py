"""An account that moto emulates, filled by the requests of a plan and emptied again.

The ids and ARNs of a plan are invented. The account has its own, which take their place in later requests.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from graphlib import TopologicalSorter
from importlib import import_module
from typing import Any, cast

from resources.resource import Resource
from tests.support.cloud.call import Rows
from tests.support.cloud.calls import CALLS
from tests.support.cloud.requests import Request, requests_of
from tests.support.cloud.updates import UPDATES

_xform: Any = import_module("botocore").xform_name


@dataclass(frozen=True)
class Emulated:
    """How moto's answer names what it made, and the call that deletes it.

    `answers` are outputs of the resource, each with its path in the answer of the first call. `delete` is an
    operation, whose members are outputs or inputs. Without it the resource ends with the one that it belongs to.
    `alone` are the operations that moto has, where it has not all of the type's calls.
    """

    answers: Mapping[str, str] = field(default_factory=dict[str, str])
    delete: str = ""
    members: Mapping[str, Any] = field(default_factory=dict[str, Any])
    alone: tuple[str, ...] = ()


def _ec2(kind: str, *, wrapped: bool = True, **more: Any) -> Emulated:
    path = f"{kind}.{kind}Id" if wrapped else f"{kind}Id"
    return Emulated({"id": path}, f"ec2:Delete{kind}", {f"{kind}Id": "id"}, **more)


def _rule(way: str) -> Emulated:
    return Emulated(
        {"id": "SecurityGroupRules.0.SecurityGroupRuleId"},
        f"ec2:RevokeSecurityGroup{way}",
        {"GroupId": "securityGroupId", "SecurityGroupRuleIds": ["id"]},
    )


EMULATED: Mapping[str, Emulated] = {
    "aws:appautoscaling/target:Target": Emulated(
        {},
        "application-autoscaling:DeregisterScalableTarget",
        {
            "ServiceNamespace": "serviceNamespace",
            "ResourceId": "resourceId",
            "ScalableDimension": "scalableDimension",
        },
    ),
    "aws:acm/certificate:Certificate": Emulated(
        {"id": "CertificateArn", "arn": "CertificateArn"}, "acm:DeleteCertificate", {"CertificateArn": "arn"}
    ),
    "aws:athena/workgroup:Workgroup": Emulated({}, "athena:DeleteWorkGroup", {"WorkGroup": "name"}),
    "aws:cloudwatch/eventRule:EventRule": Emulated({"arn": "RuleArn"}, "events:DeleteRule", {"Name": "name"}),
    "aws:cloudwatch/eventTarget:EventTarget": Emulated(
        {}, "events:RemoveTargets", {"Rule": "rule", "Ids": ["=target"]}
    ),
    "aws:cloudwatch/logGroup:LogGroup": Emulated({}, "logs:DeleteLogGroup", {"logGroupName": "name"}),
    "aws:cloudwatch/logResourcePolicy:LogResourcePolicy": Emulated(
        {}, "logs:DeleteResourcePolicy", {"policyName": "policyName"}
    ),
    "aws:cloudwatch/metricAlarm:MetricAlarm": Emulated({}, "cloudwatch:DeleteAlarms", {"AlarmNames": ["name"]}),
    "aws:ec2/eip:Eip": Emulated({"id": "AllocationId"}, "ec2:ReleaseAddress", {"AllocationId": "id"}),
    "aws:ec2/flowLog:FlowLog": Emulated({"id": "FlowLogIds.0"}, "ec2:DeleteFlowLogs", {"FlowLogIds": ["id"]}),
    "aws:ec2/internetGateway:InternetGateway": _ec2("InternetGateway"),
    "aws:ec2/launchTemplate:LaunchTemplate": _ec2(
        "LaunchTemplate", alone=("CreateLaunchTemplate", "CreateLaunchTemplateVersion")
    ),
    "aws:ec2/natGateway:NatGateway": _ec2("NatGateway"),
    "aws:ec2/route:Route": Emulated(
        {}, "ec2:DeleteRoute", {"RouteTableId": "routeTableId", "DestinationCidrBlock": "destinationCidrBlock"}
    ),
    "aws:ec2/routeTable:RouteTable": _ec2("RouteTable"),
    "aws:ec2/routeTableAssociation:RouteTableAssociation": Emulated(
        {"id": "AssociationId"}, "ec2:DisassociateRouteTable", {"AssociationId": "id"}
    ),
    "aws:ec2/securityGroup:SecurityGroup": Emulated({"id": "GroupId"}, "ec2:DeleteSecurityGroup", {"GroupId": "id"}),
    "aws:ec2/subnet:Subnet": _ec2("Subnet"),
    "aws:ec2/vpc:Vpc": _ec2("Vpc"),
    "aws:ec2/vpcEndpoint:VpcEndpoint": Emulated(
        {"id": "VpcEndpoint.VpcEndpointId"}, "ec2:DeleteVpcEndpoints", {"VpcEndpointIds": ["id"]}
    ),
    "aws:ecr/lifecyclePolicy:LifecyclePolicy": Emulated(),
    "aws:ecr/repository:Repository": Emulated(
        {"arn": "repository.repositoryArn", "repositoryUrl": "repository.repositoryUri"},
        "ecr:DeleteRepository",
        {"repositoryName": "name"},
    ),
    "aws:ecr/repositoryPolicy:RepositoryPolicy": Emulated(),
    "aws:eks/cluster:Cluster": Emulated({"arn": "cluster.arn"}, "eks:DeleteCluster", {"name": "name"}),
    "aws:eks/nodeGroup:NodeGroup": Emulated(
        {}, "eks:DeleteNodegroup", {"clusterName": "clusterName", "nodegroupName": "id"}
    ),
    "aws:iam/instanceProfile:InstanceProfile": Emulated(
        {"arn": "InstanceProfile.Arn"}, "iam:DeleteInstanceProfile", {"InstanceProfileName": "name"}
    ),
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider": Emulated(
        {"arn": "OpenIDConnectProviderArn"},
        "iam:DeleteOpenIDConnectProvider",
        {"OpenIDConnectProviderArn": "arn"},
    ),
    "aws:iam/policy:Policy": Emulated({"arn": "Policy.Arn"}, "iam:DeletePolicy", {"PolicyArn": "arn"}),
    "aws:iam/role:Role": Emulated({"arn": "Role.Arn"}, "iam:DeleteRole", {"RoleName": "name"}),
    "aws:iam/rolePolicy:RolePolicy": Emulated({}, "iam:DeleteRolePolicy", {"RoleName": "role", "PolicyName": "name"}),
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": Emulated(
        {}, "iam:DetachRolePolicy", {"RoleName": "role", "PolicyArn": "policyArn"}
    ),
    "aws:kinesis/stream:Stream": Emulated({}, "kinesis:DeleteStream", {"StreamName": "name"}),
    "aws:kms/alias:Alias": Emulated({}, "kms:DeleteAlias", {"AliasName": "name"}),
    "aws:kms/key:Key": Emulated(
        {"id": "KeyMetadata.KeyId", "arn": "KeyMetadata.Arn"}, "kms:ScheduleKeyDeletion", {"KeyId": "id"}
    ),
    "aws:lb/listener:Listener": Emulated(
        {"arn": "Listeners.0.ListenerArn"},
        "elbv2:DeleteListener",
        {"ListenerArn": "arn"},
        alone=("CreateListener",),
    ),
    "aws:lb/listenerRule:ListenerRule": Emulated({"arn": "Rules.0.RuleArn"}, "elbv2:DeleteRule", {"RuleArn": "arn"}),
    "aws:lb/loadBalancer:LoadBalancer": Emulated(
        {"arn": "LoadBalancers.0.LoadBalancerArn"},
        "elbv2:DeleteLoadBalancer",
        {"LoadBalancerArn": "arn"},
        alone=("CreateLoadBalancer", "AddTags"),
    ),
    "aws:lb/targetGroup:TargetGroup": Emulated(
        {"arn": "TargetGroups.0.TargetGroupArn"}, "elbv2:DeleteTargetGroup", {"TargetGroupArn": "arn"}
    ),
    "aws:rds/parameterGroup:ParameterGroup": Emulated(
        {}, "rds:DeleteDBParameterGroup", {"DBParameterGroupName": "name"}
    ),
    "aws:rds/subnetGroup:SubnetGroup": Emulated({}, "rds:DeleteDBSubnetGroup", {"DBSubnetGroupName": "name"}),
    "aws:s3/bucket:Bucket": Emulated({}, "s3:DeleteBucket", {"Bucket": "bucket"}),
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": Emulated(),
    "aws:s3/bucketOwnershipControls:BucketOwnershipControls": Emulated(),
    "aws:s3/bucketPolicy:BucketPolicy": Emulated(),
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": Emulated(),
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": Emulated(),
    "aws:s3/bucketVersioning:BucketVersioning": Emulated(),
    "aws:secretsmanager/secret:Secret": Emulated(
        {"id": "ARN", "arn": "ARN"}, "secretsmanager:DeleteSecret", {"SecretId": "arn"}
    ),
    "aws:sns/topic:Topic": Emulated({"id": "TopicArn", "arn": "TopicArn"}, "sns:DeleteTopic", {"TopicArn": "arn"}),
    "aws:sns/topicPolicy:TopicPolicy": Emulated(),
    "aws:sns/topicSubscription:TopicSubscription": Emulated(
        {"id": "SubscriptionArn", "arn": "SubscriptionArn"}, "sns:Unsubscribe", {"SubscriptionArn": "arn"}
    ),
    "aws:sqs/queue:Queue": Emulated({"id": "QueueUrl", "url": "QueueUrl"}, "sqs:DeleteQueue", {"QueueUrl": "url"}),
    "aws:sqs/queuePolicy:QueuePolicy": Emulated(),
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": _rule("Egress"),
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": _rule("Ingress"),
    "eks:index:Cluster": Emulated({}, "eks:DeleteCluster", {"name": "name"}),
}
"""The types whose calls moto knows."""


_SETTERS = ("Put", "Set", "RegisterScalableTarget")
"""How the names of the operations begin that make and change alike."""


_TAGS = ("Tags", "tags")
"""Members with texts of the program. A name in them may be the id that the plan invents of a resource."""


class Account:
    """An emulated account. `client(service, region)` makes a client."""

    def __init__(self, client: Callable[[str, str], Any], region: str):
        self._client, self._region = client, region
        self._names: dict[str, str] = {}
        self._owners: dict[str, str] = {}
        self._made: dict[str, list[dict[str, str]]] = {}

    def create(self, resource: Resource) -> None:
        """Make the calls that create a resource."""
        row = EMULATED[resource.type]
        made: dict[str, str] = {}
        for place, request in enumerate(self._requests(resource)):
            answer = self._call(request.call.service, request.call.name, self._own(resource, request), resource)
            if place == 0:
                made = {key: str(_at(answer, path)) for key, path in row.answers.items() if key in resource.outputs}
                for output, real in made.items():
                    planned = str(resource.outputs[output])
                    if self._owners.setdefault(planned, resource.urn) == resource.urn:
                        self._names[planned] = real
        self._made.setdefault(resource.urn, []).append(made)

    def update(self, resource: Resource) -> None:
        """Make the calls of an update, or else those calls again that also change what is there."""
        requests = self._requests(resource, UPDATES) if resource.type in UPDATES else self._setters(resource)
        for request in requests:
            self._call(request.call.service, request.call.name, self._own(resource, request), resource)

    def call(self, operation: str, region: str, members: Mapping[str, Any]) -> Any:
        """The answer to a call, whose members may have the ids and ARNs of the plan."""
        service, _, name = operation.partition(":")
        return getattr(self._client(service, region), _xform(name))(**self._named(members))

    def delete(self, resource: Resource) -> None:
        """Delete a resource; of a replaced one, the older."""
        row = EMULATED[resource.type]
        if resource.type == "aws:ec2/internetGateway:InternetGateway":
            away = {"InternetGatewayId": self._value(resource, "id"), "VpcId": resource.inputs["vpcId"]}
            self._call("ec2", "DetachInternetGateway", away, resource)
        if resource.type == "aws:iam/instanceProfile:InstanceProfile":
            away = {"InstanceProfileName": self._value(resource, "name"), "RoleName": resource.inputs["role"]}
            self._call("iam", "RemoveRoleFromInstanceProfile", away, resource)
        if row.delete:
            service, _, operation = row.delete.partition(":")
            members = {key: self._value(resource, value) for key, value in row.members.items()}
            self._call(service, operation, members, resource)
        del self._made[resource.urn][0]

    def _setters(self, resource: Resource) -> list[Request]:
        return [each for each in self._requests(resource) if each.call.name.startswith(_SETTERS)]

    def _requests(self, resource: Resource, table: Rows = CALLS) -> list[Request]:
        """The requests that the account knows."""
        alone = EMULATED[resource.type].alone
        made = requests_of(resource, suffix="", table=table)
        return [each for each in made if not alone or each.call.name in alone]

    def _value(self, resource: Resource, source: Any) -> Any:
        if isinstance(source, list):
            return [self._value(resource, each) for each in cast(list[str], source)]
        if source.startswith("="):
            return source[1:]
        planned = {"name": resource.name, **resource.outputs, **resource.inputs}[source]
        return self._made[resource.urn][0].get(source, planned)

    def _own(self, resource: Resource, request: Request) -> dict[str, Any]:
        members = dict(request.members)
        region = resource.inputs.get("region", self._region)
        if request.call.operation == "s3:CreateBucket" and region != "us-east-1":
            members["CreateBucketConfiguration"] = {"LocationConstraint": region}
        return members

    def _call(self, service: str, operation: str, members: Mapping[str, Any], resource: Resource) -> Any:
        return self.call(f"{service}:{operation}", str(resource.inputs.get("region", self._region)), members)

    def _named(self, value: Any) -> Any:
        """A value with the names that the account has."""
        if isinstance(value, str):
            if value in self._names:
                return self._names[value]
            return self._replaced(value) if value.startswith("{") or ":" in value else value
        if isinstance(value, Mapping):
            return {
                key: each if key in _TAGS or (key.endswith("Name") and isinstance(each, str)) else self._named(each)
                for key, each in cast(Mapping[str, Any], value).items()
            }
        if isinstance(value, list):
            return [self._named(each) for each in cast(list[Any], value)]
        return value

    def _replaced(self, text: str) -> str:
        """A text, such as a policy, with the account's ARNs in place of those of the plan."""
        for planned, real in self._names.items():
            if planned.startswith("arn:") and planned in text:
                text = text.replace(f'"{planned}"', f'"{real}"')
        return text


def _at(answer: Any, path: str) -> Any:
    for part in path.split("."):
        answer = answer[int(part)] if part.isdigit() else answer[part]
    return answer


_LISTS: Mapping[str, tuple[str, str]] = {
    "aws:acm/certificate:Certificate": ("acm:ListCertificates", "CertificateSummaryList"),
    "aws:athena/workgroup:Workgroup": ("athena:ListWorkGroups", "WorkGroups"),
    "aws:cloudwatch/eventRule:EventRule": ("events:ListRules", "Rules"),
    "aws:cloudwatch/logGroup:LogGroup": ("logs:DescribeLogGroups", "logGroups"),
    "aws:cloudwatch/metricAlarm:MetricAlarm": ("cloudwatch:DescribeAlarms", "MetricAlarms"),
    "aws:ec2/eip:Eip": ("ec2:DescribeAddresses", "Addresses"),
    "aws:ec2/internetGateway:InternetGateway": ("ec2:DescribeInternetGateways", "InternetGateways"),
    "aws:ec2/launchTemplate:LaunchTemplate": ("ec2:DescribeLaunchTemplates", "LaunchTemplates"),
    "aws:ec2/securityGroup:SecurityGroup": ("ec2:DescribeSecurityGroups", "SecurityGroups"),
    "aws:ec2/subnet:Subnet": ("ec2:DescribeSubnets", "Subnets"),
    "aws:ec2/vpc:Vpc": ("ec2:DescribeVpcs", "Vpcs"),
    "aws:ecr/repository:Repository": ("ecr:DescribeRepositories", "repositories"),
    "aws:iam/instanceProfile:InstanceProfile": ("iam:ListInstanceProfiles", "InstanceProfiles"),
    "aws:iam/role:Role": ("iam:ListRoles", "Roles"),
    "aws:kinesis/stream:Stream": ("kinesis:ListStreams", "StreamNames"),
    "aws:lb/loadBalancer:LoadBalancer": ("elbv2:DescribeLoadBalancers", "LoadBalancers"),
    "aws:lb/targetGroup:TargetGroup": ("elbv2:DescribeTargetGroups", "TargetGroups"),
    "aws:rds/subnetGroup:SubnetGroup": ("rds:DescribeDBSubnetGroups", "DBSubnetGroups"),
    "aws:s3/bucket:Bucket": ("s3:ListBuckets", "Buckets"),
    "aws:secretsmanager/secret:Secret": ("secretsmanager:ListSecrets", "SecretList"),
    "aws:sns/topic:Topic": ("sns:ListTopics", "Topics"),
    "aws:sqs/queue:Queue": ("sqs:ListQueues", "QueueUrls"),
    "eks:index:Cluster": ("eks:ListClusters", "clusters"),
}


def counts(client: Callable[[str, str], Any], region: str) -> dict[str, int]:
    """How many resources of each type that can be listed an account has in a region; keys that are in use alone."""
    found: dict[str, int] = {}
    for kind, (called, member) in _LISTS.items():
        service, _, operation = called.partition(":")
        found[kind] = len(_pages(client(service, region), _xform(operation), member))
    keys = client("kms", region)
    described = [keys.describe_key(KeyId=each["KeyId"]) for each in _pages(keys, "list_keys", "Keys")]
    found["aws:kms/key:Key"] = sum(each["KeyMetadata"]["KeyState"] == "Enabled" for each in described)
    return found


def _pages(client: Any, operation: str, member: str) -> list[Any]:
    if not client.can_paginate(operation):
        return getattr(client, operation)().get(member, [])
    return [each for page in client.get_paginator(operation).paginate() for each in page.get(member, [])]


def in_order(resources: tuple[Resource, ...]) -> list[Resource]:
    """The resources that the account can hold, in an order in which they can be created."""
    known = {each.urn: each for each in resources}
    needed = {each.urn: {*each.dependencies, *_computed_from(each)} & known.keys() for each in resources}
    ordered = [known[urn] for urn in TopologicalSorter(needed).static_order()]
    return [each for each in ordered if each.type in EMULATED]


def _computed_from(resource: Resource) -> set[str]:
    return {urn for urns in resource.property_dependencies.values() for urn in urns}
