"""Dashboards as Grafana reads them, built with Grafana's own Foundation SDK, whose types follow Grafana's schema."""

from functools import lru_cache
from itertools import count
from typing import Any, cast

from .panels import CloudWatchQuery, Dashboard, Panel, Query, Shape, Variable

DATA_SOURCE, CLOUDWATCH, TRACES = "metrics", "cloudwatch", "traces"
"""The uids of the data sources in Grafana."""
_WIDTHS = {Shape.LINES: 8, Shape.NUMBER: 4, Shape.TABLE: 12}
_HEIGHTS = {Shape.LINES: 8, Shape.NUMBER: 4, Shape.TABLE: 8}


@lru_cache(maxsize=64)
def dashboard_json(board: Dashboard) -> str:
    """The JSON of a dashboard."""
    from grafana_foundation_sdk.builders import dashboard as sdk
    from grafana_foundation_sdk.cog.encoder import JSONEncoder

    built = (
        sdk.Dashboard(board.title)
        .uid(f"mlplatform-{board.name}")
        .tags(["mlplatform"])
        .time("now-6h", "now")
        .refresh(board.refresh)
        .timezone("utc")
        .editable()
    )
    for variable in board.variables:
        built.with_variable(_variable(variable))
    numbers = count(1)
    for row in board.rows:
        built.with_row(sdk.Row(row.title).id(next(numbers)))
        for panel in row.panels:
            built.with_panel(_panel(panel).id(next(numbers)))
    return JSONEncoder(sort_keys=True, indent=1).encode(built.build())


def _variable(variable: Variable) -> Any:
    from grafana_foundation_sdk.builders.dashboard import QueryVariable
    from grafana_foundation_sdk.models import dashboard as models

    return (
        QueryVariable(variable.name)
        .label(variable.title)
        .datasource(_data_source())
        .query(f"label_values({variable.metric}, {variable.label})")
        .refresh(models.VariableRefresh.ON_TIME_RANGE_CHANGED)
        .sort(models.VariableSort.ALPHABETICAL_ASC)
        .multi(True)
        .include_all(True)
        .all_value(".*")
    )


def _panel(panel: Panel) -> Any:
    from grafana_foundation_sdk.builders import stat, table, timeseries

    kinds: dict[Shape, Any] = {
        Shape.LINES: timeseries.Panel,
        Shape.NUMBER: stat.Panel,
        Shape.TABLE: table.Panel,
    }
    built = (
        kinds[panel.shape]()
        .title(panel.title)
        .datasource(_cloudwatch() if _is_watched(panel) else _data_source())
        .unit(panel.unit.value)
        .span(_WIDTHS[panel.shape])
        .height(_HEIGHTS[panel.shape])
    )
    if panel.help:
        built = built.description(panel.help)
    if panel.shape is Shape.LINES:
        built = built.min(0).legend(_legend()).tooltip(_tooltip())
    for index, query in enumerate(panel.queries):
        reference = chr(ord("A") + index)
        watched = isinstance(query, CloudWatchQuery)
        built = built.with_target(_metric(query, reference) if watched else _target(query, reference, panel.shape))
    return built


def _legend() -> Any:
    from grafana_foundation_sdk.builders.common import VizLegendOptions
    from grafana_foundation_sdk.models.common import LegendDisplayMode, LegendPlacement

    return VizLegendOptions().show_legend(True).display_mode(LegendDisplayMode.LIST).placement(LegendPlacement.BOTTOM)


def _tooltip() -> Any:
    from grafana_foundation_sdk.builders.common import VizTooltipOptions
    from grafana_foundation_sdk.models.common import SortOrder, TooltipDisplayMode

    return VizTooltipOptions().mode(TooltipDisplayMode.MULTI).sort(SortOrder.DESCENDING)


def _target(query: Query, reference: str, shape: Shape) -> Any:
    from grafana_foundation_sdk.builders.prometheus import Dataquery
    from grafana_foundation_sdk.models.prometheus import PromQueryFormat

    built = Dataquery().datasource(_data_source()).expr(query.expression).ref_id(reference)
    if query.legend:
        built = built.legend_format(query.legend)
    if shape is Shape.LINES:
        return built.range()
    built = built.instant()
    return built.format(PromQueryFormat.TABLE) if shape is Shape.TABLE else built


def _metric(query: CloudWatchQuery, reference: str) -> Any:
    from grafana_foundation_sdk.builders.cloudwatch import MetricsQuery
    from grafana_foundation_sdk.models.cloudwatch import MetricEditorMode, MetricQueryType, QueryMode

    return (
        MetricsQuery()
        .datasource(_cloudwatch())
        .query_mode(QueryMode.METRICS)
        .metric_query_type(MetricQueryType.SEARCH)
        .metric_editor_mode(MetricEditorMode.BUILDER)
        .id("")
        .expression("")
        .region("default")
        .namespace(query.namespace)
        .metric_name(query.metric)
        .dimensions({dimension: ["*"] for dimension in query.dimensions})
        .match_exact(True)
        .statistic(query.statistic.value)
        .label(" ".join(f"${{PROP('Dim.{dimension}')}}" for dimension in query.dimensions))
        .ref_id(reference)
    )


def _is_watched(panel: Panel) -> bool:
    return isinstance(panel.queries[0], CloudWatchQuery)


def _cloudwatch() -> Any:
    from grafana_foundation_sdk.models.common import DataSourceRef

    return cast(Any, DataSourceRef)(type_val="cloudwatch", uid=CLOUDWATCH)


def _data_source() -> Any:
    from grafana_foundation_sdk.models.common import DataSourceRef

    return cast(Any, DataSourceRef)(type_val="prometheus", uid=DATA_SOURCE)
