"""Whom Argo CD tells of deployments, and what."""

import json
from typing import Any

from .credentials import SLACK_TOKEN

_ONCE = "app.status.operationState?.syncResult?.revision"
_HAS_RUN = "app.status.operationState != nil and app.status.operationState.phase in"
_TOLD = {
    "deployed": (
        f"{_HAS_RUN} ['Succeeded'] and app.status.health.status == 'Healthy'",
        "{{.app.metadata.name}} runs {{.app.status.sync.revision}}.",
    ),
    "degraded": (
        "app.status.health.status == 'Degraded'",
        "{{.app.metadata.name}} is degraded at {{.app.status.sync.revision}}.",
    ),
    "sync-failed": (
        f"{_HAS_RUN} ['Error', 'Failed']",
        "{{.app.metadata.name}} could not be brought to what the repository says: "
        "{{.app.status.operationState.message}}",
    ),
}
"""What is told, each once for a revision. Source: Argo CD v3.4.4, notifications_catalog/triggers."""
_LINK = " {{.context.argocdUrl}}/applications/{{.app.metadata.name}}"


def notifications_values(slack_channel: str | None) -> dict[str, Any]:
    """The chart's values `notifications`: nobody is told where no channel is named."""
    if slack_channel is None:
        return {"enabled": False}
    triggers = {
        f"trigger.on-{what}": json.dumps([{"when": when, "send": [what], "oncePer": _ONCE}])
        for what, (when, _) in _TOLD.items()
    }
    return {
        "enabled": True,
        # An ExternalSecret keeps it.
        "secret": {"create": False},
        "notifiers": {"service.slack": json.dumps({"token": f"${SLACK_TOKEN}"})},
        "templates": {f"template.{what}": json.dumps({"message": text + _LINK}) for what, (_, text) in _TOLD.items()},
        "triggers": triggers,
        "subscriptions": [{"recipients": [f"slack:{slack_channel}"], "triggers": [f"on-{what}" for what in _TOLD]}],
    }
