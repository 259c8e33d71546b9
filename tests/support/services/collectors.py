"""Real collectors of OpenTelemetry on addresses of this machine, and the spans that they keep."""

import json
import os
import subprocess
import time
import urllib.request
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from components.observability.traces.pipelines import HEALTH_PORT, as_text
from components.observability.traces.spec import HTTP_PORT, METRICS_PORT
from tests.support.programs import path_of
from tests.support.services.servers import CREDENTIALS, is_healthy, wait_until

PROGRAM = "otelcol-contrib"
_DEADLINE = 60.0
_ENVIRONMENT = {**CREDENTIALS, "AWS_EC2_METADATA_DISABLED": "true"}
"""The extension that signs requests asks for credentials when it is made."""


@dataclass(frozen=True)
class Collector:
    """A collector at an address of its own, with the ports of a pod."""

    address: str
    log: Path

    def send(self, *spans: Mapping[str, Any], service: str = "test") -> None:
        """Send spans of one service by OTLP over HTTP."""
        resource = {"attributes": attributes({"service.name": service})}
        body = {"resourceSpans": [{"resource": resource, "scopeSpans": [{"spans": list(spans)}]}]}
        request = urllib.request.Request(
            f"http://{self.address}:{HTTP_PORT}/v1/traces",
            json.dumps(body).encode(),
            {"content-type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            assert answer.status == 200

    def metrics(self) -> str:
        """What Prometheus reads."""
        with urllib.request.urlopen(f"http://{self.address}:{METRICS_PORT}/metrics", timeout=10) as answer:
            return answer.read().decode()


def validate(config: Mapping[str, Any], folder: Path) -> str:
    """What the collector says of a configuration; empty if it accepts it."""
    path = folder / "config.yaml"
    path.write_text(as_text(dict(config)), encoding="utf-8")
    command = [path_of(PROGRAM), "validate", f"--config={path}"]
    done = subprocess.run(
        command,
        env={**os.environ, **_ENVIRONMENT, "POD_IP": "127.0.0.1"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return (done.stdout + done.stderr) if done.returncode else ""


@contextmanager
def collector(config: Mapping[str, Any], address: str, folder: Path) -> Generator[Collector]:
    """A running collector that answers at `address`, one of 127.0.0.0/8."""
    folder.mkdir(parents=True, exist_ok=True)
    path, log = folder / "config.yaml", folder / "log"
    path.write_text(as_text(dict(config)), encoding="utf-8")
    command = [path_of(PROGRAM), f"--config={path}"]
    with log.open("w") as output:
        process = subprocess.Popen(
            command, env={**os.environ, **_ENVIRONMENT, "POD_IP": address}, stdout=output, stderr=output
        )
        try:
            wait_until(process, lambda: is_healthy(f"http://{address}:{HEALTH_PORT}/"), folder, _DEADLINE)
            yield Collector(address, log)
        finally:
            process.terminate()
            process.wait(timeout=30)


def span(trace: str, *, name: str = "predict", milliseconds: int = 10, **fields: Any) -> dict[str, Any]:
    """A span of the trace with this short name. `fields` are further fields of OTLP."""
    start = 1_700_000_000_000_000_000
    identity = trace.encode().hex().ljust(32, "0")
    return {
        "traceId": identity,
        "spanId": identity[:16],
        "name": name,
        "kind": 2,
        "startTimeUnixNano": str(start),
        "endTimeUnixNano": str(start + milliseconds * 1_000_000),
        **fields,
    }


def attributes(values: Mapping[str, str]) -> list[dict[str, Any]]:
    """Attributes as OTLP writes them in JSON."""
    return [{"key": key, "value": {"stringValue": value}} for key, value in values.items()]


def kept(path: Path) -> Iterator[dict[str, Any]]:
    """The spans in a file of the file exporter."""
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    for line in text.splitlines():
        for resource in json.loads(line)["resourceSpans"]:
            for scope in resource["scopeSpans"]:
                yield from scope["spans"]


def traces_until(path: Path, last: str, others: Sequence[Path] = ()) -> set[str]:
    """The short names of the traces in the files, once the trace `last` is there."""
    deadline = time.monotonic() + _DEADLINE
    while time.monotonic() < deadline:
        names = {
            bytes.fromhex(each["traceId"]).rstrip(b"\0").decode() for file in (path, *others) for each in kept(file)
        }
        if last in names:
            return names
        time.sleep(0.1)
    raise AssertionError(f"the trace {last} was not kept")
