"""Reads a bill in FOCUS 1.2, as AWS Data Exports delivers it: Parquet or CSV, a file, a folder or an address in S3.

Sources: FOCUS specification 1.2; Data Exports user guide, "FOCUS 1.2 with AWS columns" and its conformance gaps. DuckDB
reads both kinds of files and adds up millions of rows in little memory.
"""

import json
import re
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from string import Template
from tempfile import TemporaryDirectory
from typing import Any, cast

from .errors import SpendError

TEXTS = (
    *("BillingCurrency", "SubAccountId", "ChargeCategory", "ChargeClass", "ChargeDescription", "PricingCategory"),
    *("CommitmentDiscountStatus", "ResourceId", "ServiceName", "x_ServiceCode", "x_Operation"),
)
COSTS = ("BilledCost", "EffectiveCost", "ListCost")
TIMES = ("BillingPeriodStart", "ChargePeriodStart", "ChargePeriodEnd")
MAPS = ("SkuPriceDetails", "Tags")
QUANTITY = "PricingQuantity"
NEEDED = (*TEXTS, *COSTS, *TIMES, *MAPS, QUANTITY)
"""The columns that the comparison reads."""
CATEGORIES = ("Usage", "Purchase", "Tax", "Credit", "Adjustment")
"""Source: FOCUS specification 1.2, ChargeCategory."""
_S3 = re.compile(r"s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:/(.*))?")
_KINDS = {".parquet": "parquet", ".csv": "csv", ".csv.gz": "csv"}
_TAG_PREFIXES = ("", "user:", "resourceTags/")


@dataclass(frozen=True, slots=True)
class Charge:
    """Rows of a bill that differ in their costs and days alone, added up. `quantity` is None where AWS gives none."""

    category: str
    correction: bool
    description: str
    pricing: str
    unused: bool
    resource: str
    service: str
    code: str
    operation: str
    instance_type: str
    environment: str | None
    billed: float
    effective: float
    listed: float
    quantity: float | None


@dataclass(frozen=True, slots=True)
class Bill:
    """The charges of an account in a month. `hours` are those that its usage covers."""

    month: str
    account: str
    hours: float
    charges: tuple[Charge, ...]


def read_bill(sources: Sequence[str], account: str, month: str | None) -> Bill:
    """The bill of an account, in a month where the files have several.

    Raises:
        SpendError: there are no files, they are not a bill, or none of the account or the month.
    """
    with _files(sources) as files:
        return _read(files, account, month)


@contextmanager
def _files(sources: Sequence[str]) -> Generator[list[Path]]:
    """The files of all sources; those in S3 are copied to a folder that is removed at the end."""
    with TemporaryDirectory() as folder:
        found: list[Path] = []
        for number, source in enumerate(sources):
            path = Path(source)
            if source.startswith("s3://"):
                path = Path(folder) / str(number)
                _download(source, path)
            found += _within(path, source)
        kinds = {_kind(each) for each in found}
        if len(kinds) > 1:
            raise SpendError("the bill is in Parquet and in CSV; name files of one kind, or the same rows count twice")
        yield found


def _within(path: Path, source: str) -> list[Path]:
    if path.is_file():
        if _kind(path) is None:
            raise SpendError(f"{source}: is not a bill; name a file that ends with {', '.join(_KINDS)}")
        return [path]
    found = sorted(each for each in path.rglob("*") if each.is_file() and _kind(each)) if path.is_dir() else []
    if not found:
        raise SpendError(
            f"{source}: there is no file that ends with {', '.join(_KINDS)}; name the bill's file, its folder, or "
            "the stack output billLocation"
        )
    return found


def _kind(path: Path) -> str | None:
    return next((kind for ending, kind in _KINDS.items() if path.name.endswith(ending)), None)


def _download(source: str, folder: Path) -> None:
    address = _S3.fullmatch(source)
    if not address:
        raise SpendError(f"{source}: is not an address in S3; write s3://<bucket>/<folder>/")
    # Files on disk are read without boto3, which only the development environment installs. It has no types.
    boto3, errors = import_module("boto3"), import_module("botocore.exceptions")
    bucket, prefix = address[1], address[2] or ""
    try:
        client: Any = boto3.client("s3")
        folder.mkdir(parents=True)
        pages = client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
        keys: list[str] = [each["Key"] for page in pages for each in page.get("Contents", ())]
        for number, key in enumerate(key for key in keys if _kind(Path(key))):
            client.download_file(bucket, key, str(folder / f"{number}-{Path(key).name}"))
    except (errors.BotoCoreError, errors.ClientError) as error:
        raise SpendError(f"{source}: cannot be read ({error}); check the address and your credentials") from None


def _read(files: Sequence[Path], account: str, month: str | None) -> Bill:
    duckdb = import_module("duckdb")
    names = [str(each) for each in files]
    database: Any = duckdb.connect()
    reader = "read_parquet(?)"
    if _kind(files[0]) == "csv":
        reader = "read_csv(?, all_varchar=true, header=true, union_by_name=true)"
    try:
        described = database.execute(_DESCRIBE.substitute(reader=reader), [names]).fetchall()
        columns = {str(row[0]).lower(): str(row[1]) for row in described}
        _check_columns(columns)
        database.execute(_view(columns, reader), [names])
        _check_values(database)
        chosen = _month(database, account, month)
        start, end = database.execute(_PERIOD, [account, chosen]).fetchone()
        rows = database.execute(_CHARGES, [account, chosen]).fetchall()
    except duckdb.Error as error:
        raise SpendError(f"{names[0]}: cannot be read as a bill ({str(error).splitlines()[0]})") from None
    hours = (end - start).total_seconds() / 3600 if start and end else 0.0
    if hours <= 0:
        raise SpendError(f"the bill of {chosen} has no usage, so there is nothing to compare; choose another month")
    return Bill(chosen, account, hours, tuple(_charge(row) for row in rows))


def _check_columns(columns: Mapping[str, str]) -> None:
    lacking = [name for name in NEEDED if name.lower() not in columns]
    if lacking:
        raise SpendError(
            f"the bill lacks {'the column' if len(lacking) == 1 else 'the columns'} {', '.join(lacking)}; export the "
            "table FOCUS_1_2_AWS with all columns (SpendControl with export)"
        )


def _view(columns: Mapping[str, str], reader: str) -> str:
    """A table of the needed columns with known types; wrong values become null, which is checked next."""
    texts = [f'nullif(CAST("{name}" AS VARCHAR), \'\') AS "{name}"' for name in TEXTS]
    costs = [f'TRY_CAST("{name}" AS DOUBLE) AS "{name}"' for name in (*COSTS, QUANTITY)]
    times = [f'TRY_CAST("{name}" AS TIMESTAMP) AS "{name}"' for name in TIMES]
    maps = [
        f'CAST(to_json("{name}") AS VARCHAR) AS "{name}"'
        if columns[name.lower()].startswith("MAP")
        else f'nullif(CAST("{name}" AS VARCHAR), \'\') AS "{name}"'
        for name in MAPS
    ]
    return _TABLE.substitute(columns=", ".join([*texts, *costs, *times, *maps]), reader=reader)


def _check_values(database: Any) -> None:
    for name in (*COSTS, *TIMES, "BillingCurrency", "ChargeCategory"):
        [(wrong,)] = database.execute(_EMPTY.substitute(name=name)).fetchall()
        if wrong:
            what = "a number" if name in COSTS else "a time" if name in TIMES else "a value"
            raise SpendError(f"{name} is not {what} in {wrong:,} rows of the bill, but FOCUS requires it; export again")
    currencies = [row[0] for row in database.execute("SELECT DISTINCT BillingCurrency FROM bill").fetchall()]
    if others := sorted(set(currencies) - {"USD"}):
        raise SpendError(f"BillingCurrency = {', '.join(others)}: the plan is in USD, and only USD can be compared")
    found = [row[0] for row in database.execute("SELECT DISTINCT ChargeCategory FROM bill").fetchall()]
    if unknown := sorted(set(found) - set(CATEGORIES)):
        raise SpendError(f"ChargeCategory = {', '.join(unknown)}: FOCUS 1.2 knows {', '.join(CATEGORIES)}")


def _month(database: Any, account: str, month: str | None) -> str:
    accounts = sorted(row[0] for row in database.execute("SELECT DISTINCT SubAccountId FROM bill").fetchall() if row[0])
    if account not in accounts:
        raise SpendError(
            f"the bill has no charges of account {account}, the plan's account; it has {', '.join(accounts) or 'none'}"
        )
    months = sorted(row[0] for row in database.execute(_MONTHS, [account]).fetchall())
    if month is None and len(months) == 1:
        return months[0]
    if month in months:
        return str(month)
    asked = f"--month {month}: " if month else ""
    raise SpendError(f"{asked}the bill has {', '.join(months)}; choose one with --month")


_DESCRIBE = Template("DESCRIBE SELECT * FROM $reader")
_TABLE = Template("CREATE TABLE bill AS SELECT $columns FROM $reader")
_EMPTY = Template('SELECT count(*) FROM bill WHERE "$name" IS NULL')
_MONTHS = "SELECT DISTINCT strftime(BillingPeriodStart, '%Y-%m') FROM bill WHERE SubAccountId = ?"
_PERIOD = """
    SELECT min(ChargePeriodStart), max(ChargePeriodEnd) FROM bill
    WHERE SubAccountId = ? AND strftime(BillingPeriodStart, '%Y-%m') = ? AND ChargeCategory = 'Usage'
"""
_CHARGES = """
    SELECT
        ChargeCategory, ChargeClass, ChargeDescription, PricingCategory, CommitmentDiscountStatus, ResourceId,
        ServiceName, x_ServiceCode, x_Operation, SkuPriceDetails, Tags,
        sum(BilledCost), sum(EffectiveCost), sum(ListCost),
        CASE WHEN count(PricingQuantity) = count(*) THEN sum(PricingQuantity) END
    FROM bill
    WHERE SubAccountId = ? AND strftime(BillingPeriodStart, '%Y-%m') = ?
    GROUP BY ALL
    ORDER BY ALL
"""


def _charge(row: Sequence[Any]) -> Charge:
    category, charge_class, description, pricing, status, resource, service, code, operation, details, tags = row[:11]
    return Charge(
        category=category,
        correction=charge_class == "Correction",
        description=description or "",
        pricing=pricing or "",
        unused=status == "Unused",
        resource=resource or "",
        service=service or code or "another service",
        code=code or "",
        operation=operation or "",
        instance_type=str(_pairs(details).get("InstanceType") or ""),
        environment=_tag(_pairs(tags), "environment"),
        billed=row[11],
        effective=row[12],
        listed=row[13],
        quantity=row[14],
    )


def _pairs(text: str | None) -> Mapping[str, Any]:
    """The pairs of a map, which CSV and Parquet both give as JSON here."""
    try:
        value: object = json.loads(text or "{}")
    except ValueError:
        return {}
    return cast(Mapping[str, Any], value) if isinstance(value, dict) else {}


def _tag(tags: Mapping[str, Any], key: str) -> str | None:
    return next((str(value) for prefix in _TAG_PREFIXES if (value := tags.get(f"{prefix}{key}"))), None)
