"""What a config leaves open and the price table decides, with the reason."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from components.data.cache.spec import CacheSpec
from pricing.table import load_table
from stacks.config import StackConfig
from stacks.sizing import choose, layout_args


@dataclass(frozen=True, slots=True)
class Decision:
    """One choice: the section it completes, the arguments that complete it, and why these."""

    field: str
    value: Mapping[str, Any]
    why: str


def decisions(config: StackConfig) -> tuple[Decision, ...]:
    """Every choice that is made for `config` by price, in the order of its sections."""
    return tuple(_caches(config))


def _caches(config: StackConfig) -> Iterator[Decision]:
    if not config.feature_store:
        return
    table = load_table(config.environment.region)
    caches: dict[str, CacheSpec | None] = {
        "featureStore.online": config.feature_store.online,
        "featureStore.predictions": config.feature_store.predictions,
    }
    for field, spec in caches.items():
        if spec:
            choice = choose(spec, table)
            yield Decision(field, layout_args(choice), choice.why)
