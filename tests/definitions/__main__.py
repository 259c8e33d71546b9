"""Write this folder's files from the custom resource definitions that projects publish.

`python -m tests.definitions FOLDER` reads `<plural>.<group>.yaml` of each kind in `KINDS`, and `README.md`, whose table
names the project, the commit and its date. To hold another kind to its definition, add it to `KINDS` and run it again.
"""

import argparse
import json
import re
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import yaml

HERE = Path(__file__).parent
KINDS: Mapping[str, Sequence[str]] = {
    "argoproj.io": ["appprojects", "applicationsets"],
    "elbv2.k8s.aws": ["targetgroupbindings"],
    "external-secrets.io": ["clustersecretstores", "externalsecrets"],
    "karpenter.k8s.aws": ["ec2nodeclasses"],
    "karpenter.sh": ["nodepools"],
    "keda.sh": ["scaledobjects", "triggerauthentications"],
    "kubeflow.org": ["profiles"],
    "kueue.x-k8s.io": ["clusterqueues", "localqueues", "resourceflavors", "workloadpriorityclasses"],
    "monitoring.coreos.com": ["podmonitors", "prometheusrules", "servicemonitors"],
    "networking.istio.io": ["gateways", "virtualservices"],
    "operator.knative.dev": ["knativeservings"],
    "policies.kyverno.io": ["imagevalidatingpolicies"],
    "security.istio.io": ["authorizationpolicies", "requestauthentications"],
    "serving.kserve.io": [
        "clusterservingruntimes",
        "clusterstoragecontainers",
        "inferenceservices",
        "localmodelnamespacecaches",
        "localmodelnodegroups",
    ],
    "trainer.kubeflow.org": ["clustertrainingruntimes", "trainjobs"],
}
"""The kinds that the stacks, the charts and the overlays create, as plurals by group."""

KEPT = {
    *("type", "format", "nullable", "default", "enum", "required", "properties", "items", "additionalProperties"),
    *("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minLength", "maxLength", "pattern"),
    *("minItems", "maxItems", "uniqueItems", "minProperties", "maxProperties", "allOf", "anyOf", "oneOf", "not"),
    *("x-kubernetes-int-or-string", "x-kubernetes-preserve-unknown-fields", "x-kubernetes-embedded-resource"),
    *("x-kubernetes-list-type", "x-kubernetes-list-map-keys", "x-kubernetes-validations"),
}
"""The keywords that say what the API server accepts and fills in. Descriptions are left out."""

SHARED_FROM = 60
"""A schema of at least this many characters, written once and referred to wherever else it occurs in a file."""

_SOURCE = re.compile(r"^\| (?P<definition>[\w.-]+) \| (?P<project>[\w./-]+) \| (?P<commit>\w+) (?P<date>[\d-]+) \|$")


def compact(schema: Any) -> Any:
    """A schema with the keywords of `KEPT` alone; names of properties are no keywords."""
    if isinstance(schema, list):
        return [compact(each) for each in cast(list[Any], schema)]
    if not isinstance(schema, dict):
        return schema
    found: dict[str, Any] = {}
    for keyword, value in cast(dict[str, Any], schema).items():
        if keyword == "properties":
            found[keyword] = {name: compact(each) for name, each in value.items()}
        elif keyword in ("default", "enum", "required"):
            found[keyword] = value
        elif keyword == "x-kubernetes-validations":
            found[keyword] = [_rule(each) for each in value]
        elif keyword in KEPT and (keyword, value) != ("x-kubernetes-list-type", "atomic"):
            found[keyword] = compact(value)
    return found


def _rule(published: Mapping[str, Any]) -> dict[str, Any]:
    """A CEL rule on one line, as the API server asks a message of every other; without its message."""
    kept = {"rule": " ".join(line.strip() for line in published["rule"].splitlines())}
    return {**kept, "optionalOldSelf": True} if published.get("optionalOldSelf") else kept


def definition(path: Path) -> dict[str, Any]:
    """What is kept of a published definition: its kind and scope, and the schema of each version that is served.

    The status is left out, as controllers alone write it.
    """
    spec = yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader)["spec"]
    versions: dict[str, Any] = {}
    for version in spec["versions"]:
        if version.get("served", True):
            schema = compact(version["schema"]["openAPIV3Schema"])
            for name in ("apiVersion", "kind", "metadata", "status"):
                schema["properties"].pop(name, None)
            versions[version["name"]] = schema
    return {"kind": spec["names"]["kind"], "scope": spec["scope"], "versions": versions}


def sources(folder: Path) -> dict[str, str]:
    """Project, commit and date of each definition, from the folder's table."""
    lines = (folder / "README.md").read_text(encoding="utf-8").splitlines()
    found = [match for line in lines if (match := _SOURCE.match(line))]
    return {each["definition"]: f"{each['project']}@{each['commit']} of {each['date']}" for each in found}


class _Sharing:
    """Gives equal schemas one identity, so that YAML writes each once, with an anchor, and refers to it."""

    def __init__(self, document: Any) -> None:
        self._counts = Counter(_text(each) for each in _schemas(document))
        self._kept: dict[str, Any] = {}

    def shared(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self.shared(each) for each in cast(list[Any], value)]
        if not isinstance(value, dict):
            return value
        text = _text(value)
        if text not in self._kept or self._counts[text] < 2 or len(text) < SHARED_FROM:
            self._kept[text] = {key: self.shared(each) for key, each in cast(dict[str, Any], value).items()}
        return self._kept[text]


def _text(value: Any) -> str:
    return json.dumps(value)


def _schemas(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        yield cast(object, value)
        for each in cast(dict[str, Any], value).values():
            yield from _schemas(each)
    elif isinstance(value, list):
        for each in cast(list[Any], value):
            yield from _schemas(each)


def written(group: str, plurals: Sequence[str], folder: Path) -> str:
    """The file of a group.

    Raises:
        LookupError: when the folder has no such definition, or does not say where it is from.
    """
    known = sources(folder)
    made: dict[str, Any] = {}
    for plural in plurals:
        name = f"{plural}.{group}"
        path = folder / f"{name}.yaml"
        if name not in known or not path.is_file():
            raise LookupError(f"{folder} has no {path.name} with a row in its README.md; add both")
        made[name] = {"source": known[name], **definition(path)}
    head = "# Written by `python -m tests.definitions`: structure only, without descriptions.\n"
    return head + yaml.dump(
        _Sharing(made).shared(made), Dumper=yaml.SafeDumper, sort_keys=False, default_flow_style=None, width=120
    )


def main(arguments: Sequence[str]) -> int:
    """Write every file."""
    parser = argparse.ArgumentParser(prog="python -m tests.definitions", description=__doc__)
    parser.add_argument("folder", type=Path, help="the published definitions, one file each, and their README.md")
    folder = parser.parse_args(arguments).folder
    for group, plurals in KINDS.items():
        (HERE / f"{group}.yaml").write_text(written(group, plurals, folder), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
