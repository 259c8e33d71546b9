"""Reads `pulumi stack export`: what is deployed."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, cast

from planner.any_program.inventory import Inventory, inventory_of, is_provided, resource_of, shown
from planner.any_program.program_error import ProgramError

VERSIONS = (3, 4)
"""Source: pulumi/pulumi, sdk/go/common/apitype/core.go, DeploymentSchemaVersionCurrent and
DeploymentSchemaVersionLatest."""

_SHOWN = 5


def read_state(document: Mapping[str, Any], name: str) -> Inventory:
    """The inventory of an exported state. Secrets are masked, also where the export shows them.

    Raises:
        ProgramError: when the version is another, or a field is wrong.
    """
    version = document.get("version")
    if isinstance(version, bool) or not isinstance(version, int) or version not in VERSIONS:
        known = " and ".join(map(str, VERSIONS))
        remedy = "export the stack with a Pulumi CLI of version 3"
        raise ProgramError(f"{name}: version = {shown(version)}: states of versions {known} are read; {remedy}")
    deployment = document.get("deployment")
    if not isinstance(deployment, dict):
        raise ProgramError(f"{name}: deployment must be an object; write the file with `pulumi stack export`")
    fields = cast(dict[str, Any], deployment)
    rows = _list(fields, "resources", name)
    resources = [
        resource_of(row, f"{name}: deployment.resources[{index}]") for index, row in enumerate(rows) if is_provided(row)
    ]
    urns = Counter(each.urn for each in resources)
    if twice := next((urn for urn, count in urns.items() if count > 1), None):
        raise ProgramError(
            f"{name}: two rows of deployment.resources have the URN {shown(twice)}, so one would not count; run "
            "`pulumi state repair` and export the stack again"
        )
    pending = list(_pending(_list(fields, "pending_operations", name)))
    notes: list[str] = []
    if pending:
        names = ", ".join(pending[:_SHOWN]) + (f" and {len(pending) - _SHOWN} more" if len(pending) > _SHOWN else "")
        notes.append(
            f"{len(pending)} operations were interrupted, so the state may lack resources that cost: {names}; run "
            "`pulumi refresh`"
        )
    if waiting := _marked(rows, "delete"):
        notes.append(f"{waiting} old copies wait for their deletion and are not counted; run `pulumi up`")
    if deleted := _marked(rows, "pendingReplacement"):
        notes.append(f"{deleted} deleted resources wait for their replacement and are not counted; run `pulumi up`")
    return inventory_of(resources, notes=notes)


def _marked(rows: list[Any], key: str) -> int:
    return sum(1 for row in rows if isinstance(row, dict) and cast(dict[str, Any], row).get(key) is True)


def _pending(rows: list[Any]) -> Iterator[str]:
    for row in rows:
        operation = cast(dict[str, Any], row) if isinstance(row, dict) else {}
        resource: Any = operation.get("resource")
        urn = cast(dict[str, Any], resource).get("urn") if isinstance(resource, dict) else None
        yield f"{operation.get('type', 'unknown')} of {str(urn).rpartition('::')[2]}"


def _list(fields: Mapping[str, Any], key: str, name: str) -> list[Any]:
    value = fields.get(key)
    if value is None:
        return []
    if isinstance(value, list):
        return cast(list[Any], value)
    raise ProgramError(f"{name}: deployment.{key} must be a list; write the file with `pulumi stack export`")
