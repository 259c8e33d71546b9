"""Dashboards: each panel reads what is exported, and Grafana's own types read the JSON."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.dashboard import Dashboard as GrafanaDashboard

from components.facts.cloudwatch_metrics import metric_problem, namespaces
from components.observability.costs import NodePrice, cost_groups
from components.observability.dashboards.boards import DASHBOARDS, dashboard_files
from components.observability.dashboards.panels import CloudWatchQuery, Dashboard, Panel, Shape
from components.observability.dashboards.panels import Query as PrometheusQuery
from components.observability.symptoms import KUBERNETES
from tests.components.observability.test_objectives import RANKING, SERVICES, groups
from tests.support.components.observability.promtool import assert_values
from tests.support.components.observability.queries import (
    Metric,
    Query,
    exported_metrics,
    exporter_of,
    recorded_metrics,
)
from tests.support.programs import needs

PARTS = {
    KUBERNETES: {"kube-state-metrics", "node-exporter", "kubelet", "cadvisor", "prometheus"},
    "gpus": {"dcgm-exporter"},
    "kubeflow": {"argo-workflows", "istio", "katib", "kubeflow-notebooks", "kubeflow-pipelines"},
    "models": {"triton", "kserve", "mlserver", "vllm"},
}
"""By the part: its exporters, where their names differ."""
ALL_PARTS = {panel.part for board in DASHBOARDS for row in board.rows for panel in row.panels}
COSTS = cost_groups({"g4dn.xlarge": NodePrice(0.526, 0.189)}, [("search", "ranking")])


def known_metrics() -> dict[str, Metric]:
    return exported_metrics() | recorded_metrics([*groups([RANKING, *SERVICES]), *COSTS])


def every_panel() -> Iterator[tuple[Dashboard, Panel]]:
    for board in DASHBOARDS:
        for row in board.rows:
            yield from ((board, panel) for panel in row.panels)


def panels() -> Iterator[tuple[Dashboard, Panel, list[PrometheusQuery]]]:
    """Panels over Prometheus."""
    for board, panel in every_panel():
        if queries := [query for query in panel.queries if isinstance(query, PrometheusQuery)]:
            yield board, panel, queries


def test_each_metric_of_cloudwatch_exists_with_its_dimensions() -> None:
    queries = [query for _, panel in every_panel() for query in panel.queries if isinstance(query, CloudWatchQuery)]
    assert {query.namespace for query in queries} <= set(namespaces())
    problems = [metric_problem(query.namespace, query.metric, query.dimensions) for query in queries]
    assert not list(filter(None, problems))


def test_each_panel_reads_what_is_exported() -> None:
    known = known_metrics()
    problems = [
        f"{board.name}, {panel.title}: {problem}"
        for board, panel, queries in panels()
        for query in queries
        for problem in Query(query.expression, known).problems
    ]
    assert not problems


def test_each_legend_names_labels_of_its_query() -> None:
    known = known_metrics()
    wrong = [
        f"{board.name}, {panel.title}: {label}"
        for board, panel, queries in panels()
        for query in queries
        for label in re.findall(r"\{\{(\w+)\}\}", query.legend)
        if label not in Query(query.expression, known).labels
    ]
    assert not wrong


def test_each_panel_goes_with_the_exporters_that_it_reads() -> None:
    known = known_metrics()
    wrong = [
        f"{board.name}, {panel.title}: {name}"
        for board, panel, queries in panels()
        for query in queries
        for name in Query(query.expression, known).names
        if (exporter := exporter_of(name)) and exporter not in PARTS[KUBERNETES] | PARTS.get(panel.part, {panel.part})
    ]
    assert not wrong


def test_each_variable_is_a_label_that_exists() -> None:
    known = known_metrics()
    for board in DASHBOARDS:
        for variable in board.variables:
            assert variable.label in known[variable.metric].labels
        used = {
            name
            for other, _, queries in panels()
            if other is board
            for query in queries
            for name in re.findall(r"\$(\w+)", query.expression)
        }
        assert used == {variable.name for variable in board.variables}


@pytest.mark.parametrize("name", [board.name for board in DASHBOARDS])
def test_grafana_reads_each_dashboard(name: str) -> None:
    text = dashboard_files(ALL_PARTS)[name]
    read = GrafanaDashboard.from_json(json.loads(text))
    assert json.loads(JSONEncoder().encode(read)) == json.loads(text)
    shown = json.loads(text)["panels"]
    assert len({panel["id"] for panel in shown}) == len(shown)
    assert not list(overlapping([panel["gridPos"] for panel in shown]))


def overlapping(places: list[dict[str, Any]]) -> Iterator[tuple[int, int]]:
    for first, one in enumerate(places):
        for second, other in enumerate(places[:first]):
            across = one["x"] < other["x"] + other["w"] and other["x"] < one["x"] + one["w"]
            down = one["y"] < other["y"] + other["h"] and other["y"] < one["y"] + one["h"]
            if across and down:
                yield second, first


def test_a_stack_has_only_the_panels_of_its_parts() -> None:
    files = dashboard_files([])
    assert files.keys() == {"platform", "training", "spend"}
    assert "karpenter" not in files["platform"]
    assert "karpenter" in dashboard_files(["karpenter"])["platform"]


def test_numbers_show_zero_where_nothing_is_counted() -> None:
    counted = {
        panel.title: queries[0].expression
        for _, panel, queries in panels()
        if panel.shape is Shape.NUMBER and "count(" in queries[0].expression
    }
    assert [title for title, expression in counted.items() if "vector(0)" not in expression] == ["Nodes"]


def test_costs_record_what_is_exported() -> None:
    known = exported_metrics() | recorded_metrics(COSTS)
    rules = [rule for group in COSTS for rule in group["rules"]]
    assert not [problem for rule in rules for problem in Query(rule["expr"], known).problems]


@needs("promtool")
def test_a_model_costs_its_part_of_its_node(tmp_path: Path) -> None:
    """Two nodes, one of them spot. The model asks for a quarter of a node's CPU and for its whole GPU."""
    node, spot = 'node="n1"', 'node="n2"'
    kind = 'label_node_kubernetes_io_instance_type="g4dn.xlarge"'
    pod = 'namespace="search",pod="ranking-predictor-1",node="n1"'
    series = {
        f'kube_node_labels{{{node},{kind},label_eks_amazonaws_com_capacity_type="ON_DEMAND"}}': 1,
        f'kube_node_labels{{{spot},{kind},label_karpenter_sh_capacity_type="spot"}}': 1,
        f'kube_node_status_allocatable{{{node},resource="cpu"}}': 4,
        f'kube_node_status_allocatable{{{node},resource="nvidia_com_gpu"}}': 1,
        f'kube_pod_container_resource_requests{{{pod},container="a",resource="cpu"}}': 1,
        f'kube_pod_container_resource_requests{{{pod},container="a",resource="nvidia_com_gpu"}}': 1,
    }
    expected = {
        "sum(node:usd:per_hour)": 0.526 + 0.189,
        'node:usd:per_hour{node="n2"}': 0.189,
        'model:usd:per_hour{service="ranking"}': 0.526,
    }
    assert_values(tmp_path, COSTS, series, {f"sum({query})": value for query, value in expected.items()})
