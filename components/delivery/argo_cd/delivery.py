"""Delivery: Argo CD on the cluster, and a place for each product team that ships through it."""

import pulumi
import pulumi_aws as aws

from ...cluster.secure_namespace import TEAM_LABEL, SecureNamespace, closed_namespace
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
    """Argo CD, which brings the cluster to what a repository says, and the teams that say it.

    People sign in by OpenID Connect and have no rights but their team's; there is no local user. Each team has a
    project, namespaces closed by default with quotas, and an Application for each of its models. Give it a Kubernetes
    provider by `providers` in its options.
    """

    ready: pulumi.Output[str]
    """Argo CD's namespace; whoever reads it waits until Applications can be made."""
    projects: pulumi.Output[list[str]]
    """The teams' projects, known once their Applications are generated."""
    namespaces: pulumi.Output[list[str]]
    """The teams' namespaces, known once they are closed and bounded."""

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
        return "targetGroupArn and loadBalancerCidrs go together: give both or neither" if given_apart else None

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
        """What comes before Argo CD, and goes after what it brought."""
        return [self._args["existing_ready"]] if "existing_ready" in self._args else []

    def _chart_identity(self) -> list[pulumi.Output[str]]:
        """Who pulls charts from ECR, where they are there; the pods that have it start after it."""
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
        """The team's namespaces, with what bounds them and who may do what there."""
        made: list[pulumi.Resource] = []
        for namespace in team.homes:
            home, needed = self._home(namespace)
            wanted = [tenancy.quota(namespace, team.quota), tenancy.limit_range(namespace)]
            wanted += tenancy.viewing(team, namespace)
            if not self._spec.cluster_wide:
                wanted += tenancy.controlling(namespace)
            for manifest in wanted:
                manifest["metadata"]["namespace"] = home
                role = f"{manifest['kind'].lower()}-{manifest['metadata']['name']}"
                made.append(Manifest(f"{self._name}-{namespace}-{role}", manifest, self._needing(*needed)))
        return made

    def _home(self, namespace: str) -> tuple[pulumi.Input[str], list[pulumi.Resource]]:
        """A namespace's name once it is there, and what must be made before anything in it."""
        if namespace in self._spec.existing_namespaces:
            return after(namespace, *self._awaited()), []
        made = SecureNamespace(
            f"{self._name}-{namespace}",
            {"namespace": namespace, "labels": {TEAM_LABEL: "true"}},
            pulumi.ResourceOptions(parent=self),
        )
        return namespace, [made]

    def _people(self) -> None:
        """One access entry for each IAM role, in the groups of all its teams and with no policy of EKS.

        An entry is named after its role, since EKS allows one for each role: a role that changes its team keeps it.
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
        """The team's project, and then what it delivers."""
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
        """The server's pods as the targets of the load balancer, which speaks TLS to them."""
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
        # A binding's group can't be changed, and two of one name can't be at once.
        unchangeable = pulumi.ResourceOptions(replace_on_changes=["spec.targetGroupARN"], delete_before_replace=True)
        return [
            Manifest(
                f"{self._name}-binding", manifest, pulumi.ResourceOptions.merge(self._needing(release), unchangeable)
            )
        ]

    def _needing(self, *needed: pulumi.Resource) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(parent=self, depends_on=list(needed))
