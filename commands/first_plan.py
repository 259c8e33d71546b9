"""Whether a stack that somebody wants fits its budget, and what would fit instead."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from textwrap import wrap

from commands.stack_sections import sections
from commands.wishes import Wishes
from components.facts.instances import instance_type
from planner.build import plan_of
from planner.plan import Plan
from planner.stackfile import StackFile
from policies.engine.evaluate import Verdict
from pricing.table import load_table
from stacks.config import NAMESPACE

_WIDTH = 80
_ENOUGH = 10_000_000_000
"""A budget in USD a month that no stack exceeds."""


class BudgetError(ValueError):
    """The budget does not hold the stack; the message has the figure and what would fit."""


@dataclass(frozen=True, slots=True)
class Fitting:
    """Wishes that the budget holds, with their plan."""

    wishes: Wishes
    plan: Plan


def fitting(root: Path, wishes: Wishes, today: date) -> Fitting:
    """The largest stack that the budget holds: with two GPU nodes, or with one.

    Raises:
        BudgetError: the budget holds neither.
        SpecError: a value is wrong, naming the field, the value and the remedy.
    """
    ample = _plan(root, wishes, today)
    if ample.estimate.monthly <= wishes.budget or not wishes.gpus or wishes.starter:
        cheapest, plan = wishes, ample
    else:
        cheapest = replace(wishes, gpu_nodes=1)
        plan = _plan(root, cheapest, today)
    if plan.estimate.monthly > wishes.budget:
        raise BudgetError(_too_small(root, cheapest, plan.estimate.monthly, today))
    return Fitting(cheapest, plan)


def refusal(violations: Iterable[Verdict]) -> str:
    """The mandatory rules that a stack violates: each with its resource, what is wrong with it, and the remedy."""
    lines = ["this combination violates what is mandatory; change a flag, or mend it:"]
    for each in violations:
        name = each.urn.rpartition("::")[2] or "the stack"
        for text in (f"{each.policy}: {name} {each.message}", f"  remedy: {each.remediation}"):
            lines += wrap(text, _WIDTH, initial_indent="  ", subsequent_indent="    ", break_on_hyphens=False)
    return "\n".join(lines)


def _too_small(root: Path, wishes: Wishes, cheapest: float, today: date) -> str:
    lines = [f"budget = {wishes.budget:,.0f}: the cheapest stack of this kind costs {cheapest:,.2f} USD a month", ""]
    lines.append("What fits instead:")
    lines.append(f"  --budget {_rounded(cheapest)}")
    for change, smaller in _smaller(wishes):
        cost = _plan(root, smaller, today).estimate.monthly
        if cost <= wishes.budget:
            lines.append(f"  {change}: {cost:,.2f} USD a month")
    return "\n".join(lines)


def _rounded(cost: float) -> int:
    """A budget in whole tens that leaves a little."""
    return int(cost * 1.05 // 10 + 1) * 10


def _smaller(wishes: Wishes) -> Iterator[tuple[str, Wishes]]:
    """Smaller wishes, each with the change of the command."""
    if wishes.models:
        yield "without --models", replace(wishes, models=False)
    if wishes.training:
        yield "without --training", replace(wishes, training=False)
    if wishes.kubeflow:
        yield "without --kubeflow", replace(wishes, kubeflow=False)
    if wishes.feature_store and not replace(wishes, feature_store=False).has_stores:
        yield "without --feature-store", replace(wishes, feature_store=False)
    if wishes.gpus and (cheaper := _cheapest_gpu(wishes.region)) not in (None, *wishes.gpus):
        yield f"--gpus {cheaper}", replace(wishes, gpus=(cheaper,))
    if wishes.gpus:
        yield "without --gpus", replace(wishes, gpus=())
    if wishes.has_stores and wishes.gpus:
        bare = replace(wishes, gpus=(), models=False, training=False, feature_store=False, kubeflow=False)
        yield "without --gpus and without further parts", bare


def _cheapest_gpu(region: str) -> str | None:
    """The instance type with an NVIDIA GPU that costs the least in a region."""
    prices = load_table(region)
    types = (instance_type(sku) for sku in prices.skus("ec2"))
    priced = [(prices.price("ec2", each.name).on_demand, each.name) for each in types if each and each.has_nvidia]
    return min(priced)[1] if priced else None


def _plan(root: Path, wishes: Wishes, today: date) -> Plan:
    # A budget that is too small is not a violation here: it is compared afterwards, with the figure.
    found = sections(replace(wishes, budget=_ENOUGH))
    config = {f"{NAMESPACE}:{name}": json.dumps(value, sort_keys=True) for name, value in sorted(found.items())}
    return plan_of(
        root, StackFile(NAMESPACE, wishes.name, root / f"Pulumi.{wishes.name}.yaml", config, frozenset()), today=today
    )
