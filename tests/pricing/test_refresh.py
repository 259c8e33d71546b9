"""Refreshing a price file, against answers in the form of the Price List API that are recorded beside this test."""

import json
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import pytest

from pricing.refresh.__main__ import main
from pricing.refresh.catalog import QUERIES, Query
from pricing.table import Row, read_rows

boto3: Any = pytest.importorskip("boto3")
stub: Any = pytest.importorskip("botocore.stub")

ANSWERS: Mapping[str, list[Any]] = json.loads((Path(__file__).parent / "price_list_answer.json").read_text())
BEFORE = """service,sku,region,unit,on_demand,spot,one_year,source,date,mark,note
cloudwatch,dashboard,us-east-1,dashboard-month,3,,,golden,2024-07-01,,
ec2,g4dn.xlarge,us-east-1,instance-hour,0.526,0.18936,0.331,bulk,2026-02-17,spot-derived,spot derived: Advisor; 1-yr: x
ec2,m5.large,us-east-1,instance-hour,0.096,0.036,0.06,bulk,2026-02-17,,
vpc,nat-gateway-hour,us-east-1,hour,0.045,,,feed,2026-09-03,,
"""


@pytest.fixture
def prices(tmp_path: Path) -> Path:
    (tmp_path / "us-east-1.csv").write_text(BEFORE)
    return tmp_path


@pytest.fixture
def pricing() -> Iterator[Any]:
    client = boto3.client("pricing", region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x")
    with stub.Stubber(client) as stubber:
        yield client, stubber


@pytest.fixture
def ec2() -> Iterator[Any]:
    client = boto3.client("ec2", region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x")
    with stub.Stubber(client) as stubber:
        yield client, stubber


def run(prices: Path, pricing: Any, ec2: Any = None, *options: str) -> int:
    return main(
        ["--region", "us-east-1", "--source", "api", "--prices", str(prices), *options], lambda _: (pricing, ec2)
    )


def recorded(query: Query) -> list[str]:
    family = query.filters.get("productFamily") or query.filters.get("queueType") or ""
    return [json.dumps(product) for product in ANSWERS.get(f"{query.code} {family}".strip(), [])]


def expected(query: Query) -> dict[str, Any]:
    wanted = {**query.filters, query.region_field: "us-east-1"}
    filters = [{"Type": "TERM_MATCH", "Field": field, "Value": value} for field, value in wanted.items()]
    return {"ServiceCode": query.code, "Filters": filters, "FormatVersion": "aws_v1"}


def answer_everything(stubber: Any) -> None:
    """Every query is answered; the first in two pages."""
    for place, query in enumerate(QUERIES):
        products, question = recorded(query), expected(query)
        if place == 0:
            page = {"FormatVersion": "aws_v1", "PriceList": products[:1], "NextToken": "more"}
            stubber.add_response("get_products", page, question)
            products, question = products[1:], {**question, "NextToken": "more"}
        stubber.add_response("get_products", {"FormatVersion": "aws_v1", "PriceList": products}, question)


def rows(prices: Path) -> dict[tuple[str, str], Row]:
    return read_rows(prices / "us-east-1.csv")


def test_answers_become_rows(prices: Path, pricing: Any, capsys: pytest.CaptureFixture[str]) -> None:
    client, stubber = pricing
    answer_everything(stubber)
    assert run(prices, client) == 0
    stubber.assert_no_pending_responses()
    found = {key: row.on_demand for key, row in rows(prices).items()}
    assert found == {
        ("cloudwatch", "dashboard"): "3",
        ("cloudwatch", "logs-vended-first-10TB"): "0.5",
        ("cloudwatch", "logs-vended-next-20TB"): "0.25",
        ("cloudwatch", "logs-vended-next-20TB-more"): "0.1",
        ("cloudwatch", "logs-vended-over-50TB"): "0.05",
        ("ec2", "g4dn.xlarge"): "0.54",
        ("ec2", "m5.large"): "0.096",
        ("eks", "control-plane-extended-support"): "0.6",
        ("eks", "control-plane-standard-support"): "0.1",
        ("elasticache", "cache.r7g.xlarge (Valkey)"): "0.3496",
        ("ebs", "gp3-throughput-over-125MiBps"): "0.04",
        ("kms", "requests-symmetric"): "0.03",
        ("rds-postgresql", "db.r6g.large Multi-AZ"): "0.45",
        ("vpc", "interface-endpoint-az-hour"): "0.01",
        ("vpc", "interface-endpoint-data-first-1PB"): "0.01",
        ("vpc", "nat-gateway-data"): "0.045",
        ("vpc", "nat-gateway-hour"): "0.045",
    }
    said = capsys.readouterr().out
    assert "ec2 g4dn.xlarge on demand: 0.526 -> 0.54" in said
    assert "ec2 g4dn.xlarge one year: 0.331 -> 0.34" in said
    assert "m5.large" not in said
    assert "nat-gateway-hour" not in said


def test_refreshed_row_keeps_its_spot_price(prices: Path, pricing: Any) -> None:
    client, stubber = pricing
    answer_everything(stubber)
    run(prices, client)
    row = rows(prices)[("ec2", "g4dn.xlarge")]
    assert (row.source, row.date) == ("AWS Price List, AmazonEC2 us-east-1", "2026-09-18")
    assert (row.spot, row.mark, row.note) == ("0.18936", "spot-derived", "spot derived: Advisor")
    assert list(rows(prices)) == sorted(rows(prices))


def test_a_region_without_file_gets_one(tmp_path: Path, pricing: Any) -> None:
    client, stubber = pricing
    answer_everything(stubber)
    assert run(tmp_path, client) == 0
    assert rows(tmp_path)[("eks", "control-plane-standard-support")].unit == "cluster-hour"


def test_spot_prices_are_the_mean_of_the_zones_newest(prices: Path, pricing: Any, ec2: Any) -> None:
    client, stubber = pricing
    answer_everything(stubber)
    compute, history = ec2
    entries = [("us-east-1a", "0.20", 1), ("us-east-1a", "0.30", 2), ("us-east-1b", "0.21", 1)]
    history.add_response(
        "describe_spot_price_history",
        {
            "SpotPriceHistory": [
                {
                    "InstanceType": "g4dn.xlarge",
                    "AvailabilityZone": zone,
                    "SpotPrice": price,
                    "Timestamp": datetime(2026, 11, day, tzinfo=UTC),
                }
                for zone, price, day in entries
            ]
        },
    )
    assert run(prices, client, compute, "--spot") == 0
    row = rows(prices)[("ec2", "g4dn.xlarge")]
    assert (row.spot, row.mark) == ("0.255", "")
    assert row.note.startswith("spot: mean of the zones on ")
    assert rows(prices)[("ec2", "m5.large")].spot == "0.036"


@pytest.mark.parametrize(
    ("code", "said"), [("ThrottlingException", "try again in a minute"), ("AccessDeniedException", "AccessDenied")]
)
def test_an_error_of_aws_is_named_and_leaves_the_file(
    code: str, said: str, prices: Path, pricing: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    client, stubber = pricing
    stubber.add_response("get_products", {"FormatVersion": "aws_v1", "PriceList": recorded(QUERIES[0])})
    stubber.add_client_error("get_products", code)
    assert run(prices, client) == 2
    assert said in capsys.readouterr().err
    assert (prices / "us-east-1.csv").read_text() == BEFORE
    assert [path.name for path in prices.iterdir()] == ["us-east-1.csv"]


@pytest.mark.parametrize("answer", ["not json", "{}", '{"product": {"attributes": {"instanceType": "g4dn.xlarge"}}}'])
def test_an_answer_of_another_shape_is_named_and_leaves_the_file(
    answer: str, prices: Path, pricing: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    client, stubber = pricing
    stubber.add_response("get_products", {"FormatVersion": "aws_v1", "PriceList": [answer]})
    assert run(prices, client) == 2
    assert "AmazonEC2 answered what isn't a product of the price list" in capsys.readouterr().err
    assert (prices / "us-east-1.csv").read_text() == BEFORE


def test_no_answer_at_all_leaves_the_file(prices: Path, pricing: Any, capsys: pytest.CaptureFixture[str]) -> None:
    client, stubber = pricing
    for _ in QUERIES:
        stubber.add_response("get_products", {"FormatVersion": "aws_v1", "PriceList": []})
    assert run(prices, client) == 2
    assert "nothing of ours in us-east-1" in capsys.readouterr().err
    assert (prices / "us-east-1.csv").read_text() == BEFORE


def test_an_unknown_region_names_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--region", "us-east1", "--source", "api"]) == 2
    assert "us-east1 is not an AWS region; did you mean us-east-1?" in capsys.readouterr().err


def test_without_credentials_the_file_stays(
    prices: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE", "AWS_WEB_IDENTITY_TOKEN_FILE"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE"):
        monkeypatch.setenv(name, str(prices / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    assert main(["--region", "us-east-1", "--source", "api", "--prices", str(prices)]) == 2
    assert "no AWS credentials" in capsys.readouterr().err
    assert (prices / "us-east-1.csv").read_text() == BEFORE


def test_without_boto3_the_remedy_is_named(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setitem(cast(dict[str, Any], sys.modules), "boto3", None)
    assert main(["--region", "us-east-1", "--source", "api"]) == 2
    assert "requirements-dev.lock has it" in capsys.readouterr().err
