"""Reads `pulumi preview --json`: one document, or the JSON lines of PULUMI_ENABLE_STREAMING_JSON_PREVIEW."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, cast

from planner.any_program.bounded_json import parse
from planner.any_program.inventory import Inventory, inventory_of, is_provided, resource_of
from planner.any_program.program_error import ProgramError
from resources.resource import Resource

DOCUMENT_KEYS = frozenset({"steps", "changeSummary", "duration", "diagnostics", "config", "maybeCorrupt"})
"""The keys of a preview, each left out where it is empty. Source: pulumi/pulumi, pkg/backend/display/json.go."""

# Source of the operations: pulumi/pulumi, sdk/go/common/apitype/updates.go.
_KEPT = frozenset(
    {"same", "create", "update", "replace", "create-replacement", "refresh", "import", "import-replacement", "diff"}
)
_READ = frozenset({"read", "read-replacement"})
_GONE = frozenset({"delete", "delete-replaced", "discard", "discard-replaced", "remove-pending-replace"})
_REFRESH = "refresh"
_REPLACEMENTS = ({"replace", "create-replacement"}, {"replace", "import-replacement"})
_WITHOUT_RESOURCE = frozenset({"extend-parameterize", ""})
_SHOWN = 300
_OF_PROGRAM = "info#err"
"""The severity of what a program writes to its error output."""
_FAILURE = "Error: "
"""How a failure of a YAML program begins, which the engine hands on as output of the program."""
_COLOR = re.compile(r"\x1b\[[0-9;]*m|<\{%[^%]*%\}>")
_SAMES = "run `pulumi preview --json --show-sames` to see the whole program"


def read_document(document: Mapping[str, Any], name: str) -> Inventory:
    """The inventory of a preview in one document.

    Raises:
        ProgramError: when a field is wrong, or the preview failed.
    """
    _refuse_failures(_rows(document.get("diagnostics"), f"{name}: diagnostics"), name)
    steps = [_step(row, f"{name}: steps[{index}]") for index, row in enumerate(_rows(document.get("steps"), name))]
    notes = ["maybeCorrupt is true: the state may not be what is deployed"] if document.get("maybeCorrupt") else []
    return _inventory(steps, document.get("changeSummary"), document.get("config"), notes, name)


def read_events(text: str, name: str) -> Inventory:
    """The inventory of the engine's events, one JSON object a line. Events don't state what depends on what.

    Raises:
        ProgramError: when a line is wrong, the preview failed, or the end is missing.
    """
    steps: list[tuple[str, Any, Any, str]] = []
    config: Any = None
    summary: Any = None
    for number, event in _events(text, name):
        where = f"{name}, line {number}"
        if (prelude := event.get("preludeEvent")) is not None:
            config = _object(prelude, f"{where}: preludeEvent").get("config")
        if (diagnostic := event.get("diagnosticEvent")) is not None:
            _refuse_failures([diagnostic], name)
        if (step := event.get("resourcePreEvent")) is not None:
            inner = _object(step, f"{where}: resourcePreEvent").get("metadata")
            metadata = _object(inner, f"{where}: resourcePreEvent.metadata")
            steps.append((_operation(metadata, where), metadata.get("old"), metadata.get("new"), f"{where}: metadata"))
        if (ended := event.get("summaryEvent")) is not None:
            summary = _object(ended, f"{where}: summaryEvent").get("resourceChanges")
    if summary is None:
        raise ProgramError(
            f"{name} has no summaryEvent, so the preview did not end; preview again, and let the command end"
        )
    notes = ["the events do not state dependencies: some links between resources are unknown"]
    return _inventory(steps, summary, config, notes, name)


def _events(text: str, name: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    # `splitlines` would also end lines at characters that JSON has inside of texts.
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            yield number, _object(parse(line, f"{name}, line {number}"), f"{name}, line {number}")


def _inventory(
    steps: list[tuple[str, Any, Any, str]], summary: Any, config: Any, notes: list[str], name: str
) -> Inventory:
    after: dict[str, Resource] = {}
    operations: dict[str, str] = {}
    before: list[Resource] = []
    gone: set[str] = set()
    unknown: dict[str, None] = {}
    for operation, old, new, where in steps:
        if operation in _READ or operation in _WITHOUT_RESOURCE:
            continue
        if operation not in _KEPT and operation not in _GONE:
            unknown[operation] = None
        # The engine leaves out the new state of what stays as it is.
        state = new if new is not None else old if operation == "same" else None
        if state is not None and operation not in _GONE and is_provided(state):
            resource = resource_of(state, f"{where}.newState")
            _refuse_second(operations.get(resource.urn), operation, f"{where}.newState.urn = {resource.urn!r}")
            # A refresh shows what was there, and the step after it what the program asks for.
            if operations.get(resource.urn) in (None, _REFRESH):
                after[resource.urn] = resource
                operations[resource.urn] = operation
        if old is not None and is_provided(old):
            before.append(resource_of(old, f"{where}.oldState"))
            if operation in _GONE:
                gone.add(before[-1].urn)
    refreshed = {urn for urn, operation in operations.items() if operation == _REFRESH}
    after = {urn: each for urn, each in after.items() if urn not in gone & refreshed}
    if unknown:
        notes.append(f"operations that this version does not know count as kept: {', '.join(unknown)[:_SHOWN]}")
    missing = _unshown(steps, summary, name) - len(refreshed & after.keys())
    if missing > 0:
        notes.append(f"{missing:,} unchanged resources are not in the file and not counted; {_SAMES}")
    settings = cast(Mapping[str, Any], config) if isinstance(config, dict) else None
    return inventory_of(after.values(), before=before or None, notes=notes, config=settings)


def _refuse_second(earlier: str | None, operation: str, where: str) -> None:
    """Refuse a second step for a resource, other than the steps of one replacement, and those after a refresh.

    Raises:
        ProgramError: naming the URN.
    """
    if earlier is None or _REFRESH in (earlier, operation) or {earlier, operation} in _REPLACEMENTS:
        return
    raise ProgramError(
        f"{where}: has the steps {earlier} and {operation}, so one of them would not count; write the file again with "
        "the Pulumi CLI"
    )


def _unshown(steps: list[tuple[str, Any, Any, str]], summary: Any, name: str) -> int:
    """How many unchanged resources the summary counts beyond those of the file."""
    if summary is None:
        return 0
    count = _object(summary, f"{name}: changeSummary").get("same", 0)
    shown = sum(operation == "same" for operation, *_ in steps)
    return count - shown if isinstance(count, int) and not isinstance(count, bool) else 0


def _step(row: Any, where: str) -> tuple[str, Any, Any, str]:
    step = _object(row, where)
    return _operation(step, where), step.get("oldState"), step.get("newState"), where


def _operation(step: Mapping[str, Any], where: str) -> str:
    operation = step.get("op", "")
    if not isinstance(operation, str):
        raise ProgramError(f"{where}.op must be text; write the file again with the Pulumi CLI")
    return operation


def failure_of(document: Mapping[str, Any]) -> str:
    """What a preview that failed says of it, with what its program wrote to its error output; may be empty."""
    diagnostics: Any = document.get("diagnostics")
    found = [
        _words(cast(dict[str, Any], each).get("message"))
        for each in (cast(list[Any], diagnostics) if isinstance(diagnostics, list) else [])
        if isinstance(each, dict) and cast(dict[str, Any], each).get("severity") in ("error", _OF_PROGRAM)
    ]
    return " ".join(found)


def _words(message: Any) -> str:
    """A message on one line, without colors."""
    return " ".join(_COLOR.sub("", str(message or "")).split())


def _refuse_failures(diagnostics: list[Any], name: str) -> None:
    for each in diagnostics:
        found = _object(each, f"{name}: diagnostics")
        message = _words(found.get("message"))
        severity = found.get("severity")
        if severity == "error" or (severity == _OF_PROGRAM and message.startswith(_FAILURE)):
            raise ProgramError(
                f"{name} is of a preview that failed, so resources are missing: {message[:_SHOWN]}; mend the program "
                "and preview it again"
            )


def _rows(value: Any, where: str) -> list[Any]:
    if value is None:
        return []
    if isinstance(value, list):
        return cast(list[Any], value)
    raise ProgramError(f"{where} must be a list; write the file again with the Pulumi CLI")


def _object(value: Any, where: str) -> Mapping[str, Any]:
    if isinstance(value, dict):
        return cast(dict[str, Any], value)
    raise ProgramError(f"{where} must be an object; write the file again with the Pulumi CLI")
