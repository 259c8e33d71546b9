"""A real Fluent Bit with the platform's configuration, on files of this machine instead of a node's."""

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx

from components.observability.logs import collector
from components.observability.logs.spec import LogPipelineSpec
from tests.support.http_servers import QuietHandler, http_server
from tests.support.programs import require
from tests.support.services.servers import CREDENTIALS, REGION, free_port, is_healthy, server_process, wait_until

CONTAINER = "0123456789abcdef" * 4
POD_LABELS = {"app": "ranking", "pod-template-hash": "abc", "mlplatform.io/team": "spoofed"}


@dataclass(frozen=True)
class Node:
    """A node's folder of logs, and the port of the collector on it."""

    folder: Path
    port: int

    def log(self) -> str:
        """What the collector says."""
        return (self.folder / "log").read_text(errors="replace")

    def write(self, lines: Iterable[str], pod: str = "ranking-1", namespace: str = "search") -> None:
        """Appends lines of a container as containerd writes them; `~` at a line's end cuts it in two there."""
        path = self.folder / "containers" / f"{pod}_{namespace}_server-{CONTAINER}.log"
        with path.open("a", encoding="utf-8") as file:
            for line in lines:
                part = "P" if line.endswith("~") else "F"
                file.write(f"2026-11-30T12:00:00.123456789Z stdout {part} {line.removesuffix('~')}\n")

    def metrics(self) -> str:
        """What Prometheus reads."""
        return httpx.get(f"http://127.0.0.1:{self.port}{collector.METRICS_PATH}", timeout=10).text


def node_config(spec: LogPipelineSpec, output: Mapping[str, Any], folder: Path, port: int, api: str) -> str:
    """The configuration with the places of this machine in it."""
    script = folder / collector.SCRIPT_FILE
    script.write_text(collector.script(spec), encoding="utf-8")
    config = json.loads(collector.config(spec, dict(output), str(script)))
    config["service"] |= {"flush": 1, "http_listen": "127.0.0.1", "http_port": port}
    config["service"]["storage.path"] = str(folder / "buffer")
    tail, _ = config["pipeline"]["inputs"]
    tail |= {"db": str(folder / "positions.db"), "refresh_interval": 1}
    for field in ("path", "exclude_path"):
        tail[field] = tail[field].replace(collector.LOG_FOLDER, str(folder))
    kubernetes = next(each for each in config["pipeline"]["filters"] if each["name"] == "kubernetes")
    kubernetes |= {
        "kube_tag_prefix": f"kube.{str(folder)[1:].replace('/', '.')}.containers.",
        "kube_url": api,
        "kube_token_file": str(folder / "token"),
        "kube_namespace_file": str(folder / "namespace"),
    }
    return json.dumps(config)


def dry_run(spec: LogPipelineSpec, output: Mapping[str, Any]) -> subprocess.CompletedProcess[str]:
    """What `fluent-bit --dry-run` says of the files as they are in the ConfigMap."""
    require("fluent-bit")
    with TemporaryDirectory(prefix="fluent-bit-") as name:
        folder = Path(name)
        script = folder / collector.SCRIPT_FILE
        script.write_text(collector.script(spec), encoding="utf-8")
        (folder / collector.CONFIG_FILE).write_text(collector.config(spec, dict(output), str(script)), encoding="utf-8")
        command = ["fluent-bit", "--dry-run", "-c", str(folder / collector.CONFIG_FILE)]
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


@contextmanager
def log_collector(spec: LogPipelineSpec, output: Mapping[str, Any], prepare: Callable[[Node], None]) -> Generator[Node]:
    """A collector that reads the folder of a node. `prepare` writes the first files."""
    require("fluent-bit")
    with TemporaryDirectory(prefix="fluent-bit-") as name, api_server() as api:
        node = Node(Path(name), free_port())
        for each in ("containers", "buffer"):
            (node.folder / each).mkdir()
        (node.folder / "token").write_text("token", encoding="utf-8")
        (node.folder / "namespace").write_text("logging", encoding="utf-8")
        prepare(node)
        path = node.folder / collector.CONFIG_FILE
        path.write_text(node_config(spec, output, node.folder, node.port, api), encoding="utf-8")
        program = shutil.which("fluent-bit") or "fluent-bit"
        environment = {**CREDENTIALS, "HOSTNAME": "fluent-bit-1", "PATH": os.environ["PATH"]}
        command = ["env", *(f"{key}={value}" for key, value in environment.items()), program, "-c", str(path)]
        with server_process(command, node.folder) as process:
            wait_until(process, lambda: is_healthy(f"http://127.0.0.1:{node.port}/"), node.folder)
            yield node


def cloudwatch(spec: LogPipelineSpec, aws: str, authority: Path) -> dict[str, Any]:
    """The platform's output to CloudWatch, at the address of a moto. Fluent Bit speaks TLS with AWS at all times."""
    host, _, port = aws.removeprefix("https://").partition(":")
    place = {"endpoint": host, "port": int(port), "tls.ca_file": str(authority)}
    return {**collector.cloudwatch_output(spec, REGION), **place}


@contextmanager
def api_server() -> Generator[str]:
    """The Kubernetes API, as the collectors read it: each pod has POD_LABELS, each namespace its name as its team."""
    with http_server(_Api) as port:
        yield f"http://127.0.0.1:{port}"


class _Api(QuietHandler):
    def do_GET(self) -> None:
        parts = self.path.strip("/").split("/")
        namespace, pod = parts[3], parts[5] if len(parts) > 5 else ""
        body = json.dumps(_pod(namespace, pod) if pod else _namespace(namespace)).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def _namespace(name: str) -> dict[str, Any]:
    return {"metadata": {"name": name, "labels": {"mlplatform.io/team": name}}}


def _pod(namespace: str, name: str) -> dict[str, Any]:
    container = {"name": "server", "image": "server:1", "env": [{"name": "TOKEN", "value": "of-the-environment"}]}
    status = {"name": "server", "image": "server:1", "imageID": "1", "containerID": f"containerd://{CONTAINER}"}
    return {
        "metadata": {"name": name, "namespace": namespace, "labels": POD_LABELS, "annotations": {"a": "secret-note"}},
        "spec": {"nodeName": "node-1", "containers": [container]},
        "status": {"podIP": "10.0.0.1", "containerStatuses": [status]},
    }
