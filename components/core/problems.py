"""Problems that only several fields of a spec show together, and one error that reports all of them."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from pydantic import BaseModel, ValidationError
from pydantic.alias_generators import to_camel
from pydantic_core import InitErrorDetails, PydanticCustomError, to_jsonable_python

from .spec import refuse
from .spec_errors import path_of, shown, without_value

Place = tuple[str | int, ...]
"""Where a value is in a spec or a config, such as `("delivery", "teams", 0, "groups")`."""


class Problem(NamedTuple):
    """A wrong value: where it is, the value, and what to write instead."""

    at: Place
    value: object
    remedy: str

    @property
    def sentence(self) -> str:
        """Field, value and remedy."""
        return f"{path_of(self.at)} = {shown(self.value)}: {without_value(self.value, self.remedy)}"

    def within(self, *place: str | int) -> "Problem":
        """The same problem, where `place` leads to its spec."""
        return self._replace(at=(*place, *self.at))


def refuse_at(field: str, value: object, remedy: str, allowed: Sequence[str] = ()) -> ValidationError:
    """The error that a model validator raises for one field; `field` is such as `backupWindow` or `models[0].host`.

    The message names the field with the section that holds it. With `allowed` the nearest valid value is proposed.
    """
    details = InitErrorDetails(type=refuse(value, remedy, list(allowed)), loc=(field,), input=to_jsonable_python(value))
    return ValidationError.from_exception_data("spec", [details])


def refuse_sentence(sentence: str) -> PydanticCustomError:
    """The error that a model validator raises with a sentence that begins with the field: `minimum = 0 …`."""
    return PydanticCustomError("refused_field", "{message}", {"message": sentence})


def problem_of(spec: BaseModel, field: str, remedy: str) -> Problem:
    """What is wrong with a field of `spec`; `field` is such as `purchase` or `sharing.mig_profile`."""
    value: object = spec
    names = field.split(".")
    for name in names:
        value = getattr(value, name)
    return Problem(tuple(map(to_camel, names)), to_jsonable_python(value), remedy)


def refusal(problems: Iterable[Problem | None]) -> ValidationError | None:
    """The error that names each problem with its field, value and remedy; None without problems."""
    details = [
        InitErrorDetails(type=refuse(each.value, each.remedy), loc=each.at, input=each.value)
        for each in problems
        if each
    ]
    return ValidationError.from_exception_data("spec", details) if details else None
