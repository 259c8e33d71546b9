"""A call of AWS's API that a resource becomes, as a row of a table says it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Call:
    """One call that the provider makes for a resource.

    `operation` is that of the API, such as "ec2:CreateVpc", with botocore's name of the service. An input becomes the
    member of the request that has its name, whatever the case, in singular or plural.

    - `members` says where other inputs go: from the path of an input, such as "rules.ruleName", to that of a member,
      such as "BackupPlan.Rules". `[]` behind a list is its only element, `[Key=a]` the one whose `Key` is "a".
    - `own` are members that hold an output of the resource itself.
    - `given` are members that always have the same value.
    - `takes` names the inputs of a call that takes only some. A call without any of them is not made.
    - `shaped` changes the inputs whose shape is another one than that of the API.
    """

    operation: str
    members: Mapping[str, str] = field(default_factory=dict[str, str])
    own: Mapping[str, str] = field(default_factory=dict[str, str])
    given: Mapping[str, Any] = field(default_factory=dict[str, Any])
    takes: tuple[str, ...] = ()
    shaped: Callable[[dict[str, Any]], dict[str, Any]] | None = None

    @property
    def service(self) -> str:
        """botocore's name of the service."""
        return self.operation.partition(":")[0]

    @property
    def name(self) -> str:
        """The operation's name."""
        return self.operation.partition(":")[2]


Rows = Mapping[str, tuple[Call, ...]]


def tagged(kind: str, *kinds: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """Tags as EC2 takes them, with the type of the resource that they are for."""

    def change(inputs: dict[str, Any]) -> dict[str, Any]:
        tags = inputs.pop("tags", None)
        if tags:
            inputs["tagSpecifications"] = [{"resourceType": each, "tags": tags} for each in (kind, *kinds)]
        return inputs

    return change
