"""`python -m pricing.refresh --region us-east-1`: bring a region's price file up to date."""

import argparse
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pricing.refresh.aws import RefreshError, clients, fetch_offers, fetch_spot, has_credentials
from pricing.refresh.bulk import CACHE, OFFERS, Source, bulk_offers
from pricing.refresh.catalog import Query
from pricing.refresh.merge import changes, with_global, with_offers, with_spot, write_rows
from pricing.refresh.offers import Offer
from pricing.table import PRICES, read_rows

FAILED = 2

Offers = Sequence[tuple[Query, Offer]]


def refresh(path: Path, region: str, offers: Offers, ec2: Any | None, now: datetime) -> list[str]:
    """Renew a region's file, or make it. With an EC2 client the spot prices too. Returns what changed.

    Raises:
        RefreshError: when AWS can't be asked or understood; the file is left as it is.
    """
    before = read_rows(path) if path.exists() else {}
    after = with_global(with_offers(before, region, offers), region)
    if ec2 is not None:
        kinds = sorted(sku for service, sku in after if service == "ec2")
        after = with_spot(after, fetch_spot(ec2, kinds, now), now.date().isoformat())
    write_rows(path, after)
    return changes(before, after)


def main(
    arguments: Sequence[str],
    connect: Callable[[str], tuple[Any, Any]] = clients,
    signed_in: Callable[[], bool] = has_credentials,
) -> int:
    """Run the command; 0 when the file was renewed, 2 when it could not be."""
    parser = argparse.ArgumentParser(prog="python -m pricing.refresh", description=__doc__)
    parser.add_argument("--region", required=True, help="the region whose prices are renewed, for example us-east-1")
    parser.add_argument(
        "--source",
        choices=("auto", "bulk", "api"),
        default="auto",
        help="bulk: AWS's public files, which need no account; api: the Price List API; auto: the API where there are "
        "credentials",
    )
    parser.add_argument("--spot", action="store_true", help="renew spot prices too, from the region's price history")
    parser.add_argument("--prices", type=Path, default=PRICES, help="the folder of the price files")
    parser.add_argument("--offers", default=OFFERS, help="where the public files are")
    parser.add_argument("--cache", type=Path, default=CACHE, help="where public files are kept until all are read")
    options = parser.parse_args(arguments)
    region: str = options.region
    try:
        api = options.source == "api" or (options.source == "auto" and signed_in())
        pricing, ec2 = connect(region) if api or options.spot else (None, None)
        if api:
            offers = fetch_offers(pricing, region)
        else:
            offers = bulk_offers(region, Source(options.offers.rstrip("/"), options.cache))
        path: Path = options.prices / f"{region}.csv"
        report = refresh(path, region, offers, ec2 if options.spot else None, datetime.now(UTC))
    except RefreshError as error:
        print(f"prices of {region} not refreshed: {error}", file=sys.stderr)
        return FAILED
    print("\n".join(report) if report else "no price changed")
    print(f"{len(report)} prices changed in {path.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
