"""`python -m operations.spend` on bills in FOCUS 1.2 that are made from the specification."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from components.spend.spend_control.focus import COLUMNS
from operations.spend.__main__ import main
from operations.spend.bill import NEEDED
from operations.spend.plan import read_plan
from tests.support.operations.focus import ACCOUNT, days, row, write_csv, write_parquet
from tests.support.planner.plans import built

PROVIDER = "urn:pulumi:prod::mlplatform::pulumi:providers:aws::aws"
BUCKET = "urn:pulumi:prod::mlplatform::aws:s3/bucket:Bucket::raw"
OFFLINE = "urn:pulumi:prod::mlplatform::aws:s3/bucket:Bucket::offline"
NODES = "urn:pulumi:prod::mlplatform::mlplatform:index:GpuCluster$aws:eks/nodeGroup:NodeGroup::inference"
MACHINES = "urn:pulumi:prod::mlplatform::aws:batch/computeEnvironment:ComputeEnvironment::gpu-spot"
NAT_TEXT = "$0.045 per GB Data Processed by NAT Gateways"


def line(item: str, quantity: float, price: float, component: str = "network", urn: str = "urn:x") -> dict[str, Any]:
    return {
        "urn": urn,
        "component": component,
        "item": item,
        "what": item,
        "quantity": quantity,
        "unit": "unit",
        "unitPrice": price,
        "monthly": quantity * price,
        "priceDate": "2026",
        "spot": None,
        "oneYear": None,
    }


def resource(urn: str, kind: str, **inputs: Any) -> dict[str, Any]:
    return {"urn": urn, "type": kind, "name": urn.rpartition("::")[2], "inputs": inputs}


PLANNED = [
    line("vpc nat-gateway-data", 1000, 0.045),
    line("ec2 g4dn.xlarge ON_DEMAND base", 14600, 0.526, "gpu-cluster-inference", NODES),
    line("ec2 m7i.large or m6i.large SPOT fixed", 730, 0.03, "batch", MACHINES),
    line("s3 standard-first-50TB", 1024, 0.023, "store-data-raw", BUCKET),
    line("s3 standard-first-50TB", 1024, 0.023, "store-data-offline", OFFLINE),
    line("wafv2 requests", 30, 0.6, "firewall"),
]


def plan_file(tmp_path: Path, lines: Sequence[dict[str, Any]] = PLANNED, **changes: Any) -> Path:
    content = {
        "format": 1,
        "project": "mlplatform",
        "stack": "prod",
        "resources": [
            resource(
                PROVIDER,
                "pulumi:providers:aws",
                allowedAccountIds=json.dumps([ACCOUNT]),
                defaultTags=json.dumps({"tags": {"environment": "production"}}),
            ),
            resource(BUCKET, "aws:s3/bucket:Bucket", bucket="ml-prod-raw-1"),
            resource(OFFLINE, "aws:s3/bucket:Bucket", bucket="ml-prod-offline-1"),
        ],
        "cost": {"currency": "USD", "lines": list(lines)},
        **changes,
    }
    path = tmp_path / "plan.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def nat(gigabytes: float, **values: Any) -> dict[str, Any]:
    given = {"BilledCost": gigabytes * 0.045, "PricingQuantity": gigabytes, "PricingUnit": "GB"}
    return row(
        ServiceName="Amazon Virtual Private Cloud",
        x_ServiceCode="AmazonEC2",
        ChargeDescription=NAT_TEXT,
        **given | values,
    )


def month(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows, and a row without cost on each day, so that the bill covers the whole month."""
    return [*rows, *days(30, BilledCost=0.0, ServiceName="Amazon EC2", ChargeDescription="$0.00 per hour of nothing")]


def compared(
    tmp_path: Path, rows: Sequence[dict[str, Any]], capsys: Any, *more: str, whole: bool = True
) -> dict[str, Any]:
    bill = write_csv(tmp_path / "bill.csv", month(rows) if whole else rows)
    assert main(["prod", "--plan", str(plan_file(tmp_path)), "--bill", str(bill), "--json", *more]) == 0
    return json.loads(capsys.readouterr().out)


def lines_of(result: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    return {(each["line"], each["component"]): each for each in result["lines"]}


def usage_of(result: dict[str, Any]) -> dict[str, float]:
    return {each["key"]: each["billed"] for each in result["usage"]}


def test_wrong_assumption_is_named_with_its_key_and_value(tmp_path: Path, capsys: Any) -> None:
    # November has 720 hours: 2,400 GB x 730 / 720 = 2,433.33 GB in a month of the plan.
    result = compared(tmp_path, [nat(2400)], capsys)
    nat_line = lines_of(result)["nat data", "network"]
    assert nat_line["planned"] == pytest.approx(45.0)
    assert nat_line["listed"] == pytest.approx(2400 * 0.045 * 730 / 720)
    assert nat_line["quantity"] == pytest.approx(2433.33, abs=0.01)
    assert usage_of(result)["usage.natGb"] == pytest.approx(2433.33, abs=0.01)


def test_right_assumption_is_left_alone(tmp_path: Path, capsys: Any) -> None:
    assert "usage.natGb" not in usage_of(compared(tmp_path, [nat(1000)], capsys))


def test_part_of_a_month_is_scaled_to_a_whole(tmp_path: Path, capsys: Any) -> None:
    # 10 days: 240 of 730 hours.
    each = {"BilledCost": 4.5, "PricingQuantity": 100.0, "x_ServiceCode": "AmazonEC2", "ChargeDescription": NAT_TEXT}
    result = compared(tmp_path, days(10, **each), capsys, whole=False)
    assert result["days"] == 10
    assert lines_of(result)["nat data", "network"]["listed"] == pytest.approx(45 * 730 / 240)


def test_quantity_that_aws_leaves_out_follows_from_the_list_price(tmp_path: Path, capsys: Any) -> None:
    result = compared(tmp_path, [nat(2400, PricingQuantity=None, PricingUnit=None)], capsys)
    assert lines_of(result)["nat data", "network"]["quantity"] == pytest.approx(2433.33, abs=0.01)


def machine(hours: float, text: str, kind: str, listed: float, **values: Any) -> dict[str, Any]:
    given = {"BilledCost": listed, "ListCost": listed, "PricingQuantity": hours, "PricingUnit": "Hrs"}
    details: Any = {"InstanceType": kind} if kind else None
    return row(
        ServiceName="Amazon Elastic Compute Cloud",
        x_ServiceCode="AmazonEC2",
        ChargeDescription=text,
        SkuPriceDetails=details,
        **given | values,
    )


def test_commitment_lowers_the_effective_cost_and_not_the_amount(tmp_path: Path, capsys: Any) -> None:
    covered = machine(
        14400,
        "g4dn.xlarge Linux/UNIX, covered by Compute Savings Plans",
        "g4dn.xlarge",
        14400 * 0.526,
        BilledCost=0.0,
        EffectiveCost=14400 * 0.331,
        PricingCategory="Committed",
        CommitmentDiscountId="arn:aws:savingsplans::111122223333:savingsplan/a",
        CommitmentDiscountStatus="Used",
    )
    unused = row(
        BilledCost=0.0,
        EffectiveCost=50.0,
        ListCost=0.0,
        x_ServiceCode="ComputeSavingsPlans",
        ChargeDescription="1 year No Upfront Compute Savings Plan",
        CommitmentDiscountStatus="Unused",
    )
    purchase = row(BilledCost=4800.0, EffectiveCost=0.0, ListCost=4800.0, ChargeCategory="Purchase", Tags=None)
    result = compared(tmp_path, [covered, unused, purchase], capsys)
    found = lines_of(result)["ec2 on demand: g4dn.xlarge", "gpu-cluster-inference"]
    assert found["listed"] == pytest.approx(found["planned"])
    assert found["effective"] == pytest.approx(14600 * 0.331)
    assert result["unusedCommitments"] == 50.0
    assert result["invoice"]["Purchase"] == 4800.0
    assert "usage.averageNodes.inference" not in usage_of(result)


def test_more_nodes_are_told_as_average_nodes_of_their_pool(tmp_path: Path, capsys: Any) -> None:
    text = "$0.526 per On Demand Linux g4dn.xlarge Instance Hour"
    result = compared(tmp_path, [machine(21600, text, "g4dn.xlarge", 21600 * 0.526)], capsys)
    assert usage_of(result)["usage.averageNodes.inference"] == pytest.approx(30.0)


def test_types_of_one_line_are_compared_together(tmp_path: Path, capsys: Any) -> None:
    spot = "m6i.large Linux/UNIX Spot Instance-hour in US East (Virginia) in VPC Zone #3"
    rows = [
        machine(360, spot, "m6i.large", 360 * 0.03, PricingCategory="Dynamic"),
        machine(360, spot.replace("m6i", "m7i"), "", 360 * 0.03, PricingCategory="Dynamic"),
    ]
    found = lines_of(compared(tmp_path, rows, capsys))["ec2 spot: m6i.large or m7i.large", "batch"]
    assert found["quantity"] == pytest.approx(730)


def test_buckets_are_told_apart_by_their_resource(tmp_path: Path, capsys: Any) -> None:
    def stored(bucket: str, gigabytes: float) -> dict[str, Any]:
        return row(
            BilledCost=gigabytes * 0.023,
            PricingQuantity=gigabytes,
            x_ServiceCode="AmazonS3",
            ChargeDescription="$0.023 per GB - first 50 TB / month of storage used",
            ResourceId=f"arn:aws:s3:::{bucket}",
        )

    result = compared(tmp_path, [stored("ml-prod-raw-1", 4096 * 720 / 730), stored("ml-prod-offline-1", 1010)], capsys)
    assert lines_of(result)["s3 standard storage", "store-data-raw"]["quantity"] == pytest.approx(4096)
    assert usage_of(result) == {
        "usage.buckets.raw.storedTb": pytest.approx(4.0),
        "usage.natGb": pytest.approx(0.0),
        "usage.averageNodes.inference": pytest.approx(0.0),
        "usage.batch.machineHours": pytest.approx(0.0),
        "usage.webRequests": pytest.approx(0.0),
    }


def test_requests_become_the_number_of_the_key(tmp_path: Path, capsys: Any) -> None:
    requests = row(
        BilledCost=57.6,
        PricingQuantity=96_000_000.0,
        x_ServiceCode="awswaf",
        ChargeDescription="$0.60 per million requests processed",
    )
    assert usage_of(compared(tmp_path, [requests], capsys))["usage.webRequests"] == pytest.approx(97_333_333, rel=1e-4)


def test_no_cost_is_lost_between_lines(tmp_path: Path, capsys: Any) -> None:
    rows = [
        nat(1200),
        nat(7, Tags=None),
        row(BilledCost=12.5, ServiceName="Amazon Bedrock", x_ServiceCode="AmazonBedrock", ChargeDescription="tokens"),
        row(BilledCost=3.25, ServiceName="Amazon Bedrock", x_ServiceCode="AmazonBedrock"),
        machine(10, "$5 per On Demand Linux p5.48xlarge Instance Hour", "p5.48xlarge", 550.0),
    ]
    result = compared(tmp_path, rows, capsys)
    scale = 730 / 720
    assert result["listed"] == pytest.approx(sum(each["ListCost"] for each in rows) * scale)
    assert {(each["service"], each["description"]) for each in result["unplanned"]} >= {
        ("Amazon Bedrock", "tokens"),
        ("Amazon Bedrock", "without description"),
        ("Amazon Elastic Compute Cloud", "$5 per On Demand Linux p5.48xlarge Instance Hour"),
    }


def test_invoice_adds_up_what_is_billed_and_lines_only_usage(tmp_path: Path, capsys: Any) -> None:
    rows = [
        nat(1000),
        row(BilledCost=9.0, ChargeCategory="Tax", ServiceName="Tax", Tags=None),
        row(BilledCost=-20.0, ChargeCategory="Credit", ServiceName="Credit", Tags=None),
        row(BilledCost=-5.0, ChargeCategory="Adjustment", ChargeClass="Correction", Tags=None),
        nat(100, ChargeClass="Correction"),
    ]
    result = compared(tmp_path, rows, capsys)
    assert result["invoice"] == {"Usage": 49.5, "Purchase": 0, "Tax": 9.0, "Credit": -20.0, "Adjustment": -5.0}
    assert result["corrections"] == pytest.approx(4.5)
    assert lines_of(result)["nat data", "network"]["listed"] == pytest.approx(45 * 730 / 720)
    assert result["effective"] == pytest.approx(45 * 730 / 720)


def test_other_environments_and_accounts_are_left_out(tmp_path: Path, capsys: Any) -> None:
    rows = [nat(1000), nat(500, Tags={"user:environment": "staging"}), nat(900, SubAccountId="444455556666")]
    result = compared(tmp_path, rows, capsys)
    assert lines_of(result)["nat data", "network"]["quantity"] == pytest.approx(1000 * 730 / 720)
    assert result["otherEnvironments"] == pytest.approx(22.5)


@pytest.mark.parametrize("kind", ["csv", "csv.gz", "parquet"])
def test_csv_and_parquet_give_the_same(kind: str, tmp_path: Path, capsys: Any) -> None:
    rows = month(
        [nat(2400), machine(720, "$0.526 per On Demand Linux g4dn.xlarge Instance Hour", "g4dn.xlarge", 378.72)]
    )
    folder = tmp_path / "bill" / "data" / "BILLING_PERIOD=2026-11"
    if kind == "parquet":
        write_parquet(folder / "a.snappy.parquet", rows)
    else:
        write_csv(folder / f"a.{kind}", rows)
    plan = plan_file(tmp_path)
    assert main(["prod", "--plan", str(plan), "--bill", str(tmp_path / "bill"), "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert usage_of(result)["usage.natGb"] == pytest.approx(2433.33, abs=0.01)
    assert usage_of(result)["usage.averageNodes.inference"] == pytest.approx(1.0)


def test_text_names_lines_totals_and_changes(tmp_path: Path, capsys: Any) -> None:
    bill = write_csv(tmp_path / "bill.csv", month([nat(2400), row(BilledCost=9.0, ChargeCategory="Tax")]))
    assert main(["prod", "--plan", str(plan_file(tmp_path)), "--bill", str(bill)]) == 0
    printed = capsys.readouterr().out
    assert "Bill of 2026-11, account 111122223333, 30 days, against the plan of prod." in printed
    assert "  usage.natGb: 1000 assumed, 2430 billed, +64.50 USD a month\n    Set usage.natGb to 2430.\n" in printed
    assert "Invoice of the account in this bill: 117.00" in printed
    assert max(map(len, printed.splitlines())) <= 120


def test_services_without_a_usage_key_are_compared_too(tmp_path: Path, capsys: Any) -> None:
    texts = {"AWSBackup": "$0.05 per GB-Month of S3 warm storage", "AmazonPrometheus": "$0.90 per 10M samples ingested"}
    rows = [row(BilledCost=7.2, ServiceName=code, x_ServiceCode=code, ChargeDescription=texts[code]) for code in texts]
    bill = write_csv(tmp_path / "bill.csv", month(rows))
    planned = [line("backup s3-warm", 100, 0.05, "recovery"), line("amp ingest-first-2B-samples", 5, 0.9, "metrics")]
    plan = plan_file(tmp_path, planned)
    assert main(["prod", "--plan", str(plan), "--bill", str(bill), "--json"]) == 0
    found = lines_of(json.loads(capsys.readouterr().out))
    assert {key: each["listed"] for key, each in found.items()} == {
        ("backups", "recovery"): pytest.approx(7.3),
        ("Prometheus", "metrics"): pytest.approx(7.3),
    }


def test_small_differences_share_a_line(tmp_path: Path, capsys: Any) -> None:
    bill = write_csv(tmp_path / "bill.csv", month([nat(1000)]))
    plan = plan_file(tmp_path, PLANNED[:1])
    assert main(["prod", "--plan", str(plan), "--bill", str(bill)]) == 0
    assert "1 other lines, which differ by less than 1 USD" in capsys.readouterr().out


def test_check_fails_while_a_line_differs(tmp_path: Path, capsys: Any) -> None:
    bill = write_csv(tmp_path / "bill.csv", month([nat(2400)]))
    plan = plan_file(tmp_path, PLANNED[:1])
    asked = ["prod", "--plan", str(plan), "--bill", str(bill), "--check"]
    assert main(asked) == 1
    assert main([*asked, "--tolerance", "200"]) == 0


def test_needed_columns_are_those_of_awss_table() -> None:
    assert set(NEEDED) <= set(COLUMNS)


def refusal(capsys: Any, plan: Path, *bill: Path | str, more: Sequence[str] = ()) -> str:
    assert main(["prod", "--plan", str(plan), "--bill", *map(str, bill), *more]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    return captured.err


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"BilledCost": "much"}, "BilledCost is not a number in 1 rows of the bill"),
        ({"EffectiveCost": None}, "EffectiveCost is not a number in 1 rows"),
        ({"ChargePeriodEnd": "soon"}, "ChargePeriodEnd is not a time in 1 rows"),
        ({"BillingCurrency": "EUR"}, "BillingCurrency = EUR: the plan is in USD"),
        ({"ChargeCategory": "Gift"}, "ChargeCategory = Gift: FOCUS 1.2 knows Usage"),
    ],
)
def test_wrong_value_of_a_bill_is_refused(change: dict[str, Any], said: str, tmp_path: Path, capsys: Any) -> None:
    bill = write_csv(tmp_path / "bill.csv", [*month([]), nat(1, **change)])
    assert said in refusal(capsys, plan_file(tmp_path), bill)


def test_bill_without_a_column_is_refused(tmp_path: Path, capsys: Any) -> None:
    columns = [each for each in COLUMNS if each not in ("ListCost", "Tags")]
    bill = write_csv(tmp_path / "bill.csv", month([]), columns)
    assert "the bill lacks the columns ListCost, Tags; export the table FOCUS_1_2_AWS" in refusal(
        capsys, plan_file(tmp_path), bill
    )


def test_bill_of_several_months_asks_for_one(tmp_path: Path, capsys: Any) -> None:
    october = row(
        BillingPeriodStart="2026-10-01T00:00:00Z", ChargePeriodStart="2026-10-01", ChargePeriodEnd="2026-10-02"
    )
    bill = write_csv(tmp_path / "bill.csv", [*month([nat(1000)]), october])
    plan = plan_file(tmp_path)
    assert "the bill has 2026-10, 2026-11; choose one with --month" in refusal(capsys, plan, bill)
    assert "--month 2026-09: the bill has" in refusal(capsys, plan, bill, more=["--month", "2026-09"])
    assert main(["prod", "--plan", str(plan), "--bill", str(bill), "--month", "2026-11"]) == 0


def test_other_wrong_inputs_are_refused_with_a_remedy(tmp_path: Path, capsys: Any) -> None:
    plan, bill = plan_file(tmp_path), write_csv(tmp_path / "bill.csv", month([nat(1, SubAccountId=ACCOUNT)]))
    others = write_csv(tmp_path / "others.csv", [nat(1, SubAccountId="444455556666")])
    assert "has no charges of account 111122223333" in refusal(capsys, plan, others)
    assert "run `make plan STACK=dev` first" in refusal(capsys, tmp_path / "dev" / "plan.json", bill)
    assert "there is no file that ends with" in refusal(capsys, plan, tmp_path / "none")
    assert "is not a bill; name a file" in refusal(capsys, plan, plan)
    parquet = write_parquet(tmp_path / "bill.parquet", month([]))
    assert "in Parquet and in CSV" in refusal(capsys, plan, bill, parquet)
    broken = tmp_path / "broken.parquet"
    broken.write_bytes(b"PAR1 and nothing else")
    assert "cannot be read as a bill" in refusal(capsys, plan, broken)
    assert "is not an address in S3" in refusal(capsys, plan, "s3://?")
    (tmp_path / "odd.json").write_text("[]", encoding="utf-8")
    assert "is not a plan" in refusal(capsys, tmp_path / "odd.json", bill)
    assert "has format 2, not 1" in refusal(capsys, plan_file(tmp_path, format=2), bill)
    assert "is the plan of staging, not of prod" in refusal(capsys, plan_file(tmp_path, stack="staging"), bill)


def test_prefix_in_s3_is_read(tmp_path: Path, capsys: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    moto, boto3 = pytest.importorskip("moto"), pytest.importorskip("boto3")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    bill = write_csv(tmp_path / "bill.csv.gz", month([nat(2400)]))
    with moto.mock_aws():
        client = boto3.client("s3")
        client.create_bucket(Bucket="ml-costs")
        client.upload_file(str(bill), "ml-costs", "focus/ml/data/BILLING_PERIOD=2026-11/a.csv.gz")
        client.put_object(Bucket="ml-costs", Key="focus/ml/metadata/manifest.json", Body=b"{}")
        plan = plan_file(tmp_path)
        assert main(["prod", "--plan", str(plan), "--bill", "s3://ml-costs/focus/ml/data/", "--json"]) == 0
        assert usage_of(json.loads(capsys.readouterr().out))["usage.natGb"] == pytest.approx(2433.33, abs=0.01)
        assert "cannot be read" in refusal(capsys, plan, "s3://ml-other/")


def test_the_plan_that_the_planner_writes_is_read_whole(tmp_path: Path) -> None:
    planned = built("staging")
    path = tmp_path / "plan.json"
    path.write_text(planned.json(), encoding="utf-8")
    found = read_plan(path)
    assert (found.stack, found.account, found.environment) == ("staging", "444455556666", "staging")
    assert sum(each.monthly for each in found.lines) == pytest.approx(planned.estimate.monthly, abs=0.01)
    assert found.names["ml-staging-models-444455556666"]
