"""The login of Helm to a chart registry: with an IAM role to ECR, otherwise with a secret."""

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
"""Argo CD's user, which reads the sidecar's file."""
_RENEWED_HOURS = 4
"""Hours between logins. An ECR login is valid for 12 hours. Source: ECR API reference, "GetAuthorizationToken"."""


@dataclass(frozen=True, slots=True)
class ChartRegistry:
    """A chart registry: its host, and optionally the folder of the charts."""

    host: str
    folder: str

    @classmethod
    def of(cls, address: str) -> "ChartRegistry":
        """The registry at `address`, host/folder."""
        host, _, folder = address.partition("/")
        return cls(host, folder)

    @property
    def on_aws(self) -> bool:
        """Whether it is a private ECR registry, which needs an IAM role."""
        return _AWS.fullmatch(self.host) is not None

    @property
    def region(self) -> str:
        """The region of an ECR registry."""
        found = _AWS.fullmatch(self.host)
        return found["region"] if found else ""

    def pull_policy(self, partition: str) -> str:
        """Allows pulling the folder's charts from an ECR registry.

        Source: ECR user guide, "Private repository policy examples"; a login is for the whole registry.
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
    """Values of the chart's `repoServer`: a secret or a sidecar provides the file with Helm's login."""
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
    """A sidecar that writes a login and renews it before it expires. The server waits for the first login."""
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
    """The sidecar's script. It exits when a login fails, and Kubernetes restarts it."""
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
