"""Reads one YAML document as plain values, and refuses what YAML readers understand differently.

The engine reads stack files with go-yaml v3; editors and other tools have readers of their own. A word that YAML 1.1,
YAML 1.2 and go-yaml take for different values (`on`, `22:00`, `0123`, `1e3`, a date) must be in quotes.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, cast

import yaml

from planner.printable import UNPRINTABLE

MAX_DEPTH = 64
"""Levels of mappings and lists inside each other; the stacks of this project have nine."""

MAX_VALUES = 100_000
"""Values of a document once its aliases are replaced: an alias of aliases multiplies them."""

MAX_NUMBER = 2**53
"""The largest number that JSON readers and the engine, which use doubles, keep exactly."""

_NULL = re.compile(r"~|null|Null|NULL|")
_BOOLEAN = re.compile(r"true|True|TRUE|false|False|FALSE")
_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_DECIMAL = re.compile(r"[-+]?(0|[1-9][0-9]*)\.[0-9]+")

# Sources: yaml.org/type of YAML 1.1; chapter 10 of YAML 1.2.2; go-yaml v3, resolve.go.
_AMBIGUOUS = {
    "a boolean": re.compile(r"(?i:yes|no|on|off)"),
    "a date": re.compile(r"\d{4}-\d\d?-\d\d?([Tt ].*)?"),
    "a number to base 60": re.compile(r"[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?"),
    "a number": re.compile(
        r"(?i:[-+]?(0x[0-9a-f_]+|0o[0-7_]+|0b[01_]+|[0-9][0-9_]*(\.[0-9_]*)?(e[-+]?[0-9]+)?"
        r"|\.[0-9_]+(e[-+]?[0-9]+)?|\.inf)|\.nan)"
    ),
}

_TAG_PREFIX = "tag:yaml.org,2002:"
_SCALAR_TAGS = {"str": str, "int": int, "float": float, "bool": bool, "null": type(None)}
_SHOWN = 60
_LONGEST_NUMBER = 40


class YamlError(ValueError):
    """What is wrong with a document: the line, the field, its value and the remedy."""

    def __init__(self, problem: str, line: int | None = None, field: str = ""):
        place = [f"line {line}" if line else "", field]
        super().__init__(": ".join([*filter(None, place), problem]))


@dataclass(slots=True)
class _Open:
    """A mapping or list whose end has not been read."""

    items: list[Any] | dict[str, Any]
    line: int
    anchor: str | None
    count: int = 1
    key: str | None = None
    merges: bool = False
    lines: dict[str, int] = field(default_factory=dict[str, int])
    merged: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])


@dataclass(frozen=True, slots=True)
class _Anchored:
    """A whole value that aliases may repeat, and how many values it holds."""

    value: Any
    count: int


def read_document(text: str) -> Any:
    """The one document of `text`: mappings with text as keys, lists, text, numbers, booleans and None.

    Raises:
        YamlError: naming the line, the field, its value and the remedy.
    """
    if found := UNPRINTABLE.search(text.replace("\r\n", "\n")):
        line = text.count("\n", 0, text.index(found[0])) + 1
        raise YamlError(f"holds the control character {found[0]!r}; remove it", line)
    reader = _Reader()
    try:
        # Events instead of nodes: libyaml and PyYAML build nested nodes by recursion, and end the process when deep.
        for event in cast(Iterable[yaml.Event], yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))):
            reader.read(event)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        message = ", ".join(part for part in (error.context, error.problem) if part)
        if mark and re.match(r" *\t", (*text.split("\n"), "")[mark.line]):
            message += "; indent with spaces, not with tabs"
        raise YamlError(f"not valid YAML: {message}", mark.line + 1 if mark else None) from None
    except yaml.YAMLError as error:
        raise YamlError(f"not valid YAML: {' '.join(str(error).split())}") from None
    return reader.document


class _Reader:
    """Builds the value of one document from its events, without recursion."""

    def __init__(self) -> None:
        self.document: Any = None
        self._documents = 0
        self._open: list[_Open] = []
        self._anchored: dict[str, _Anchored] = {}

    def read(self, event: yaml.Event) -> None:
        line = event.start_mark.line + 1 if event.start_mark else 1
        match event:
            case yaml.DocumentStartEvent():
                self._documents += 1
                if self._documents > 1:
                    raise YamlError("several documents; keep one, without ---", line)
            case yaml.ScalarEvent() if self._awaits_key:
                self._key(event, line)
            case yaml.ScalarEvent():
                self._add(self._scalar(event, line), 1, event.anchor, line)
            case yaml.AliasEvent():
                self._alias(str(event.anchor), line)
            case yaml.MappingStartEvent():
                self._start({}, "map", event, line)
            case yaml.SequenceStartEvent():
                self._start([], "seq", event, line)
            case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                self._end()
            case _:
                pass

    @property
    def _awaits_key(self) -> bool:
        top = self._open[-1] if self._open else None
        return top is not None and isinstance(top.items, dict) and top.key is None and not top.merges

    @property
    def _field(self) -> str:
        """The path of the value that is read now."""
        parts = [
            f"[{len(each.items)}]" if isinstance(each.items, list) else f".{'<<' if each.merges else each.key or ''}"
            for each in self._open
        ]
        return "".join(parts).strip(".")

    def _refuse(self, problem: str, line: int) -> YamlError:
        return YamlError(problem, line, self._field)

    def _key(self, event: yaml.ScalarEvent, line: int) -> None:
        top = self._open[-1]
        key = event.value
        if key == "<<" and event.implicit[0]:
            top.merges = True
            return
        if not isinstance(self._scalar(event, line), str):
            raise self._refuse(f"the key {_shown(key)} is not text; write it in quotes", line)
        if key in top.lines:
            raise self._refuse(f"the key {_shown(key)} is given twice, first in line {top.lines[key]}; keep one", line)
        top.key = key
        top.lines[key] = line

    def _start(self, items: Any, tag: str, event: yaml.MappingStartEvent | yaml.SequenceStartEvent, line: int) -> None:
        if self._awaits_key:
            raise self._refuse("a mapping or a list cannot be a key; write text", line)
        if event.tag not in (None, "!", _TAG_PREFIX + tag):
            raise self._refuse(f"the tag {_tag(event.tag)} is not supported; write a plain mapping or list", line)
        if len(self._open) == MAX_DEPTH:
            raise YamlError(f"more than {MAX_DEPTH} mappings and lists inside each other; remove some", line)
        self._open.append(_Open(items, line, event.anchor))

    def _end(self) -> None:
        top = self._open.pop()
        if isinstance(top.items, dict):
            for merged in top.merged:
                top.items.update({key: value for key, value in merged.items() if key not in top.items})
        self._add(top.items, top.count, top.anchor, top.line)

    def _alias(self, anchor: str, line: int) -> None:
        if self._awaits_key:
            raise self._refuse(f"the alias *{anchor} cannot be a key; write text", line)
        if any(each.anchor == anchor for each in self._open):
            raise self._refuse(f"the alias *{anchor} is inside &{anchor}, which would never end; write the value", line)
        if anchor not in self._anchored:
            raise self._refuse(f"the alias *{anchor} has no anchor &{anchor} before it; write the value", line)
        found = self._anchored[anchor]
        self._add(found.value, found.count, None, line)

    def _add(self, value: Any, count: int, anchor: str | None, line: int) -> None:
        if anchor:
            self._anchored[anchor] = _Anchored(value, count)
        if not self._open:
            self.document = value
            return
        top = self._open[-1]
        top.count += count
        if top.count > MAX_VALUES:
            raise self._refuse(f"more than {MAX_VALUES:,} values once aliases are replaced; write fewer", line)
        if isinstance(top.items, list):
            top.items.append(value)
        elif top.merges:
            top.merges = False
            top.merged += self._mergeable(value, line)
        else:
            top.items[top.key or ""] = value
            top.key = None

    def _mergeable(self, value: Any, line: int) -> list[dict[str, Any]]:
        values = cast(list[Any], value if isinstance(value, list) else [value])
        if not all(isinstance(each, dict) for each in values):
            raise self._refuse("<< takes a mapping or a list of mappings; write *<anchor of a mapping>", line)
        return values

    def _scalar(self, event: yaml.ScalarEvent, line: int) -> Any:
        text = event.value
        if found := UNPRINTABLE.search(text):
            raise self._refuse(f"{_shown(text)} holds the control character {found[0]!r}; remove it", line)
        quoted = not event.implicit[0] and event.implicit[1]
        if quoted or event.tag == "!":
            return text
        name = event.tag.removeprefix(_TAG_PREFIX) if event.tag else None
        if name == "str":
            return text
        if event.tag and name not in _SCALAR_TAGS:
            raise self._refuse(f"the tag {_tag(event.tag)} is not supported; write {_shown(text)} without it", line)
        value = self._plain(text, line)
        if name == "float" and type(value) is int:
            return float(value)
        if name is not None and type(value) is not _SCALAR_TAGS[name]:
            raise self._refuse(f"{_shown(text)} is not of the type !!{name}; remove the tag", line)
        return value

    def _plain(self, text: str, line: int) -> Any:
        if _NULL.fullmatch(text):
            return None
        if _BOOLEAN.fullmatch(text):
            return text.lower() == "true"
        if _INTEGER.fullmatch(text) or _DECIMAL.fullmatch(text):
            return self._number(text, line)
        for kind, pattern in _AMBIGUOUS.items():
            if pattern.fullmatch(text):
                remedy = f"write {_shown(text)} in quotes"
                if kind == "a boolean":
                    remedy += ", or true or false"
                raise self._refuse(f"{_shown(text)} is text to some YAML readers and {kind} to others; {remedy}", line)
        return text

    def _number(self, text: str, line: int) -> int | float:
        # Digits are counted first: Python refuses to read thousands of them.
        if len(text) > _LONGEST_NUMBER:
            shown = f"{_shown(text)} ({len(text):,} digits)"
            raise self._refuse(f"{shown} is too long; write at most {_LONGEST_NUMBER} digits", line)
        if abs(float(text)) > MAX_NUMBER:
            raise self._refuse(f"{_shown(text)} is too large; write at most {MAX_NUMBER}", line)
        return float(text) if "." in text else int(text)


def _shown(text: str) -> str:
    return repr(text if len(text) <= _SHOWN else text[:_SHOWN] + "…")


def _tag(tag: str | None) -> str:
    return (tag or "").replace(_TAG_PREFIX, "!!")[:_SHOWN]
