"""Asking AWS: the Price List API and the spot price history, with plain names for what can go wrong."""

from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import Decimal
from difflib import get_close_matches
from functools import partial
from statistics import mean
from typing import Any, TypeVar, cast

from pricing.refresh.catalog import QUERIES, Query
from pricing.refresh.offers import Offer, offers

API_REGION = "us-east-1"
"""Where the Price List API answers for every region."""

Result = TypeVar("Result")


class RefreshError(Exception):
    """A refresh that can't be done; the message says why and what to do. The table is as it was."""


def clients(region: str) -> tuple[Any, Any]:
    """The clients of the Price List API and of EC2 in a region.

    Raises:
        RefreshError: when boto3 is not installed or the region isn't one.
    """
    try:
        import boto3  # pyright: ignore[reportMissingTypeStubs] - boto3 has no types
    except ImportError:
        raise RefreshError("boto3 is not installed; requirements-dev.lock has it") from None
    session: Any = cast(Any, boto3).session.Session()
    partitions = session.get_available_partitions()
    known: list[str] = [name for part in partitions for name in session.get_available_regions("ec2", part)]
    if region not in known:
        near = get_close_matches(region, known, n=1, cutoff=0.4)
        raise RefreshError(f"{region} is not an AWS region" + (f"; did you mean {near[0]}?" if near else ""))
    return session.client("pricing", region_name=API_REGION), session.client("ec2", region_name=region)


def has_credentials() -> bool:
    """Whether boto3 is installed and finds credentials; nothing is asked of AWS."""
    try:
        import boto3  # pyright: ignore[reportMissingTypeStubs] - boto3 has no types
    except ImportError:
        return False
    session: Any = cast(Any, boto3).session.Session()
    return session.get_credentials() is not None


def fetch_offers(pricing: Any, region: str, queries: Sequence[Query] = QUERIES) -> list[tuple[Query, Offer]]:
    """Everything the price list says of our skus in a region.

    Raises:
        RefreshError: when a call fails, an answer can't be read, or there is none at all.
    """
    found: list[tuple[Query, Offer]] = []
    for query in queries:
        answers = _plainly(query.code, partial(_answers, pricing, query, region))
        try:
            found.extend((query, offer) for offer in offers(query, answers))
        except ValueError as error:
            raise RefreshError(str(error)) from None
    if not found:
        raise RefreshError(f"the price list has nothing of ours in {region}; is the region in another partition?")
    return found


def fetch_spot(ec2: Any, kinds: Sequence[str], now: datetime) -> dict[str, Decimal]:
    """The current Linux spot price of instance types, the mean of the region's zones.

    Raises:
        RefreshError: when a call fails.
    """
    zones: dict[str, dict[str, Decimal]] = {}
    history = _plainly("EC2 spot prices", partial(_history, ec2, kinds, now))
    for entry in sorted(history, key=lambda entry: entry["Timestamp"]):
        zones.setdefault(entry["InstanceType"], {})[entry["AvailabilityZone"]] = Decimal(entry["SpotPrice"])
    return {kind: mean(by_zone.values()).quantize(Decimal("0.000001")) for kind, by_zone in sorted(zones.items())}


def _answers(pricing: Any, query: Query, region: str) -> list[str]:
    criteria = {**query.filters, query.region_field: region}
    filters = [{"Type": "TERM_MATCH", "Field": name, "Value": value} for name, value in criteria.items()]
    pages = pricing.get_paginator("get_products").paginate(
        ServiceCode=query.code, Filters=filters, FormatVersion="aws_v1"
    )
    return [answer for page in pages for answer in page["PriceList"]]


def _history(ec2: Any, kinds: Sequence[str], now: datetime) -> list[dict[str, Any]]:
    pages = ec2.get_paginator("describe_spot_price_history").paginate(
        InstanceTypes=list(kinds), ProductDescriptions=["Linux/UNIX"], StartTime=now, EndTime=now
    )
    return [entry for page in pages for entry in page["SpotPriceHistory"]]


def _plainly(what: str, call: Callable[[], Result]) -> Result:
    from botocore.exceptions import (  # pyright: ignore[reportMissingTypeStubs] - botocore has no types
        BotoCoreError,
        ClientError,
        NoCredentialsError,
    )

    try:
        return call()
    except NoCredentialsError:
        raise RefreshError("no AWS credentials; sign in first, pricing:GetProducts is all that is needed") from None
    except ClientError as error:
        code: str = cast(Any, error).response.get("Error", {}).get("Code", "?")
        remedy = "try again in a minute" if "Throttl" in code or "TooMany" in code else "see the message of AWS"
        raise RefreshError(f"{what}: AWS answered {code}; {remedy}: {error}") from None
    except BotoCoreError as error:
        raise RefreshError(f"{what}: AWS was not reached: {error}") from None
