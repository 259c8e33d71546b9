"""Each dashboard has the form that Grafana publishes, down to the options and queries of its panels.

`tests/definitions/grafana` has the JSON schemas of grafana/grafana-foundation-sdk at f178d5a4, under the license beside
them: the dashboard's, and those of the panels and data sources that the dashboards use. The schema of a dashboard
leaves options and queries open, because they are those of the plugins.
"""

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from components.observability.dashboards.boards import DASHBOARDS, dashboard_files
from tests.support.git_ids import git_id

FOLDER = Path(__file__).parents[2] / "definitions" / "grafana"
PUBLISHED = {
    "cloudwatch": "1b141b17ba4280c1bb7d25def2f689ca399c0fec",
    "dashboard": "8d4d8dc288a5d64200f7a99505c2077fe9e517c9",
    "prometheus": "5e3f0c9b816a664bdadada5e7b9197c8621c0597",
    "stat": "15df2b8c8e244baf7d81a1698a6ae8f17fa5ae06",
    "table": "414f4967328ba172cc64c0381384243501c4696c",
    "timeseries": "06ef19ca5b1efc8c928ab51354d34dc955fd06f7",
}
"""By the file before `.jsonschema.json`: its id in Git."""
QUERIES = {"prometheus": ("prometheus", "Dataquery"), "cloudwatch": ("cloudwatch", "MetricsQuery")}
"""By the type of a data source: the file and the definition of its queries."""
ALL_PARTS = {panel.part for board in DASHBOARDS for row in board.rows for panel in row.panels}

boards = pytest.mark.parametrize("name", [board.name for board in DASHBOARDS])


@cache
def schema(file: str, definition: str) -> Any:
    """What tells the faults of a definition; None if the plugin has none of that name."""
    known = json.loads((FOLDER / f"{file}.jsonschema.json").read_text(encoding="utf-8"))
    if definition not in known["definitions"]:
        return None
    return jsonschema.Draft7Validator({**known, "$ref": f"#/definitions/{definition}"})


def faults(dashboard: dict[str, Any]) -> Iterator[str]:
    """What Grafana's schemas refuse of a dashboard."""
    yield from _faults(dashboard, "dashboard", "Dashboard", "")
    for number, panel in enumerate(dashboard["panels"]):
        if panel["type"] == "row":
            continue
        where = f"panels[{number}]"
        yield from _faults(panel["options"], panel["type"], "Options", f"{where}.options")
        custom = panel["fieldConfig"]["defaults"].get("custom", {})
        yield from _faults(custom, panel["type"], "FieldConfig", f"{where}.custom")
        for query in panel["targets"]:
            yield from _faults(query, *QUERIES[query["datasource"]["type"]], f"{where}.targets")


def _faults(value: dict[str, Any], file: str, definition: str, where: str) -> Iterator[str]:
    known = schema(file, definition)
    if known is None:
        yield from ([f"{where}: {file} has no {definition}"] if value else [])
        return
    yield from (f"{where}{each.json_path[1:]}: {each.message}" for each in known.iter_errors(value))


def dashboard(name: str) -> dict[str, Any]:
    return json.loads(dashboard_files(ALL_PARTS)[name])


def test_the_schemas_are_the_published_ones() -> None:
    assert {path.name.split(".")[0]: git_id(path) for path in FOLDER.glob("*.json")} == PUBLISHED


@boards
def test_a_dashboard_has_the_published_form(name: str) -> None:
    assert list(faults(dashboard(name))) == []


@pytest.mark.parametrize(
    ("path", "value", "found"),
    [
        (("refresh",), 60, "refresh: 60 is not of type 'string'"),
        (("panels", 1, "gridPos", "w"), 48, ".panels[1]"),
        (("panels", 1, "options", "textmode"), "auto", "panels[1].options"),
        (("panels", 1, "targets", 0, "expression"), "up", "panels[1].targets"),
    ],
    ids=["a wrong type", "too wide", "an unknown option", "an unknown field of a query"],
)
def test_a_wrong_dashboard_is_found(path: tuple[str | int, ...], value: object, found: str) -> None:
    made = dashboard("platform")
    place: Any = made
    for part in path[:-1]:
        place = place[part]
    place[path[-1]] = value
    assert [each for each in faults(made) if found in each]
