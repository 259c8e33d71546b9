"""Argo CD's own configuration: who gets in, what it may do, and how often each part is there."""

import json
from typing import Any

import pulumi

from ...core.pods import on_system_nodes, resources
from ...facts.versions import ARGO_CD
from .charts import ChartRegistry, login_values
from .credentials import CLIENT_SECRET
from .inference_services import customizations
from .names import IN_CLUSTER, SSO_SECRET
from .notifications import notifications_values
from .spec import DeliverySpec

_PROBED = {"livenessProbe": {"enabled": True}, "readinessProbe": {"enabled": True}}
_BUDGET = {"enabled": True, "maxUnavailable": 1}


def oidc_config(spec: DeliverySpec, issuer: str, client_id: str) -> str:
    """How people sign in; the client's secret is named, not held.

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
    """Values of its chart: nobody but the sign-in's users, no rights by default, no rights of the whole cluster."""
    return {
        "global": {
            "domain": spec.domain,
            "image": {"tag": ARGO_CD.release},
            "logging": {"format": "json"},
            # Its policies let everyone in the cluster reach the server; ours are those of the namespace.
            "networkPolicy": {"create": False},
            "topologySpreadConstraints": [
                {"maxSkew": 1, "topologyKey": key, "whenUnsatisfiable": "ScheduleAnyway"}
                for key in ("topology.kubernetes.io/zone", "kubernetes.io/hostname")
            ],
        },
        # Its definitions go with it: what is destroyed leaves nothing behind.
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
            # An overlay inflates the model's chart.
            "kustomize.buildOptions": "--enable-helm",
            # What it has no right to list, it doesn't watch.
            "resource.respectRBAC": "normal",
            **customizations(),
        },
        # Without it a policy of the controller itself would decide for all sets.
        "params": {"applicationsetcontroller.enable.policy.override": True},
        "rbac": {
            "policy.default": "",
            "policy.csv": "\n".join(administrators),
            "scopes": f"[{spec.groups_claim}, email]",
        },
    }
    if spec.cluster_wide:
        # What needs rights in the whole cluster, as Kubeflow, comes in waves that wait for each other.
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
    """The controller is one, for one cluster is one's to watch: Kubernetes starts another when it fails."""
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
    """A cache that can be made again; its password is made in the cluster at the first start, and in no value."""
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
            # The chart takes its affinity as text, and gives the proxies the same tolerations as the servers.
            "additionalAffinities": place["affinity"],
            "tolerations": place["tolerations"],
            # Two of its three sentinels must agree, so that no two may be lost with one node.
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
