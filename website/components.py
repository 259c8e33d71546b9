"""A page for each component: arguments, their types and outputs, as Pulumi tells programs in every language."""

import inspect
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pulumi
from pulumi.provider.experimental.analyzer import AnalyzeResult, ComponentDefinition, PropertyDefinition, TypeDefinition

from components.__main__ import COMPONENTS, PackageAnalyzer
from website.markdown import code, front, prose, table

_ROOT = Path(__file__).resolve().parents[1]
_INDEX = re.compile(r"^\| \[(?P<name>\w+)\]\((?P<page>\w+\.md)\) \|", re.MULTILINE)


def component_pages() -> Iterator[tuple[str, str]]:
    """The path and text of each component's page."""
    analyzed = _analyzed()
    guides = guides_of_components()
    for component in COMPONENTS:
        name = component.__name__
        yield path_of(name), _page(component, analyzed["component_definitions"][name], analyzed, guides[name])


def path_of(name: str) -> str:
    """The path of a component's page."""
    return f"reference/{name}.md"


def guides_of_components() -> dict[str, str]:
    """The page in docs/components that describes each component."""
    index = (_ROOT / "docs" / "components" / "README.md").read_text(encoding="utf-8")
    return {match["name"]: match["page"] for match in _INDEX.finditer(index)}


@cache
def _analyzed() -> AnalyzeResult:
    return PackageAnalyzer("mlplatform").analyze([*COMPONENTS])


def _page(
    component: type[pulumi.ComponentResource], found: ComponentDefinition, analyzed: AnalyzeResult, guide: str
) -> str:
    name = component.__name__
    types = _types(found, analyzed["type_definitions"])
    description = inspect.getdoc(component) or ""
    paragraphs = re.split(r"\n\s*\n", description)
    return "\n".join(
        [
            *front(description=" ".join(paragraphs[0].split())),
            f"# {name}",
            "",
            *(line for each in paragraphs for line in (prose(each), "")),
            f"The [guide](../components/{guide}) says what it makes and why, with examples and costs. "
            "[Use a component in another stack](../use-components.md) shows it in other languages. "
            f"The type token is `mlplatform:index:{name}`.",
            "",
            "## Arguments",
            "",
            "In Python, the names are in snake case, and those of types end with `Args` where a program builds them.",
            "",
            *_properties(found.inputs),
            "## Outputs",
            "",
            *(_properties(found.outputs, outputs=True) or ["It has no outputs.", ""]),
            *_elsewhere(name),
            *(["## Types", ""] if types else []),
            *(line for each in types for line in _type_section(each)),
        ]
    )


def _elsewhere(name: str) -> list[str]:
    """The component's row of docs/portability.md."""
    page = (_ROOT / "docs" / "portability.md").read_text(encoding="utf-8")
    [row] = re.findall(rf"^\| `{name}` \| (.+) \|$", page, re.MULTILINE)
    heads = ("Google Cloud", "Azure", "Kubernetes of your own", "What locks in")
    told = (f"- **{head}**: {told}" for head, told in zip(heads, row.split(" | "), strict=True))
    return ["## In another cloud", "", *told, "", "[Portability](../portability.md) says more.", ""]


def _types(found: ComponentDefinition, definitions: Mapping[str, TypeDefinition]) -> list[TypeDefinition]:
    """The types that the arguments and outputs use, in the order in which a reader meets them."""
    names: list[str] = []
    waiting = [*found.inputs.values(), *found.outputs.values()]
    while waiting:
        each = waiting.pop(0)
        waiting = [inner for inner in (each.items, each.additional_properties) if inner] + waiting
        name = (each.ref or "").rpartition(":")[2]
        if name in definitions and name not in names:
            names.append(name)
            waiting += definitions[name].properties.values()
    return [definitions[name] for name in names]


def _type_section(found: TypeDefinition) -> list[str]:
    head = [f"### {found.name}", "", *([prose(found.description), ""] if found.description else [])]
    if found.enum:
        rows = [(code(each.value), prose(each.description or "")) for each in found.enum]
        return [*head, *table(("value", "meaning"), rows)]
    return [*head, *_properties(found.properties)]


def _properties(found: Mapping[str, PropertyDefinition], *, outputs: bool = False) -> list[str]:
    if outputs:
        rows = [(code(name), _type(each), prose(each.description or "")) for name, each in found.items()]
        return table(("output", "type", "meaning"), rows)
    rows = [
        (code(name), _type(each), "" if each.optional else "required", prose(each.description or ""))
        for name, each in found.items()
    ]
    return table(("argument", "type", "needed", "meaning"), rows)


def _type(found: PropertyDefinition) -> str:
    if found.items:
        return f"list of {_type(found.items)}"
    if found.additional_properties:
        return f"map of {_type(found.additional_properties)}"
    if found.ref:
        name = found.ref.rpartition(":")[2].rpartition("/")[2]
        return f"[{name}](#{name.lower()})" if found.ref.startswith("#/types/mlplatform:") else code(name)
    kind: Any = found.type
    return str(kind.value)
