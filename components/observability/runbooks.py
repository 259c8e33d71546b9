"""The page of the runbooks: one section for each alert."""

from collections.abc import Sequence
from textwrap import fill

from .alerts import Alert, Severity

_INTRODUCTION = """\
# Runbooks

Each alert links to its section here. `make runbooks` writes this page; a test compares it with the alerts.

Receivers and routes of a stack are in its section `metrics.alerts`. An alert goes to the team in its label `owner`. A
`critical` alert asks for action at once, at night too. A `warning` waits until the next working day. Replace each
`<name>` in a command by the label of the same name. A word in capital letters, such as `POD`, is a name that the
command before prints.

Alarms of CloudWatch are not on this page. The description of each alarm says what happened and what to do
([StoreAlarms](components/store_alarms.md)).
"""
_TOLD = {
    Severity.CRITICAL: "The team in the label `owner`, at once.",
    Severity.WARNING: "The team in the label `owner`, on the next working day.",
}


def runbooks(alerts: Sequence[Alert]) -> str:
    """The page as Markdown."""
    return "\n".join([_INTRODUCTION, *(_section(each) for each in alerts)])


def _section(alert: Alert) -> str:
    checks = "\n".join(f"{number}. {check}" for number, check in enumerate(alert.checks, 1))
    commands = "\n".join(alert.commands)
    waits = f"after {alert.minutes} minutes" if alert.minutes else "at once"
    parts = [
        f"## {alert.name}",
        fill(alert.meaning, 120),
        f"- Severity: `{alert.severity}`. It fires {waits}.\n- Told: {_TOLD[alert.severity]}",
        f"First checks:\n\n{checks}",
        *([f"```\n{commands}\n```"] if commands else []),
        *([f"The expression:\n\n```promql\n{alert.expression}\n```"] if alert.expression else []),
    ]
    return "\n\n".join(parts) + "\n"
