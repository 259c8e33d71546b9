"""VPC endpoints for AWS services, and their policies."""

from collections.abc import Sequence

import pulumi
import pulumi_aws as aws
from pulumi import Output, ResourceOptions

from ..core.account import Account
from ..core.iam import Statement, allow, document
from .network_args import EndpointService

POLICY_FREE_ENDPOINTS = (EndpointService.ECR_DKR, EndpointService.EKS_AUTH)
"""Endpoints with the open default policy: container clients probe the registry before they sign in, and the Pod
Identity service documents no endpoint policy."""


def endpoint_security_group(
    name: str, vpc_cidr: str, vpc: aws.ec2.Vpc, options: ResourceOptions
) -> tuple[aws.ec2.SecurityGroup, pulumi.Resource]:
    """The security group of interface endpoints, and its rule: HTTPS from inside the VPC, no egress."""
    role = f"{name}-endpoints"
    group = aws.ec2.SecurityGroup(
        role,
        description=f"Interface endpoints of {name}: HTTPS from inside the VPC",
        vpc_id=vpc.id,
        tags={"Name": role},
        opts=options,
    )
    rule = aws.vpc.SecurityGroupIngressRule(
        f"{role}-https",
        security_group_id=group.id,
        description="HTTPS from inside the VPC",
        cidr_ipv4=vpc_cidr,
        ip_protocol="tcp",
        from_port=443,
        to_port=443,
        opts=options,
    )
    return group, rule


def gateway_endpoint(
    name: str,
    service: str,
    account: Account,
    vpc: aws.ec2.Vpc,
    route_table_ids: Sequence[Output[str]],
    options: ResourceOptions,
) -> aws.ec2.VpcEndpoint:
    """A gateway endpoint (free) to s3 or dynamodb, for the subnets of these route tables."""
    role = f"{name}-{service}"
    return aws.ec2.VpcEndpoint(
        role,
        vpc_id=vpc.id,
        service_name=f"com.amazonaws.{account.region}.{service}",
        vpc_endpoint_type="Gateway",
        route_table_ids=list(route_table_ids),
        policy=s3_endpoint_policy(account.id) if service == "s3" else endpoint_policy(service, account),
        tags={"Name": role},
        opts=options,
    )


def interface_endpoint(
    name: str,
    service: EndpointService,
    account: Account,
    vpc: aws.ec2.Vpc,
    subnets: Sequence[aws.ec2.Subnet],
    group: aws.ec2.SecurityGroup,
    options: ResourceOptions,
) -> aws.ec2.VpcEndpoint:
    """An interface endpoint with private DNS: programs use the service's usual name."""
    role = f"{name}-{service.replace('.', '-')}"
    return aws.ec2.VpcEndpoint(
        role,
        vpc_id=vpc.id,
        service_name=f"com.amazonaws.{account.region}.{service.value}",
        vpc_endpoint_type="Interface",
        private_dns_enabled=True,
        subnet_ids=[subnet.id for subnet in subnets],
        security_group_ids=[group.id],
        policy=None if service in POLICY_FREE_ENDPOINTS else endpoint_policy(service, account),
        tags={"Name": role},
        opts=options,
    )


def s3_endpoint_policy(account: str) -> str:
    """Principals of the account may do what their permissions allow. All others may only read objects.

    Reading stays open because image layers and packages come from buckets of AWS and of the Kubernetes project. The
    policy denies writing with credentials of other accounts, which could exfiltrate data.
    Source: AWS data perimeter policy examples, "VPC endpoint policies".
    """
    read = _anyone("OthersRead", ["s3:GetObject", "s3:GetObjectVersion"])
    return document(*_own_principals(account), read)


def endpoint_policy(service: str, account: Account) -> str:
    """Only the account's own principals, and AWS services on their behalf, may use the endpoint.

    STS also lets pods without a principal exchange a web identity for a role of this account.
    Source: AWS data perimeter policy examples, "VPC endpoint policies".
    """
    statements = _own_principals(account.id)
    if service == EndpointService.STS:
        roles = f"arn:{account.partition}:iam::{account.id}:role/*"
        statements.append({**_anyone("WebIdentities", ["sts:AssumeRoleWithWebIdentity"]), "Resource": roles})
    return document(*statements)


def _own_principals(account: str) -> list[Statement]:
    own = {"StringEquals": {"aws:PrincipalAccount": account}}
    services = {"Bool": {"aws:PrincipalIsAWSService": "true"}}
    return [
        {**_anyone("OwnPrincipals", ["*"]), "Condition": own},
        {**_anyone("Services", ["*"]), "Condition": services},
    ]


def _anyone(sid: str, actions: Sequence[str]) -> Statement:
    return {**allow(sid, actions, ["*"]), "Principal": "*"}
