"""Events of KServe's logger: CloudEvents in binary mode, whose body is a request or a response of protocol V2.

Source: kserve/kserve v0.20.0, pkg/logger/worker.go and handler.go. Both events of a prediction have the same id, which
is the caller's header Ce-Id, or random without one. The body is as it was sent; a tensor in binary form would need the
header Inference-Header-Content-Length, which the events do not carry.
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Any, cast

from workers.model_quality.records import Kind, Record, Value
from workers.model_quality.settings import ColumnKind, ColumnSettings, ModelSettings

LARGEST_BODY = 1 << 20
"""Bytes of an event."""
MOST_ROWS = 1000
MOST_VALUES = 1 << 20
LONGEST_CATEGORY = 64
"""Characters of a category that are kept."""
_CANARY = "-canary"
_CLOCK_SKEW = timedelta(hours=1)
_KINDS = {
    "org.kubeflow.serving.inference.request": Kind.REQUEST,
    "org.kubeflow.serving.inference.response": Kind.RESPONSE,
}


class Reason(StrEnum):
    """Why an event is not stored."""

    NO_EVENT = "no-event"
    UNKNOWN_MODEL = "unknown-model"
    TOO_LARGE = "too-large"
    NO_JSON = "no-json"
    BINARY = "binary"
    BAD_TENSOR = "bad-tensor"


class RejectedError(Exception):
    """An event cannot be stored."""

    def __init__(self, reason: Reason):
        super().__init__(str(reason))
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Event:
    """An event of a known model, whose body is not read yet."""

    model: ModelSettings
    kind: Kind
    id: str
    time: datetime


def event_of(headers: Mapping[str, str], models: Mapping[tuple[str, str], ModelSettings], now: datetime) -> Event:
    """The event that the headers (in lower case) describe.

    Raises:
        RejectedError: they describe no event of KServe's logger, or one of a model that is not in `models`.
    """
    kind, given = _KINDS.get(headers.get("ce-type", "")), headers.get("ce-id")
    if not (kind and given):
        raise RejectedError(Reason.NO_EVENT)
    # The canary of a model is an InferenceService of its own.
    name = headers.get("ce-inferenceservicename", "").removesuffix(_CANARY)
    model = models.get((headers.get("ce-namespace", ""), name))
    if not model:
        raise RejectedError(Reason.UNKNOWN_MODEL)
    return Event(model, kind, prediction_id(given), _time(headers.get("ce-time", ""), now))


def prediction_id(given: str) -> str:
    """What is stored of an event's id."""
    return sha256(given.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def sampled(event: Event) -> bool:
    """Whether the event is in the sample. Both events of a prediction are, or neither."""
    return int(event.id[:8], 16) < event.model.sample_percent / 100 * 0x1_0000_0000


def record_of_event(event: Event, body: bytes) -> Record | None:
    """The configured columns of an event; None if the body has no tensors, as calls for metadata and health.

    Raises:
        RejectedError: the body is too large, no JSON of the protocol, or has binary tensors.
    """
    if len(body) > LARGEST_BODY:
        raise RejectedError(Reason.TOO_LARGE)
    if not body.strip():
        return None
    tensors = _tensors(body, "inputs" if event.kind is Kind.REQUEST else "outputs")
    if not tensors:
        return None
    columns: dict[str, list[Value]] = {}
    invalid: dict[str, int] = {}
    for column in event.model.columns:
        tensor = tensors.get(column.tensor)
        if column.output is not (event.kind is Kind.RESPONSE) or tensor is None:
            continue
        values = tensor.column(column.index)
        if values is None:
            continue
        found = [_value(column, each) for each in values]
        columns[column.name] = [value for value, _ in found]
        if wrong := sum(bad for _, bad in found):
            invalid[column.name] = wrong
    rows = next(iter(tensors.values())).rows
    if any(len(values) != rows for values in columns.values()):
        raise RejectedError(Reason.BAD_TENSOR)
    return Record(event.id, event.kind, event.time, rows, columns, invalid)


@dataclass(frozen=True, slots=True)
class _Tensor:
    rows: int
    width: int
    data: Sequence[Any]

    def column(self, index: int) -> Sequence[Any] | None:
        """The value at `index` of each row; None if rows are shorter."""
        return self.data[index :: self.width] if index < self.width else None


def _tensors(body: bytes, side: str) -> dict[str, _Tensor]:
    try:
        parsed: Any = json.loads(body)
    except UnicodeDecodeError:
        raise RejectedError(Reason.BINARY) from None
    except (ValueError, RecursionError):
        raise RejectedError(Reason.BINARY if b"binary_data_size" in body else Reason.NO_JSON) from None
    if not isinstance(parsed, dict):
        raise RejectedError(Reason.NO_JSON)
    listed = cast(dict[str, Any], parsed).get(side)
    if not isinstance(listed, list):
        return {}
    tensors = [cast(dict[str, Any], each) for each in cast(list[Any], listed) if isinstance(each, dict)]
    if any(_is_binary(each) for each in tensors):
        raise RejectedError(Reason.BINARY)
    return {str(each.get("name")): _tensor(each) for each in tensors if "data" in each}


def _is_binary(tensor: Mapping[str, Any]) -> bool:
    parameters: Any = tensor.get("parameters")
    return isinstance(parameters, dict) and "binary_data_size" in parameters


def _tensor(given: Mapping[str, Any]) -> _Tensor:
    shape: Any = given.get("shape")
    if not isinstance(shape, list) or not shape or any(type(size) is not int or size < 1 for size in cast(Any, shape)):
        raise RejectedError(Reason.BAD_TENSOR)
    sizes = cast(list[int], shape)
    if sizes[0] > MOST_ROWS:
        raise RejectedError(Reason.TOO_LARGE)
    data = _flat(given["data"])
    if len(data) != math.prod(sizes):
        raise RejectedError(Reason.BAD_TENSOR)
    return _Tensor(sizes[0], math.prod(sizes[1:]), data)


def _flat(data: Any) -> list[Any]:
    """The values of nested lists, in row-major order as the protocol allows both."""
    flat: list[Any] = []
    pending = [data]
    while pending:
        each = pending.pop()
        if isinstance(each, list):
            pending.extend(reversed(cast(list[Any], each)))
        elif len(flat) < MOST_VALUES:
            flat.append(each)
        else:
            raise RejectedError(Reason.TOO_LARGE)
    return flat


def _value(column: ColumnSettings, given: Any) -> tuple[Value, bool]:
    """The value that is stored, and whether the given one had a wrong type."""
    if given is None:
        return None, False
    if column.kind is ColumnKind.CATEGORY:
        if isinstance(given, str):
            return given[:LONGEST_CATEGORY], False
        if isinstance(given, float) and given.is_integer():
            # A code among the floats of a tensor.
            return str(int(given))[:LONGEST_CATEGORY], False
        return (str(given)[:LONGEST_CATEGORY], False) if isinstance(given, int) else (None, True)
    if not isinstance(given, int | float):
        return None, True
    try:
        number = float(given)
    except OverflowError:
        return None, True
    return (number, False) if math.isfinite(number) else (None, False)


def _time(given: str, now: datetime) -> datetime:
    """The time of an event, or `now` if it names none or its clock is wrong."""
    try:
        found = datetime.fromisoformat(given)
    except ValueError:
        return now
    if found.tzinfo is None or abs(found - now) > _CLOCK_SKEW:
        return now
    return found.astimezone(UTC)
