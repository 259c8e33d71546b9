"""A registry as CSV, JSON, Markdown and HTML. Names and tags in it may be hostile; each format keeps them as text."""

import base64
import csv
import hashlib
import io
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from planner.markdown_text import text
from planner.printable import UNPRINTABLE
from reports.registries.table import Cell, Row, Table, lines_of

FORMAT = 1
"""The version of the JSON of registries."""

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What makes a spreadsheet read a cell as a formula. Source: OWASP, "CSV Injection"."""

_SPLIT_FORMULA = re.compile(r"([;\t\r\n][ \"]*)(?=[=+@\uff1d\uff0b\uff0d\uff20-])")
"""A formula behind what a spreadsheet may take for the end of a cell or of a row."""
_TEMPLATES = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Link:
    """A link of an index page to a file beside it."""

    title: str
    about: str
    files: Sequence[str]


def csv_text(table: Table) -> str:
    """The table as CSV (RFC 4180) with the keys of the columns first. Several texts are lines of one cell."""
    written = io.StringIO()
    rows = csv.writer(written, lineterminator="\r\n")
    rows.writerow([column.key for column in table.columns])
    rows.writerows([[_csv_cell(row.get(column.key)) for column in table.columns] for row in table.rows])
    return written.getvalue()


def _csv_cell(cell: Cell) -> str | float | int:
    if isinstance(cell, int | float):
        return cell
    # A spreadsheet of another language splits at semicolons or tabs instead of commas.
    whole = _SPLIT_FORMULA.sub(r"\1'", "\n".join(lines_of(cell)))
    return f"'{whole}" if whole.lstrip(" ").startswith(_FORMULA) else whole


def json_text(table: Table) -> str:
    """The table as JSON: the columns, and each row as an object of their keys."""
    document = {
        "format": FORMAT,
        "name": table.name,
        "title": table.title,
        "about": table.about,
        "columns": [{"key": each.key, "title": each.title} for each in table.columns],
        "rows": [{each.key: _json_cell(row.get(each.key)) for each in table.columns} for row in table.rows],
    }
    plain = json.dumps(document, indent=1, ensure_ascii=False) + "\n"
    return UNPRINTABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", plain)


def _json_cell(cell: Cell) -> str | float | int | list[str] | None:
    return cell if cell is None or isinstance(cell, str | int | float) else list(cell)


def markdown_text(table: Table) -> str:
    """The table as Markdown of GitHub."""
    rule = ["---:" if column.number else "---" for column in table.columns]
    lines = [
        f"# {text(table.title)}",
        "",
        text(table.about),
        "",
        _markdown_row([text(column.title) for column in table.columns]),
        _markdown_row(rule),
        *(_markdown_row([_markdown_cell(row.get(each.key)) for each in table.columns]) for row in table.rows),
    ]
    return "\n".join(lines) + "\n"


def _markdown_cell(cell: Cell) -> str:
    return "<br>".join(text(line) for line in lines_of(cell))


def _markdown_row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def html_text(table: Table) -> str:
    """The table as one HTML file that loads nothing, with a search over its rows."""
    return (
        _environment()
        .get_template("registry.html.j2")
        .render(table=table, lines_of=lines_of, cell=_cell, script=_script(), policy=_policy())
    )


def index_text(title: str, about: Sequence[str], links: Sequence[Link]) -> str:
    """A page of links to the files of a set."""
    return (
        _environment()
        .get_template("index.html.j2")
        .render(title=title, about=about, links=links, policy="default-src 'none'; style-src 'unsafe-inline'")
    )


def _cell(row: Row, key: str) -> Cell:
    return row.get(key)


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def _script() -> str:
    return (_TEMPLATES / "filter.js").read_text(encoding="utf-8").strip()


def _policy() -> str:
    """A content security policy that runs the page's own script and nothing else."""
    digest = base64.b64encode(hashlib.sha256(_script().encode()).digest()).decode()
    return f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'"


FORMATS: Mapping[str, Callable[[Table], str]] = {
    "html": html_text,
    "md": markdown_text,
    "csv": csv_text,
    "json": json_text,
}
"""Each format by the suffix of its files."""
