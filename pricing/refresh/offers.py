"""Reading the products of a Price List answer."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, cast

from pricing.refresh.catalog import Item, Query

_COMMITMENT = {"LeaseContractLength": "1yr", "PurchaseOption": "No Upfront"}


@dataclass(frozen=True, slots=True)
class Offer:
    """The on-demand price of one of our skus, and the hourly price of a one-year commitment where it is sold."""

    item: Item
    on_demand: Decimal
    one_year: Decimal | None
    date: str


def offers(query: Query, answers: Sequence[str]) -> Iterator[Offer]:
    """What a query's answers, one JSON document a product, say of our skus.

    Raises:
        ValueError: when a document hasn't the shape of a product in format aws_v1.
    """
    for answer in answers:
        try:
            yield from _offers(query, json.loads(answer))
        except (AttributeError, KeyError, TypeError, InvalidOperation, json.JSONDecodeError) as error:
            raise ValueError(f"{query.code} answered what isn't a product of the price list: {error!r}") from error


def _offers(query: Query, product: Mapping[str, Any]) -> Iterator[Offer]:
    for item in query.matches(product["product"]["attributes"]):
        terms = product["terms"]
        on_demand = _price(terms.get("OnDemand", {}), item)
        if on_demand is not None:
            one_year = _price(_commitments(terms.get("Reserved", {})), item)
            yield Offer(item, on_demand, one_year, product["publicationDate"][:10])


def _commitments(terms: Mapping[str, Any]) -> Mapping[str, Any]:
    return {
        key: term
        for key, term in terms.items()
        if {name: term["termAttributes"].get(name) for name in _COMMITMENT} == _COMMITMENT
        and term["termAttributes"].get("OfferingClass", "standard") == "standard"
    }


def _price(terms: Mapping[str, Any], item: Item) -> Decimal | None:
    """The price in the item's range; where the list has a single range, that one's."""
    dimensions = [
        cast(Mapping[str, Any], dimension) for term in terms.values() for dimension in term["priceDimensions"].values()
    ]
    found = [dimension for dimension in dimensions if dimension["beginRange"] == item.begin]
    if not found and len(dimensions) == 1:
        found = dimensions
    prices = [Decimal(dimension["pricePerUnit"]["USD"]) * Decimal(item.factor) for dimension in found]
    return max(prices, default=None)
