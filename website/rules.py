"""A page for each policy rule."""

from collections.abc import Iterator

import yaml

from policies.engine.admission import NOT_IN_CLUSTER
from policies.engine.controls import LINES
from policies.engine.document import is_about_kubernetes
from policies.engine.registry import RULES
from policies.engine.rule import Area, Rule
from policies.engine.settings import Level
from stacks.config import NAMESPACE
from website.markdown import code, front, prose, table


def rule_pages() -> Iterator[tuple[str, str]]:
    """The path and text of each rule's page, and of a page for each area."""
    for area in Area:
        yield f"rules/{area}.md", _area(area)
    for rule in RULES.values():
        yield path_of(rule), _page(rule)


def path_of(rule: Rule) -> str:
    """The path of a rule's page."""
    return f"rules/{rule.area}/{rule.name}.md"


def _area(area: Area) -> str:
    rows = [
        (f"[`{rule.name}`]({area}/{rule.name}.md)", prose(rule.title), f"{rule.level}", f"{rule.severity}")
        for rule in RULES.values()
        if rule.area is area
    ]
    return "\n".join(
        [
            f"# Rules about {area}",
            "",
            "[Policies](../policies.md) says where rules are evaluated and how a stack changes a level.",
            "",
            *table(("rule", "requirement", "level", "severity"), rows),
        ]
    )


def _page(rule: Rule) -> str:
    types = sorted(rule.types | rule.covers)
    other = Level.ADVISORY if rule.level is Level.MANDATORY else Level.MANDATORY
    levels = yaml.safe_dump({f"{NAMESPACE}:policies": {"levels": {rule.name: str(other)}}}).strip()
    return "\n".join(
        [
            *front(description=rule.title),
            f"# {rule.name}",
            "",
            f"**{prose(rule.title)}.**",
            "",
            f"- **Level**: {rule.level}, unless `policies.levels` of the stack says otherwise",
            f"- **Severity**: {rule.severity}",
            f"- **Area**: [{rule.area}](../{rule.area}.md)",
            *([f"- **Field**: {code(rule.field)}"] if rule.field else []),
            f"- **Judges**: {', '.join(map(code, types)) or 'every resource, or the stack as a whole'}",
            f"- **Frameworks**: {'; '.join(prose(str(each)) for each in rule.frameworks)}",
            "",
            "## Remediation",
            "",
            prose(rule.remediation),
            "",
            *_lines(rule),
            *_cluster(rule),
            "## Change it",
            "",
            f"A stack makes the rule {other} with this key of its file. For one resource, "
            "[grant an exception](../../policies.md#grant-an-exception).",
            "",
            "```yaml",
            levels,
            "```",
            "",
            f"`mlplatform explain {rule.name}` prints the rule in a terminal.",
            "",
        ]
    )


def _lines(rule: Rule) -> list[str]:
    rows = [
        (code(line.type), code(line.place), prose(line.need.wanted), ", ".join(map(prose, line.checks)))
        for line in LINES.get(rule.name, ())
    ]
    return (
        ["## Inputs", "", *table(("resource type", "input", "requirement", "checks that ask for it"), rows)]
        if rows
        else []
    )


def _cluster(rule: Rule) -> list[str]:
    if not is_about_kubernetes(rule):
        return []
    about = rule.in_cluster
    expressions = [
        *([("Pods, and workloads that make them", rule.admission)] if rule.admission else []),
        *(
            (", ".join(plural for plurals in each.resources.values() for plural in plurals), each.found)
            for each in about
        ),
    ]
    if not expressions:
        return ["## In the cluster", "", f"The API server does not judge it: {prose(NOT_IN_CLUSTER[rule.name])}.", ""]
    shown = [
        line for kinds, expression in expressions for line in (f"{kinds}:", "", "```cel", expression.strip(), "```", "")
    ]
    return [
        "## In the cluster",
        "",
        "The [API server judges objects](../../policies.md#in-the-cluster) by this expression of the list of messages:",
        "",
        *shown,
    ]
