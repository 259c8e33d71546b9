"""What AWS's published API models find wrong in a call."""

import json
from collections.abc import Mapping
from importlib import import_module
from typing import Any

from operations.train.request import Request
from tests.support.aws_models import faults, service_model

_xform_name: Any = import_module("botocore").xform_name


def faults_by_model(request: Request) -> str:
    """What AWS's model says is wrong in a call, in lines; empty where nothing is."""
    operations = {_xform_name(name): name for name in service_model(request.service).operation_names}
    return "\n".join(faults(request.service, operations[request.operation], request.parameters))


def from_universal_target(target: Mapping[str, Any]) -> Request:
    """The call that a universal target of EventBridge Scheduler makes, with parameters as boto3 names them.

    A target writes each parameter with a capital first letter, and the service without hyphens.
    """
    _, _, called = str(target["Arn"]).partition(":aws-sdk:")
    name, _, action = called.partition(":")
    service = "emr-serverless" if name == "emrserverless" else name
    model = service_model(service)
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
