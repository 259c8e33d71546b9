"""The plan of a stack: what would be deployed, what it costs, how the rules judge it. The same each time."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date
from pathlib import Path
from typing import Any, cast

from pydantic_core import to_json

from availability.parts import Availability
from availability.target import AvailabilityTarget
from planner import budget_text
from planner.availability_document import availability_document
from planner.counted import many, violations
from planner.plan_file import write_whole
from planner.prerequisites import Prerequisite
from planner.printable import UNPRINTABLE
from planner.quotas.quota import Quota
from planner.remains import Remains, remains
from policies.engine.evaluate import Verdict, fails
from pricing.budget import Budget, Judgment, judge
from pricing.lines import Commitment, Estimate, Line, Saving, Unpriced
from pricing.usage import Usage
from resources.resource import UNKNOWN, Resource
from stacks.config_warning import ConfigWarning
from stacks.sizing import Decision
from stacks.unusual_choices import Choice

FORMAT = 1
"""The version of the plan's JSON; it rises when a reader of the last one would misread the next."""


UNKNOWN_TEXT = "[unknown]"
"""Replaces a value in the JSON that is known only after a deployment."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a stack's program asks for, and what follows from it."""

    project: str
    stack: str
    resources: tuple[Resource, ...]
    outputs: Mapping[str, Any]
    budget: Budget
    estimate: Estimate
    verdicts: tuple[Verdict, ...]
    quotas: tuple[Quota, ...]
    choices: tuple[Choice, ...]
    decisions: tuple[Decision, ...] = ()
    warnings: tuple[ConfigWarning, ...] = ()
    prerequisites: tuple[Prerequisite, ...] = ()
    gates: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """The settings that hold the stack, such as levels and exceptions, by their fields."""
    placeholders: tuple[tuple[str, str], ...] = ()
    """The fields, with their values, that a person must still replace; not in the JSON."""
    refused: int = 0
    """How many changes against an earlier plan AWS would refuse; not in the JSON."""
    usage: Usage = field(default_factory=Usage)
    """What the prices assume of the stack's use; not in the JSON."""
    today: date | None = None
    """The day as of which it was priced and judged; not in the JSON."""

    availability: Availability = field(default_factory=Availability)
    """The predicted availability of what people depend on."""
    target: AvailabilityTarget = field(default_factory=AvailabilityTarget)
    """What the prediction must reach."""

    @property
    def judgment(self) -> Judgment:
        """The estimate, held against the budget."""
        return judge(self.estimate, self.budget)

    @property
    def violations(self) -> tuple[Verdict, ...]:
        """The mandatory rules that are broken without an exception."""
        return tuple(verdict for verdict in self.verdicts if fails([verdict]))

    @property
    def deployable(self) -> bool:
        """Whether nothing mandatory is broken, the budget holds, and AWS refuses no change."""
        return self.judgment.holds and not self.violations and not self.refused

    @property
    def summary(self) -> str:
        """One line: what the plan costs and whether it may be deployed."""
        kinds = Counter(standing(verdict) for verdict in self.verdicts)
        judgment = self.judgment
        over = budget_text.verdict(judgment.monthly, judgment.budget, judgment.subjects)
        return (
            f"{self.stack}: {len(self.resources)} resources, "
            f"{budget_text.cost(self.estimate.monthly, complete=not self.estimate.gaps)} "
            f"of {self.budget.monthly_budget:,.2f} USD a month, "
            f"{'' if judgment.holds else f'the budget {over}, '}"
            f"{violations(kinds['violated'])}, "
            f"{many(kinds['advised'], 'advisory', 'advisories')}, "
            f"{many(len(self.warnings), 'warning', 'warnings') + ', ' if self.warnings else ''}"
            f"{many(self.refused, 'change', 'changes') + ' that AWS refuses, ' if self.refused else ''}"
            f"{'deployable' if self.deployable else 'NOT deployable'}"
        )

    @property
    def remains(self) -> tuple[Remains, ...]:
        """What stays in the account after the stack is destroyed."""
        return remains(self.resources)

    def document(self, rows: "ResourceRows | None" = None) -> dict[str, Any]:
        """The plan as `plan.schema.json` describes it; `rows` has those of the plan before, and takes these."""
        return {
            "format": FORMAT,
            "project": self.project,
            "stack": self.stack,
            "resources": (rows or ResourceRows()).of(self.resources),
            "outputs": _plain(self.outputs),
            "cost": cost_document(self.estimate, self.budget),
            "policies": [_verdict(verdict) for verdict in self.verdicts],
            "availability": availability_document(self.availability, self.target),
            "quotas": [_quota(quota) for quota in self.quotas],
            "unusual": [_choice(choice) for choice in self.choices],
            "decisions": [_choice(decision) for decision in self.decisions],
            "warnings": [_warning(warning) for warning in self.warnings],
            "gates": [{"field": name, "value": value} for name, value in sorted(self.gates.items())],
            "prerequisites": [_prerequisite(each) for each in self.prerequisites],
            "remains": [{"what": each.what, "why": each.why, "how": each.how} for each in self.remains],
        }

    def write(self, path: Path) -> None:
        """Write the JSON to `path`, whole or not at all.

        Raises:
            PlanFileError: naming the path and why it cannot be written.
        """
        write_whole(path, self.json())

    def json(self) -> str:
        """The JSON of the plan: keys in a fixed order, so that equal plans are equal bytes."""
        return document_json(self.document())


def document_json(document: Mapping[str, Any]) -> str:
    """The JSON of a plan's document."""
    text = to_json(document, indent=1).decode() + "\n"
    # JSON escapes only the first 32 control characters; a terminal that shows the file obeys others too.
    return UNPRINTABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


class ResourceRows:
    """The resources of one plan as its document has them, for the next plan: the same object is the same row."""

    def __init__(self) -> None:
        self._rows: dict[int, tuple[Resource, dict[str, Any]]] = {}

    def of(self, resources: Sequence[Resource]) -> list[dict[str, Any]]:
        """The rows of `resources`. Only these are kept."""
        before = self._rows
        # An id is that of a resource for as long as something holds the resource, as a row does.
        self._rows = {id(each): before.get(id(each)) or (each, _resource(each)) for each in resources}
        return [row for _, row in self._rows.values()]


def cost_document(estimate: Estimate, budget: Budget) -> dict[str, Any]:
    """An estimate as `plan.schema.json` describes it under `cost`."""
    return {
        "currency": estimate.currency,
        "region": estimate.region,
        "monthly": estimate.monthly,
        "complete": not estimate.gaps,
        "budget": budget.monthly_budget,
        "lines": [_line(line) for line in estimate.lines],
        "unpriced": list(estimate.unpriced),
        "gaps": [_gap(gap, budget) for gap in estimate.gaps],
        "savings": [_saving(saving) for saving in estimate.savings],
        "commitments": [_commitment(each) for each in estimate.commitments],
    }


def standing(verdict: Verdict) -> str:
    """How a verdict counts: as violated, as advised, or as excepted."""
    if verdict.exception is not None:
        return "excepted"
    return "violated" if verdict.level == "mandatory" else "advised"


def _resource(resource: Resource) -> dict[str, Any]:
    return {
        "urn": resource.urn,
        "type": resource.type,
        "name": resource.name,
        "parent": resource.parent,
        "custom": resource.custom,
        "provider": resource.provider,
        "dependencies": list(resource.dependencies),
        "propertyDependencies": {key: list(urns) for key, urns in sorted(resource.property_dependencies.items())},
        "inputs": _plain(resource.inputs),
        "outputs": _plain(resource.outputs),
        "protect": resource.protect,
        "retainOnDelete": resource.retain_on_delete,
        "ignoreChanges": list(resource.ignore_changes),
    }


def _line(line: Line) -> dict[str, Any]:
    return {
        "urn": line.urn,
        "component": line.component,
        "item": line.item,
        "what": line.what,
        "quantity": line.quantity,
        "unit": line.unit,
        "unitPrice": line.unit_price,
        "monthly": line.monthly,
        "priceDate": line.price_date,
        "spot": line.spot,
        "oneYear": line.one_year,
    }


def _gap(gap: Unpriced, budget: Budget) -> dict[str, Any]:
    accepted = budget.unpriced.get(gap.subject, budget.unpriced.get(gap.type))
    return {"urn": gap.urn, "subject": gap.subject, "reason": gap.reason, "accepted": accepted}


def _saving(saving: Saving) -> dict[str, Any]:
    return {"what": saving.what, "how": saving.how, "monthly": saving.monthly}


def _commitment(commitment: Commitment) -> dict[str, Any]:
    return {
        "what": commitment.what,
        "covers": list(commitment.covers),
        "hourly": commitment.hourly,
        "onDemand": commitment.on_demand,
        "committed": commitment.committed,
        "breakEvenShare": commitment.break_even_share,
        "breakEvenMonths": commitment.break_even_months,
    }


def _verdict(verdict: Verdict) -> dict[str, Any]:
    return {
        "policy": verdict.policy,
        "severity": verdict.severity,
        "level": verdict.level,
        "urn": verdict.urn,
        "message": verdict.message,
        "exception": verdict.exception,
        "field": verdict.field,
        "remediation": verdict.remediation,
    }


def verdict_of(row: Mapping[str, Any]) -> Verdict:
    """A verdict of a plan's JSON; a field that this version does not know is left out."""
    return Verdict(**{field.name: row[field.name] for field in fields(Verdict) if field.name in row})


def _quota(quota: Quota) -> dict[str, Any]:
    return {
        "service": quota.service,
        "code": quota.code,
        "name": quota.name,
        "default": quota.default,
        "needed": quota.needed,
        "why": quota.why,
    }


def _choice(choice: Choice | Decision) -> dict[str, Any]:
    return {"field": choice.field, "value": _plain(choice.value), "why": choice.why}


def _warning(warning: ConfigWarning) -> dict[str, Any]:
    return {
        "field": warning.field,
        "value": _plain(warning.value),
        "why": warning.why,
        "remedy": warning.remedy,
    }


def _prerequisite(prerequisite: Prerequisite) -> dict[str, Any]:
    return {"what": prerequisite.what, "why": prerequisite.why, "how": prerequisite.how}


def _plain(value: Any) -> Any:
    """The value as JSON, keys sorted: they come in the order a program happened to set them."""
    if value is UNKNOWN:
        return UNKNOWN_TEXT
    if isinstance(value, Mapping):
        mapping = cast(Mapping[str, Any], value)
        return {key: _plain(mapping[key]) for key in sorted(mapping)}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain(item) for item in cast(Sequence[Any], value)]
    return value
