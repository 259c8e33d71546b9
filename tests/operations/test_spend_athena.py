"""`python -m operations.spend --athena`: the query that Athena runs finds the same as the files of the bill."""

import json
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from operations.spend.__main__ import main
from operations.spend.athena import bill_by_athena, bill_query, read_exported_bill
from operations.spend.bill import read_bill
from operations.spend.errors import SpendError
from tests.support.aws_models import faults
from tests.support.operations.focus import ACCOUNT, days, row, write_parquet

BUCKET = "ml-costs-111122223333"
OUTPUTS = {"region": "us-east-1", "billDatabase": "ml_prod", "billTable": "costs", "billWorkgroup": "ml-costs"}
# sqlglot and duckdb have no types that are complete.
sqlglot: Any = import_module("sqlglot")
duckdb: Any = import_module("duckdb")
ROWS = [
    *days(
        30,
        BilledCost=2.0,
        PricingQuantity=4.0,
        ServiceName="Amazon EC2",
        ChargeDescription='$0.5, "per hour"',
        SkuPriceDetails={"InstanceType": "m7g.xlarge"},
        Tags={"environment": "production", "team": "search"},
    ),
    row(BilledCost=5.0, ServiceName="Amazon S3", ResourceId="ml-raw", Tags=None),
    row(BilledCost=1.0, ChargeCategory="Tax", ServiceName="Tax", SubAccountId="999988887777"),
]


class FakeAthena:
    """Athena on DuckDB: it checks requests against AWS's model, and writes the results to S3."""

    def __init__(self, s3: Any, database: Any, results: Path):
        self._s3, self._database, self._results = s3, database, results
        self.states = ["QUEUED", "RUNNING", "SUCCEEDED"]
        self.stopped: list[str] = []

    def start_query_execution(self, **request: Any) -> Any:
        assert faults("athena", "StartQueryExecution", request) == []
        assert request["WorkGroup"] == "ml-costs"
        sql = sqlglot.transpile(request["QueryString"], read="athena", write="duckdb")[0]
        self._database.execute(f"COPY ({sql}) TO '{self._results}' (FORMAT csv, HEADER, FORCE_QUOTE *)")
        self._s3.upload_file(str(self._results), BUCKET, "athena-results/q1.csv")
        self._s3.put_object(Bucket=BUCKET, Key="athena-results/q1.csv.metadata", Body=b"binary")
        return {"QueryExecutionId": "q1"}

    def get_query_execution(self, **request: Any) -> Any:
        assert faults("athena", "GetQueryExecution", request) == []
        state = self.states.pop(0)
        status = {"State": state, "StateChangeReason": "it scans too much"}
        address = f"s3://{BUCKET}/athena-results/q1.csv"
        return {"QueryExecution": {"Status": status, "ResultConfiguration": {"OutputLocation": address}}}

    def stop_query_execution(self, **request: Any) -> Any:
        self.stopped.append(request["QueryExecutionId"])


@pytest.fixture
def outputs(tmp_path: Path) -> Path:
    path = tmp_path / "platform.json"
    path.write_text(json.dumps({**OUTPUTS, "more": 1}), encoding="utf-8")
    return path


@pytest.fixture
def athena(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeAthena]:
    folder = tmp_path / "bill"
    write_parquet(folder / "BILLING_PERIOD=2026-11" / "a.parquet", ROWS)
    write_parquet(folder / "BILLING_PERIOD=2026-10" / "a.parquet", ROWS[:1])
    database = duckdb.connect()
    database.execute("CREATE SCHEMA ml_prod")
    database.execute(
        f"CREATE VIEW ml_prod.costs AS SELECT * FROM read_parquet('{folder}/*/*.parquet', hive_partitioning=true, "
        "hive_types={'BILLING_PERIOD': VARCHAR})"
    )
    with import_module("moto").mock_aws():
        boto3 = import_module("boto3")
        made = boto3.client
        s3 = made("s3", region_name="us-east-1")
        s3.create_bucket(Bucket=BUCKET)
        fake = FakeAthena(s3, database, tmp_path / "q1.csv")

        def client(service: str, **rest: Any) -> Any:
            return fake if service == "athena" else made(service, **rest)

        monkeypatch.setattr(boto3, "client", client)
        yield fake


def test_query_finds_what_the_files_hold(athena: FakeAthena, outputs: Path, tmp_path: Path) -> None:
    waited: list[float] = []
    found = bill_by_athena(read_exported_bill(outputs), ACCOUNT, "2026-11", waited.append)
    assert found == read_bill([str(tmp_path / "bill" / "BILLING_PERIOD=2026-11")], ACCOUNT, "2026-11")
    assert found.hours == 720
    assert len(waited) == 2
    assert athena.stopped == []


def test_a_query_that_fails_is_told(athena: FakeAthena, outputs: Path) -> None:
    athena.states = ["FAILED"]
    with pytest.raises(SpendError, match="the query of the bill ended as FAILED: it scans too much"):
        bill_by_athena(read_exported_bill(outputs), ACCOUNT, "2026-11")


def test_a_query_that_nobody_waits_for_is_stopped(athena: FakeAthena, outputs: Path) -> None:
    def interrupted(_seconds: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        bill_by_athena(read_exported_bill(outputs), ACCOUNT, "2026-11", interrupted)
    assert athena.stopped == ["q1"]


def test_a_missing_cost_is_not_taken_as_zero(athena: FakeAthena, outputs: Path, tmp_path: Path) -> None:
    rows = [*ROWS, {**row(), "BilledCost": None}]
    write_parquet(tmp_path / "bill" / "BILLING_PERIOD=2026-11" / "a.parquet", rows)
    with pytest.raises(SpendError, match="BilledCost is not a number in 1 rows of the bill"):
        bill_by_athena(read_exported_bill(outputs), ACCOUNT, "2026-11", lambda _: None)
    assert athena.stopped == []


def test_query_reads_one_month_alone(outputs: Path) -> None:
    query = sqlglot.parse_one(bill_query(read_exported_bill(outputs), "2026-11"), dialect="athena")
    assert query.args["where"].sql(dialect="athena") == "WHERE billing_period = '2026-11'"


@pytest.mark.parametrize(
    ("changes", "arguments", "told"),
    [
        ({}, (), "--month is missing: a query reads one month of the bill; add one such as --month 2026-11"),
        ({"billTable": ""}, ("--month", "2026-11"), "it is empty without an exported bill"),
        ({"billWorkgroup": None}, ("--month", "2026-11"), "billWorkgroup = null: "),
    ],
)
def test_wrong_outputs_are_refused(
    changes: dict[str, Any], arguments: tuple[str, ...], told: str, outputs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plan = {
        "format": 1,
        "project": "mlplatform",
        "stack": "prod",
        "resources": PROVIDERS,
        "cost": COST,
    }
    plan_file = outputs.with_name("plan.json")
    plan_file.write_text(json.dumps(plan), encoding="utf-8")
    outputs.write_text(json.dumps({**OUTPUTS, **changes}), encoding="utf-8")
    assert main(["prod", "--plan", str(plan_file), "--athena", str(outputs), *arguments]) == 2
    assert told in capsys.readouterr().err


PROVIDERS = [
    {
        "urn": "urn:pulumi:prod::mlplatform::pulumi:providers:aws::aws",
        "type": "pulumi:providers:aws",
        "name": "aws",
        "inputs": {"allowedAccountIds": json.dumps([ACCOUNT])},
    }
]
COST: dict[str, Any] = {"currency": "USD", "lines": []}
