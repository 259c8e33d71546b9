"""Compare the bill of a month with a plan: `python -m operations.spend prod --bill <files>`, or `--athena <outputs>`.

Exit code 0: compared. 1: with `--check`, a line differs. 2: a file or an argument is wrong.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from operations.flags import FlagParser

from ..arguments import amount, month
from ..settings import SettingsError
from .advice import advice
from .athena import bill_by_athena, read_exported_bill
from .bill import Bill, read_bill
from .compare import compare
from .errors import SpendError
from .plan import read_plan
from .report import as_json, text


def main(arguments: Sequence[str] | None = None) -> int:
    """Read both, compare them and print the result."""
    options = _options(arguments)
    share = options.tolerance / 100
    try:
        plan = read_plan(options.plan or Path("build") / options.stack / "plan.json")
        if plan.stack != options.stack:
            raise SpendError(f"{options.plan}: is the plan of {plan.stack}, not of {options.stack}; name its own plan")
        comparison = compare(plan, _bill(options, plan.account))
    except (SpendError, SettingsError) as error:
        print(f"spend: {error}", file=sys.stderr)
        return 2
    except ModuleNotFoundError as error:
        print(f"spend: {error.name} is missing; `make .venv/.dev` installs it", file=sys.stderr)
        return 2
    found = advice(comparison, share, options.least)
    printed = as_json(comparison, found) if options.json else text(comparison, found, share, options.least)
    print(printed, end="")
    return int(options.check and any(row.differs(share, options.least) for row in comparison.rows))


def _bill(options: argparse.Namespace, account: str) -> Bill:
    if not options.athena:
        return read_bill(options.bill, account, options.month)
    if not options.month:
        raise SpendError("--month is missing: a query reads one month of the bill; add one such as --month 2026-11")
    return bill_by_athena(read_exported_bill(options.athena), account, options.month)


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = FlagParser(
        prog="python -m operations.spend",
        description="Compare the bill of a month with the plan of a stack, and say which usage assumptions are wrong.",
    )
    parser.add_argument("stack", help="the stack, as in Pulumi.<stack>.yaml")
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument(
        "--bill",
        nargs="+",
        metavar="PATH",
        help="the bill in FOCUS 1.2: Parquet or CSV files, a folder, or an address s3://<bucket>/<folder>/",
    )
    source.add_argument(
        "--athena", type=Path, metavar="OUTPUTS", help="the stack's outputs: query the exported bill by Athena"
    )
    parser.add_argument("--plan", type=Path, help="the plan (build/<stack>/plan.json, which `make plan` writes)")
    parser.add_argument("--month", type=month, help="the month, as 2026-11, where the bill has several")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--check", action="store_true", help="exit with 1 if a line differs")
    parser.add_argument(
        "--tolerance",
        type=amount,
        default=10.0,
        metavar="PERCENT",
        help="percent of a line that are right enough (10)",
    )
    parser.add_argument(
        "--least", type=amount, default=5.0, metavar="USD", help="USD a month that are worth a change (5)"
    )
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
