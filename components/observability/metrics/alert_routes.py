"""The Alertmanager's configuration: routes by severity and owner to SNS topics.

Amazon Managed Service for Prometheus sends to SNS and PagerDuty only, and refuses `api_url` and `http_config`. So mail,
Slack and PagerDuty subscribe to topics. Source: its user guide, "Managing and forwarding alerts with alert manager".
"""

import json
from collections.abc import Mapping
from typing import Any

import pulumi

from .alert_spec import HEARTBEAT, AlertsSpec, ReceiverSpec, RouteSpec

HEARTBEAT_ALERT = "MetricsHeartbeat"
HEARTBEAT_MINUTES = 5
SUBJECT = (
    "[{{ .Status | toUpper }}] {{ .CommonLabels.severity }} {{ .CommonLabels.alertname }} {{ .CommonLabels.owner }}"
)
_TEXT = (
    "{{ range .Alerts }}{{ .Status }}: {{ .Labels.severity }} {{ .Labels.alertname }}\n"
    "{{ .Annotations.summary }}\n"
    "owner: {{ .Labels.owner }}\n"
    "runbook: {{ .Annotations.runbook_url }}\n"
    "since: {{ .StartsAt }}\n\n{{ end }}"
)
_QUOTED = '{{ reReplaceAll "[\\"\\\\\\\\\\n]" " " (print %s) }}'
"""A value inside a JSON text: quotation marks, backslashes and new lines become spaces."""


def _inside(value: str) -> str:
    return _QUOTED % value


def chat_message() -> str:
    """The form that Amazon Q Developer shows in a channel; it drops messages of other forms.

    Source: Amazon Q Developer in chat applications administrator guide, "Custom notifications".
    """
    summaries = (
        "{{ range .Alerts }}"
        + _inside(".Annotations.summary")
        + " Runbook: "
        + _inside(".Annotations.runbook_url")
        + "\\n{{ end }}"
    )
    title = _inside(".Status") + " " + _inside(".CommonLabels.severity") + " " + _inside(".CommonLabels.alertname")
    return (
        '{"version":"1.0","source":"custom","content":{"textType":"client-markdown","title":"'
        + title
        + '","description":"'
        + summaries
        + '"}}'
    )


def pager_message() -> str:
    """One event for PagerDuty's event transformer: its key joins the firing and the resolved message of a group."""
    fields = {
        "status": ".Status",
        "severity": ".CommonLabels.severity",
        "alertname": ".CommonLabels.alertname",
        "owner": ".CommonLabels.owner",
        "summary": ".CommonAnnotations.summary",
        "runbook_url": ".CommonAnnotations.runbook_url",
        "dedup_key": ".GroupLabels.SortedPairs.Values",
    }
    return "{" + ",".join(f'"{name}":"{_inside(value)}"' for name, value in fields.items()) + "}"


def message(receiver: ReceiverSpec) -> str:
    """The text of a message in the form that the receiver reads."""
    if receiver.slack:
        return chat_message()
    return pager_message() if receiver.pager_duty_secret else _TEXT


def alertmanager_config(alerts: AlertsSpec, topics: Mapping[str, pulumi.Input[str]], region: str) -> dict[str, Any]:
    """The configuration. `topics` has the ARN of each receiver's topic, and of the heartbeat's."""
    default = alerts.receivers[0].name
    return {
        "route": {
            "receiver": default,
            "group_by": ["alertname", "severity", "owner", "namespace", "model"],
            "group_wait": "30s",
            "group_interval": "5m",
            "repeat_interval": f"{alerts.repeat_hours}h",
            "routes": [
                {
                    "receiver": HEARTBEAT,
                    "matchers": [f'alertname="{HEARTBEAT_ALERT}"'],
                    "group_wait": "0s",
                    "group_interval": "1m",
                    "repeat_interval": f"{HEARTBEAT_MINUTES}m",
                },
                *(each for route in alerts.routes for each in _routes(route)),
            ],
        },
        # A critical alert hides the warning of the same name about the same thing.
        "inhibit_rules": [
            {
                "source_matchers": ['severity="critical"'],
                "target_matchers": ['severity="warning"'],
                "equal": ["alertname", "namespace", "model", "owner"],
            }
        ],
        "receivers": [
            *(_receiver(each.name, topics[each.name], region, message(each)) for each in alerts.receivers),
            _receiver(HEARTBEAT, topics[HEARTBEAT], region, "alive"),
        ],
    }


def _routes(route: RouteSpec) -> list[dict[str, Any]]:
    """One for each receiver. Each lets the alert pass on to the next routes."""
    matchers: list[str] = []
    if route.severities:
        matchers.append(f'severity=~"{"|".join(route.severities)}"')
    if route.owners:
        matchers.append(f'owner=~"{"|".join(route.owners)}"')
    return [
        {"receiver": receiver, "continue": True, **({"matchers": matchers} if matchers else {})}
        for receiver in route.receivers
    ]


def _receiver(name: str, topic: pulumi.Input[str], region: str, text: str) -> dict[str, Any]:
    sns = {
        "topic_arn": topic,
        "sigv4": {"region": region},
        "subject": SUBJECT,
        "message": text,
        "send_resolved": name != HEARTBEAT,
    }
    return {"name": name, "sns_configs": [sns]}


def amp_definition(config: Mapping[str, Any]) -> str:
    """The file of the managed Alertmanager, which holds the usual configuration as text."""
    return json.dumps({"alertmanager_config": json.dumps(config, indent=1)}, indent=1)
