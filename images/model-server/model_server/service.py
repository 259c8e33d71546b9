"""The predictor by the open inference protocol, version 2, as KServe's Python server speaks it."""

import asyncio
from typing import Any, NoReturn

import numpy as np
from kserve import InferOutput, InferRequest, InferResponse, Model
from kserve.errors import InvalidInput
from kserve.protocol.grpc.grpc_predict_v2_pb2 import ModelInferRequest
from kserve.protocol.model_repository_extension import ModelRepositoryExtension
from kserve.utils import numpy_codec

from .predictors import Array, Predictor, RequestError, Tensor, checked


class ServedModel(Model):
    """A loaded model under the name that callers use."""

    def __init__(self, name: str, predictor: Predictor):
        super().__init__(name)
        self._predictor = predictor
        self.ready = True

    def get_input_types(self) -> list[dict[str, Any]]:
        """The inputs, for the model's metadata."""
        return [_described(each) for each in self._predictor.inputs]

    def get_output_types(self) -> list[dict[str, Any]]:
        """The outputs, for the model's metadata."""
        return [_described(each) for each in self._predictor.outputs]

    async def predict(
        self,
        payload: InferRequest | ModelInferRequest | dict[str, Any],
        headers: dict[str, str] | None = None,  # noqa: ARG002 - KServe passes it
        response_headers: dict[str, str] | None = None,  # noqa: ARG002
    ) -> InferResponse:
        """Predict in a thread, so that health checks are answered meanwhile."""
        if not isinstance(payload, InferRequest):
            raise InvalidInput(
                "the server speaks version 2 of the protocol; send the request to /v2/models/<name>/infer"
            )
        try:
            inputs = {each.name: _array(each) for each in payload.inputs}
            requested = [each.name for each in payload.request_outputs or ()]
            outputs = checked(self._predictor, inputs, requested)
            found = await asyncio.to_thread(self._predictor.predict, inputs, outputs)
        except RequestError as error:
            raise InvalidInput(str(error)) from error
        return InferResponse(payload.id or "", self.name, [_output(name, found[name]) for name in outputs])


class FixedRepository(ModelRepositoryExtension):
    """Refuses to load or unload a model by request: any caller could stop the model."""

    async def load(self, model_name: str) -> NoReturn:
        """Refuse."""
        raise InvalidInput(f"model {model_name!r} stays as it is; deploy another release to change it")

    async def unload(self, model_name: str) -> NoReturn:
        """Refuse."""
        raise InvalidInput(f"model {model_name!r} stays as it is; deploy another release to change it")


def _described(tensor: Tensor) -> dict[str, Any]:
    return {"name": tensor.name, "datatype": _datatype(tensor.dtype), "shape": list(tensor.shape)}


def _datatype(dtype: np.dtype[Any]) -> str:
    known: Any = numpy_codec
    return str(known.from_np_dtype(dtype))


def _array(given: Any) -> Array:
    try:
        return given.as_numpy()
    except (InvalidInput, ValueError, TypeError, AttributeError) as error:
        raise RequestError(f"input {given.name!r} has data that do not fit its shape and datatype: {error}") from error


def _output(name: str, value: Array) -> InferOutput:
    # The protocol has no type for text but bytes.
    array = value.astype(np.object_) if value.dtype.kind in "US" else value
    output = InferOutput(name, list(array.shape), _datatype(array.dtype))
    output.set_data_from_numpy(array, binary_data=False)
    return output
