"""The section `traces`: collectors of spans, and who sends them."""

from collections.abc import Iterator

import pulumi

from components.core.spec import args_of, completed
from components.data.feature_server.objects import NAMESPACE as FEAST_NAMESPACE
from components.data.feature_services.spec import FeatureServicesSpec
from components.observability.metrics.targets import GRAFANA_NAMESPACE
from components.observability.traces.spec import HOST, TracingArgs, TracingSpec
from components.observability.traces.tracing import Tracing
from components.serving.model_serving_ingress.spec import ModelServingSpec
from components.serving.serving_platform.names import GATEWAY_NAMESPACE
from stacks.config import StackConfig
from stacks.foundation import Foundation, Outputs


def make_traces(config: StackConfig, base: Foundation, clients_ready: pulumi.Output[str], exports: Outputs) -> None:
    """Collectors of spans. `clients_ready` is resolved after every namespace that sends spans exists."""
    if not config.traces:
        return
    wired: dict[str, object] = {}
    if config.traces.tempo:
        wired = {"key_arn": base.store.data_key_arn, "log_bucket": base.store.log_bucket}
    args = args_of(
        TracingArgs,
        traces_spec(config, config.traces),
        **wired,
        cluster_name=base.cluster.ready,
        client_namespaces_ready=clients_ready,
    )
    tracing = Tracing("traces", args, base.kubernetes)
    exports |= {"traceCollector": tracing.host}
    if config.traces.tempo:
        exports |= {"tracesBucket": tracing.bucket_name}


def traces_spec(config: StackConfig, spec: TracingSpec) -> TracingSpec:
    """The section `traces`, completed by what the other sections have."""
    shown = bool(config.metrics and config.metrics.grafana)
    if spec.tempo and shown and spec.tempo.grafana_namespace is None:
        tempo = spec.tempo.model_copy(update={"grafana_namespace": GRAFANA_NAMESPACE})
        spec = spec.model_copy(update={"tempo": tempo})
    if "client_namespaces" in spec.model_fields_set:
        return spec
    return completed(spec, "traces", client_namespaces=list(dict.fromkeys(_clients(config))))


def _clients(config: StackConfig) -> Iterator[str]:
    """The gateway, models, Feast, and the pods of teams."""
    if config.model_serving:
        yield GATEWAY_NAMESPACE
        yield from config.model_serving.platform.model_namespaces
    if config.feature_services and config.feature_services.feature_server:
        yield FEAST_NAMESPACE
    for team in config.kubeflow.teams if config.kubeflow else ():
        yield from team.homes


def traced(config: StackConfig, serving: ModelServingSpec) -> ModelServingSpec:
    """`serving`, whose gateway sends spans to the collectors of the section `traces`."""
    if not config.traces:
        return serving
    return serving.model_copy(
        update={"platform": serving.platform.model_copy(update={"trace_collector": HOST})},
    )


def traced_features(config: StackConfig, services: FeatureServicesSpec) -> FeatureServicesSpec:
    """`services`, whose feature servers send their spans to the collectors of the section `traces`."""
    server = services.feature_server
    if not (config.traces and server and server.instrumentation_image):
        return services
    return services.model_copy(update={"feature_server": server.model_copy(update={"trace_collector": HOST})})
