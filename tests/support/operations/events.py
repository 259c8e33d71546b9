"""The event that Argo CD sends to GitHub for a deployed model, and how a workflow reads it."""

import json
import re
from collections.abc import Mapping
from typing import Any

import yaml

from tests.support.components.clusters import RELEASE
from tests.support.components.delivered import APPLICATION_SET, PLATFORM, delivery, named
from tests.support.operations.workflows import ROOT

_LABEL = re.compile(r"^index \.app\.metadata\.labels `([^`]+)`$")
_EXPRESSION = re.compile(r"^\$\{\{ (.+) \}\}$")


def application_of(folder: str, environment: str, revision: str) -> dict[str, Any]:
    """The Application of a model's overlay, brought to a revision; made as Argo CD's set makes it."""
    segments = folder.rstrip("/").split("/")
    team = segments[2]
    made = named(delivery(environment=environment, teams=[{"name": team, "groups": [team]}]), APPLICATION_SET)
    template = made[f"models-{team}"].inputs["spec"]["template"]
    text = json.dumps(template["metadata"])
    metadata = json.loads(re.sub(r"{{index \.path\.segments (\d)}}", lambda at: segments[int(at[1])], text))
    state = {"phase": "Succeeded", "syncResult": {"revision": revision}}
    return {"metadata": metadata, "spec": template["spec"], "status": {"operationState": state}}


def event_of(application: Mapping[str, Any], environment: str) -> dict[str, Any]:
    """The body that GitHub gets for it: `event_type` and `client_payload`."""
    values = delivery(environment=environment, tell_github=True).one(RELEASE).inputs["values"]["notifications"]
    [text] = values["templates"].values()
    template = json.loads(text)["github"]
    assert template["repoURLPath"] == PLATFORM
    dispatch = template["repositoryDispatch"]
    payload = re.sub(r"{{(.+?)}}", lambda found: _filled(found[1], application), dispatch["client_payload"])
    return {"event_type": dispatch["event_type"], "client_payload": json.loads(payload)}


def _filled(action: str, application: Mapping[str, Any]) -> str:
    """What Go's template makes of the two kinds of action that there are."""
    if label := _LABEL.match(action):
        return application["metadata"]["labels"][label[1]]
    found: Any = {"app": application}
    for step in action.removeprefix(".").split("."):
        found = found[step]
    return found


def trigger_of(workflow: str) -> Any:
    """What starts a workflow; GitHub's `on` is a truth value to YAML 1.1."""
    read: dict[Any, Any] = yaml.safe_load((ROOT / workflow).read_text())
    return read[True]


def variables(workflow: str, job: str, event: Mapping[str, Any]) -> dict[str, str]:
    """The environment of a job that an event starts, by its expressions."""
    given: dict[str, str] = yaml.safe_load((ROOT / workflow).read_text())["jobs"][job]["env"]
    return {name: _evaluated(text, event) for name, text in given.items()}


def _evaluated(text: str, event: Mapping[str, Any]) -> str:
    expression = _EXPRESSION.match(text)
    if not expression:
        return text
    known = {f"github.event.client_payload.{key}": value for key, value in event["client_payload"].items()}
    return next((known[each] for each in expression[1].split(" || ") if known.get(each)), "")
