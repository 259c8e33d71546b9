"""The page on an own stack leads from each section of a stack's config to its page."""

import re
from pathlib import Path

from stacks.config import StackConfig
from tests.support.stacks.configs import refusal_of, sections_of

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
TABLE = (DOCS / "own-stack.md").read_text(encoding="utf-8").partition("| section | page |\n")[2].partition("\n\n")[0]
ROWS = [row.split(" | ", 1) for row in TABLE.splitlines()[1:]]


def test_the_page_names_every_section_of_a_stack() -> None:
    named = [name for sections, _ in ROWS for name in re.findall(r"`(\w+)`", sections)]
    assert sorted(named) == sorted(field.alias or name for name, field in StackConfig.model_fields.items())


def test_the_page_leads_to_pages_of_sections_that_exist() -> None:
    pages = [page for _, links in ROWS for page in re.findall(r"\]\(([^)#]+)", links)]
    assert [page for page in pages if not (DOCS / page).is_file()] == []


def test_refusal_shows_what_names_the_section_and_no_null() -> None:
    """A reader who wrote a section would not understand that it is null."""
    few = {"environment", "cost", "network", "logs", "traces", "metrics", "alarms", "recovery", "eventStream"}
    for added in (set[str](), {"gpuCluster"}):
        refused = refusal_of({name: value for name, value in sections_of("prod").items() if name in few | added})
        assert "logs = 'ml-prod': logs needs " in refused
        assert "recovery = 'ml-prod': recovery needs " in refused
        assert "null" not in refused
