"""A team's profile in Kubeflow: its namespace, members, quota, network policies and pipeline storage."""

import json
import re
from collections.abc import Sequence
from typing import Any

from ..cluster.secure_namespace import TEAM_LABEL
from ..cluster.team_quota import limit_range, quota
from ..core.network_policies import admit, allow_apis, allow_dns, allow_within, default_deny, pods_of
from ..core.teams import TeamSpec
from ..facts.regions import dns_suffix
from . import artifacts
from .access import PIPELINES

Manifest = dict[str, Any]

EDITOR = "default-editor"
"""The service account that Kubeflow creates in each profile, for notebooks and pipeline steps."""
KUBEFLOW = "kubeflow"
MESH = "istio-system"
GATEWAY = f"cluster.local/ns/{MESH}/sa/istio-ingressgateway-service-account"
PIPELINES_UI = f"cluster.local/ns/{KUBEFLOW}/sa/ml-pipeline-ui"
"""The principals that may forward a member's requests into the team's namespace."""
USER_HEADER = "kubeflow-userid"
PAGES = {"notebook": 8888, "TensorBoard": 6006, "volume": 8080}
"""The ports of web interfaces in a team's namespace."""
SERVERS = {"artifacts": artifacts.PORT, "suggestions": 6789, "early stopping": 6788}
"""The ports that Kubeflow's servers call in a namespace. Source: katib v0.19.0, pkg/controller.v1beta1/consts."""
MESH_PORTS = (15012, 15017)
"""The ports of istiod, for the certificates and the configuration of sidecars."""


def namespace(team: TeamSpec) -> Manifest:
    """The team's namespace, with the owner of the profile that takes it over.

    Otherwise Kubeflow's controller would create it, and pods could run in it before its network policies exist. Source:
    profile-controller, controllers/profile_controller.go, "Check existing namespace ownership".
    """
    levels = {f"pod-security.kubernetes.io/{mode}": "baseline" for mode in ("enforce", "audit", "warn")}
    labels = {
        **levels,
        TEAM_LABEL: "true",
        "istio-injection": "enabled",
        "app.kubernetes.io/part-of": "kubeflow-profile",
        "katib.kubeflow.org/metrics-collector-injection": "enabled",
        "pipelines.kubeflow.org/enabled": "true",
    }
    metadata = {"name": team.homes[0], "labels": labels, "annotations": {"owner": team.emails[0]}}
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": metadata}


def network_policies(team: TeamSpec, services: Sequence[str]) -> list[Manifest]:
    """The network policies of a team's pods. They allow traffic with each other, Kubeflow, the mesh, HTTPS, and the
    shared namespaces `services`, but not with other teams."""
    home = team.homes[0]
    shared = [peer for each in (KUBEFLOW, *services) for peer in pods_of(each)]
    return [
        default_deny(home),
        allow_dns(home),
        allow_within(home),
        allow_apis(home, {}),
        admit("allow-gateway", home, {}, pods_of(MESH, {"app": "istio-ingressgateway"}), [*PAGES.values()]),
        # Kubeflow asks notebooks for activity and experiments for suggestions, and shows the artifacts of pipelines.
        admit("allow-kubeflow", home, {}, pods_of(KUBEFLOW), [*PAGES.values(), *SERVERS.values()]),
        _reach("allow-mesh", home, pods_of(MESH), MESH_PORTS),
        _reach("allow-services", home, shared, ()),
    ]


def _reach(name: str, home: str, targets: Sequence[Manifest], ports: Sequence[int]) -> Manifest:
    rule: Manifest = {"to": list(targets)}
    if ports:
        rule["ports"] = [{"protocol": "TCP", "port": port} for port in ports]
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": name, "namespace": home},
        "spec": {"podSelector": {}, "policyTypes": ["Egress"], "egress": [rule]},
    }


def profile(team: TeamSpec) -> Manifest:
    """The team's profile. Its owner, the first member, can also add members in the dashboard."""
    return {
        "apiVersion": "kubeflow.org/v1",
        "kind": "Profile",
        "metadata": {"name": team.homes[0]},
        "spec": {
            "owner": {"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": team.emails[0]},
            "resourceQuotaSpec": {"hard": quota(team.homes[0], team.quota)["spec"]["hard"]},
        },
    }


def members(team: TeamSpec) -> list[Manifest]:
    """The other members, in the dashboard's form. Source: kubeflow/dashboard, access-management/kfam."""
    return [manifest for email in team.emails[1:] for manifest in _member(team.homes[0], email)]


def _member(home: str, email: str) -> list[Manifest]:
    name = re.sub(r"[^a-z0-9]+", "-", f"user-{email}-clusterrole-edit".lower())
    metadata = {"name": name, "namespace": home, "annotations": {"user": email, "role": "edit"}}
    group = "rbac.authorization.k8s.io"
    return [
        {
            "apiVersion": f"{group}/v1",
            "kind": "RoleBinding",
            "metadata": metadata,
            "roleRef": {"apiGroup": group, "kind": "ClusterRole", "name": "kubeflow-edit"},
            "subjects": [{"apiGroup": group, "kind": "User", "name": email}],
        },
        {
            "apiVersion": "security.istio.io/v1",
            "kind": "AuthorizationPolicy",
            "metadata": metadata,
            "spec": {
                "rules": [
                    {
                        "from": [{"source": {"principals": [GATEWAY, PIPELINES_UI]}}],
                        "when": [{"key": f"request.headers[{USER_HEADER}]", "values": [email]}],
                    }
                ]
            },
        },
    ]


def pipelines(team: TeamSpec, bucket: str, region: str) -> list[Manifest]:
    """The storage of the team's pipelines: its own folder, with its IAM role, without keys.

    Source: Kubeflow Pipelines, "Configure object store"; argo-workflows, "Configuring your artifact repository".
    """
    home = team.homes[0]
    root = f"s3://{bucket}/{home}/{PIPELINES}"
    endpoint = f"s3.{region}.{dns_suffix(region)}"
    providers = {"s3": {"default": {"endpoint": endpoint, "region": region, "credentials": {"fromEnv": True}}}}
    workflow = "{{workflow.name}}/{{pod.name}}"
    logs = {"endpoint": endpoint, "bucket": bucket, "region": region, "useSDKCreds": True}
    repository = {"archiveLogs": True, "s3": {**logs, "keyFormat": f"{home}/logs/{workflow}"}}
    default = {"workflows.argoproj.io/default-artifact-repository": "default-namespaced"}
    return [
        _config("kfp-launcher", home, {"defaultPipelineRoot": root, "providers": json.dumps(providers)}),
        _config(
            "metadata-grpc-configmap",
            home,
            {
                "METADATA_GRPC_SERVICE_HOST": f"metadata-grpc-service.{KUBEFLOW}",
                "METADATA_GRPC_SERVICE_PORT": "8080",
            },
        ),
        _config("artifact-repositories", home, {"default-namespaced": json.dumps(repository)}, default),
    ]


def bounds(team: TeamSpec) -> Manifest:
    """Default requests of containers."""
    return limit_range(team.homes[0])


def _config(name: str, home: str, data: dict[str, str], annotations: dict[str, str] | None = None) -> Manifest:
    metadata: Manifest = {"name": name, "namespace": home}
    if annotations:
        metadata["annotations"] = annotations
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data}
