"""AWS's published models of its services, and what they find wrong in a request."""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from typing import Any


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
    """The patterns and enums of strings, which botocore does not check."""
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
        of_java = pattern and any(each in pattern for each in (r"\u", r"\p{", ".*(?i)", "|(?i)"))
        if pattern and not of_java and not re.fullmatch(pattern, value):
            yield f"{at} = {value!r} does not match {pattern}"
        if allowed and value not in allowed:
            yield f"{at} = {value!r} is none of {allowed}"
