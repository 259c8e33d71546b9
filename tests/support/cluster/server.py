"""A Kubernetes API server as kubectl reaches it, and the objects that tests give it."""

import json
import subprocess
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

from tests.support.components.definitions import DEFINITIONS
from tests.support.services.servers import wait_until

Manifest = Mapping[str, Any]

_DEADLINE = 120.0
_ARGO_CDS_OWN_NAME = "prefer a domain-qualified finalizer name"
"""A warning about `resources-finalizer.argocd.argoproj.io`, the name that Argo CD looks for."""


class Cluster:
    """The API server, as kubectl reaches it."""

    def __init__(self, process: subprocess.Popen[bytes], log: Path, kubeconfig: Path):
        self._process, self._log = process, log
        self.kubeconfig = kubeconfig
        self._command = ["kubectl", f"--kubeconfig={kubeconfig}", f"--cache-dir={kubeconfig.parent / 'cache'}"]

    def kubectl(self, *arguments: str, objects: Iterable[Manifest] = ()) -> subprocess.CompletedProcess[str]:
        """Run kubectl; `objects` are its standard input."""
        items = {"apiVersion": "v1", "kind": "List", "items": [*objects]}
        return subprocess.run(
            [*self._command, *arguments], input=json.dumps(items), capture_output=True, text=True, check=False
        )

    def create(self, objects: Iterable[Manifest]) -> None:
        """Create these objects, or keep those that exist."""
        made = self._apply(objects)
        assert made.returncode == 0, made.stderr

    def refusals(self, objects: Iterable[Manifest]) -> list[str]:
        """Why the server would refuse these objects, or warns of them, one line for each; nothing is stored."""
        told = self._apply(objects, "--dry-run=server").stderr.splitlines()
        return [line for line in told if _ARGO_CDS_OWN_NAME not in line]

    def wait_until(self, holds: Callable[[], bool]) -> None:
        """Wait for what the server does by itself after a request."""
        wait_until(self._process, holds, self._log, _DEADLINE)

    def _apply(self, objects: Iterable[Manifest], *options: str) -> subprocess.CompletedProcess[str]:
        """Server-side apply, as the Pulumi provider does it. An unknown field is an error."""
        return self.kubectl("apply", "--server-side", "--validate=strict", *options, "-f", "-", objects=objects)


def custom_resource_definitions() -> list[Manifest]:
    """The kept definitions as the objects that the API server takes."""
    found: list[Manifest] = []
    for path in sorted(DEFINITIONS.glob("*.yaml")):
        kept = yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader)
        found.extend(_definition(name, each) for name, each in kept.items())
    return found


def namespaces(objects: Iterable[Manifest]) -> list[Manifest]:
    """The namespaces that objects are in."""
    names = {each["metadata"]["namespace"] for each in objects if "namespace" in each["metadata"]}
    return [{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}} for name in sorted(names)]


def write_kubeconfig(folder: Path, server: str, authority: Path, token: str) -> Path:
    """A file with which kubectl reaches `server` as the administrator."""
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "cluster", "cluster": {"server": server, "certificate-authority": str(authority)}}],
        "users": [{"name": "admin", "user": {"token": token}}],
        "contexts": [{"name": "admin", "context": {"cluster": "cluster", "user": "admin"}}],
        "current-context": "admin",
    }
    path = folder / "kubeconfig.json"
    path.write_text(json.dumps(config), encoding="utf-8")
    return path


def _definition(name: str, kept: Mapping[str, Any]) -> Manifest:
    plural, _, group = name.partition(".")
    *_, newest = kept["versions"]
    versions = [
        {"name": version, "served": True, "storage": version == newest, "schema": {"openAPIV3Schema": schema}}
        for version, schema in kept["versions"].items()
    ]
    names = {"plural": plural, "singular": kept["kind"].lower(), "kind": kept["kind"]}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": name},
        "spec": {"group": group, "names": names, "scope": kept["scope"], "versions": versions},
    }
