"""The bill of a month by Athena: a query adds the rows up, so that only their sums leave S3."""

import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

from ..outputs import WRITE, Outputs, Region, read_outputs
from ..settings import matching, parse
from .bill import COSTS, MAPS, QUANTITY, TEXTS, TIMES, Bill, read_bill
from .errors import SpendError

_POLL_SECONDS = 2
_Name = Annotated[str, matching(r"[A-Za-z0-9._-]{1,255}", f"it is empty without an exported bill; {WRITE}")]


class ExportedBill(Outputs):
    """Where the bill of a stack is."""

    region: Region
    bill_database: _Name
    bill_table: _Name
    bill_workgroup: _Name


def read_exported_bill(path: Path) -> ExportedBill:
    """The bill that the outputs of a stack name.

    Raises:
        SettingsError: the file has no outputs of a stack with an exported bill.
    """
    return parse(ExportedBill, read_outputs(path), str(path))


def bill_query(bill: ExportedBill, month: str) -> str:
    """The query whose rows are those of the bill, added up over the days of `month` and over what is equal."""
    texts = [f"{name.lower()} AS {name}" for name in TEXTS]
    texts += [f"json_format(CAST({name.lower()} AS JSON)) AS {name}" for name in MAPS]
    first, *periods = TIMES
    texts.append(f"CAST({first.lower()} AS VARCHAR) AS {first}")
    ends = zip(("min", "max"), periods, strict=True)
    sums = [f"CAST({least}({name.lower()}) AS VARCHAR) AS {name}" for least, name in ends]
    # A sum leaves out what has no value, and an incomplete bill must be seen.
    sums += [
        f"CASE WHEN count({name.lower()}) = count(*) THEN sum({name.lower()}) END AS {name}"
        for name in (*COSTS, QUANTITY)
    ]
    groups = ", ".join(str(number + 1) for number in range(len(texts)))
    table = f'"{bill.bill_database}"."{bill.bill_table}"'
    return f"SELECT {', '.join([*texts, *sums])} FROM {table} WHERE billing_period = '{month}' GROUP BY {groups}"  # noqa: S608


def bill_by_athena(bill: ExportedBill, account: str, month: str, wait: Callable[[float], None] = time.sleep) -> Bill:
    """The bill of an account in a month, by a query in the workgroup of the bill.

    Raises:
        SpendError: Athena refuses the query, or the bill is not complete.
    """
    errors = import_module("botocore.exceptions")
    try:
        with _results(import_module("boto3").client("athena", region_name=bill.region), bill, month, wait) as results:
            return read_bill([results], account, month)
    except (errors.BotoCoreError, errors.ClientError) as error:
        raise SpendError(f"the workgroup {bill.bill_workgroup}: {error}; check --athena and your credentials") from None


@contextmanager
def _results(athena: Any, bill: ExportedBill, month: str, wait: Callable[[float], None]) -> Generator[str]:
    """The address of the results. A query that nobody waits for any more is stopped."""
    started = athena.start_query_execution(QueryString=bill_query(bill, month), WorkGroup=bill.bill_workgroup)
    query = started["QueryExecutionId"]
    ended = False
    try:
        while True:
            found = athena.get_query_execution(QueryExecutionId=query)["QueryExecution"]
            state = found["Status"]["State"]
            if ended := state in ("SUCCEEDED", "FAILED", "CANCELLED"):
                break
            wait(_POLL_SECONDS)
    finally:
        if not ended:
            athena.stop_query_execution(QueryExecutionId=query)
    if state != "SUCCEEDED":
        reason = found["Status"].get("StateChangeReason", "Athena gives no reason")
        raise SpendError(f"the query of the bill ended as {state}: {reason}")
    yield found["ResultConfiguration"]["OutputLocation"]
