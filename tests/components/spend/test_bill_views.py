"""The table and views of the bill: what Athena parses, and what the views answer over rows of the specification."""

import base64
import json
from collections.abc import Sequence
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from components.spend.spend_control import focus
from components.spend.spend_control.spend_control import SpendControl
from tests.support.components.mocks import ACCOUNT, Recording, run
from tests.support.operations.focus import days, row, write_parquet

TABLE = "aws:glue/catalogTable:CatalogTable"
LOCATION = f"s3://ml-costs-{ACCOUNT}/focus/ml-focus-1-2/data/"
# sqlglot has no types that are complete; it parses Athena's SQL, and writes it for DuckDB.
sqlglot: Any = import_module("sqlglot")


@pytest.fixture(scope="module")
def made() -> Recording:
    given: Any = {
        "name": "ml",
        "emails": ["finance@example.com"],
        "monthly_limit": 1000,
        "cost_tags": {"environment": "production"},
        "export": True,
        "log_bucket": "ml-logs",
        "catalog_database": "ml",
        "team_tag": "squad",
    }
    return run(lambda: SpendControl("spend", given))


def stored(made: Recording, name: str) -> dict[str, Any]:
    """What Athena reads of a view in Glue: its query and its columns."""
    text = made.one(TABLE, f"spend-view-{name.replace('_', '-')}").inputs["viewOriginalText"]
    encoded = text.removeprefix("/* Presto View: ").removesuffix(" */")
    return json.loads(base64.b64decode(encoded))


def test_table_has_the_columns_of_focus_1_2_and_three_of_aws() -> None:
    assert len(focus.COLUMNS) == 60
    assert [each for each in focus.COLUMNS if each.startswith("x_")] == ["x_Discounts", "x_Operation", "x_ServiceCode"]
    types = focus.column_types()
    assert len(types) == 60
    assert {name for name, kind in types.items() if kind == "timestamp"} == {
        *("billingperiodstart", "billingperiodend", "chargeperiodstart", "chargeperiodend")
    }
    assert types["tags"] == types["skupricedetails"] == "map<string,string>"
    assert types["x_discounts"] == "map<string,double>"
    assert {name for name, kind in types.items() if kind == "double"} == {
        name for name in types if name.endswith(("cost", "unitprice", "quantity"))
    }


def test_export_query_names_every_column(made: Recording) -> None:
    query = sqlglot.parse_one(focus.QUERY, dialect="trino")
    assert query.named_selects == list(focus.COLUMNS)
    [column_names] = [
        [column["name"] for column in each.inputs["storageDescriptor"]["columns"]]
        for each in made.all(TABLE)
        if each.inputs["tableType"] == "EXTERNAL_TABLE"
    ]
    assert column_names == [column.lower() for column in focus.COLUMNS]


def test_partitions_are_the_folders_that_aws_writes(made: Recording) -> None:
    table = made.one(TABLE, "spend-table").inputs
    parameters = table["parameters"]
    assert table["partitionKeys"] == [{"name": "billing_period", "type": "string"}]
    assert table["storageDescriptor"]["location"] == LOCATION
    assert parameters["storage.location.template"] == f"{LOCATION}BILLING_PERIOD=${{billing_period}}"
    assert parameters["projection.enabled"] == "true"
    assert (parameters["projection.billing_period.type"], parameters["projection.billing_period.format"]) == (
        "date",
        "yyyy-MM",
    )


@pytest.mark.parametrize("name", focus.VIEWS)
def test_view_is_what_athena_stores(name: str, made: Recording) -> None:
    inputs, view = made.one(TABLE, f"spend-view-{name.replace('_', '-')}").inputs, stored(made, name)
    assert (inputs["tableType"], inputs["parameters"]["presto_view"]) == ("VIRTUAL_VIEW", "true")
    assert (view["catalog"], view["schema"]) == ("awsdatacatalog", "ml")
    assert [each["name"] for each in inputs["storageDescriptor"]["columns"]] == [
        each["name"] for each in view["columns"]
    ]
    hive = {"varchar": "string", "double": "double", "date": "date"}
    assert [each["type"] for each in inputs["storageDescriptor"]["columns"]] == [
        hive[each["type"]] for each in view["columns"]
    ]


@pytest.mark.parametrize("name", focus.VIEWS)
def test_view_reads_columns_of_the_table_alone(name: str, made: Recording) -> None:
    view = stored(made, name)
    query = sqlglot.parse_one(view["originalSql"], dialect="athena")
    assert query.named_selects == [each["name"] for each in view["columns"]]
    expressions: Any = import_module("sqlglot.expressions")
    known = {*focus.column_types(), "billing_period"}
    assert {column.name for column in query.find_all(expressions.Column)} <= known
    assert [(table.db, table.name) for table in query.find_all(expressions.Table)] == [("ml", "costs")]
    grouped = len([each for each in view["columns"] if each["type"] != "double"])
    assert [int(each.name) for each in query.args["group"].expressions] == list(range(1, grouped + 1))


ROWS = [
    *days(
        2,
        BilledCost=10.0,
        ServiceName="Amazon Elastic Compute Cloud",
        ResourceId=f"arn:aws:ec2:us-east-1:{ACCOUNT}:instance/i-0123456789abcdef0",
        Tags={"environment": "production", "squad": "search", "component": "inference"},
    ),
    # A prepaid commitment: bought once, and used on a day.
    row(BilledCost=100.0, EffectiveCost=0.0, ChargeCategory="Purchase", ServiceName="Savings Plans", Tags=None),
    row(
        BilledCost=0.0,
        EffectiveCost=7.0,
        ServiceName="Amazon Elastic Compute Cloud",
        CommitmentDiscountStatus="Used",
        Tags={"user:environment": "production", "user:squad": "risk"},
    ),
    row(
        BilledCost=4.0,
        ServiceName="Amazon S3",
        ResourceId="arn:aws:s3:::ml-raw-1a2b3c4",
        Tags={"environment": "staging"},
    ),
    row(BilledCost=2.0, ChargeCategory="Tax", ServiceName="Tax", Tags=None),
    row(BilledCost=-3.0, ChargeCategory="Credit", ServiceName="Credit", Tags={}),
]


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The rows as Athena sees them: Parquet files in folders of months."""
    folder: Path = tmp_path_factory.mktemp("bill")
    write_parquet(folder / "BILLING_PERIOD=2026-11" / "a.snappy.parquet", ROWS)
    opened: Any = import_module("duckdb").connect()
    opened.execute("CREATE SCHEMA ml")
    opened.execute(
        f"CREATE VIEW ml.costs AS SELECT * FROM read_parquet('{folder}/*/*.parquet', hive_partitioning=true, "
        "hive_types={'BILLING_PERIOD': VARCHAR})"
    )
    return opened


def answers(database: Any, made: Recording, name: str) -> Sequence[tuple[Any, ...]]:
    sql = sqlglot.transpile(stored(made, name)["originalSql"], read="athena", write="duckdb")[0]
    return sorted(database.execute(sql).fetchall(), key=str)


def test_days_add_up_to_the_invoice(database: Any, made: Recording) -> None:
    found = answers(database, made, "costs_by_day")
    assert sum(each[5] for each in found) == sum(each["BilledCost"] for each in ROWS)
    first = ("2026-11", date(2026, 11, 1), "111122223333", "Amazon Elastic Compute Cloud", "Usage", 10.0, 17.0)
    assert first in found
    assert ("2026-11", date(2026, 11, 2), "111122223333", "Amazon Elastic Compute Cloud", "Usage", 10.0, 10.0) in found


def test_teams_are_shown_what_they_used_of_a_commitment(database: Any, made: Recording) -> None:
    found = {(each[1], each[2], each[4]): each[5:] for each in answers(database, made, "costs_by_team")}
    assert found == {
        ("production", "search", "Usage"): (20.0, 20.0),
        ("production", "risk", "Usage"): (0.0, 7.0),
        ("staging", "(none)", "Usage"): (4.0, 4.0),
        ("(none)", "(none)", "Purchase"): (100.0, 0.0),
        ("(none)", "(none)", "Tax"): (2.0, 2.0),
        ("(none)", "(none)", "Credit"): (-3.0, -3.0),
    }


def test_component_is_its_tag_or_the_name_of_the_resource(database: Any, made: Recording) -> None:
    found = {
        (each[2], each[3]): each[6] for each in answers(database, made, "costs_by_component") if each[4] == "Usage"
    }
    assert found == {
        ("inference", "Amazon Elastic Compute Cloud"): 20.0,
        ("(none)", "Amazon Elastic Compute Cloud"): 7.0,
        ("ml-raw", "Amazon S3"): 4.0,
    }
