"""Availability that the architecture can hold: the stack's target, and what its objectives promise."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, cast

import yaml

from availability.delivered import delivered_models
from availability.parts import Availability, Capability, Kind
from availability.prediction import availability_of
from policies.engine.frameworks import well_architected
from policies.engine.rule import Area, Finding, Level, Result, Severity, Undecided, rule, stack_rule
from policies.engine.stack import Stack
from resources.inputs import elements, read, text
from resources.resource import Resource

_RULES = "aws:amp/ruleGroupNamespace:RuleGroupNamespace"
_OBJECTIVE = "slo:objective:ratio"
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_ROOT = Path(__file__).parents[1]
_SERVICES = {
    "gateway": Kind.GATEWAY,
    "feature-server": Kind.FEATURES,
    "tracking-server": Kind.TRACKING,
}
"""The capability of each platform service that has an objective."""


@stack_rule(
    "availability-target",
    "The predicted availability of the stack reaches its target",
    area=Area.RELIABILITY,
    severity=Severity.HIGH,
    # The stack itself states the target, so a plan that cannot hold it contradicts its own config.
    level=Level.MANDATORY,
    frameworks=[well_architected("REL11-BP07")],
    remediation="Make the change that the message names, or lower the target in the section mlplatform:availability "
    "with the agreement of those who depend on the capability. docs/availability.md has the figures and assumptions.",
    field="mlplatform:availability.target",
)
def _target(stack: Stack) -> Iterator[Result]:
    target, found = stack.context.target, stack.once(_availability)
    names = {each.name for each in found.capabilities}
    for name in sorted(target.capabilities.keys() - names):
        yield Finding(f"availability.capabilities has {name}, which the stack does not have; remove it")
    for each in found.capabilities:
        least = target.of(each.name)
        if least is not None:
            yield from _held(each, least, f"the target of {least:g} %")


@rule(
    "availability-promises",
    "Objectives promise no more than the architecture can hold",
    _RULES,
    needs_stack=True,
    area=Area.RELIABILITY,
    severity=Severity.MEDIUM,
    # The prediction is cautious, and a team may have measured better months.
    level=Level.ADVISORY,
    frameworks=[well_architected("REL11-BP07")],
    remediation="Lower availability of the model or the service in the section mlplatform:objectives, or make the "
    "change that the message names.",
    field="data",
)
def _promises(rules: Resource, stack: Stack) -> Iterator[Result]:
    data = text(rules.inputs.get("data"))
    if not isinstance(data, str):
        if data is not None:
            yield Undecided("data")
        return
    found = {(each.kind, each.name): each for each in stack.once(_availability).capabilities}
    for labels, ratio in _objectives(data):
        service, namespace = str(labels.get("service")), labels.get("namespace")
        key = (Kind.MODEL, f"model {namespace}/{service}")
        if not namespace:
            kind = _SERVICES.get(service)
            key = next((each for each in found if each[0] is kind), key)
        if key in found:
            yield from _held(found[key], ratio * 100, f"its objective of {ratio * 100:g} %")


def _availability(stack: Stack) -> Availability:
    """The prediction of the plan, or one of the resources that the engine shows."""
    if stack.context.availability is not None:
        return stack.context.availability
    return availability_of(stack.resources, delivered=delivered_models(stack.resources, _ROOT))


def _held(capability: Capability, least: float, what: str) -> Iterator[Result]:
    """A prediction below a figure; one that may be above it only because the plan does not know a part."""
    predicted = capability.share * 100
    if predicted < least:
        bound = "at most " if capability.unknown else ""
        weak = (
            f"its weakest part is {capability.weakest.name}" if capability.parts else "the plan has none of its parts"
        )
        change = capability.best_improvement
        raised = f"; {change.what} raises it to {capability.improved_share * 100:.2f} %" if change else ""
        yield Finding(f"{capability.name} is predicted at {bound}{predicted:.2f} %, below {what}: {weak}{raised}")
    elif capability.unknown:
        yield Undecided(f"{capability.name} for {what}: {capability.unknown[0]}")


def _objectives(data: str) -> Iterator[tuple[Mapping[str, Any], float]]:
    """The labels and the ratios of the objectives of availability in a file of Prometheus rules."""
    if _OBJECTIVE not in data:
        return
    try:
        document: object = yaml.load(data, Loader=_LOADER)  # noqa: S506 - a safe loader
    except yaml.YAMLError:
        return
    for group in elements(read(document, "groups")):
        for each in elements(read(group, "rules")):
            labels, expression = read(each, "labels"), text(read(each, "expr"))
            if read(each, "record") == _OBJECTIVE and read(labels, "objective") == "availability":
                ratio = _vector(expression) if isinstance(expression, str) else None
                if ratio is not None:
                    yield cast(Mapping[str, Any], labels), ratio


def _vector(expression: str) -> float | None:
    """The number in `vector(0.995)`."""
    try:
        return float(expression.removeprefix("vector(").removesuffix(")"))
    except ValueError:
        return None
