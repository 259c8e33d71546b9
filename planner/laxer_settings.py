"""Settings of a stack that are laxer than their defaults, each with both values."""

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby

from planner.counted import many
from planner.gates import KIND, Laxer, gates, laxer, without
from policies.engine.settings import EnvironmentKind, PolicySettings
from pricing.budget import Budget
from pricing.lines import Estimate
from pricing.usage import Usage
from stacks.config import StackConfig
from stacks.config_warning import ConfigWarning

_AGREED = "Remove it, or have the reviewers of the rules agree to it."
_MEASURED = "Write what you measured, or remove it."
_AMPLE = 2
"""A budget of more than this many times the estimate would not notice that the cost doubles."""
_PRODUCTION = frozenset({"prod", "production", "prd", "live"})
_NOT = frozenset({"pre", "non", "not", "no"})

Estimated = Callable[[Usage], Estimate]
"""What the stack costs under another usage."""


def laxer_settings(config: StackConfig, stack: str, cost: Estimate, estimated: Estimated) -> Iterator[ConfigWarning]:
    """A warning for each setting of the sections that hold `stack` that is laxer than its default, with both values.

    `cost` is the estimate of the stack.
    """
    defaults = gates(EnvironmentKind.PRODUCTION, PolicySettings(), config.cost, Usage())
    defaults = {field: value for field, value in defaults.items() if not field.startswith("cost.unpriced.")}
    found = list(laxer(defaults, gates(config.environment.kind, config.policies, config.cost, config.usage)))
    yield from _kind(config, stack, found)
    yield from _ample_budget(config.cost, cost)
    for each in found:
        if not each.field.startswith(("usage.", KIND)):
            why = f"It is laxer than the default: from {each.was} to {each.now}."
            yield ConfigWarning(each.field, each.now, why, _AGREED)
    yield from _usage(config.usage, [each for each in found if each.field.startswith("usage.")], cost, estimated)


def _kind(config: StackConfig, stack: str, found: Sequence[Laxer]) -> Iterator[ConfigWarning]:
    """A warning about a stack that serves production by a name, and has the rules of another kind."""
    lax = next((each for each in found if each.field == KIND), None)
    field, name = next(((field, name) for field, name in _names(config, stack) if _names_production(name)), ("", ""))
    if lax and name:
        yield ConfigWarning(
            KIND,
            lax.now,
            f"It is laxer than a stack of production needs: from {lax.was} to {lax.now}. {field} = {name} names "
            "production.",
            "Write production, or another name.",
        )


def _names(config: StackConfig, stack: str) -> Iterator[tuple[str, str]]:
    """The names by which people and clients know the stack."""
    yield "The stack", stack
    if config.delivery:
        yield "delivery.environment", config.delivery.environment
        yield "delivery.domain", config.delivery.domain
    served_from = {"modelServing": config.model_serving, "kubeflow": config.kubeflow, "starter": config.starter}
    for section, served in served_from.items():
        if served:
            yield f"{section}.zoneName", served.zone_name
            yield f"{section}.domain", served.domain
    if config.gpu_cluster:
        yield "gpuCluster.clusterName", config.gpu_cluster.cluster_name
    if config.user_pool:
        yield "userPool.domainPrefix", config.user_pool.domain_prefix


def _names_production(name: str) -> bool:
    words = [word.rstrip("0123456789") for word in re.split(r"[^a-z0-9]+", name.lower())]
    return any(word in _PRODUCTION and before not in _NOT for before, word in zip(["", *words], words, strict=False))


def _ample_budget(budget: Budget, cost: Estimate) -> Iterator[ConfigWarning]:
    if not cost.gaps and 0 < cost.monthly * _AMPLE < budget.monthly_budget:
        yield ConfigWarning(
            "cost.monthlyBudget",
            budget.monthly_budget,
            f"It is more than twice the estimate, {cost.monthly:,.2f} USD a month, so it would not stop a cost that "
            "doubles.",
            "Lower it.",
        )


def _usage(usage: Usage, found: Sequence[Laxer], cost: Estimate, estimated: Estimated) -> Iterator[ConfigWarning]:
    """Warnings about assumptions that make the stack cheaper than their defaults would, together by section."""
    if not found:
        return
    given = usage.model_dump(by_alias=True, exclude_unset=True)
    by_default = estimated(Usage.model_validate(without(given, [each.field for each in found], "usage")))
    if by_default.monthly <= cost.monthly:
        return
    counted = many(len(found), "assumption is", "assumptions are")
    yield ConfigWarning(
        "usage",
        cost.monthly,
        f"{counted} laxer than the default. With the defaults, the stack costs "
        f"{by_default.monthly:,.2f} instead of {cost.monthly:,.2f} USD a month.",
        "Compare them with the bills.",
    )
    for section, group in groupby(sorted(found, key=_section), key=_section):
        changes = [f"{each.field.rpartition('.')[2]} from {each.was} to {each.now}" for each in group]
        why = f"It is laxer than the default: {', '.join(changes)}."
        yield ConfigWarning(section, changes, why, _MEASURED, is_detail=True)


def _section(setting: Laxer) -> str:
    return setting.field.rpartition(".")[0]
