"""Argo CD's Applications of the waves. Each is synced after the previous one is healthy."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pulumi

from ..delivery.argo_cd.names import DELETION_APPROVED
from .waves import Wave

WAVE_LABEL = "mlplatform.io/wave"
NAME = "kubeflow"
VALIDATOR = "istio-validator-istio-system"
_PATCH = """\
{{- if .settings }}
spec:
  source:
    kustomize:
      patches:
        - target: {kind: ConfigMap, name: settings}
          patch: {{ .settings | quote }}
{{- end }}
"""


class MissingSettingError(ValueError):
    """A wave lacks a setting, or a setting belongs to no wave."""


def settings_patches(waves: Sequence[Wave], settings: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """The Kustomize patch that sets the ConfigMap of each wave that has settings, by the wave's name.

    Raises:
        MissingSettingError: `settings` lacks a setting of a wave, or names an unknown wave.
    """
    if unknown := sorted({*settings} - {wave.name for wave in waves}):
        raise MissingSettingError(f"settings of {', '.join(unknown)}: no such wave; write the name of a selected wave")
    return {wave.name: _patch(wave, settings.get(wave.name, {})) for wave in waves if wave.settings}


def _patch(wave: Wave, settings: Mapping[str, str]) -> str:
    if missing := [key for key in wave.settings if not settings.get(key)]:
        raise MissingSettingError(f"wave {wave.name} has no {', '.join(missing)}; set each to a value")
    data = {key: settings[key] for key in wave.settings}
    return json.dumps({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "settings"}, "data": data})


def application_set(
    waves: Sequence[Wave],
    patches: Mapping[str, pulumi.Input[str]],
    *,
    namespace: pulumi.Input[str],
    project: str,
    repository: str,
    revision: str,
) -> dict[str, Any]:
    """The ApplicationSet that deploys `waves` from a revision of the repository.

    Args:
        patches: the settings of waves, by the wave's name, from `settings_patches`. Only they may be unknown at
            preview, so that rules judge the rest before anything is made.
        namespace: Argo CD's namespace.
        project: The AppProject, which must allow cluster-wide objects.

    The order requires Argo CD's progressive syncs (`applicationsetcontroller.enable.progressive.syncs`). A wave is
    synced when it differs from its revision or from the cluster, and the next wave waits until it is healthy. Deleting
    the set deletes the waves in reverse order.
    """
    elements = [
        {
            "wave": wave.name,
            "path": wave.path,
            "namespace": wave.namespace,
            "settings": patches.get(wave.name, ""),
        }
        for wave in waves
    ]
    steps = [{"matchExpressions": [{"key": WAVE_LABEL, "operator": "In", "values": [wave.name]}]} for wave in waves]
    return {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "ApplicationSet",
        "metadata": {"name": NAME, "namespace": namespace},
        "spec": {
            "goTemplate": True,
            "goTemplateOptions": ["missingkey=error"],
            "generators": [{"list": {"elements": elements}}],
            # The ApplicationSet would remove a confirmation of a deletion before Argo CD reads it.
            "preservedFields": {"annotations": [DELETION_APPROVED]},
            "strategy": {"type": "RollingSync", "deletionOrder": "Reverse", "rollingSync": {"steps": steps}},
            "template": _template(project, repository, revision),
            "templatePatch": _PATCH,
        },
    }


def _template(project: str, repository: str, revision: str) -> dict[str, Any]:
    return {
        "metadata": {
            "name": f"{NAME}-{{{{.wave}}}}",
            "labels": {WAVE_LABEL: "{{.wave}}"},
            # Deleting an Application deletes its objects, and waits for it.
            "finalizers": ["resources-finalizer.argocd.argoproj.io"],
        },
        "spec": {
            "project": project,
            "source": {"repoURL": repository, "targetRevision": revision, "path": "{{.path}}"},
            "destination": {"server": "https://kubernetes.default.svc", "namespace": "{{.namespace}}"},
            "syncPolicy": {
                # A rolling sync uses only `prune` of this section; it decides itself when to sync.
                "automated": {"prune": True},
                "syncOptions": [
                    # Some CRDs are too large for the annotation of client-side apply.
                    "ServerSideApply=true",
                    "PruneLast=true",
                    "RespectIgnoreDifferences=true",
                    "FailOnSharedResource=true",
                ],
                "retry": {"limit": 5, "backoff": {"duration": "20s", "factor": 2, "maxDuration": "5m"}},
            },
            "ignoreDifferences": _written_by_controllers(),
        },
    }


def _written_by_controllers() -> list[dict[str, Any]]:
    """Fields of delivered objects that controllers of the cluster change, which is not drift."""
    authorities = [".webhooks[]?.clientConfig.caBundle"]
    return [
        {"group": "admissionregistration.k8s.io", "kind": kind, "jqPathExpressions": authorities}
        for kind in ("MutatingWebhookConfiguration", "ValidatingWebhookConfiguration")
    ] + [
        {
            "group": "apiextensions.k8s.io",
            "kind": "CustomResourceDefinition",
            "jqPathExpressions": [".spec.conversion.webhook.clientConfig.caBundle"],
        },
        {
            # Istio changes it from Ignore to Fail when its webhook is ready. Source: istio 1.30.1,
            # pkg/webhooks/validation/controller.
            "group": "admissionregistration.k8s.io",
            "kind": "ValidatingWebhookConfiguration",
            "name": VALIDATOR,
            "jqPathExpressions": [".webhooks[]?.failurePolicy"],
        },
        {"group": "", "kind": "Secret", "jqPathExpressions": [".data"]},
        {
            "group": "rbac.authorization.k8s.io",
            "kind": "ClusterRole",
            "jqPathExpressions": ["select(.aggregationRule) | .rules"],
        },
    ]
