"""In production, no Application is deleted because a folder of a repository is gone."""

from collections.abc import Iterator

from policies.engine.frameworks import well_architected
from policies.engine.rule import Finding, Result, Rule, Severity, Undecided
from policies.engine.settings import Level
from policies.engine.stack import Stack
from resources.inputs import elements, read, text
from resources.resource import UNKNOWN, Resource

_FIELD = "spec.syncPolicy.applicationsSync"
_KEEPING = {"create-only", "create-update"}


def _check(application_set: Resource, stack: Stack) -> Iterator[Result]:
    policy = text(read(application_set.inputs, *_FIELD.split(".")))
    if not stack.environment.is_production or policy in _KEEPING:
        return
    generators = elements(read(application_set.inputs, "spec", "generators"))
    # The program itself writes the elements of a list, so that no change elsewhere takes one away.
    followed = [each for each in generators if read(each, "list") is None or each is UNKNOWN]
    if not followed:
        return
    if policy is UNKNOWN:
        yield Undecided(_FIELD)
    elif UNKNOWN in followed:
        yield Undecided("spec.generators")
    else:
        yield Finding("deletes an Application, and what it delivered, as soon as its folder is removed or renamed")


RULE = Rule(
    name="model-deletion",
    title="In production, a model outlives its folder until a person deletes it",
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=(well_architected("OPS06-BP01"),),
    remediation="Set applicationsSync to create-update (deletionProtection of a Delivery); to destroy on purpose, turn "
    "it off in a deployment of its own.",
    field=_FIELD,
    types=frozenset({"kubernetes:argoproj.io/v1alpha1:ApplicationSet"}),
    check=_check,
)
