"""Reads the state of a stack: the file that `pulumi stack export` prints.

Source: pulumi/pulumi, sdk/go/common/apitype/core.go, UntypedDeployment, DeploymentV3 and ResourceV3.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from .settings import SettingsError, fault

SECRET = "[secret]"  # noqa: S105 - what stands for a value
"""Stands for each value that the state keeps encrypted."""
VERSIONS = (3, 4)
_SIGNATURE = "4dabf18193072939515e22adb298388d"
"""The key of an object that is a special value. Source: pulumi/pulumi, sdk/go/common/resource/sig, `Key`."""
_SECRET_SIGNATURE = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 - a marker
_PROVIDER = "pulumi:providers:"


@dataclass(frozen=True, slots=True)
class StateResource:
    """A resource as the last deployment left it."""

    urn: str
    type: str
    """Such as aws:s3/bucket:Bucket."""
    id: str
    """The provider's id; empty for a component."""
    inputs: Mapping[str, Any]
    outputs: Mapping[str, Any]
    parent: str = ""
    dependencies: Mapping[str, Sequence[str]] = field(default_factory=dict[str, Sequence[str]])
    """For each input, the URNs of the resources that it was made of."""
    deleting: bool = False
    """Whether the last deployment was to delete it, and did not."""
    retained: bool = False
    """Whether a deployment that removes it leaves it in the cloud."""

    @property
    def name(self) -> str:
        """The name in the program."""
        return self.urn.rpartition("::")[2]

    @property
    def arn(self) -> str:
        """The ARN; empty without one."""
        found = self.outputs.get("arn")
        return found if isinstance(found, str) and found.startswith("arn:") else ""

    def text(self, name: str) -> str:
        """An output, or else the input of the same name, as text; empty without one."""
        for values in (self.outputs, self.inputs):
            if name in values and isinstance(values[name], str | int | float):
                return str(values[name])
        return ""


@dataclass(frozen=True, slots=True)
class State:
    """The resources of a stack, in the order of the state."""

    stack: str
    resources: Sequence[StateResource]
    pending: Sequence[str] = ()
    """URNs of resources whose change was interrupted, so that the state may be wrong."""

    def of(self, *types: str) -> list[StateResource]:
        """The resources of these types that are not to be deleted."""
        return [each for each in self.resources if each.type in types and not each.deleting]

    def by_urn(self, urn: str) -> StateResource | None:
        """The resource with this URN."""
        return next((each for each in self.resources if each.urn == urn), None)

    @property
    def custom(self) -> Iterator[StateResource]:
        """The resources that a provider made, without providers."""
        return (each for each in self.resources if each.id and not each.type.startswith(_PROVIDER))

    @property
    def region(self) -> str:
        """The region of the stack's AWS provider; empty when the state does not say."""
        providers = (each for each in self.resources if each.type == f"{_PROVIDER}aws")
        return next((found for each in providers if (found := each.text("region"))), "")


def region_of(arn: str) -> str:
    """The region in an ARN; empty for a global resource."""
    return arn.split(":")[3]


def command(stack: str) -> str:
    """How the file is made."""
    return f"write the file by `pulumi stack export --stack {stack}`"


def read_state(path: Path, stack: str) -> State:
    """The state in a file.

    Raises:
        SettingsError: the file is not readable, not what `pulumi stack export` prints, or of another stack.
    """
    make = command(stack)
    try:
        document: Any = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(str(path), [f"{error.strerror}; {make}"]) from None
    except (ValueError, RecursionError):
        raise SettingsError(str(path), [f"it is not valid JSON; {make}"]) from None
    try:
        version, deployment = document["version"], document["deployment"]
        if version not in VERSIONS:
            remedy = f"this program reads {' and '.join(map(str, VERSIONS))}; use the pinned version of Pulumi"
            raise SettingsError(str(path), [fault("version", version, remedy)])
        resources = [_resource(each) for each in deployment.get("resources") or ()]
        pending = [str(each["resource"]["urn"]) for each in deployment.get("pending_operations") or ()]
    except (KeyError, TypeError, AttributeError):
        raise SettingsError(str(path), [f"it is not the state of a stack; {make}"]) from None
    if not resources:
        raise SettingsError(str(path), [f"it has no resources; deploy the stack first, then {make}"])
    found = resources[0].urn.split(":")[2] if resources[0].urn.startswith("urn:pulumi:") else ""
    if found != stack:
        raise SettingsError(str(path), [fault("stack", stack, f"the file is the state of {found!r}; {make}")])
    return State(stack, resources, pending)


def _resource(document: Mapping[str, Any]) -> StateResource:
    known = cast(Mapping[str, Any], document.get("propertyDependencies") or {})
    return StateResource(
        str(document["urn"]),
        str(document["type"]),
        str(document.get("id") or ""),
        cast(Mapping[str, Any], _plain(document.get("inputs") or {})),
        cast(Mapping[str, Any], _plain(document.get("outputs") or {})),
        str(document.get("parent") or ""),
        {name: list(urns or ()) for name, urns in known.items()},
        deleting=bool(document.get("delete")),
        retained=bool(document.get("retainOnDelete")),
    )


def _plain(value: Any) -> Any:
    """A value without what is secret in it."""
    if isinstance(value, dict):
        known = cast(dict[str, Any], value)
        if known.get(_SIGNATURE) == _SECRET_SIGNATURE:
            return SECRET
        return {key: _plain(each) for key, each in known.items()}
    if isinstance(value, list):
        return [_plain(each) for each in cast(list[Any], value)]
    return value
