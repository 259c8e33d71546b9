"""A Delivery run against the made-up account of `mocks`, and what its objects allow."""

from collections.abc import Mapping
from typing import Any

import pulumi

from components.delivery.argo_cd.delivery import Delivery
from resources.resource import Resource
from tests.support.components.mocks import ACCOUNT, Recording, run

READER = "test:index:Reader"
PROJECT = "kubernetes:argoproj.io/v1alpha1:AppProject"
APPLICATION_SET = "kubernetes:argoproj.io/v1alpha1:ApplicationSet"
EXTERNAL_SECRET = "kubernetes:external-secrets.io/v1:ExternalSecret"
ACCESS_ENTRY = "aws:eks/accessEntry:AccessEntry"
BINDING = "kubernetes:elbv2.k8s.aws/v1beta1:TargetGroupBinding"
PLATFORM = "https://github.com/example/platform"
RANKING: dict[str, Any] = {
    "name": "ranking",
    "groups": ["ranking-engineers"],
    "emails": ["ada@example.com"],
    "iam_roles": [f"arn:aws:iam::{ACCOUNT}:role/aws-reserved/sso.amazonaws.com/ranking"],
    "namespaces": ["ranking", "ranking-batch"],
    "repositories": ["https://github.com/example/ranking"],
    "quota": {"cpu": 40, "memory_gib": 160, "gpus": 8, "storage_gib": 100},
}
FRAUD: dict[str, Any] = {"name": "fraud", "groups": ["fraud-engineers"]}


def delivery(recording: Recording | None = None, *, waiting: bool = False, **args: Any) -> Recording:
    """A Delivery "ship" of two teams, highly available unless `args` say otherwise.

    With `waiting` something else, "serving", makes what the teams need.
    """
    given: Any = {
        "cluster_name": "ml",
        "secret_store": "aws-secrets",
        "secret_prefix": "ml-prod",
        "oidc_issuer": "https://sign-in.example.com/pool",
        "oidc_client_id": "argocd-client",
        "domain": "argocd.example.com",
        "environment": "prod",
        "repository": PLATFORM,
        "administrators": ["platform-engineers"],
        "teams": [RANKING, FRAUD],
        **args,
    }

    def program() -> None:
        if waiting:
            given["existing_ready"] = pulumi.CustomResource(READER, "serving", {}).id
        made = Delivery("ship", given)
        pulumi.CustomResource(READER, "ready", {"it": made.ready})
        pulumi.CustomResource(READER, "projects", {"it": made.projects})
        pulumi.CustomResource(READER, "namespaces", {"it": made.namespaces})

    return run(program, recording)


def named(recording: Recording, kind: str) -> dict[str, Resource]:
    """The objects of a type by their name in the cluster."""
    return {each.inputs["metadata"]["name"]: each for each in recording.all(kind)}


def permits(project: Mapping[str, Any], repository: str, namespace: str, group: str, kind: str) -> bool:
    """Whether a project lets an object of a kind through to a namespace. Source: Argo CD, "Projects"."""
    spec = project["spec"]
    sources = any(each in ("*", repository) for each in spec["sourceRepos"])
    places = any(
        each["namespace"] in ("*", namespace) and each["server"] in ("*", "https://kubernetes.default.svc")
        for each in spec["destinations"]
    )

    def listed(field: str) -> bool:
        return any(each["group"] in ("*", group) and each["kind"] in ("*", kind) for each in spec.get(field, []))

    kinds = "namespaceResourceWhitelist" not in spec or listed("namespaceResourceWhitelist")
    return sources and places and kinds and not listed("namespaceResourceBlacklist")


def may(recording: Recording, who: str, verb: str, group: str, resource: str, namespace: str) -> bool:
    """Whether a subject has a right in a namespace by the Roles that are bound there; there are no others."""
    rbac = "kubernetes:rbac.authorization.k8s.io/v1:"
    assert not recording.all(f"{rbac}ClusterRole")
    assert not recording.all(f"{rbac}ClusterRoleBinding")
    held = [
        binding.inputs["roleRef"]["name"]
        for binding in recording.all(f"{rbac}RoleBinding")
        if binding.inputs["metadata"]["namespace"] == namespace
        and who in [subject["name"] for subject in binding.inputs["subjects"]]
    ]
    return any(
        verb in rule["verbs"] and group in rule["apiGroups"] and resource in rule["resources"]
        for role in recording.all(f"{rbac}Role")
        if role.inputs["metadata"]["namespace"] == namespace and role.inputs["metadata"]["name"] in held
        for rule in role.inputs["rules"]
    )
