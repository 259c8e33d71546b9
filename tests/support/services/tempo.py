"""A real Grafana Tempo on an address of this machine, which keeps traces in moto's S3."""

import json
import os
import re
import subprocess
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from components.observability.traces.spec import HTTP_PORT
from components.observability.traces.tempo_config import API_PORT, DATA_FOLDER, METRICS_PORT
from tests.support.programs import path_of
from tests.support.services.servers import CREDENTIALS, is_healthy, wait_until

PROGRAM = "tempo"
_DEADLINE = 120.0


@dataclass(frozen=True)
class Tempo:
    """A running Tempo, with the ports of a pod."""

    address: str
    store: str
    """The address of S3."""
    bucket: str
    process: subprocess.Popen[bytes]
    folder: Path

    def get(self, path: str, *, port: int = API_PORT) -> httpx.Response:
        """What it answers, as Grafana asks."""
        return httpx.get(f"http://{self.address}:{port}{path}", timeout=30)

    def trace(self, identity: str) -> list[dict[str, Any]]:
        """The spans of a trace, once Tempo has it."""
        path = f"/api/v2/traces/{identity}"
        self.wait_for(lambda: bool(self.get(path).json().get("trace", {}).get("resourceSpans")))
        return [
            span
            for resource in self.get(path).json()["trace"]["resourceSpans"]
            for scope in resource["scopeSpans"]
            for span in scope["spans"]
        ]

    def metrics(self) -> str:
        """What Prometheus reads."""
        return self.get("/metrics", port=METRICS_PORT).text

    def objects(self) -> list[str]:
        """The objects in the bucket."""
        return re.findall("<Key>([^<]+)</Key>", httpx.get(f"{self.store}/{self.bucket}?list-type=2").text)

    def wait_for(self, holds: Any) -> None:
        """Wait until `holds`, while Tempo runs."""
        wait_until(self.process, holds, self.folder, _DEADLINE)


def verify(config: Mapping[str, Any], folder: Path) -> str:
    """What Tempo says of a configuration; empty if it accepts it without a warning."""
    path = folder / "tempo.yaml"
    path.write_text(json.dumps(config), encoding="utf-8")
    command = [path_of(PROGRAM), f"-config.file={path}", "-config.verify=true"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    return (done.stdout + done.stderr) if done.returncode else ""


@contextmanager
def tempo(config: Mapping[str, Any], address: str, store: str, folder: Path) -> Generator[Tempo]:
    """A running Tempo at `address`, one of 127.0.0.0/8. It keeps its files in `folder`, and traces at `store`.

    Blocks go to the bucket after seconds instead of minutes.
    """
    folder.mkdir(parents=True, exist_ok=True)
    changed: dict[str, Any] = json.loads(json.dumps(config).replace(DATA_FOLDER, str(folder)))
    changed["server"]["http_listen_address"] = address
    changed["internal_server"]["http_listen_address"] = address
    changed["distributor"]["receivers"]["otlp"]["protocols"]["http"]["endpoint"] = f"{address}:{HTTP_PORT}"
    changed["live_store"] |= {"max_block_duration": "2s", "max_trace_idle": "1s", "flush_check_period": "1s"}
    s3 = changed["storage"]["trace"]["s3"]
    s3 |= {"endpoint": store.removeprefix("http://"), "insecure": True, "forcepathstyle": True}
    httpx.put(f"{store}/{s3['bucket']}").raise_for_status()
    path, log = folder / "tempo.yaml", folder / "log"
    path.write_text(json.dumps(changed), encoding="utf-8")
    with log.open("w") as output:
        process = subprocess.Popen(
            [path_of(PROGRAM), f"-config.file={path}"], env={**os.environ, **CREDENTIALS}, stdout=output, stderr=output
        )
        try:
            wait_until(process, lambda: is_healthy(f"http://{address}:{METRICS_PORT}/ready"), folder, _DEADLINE)
            yield Tempo(address, store, s3["bucket"], process, folder)
        finally:
            # It waits for queries that nobody answers any more. What it has is on its disk.
            process.kill()
            process.wait(timeout=30)
