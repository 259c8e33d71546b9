"""The Helm values of Argo CD."""

import json
from typing import Any

import pulumi

from ...core.pods import on_system_nodes, resources
from ...facts.versions import ARGO_CD
from .charts import ChartRegistry, login_values
from .credentials import CLIENT_SECRET
from .model_health import customizations
from .names import IN_CLUSTER, SSO_SECRET
from .notifications import notifications_values
from .spec import DeliverySpec

_PROBED = {"livenessProbe": {"enabled": True}, "readinessProbe": {"enabled": True}}
_BUDGET = {"enabled": True, "maxUnavailable": 1}


def oidc_config(spec: DeliverySpec, issuer: str, client_id: str) -> str:
    """The configuration of the sign-in. It refers to the client's secret by name.

    Source: Argo CD v3.4.4, docs/operator-manual/user-management/index.md, "Existing OIDC Provider".
    """
    return json.dumps(
        {
            "name": "Single sign-on",
            "issuer": issuer,
            "clientID": client_id,
            "clientSecret": f"${SSO_SECRET}:{CLIENT_SECRET}",
            "requestedScopes": list(spec.scopes),
        }
    )


def argo_cd_values(spec: DeliverySpec, oidc: pulumi.Input[str]) -> dict[str, Any]:
    """Values of the chart: only users of the OIDC provider, no default permissions, no cluster-wide permissions."""
    return {
        "global": {
            "domain": spec.domain,
            "image": {"tag": ARGO_CD.release},
            "logging": {"format": "json"},
            # The chart's policies let all pods reach the server; the namespace has stricter ones.
            "networkPolicy": {"create": False},
            "topologySpreadConstraints": [
                {"maxSkew": 1, "topologyKey": key, "whenUnsatisfiable": "ScheduleAnyway"}
                for key in ("topology.kubernetes.io/zone", "kubernetes.io/hostname")
            ],
        },
        # Helm deletes the CRDs with the release, so that a destroy leaves nothing behind.
        "crds": {"install": True, "keep": False},
        "createClusterRoles": spec.cluster_wide,
        "configs": _configs(spec, oidc),
        "dex": {"enabled": False},
        "notifications": {
            **notifications_values(spec),
            **_PROBED,
            "resources": resources("50m", "256Mi", "500m"),
            **on_system_nodes(),
        },
        **_workloads(spec),
        **_redis(spec.highly_available),
    }


def _configs(spec: DeliverySpec, oidc: pulumi.Input[str]) -> dict[str, Any]:
    administrators = [f"g, {group}, role:admin" for group in spec.administrators]
    configs: dict[str, Any] = {
        "cm": {
            "admin.enabled": "false",
            "users.anonymous.enabled": "false",
            "exec.enabled": "false",
            "oidc.config": oidc,
            # Kustomize overlays render the model's Helm chart.
            "kustomize.buildOptions": "--enable-helm",
            # Argo CD does not watch kinds that it has no permission to list.
            "resource.respectRBAC": "normal",
            **customizations(),
        },
        # Without it, the controller's own policy would apply to all ApplicationSets.
        "params": {"applicationsetcontroller.enable.policy.override": True},
        "rbac": {
            "policy.default": "",
            "policy.csv": "\n".join(administrators),
            "scopes": f"[{spec.groups_claim}, email]",
        },
    }
    if spec.cluster_wide:
        # Software with cluster-wide permissions, such as Kubeflow, is synced in waves.
        configs["params"]["applicationsetcontroller.enable.progressive.syncs"] = True
    else:
        configs["clusterCredentials"] = {
            "in-cluster": {
                "server": IN_CLUSTER,
                "namespaces": ",".join(spec.namespaces),
                "config": {"tlsClientConfig": {"insecure": False}},
            }
        }
    return configs


def _workloads(spec: DeliverySpec) -> dict[str, Any]:
    """The replicas of each part. One cluster needs only one controller, which Kubernetes restarts when it fails."""
    replicas = 2 if spec.highly_available else 1
    measured = {"metrics": {"enabled": True}}
    several: dict[str, Any] = {"replicas": replicas, **measured, **on_system_nodes()}
    if spec.highly_available:
        several["pdb"] = _BUDGET
    charts = login_values(ChartRegistry.of(spec.chart_registry)) if spec.chart_registry else {}
    return {
        "controller": {"replicas": 1, **measured, "resources": resources("500m", "2Gi", "2"), **on_system_nodes()},
        "server": {**several, "resources": resources("100m", "256Mi", "500m")},
        "repoServer": {**several, **charts, "resources": resources("250m", "1Gi", "2")},
        "applicationSet": {**several, **_PROBED, "resources": resources("50m", "256Mi", "500m")},
        "redisSecretInit": {"resources": resources("50m", "128Mi", "200m"), **on_system_nodes()},
    }


def _redis(highly_available: bool) -> dict[str, Any]:
    """Redis, a cache without data to lose. Its password is created in the cluster, and is in no Helm value."""
    if not highly_available:
        return {
            "redis": {
                **_PROBED,
                "automountServiceAccountToken": False,
                "resources": resources("50m", "256Mi", "500m"),
                **on_system_nodes(),
            }
        }
    small = resources("20m", "64Mi", "200m")
    place = on_system_nodes()
    return {
        "redis-ha": {
            "enabled": True,
            # The chart takes this affinity as text, and sets the servers' tolerations on the proxies too.
            "additionalAffinities": place["affinity"],
            "tolerations": place["tolerations"],
            # Two of three sentinels must agree, so each runs on another node.
            "hardAntiAffinity": True,
            "topologySpreadConstraints": {"enabled": True},
            "podDisruptionBudget": {"maxUnavailable": 1},
            "redis": {"resources": resources("50m", "256Mi", "500m")},
            "sentinel": {"resources": small},
            "splitBrainDetection": {"resources": small},
            "init": {"resources": small},
            "haproxy": {
                "hardAntiAffinity": False,
                "additionalAffinities": place["affinity"],
                "podDisruptionBudget": {"maxUnavailable": 1},
                "resources": resources("50m", "128Mi", "500m"),
                "init": {"resources": small},
            },
        }
    }
