"""What the section `metrics` needs of the other sections of a config, and which names the platform has itself."""

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

from components.core.problems import Place, Problem
from components.observability.metrics.alert_spec import HEARTBEAT
from components.observability.metrics.spec import Collector, MetricsEngine, MetricsPlatformSpec
from stacks.collector_needs import lacking_for_collectors

if TYPE_CHECKING:
    from stacks.config import StackConfig

_RULES = ("objectives", "platform", "costs")
_BOARDS = (
    "platform",
    "models",
    "gpus",
    "features",
    "training",
    "kubeflow",
    "delivery",
    "signatures",
    "spend",
    "managed",
)
_OWN_UID = "mlplatform-"


def metrics_problems(config: "StackConfig") -> Iterator[Problem]:
    """What metrics need of the cluster, of models and of the sign-in."""
    metrics = config.metrics
    if not metrics:
        return
    at: Place = ("metrics",)
    if lacking := lacking_for_collectors(config):
        yield Problem(at, metrics.name, f"metrics needs {lacking}; add it")
    for field, given, own in (("rules", metrics.rules, _RULES), ("dashboards", metrics.dashboards, _BOARDS)):
        for name in sorted(given.keys() & {*own}):
            yield Problem((*at, field, name), name, f"{name} is the name of a file of the platform; choose another")
    for name, text in metrics.dashboards.items():
        if (uid := str(json.loads(text)["uid"])).startswith(_OWN_UID):
            remedy = f"uids that begin with {_OWN_UID} are of the platform's own dashboards; write another uid"
            yield Problem((*at, "dashboards", name), uid, remedy)
    yield from _topics(config, metrics)
    if config.model_serving and metrics.collector is Collector.SCRAPER:
        remedy = "models scale by the Prometheus of collector prometheus, which scraper does not have; remove the field"
        yield Problem((*at, "collector"), str(metrics.collector), remedy)
    if config.model_serving and config.model_serving.platform.monitoring and metrics.engine is MetricsEngine.AMP:
        remedy = "metrics reads models without the Prometheus operator, which engine amp does not install; remove it"
        yield Problem(("modelServing", "platform", "monitoring"), True, remedy)
    if metrics.grafana and not config.user_pool:
        yield Problem((*at, "grafana"), metrics.grafana.url, "people sign in with userPool; add it")
    if metrics.grafana and metrics.grafana.domain and not (config.delivery and config.model_serving):
        remedy = "Grafana is behind the load balancer of delivery with modelServing; add both, or remove domain"
        yield Problem((*at, "grafana", "domain"), metrics.grafana.domain, remedy)


def _topics(config: "StackConfig", metrics: MetricsPlatformSpec) -> Iterator[Problem]:
    """SNS has a topic's name once in an account and region."""
    if not metrics.alerts:
        return
    alarms, stream = config.alarms, config.event_stream
    severities = ("critical", "warning", *(["heartbeat"] if alarms and alarms.heartbeat else []))
    taken = {f"{alarms.name}-{each}": "alarms" for each in severities} if alarms else {}
    if stream:
        taken |= {f"{stream.stream_name}-{each.name}": "eventStream.notifications" for each in stream.notifications}
    for index, receiver in enumerate(metrics.alerts.receivers):
        if maker := taken.get(f"{metrics.name}-{receiver.name}"):
            remedy = f"{maker} has the SNS topic {metrics.name}-{receiver.name} too; rename it, or set another name"
            yield Problem(("metrics", "alerts", "receivers", index, "name"), receiver.name, remedy)
    if maker := taken.get(f"{metrics.name}-{HEARTBEAT}"):
        remedy = f"{maker} has the SNS topic {metrics.name}-{HEARTBEAT} too, for the dead man's switch; choose another"
        yield Problem(("metrics", "name"), metrics.name, remedy)
