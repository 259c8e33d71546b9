"""MetricsPlatform: a cluster's metrics in Prometheus, alerts that reach people, and Grafana."""

from collections.abc import Mapping
from typing import Any

import pulumi
import pulumi_aws as aws

from ...cluster.external_secrets import external_secret
from ...cluster.secure_namespace import PodSecurity, SecureNamespace, closed_namespace
from ...cluster.workload_identity import WorkloadIdentity
from ...core.component import Component
from ...core.kms import encryption_key, logs_key_grant
from ...core.manifest import Manifest, Release
from ...core.named_outputs import by_name
from ...core.network_policies import addresses, admit
from ...core.ordering import after
from ...facts.regions import dns_suffix
from ...facts.versions import KUBE_PROMETHEUS_STACK, KUBE_STATE_METRICS, NODE_EXPORTER, PROMETHEUS_OPERATOR_CRDS
from . import collector, grafana, kube_prometheus
from .alert_routes import HEARTBEAT, alertmanager_config, amp_definition
from .cluster_exporters import kube_state_metrics_values, node_exporter_values
from .given_files import FILE
from .notifications import dead_mans_switch, publish_access, topics
from .own_rules import own_rules
from .scrape_config import prometheus_config, scraper_config
from .spec import NAMESPACE, Collector, MetricsEngine, MetricsPlatformArgs, MetricsPlatformSpec
from .targets import NODE_EXPORTER_NAMESPACE, pod_targets
from .workspace import (
    ScraperSource,
    Workspace,
    log_group_name,
    query_access,
    rule_namespaces,
    scraper,
    service_statements,
    workspace,
    write_access,
)


class MetricsPlatform(Component[MetricsPlatformArgs, MetricsPlatformSpec]):
    """Metrics of nodes, containers, GPUs, models and the platform, with rules, alerts and dashboards.

    Metrics are in Amazon Managed Service for Prometheus by default. Alerts go to SNS topics, and an alarm outside of
    the cluster rings when no metrics arrive. Pass a Kubernetes provider in the option `providers`.
    """

    workspace_id: pulumi.Output[str]
    """The workspace's id."""
    workspace_arn: pulumi.Output[str]
    """The workspace's ARN."""
    query_url: pulumi.Output[str]
    """The address of Prometheus's API before /api/v1, for callers with AWS credentials."""
    cluster_query_url: pulumi.Output[str]
    """The address of Prometheus's API for autoscalers of the cluster, resolved after it answers."""
    topic_arns: pulumi.Output[dict[str, str]]
    """The topic of each receiver of alerts, by the receiver's name."""
    grafana_url: pulumi.Output[str]
    """Where browsers find Grafana; empty without it."""

    def __init__(self, name: str, args: MetricsPlatformArgs, opts: pulumi.ResourceOptions | None = None):
        super().__init__(name, args, MetricsPlatformArgs, MetricsPlatformSpec, opts)
        spec = self._spec
        key = self._key()
        namespace = closed_namespace(f"{name}-namespace", NAMESPACE, self._policies(), self)
        self._exporters(namespace)
        made = workspace(name, spec, key, self) if spec.engine is MetricsEngine.AMP else None
        known = self._topics(key, made)
        if made:
            self._alertmanager(made, known)
            rule_namespaces(name, self._rules(), made, self)
            scraped = spec.collector is Collector.SCRAPER
            collecting = self._scraper(made, namespace) if scraped else self._collector(made, namespace)
        else:
            collecting = self._stack(key, known, namespace)
        self._grafana(made)
        nothing = pulumi.Output.from_input("")
        self.topic_arns = _arns(known).apply(lambda arns: {each: arns[each] for each in arns if each != HEARTBEAT})
        self.workspace_id = made.resource.id if made else nothing
        self.workspace_arn = made.resource.arn if made else nothing
        self.query_url = made.url if made else after(collector.URL, *collecting)
        self.cluster_query_url = after(collector.URL, *collecting)
        self.grafana_url = pulumi.Output.from_input(spec.grafana.url if spec.grafana else "")
        self._publish()

    def _problem(self) -> str | None:
        network = ("cluster_arn", "subnet_ids", "security_group_ids")
        absent = [each for each in network if each not in self._args]
        if self._spec.collector is Collector.SCRAPER and absent:
            return f"the managed scraper needs {', '.join(absent)}; pass them"
        if not self._spec.grafana:
            return None
        needed = ["secret_store", "secret_prefix", "sign_in_url"]
        needed += ["target_group_arn", "load_balancer_cidrs"] if self._spec.grafana.domain else []
        lacking = [each for each in needed if each not in self._args]
        return f"grafana needs {', '.join(lacking)}, to sign people in; pass them" if lacking else None

    def _priced_inputs(self) -> Mapping[str, Any]:
        """A workspace is charged for the samples that the collector sends to it."""
        samples = self._spec.samples_million if self._spec.engine is MetricsEngine.AMP else None
        return {} if samples is None else {"samplesMillion": samples}

    def _key(self) -> aws.kms.Key:
        """The key of metrics, logs and topics."""
        spec, account = self._spec, self._account
        return encryption_key(
            f"{self._name}-key",
            f"Metrics and alerts of {spec.name}",
            account,
            pulumi.ResourceOptions(parent=self, protect=spec.deletion_protection),
            grants=[logs_key_grant(account, log_group_name(spec)), *service_statements(account)],
        )

    def _rules(self) -> dict[str, str]:
        return {FILE: own_rules(self._spec), **self._spec.rules}

    def _topics(self, key: aws.kms.Key, made: Workspace | None) -> dict[str, aws.sns.Topic]:
        """A topic for each receiver and for the heartbeat, with the dead man's switch; none without receivers."""
        alerts = self._spec.alerts
        if not alerts:
            return {}
        publisher = made.resource.arn if made else None
        known = topics(self._name, self._spec, alerts, key, publisher, self._account, self)
        dead_mans_switch(self._name, self._spec, known[HEARTBEAT], [known[alerts.receivers[0].name]], self)
        return known

    def _alertmanager(self, made: Workspace, known: dict[str, aws.sns.Topic]) -> None:
        """The configuration of the managed Alertmanager."""
        alerts, region = self._spec.alerts, self._account.region
        if not alerts:
            return
        aws.amp.AlertManagerDefinition(
            f"{self._name}-alertmanager",
            workspace_id=made.resource.id,
            definition=_arns(known).apply(lambda arns: amp_definition(alertmanager_config(alerts, arns, region))),
            opts=pulumi.ResourceOptions(parent=self, depends_on=[made.configuration]),
        )

    def _stack(
        self, key: aws.kms.Key, known: dict[str, aws.sns.Topic], namespace: list[pulumi.Resource]
    ) -> list[pulumi.Resource]:
        """kube-prometheus-stack, whose Alertmanager publishes to the topics as its own IAM role."""
        spec, region = self._spec, self._account.region
        needed = [*namespace, *self._discovery(namespace)]
        if known:
            publish = pulumi.Output.all(_arns(known), key.arn).apply(lambda each: publish_access(each[0], each[1]))
            needed.append(self._identity("publisher", NAMESPACE, kube_prometheus.ALERTMANAGER, {"alerts": publish}))
        where = after(NAMESPACE, self._args["cluster_name"])
        definitions = Release(
            f"{self._name}-definitions", PROMETHEUS_OPERATOR_CRDS, where, {}, self._needing(*namespace)
        )
        # Values are a mapping that the plan reads, so what is known later is inside of it.
        routes = alertmanager_config(spec.alerts, _each(known), region) if spec.alerts else None
        values = kube_prometheus.stack_values(spec, self._args["cluster_name"], self._rules(), routes)
        release = Release(
            f"{self._name}-stack", KUBE_PROMETHEUS_STACK, where, values, self._needing(*needed, definitions)
        )
        return [release]

    def _policies(self) -> list[dict[str, Any]]:
        return collector.policies(self._spec, self._args["vpc_cidr"], collector.PODS)

    def _exporters(self, namespace: list[pulumi.Resource]) -> None:
        """Kubernetes objects and nodes. The node exporter reads the host, which needs the standard privileged."""
        where = after(NAMESPACE, self._args["cluster_name"])
        Release(
            f"{self._name}-kube-state-metrics",
            KUBE_STATE_METRICS,
            where,
            kube_state_metrics_values(),
            self._needing(*namespace),
        )
        nodes = SecureNamespace(
            f"{self._name}-nodes-namespace",
            {"namespace": NODE_EXPORTER_NAMESPACE, "pod_security": PodSecurity.PRIVILEGED},
            self._child,
        )
        Release(
            f"{self._name}-node-exporter",
            NODE_EXPORTER,
            after(NODE_EXPORTER_NAMESPACE, self._args["cluster_name"]),
            node_exporter_values(),
            self._needing(nodes),
        )

    def _collector(self, made: Workspace, namespace: list[pulumi.Resource]) -> list[pulumi.Resource]:
        """Prometheus, which sends samples as its own IAM role."""
        spec, account = self._spec, self._account
        identity = self._identity(
            "writer", NAMESPACE, collector.NAME, {"metrics": made.resource.arn.apply(write_access)}
        )
        config = pulumi.Output.all(self._args["cluster_name"], made.url).apply(
            lambda known: prometheus_config(spec, known[0], account.region, f"{known[1]}/api/v1/remote_write")
        )
        around = [
            *self._discovery(namespace),
            *self._made("prometheus", {"config": collector.config_map(config)}, namespace),
        ]
        return [
            *self._made("prometheus", {"pods": collector.stateful_set(spec, config)}, [*around, identity, *namespace])
        ]

    def _scraper(self, made: Workspace, namespace: list[pulumi.Resource]) -> list[pulumi.Resource]:
        """The managed scraper. It has addresses of the VPC and no labels, so the parts admit the whole VPC."""
        spec, vpc = self._spec, addresses(self._args["vpc_cidr"])
        for target in pod_targets(spec.exporters, spec.model_namespaces):
            for home in target.namespaces if target.job != collector.NAME else ():
                policy = admit(f"allow-scraper-{target.job}", home, target.labels, vpc, [target.port])
                Manifest(f"{self._name}-scraper-{target.job}-{home}", policy, self._needing(*namespace))
        config = pulumi.Output.from_input(self._args["cluster_name"]).apply(lambda name: scraper_config(spec, name))
        args = self._args
        source = ScraperSource(
            args.get("cluster_arn", ""), args.get("subnet_ids", []), args.get("security_group_ids", [])
        )
        return [scraper(self._name, spec, made, config, source, self)]

    def _discovery(self, namespace: list[pulumi.Resource]) -> list[Manifest]:
        """What Prometheus may read in the cluster, and where autoscalers find it."""
        manifests = {
            "account": collector.service_account(),
            "role": collector.cluster_role(),
            "role-binding": collector.cluster_role_binding(),
            "service": collector.service(),
        }
        if self._spec.replicas > 1:
            manifests["budget"] = collector.disruption_budget()
        return self._made("prometheus", manifests, namespace)

    def _grafana(self, made: Workspace | None) -> None:
        spec, args, account = self._spec.grafana, self._args, self._account
        if not spec:
            return
        sign_in = args.get("sign_in_url", "")
        namespace = closed_namespace(
            f"{self._name}-grafana-namespace",
            grafana.NAMESPACE,
            grafana.policies(
                args.get("load_balancer_cidrs") if spec.domain else None,
                in_cluster=not made,
                tempo=self._spec.tempo,
            ),
            self,
        )
        identity = self._reader(made)
        secret = pulumi.Output.concat(args.get("secret_prefix", ""), f"/{spec.client_secret}")
        fields = {grafana.CLIENT_ID: "clientId", grafana.CLIENT_SECRET: "clientSecret"}
        dashboards = self._spec.dashboards
        manifests = {
            "account": grafana.service_account(),
            "client": external_secret(grafana.SECRET, grafana.NAMESPACE, args.get("secret_store", ""), secret, fields),
            "provisioning": grafana.provisioning(
                made.url.apply(grafana.signed_url) if made else collector.URL, account.region, tempo=self._spec.tempo
            ),
            "service": grafana.service(),
            **{f"dashboard-{each}": shown for each, shown in grafana.dashboard_maps(dashboards).items()},
        }
        around = self._made("grafana", manifests, namespace)
        host = f"aps-workspaces.{account.region}.{dns_suffix(account.region)}" if made else None
        pod = grafana.deployment(spec, dashboards, sign_in, account.region, host)
        [served] = self._made("grafana", {"pod": pod}, [*around, identity, *namespace])
        if spec.domain and "target_group_arn" in args:
            # The target group of a binding is immutable, and two bindings cannot have the same name.
            unchangeable = pulumi.ResourceOptions(
                replace_on_changes=["spec.targetGroupARN"], delete_before_replace=True
            )
            Manifest(
                f"{self._name}-grafana-binding",
                grafana.binding(args["target_group_arn"]),
                pulumi.ResourceOptions.merge(self._needing(served), unchangeable),
            )

    def _reader(self, made: Workspace | None) -> WorkloadIdentity:
        """Grafana's role: it reads CloudWatch, and the workspace where there is one."""
        policies: dict[str, pulumi.Input[str]] = {"managed": grafana.cloudwatch_access()}
        if self._spec.traces:
            policies["spans"] = grafana.spans_access(self._account)
        if made:
            policies["metrics"] = made.resource.arn.apply(query_access)
        return self._identity("reader", grafana.NAMESPACE, grafana.NAME, policies)

    def _identity(
        self, role: str, namespace: str, account: str, policies: dict[str, pulumi.Input[str]]
    ) -> WorkloadIdentity:
        return WorkloadIdentity(
            f"{self._name}-{role}",
            {
                "cluster_name": self._args["cluster_name"],
                "namespace": namespace,
                "service_account": account,
                "policies": policies,
            },
            self._child,
        )

    def _made(self, part: str, manifests: dict[str, dict[str, Any]], needed: list[Any]) -> list[Manifest]:
        options = self._needing(*needed)
        return [Manifest(f"{self._name}-{part}-{role}", manifest, options) for role, manifest in manifests.items()]

    def _needing(self, *needed: pulumi.Resource) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(parent=self, depends_on=list(needed))


def _each(known: dict[str, aws.sns.Topic]) -> dict[str, pulumi.Output[str]]:
    """The ARN of each topic by its receiver's name."""
    return {receiver: topic.arn for receiver, topic in known.items()}


def _arns(known: dict[str, aws.sns.Topic]) -> pulumi.Output[dict[str, str]]:
    """The ARNs of all topics, resolved together."""
    return by_name(_each(known))
