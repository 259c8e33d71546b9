"""The tables of the predicted availability, in Markdown and HTML."""

from html.parser import HTMLParser

from availability.parts import Availability, Capability, Kind, Part, ZoneLoss
from availability.spread import Spread
from availability.target import AvailabilityTarget
from reports.availability import html, markdown, tables

HOSTILE = "a|b<script>`x`"
ALONE = Part(HOSTILE, Spread("ec2-instance", "ec2-region", ("a", "b"), 1), "1 replica in 2 zones")
LOSS = ZoneLoss("a", 0, 0, HOSTILE)
FOUND = Availability((Capability(Kind.MODEL, "model risk/fraud", "f.example.com", (ALONE,), (), (), (LOSS,)),))
TARGET = AvailabilityTarget(target=99)


class Cells(HTMLParser):
    """The tags of a fragment, and the texts of its cells."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.open: list[str] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] == "td":
            self.texts.append(data)


def test_tables_have_what_is_predicted() -> None:
    found = {each.title: each.rows for each in tables(FOUND, TARGET)}
    assert found["Predicted availability"] == (
        ("model risk/fraud", "f.example.com", HOSTILE, "", "99.500 %", "99 %", "219"),
    )
    assert found["A zone lost"] == (("model risk/fraud", "a", HOSTILE, "down", "0.000 %"),)
    assert "The region lost" not in found


def test_markdown_keeps_its_columns_and_no_markup_of_names() -> None:
    text = markdown(FOUND, TARGET)
    rows = [line for line in text.splitlines() if line.startswith("| model")]
    assert rows
    assert all("<script>" not in row and "a\\|b" in row for row in rows)
    assert "Parts fail independently" in text


def test_html_is_well_formed_and_escaped() -> None:
    cells = Cells()
    cells.feed(html(FOUND, TARGET))
    assert cells.open == []
    assert "script" not in cells.tags
    assert HOSTILE in cells.texts
