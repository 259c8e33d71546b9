"""Names that another stack of the same account has too: both would make the same thing, or change each other's."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from planner.stackfile import StackFile, StackFileError, read_stack_file
from resources.inputs import read
from stacks.config import NAMESPACE
from stacks.config_warning import ConfigWarning

_IN_REGION: Mapping[str, str] = {
    "alarms.name": "CloudWatch alarms and SNS topics, and the last deployment would change those of the other",
    "audit.name": "trail and topic",
    "eventStream.streamName": "cluster, streams and queues",
    "featureStore.data.prefix": "buckets",
    "featureStore.database.identifier": "database",
    "featureStore.online.cacheName": "cache",
    "featureStore.predictions.cacheName": "cache",
    "gpuCluster.clusterName": "cluster",
    "logs.name": "log groups",
    "metrics.name": "log group and SNS topics",
    "modelQuality.bucket": "bucket",
    "recovery.vaultName": "vault and backup plans",
    "sparkCluster.clusterName": "applications",
    "traces.name": "resource policy of X-Ray's log groups",
}
"""What a name is the name of in an account and region, by its place in the config."""
_IN_ACCOUNT: Mapping[str, str] = {"spend.name": "budget and export of the bill"}
"""The same for names that are unique in all regions."""


def shared_names(file: StackFile) -> Iterator[ConfigWarning]:
    """Each name that another stack file of the same folder and account has too."""
    own = _sections(file)
    environment = _value(own, "environment.account"), _value(own, "environment.region")
    if not isinstance(environment[0], str):
        return
    for path in sorted(file.path.parent.glob("Pulumi.*.yaml")):
        # Most stacks have an account of their own, whose files need no parser.
        if path.name == file.path.name or environment[0] not in _text(path):
            continue
        other = path.name.removeprefix("Pulumi.").removesuffix(".yaml")
        try:
            theirs = _sections(read_stack_file(path.parent, other))
        except StackFileError:
            # Its own plan says what is wrong with it.
            continue
        if _value(theirs, "environment.account") == environment[0]:
            near = _value(theirs, "environment.region") == environment[1]
            yield from _same(file.name, other, own, theirs, {**(_IN_REGION if near else {}), **_IN_ACCOUNT})


def _same(
    name: str, other: str, own: Mapping[str, Any], theirs: Mapping[str, Any], places: Mapping[str, str]
) -> Iterator[ConfigWarning]:
    for place, what in places.items():
        value = _value(own, place)
        if isinstance(value, str) and value == _value(theirs, place):
            why = (
                f"The stacks {name} and {other} of one account have the same name, so both would make the same {what}."
            )
            yield ConfigWarning(place, value, why, f"Choose another name in Pulumi.{name}.yaml or Pulumi.{other}.yaml.")


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, ValueError):
        return ""


def _sections(file: StackFile) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, text in file.config.items():
        namespace, _, name = key.partition(":")
        if namespace == NAMESPACE:
            try:
                found[name] = json.loads(text)
            except ValueError:
                found[name] = text
    return found


def _value(sections: Mapping[str, Any], place: str) -> Any:
    return read(sections, *place.split("."))
