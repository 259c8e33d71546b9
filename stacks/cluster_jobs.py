"""The section `clusterJobs` of a stack: jobs on the cluster's pools, which the section names."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from pydantic import Field, field_validator

from components.cluster.gpu_cluster.spec import GpuClusterSpec
from components.cluster.job_pools import pools_of
from components.cluster.job_queues import cluster_queues, guaranteed_amounts
from components.core.problems import Place, Problem
from components.core.spec import Spec, SpecError, completed, refuse
from components.core.teams import TeamSpec
from components.training.cluster_jobs.spec import ClusterJobsSpec
from stacks.names import nearest

if TYPE_CHECKING:
    from stacks.config import StackConfig

_AT: Place = ("clusterJobs",)


class SparePoolSpec(Spec):
    """Nodes of a pool of models that jobs may use."""

    name: str = Field(description="A managed pool with GPUs.")
    nodes: int = Field(ge=1, le=10_000, description="The number of its nodes that jobs may use, at most its minimum.")


class ClusterJobsSection(ClusterJobsSpec):
    """The settings of jobs on the cluster."""

    pool_names: tuple[str, ...] = Field(min_length=1, description="The cluster's pools for jobs, by their names.")
    spare_pool: SparePoolSpec | None = Field(
        default=None, description="Nodes of models that run anyway, for jobs that may end at any time. Default: none."
    )

    @field_validator("pools", "spare")
    @classmethod
    def _derived(cls, given: object) -> object:
        raise refuse(given, "a stack reads it from gpuCluster; remove it, and name pools in poolNames and sparePool")


def jobs_spec(section: ClusterJobsSection, cluster: GpuClusterSpec) -> ClusterJobsSpec:
    """The settings of the component, with the pools that the section names.

    Raises:
        SpecError: the teams' quotas or guarantees do not fit the pools.
    """
    pools = {pool["name"]: pool for pool in pools_of(cluster)}
    values: dict[str, Any] = {"pools": [pools[name] for name in section.pool_names]}
    if section.spare_pool:
        values["spare"] = {**pools[section.spare_pool.name], "nodes": section.spare_pool.nodes}
    own = section.model_dump(exclude_unset=True, exclude={"pool_names", "spare_pool"})
    return completed(ClusterJobsSpec.model_validate(own), "clusterJobs", **values)


def cluster_jobs_problems(config: "StackConfig") -> Iterator[Problem]:
    """What `clusterJobs` needs of other sections, and does not find there."""
    section, cluster = config.cluster_jobs, config.gpu_cluster
    if not section:
        return
    teams = [team.name for team in section.teams]
    if config.kubeflow:
        yield Problem(
            (*_AT, "teams"),
            teams,
            "kubeflow installs Kueue and Trainer itself; remove clusterJobs, or use another stack",
        )
        return
    if not (cluster and config.feature_store):
        lacking = "featureStore" if cluster else "gpuCluster"
        yield Problem(
            (*_AT, "teams"), teams, f"clusterJobs needs {lacking}: jobs run on its nodes and read its data; add it"
        )
        return
    wrong = [*_pools(section, cluster), *_spare(section, cluster)]
    yield from wrong
    yield from _teams(config, section)
    if wrong:
        return
    try:
        spec = jobs_spec(section, cluster)
    except SpecError as error:
        yield from (Problem((), None, f"clusterJobs.{problem}") for problem in error.problems)
        return
    yield from _quotas(config, spec)


def _pools(section: ClusterJobsSection, cluster: GpuClusterSpec) -> Iterator[Problem]:
    known = [pool["name"] for pool in pools_of(cluster)]
    for index, name in enumerate(section.pool_names):
        at: Place = (*_AT, "poolNames", index)
        if section.pool_names.count(name) > 1:
            yield Problem(at, name, "the pool is named more than once; name it once")
        elif name == cluster.system_pool.name and name not in known:
            yield Problem(at, name, f"the system pool is the platform's; name one of {', '.join(known) or 'none'}")
        elif name not in known:
            remedy = f"gpuCluster has no such pool for teams; it has {', '.join(known) or 'none'}"
            yield Problem(at, name, remedy + nearest(name, known))


def _spare(section: ClusterJobsSection, cluster: GpuClusterSpec) -> Iterator[Problem]:
    spare = section.spare_pool
    if not spare:
        return
    managed = {pool.name: pool for pool in cluster.node_pools if pool is not cluster.system_pool}
    at: Place = (*_AT, "sparePool")
    if spare.name in section.pool_names:
        yield Problem((*at, "name"), spare.name, "the pool is in poolNames too; keep one of them")
    elif spare.name not in managed:
        remedy = (
            f"only a pool of gpuCluster.nodePools has nodes that run anyway; name one of {', '.join(managed) or 'none'}"
        )
        yield Problem((*at, "name"), spare.name, remedy + nearest(spare.name, list(managed)))
    elif not managed[spare.name].lead.has_nvidia:
        yield Problem((*at, "name"), spare.name, "the pool has no GPUs; add it to poolNames instead")
    elif spare.nodes > (most := managed[spare.name].minimum):
        remedy = f"{most} nodes of pool {spare.name} run at all hours, its minimum; write at most that number"
        yield Problem((*at, "nodes"), spare.nodes, remedy)


def _teams(config: "StackConfig", section: ClusterJobsSection) -> Iterator[Problem]:
    if not config.delivery:
        return
    known = [team.name for team in config.delivery.teams]
    owners = {home: team.name for team in config.delivery.teams for home in team.homes}
    for index, team in enumerate(section.teams):
        home = team.homes[0]
        if team.name not in known:
            remedy = f"delivery.teams has no team {team.name}; name one of {', '.join(known)}"
            yield Problem((*_AT, "teams", index, "name"), team.name, remedy + nearest(team.name, known))
        elif owners.get(home, team.name) != team.name:
            yield Problem(
                (*_AT, "teams", index, "namespace"),
                home,
                f"the namespace belongs to team {owners[home]} in delivery.teams; choose another",
            )


def _quotas(config: "StackConfig", spec: ClusterJobsSpec) -> Iterator[Problem]:
    """A queue guarantees no more than what the team's quota of the namespace, which Argo CD's section sets, admits."""
    delivering = {team.name: team for team in config.delivery.teams} if config.delivery else {}
    queues = cluster_queues(spec.teams, spec.pools, spec.guaranteed, borrowing=spec.borrowing)
    for index, (team, queue) in enumerate(zip(spec.teams, queues, strict=True)):
        owner = delivering.get(team.name)
        if owner and team.homes[0] in owner.homes:
            yield from _above(index, guaranteed_amounts(queue), owner)


def _above(index: int, queue: dict[str, int], owner: TeamSpec) -> Iterator[Problem]:
    limits = {"cpu": owner.quota.cpu, "memoryGib": owner.quota.memory_gib, "gpus": owner.quota.gpus}
    for field, limit in limits.items():
        if queue[field] > limit:
            yield Problem(
                (*_AT, "teams", index, "quota", field),
                queue[field],
                f"the queue guarantees {queue[field]}, and delivery.teams gives each namespace of {owner.name} a quota "
                f"of {limit}; lower the quota here, or raise quota.{field} of the team in delivery.teams",
            )
