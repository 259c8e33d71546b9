"""The section `metrics`: metrics of all parts of a stack, alerts and Grafana."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

import pulumi

from components.cluster.external_secrets import ExternalSecrets
from components.core.ordering import after
from components.core.spec import args_of, completed
from components.data.feature_services.spec import FeatureServicesSpec
from components.data.streaming.feature_ingest.spec import IngestEngine
from components.delivery.user_pool import UserPool
from components.facts.regions import partition_of
from components.network.load_balancer.further_target import further_target
from components.network.load_balancer.load_balancer import ServingLoadBalancer
from components.observability.metrics import collector, grafana
from components.observability.metrics.exporters import Exporter
from components.observability.metrics.metrics_platform import MetricsPlatform
from components.observability.metrics.spec import Collector, MetricsPlatformArgs, MetricsPlatformSpec
from components.serving.model_service.spec import DEFAULT_PROMETHEUS
from components.serving.model_serving_ingress.model_serving_ingress import ModelServingIngress
from components.serving.model_serving_ingress.spec import ModelServingSpec
from stacks.config import StackConfig
from stacks.foundation import Foundation, Outputs
from stacks.objectives import runbooks_of
from stacks.references import GRAFANA_CLIENT

NO_FILES: Mapping[str, str] = MappingProxyType({})


def make_metrics(
    config: StackConfig,
    base: Foundation,
    secrets: ExternalSecrets | None,
    pool: UserPool | None,
    serving: ModelServingIngress | None,
    grafana_targets: pulumi.Output[str] | None,
    exports: Outputs,
    *,
    samples_million: int,
    rules: Mapping[str, str] = NO_FILES,
    dashboards: Mapping[str, str] = NO_FILES,
) -> MetricsPlatform | None:
    """Metrics of the cluster, alerts and Grafana. `rules` and `dashboards` come beside those of the config.

    `samples_million` are the samples of a month that the workspace is priced by, unless the config states them.
    """
    if not config.metrics:
        return None
    spec = metrics_spec(config, rules, dashboards)
    if spec.samples_million is None:
        spec = spec.model_copy(update={"samples_million": samples_million})
    further: dict[str, object] = {}
    if spec.grafana and secrets and pool:
        further |= {
            "secret_store": secrets.store_name,
            "secret_prefix": after(secrets.secret_prefix, pool.secret_names[GRAFANA_CLIENT]),
            "sign_in_url": pool.sign_in_url,
        }
    if grafana_targets is not None and serving and config.model_serving:
        internal = config.model_serving.load_balancer.internal
        network = base.network
        further |= {
            "target_group_arn": after(grafana_targets, serving.ready),
            "load_balancer_cidrs": network.private_subnet_cidrs if internal else network.public_subnet_cidrs,
        }
    if spec.collector is Collector.SCRAPER:
        environment, network = config.environment, base.network
        arn = f"arn:{partition_of(environment.region)}:eks:{environment.region}:{environment.account}:cluster/"
        further |= {
            "cluster_arn": base.cluster.ready.apply(lambda name: f"{arn}{name}"),
            "subnet_ids": network.private_subnet_ids,
            "security_group_ids": base.cluster.node_security_group_id.apply(lambda group: [group]),
        }
    args = args_of(
        MetricsPlatformArgs,
        spec,
        **further,
        cluster_name=base.cluster.ready,
        vpc_cidr=base.network.vpc_cidr,
    )
    metrics = MetricsPlatform("metrics", args, base.kubernetes)
    exports |= {"metricsUrl": metrics.query_url, "alertTopics": metrics.topic_arns}
    if spec.grafana:
        exports |= {"grafanaUrl": metrics.grafana_url}
    return metrics


def make_grafana_targets(
    config: StackConfig, base: Foundation, balancer: ServingLoadBalancer | None
) -> pulumi.Output[str] | None:
    """The target group of Grafana behind the load balancer of Argo CD."""
    if not (balancer and config.metrics and config.metrics.grafana and config.metrics.grafana.domain):
        return None
    return further_target(
        "grafana",
        config.metrics.grafana.domain,
        grafana.PORT,
        "/api/health",
        balancer,
        base.network.vpc_id,
        base.cluster.node_security_group_id,
        base.aws,
    )


def metrics_spec(
    config: StackConfig, rules: Mapping[str, str] = NO_FILES, dashboards: Mapping[str, str] = NO_FILES
) -> MetricsPlatformSpec:
    """The section `metrics`, completed by what the other sections have."""
    spec = config.metrics
    if not spec:
        raise ValueError("the config has no section metrics")
    values: dict[str, object] = {}
    if config.traces and not config.traces.store_url and "traces" not in spec.model_fields_set:
        values["traces"] = True
    if config.traces and config.traces.tempo and "tempo" not in spec.model_fields_set:
        values["tempo"] = True
    if "exporters" not in spec.model_fields_set:
        values["exporters"] = list(exporters(config))
    if config.model_serving and "model_namespaces" not in spec.model_fields_set:
        values["model_namespaces"] = list(config.model_serving.platform.model_namespaces)
    runbooks = runbooks_of(config)
    if runbooks.startswith("https://") and "runbook_url" not in spec.model_fields_set:
        values["runbook_url"] = runbooks
    found = completed(spec, "metrics", **values)
    # Tests hold the platform's own files to Prometheus and Grafana; a plan does not read them again.
    own = {"rules": {**spec.rules, **rules}, "dashboards": {**spec.dashboards, **dashboards}}
    return found.model_copy(update=own)


def scaled_by_metrics(config: StackConfig, serving: ModelServingSpec) -> ModelServingSpec:
    """`serving`, whose models scale by the Prometheus of the section `metrics` unless they name another."""
    if not config.metrics:
        return serving
    models = [
        model.model_copy(update={"prometheus_url": collector.URL})
        if model.prometheus_url == DEFAULT_PROMETHEUS
        else model
        for model in serving.models
    ]
    return serving.model_copy(update={"models": tuple(models)})


def measured(config: StackConfig, services: FeatureServicesSpec) -> FeatureServicesSpec:
    """`services`, whose MLflow has metrics where the stack reads them."""
    tracking = services.tracking_server
    if not (config.metrics and tracking) or "metrics" in tracking.model_fields_set:
        return services
    return services.model_copy(update={"tracking_server": tracking.model_copy(update={"metrics": True})})


def exporters(config: StackConfig) -> Iterator[Exporter]:
    """The parts of the stack that have metrics."""
    cluster, serving, services = config.gpu_cluster, config.model_serving, config.feature_services
    if not cluster:
        return
    yield Exporter.GPUS
    if cluster.autoscaled:
        yield Exporter.AUTOSCALER
    if cluster.karpenter:
        yield Exporter.KARPENTER
    if config.logs:
        yield Exporter.FLUENT_BIT
    if services or config.delivery or config.kubeflow:
        yield Exporter.EXTERNAL_SECRETS
    if serving or config.kubeflow:
        yield from (Exporter.CERT_MANAGER, Exporter.LOAD_BALANCER_CONTROLLER)
    if serving:
        yield from (Exporter.ISTIO, Exporter.KEDA, Exporter.KSERVE, Exporter.MODELS)
        if serving.platform.scale_to_zero:
            yield Exporter.KNATIVE
    if config.delivery:
        yield Exporter.ARGO_CD
    if services and services.feature_server:
        yield Exporter.FEAST
    if services and services.tracking_server:
        yield Exporter.MLFLOW
    if config.feature_ingest and config.feature_ingest.engine is IngestEngine.PYTHON:
        yield Exporter.FEATURE_INGEST
    if config.model_quality:
        yield Exporter.MODEL_QUALITY
    if config.cluster_jobs or config.kubeflow:
        yield Exporter.KUEUE
    if config.kubeflow:
        yield Exporter.KUBEFLOW
    if config.image_signatures:
        yield Exporter.KYVERNO
    if config.traces:
        yield Exporter.TRACES
        if config.traces.tempo:
            yield Exporter.TEMPO
    if config.recovery and config.recovery.cluster_state:
        yield Exporter.CLUSTER_STATE
    if config.cluster_jobs:
        yield from (Exporter.KUBERAY, Exporter.TRAINER)
