"""What an answer must be for the model to have worked: a status of 200 alone proves nothing."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from .config import SmokeConfig
from .rest import Answer, CallError, excerpt
from .settings import fault
from .tensors import Expected, Tensor, judge

_REMEDIES = {
    301: "the name redirects; name the address that the model answers at",
    302: "the name asks browsers to sign in; name one for API clients",
    401: "the caller is not known; look at headersFromEnvironment",
    403: "the caller is refused; look at the firewall, and at headersFromEnvironment",
    404: "nothing answers here; look at the route, and at the model's name",
    429: "the firewall counts this address above its rate; make fewer requests, or wait for the window to pass",
    502: "the load balancer reaches no gateway, or the gateway no model; look at the targets",
    503: "no replica is ready; look at the model's pods",
    504: "no replica answered in time; look at the model's replicas and its queue",
}


@dataclass(frozen=True)
class Inference:
    """What an answer to an inference says, by whichever protocol it came."""

    model: str
    version: str | None
    identity: str | None
    outputs: tuple[Tensor, ...]


def judge_health(answer: Answer, field: str, model: str | None = None) -> list[str]:
    """What is wrong with an answer on health.

    Servers answer with an empty body, or with an object that says `field` (live or ready) is true, and which model.
    """
    if faults := _status(answer):
        return faults
    if not answer.body.strip():
        return []
    try:
        said = _object(answer)
    except CallError as error:
        return [str(error)]
    if field in said and said[field] is not True:
        faults.append(fault(field, said[field], "the server answers 200 and says that it is not; wait until it is"))
    if model is not None and said.get("name", model) != model:
        faults.append(fault("name", said["name"], f"it must be {model}; another model answers at this name"))
    return faults


def read_inference(answer: Answer) -> Inference:
    """What an answer by REST says; a CallError where it says no inference."""
    if faults := _status(answer):
        raise CallError(faults[0])
    said = _object(answer)
    outputs = said.get("outputs")
    if not isinstance(outputs, list):
        raise CallError(fault("outputs", outputs, "the answer must hold a list of tensors; look at the runtime"))
    tensors = tuple(_tensor(place, each) for place, each in enumerate(cast(list[object], outputs)))
    return Inference(str(said.get("model_name", "")), _text(said, "model_version"), _text(said, "id"), tensors)


def judge_inference(inference: Inference, config: SmokeConfig, identity: str) -> list[str]:
    """What is wrong with what an answer says, one sentence each."""
    faults: list[str] = []
    if inference.model != config.model:
        remedy = f"it must be {config.model}; another model answers at this name"
        faults.append(fault("model_name", inference.model, remedy))
    if config.served_version is not None and inference.version != config.served_version:
        remedy = f"servedVersion is {config.served_version}; wait for the rollout, or look which model is deployed"
        faults.append(fault("model_version", inference.version, remedy))
    if inference.identity is not None and inference.identity != identity:
        remedy = f"the request's is {identity}; this is the answer to another, from a cache or another caller"
        faults.append(fault("id", inference.identity, remedy))
    for expected in config.expected:
        faults += _judge_output(expected, inference.outputs)
    return faults


def _judge_output(expected: Expected, outputs: Sequence[Tensor]) -> list[str]:
    found = [tensor for tensor in outputs if tensor.name == expected.name]
    if len(found) != 1:
        names = [tensor.name for tensor in outputs]
        return [fault("outputs", names, f"{expected.name} must be among them once")]
    return judge(expected, found[0], f"outputs.{expected.name}")


def _status(answer: Answer) -> list[str]:
    if answer.status == 200:
        return []
    remedy = _REMEDIES.get(answer.status, "it must be 200; look at the model's log")
    return [f"{fault('status', answer.status, remedy)}; the body is {excerpt(answer.body)}"]


def _object(answer: Answer) -> dict[str, Any]:
    """The object that a body holds, which is no error."""
    try:
        said: object = json.loads(answer.body)
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict):
        raise CallError(fault("body", answer.body[:1000].decode(errors="replace"), "it must be a JSON object"))
    fields = cast(dict[str, Any], said)
    if "error" in fields:
        raise CallError(fault("error", fields["error"], "the server answers 200 and says that it failed; see its log"))
    return fields


def _tensor(place: int, said: object) -> Tensor:
    fields = cast(dict[str, Any], said) if isinstance(said, dict) else {}
    shape, data = fields.get("shape"), fields.get("data")
    if not isinstance(shape, list) or not all(type(size) is int for size in cast(list[object], shape)):
        raise CallError(fault(f"outputs[{place}].shape", cast(object, shape), "it must be a list of whole numbers"))
    if not isinstance(data, list):
        raise CallError(fault(f"outputs[{place}].data", data, "it must be a list of values"))
    sizes = tuple(cast(list[int], shape))
    return Tensor(str(fields.get("name", "")), str(fields.get("datatype", "")), sizes, _flat(cast(list[object], data)))


def _flat(data: list[object]) -> tuple[object, ...]:
    """Values in row-major order: the protocol lets a server nest them by dimension."""
    values: list[object] = []
    rest = data[::-1]
    while rest:
        value = rest.pop()
        if isinstance(value, list):
            rest.extend(cast(list[object], value)[::-1])
        else:
            values.append(value)
    return tuple(values)


def _text(said: dict[str, Any], field: str) -> str | None:
    value = said.get(field)
    return None if value in (None, "") else str(value)
