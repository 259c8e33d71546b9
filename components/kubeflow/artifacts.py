"""The server that shows a team's artifacts. It runs in the team's namespace with the team's IAM role."""

from typing import Any

from ..core.images import pulled
from ..core.pods import RESTRICTED, resources, spread
from ..core.teams import TeamSpec
from ..facts.regions import dns_suffix
from ..facts.versions import PIPELINES_PAGES_IMAGE

Manifest = dict[str, Any]

NAME = "ml-pipeline-ui-artifact"
"""The Service that the pipelines' web interface calls in a team's namespace."""
PORT = 3000
_LABELS = {"app": NAME}
_HEALTH = {"httpGet": {"path": "/apis/v1beta1/healthz", "port": PORT}}
_EVERYTHING_ELSE = "^$"
"""The server fetches no other address, because an artifact's name may contain any address."""


def viewer(team: TeamSpec, service_account: str, region: str) -> list[Manifest]:
    """The server's Deployment, disruption budget and Service.

    The web interface forwards a request with the user's email address, and the namespace's policies admit only its
    members. So users see only what `service_account` can read. Source: Kubeflow Pipelines 2.16.1,
    frontend/server/handlers/artifacts.ts, getArtifactsProxyHandler.
    """
    home = team.homes[0]
    metadata = {"name": NAME, "namespace": home, "labels": _LABELS}
    ports = [{"name": "http", "port": 80, "targetPort": PORT, "protocol": "TCP"}]
    return [
        {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": metadata,
            "spec": {
                "replicas": 2,
                "selector": {"matchLabels": _LABELS},
                "template": {"metadata": {"labels": _LABELS}, "spec": _pod(home, service_account, region)},
            },
        },
        {
            "apiVersion": "policy/v1",
            "kind": "PodDisruptionBudget",
            "metadata": metadata,
            "spec": {"maxUnavailable": 1, "selector": {"matchLabels": _LABELS}},
        },
        {"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": {"selector": _LABELS, "ports": ports}},
    ]


def _pod(home: str, service_account: str, region: str) -> Manifest:
    variables = {
        "AWS_REGION": region,
        "AWS_S3_ENDPOINT": f"s3.{region}.{dns_suffix(region)}" if region.startswith("cn-") else "s3.amazonaws.com",
        "ALLOWED_ARTIFACT_DOMAIN_REGEX": _EVERYTHING_ELSE,
        "ML_PIPELINE_SERVICE_HOST": "ml-pipeline.kubeflow.svc.cluster.local",
        "ML_PIPELINE_SERVICE_PORT": "8888",
        "FRONTEND_SERVER_NAMESPACE": home,
    }
    container = {
        "name": NAME,
        "image": pulled(PIPELINES_PAGES_IMAGE),
        "imagePullPolicy": "IfNotPresent",
        "env": [{"name": name, "value": value} for name, value in variables.items()],
        "ports": [{"containerPort": PORT}],
        "startupProbe": {**_HEALTH, "periodSeconds": 5, "failureThreshold": 24},
        "livenessProbe": {**_HEALTH, "periodSeconds": 20, "timeoutSeconds": 5},
        "readinessProbe": {**_HEALTH, "periodSeconds": 10, "timeoutSeconds": 5},
        "resources": resources("25m", "256Mi", "500m"),
        "securityContext": {**RESTRICTED, "runAsUser": 1000},
    }
    # Pod Identity mounts its own token; the server does not use the Kubernetes API.
    return {
        "serviceAccountName": service_account,
        "automountServiceAccountToken": False,
        "securityContext": {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}},
        "topologySpreadConstraints": spread(_LABELS),
        "containers": [container],
    }
