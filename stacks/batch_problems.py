"""What batchQueue needs of the other sections of a config."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from components.core.account import Account
from components.core.problems import Problem
from components.facts.regions import partition_of
from components.network.network_args import EndpointService, NatMode
from components.training.batch_queue.access import submit_access
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

_ROLE_CHARACTERS = 10_240
"""All inline policies of a role, without white space. Source: IAM user guide, "IAM and AWS STS quotas"."""
_OTHER_CHARACTERS = 300
"""What the policy for failed starts takes."""
_TRAINING_CHARACTERS = 6144
"""What the policy of a team's submitters to SageMaker takes at most: it is also a managed policy."""
_ROLE_ARN = "arn:aws-us-gov:iam::123456789012:role/" + "r" * 64


def batch_problems(config: "StackConfig") -> Iterator[Problem]:
    """Everything that batchQueue lacks elsewhere in `config`."""
    if not config.batch_queue:
        return
    if not (config.feature_store or config.starter):
        remedy = "batchQueue needs featureStore or starter, whose buckets jobs use; add one"
        yield Problem(("batchQueue",), config.batch_queue.name, remedy)
    yield from (problem.within("batchQueue") for problem in config.batch_queue.absent_in(config.environment.region))
    yield from _endpoints(config)
    yield from _images(config)
    yield from _policies(config)


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


def _policies(config: "StackConfig") -> Iterator[Problem]:
    """Teams with more jobs than the policies of their role of schedules have room for."""
    batch, environment = config.batch_queue, config.environment
    if not batch:
        return
    account = Account(environment.account, environment.region, partition_of(environment.region))
    trained = {team.name for team in config.training_platform.teams} if config.training_platform else set[str]()
    queues = [f"{batch.name}-{queue.name}" for queue in batch.queues]
    for team in batch.shares:
        jobs = [job for job in batch.jobs if job.team == team]
        names, users = [f"{batch.name}-{job.name}" for job in jobs], [job.user for job in jobs]
        room = _ROLE_CHARACTERS - _OTHER_CHARACTERS - (_TRAINING_CHARACTERS if team in trained else 0)
        policy = submit_access(account, team, queues, names, [_ROLE_ARN] * (len(jobs) + 1), users)
        needed = len("".join(policy.split()))
        if jobs and needed > room:
            remedy = (
                f"the policy that starts the {len(jobs)} jobs of team {team} takes about {needed} characters, and IAM "
                f"has room for {room}; remove jobs or queues, shorten their names, or divide the team"
            )
            yield Problem(("batchQueue", "jobs"), len(batch.jobs), remedy)
