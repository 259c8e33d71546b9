"""What RDS refuses of instances and their parameter groups.

Sources: RDS API reference, ModifyDBInstance and DeleteDBParameterGroup; RDS user guide, "Upgrading the PostgreSQL DB
engine" and "Working with parameter groups".
"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from tests.support.engine.memory import RefusedError, memory

INSTANCE = "aws:rds/instance:Instance"
PARAMETERS = "aws:rds/parameterGroup:ParameterGroup"


class RdsRules:
    """RDS of one account, in the file `path`."""

    def __init__(self, path: Path):
        self._path = path

    def memory(self) -> AbstractContextManager[dict[str, Any]]:
        """The instances by identifier, and the families of parameter groups by name."""
        return memory(self._path, {"instances": {}, "families": {}})

    def create(self, kind: str, name: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """Make a resource and say what the provider reads of it afterwards."""
        with self.memory() as known:
            if kind == PARAMETERS:
                # The provider ends the name of a group that the program does not name so that no other has it.
                group = name if name not in known["families"] else f"{name}-{len(known['families'])}"
                known["families"][group] = given["family"]
                return {"name": group}
            if kind == INSTANCE:
                _deploy(known, given)
        return {}

    def update(
        self, kind: str, name: str, old: Mapping[str, Any], given: Mapping[str, Any], ignored: Sequence[str]
    ) -> dict[str, Any]:
        """Change a resource as the provider does."""
        with self.memory() as known:
            if kind == INSTANCE:
                _refuse_upgrade(old["engineVersion"], given)
                _deploy(known, given)
        return {}

    def delete(self, kind: str, name: str, given: Mapping[str, Any]) -> None:
        """Forget a resource."""
        with self.memory() as known:
            if kind == PARAMETERS:
                group = given["name"]
                if group in [each["group"] for each in known["instances"].values()]:
                    raise RefusedError(f"One or more database instances are still members of this group {group}")
                del known["families"][group]
            if kind == INSTANCE:
                del known["instances"][given["identifier"]]


def _deploy(known: dict[str, Any], given: Mapping[str, Any]) -> None:
    family, engine = known["families"][given["parameterGroupName"]], f"{given['engine']}{given['engineVersion']}"
    # The family of PostgreSQL 16.4 is postgres16, that of MySQL 8.4 is mysql8.4.
    if family not in (engine, engine.partition(".")[0]):
        raise RefusedError(f"The parameter group family {family} can't be used for this instance, {engine}")
    known["instances"][given["identifier"]] = {"version": given["engineVersion"], "group": given["parameterGroupName"]}


def _refuse_upgrade(before: str, given: Mapping[str, Any]) -> None:
    after = given["engineVersion"]
    if float(after) < float(before):
        raise RefusedError(f"Cannot upgrade from {before} to {after}")
    if after != before and not given.get("allowMajorVersionUpgrade"):
        raise RefusedError("The AllowMajorVersionUpgrade flag must be present when upgrading to a new major version.")
    if after != before and not given.get("applyImmediately"):
        raise RefusedError("the upgrade waits for the maintenance window, which this stand-in does not have")
