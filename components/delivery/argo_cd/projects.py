"""The AppProjects and ApplicationSets of teams, as manifests."""

import json
from typing import Any

from ...core.manifest import kubernetes_object
from ...core.teams import TeamSpec
from .kinds import HARMLESS
from .names import DELETION_APPROVED, ENVIRONMENT_LABEL, IN_CLUSTER, MODEL_LABEL, NAMESPACE, TEAM_LABEL
from .spec import DeliverySpec, SyncWindowSpec

FOLDER = "deploy/models"
_VERSION = "argoproj.io/v1alpha1"
_MEMBER = "member"
_CONFIRMED = "argocd.argoproj.io/sync-options"
_MODEL = "{{index .path.segments 3}}"
"""The model's name in the path deploy/models/<team>/<model>/overlays/<environment>."""

Manifest = dict[str, Any]


def closed_default() -> Manifest:
    """Argo CD's default project, changed to allow nothing.

    The server creates it at its first start with all permissions; this manifest takes over its fields.
    """
    nothing: list[Any] = []
    everything = [{"group": "*", "kind": "*"}]
    spec = {
        "description": "Closed: each team has a project of its own.",
        "sourceRepos": nothing,
        "destinations": nothing,
        "clusterResourceWhitelist": nothing,
        "clusterResourceBlacklist": everything,
        # Without this list, all kinds would be allowed.
        "namespaceResourceBlacklist": everything,
    }
    annotations = {"pulumi.com/patchForce": "true"}
    return kubernetes_object(_VERSION, "AppProject", "default", NAMESPACE, annotations=annotations, spec=spec)


def project(team: TeamSpec, spec: DeliverySpec) -> Manifest:
    """The team's project: its repositories, namespaces and allowed kinds, and the permissions of its members."""
    role = f"proj:{team.name}:{_MEMBER}"
    permissions = [("applications", "get"), ("applications", "sync"), ("logs", "get")]
    spec_of_object: Manifest = {
        "description": f"What the team {team.name} delivers.",
        "sourceRepos": list(dict.fromkeys((spec.repository, *team.repositories))),
        "destinations": [{"server": IN_CLUSTER, "namespace": home} for home in team.homes],
        "clusterResourceWhitelist": [],
        "namespaceResourceWhitelist": [{"group": each.group, "kind": each.kind} for each in HARMLESS],
        "roles": [
            {
                "name": _MEMBER,
                "description": f"Members of {team.name} look, and bring about what the repository says.",
                "policies": [f"p, {role}, {what}, {action}, {team.name}/*, allow" for what, action in permissions],
                "groups": list(team.members),
            }
        ],
    }
    if spec.sync_windows:
        spec_of_object["syncWindows"] = [_window(each) for each in spec.sync_windows]
    return kubernetes_object(_VERSION, "AppProject", team.name, NAMESPACE, spec=spec_of_object)


def _window(window: SyncWindowSpec) -> Manifest:
    return {
        "kind": str(window.kind),
        "schedule": window.schedule,
        "duration": f"{window.hours}h",
        "timeZone": window.time_zone,
        "applications": ["*"],
        "manualSync": True,
    }


def application_set(team: TeamSpec, spec: DeliverySpec) -> Manifest:
    """An Application for each model of the team that has an overlay for this environment.

    Each team has its own ApplicationSet, so that the program, not a folder's name, chooses the project. With
    `deletion_protection` it does not delete an Application whose folder was removed. Source: Argo CD v3.4.13,
    applicationset/controllers/applicationset_controller.go and applicationset/utils/policy.go.
    """
    folder = f"{FOLDER}/{team.name}/*/overlays/{spec.environment}"
    generator = {
        "repoURL": spec.repository,
        "revision": spec.revision,
        "directories": [{"path": folder}],
    }
    spec_of_object = {
        "goTemplate": True,
        "goTemplateOptions": ["missingkey=error"],
        "generators": [{"git": generator}],
        "syncPolicy": {"applicationsSync": "create-update" if spec.deletion_protection else "sync"},
        # An ApplicationSet removes other annotations, so it would remove a confirmation before Argo CD reads it.
        "preservedFields": {"annotations": [DELETION_APPROVED]},
        "template": {
            "metadata": {
                "name": f"{team.name}-{_MODEL}",
                "labels": {TEAM_LABEL: team.name, MODEL_LABEL: _MODEL, ENVIRONMENT_LABEL: spec.environment},
                # Deleting an Application deletes its objects.
                "finalizers": ["resources-finalizer.argocd.argoproj.io"],
            },
            "spec": _application(team, spec),
        },
    }
    return kubernetes_object(_VERSION, "ApplicationSet", f"models-{team.name}", NAMESPACE, spec=spec_of_object)


def _application(team: TeamSpec, spec: DeliverySpec) -> Manifest:
    return {
        "project": team.name,
        "source": {
            "repoURL": spec.repository,
            "targetRevision": spec.revision,
            "path": "{{.path.path}}",
            "kustomize": {"patches": deletion_confirmations()},
        },
        "destination": {"server": IN_CLUSTER, "namespace": team.homes[0]},
        "revisionHistoryLimit": 10,
        "syncPolicy": {
            # An overlay that renders no objects is a mistake.
            "automated": {"prune": True, "selfHeal": True, "allowEmpty": False},
            "syncOptions": ["CreateNamespace=false", "PruneLast=true", "ServerSideApply=true"],
            "retry": {"limit": 5, "backoff": {"duration": "10s", "factor": 2, "maxDuration": "5m"}},
        },
    }


def deletion_confirmations() -> list[Manifest]:
    """Patches that require a person's confirmation before objects with data are deleted."""
    return [
        {
            "target": {"group": each.group, "kind": each.kind} if each.group else {"kind": each.kind},
            "patch": json.dumps(
                {
                    "apiVersion": f"{each.group}/v1" if each.group else "v1",
                    "kind": each.kind,
                    # Kustomize requires a name in a patch with a target, and ignores it.
                    "metadata": {"name": "any", "annotations": {_CONFIRMED: "Prune=confirm,Delete=confirm"}},
                }
            ),
        }
        for each in HARMLESS
        if each.stateful
    ]
