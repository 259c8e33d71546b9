"""What the ingestion of features reads from a value, and what it refuses."""

import json
import zlib
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any
from uuid import UUID

import boto3  # pyright: ignore[reportMissingTypeStubs]
import fastavro
import pytest
from botocore.stub import Stubber  # pyright: ignore[reportMissingTypeStubs]
from hypothesis import given
from hypothesis import strategies as st

from workers.feature_ingest.decoding import HEADER_VERSION, NO_COMPRESSION, ZLIB, AvroDecoder, decode_json
from workers.feature_ingest.online_store import same_gaps
from workers.feature_ingest.records import BadRecordError, UnavailableError
from workers.feature_ingest.rows import View, row_of

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
KINDS = {
    "count": "INT32",
    "total": "INT64",
    "score": "FLOAT",
    "price": "DOUBLE",
    "name": "STRING",
    "known": "BOOL",
    "picture": "BYTES",
    "seen": "UNIX_TIMESTAMP",
    "tags": "STRING_LIST",
}
VIEW = View("users", keys={"user_id": "INT64"}, features=KINDS, timestamp="at", created="made")
GOOD: Mapping[str, Any] = {
    **{"user_id": 1, "at": "2026-11-30T11:00:00+01:00", "made": 1_764_500_000_000},
    **{"count": 1, "total": 2**62, "score": 1, "price": 1e300, "name": "", "known": False},
    **{"picture": "AAE=", "seen": "2026-01-01T00:00:00Z", "tags": ["a", "b"]},
}
VERSION = UUID("b7b4a7f0-9c96-4e4a-a687-fb5de9ef0c63")
SCHEMA = {
    "type": "record",
    "name": "Click",
    "fields": [
        {"name": "user_id", "type": "string"},
        {"name": "at", "type": {"type": "long", "logicalType": "timestamp-millis"}},
    ],
}


def test_a_row_has_the_types_of_the_view() -> None:
    row = row_of({**GOOD, "not_of_the_view": 1}, VIEW, NOW)
    assert row == {
        **{
            "user_id": 1,
            "at": datetime(2026, 11, 30, 10, tzinfo=UTC),
            "made": datetime(2025, 11, 30, 10, 53, 20, 0, UTC),
        },
        **{"count": 1, "total": 2**62, "score": 1.0, "price": 1e300, "name": "", "known": False},
        **{"picture": b"\x00\x01", "seen": datetime(2026, 1, 1, tzinfo=UTC), "tags": ["a", "b"]},
    }
    assert isinstance(row["score"], float)


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("user_id", None, "user_id is missing"),
        ("user_id", "1", "user_id = '1' is not a whole number of 64 bits"),
        ("user_id", 2**63, "not a whole number of 64 bits"),
        ("count", 2**31, "not a whole number of 32 bits"),
        ("count", 1.0, "not a whole number"),
        ("count", True, "count = True is not a whole number"),
        ("score", 1e39, "not a number of this size"),
        ("score", True, "not a number"),
        ("price", 10**400, "not a number of this size"),
        ("price", "1", "price = '1' is not a number"),
        ("name", 1, "name = 1 is not a text"),
        ("known", 0, "known = 0 is not true or false"),
        ("picture", "é", "not bytes in Base64"),
        ("tags", "a", "tags = 'a' is not a list"),
        ("tags", ["a", None], "not a text"),
        ("seen", "2026-01-01T00:00:00", "seen = '2026-01-01T00:00:00' is not a time"),
        ("seen", 10**30, "not a time"),
        ("at", None, "at is missing"),
        ("at", "yesterday", "at = 'yesterday' is not a time"),
        ("at", 1_764_500_000, "is before 2000; write milliseconds"),
        ("at", "2026-11-30T12:05:01Z", "is in the future"),
        ("made", None, "made is missing"),
    ],
)
def test_a_record_with_a_wrong_field_is_refused(field: str, value: Any, reason: str) -> None:
    with pytest.raises(BadRecordError, match=reason.replace("(", r"\(")):
        row_of({**GOOD, field: value}, VIEW, NOW)


def test_a_record_without_a_feature_of_the_view_is_refused() -> None:
    with pytest.raises(BadRecordError, match="tags is missing; users has it as a feature"):
        row_of({name: value for name, value in GOOD.items() if name != "tags"}, VIEW, NOW)
    with pytest.raises(BadRecordError, match="users has no feature with a value"):
        row_of({**GOOD, **dict.fromkeys(KINDS)}, VIEW, NOW)


def test_clocks_may_differ_by_minutes() -> None:
    ahead = (NOW + timedelta(minutes=4)).isoformat()
    assert row_of({**GOOD, "at": ahead}, VIEW, NOW)["at"] == NOW + timedelta(minutes=4)


@pytest.mark.parametrize("kind", ["MAP", "JSON_LIST", "UNKNOWN"])
def test_a_view_with_a_type_that_rows_cannot_hold_is_named(kind: str) -> None:
    problem = View("users", {"user_id": "INT64"}, {"extra": kind}, "at").problem()
    assert problem.startswith(f"users.extra has the type {kind}; use BOOL, BYTES")
    assert not VIEW.problem()


def test_rows_with_other_gaps_are_written_apart() -> None:
    rows = [{"a": 1, "b": None}, {"a": 2, "b": 1}, {"a": 3, "b": None}]
    assert same_gaps(rows) == [[rows[0], rows[2]], [rows[1]]]


@pytest.mark.parametrize("value", [b"", b"[]", b"1", b'{"a": NaN}', b'{"a": Infinity}', b"\xff", b"[" * 100_000])
def test_a_value_that_is_no_json_object_is_refused(value: bytes) -> None:
    with pytest.raises(BadRecordError):
        decode_json(value)


def test_json_is_also_read_behind_the_header_of_glue() -> None:
    for sent in (b'{"a": 1}', value(b'{"a": 1}'), value(zlib.compress(b'{"a": 1}'), ZLIB)):
        assert decode_json(sent) == {"a": 1}


class Registry:
    """Glue as botocore's own model describes it, with the answers that a test expects."""

    def __init__(self) -> None:
        aws: Any = boto3
        self.client: Any = aws.client("glue", "us-east-1", aws_access_key_id="x", aws_secret_access_key="x")
        self.stub: Any = Stubber(self.client)
        self.stub.activate()

    def has(self, definition: str = json.dumps(SCHEMA), version: UUID = VERSION) -> None:
        answer = {"SchemaVersionId": str(version), "SchemaDefinition": definition, "DataFormat": "AVRO"}
        self.stub.add_response("get_schema_version", answer, {"SchemaVersionId": str(version)})

    def refuses(self, code: str) -> None:
        self.stub.add_client_error("get_schema_version", code)


@pytest.fixture
def registry() -> Registry:
    return Registry()


def content(user: str = "ada") -> bytes:
    output = BytesIO()
    fastavro.schemaless_writer(output, SCHEMA, {"user_id": user, "at": NOW})  # pyright: ignore[reportUnknownMemberType]
    return output.getvalue()


def value(body: bytes, compression: int = NO_COMPRESSION, version: UUID = VERSION) -> bytes:
    """A value as Glue's serializers write it."""
    return bytes([HEADER_VERSION, compression]) + version.bytes + body


@pytest.mark.parametrize("compression", [NO_COMPRESSION, ZLIB])
def test_avro_is_read_by_the_schema_that_its_header_names(registry: Registry, compression: int) -> None:
    registry.has()
    decoder = AvroDecoder(registry.client)
    for user in ("ada", "bob"):
        body = content(user)
        sent = value(zlib.compress(body) if compression == ZLIB else body, compression)
        # The registry is asked once: the stub has no second answer.
        assert decoder.decode(sent) == {"user_id": user, "at": NOW}


@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        (b"{}", "no header"),
        (b"\x00" + value(content())[1:], "no header"),
        (value(content(), 1), "compression 1 is unknown"),
        (value(content(), ZLIB), "not valid zlib"),
        (value(zlib.compress(content())[:-4], ZLIB), "cut off"),
        (value(zlib.compress(b"0" * (17 * 1024 * 1024)), ZLIB), "larger than"),
        (value(content()[:-1]), "does not match its schema"),
        (value(b"\xff" * 9), "does not match its schema"),
        (value(content() + b"0"), "longer than its schema says"),
    ],
)
def test_avro_that_cannot_be_read_is_refused(registry: Registry, sent: bytes, reason: str) -> None:
    registry.has()
    with pytest.raises(BadRecordError, match=reason):
        AvroDecoder(registry.client).decode(sent)


@given(st.binary(max_size=64))
def test_no_bytes_do_more_than_be_refused(body: bytes) -> None:
    registry = Registry()
    registry.has()
    with suppress(BadRecordError):
        AvroDecoder(registry.client).decode(value(body))


def test_a_schema_that_is_not_in_the_registry_is_refused(registry: Registry) -> None:
    registry.refuses("EntityNotFoundException")
    with pytest.raises(BadRecordError, match=f"{VERSION} cannot be read: EntityNotFoundException"):
        AvroDecoder(registry.client).decode(value(content()))
    registry.has("{}")
    with pytest.raises(BadRecordError, match="is not a valid Avro schema"):
        AvroDecoder(registry.client).decode(value(content()))


def test_a_registry_that_does_not_answer_is_asked_again(registry: Registry) -> None:
    decoder = AvroDecoder(registry.client)
    for code in ("ThrottlingException", "AccessDeniedException"):
        registry.refuses(code)
        with pytest.raises(UnavailableError, match=code):
            decoder.decode(value(content()))
    registry.has()
    assert decoder.decode(value(content()))["user_id"] == "ada"
    # Our rights work, so this schema is another topic's.
    registry.refuses("AccessDeniedException")
    with pytest.raises(BadRecordError, match="AccessDeniedException"):
        decoder.decode(value(content(), version=UUID(int=1)))
