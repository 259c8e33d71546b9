"""Bills in FOCUS 1.2 with AWS's columns, made from the specification: rows, and files as Data Exports writes them.

Sources: FOCUS specification 1.2; Data Exports user guide, "FOCUS 1.2 with AWS columns" and its conformance gaps. AWS
gives no ContractedUnitPrice, ListUnitPrice, PricingUnit, SkuId or SkuPriceId for some products.
"""

import csv
import gzip
import json
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from components.spend.spend_control.focus import COLUMNS, column_types

ACCOUNT = "111122223333"
_TYPES = {"string": "VARCHAR", "double": "DOUBLE", "timestamp": "TIMESTAMP"}


def row(**values: Any) -> dict[str, Any]:
    """A row of November 2026: usage on the first day, unless `values` say otherwise. Other columns are null."""
    cost = values.get("BilledCost", 0.0)
    given: dict[str, Any] = {
        "BillingAccountId": "999988887777",
        "BillingAccountType": "Management Account",
        "BillingCurrency": "USD",
        "BillingPeriodStart": "2026-11-01T00:00:00.000Z",
        "BillingPeriodEnd": "2026-12-01T00:00:00.000Z",
        "ChargeCategory": "Usage",
        "ChargeFrequency": "Usage-Based",
        "ChargePeriodStart": "2026-11-01T00:00:00.000Z",
        "ChargePeriodEnd": "2026-11-02T00:00:00.000Z",
        "EffectiveCost": cost,
        "ListCost": cost,
        "ContractedCost": cost,
        "BilledCost": cost,
        "InvoiceIssuerName": "Amazon Web Services, Inc.",
        "PricingCategory": "Standard",
        "ProviderName": "AWS",
        "PublisherName": "Amazon Web Services, Inc.",
        "RegionId": "us-east-1",
        "RegionName": "US East (N. Virginia)",
        "ServiceCategory": "Compute",
        "SubAccountId": ACCOUNT,
        "SubAccountType": "Member Account",
        "Tags": {"environment": "production", "managed-by": "mlplatform"},
    }
    return dict.fromkeys(COLUMNS) | given | values


def days(count: int, **values: Any) -> list[dict[str, Any]]:
    """The same row for each of the first `count` days of the month."""
    return [
        row(
            **values,
            ChargePeriodStart=f"2026-11-{day:02}T00:00:00.000Z",
            ChargePeriodEnd=f"2026-11-{day + 1:02}T00:00:00.000Z" if day < 30 else "2026-12-01T00:00:00.000Z",
        )
        for day in range(1, count + 1)
    ]


def write_csv(path: Path, rows: Sequence[Mapping[str, Any]], columns: Sequence[str] = COLUMNS) -> Path:
    """The rows as CSV, compressed where the name ends with .gz. Maps are JSON, and null is empty."""
    path.parent.mkdir(parents=True, exist_ok=True)
    opened: Any = gzip.open if path.suffix == ".gz" else open
    with opened(path, "wt", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, extrasaction="ignore")
        writer.writeheader()
        for each in rows:
            writer.writerow(
                {key: json.dumps(value) if isinstance(value, dict) else value for key, value in each.items()}
            )
    return path


def write_parquet(path: Path, rows: Sequence[Mapping[str, Any]]) -> Path:
    """The rows as Parquet with the types of AWS's dictionary: numbers, times and maps."""
    path.parent.mkdir(parents=True, exist_ok=True)
    types = column_types()
    defined = ", ".join(f'"{name}" {_type(types[name.lower()])}' for name in COLUMNS)
    database = import_module("duckdb").connect()
    database.execute(f"CREATE TABLE bill ({defined})")
    database.executemany(
        f"INSERT INTO bill VALUES ({', '.join('?' * len(COLUMNS))})",
        [[each[name] for name in COLUMNS] for each in rows],
    )
    database.execute(f"COPY bill TO '{path}' (FORMAT parquet)")
    return path


def _type(hive: str) -> str:
    if hive.startswith("map<"):
        inner = [_TYPES[part] for part in hive.removeprefix("map<").removesuffix(">").split(",")]
        return f"MAP({', '.join(inner)})"
    return _TYPES[hive]
