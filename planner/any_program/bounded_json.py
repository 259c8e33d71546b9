"""JSON files of unknown origin, read within bounds of size, depth and number of values."""

import json
import math
from pathlib import Path
from typing import Any, BinaryIO, Never

from planner.any_program.program_error import ProgramError

MAX_BYTES = 128 * 2**20
"""The largest file. A preview of this project's prod, with 1,300 resources, takes 6 MB."""

MAX_VALUES = 4_000_000
"""The most values of a file: Python takes 50 to 100 bytes for each, so that memory stays below 1 GB."""

MAX_DEPTH = 100
"""The most levels of objects and lists inside each other. The deepest published CRD has 30."""

_SHOWN = 60
_ENCODINGS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
"""What PowerShell writes by `>`."""


def read_bytes(path: Path | None, standard_input: BinaryIO) -> bytes:
    """The bytes of a file; those of `standard_input` without a path.

    Raises:
        ProgramError: when it cannot be read, is empty or is larger than `MAX_BYTES`.
    """
    name = str(path) if path else "standard input"
    try:
        if path is None:
            content = standard_input.read(MAX_BYTES + 1)
        else:
            with path.open("rb") as file:
                content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise ProgramError(f"{name} cannot be read: {error.strerror}; name a file that you may read") from None
    if len(content) > MAX_BYTES:
        raise ProgramError(
            f"{name} is larger than {MAX_BYTES:,} bytes; preview or export a part of the program, such as one stack"
        )
    if not content.strip():
        raise ProgramError(f"{name} is empty; write it with `pulumi preview --json --show-sames > {name}`")
    return content


def text_of(content: bytes, name: str) -> str:
    """The text of a file in UTF-8, or in UTF-16 with its mark.

    Raises:
        ProgramError: when it is neither.
    """
    encoding = _ENCODINGS.get(content[:2], "utf-8-sig")
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        raise ProgramError(
            f"{name} is not text in UTF-8 (byte {error.start + 1:,}); write it with `pulumi preview --json > {name}`"
        ) from None


def check_values(content: bytes, name: str) -> None:
    """Refuse a file with more than `MAX_VALUES` values, before any is made.

    Raises:
        ProgramError: when it has more.
    """
    count = sum(content.count(sign) for sign in (b"[", b"{", b","))
    if count > MAX_VALUES:
        raise ProgramError(f"{name} holds more than {MAX_VALUES:,} values; preview or export a part of the program")


def parse(text: str, name: str) -> Any:
    """The value of a JSON text.

    Raises:
        ProgramError: when it is not JSON, or too deep.
    """
    try:
        value = json.loads(text, parse_constant=_refuse_constant, parse_float=_finite)
    except json.JSONDecodeError as error:
        # The text itself may be a secret.
        cut = error.pos >= len(text) or error.msg.startswith("Unterminated string")
        what = "it ends there, as if it was cut off" if cut else error.msg.lower()
        raise ProgramError(
            f"{name} is not JSON, line {error.lineno}, column {error.colno}: {what}; write it again, and let the "
            "command end"
        ) from None
    except RecursionError:
        raise ProgramError(f"{name} nests values more than {MAX_DEPTH} levels deep; {_DEPTH_REMEDY}") from None
    except ValueError as error:
        raise ProgramError(f"{name} is not JSON: {error}; write it again with the Pulumi CLI") from None
    check_depth(value, name)
    return value


def check_depth(value: Any, name: str) -> None:
    """Refuse a value with more than `MAX_DEPTH` levels. Reads level by level, without recursion.

    Raises:
        ProgramError: when it has more.
    """
    level = [value]
    for _ in range(MAX_DEPTH + 1):
        level = [
            item
            for each in level
            if isinstance(each, dict | list)
            for item in (each.values() if isinstance(each, dict) else each)  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType]
            if isinstance(item, dict | list)
        ]
        if not level:
            return
    raise ProgramError(f"{name} nests values more than {MAX_DEPTH} levels deep; {_DEPTH_REMEDY}")


_DEPTH_REMEDY = "write the file with the Pulumi CLI, and shorten inputs that nest deeper"


def _refuse_constant(constant: str) -> Never:
    raise ValueError(f"{constant} is no number of JSON")


def _finite(number: str) -> float:
    value = float(number)
    if math.isinf(value):
        raise ValueError(f"{number[:_SHOWN]} is too large a number")
    return value
