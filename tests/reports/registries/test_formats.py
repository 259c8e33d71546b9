"""Every format keeps hostile names and tags as text, and says the same each time."""

import csv
import html
import io
import json
import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.registries.formats import FORMATS, csv_text, html_text, json_text, markdown_text
from reports.registries.table import Cell, Column, Table

HOSTILE = (
    "=1+1",
    "+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(A1)",
    "\t=1",
    " =1+1",
    "\uff1d1+1",
    "<script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "a | b",
    "[link](javascript:alert(1))",
    "@everyone #1",
    "\u202egnp.exe",
    "\x1b[31mred",
    "{{ 7 * 7 }}",
)


def table(*cells: Cell) -> Table:
    columns = (Column("name", "name"), Column("amount", "amount", number=True))
    return Table("t", "A <title>", "About | it", columns, tuple({"name": cell, "amount": -1.5} for cell in cells))


def read_csv(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


class Tags(HTMLParser):
    """The elements and the text of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.append(tag)

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


@pytest.mark.parametrize("text", HOSTILE)
def test_no_cell_of_csv_is_a_formula(text: str) -> None:
    (row,) = read_csv(csv_text(table(text)))
    assert not row["name"].lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d"))
    # A number is a number, also a negative one.
    assert row["amount"] == "-1.5"


@pytest.mark.parametrize("separator", [";", "\t"])
@pytest.mark.parametrize(
    "text", ["a;=1+1", "a\t=1+1", "a; +1", 'a;"=1+1"', "a;@SUM(A1)", "a\n=1+1", "a\r\n;-1", "a;\uff1d1", "x, =1"]
)
def test_no_cell_is_a_formula_in_a_spreadsheet_with_another_separator(text: str, separator: str) -> None:
    rows = csv.reader(io.StringIO(csv_text(table(text)), newline=""), delimiter=separator)
    cells = [cell.lstrip(' "') for row in rows for cell in row]
    assert [cell for cell in cells if cell.startswith(("=", "+", "@", "\uff1d"))] == []
    assert [cell for cell in cells if cell.startswith("-") and not cell.startswith("-1.5")] == []


@given(st.text(max_size=30))
def test_csv_returns_each_text_or_quotes_it(text: str) -> None:
    (row,) = read_csv(csv_text(table(text)))
    assert not row["name"].lstrip(" ").startswith(("=", "+", "-", "@"))


@pytest.mark.parametrize("text", HOSTILE)
def test_html_has_no_element_of_a_cell(text: str) -> None:
    plain, hostile = Tags(), Tags()
    plain.feed(html_text(table("plain")))
    hostile.feed(html_text(table(text)))
    assert hostile.names == plain.names


def test_html_loads_nothing_and_runs_its_own_script_alone() -> None:
    page = html_text(table("x"))
    assert re.findall(r"(?:src|href)=", page) == []
    policy = html.unescape(re.search(r'Content-Security-Policy" content="([^"]+)"', page)[1])  # type: ignore[index]
    assert policy.startswith("default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-")


@pytest.mark.parametrize("text", HOSTILE)
def test_markdown_keeps_one_line_a_row_and_no_markup(text: str) -> None:
    lines = markdown_text(table(text)).splitlines()
    assert len(lines) == 7
    cells = lines[-1].split(" | ")
    assert len(cells) == 2
    assert not re.search(r"<(?!br>)|\]\(|(?<!&)[@#](?!&#8203;)", lines[-1])


@pytest.mark.parametrize("text", HOSTILE)
def test_json_returns_the_text_and_shows_no_control_character(text: str) -> None:
    written = json_text(table(text))
    assert json.loads(written)["rows"][0]["name"] == text
    assert "\x1b" not in written
    assert "\u202e" not in written


def test_several_texts_are_lines() -> None:
    cells = table(["one", "two"])
    assert read_csv(csv_text(cells))[0]["name"] == "one\ntwo"
    assert "one<br>two" in markdown_text(cells)
    assert json.loads(json_text(cells))["rows"][0]["name"] == ["one", "two"]


@pytest.mark.parametrize("suffix", FORMATS)
def test_equal_tables_are_equal_files(suffix: str) -> None:
    assert FORMATS[suffix](table(*HOSTILE)) == FORMATS[suffix](table(*HOSTILE))
