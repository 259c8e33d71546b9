"""Checks the responses of a model. A status of 200 alone proves nothing."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from ..settings import fault
from .config import SmokeConfig
from .rest import CallError, Response, excerpt
from .tensors import Expected, Tensor, judge

_REMEDIES = {
    301: "the address redirects; write the address that the model responds at",
    302: "the address asks for a browser sign-in; write an address for API clients",
    401: "the caller is not authenticated; check headersFromEnvironment",
    403: "the request is forbidden; check the firewall and headersFromEnvironment",
    404: "the path does not exist; check the route and the model's name",
    429: "this address exceeded the firewall's rate limit; send fewer requests, or wait until the window ends",
    502: "the load balancer cannot reach the gateway, or the gateway cannot reach the model; check the targets",
    503: "no replica is ready; check the model's pods",
    504: "no replica responded in time; check the model's replicas and its queue",
}


@dataclass(frozen=True)
class Inference:
    """The content of an inference response, by either protocol."""

    model: str
    version: str | None
    identity: str | None
    outputs: tuple[Tensor, ...]


def judge_health(response: Response, field: str, model: str | None = None) -> list[str]:
    """What is wrong with a health response.

    Servers return an empty body, or an object in which `field` (live or ready) is true and `name` is the model.
    """
    if faults := _status(response):
        return faults
    if not response.body.strip():
        return []
    try:
        content = _object(response)
    except CallError as error:
        return [str(error)]
    if field in content and content[field] is not True:
        faults.append(fault(field, content[field], "the server returns 200 but says that it is not; wait until it is"))
    if model is not None and content.get("name", model) != model:
        faults.append(fault("name", content["name"], f"it must be {model}; another model responds at this address"))
    return faults


def read_inference(response: Response) -> Inference:
    """The content of a REST inference response. Raises CallError if it is not one."""
    if faults := _status(response):
        raise CallError(faults[0])
    content = _object(response)
    outputs = content.get("outputs")
    if not isinstance(outputs, list):
        raise CallError(fault("outputs", outputs, "the response must contain a list of tensors; check the runtime"))
    tensors = tuple(_tensor(index, each) for index, each in enumerate(cast(list[object], outputs)))
    return Inference(str(content.get("model_name", "")), _text(content, "model_version"), _text(content, "id"), tensors)


def judge_inference(inference: Inference, config: SmokeConfig, identity: str) -> list[str]:
    """What is wrong with an inference response, one sentence for each problem."""
    faults: list[str] = []
    if inference.model != config.model:
        remedy = f"it must be {config.model}; another model responds at this address"
        faults.append(fault("model_name", inference.model, remedy))
    if config.served_version is not None and inference.version != config.served_version:
        remedy = f"servedVersion is {config.served_version}; wait for the rollout, or check which model is deployed"
        faults.append(fault("model_version", inference.version, remedy))
    if inference.identity is not None and inference.identity != identity:
        remedy = f"the request's id is {identity}; this response belongs to another request; check caches on the way"
        faults.append(fault("id", inference.identity, remedy))
    for expected in config.expected:
        faults += _judge_output(expected, inference.outputs)
    return faults


def _judge_output(expected: Expected, outputs: Sequence[Tensor]) -> list[str]:
    found = [tensor for tensor in outputs if tensor.name == expected.name]
    if len(found) != 1:
        names = [tensor.name for tensor in outputs]
        return [fault("outputs", names, f"{expected.name} must appear exactly once")]
    return judge(expected, found[0], f"outputs.{expected.name}")


def _status(response: Response) -> list[str]:
    if response.status == 200:
        return []
    remedy = _REMEDIES.get(response.status, "it must be 200; check the model's log")
    return [f"{fault('status', response.status, remedy)}; the body is {excerpt(response.body)}"]


def _object(response: Response) -> dict[str, Any]:
    """The JSON object in a body. Raises CallError if it reports an error."""
    try:
        content: object = json.loads(response.body)
    except (ValueError, RecursionError):
        content = None
    if not isinstance(content, dict):
        raise CallError(fault("body", response.body[:1000].decode(errors="replace"), "it must be a JSON object"))
    fields = cast(dict[str, Any], content)
    if "error" in fields:
        raise CallError(fault("error", fields["error"], "the server returns 200 but reports an error; check its log"))
    return fields


def _tensor(index: int, content: object) -> Tensor:
    fields = cast(dict[str, Any], content) if isinstance(content, dict) else {}
    shape, data = fields.get("shape"), fields.get("data")
    if not isinstance(shape, list) or not all(type(size) is int for size in cast(list[object], shape)):
        raise CallError(fault(f"outputs[{index}].shape", cast(object, shape), "it must be a list of integers"))
    if not isinstance(data, list):
        raise CallError(fault(f"outputs[{index}].data", data, "it must be a list of values"))
    sizes = tuple(cast(list[int], shape))
    return Tensor(str(fields.get("name", "")), str(fields.get("datatype", "")), sizes, _flat(cast(list[object], data)))


def _flat(data: list[object]) -> tuple[object, ...]:
    """Values in row-major order. The protocol allows a server to nest them by dimension."""
    values: list[object] = []
    rest = data[::-1]
    while rest:
        value = rest.pop()
        if isinstance(value, list):
            rest.extend(cast(list[object], value)[::-1])
        else:
            values.append(value)
    return tuple(values)


def _text(content: dict[str, Any], field: str) -> str | None:
    value = content.get(field)
    return None if value in (None, "") else str(value)
