"""What batchQueue needs of the other sections of a config."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from components.core.problems import Problem
from components.network.network_args import EndpointService, NatMode
from stacks.names import nearest

if TYPE_CHECKING:
    from stacks.config import StackConfig

_ENDPOINTS = (
    EndpointService.ECR_API,
    EndpointService.ECR_DKR,
    EndpointService.ECS,
    EndpointService.ECS_AGENT,
    EndpointService.ECS_TELEMETRY,
    EndpointService.LOGS,
)
"""What a machine without NAT needs. Source: ECS developer guide, "Amazon ECS interface VPC endpoints"."""


def batch_problems(config: "StackConfig") -> Iterator[Problem]:
    """Everything that batchQueue lacks elsewhere in `config`."""
    if not config.batch_queue:
        return
    if not config.feature_store:
        yield Problem(
            ("batchQueue",), config.batch_queue.name, "batchQueue needs featureStore, whose buckets jobs use; add it"
        )
    yield from (problem.within("batchQueue") for problem in config.batch_queue.absent_in(config.environment.region))
    yield from _endpoints(config)
    yield from _images(config)


def _endpoints(config: "StackConfig") -> Iterator[Problem]:
    network = config.network
    lacking = sorted(each.value for each in {*_ENDPOINTS} - {*network.interface_endpoints})
    if network.nat is NatMode.NONE and lacking:
        remedy = f"network.nat is none, so machines of batchQueue need endpoints; add {', '.join(lacking)}"
        yield Problem(("network", "interfaceEndpoints"), [each.value for each in network.interface_endpoints], remedy)


def _images(config: "StackConfig") -> Iterator[Problem]:
    """An image of the stack's own registry is one that a team may push to it."""
    registry, environment = config.image_registry, config.environment
    if not (registry and config.batch_queue):
        return
    own = f"{environment.account}.dkr.ecr.{environment.region}."
    known = [f"{team.team}/{image}" for team in registry.teams for image in team.images]
    cached = tuple(f"{each.cache_prefix}/" for each in registry.upstreams)
    for index, job in enumerate(config.batch_queue.jobs):
        path = job.image.partition("/")[2].partition("@")[0].partition(":")[0]
        if job.image.startswith(own) and path not in known and not path.startswith(cached):
            remedy = f"imageRegistry.teams has no image {path}; add it there{nearest(path, known)}"
            yield Problem(("batchQueue", "jobs", index, "image"), job.image, remedy)
