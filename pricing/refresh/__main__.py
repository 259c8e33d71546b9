"""`python -m pricing.refresh --region us-east-1`: bring a region's price file up to date."""

import argparse
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pricing.refresh.aws import RefreshError, clients, fetch_offers, fetch_spot
from pricing.refresh.merge import changes, with_offers, with_spot, write_rows
from pricing.table import PRICES, read_rows

FAILED = 2


def refresh(path: Path, region: str, pricing: Any, ec2: Any | None, now: datetime) -> list[str]:
    """Renew a region's file, or make it. With an EC2 client the spot prices too. Returns what changed.

    Raises:
        RefreshError: when AWS can't be asked or understood; the file is left as it is.
    """
    before = read_rows(path) if path.exists() else {}
    after = with_offers(before, region, fetch_offers(pricing, region))
    if ec2 is not None:
        kinds = sorted(sku for service, sku in after if service == "ec2")
        after = with_spot(after, fetch_spot(ec2, kinds, now), now.date().isoformat())
    write_rows(path, after)
    return changes(before, after)


def main(arguments: Sequence[str], connect: Callable[[str], tuple[Any, Any]] = clients) -> int:
    """Run the command; 0 when the file was renewed, 2 when it could not be."""
    parser = argparse.ArgumentParser(prog="python -m pricing.refresh", description=__doc__)
    parser.add_argument("--region", required=True, help="the region whose prices are renewed, for example us-east-1")
    parser.add_argument("--spot", action="store_true", help="renew spot prices too, from the region's price history")
    parser.add_argument("--prices", type=Path, default=PRICES, help="the folder of the price files")
    options = parser.parse_args(arguments)
    try:
        pricing, ec2 = connect(options.region)
        path: Path = options.prices / f"{options.region}.csv"
        said = refresh(path, options.region, pricing, ec2 if options.spot else None, datetime.now(UTC))
    except RefreshError as error:
        print(f"prices of {options.region} not refreshed: {error}", file=sys.stderr)
        return FAILED
    print("\n".join(said) if said else "no price changed")
    print(f"{len(said)} prices changed in {path.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
