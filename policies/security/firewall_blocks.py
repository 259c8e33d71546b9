"""In production, a firewall stops what it finds."""

from collections.abc import Iterator

from policies.engine.frameworks import well_architected
from policies.engine.rule import Finding, Result, Rule, Severity, Undecided
from policies.engine.settings import Level
from policies.engine.stack import Stack
from policies.ingress import WEB_ACL, rules
from policies.inputs import read, shown
from pricing.resource import UNKNOWN, Resource


def _check(resource: Resource, stack: Stack) -> Iterator[Result]:
    if not stack.environment.is_production:
        return
    found = list(rules(resource))
    if UNKNOWN in found:
        yield Undecided("rules")
        return
    counting = [shown(read(rule, "name")) for rule in found if _counts(rule)]
    if counting:
        yield Finding(f"only counts what these rules match: {', '.join(counting)}")


def _counts(rule: object) -> bool:
    return any(read(rule, action, "count") is not None for action in ("action", "overrideAction"))


RULE = Rule(
    name="firewall-blocks",
    title="In production, no rule of a web ACL only counts",
    severity=Severity.MEDIUM,
    level=Level.ADVISORY,
    frameworks=(well_architected("SEC05-BP03"),),
    remediation="When the metrics of a first rollout show no honest request among those counted, block them.",
    field="rules",
    types=frozenset({WEB_ACL}),
    check=_check,
)
