"""The report of a plan as one HTML page, made of sections: the verdict is the first, the resources are the last."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from planner import budget_text
from planner import difference_text as text
from planner.difference import Difference
from planner.plan import Plan
from planner.printable import printable
from reports.availability import assumptions, tables
from reports.html import changes, inventory, money, rules
from reports.html.diagram.graph import Graph, drawn_flows
from reports.html.embedding import content_policy, packed, script_json
from reports.html.hours import scheduled_pools
from reports.html.owners import Owners

_STYLE = "report.css"
_SCRIPTS = (
    "page.js",
    "tables.js",
    "details.js",
    "resources.js",
    "cost.js",
    "policies.js",
    "changes.js",
    "layout.js",
    "diagram.js",
)
"""In the order in which they run."""
_MOST = 50
"""Rows of a list of changes that are in the page."""


@dataclass(frozen=True)
class Source:
    """What the sections of a report are made of."""

    plan: Plan
    difference: Difference | None
    owners: Owners
    positions: Mapping[str, int]

    @cached_property
    def graph(self) -> Mapping[str, Any]:
        """The architecture, as the page draws it."""
        return Graph(self.plan, self.owners, self.positions).document()


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the report: `templates/<name>.html.j2` with the values that `content` gives it.

    Without values the part is left out.
    """

    name: str
    title: str
    content: Callable[[Source], Mapping[str, Any] | None]


def render(plan: Plan, difference: Difference | None = None) -> str:
    """The report as HTML. With `difference`, what changes comes after the verdict. Equal plans give equal bytes."""
    owners = Owners(plan.resources)
    source = Source(plan, difference, owners, inventory.places(plan))
    parts = [(section, section.content(source)) for section in SECTIONS]
    style, scripts = _asset(f"assets/{_STYLE}"), [_asset("vendor/d3-hierarchy.min.js"), _script()]
    return (
        _environment()
        .get_template("report.html.j2")
        .render(
            plan=plan,
            sections=[(section, values) for section, values in parts if values is not None],
            policy=content_policy(scripts, [style]),
            style=style,
            scripts=scripts,
            data=script_json(_data(source)),
            layout=_layout(),
            details=inventory.details(plan, source.positions),
        )
    )


def _verdict(source: Source) -> Mapping[str, Any]:
    plan = source.plan
    judgment = plan.judgment
    return {
        "plan": plan,
        "judgment": judgment,
        "budget": budget_text.verdict(judgment.monthly, judgment.budget, judgment.subjects),
        "monthly": budget_text.cost(judgment.monthly, complete=judgment.complete),
        "mix": money.mix(plan),
        "counts": rules.counts(plan),
        "components": inventory.deployed(plan, source.owners),
        "difference": source.difference,
        "counted": text.counts(source.difference) if source.difference else "",
    }


def _cost(source: Source) -> Mapping[str, Any]:
    plan = source.plan
    return {
        "plan": plan,
        "mix": money.mix(plan),
        "gaps": money.gaps(plan),
        "pools": scheduled_pools(plan),
        "decisions": plan.decisions,
    }


def _changes(source: Source) -> Mapping[str, Any] | None:
    if not source.difference:
        return None
    found = changes.attention(source.difference)
    rows = changes.rows(source.difference, source.positions)
    return {
        **found,
        "currency": source.plan.estimate.currency,
        "most": _MOST,
        "has_costs": bool(source.difference.costs),
        "has_rows": bool(rows),
        "events": list(dict.fromkeys(row["event"] for row in rows)),
    }


def _architecture(source: Source) -> Mapping[str, Any]:
    return {"flows": drawn_flows(source.graph)}


def _policies(source: Source) -> Mapping[str, Any]:
    plan = source.plan
    return {
        "findings": rules.findings(plan, source.owners),
        "counts": rules.counts(plan),
        "standings": rules.STANDINGS,
        "severities": rules.SEVERITIES,
        "shown": rules.SHOWN,
        "positions": source.positions,
        "violations": len(plan.violations),
    }


def _availability(source: Source) -> Mapping[str, Any] | None:
    found, target = source.plan.availability, source.plan.target
    if not found.capabilities:
        return None
    return {
        "tables": tables(found, target),
        "least": target.target,
        "standby": found.standby,
        "assumptions": assumptions(found),
    }


def _before(source: Source) -> Mapping[str, Any]:
    plan = source.plan
    return {"plan": plan, "value": text.value}


def _resources(source: Source) -> Mapping[str, Any]:
    return {"total": len(source.plan.resources)}


SECTIONS = (
    Section("verdict", "Verdict", _verdict),
    Section("changes", "Changes", _changes),
    Section("architecture", "Architecture", _architecture),
    Section("cost", "Cost", _cost),
    Section("policies", "Policies", _policies),
    Section("availability", "Availability", _availability),
    Section("before", "Before a deployment", _before),
    Section("resources", "Resources", _resources),
)
"""The sections in their order. A further one is a template and a line here."""


def _data(source: Source) -> Mapping[str, Any]:
    plan = source.plan
    return {
        "stack": plan.stack,
        "currency": plan.estimate.currency,
        "monthly": plan.estimate.monthly,
        "resources": inventory.rows(plan, source.owners),
        "chunk": inventory.CHUNK,
        "lines": money.cost_lines(plan, source.owners, source.positions),
        "graph": source.graph,
        "changes": _changed_rows(source),
    }


def _changed_rows(source: Source) -> Mapping[str, Any]:
    if not source.difference:
        return {}
    return {
        "rows": changes.rows(source.difference, source.positions),
        "costs": changes.costs(source.difference),
    }


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("reports.html"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_shown,
    )
    environment.filters.update(money=text.money, signed=text.signed)
    return environment


def _shown(value: Any) -> Any:
    """A value as text, in which characters that reorder or hide text are visible. Trusted markup stays as it is."""
    return printable(value) if type(value) is str else value


@cache
def _script() -> str:
    return "\n".join(_asset(f"assets/{name}") for name in _SCRIPTS)


@cache
def _layout() -> str:
    """The library that lays out the architecture, packed: the page starts a worker from its text."""
    return packed(_asset("vendor/elk-worker.min.js"))


@cache
def _asset(path: str) -> str:
    return files("reports.html").joinpath(path).read_text(encoding="utf-8")
