"""The section `starter` of a stack: one machine, the buckets beside it, and what it needs of the other sections."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pydantic import Field

from components.core.problems import Problem
from components.data.data_buckets import DataBucketsSpec
from components.facts.instances import lacking
from components.network.network_args import NatMode
from components.starter.spec import AUTH_HOST, StarterSpec

if TYPE_CHECKING:
    from stacks.config import StackConfig

STARTER_CLIENT = "starter"
"""The user pool's client for the proxy of the starter."""


class StarterSection(StarterSpec):
    """One machine with Docker Compose, and the buckets beside it."""

    data: DataBucketsSpec = Field(
        description="The buckets of raw data, training sets, models and offline features. A featureStore with the same "
        "data takes them over as they are."
    )

    @property
    def callback(self) -> str:
        """Where Cognito sends people after the sign-in."""
        return f"https://{AUTH_HOST}.{self.domain}/oauth2/callback"


def starter_problems(config: "StackConfig") -> Iterator[Problem]:
    """What `starter` lacks in the other sections."""
    section = config.starter
    if not section:
        return
    if not config.user_pool:
        yield Problem(("starter",), section.name, "starter needs userPool, whose users sign in at its proxy; add it")
    if sentence := lacking([section.instance_type], config.environment.region):
        yield Problem(("starter", "instanceType"), section.instance_type, sentence)
    if config.batch_queue and config.network.nat is NatMode.NONE and not config.network.interface_endpoints:
        remedy = "machines of AWS Batch pull images and write logs; write nat: single"
        yield Problem(("network", "nat"), str(config.network.nat), remedy)
    yield from _task_problems(config, section)
    store = config.feature_store
    if config.gpu_cluster and not store:
        remedy = "beside gpuCluster, starter uses the buckets of featureStore; add it"
        yield Problem(("starter",), section.name, remedy)
    if store and not (config.delivery or config.feature_services or config.kubeflow):
        remedy = "the key of the sign-in's secrets belongs to delivery, featureServices or kubeflow; add one"
        yield Problem(("featureStore",), store.data.prefix, remedy)
    if store and store.data != section.data:
        remedy = (
            "featureStore takes over the buckets of starter, so both must describe them alike; copy starter.data to "
            "featureStore.data"
        )
        yield Problem(("featureStore", "data"), store.data.prefix, remedy)


def _task_problems(config: "StackConfig", section: StarterSection) -> Iterator[Problem]:
    """Tasks whose job `batchQueue` does not have."""
    batch = config.batch_queue
    if not batch:
        if section.tasks:
            yield Problem(("starter", "tasks"), section.tasks[0].name, "its jobs need batchQueue; add it")
        return
    queues = [f"{batch.name}-{each.name}" for each in batch.queues]
    jobs = {f"{batch.name}-{each.name}": each for each in batch.jobs}
    for index, task in enumerate(section.tasks):
        where = ("starter", "tasks", index)
        job = jobs.get(task.job_definition)
        if job is None:
            remedy = f"batchQueue has no such job; write one of: {', '.join(jobs) or 'none yet'}"
            yield Problem((*where, "jobDefinition"), task.job_definition, remedy)
        else:
            if task.team != job.team:
                yield Problem((*where, "team"), task.team, f"the job belongs to {job.team}; write {job.team}")
            if task.result_folder and not f"{task.result_folder}/".startswith(f"{job.own_folder}/"):
                remedy = f"the job writes only in its folder; write {job.own_folder}/results"
                yield Problem((*where, "resultFolder"), task.result_folder, remedy)
        if task.job_queue not in queues:
            remedy = f"batchQueue has no such queue; write one of: {', '.join(queues)}"
            yield Problem((*where, "jobQueue"), task.job_queue, remedy)
