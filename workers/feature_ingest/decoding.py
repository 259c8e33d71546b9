"""Decodes the value of a record: JSON, or Avro with the header of AWS Glue's serializers.

The header has 18 bytes: the header's version, the compression, and the UUID of the schema version. Source:
awslabs/aws-glue-schema-registry, common/src/main/java/…/utils/AWSSchemaRegistryConstants.java.
"""

import json
import zlib
from collections.abc import Callable
from importlib import import_module
from io import BytesIO
from typing import Any, NoReturn, cast
from uuid import UUID

from fastavro import parse_schema
from fastavro import schemaless_reader as _read_avro  # pyright: ignore[reportUnknownVariableType]

from workers.feature_ingest.records import BadRecordError, Record, UnavailableError
from workers.feature_ingest.settings import Format, Settings

Decoder = Callable[[bytes], Record]
HEADER_VERSION, NO_COMPRESSION, ZLIB = 3, 0, 5
HEADER_BYTES = 18
LARGEST_VALUE = 16 * 1024 * 1024
"""The most bytes of a value when it is no longer compressed. A record of Kafka has 1 MiB by default."""
_NOT_THERE = ("EntityNotFoundException", "InvalidInputException")
_DENIED = "AccessDeniedException"


def decoder_of(settings: Settings) -> Decoder:
    """The decoder of a format."""
    if settings.record_format is Format.JSON:
        return decode_json
    client = cast(Any, import_module("boto3")).client("glue", region_name=settings.region)
    return AvroDecoder(client).decode


def decode_json(value: bytes) -> Record:
    """The fields of a JSON object, with or without the header of Glue's serializers. No JSON begins like this header.

    Raises:
        BadRecordError: the value is not a JSON object.
    """
    if _has_header(value):
        value = _decompressed(value[1], value[HEADER_BYTES:])
    try:
        found = json.loads(value, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise BadRecordError(f"the value is not valid JSON: {error}") from None
    if not isinstance(found, dict):
        raise BadRecordError("the value is not a JSON object; write the fields by name")
    return cast(Record, found)


def _has_header(value: bytes) -> bool:
    return len(value) >= HEADER_BYTES and value[0] == HEADER_VERSION


def _refuse_constant(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not a number")


class AvroDecoder:
    """Decodes Avro by the schema version that each value names. Schema versions never change, so they are kept."""

    def __init__(self, glue: Any):
        """`glue` is the Glue client of boto3."""
        self._glue = glue
        self._schemas: dict[UUID, Any] = {}

    def decode(self, value: bytes) -> Record:
        """The fields of an Avro record.

        Raises:
            BadRecordError: the value is not what its schema says, or the schema is not in the registry.
            UnavailableError: the registry does not answer.
        """
        if not _has_header(value):
            raise BadRecordError("the value has no header of the Glue schema registry; use Glue's serializer")
        schema = self._schema(UUID(bytes=value[2:HEADER_BYTES]))
        content = BytesIO(_decompressed(value[1], value[HEADER_BYTES:]))
        try:
            found: Any = _read_avro(content, schema, None)
        except Exception as error:  # noqa: BLE001 - the reader raises what the bytes make it raise
            raise BadRecordError(f"the value does not match its schema: {error}") from None
        if content.read(1):
            raise BadRecordError("the value is longer than its schema says")
        if not isinstance(found, dict):
            raise BadRecordError("the value's schema is not a record; write the fields by name")
        return cast(Record, found)

    def _schema(self, version: UUID) -> Any:
        if version not in self._schemas:
            definition = self._definition(version)
            try:
                self._schemas[version] = parse_schema(json.loads(definition))
            except Exception as error:  # noqa: BLE001 - the parser raises what the text makes it raise
                raise BadRecordError(f"the schema version {version} is not a valid Avro schema: {error}") from None
        return self._schemas[version]

    def _definition(self, version: UUID) -> str:
        try:
            return self._glue.get_schema_version(SchemaVersionId=str(version))["SchemaDefinition"]
        except Exception as error:
            code = _code(error)
            # Denied after other schemas were read: the schema is another topic's. Before that, our rights may be late.
            if code in _NOT_THERE or (code == _DENIED and self._schemas):
                raise BadRecordError(f"the schema version {version} cannot be read: {code}") from None
            raise UnavailableError(f"schema version {version}: {error}") from error


def _code(error: Exception) -> str:
    response: Any = getattr(error, "response", {})
    return str(response.get("Error", {}).get("Code", ""))


def _decompressed(compression: int, content: bytes) -> bytes:
    if compression == NO_COMPRESSION:
        return content
    if compression != ZLIB:
        raise BadRecordError(f"the compression {compression} is unknown; use zlib (5) or none (0)")
    stream = zlib.decompressobj()
    try:
        found = stream.decompress(content, LARGEST_VALUE)
    except zlib.error as error:
        raise BadRecordError(f"the value is not valid zlib: {error}") from None
    if stream.unconsumed_tail or not stream.eof:
        raise BadRecordError(f"the value is cut off, or larger than {LARGEST_VALUE} bytes")
    return found
