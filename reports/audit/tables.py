"""The verdicts of a plan's rules, and the controls that they show, as tables."""

from collections import defaultdict
from collections.abc import Sequence

from planner.plan import Plan, standing
from policies.engine.evaluate import Verdict
from policies.engine.registry import RULES
from policies.engine.settings import Level, PolicySettings
from reports.audit.controls import CONTROLS, Control
from reports.audit.evidence import EVIDENCE
from reports.registries.table import Column, Row, Table

_RULE_COLUMNS = (
    Column("rule", "rule"),
    Column("title", "what must hold"),
    Column("severity", "severity"),
    Column("level", "level in this stack"),
    Column("result", "result"),
    Column("findings", "findings"),
    Column("references", "published references"),
)
_CONTROL_COLUMNS = (
    Column("framework", "framework"),
    Column("number", "control"),
    Column("title", "title"),
    Column("shown", "what the plan shows"),
    Column("rules", "rules"),
    Column("findings", "findings"),
    Column("registries", "registries"),
)
HOLDS, BROKEN, EXCEPTED, OFF = "holds", "findings", "findings, all accepted", "not evaluated"
ORGANISATIONAL = "nothing: only the organization can show it"


def verdicts(plan: Plan, settings: PolicySettings) -> Table:
    """Every rule with its level and its findings in a plan. `settings` are the rules' levels in the stack."""
    found = _by_rule(plan.verdicts)
    rows: list[Row] = []
    for name, rule in sorted(RULES.items()):
        level = settings.levels.get(name, rule.level)
        rows.append(
            {
                "rule": name,
                "title": rule.title,
                "severity": rule.severity,
                "level": level,
                "result": _result(found[name], level),
                "findings": [_said(each) for each in found[name]],
                "references": [str(each) for each in rule.frameworks],
            }
        )
    about = (
        f"What each rule says of the plan of {plan.stack}. A rule that does not apply to anything in the stack holds. "
        "An accepted finding has an exception with its reason."
    )
    return Table("verdicts", f"Policy verdicts of {plan.stack}", about, _RULE_COLUMNS, tuple(rows))


def controls(plan: Plan, settings: PolicySettings, registries: Sequence[str]) -> Table:
    """Each control of SOC 2 and ISO/IEC 27001 with the rules and files that show a part of it.

    `registries` are the names of the tables of this set; others are left out.
    """
    found = _by_rule(plan.verdicts)
    rows = tuple(_control(each, found, settings, registries) for each in CONTROLS)
    organisational = sum(row["shown"] == ORGANISATIONAL for row in rows)
    about = (
        f"Which rules and registries of {plan.stack} show a part of each control: {len(rows) - organisational} of "
        f"{len(rows)} controls. A plan shows what is to be deployed. It does not show that it was deployed, that "
        "people follow procedures, or that AWS meets its own controls (AWS Artifact has its reports). The mapping is "
        "this project's own. Numbers are those of the standards. Titles are the names of ISO, and short forms of the "
        "criteria of SOC 2."
    )
    return Table("controls", f"Controls of {plan.stack}", about, _CONTROL_COLUMNS, rows)


def _control(
    control: Control, found: defaultdict[str, list[Verdict]], settings: PolicySettings, registries: Sequence[str]
) -> Row:
    subjects = [EVIDENCE[each] for each in control.subjects]
    rules = list(dict.fromkeys(rule for each in subjects for rule in each.rules))
    files = [
        each for each in dict.fromkeys(name for each in subjects for name in each.registries) if each in registries
    ]
    findings = [f"{rule}: {_said(each)}" for rule in rules for each in found[rule]]
    off = [rule for rule in rules if settings.levels.get(rule) is Level.DISABLED]
    return {
        "framework": control.framework,
        "number": control.number,
        "title": control.title,
        "shown": ", ".join(control.subjects) if control.subjects else ORGANISATIONAL,
        "rules": [f"{rule} (not evaluated)" if rule in off else rule for rule in rules],
        "findings": findings,
        "registries": files,
    }


def _by_rule(found: Sequence[Verdict]) -> defaultdict[str, list[Verdict]]:
    by_rule: defaultdict[str, list[Verdict]] = defaultdict(list)
    for each in found:
        by_rule[each.policy].append(each)
    return by_rule


def _result(found: Sequence[Verdict], level: Level) -> str:
    if level is Level.DISABLED:
        return OFF
    if not found:
        return HOLDS
    return EXCEPTED if all(each.exception is not None for each in found) else BROKEN


def _said(verdict: Verdict) -> str:
    accepted = f" (accepted: {verdict.exception})" if verdict.exception is not None else ""
    return f"{standing(verdict)}: {verdict.urn.rpartition('::')[2] or 'the stack'}: {verdict.message}{accepted}"
