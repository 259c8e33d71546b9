"""The quota and the permissions of a team's namespace, as manifests."""

from typing import Any

from ...core.manifest import kubernetes_object
from ...core.teams import TeamQuotaSpec, TeamSpec
from .kinds import delivering, looking
from .names import CONTROLLER, NAMESPACE, SERVER

Manifest = dict[str, Any]

VIEWERS = "team-viewers"
DELIVERY = "argocd-delivery"


def kubernetes_group(team: TeamSpec) -> str:
    """The Kubernetes group of the team's IAM roles."""
    return f"mlplatform:{team.name}"


def quota(namespace: str, limits: TeamQuotaSpec) -> Manifest:
    """The quota of a namespace. It also forbids Services of type LoadBalancer and NodePort."""
    hard = {
        "requests.cpu": str(limits.cpu),
        "requests.memory": f"{limits.memory_gib}Gi",
        "limits.memory": f"{limits.memory_gib}Gi",
        "requests.nvidia.com/gpu": str(limits.gpus),
        "requests.storage": f"{limits.storage_gib}Gi",
        "pods": str(limits.pods),
        "services.loadbalancers": "0",
        "services.nodeports": "0",
    }
    return kubernetes_object("v1", "ResourceQuota", "team", namespace, spec={"hard": hard})


def limit_range(namespace: str) -> Manifest:
    """Default requests of containers. Without them, the quota would refuse a pod without requests."""
    container = {
        "type": "Container",
        "defaultRequest": {"cpu": "100m", "memory": "256Mi", "ephemeral-storage": "1Gi"},
        "default": {"memory": "256Mi", "ephemeral-storage": "1Gi"},
    }
    return kubernetes_object("v1", "LimitRange", "team", namespace, spec={"limits": [container]})


def viewing(team: TeamSpec, namespace: str) -> list[Manifest]:
    """Read permissions for the team and for Argo CD's server. Changes come only from the repository."""
    people = {"kind": "Group", "apiGroup": "rbac.authorization.k8s.io", "name": kubernetes_group(team)}
    return _role(VIEWERS, namespace, looking(), [people, _account(SERVER)])


def controlling(namespace: str) -> list[Manifest]:
    """The permissions of Argo CD's controller in a namespace. It has no others."""
    return _role(DELIVERY, namespace, delivering(), [_account(CONTROLLER)])


def _role(name: str, namespace: str, rules: list[Manifest], subjects: list[Manifest]) -> list[Manifest]:
    group = "rbac.authorization.k8s.io"
    version = f"{group}/v1"
    reference = {"apiGroup": group, "kind": "Role", "name": name}
    return [
        kubernetes_object(version, "Role", name, namespace, rules=rules),
        kubernetes_object(version, "RoleBinding", name, namespace, roleRef=reference, subjects=subjects),
    ]


def _account(name: str) -> Manifest:
    return {"kind": "ServiceAccount", "name": name, "namespace": NAMESPACE}
