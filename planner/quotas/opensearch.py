"""Quotas of Amazon OpenSearch Serverless: compute units of all collections of an account and region.

Source: OpenSearch Service developer guide, "Managing capacity limits for Amazon OpenSearch Serverless": by default 10
for indexing and 10 for search, which a setting of the account raises.
"""

import math
from collections.abc import Iterator

from planner.quotas.quota import Limit, Quota, quota
from resources.index import ResourceIndex
from stacks.config import StackConfig

_LIMITS = (
    Limit("L-50FA809B", "OpenSearch Compute Units for indexing", 10),
    Limit("L-4E98D4EB", "OpenSearch Compute Units for search", 10),
)
_SETTING = "aws opensearchserverless update-account-settings --capacity-limits"


def opensearch_quotas(index: ResourceIndex, config: StackConfig) -> Iterator[Quota]:
    """The units that `usage.logs.ocus` states, half of them for indexing and half for search."""
    units = config.usage.logs.ocus or 0
    needed = math.ceil(units / 2)
    if index.of_type("aws:opensearch/serverlessCollection:ServerlessCollection") and needed > _LIMITS[0].default:
        why = f"half of usage.logs.ocus = {units:g}; a deployment does not raise it: run `{_SETTING}` too"
        yield from (quota("aoss", limit, needed, why) for limit in _LIMITS)
