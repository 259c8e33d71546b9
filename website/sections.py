"""A page for each section of a stack's config."""

import re
from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from commands.fields import default_text, first_sentence, limit_text, model_of, type_text
from stacks.config import NAMESPACE, StackConfig
from website.markdown import code, front, prose, table

_ROOT = Path(__file__).resolve().parents[1]


def section_names() -> list[str]:
    """The sections as stack files call them, in alphabetical order."""
    return sorted(field.alias or name for name, field in StackConfig.model_fields.items())


def section_pages() -> Iterator[tuple[str, str]]:
    """The path and text of each section's page, and of their index."""
    fields = {field.alias or name: field for name, field in StackConfig.model_fields.items()}
    rows = [
        (f"[`{name}`]({name}.md)", prose(first_sentence(fields[name].description or "")), _needed(fields[name]))
        for name in section_names()
    ]
    yield (
        "config/index.md",
        "\n".join(
            [
                "# Sections of the config",
                "",
                f"A stack is the file `Pulumi.<stack>.yaml`. Its keys `{NAMESPACE}:<section>` are these sections. "
                "[Your own stack](../own-stack.md) says which to begin with, and names the components of each.",
                "",
                *table(("section", "meaning", "needed"), rows),
            ]
        ),
    )
    for name in section_names():
        yield f"config/{name}.md", _page(name, fields[name])


def _needed(field: FieldInfo) -> str:
    return "required" if field.is_required() else "optional"


def _page(name: str, field: FieldInfo) -> str:
    model = model_of(field.annotation)
    if model is None:
        raise TypeError(f"the section {name} has no fields")
    description = field.description or ""
    return "\n".join(
        [
            *front(description=first_sentence(description)),
            f"# {name}",
            "",
            prose(description),
            "",
            f"This section is {_needed(field)}. `mlplatform explain {name}` prints it in a terminal.",
            "",
            "## Fields",
            "",
            *_fields(model, name, frozenset({model})),
            *_example(name),
        ]
    )


def _fields(model: type[BaseModel], path: str, above: frozenset[type[BaseModel]]) -> Iterator[str]:
    """The table of a model's fields, and after it those of the models in it."""
    fields = [(field.alias or key, field) for key, field in model.model_fields.items()]
    yield from table(("field", "type", "default", "meaning"), [_row(key, field) for key, field in fields])
    for key, field in fields:
        inner = model_of(field.annotation)
        if inner and inner not in above:
            yield from (f"### {path}.{key}", "")
            yield from _fields(inner, f"{path}.{key}", above | {inner})


def _row(key: str, field: FieldInfo) -> tuple[str, ...]:
    said = (limit_text(each, field.annotation) for each in field.metadata)
    limits = "; ".join(map(_limit, filter(None, said)))
    kind = type_text(field.annotation)
    meaning = prose(field.description or "")
    if field.is_required():
        return code(key), prose(kind), "**required**", _limited(meaning, limits)
    default = default_text(field)
    shown = {"none: it may be left out": "none", "the defaults of its fields": "those of its fields"}.get(default)
    return code(key), prose(kind), shown or code(default), _limited(meaning, limits)


def _limit(text: str) -> str:
    start, matches, pattern = text.partition("matches ")
    return f"{prose(start)}{matches}{code(pattern)}" if matches else prose(text)


def _limited(meaning: str, limits: str) -> str:
    return f"{meaning} Limits: {limits}." if limits else meaning


def _example(name: str) -> list[str]:
    """The section as one of the shipped stacks has it, the smallest that has it."""
    shipped = [(path, each) for path in _ROOT.glob("Pulumi.*.yaml") for each in _sections(path, name)]
    if not shipped:
        return []
    path, text = min(shipped, key=lambda found: (len(found[1]), found[0].name))
    return ["## Example", "", f"From `{path.name}`:", "", "```yaml", text, "```", ""]


def _sections(path: Path, name: str) -> list[str]:
    pattern = rf"^  {NAMESPACE}:{name}:.*\n(?:(?:    .*)?\n)*"
    return [match.rstrip() for match in re.findall(pattern, path.read_text(encoding="utf-8"), re.MULTILINE)]
