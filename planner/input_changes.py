"""Which inputs of a resource differ between two plans, and at which path."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, IntEnum
from typing import Any, Final, TypeGuard

Step = str | int
Steps = tuple[Step, ...]

_STEP = re.compile(r'\["((?:[^"\\]|\\.)*)"\]|\[(\d+)\]|\[?(\*)\]?|([^.\[\]]+)')
_PLAIN = re.compile(r"[^.\[\]\"*]+")
_EVERY = "*"


class Absent(Enum):
    """The type of `ABSENT`."""

    ABSENT = "absent"

    def __bool__(self) -> bool:
        return False


ABSENT: Final = Absent.ABSENT
"""Stands where an input has no value in one of the plans; `None` would be a value."""


class Effect(IntEnum):
    """What a change of inputs does to a resource, the mildest first."""

    UPDATES = 0
    UNKNOWN = 1
    MAY_REPLACE = 2
    REPLACES = 3


@dataclass(frozen=True, slots=True)
class InputChange:
    """One input, or one part of it, that differs. `before` or `after` is `ABSENT` where there is no value."""

    steps: Steps
    before: Any
    after: Any
    effect: Effect = Effect.UPDATES

    @property
    def path(self) -> str:
        """The property path as Pulumi writes it: `tags.Name`, `subnetIds[0]`, `labels["app.kubernetes.io/name"]`."""
        return path_of(self.steps)

    @property
    def names(self) -> tuple[str, ...]:
        """The path without the indexes of lists."""
        return tuple(step for step in self.steps if isinstance(step, str))

    @property
    def added(self) -> bool:
        """Whether there was no value before."""
        return self.before is ABSENT

    @property
    def removed(self) -> bool:
        """Whether there is no value any more."""
        return self.after is ABSENT


def path_of(steps: Sequence[Step]) -> str:
    """The property path of these steps."""
    text = ""
    for step in steps:
        if isinstance(step, int):
            text += f"[{step}]"
        elif _PLAIN.fullmatch(step):
            text += f".{step}" if text else step
        else:
            quoted = step.replace("\\", "\\\\").replace('"', '\\"')
            text += f'["{quoted}"]'
    return text


def changes_of(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[InputChange, ...]:
    """What differs, ordered by path."""
    return tuple(_changes(before, after, ()))


def keep(before: Mapping[str, Any], after: Mapping[str, Any], paths: Iterable[Steps]) -> Mapping[str, Any]:
    """`after` with the values of `before` at these paths, as the engine does for `ignoreChanges`."""
    kept: Any = after
    for path in paths:
        kept = _reset(before, kept, path)
    return kept


def parse_path(path: str) -> Steps:
    """The steps of a property path; `*` means every key or index."""
    steps: list[Step] = []
    for quoted, index, every, name in _STEP.findall(path):
        steps.append(int(index) if index else every or name or re.sub(r"\\(.)", r"\1", quoted))
    return tuple(steps)


def _changes(before: Any, after: Any, steps: Steps) -> Iterator[InputChange]:
    if before is after:
        return
    if is_mapping(before) and is_mapping(after):
        for key in sorted({*before, *after}):
            yield from _changes(before.get(key, ABSENT), after.get(key, ABSENT), (*steps, key))
    elif _is_list(before) and _is_list(after) and _holds_objects(before) and _holds_objects(after):
        for index in range(max(len(before), len(after))):
            yield from _changes(_item(before, index), _item(after, index), (*steps, index))
    elif not _equal(before, after):
        yield InputChange(steps, before, after)


def _equal(before: Any, after: Any) -> bool:
    # In JSON true is not 1, though it is in Python.
    if isinstance(before, bool) is not isinstance(after, bool):
        return False
    if _is_list(before) and _is_list(after):
        return len(before) == len(after) and all(map(_equal, before, after))
    if is_mapping(before) and is_mapping(after):
        return before.keys() == after.keys() and all(_equal(before[key], after[key]) for key in before)
    return before == after


def _reset(before: Any, after: Any, steps: Steps) -> Any:
    if not steps:
        return before
    step, rest = steps[0], steps[1:]
    if is_mapping(after):
        old: Mapping[str, Any] = before if is_mapping(before) else {}
        keys = sorted({*old, *after}) if step == _EVERY else [step] if isinstance(step, str) else []
        fresh = {**after, **{key: _reset(old.get(key, ABSENT), after.get(key, ABSENT), rest) for key in keys}}
        return {key: value for key, value in fresh.items() if value is not ABSENT}
    if _is_list(after):
        items: Sequence[Any] = before if _is_list(before) else []
        indexes = range(len(after)) if step == _EVERY else [step] if isinstance(step, int) else []
        reset = {index: _reset(_item(items, index), after[index], rest) for index in indexes if index < len(after)}
        return [reset.get(index, item) for index, item in enumerate(after) if reset.get(index, item) is not ABSENT]
    return after


def _holds_objects(items: Sequence[Any]) -> bool:
    """Whether items are told apart one by one; a list of plain values reads better as a whole."""
    return all(is_mapping(item) for item in items)


def _item(items: Sequence[Any], index: int) -> Any:
    return items[index] if index < len(items) else ABSENT


def is_mapping(value: Any) -> TypeGuard[Mapping[str, Any]]:
    """Whether a value is an object."""
    return isinstance(value, Mapping)


def _is_list(value: Any) -> TypeGuard[Sequence[Any]]:
    return isinstance(value, list | tuple)
