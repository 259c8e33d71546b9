"""What people of teams may do, as a real API server answers `kubectl auth can-i`. Skipped where there is none."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from components.delivery.argo_cd.names import CONTROLLER
from stacks.config import StackConfig
from stacks.team_namespaces import team_namespaces
from tests.support.cluster.server import Cluster, namespaces
from tests.support.deploy.overlays import delivered, without_kustomize
from tests.support.planner.chart_rights import rights_of
from tests.support.planner.plans import config_of, plan_of

RBAC = "rbac.authorization.k8s.io"
PLATFORM = ("kube-system", "argocd", "monitoring", "gpu-system")
WRITE = ("create", "update", "patch", "delete", "deletecollection")
READ = ("get", "list", "watch")

LOOKS = ("get pods", "list pods", "get pods/log", "list deployments.apps", "watch events", "get configmaps")
READS_SECRETS = tuple(f"{verb} secrets" for verb in READ)
ENTERS_PODS = tuple(f"create pods/{part}" for part in ("exec", "attach", "portforward"))
WORKS = (
    *(f"{verb} {kind}" for verb in WRITE[:4] for kind in ("deployments.apps", "jobs.batch", "services", "configmaps")),
)
CHANGES_WALLS = tuple(
    f"{verb} {kind}"
    for verb in WRITE
    for kind in (
        "resourcequotas",
        "limitranges",
        "networkpolicies.networking.k8s.io",
        f"roles.{RBAC}",
        f"rolebindings.{RBAC}",
    )
)
TAKES_OVER = (
    *(f"{verb} {kind}.{RBAC}" for verb in ("bind", "escalate") for kind in ("roles", "clusterroles")),
    *(f"{verb} {kind}" for verb in WRITE for kind in ("namespaces", "nodes", "persistentvolumes")),
    *(f"{verb} {kind}.{RBAC}" for verb in WRITE for kind in ("clusterroles", "clusterrolebindings")),
    *(f"{verb} validatingadmissionpolicies.admissionregistration.k8s.io" for verb in WRITE),
    *(f"{verb} customresourcedefinitions.apiextensions.k8s.io" for verb in WRITE),
    *(f"{verb} applications.argoproj.io" for verb in WRITE),
    *(f"impersonate {kind}" for kind in ("users", "groups", "serviceaccounts")),
    "create serviceaccounts/token",
    "patch pods/ephemeralcontainers",
    "get nodes/proxy",
)
ACTIONS = (*LOOKS, *READS_SECRETS, *ENTERS_PODS, *WORKS, *CHANGES_WALLS, *TAKES_OVER)

EXPECTED: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    # People look at their own namespaces; changes come from the repository alone.
    "member": {"own": LOOKS, "other team's": (), "platform's": (), "cluster": ()},
    # In a notebook's namespace, people work, read the secrets that they keep there, and enter their Pods. The role by
    # which they look is not among those that the overlays change, so it is not here.
    "Kubeflow editor": {
        "own": (*READS_SECRETS, *ENTERS_PODS, *WORKS),
        "other team's": (),
        "platform's": (),
        "cluster": (),
    },
}


def objects_of(stack: str) -> Iterator[dict[str, Any]]:
    """The roles and bindings that a stack makes itself."""
    return (dict(each.inputs) for each in plan_of(stack) if each.type.startswith(f"kubernetes:{RBAC}/"))


def kubeflow_editors() -> dict[str, Any]:
    """The role to which a controller aggregates those of the manifests; no controllers run here."""
    label = "rbac.authorization.kubeflow.org/aggregate-to-kubeflow-edit"
    roles = [each for each in delivered("dashboard") if label in each["metadata"].get("labels", {})]
    rules = [rule for each in roles for rule in each["rules"]]
    return {"apiVersion": f"{RBAC}/v1", "kind": "ClusterRole", "metadata": {"name": "kubeflow-edit"}, "rules": rules}


def install(cluster: Cluster, objects: list[dict[str, Any]]) -> None:
    """Let only these roles and bindings be there in namespaces."""
    cluster.kubectl("delete", "roles,rolebindings", "--all", "--all-namespaces")
    cluster.create(namespaces(objects))
    cluster.create(objects)


def allowed(cluster: Cluster, asked: list[tuple[dict[str, Any], str, str]]) -> list[bool]:
    """Whether the API server allows each: who, the action and the namespace, which is empty for the whole cluster."""
    reviews = [
        {
            "apiVersion": "authorization.k8s.io/v1",
            "kind": "SubjectAccessReview",
            "spec": {**who, "resourceAttributes": {**attributes(action), "namespace": space}},
        }
        for who, action, space in asked
    ]
    told = cluster.kubectl("create", "-o", "json", "-f", "-", objects=reviews)
    assert told.returncode == 0, told.stderr
    return [bool(each["status"].get("allowed")) for each in read_stream(told.stdout)]


def attributes(action: str) -> dict[str, str]:
    verb, _, kind = action.partition(" ")
    resource, _, group = kind.partition(".")
    resource, _, subresource = resource.partition("/")
    return {"verb": verb, "group": group, "resource": resource, "subresource": subresource}


def read_stream(text: str) -> list[dict[str, Any]]:
    """The objects that kubectl prints one after the other, or as one list."""
    decoder, found, at = json.JSONDecoder(), list[dict[str, Any]](), 0
    while at < len(text.rstrip()):
        value, at = decoder.raw_decode(text, at)
        found += value["items"] if value["kind"] == "List" else [value]
        at += len(text[at:]) - len(text[at:].lstrip())
    return found


def places(own: tuple[str, ...], others: list[str]) -> dict[str, tuple[str, ...]]:
    return {"own": own, "other team's": tuple(others), "platform's": PLATFORM, "cluster": ("",)}


def compare(cluster: Cluster, who: dict[str, Any], expected: str, own: tuple[str, ...], others: list[str]) -> None:
    table = places(own, others)
    asked = [(place, action, space) for place, spaces in table.items() for space in spaces for action in ACTIONS]
    answers = allowed(cluster, [(who, action, space) for _, action, space in asked])
    assert len(answers) == len(asked)
    wrong = [
        f"{'may' if answer else 'may not'} {action} in {space or 'the cluster'}"
        for (place, action, space), answer in zip(asked, answers, strict=True)
        if answer is not (action in EXPECTED[expected][place])
    ]
    assert wrong == []


def teams_of(stack: str) -> dict[str, tuple[str, ...]]:
    return team_namespaces(StackConfig.model_validate(config_of(stack)))


@pytest.mark.parametrize("stack", ["prod", "staging", "kubeflow"])
def test_members_of_teams_look_at_their_own_namespaces_only(cluster: Cluster, stack: str) -> None:
    config = StackConfig.model_validate(config_of(stack))
    assert config.delivery
    install(cluster, [*objects_of(stack)])
    homes = teams_of(stack)
    for team in config.delivery.teams:
        others = [home for name, spaces in homes.items() if name != team.name for home in spaces]
        who = {"user": "arn:aws:sts::111122223333:assumed-role/any", "groups": [f"mlplatform:{team.name}"]}
        compare(cluster, who, "member", team.homes, others)


@without_kustomize
def test_editors_of_kubeflow_work_in_their_own_namespace_only(cluster: Cluster) -> None:
    config = StackConfig.model_validate(config_of("kubeflow"))
    assert config.kubeflow
    install(cluster, [*objects_of("kubeflow"), kubeflow_editors()])
    homes = teams_of("kubeflow")
    for team in config.kubeflow.teams:
        others = [home for name, spaces in homes.items() if name != team.name for home in spaces]
        for email in team.emails[1:]:
            compare(cluster, {"user": email}, "Kubeflow editor", team.homes, others)


@pytest.mark.parametrize("stack", ["prod", "staging"])
def test_argo_cd_delivers_into_namespaces_of_teams_only(cluster: Cluster, stack: str) -> None:
    """What it may do in its own namespace, the chart says."""
    config = StackConfig.model_validate(config_of(stack))
    assert config.delivery
    of_chart = rights_of("argo-cd", stack)[f"argocd/{CONTROLLER}"].rules
    assert {rule["in"] for rule in of_chart} == {"argocd"}
    install(cluster, [*objects_of(stack)])
    who = {"user": f"system:serviceaccount:argocd:{CONTROLLER}"}
    walls = [each for each in CHANGES_WALLS if "networkpolicies" not in each]
    for home in config.delivery.namespaces:
        assert all(allowed(cluster, [(who, action, home) for action in WORKS]))
        assert not any(allowed(cluster, [(who, action, home) for action in (*walls, *READS_SECRETS, *ENTERS_PODS)]))
    refused = [(who, action, space) for space in (*PLATFORM, "") for action in ACTIONS]
    assert not any(allowed(cluster, refused))
