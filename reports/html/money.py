"""The cost of a plan for its report: each line with what it is grouped by, and the cheapest safe mix."""

import math
from collections.abc import Mapping
from typing import Any

from planner.plan import Plan
from pricing.lines import Line
from reports.html.owners import Owners

NO_TEAM = "(no team tag)"
"""Names the lines of resources that several teams share, or that cannot have tags."""


def cost_lines(plan: Plan, owners: Owners, places: Mapping[str, int]) -> list[dict[str, Any]]:
    """The lines of the estimate, the largest first, for the page's script.

    `places` gives the position of each resource in the list of resources, by URN.
    """
    ordered = sorted(plan.estimate.lines, key=lambda line: (-line.monthly, line.urn, line.what))
    return [_line(line, owners, places) for line in ordered]


def _line(line: Line, owners: Owners, places: Mapping[str, int]) -> dict[str, Any]:
    tags = owners.tags(line.urn)
    return {
        "resource": places.get(line.urn, -1),
        "component": line.component,
        "part": owners.outermost(line.urn),
        "service": line.item.partition(" ")[0],
        "team": tags.get("team", NO_TEAM),
        "tags": {key: value for key, value in tags.items() if key != "Name"},
        "what": line.what,
        "quantity": line.quantity,
        "unit": line.unit,
        "unitPrice": line.unit_price,
        "monthly": line.monthly,
        "spot": line.spot,
        "oneYear": line.one_year,
        "date": line.price_date,
    }


def mix(plan: Plan) -> dict[str, Any]:
    """The month's cost as planned and as the cheapest safe mix, with the savings between them in USD a month."""
    estimate = plan.estimate
    saved = math.fsum(each.monthly for each in estimate.savings)
    return {
        "now": estimate.monthly,
        "mix": estimate.monthly - saved,
        "saved": saved,
        "share": saved / estimate.monthly if estimate.monthly else 0.0,
        "savings": estimate.savings,
        "commitments": estimate.commitments,
    }


def gaps(plan: Plan) -> list[dict[str, Any]]:
    """What has no price, by subject: the resources, and whether the budget accepts them."""
    refused = {each.subject for each in plan.judgment.unaccepted}
    found: dict[str, dict[str, Any]] = {}
    for gap in plan.estimate.gaps:
        row = found.setdefault(
            gap.subject,
            {"subject": gap.subject, "accepted": gap.subject not in refused, "resources": [], "reasons": []},
        )
        row["resources"].append(gap.urn.rpartition("::")[2])
        if gap.reason not in row["reasons"]:
            row["reasons"].append(gap.reason)
    return list(found.values())
