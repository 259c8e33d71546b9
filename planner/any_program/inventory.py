"""What a program asks for, and what it had asked for before: resources read from any file of the Pulumi CLI."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from planner.any_program.input_values import plain
from planner.any_program.program_error import ProgramError
from planner.any_program.type_names import current
from resources.resource import UNKNOWN, Resource

_URN_PARTS = 4
_SHOWN = 80


@dataclass(frozen=True, slots=True)
class Inventory:
    """The resources of a stack.

    `before` are those of the last deployment, where the file states them. `notes` say what the file lacks. `region` is
    that of the program's config.
    """

    project: str
    stack: str
    resources: tuple[Resource, ...]
    before: tuple[Resource, ...] | None = None
    notes: tuple[str, ...] = ()
    region: str | None = None


def inventory_of(
    resources: Iterable[Resource],
    *,
    before: Iterable[Resource] | None = None,
    notes: Sequence[str] = (),
    config: Mapping[str, Any] | None = None,
) -> Inventory:
    """The inventory of resources, whose URNs name the project and the stack. Equal URNs count once, the first."""
    kept = _first_of_each(resources)
    old = None if before is None else _first_of_each(before)
    project, stack = _names(next(iter([*kept, *(old or ())]), None))
    region: Any = (config or {}).get("aws:region")
    return Inventory(project, stack, kept, old, tuple(notes), region if isinstance(region, str) and region else None)


def resource_of(row: Any, where: str) -> Resource:
    """A resource from a row of a state, which is also the form of a preview's `newState` and `oldState`.

    Raises:
        ProgramError: naming the field that is missing or wrong.
    """
    if not isinstance(row, dict):
        raise ProgramError(f"{where} = {shown(row)}: must be an object; write the file again with the Pulumi CLI")
    fields = cast(dict[str, Any], row)
    urn, type_ = (_text(fields, key, where) for key in ("urn", "type"))
    parts = urn.split("::", _URN_PARTS - 1)
    if not urn.startswith("urn:pulumi:") or len(parts) != _URN_PARTS:
        remedy = "write the file again with the Pulumi CLI"
        raise ProgramError(f"{where}.urn = {shown(urn)}: is not a URN of the form urn:pulumi:stack::…::name; {remedy}")
    dependencies = _mapping(fields, "propertyDependencies", where)
    return Resource(
        urn=urn,
        type=current(type_),
        name=parts[3],
        parent=_optional_text(fields, "parent", where),
        custom=fields.get("custom") is True,
        provider=_optional_text(fields, "provider", where),
        dependencies=_texts(fields.get("dependencies"), f"{where}.dependencies"),
        property_dependencies={
            key: _texts(urns, f"{where}.propertyDependencies.{key}") for key, urns in dependencies.items()
        },
        inputs=_inputs(fields, where),
        outputs=_outputs(fields, where),
        protect=fields.get("protect") is True,
        retain_on_delete=fields.get("retainOnDelete") is True,
        ignore_changes=_texts(fields.get("ignoreChanges"), f"{where}.ignoreChanges"),
    )


def _inputs(fields: Mapping[str, Any], where: str) -> Mapping[str, Any]:
    found: Any = plain(_mapping(fields, "inputs", where))
    if isinstance(found, dict):
        return cast(dict[str, Any], found)
    raise ProgramError(
        f"{where}.inputs: all inputs are one secret or unknown value, so none can be read; write the file again with "
        "the Pulumi CLI"
    )


def _outputs(fields: Mapping[str, Any], where: str) -> Mapping[str, Any]:
    """The outputs with the id, which a state has beside them."""
    found: Any = plain(_mapping(fields, "outputs", where))
    outputs = cast(dict[str, Any], found) if isinstance(found, dict) else {}
    identity = plain(fields.get("id"))
    return {"id": identity, **outputs} if isinstance(identity, str) and identity else outputs


def is_provided(row: Any) -> bool:
    """Whether a row is of a resource that the program has: neither read from elsewhere, nor an old copy that waits for
    its deletion, nor deleted already and waiting for its replacement."""
    if not isinstance(row, dict):
        return True
    fields = cast(dict[str, Any], row)
    return not any(fields.get(key) is True for key in ("external", "delete", "pendingReplacement"))


def regions_of(inventory: Inventory) -> tuple[str, ...]:
    """The regions that the AWS providers and resources name, sorted."""
    found: dict[str, None] = {}
    for each in inventory.resources:
        region: Any = each.inputs.get("region")
        if isinstance(region, str) and region and each.type.startswith(("aws:", "aws-native:", *AWS_PROVIDERS)):
            found[region] = None
    return tuple(sorted(found))


AWS_PROVIDERS = ("pulumi:providers:aws", "pulumi:providers:aws-native")


def unknown_regions(inventory: Inventory) -> tuple[str, ...]:
    """The names of the AWS providers whose region only the deployment decides."""
    return tuple(
        each.name for each in inventory.resources if each.type in AWS_PROVIDERS and each.inputs.get("region") is UNKNOWN
    )


def _first_of_each(resources: Iterable[Resource]) -> tuple[Resource, ...]:
    found: dict[str, Resource] = {}
    for each in resources:
        found.setdefault(each.urn, each)
    return tuple(found.values())


def _names(resource: Resource | None) -> tuple[str, str]:
    if resource is None:
        return "", ""
    stack, project, _ = resource.urn.removeprefix("urn:pulumi:").split("::", 2)
    return project, stack


def _text(fields: Mapping[str, Any], key: str, where: str) -> str:
    value = fields.get(key)
    if isinstance(value, str) and value:
        return value
    raise ProgramError(f"{where}.{key} = {shown(value)}: must be text; write the file again with the Pulumi CLI")


def _optional_text(fields: Mapping[str, Any], key: str, where: str) -> str | None:
    return _text(fields, key, where) if fields.get(key) not in (None, "") else None


def _mapping(fields: Mapping[str, Any], key: str, where: str) -> Mapping[str, Any]:
    value = fields.get(key)
    if value is None:
        return {}
    if isinstance(value, dict):
        return cast(dict[str, Any], value)
    raise ProgramError(f"{where}.{key} = {shown(value)}: must be an object; write the file again with the Pulumi CLI")


def _texts(value: Any, where: str) -> tuple[str, ...]:
    if value is None:
        return ()
    if isinstance(value, list) and all(isinstance(each, str) for each in cast(list[Any], value)):
        return tuple(cast(list[str], value))
    raise ProgramError(f"{where} = {shown(value)}: must be a list of texts; write the file again with the Pulumi CLI")


def shown(value: Any) -> str:
    """A value for an error message, at most 80 characters of it."""
    text = repr(value) if not isinstance(value, dict | list) else f"a {type(value).__name__}"  # pyright: ignore[reportUnknownArgumentType]
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
