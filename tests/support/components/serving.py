"""A small serving platform, run against the made-up account of `mocks`."""

from typing import Any

import pulumi

from components.serving.serving_platform.serving_platform import ServingPlatform
from resources.resource import Resource
from tests.support.components.clusters import RELEASE
from tests.support.components.mocks import ACCOUNT, Recording, run

READER = "test:index:Reader"
GROUP = f"arn:aws:elasticloadbalancing:us-east-1:{ACCOUNT}:targetgroup"
REST, GRPC = f"{GROUP}/rest/0123456789abcdef", f"{GROUP}/grpc/fedcba9876543210"
VPC, PUBLIC = "10.40.0.0/16", ["10.40.0.0/24", "10.40.1.0/24"]
MODELS = ["fraud", "vision"]


def platform(recording: Recording | None = None, **args: Any) -> Recording:
    """A ServingPlatform "serving" for two namespaces, and a reader of its `ready`, unless `args` say otherwise."""
    given = {
        "cluster_name": "ml",
        "vpc_id": "vpc-1",
        "vpc_cidr": VPC,
        "load_balancer_cidrs": PUBLIC,
        "rest_target_group_arn": REST,
        "grpc_target_group_arn": GRPC,
        "domain": "models.example.com",
        "model_namespaces": MODELS,
        **args,
    }

    def program() -> None:
        made = ServingPlatform("serving", given)  # pyright: ignore[reportArgumentType]
        pulumi.CustomResource(READER, "reader", {"ready": made.ready})

    return run(program, recording)


def release(recording: Recording, chart: str) -> Resource:
    """The release of a chart, by the chart's own name."""
    [found] = [each for each in recording.all(RELEASE) if each.inputs["chart"].rpartition("/")[2] == chart]
    return found
