"""gRPC calls over TLS, by the open inference protocol."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import grpc
from google.protobuf.message import Message

from ..settings import fault
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
from .responses import Inference
from .rest import LARGEST_RESPONSE, CallError
from .tensors import RAW_ONLY, Datatype, Tensor, Value, from_raw, to_raw

_OPTIONS = [
    ("grpc.enable_http_proxy", 0),
    ("grpc.enable_retries", 0),
    ("grpc.initial_reconnect_backoff_ms", 500),
    ("grpc.max_reconnect_backoff_ms", 2000),
    ("grpc.max_receive_message_length", LARGEST_RESPONSE),
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
"""The field of a message that holds the values. Source: open inference protocol, InferTensorContents."""

_REMEDIES = {
    grpc.StatusCode.UNAVAILABLE: "the name must respond to gRPC over TLS with a trusted certificate; check DNS, the "
    "load balancer's target group for gRPC and the route",
    grpc.StatusCode.DEADLINE_EXCEEDED: "no response in time; check the model's replicas and its queue",
    grpc.StatusCode.UNIMPLEMENTED: "the server lacks the open inference protocol; check the route and the runtime",
    grpc.StatusCode.PERMISSION_DENIED: "the request is forbidden; check the firewall and headersFromEnvironment",
    grpc.StatusCode.UNAUTHENTICATED: "the caller is not authenticated; check headersFromEnvironment",
    grpc.StatusCode.NOT_FOUND: "the server does not know the model; check the model's name",
}

Request = TypeVar("Request", bound=Message)
Reply = TypeVar("Reply", bound=Message)


@dataclass(frozen=True)
class Timed(Generic[Reply]):
    """A response message and its seconds."""

    message: Reply
    seconds: float


class Rpc:
    """gRPC calls to one public name."""

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
    """The request message of one inference. The tensors are raw if one has 16-bit floats, as the protocol requires."""
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
    """The content of an inference response. Raises CallError if it contradicts itself."""
    raw = reply.raw_output_contents
    if raw and len(raw) != len(reply.outputs):
        remedy = f"there are {len(reply.outputs)} outputs; the response contradicts itself"
        raise CallError(fault("raw_output_contents", f"{len(raw)} values", remedy))
    tensors: list[Tensor] = []
    for index, output in enumerate(reply.outputs):
        try:
            data = from_raw(output.datatype, raw[index]) if raw else _values(output.datatype, output.contents)
        except ValueError as error:
            raise CallError(fault(f"outputs[{index}]", str(error), "the response contradicts itself")) from None
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
        return fault("call", str(error), "the gRPC call broke off; check the connection")
    code = error.code()
    details = " ".join((error.details() or "").split())
    remedy = _REMEDIES.get(code, "the call failed on the server; check the model's log")
    return fault("status", code.name, remedy) + (f"; the server says {details!r}" if details else "")
