"""A stack file in which every key has a comment: the first sentence of the field's description."""

import json
import re
import shlex
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

from pydantic import BaseModel

from commands.fields import field_called, first_sentence, model_of
from stacks.config import NAMESPACE, StackConfig
from stacks.placeholders import is_placeholder

_WIDTH = 80
_PLAIN = re.compile(r"[A-Za-z][\w/.@-]*")
_RESERVED = frozenset({"true", "false", "yes", "no", "on", "off", "null", "y", "n"})
_HEAD = "# yaml-language-server: $schema=./docs/stack.schema.json"


def stack_yaml(sections: Mapping[str, Any], command: Sequence[str]) -> str:
    """The text of a stack file with `sections`, written by the words of `command`."""
    writer = _Writer()
    body = [line for name, value in sections.items() for line in ("", *writer.section(name, value))]
    head = [_HEAD, "# This command wrote the file, which is yours to edit:", *_call(command), "config:"]
    return "\n".join([*head, *body[1:]]) + "\n"


class _Writer:
    """Explains each field where it first appears."""

    def __init__(self) -> None:
        self._explained: set[tuple[type[BaseModel], str]] = set()

    def section(self, name: str, value: Any) -> Iterator[str]:
        yield from self._pair(StackConfig, name, value, "  ", f"{NAMESPACE}:{name}")

    def _pair(self, model: type[BaseModel] | None, name: str, value: Any, indent: str, key: str = "") -> Iterator[str]:
        field = field_called(model, name) if model else None
        if model and field and field.description and (model, name) not in self._explained:
            self._explained.add((model, name))
            yield from _comment(first_sentence(field.description), indent)
        inner = model_of(field.annotation) if field else None
        key = f"{indent}{key or name}:"
        if isinstance(value, Mapping):
            yield key
            # A mapping of names to numbers has keys of its own.
            for each, part in cast(Mapping[str, Any], value).items():
                yield from self._pair(inner, each, part, f"{indent}  ")
        elif isinstance(value, list) and any(isinstance(each, Mapping) for each in cast(list[Any], value)):
            yield key
            for item in cast(list[Mapping[str, Any]], value):
                yield from self._item(inner, item, f"{indent}  ")
        else:
            yield f"{key} {_value(value)}{'  # replace' if is_placeholder(cast(object, value)) else ''}"

    def _item(self, model: type[BaseModel] | None, item: Mapping[str, Any], indent: str) -> Iterator[str]:
        """An item of a list, whose first key stands behind a hyphen."""
        begun = False
        for name, part in item.items():
            for line in self._pair(model, name, part, f"{indent}  "):
                if not begun and not line.lstrip().startswith("#"):
                    begun = True
                    yield f"{indent}- {line.lstrip()}"
                else:
                    yield line if begun else line[2:]


def _call(words: Sequence[str]) -> Iterator[str]:
    """The command over lines that can be copied: none ends inside a word."""
    line = "#  "
    for word in map(shlex.quote, words):
        if len(f"{line} {word} \\") > _WIDTH and line.strip("# "):
            yield f"{line} \\"
            line = "#    "
        line += f" {word}"
    yield line


def _comment(text: str, indent: str) -> list[str]:
    return textwrap.wrap(
        text, _WIDTH, break_on_hyphens=False, initial_indent=f"{indent}# ", subsequent_indent=f"{indent}# "
    )


def _value(value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_value, cast(list[Any], value)))}]"
    if isinstance(value, str) and _PLAIN.fullmatch(value) and value.lower() not in _RESERVED:
        return value
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return json.dumps(value, ensure_ascii=False)
