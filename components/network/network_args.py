"""The arguments of a Network, and their validation."""

import re
from collections.abc import Callable
from enum import StrEnum
from ipaddress import IPv4Network
from typing import NotRequired, Self, TypedDict, TypeVar

from pydantic import Field, ValidationInfo, field_validator, model_validator
from pydantic.alias_generators import to_camel

from ..core.ip_range import parse_network
from ..core.log_retention import RETENTION_DAYS
from ..core.problems import refusal, refuse_at
from ..core.spec import Spec, refuse
from .existing_network import ExistingNetworkConfig, ExistingNetworkSpec
from .subnet_plan import LARGEST_VPC, SMALLEST_EXISTING_VPC, refuse_overlap, vpc_network

AGGREGATION_SECONDS = (60, 600)
"""Source: Amazon VPC user guide, "Flow log records", aggregation interval."""

Result = TypeVar("Result")

ZONE_NAME = re.compile(r"[a-z]{2}(-[a-z]+)+-[0-9][a-z]")
CLUSTER_NAME = re.compile(r"[0-9A-Za-z][0-9A-Za-z_-]{0,99}")
"""Source: Amazon EKS API reference, CreateCluster, name."""


class NatMode(StrEnum):
    """How private subnets reach the internet."""

    PER_ZONE = "per-zone"
    """A NAT gateway in every zone. If one zone fails, the others keep internet access."""

    SINGLE = "single"
    """One NAT gateway for all zones. It costs less; if its zone fails, all zones lose internet access."""

    NONE = "none"
    """No internet access. Nodes reach AWS services through endpoints only."""


class FlowLogTraffic(StrEnum):
    """Which connections the flow log records."""

    ALL = "all"
    """Every connection."""

    ACCEPT = "accept"
    """Connections that security groups and network ACLs accept."""

    REJECT = "reject"
    """Rejected connections: enough to detect scans, with far fewer records."""


class EndpointService(StrEnum):
    """The AWS services that an interface endpoint can be made for.

    Source: AWS PrivateLink guide, "AWS services that integrate with AWS PrivateLink".
    """

    APPLICATION_AUTOSCALING = "application-autoscaling"
    APS_WORKSPACES = "aps-workspaces"
    ATHENA = "athena"
    AUTOSCALING = "autoscaling"
    BATCH = "batch"
    BEDROCK_RUNTIME = "bedrock-runtime"
    EC2 = "ec2"
    EC2_MESSAGES = "ec2messages"
    ECR_API = "ecr.api"
    ECR_DKR = "ecr.dkr"
    ECS = "ecs"
    ECS_AGENT = "ecs-agent"
    ECS_TELEMETRY = "ecs-telemetry"
    EKS = "eks"
    EKS_AUTH = "eks-auth"
    ELASTICACHE = "elasticache"
    ELASTIC_FILE_SYSTEM = "elasticfilesystem"
    ELASTIC_LOAD_BALANCING = "elasticloadbalancing"
    ELASTIC_MAPREDUCE = "elasticmapreduce"
    EMR_CONTAINERS = "emr-containers"
    EMR_SERVERLESS = "emr-serverless"
    EVENTS = "events"
    GLUE = "glue"
    KINESIS_STREAMS = "kinesis-streams"
    KMS = "kms"
    LOGS = "logs"
    MONITORING = "monitoring"
    SAGEMAKER_API = "sagemaker.api"
    SAGEMAKER_RUNTIME = "sagemaker.runtime"
    SECRETS_MANAGER = "secretsmanager"
    SNS = "sns"
    SQS = "sqs"
    SSM = "ssm"
    SSM_MESSAGES = "ssmmessages"
    STS = "sts"
    XRAY = "xray"


NODE_ENDPOINTS = (
    EndpointService.EC2,
    EndpointService.ECR_API,
    EndpointService.ECR_DKR,
    EndpointService.EKS,
    EndpointService.EKS_AUTH,
    EndpointService.STS,
)
"""Endpoints that a node without internet access needs to join its cluster.

Source: Amazon EKS user guide, "Deploy private clusters with limited internet access".
"""


class FlowLogsConfig(TypedDict):
    """The settings of the VPC's flow log."""

    traffic: NotRequired[FlowLogTraffic]
    """The connections to record. Default: all."""

    retention_days: NotRequired[int]
    """Days until a record is deleted, one of CloudWatch Logs' retention periods. Default: 90."""

    aggregation_seconds: NotRequired[int]
    """Seconds that one record covers, 60 or 600; 60 writes up to ten times as many records. Default: 600."""


class NetworkArgs(TypedDict):
    """The arguments of a Network."""

    existing: NotRequired[ExistingNetworkConfig]
    """A VPC to use instead of a new one. Default: a new one."""

    vpc_cidr: str
    """The VPC's range, /16 to /20, inside 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16 or 100.64.0.0/10."""

    zone_count: NotRequired[int]
    """The number of zones when `zones` is empty, 2 or 3. Default: 3."""

    zones: NotRequired[list[str]]
    """Names of the zones, such as us-east-1a, in the order of their ranges. Default: the region's first ones."""

    reserved_cidrs: NotRequired[list[str]]
    """Ranges that the VPC must not overlap: peers, VPN, offices. Default: none."""

    nat: NotRequired[NatMode]
    """How private subnets reach the internet. Default: per-zone."""

    dynamodb_endpoint: NotRequired[bool]
    """Whether DynamoDB gets a gateway endpoint (free), in addition to S3's. Default: false."""

    interface_endpoints: NotRequired[list[str]]
    """AWS services with an interface endpoint in every zone, such as ecr.api. Default: none."""

    cluster_names: NotRequired[list[str]]
    """The names of EKS clusters in this network, for the tags of subnets. Default: none."""

    private_subnet_tags: NotRequired[dict[str, str]]
    """Further tags of private subnets, such as those by which EMR finds them. Default: none."""

    flow_logs: NotRequired[FlowLogsConfig]
    """The settings of the flow log. Default: all traffic for 90 days."""


class FlowLogsSpec(Spec):
    """The plain values of `FlowLogsConfig`."""

    traffic: FlowLogTraffic = Field(
        default=FlowLogTraffic.ALL, description="The connections to record: all, accept or reject."
    )
    retention_days: int = Field(
        default=90,
        description=f"Days until a record is deleted: one of {', '.join(map(str, RETENTION_DAYS))}.",
        json_schema_extra={"enum": list(RETENTION_DAYS)},
    )
    aggregation_seconds: int = Field(
        default=600,
        description="Seconds that one record covers, 60 or 600; 60 writes up to ten times as many records.",
        json_schema_extra={"enum": list(AGGREGATION_SECONDS)},
    )

    @field_validator("retention_days")
    @classmethod
    def _known_retention(cls, days: int) -> int:
        return _one_of(days, RETENTION_DAYS, "days")

    @field_validator("aggregation_seconds")
    @classmethod
    def _known_aggregation(cls, seconds: int) -> int:
        return _one_of(seconds, AGGREGATION_SECONDS, "seconds")


class NetworkSpec(Spec):
    """The plain values of `NetworkArgs`."""

    existing: ExistingNetworkSpec | None = Field(
        default=None,
        description="A VPC to use instead of a new one; vpcCidr, zones, nat and interfaceEndpoints then state what it "
        "has. Its owner is responsible for routes, flow logs, endpoints and the default security group.",
    )
    vpc_cidr: str = Field(
        description="The VPC's range, /16 (65,536 addresses) to /20 (4,096), inside 10.0.0.0/8, 172.16.0.0/12, "
        "192.168.0.0/16 or 100.64.0.0/10. It can't be changed later without replacing everything in it."
    )
    reserved_cidrs: tuple[str, ...] = Field(
        default=(), description="Ranges that the VPC must not overlap: peers, VPN, offices."
    )
    zones: tuple[str, ...] = Field(
        default=(),
        description="Names of 2 or 3 zones, such as us-east-1a, in the order of their address ranges. Empty: the "
        "region's first ones that support an EKS control plane.",
    )
    zone_count: int = Field(default=3, ge=2, le=3, description="The number of zones when `zones` is empty, 2 or 3.")
    nat: NatMode = Field(
        default=NatMode.PER_ZONE,
        description="How private subnets reach the internet: per-zone (a NAT gateway in each zone), single (one for "
        "all; if its zone fails, all lose internet access), none.",
    )
    dynamodb_endpoint: bool = Field(
        default=False, description="Whether DynamoDB gets a gateway endpoint (free), in addition to S3's."
    )
    interface_endpoints: tuple[EndpointService, ...] = Field(
        default=(),
        description="AWS services that get an interface endpoint in every zone; each costs by the hour and zone.",
    )
    cluster_names: tuple[str, ...] = Field(
        default=(),
        description="The names of EKS clusters in this network. Load balancers and Karpenter find subnets by tags of "
        "these names; Karpenter's tag has the first name only.",
    )
    private_subnet_tags: dict[str, str] = Field(
        default_factory=dict[str, str],
        description="Further tags of private subnets, such as for-use-with-amazon-emr-managed-policies: true for EMR.",
    )
    flow_logs: FlowLogsSpec = Field(default=FlowLogsSpec(), description="The settings of the flow log.")

    @field_validator("vpc_cidr")
    @classmethod
    def _usable_vpc(cls, value: str, info: ValidationInfo) -> str:
        if not info.data.get("existing"):
            return str(vpc_network(value))
        vpc = parse_network(value)
        if not LARGEST_VPC <= vpc.prefixlen <= SMALLEST_EXISTING_VPC:
            raise refuse(value, f"a VPC is a /{LARGEST_VPC} to /{SMALLEST_EXISTING_VPC}; write the range of yours")
        return str(vpc)

    @field_validator("reserved_cidrs")
    @classmethod
    def _apart_from_vpc(cls, values: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        networks = [_named(value, parse_network) for value in values]
        vpc = info.data.get("vpc_cidr")
        if vpc:
            _named(f"vpcCidr {vpc}", lambda _: refuse_overlap(IPv4Network(vpc), networks, "a reserved range"))
        return values

    @field_validator("zones")
    @classmethod
    def _two_or_three_zones(cls, zones: tuple[str, ...]) -> tuple[str, ...]:
        for zone in zones:
            if not ZONE_NAME.fullmatch(zone):
                raise refuse(zone, f"{zone} is not an availability zone's name; write one such as us-east-1a")
        if zones and not (2 <= len(zones) <= 3 and len(set(zones)) == len(zones)):
            raise refuse(zones, "name 2 or 3 different zones, or none to get the region's first ones")
        return zones

    @field_validator("zone_count")
    @classmethod
    def _as_many_as_named(cls, count: int, info: ValidationInfo) -> int:
        zones = info.data.get("zones", ())
        if zones and len(zones) != count:
            raise refuse(count, f"zones has {len(zones)}; remove zoneCount or write {len(zones)}")
        return count

    @field_validator("interface_endpoints", "cluster_names")
    @classmethod
    def _each_once(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise refuse(names, f"{', '.join(twice)} is named more than once; name each once")
        return names

    @field_validator("cluster_names")
    @classmethod
    def _eks_names(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        for name in names:
            if not CLUSTER_NAME.fullmatch(name):
                raise refuse(
                    name,
                    f"{name!r} is not an EKS name; write up to 100 letters, digits, - or _, a letter or digit first",
                )
        return names

    @field_validator("private_subnet_tags")
    @classmethod
    def _own_tags(cls, tags: dict[str, str]) -> dict[str, str]:
        for key in tags:
            if key == "Name" or key.startswith(("aws:", "karpenter.sh/", "kubernetes.io/")):
                raise refuse(key, f"the tag {key} is set by AWS or by this component; remove it")
        return tags

    @model_validator(mode="after")
    def _existing_is_whole(self) -> Self:
        if not self.existing:
            return self
        if not self.zones:
            raise refuse_at("zones", [], "must name the zones of the existing subnets, in their order")
        without_effect = ("cluster_names", "dynamodb_endpoint", "flow_logs", "private_subnet_tags", "reserved_cidrs")
        if given := next((name for name in without_effect if name in self.model_fields_set), None):
            remedy = "has no effect on an existing VPC, which its owner configures; remove it"
            raise refuse_at(to_camel(given), getattr(self, given), remedy)
        if error := refusal([each.within("existing") for each in self.existing.problems(self.vpc_cidr, self.zones)]):
            raise error
        return self

    @model_validator(mode="after")
    def _nodes_reach_their_cluster(self) -> Self:
        missing = [service.value for service in NODE_ENDPOINTS if service not in self.interface_endpoints]
        if self.nat is NatMode.NONE and self.cluster_names and missing:
            raise refuse_at(
                "nat",
                self.nat.value,
                f"nodes can't join a cluster; add {', '.join(missing)} to interfaceEndpoints or write nat: single",
            )
        return self


def _one_of(value: int, allowed: tuple[int, ...], unit: str) -> int:
    if value not in allowed:
        nearest = min(allowed, key=lambda each: abs(each - value))
        raise refuse(value, f"allowed {unit}: {', '.join(map(str, allowed))}; the nearest is {nearest}")
    return value


def _named(name: str, check: Callable[[str], Result]) -> Result:
    """The result of `check`. Its error gets `name` as a prefix."""
    try:
        return check(name)
    except ValueError as error:
        raise ValueError(f"{name} {error}") from None
