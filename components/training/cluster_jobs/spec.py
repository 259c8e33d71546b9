"""The arguments of ClusterJobs, and their validation."""

from typing import NotRequired, TypedDict

import pulumi
from pydantic import Field, field_validator, model_validator

from ...cluster.job_pools import (
    GuaranteeConfig,
    GuaranteeSpec,
    PoolConfig,
    PoolSpec,
    guaranteed,
    refuse_larger_quotas,
)
from ...core.namespace_names import NAMESPACE_PATTERN, MonitoringNamespace, not_reserved
from ...core.policy_room import OTHER_STATEMENTS, ROLE_POLICIES, no_room
from ...core.problems import refuse_at
from ...core.spec import Spec, each_once, refuse
from ...core.teams import TeamQuotaConfig, TeamQuotaSpec
from ..folders import not_of_tracking
from .names import SPARE_QUEUE

_NAME_PATTERN = r"^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$"
_FOLDER_PATTERN = r"[A-Za-z0-9]([A-Za-z0-9_.-]*[A-Za-z0-9])?(/[A-Za-z0-9]([A-Za-z0-9_.-]*[A-Za-z0-9])?)*"


class JobsTeamConfig(TypedDict):
    """A team whose jobs the cluster runs."""

    name: str
    """The team's name, and its queue's."""
    namespace: NotRequired[str]
    """The namespace of its jobs. Default: the team's name and -jobs."""
    folders: NotRequired[list[str]]
    """Folders of the buckets of training data and models that its jobs write. Default: one with the team's name."""
    quota: NotRequired[TeamQuotaConfig]
    """The most that its jobs may request together."""


class JobsTeamSpec(Spec):
    """A team whose jobs the cluster runs."""

    name: str = Field(pattern=_NAME_PATTERN, description="The team's name, and its queue's.")
    namespace: str | None = Field(
        default=None,
        pattern=NAMESPACE_PATTERN,
        description="The namespace of its jobs. Default: the team's name and -jobs.",
    )
    folders: tuple[str, ...] = Field(
        default=(),
        description="Folders of the buckets of training data and models that its jobs write. Default: one with the "
        "team's name.",
    )
    quota: TeamQuotaSpec = Field(default=TeamQuotaSpec(), description="The most that its jobs may request together.")

    @property
    def homes(self) -> tuple[str, ...]:
        """The namespace of its jobs."""
        return (self.namespace or f"{self.name}-jobs",)

    @property
    def written(self) -> tuple[str, ...]:
        """The folders that its jobs write."""
        return self.folders or (self.name,)

    @field_validator("name")
    @classmethod
    def _not_of_a_queue(cls, name: str) -> str:
        if name == SPARE_QUEUE:
            raise refuse(name, f"{name} is the queue of spare capacity; choose another name")
        return name

    @field_validator("folders")
    @classmethod
    def _folders(cls, folders: tuple[str, ...]) -> tuple[str, ...]:
        room = ROLE_POLICIES - OTHER_STATEMENTS
        if problem := no_room(folders, room, "the policies of the team's role", times=3, around=90):
            raise refuse(folders, problem)
        each_once(folders, _FOLDER_PATTERN, "folder; write a path without slashes at its ends, such as ranking")
        return tuple(map(not_of_tracking, folders))

    @model_validator(mode="after")
    def _has_a_free_namespace_and_folder(self) -> "JobsTeamSpec":
        not_reserved(self.homes[0])
        if not self.folders:
            not_of_tracking(self.name)
        return self


class ClusterJobsConfig(TypedDict):
    """The settings of jobs on a cluster."""

    teams: list[JobsTeamConfig]
    """The teams; each has a namespace and a queue."""
    pools: NotRequired[list[PoolConfig]]
    """The pools of nodes for jobs."""
    guarantees: NotRequired[list[GuaranteeConfig]]
    """GPUs that are guaranteed to teams. Default: a team's whole quota, if only one pool has GPUs."""
    borrowing: NotRequired[bool]
    """Whether a team may use what other teams do not need, up to its quota. Default: true."""
    spare: NotRequired[PoolConfig]
    """Nodes of models that run anyway, for jobs that may end at any time. Default: none."""
    maximum_hours: NotRequired[int]
    """The longest deadline of a job in hours. Default: 24."""
    ray_clusters: NotRequired[bool]
    """Whether teams may make RayClusters without a RayJob. They keep their nodes until deleted. Default: false."""
    monitoring_namespace: NotRequired[str]
    """The namespace whose pods may read metrics."""


class ClusterJobsArgs(ClusterJobsConfig):
    """The arguments of ClusterJobs."""

    cluster_name: pulumi.Input[str]
    """The EKS cluster. Its nodes must be ready."""
    vpc_cidr: pulumi.Input[str]
    """The VPC's range. The API server calls webhooks from its addresses."""
    raw_bucket: pulumi.Input[str]
    """The bucket of raw data, which jobs read."""
    training_bucket: pulumi.Input[str]
    """The bucket of training data. Jobs read and write the team's folders."""
    offline_bucket: pulumi.Input[str]
    """The bucket of offline features, which jobs read."""
    models_bucket: pulumi.Input[str]
    """The bucket of models. Jobs read and write the team's folders."""
    data_key_arn: pulumi.Input[str]
    """The key that encrypts the buckets."""


class ClusterJobsSpec(Spec):
    """The settings of jobs on a cluster."""

    teams: tuple[JobsTeamSpec, ...] = Field(min_length=1, description="The teams; each has a namespace and a queue.")
    pools: tuple[PoolSpec, ...] = Field(
        default=(), description="The pools of nodes for jobs. In a stack: those that poolNames names."
    )
    guarantees: tuple[GuaranteeSpec, ...] = Field(
        default=(),
        description="GPUs that are guaranteed to teams. Default: a team's whole quota, if only one pool has GPUs.",
    )
    borrowing: bool = Field(
        default=True, description="Whether a team may use what other teams do not need, up to its quota."
    )
    spare: PoolSpec | None = Field(
        default=None,
        description="Nodes of models that run anyway, for jobs that may end at any time. In a stack: sparePool.",
    )
    maximum_hours: int = Field(default=24, ge=1, le=720, description="The longest deadline of a job in hours.")
    ray_clusters: bool = Field(
        default=False,
        description="Whether teams may make RayClusters without a RayJob. They keep their nodes until deleted.",
    )
    monitoring_namespace: MonitoringNamespace = Field(
        default="monitoring", description="The namespace whose pods may read metrics."
    )

    @property
    def guaranteed(self) -> dict[str, dict[str, int]]:
        """The GPUs guaranteed to each team, by pool."""
        return guaranteed(self.teams, self.pools, self.guarantees)

    @property
    def namespaces(self) -> tuple[str, ...]:
        """The namespaces of all teams' jobs."""
        return tuple(team.homes[0] for team in self.teams)

    @property
    def reclaimed(self) -> bool:
        """Whether AWS or models may take nodes from jobs."""
        return self.spare is not None or any(pool.spot for pool in self.pools)

    @field_validator("teams")
    @classmethod
    def _distinct(cls, teams: tuple[JobsTeamSpec, ...]) -> tuple[JobsTeamSpec, ...]:
        names = {
            "team": [team.name for team in teams],
            "namespace": [team.homes[0] for team in teams],
            "folder": [folder for team in teams for folder in team.written],
        }
        for what, given in names.items():
            if twice := next((each for each in given if given.count(each) > 1), None):
                raise refuse(twice, f"the {what} {twice} is named more than once; each belongs to one team")
        for folder in names["folder"]:
            if inner := next((each for each in names["folder"] if each.startswith(f"{folder}/")), None):
                raise refuse(inner, f"the folder {inner} is inside the folder {folder}; name folders apart")
        return teams

    @model_validator(mode="after")
    def _queues_fit_the_pools(self) -> "ClusterJobsSpec":
        pools = [*self.pools, *([self.spare] if self.spare else [])]
        names = [pool.name for pool in pools]
        if len(set(names)) < len(names):
            raise refuse_at("pools", names, "two pools have the same name; give each pool its own name")
        if self.spare and not self.spare.gpus:
            raise refuse_at("spare.gpus", 0, "spare capacity is that of models with GPUs; name a pool with GPUs")
        if self.pools:
            _ = self.guaranteed
            refuse_larger_quotas(self.teams, self.pools)
        return self
