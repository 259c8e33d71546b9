"""What the collector stores of an event, what it rejects, and that no input stops it."""

import gzip
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workers.model_quality.job import window
from workers.model_quality.job.storage import Storage
from workers.model_quality.log.events import (
    MOST_ROWS,
    Event,
    Reason,
    RejectedError,
    event_of,
    prediction_id,
    record_of_event,
    sampled,
)
from workers.model_quality.records import CorruptError, Kind, Record, record_of
from workers.model_quality.settings import ModelSettings

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
MODEL = ModelSettings.model_validate(
    {
        "namespace": "risk",
        "name": "fraud",
        "reference": "s3://a/b/",
        "experiment": "fraud",
        "columns": [
            {"name": "amount", "kind": "number", "tensor": "features", "index": 1},
            {"name": "country", "kind": "category", "tensor": "country"},
            {"name": "score", "kind": "number", "tensor": "score", "output": True},
        ],
    }
)
HEADERS = {
    "ce-id": "order-7",
    "ce-type": "org.kubeflow.serving.inference.request",
    "ce-time": "2026-11-30T11:59:58.123456789Z",
    "ce-inferenceservicename": "fraud",
    "ce-namespace": "risk",
}


def event(**headers: str) -> Event:
    return event_of({**HEADERS, **headers}, {MODEL.key: MODEL}, NOW)


def read(body: Any, kind: str = "request") -> Record | None:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return record_of_event(event(**{"ce-type": f"org.kubeflow.serving.inference.{kind}"}), content)


def tensor(name: str, shape: Any, data: Any, **further: Any) -> dict[str, Any]:
    return {"name": name, "shape": shape, "datatype": "FP32", "data": data, **further}


def rejected(body: Any) -> Reason:
    with pytest.raises(RejectedError) as error:
        read(body)
    return error.value.reason


def test_configured_columns_are_stored_and_nothing_else() -> None:
    record = read(
        {
            "id": "private",
            "parameters": {"email": "a@example.com"},
            "inputs": [
                tensor("features", [2, 2], [1, 2, 3, 4]),
                tensor("country", [2], ["de", "fr"]),
                tensor("email", [2], ["a@example.com", "b@example.com"]),
            ],
        }
    )
    assert record
    assert record.columns == {"amount": [2.0, 4.0], "country": ["de", "fr"]}
    line = record.line()
    assert b"example.com" not in line
    assert b"order-7" not in line
    assert record_of(line) == record


def test_nested_and_flat_data_are_the_same() -> None:
    flat = read({"inputs": [tensor("features", [2, 2], [1, 2, 3, 4])]})
    assert flat == read({"inputs": [tensor("features", [2, 2], [[1, 2], [3, 4]])]})


def test_response_has_the_columns_of_outputs() -> None:
    record = read({"outputs": [tensor("score", [2], [0.5, None])]}, "response")
    assert record
    assert (record.kind, record.columns) == (Kind.RESPONSE, {"score": [0.5, None]})


def test_values_of_a_wrong_type_are_missing_and_counted() -> None:
    record = read(b'{"inputs": [{"name": "features", "shape": [1, 2], "data": [NaN, Infinity]}]}')
    assert record
    assert (record.columns["amount"], record.invalid) == ([None], {})
    wrong = read(
        {
            "inputs": [
                tensor("features", [4, 1], ["1", True, 10**400, 2]),
                tensor("country", [4], ["x" * 99, 1.5, 7, None]),
            ]
        }
    )
    assert wrong
    # The second column of the tensor is not there.
    assert "amount" not in wrong.columns
    assert wrong.columns["country"] == ["x" * 64, None, "7", None]
    assert wrong.invalid == {"country": 1}


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"{", Reason.NO_JSON),
        (b"[]", Reason.NO_JSON),
        (b"[" * 200_000, Reason.NO_JSON),
        (b"1" * 100_000, Reason.NO_JSON),
        (b"{\xff}", Reason.BINARY),
        (b'{"inputs": [{"parameters": {"binary_data_size": 8}}]}\x00\x01', Reason.BINARY),
        ({"inputs": [tensor("features", [1, 2], [1], parameters={"binary_data_size": 8})]}, Reason.BINARY),
        (b" " * (1 << 20) + b"{}", Reason.TOO_LARGE),
        ({"inputs": [tensor("features", [MOST_ROWS + 1, 1], [0])]}, Reason.TOO_LARGE),
        ({"inputs": [tensor("features", [2, 2], [1, 2, 3])]}, Reason.BAD_TENSOR),
        ({"inputs": [tensor("features", [10**9, 0], [])]}, Reason.BAD_TENSOR),
        ({"inputs": [tensor("features", [1, 10**30], [1])]}, Reason.BAD_TENSOR),
        ({"inputs": [tensor("features", [-1, 2], [1, 2])]}, Reason.BAD_TENSOR),
        ({"inputs": [tensor("features", "2", [1, 2])]}, Reason.BAD_TENSOR),
        ({"inputs": [tensor("features", [1.0, 2], [1, 2])]}, Reason.BAD_TENSOR),
        ({"inputs": [tensor("features", [1, 2], [1, 2]), tensor("country", [2], ["a", "b"])]}, Reason.BAD_TENSOR),
    ],
)
def test_events_that_cannot_be_stored_are_rejected(body: Any, reason: Reason) -> None:
    assert rejected(body) is reason


@pytest.mark.parametrize(
    "body",
    [b"", b" \n", {}, {"inputs": {}}, {"inputs": [1, None]}, {"inputs": [{"name": "features", "shape": [-1, 2]}]}],
)
def test_calls_without_tensors_are_ignored(body: Any) -> None:
    assert read(body) is None


def test_events_of_the_canary_belong_to_the_model() -> None:
    assert event(**{"ce-inferenceservicename": "fraud-canary"}).model is MODEL


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ({"ce-type": "com.example.other"}, Reason.NO_EVENT),
        ({"ce-id": ""}, Reason.NO_EVENT),
        ({"ce-namespace": "search"}, Reason.UNKNOWN_MODEL),
        ({"ce-inferenceservicename": "fraud/../other"}, Reason.UNKNOWN_MODEL),
    ],
)
def test_other_events_are_rejected(headers: dict[str, str], reason: Reason) -> None:
    with pytest.raises(RejectedError) as error:
        event(**headers)
    assert error.value.reason is reason


@pytest.mark.parametrize(
    ("told", "stored"),
    [
        ("2026-11-30T11:59:58.123456789Z", datetime(2026, 11, 30, 11, 59, 58, 123456, UTC)),
        ("2026-11-30T13:59:58+02:00", datetime(2026, 11, 30, 11, 59, 58, tzinfo=UTC)),
        ("2026-11-30T09:00:00Z", NOW),
        ("2999-01-01T00:00:00Z", NOW),
        ("2026-11-30T11:59:58", NOW),
        ("yesterday", NOW),
    ],
)
def test_times_of_wrong_clocks_are_replaced(told: str, stored: datetime) -> None:
    assert event(**{"ce-time": told}).time == stored


def test_both_sides_of_a_prediction_are_in_the_sample_or_neither() -> None:
    tenth = MODEL.model_copy(update={"sample_percent": 10})
    ids = [f"order-{number}" for number in range(5000)]
    kept = [id_ for id_ in ids if sampled(Event(tenth, Kind.REQUEST, prediction_id(id_), NOW))]
    assert kept == [id_ for id_ in ids if sampled(Event(tenth, Kind.RESPONSE, prediction_id(id_), NOW))]
    assert 400 < len(kept) < 600


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)
TENSORS = st.fixed_dictionaries(
    {},
    optional={
        "name": st.sampled_from(["features", "country", "score"]) | JSON,
        "shape": st.lists(st.integers(-2, 4), max_size=3) | JSON,
        "data": JSON,
        "parameters": JSON,
    },
)


@settings(max_examples=300, deadline=None)
@given(st.fixed_dictionaries({"inputs": st.lists(TENSORS | JSON, max_size=3)}))
def test_any_json_is_stored_ignored_or_rejected(body: Any) -> None:
    try:
        record = record_of_event(event(), json.dumps(body).encode("utf-8", "surrogatepass"))
    except RejectedError:
        return
    if record:
        assert record_of(record.line()) == record


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200) | JSON.map(lambda value: json.dumps(value).encode("utf-8", "surrogatepass")))
def test_any_line_is_a_record_or_corrupt(line: bytes) -> None:
    try:
        record = record_of(line)
    except CorruptError:
        return
    assert record.rows >= 1


def test_window_of_a_day_is_the_day_before_with_its_grace() -> None:
    day = datetime(2026, 11, 30, tzinfo=UTC)
    assert window.window_before(day + timedelta(minutes=29), 24).end == day - timedelta(days=1)
    assert window.window_before(day + timedelta(minutes=30), 24).end == day
    assert window.window_before(day + timedelta(hours=24), 24).end == day


def test_many_predictions_are_a_sample_of_the_lowest_ids() -> None:
    model = MODEL.model_copy(update={"columns": MODEL.columns * 500_000})
    start, most = datetime(2026, 11, 29, tzinfo=UTC), window.most_rows(model)
    assert most == 1
    stored = [
        Record(f"{number:032x}", kind, start, 1, {"amount": [1.0]} if kind is Kind.REQUEST else {"score": [0.5]}).line()
        for number in reversed(range(10))
        for kind in Kind
    ]

    class Stored(Storage):
        def __init__(self) -> None:
            pass

        def keys(self, bucket: str, prefix: str) -> Iterator[str]:
            yield from ["one"] if prefix.endswith("/00/") and "2026-11-29" in prefix else []

        def read(self, bucket: str, key: str) -> bytes:
            return gzip.compress(b"".join(stored))

    few = window.logged_predictions(Stored(), "b", model, window.Window(start, start + timedelta(days=1)))
    assert (few.rows, few.ids, few.left_out) == (1, [f"{0:032x}"], 18)
