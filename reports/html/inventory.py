"""The resources of a plan for its report: what is listed and searched, and the details that are opened one by one."""

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from planner.difference_text import short_type
from planner.plan import Plan
from reports.html.embedding import packed_json
from reports.html.owners import STACK, Owners
from reports.html.rules import worst

CHUNK = 200
"""Resources whose details are unpacked together."""


def places(plan: Plan) -> dict[str, int]:
    """The position of each resource in the list of resources, by URN."""
    return {each.urn: position for position, each in enumerate(plan.resources)}


def rows(plan: Plan, owners: Owners) -> list[dict[str, Any]]:
    """What the list of resources shows and searches, in the plan's order."""
    monthly: defaultdict[str, list[float]] = defaultdict(list)
    for line in plan.estimate.lines:
        monthly[line.urn].append(line.monthly)
    standings = worst(plan.verdicts)
    unpriced = set(plan.estimate.unpriced)
    return [
        {
            "name": each.name,
            "type": short_type(each.type),
            "component": owners.nearest(each.urn),
            "part": owners.outermost(each.urn),
            "monthly": math.fsum(monthly[each.urn]) if each.urn in monthly else None,
            "unpriced": each.urn in unpriced,
            "standing": standings.get(each.urn, ""),
            "protect": each.protect,
        }
        for each in plan.resources
    ]


def details(plan: Plan, positions: Mapping[str, int]) -> list[str]:
    """What the page shows of a resource that is opened: packed chunks of `CHUNK` resources."""
    documents: Sequence[Mapping[str, Any]] = plan.document()["resources"]
    found = [
        {
            "urn": each["urn"],
            "provider": each["provider"],
            "retain": each["retainOnDelete"],
            "ignores": each["ignoreChanges"],
            "needs": sorted(positions[urn] for urn in each["dependencies"] if urn in positions),
            "inputs": each["inputs"],
        }
        for each in documents
    ]
    return [packed_json(found[start : start + CHUNK]) for start in range(0, len(found), CHUNK)]


def deployed(plan: Plan, owners: Owners) -> list[tuple[str, str, int, float]]:
    """The components of the stack: name, type, resources and USD a month, the one that costs most first."""
    counts = Counter(owners.outermost(each.urn) for each in plan.resources if each.custom)
    monthly: defaultdict[str, list[float]] = defaultdict(list)
    for line in plan.estimate.lines:
        monthly[owners.outermost(line.urn)].append(line.monthly)
    types = {each.name: each.type.rpartition(":")[2] for each in plan.resources if not each.custom}
    found = [
        (name, types.get(name, "") if name != STACK else "", counts[name], math.fsum(monthly[name]))
        for name in {*counts, *monthly}
    ]
    return sorted(found, key=lambda row: (-row[3], -row[2], row[0]))
