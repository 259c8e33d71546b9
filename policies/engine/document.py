"""Writes the tables of rules and thresholds in docs/policies.md: `python -m policies.engine.document`."""

import re
import sys
from collections.abc import Mapping
from pathlib import Path

from policies.engine.admission import NOT_IN_CLUSTER, resources_of
from policies.engine.controls import LINES
from policies.engine.registry import RULES
from policies.engine.rule import Area, Rule
from policies.engine.settings import PolicySettings

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "policies.md"


def rules_section() -> str:
    """Return Markdown tables of every rule, by area."""
    parts: list[str] = []
    for area in Area:
        parts += [
            f"### {area.capitalize()}",
            "",
            "| rule | requirement, and *remediation* | level, severity | frameworks |",
        ]
        parts += ["|---|---|---|---|", *(_row(rule) for rule in RULES.values() if rule.area is area), ""]
    return "\n".join(parts)


def lines_section() -> str:
    """Return a Markdown table of every line of the rules that are tables, by resource type and input."""
    lines = [(line.type.removeprefix("aws:"), line.place, name, line) for name in LINES for line in LINES[name]]
    rows = [
        f"| `{kind}` | `{place}` | {line.need.wanted} | `{name}` | {', '.join(line.checks)} |"
        for kind, place, name, line in sorted(lines, key=lambda row: row[:3])
    ]
    return "\n".join(["| resource type | input | requirement | rule | checks |", "|---|---|---|---|---|", *rows, ""])


def cluster_section() -> str:
    """Return a Markdown table of every rule about Kubernetes: what the cluster judges by it, or why it does not."""
    rows = [f"| `{rule.name}` | {_in_cluster(rule)} |" for rule in RULES.values() if is_about_kubernetes(rule)]
    return "\n".join(["| rule | in the cluster |", "|---|---|", *rows, ""])


def is_about_kubernetes(rule: Rule) -> bool:
    """Whether a rule judges types of Kubernetes."""
    return any(each.startswith("kubernetes:") for each in (*rule.types, *rule.covers))


def _in_cluster(rule: Rule) -> str:
    kinds = sorted({plural for plurals in resources_of([rule]).values() for plural in plurals})
    judged = [*(["Pods and workloads"] if rule.admission else []), *kinds]
    return ", ".join(judged) or f"no: {NOT_IN_CLUSTER[rule.name]}"


def settings_section() -> str:
    """Return a Markdown table of every field of the section `mlplatform:policies`."""
    fields = PolicySettings.model_fields.items()
    rows = [f"| `{info.alias or name}` | {info.description} | {_default(name)} |" for name, info in fields]
    return "\n".join(["| field | meaning | default |", "|---|---|---|", *rows, ""])


def updated(document: str) -> str:
    """Return `document` with regenerated text between its markers."""
    sections = {
        "rules": rules_section(),
        "lines": lines_section(),
        "settings": settings_section(),
        "cluster": cluster_section(),
    }
    return with_sections(document, sections)


def with_sections(document: str, sections: Mapping[str, str]) -> str:
    """Return `document` with each section between the markers of its name."""
    for marker, section in sections.items():
        start, end = f"<!-- {marker} -->", f"<!-- /{marker} -->"
        pattern = re.compile(f"{re.escape(start)}.*{re.escape(end)}", re.DOTALL)
        document = pattern.sub(lambda _, text=f"{start}\n{section}{end}": text, document)
    return document


def _row(rule: Rule) -> str:
    frameworks = "; ".join(map(str, rule.frameworks))
    return f"| `{rule.name}` | {rule.title}. *{rule.remediation}* | {rule.level}, {rule.severity} | {frameworks} |"


def _default(name: str) -> str:
    value = getattr(PolicySettings(), name)
    return f"`{value}`" if value not in ([], {}) else "none"


def main() -> int:
    """Rewrite the document."""
    DOCUMENT.write_text(updated(DOCUMENT.read_text(encoding="utf-8")), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
