"""The page on portability has one row for each component, in the order and the folders of the index."""

import re

from components.__main__ import COMPONENTS
from tests.support.docs.pages import ROOT

PAGE = (ROOT / "docs" / "portability.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| `(?P<name>[A-Z]\w+)` \| (?P<cells>.+) \|$", re.MULTILINE)


def test_each_component_has_one_row_under_its_folder() -> None:
    found = [
        (part.partition("\n")[0].lower(), match["name"]) for part in PAGE.split("\n## ") for match in ROW.finditer(part)
    ]
    assert sorted(found) == sorted((each.__module__.split(".")[1], each.__name__) for each in COMPONENTS)


def test_each_row_says_what_each_cloud_has_and_what_locks_in() -> None:
    rows = [match["cells"].split(" | ") for match in ROW.finditer(PAGE)]
    assert [row for row in rows if len(row) != 4 or not all(cell.strip() for cell in row)] == []
