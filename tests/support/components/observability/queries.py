"""PromQL held to what exporters export: each metric of a query exists and has the labels that the query names."""

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import promql_parser as promql

DEFINITIONS = Path(__file__).parents[3] / "definitions"
_POD_LABELS = frozenset({"namespace", "pod"})
_TARGET_LABELS = frozenset({"job", "instance", "node"})
"""The labels that each scrape adds. Those of a pod come on top, unless the exporter's metrics are about other pods."""
_COUNTING = {"rate", "increase", "irate", "resets"}
_NO_SERIES = {"vector", "scalar", "time", "year", "month", "day_of_month", "day_of_week", "hour", "minute"}


@dataclass(frozen=True, slots=True)
class Metric:
    """A series name with its labels. `counter` says whether it only rises."""

    labels: frozenset[str]
    counter: bool


@lru_cache
def exported_metrics() -> dict[str, Metric]:
    """What the exporters of the platform export, by series name."""
    about = {row["exporter"]: row["labels"] for row in _rows("exporters.csv")}
    return dict(series for row in _rows("exported_metrics.csv") for series in _series(row, about[row["exporter"]]))


@lru_cache
def _exporters() -> Mapping[str, str]:
    return {name: row["exporter"] for row in _rows("exported_metrics.csv") for name, _ in _series(row, "")}


def exporter_of(name: str) -> str | None:
    """The exporter of a series; None for one that a rule records."""
    return _exporters().get(name)


def _rows(name: str) -> list[dict[str, str]]:
    with (DEFINITIONS / name).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def _series(row: Mapping[str, str], about: str) -> Iterator[tuple[str, Metric]]:
    """`about` says whom the labels of pods name: `own`, the pods of the metric; `pod`, the exporter's; `node`, none.

    Where the scrape names the exporter's pod, the metric's own label of that name is called `exported_<label>`.
    """
    name, own = row["metric"], frozenset(row["labels"].split())
    scraped = _TARGET_LABELS | (_POD_LABELS if about == "pod" else frozenset[str]())
    renamed = {f"exported_{label}" if label in scraped and about != "own" else label for label in own}
    labels = scraped | renamed
    match row["type"]:
        case "histogram":
            yield f"{name}_bucket", Metric(labels | {"le"}, True)
        case "summary":
            yield name, Metric(labels | {"quantile"}, False)
        case kind:
            yield name, Metric(labels, kind == "counter")
            return
    yield f"{name}_sum", Metric(labels, True)
    yield f"{name}_count", Metric(labels, True)


def recorded_metrics(groups: Iterable[Mapping[str, Any]]) -> dict[str, Metric]:
    """What the recording rules of `groups` record, and the series of their alerts."""
    known = dict(exported_metrics())
    recorded: dict[str, Metric] = {"ALERTS": Metric(frozenset({"alertname", "alertstate", "severity", "owner"}), False)}
    for rule in (rule for group in groups for rule in group["rules"] if "record" in rule):
        query = Query(rule["expr"], known | recorded)
        metric = Metric(query.labels | frozenset(rule.get("labels", {})), False)
        before = recorded.get(rule["record"])
        recorded[rule["record"]] = Metric(before.labels | metric.labels, False) if before else metric
    return recorded


@dataclass
class Query:
    """A parsed query: the labels of its result, and what is wrong with it."""

    text: str
    metrics: Mapping[str, Metric] = field(default_factory=exported_metrics)

    def __post_init__(self) -> None:
        self.names: set[str] = set()
        self.problems: list[str] = []
        self.labels: frozenset[str] = self._labels(promql.parse(self.text))

    def _labels(self, node: promql.Expr) -> frozenset[str]:
        match node:
            case promql.VectorSelector():
                return self._selected(node)
            case promql.MatrixSelector():
                return self._selected(node.vector_selector)
            case promql.AggregateExpr():
                return self._aggregated(node)
            case promql.BinaryExpr():
                return self._joined(node)
            case promql.Call():
                return self._called(node)
            case promql.ParenExpr() | promql.UnaryExpr() | promql.SubqueryExpr():
                return self._labels(node.expr)
            case _:
                return frozenset()

    def _selected(self, selector: promql.VectorSelector) -> frozenset[str]:
        name = selector.name or ""
        self.names.add(name)
        metric = self.metrics.get(name)
        if metric is None:
            self.problems.append(f"nothing exports {name or selector}")
            return frozenset()
        self._expect({each.name for each in selector.matchers.matchers} - {"__name__"}, metric.labels, name)
        return metric.labels

    def _aggregated(self, node: promql.AggregateExpr) -> frozenset[str]:
        inner = self._labels(node.expr)
        if str(node.op) in {"topk", "bottomk", "limitk"}:
            return inner
        if node.modifier is None:
            return frozenset()
        named = set(node.modifier.labels)
        self._expect(named, inner, "an aggregation")
        by = node.modifier.type == promql.AggModifierType.By
        return frozenset(named) if by else inner - named

    def _joined(self, node: promql.BinaryExpr) -> frozenset[str]:
        left, right = self._labels(node.lhs), self._labels(node.rhs)
        modifier = node.modifier
        matching = modifier.matching if modifier else None
        if matching and matching.type == promql.LabelModifierType.Include:
            self._expect(set(matching.labels), left, "the left side")
            self._expect(set(matching.labels), right, "the right side")
        further = frozenset(modifier.group_labels or ()) if modifier else frozenset[str]()
        if modifier and modifier.card == promql.VectorMatchCardinality.OneToMany:
            self._expect(set(further), left, "the left side")
            return right | further
        self._expect(set(further), right, "the right side")
        if str(node.op) == "or":
            return left & right if left and right else left | right
        return (left or right) | further

    def _called(self, node: promql.Call) -> frozenset[str]:
        name = node.func.name
        inner = [self._labels(each) for each in node.args]
        labels = frozenset[str]().union(*inner)
        if name in _COUNTING:
            self._counts(name, node.args[0])
        if name == "histogram_quantile":
            self._expect({"le"}, labels, name)
            return labels - {"le"}
        if name == "label_replace":
            return labels | {_text(node.args[1])}
        return frozenset() if name in _NO_SERIES else labels

    def _counts(self, function: str, argument: promql.Expr) -> None:
        if isinstance(argument, promql.MatrixSelector):
            name = argument.vector_selector.name or ""
            if name in self.metrics and not self.metrics[name].counter:
                self.problems.append(f"{function} of {name}, which is not a counter")

    def _expect(self, named: set[str], known: frozenset[str], where: str) -> None:
        if unknown := sorted(named - known):
            self.problems.append(f"{where} has no label {', '.join(unknown)}")


def _text(node: promql.Expr) -> str:
    assert isinstance(node, promql.StringLiteral)
    return node.val
