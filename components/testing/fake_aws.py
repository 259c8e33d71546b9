"""What AWS answers about an account that does not exist: outputs of resources and answers to provider functions."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ..facts.regions import dns_suffix, known_regions, partition_of
from ..network.web_firewall.capacity import capacity

_REAL_SUBNET = re.compile(r"subnet-[0-9a-f]{8,17}")


class UnansweredError(LookupError):
    """The program called a provider function that has no recorded answer."""

    def __init__(self, token: str, arguments: Mapping[str, Any], why: str):
        self.token = token
        super().__init__(f"{token} was called with {json.dumps(dict(arguments), default=str, sort_keys=True)}: {why}")


@dataclass(frozen=True, slots=True)
class FakeAws:
    """One account in one region. Ids come from the names of resources, so two runs of a program agree.

    `suffix` is appended to the name of a resource that the program does not name itself, as Pulumi does. `zones` maps
    the names of the availability zones to their ids, `{"us-east-1a": "use1-az6"}`; the default is all zones of the
    region.
    """

    region: str
    account: str
    suffix: str = ""
    zones: Mapping[str, str] | None = None

    @property
    def dns_suffix(self) -> str:
        """The domain of the region's endpoints."""
        return dns_suffix(self.region)

    @property
    def partition(self) -> str:
        """The partition of the region."""
        return partition_of(self.region)

    def pinned_to(self, provider: Mapping[str, Any]) -> "FakeAws":
        """The account and the region of a provider that has the inputs `provider`. This one's are the default."""
        # A provider's nested inputs travel as JSON.
        allowed = re.findall(r'"(\d{12})"', str(provider.get("allowedAccountIds")))
        account = self.account if self.account in allowed else next(iter(allowed), self.account)
        region = provider.get("region")
        if region == self.region or region not in known_regions():
            return replace(self, account=account)
        return replace(self, account=account, region=region, zones=None)

    def arn(self, service: str, resource: str, *, regional: bool = True) -> str:
        """The ARN of a resource of the account. ARNs of IAM have no region."""
        region = self.region if regional else ""
        return f"arn:{self.partition}:{service}:{region}:{self.account}:{resource}"

    def invoke(self, token: str, arguments: Mapping[str, Any], provider: Mapping[str, Any]) -> dict[str, Any]:
        """The answer to a function of a provider that has the inputs `provider`.

        Raises:
            UnansweredError: when the function has no recorded answer. It names the function and its arguments.
        """
        match token:
            case "aws:autoscaling/getAmiIds:getAmiIds":
                # The function lists Auto Scaling groups. The account has none before the first deployment.
                return {"id": self.region, "names": [], "arns": []}
            case "aws:index/getAvailabilityZones:getAvailabilityZones":
                return self._availability_zones(token, arguments)
            case "aws:index/getCallerIdentity:getCallerIdentity":
                arn = self.arn("iam", "user/plan", regional=False)
                return {"accountId": self.account, "arn": arn, "userId": "plan", "id": self.account}
            case "aws:index/getDefaultTags:getDefaultTags":
                # A provider's nested inputs travel as JSON.
                return {"id": "default-tags", "tags": json.loads(provider.get("defaultTags", "{}")).get("tags", {})}
            case "aws:index/getPartition:getPartition":
                return {
                    "partition": self.partition,
                    "dnsSuffix": self.dns_suffix,
                    "reverseDnsPrefix": ".".join(reversed(self.dns_suffix.split("."))),
                    "id": self.partition,
                }
            case "aws:index/getRegion:getRegion":
                return {"region": self.region, "name": self.region, "id": self.region, "description": self.region}
            case "aws:ec2/getManagedPrefixList:getManagedPrefixList":
                name = str(arguments["name"])
                return {"id": f"pl-{name.rpartition('.')[2]}", "name": name, "addressFamily": "IPv4"}
            case (
                "aws:ec2/getVpc:getVpc"
                | "aws:ec2/getRouteTable:getRouteTable"
                | "aws:kms/getKey:getKey"
                | "aws:s3/getBucket:getBucket"
            ):
                # What exists in a real account is not known here.
                return dict(arguments)
            case "aws:ec2/getSubnet:getSubnet":
                return self._subnet(token, arguments)
            case "aws:eks/getCluster:getCluster":
                name = str(arguments["name"])
                endpoint = f"https://{name}.eks.{self.dns_suffix}"
                return {
                    "id": name,
                    "name": name,
                    "endpoint": endpoint,
                    "certificateAuthorities": [{"data": "cGxhbg=="}],
                }
            case "aws:kms/getPublicKey:getPublicKey":
                return {"id": str(arguments["keyId"]), "publicKeyPem": f"the public key of {arguments['keyId']}"}
            case "aws:ssm/getParameter:getParameter":
                # Public parameters name images; this image exists nowhere.
                name = str(arguments["name"])
                return {"id": name, "name": name, "type": "String", "insecureValue": "ami-0123456789abcdef0"}
            case "aws:route53/getZone:getZone":
                zone = str(arguments["name"])
                return {"id": zone, "zoneId": f"Z-{zone}", "name": zone, "privateZone": False}
            case _:
                raise UnansweredError(token, arguments, "it has no recorded answer")

    def _availability_zones(self, token: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        region = str(arguments.get("region") or self.region)
        zones = self._zones(region)
        if not zones:
            known = ", ".join(known_regions())
            raise UnansweredError(token, arguments, f"the zones of {region} are not known; known: {known}")
        excluded = arguments.get("excludeZoneIds") or ()
        zones = {name: identity for name, identity in zones.items() if identity not in excluded}
        return {
            "id": region,
            "region": region,
            "names": list(zones),
            "zoneIds": list(zones.values()),
            "groupNames": [region],
        }

    def _zones(self, region: str) -> Mapping[str, str]:
        if self.zones is not None and region == self.region:
            return self.zones
        if region not in known_regions():
            return {}
        return {f"{region}{letter}": identity for letter, identity in known_regions()[region].zones.items()}

    def _subnet(self, token: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """The zone of a subnet, whose id ends in the letter of the zone. Of one in a real account nothing is known."""
        identity = str(arguments.get("id"))
        if _REAL_SUBNET.fullmatch(identity):
            return {"id": identity}
        zone = f"{self.region}{identity.rpartition('-')[2]}"
        if zone not in self._zones(self.region):
            raise UnansweredError(token, arguments, "the id does not end in the letter of a zone, as in subnet-a")
        return {"id": identity, "availabilityZone": zone}

    def outputs(self, resource_type: str, name: str, inputs: Mapping[str, Any]) -> dict[str, Any]:
        """The computed outputs of a resource, and its `id`."""
        module = resource_type.split(":")[1].partition("/")[0]
        given = next((value for key in _NAMES if isinstance(value := inputs.get(key), str)), None)
        known = given or (name if module in _WITHOUT_NAMES else f"{name}{self.suffix}")
        if resource_type.startswith("kubernetes:"):
            return _kubernetes(known, inputs)
        if outputs := _OUTPUTS.get(resource_type):
            return outputs(self, known, inputs)
        if resource_type.startswith("aws:"):
            kind = resource_type.split(":")[1].partition("/")[2]
            return {"id": known, "name": known, "arn": self.arn(_SERVICES.get(module, module), f"{kind}/{known}")}
        return {"id": known}


_SERVICES = {"lb": "elasticloadbalancing"}
"""The names of services in ARNs that differ from the names of their modules in the SDK."""

_NAMES = ("name", "bucket", "replicationGroupId", "userGroupId", "userId")
"""The inputs that name a resource in AWS."""

_WITHOUT_NAMES = {"ec2", "kms"}
"""The modules whose resources have ids that AWS chooses, and no names."""


def _kubernetes(name: str, inputs: Mapping[str, Any]) -> dict[str, Any]:
    metadata: Mapping[str, Any] = inputs.get("metadata") or {}
    object_name = metadata.get("name") or name
    namespace = metadata.get("namespace") or inputs.get("namespace")
    return {"id": f"{namespace}/{object_name}" if isinstance(namespace, str) else object_name}


_Outputs = Callable[[FakeAws, str, Mapping[str, Any]], dict[str, Any]]
"""The outputs of a resource, of its name in AWS and its inputs."""


def _iam(kind: str) -> _Outputs:
    def outputs(aws: FakeAws, name: str, inputs: Mapping[str, Any]) -> dict[str, Any]:
        path = inputs.get("path") or "/"
        arn = aws.arn("iam", f"{kind}{path}{name}", regional=False)
        return {"id": name, "name": name, "arn": arn, "uniqueId": f"AROA-{name}"}

    return outputs


def _ec2(kind: str, prefix: str, **more: str) -> _Outputs:
    def outputs(aws: FakeAws, name: str, _: Mapping[str, Any]) -> dict[str, Any]:
        identity = f"{prefix}-{name}"
        arn = aws.arn("ec2", f"{kind}/{identity}")
        return {"id": identity, "arn": arn, **{key: f"{value}-{name}" for key, value in more.items()}}

    return outputs


def _oidc_provider(aws: FakeAws, _: str, inputs: Mapping[str, Any]) -> dict[str, Any]:
    arn = aws.arn("iam", f"oidc-provider/{str(inputs.get('url')).removeprefix('https://')}", regional=False)
    return {"id": arn, "arn": arn}


def _policy(aws: FakeAws, name: str, _: Mapping[str, Any]) -> dict[str, Any]:
    arn = aws.arn("iam", f"policy/{name}", regional=False)
    return {"id": arn, "arn": arn, "name": name}


def _key(aws: FakeAws, name: str, _: Mapping[str, Any]) -> dict[str, Any]:
    return {"id": name, "keyId": name, "arn": aws.arn("kms", f"key/{name}")}


def _bucket(aws: FakeAws, name: str, _: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": name,
        "arn": f"arn:{aws.partition}:s3:::{name}",
        "bucketRegionalDomainName": f"{name}.s3.{aws.region}.{aws.dns_suffix}",
    }


def _repository(aws: FakeAws, name: str, _: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": name,
        "name": name,
        "arn": aws.arn("ecr", f"repository/{name}"),
        "registryId": aws.account,
        "repositoryUrl": f"{aws.account}.dkr.ecr.{aws.region}.{aws.dns_suffix}/{name}",
    }


def _log_group(aws: FakeAws, name: str, _: Mapping[str, Any]) -> dict[str, Any]:
    return {"id": name, "name": name, "arn": aws.arn("logs", f"log-group:{name}")}


def _anomaly_monitor(aws: FakeAws, _: str, __: Mapping[str, Any]) -> dict[str, Any]:
    arn = f"arn:{aws.partition}:ce::{aws.account}:anomalymonitor/00000000-0000-4000-8000-000000000000"
    return {"id": arn, "arn": arn}


def _queue(aws: FakeAws, name: str, _: Mapping[str, Any]) -> dict[str, Any]:
    url = f"https://sqs.{aws.region}.{aws.dns_suffix}/{aws.account}/{name}"
    return {"id": url, "url": url, "name": name, "arn": aws.arn("sqs", name)}


def _backup_plan(aws: FakeAws, name: str, _: Mapping[str, Any]) -> dict[str, Any]:
    return {"id": name, "arn": aws.arn("backup", f"backup-plan:{name}"), "version": "1"}


def _backup_vault(aws: FakeAws, name: str, inputs: Mapping[str, Any]) -> dict[str, Any]:
    region = inputs.get("region") or aws.region
    arn = f"arn:{aws.partition}:backup:{region}:{aws.account}:backup-vault:{name}"
    return {"id": name, "name": name, "arn": arn, "recoveryPoints": 0}


def _notification(aws: FakeAws, name: str, _: Mapping[str, Any]) -> dict[str, Any]:
    arn = aws.arn("sns", name)
    return {"id": arn, "name": name, "arn": arn}


def _kafka(aws: FakeAws, name: str, inputs: Mapping[str, Any]) -> dict[str, Any]:
    cluster = inputs.get("clusterName") or name
    arn = aws.arn("kafka", f"cluster/{cluster}/00000000-0000-4000-8000-000000000000-1")
    return {
        "id": arn,
        "arn": arn,
        "clusterUuid": "00000000-0000-4000-8000-000000000000-1",
        "bootstrapBrokersSaslIam": f"b-1.{cluster}.kafka.{aws.region}.{aws.dns_suffix}:9098",
        "currentVersion": "K1",
    }


def _kafka_configuration(aws: FakeAws, name: str, _: Mapping[str, Any]) -> dict[str, Any]:
    arn = aws.arn("kafka", f"configuration/{name}/00000000-0000-4000-8000-000000000000-2")
    return {"id": arn, "arn": arn, "latestRevision": 1}


def _kafka_topic(_aws: FakeAws, name: str, inputs: Mapping[str, Any]) -> dict[str, Any]:
    cluster = str(inputs.get("clusterArn"))
    return {"id": f"{cluster},{name}", "arn": f"{cluster.replace(':cluster/', ':topic/', 1)}/{name}"}


def _kinesis_consumer(_aws: FakeAws, name: str, inputs: Mapping[str, Any]) -> dict[str, Any]:
    arn = f"{inputs.get('streamArn')}/consumer/{name}:1"
    return {"id": arn, "arn": arn}


def _schema_registry(aws: FakeAws, name: str, inputs: Mapping[str, Any]) -> dict[str, Any]:
    arn = aws.arn("glue", f"registry/{inputs.get('registryName') or name}")
    return {"id": arn, "arn": arn}


def _schema(aws: FakeAws, name: str, inputs: Mapping[str, Any]) -> dict[str, Any]:
    registry = str(inputs.get("registryArn")).rpartition("/")[2]
    arn = aws.arn("glue", f"schema/{registry}/{inputs.get('schemaName') or name}")
    return {"id": arn, "arn": arn, "registryName": registry, "latestSchemaVersion": 1}


def _collection(aws: FakeAws, name: str, _: Mapping[str, Any]) -> dict[str, Any]:
    host = f"https://{name}.{aws.region}.aoss.{aws.dns_suffix}"
    return {
        "id": name,
        "arn": aws.arn("aoss", f"collection/{name}"),
        "collectionEndpoint": host,
        "dashboardEndpoint": f"{host}/_dashboards",
    }


def _workspace(aws: FakeAws, name: str, _: Mapping[str, Any]) -> dict[str, Any]:
    identity = f"ws-{name}"
    return {
        "id": identity,
        "arn": aws.arn("aps", f"workspace/{identity}"),
        "prometheusEndpoint": f"https://aps-workspaces.{aws.region}.{aws.dns_suffix}/workspaces/{identity}/",
    }


def _rule(aws: FakeAws, name: str, _: Mapping[str, Any]) -> dict[str, Any]:
    return {"id": name, "name": name, "arn": aws.arn("events", f"rule/{name}")}


def _batch(kind: str) -> _Outputs:
    def outputs(aws: FakeAws, name: str, _: Mapping[str, Any]) -> dict[str, Any]:
        arn = aws.arn("batch", f"{kind}/{name}")
        return {"id": arn, "name": name, "arn": arn}

    return outputs


def _job_definition(aws: FakeAws, name: str, _: Mapping[str, Any]) -> dict[str, Any]:
    prefix = aws.arn("batch", f"job-definition/{name}")
    return {"id": f"{prefix}:1", "arn": f"{prefix}:1", "arnPrefix": prefix, "revision": 1, "name": name}


def _address(aws: FakeAws, name: str, _: Mapping[str, Any]) -> dict[str, Any]:
    # 192.0.2.0/24 is for documentation (RFC 5737).
    arn = aws.arn("ec2", f"elastic-ip/eipalloc-{name}")
    return {"id": f"eipalloc-{name}", "allocationId": f"eipalloc-{name}", "publicIp": "192.0.2.1", "arn": arn}


def _launch_template(aws: FakeAws, name: str, _: Mapping[str, Any]) -> dict[str, Any]:
    return {**_ec2("launch-template", "lt")(aws, name, {}), "latestVersion": 1, "defaultVersion": 1, "name": name}


def _placement_group(aws: FakeAws, name: str, _: Mapping[str, Any]) -> dict[str, Any]:
    # The id is the name. EC2's own id is another output.
    return {**_ec2("placement-group", "pg")(aws, name, {}), "id": name, "name": name, "placementGroupId": f"pg-{name}"}


def _database(aws: FakeAws, name: str, _: Mapping[str, Any]) -> dict[str, Any]:
    secret = aws.arn("secretsmanager", f"secret:rds!db-{name}")
    return {
        "id": name,
        "arn": aws.arn("rds", f"db:{name}"),
        "address": f"{name}.{aws.region}.rds.{aws.dns_suffix}",
        "resourceId": f"db-{name}",
        "masterUserSecrets": [{"secretArn": secret}],
    }


def _secret(aws: FakeAws, name: str, _: Mapping[str, Any]) -> dict[str, Any]:
    # Secrets Manager appends a hyphen and six random characters.
    arn = aws.arn("secretsmanager", f"secret:{name}-AbCdEf")
    return {"id": arn, "name": name, "arn": arn}


def _parameter(aws: FakeAws, name: str, _: Mapping[str, Any]) -> dict[str, Any]:
    arn = aws.arn("ssm", f"parameter/{name}")
    return {"id": name, "name": name, "arn": arn, "version": 1}


def _user_pool(aws: FakeAws, name: str, _: Mapping[str, Any]) -> dict[str, Any]:
    pool = f"{aws.region}_{name}"
    return {
        "id": pool,
        "name": name,
        "arn": aws.arn("cognito-idp", f"userpool/{pool}"),
        "endpoint": f"cognito-idp.{aws.region}.{aws.dns_suffix}/{pool}",
    }


def _user_pool_client(_aws: FakeAws, name: str, _: Mapping[str, Any]) -> dict[str, Any]:
    return {"id": f"client-{name}", "clientSecret": f"made-by-cognito-{name}"}


def _association(aws: FakeAws, name: str, _: Mapping[str, Any]) -> dict[str, Any]:
    arn = aws.arn("eks", f"podidentityassociation/a-{name}")
    return {"id": f"a-{name}", "associationId": f"a-{name}", "associationArn": arn}


def _node_group(aws: FakeAws, name: str, _: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": name,
        "arn": aws.arn("eks", f"nodegroup/{name}"),
        "nodeGroupName": name,
        "resources": [{"autoscalingGroups": [{"name": f"eks-{name}"}]}],
        "status": "ACTIVE",
    }


def _rds(kind: str) -> _Outputs:
    def outputs(aws: FakeAws, name: str, _: Mapping[str, Any]) -> dict[str, Any]:
        return {"id": name, "name": name, "arn": aws.arn("rds", f"{kind}:{name}")}

    return outputs


def _elasticache(kind: str) -> _Outputs:
    def outputs(aws: FakeAws, name: str, _: Mapping[str, Any]) -> dict[str, Any]:
        return {"id": name, "name": name, "arn": aws.arn("elasticache", f"{kind}:{name}")}

    return outputs


def _replication_group(aws: FakeAws, name: str, _: Mapping[str, Any]) -> dict[str, Any]:
    host = f"{name}.plan.{aws.region}.cache.{aws.dns_suffix}"
    return {
        "id": name,
        "arn": aws.arn("elasticache", f"replicationgroup:{name}"),
        "configurationEndpointAddress": f"clustercfg.{host}",
        "primaryEndpointAddress": f"master.{host}",
        "readerEndpointAddress": f"replica.{host}",
    }


def _studio_domain(aws: FakeAws, name: str, _: Mapping[str, Any]) -> dict[str, Any]:
    identity = f"d-{name}"
    return {
        "id": identity,
        "arn": aws.arn("sagemaker", f"domain/{identity}"),
        "homeEfsFileSystemId": f"fs-{name}",
        "url": f"https://{identity}.studio.{aws.region}.sagemaker.aws",
    }


def _model_package_group(aws: FakeAws, name: str, inputs: Mapping[str, Any]) -> dict[str, Any]:
    group = str(inputs.get("modelPackageGroupName", name))
    return {"id": group, "arn": aws.arn("sagemaker", f"model-package-group/{group}")}


def _eks_cluster(aws: FakeAws, name: str, _: Mapping[str, Any]) -> dict[str, Any]:
    issuer = f"oidc.eks.{aws.region}.{aws.dns_suffix}/id/{name}"
    command = {"apiVersion": "client.authentication.k8s.io/v1beta1", "command": "aws"}
    kubeconfig = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": name, "cluster": {"server": f"https://{name}.eks.{aws.dns_suffix}"}}],
        "users": [{"name": "aws", "user": {"exec": {**command, "args": ["eks", "get-token", "--cluster-name", name]}}}],
        "contexts": [{"name": "aws", "context": {"cluster": name, "user": "aws"}}],
        "current-context": "aws",
    }
    return {
        "kubeconfig": kubeconfig,
        "kubeconfigJson": json.dumps(kubeconfig),
        "oidcIssuer": issuer,
        "oidcProviderUrl": f"https://{issuer}",
        "oidcProviderArn": aws.arn("iam", f"oidc-provider/{issuer}", regional=False),
        "clusterSecurityGroupId": f"sg-{name}-cluster",
        "nodeSecurityGroupId": "",
    }


def _certificate(aws: FakeAws, name: str, inputs: Mapping[str, Any]) -> dict[str, Any]:
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
    arn = aws.arn("acm", f"certificate/{name}")
    return {"id": arn, "arn": arn, "domainValidationOptions": options}


def _load_balancer(aws: FakeAws, name: str, _: Mapping[str, Any]) -> dict[str, Any]:
    arn = aws.arn("elasticloadbalancing", f"loadbalancer/app/{name}/{name}")
    host = f"{name}.{aws.region}.elb.{aws.dns_suffix}"
    return {"id": arn, "arn": arn, "dnsName": host, "zoneId": f"Z-{aws.region}"}


def _target_group(aws: FakeAws, name: str, _: Mapping[str, Any]) -> dict[str, Any]:
    arn = aws.arn("elasticloadbalancing", f"targetgroup/{name}/{name}")
    return {"id": arn, "arn": arn, "name": name}


def _record(_aws: FakeAws, name: str, inputs: Mapping[str, Any]) -> dict[str, Any]:
    return {"id": f"{inputs.get('zoneId')}_{name}", "fqdn": name.removesuffix(".")}


def _spark_application(aws: FakeAws, name: str, _: Mapping[str, Any]) -> dict[str, Any]:
    identity = "".join(letter for letter in name if letter.isalnum())
    return {"id": identity, "name": name, "arn": aws.arn("emr-serverless", f"/applications/{identity}")}


def _spark_instances(aws: FakeAws, name: str, _: Mapping[str, Any]) -> dict[str, Any]:
    identity = f"j-{name}"
    return {"id": identity, "name": name, "arn": aws.arn("elasticmapreduce", f"cluster/{identity}")}


def _virtual_cluster(aws: FakeAws, name: str, _: Mapping[str, Any]) -> dict[str, Any]:
    return {"id": name, "name": name, "arn": aws.arn("emr-containers", f"/virtualclusters/{name}")}


def _web_acl(aws: FakeAws, name: str, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """The capacity is unknown when the capacity of one rule is unknown."""
    arn = aws.arn("wafv2", f"regional/webacl/{name}/{name}")
    outputs: dict[str, Any] = {"id": name, "arn": arn}
    try:
        return {**outputs, "capacity": capacity(inputs.get("rules") or ())}
    except (KeyError, TypeError, ValueError):
        return outputs


_OUTPUTS: dict[str, _Outputs] = {
    "aws:acm/certificate:Certificate": _certificate,
    "aws:backup/plan:Plan": _backup_plan,
    "aws:backup/vault:Vault": _backup_vault,
    "aws:amp/workspace:Workspace": _workspace,
    "aws:batch/computeEnvironment:ComputeEnvironment": _batch("compute-environment"),
    "aws:batch/jobDefinition:JobDefinition": _job_definition,
    "aws:batch/jobQueue:JobQueue": _batch("job-queue"),
    "aws:batch/schedulingPolicy:SchedulingPolicy": _batch("scheduling-policy"),
    "aws:cloudwatch/eventRule:EventRule": _rule,
    "aws:cloudwatch/logGroup:LogGroup": _log_group,
    "aws:cognito/userPool:UserPool": _user_pool,
    "aws:cognito/userPoolClient:UserPoolClient": _user_pool_client,
    "aws:costexplorer/anomalyMonitor:AnomalyMonitor": _anomaly_monitor,
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
    "aws:emr/cluster:Cluster": _spark_instances,
    "aws:emrcontainers/virtualCluster:VirtualCluster": _virtual_cluster,
    "aws:emrserverless/application:Application": _spark_application,
    "aws:glue/registry:Registry": _schema_registry,
    "aws:glue/schema:Schema": _schema,
    "aws:iam/instanceProfile:InstanceProfile": _iam("instance-profile"),
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider": _oidc_provider,
    "aws:iam/policy:Policy": _policy,
    "aws:iam/role:Role": _iam("role"),
    "aws:kinesis/streamConsumer:StreamConsumer": _kinesis_consumer,
    "aws:kms/key:Key": _key,
    "aws:lb/loadBalancer:LoadBalancer": _load_balancer,
    "aws:lb/targetGroup:TargetGroup": _target_group,
    "aws:msk/cluster:Cluster": _kafka,
    "aws:msk/configuration:Configuration": _kafka_configuration,
    "aws:msk/serverlessCluster:ServerlessCluster": _kafka,
    "aws:msk/topic:Topic": _kafka_topic,
    "aws:opensearch/serverlessCollection:ServerlessCollection": _collection,
    "aws:rds/instance:Instance": _database,
    "aws:rds/parameterGroup:ParameterGroup": _rds("pg"),
    "aws:rds/subnetGroup:SubnetGroup": _rds("subgrp"),
    "aws:route53/record:Record": _record,
    "aws:s3/bucket:Bucket": _bucket,
    "aws:sagemaker/domain:Domain": _studio_domain,
    "aws:sagemaker/modelPackageGroup:ModelPackageGroup": _model_package_group,
    "aws:secretsmanager/secret:Secret": _secret,
    "aws:sns/topic:Topic": _notification,
    "aws:sqs/queue:Queue": _queue,
    "aws:ssm/parameter:Parameter": _parameter,
    "aws:wafv2/webAcl:WebAcl": _web_acl,
    "eks:index:Cluster": _eks_cluster,
}
