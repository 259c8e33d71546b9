"""Which estimator prices which resource type."""

from collections.abc import Callable, Iterable

from pricing.charges import Charge, Gap
from pricing.priced_stack import PricedStack
from resources.resource import Resource

Estimator = Callable[[Resource, PricedStack], Iterable[Charge | Gap]]
"""Yields what a resource costs. It may raise `UnreadableInput` or `NoPrice`; what it yielded before still counts."""

ESTIMATORS: dict[str, Estimator] = {}
"""By type token. `pricing.estimators` fills it when it is imported."""


def prices(*types: str) -> Callable[[Estimator], Estimator]:
    """Register the estimator of these types."""

    def register(estimator: Estimator) -> Estimator:
        ESTIMATORS.update(dict.fromkeys(types, estimator))
        return estimator

    return register
