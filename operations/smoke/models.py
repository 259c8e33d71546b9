"""Calls a model in the same way by REST and gRPC."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import uuid4

from ..settings import fault
from .config import SmokeConfig
from .responses import judge_health, judge_inference, read_inference
from .rest import Rest
from .rpc import Rpc, inference_of, request_of

LIVE_PATH = "/v2/health/live"
READY_PATH = "/v2/health/ready"


@dataclass(frozen=True)
class Measured:
    """What is wrong with one inference response, and its seconds."""

    faults: Sequence[str]
    seconds: float


class Model(Protocol):
    """A model to call. Each method raises CallError if there is no valid response."""

    def live(self) -> list[str]:
        """What is wrong with the server's liveness."""
        ...

    def ready(self) -> list[str]:
        """What is wrong with the server's readiness."""
        ...

    def model_ready(self) -> list[str]:
        """What is wrong with the model's readiness."""
        ...

    def infer(self) -> Measured:
        """Send one inference."""
        ...


class RestModel:
    """A model called by REST."""

    def __init__(self, config: SmokeConfig, rest: Rest):
        self._config, self._rest = config, rest
        sent = {"name", "datatype", "shape", "data"}
        self._inputs = [each.model_dump(mode="json", include=sent) for each in config.inputs]

    def live(self) -> list[str]:
        """What is wrong with the server's liveness."""
        return judge_health(self._rest.call("GET", LIVE_PATH), "live")

    def ready(self) -> list[str]:
        """What is wrong with the server's readiness."""
        return judge_health(self._rest.call("GET", READY_PATH), "ready")

    def model_ready(self) -> list[str]:
        """What is wrong with the model's readiness."""
        response = self._rest.call("GET", f"{self._config.model_path}/ready")
        return judge_health(response, "ready", self._config.model)

    def infer(self) -> Measured:
        """Send one inference."""
        identity = uuid4().hex
        body = json.dumps({"id": identity, "inputs": self._inputs}).encode()
        response = self._rest.call(
            "POST", f"{self._config.model_path}/infer", body, {"Content-Type": "application/json"}
        )
        return Measured(judge_inference(read_inference(response), self._config, identity), response.seconds)


class GrpcModel:
    """A model called by gRPC."""

    def __init__(self, config: SmokeConfig, rpc: Rpc):
        self._config, self._rpc = config, rpc

    def live(self) -> list[str]:
        """What is wrong with the server's liveness."""
        return _unless_true("live", self._rpc.live().message.live)

    def ready(self) -> list[str]:
        """What is wrong with the server's readiness."""
        return _unless_true("ready", self._rpc.ready().message.ready)

    def model_ready(self) -> list[str]:
        """What is wrong with the model's readiness."""
        return _unless_true("ready", self._rpc.model_ready(self._config.model).message.ready)

    def infer(self) -> Measured:
        """Send one inference."""
        identity = uuid4().hex
        reply = self._rpc.infer(request_of(self._config.model, self._config.inputs, identity))
        return Measured(judge_inference(inference_of(reply.message), self._config, identity), reply.seconds)


def _unless_true(field: str, value: bool) -> list[str]:
    return [] if value else [fault(field, value, "the server says that it is not; check the model's pods")]
