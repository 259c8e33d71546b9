"""Argo CD's notifications about deployments, to Slack and to GitHub workflows."""

import json
from typing import Any

from .credentials import GITHUB_APP_ID, GITHUB_INSTALLATION_ID, GITHUB_PRIVATE_KEY, SLACK_TOKEN
from .names import MODEL_LABEL, TEAM_LABEL
from .spec import DeliverySpec

SETTLING_SECONDS = 60
"""Seconds to wait after a sync, because controllers first report the health of the old state."""
_STATE = "app.status.operationState"
_REVISION = f"{_STATE}.syncResult.revision"
_ONCE = f"{_STATE}?.syncResult?.revision"
_HAS_RUN = f"{_STATE} != nil and {_STATE}.phase in"
_DEPLOYED = (
    f"{_HAS_RUN} ['Succeeded'] and app.status.health.status == 'Healthy' and app.status.sync.status == 'Synced' and "
    f"time.Now().Sub(time.Parse({_STATE}.finishedAt)).Seconds() >= {SETTLING_SECONDS}"
)
_TOLD = {
    "deployed": (_DEPLOYED, "{{.app.metadata.name}} runs {{.app.status.sync.revision}}."),
    "degraded": (
        "app.status.health.status == 'Degraded'",
        "{{.app.metadata.name}} is degraded at {{.app.status.sync.revision}}.",
    ),
    "unknown": (
        "app.status.sync.status == 'Unknown'",
        "{{.app.metadata.name}} cannot be compared with the repository and runs what was delivered last: "
        "{{range .app.status.conditions}}{{.message}} {{end}}",
    ),
    "sync-failed": (
        f"{_HAS_RUN} ['Error', 'Failed']",
        "{{.app.metadata.name}} could not be brought to what the repository says: "
        "{{.app.status.operationState.message}}",
    ),
}
"""The notifications; each is sent once for a revision. Source: Argo CD v3.4.13, notifications_catalog/triggers."""
_LINK = " {{.context.argocdUrl}}/applications/{{.app.metadata.name}}"
_EVENT = "event"

Values = dict[str, Any]


def notifications_values(spec: DeliverySpec) -> Values:
    """The chart's values `notifications`, for the receivers in the config."""
    receivers = [each for each in (_slack(spec.slack_channel), _github(spec)) if each]
    if not receivers:
        return {"enabled": False}
    parts: dict[str, Values] = {part: {} for part in ("notifiers", "templates", "triggers")}
    for each in receivers:
        for part, entries in parts.items():
            entries.update(each[part])
    return {
        "enabled": True,
        # An ExternalSecret creates the secret.
        "secret": {"create": False},
        **parts,
        "subscriptions": [each["subscription"] for each in receivers],
    }


def event_name(environment: str) -> str:
    """The GitHub event that reports a deployed model in an environment."""
    return f"{environment}-deployed"


def _trigger(when: str, template: str) -> str:
    return json.dumps([{"when": when, "send": [template], "oncePer": _ONCE}])


def _slack(channel: str | None) -> Values | None:
    if channel is None:
        return None
    return {
        "notifiers": {"service.slack": json.dumps({"token": f"${SLACK_TOKEN}"})},
        "templates": {f"template.{what}": json.dumps({"message": text + _LINK}) for what, (_, text) in _TOLD.items()},
        "triggers": {f"trigger.on-{what}": _trigger(when, what) for what, (when, _) in _TOLD.items()},
        "subscription": {"recipients": [f"slack:{channel}"], "triggers": [f"on-{what}" for what in _TOLD]},
    }


def _github(spec: DeliverySpec) -> Values | None:
    """A `repository_dispatch` of a GitHub App. Only the App's key is stored; its tokens are valid for an hour.

    Source: notifications-engine at the commit of Argo CD v3.4.4, pkg/services/github.go.
    """
    if not spec.tell_github:
        return None
    app = {
        "appID": f"${GITHUB_APP_ID}",
        "installationID": f"${GITHUB_INSTALLATION_ID}",
        "privateKey": f"${GITHUB_PRIVATE_KEY}",
    }
    payload = {"team": _label(TEAM_LABEL), "model": _label(MODEL_LABEL), "revision": f"{{{{.{_REVISION}}}}}"}
    # Labels contain no quotation marks, so they need no escaping.
    text = "{" + ", ".join(f'"{key}": "{value}"' for key, value in payload.items()) + "}"
    dispatch = {"event_type": event_name(spec.environment), "client_payload": text}
    return {
        "notifiers": {"service.github": json.dumps(app)},
        "templates": {
            f"template.{_EVENT}": json.dumps(
                {"github": {"repoURLPath": spec.repository, "repositoryDispatch": dispatch}}
            )
        },
        "triggers": {f"trigger.on-{_EVENT}": _trigger(_DEPLOYED, _EVENT)},
        # Only Applications of models.
        "subscription": {"recipients": ["github"], "triggers": [f"on-{_EVENT}"], "selector": MODEL_LABEL},
    }


def _label(name: str) -> str:
    return f"{{{{index .app.metadata.labels `{name}`}}}}"
