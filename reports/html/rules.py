"""The verdicts of a plan for its report: findings that say the same are one, the worst first."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field as dataclass_field

from planner.plan import Plan, standing
from policies.engine.evaluate import Verdict
from policies.engine.registry import RULES
from policies.engine.rule import Severity
from reports.html.owners import Owners

STANDINGS = ("violated", "advised", "excepted")
"""How verdicts count, the worst first."""
SEVERITIES = tuple(str(each) for each in Severity)
SHOWN = 12
"""Resources of a finding that are named; the list of resources has the others."""


@dataclass(slots=True)
class Finding:
    """What a rule says of one or more resources in the same words."""

    rule: str
    severity: str
    standing: str
    message: str
    exception: str | None
    field: str
    remediation: str
    frameworks: tuple[str, ...]
    resources: list[tuple[str, str, str]] = dataclass_field(default_factory=list[tuple[str, str, str]])
    """The URN, the name and the component of each resource."""


def findings(plan: Plan, owners: Owners) -> list[Finding]:
    """The findings by standing, then by severity, then by rule."""
    found: dict[tuple[object, ...], Finding] = {}
    for verdict in plan.verdicts:
        key = (verdict.policy, verdict.severity, standing(verdict), verdict.message, verdict.exception)
        if key not in found:
            found[key] = _finding(verdict)
        name = verdict.urn.rpartition("::")[2] or plan.stack
        found[key].resources.append((verdict.urn, name, owners.nearest(verdict.urn)))
    return sorted(found.values(), key=_rank)


def counts(plan: Plan) -> list[tuple[str, list[int]]]:
    """For each severity, how many verdicts are violated, advised and excepted."""
    numbers = Counter((verdict.severity, standing(verdict)) for verdict in plan.verdicts)
    return [(severity, [numbers[severity, how] for how in STANDINGS]) for severity in SEVERITIES]


def worst(verdicts: Sequence[Verdict]) -> dict[str, str]:
    """The worst standing of the verdicts on each resource, by URN."""
    found: dict[str, str] = {}
    for verdict in verdicts:
        how = standing(verdict)
        found[verdict.urn] = min(found.get(verdict.urn, how), how, key=STANDINGS.index)
    return found


def _finding(verdict: Verdict) -> Finding:
    rule = RULES.get(verdict.policy)
    return Finding(
        rule=verdict.policy,
        severity=str(verdict.severity),
        standing=standing(verdict),
        message=verdict.message,
        exception=verdict.exception,
        field=verdict.field,
        remediation=verdict.remediation,
        frameworks=tuple(map(str, rule.frameworks)) if rule else (),
    )


def _rank(finding: Finding) -> tuple[int, int, str, str]:
    return (
        STANDINGS.index(finding.standing),
        SEVERITIES.index(finding.severity),
        finding.rule,
        finding.message,
    )
