"""What dashboards, rules and autoscalers read is what the platform scrapes, keeps and labels."""

import csv

import yaml

from components.observability.costs import NodePrice, cost_groups
from components.observability.dashboards.grafana_json import CLOUDWATCH, DATA_SOURCE
from components.observability.metrics.exporters import Exporter
from components.observability.metrics.own_rules import own_rules
from components.observability.metrics.spec import MetricsPlatformSpec
from components.observability.metrics.targets import pod_targets
from components.observability.symptoms import KUBERNETES, SYMPTOMS
from tests.components.observability.test_dashboards import known_metrics, panels
from tests.components.observability.test_objectives import RANKING, SERVICES, groups
from tests.support.components.observability.kept import is_kept
from tests.support.components.observability.queries import DEFINITIONS, Query, exporter_of
from tests.support.planner.plans import plan_of

JOBS = {
    "prometheus": "prometheus-server",
    "gpus": "dcgm-exporter",
    "argo-cd-controller": "argo-cd",
    "istio-gateway": "istio",
    "karpenter": "karpenter",
    "kubeflow-experiments": "katib",
    "kubeflow-gateway": "istio",
    "kubeflow-mesh": "istio",
    "kubeflow-notebooks": "kubeflow-notebooks",
    "kubeflow-pipelines": "kubeflow-pipelines",
    "kubeflow-schedules": "kubeflow-pipelines",
    "kubeflow-workflows": "argo-workflows",
}


def queries() -> list[tuple[str, str]]:
    costs = cost_groups({"g4dn.xlarge": NodePrice(0.5, 0.2)}, [("search", "ranking")])
    rules = [rule for group in [*groups([RANKING, *SERVICES]), *costs] for rule in group["rules"]]
    of_rules = [(rule.get("alert") or rule["record"], rule["expr"]) for rule in rules]
    return of_rules + [(panel.title, query.expression) for _, panel, found in panels() for query in found]


def test_each_metric_that_is_read_is_kept() -> None:
    known = known_metrics()
    assert not is_kept("karpenter_cloudprovider_instance_type_offering_available")
    lost = {
        f"{where}: {name}"
        for where, text in queries()
        for name in Query(text, known).names
        if exporter_of(name) and not is_kept(name)
    }
    assert not lost


def test_labels_of_pods_are_those_that_the_scrape_gives() -> None:
    with (DEFINITIONS / "exporters.csv").open(encoding="utf-8") as file:
        about = {row["exporter"]: row["labels"] for row in csv.DictReader(file)}
    targets = {target.job: target for target in pod_targets(list(Exporter), ["models"])}
    for job, target in targets.items():
        exporter = JOBS.get(job, job)
        if exporter in about and about[exporter] != "node":
            assert (about[exporter] == "own") == target.speaks_for_others, job


def test_each_part_with_alerts_is_an_exporter() -> None:
    assert SYMPTOMS.keys() - {KUBERNETES} <= set(Exporter)


def test_rules_about_the_metrics_read_what_is_exported() -> None:
    text = own_rules(MetricsPlatformSpec(name="ml", runbook_url="https://example.com/runbooks.md"))
    for group in yaml.safe_load(text)["groups"]:
        for rule in group["rules"]:
            assert Query(rule["expr"]).problems == [], rule["alert"]


def test_grafana_has_the_data_sources_of_the_dashboards() -> None:
    [found] = [resource for resource in plan_of("prod") if resource.name == "metrics-grafana-provisioning"]
    assert f'"uid": "{DATA_SOURCE}"' in str(found.inputs)
    assert f'"uid": "{CLOUDWATCH}"' in str(found.inputs)
