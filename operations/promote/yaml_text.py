"""Reads and replaces single values in YAML text. Comments, order and every other byte stay unchanged."""

import re
from functools import lru_cache
from typing import Any, cast

import yaml

Step = str | int
_PLAIN = re.compile(r"^([A-Za-z]|\d+\.\d+\.\d+)([A-Za-z0-9_./:@+-]*[A-Za-z0-9_/])?$")


class YamlTextError(Exception):
    """The text cannot be edited; the message says where."""


def content_of(text: str) -> object:
    """The content of the text.

    Raises:
        YamlTextError: if it is not valid YAML, a key is duplicated, or a value contradicts its tag, as in `!!int x`.
    """
    _refuse_duplicates(_composed(text))
    try:
        return yaml.load(text, yaml.CSafeLoader)
    except (yaml.YAMLError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise YamlTextError(f"not YAML: {' '.join(str(error).split())}") from None


def value_at(text: str, *steps: Step) -> str | None:
    """The scalar at a path of keys and indexes; None if the path does not exist.

    Raises:
        YamlTextError: if the text is not valid YAML, a key on the path is duplicated, or the value is not a scalar.
    """
    node = _node(text, steps)
    return None if node is None else node.value


def replace_at(text: str, value: str, *steps: Step) -> str:
    """The text with a new scalar at the path and every other byte unchanged.

    Raises:
        YamlTextError: if there is no scalar to replace.
    """
    node = _node(text, steps)
    if node is None:
        raise YamlTextError(f"{_shown(steps)} is missing; add it by hand")
    # A plain scalar can be read as a number or a date, so everything but a plain word is quoted.
    written = value if _PLAIN.match(value) and yaml.safe_load(value) == value else f'"{value}"'
    changed = text[: node.start_mark.index] + written + text[node.end_mark.index :]
    if value_at(changed, *steps) != value:
        raise YamlTextError(f"{_shown(steps)} cannot be replaced; write it as a plain value")
    return changed


@lru_cache(maxsize=32)
def _composed(text: str) -> Any:
    try:
        return yaml.compose(text, yaml.CSafeLoader)
    except (yaml.YAMLError, RecursionError) as error:
        raise YamlTextError(f"not YAML: {' '.join(str(error).split())}") from None


def _refuse_duplicates(root: Any) -> None:
    """Readers of YAML differ on which of two equal keys holds. A node that aliases repeat is visited once."""
    waiting, seen = [root], set[int]()
    while waiting:
        node = waiting.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            names: set[tuple[str, str]] = set()
            for key, value in cast(list[tuple[yaml.Node, yaml.Node]], node.value):
                if isinstance(key, yaml.ScalarNode):
                    name = (str(key.tag), str(key.value))
                    if name in names:
                        raise YamlTextError(f"{name[1]} is duplicated; keep one")
                    names.add(name)
                waiting += [key, value]
        elif isinstance(node, yaml.SequenceNode):
            waiting += node.value


def _node(text: str, steps: tuple[Step, ...]) -> yaml.ScalarNode | None:
    node = _composed(text)
    for step in steps:
        node = _item(node, step) if isinstance(step, int) else _entry(node, step)
        if node is None:
            return None
    if not isinstance(node, yaml.ScalarNode):
        raise YamlTextError(f"{_shown(steps)} is not a single value; write one")
    return node


def _entry(node: Any, key: str) -> Any:
    if not isinstance(node, yaml.MappingNode):
        return None
    found = [value for name, value in node.value if name.value == key]
    if len(found) > 1:
        raise YamlTextError(f"{key} is duplicated; keep one")
    return found[0] if found else None


def _item(node: Any, index: int) -> Any:
    return node.value[index] if isinstance(node, yaml.SequenceNode) and index < len(node.value) else None


def _shown(steps: tuple[Step, ...]) -> str:
    return ".".join(str(step) for step in steps)
