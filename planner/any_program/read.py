"""Reads a program from whatever the user names: a preview, a state, or a folder."""

import json
import os
import re
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

from planner.any_program import bounded_json
from planner.any_program.inventory import Inventory
from planner.any_program.preview import DOCUMENT_KEYS, read_document, read_events
from planner.any_program.program_error import ProgramError
from planner.any_program.run_preview import preview_of
from planner.any_program.state import read_state

STANDARD_INPUT = "-"
_TEXT = re.compile(r"\S")
_REMEDY = "name what `pulumi preview --json` or `pulumi stack export` wrote, or the folder of a program"


def read_program(source: str, stack: str | None = None) -> Inventory:
    """The inventory of a file, of standard input (`-`), or of the program in a folder.

    Raises:
        ProgramError: naming what is wrong and the remedy.
    """
    path = None if source == STANDARD_INPUT else Path(source)
    if path is not None and path.is_dir():
        found = _inventory(preview_of(path, stack), f"the preview of {source}")
        # The provider of the preview has read the same variables.
        region = found.region or os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
        return replace(found, region=region)
    return _inventory(bounded_json.read_bytes(path, sys.stdin.buffer), source if path else "standard input")


def document_of(content: bytes, name: str) -> Mapping[str, Any] | None:
    """The one JSON object of a file; None where the file has several, one a line.

    Raises:
        ProgramError: when it is neither.
    """
    bounded_json.check_values(content, name)
    text = bounded_json.text_of(content, name)
    if _has_events(text):
        return None
    document = bounded_json.parse(text, name)
    if not isinstance(document, dict):
        raise ProgramError(f"{name} is JSON, but no object; {_REMEDY}")
    return cast(dict[str, Any], document)


def _has_events(text: str) -> bool:
    """Whether the first line is an object, and another line follows. It copies no more than that line."""
    start = _TEXT.search(text)
    end = text.find("\n", start.start()) if start else -1
    if start is None or start[0] != "{" or end < 0 or not _TEXT.search(text, end):
        return False
    try:
        return isinstance(json.loads(text[start.start() : end]), dict)
    except (ValueError, RecursionError):
        return False


def _inventory(content: bytes, name: str) -> Inventory:
    document = document_of(content, name)
    if document is None or "sequence" in document:
        return read_events(bounded_json.text_of(content, name), name)
    if "deployment" in document:
        return read_state(document, name)
    if document.keys() & {"format", "policies"}:
        raise ProgramError(f"{name} is a plan that has been priced already; {_REMEDY}")
    if document.keys() & DOCUMENT_KEYS and document.keys() <= DOCUMENT_KEYS:
        return read_document(document, name)
    raise ProgramError(f"{name} is no preview and no state: it has the fields {_fields(document)}; {_REMEDY}")


def _fields(document: Mapping[str, Any]) -> str:
    names = ", ".join(sorted(document))
    return repr(names[:200]) if names else "(none)"
