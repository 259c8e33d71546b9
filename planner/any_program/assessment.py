"""Prices and judges the inventory of any program, as a stack of this project is priced and judged."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from planner.any_program.coverage import Covered, covered, unjudged
from planner.any_program.inventory import AWS_PROVIDERS, Inventory, regions_of, unknown_regions
from planner.any_program.masked import masked
from planner.any_program.program_error import ProgramError
from planner.any_program.settings import ProgramSettings
from planner.difference import Difference, compare
from planner.plan import Plan
from policies.engine.evaluate import Context, Verdict, evaluate, fails
from policies.engine.settings import EnvironmentSpec, Level, PolicySettings
from pricing.budget import Budget, Judgment, judge
from pricing.estimate import Estimate, Line, estimate
from pricing.no_usage import no_usage
from resources.index import ResourceIndex
from resources.resource import Resource

NO_BUDGET = 1e10
"""The budget of a program without one, in USD a month: more than any program costs."""

_NO_ACCOUNT = "000000000000"
_NOBODY = "not-stated"
_ANY_REGION = "us-east-1"
_NAMES = (
    ("mlplatform:cost.monthlyBudget", "monthlyBudget"),
    ("the section mlplatform:cost", "--settings, or --budget,"),
    ("cost.unpriced", "unpriced of --settings"),
    ("the section mlplatform:policies", "policies of --settings"),
    ("mlplatform:policies", "policies of --settings"),
    ("mlplatform:environment", "--settings"),
    ("Add the section mlplatform:spend, or a budget", "Add an aws.budgets.Budget, or one"),
    ("mlplatform:spend", "aws:budgets/budget:Budget"),
)
"""What the sections of a stack's config that rules name are in a program without them."""
_AMOUNT = re.compile(r"^[\d.,]+ ")
"""What a line says first where its words hold the amount."""


@dataclass(frozen=True, slots=True)
class Assessment:
    """What a program costs and how the rules judge it. `difference` is that from the earlier state of the program."""

    plan: Plan
    inventory: Inventory
    settings: ProgramSettings
    counted: tuple[Covered, ...]
    regions: tuple[str, ...]
    notes: tuple[str, ...]
    difference: Difference | None = None
    judged: bool = True

    @property
    def judgment(self) -> Judgment | None:
        """The estimate, held against the budget; None without one. What only a deployment prices does not fail it."""
        if self.settings.monthly_budget is None:
            return None
        return judge(self.plan.estimate, self.plan.budget, pending=False)

    @property
    def passes(self) -> bool:
        """Whether the budget holds, and no mandatory rule is broken."""
        judgment = self.judgment
        return (judgment is None or judgment.holds) and not fails(self.plan.verdicts)

    def document(self) -> dict[str, Any]:
        """The plan as `make plan` writes it, with what only a program of anybody's has under `program`."""
        document = self.plan.document()
        if self.settings.monthly_budget is None:
            document["cost"]["budget"] = None
        counts = Counter(str(each.standing) for each in self.counted)
        document["program"] = {
            "judged": self.judged,
            "passes": self.passes,
            "regions": list(self.regions),
            "notes": list(self.notes),
            "resources": {name: counts[name] for name in ("priced", "free", "unpriced")},
            "free": [
                {"urn": each.resource.urn, "type": each.resource.type, "reason": each.reason}
                for each in sorted(self.counted, key=lambda each: each.resource.urn)
                if each.standing == "free"
            ],
        }
        return document


def assess(inventory: Inventory, settings: ProgramSettings, *, today: date, with_rules: bool) -> Assessment:
    """Price the inventory, and judge it with `with_rules`.

    Raises:
        ProgramError: when the region is not known, or `usage` names what the program does not have.
        PolicyError: when an exception names what does not exist.
    """
    region = _home(inventory, settings)
    plan = _plan(inventory, settings, region, today, with_rules=with_rules)
    if plan.estimate.faults:
        raise ProgramError("; ".join(plan.estimate.faults))
    found = Assessment(
        plan=plan,
        inventory=inventory,
        settings=settings,
        counted=covered(plan.resources, plan.estimate),
        regions=regions_of(inventory) or ((region,) if _needs_region(inventory.resources) else ()),
        notes=(*inventory.notes, *_region_notes(inventory, region)),
        judged=with_rules,
    )
    if inventory.before is None:
        return found
    before = replace(inventory, resources=inventory.before)
    return against(found, _plan(before, settings, region, today, with_rules=with_rules).document())


def earlier_document(
    inventory: Inventory, settings: ProgramSettings, *, today: date, with_rules: bool
) -> Mapping[str, Any]:
    """The document of an earlier program. Names in `usage` may be of resources that it does not have yet.

    Raises:
        ProgramError: when the region is not known.
    """
    return _plan(inventory, settings, _home(inventory, settings), today, with_rules=with_rules).document()


def against(assessment: Assessment, earlier: Mapping[str, Any]) -> Assessment:
    """The assessment with the difference from an earlier plan's document.

    Raises:
        PlanFileError: when it is of another program or stack.
    """
    # The settings of today hold for both.
    cost = {**earlier["cost"], "budget": assessment.plan.budget.monthly_budget}
    found = compare({**earlier, "cost": cost, "gates": []}, assessment.plan.document())
    # What costs by use has a line without any use, too.
    costs = tuple(each for each in found.costs if each.quantity_before or each.quantity_after)
    return replace(assessment, difference=replace(found, costs=costs))


def _plan(inventory: Inventory, settings: ProgramSettings, region: str, today: date, *, with_rules: bool) -> Plan:
    resources, usage = inventory.resources, no_usage(settings.usage)
    found = _estimated(resources, settings, region, today)
    accepted = settings.accepted(dict.fromkeys(gap.type for gap in found.gaps))
    budget = Budget(monthly_budget=settings.monthly_budget or NO_BUDGET, unpriced=accepted)
    context = Context(
        environment=EnvironmentSpec(
            kind=settings.environment,
            owner=_NOBODY,
            cost_center=_NOBODY,
            account=settings.account or _NO_ACCOUNT,
            region=region,
        ),
        settings=_levels(settings),
        budget=budget,
        usage=usage,
        today=today,
        exceptions=tuple(settings.exceptions),
        estimate=found,
    )
    verdicts: tuple[Verdict, ...] = ()
    if with_rules:
        verdicts = tuple(map(_with_own_names, (*evaluate(resources, context), *unjudged(resources))))
    return Plan(
        project=inventory.project,
        stack=inventory.stack,
        resources=tuple(map(masked, resources)),
        outputs={},
        budget=budget,
        estimate=found,
        verdicts=verdicts,
        quotas=(),
        choices=(),
        usage=usage,
        today=today,
    )


def _with_own_names(verdict: Verdict) -> Verdict:
    """A verdict that names settings by what this program has: flags and a file of settings."""
    field, remediation = verdict.field, verdict.remediation
    for section, own in _NAMES:
        field, remediation = field.replace(section, own), remediation.replace(section, own)
    return replace(verdict, field=field, remediation=remediation)


def _estimated(resources: Sequence[Resource], settings: ProgramSettings, region: str, today: date) -> Estimate:
    """The estimate without use that nobody stated, with a line of quantity 0 for each thing that costs by use."""
    found = estimate(resources, region=region, usage=no_usage(settings.usage), today=today)
    in_use = estimate(resources, region=region, usage=settings.usage, today=today)
    priced = {(line.urn, line.item) for line in found.lines}
    by_use = {(line.urn, line.item): _idle(line) for line in in_use.lines if (line.urn, line.item) not in priced}
    lines = sorted((*found.lines, *by_use.values()), key=lambda line: (line.urn, line.what, line.quantity))
    return replace(found, lines=tuple(lines))


def _idle(line: Line) -> Line:
    return replace(line, what=_AMOUNT.sub("", line.what), quantity=0.0, monthly=0.0, spot=None, one_year=None)


def _levels(settings: ProgramSettings) -> PolicySettings:
    """The levels of the rules. Copied without validation: without a budget, the rule about it has nothing to judge."""
    levels = {name: each.level for name, each in settings.rules.items()}
    if settings.monthly_budget is None:
        levels["monthly-budget"] = Level.DISABLED
    if settings.account is None:
        levels.setdefault("provider-account", Level.DISABLED)
    return settings.policies.model_copy(update={"levels": levels})


def _home(inventory: Inventory, settings: ProgramSettings) -> str:
    """The region of resources whose provider states none: the one of the settings, of the config, or of most providers.

    Raises:
        ProgramError: when a resource needs it and nothing states it.
    """
    stated = settings.region or inventory.region
    if stated:
        return stated
    everything = (*inventory.resources, *(inventory.before or ()))
    index = ResourceIndex(everything)
    for each in everything:
        if each.custom and each.type.startswith(("aws:", "aws-native:")) and not _states_region(each, index):
            raise ProgramError(
                f"the region of {each.name} ({each.type}) is not known, for its provider is not in the file or does "
                "not state it; preview with --show-sames, or add --region, such as --region us-east-1"
            )
    regions = Counter(
        each.inputs["region"]
        for each in everything
        if each.type in AWS_PROVIDERS and isinstance(each.inputs.get("region"), str)
    )
    return next((region for region, _ in regions.most_common(1)), _ANY_REGION)


def _states_region(resource: Resource, index: ResourceIndex) -> bool:
    provider = index.provider(resource)
    return any(isinstance(each.inputs.get("region"), str) for each in (resource, provider) if each)


def _needs_region(resources: Sequence[Resource]) -> bool:
    return any(each.type.startswith(("aws:", "aws-native:")) for each in resources)


def _region_notes(inventory: Inventory, region: str) -> list[str]:
    return [
        f"the region of the provider {name} is known only after the deployment; its resources are priced in {region}"
        for name in unknown_regions(inventory)
    ]
