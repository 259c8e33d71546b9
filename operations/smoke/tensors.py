"""Tensors of the open inference protocol: their valid values and their raw form."""

import math
import struct
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from ..settings import fault, shown

Value = bool | int | float | str | bytes


class Datatype(StrEnum):
    """The datatypes of values. Source: open inference protocol, version 2, tensor data types."""

    BOOL = "BOOL"
    UINT8 = "UINT8"
    UINT16 = "UINT16"
    UINT32 = "UINT32"
    UINT64 = "UINT64"
    INT8 = "INT8"
    INT16 = "INT16"
    INT32 = "INT32"
    INT64 = "INT64"
    FP16 = "FP16"
    FP32 = "FP32"
    FP64 = "FP64"
    BF16 = "BF16"
    BYTES = "BYTES"


RAW_ONLY = (Datatype.FP16, Datatype.BF16)
"""Datatypes that gRPC sends only in raw form."""

_LAYOUT = {
    Datatype.BOOL: "?",
    Datatype.UINT8: "B",
    Datatype.UINT16: "H",
    Datatype.UINT32: "I",
    Datatype.UINT64: "Q",
    Datatype.INT8: "b",
    Datatype.INT16: "h",
    Datatype.INT32: "i",
    Datatype.INT64: "q",
    Datatype.FP16: "e",
    Datatype.FP32: "f",
    Datatype.FP64: "d",
}
_LENGTH = struct.Struct("<I")


@dataclass(frozen=True)
class Tensor:
    """A tensor with its values in row-major order."""

    name: str
    datatype: str
    shape: tuple[int, ...]
    data: tuple[object, ...]


@dataclass(frozen=True)
class Expected:
    """What an output must be. A dimension of -1 means any size from 1; the bounds apply to each value."""

    name: str
    datatype: Datatype
    shape: tuple[int, ...]
    minimum: float | None = None
    maximum: float | None = None


def judge(expected: Expected, tensor: Tensor, where: str) -> list[str]:
    """What is wrong with a tensor of a response, one sentence for each problem. Field names start with `where`."""
    faults: list[str] = []
    if tensor.datatype != expected.datatype:
        faults.append(fault(f"{where}.datatype", tensor.datatype, f"it must be {expected.datatype}"))
    if not _fits(tensor.shape, expected.shape):
        faults.append(fault(f"{where}.shape", list(tensor.shape), f"it must be {list(expected.shape)}"))
    elif len(tensor.data) != math.prod(tensor.shape):
        remedy = (
            f"a shape of {list(tensor.shape)} has {math.prod(tensor.shape)} values; the response contradicts itself"
        )
        faults.append(fault(f"{where}.data", f"{len(tensor.data)} values", remedy))
    wrong = [(index, why) for index, value in enumerate(tensor.data) if (why := _why_wrong(value, expected))]
    if wrong:
        index, why = wrong[0]
        more = f"; {len(wrong) - 1} more are wrong" if len(wrong) > 1 else ""
        faults.append(fault(f"{where}.data[{index}]", tensor.data[index], f"{why}{more}"))
    return faults


def why_not(value: object, datatype: Datatype) -> str | None:
    """Why `value` is not a valid `datatype`, as a remedy; None if it is valid."""
    match datatype:
        case Datatype.BOOL:
            return None if isinstance(value, bool) else "it must be true or false"
        case Datatype.BYTES:
            return None if isinstance(value, str | bytes) else "it must be text"
        case Datatype.FP16 | Datatype.FP32 | Datatype.FP64 | Datatype.BF16:
            if isinstance(value, bool) or not isinstance(value, int | float):
                return "it must be a number"
            return None if math.isfinite(value) else "it must be a finite number"
        case _:
            if isinstance(value, bool) or not isinstance(value, int):
                return "it must be an integer"
            low, high = _range(datatype)
            return None if low <= value <= high else f"{datatype} ranges from {low} to {high}"


def to_raw(datatype: Datatype, values: Sequence[Value]) -> bytes:
    """The raw form of `values` of a datatype."""
    if datatype is Datatype.BYTES:
        encoded = [value.encode() if isinstance(value, str) else bytes(value) for value in values]  # pyright: ignore[reportArgumentType]
        return b"".join(_LENGTH.pack(len(each)) + each for each in encoded)
    if datatype is Datatype.BF16:
        return b"".join(struct.pack("<f", value)[2:] for value in values)
    return struct.pack(f"<{len(values)}{_LAYOUT[datatype]}", *values)


def from_raw(datatype: str, raw: bytes) -> tuple[Value, ...]:
    """The values in a raw form. A ValueError says what is wrong with it."""
    if datatype not in Datatype.__members__:
        raise ValueError(f"{shown(datatype)} is not a datatype of the protocol")
    kind = Datatype(datatype)
    if kind is Datatype.BYTES:
        return tuple(_strings(raw))
    if kind is Datatype.BF16:
        whole = b"".join(b"\0\0" + raw[index : index + 2] for index in range(0, len(raw), 2))
        return from_raw(Datatype.FP32, whole)
    item = struct.Struct(f"<{_LAYOUT[kind]}")
    if len(raw) % item.size:
        raise ValueError(f"{len(raw)} bytes are not a multiple of {item.size}, the size of {kind}")
    return tuple(value for (value,) in item.iter_unpack(raw))


def _strings(raw: bytes) -> Iterator[bytes]:
    position = 0
    while position < len(raw):
        start = position + _LENGTH.size
        if start > len(raw):
            raise ValueError(f"{len(raw)} bytes end inside a length")
        position = start + _LENGTH.unpack_from(raw, position)[0]
        if position > len(raw):
            raise ValueError(f"{len(raw)} bytes end inside a value")
        yield raw[start:position]


def _fits(shape: Sequence[int], expected: Sequence[int]) -> bool:
    """An empty output never fits: without values there was no inference."""
    return len(shape) == len(expected) and all(
        size >= 1 and wanted in (-1, size) for size, wanted in zip(shape, expected, strict=True)
    )


def _why_wrong(value: object, expected: Expected) -> str | None:
    if why := why_not(value, expected.datatype):
        return why
    bounds: list[tuple[float | None, Callable[[float, float], bool], str]] = [
        (expected.minimum, lambda number, bound: number < bound, "at least"),
        (expected.maximum, lambda number, bound: number > bound, "at most"),
    ]
    for bound, beyond, words in bounds:
        if bound is not None and isinstance(value, int | float) and beyond(value, bound):
            return f"it must be {words} {bound:g}"
    return None


def _range(datatype: Datatype) -> tuple[int, int]:
    bits = int(datatype.lstrip("UINT"))
    return (0, 2**bits - 1) if datatype.startswith("U") else (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)
