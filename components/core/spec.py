"""The base of component specs, and the errors of wrong values."""

import re
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any, TypeVar, cast

import pulumi
from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler, GetJsonSchemaHandler, ValidationError, ValidationInfo
from pydantic.alias_generators import to_camel
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from .spec_errors import clipped, numbers_given_as_booleans, sentences
from .wired_inputs import outputs_in, required_keys, wrong_inputs


class Spec(BaseModel):
    """The plain part of a component's arguments: frozen, unknown keys refused, camelCase or snake_case keys."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        alias_generator=to_camel,
        populate_by_name=True,
        use_attribute_docstrings=False,
        allow_inf_nan=False,
    )


class Inherits:
    """Marks a section, or a list of sections, that inherits `fields` from the spec that contains it.

    `section: Annotated[SectionSpec, Inherits("domain")]`; the class must declare the fields before the section.
    """

    def __init__(self, *fields: str):
        self.inherited_fields = fields

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.with_info_before_validator_function(self._complete, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        reference = handler(schema)
        section = handler.resolve_ref_schema(reference)
        for field in map(to_camel, self.inherited_fields):
            section["properties"].pop(field, None)
        section["required"] = [field for field in section.get("required", []) if field in section["properties"]]
        return reference

    def _complete(self, section: Any, info: ValidationInfo) -> Any:
        if not isinstance(section, Mapping):
            return section
        given = cast(Mapping[str, Any], section)
        known = {field: info.data[field] for field in self.inherited_fields if field in info.data}
        for field, value in known.items():
            if given.get(field, given.get(to_camel(field), value)) != value:
                raise refuse(given, f"{to_camel(field)} is inherited from another section; remove it here")
        rest = {key: value for key, value in given.items() if key not in map(to_camel, known)}
        return {**rest, **known}


class SpecError(pulumi.RunError, ValueError):
    """A spec that holds a wrong value. `problems` has one sentence for each: field, value, what is allowed."""

    def __init__(self, where: str, problems: list[str]):
        self.where = where
        self.problems = problems
        super().__init__("\n".join([f"{where}: {len(problems)} wrong", *(f"  {problem}" for problem in problems)]))


_SIMILAR = 0.6
"""The smallest similarity (difflib's ratio) of a proposed value; less similar proposals mislead."""

_LONGEST_SHOWN = 200
"""The characters of a wrong value in its message, so that the remedy after it is not cut off."""


def refuse(
    value: object, remedy: str, allowed: Mapping[str, object] | list[str] | None = None, example: str = ""
) -> PydanticCustomError:
    """The error a validator raises: `value` is wrong, `remedy` says what to write instead.

    With `allowed`, the error also proposes the nearest valid value. Where none is near, it names `example`.
    """
    nearest = get_close_matches(str(value), list(allowed), n=1, cutoff=_SIMILAR) if allowed else []
    example = example and f"; write one such as {example}"
    hint = f"; did you mean {nearest[0]}?" if nearest else example
    # The message is a value of the template, because pydantic reads braces in a template as placeholders.
    return PydanticCustomError("refused", "{message}", {"message": remedy + hint})


def each_once(values: tuple[str, ...], pattern: str, remedy: str) -> tuple[str, ...]:
    """`values`, when each matches `pattern` and is unique; refused otherwise. `remedy` completes "… is not a"."""
    for each in values:
        if not re.fullmatch(pattern, each):
            raise refuse(each, f"{clipped(repr(each), _LONGEST_SHOWN)} is not a valid {remedy}")
        if values.count(each) > 1:
            raise refuse(each, f"{each} is named more than once; name each once")
    return values


SpecType = TypeVar("SpecType", bound=BaseModel)


def parse(model: type[SpecType], values: Mapping[str, Any], where: str, arguments: Sequence[str] = ()) -> SpecType:
    """Read `values` into `model`.

    `where` names the place in messages: "GpuCluster(ml)" or "mlplatform:network". `arguments` are the names that a
    component takes, where they are more than the fields of `model`.

    Raises:
        SpecError: naming every wrong field with its value and the remedy.
    """
    if problems := numbers_given_as_booleans(model, values):
        raise SpecError(where, problems)
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise SpecError(where, sentences(model, error, arguments)) from None


def completed(spec: SpecType, where: str, **values: object) -> SpecType:
    """`spec` with further values, by their snake_case names, checked again. `where` names the place in messages.

    Raises:
        SpecError: the values don't fit the others.
    """
    return parse(type(spec), {**spec.model_dump(exclude_unset=True), **values}, where)


class _CheckedArgs(dict[str, Any]):
    """The outputs among a component's arguments, beside `spec`, which holds the plain fields that have been checked."""

    def __init__(self, spec: BaseModel, outputs: Mapping[str, Any]):
        super().__init__(outputs)
        self.spec = spec

    def __setitem__(self, name: str, value: Any) -> None:
        if name in type(self.spec).model_fields:
            raise TypeError(f"{name} has been checked already; complete the spec before args_of")
        super().__setitem__(name, value)


ArgsType = TypeVar("ArgsType", bound=Mapping[str, object])


def args_of(kind: type[ArgsType], spec: BaseModel, **outputs: object) -> ArgsType:
    """The arguments of a component: its spec, which has been checked, and `outputs` of other resources.

    The component uses the spec as it is, and checks only that the required outputs are there.
    """
    if wrong := [name for name in outputs if name not in kind.__annotations__ or name in type(spec).model_fields]:
        raise TypeError(f"{', '.join(wrong)}: no output that {kind.__name__} takes")
    return cast(ArgsType, _CheckedArgs(spec, outputs))


def parse_args(
    model: type[SpecType], args: Mapping[str, object], kind: type[Mapping[str, object]], where: str
) -> SpecType:
    """Read the plain fields of a component's arguments, of the TypedDict `kind`, into `model`.

    The other fields of `kind` take outputs of other resources: whether they are there and not empty is checked.

    Raises:
        SpecError: naming every wrong field, and every required output that is missing.
    """
    if not isinstance(cast(object, args), Mapping):
        wanted = ", ".join(required_keys(kind)) or "keys, or an empty one"
        raise SpecError(where, [f"args = {clipped(repr(args))}: must be a dict with {wanted}"])
    outputs = [name for name in kind.__annotations__ if name not in model.model_fields]
    problems = list(wrong_inputs(kind, outputs, args))
    if isinstance(args, _CheckedArgs) and isinstance(args.spec, model):
        spec = args.spec
    else:
        given = {**args.spec.model_dump(exclude_unset=True), **args} if isinstance(args, _CheckedArgs) else args
        plain = {key: value for key, value in given.items() if key not in outputs}
        if misplaced := list(outputs_in(plain)):
            raise SpecError(where, [*misplaced, *problems])
        try:
            spec = parse(model, plain, where, [*model.model_fields, *outputs])
        except SpecError as error:
            raise SpecError(where, [*error.problems, *problems]) from None
    if problems:
        raise SpecError(where, problems)
    return spec
