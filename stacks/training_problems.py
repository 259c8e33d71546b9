"""What the sections of training, batch and streaming need of the other sections of a config."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from components.core.problems import Problem
from components.network.network_args import EndpointService, NatMode
from stacks.batch_problems import batch_problems
from stacks.training_platform_problems import training_platform_problems

if TYPE_CHECKING:
    from stacks.config import StackConfig


def training_problems(config: "StackConfig") -> Iterator[Problem]:
    """Everything that a section of training needs and the config lacks."""
    yield from _spark_cluster(config)
    yield from training_platform_problems(config)
    yield from batch_problems(config)


def _spark_cluster(config: "StackConfig") -> Iterator[Problem]:
    if not config.spark_cluster:
        return
    if not config.feature_store:
        yield Problem(
            ("sparkCluster",),
            config.spark_cluster.cluster_name,
            "sparkCluster needs featureStore, because jobs read its buckets and catalog; add it",
        )
    endpoints = config.network.interface_endpoints
    if config.network.nat is NatMode.NONE and EndpointService.GLUE not in endpoints:
        yield Problem(
            ("network", "interfaceEndpoints"),
            [str(endpoint) for endpoint in endpoints],
            "sparkCluster needs the Glue catalog, and network.nat is none; add glue",
        )
