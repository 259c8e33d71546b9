"""What the sections of training, batch and streaming need of the other sections of a config."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from components.core.problems import Problem
from components.facts.instances import lacking
from components.network.network_args import EndpointService, NatMode
from stacks.batch_problems import batch_problems
from stacks.training_platform_problems import training_platform_problems
from stacks.written_folders import folder_problems

if TYPE_CHECKING:
    from stacks.config import StackConfig


def training_problems(config: "StackConfig") -> Iterator[Problem]:
    """Everything that a section of training needs and the config lacks."""
    yield from _spark_cluster(config)
    yield from training_platform_problems(config)
    yield from batch_problems(config)
    yield from folder_problems(config)


def _spark_cluster(config: "StackConfig") -> Iterator[Problem]:
    if not config.spark_cluster:
        return
    if not config.feature_store:
        yield Problem(
            ("sparkCluster",),
            config.spark_cluster.cluster_name,
            "sparkCluster needs featureStore, because jobs read its buckets and catalog; add it",
        )
    yield from _instances(config)
    endpoints = config.network.interface_endpoints
    if config.network.nat is NatMode.NONE and EndpointService.GLUE not in endpoints:
        yield Problem(
            ("network", "interfaceEndpoints"),
            [str(endpoint) for endpoint in endpoints],
            "sparkCluster needs the Glue catalog, and network.nat is none; add glue",
        )


def _instances(config: "StackConfig") -> Iterator[Problem]:
    """The instance types of Spark on EC2 that the region does not offer."""
    ec2, region = config.spark_cluster.ec2 if config.spark_cluster else None, config.environment.region
    if not ec2:
        return
    fields = {"primaryTypes": ec2.primary_types, "coreTypes": ec2.core_types, "taskTypes": ec2.task_types}
    for field, names in fields.items():
        for name in names:
            if sentence := lacking([name], region):
                yield Problem(("sparkCluster", "ec2", field), name, sentence)
