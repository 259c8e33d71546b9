"""The permissions in a team's namespace, as manifests."""

from typing import Any

from ...core.manifest import kubernetes_object
from ...core.teams import TeamSpec
from .kinds import delivering, looking
from .names import CONTROLLER, NAMESPACE, SERVER

Manifest = dict[str, Any]

VIEWERS = "team-viewers"
DELIVERY = "argocd-delivery"


def kubernetes_group(team: TeamSpec) -> str:
    """The Kubernetes group of the team's IAM roles."""
    return f"mlplatform:{team.name}"


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
