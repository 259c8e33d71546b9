"""Each decision is recorded in one form and listed in the index."""

import re
from pathlib import Path

import pytest

from tests.support.docs.pages import ROOT

FOLDER = ROOT / "docs" / "decisions"
RECORDS = sorted(FOLDER.glob("[0-9]*.md"))
SECTIONS = ["Context", "Decision", "Consequences", "Alternatives refused"]
"""What a record says first, in this order. The first record is older and compares two ways in a table."""


def test_index_lists_every_decision_with_its_title() -> None:
    listed = re.findall(r"^\| \[(\d+)\]\(([\w.-]+\.md)\) \| (.+) \|$", (FOLDER / "README.md").read_text(), re.MULTILINE)
    titles = {each.name: each.read_text().splitlines()[0] for each in RECORDS}
    assert {name: f"# {number}. {title}" for number, name, title in listed} == titles
    assert [int(name[:4]) for _, name, _ in listed] == [int(number) for number, _, _ in listed]


@pytest.mark.parametrize("path", RECORDS[1:], ids=lambda path: path.stem)
def test_decision_has_every_section(path: Path) -> None:
    text = path.read_text()
    assert re.search(r"^Status: (proposed|accepted|replaced by \[\d+\]\(\S+\)), \w+ \d{4}\.$", text, re.MULTILINE)
    assert re.findall(r"^## (.+)$", text, re.MULTILINE)[:4] == SECTIONS
