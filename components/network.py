"""The VPC that everything else stands in: three tiers of subnets over two or three zones."""

from enum import StrEnum
from typing import NotRequired, TypedDict

import pulumi
from pulumi import Output, ResourceOptions
from pydantic import Field

from .spec import Spec, parse


class NatMode(StrEnum):
    """How private subnets reach the internet."""

    PER_ZONE = "per-zone"
    """A NAT gateway in every zone: the loss of one zone leaves the others their way out."""

    SINGLE = "single"
    """One NAT gateway for all zones: cheaper, and its zone takes the others' way out with it."""

    NONE = "none"
    """No way out: AWS services are reached through endpoints alone."""


class FlowLogTraffic(StrEnum):
    """Which connections the flow log records."""

    ALL = "all"
    ACCEPT = "accept"
    REJECT = "reject"


class EndpointService(StrEnum):
    """The AWS services that an interface endpoint can be made for, by the names AWS gives them."""

    APPLICATION_AUTOSCALING = "application-autoscaling"
    APS_WORKSPACES = "aps-workspaces"
    ATHENA = "athena"
    AUTOSCALING = "autoscaling"
    BEDROCK_RUNTIME = "bedrock-runtime"
    EC2 = "ec2"
    EC2_MESSAGES = "ec2messages"
    ECR_API = "ecr.api"
    ECR_DKR = "ecr.dkr"
    EKS = "eks"
    EKS_AUTH = "eks-auth"
    ELASTIC_FILE_SYSTEM = "elasticfilesystem"
    ELASTIC_LOAD_BALANCING = "elasticloadbalancing"
    EVENTS = "events"
    GLUE = "glue"
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


class FlowLogsArgs(TypedDict):
    """What the VPC's flow log records and how long it is kept."""

    traffic: NotRequired[FlowLogTraffic]
    """Which connections are recorded. Default: all."""

    retention_days: NotRequired[int]
    """Days until a record is deleted; one of the periods that CloudWatch Logs knows. Default: 90."""

    aggregation_seconds: NotRequired[int]
    """Seconds that one record sums up, 60 or 600; 60 writes up to ten times as many records. Default: 600."""


class NetworkArgs(TypedDict):
    """What a Network is made from."""

    vpc_cidr: str
    """The VPC's range, /16 to /20, inside 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16 or 100.64.0.0/10."""

    zone_count: NotRequired[int]
    """How many zones, 2 or 3. Default: 3."""

    zones: NotRequired[list[str]]
    """Names of the zones, such as us-east-1a, in the order their ranges are cut. Default: the region's first ones."""

    reserved_cidrs: NotRequired[list[str]]
    """Ranges that the VPC must not overlap: peers, VPN, offices. Default: none."""

    nat: NotRequired[NatMode]
    """How private subnets reach the internet. Default: per-zone."""

    dynamodb_endpoint: NotRequired[bool]
    """Whether DynamoDB gets a gateway endpoint (free) beside S3's. Default: false."""

    interface_endpoints: NotRequired[list[str]]
    """AWS services reached by an interface endpoint in every zone, by AWS's name: ecr.api, sts. Default: none."""

    cluster_names: NotRequired[list[str]]
    """EKS clusters that will live here; their subnets are tagged for load balancers and Karpenter. Default: none."""

    flow_logs: NotRequired[FlowLogsArgs]
    """What the flow log records and how long it is kept. Default: all traffic for 90 days."""


class FlowLogsSpec(Spec):
    """The plain values of `FlowLogsArgs`."""

    traffic: FlowLogTraffic = Field(default=FlowLogTraffic.ALL, description="Which connections are recorded.")
    retention_days: int = Field(default=90, description="Days until a record is deleted.")
    aggregation_seconds: int = Field(default=600, description="Seconds that one record sums up: 60 or 600.")


class NetworkSpec(Spec):
    """The plain values of `NetworkArgs`."""

    vpc_cidr: str = Field(description="The VPC's range, /16 to /20.")
    zone_count: int = Field(default=3, ge=2, le=3, description="How many zones, 2 or 3.")
    zones: tuple[str, ...] = Field(default=(), description="Names of the zones; empty: the region's first ones.")
    reserved_cidrs: tuple[str, ...] = Field(default=(), description="Ranges that the VPC must not overlap.")
    nat: NatMode = Field(default=NatMode.PER_ZONE, description="How private subnets reach the internet.")
    dynamodb_endpoint: bool = Field(default=False, description="Whether DynamoDB gets a gateway endpoint (free).")
    interface_endpoints: tuple[EndpointService, ...] = Field(default=(), description="Services with an endpoint.")
    cluster_names: tuple[str, ...] = Field(default=(), description="EKS clusters that will live here.")
    flow_logs: FlowLogsSpec = Field(default=FlowLogsSpec(), description="What the flow log records and for how long.")


class Network(pulumi.ComponentResource):
    """A VPC with public, private and isolated subnets over two or three zones."""

    vpc_id: Output[str]
    """The VPC's id."""

    vpc_cidr: Output[str]
    """The VPC's range."""

    zones: Output[list[str]]
    """The zones' names; the lists of subnets are in this order."""

    public_subnet_ids: Output[list[str]]
    """Subnets for internet-facing load balancers and NAT gateways, one a zone."""

    private_subnet_ids: Output[list[str]]
    """Subnets for nodes, one a zone."""

    isolated_subnet_ids: Output[list[str]]
    """Subnets for data stores, without a way out, one a zone."""

    private_route_table_ids: Output[list[str]]
    """The private subnets' route tables, one a zone."""

    isolated_route_table_id: Output[str]
    """The isolated subnets' route table."""

    nat_public_ips: Output[list[str]]
    """The addresses that the internet sees private subnets under; empty without NAT."""

    endpoint_security_group_id: Output[str]
    """The security group of interface endpoints: HTTPS from the VPC."""

    s3_endpoint_id: Output[str]
    """The S3 gateway endpoint, which bucket policies can name (aws:SourceVpce)."""

    flow_log_group_name: Output[str]
    """The log group that flow logs are written to."""

    def __init__(self, name: str, args: NetworkArgs, opts: ResourceOptions | None = None):
        parse(NetworkSpec, args, f"Network({name})")
        super().__init__("mlplatform:index:Network", name, {}, opts)
