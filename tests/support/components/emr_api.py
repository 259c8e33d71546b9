"""What a deployment sends to EMR Serverless, checked against AWS's published model of the service."""

import re
from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any

_RENAMED = {
    "initialCapacities": "initialCapacity",
    "runtimeConfigurations": "runtimeConfiguration",
}


def create_request(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters of CreateApplication that the provider makes of a resource's inputs.

    Source: hashicorp/terraform-provider-aws, internal/service/emrserverless/application.go.
    """
    request = {_RENAMED.get(key, key): value for key, value in inputs.items()}
    if "initialCapacity" in request:
        request["initialCapacity"] = {
            each["initialCapacityType"]: _whole(each["initialCapacityConfig"]) for each in request["initialCapacity"]
        }
    stop = request["autoStopConfiguration"]
    request["autoStopConfiguration"] = {**stop, "idleTimeoutMinutes": int(stop["idleTimeoutMinutes"])}
    return {**request, "clientToken": "token"}


def _whole(config: Mapping[str, Any]) -> dict[str, Any]:
    return {**config, "workerCount": int(config["workerCount"])}


def faults(service: str, operation: str, request: Mapping[str, Any]) -> list[str]:
    """What AWS's model says is wrong in a request: names, types, enums, ranges and patterns."""
    # botocore has no types.
    session: Any = import_module("botocore.session").get_session()
    shape = session.get_service_model(service).operation_model(operation).input_shape
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
        if pattern and r"\u" not in pattern and not re.fullmatch(pattern, value):
            yield f"{at} = {value!r} does not match {pattern}"
        if allowed and value not in allowed:
            yield f"{at} = {value!r} is none of {allowed}"
