"""The MLflow registry: each finished run of a job becomes one version of its model.

MLflow's REST API has few calls, so this module makes them with httpx; MLflow's own client brings twenty packages.
Source: MLflow, "REST API", Registered Models and Model Versions.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

import httpx

from ..settings import SettingsError
from .attempts import EngineError
from .job import RegisteredModel, TrainingJob

RUN_TAG = "mlplatform.run"
"""The tag of a version with the name of the run that made it."""
_API = "/api/2.0/mlflow"
_SECONDS = 60.0
_EXISTS = "RESOURCE_ALREADY_EXISTS"


@dataclass(frozen=True, slots=True)
class Version:
    """A version of a model."""

    model: str
    number: str
    source: str


class Registry:
    """A tracking server, at its address."""

    def __init__(self, address: str, transport: httpx.BaseTransport | None = None):
        try:
            url = httpx.URL(address)
        except httpx.InvalidURL as error:
            raise SettingsError("--tracking", [f"{address!r}: {error}; write https://<host>"]) from None
        if url.scheme not in ("http", "https") or not url.host:
            raise SettingsError(
                "--tracking", [f"{address!r} is not a valid address; write https://<host> or http://<host>"]
            )
        self._client = httpx.Client(base_url=str(url).rstrip("/"), timeout=_SECONDS, transport=transport)

    def register(
        self, model: str, source: str, run: str, *, mlflow_run: str = "", tags: dict[str, str] | None = None
    ) -> tuple[Version, bool]:
        """The version of `model` that the run `run` made, and whether it is new.

        Args:
            model: The name of the model, which is created if it does not exist.
            source: The folder of its artifacts.
            run: The name of the run. It has one version.
            mlflow_run: The id of MLflow's run, if the program logged one.
            tags: Further tags of a new version.

        Raises:
            EngineError: the server refuses a call, or it cannot be reached.
        """
        if mlflow_run:
            # The server itself takes any text.
            self._call("GET", "runs/get", {"run_id": mlflow_run})
        self._call("POST", "registered-models/create", {"name": model}, _EXISTS)
        for known in self._versions(model):
            found = {each["key"]: each["value"] for each in cast(list[dict[str, str]], known.get("tags", []))}
            if found.get(RUN_TAG) == run:
                return Version(model, known["version"], known["source"]), False
        labels = {**(tags or {}), RUN_TAG: run}
        asked: dict[str, Any] = {
            "name": model,
            "source": source,
            "tags": [{"key": key, "value": value} for key, value in labels.items()],
        }
        if mlflow_run:
            asked["run_id"] = mlflow_run
        made = self._call("POST", "model-versions/create", asked)["model_version"]
        return Version(model, made["version"], made["source"]), True

    def _versions(self, model: str) -> Iterator[dict[str, Any]]:
        """The model's versions, from the newest."""
        asked = {"filter": f"name='{model}'", "max_results": "200"}
        while True:
            page = self._call("GET", "model-versions/search", asked)
            yield from page.get("model_versions", [])
            if not (token := page.get("next_page_token")):
                return
            asked["page_token"] = token

    def _call(self, method: str, path: str, asked: dict[str, Any], accepted: str = "") -> dict[str, Any]:
        """The answer to a call; empty if the server refuses it with the code `accepted`."""
        given: dict[str, Any] = {"params": asked} if method == "GET" else {"json": asked}
        try:
            answer = self._client.request(method, f"{_API}/{path}", **given)
        except httpx.HTTPError as error:
            raise EngineError(f"MLflow at {self._client.base_url}: {error}") from None
        try:
            document: object = answer.json()
        except ValueError:
            document = None
        if not isinstance(document, dict):
            raise EngineError(f"MLflow at {self._client.base_url}: HTTP {answer.status_code}, and no JSON")
        told = cast(dict[str, Any], document)
        if answer.is_success:
            return told
        if accepted and told.get("error_code") == accepted:
            return {}
        said = told.get("message") or answer.reason_phrase
        raise EngineError(f"MLflow at {self._client.base_url}: {told.get('error_code', answer.status_code)}: {said}")


def service_values(job: TrainingJob, model: RegisteredModel, version: Version) -> dict[str, str]:
    """The fields of a ModelService, and of its chart, that serve a version."""
    values = {"name": model.name, "namespace": job.team, "modelUri": version.source, "runtime": str(model.runtime)}
    return {**values, "modelFormat": model.format} if model.format else values
