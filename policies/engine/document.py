"""Writes the tables of rules and thresholds in docs/policies.md: `python -m policies.engine.document`."""

import re
import sys
from pathlib import Path

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


def settings_section() -> str:
    """Return a Markdown table of every field of the section `mlplatform:policies`."""
    fields = PolicySettings.model_fields.items()
    rows = [f"| `{info.alias or name}` | {info.description} | {_default(name)} |" for name, info in fields]
    return "\n".join(["| field | meaning | default |", "|---|---|---|", *rows, ""])


def updated(document: str) -> str:
    """Return `document` with regenerated text between its markers."""
    for marker, section in (("rules", rules_section()), ("settings", settings_section())):
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
