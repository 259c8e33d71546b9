"""What AWS would answer while the program runs, from recorded facts: a plan asks no account."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from components.facts.regions import Region, known_regions
from resources.resource import UNKNOWN


class UnansweredError(LookupError):
    """The program asked AWS something that no recorded fact answers."""

    def __init__(self, token: str, arguments: Mapping[str, Any], why: str):
        self.token = token
        super().__init__(f"{token} was asked with {json.dumps(dict(arguments), default=str, sort_keys=True)}: {why}")


@dataclass(frozen=True, slots=True)
class RecordedAnswers:
    """Answers for one account and region. Ids are made of the resource's name, so that two plans agree."""

    region: str
    account: str

    @property
    def place(self) -> Region:
        """The region, with its partition and zones.

        Raises:
            KeyError: when no such region is kept.
        """
        return known_regions()[self.region]

    def arn(self, service: str, resource: str, *, regional: bool = True) -> str:
        """The ARN of a resource of the account; those of IAM name no region."""
        region = self.region if regional else ""
        return f"arn:{self.place.partition}:{service}:{region}:{self.account}:{resource}"

    def invoke(self, token: str, arguments: Mapping[str, Any], provider: Mapping[str, Any]) -> dict[str, Any]:
        """The recorded answer to a function of a provider with the inputs `provider`.

        Raises:
            UnansweredError: naming the function and its arguments.
        """
        match token:
            case "aws:autoscaling/getAmiIds:getAmiIds":
                # The list of Auto Scaling groups, of which a plan knows none: it plans the first deployment.
                return {"id": self.region, "names": [], "arns": []}
            case "aws:index/getAvailabilityZones:getAvailabilityZones":
                return self._zones(token, arguments)
            case "aws:index/getCallerIdentity:getCallerIdentity":
                arn = self.arn("iam", "user/plan", regional=False)
                return {"accountId": self.account, "arn": arn, "userId": "plan", "id": self.account}
            case "aws:index/getDefaultTags:getDefaultTags":
                # A provider's nested inputs travel as JSON.
                return {"id": "default-tags", "tags": json.loads(provider.get("defaultTags", "{}")).get("tags", {})}
            case "aws:index/getPartition:getPartition":
                place = self.place
                return {
                    "partition": place.partition,
                    "dnsSuffix": place.dns_suffix,
                    "reverseDnsPrefix": place.reverse_dns_prefix,
                    "id": place.partition,
                }
            case "aws:index/getRegion:getRegion":
                return {"region": self.region, "name": self.region, "id": self.region, "description": self.region}
            case "aws:ec2/getSubnet:getSubnet":
                return self._subnet(token, arguments)
            case "aws:route53/getZone:getZone":
                zone = str(arguments["name"])
                return {"id": zone, "zoneId": f"Z-{zone}", "name": zone, "privateZone": False}
            case _:
                raise UnansweredError(token, arguments, "no answer is recorded; add one to planner/answers.py")

    def _zones(self, token: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        region = str(arguments.get("region") or self.region)
        if region not in known_regions():
            raise UnansweredError(
                token, arguments, f"no zones are recorded for {region}; recorded: {', '.join(known_regions())}"
            )
        zones = known_regions()[region].zones
        excluded = arguments.get("excludeZoneIds") or ()
        zones = {letter: identity for letter, identity in zones.items() if identity not in excluded}
        return {
            "id": region,
            "region": region,
            "names": [region + letter for letter in zones],
            "zoneIds": list(zones.values()),
            "groupNames": [region],
        }

    def _subnet(self, token: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """A subnet of the plan: the zone's letter ends its name, and so its id."""
        identity = str(arguments.get("id"))
        letter = identity.rpartition("-")[2]
        if letter not in self.place.zones:
            raise UnansweredError(token, arguments, "its id does not end in a zone's letter, as those of a Network do")
        return {"id": identity, "availabilityZone": f"{self.region}{letter}"}

    def outputs(self, resource_type: str, name: str, inputs: Mapping[str, Any]) -> dict[str, Any]:
        """The computed outputs of a resource; those of a type without an entry are its id and its ARN."""
        if resource_type.startswith("kubernetes:"):
            return _kubernetes(name, inputs)
        known = next((value for key in _IDENTITIES if isinstance(value := inputs.get(key), str)), name)
        special = _OUTPUTS.get(resource_type)
        if special:
            return special(self, known)
        if derived := _DERIVED.get(resource_type):
            return derived(self, known, inputs)
        if resource_type.startswith("aws:"):
            service, _, kind = resource_type.split(":")[1].partition("/")
            arn = self.arn(_SERVICES.get(service, service), f"{kind}/{known}")
            return {"id": known, "name": known, "arn": arn}
        return {"id": known}


_SERVICES = {"lb": "elasticloadbalancing"}
"""What ARNs call a service whose module of the SDK has another name."""

_IDENTITIES = ("name", "bucket", "replicationGroupId", "userGroupId", "userId")
"""The inputs that name a resource in AWS; what has none of them is named after the program's resource."""


def _kubernetes(name: str, inputs: Mapping[str, Any]) -> dict[str, Any]:
    metadata: Mapping[str, Any] = inputs.get("metadata") or {}
    object_name = metadata.get("name") or inputs.get("name") or name
    namespace = metadata.get("namespace") or inputs.get("namespace")
    return {"id": object_name if namespace in (None, UNKNOWN) else f"{namespace}/{object_name}"}


def _iam(kind: str) -> Callable[[RecordedAnswers, str], dict[str, Any]]:
    def outputs(at: RecordedAnswers, name: str) -> dict[str, Any]:
        arn = at.arn("iam", f"{kind}/{name}", regional=False)
        return {"id": name, "name": name, "arn": arn, "uniqueId": f"AROA-{name}"}

    return outputs


def _ec2(kind: str, prefix: str, **more: str) -> Callable[[RecordedAnswers, str], dict[str, Any]]:
    def outputs(at: RecordedAnswers, name: str) -> dict[str, Any]:
        identity = f"{prefix}-{name}"
        arn = at.arn("ec2", f"{kind}/{identity}")
        return {"id": identity, "arn": arn, **{key: f"{value}-{name}" for key, value in more.items()}}

    return outputs


def _oidc_provider(at: RecordedAnswers, _: str, inputs: Mapping[str, Any]) -> dict[str, Any]:
    arn = at.arn("iam", f"oidc-provider/{str(inputs.get('url')).removeprefix('https://')}", regional=False)
    return {"id": arn, "arn": arn}


def _policy(at: RecordedAnswers, name: str) -> dict[str, Any]:
    arn = at.arn("iam", f"policy/{name}", regional=False)
    return {"id": arn, "arn": arn, "name": name}


def _key(at: RecordedAnswers, name: str) -> dict[str, Any]:
    return {"id": name, "keyId": name, "arn": at.arn("kms", f"key/{name}")}


def _bucket(at: RecordedAnswers, name: str) -> dict[str, Any]:
    return {
        "id": name,
        "arn": f"arn:{at.place.partition}:s3:::{name}",
        "bucketRegionalDomainName": f"{name}.s3.{at.region}.{at.place.dns_suffix}",
    }


def _repository(at: RecordedAnswers, name: str) -> dict[str, Any]:
    return {
        "id": name,
        "name": name,
        "arn": at.arn("ecr", f"repository/{name}"),
        "registryId": at.account,
        "repositoryUrl": f"{at.account}.dkr.ecr.{at.region}.{at.place.dns_suffix}/{name}",
    }


def _log_group(at: RecordedAnswers, name: str) -> dict[str, Any]:
    return {"id": name, "name": name, "arn": at.arn("logs", f"log-group:{name}")}


def _queue(at: RecordedAnswers, name: str) -> dict[str, Any]:
    url = f"https://sqs.{at.region}.{at.place.dns_suffix}/{at.account}/{name}"
    return {"id": url, "url": url, "name": name, "arn": at.arn("sqs", name)}


def _rule(at: RecordedAnswers, name: str) -> dict[str, Any]:
    return {"id": name, "name": name, "arn": at.arn("events", f"rule/{name}")}


def _address(at: RecordedAnswers, name: str) -> dict[str, Any]:
    # 192.0.2.0/24 is set aside for documentation (RFC 5737).
    arn = at.arn("ec2", f"elastic-ip/eipalloc-{name}")
    return {"id": f"eipalloc-{name}", "allocationId": f"eipalloc-{name}", "publicIp": "192.0.2.1", "arn": arn}


def _launch_template(at: RecordedAnswers, name: str) -> dict[str, Any]:
    return {**_ec2("launch-template", "lt")(at, name), "latestVersion": 1, "defaultVersion": 1, "name": name}


def _placement_group(at: RecordedAnswers, name: str) -> dict[str, Any]:
    # Its name is its id; the one that EC2 numbers it with is an output of its own.
    return {**_ec2("placement-group", "pg")(at, name), "id": name, "name": name, "placementGroupId": f"pg-{name}"}


def _database(at: RecordedAnswers, name: str) -> dict[str, Any]:
    secret = at.arn("secretsmanager", f"secret:rds!db-{name}")
    return {
        "id": name,
        "arn": at.arn("rds", f"db:{name}"),
        "address": f"{name}.{at.region}.rds.{at.place.dns_suffix}",
        "resourceId": f"db-{name}",
        "masterUserSecrets": [{"secretArn": secret}],
    }


def _secret(at: RecordedAnswers, name: str) -> dict[str, Any]:
    # Secrets Manager adds six characters of its own to the name.
    arn = at.arn("secretsmanager", f"secret:{name}-AbCdEf")
    return {"id": arn, "name": name, "arn": arn}


def _parameter(at: RecordedAnswers, name: str) -> dict[str, Any]:
    arn = at.arn("ssm", f"parameter/{name}")
    return {"id": name, "name": name, "arn": arn, "version": 1}


def _user_pool(at: RecordedAnswers, name: str) -> dict[str, Any]:
    pool = f"{at.region}_{name}"
    return {
        "id": pool,
        "name": name,
        "arn": at.arn("cognito-idp", f"userpool/{pool}"),
        "endpoint": f"cognito-idp.{at.region}.{at.place.dns_suffix}/{pool}",
    }


def _user_pool_client(_: RecordedAnswers, name: str) -> dict[str, Any]:
    return {"id": f"client-{name}", "clientSecret": f"made-by-cognito-{name}"}


def _association(at: RecordedAnswers, name: str) -> dict[str, Any]:
    arn = at.arn("eks", f"podidentityassociation/a-{name}")
    return {"id": f"a-{name}", "associationId": f"a-{name}", "associationArn": arn}


def _node_group(at: RecordedAnswers, name: str) -> dict[str, Any]:
    return {
        "id": name,
        "arn": at.arn("eks", f"nodegroup/{name}"),
        "resources": [{"autoscalingGroups": [{"name": f"eks-{name}"}]}],
        "status": "ACTIVE",
    }


def _rds(kind: str) -> Callable[[RecordedAnswers, str], dict[str, Any]]:
    def outputs(at: RecordedAnswers, name: str) -> dict[str, Any]:
        return {"id": name, "name": name, "arn": at.arn("rds", f"{kind}:{name}")}

    return outputs


def _elasticache(kind: str) -> Callable[[RecordedAnswers, str], dict[str, Any]]:
    def outputs(at: RecordedAnswers, name: str) -> dict[str, Any]:
        return {"id": name, "name": name, "arn": at.arn("elasticache", f"{kind}:{name}")}

    return outputs


def _replication_group(at: RecordedAnswers, name: str) -> dict[str, Any]:
    host = f"{name}.plan.{at.region}.cache.{at.place.dns_suffix}"
    return {
        "id": name,
        "arn": at.arn("elasticache", f"replicationgroup:{name}"),
        "configurationEndpointAddress": f"clustercfg.{host}",
        "primaryEndpointAddress": f"master.{host}",
        "readerEndpointAddress": f"replica.{host}",
    }


def _eks_cluster(at: RecordedAnswers, name: str) -> dict[str, Any]:
    issuer = f"oidc.eks.{at.region}.{at.place.dns_suffix}/id/{name}"
    command = {"apiVersion": "client.authentication.k8s.io/v1beta1", "command": "aws"}
    kubeconfig = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": name, "cluster": {"server": f"https://{name}.eks.{at.place.dns_suffix}"}}],
        "users": [{"name": "aws", "user": {"exec": {**command, "args": ["eks", "get-token", "--cluster-name", name]}}}],
        "contexts": [{"name": "aws", "context": {"cluster": name, "user": "aws"}}],
        "current-context": "aws",
    }
    return {
        "kubeconfig": kubeconfig,
        "kubeconfigJson": json.dumps(kubeconfig),
        "oidcIssuer": issuer,
        "oidcProviderUrl": f"https://{issuer}",
        "oidcProviderArn": at.arn("iam", f"oidc-provider/{issuer}", regional=False),
        "clusterSecurityGroupId": f"sg-{name}-cluster",
        "nodeSecurityGroupId": "",
    }


_OUTPUTS: dict[str, Callable[[RecordedAnswers, str], dict[str, Any]]] = {
    "aws:cloudwatch/eventRule:EventRule": _rule,
    "aws:cloudwatch/logGroup:LogGroup": _log_group,
    "aws:cognito/userPool:UserPool": _user_pool,
    "aws:cognito/userPoolClient:UserPoolClient": _user_pool_client,
    "aws:ec2/eip:Eip": _address,
    "aws:ec2/internetGateway:InternetGateway": _ec2("internet-gateway", "igw"),
    "aws:ec2/launchTemplate:LaunchTemplate": _launch_template,
    "aws:ec2/natGateway:NatGateway": _ec2("natgateway", "nat"),
    "aws:ec2/placementGroup:PlacementGroup": _placement_group,
    "aws:ec2/routeTable:RouteTable": _ec2("route-table", "rtb"),
    "aws:ec2/securityGroup:SecurityGroup": _ec2("security-group", "sg"),
    "aws:ec2/subnet:Subnet": _ec2("subnet", "subnet"),
    "aws:ec2/vpc:Vpc": _ec2(
        "vpc",
        "vpc",
        defaultSecurityGroupId="sg-default",
        defaultRouteTableId="rtb-default",
        mainRouteTableId="rtb-main",
    ),
    "aws:ec2/vpcEndpoint:VpcEndpoint": _ec2("vpc-endpoint", "vpce", prefixListId="pl"),
    "aws:ecr/repository:Repository": _repository,
    "aws:eks/nodeGroup:NodeGroup": _node_group,
    "aws:eks/podIdentityAssociation:PodIdentityAssociation": _association,
    "aws:elasticache/parameterGroup:ParameterGroup": _elasticache("parametergroup"),
    "aws:elasticache/replicationGroup:ReplicationGroup": _replication_group,
    "aws:elasticache/subnetGroup:SubnetGroup": _elasticache("subnetgroup"),
    "aws:elasticache/user:User": _elasticache("user"),
    "aws:elasticache/userGroup:UserGroup": _elasticache("usergroup"),
    "aws:iam/instanceProfile:InstanceProfile": _iam("instance-profile"),
    "aws:iam/policy:Policy": _policy,
    "aws:iam/role:Role": _iam("role"),
    "aws:kms/key:Key": _key,
    "aws:rds/instance:Instance": _database,
    "aws:rds/parameterGroup:ParameterGroup": _rds("pg"),
    "aws:rds/subnetGroup:SubnetGroup": _rds("subgrp"),
    "aws:s3/bucket:Bucket": _bucket,
    "aws:secretsmanager/secret:Secret": _secret,
    "aws:sqs/queue:Queue": _queue,
    "aws:ssm/parameter:Parameter": _parameter,
    "eks:index:Cluster": _eks_cluster,
}


def _certificate(at: RecordedAnswers, name: str, inputs: Mapping[str, Any]) -> dict[str, Any]:
    names = [inputs.get("domainName"), *(inputs.get("subjectAlternativeNames") or ())]
    options = [
        {
            "domainName": each,
            "resourceRecordName": f"_{name}.{each.removeprefix('*.')}.",
            "resourceRecordType": "CNAME",
            "resourceRecordValue": f"_{name}.acm-validations.aws.",
        }
        for each in names
        if isinstance(each, str)
    ]
    arn = at.arn("acm", f"certificate/{name}")
    return {"id": arn, "arn": arn, "domainValidationOptions": options}


def _load_balancer(at: RecordedAnswers, name: str, _: Mapping[str, Any]) -> dict[str, Any]:
    arn = at.arn("elasticloadbalancing", f"loadbalancer/app/{name}/{name}")
    host = f"{name}.{at.region}.elb.{at.place.dns_suffix}"
    return {"id": arn, "arn": arn, "dnsName": host, "zoneId": f"Z-{at.region}"}


def _record(_: RecordedAnswers, name: str, inputs: Mapping[str, Any]) -> dict[str, Any]:
    return {"id": f"{inputs.get('zoneId')}_{name}", "fqdn": name.removesuffix(".")}


def _web_acl(at: RecordedAnswers, name: str, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """With its capacity, where every rule is of a kind whose units are known."""
    from components.network.web_firewall.capacity import capacity

    arn = at.arn("wafv2", f"regional/webacl/{name}/{name}")
    outputs: dict[str, Any] = {"id": name, "arn": arn}
    try:
        return {**outputs, "capacity": capacity(inputs.get("rules") or ())}
    except (KeyError, TypeError, ValueError):
        return outputs


_DERIVED: dict[str, Callable[[RecordedAnswers, str, Mapping[str, Any]], dict[str, Any]]] = {
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider": _oidc_provider,
    "aws:acm/certificate:Certificate": _certificate,
    "aws:lb/loadBalancer:LoadBalancer": _load_balancer,
    "aws:route53/record:Record": _record,
    "aws:wafv2/webAcl:WebAcl": _web_acl,
}
"""Outputs that follow from a resource's inputs as well as from its name."""
