"""The overlays of Kubeflow, built upon small bases that have the names and kinds of the pinned manifests.

`base/<wave>.yaml` holds what the overlays change and what they must not leave behind; `base/upstream.yaml` lists what
the manifests hold beside it.
"""

import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast

import yaml

from components.kubeflow.waves import WAVES, Wave
from tests.support.programs import needs

ROOT = Path(__file__).parents[3]
TREE = ROOT / "deploy" / "kubeflow"
BASES = ROOT / "tests" / "deploy" / "base"
without_kustomize = needs("kustomize")

Object = dict[str, Any]
UPSTREAM: dict[str, dict[str, list[str]]] = yaml.safe_load((BASES / "upstream.yaml").read_text(encoding="utf-8"))
SETTINGS = {
    "bucket": "acme-kubeflow",
    "clientId": "5example0client",
    "databaseHost": "kubeflow.abc.us-east-1.rds.amazonaws.com",
    "host": "kubeflow.example.com",
    "notebookImages": '{"value": "example.com/lab:v1", "options": ["example.com/lab:v1", "example.com/gpu:v2"]}',
    "monitoringNamespace": "watching",
    "issuer": "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Example",
    "redirectUrl": "https://kubeflow.example.com/oauth2/callback",
    "region": "eu-west-1",
    "secretPrefix": "ml-kubeflow",
    "secretStore": "aws-secrets",
    "signInDomain": "acme.auth.us-east-1.amazoncognito.com",
    "signOutPath": "/oauth2/sign_out?rd=https%3A%2F%2Facme.example.com%2Flogout",
    "targetGroupArn": "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/kubeflow/0123456789abcdef",
    "vpcCidr": "10.60.0.0/16",
}


class BuildError(Exception):
    """Kustomize refuses a build; the message is its own."""


def read(path: Path) -> list[Object]:
    """The documents of a YAML file."""
    return [each for each in yaml.load_all(path.read_text(encoding="utf-8"), yaml.CSafeLoader) if each]


def key(item: Mapping[str, Any]) -> tuple[str, str, str]:
    """By what an object is told from others."""
    return item["kind"], item["metadata"].get("namespace", ""), item["metadata"]["name"]


@cache
def base(name: str) -> list[Object]:
    """The stand-in of a wave's base."""
    path = BASES / f"{name}.yaml"
    return (read(path) if path.exists() else []) + [_definition(each) for each in UPSTREAM[name].get("definitions", [])]


def build(name: str, objects: Sequence[Object], patches: Sequence[Object] = ()) -> list[Object]:
    """What the overlay of a wave makes of `objects`, with further patches as Argo CD adds them.

    Raises:
        BuildError: when Kustomize refuses.
    """
    with TemporaryDirectory() as folder:
        tree = Path(folder) / "kubeflow"
        for part in ("components", f"overlays/{name}"):
            shutil.copytree(TREE / part, tree / part)
        (tree / "base" / name).mkdir(parents=True)
        (tree / "base" / name / "kustomization.yaml").write_text("resources: [objects.yaml]\n", encoding="utf-8")
        (tree / "base" / name / "objects.yaml").write_text(yaml.safe_dump_all(objects), encoding="utf-8")
        overlay = tree / "overlays" / name
        wanted = yaml.safe_load((overlay / "kustomization.yaml").read_text(encoding="utf-8"))
        wanted["patches"] = [*wanted.get("patches", []), *patches]
        (overlay / "kustomization.yaml").write_text(yaml.safe_dump(wanted), encoding="utf-8")
        done = subprocess.run(["kustomize", "build", overlay], capture_output=True, text=True, check=False)
    if done.returncode:
        raise BuildError(done.stderr)
    return [each for each in yaml.load_all(done.stdout, yaml.CSafeLoader) if each]


@cache
def rendered(name: str) -> list[Object]:
    """What the overlay makes of its base without settings."""
    return build(name, base(name))


@cache
def delivered(name: str) -> list[Object]:
    """What the overlay makes of its base with `SETTINGS`."""
    return build(name, base(name), [settings_of(wave(name))] if wave(name).settings else [])


def settings_of(named: Wave) -> Object:
    """The patch by which Argo CD gives a wave its settings."""
    patch = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "settings"},
        "data": {each: SETTINGS[each] for each in named.settings},
    }
    return {"target": {"kind": "ConfigMap", "name": "settings"}, "patch": yaml.safe_dump(patch)}


def wave(name: str) -> Wave:
    """The wave of that name."""
    [found] = [each for each in WAVES if each.name == name]
    return found


def one(objects: Sequence[Object], kind: str, name: str) -> Object:
    """The only object of that kind and name; a generated name ends in a hash."""
    wanted = re.compile(rf"{re.escape(name)}(-[a-z0-9]{{10}})?")
    [found] = [each for each in objects if each["kind"] == kind and wanted.fullmatch(each["metadata"]["name"])]
    return found


def texts(item: Any) -> Iterator[str]:
    """Every text in an object, at any depth."""
    if isinstance(item, str):
        yield item
    elif isinstance(item, dict):
        for value in cast(dict[str, Any], item).values():
            yield from texts(value)
    elif isinstance(item, list):
        for value in cast(list[Any], item):
            yield from texts(value)


def containers(item: Object) -> list[Object]:
    """The containers of a workload, those before its start first; none of another object."""
    if item["kind"] not in ("Deployment", "StatefulSet", "DaemonSet"):
        return []
    pod = item["spec"]["template"]["spec"]
    return [*pod.get("initContainers", []), *pod["containers"]]


def environment(container: Object) -> dict[str, Any]:
    """The variables of a container that have a value of their own."""
    return {each["name"]: each["value"] for each in container.get("env", []) if "value" in each}


def _definition(name: str) -> Object:
    plural, _, group = name.partition(".")
    version = {
        "name": "v1",
        "served": True,
        "storage": True,
        "schema": {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}},
    }
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": name},
        "spec": {
            "group": group,
            "scope": "Namespaced",
            "names": {"plural": plural, "kind": plural.capitalize()},
            "versions": [version],
        },
    }
