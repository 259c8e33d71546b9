"""What a dashboard consists of. Nothing here knows Grafana's JSON; `grafana_json` writes it."""

from dataclasses import dataclass, replace
from enum import StrEnum

from ..symptoms import KUBERNETES


class Unit(StrEnum):
    """Grafana's names of units."""

    COUNT = "short"
    RATIO = "percentunit"
    PERCENT = "percent"
    MILLISECONDS = "ms"
    SECONDS = "s"
    PER_SECOND = "reqps"
    BYTES = "bytes"
    BYTES_PER_SECOND = "Bps"
    MEBIBYTES = "mbytes"
    CELSIUS = "celsius"
    WATTS = "watt"
    USD = "currencyUSD"


class Shape(StrEnum):
    """How a panel shows its values."""

    LINES = "lines"
    """Each series over time."""
    NUMBER = "number"
    """The last value."""
    TABLE = "table"
    """The last values of all series, one in a row."""


@dataclass(frozen=True, slots=True)
class Query:
    """A query of Prometheus, and the name of its series with `{{label}}`."""

    expression: str
    legend: str = ""


class Statistic(StrEnum):
    """How CloudWatch combines the points of a period."""

    AVERAGE = "Average"
    MAXIMUM = "Maximum"
    MINIMUM = "Minimum"
    SUM = "Sum"


@dataclass(frozen=True, slots=True)
class CloudWatchQuery:
    """A metric of CloudWatch, of each resource in the account and region. Its series has the resource's name."""

    namespace: str
    metric: str
    dimensions: tuple[str, ...]
    statistic: Statistic = Statistic.AVERAGE


@dataclass(frozen=True, slots=True)
class Panel:
    """One picture."""

    title: str
    queries: tuple[Query, ...] | tuple[CloudWatchQuery, ...]
    unit: Unit = Unit.COUNT
    part: str = KUBERNETES
    """The part of the platform whose exporter it needs. A stack without the part does not have the panel."""
    shape: Shape = Shape.LINES
    help: str = ""
    """What the picture says, where its title does not."""


@dataclass(frozen=True, slots=True)
class Row:
    """Panels under a heading."""

    title: str
    panels: tuple[Panel, ...]


@dataclass(frozen=True, slots=True)
class Variable:
    """A list of values that people choose from: a label of a metric."""

    name: str
    metric: str
    label: str
    title: str


@dataclass(frozen=True, slots=True)
class Dashboard:
    """A page of panels."""

    name: str
    """Its file and the end of its address."""
    title: str
    rows: tuple[Row, ...]
    variables: tuple[Variable, ...] = ()
    part: str = KUBERNETES
    """The part of the platform that the page shows. A stack without it does not have the page."""
    refresh: str = "1m"
    """How often an open page asks again. CloudWatch charges for each metric that it returns."""

    def for_parts(self, parts: frozenset[str]) -> "Dashboard | None":
        """The dashboard with the panels of `parts` alone; None without any, or without its own part."""
        rows = tuple(
            Row(row.title, panels)
            for row in self.rows
            if (panels := tuple(panel for panel in row.panels if panel.part in parts))
        )
        return replace(self, rows=rows) if rows and self.part in parts else None


def lines(
    title: str, expression: str, legend: str, unit: Unit = Unit.COUNT, part: str = KUBERNETES, note: str = ""
) -> Panel:
    """A panel with one query over time."""
    return Panel(title, (Query(expression, legend),), unit, part, Shape.LINES, note)


def number(title: str, expression: str, unit: Unit = Unit.COUNT, part: str = KUBERNETES, note: str = "") -> Panel:
    """A panel with one last value."""
    return Panel(title, (Query(expression),), unit, part, Shape.NUMBER, note)


def table(title: str, expression: str, unit: Unit = Unit.COUNT, part: str = KUBERNETES, note: str = "") -> Panel:
    """A panel with the last values of all series of one query."""
    return Panel(title, (Query(expression),), unit, part, Shape.TABLE, note)


def watched(
    title: str,
    metric: str,
    dimensions: tuple[str, ...],
    unit: Unit,
    part: str,
    statistic: Statistic = Statistic.AVERAGE,
    note: str = "",
) -> Panel:
    """A panel with one metric of CloudWatch over time. `metric` is such as `AWS/RDS CPUUtilization`."""
    namespace, _, name = metric.partition(" ")
    return Panel(title, (CloudWatchQuery(namespace, name, dimensions, statistic),), unit, part, Shape.LINES, note)
