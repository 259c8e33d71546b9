"""Delivery: Argo CD on the cluster, with a project and namespaces for each product team."""

import pulumi
import pulumi_aws as aws

from ...cluster.secure_namespace import TEAM_LABEL, SecureNamespace, closed_namespace
from ...cluster.team_quota import limit_range, quota
from ...cluster.workload_identity import WorkloadIdentity
from ...core.component import Component
from ...core.manifest import Manifest, Release
from ...core.network_policies import Policy, addresses, admit, allow_apis, allow_metrics
from ...core.ordering import after
from ...core.teams import TeamSpec
from ...facts.versions import ARGO_CD
from . import projects, tenancy
from .chart_values import argo_cd_values, oidc_config
from .charts import ChartRegistry
from .credentials import external_secrets
from .names import NAMESPACE, PARTS, REPO_SERVER, SERVER, SERVER_PODS, SERVER_PORT, SERVER_SERVICE_PORT
from .spec import DeliveryArgs, DeliverySpec

METRICS_PORTS = {
    "application-controller": 8082,
    "applicationset-controller": 8080,
    "repo-server": 8084,
    "server": 8083,
}


class Delivery(Component[DeliveryArgs, DeliverySpec]):
    """Argo CD, which deploys models from a Git repository, and its teams.

    People sign in with OpenID Connect and have only their team's permissions; there is no local user. Each team has a
    project, namespaces with quotas that deny traffic by default, and an Application for each model. Pass a Kubernetes
    provider in the option `providers`.
    """

    ready: pulumi.Output[str]
    """Argo CD's namespace, resolved after the cluster accepts Applications."""
    projects: pulumi.Output[list[str]]
    """The teams' projects, resolved after their ApplicationSets exist."""
    namespaces: pulumi.Output[list[str]]
    """The teams' namespaces, resolved after their network policies and quotas exist."""

    def __init__(self, name: str, args: DeliveryArgs, opts: pulumi.ResourceOptions | None = None):
        super().__init__(name, args, DeliveryArgs, DeliverySpec, opts)
        spec = self._spec
        homes = {team.name: self._homes(team) for team in spec.teams}
        self._people()
        release = self._argo_cd([made for team in homes.values() for made in team])
        closed = Manifest(f"{name}-default-project", projects.closed_default(), self._needing(release))
        delivered = [made for team in spec.teams for made in self._team(team, [release, closed])]
        served = [*delivered, *self._binding(release)]
        self.ready = after(NAMESPACE, release.urn, closed.urn)
        self.projects = after([team.name for team in spec.teams], *(made.urn for made in served))
        bounded = [made.urn for team in homes.values() for made in team]
        self.namespaces = after(list(spec.namespaces), *bounded)
        self._publish()

    def _problem(self) -> str | None:
        given_apart = ("target_group_arn" in self._args) != ("load_balancer_cidrs" in self._args)
        return "targetGroupArn and loadBalancerCidrs belong together: set both or neither" if given_apart else None

    def _argo_cd(self, homes: list[pulumi.Resource]) -> Release:
        args, spec = self._args, self._spec
        namespace = closed_namespace(f"{self._name}-namespace", NAMESPACE, self._policies(), self)
        secrets = external_secrets(spec, args["secret_store"], args["secret_prefix"])
        made = [
            Manifest(f"{self._name}-{role}-secret", manifest, self._needing(*namespace))
            for role, manifest in secrets.items()
        ]
        oidc = pulumi.Output.all(args["oidc_issuer"], args["oidc_client_id"]).apply(
            lambda known: oidc_config(spec, known[0], known[1])
        )
        return Release(
            f"{self._name}-release",
            ARGO_CD,
            after(NAMESPACE, args["cluster_name"], *self._chart_identity(), *self._awaited()),
            argo_cd_values(spec, oidc),
            self._needing(*namespace, *made, *homes),
        )

    def _awaited(self) -> list[pulumi.Input[str]]:
        """The resources that Argo CD depends on. They are deleted after everything that Argo CD deployed."""
        return [self._args["existing_ready"]] if "existing_ready" in self._args else []

    def _chart_identity(self) -> list[pulumi.Output[str]]:
        """The IAM role that pulls charts from ECR. Pods that use it start after it exists."""
        registry = ChartRegistry.of(self._spec.chart_registry or "")
        if not registry.on_aws:
            return []
        identity = WorkloadIdentity(
            f"{self._name}-charts",
            {
                "cluster_name": self._args["cluster_name"],
                "namespace": NAMESPACE,
                "service_account": REPO_SERVER,
                "policies": {"pull": registry.pull_policy(self._account.partition)},
            },
            pulumi.ResourceOptions(parent=self),
        )
        return [identity.association_id]

    def _policies(self) -> list[Policy]:
        policies = [allow_apis(NAMESPACE, PARTS)]
        for part, port in METRICS_PORTS.items():
            pods, scrapers = {"app.kubernetes.io/name": f"argocd-{part}"}, self._spec.monitoring_namespace
            policies.append(allow_metrics(NAMESPACE, pods, port, scrapers, f"allow-{part}-metrics"))
        if "load_balancer_cidrs" in self._args:
            balancer = pulumi.Output.from_input(self._args["load_balancer_cidrs"]).apply(lambda each: addresses(*each))
            policies.append(admit("allow-load-balancer", NAMESPACE, SERVER_PODS, balancer, [SERVER_PORT]))
        return policies

    def _homes(self, team: TeamSpec) -> list[pulumi.Resource]:
        """The team's namespaces, with their quotas and permissions."""
        made: list[pulumi.Resource] = []
        for namespace in team.homes:
            home, needed = self._home(namespace)
            manifests = [quota(namespace, team.quota), limit_range(namespace)]
            manifests += tenancy.viewing(team, namespace)
            if not self._spec.cluster_wide:
                manifests += tenancy.controlling(namespace)
            for manifest in manifests:
                manifest["metadata"]["namespace"] = home
                role = f"{manifest['kind'].lower()}-{manifest['metadata']['name']}"
                made.append(Manifest(f"{self._name}-{namespace}-{role}", manifest, self._needing(*needed)))
        return made

    def _home(self, namespace: str) -> tuple[pulumi.Input[str], list[pulumi.Resource]]:
        """The name of a namespace, resolved after it exists, and the resources that objects in it depend on."""
        if namespace in self._spec.existing_namespaces:
            return after(namespace, *self._awaited()), []
        made = SecureNamespace(
            f"{self._name}-{namespace}",
            {"namespace": namespace, "labels": {TEAM_LABEL: "true"}},
            pulumi.ResourceOptions(parent=self),
        )
        return namespace, [made]

    def _people(self) -> None:
        """One access entry for each IAM role, in the groups of all its teams, without an EKS access policy.

        EKS allows one access entry for each role, so the entry has the role's name: a role that changes its team keeps
        it.
        """
        teams = self._spec.teams
        for role in dict.fromkeys(role for team in teams for role in team.iam_roles):
            account, path = role.split(":", 4)[4].split(":role/")
            groups = [tenancy.kubernetes_group(team) for team in teams if role in team.iam_roles]
            aws.eks.AccessEntry(
                f"{self._name}-{account}-{path}",
                cluster_name=self._args["cluster_name"],
                principal_arn=role,
                kubernetes_groups=groups,
                type="STANDARD",
                opts=pulumi.ResourceOptions(parent=self),
            )

    def _team(self, team: TeamSpec, needed: list[pulumi.Resource]) -> list[pulumi.Resource]:
        """The team's project, followed by its ApplicationSet."""
        allowed = Manifest(
            f"{self._name}-{team.name}-project", projects.project(team, self._spec), self._needing(*needed)
        )
        protected = pulumi.ResourceOptions(protect=self._spec.deletion_protection)
        generated = Manifest(
            f"{self._name}-{team.name}-models",
            projects.application_set(team, self._spec),
            pulumi.ResourceOptions.merge(self._needing(allowed), protected),
        )
        return [allowed, generated]

    def _binding(self, release: Release) -> list[pulumi.Resource]:
        """The TargetGroupBinding: the load balancer sends HTTPS to the server's pods."""
        if "target_group_arn" not in self._args:
            return []
        manifest = {
            "apiVersion": "elbv2.k8s.aws/v1beta1",
            "kind": "TargetGroupBinding",
            "metadata": {"name": SERVER, "namespace": NAMESPACE},
            "spec": {
                "serviceRef": {"name": SERVER, "port": SERVER_SERVICE_PORT},
                "targetGroupARN": self._args["target_group_arn"],
                "targetType": "ip",
                "ipAddressType": "ipv4",
            },
        }
        # The target group of a binding is immutable, and two bindings cannot have the same name.
        unchangeable = pulumi.ResourceOptions(replace_on_changes=["spec.targetGroupARN"], delete_before_replace=True)
        return [
            Manifest(
                f"{self._name}-binding", manifest, pulumi.ResourceOptions.merge(self._needing(release), unchangeable)
            )
        ]

    def _needing(self, *needed: pulumi.Resource) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(parent=self, depends_on=list(needed))
