"""A registry: rows of cells under named columns, before any format."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from planner.printable import printable

Cell = str | float | int | Sequence[str] | None
"""Text, a number, several texts, or nothing."""

Row = Mapping[str, Cell]


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its key in JSON and CSV, its title for people, and whether it holds numbers."""

    key: str
    title: str
    number: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """One registry. `name` is the name of its files, `about` says what it holds and what it cannot show."""

    name: str
    title: str
    about: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]


def lines_of(cell: Cell) -> list[str]:
    """A cell as lines of text: control characters are escapes, and several texts are several lines."""
    if cell is None:
        return []
    if isinstance(cell, str):
        return [printable(cell)] if cell else []
    if isinstance(cell, int | float):
        return [str(cell) if isinstance(cell, int) else f"{cell:.2f}"]
    return [printable(each) for each in cell]
