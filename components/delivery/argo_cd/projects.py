"""What Argo CD lets a team deliver, and what it finds to deliver, as manifests."""

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
"""The folder below the team's: deploy/models/<team>/<model>/overlays/<environment>."""

Manifest = dict[str, Any]


def closed_default() -> Manifest:
    """Argo CD's own project, which allows everything when it is made, so that nothing goes by it.

    The server makes it at its first start: its fields are taken over.
    """
    nothing: list[Any] = []
    everything = [{"group": "*", "kind": "*"}]
    spec = {
        "description": "Closed: each team has a project of its own.",
        "sourceRepos": nothing,
        "destinations": nothing,
        "clusterResourceWhitelist": nothing,
        "clusterResourceBlacklist": everything,
        # Without a list of kinds that go, all would.
        "namespaceResourceBlacklist": everything,
    }
    annotations = {"pulumi.com/patchForce": "true"}
    return kubernetes_object(_VERSION, "AppProject", "default", NAMESPACE, annotations=annotations, spec=spec)


def project(team: TeamSpec, spec: DeliverySpec) -> Manifest:
    """The team's project: its repositories, its namespaces, harmless kinds, and what its members may."""
    role = f"proj:{team.name}:{_MEMBER}"
    may = [("applications", "get"), ("applications", "sync"), ("logs", "get")]
    wanted: Manifest = {
        "description": f"What the team {team.name} delivers.",
        "sourceRepos": list(dict.fromkeys((spec.repository, *team.repositories))),
        "destinations": [{"server": IN_CLUSTER, "namespace": home} for home in team.homes],
        "clusterResourceWhitelist": [],
        "namespaceResourceWhitelist": [{"group": each.group, "kind": each.kind} for each in HARMLESS],
        "roles": [
            {
                "name": _MEMBER,
                "description": f"Members of {team.name} look, and bring about what the repository says.",
                "policies": [f"p, {role}, {what}, {action}, {team.name}/*, allow" for what, action in may],
                "groups": list(team.members),
            }
        ],
    }
    if spec.sync_windows:
        wanted["syncWindows"] = [_window(each) for each in spec.sync_windows]
    return kubernetes_object(_VERSION, "AppProject", team.name, NAMESPACE, spec=wanted)


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

    Each team has its own set, so that the program chooses the project, not the name of a folder. With
    `deletion_protection` the set deletes no Application whose folder is gone. Source: Argo CD v3.4.13,
    applicationset/controllers/applicationset_controller.go and applicationset/utils/policy.go.
    """
    folder = f"{FOLDER}/{team.name}/*/overlays/{spec.environment}"
    generator = {
        "repoURL": spec.repository,
        "revision": spec.revision,
        "directories": [{"path": folder}],
    }
    wanted = {
        "goTemplate": True,
        "goTemplateOptions": ["missingkey=error"],
        "generators": [{"git": generator}],
        "syncPolicy": {"applicationsSync": "create-update" if spec.deletion_protection else "sync"},
        # A set takes from its Applications what it did not generate: a confirmation would be gone before it is read.
        "preservedFields": {"annotations": [DELETION_APPROVED]},
        "template": {
            "metadata": {
                "name": f"{team.name}-{_MODEL}",
                "labels": {TEAM_LABEL: team.name, MODEL_LABEL: _MODEL, ENVIRONMENT_LABEL: spec.environment},
                # Deleting an Application deletes what it delivered.
                "finalizers": ["resources-finalizer.argocd.argoproj.io"],
            },
            "spec": _application(team, spec),
        },
    }
    return kubernetes_object(_VERSION, "ApplicationSet", f"models-{team.name}", NAMESPACE, spec=wanted)


def _application(team: TeamSpec, spec: DeliverySpec) -> Manifest:
    return {
        "project": team.name,
        "source": {
            "repoURL": spec.repository,
            "targetRevision": spec.revision,
            "path": "{{.path.path}}",
            "kustomize": {"patches": kept()},
        },
        "destination": {"server": IN_CLUSTER, "namespace": team.homes[0]},
        "revisionHistoryLimit": 10,
        "syncPolicy": {
            # An overlay that renders to nothing is a mistake, not a wish.
            "automated": {"prune": True, "selfHeal": True, "allowEmpty": False},
            "syncOptions": ["CreateNamespace=false", "PruneLast=true", "ServerSideApply=true"],
            "retry": {"limit": 5, "backoff": {"duration": "10s", "factor": 2, "maxDuration": "5m"}},
        },
    }


def kept() -> list[Manifest]:
    """Patches by which what holds data is removed only after a person has said so, whatever the manifests say."""
    return [
        {
            "target": {"group": each.group, "kind": each.kind} if each.group else {"kind": each.kind},
            "patch": json.dumps(
                {
                    "apiVersion": f"{each.group}/v1" if each.group else "v1",
                    "kind": each.kind,
                    # A patch with a target needs a name and heeds none.
                    "metadata": {"name": "any", "annotations": {_CONFIRMED: "Prune=confirm,Delete=confirm"}},
                }
            ),
        }
        for each in HARMLESS
        if each.stateful
    ]
