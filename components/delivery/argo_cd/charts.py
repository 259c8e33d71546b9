"""How Helm, which Kustomize has pull charts, signs in to their registry: with AWS's own, by an identity alone."""

import re
from dataclasses import dataclass
from typing import Any

from ...core.iam import allow, document
from ...core.images import pulled
from ...core.pods import RESTRICTED, resources
from ...facts.versions import AWS_CLI_IMAGE
from .names import CHARTS_SECRET

CONFIG = "config.json"
_FOLDER = "/etc/helm-registry"
_VOLUME = "helm-registry"
_AWS = re.compile(r"(?P<account>[0-9]{12})\.dkr\.ecr\.(?P<region>[a-z0-9-]+)\.amazonaws\.com(\.cn)?")
_USER = 999
"""Argo CD's own user, which reads what the sidecar writes."""
_RENEWED_HOURS = 4
"""A login of ECR is good for 12 hours. Source: ECR API reference, "GetAuthorizationToken"."""


@dataclass(frozen=True, slots=True)
class ChartRegistry:
    """A registry of charts: its host, and the folder of its charts, if it has one."""

    host: str
    folder: str

    @classmethod
    def of(cls, address: str) -> "ChartRegistry":
        """The registry at `address`, host/folder."""
        host, _, folder = address.partition("/")
        return cls(host, folder)

    @property
    def on_aws(self) -> bool:
        """Whether it is a private registry of ECR, to which an identity signs in."""
        return _AWS.fullmatch(self.host) is not None

    @property
    def region(self) -> str:
        """The region of a registry of ECR."""
        found = _AWS.fullmatch(self.host)
        return found["region"] if found else ""

    def pull_policy(self, partition: str) -> str:
        """Lets charts of the folder be pulled from a registry of ECR, and nothing be pushed.

        Source: ECR user guide, "Private repository policy examples"; a login is of the whole registry.
        """
        account = self.host.partition(".")[0]
        charts = f"{self.folder}/*" if self.folder else "*"
        repositories = f"arn:{partition}:ecr:{self.region}:{account}:repository/{charts}"
        pulls = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
        return document(
            allow("Login", ["ecr:GetAuthorizationToken"], ["*"]),
            allow("Pull", pulls, [repositories]),
        )


def login_values(registry: ChartRegistry) -> dict[str, Any]:
    """Values of the chart's `repoServer`: Helm finds a login in a file, which a secret or a sidecar keeps."""
    volume: dict[str, Any] = {"secret": {"secretName": CHARTS_SECRET}}
    if registry.on_aws:
        volume = {"emptyDir": {"medium": "Memory", "sizeLimit": "1Mi"}}
    values = {
        "env": [{"name": "HELM_REGISTRY_CONFIG", "value": f"{_FOLDER}/{CONFIG}"}],
        "volumes": [{"name": _VOLUME, **volume}],
        "volumeMounts": [{**_mount(), "readOnly": True}],
    }
    return {**values, "initContainers": [_sidecar(registry)]} if registry.on_aws else values


def _sidecar(registry: ChartRegistry) -> dict[str, Any]:
    """Writes a login, and again before it ends; the server starts once there is one."""
    written = f"{_FOLDER}/{CONFIG}"
    late = f"find {written} -mmin -{60 * _RENEWED_HOURS + 30} | grep -q ."
    return {
        "name": "registry-login",
        "image": pulled(AWS_CLI_IMAGE),
        "imagePullPolicy": "IfNotPresent",
        "restartPolicy": "Always",
        "command": ["bash", "-euo", "pipefail", "-c", login_script()],
        "env": [
            {"name": "REGISTRY", "value": registry.host},
            {"name": "AWS_REGION", "value": registry.region},
            {"name": "HOME", "value": _FOLDER},
        ],
        "resources": resources("10m", "128Mi", "500m"),
        "securityContext": {**RESTRICTED, "runAsUser": _USER, "runAsGroup": _USER},
        "volumeMounts": [_mount()],
        "startupProbe": {"exec": {"command": ["test", "-s", written]}, "periodSeconds": 2, "failureThreshold": 30},
        "livenessProbe": {"exec": {"command": ["bash", "-c", late]}, "periodSeconds": 60, "timeoutSeconds": 5},
    }


def login_script() -> str:
    """What the sidecar runs; a login that could not be had ends it, and Kubernetes starts it again."""
    return f"""
trap exit TERM
while true; do
  token=$(aws ecr get-login-password)
  login=$(printf 'AWS:%s' "$token" | base64 --wrap=0)
  printf '{{"auths": {{"%s": {{"auth": "%s"}}}}}}' "$REGISTRY" "$login" > "$HOME/new"
  mv "$HOME/new" "$HOME/{CONFIG}"
  sleep {_RENEWED_HOURS * 3600} & wait
done
"""


def _mount() -> dict[str, Any]:
    return {"name": _VOLUME, "mountPath": _FOLDER}
