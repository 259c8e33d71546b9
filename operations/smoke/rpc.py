"""gRPC calls over TLS, by the open inference protocol."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import grpc
from google.protobuf.message import Message

from .answers import Inference
from .clock import Clock
from .config import InputConfig, SmokeConfig
from .inference_pb2 import (
    InferTensorContents,
    ModelInferRequest,
    ModelInferResponse,
    ModelReadyRequest,
    ModelReadyResponse,
    ServerLiveRequest,
    ServerLiveResponse,
    ServerReadyRequest,
    ServerReadyResponse,
)
from .inference_pb2_grpc import GRPCInferenceServiceStub
from .rest import LARGEST_ANSWER, CallError
from .settings import fault
from .tensors import RAW_ONLY, Datatype, Tensor, Value, from_raw, to_raw

_OPTIONS = [
    ("grpc.enable_http_proxy", 0),
    ("grpc.enable_retries", 0),
    ("grpc.initial_reconnect_backoff_ms", 500),
    ("grpc.max_reconnect_backoff_ms", 2000),
    ("grpc.max_receive_message_length", LARGEST_ANSWER),
]
_CONTENTS = {
    Datatype.BOOL: "bool_contents",
    Datatype.INT8: "int_contents",
    Datatype.INT16: "int_contents",
    Datatype.INT32: "int_contents",
    Datatype.INT64: "int64_contents",
    Datatype.UINT8: "uint_contents",
    Datatype.UINT16: "uint_contents",
    Datatype.UINT32: "uint_contents",
    Datatype.UINT64: "uint64_contents",
    Datatype.FP32: "fp32_contents",
    Datatype.FP64: "fp64_contents",
    Datatype.BYTES: "bytes_contents",
}
"""Where a message holds values. Source: open inference protocol, InferTensorContents."""

_REMEDIES = {
    grpc.StatusCode.UNAVAILABLE: "the name must answer gRPC over TLS with a trusted certificate; look at DNS, the load "
    "balancer's target group for gRPC and the route",
    grpc.StatusCode.DEADLINE_EXCEEDED: "no answer in time; look at the model's replicas and its queue",
    grpc.StatusCode.UNIMPLEMENTED: "what answers has no open inference protocol; look at the route and the runtime",
    grpc.StatusCode.PERMISSION_DENIED: "the caller is refused; look at the firewall, and at headersFromEnvironment",
    grpc.StatusCode.UNAUTHENTICATED: "the caller is not known; look at headersFromEnvironment",
    grpc.StatusCode.NOT_FOUND: "the server does not know the model; look at the model's name",
}

Request = TypeVar("Request", bound=Message)
Reply = TypeVar("Reply", bound=Message)


@dataclass(frozen=True)
class Timed(Generic[Reply]):
    """A message and the seconds until it had come."""

    message: Reply
    seconds: float


class Rpc:
    """Calls of one public name by gRPC."""

    def __init__(
        self, config: SmokeConfig, *, authority_certificates: bytes | None, headers: Mapping[str, str], clock: Clock
    ):
        self._timeout, self._clock = config.timeout_seconds, clock
        self._metadata = tuple((key.lower(), value) for key, value in headers.items())
        credentials = grpc.ssl_channel_credentials(authority_certificates)
        self._channel = grpc.secure_channel(f"{config.host}:{config.port}", credentials, options=_OPTIONS)
        self._service = GRPCInferenceServiceStub(self._channel)

    def close(self) -> None:
        """Close the connection."""
        self._channel.close()

    def live(self) -> Timed[ServerLiveResponse]:
        """Whether the server is live."""
        return self._call(self._service.ServerLive, ServerLiveRequest())

    def ready(self) -> Timed[ServerReadyResponse]:
        """Whether the server is ready."""
        return self._call(self._service.ServerReady, ServerReadyRequest())

    def model_ready(self, model: str) -> Timed[ModelReadyResponse]:
        """Whether the model is ready."""
        return self._call(self._service.ModelReady, ModelReadyRequest(name=model))

    def infer(self, request: ModelInferRequest) -> Timed[ModelInferResponse]:
        """Send one inference request."""
        return self._call(self._service.ModelInfer, request)

    def _call(self, method: "grpc.UnaryUnaryMultiCallable[Request, Reply]", request: Request) -> Timed[Reply]:
        start = self._clock.seconds()
        try:
            message = method(request, timeout=self._timeout, metadata=self._metadata)
        except grpc.RpcError as error:
            raise CallError(_why(error)) from None
        return Timed(message, self._clock.seconds() - start)


def request_of(model: str, inputs: Sequence[InputConfig], identity: str) -> ModelInferRequest:
    """The message that asks for one inference; raw where a 16-bit float is sent, as the protocol asks."""
    request = ModelInferRequest(model_name=model, id=identity)
    raw = any(each.datatype in RAW_ONLY for each in inputs)
    for each in inputs:
        tensor = request.inputs.add(name=each.name, datatype=each.datatype, shape=each.shape)
        if raw:
            request.raw_input_contents.append(to_raw(each.datatype, each.data))
        else:
            tensor.contents.CopyFrom(_contents(each.datatype, each.data))
    return request


def inference_of(reply: ModelInferResponse) -> Inference:
    """What an answer says, raw or not; a CallError where it contradicts itself."""
    raw = reply.raw_output_contents
    if raw and len(raw) != len(reply.outputs):
        remedy = f"there are {len(reply.outputs)} outputs; the answer contradicts itself"
        raise CallError(fault("raw_output_contents", f"{len(raw)} values", remedy))
    tensors: list[Tensor] = []
    for place, output in enumerate(reply.outputs):
        try:
            data = from_raw(output.datatype, raw[place]) if raw else _values(output.datatype, output.contents)
        except ValueError as error:
            raise CallError(fault(f"outputs[{place}]", str(error), "the answer contradicts itself")) from None
        tensors.append(Tensor(output.name, output.datatype, tuple(output.shape), data))
    return Inference(reply.model_name, reply.model_version or None, reply.id or None, tuple(tensors))


def _contents(datatype: Datatype, values: Sequence[Value]) -> InferTensorContents:
    encoded = [value.encode() if isinstance(value, str) else value for value in values]
    contents = InferTensorContents()
    getattr(contents, _CONTENTS[datatype]).extend(encoded)
    return contents


def _values(datatype: str, contents: InferTensorContents) -> tuple[object, ...]:
    if datatype not in _CONTENTS:
        raise ValueError(f"{datatype!r} cannot be carried in contents")
    return tuple(getattr(contents, _CONTENTS[Datatype(datatype)]))


def _why(error: grpc.RpcError) -> str:
    if not isinstance(error, grpc.Call):
        return fault("call", str(error), "gRPC broke off; look at the connection")
    code = error.code()
    details = " ".join((error.details() or "").split())
    remedy = _REMEDIES.get(code, "the call failed at the server; look at the model's log")
    return fault("status", code.name, remedy) + (f"; the server says {details!r}" if details else "")
