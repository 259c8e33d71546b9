"""The registry's answers about Kubernetes, beside those of a real API server. Skipped where there is none."""

import json
from typing import Any

import pytest

from reports.access.kubernetes import RBAC, who_may
from resources.index import ResourceIndex
from tests.support.cluster.server import Cluster, namespaces
from tests.support.planner.plans import plan_of

ACTIONS = (
    "get pods",
    "get pods/log",
    "create pods/exec",
    "list deployments.apps",
    "create deployments.apps",
    "get secrets",
    "list secrets",
    "watch configmaps",
    "get nodes/metrics",
    "create applications.argoproj.io",
    "list jobs.batch",
    "delete networkpolicies.networking.k8s.io",
)


def attributes(action: str, namespace: str) -> dict[str, str]:
    verb, _, what = action.partition(" ")
    kind, _, group = what.partition(".")
    resource, _, subresource = kind.partition("/")
    asked = {"verb": verb, "group": group, "resource": resource, "subresource": subresource}
    return {**asked, "namespace": namespace}


def identity(kind: str, name: str) -> dict[str, Any]:
    if kind != "ServiceAccount":
        return {"user": "someone", "groups": [name]} if kind == "Group" else {"user": name}
    return {"user": f"system:serviceaccount:{name.replace('/', ':')}"}


@pytest.mark.parametrize("stack", ["prod"])
def test_the_api_server_allows_what_the_registry_says(cluster: Cluster, stack: str) -> None:
    resources = plan_of(stack)
    index = ResourceIndex(resources)
    objects = [dict(each.inputs) for each in resources if each.type.startswith(f"{RBAC}:")]
    spaces = sorted({each["metadata"]["namespace"] for each in objects if "namespace" in each["metadata"]})
    cluster.kubectl("delete", "roles,rolebindings", "--all", "--all-namespaces")
    cluster.create(namespaces(objects))
    cluster.create(objects)
    questions = [(action, space) for action in ACTIONS for space in (*spaces, "")]
    said = {question: {(each.kind, each.name) for each in who_may(index, *question)} for question in questions}
    subjects = sorted({subject for found in said.values() for subject in found})
    asked = [(question, subject) for question in questions for subject in subjects]
    reviews = [
        {
            "apiVersion": "authorization.k8s.io/v1",
            "kind": "SubjectAccessReview",
            "spec": {**identity(*subject), "resourceAttributes": attributes(*question)},
        }
        for question, subject in asked
    ]
    told = cluster.kubectl("create", "-o", "json", "-f", "-", objects=reviews)
    assert told.returncode == 0, told.stderr
    decoder, answers, at = json.JSONDecoder(), list[bool](), 0
    while at < len(told.stdout.rstrip()):
        value, at = decoder.raw_decode(told.stdout, at)
        items = value["items"] if value["kind"] == "List" else [value]
        answers += [bool(each["status"].get("allowed")) for each in items]
        at += len(told.stdout[at:]) - len(told.stdout[at:].lstrip())
    assert len(answers) == len(asked)
    assert len(subjects) > 3
    assert any(answers)
    wrong = [
        f"{subject} {question}: the server says {answer}"
        for (question, subject), answer in zip(asked, answers, strict=True)
        if answer is not (subject in said[question])
    ]
    assert wrong == []
