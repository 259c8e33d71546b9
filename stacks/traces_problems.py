"""What the section `traces` needs of the other sections of a config."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from components.core.problems import Problem
from components.network.network_args import NatMode
from components.observability.metrics.targets import GRAFANA_NAMESPACE
from stacks.collector_needs import lacking_for_collectors
from stacks.objectives import served_models

if TYPE_CHECKING:
    from stacks.config import StackConfig

_ENDPOINT = "xray"


def traces_problems(config: "StackConfig") -> Iterator[Problem]:
    """Where traces have no senders, no nodes, no way to X-Ray, or a limit of an unknown model."""
    traces, network = config.traces, config.network
    server = config.feature_services.feature_server if config.feature_services else None
    if server and server.instrumentation_image and not (traces or server.trace_collector):
        yield Problem(
            ("featureServices", "featureServer", "instrumentationImage"),
            server.instrumentation_image,
            "nobody gets the spans, because the stack has no section traces; add it, or remove the image",
        )
    if not traces:
        return
    if lacking := lacking_for_collectors(config):
        yield Problem(("traces",), traces.name, f"traces needs {lacking}; add it, or remove traces")
    if network.nat is NatMode.NONE and not traces.store_url and _ENDPOINT not in network.interface_endpoints:
        remedy = "network.nat is none, so the collectors cannot reach X-Ray; add xray to network.interfaceEndpoints"
        yield Problem(("traces",), traces.name, remedy)
    shown = bool(config.metrics and config.metrics.grafana)
    if traces.tempo and shown and traces.tempo.grafana_namespace not in (None, GRAFANA_NAMESPACE):
        remedy = f"Grafana of the section metrics is in {GRAFANA_NAMESPACE}; remove grafanaNamespace"
        yield Problem(("traces", "tempo", "grafanaNamespace"), traces.tempo.grafana_namespace, remedy)
    served = {model.name for model in served_models(config)}
    for model in sorted(set(traces.sampling.slow_models) - served) if config.model_serving else ():
        known = ", ".join(sorted(served)) or "none"
        yield Problem(
            ("traces", "sampling", "slowModels", model),
            traces.sampling.slow_models[model],
            f"modelServing has no model {model}; its models are {known}",
        )
