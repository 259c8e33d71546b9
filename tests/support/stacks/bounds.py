"""Another value for every bound of a config: each whole number in it."""

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from typing import Any, cast

from components.core.spec import SpecError
from tests.support.stacks.configs import read

Path = tuple[str | int, ...]


def moved(sections: Mapping[str, Any]) -> tuple[dict[str, Any], list[Path]]:
    """The config with each bound moved as little as it takes, and the paths of those that can be moved.

    Each is raised where the config allows it beside those before it, else doubled, else lowered.
    """
    found, paths = deepcopy(dict(sections)), list[Path]()
    for path in numbers(sections):
        before = value_at(found, path)
        for value in (before + 1, before * 2, before - 1):
            set_at(found, path, value)
            if value != before and is_accepted(found):
                paths.append(path)
                break
        else:
            set_at(found, path, before)
    return found, paths


def is_accepted(sections: dict[str, Any]) -> bool:
    """Whether the sections are a config."""
    try:
        read(sections)
    except SpecError:
        return False
    return True


def numbers(value: Any, path: Path = ()) -> Iterator[Path]:
    """The paths of the whole numbers in a config."""
    if isinstance(value, int) and not isinstance(value, bool):
        yield path
    elif isinstance(value, Mapping):
        for key, item in cast(Mapping[str, Any], value).items():
            yield from numbers(item, (*path, key))
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for index, item in enumerate(cast(Sequence[Any], value)):
            yield from numbers(item, (*path, index))


def set_at(sections: Any, path: Path, value: Any) -> None:
    """Set the value at a path of a config."""
    _holder(sections, path)[path[-1]] = value


def value_at(sections: Any, path: Path) -> Any:
    """The value at a path of a config."""
    return _holder(sections, path)[path[-1]]


def _holder(value: Any, path: Path) -> Any:
    for step in path[:-1]:
        value = value[step]
    return value
