"""What EventBridge Scheduler does with the schedules of a group, and when it refuses a group.

Sources: EventBridge Scheduler API reference, CreateScheduleGroup and DeleteScheduleGroup.
"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from tests.support.engine.memory import RefusedError, memory

GROUP = "aws:scheduler/scheduleGroup:ScheduleGroup"
ROLE = "aws:iam/role:Role"
ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy"
QUEUE = "aws:sqs/queue:Queue"


class SchedulerRules:
    """EventBridge Scheduler of one account, in the file `path`."""

    def __init__(self, path: Path):
        self._path = path

    def memory(self) -> AbstractContextManager[dict[str, Any]]:
        """The schedules of each group, and the starts that failed while a group was deleted."""
        return memory(self._path, {"groups": {}, "failed": []})

    def create(self, kind: str, name: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """Make a group. Its name must be free."""
        with self.memory() as known:
            if kind == GROUP:
                if given["name"] in known["groups"]:
                    raise RefusedError(f"ConflictException: Schedule group {given['name']} already exists.")
                known["groups"][given["name"]] = []
        return {}

    def update(
        self, kind: str, name: str, old: Mapping[str, Any], given: Mapping[str, Any], ignored: Sequence[str]
    ) -> dict[str, Any]:
        """Change a resource. The name of a group cannot change."""
        return {}

    def delete(self, kind: str, name: str, given: Mapping[str, Any]) -> None:
        """Remove a group with its schedules. Until then they start jobs, with the role that they have."""
        with self.memory() as known:
            if kind == GROUP:
                del known["groups"][given["name"]]
            if kind in (ROLE, ROLE_POLICY, QUEUE):
                known["failed"] += [each for schedules in known["groups"].values() for each in schedules]
