"""Runs of the smoke test's command against a stand-in, as a pipeline would start it."""

import json
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from operations.smoke.__main__ import main
from operations.smoke.clock import Clock
from operations.smoke.report import Check, Report, report_of
from tests.support.operations.model_standin import HeldClock, Standin

RELEASE = {
    "chartVersion": "1.4.0",
    "image": "registry.example.com/fraud/server@sha256:" + "a" * 64,
    "modelUri": "s3://models-staging/fraud/7/",
    "modelVersion": "7",
    "commit": "0123456789abcdef0123456789abcdef01234567",
}
CONFIG: dict[str, Any] = {
    "model": "fraud",
    "inputs": [{"name": "features", "datatype": "FP32", "shape": [1, 4], "data": [0.5, -1, 2.25, 8]}],
    "outputs": [{"name": "score", "datatype": "FP32", "shape": [1, -1], "minimum": 0, "maximum": 1}],
    "latency": {"requests": 20, "percentile": 90, "maximumMilliseconds": 200},
}


@dataclass(frozen=True)
class Outcome:
    """How a run ended."""

    code: int
    folder: Path

    @property
    def report(self) -> Report:
        return report_of((self.folder / "report.json").read_bytes(), "report.json")

    def check(self, group: str, name: str) -> Check:
        return next(check for check in self.report.checks if (check.group, check.name) == (group, name))

    @property
    def failed(self) -> list[str]:
        return [f"{check.group} {check.name}" for check in self.report.failed]


def config(port: int, **changes: Any) -> dict[str, Any]:
    """A smoke.yaml for a model at this port; a change of None leaves the field out."""
    fields: dict[str, Any] = {"url": f"https://localhost:{port}", **deepcopy(CONFIG), **changes}
    return {key: value for key, value in fields.items() if value is not None}


def run(
    folder: Path,
    standin: Standin,
    *arguments: str,
    clock: Clock | None = None,
    environment: Mapping[str, str] | None = None,
    **changes: Any,
) -> Outcome:
    """Run the command against a stand-in whose authority is folder/ca.pem."""
    (folder / "smoke.yaml").write_text(json.dumps(config(standin.port, **changes)))
    (folder / "release.yaml").write_text(yaml.safe_dump(RELEASE))
    files = {"config": "smoke.yaml", "release": "release.yaml", "json": "report.json", "junit": "report.xml"}
    given = [word for name, file in files.items() for word in (f"--{name}", str(folder / file))]
    if "--ca" not in arguments:
        given += ["--ca", str(folder / "ca.pem")]
    code = main([*given, *arguments], environment or {}, clock or HeldClock())
    return Outcome(code, folder)
