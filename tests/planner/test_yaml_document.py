"""A stack file may hold any YAML; what is not plain values is refused with line, field, value and remedy."""

from typing import Any

import pytest

from planner.yaml_document import MAX_DEPTH, YamlError, read_document

LAUGHS = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 10)}]\n" for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None),
        ("# nothing\n", None),
        ("a: 1\n", {"a": 1}),
        ("a: [true, False, null, ~, -5, +6, 2.50, text, 10.0.0.0/16, y]\n",
         {"a": [True, False, None, None, -5, 6, 2.5, "text", "10.0.0.0/16", "y"]}),
        ("a: '22:00'\nb: \"on\"\nc: !!str 0123\nd: ! 12\n", {"a": "22:00", "b": "on", "c": "0123", "d": "12"}),
        ("a: !!int 5\nb: !!float 5\nc: !!map {}\nd: !!seq []\n", {"a": 5, "b": 5.0, "c": {}, "d": []}),
        ("a: |\n  22:00\n  x\n", {"a": "22:00\nx\n"}),
        ("%YAML 1.2\n---\na: 1\n...\n", {"a": 1}),
        ("a: 1\r\nb: 2\r\n", {"a": 1, "b": 2}),
        ("a: &x {p: 1}\nb: *x\n", {"a": {"p": 1}, "b": {"p": 1}}),
        ("a: &x {p: 1, q: 2}\nb: {<<: *x, q: 3}\n", {"a": {"p": 1, "q": 2}, "b": {"p": 1, "q": 3}}),
        ("a: &x {p: 1}\nb: &y {p: 2, q: 2}\nc: {<<: [*x, *y]}\n",
         {"a": {"p": 1}, "b": {"p": 2, "q": 2}, "c": {"p": 1, "q": 2}}),
        ("'<<': 1\n", {"<<": 1}),
    ],
)  # fmt: skip
def test_plain_values_are_read(text: str, value: Any) -> None:
    assert read_document(text) == value


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a:\n  b: 2026-11-30\n", "line 2: a.b: '2026-11-30' is text to some YAML readers and a date to others; write"),
        ("a: 2026-11-30T10:00:00Z", "write '2026-11-30T10:00:00Z' in quotes"),
        ("a: [1, 22:00]", "line 1: a[1]: '22:00' is text to some YAML readers and a number to base 60 to others"),
        ("a: on", "write 'on' in quotes, or true or false"),
        ("a: No", "write 'No' in quotes, or true or false"),
        ("a: 012345678901", "to others; write '012345678901' in quotes"),
        ("a: 0x1F", "in quotes"),
        ("a: 0o17", "in quotes"),
        ("a: 1_000", "in quotes"),
        ("a: 1e3", "in quotes"),
        ("a: .5", "in quotes"),
        ("a: .inf", "in quotes"),
        ("a: -.INF", "in quotes"),
        ("a: .nan", "in quotes"),
        ("a: " + "9" * 5_000, "(5,000 digits) is too long; write at most 40 digits"),
        ("a: -" + "9" * 20, "is too large; write at most 9007199254740992"),
        ("a: !!set {x, y}", "a: the tag !!set is not supported; write a plain mapping or list"),
        ("a: !!omap [x: 1]", "the tag !!omap is not supported"),
        ("a: !!binary aGk=", "the tag !!binary is not supported; write 'aGk=' without it"),
        ("a: !!timestamp 2026-11-30", "the tag !!timestamp is not supported"),
        ("a: !!python/object/apply:os.system [id]", "the tag !!python/object/apply:os.system is not supported"),
        ("a: !!python/name:os.system", "the tag !!python/name:os.system is not supported"),
        ("a: !secret x", "the tag !secret is not supported; write 'x' without it"),
        ("a: !!int x", "'x' is not of the type !!int; remove the tag"),
        ("1: 2", "line 1: the key '1' is not text; write it in quotes"),
        ("a:\n  ~: 2", "line 2: a: the key '~' is not text"),
        ("true: 1", "the key 'true' is not text"),
        ("1.5: 1", "the key '1.5' is not text"),
        ("on: 1", "write 'on' in quotes"),
        ("2026-11-30: 1", "write '2026-11-30' in quotes"),
        ("? [a, b]\n: 1", "a mapping or a list cannot be a key; write text"),
        ("? {a: 1}\n: 1", "a mapping or a list cannot be a key; write text"),
        ("a: &k x\n*k : 1", "the alias *k cannot be a key; write text"),
        ("a: 1\nb: 2\na: 3", "line 3: the key 'a' is given twice, first in line 1; keep one"),
        ("a:\n- b: 1\n  b: 2", "line 3: a[0]: the key 'b' is given twice, first in line 2"),
        ("a: &a\n  b: *a", "a.b: the alias *a is inside &a, which would never end; write the value"),
        ("a: &a [*a]", "the alias *a is inside &a"),
        ("a: &a {<<: *a}", "the alias *a is inside &a"),
        ("a: *b", "the alias *b has no anchor &b before it; write the value"),
        ("a: {<<: 5}", "<< takes a mapping or a list of mappings"),
        (LAUGHS, "more than 100,000 values once aliases are replaced"),
        ("[" * 10_000 + "]" * 10_000, f"more than {MAX_DEPTH} mappings and lists inside each other"),
        ("{a: " * 10_000 + "}" * 10_000, f"more than {MAX_DEPTH} mappings and lists inside each other"),
        ("a: 1\n---\nb: 2", "line 2: several documents; keep one"),
        ("a:\n\tb: 1", "found character that cannot start any token; indent with spaces, not with tabs"),
        ("a: {b", "not valid YAML: while parsing a flow mapping"),
        ("a: @x", "line 1: not valid YAML"),
        ("a: b: c", "line 1: not valid YAML: mapping values are not allowed"),
        ("a: 'x", "not valid YAML: while scanning a quoted scalar"),
        ("a: 1\nb: x\0y", r"line 2: holds the control character '\x00'; remove it"),
        ("a: 1 # \u202e", r"line 1: holds the control character '\u202e'; remove it"),
        ('a: "\\e[31m"', r"a: '\x1b[31m' holds the control character '\x1b'; remove it"),
        ('a: "\\x9b"', r"holds the control character '\x9b'"),
        ('"a\\0": 1', r"'a\x00' holds the control character '\x00'"),
    ],
)  # fmt: skip
def test_what_is_no_plain_value_is_refused(text: str, problem: str) -> None:
    with pytest.raises(YamlError) as error:
        read_document(text)
    assert problem in str(error.value)
    assert len(str(error.value)) < 300
