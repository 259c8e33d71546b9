"""The nodes of caches, which the price table decides: the cheapest layout that holds the data, and the reason."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from components.data.cache.sizing import Layout, tightest
from components.data.cache.spec import CacheEngine, CacheSpec
from components.data.feature_store.spec import FeatureStoreSpec
from pricing.table import PriceNotFound, PriceTable, load_table

HOURS_A_MONTH = 730
_PRODUCTS = {CacheEngine.VALKEY: "Valkey", CacheEngine.REDIS: "Redis"}


class CacheChoice(NamedTuple):
    """A layout, what its nodes cost a month in USD at list price, and the sentence that explains it.

    `monthly` is `None` where the region has no prices for any layout; the layout is then the tightest.
    """

    layout: Layout
    monthly: float | None
    why: str


@dataclass(frozen=True, slots=True)
class Decision:
    """One size: the section of the config it completes, the arguments that complete it, and why these."""

    field: str
    value: Mapping[str, Any]
    why: str


def decisions(store: FeatureStoreSpec | None, region: str) -> tuple[Decision, ...]:
    """Every size that the price table of `region` decides, in the order of the config's sections."""
    choices = _choices(store, region) if store else {}
    return tuple(Decision(f"featureStore.{name}", layout_args(each), each.why) for name, each in choices.items())


def sized(store: FeatureStoreSpec, region: str) -> FeatureStoreSpec:
    """`store` with the cheapest nodes for its caches."""
    choices = _choices(store, region)
    caches = {name: getattr(store, name).model_copy(update=layout_args(each)) for name, each in choices.items()}
    return store.model_copy(update=caches)


def _choices(store: FeatureStoreSpec, region: str) -> dict[str, CacheChoice]:
    table = load_table(region)
    caches = {"online": store.online, "predictions": store.predictions}
    return {name: choose(cache, table) for name, cache in caches.items() if cache}


def choose(spec: CacheSpec, table: PriceTable) -> CacheChoice:
    """The cheapest layout of a cache as its config wants it, with what any other choice of nodes would cost.

    A config that names nodes or shards has its way; the sentence says what leaving it to price would have saved.
    """
    choice = cheapest(spec.candidates, spec.replicas, table, spec.engine)
    if not (spec.node_type or spec.shards):
        return choice
    freed = spec.model_copy(update={"node_type": None, "shards": None})
    free = cheapest(freed.candidates, spec.replicas, table, spec.engine)
    if choice.monthly is None or free.monthly is None or free.monthly >= choice.monthly:
        return choice
    left = f"The config asks for these; left to price it would be {_named(free.layout)} for {free.monthly:,.2f}."
    return choice._replace(why=f"{choice.why} {left}")


def cheapest(candidates: Sequence[Layout], replicas: int, table: PriceTable, engine: CacheEngine) -> CacheChoice:
    """The layout whose nodes, replicas among them, cost least; of equals, the one with the fewest shards.

    Layouts whose nodes have no price in the region are left out; where none has one, the tightest is taken.

    Raises:
        ValueError: when there is no candidate.
    """
    priced = sorted(
        (
            (monthly, layout)
            for layout in candidates
            if (monthly := _monthly(layout, replicas, table, engine)) is not None
        ),
        key=lambda each: (each[0], each[1].shards, each[1].node_type),
    )
    if not priced:
        layout = tightest(candidates)
        why = f"{_named(layout)} is the tightest that fits; {table.region} has no prices to choose {engine} nodes by."
        return CacheChoice(layout, None, why)
    monthly, layout = priced[0]
    return CacheChoice(layout, monthly, _sentence(priced, replicas))


def layout_args(choice: CacheChoice) -> dict[str, str | int]:
    """The arguments of a Cache that make it build the chosen layout."""
    return {"node_type": choice.layout.node_type, "shards": choice.layout.shards}


def _monthly(layout: Layout, replicas: int, table: PriceTable, engine: CacheEngine) -> float | None:
    try:
        hourly = table.price("elasticache", f"{layout.node_type} ({_PRODUCTS[engine]})").on_demand
    except PriceNotFound:
        return None
    return round(layout.shards * (1 + replicas) * hourly * HOURS_A_MONTH, 4)


def _sentence(priced: Sequence[tuple[float, Layout]], replicas: int) -> str:
    monthly, layout = priced[0]
    copies = "no replica" if replicas == 0 else f"{replicas} replica{'s' if replicas > 1 else ''} of each"
    sentence = f"{_named(layout)} with {copies} holds {layout.gigabytes:,.0f} GB for {monthly:,.2f} USD a month"
    other = next((each for each in priced[1:] if each[1].node_type != layout.node_type), None)
    return f"{sentence}; next is {_named(other[1])} for {other[0]:,.2f}." if other else f"{sentence}."


def _named(layout: Layout) -> str:
    return f"{layout.shards} shard{'s' if layout.shards > 1 else ''} of {layout.node_type}"
