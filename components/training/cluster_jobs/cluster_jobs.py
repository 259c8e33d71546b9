"""ClusterJobs: jobs of teams on a cluster, which queues admit within the teams' quotas."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

import pulumi

from ...cluster import job_queues
from ...cluster.secure_namespace import JOBS_LABEL, TEAM_LABEL, closed_namespace
from ...cluster.team_quota import limit_range
from ...cluster.workload_identity import WorkloadIdentity
from ...core.component import Component
from ...core.manifest import Manifest, Release
from ...core.named_outputs import by_name
from ...core.network_policies import (
    Policy,
    addresses,
    admit,
    admit_api_server,
    allow_apis,
    allow_metrics,
    pods_of,
    reach,
)
from ...core.ordering import after
from ...facts.versions import KUBERAY, KUEUE_CHART, TRAINER
from . import charts, names, objects
from .access import READ, WRITTEN, job_access
from .admission import admission_policies
from .definitions import definitions_of
from .spec import ClusterJobsArgs, ClusterJobsSpec, JobsTeamSpec

WEBHOOK_PORT = 9443
VISIBILITY_PORT = 8082
METRICS_PORT = 8443
RAY_METRICS_PORT = 8080


class ClusterJobs(Component[ClusterJobsArgs, ClusterJobsSpec]):
    """Kueue, Kubeflow Trainer and KubeRay, and for each team a namespace for jobs with a queue and an IAM role.

    Jobs start when their queue has room, with a priority below that of models. The namespaces depend on everything
    else, so that on destroy the controllers still finish the jobs in them. Pass a Kubernetes provider in the option
    `providers`.
    """

    namespaces: pulumi.Output[dict[str, str]]
    """The namespace of each team's jobs, by the team's name, resolved after jobs can be made in it."""
    role_arns: pulumi.Output[dict[str, str]]
    """The IAM role of each team's jobs, by the team's name."""
    service_account: pulumi.Output[str]
    """The service account of jobs in each namespace."""
    ready: pulumi.Output[str]
    """The cluster's name, resolved after jobs of every team can be made."""

    def __init__(self, name: str, args: ClusterJobsArgs, opts: pulumi.ResourceOptions | None = None):
        super().__init__(name, args, ClusterJobsArgs, ClusterJobsSpec, opts)
        spec = self._spec
        ray, trainer = self._ray(), self._trainer()
        # Kueue looks for the kinds that it queues when it starts.
        kueue = self._kueue(ray, trainer)
        queues = self._queues(kueue)
        shared = [
            *self._made("class", objects.priority_classes(), []),
            *self._made("priority", objects.queue_priorities(), [kueue]),
            *self._made("runtime", objects.training_runtimes(spare=bool(spec.spare)), [trainer]),
            *self._made("rule", self._rules(), []),
        ]
        teams = {team.name: self._team(team, [ray, trainer, kueue, *queues, *shared]) for team in spec.teams}
        self.namespaces = by_name({team: home for team, (home, _) in teams.items()})
        self.role_arns = by_name({team: role for team, (_, role) in teams.items()})
        self.service_account = pulumi.Output.from_input(names.SERVICE_ACCOUNT)
        self.ready = after(args["cluster_name"], *(home for home, _ in teams.values()))
        self._publish()

    def _problem(self) -> str | None:
        return None if self._spec.pools else "pools is empty; name at least one pool of nodes for jobs"

    def _rules(self) -> list[dict[str, Any]]:
        spec = self._spec
        return admission_policies(
            maximum_hours=spec.maximum_hours,
            reclaimed=spec.reclaimed,
            spare=bool(spec.spare),
            ray_clusters=spec.ray_clusters,
        )

    def _kueue(self, *needed: pulumi.Resource) -> Release:
        at, pods = names.KUEUE_NAMESPACE, charts.KUEUE_PODS
        policies = [
            allow_apis(at, pods),
            admit("allow-api-server", at, pods, addresses(self._args["vpc_cidr"]), [WEBHOOK_PORT, VISIBILITY_PORT]),
            allow_metrics(at, pods, METRICS_PORT, self._spec.monitoring_namespace),
        ]
        closed = closed_namespace(f"{self._name}-kueue-namespace", at, policies, self)
        return Release(
            f"{self._name}-kueue",
            KUEUE_CHART,
            after(at, self._args["cluster_name"]),
            charts.kueue_values(),
            self._needing(*closed, *needed),
        )

    def _trainer(self) -> Release:
        """Trainer, and JobSet as its subchart. Both answer the API server."""
        at = names.TRAINER_NAMESPACE
        vpc, monitoring = self._args["vpc_cidr"], self._spec.monitoring_namespace
        policies = [allow_apis(at, {})]
        for part, pods in (("trainer", charts.TRAINER_PODS), ("jobset", charts.JOBSET_PODS)):
            policies.append(admit_api_server(at, pods, WEBHOOK_PORT, vpc, f"allow-api-server-{part}"))
            policies.append(allow_metrics(at, pods, METRICS_PORT, monitoring, f"allow-metrics-{part}"))
        closed = closed_namespace(f"{self._name}-trainer-namespace", at, policies, self)
        defined = self._made("definition", definitions_of("jobset.x-k8s.io"), closed)
        return Release(
            f"{self._name}-trainer",
            TRAINER,
            after(at, self._args["cluster_name"]),
            charts.trainer_values(),
            self._needing(*closed, *defined),
        )

    def _ray(self) -> Release:
        """KubeRay's operator, which asks the head of each cluster for the state of its job."""
        at, pods, spec = names.RAY_NAMESPACE, charts.RAY_PODS, self._spec
        heads = [peer for home in spec.namespaces for peer in pods_of(home, names.RAY_HEAD)]
        policies = [
            allow_apis(at, pods),
            reach("allow-heads", at, pods, heads, [names.RAY_DASHBOARD_PORT]),
            allow_metrics(at, pods, RAY_METRICS_PORT, spec.monitoring_namespace),
        ]
        closed = closed_namespace(f"{self._name}-ray-namespace", at, policies, self)
        defined = self._made("definition", definitions_of("ray.io"), closed)
        return Release(
            f"{self._name}-ray",
            KUBERAY,
            after(at, self._args["cluster_name"]),
            charts.ray_values(spec.namespaces),
            self._needing(*closed, *defined),
        )

    def _queues(self, kueue: Release) -> list[Manifest]:
        """The flavors of the pools, then the teams' queues and that of spare capacity."""
        spec = self._spec
        pools = [*spec.pools, *([spec.spare] if spec.spare else [])]
        flavors = self._made("flavor", job_queues.flavors(pools), [kueue])
        queues = job_queues.cluster_queues(spec.teams, spec.pools, spec.guaranteed, borrowing=spec.borrowing)
        if spec.spare:
            queues.append(objects.spare_cluster_queue(spec.spare))
        return self._made("queue", queues, flavors)

    def _team(
        self, team: JobsTeamSpec, needed: Sequence[pulumi.Resource]
    ) -> tuple[pulumi.Output[str], pulumi.Output[str]]:
        """The namespace of the team's jobs, resolved after it is ready, and their IAM role."""
        name, home = f"{self._name}-{team.name}", team.homes[0]
        closed = closed_namespace(
            f"{name}-namespace",
            home,
            self._traffic(home),
            self,
            labels={TEAM_LABEL: "true", JOBS_LABEL: "true"},
            created_after=needed,
        )
        identity = self._identity(name, team)
        manifests = [
            objects.bounds(home, team.quota.pods, team.quota.storage_gib),
            limit_range(home),
            objects.service_account(home),
            job_queues.local_queue(team),
        ]
        if self._spec.spare:
            manifests.append(objects.spare_local_queue(home))
        inside = [
            Manifest(f"{name}-{each['kind'].lower()}-{each['metadata']['name']}", each, self._needing(*closed))
            for each in manifests
        ]
        return after(home, *inside, identity.association_id), identity.role_arn

    def _traffic(self, home: str) -> list[Policy]:
        """What jobs reach beside each other: AWS; and KubeRay asks the heads of clusters."""
        operator = pods_of(names.RAY_NAMESPACE, charts.RAY_PODS)
        return [
            allow_apis(home, {}),
            admit("allow-ray-operator", home, names.RAY_HEAD, operator, [names.RAY_DASHBOARD_PORT]),
        ]

    def _identity(self, name: str, team: JobsTeamSpec) -> WorkloadIdentity:
        wired = cast(Mapping[str, pulumi.Input[str]], self._args)
        buckets = {purpose: wired[f"{purpose}_bucket"] for purpose in dict.fromkeys((*READ, *WRITTEN))}
        policy = pulumi.Output.all(pulumi.Output.all(**buckets), wired["data_key_arn"]).apply(
            lambda known: job_access(self._account, team.written, known[0], known[1])
        )
        return WorkloadIdentity(
            f"{name}-identity",
            {
                "cluster_name": self._args["cluster_name"],
                "namespace": team.homes[0],
                "service_account": names.SERVICE_ACCOUNT,
                "policies": {"data": policy},
            },
            self._child,
        )

    def _made(
        self, role: str, manifests: Iterable[Mapping[str, Any]], needed: Sequence[pulumi.Resource]
    ) -> list[Manifest]:
        """Objects of the whole cluster, in the cluster's own time."""
        return [Manifest(f"{self._name}-{role}-{_short(each)}", each, self._needing(*needed)) for each in manifests]

    def _needing(self, *needed: pulumi.Resource) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(parent=self, depends_on=list(needed))


def _short(manifest: Mapping[str, Any]) -> str:
    """The end of a resource's name: the object's name, and that it binds a rule."""
    name = str(manifest["metadata"]["name"]).partition(".")[0]
    return f"{name}-binding" if manifest["kind"].endswith("Binding") else name
