"""What AWS's published API models find wrong in a call."""

import json
from collections.abc import Mapping
from importlib import import_module
from typing import Any

from operations.train.request import Request

# Plain modules without types.
_xform_name: Any = getattr(import_module("botocore"), "xform_name")  # noqa: B009
_session: Any = import_module("botocore.session")
_validate: Any = import_module("botocore.validate")


def faults_by_model(request: Request) -> str:
    """Unknown, missing and wrongly typed parameters, and those below a minimum; empty where there are none."""
    model = _session.get_session().get_service_model(request.service)
    operations = {_xform_name(name): name for name in model.operation_names}
    shape = model.operation_model(operations[request.operation]).input_shape
    return _validate.ParamValidator().validate(dict(request.parameters), shape).generate_report()


def from_universal_target(target: Mapping[str, Any]) -> Request:
    """The call that a universal target of EventBridge Scheduler makes, with parameters as boto3 names them.

    A target writes each parameter with a capital first letter, and the service without hyphens.
    """
    _, _, called = str(target["Arn"]).partition(":aws-sdk:")
    name, _, action = called.partition(":")
    service = "emr-serverless" if name == "emrserverless" else name
    model = _session.get_session().get_service_model(service)
    [operation] = [each for each in model.operation_names if each[:1].lower() + each[1:] == action]
    shape = model.operation_model(operation).input_shape
    return Request(service, _xform_name(operation), _as_boto3(json.loads(target["Input"]), shape))


def _as_boto3(value: Any, shape: Any) -> Any:
    if shape.type_name == "structure":
        names = {name[:1].upper() + name[1:]: name for name in shape.members}
        return {names[key]: _as_boto3(item, shape.members[names[key]]) for key, item in value.items()}
    if shape.type_name == "list":
        return [_as_boto3(item, shape.member) for item in value]
    return value
