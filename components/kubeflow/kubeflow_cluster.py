"""KubeflowCluster: Kubeflow on a cluster, with a profile for each team."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, cast

import pulumi
import pulumi_aws as aws

from ..cluster import job_queues as queues
from ..cluster.workload_identity import WorkloadIdentity
from ..core.component import Component
from ..core.manifest import Manifest
from ..core.named_outputs import by_name
from ..core.ordering import after
from ..core.teams import TeamSpec
from ..network.load_balancer.load_balancer import ServingLoadBalancer
from ..network.load_balancer.protected_load_balancer import name_too_long, protected_load_balancer
from ..serving.serving_platform.cert_manager import CertManager
from ..serving.serving_platform.load_balancer_controller import LoadBalancerController, targets_policy
from . import artifacts, profiles
from .access import READ, pipelines_access, team_access
from .applications import NAME, application_set, settings_patches
from .project import project
from .settings import wave_settings
from .spec import KubeflowClusterArgs, KubeflowSpec
from .waves import SYSTEM, Wave, chosen

PIPELINES_SERVER = "ml-pipeline"
BUCKETS = {purpose: f"{purpose}_bucket" for purpose in READ}
DATABASES = {"pipelines": "pipelines_database_identifier", "metadata": "database_identifier"}


class KubeflowCluster(Component[KubeflowClusterArgs, KubeflowSpec]):
    """Kubeflow behind its own firewall and load balancer, with single sign-on and without local users.

    Argo CD deploys it in waves. Each wave must be healthy before the next; `ready` waits for the last one. Each team
    has a namespace, a quota, a queue and an IAM role for its own folders. Pass a Kubernetes provider in the option
    `providers`.
    """

    url: pulumi.Output[str]
    """Kubeflow's address for browsers, resolved after its DNS records exist."""
    load_balancer_arn: pulumi.Output[str]
    """The load balancer's ARN."""
    listener_arn: pulumi.Output[str]
    """The HTTPS listener, for further rules."""
    web_acl_arn: pulumi.Output[str]
    """The firewall's ARN."""
    firewall_metric_name: pulumi.Output[str]
    """What metrics in CloudWatch call the firewall."""
    target_group_arn: pulumi.Output[str]
    """The target group of Kubeflow's gateway."""
    controllers_ready: pulumi.Output[str]
    """The cluster's name, resolved after cert-manager and the load balancer controller are ready."""
    namespaces: pulumi.Output[dict[str, str]]
    """The namespace of each team, by its name, resolved after its profile exists."""
    role_arns: pulumi.Output[dict[str, str]]
    """The IAM role of each team's workloads, by the team's name."""
    ready: pulumi.Output[str]
    """The domain, resolved after every wave is healthy."""

    def __init__(self, name: str, args: KubeflowClusterArgs, opts: pulumi.ResourceOptions | None = None):
        super().__init__(name, args, KubeflowClusterArgs, KubeflowSpec, opts)
        spec = self._spec
        firewall, balancer = protected_load_balancer(
            name, spec.firewall, spec.load_balancer, cast(Mapping[str, Any], args), self._child
        )
        self.controllers_ready = self._controllers(balancer)
        waves = self._waves(balancer)
        queue = self._shared_queue(waves)
        made = {team.name: self._team(team, waves, queue) for team in spec.teams}
        self.url = balancer.url
        self.load_balancer_arn = balancer.load_balancer_arn
        self.listener_arn = balancer.listener_arn
        self.web_acl_arn = firewall.web_acl_arn
        self.firewall_metric_name = firewall.metric_name
        self.target_group_arn = balancer.rest_target_group_arn
        self.namespaces = by_name({team: place for team, (place, _) in made.items()})
        self.role_arns = by_name({team: role for team, (_, role) in made.items()})
        self.ready = after(spec.domain, waves.urn)
        self._publish()

    def _problem(self) -> str | None:
        if ("controllers_ready" in self._args) != ("controller_role_arn" in self._args):
            return "controllersReady and controllerRoleArn belong together: set both or neither"
        if problem := name_too_long(self._name):
            return problem
        if not self._spec.pools and (wanting := [team.name for team in self._spec.teams if team.quota.gpus]):
            return f"teams {', '.join(wanting)} have quotas of GPUs, but pools is empty; add the pools with GPUs"
        return None

    def _controllers(self, balancer: ServingLoadBalancer) -> pulumi.Output[str]:
        """An output that resolves after the controllers that the waves need: existing ones, or new ones."""
        args, monitoring = self._args, self._spec.monitoring_namespace
        if "controllers_ready" in args and "controller_role_arn" in args:
            grant = aws.iam.RolePolicy(
                f"{self._name}-targets",
                role=pulumi.Output.from_input(args["controller_role_arn"]).apply(lambda arn: arn.rpartition("/")[2]),
                policy=balancer.rest_target_group_arn.apply(lambda arn: targets_policy([arn])),
                opts=self._child,
            )
            return after(self._spec.domain, args["controllers_ready"], grant.id)
        certificates = CertManager(
            f"{self._name}-certificates",
            {
                "cluster_name": args["cluster_name"],
                "vpc_cidr": args["vpc_cidr"],
                "monitoring_namespace": monitoring,
            },
            self._child,
        )
        controller = LoadBalancerController(
            f"{self._name}-targets",
            {
                "cluster_name": after(args["cluster_name"], certificates.ready),
                "vpc_id": args["vpc_id"],
                "vpc_cidr": args["vpc_cidr"],
                "target_group_arns": balancer.rest_target_group_arn.apply(lambda arn: [arn]),
                "monitoring_namespace": monitoring,
            },
            self._child,
        )
        return after(self._spec.domain, certificates.ready, controller.ready)

    def _waves(self, balancer: ServingLoadBalancer) -> Manifest:
        """The ApplicationSet. It exists for Pulumi after the last wave is healthy at the configured revision."""
        spec, args = self._spec, self._args
        waves = chosen(shared_serving=spec.models, queued=bool(spec.pools))
        identity = WorkloadIdentity(
            f"{self._name}-pipelines",
            {
                "cluster_name": args["cluster_name"],
                "namespace": SYSTEM,
                "service_account": PIPELINES_SERVER,
                "policies": {
                    "definitions": pulumi.Output.all(args["training_bucket"], args["data_key_arn"]).apply(
                        lambda known: pipelines_access(self._account, *known)
                    )
                },
            },
            self._child,
        )
        needed = [
            *(args[key] for key in ("cluster_name", "argo_cd", "client_secret_name")),
            *([args["databases_ready"]] if "databases_ready" in args else []),
            self.controllers_ready,
            identity.association_id,
            *self._backups(),
        ]
        place = after(args["argo_cd"], *needed)
        boundary = Manifest(f"{self._name}-project", _placed(project(waves, NAME, spec.repository), place), self._child)
        outputs = {key: value for key, value in args.items() if key not in KubeflowSpec.model_fields}
        known = pulumi.Output.all(**outputs, target_group_arn=balancer.rest_target_group_arn)
        patches = known.apply(lambda known: settings_patches(waves, self._settings(waves, known)))
        manifest = application_set(
            waves,
            {wave.name: patches[wave.name] for wave in waves if wave.settings},
            namespace=place,
            project=NAME,
            repository=spec.repository,
            revision=spec.revision,
        )
        manifest["metadata"]["annotations"] = gates(waves, spec)
        minutes = spec.wave_minutes * len(waves)
        bounded = pulumi.CustomTimeouts(create=f"{minutes}m", update=f"{minutes}m", delete=f"{minutes}m")
        return Manifest(
            f"{self._name}-waves",
            manifest,
            pulumi.ResourceOptions(parent=self, depends_on=[boundary], custom_timeouts=bounded),
        )

    def _settings(self, waves: Sequence[Wave], known: Mapping[str, str]) -> dict[str, dict[str, str]]:
        spec = self._spec
        return wave_settings(
            waves, spec.domain, self._account.region, known, spec.notebook_images, spec.monitoring_namespace
        )

    def _backups(self) -> list[pulumi.Output[str]]:
        """Snapshots of the databases before another revision is deployed. Earlier snapshots stay.

        A revision may be deployed twice, after a rollback, but a snapshot's name is unique. So the name ends with the
        number of changes of the revision.
        """
        args, revision = self._args, self._spec.revision
        given = [(kind, key) for kind, key in DATABASES.items() if key in args]
        if not given:
            return []
        # Pulumi generates its name, so that it changes when Kubeflow is removed and created again.
        parameter = aws.ssm.Parameter(
            f"{self._name}-revision",
            type="String",
            value=revision,
            description="The revision of Kubeflow that is delivered",
            opts=self._child,
        )
        change = pulumi.Output.all(parameter.name, parameter.version)
        wired = cast(Mapping[str, pulumi.Input[str]], args)
        ready = [wired["databases_ready"]] if "databases_ready" in args else []
        snapshots = [
            aws.rds.Snapshot(
                f"{self._name}-{kind}-before-{revision[:12]}",
                db_instance_identifier=after(wired[key], *ready),
                db_snapshot_identifier=change.apply(lambda known, kind=kind: f"{known[0]}-{known[1]}-{kind}"),
                tags={"Name": f"{self._name}-{kind}-before-{revision[:12]}"},
                opts=pulumi.ResourceOptions(parent=self, retain_on_delete=True),
            )
            for kind, key in given
        ]
        return [snapshot.id for snapshot in snapshots]

    def _shared_queue(self, waves: Manifest) -> list[pulumi.Resource]:
        spec = self._spec
        if not spec.pools:
            return []
        behind = pulumi.ResourceOptions(parent=self, depends_on=[waves])
        pools = [
            Manifest(f"{self._name}-flavor-{made['metadata']['name']}", made, behind)
            for made in queues.flavors(spec.pools)
        ]
        kept = queues.cluster_queues(spec.teams, spec.pools, spec.guaranteed, borrowing=spec.borrowing)
        behind = pulumi.ResourceOptions(parent=self, depends_on=pools)
        return [Manifest(f"{self._name}-queue-{made['metadata']['name']}", made, behind) for made in kept]

    def _team(
        self, team: TeamSpec, waves: Manifest, queue: list[pulumi.Resource]
    ) -> tuple[pulumi.Output[str], pulumi.Output[str]]:
        """The team's namespace, resolved after it is ready, and the IAM role of its workloads."""
        name, spec = f"{self._name}-{team.name}", self._spec
        home = team.homes[0]
        # A queue's deletion waits for its workloads, so queues are deleted after the namespace of the workloads.
        kept = pulumi.ResourceOptions(parent=self, depends_on=[waves, *queue], protect=spec.deletion_protection)
        namespace = Manifest(f"{name}-namespace", profiles.namespace(team), kept)
        closed = self._inside(name, profiles.network_policies(team, spec.services), [namespace])
        identity = self._identity(name, home)
        wired = pulumi.ResourceOptions(parent=self, depends_on=[*closed, identity])
        profile = Manifest(f"{name}-profile", profiles.profile(team), wired)
        shown = artifacts.viewer(team, profiles.EDITOR, self._account.region)
        inside = [profiles.bounds(team), *profiles.members(team), *self._pipelines(team), *shown]
        made = self._inside(name, inside, [profile])
        if spec.pools:
            made += self._inside(name, [queues.local_queue(team)], [profile])
        return after(home, *(each.urn for each in (profile, *made))), identity.role_arn

    def _pipelines(self, team: TeamSpec) -> list[dict[str, Any]]:
        """The manifests for the storage of the team's pipelines."""
        region = self._account.region
        written = pulumi.Output.from_input(self._args["training_bucket"]).apply(
            lambda bucket: [each["data"] for each in profiles.pipelines(team, bucket, region)]
        )
        known_before = profiles.pipelines(team, "", region)
        return [{**each, "data": written[place]} for place, each in enumerate(known_before)]

    def _identity(self, name: str, home: str) -> WorkloadIdentity:
        args = self._args
        wired = cast(Mapping[str, pulumi.Input[str]], args)
        buckets = pulumi.Output.all(**{purpose: wired[key] for purpose, key in BUCKETS.items()})
        reach = pulumi.Output.all(buckets, args["data_key_arn"]).apply(
            lambda known: team_access(self._account, home, known[0], known[1])
        )
        return WorkloadIdentity(
            f"{name}-identity",
            {
                "cluster_name": args["cluster_name"],
                "namespace": home,
                "service_account": profiles.EDITOR,
                "policies": {"folders": reach},
            },
            self._child,
        )

    def _inside(
        self, name: str, manifests: Sequence[Mapping[str, Any]], needed: Sequence[pulumi.Resource]
    ) -> list[Manifest]:
        options = pulumi.ResourceOptions(parent=self, depends_on=list(needed))
        return [
            Manifest(f"{name}-{manifest['kind'].lower()}-{manifest['metadata']['name']}", manifest, options)
            for manifest in manifests
        ]


def gates(waves: Sequence[Wave], spec: KubeflowSpec) -> dict[str, str]:
    """The conditions that Pulumi waits for: each wave is healthy at the configured revision.

    Source: pulumi-kubernetes, provider/pkg/metadata/overrides.go, "pulumi.com/waitFor": all conditions must hold; Argo
    CD, "Progressive Syncs", status of Applications.
    """
    found: list[str] = []
    for wave in waves:
        status = f".status.applicationStatus[?(@.application=='{NAME}-{wave.name}')]"
        found.append(f"jsonpath={{{status}.targetRevisions[0]}}={spec.revision}")
        found.append(f"jsonpath={{{status}.status}}=Healthy")
    return {"pulumi.com/waitFor": json.dumps(found)}


def _placed(manifest: dict[str, Any], namespace: pulumi.Input[str]) -> dict[str, Any]:
    return {**manifest, "metadata": {**manifest["metadata"], "namespace": namespace}}
