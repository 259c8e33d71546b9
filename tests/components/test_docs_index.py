"""The index of components names each of them once, under its folder, with a page that describes it."""

import re
from pathlib import Path

from components.__main__ import COMPONENTS

PAGES = Path(__file__).parents[2] / "docs" / "components"
INDEX = (PAGES / "README.md").read_text(encoding="utf-8")
FOLDERS = [(part.split("/", 1)[0], part) for part in INDEX.split("## `components/")[1:]]
ROWS = [
    (folder, *found)
    for folder, part in FOLDERS
    for found in re.findall(r"^\| \[(\w+)\]\((\w+)\.md\) \|", part, re.MULTILINE)
]


def test_the_index_names_every_component_under_its_folder() -> None:
    known = [(each.__module__.split(".")[1], each.__name__) for each in COMPONENTS]
    assert sorted((folder, name) for folder, name, _ in ROWS) == sorted(known)


def test_the_page_of_a_component_names_it() -> None:
    unnamed = [
        name
        for _, name, page in ROWS
        if not re.search(rf"\b{name}\b", (PAGES / f"{page}.md").read_text(encoding="utf-8"))
    ]
    assert unnamed == []


def test_the_index_leads_to_every_page() -> None:
    pages = {path.stem for path in PAGES.glob("*.md")} - {"README"}
    assert {page for _, _, page in ROWS} == pages
