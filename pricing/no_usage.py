"""A month without use: what costs by use is priced at zero until somebody states the use."""

from collections.abc import Mapping
from typing import Any, TypeVar

from annotated_types import Le

from pricing.named_usage import ANY_BUCKET
from pricing.spec import LARGEST_AMOUNT, Section
from pricing.usage import BucketUsage, Usage

_Of = TypeVar("_Of", bound=Section)
_KEPT = frozenset(
    (
        "access_log_bytes",
        "bytes_per_sample",
        "cluster_hours",
        "connection_seconds",
        "load_balancer_log_bytes",
        "milliseconds",
        "reads",
        "record_kb",
        "started_hours",
    )
)
"""Amounts that describe what is used and not how much: sizes of an item, and hours in which machines run."""


def no_usage(stated: Usage) -> Usage:
    """`stated` with zero in place of each amount that it does not state, for unnamed buckets too.

    Shares keep their defaults. What is not stated stays unset, so that estimators still derive what they can.
    """
    buckets = {ANY_BUCKET: _zero(BucketUsage()), **{name: _zero(each) for name, each in stated.buckets.items()}}
    return _zero(stated, {"buckets": buckets})


def _zero(section: _Of, more: Mapping[str, Any] | None = None) -> _Of:
    values: dict[str, Any] = {}
    for name, field in type(section).model_fields.items():
        value = getattr(section, name)
        amount = any(isinstance(each, Le) and each.le == LARGEST_AMOUNT for each in field.metadata)
        if isinstance(value, Section):
            value = _zero(value)
        elif amount and value is not None and name not in section.model_fields_set and name not in _KEPT:
            value = 0.0
        values[name] = value
    return type(section).model_construct(section.model_fields_set, **{**values, **(more or {})})
