"""Schemas of records: whether a file holds one, and whether a new version keeps older readers or records working.

Glue checks a new version when it is registered. The AWS provider reports success when that check fails, and consumers
then still get the old version (hashicorp/terraform-provider-aws, issue 35152). So the check is made here, before
anything changes.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from itertools import pairwise
from pathlib import Path
from typing import Any, cast


class SchemaFormat(StrEnum):
    """The format of a schema. Protobuf is left out: no library checks the compatibility of its versions offline."""

    AVRO = "AVRO"
    JSON = "JSON"


class Compatibility(StrEnum):
    """What a new version of a schema must allow. BACKWARD: consumers with the new version read older records."""

    BACKWARD = "BACKWARD"
    BACKWARD_ALL = "BACKWARD_ALL"
    FORWARD = "FORWARD"
    FORWARD_ALL = "FORWARD_ALL"
    FULL = "FULL"
    FULL_ALL = "FULL_ALL"
    NONE = "NONE"
    DISABLED = "DISABLED"


_DRAFTS = tuple(f"http://json-schema.org/draft-{draft}/schema" for draft in ("04", "06", "07"))
"""Source: AWS Glue developer guide, "AWS Glue Schema registry", JSON Schema."""
_LONGEST = 170_000
"""Source: AWS Glue API reference, CreateSchema."""


def text_of(file: str) -> str:
    """The text of a schema's file, whose path is relative to the folder that the program runs in."""
    return Path(file).read_text(encoding="utf-8")


def file_problem(file: str, format_: SchemaFormat) -> str | None:
    """Why a file holds no schema of this format; None when it does."""
    try:
        text = text_of(file)
    except (OSError, UnicodeDecodeError, ValueError):
        return f"there is no readable file {file} in {Path.cwd()}; write its path from the program's folder"
    if len(text) > _LONGEST:
        return f"{file} has {len(text):,} characters, and Glue accepts {_LONGEST:,}; split the record"
    try:
        parsed = json.loads(text)
    except (ValueError, RecursionError) as error:
        return f"{file} is not JSON: {error}"
    if not isinstance(parsed, Mapping):
        return f"{file} is not the schema of a record: it must be an object"
    return (
        _json_problem(file, cast(Mapping[str, object], parsed))
        if format_ is SchemaFormat.JSON
        else _avro_problem(file, text)
    )


def incompatible(files: Sequence[str], format_: SchemaFormat, mode: Compatibility) -> Iterator[tuple[int, str]]:
    """The place in `files`, which are oldest first, of each version that does not fit earlier ones, and why."""
    if mode is Compatibility.DISABLED and len(files) > 1:
        yield len(files) - 1, "with compatibility DISABLED Glue accepts no second version; write BACKWARD"
        return
    if format_ is SchemaFormat.JSON or mode in (Compatibility.NONE, Compatibility.DISABLED):
        return
    schemas = [_avro(text_of(file)) for file in files]
    pairs = [(old, new) for old, new in pairwise(range(len(files)))]
    if mode.endswith("_ALL"):
        pairs = [(old, new) for new in range(len(files)) for old in range(new)]
    for old, new in pairs:
        for reader, writer in _readings(old, new, mode):
            if why := _cannot_read(schemas[reader], schemas[writer]):
                remedy = "give new fields a default and keep the types of existing fields, or use a new topic"
                yield new, f"{files[new]} is not {mode} compatible with {files[old]}: {why}; {remedy}"
                break


def _readings(old: int, new: int, mode: Compatibility) -> Iterator[tuple[int, int]]:
    """The reader and the writer of each reading that `mode` asks for."""
    if mode.startswith(("BACKWARD", "FULL")):
        yield new, old
    if mode.startswith(("FORWARD", "FULL")):
        yield old, new


# The library takes a twentieth of a second to import, and most programs have no Avro schema.
def _avro(text: str) -> Any:
    from avro.schema import parse

    return parse(text)


def _avro_problem(file: str, text: str) -> str | None:
    from avro.errors import AvroException

    try:
        _avro(text)
    except (AvroException, RecursionError) as error:
        return f"{file} is not a valid Avro schema: {error}"
    return None


def _cannot_read(reader: Any, writer: Any) -> str:
    """Why records of `writer` can't be read with `reader`; empty when they can."""
    from avro.compatibility import ReaderWriterCompatibilityChecker, SchemaCompatibilityType

    found = ReaderWriterCompatibilityChecker().get_compatibility(reader, writer)
    if found.compatibility is SchemaCompatibilityType.compatible:
        return ""
    return f"at {', '.join(sorted(found.locations))}: {', '.join(sorted(found.messages))}"


def _json_problem(file: str, parsed: Mapping[str, object]) -> str | None:
    draft = str(parsed.get("$schema", "")).rstrip("#")
    if draft not in _DRAFTS:
        return f"{file} has $schema = {draft!r}, and Glue supports drafts 04, 06 and 07; write {_DRAFTS[-1]}#"
    return None
