"""How a rule's specification is written: resources in, findings out."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from availability.parts import Availability
from availability.target import AvailabilityTarget
from policies.engine.evaluate import Context, Verdict, evaluate
from policies.engine.exceptions import PolicyException
from policies.engine.settings import EnvironmentKind, EnvironmentSpec, Level, PolicySettings
from pricing.budget import Budget
from pricing.lines import Estimate, Unpriced
from pricing.usage import Usage
from resources.resource import UNKNOWN, Resource

Kind = Literal["pass", "fail", "absent", "unknown"]

TODAY = date(2026, 11, 21)
ACCOUNT = "123456789012"
UNDECIDED = "cannot be decided before deployment: "


def urn(resource_type: str, name: str) -> str:
    return f"urn:pulumi:test::mlplatform::{resource_type}::{name}"


def make(resource_type: str, inputs: Mapping[str, Any] | None = None, *, name: str = "it", **options: Any) -> Resource:
    """A resource of the stack `test`. `refers` maps inputs to the resources they were computed from."""
    refers: Mapping[str, Sequence[Resource]] = options.pop("refers", {})
    return Resource(
        urn=urn(resource_type, name),
        type=resource_type,
        name=name,
        inputs=inputs or {},
        property_dependencies={key: [one.urn for one in others] for key, others in refers.items()},
        **options,
    )


@dataclass(frozen=True)
class Case:
    """What a rule says about some resources: a text for each finding, and the fields it leaves undecided."""

    rule: str
    kind: Kind
    resources: tuple[Resource, ...]
    found: tuple[str, ...] = ()
    undecided: tuple[str, ...] = ()
    environment: EnvironmentKind = EnvironmentKind.PRODUCTION
    settings: Mapping[str, Any] = field(default_factory=dict[str, Any])
    usage: Mapping[str, Any] = field(default_factory=dict[str, Any])
    estimate: Estimate | None = None
    today: date = TODAY
    availability: Availability | None = None
    target: AvailabilityTarget = field(default_factory=AvailabilityTarget)


def passes(rule: str, *resources: Resource, kind: Kind = "pass", **options: Any) -> Case:
    return Case(rule, kind, resources, **options)


def fails(rule: str, *resources: Resource, found: str | tuple[str, ...], kind: Kind = "fail", **options: Any) -> Case:
    return Case(rule, kind, resources, found=(found,) if isinstance(found, str) else found, **options)


def unknown(rule: str, *resources: Resource, undecided: str | tuple[str, ...], **options: Any) -> Case:
    fields = (undecided,) if isinstance(undecided, str) else undecided
    return Case(rule, "unknown", resources, undecided=fields, **options)


def context(
    kind: EnvironmentKind = EnvironmentKind.PRODUCTION,
    settings: Mapping[str, Any] | None = None,
    exceptions: Sequence[PolicyException] = (),
    estimate: Estimate | None = None,
    today: date = TODAY,
    usage: Mapping[str, Any] | None = None,
    availability: Availability | None = None,
    target: AvailabilityTarget | None = None,
) -> Context:
    """A context with a budget of 1,000 USD."""
    return Context(
        environment=EnvironmentSpec(kind=kind, owner="ml", cost_center="42", account=ACCOUNT, region="us-east-1"),
        settings=PolicySettings.model_validate(settings or {}),
        budget=Budget(monthly_budget=1000),
        usage=Usage.model_validate(usage or {}),
        today=today,
        exceptions=tuple(exceptions),
        estimate=estimate or costing(0),
        availability=availability,
        target=target or AvailabilityTarget(),
    )


def costing(monthly: float, *gaps: Unpriced) -> Estimate:
    return Estimate("USD", "us-east-1", monthly, (), gaps, ())


def verdicts(case: Case) -> list[Verdict]:
    """What the case's rule says, and nothing of the others."""
    return [verdict for verdict in evaluate(case.resources, context_of(case)) if verdict.policy == case.rule]


def context_of(case: Case) -> Context:
    """The context that a case is judged in."""
    return context(
        case.environment,
        case.settings,
        estimate=case.estimate,
        usage=case.usage,
        today=case.today,
        availability=case.availability,
        target=case.target,
    )


def advisory(verdict: Verdict) -> bool:
    return verdict.level == Level.ADVISORY


def of_input(
    rule: str,
    build: Callable[..., Resource],
    path: str,
    good: Any,
    bad: Any,
    found: str,
    *,
    absent: str | None = "",
    unknown_passes: bool = False,
    field: str = "",
    **options: Any,
) -> list[Case]:
    """The four cases of a rule about one input of what `build` makes from inputs.

    `found` is said of a `bad` value, and of an absent one unless `absent` says else: another text, or `None` where an
    absent value passes. `field` is what an unknown value leaves undecided, where it is not `path`.
    """

    def of(value: Any) -> Resource:
        for key in reversed(path.split(".")):
            value = {key: value}
        return build(**value)

    return [
        passes(rule, of(good), **options),
        fails(rule, of(bad), found=found, **options),
        passes(rule, build(), kind="absent", **options)
        if absent is None
        else fails(rule, build(), kind="absent", found=absent or found, **options),
        passes(rule, of(UNKNOWN), kind="unknown", **options)
        if unknown_passes
        else unknown(rule, of(UNKNOWN), undecided=field or path, **options),
    ]
