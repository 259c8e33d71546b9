"""Models from a mounted folder: arrays in, arrays out. Nothing here knows the protocol."""

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

ONNX_FILE = "model.onnx"
SKLEARN_FILE = "model.skops"
_PICKLES = ("*.joblib", "*.pkl", "*.pickle")
_ONNX_TYPES = {
    "tensor(bool)": np.bool_,
    "tensor(int8)": np.int8,
    "tensor(int16)": np.int16,
    "tensor(int32)": np.int32,
    "tensor(int64)": np.int64,
    "tensor(uint8)": np.uint8,
    "tensor(uint16)": np.uint16,
    "tensor(uint32)": np.uint32,
    "tensor(uint64)": np.uint64,
    "tensor(float16)": np.float16,
    "tensor(float)": np.float32,
    "tensor(double)": np.float64,
    "tensor(string)": np.object_,
}
"""The element types that the protocol knows too. Source: Open Inference Protocol, "Tensor Data Types"."""


class ModelError(Exception):
    """The folder has no model that this server loads. The message names the folder and the remedy."""


class RequestError(ValueError):
    """The request does not fit the model. The message names the tensor and what the model expects."""


@dataclass(frozen=True)
class Tensor:
    """A tensor that a model takes or returns. A size of -1 in `shape` is free."""

    name: str
    dtype: np.dtype[Any]
    shape: tuple[int, ...]


class Predictor(Protocol):
    """A loaded model. `predict` may be called from several threads at once."""

    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]
    default_outputs: tuple[str, ...]

    def predict(self, inputs: Mapping[str, Array], outputs: Sequence[str]) -> dict[str, Array]:
        """The named outputs for checked inputs."""
        ...


def load(folder: Path) -> Predictor:
    """The model of a folder.

    Raises:
        ModelError: the folder has no model, several, or one that the server does not load.
    """
    found = [name for name in (ONNX_FILE, SKLEARN_FILE) if (folder / name).is_file()]
    match found:
        case [name] if name == ONNX_FILE:
            return OnnxPredictor(folder / name)
        case [name]:
            return SklearnPredictor(folder / name)
        case []:
            pickles = sorted(path.name for pattern in _PICKLES for path in folder.glob(pattern))
            if pickles:
                raise ModelError(
                    f"{folder} has {pickles[0]}, a pickle, which can run any code while it is loaded; "
                    f"save the model with skops.io.dump(model, {SKLEARN_FILE!r})"
                )
            raise ModelError(f"{folder} has neither {ONNX_FILE} nor {SKLEARN_FILE}; put one of them into the folder")
        case _:
            raise ModelError(f"{folder} has {' and '.join(found)}; keep one of them")


def checked(predictor: Predictor, inputs: Mapping[str, Array], outputs: Sequence[str]) -> Sequence[str]:
    """The names of the requested outputs, once the inputs fit the model.

    Raises:
        RequestError: a tensor is missing, unknown, or has another type or shape.
    """
    wanted = {tensor.name: tensor for tensor in predictor.inputs}
    for name in inputs:
        if name not in wanted:
            raise RequestError(f"input {name!r} is unknown; the model takes {', '.join(wanted)}")
    for name, tensor in wanted.items():
        if name not in inputs:
            raise RequestError(f"input {name!r} is missing; the model takes {', '.join(wanted)}")
        given = inputs[name]
        if given.dtype != tensor.dtype:
            raise RequestError(f"input {name!r} has the type {given.dtype}; the model takes {tensor.dtype}")
        fits = len(given.shape) == len(tensor.shape) and all(
            size in (-1, actual) for size, actual in zip(tensor.shape, given.shape, strict=True)
        )
        if not fits:
            raise RequestError(
                f"input {name!r} has the shape {list(given.shape)}; the model takes {list(tensor.shape)}"
            )
    known = [tensor.name for tensor in predictor.outputs]
    for name in outputs:
        if name not in known:
            raise RequestError(f"output {name!r} is unknown; the model returns {', '.join(known)}")
    return list(outputs) or predictor.default_outputs


class OnnxPredictor:
    """An ONNX model on ONNX Runtime's CPU provider. A session allows concurrent runs."""

    def __init__(self, path: Path):
        import onnxruntime

        try:
            self._session: Any = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
        except Exception as error:
            raise ModelError(
                f"{path} is not a model that ONNX Runtime {onnxruntime.__version__} loads: {error}"
            ) from error
        self.inputs = tuple(_tensor(path, each) for each in self._session.get_inputs())
        self.outputs = tuple(_tensor(path, each) for each in self._session.get_outputs())
        self.default_outputs = tuple(each.name for each in self.outputs)

    def predict(self, inputs: Mapping[str, Array], outputs: Sequence[str]) -> dict[str, Array]:
        """Run the session."""
        return dict(zip(outputs, self._session.run(list(outputs), dict(inputs)), strict=True))


def _tensor(path: Path, found: Any) -> Tensor:
    if found.type not in _ONNX_TYPES:
        raise ModelError(
            f"{path}: {found.name!r} is a {found.type}, which the protocol cannot carry; export a tensor, for a "
            "classifier of scikit-learn with the option zipmap=False"
        )
    # A name or None in place of a size means that the size is free.
    shape = tuple(size if isinstance(size, int) else -1 for size in found.shape)
    return Tensor(found.name, np.dtype(_ONNX_TYPES[found.type]), shape)


class SklearnPredictor:
    """A model of scikit-learn. Its outputs have the names of MLServer's: `predict`, and `predict_proba` on request."""

    default_outputs: tuple[str, ...] = ("predict",)

    def __init__(self, path: Path):
        import skops.io
        from sklearn.exceptions import InconsistentVersionWarning

        try:
            if untrusted := skops.io.get_untrusted_types(file=path):
                raise ModelError(
                    f"{path} contains {', '.join(sorted(untrusted))}, which may run code; the server loads models that "
                    "consist of scikit-learn's and numpy's own types"
                )
            with warnings.catch_warnings():
                # The numbers of a model from another version can differ without an error.
                warnings.simplefilter("error", InconsistentVersionWarning)
                self._model: Any = skops.io.load(path)
        except InconsistentVersionWarning as error:
            raise ModelError(f"{path}: {error}; train it with the platform's training image") from error
        except (OSError, BadZipFile, ValueError, KeyError, TypeError) as error:
            raise ModelError(f"{path} is not a model that skops loads: {error}") from error
        if not hasattr(self._model, "predict"):
            raise ModelError(f"{path} contains a {type(self._model).__name__} without `predict`; save a fitted model")
        features = int(getattr(self._model, "n_features_in_", -1))
        self.inputs = (Tensor("input", np.dtype(np.float64), (-1, features)),)
        # A classifier predicts its classes, whose type is that of the training data.
        classes = np.asarray(getattr(self._model, "classes_", np.empty(0)))
        predicted = np.dtype(np.object_) if classes.dtype.kind in "US" else classes.dtype
        self.outputs = (Tensor("predict", predicted, (-1,)),)
        if hasattr(self._model, "predict_proba"):
            self.outputs += (Tensor("predict_proba", np.dtype(np.float64), (-1, len(classes))),)

    def predict(self, inputs: Mapping[str, Array], outputs: Sequence[str]) -> dict[str, Array]:
        """Call the methods that the outputs are named after."""
        rows = inputs["input"]
        if not np.isfinite(rows).all():
            raise RequestError("input 'input' must consist of finite numbers")
        return {name: np.asarray(getattr(self._model, name)(rows)) for name in outputs}
