"""Resources that exist already and that the stack takes over: `adopted/<stack>.yaml`, reviewed by people.

Each row imports one resource and retains inputs, such as its name, whose other values would rename or replace it.
"""

import inspect
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import pulumi
import yaml
from pydantic import Field, JsonValue

from components.core.spec import Spec, SpecError, parse

FOLDER = "adopted"
MAX_BYTES = 4_000_000
"""The largest file that is read: ten thousand rows."""


class AdoptedResource(Spec):
    """One row."""

    type: str = Field(description="The type, such as aws:s3/bucket:Bucket.", min_length=1)
    name: str = Field(description="The name of the resource in the program.", min_length=1)
    id: str | None = Field(
        default=None, description="The id of the import. Default: the stack has imported it already.", min_length=1
    )
    origin: str = Field(default="", description="Where it comes from, such as its address in Terraform.")
    check: str = Field(
        default="", description="Why a guess took the two for the same. Remove it when it is right, or remove the row."
    )
    retain: dict[str, JsonValue] = Field(
        default_factory=dict[str, JsonValue], description="Inputs that keep their value in AWS, by Pulumi's names."
    )


class Adopted(Spec):
    """The file."""

    format: int = Field(description="1", ge=1, le=1)
    resources: tuple[AdoptedResource, ...] = Field(description="The resources that are taken over.")


def snake_case(name: str) -> str:
    """An input by the name that Terraform and Python give it: ipv6CidrBlock is ipv6_cidr_block.

    Source: pulumi-terraform-bridge, pkg/tfbridge/names.go, `PulumiToTerraformName`.
    """
    return re.sub("[A-Z]", lambda found: f"_{found[0].lower()}", name)


def adopted_path(root: Path, stack: str) -> Path:
    """The file of a stack."""
    return root / FOLDER / f"{stack}.yaml"


def read_adopted(path: Path) -> tuple[AdoptedResource, ...]:
    """The rows of a file; none where there is no file.

    Raises:
        SpecError: the file is not YAML, a field is wrong, or two rows name one resource.
    """
    if not path.exists():
        return ()
    place = f"{path.parent.name}/{path.name}"
    try:
        if path.stat().st_size > MAX_BYTES:
            raise SpecError(place, [f"it has more than {MAX_BYTES:,} bytes; run `mlplatform adopt` again"])
        text = path.read_text(encoding="utf-8")
        if problems := list(_problems(yaml.compose(text, yaml.SafeLoader))):
            raise SpecError(place, problems)
        document: Any = yaml.safe_load(text)
    except (OSError, UnicodeDecodeError, yaml.YAMLError, RecursionError) as error:
        problem = str(error).splitlines()[0]
        raise SpecError(place, [f"it cannot be read ({problem}); run `mlplatform adopt` again"]) from None
    if not isinstance(document, dict):
        raise SpecError(place, ["it is not a mapping with format and resources; run `mlplatform adopt` again"])
    rows = parse(Adopted, cast(dict[str, Any], document), place).resources
    counted = Counter((each.type, each.name) for each in rows)
    if twice := [key for key, count in counted.items() if count > 1]:
        raise SpecError(place, [f"{kind} {name!r} has two rows; keep the one that is right" for kind, name in twice])
    return rows


def _problems(root: Any) -> Iterator[str]:
    """Aliases, which can multiply a document, and keys that hide another value of the same key."""
    seen: set[int] = set()
    left: list[Any] = [root] if root else []
    while left:
        node = left.pop()
        line = node.start_mark.line + 1
        if id(node) in seen:
            yield f"line {line}: an alias repeats it; write the value where the alias is"
            return
        seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            pairs = cast(list[tuple[Any, Any]], node.value)
            counted = Counter(str(key.value) for key, _ in pairs)
            twice = (key for key, count in counted.items() if count > 1)
            yield from (f"line {line}: {key} is given twice; keep one" for key in twice)
            left += [each for pair in pairs for each in pair]
        elif isinstance(node, yaml.SequenceNode):
            left += cast(list[Any], node.value)


def unchecked(rows: Sequence[AdoptedResource]) -> list[str]:
    """What is wrong with rows that nobody reviewed."""
    return [
        f"{each.type} {each.name!r} = {each.id!r} is a guess ({each.check}); remove `check` if it is right, or the row"
        for each in rows
        if each.check
    ]


class Adoption:
    """Hands the rows of a file to the program that is running."""

    def __init__(self, rows: Sequence[AdoptedResource], place: str):
        self._rows: Mapping[tuple[str, str], AdoptedResource] = {(each.type, each.name): each for each in rows}
        self._unused = set(self._rows)
        self._place = place

    def begin(self) -> None:
        """From now on, import each resource that has a row, with what it retains, and protect it."""
        if self._rows:
            pulumi.runtime.register_stack_transformation(self._adopt)

    def end(self) -> None:
        """Check that the program has made each resource that has a row.

        Raises:
            SpecError: naming the rows whose resource the program does not make.
        """
        if self._unused:
            raise SpecError(
                self._place,
                [
                    f"the program makes no {kind} {name!r}; remove the row, or correct its type and name"
                    for kind, name in sorted(self._unused)
                ],
            )

    def _adopt(self, args: pulumi.ResourceTransformationArgs) -> pulumi.ResourceTransformationResult | None:
        row = self._rows.get((args.type_, args.name))
        if row is None:
            return None
        self._unused.discard((args.type_, args.name))
        self._check_names(row, args.resource)
        props = {**args.props, **{snake_case(name): value for name, value in row.retain.items()}}
        # What existed before the stack outlives its deletion.
        own = pulumi.ResourceOptions(import_=row.id, protect=True, retain_on_delete=True)
        return pulumi.ResourceTransformationResult(props, pulumi.ResourceOptions.merge(args.opts, own))

    def _check_names(self, row: AdoptedResource, resource: pulumi.Resource) -> None:
        """Refuse a retained input that the type does not have: the provider would ignore it."""
        made: Any = getattr(resource, "_internal_init", None)
        known = inspect.signature(made).parameters if made else {snake_case(each): None for each in row.retain}
        if wrong := sorted(each for each in row.retain if snake_case(each) not in known):
            raise SpecError(
                self._place,
                [f"{row.type} {row.name!r} has no input {name!r}; correct it under retain" for name in wrong],
            )


def adopt(root: Path, stack: str) -> Adoption:
    """The adoption of a stack, begun.

    Raises:
        SpecError: the stack's file is wrong.
    """
    path = adopted_path(root, stack)
    rows = read_adopted(path)
    # A preview shows what a guess would do; a deployment could apply one bucket's lifecycle to another.
    if not pulumi.runtime.is_dry_run() and (guesses := unchecked(rows)):
        raise SpecError(f"{FOLDER}/{path.name}", guesses)
    adoption = Adoption(rows, f"{FOLDER}/{path.name}")
    adoption.begin()
    return adoption
