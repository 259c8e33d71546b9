"""The costs of pods: the export, what Athena parses, and that teams are shown the whole bill, once."""

import base64
import json
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, cast

import pytest

from components.core.spec import SpecError
from components.spend.spend_control import focus, pods
from components.spend.spend_control.spend_control import SpendControl
from tests.support.aws_models import faults
from tests.support.components.billing_api import export_request
from tests.support.components.iam import allows
from tests.support.components.mocks import ACCOUNT, Recording, run
from tests.support.operations.focus import row, write_parquet

TABLE = "aws:glue/catalogTable:CatalogTable"
EXPORT = "aws:bcmdata/export:Export"
GIVEN: dict[str, Any] = {
    "name": "ml",
    "emails": ["finance@example.com"],
    "monthly_limit": 1000,
    "cost_tags": {"environment": "production"},
    "export": True,
    "log_bucket": "ml-logs",
    "catalog_database": "ml",
    "showback": "split",
    "team_tag": "squad",
    "team_namespaces": {"search": ["search", "search-jobs"], "risk": ["risk"]},
}
EC2 = "Amazon Elastic Compute Cloud"
# sqlglot has no types that are complete; it parses Athena's SQL, and writes it for DuckDB.
sqlglot: Any = import_module("sqlglot")


def made_with(recording: Recording | None = None, **args: Any) -> Recording:
    given: Any = {**GIVEN, **args}
    return run(lambda: SpendControl("spend", given), recording)


def refusal(**args: Any) -> str:
    recording = Recording()
    with pytest.raises(SpecError) as error:
        made_with(recording, **args)
    assert not [each for each in recording.resources if each.custom]
    return str(error.value)


@pytest.fixture(scope="module")
def made() -> Recording:
    return made_with()


def sql_of(made: Recording, name: str) -> str:
    text = made.one(TABLE, f"spend-view-{name.replace('_', '-')}").inputs["viewOriginalText"]
    return json.loads(base64.b64decode(text.removeprefix("/* Presto View: ").removesuffix(" */")))["originalSql"]


def test_export_asks_for_split_costs_of_resources(made: Recording) -> None:
    inputs = made.one(EXPORT, "spend-pods-export").inputs
    assert faults("bcm-data-exports", "CreateExport", export_request(inputs)) == []
    [query] = inputs["export"]["dataQueries"]
    settings = query["tableConfigurations"]["COST_AND_USAGE_REPORT"]
    assert settings["INCLUDE_SPLIT_COST_ALLOCATION_DATA"] == "TRUE"
    assert settings["INCLUDE_RESOURCES"] == "TRUE"
    assert sqlglot.parse_one(query["queryStatement"], dialect="trino").named_selects == list(pods.COLUMNS)
    table = made.one(TABLE, "spend-pods-table").inputs
    assert [each["name"] for each in table["storageDescriptor"]["columns"]] == list(pods.COLUMNS)
    assert table["storageDescriptor"]["location"] == f"s3://ml-costs-{ACCOUNT}/pods/ml-pods/data/"


def test_without_showback_there_is_one_export() -> None:
    alone = made_with(showback="none", team_namespaces={})
    assert [each.name for each in alone.all(EXPORT)] == ["spend-export"]


@pytest.mark.parametrize("name", pods.VIEWS)
def test_view_reads_known_columns_alone(name: str, made: Recording) -> None:
    view = made.one(TABLE, f"spend-view-{name.replace('_', '-')}").inputs
    query = sqlglot.parse_one(sql_of(made, name), dialect="athena")
    assert query.named_selects == [each["name"] for each in view["storageDescriptor"]["columns"]]
    expressions: Any = import_module("sqlglot.expressions")
    known = {*focus.column_types(), *pods.COLUMNS, "billing_period"}
    derived = {"node", "namespace", "team", "service", "kind", "name", "effective"}
    assert {column.name for column in query.find_all(expressions.Column)} <= known | derived
    tables = {f"{each.db}.{each.name}" for each in query.find_all(expressions.Table) if each.db}
    assert tables <= {"ml.pod_costs", "ml.costs"}


def pod(node: str, namespace: str, used: float, unused: float, **tags: str) -> dict[str, Any]:
    """A row of CUR 2.0 with split costs of a pod."""
    return {
        "line_item_usage_account_id": ACCOUNT,
        "line_item_usage_start_date": "2026-11-01 00:00:00",
        "line_item_usage_type": "USE1-EKS-EC2-vCPU-Hours",
        "line_item_resource_id": f"arn:aws:eks:us-east-1:{ACCOUNT}:pod/ml-prod/{namespace}/a/b",
        "resource_tags": {"aws_eks_cluster_name": "ml-prod", "aws_eks_namespace": namespace, **tags},
        "split_line_item_parent_resource_id": node,
        "split_line_item_split_cost": used,
        "split_line_item_unused_cost": unused,
    }


def node(name: str, cost: float, **tags: str) -> dict[str, Any]:
    """A row of the bill for a node."""
    arn = f"arn:aws:ec2:us-east-1:{ACCOUNT}:instance/{name}"
    details = {"InstanceType": "m7g.xlarge"}
    return row(
        BilledCost=cost, EffectiveCost=cost, ServiceName=EC2, ResourceId=arn, SkuPriceDetails=details, Tags={**tags}
    )


BILL = [
    node("i-1", 10.0),
    node("i-1", 2.0),
    node("i-2", 20.0, squad="risk"),
    row(BilledCost=3.0, ServiceName=EC2, ResourceId=f"arn:aws:ec2:us-east-1:{ACCOUNT}:instance/i-1", Tags={}),
    row(BilledCost=8.0, ServiceName="Amazon S3", ResourceId="ml-raw", Tags={"squad": "search"}),
    row(BilledCost=1.5, ChargeCategory="Tax", ServiceName="Tax", Tags=None),
]
PODS = [
    # The label of a pod goes before the team of its namespace.
    pod("i-1", "search", 3.0, 1.0),
    pod("i-1", "search", 1.0, 0.5, user_squad="risk"),
    pod("i-1", "kube-system", 0.5, 0.5),
    pod("i-2", "search-jobs", 12.0, 6.0),
    # An instance of another row than a pod's.
    {**pod("", "search", 99.0, 0.0), "split_line_item_parent_resource_id": None},
]


def write_pods(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    kinds = {"string": "VARCHAR", "map<string,string>": "MAP(VARCHAR, VARCHAR)"}
    opened: Any = import_module("duckdb").connect()
    opened.execute(
        f"CREATE TABLE pods ({', '.join(f'{name} {kinds.get(kind, kind)}' for name, kind in pods.COLUMNS.items())})"
    )
    marks = ", ".join("?" * len(pods.COLUMNS))
    values = [[each.get(name) for name in pods.COLUMNS] for each in rows]
    opened.executemany(f"INSERT INTO pods VALUES ({marks})", values)
    opened.execute(f"COPY pods TO '{path}' (FORMAT parquet)")


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Both tables as Athena sees them: Parquet files in folders of months."""
    folder: Path = tmp_path_factory.mktemp("bill")
    write_parquet(folder / "costs" / "BILLING_PERIOD=2026-11" / "a.parquet", BILL)
    write_pods(folder / "pod_costs" / "BILLING_PERIOD=2026-11" / "a.parquet", PODS)
    opened: Any = import_module("duckdb").connect()
    opened.execute("CREATE SCHEMA ml")
    for name in ("costs", "pod_costs"):
        opened.execute(
            f"CREATE VIEW ml.{name} AS SELECT * FROM read_parquet('{folder}/{name}/*/*.parquet', "
            "hive_partitioning=true, hive_types={'BILLING_PERIOD': VARCHAR})"
        )
    return opened


def answers(database: Any, made: Recording, name: str) -> list[tuple[Any, ...]]:
    return database.execute(sqlglot.transpile(sql_of(made, name), read="athena", write="duckdb")[0]).fetchall()


def test_pods_belong_to_their_label_or_the_team_of_their_namespace(database: Any, made: Recording) -> None:
    found = {(each[2], each[3]): each[5:] for each in answers(database, made, pods.NAMESPACES)}
    assert found == {
        ("search", "search"): (3.0, 1.0, 4.0),
        ("search", "risk"): (1.0, 0.5, 1.5),
        ("kube-system", "(none)"): (0.5, 0.5, 1.0),
        ("search-jobs", "search"): (12.0, 6.0, 18.0),
    }


def test_showback_adds_up_to_the_bill(database: Any, made: Recording) -> None:
    found = answers(database, made, pods.TEAMS)
    assert sum(each[4] for each in found) == pytest.approx(sum(each["EffectiveCost"] for each in BILL))
    assert {each[1:4]: each[4] for each in found} == {
        ("search", "pods", "search"): 4.0,
        ("search", "pods", "search-jobs"): 18.0,
        ("risk", "pods", "search"): 1.5,
        ("(none)", "pods", "kube-system"): 1.0,
        # Of the nodes, what no pod has, and what is not the instance itself.
        ("(none)", "resources", EC2): 12.0 - 6.5 + 3.0,
        ("risk", "resources", EC2): 20.0 - 18.0,
        ("search", "resources", "Amazon S3"): 8.0,
        ("(none)", "resources", "Tax"): 1.5,
    }


def test_reader_reads_the_costs_of_pods_too() -> None:
    policies: list[str] = []
    run(lambda: SpendControl("spend", cast(Any, GIVEN)).reader_policy.apply(policies.append))
    [policy] = policies
    bucket = f"arn:aws:s3:::ml-costs-{ACCOUNT}"
    assert allows(policy, "s3:GetObject", f"{bucket}/pods/ml-pods/data/a.parquet")
    assert allows(policy, "s3:GetObject", f"{bucket}/focus/a.parquet")
    for table in ("pod_costs", *pods.VIEWS):
        assert allows(policy, "glue:GetTable", f"arn:aws:glue:us-east-1:{ACCOUNT}:table/ml/{table}")


@pytest.mark.parametrize(
    ("args", "told"),
    [
        ({"export": False}, "showback = 'split': it needs the exported bill, which it divides; set export to true"),
        ({"showback": "openCost"}, "showback = 'openCost': allowed: none, split"),
        ({"showback": "none"}, "teamNamespaces = ['risk', 'search']: nothing is shown to teams without showback"),
        ({"team_namespaces": {"a": ["x"], "b": ["x"]}}, "x is a namespace of a and of b; name it once"),
        ({"team_namespaces": {"a": ["X"]}}, "team_namespaces.a[0] = 'X'"),
    ],
)
def test_wrong_showback_is_refused(args: dict[str, Any], told: str) -> None:
    assert told in refusal(**args)
