"""Trees of `language` as text of Helm templates."""

import json
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Any, cast, get_args

from pydantic import BaseModel
from pydantic.alias_generators import to_camel
from pydantic.fields import FieldInfo

from .language import OPERATIONS, PLACE, Call, Each, Expression, Tree, When

_STEP = "  "
_YAML_WORDS = ("true", "false", "yes", "no", "on", "off", "null", "y", "n")
"""What YAML, or its older version, takes for no text."""


class Writer:
    """Writes trees whose places name fields of `model` or `derived` values."""

    def __init__(self, model: type[BaseModel], derived: Mapping[str, Expression]):
        self._model = model
        self._derived = derived
        self._items: dict[str, str] = {}

    def template(self, test: Expression, tree: Tree) -> str:
        """A template that renders `tree` where `test` holds."""
        lines = list(self._mapping(tree, ""))
        if test is not True:
            lines = [f"{{{{- if {self.expression(test)} }}}}", *lines, "{{- end }}"]
        return "\n".join([*lines, ""])

    def refusal(self, wrong: Expression, sentence: str, each: str, item: str) -> str:
        """A template that fails with `sentence` where `wrong` holds, of any `item` of the list `each` if named."""
        self._items = {item: each} if each else {}
        lines = [f"{{{{- if {self.expression(wrong)} }}}}", f"{{{{- fail {self._inner(sentence)} }}}}", "{{- end }}"]
        if each:
            lines = [self._range(each, item), *lines, "{{- end }}"]
        self._items = {}
        return "\n".join([*lines, ""])

    def expression(self, expression: Expression) -> str:
        """The expression as Helm has it, without braces around it."""
        match expression:
            case Call(operation, arguments):
                return OPERATIONS[operation].in_helm.format(*(self._inner(each) for each in arguments))
            case str():
                return self._text(expression)
            case Mapping():
                return " ".join(["dict", *(f"{_go(key)} {self._inner(value)}" for key, value in expression.items())])
            case Sequence():
                return " ".join(["list", *(self._inner(each) for each in expression)])
            case _:
                return str(expression)

    def _inner(self, expression: Expression) -> str:
        found = self.expression(expression)
        atom = " " not in found or (found.startswith('"') and found.count('"') == 2)
        return found if atom else f"({found})"

    def _text(self, text: str) -> str:
        if whole := PLACE.fullmatch(text):
            return self._place(whole[1])
        places = PLACE.findall(text)
        if not places:
            return _go(text)
        form = PLACE.sub("%v", text.replace("%", "%%"))
        return " ".join(["printf", _go(form), *(self._parenthesized(self._place(each)) for each in places)])

    @staticmethod
    def _parenthesized(found: str) -> str:
        return f"({found})" if " " in found else found

    def _place(self, path: str) -> str:
        if path in self._derived:
            return self.expression(self._derived[path])
        first, *rest = path.split(".")
        parents = [*self._items[first].split("."), *rest] if first in self._items else [first, *rest]
        field = self._field(parents)
        root = f"${first}" if first in self._items else f"$.Values.{to_camel(first)}"
        found = ".".join([root, *map(to_camel, rest)])
        if first in self._items and not field.is_required():
            # The chart's own values have defaults; an item of a list has not.
            found = f"default {self._inner(_plain(field.get_default()))} {found}"
        return f"int64 {self._parenthesized(found)}" if field.annotation is int else found

    def _field(self, path: Sequence[str]) -> FieldInfo:
        model = self._model
        for part in path[:-1]:
            model = _model_in(model.model_fields[part].annotation)
        return model.model_fields[path[-1]]

    def _range(self, path: str, item: str) -> str:
        return f"{{{{- range ${item} := {self._place(path)} }}}}"

    def _mapping(self, tree: Tree, indent: str) -> Iterator[str]:
        for key, value in cast(Mapping[str, Any], tree).items():
            yield from self._entry(f"{_yaml(key)}:", value, indent)

    def _entry(self, start: str, value: Tree, indent: str) -> Iterator[str]:
        match value:
            case When(test, then, otherwise):
                yield f"{indent}{{{{- if {self.expression(test)} }}}}"
                yield from self._entry(start, then, indent)
                if otherwise is not None:
                    yield f"{indent}{{{{- else }}}}"
                    yield from self._entry(start, otherwise, indent)
                yield f"{indent}{{{{- end }}}}"
            case Mapping() if value:
                yield f"{indent}{start}"
                yield from self._mapping(cast(Tree, value), indent + _STEP)
            case Sequence() if value and not isinstance(value, str):
                yield f"{indent}{start}"
                yield from self._list(cast(Sequence[Tree], value), indent + _STEP)
            case _:
                yield f"{indent}{start} {self._leaf(value)}"

    def _list(self, trees: Sequence[Tree], indent: str) -> Iterator[str]:
        for tree in trees:
            match tree:
                case When(test, then):
                    yield f"{indent}{{{{- if {self.expression(test)} }}}}"
                    yield from self._item(then, indent)
                    yield f"{indent}{{{{- end }}}}"
                case Each(path, item, body):
                    yield f"{indent}{self._range(path, item)}"
                    self._items[item] = path
                    yield from self._item(body, indent)
                    del self._items[item]
                    yield f"{indent}{{{{- end }}}}"
                case _:
                    yield from self._item(tree, indent)

    def _item(self, tree: Tree, indent: str) -> Iterator[str]:
        if isinstance(tree, Mapping):
            first, *others = self._mapping(tree, indent + _STEP)
            yield f"{indent}- {first.removeprefix(indent + _STEP)}"
            yield from others
        else:
            yield f"{indent}- {self._leaf(tree)}"

    def _leaf(self, value: Any) -> str:
        """A value, quoted as JSON quotes it, which YAML reads alike."""
        if isinstance(value, str) and PLACE.search(value):
            return f"{{{{ {self._inner(value)} | toJson }}}}"
        return json.dumps(value) if not isinstance(value, str) else _yaml(value)


def _yaml(text: str) -> str:
    """The text as YAML has it: quoted where it could be read as something else."""
    plain = text.replace("-", "").isalnum() and text[0].isalpha()
    return text if plain and text.lower() not in _YAML_WORDS else json.dumps(text)


def _go(text: str) -> str:
    return json.dumps(text)


def _plain(default: Any) -> Expression:
    """A default as an expression: members of enums are their texts."""
    if isinstance(default, tuple | list):
        return [str(each) for each in cast(Sequence[StrEnum], default)]
    return str(default) if isinstance(default, str) else default


def _model_in(annotation: Any) -> type[BaseModel]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    [found] = [each for each in get_args(annotation) if each not in (Ellipsis, type(None))]
    return _model_in(found)
