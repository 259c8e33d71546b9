"""Propose smaller, shared or scheduled nodes from recorded utilisation: `python -m operations.rightsize`.

Exit code 0: read. 2: an argument is wrong, or the recorded series do not allow a proposal.
"""

import argparse
import sys
import time
from collections.abc import Sequence
from datetime import datetime

from operations.flags import FlagParser

from .errors import RightsizeError
from .fleet import read_fleet
from .prices import read_prices
from .prometheus import STEP, Prometheus, Window
from .proposals import propose
from .report import as_json, text

_FEWEST_DAYS, _MOST_DAYS = 7, 35


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the series and print the proposals."""
    options = _options(arguments)
    try:
        window = _window(options.days, options.end)
        headroom = _headroom(options.headroom)
        prices = read_prices(options.region)
        fleet = read_fleet(Prometheus(options.prometheus), window)
        proposals, unknown = propose(fleet, prices, headroom)
    except RightsizeError as error:
        print(f"rightsize: {error}", file=sys.stderr)
        return 2
    printed = as_json if options.json else text
    print(printed(fleet, proposals, unknown, headroom), end="")
    return 0


def _window(days: int, end: str | None) -> Window:
    if not _FEWEST_DAYS <= days <= _MOST_DAYS:
        why = "a shorter window misses peaks of the week, and Prometheus refuses a longer one"
        raise RightsizeError(f"--days {days}: {why}; write {_FEWEST_DAYS} to {_MOST_DAYS}")
    try:
        until = datetime.fromisoformat(end).timestamp() if end else time.time()
    except ValueError:
        raise RightsizeError(f"--end {end}: must be a time, such as 2026-11-30T00:00:00+00:00") from None
    return Window(int(until) // STEP * STEP, days)


def _headroom(percent: float) -> float:
    if not 0 <= percent <= 300:
        raise RightsizeError(f"--headroom {percent:g}: must be 0 to 300 percent of a peak")
    return percent / 100


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = FlagParser(
        prog="python -m operations.rightsize",
        description="Propose smaller, shared or scheduled nodes from recorded utilisation.",
    )
    parser.add_argument("--prometheus", required=True, metavar="URL", help="the address of Prometheus")
    parser.add_argument("--region", default="us-east-1", help="the region whose prices count (us-east-1)")
    parser.add_argument("--days", type=int, default=14, help="the days that are read, 7 to 35 (14)")
    parser.add_argument("--end", metavar="TIME", help="the end of these days (now)")
    parser.add_argument("--headroom", type=float, default=25.0, help="percent above each peak to keep (25)")
    parser.add_argument("--json", action="store_true", help="print JSON")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
