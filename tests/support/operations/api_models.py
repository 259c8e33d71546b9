"""What AWS's published API models find wrong in a call."""

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
