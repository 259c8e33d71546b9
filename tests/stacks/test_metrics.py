"""The section `metrics`: what it reads, what it costs, what it needs of other sections, and how models scale by it."""

from typing import Any

import pytest

from components.core.spec import SpecError
from components.observability.metrics.collector import URL
from components.observability.metrics.exporters import Exporter
from stacks.metrics import exporters, metrics_spec, scaled_by_metrics
from stacks.metrics_costs import metrics_decisions, metrics_load, samples_million
from stacks.monitoring import stack_dashboards, stack_rules
from tests.support.planner.plans import of_type, plan_of
from tests.support.stacks.configs import config, refusal_of, sections_of

RANKING: dict[str, Any] = {
    "name": "ranking2",
    "namespace": "search",
    "modelUri": "s3://ml-prod-models-111122223333/ranking2/1/",
    "runtime": "triton",
    "gpus": 1,
    "cpu": "3",
    "memory": "12Gi",
    "minimum": 1,
    "maximum": 2,
    "targetConcurrency": 4,
}
RULES = "groups: [{name: a, rules: [{record: a, expr: b}]}]"
RECEIVER = {"name": "critical", "emails": ["a@example.com"]}


def test_stack_reads_the_parts_that_it_has() -> None:
    absent = {Exporter.KARPENTER, Exporter.KNATIVE, Exporter.KUBEFLOW, Exporter.TEMPO}
    assert {*exporters(config("prod"))} == {*Exporter} - absent
    assert Exporter.KEDA not in exporters(config("kubeflow"))
    assert Exporter.KUBEFLOW in exporters(config("kubeflow"))
    assert metrics_spec(config("prod")).model_namespaces == ("search", "risk")


def test_models_scale_by_the_prometheus_of_metrics() -> None:
    found = config("prod", modelServing__models=[RANKING])
    assert found.model_serving
    [model] = scaled_by_metrics(found, found.model_serving).models
    assert model.prometheus_url == URL
    without = config("prod", modelServing__models=[RANKING], metrics=None)
    assert without.model_serving
    [model] = scaled_by_metrics(without, without.model_serving).models
    assert model.prometheus_url != URL


def test_samples_follow_from_nodes_and_the_interval() -> None:
    often, seldom = (metrics_load(config("prod", metrics__scrapeSeconds=seconds)) for seconds in (30, 60))
    assert often.series == seldom.series
    assert seldom.samples < often.samples < 2 * seldom.samples
    more = metrics_load(config("prod", usage__averageNodes={"training": 8}))
    assert more.nodes == seldom.nodes + 7.5


def test_stack_registers_the_samples_of_its_nodes_and_parts() -> None:
    [platform] = of_type(plan_of("prod"), "mlplatform:index:MetricsPlatform")
    assert platform.inputs["samplesMillion"] == pytest.approx(metrics_load(config("prod")).samples / 1e6, abs=1)
    assert samples_million(config("staging", metrics=None)) == 0


def test_plan_says_why_engine_and_collector_were_chosen() -> None:
    engine, collector = metrics_decisions(config("prod"))
    assert (engine.field, collector.field) == ("metrics.engine", "metrics.collector")
    # 2 disks of 50 GiB at 0.08.
    assert "2 disks would cost 8.00" in engine.why
    assert "customer key" in collector.why
    alone, pod = metrics_decisions(config("prod", metrics__replicas=1))
    assert "1 disk would cost 4.00" in alone.why
    assert pod.why.startswith("1 pod of ")
    [cluster] = metrics_decisions(config("prod", metrics__engine="in-cluster"))
    assert "Amazon Managed Service for Prometheus would ingest them for" in cluster.why


@pytest.mark.parametrize(
    ("path", "value", "told"),
    [
        ("metrics.collector", "scraper", "metrics.collector = 'scraper': models scale by the Prometheus of collector"),
        ("modelServing.platform.monitoring", True, "metrics reads models without the Prometheus operator"),
        ("metrics.grafana.domain", "other.prod.example.com", "userPool.clients has no client that fits grafana"),
        ("gpuCluster.monitoringNamespace", "watch", "one Prometheus reads all metrics"),
        ("metrics.rules", {"platform": RULES}, "metrics.rules.platform = 'platform': platform is the name of a file"),
        ("metrics.dashboards", {"models": '{"uid": "a", "title": "a"}'}, "metrics.dashboards.models = 'models'"),
        ("metrics.dashboards", {"a": '{"uid": "mlplatform-gpus", "title": "a"}'}, "uids that begin with mlplatform-"),
        ("metrics.grafana.administrators", ["sre"], "metrics.grafana.administrators = 'sre': userPool.groups has no"),
        ("metrics.memory", "99999Gi", "a pod of metrics requests"),
        ("metrics.alerts", {"receivers": [RECEIVER]}, "alarms has the SNS topic ml-prod-critical too"),
    ],
)
def test_metrics_that_do_not_fit_other_sections_are_refused(path: str, value: Any, told: str) -> None:
    sections = sections_of("prod")
    *parents, last = path.split(".")
    target: Any = sections
    for parent in parents:
        target = target[parent]
    target[last] = value
    assert told in refusal_of(sections)


def test_grafana_needs_the_load_balancer_of_argo_cd() -> None:
    sections = sections_of("kubeflow")
    sections["metrics"]["grafana"]["domain"] = "dashboards.kubeflow.example.com"
    assert "metrics.grafana.domain" in refusal_of(sections)


def test_engine_of_the_cluster_has_no_scraper() -> None:
    with pytest.raises((SpecError, ValueError), match="belongs to engine amp"):
        config("staging", metrics__engine="in-cluster", metrics__collector="scraper")


def test_alerts_about_metrics_link_to_the_runbooks() -> None:
    assert metrics_spec(config()).runbook_url == "https://github.com/example/mlplatform/blob/main/docs/runbooks.md"


def test_heartbeats_of_metrics_and_alarms_have_different_topics() -> None:
    sections = sections_of("prod")
    sections["alarms"]["heartbeat"] = {"url": "https://beats.example.com/a"}
    assert "alarms has the SNS topic ml-prod-heartbeat too" in refusal_of(sections)


@pytest.mark.parametrize("stack", ["prod", "staging", "kubeflow"])
def test_names_of_the_stacks_own_files_are_taken(stack: str) -> None:
    for field, own in (("rules", stack_rules(config(stack))), ("dashboards", stack_dashboards(config(stack)))):
        for name in own:
            sections = sections_of(stack)
            if "metrics" in sections:
                sections["metrics"][field] = {name: RULES if field == "rules" else '{"uid": "a", "title": "a"}'}
                assert f"metrics.{field}.{name}" in refusal_of(sections)
