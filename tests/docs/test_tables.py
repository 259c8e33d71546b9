"""Every row of the pages belongs to a table, or it would be shown as raw text."""

import re
from itertools import groupby

import pytest

from tests.support.docs.pages import pages

SEPARATOR = re.compile(r"\|( ?:?-+:? ?\|)+")
FENCED = re.compile(r"^ *```.*?^ *```$", re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("page", pages())
def test_every_row_belongs_to_a_table(page: str) -> None:
    prose = FENCED.sub("", pages()[page])
    for is_row, lines in groupby(prose.splitlines(), lambda line: line.lstrip().startswith("|")):
        if is_row:
            table = [line.strip() for line in lines]
            assert SEPARATOR.fullmatch("".join(table[1:2])), f"no table begins with {table[0]}"
            columns = {len(re.split(r"(?<!\\)\|", line)) for line in table}
            assert len(columns) == 1, f"rows of the table {table[0]} differ in their columns"
