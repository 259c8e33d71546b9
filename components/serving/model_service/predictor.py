"""The predictors of a model: one for the model that serves, and one for its canary."""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from ..serving_platform.names import MODEL_LABEL
from .spec import ModelServiceSpec


@dataclass(frozen=True)
class Predictor:
    """One InferenceService in mode Standard, with an autoscaler of its own."""

    name: str
    model_uri: str
    request_percent: int
    """The part of the requests that it answers."""
    replica_percent: int
    """The part of the model's replicas that it has."""

    @property
    def host(self) -> str:
        """The name of its Service in the model's namespace; KServe makes both."""
        return f"{self.name}-predictor"

    def replicas(self, of_all: int) -> int:
        """Its part of the model's replicas, rounded up, and 1 at least."""
        return max(1, (of_all * self.replica_percent + 99) // 100)


def predictors(spec: ModelServiceSpec) -> Iterator[Predictor]:
    """The predictor of the model that serves, then that of its canary."""
    canary_percent = spec.canary.percent if spec.canary else 0
    yield Predictor(spec.name, spec.model_uri, 100 - canary_percent, 100)
    if spec.canary:
        yield Predictor(f"{spec.name}-canary", spec.canary.model_uri, canary_percent, canary_percent)


def metadata(spec: ModelServiceSpec, name: str) -> dict[str, Any]:
    """The metadata of one of a model's objects."""
    return {"name": name, "namespace": spec.namespace, "labels": {**spec.labels, **pod_labels(spec)}}


def pod_labels(spec: ModelServiceSpec) -> dict[str, str]:
    """The labels that select the pods of the model and of its canary."""
    return {MODEL_LABEL: spec.name}


def digest(text: str) -> str:
    """A short name for a long text: 16 hexadecimal digits."""
    return sha256(text.encode()).hexdigest()[:16]
