"""What reads from S3 doesn't pay a NAT gateway for it."""

from collections.abc import Iterator

from policies.engine.frameworks import finops
from policies.engine.rule import Finding, Result, Rule, Severity, Undecided
from policies.engine.settings import Level
from policies.engine.stack import Stack
from policies.inputs import first, read, text
from policies.zones import layouts, vpc_of
from pricing.resource import UNKNOWN, Resource

_ENDPOINT = "aws:ec2/vpcEndpoint:VpcEndpoint"


def _check(stack: Stack) -> Iterator[Result]:
    endpoints = stack.of([_ENDPOINT])
    for layout in layouts(stack).values():
        if not layout.gateways:
            continue
        here = [_is_s3_gateway(endpoint) for endpoint in endpoints if vpc_of(endpoint, stack) == layout.vpc]
        if any(found is UNKNOWN for found in here) and True not in here:
            yield Undecided("vpcEndpointType or serviceName of an endpoint", layout.gateways[0].urn)
        elif True not in here:
            yield Finding("carries traffic to S3, because its VPC has no S3 gateway endpoint", layout.gateways[0].urn)


def _is_s3_gateway(endpoint: Resource) -> object:
    kind = first(text(read(endpoint.inputs, "vpcEndpointType")), "Gateway")
    service = text(read(endpoint.inputs, "serviceName"))
    if kind is UNKNOWN or service is UNKNOWN:
        return UNKNOWN
    return kind == "Gateway" and isinstance(service, str) and service.endswith(".s3")


RULE = Rule(
    name="s3-endpoint",
    title="A VPC with a NAT gateway has an S3 gateway endpoint",
    severity=Severity.LOW,
    level=Level.ADVISORY,
    frameworks=(finops("Workload Optimization"),),
    remediation="Add a gateway endpoint for S3 to the private route tables; it is free, a NAT gateway takes 0.045 "
    "USD a GB.",
    field="aws.ec2.VpcEndpoint of the VPC",
    check_stack=_check,
)
