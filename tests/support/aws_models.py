"""AWS's published models of its services, and what they find wrong in a request."""

from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from typing import Any

_SURROGATES = r"\uD800\uDC00-\uDBFF\uDFFF"


@cache
def service_model(service: str) -> Any:
    """The model of a service that botocore ships. botocore has no types."""
    return import_module("botocore.session").get_session().get_service_model(service)


def faults(service: str, operation: str, request: Mapping[str, Any]) -> list[str]:
    """What AWS's model says is wrong in a request: names, types, enums, ranges and patterns."""
    shape = service_model(service).operation_model(operation).input_shape
    report = import_module("botocore.validate").ParamValidator().validate(dict(request), shape)
    return [*([report.generate_report()] if report.has_errors() else []), *_unmatched(shape, request, operation)]


def _unmatched(shape: Any, value: Any, at: str) -> Iterator[str]:
    """The patterns and enums of strings and the upper bounds, which botocore does not check."""
    yield from _too_much(shape, value, at)
    if shape.type_name == "structure":
        for key, each in value.items():
            if key in shape.members:
                yield from _unmatched(shape.members[key], each, f"{at}.{key}")
    elif shape.type_name == "list":
        for each in value:
            yield from _unmatched(shape.member, each, f"{at}[]")
    elif shape.type_name == "map":
        for key, each in value.items():
            yield from _unmatched(shape.key, key, f"{at} key")
            yield from _unmatched(shape.value, each, f"{at}.{key}")
    elif shape.type_name == "string":
        pattern, allowed = shape.metadata.get("pattern"), shape.metadata.get("enum")
        if pattern and not _matches(pattern, value):
            yield f"{at} = {value!r} does not match {pattern}"
        if allowed and value not in allowed:
            yield f"{at} = {value!r} is none of {allowed}"


def _too_much(shape: Any, value: Any, at: str) -> Iterator[str]:
    most = shape.metadata.get("max")
    if most is None or isinstance(value, bool):
        return
    if isinstance(value, int | float):
        if value > most:
            yield f"{at} = {value!r} is more than {most}"
    elif len(value) > most:
        yield f"{at} = {value!r} is longer than {most}"


@cache
def _compiled(pattern: str) -> Any:
    """A pattern of Java, which has flags where they begin to hold and pairs of surrogates. `regex` has no types."""
    flags = "(?is)" if "(?i)" in pattern else "(?s)"
    plain = pattern.replace("(?i)", "").replace(_SURROGATES, r"\U00010000-\U0010FFFF")
    return import_module("regex").compile(flags + plain)


def _matches(pattern: str, value: str) -> bool:
    return _compiled(pattern).fullmatch(value) is not None
