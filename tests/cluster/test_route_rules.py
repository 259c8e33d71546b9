"""Which routes of teams a real API server admits. Skipped where there is none on PATH."""

import json
from collections.abc import Generator
from typing import Any

import pytest

from stacks.route_admission import route_policies
from tests.support.cluster.server import Cluster
from tests.support.components.models import CANARY, objects

DOMAIN = "models.example.com"
RISK, SEARCH = "routes-risk", "routes-search"
GATEWAY = "istio-ingress/models"
FRAUD, CHURN, MOVED = (f"{name}.{DOMAIN}" for name in ("fraud", "churn", "moved"))
OF_SEARCH = (f"{name}.{DOMAIN}" for name in ("moved", "ranking", "model", "own", "older"))
OWNERS = {FRAUD: RISK, CHURN: RISK, **dict.fromkeys(OF_SEARCH, SEARCH)}


def route(space: str, name: str, *hosts: str, gateways: tuple[str, ...] = (GATEWAY,), to: str = "") -> dict[str, Any]:
    http = [{"route": [{"destination": {"host": to or f"{name}-predictor.{space}.svc.cluster.local"}}]}]
    return {
        "apiVersion": "networking.istio.io/v1",
        "kind": "VirtualService",
        "metadata": {"name": name, "namespace": space},
        "spec": {"hosts": list(hosts), "gateways": list(gateways), "http": http},
    }


@pytest.fixture(scope="module")
def routed(cluster: Cluster) -> Generator[Cluster]:
    """The cluster with the policies about routes, a model of the team of fraud, and one that moves away from there."""
    labels = {"mlplatform.io/team": "true"}
    spaces = [
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": each, "labels": labels}}
        for each in (RISK, SEARCH)
    ]
    made = [each for policies in route_policies(DOMAIN, (RISK, SEARCH), OWNERS) for each in policies]
    old = [route(RISK, "fraud", FRAUD, f"fraud-internal.{RISK}.svc.cluster.local"), route(RISK, "moved", MOVED)]
    cluster.create([*spaces, *old, *made])
    for refused in (route(SEARCH, "theft", MOVED), route(SEARCH, "theft", "*"), ingress()):
        cluster.wait_until(lambda refused=refused: "denied request" in str(cluster.refusals([refused])))
    yield cluster
    names = [f"{each['kind']}/{each['metadata']['name']}" for each in made]
    cluster.kubectl("delete", *names)


def ingress() -> dict[str, Any]:
    backend = {"service": {"name": "app", "port": {"number": 80}}}
    spec = {"rules": [{"host": FRAUD, "http": {"paths": [{"path": "/", "pathType": "Prefix", "backend": backend}]}}]}
    metadata = {"name": "theft", "namespace": SEARCH}
    return {"apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "metadata": metadata, "spec": spec}


@pytest.mark.parametrize(
    "made",
    [
        route(RISK, "fraud", FRAUD, f"fraud-internal.{RISK}.svc.cluster.local"),
        route(RISK, "second", FRAUD),
        route(SEARCH, "ranking", f"ranking.{DOMAIN}"),
        route(SEARCH, "ranking", "ranking", gateways=("mesh",), to="ranking-predictor"),
    ],
)
def test_route_with_own_names_is_admitted(routed: Cluster, made: dict[str, Any]) -> None:
    assert routed.refusals([made]) == []


def test_route_of_a_model_service_is_admitted(routed: Cluster) -> None:
    [made] = [each for each in objects(canary=CANARY).values() if each["kind"] == "VirtualService"]
    space = made["metadata"]["namespace"]
    text = json.dumps(made).replace(f".{space}.svc", f".{SEARCH}.svc").replace(FRAUD, f"model.{DOMAIN}")
    moved = json.loads(text)
    assert routed.refusals([{**moved, "metadata": {**moved["metadata"], "namespace": SEARCH}}]) == []


@pytest.mark.parametrize(
    ("made", "told"),
    [
        (route(SEARCH, "moved", MOVED), f"the host {MOVED} belongs to a route of namespace {RISK}"),
        (
            route(SEARCH, "theft", CHURN),
            f"namespace {SEARCH} has no model at {CHURN}; add the model to modelServing.del",
        ),
        (route(SEARCH, "new", f"own.{DOMAIN}", f"new.{DOMAIN}"), f"has no model at new.{DOMAIN}; add the model"),
        (route(SEARCH, "theft", "*"), "hosts of a team's route are"),
        (route(SEARCH, "theft", f"*.{DOMAIN}"), "hosts of a team's route are"),
        (route(SEARCH, "theft", "deploy.example.com"), "hosts of a team's route are"),
        (route(SEARCH, "theft", f"a.b.{DOMAIN}"), "hosts of a team's route are"),
        (route(SEARCH, "theft", f"other.{RISK}.svc.cluster.local"), "hosts of a team's route are"),
        (route(SEARCH, "own", f"own.{DOMAIN}", gateways=("kubeflow/kubeflow-gateway",)), "to no other gateway"),
        (
            route(SEARCH, "own", f"own.{DOMAIN}", to=f"fraud-predictor.{RISK}.svc.cluster.local"),
            "leads to Services of its own namespace",
        ),
        (ingress(), "gateways are the platform's"),
    ],
)
def test_route_that_takes_requests_of_others_is_refused(routed: Cluster, made: dict[str, Any], told: str) -> None:
    assert told in "\n".join(routed.refusals([made]))


def test_requests_of_others_are_not_copied_to_another_namespace(routed: Cluster) -> None:
    made = route(SEARCH, "ranking", f"ranking.{DOMAIN}")
    [http] = made["spec"]["http"]
    for field, host in (("mirror", "own"), ("mirrors", "own"), ("mirror", "x.risk.svc"), ("mirrors", "x.risk.svc")):
        destination = {"host": host}
        http_with = {**http, field: [{"destination": destination}] if field == "mirrors" else destination}
        told = str(routed.refusals([{**made, "spec": {**made["spec"], "http": [http_with]}}]))
        assert ("leads to Services of its own namespace" in told) is (host != "own"), told


@pytest.mark.parametrize(
    ("target", "refused"),
    [
        (f"fraud-predictor.{RISK}.svc.cluster.local", True),
        (f"fraud-predictor.{RISK}.svc.cluster.local.", True),
        (f"ranking-predictor.{SEARCH}.svc.cluster.local", False),
        ("istio-ingressgateway.istio-ingress.svc.cluster.local", False),
        ("features.abc.ng.0001.use1.cache.amazonaws.com", False),
    ],
)
def test_service_is_no_other_name_of_a_service_of_another_namespace(
    routed: Cluster, target: str, refused: bool
) -> None:
    """A route to the Service would lead there."""
    spec = {"type": "ExternalName", "externalName": target}
    made = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "alias", "namespace": SEARCH}, "spec": spec}
    assert ("leads to no Service of another namespace" in str(routed.refusals([made]))) is refused


def test_host_of_an_older_route_cannot_be_taken_by_an_update(routed: Cluster) -> None:
    routed.create([route(SEARCH, "older", f"older.{DOMAIN}")])
    assert "belongs to a route" in str(routed.refusals([route(SEARCH, "older", MOVED)]))


def test_controllers_of_the_platform_make_routes_for_teams(routed: Cluster) -> None:
    notebook = route(SEARCH, "notebook", "*", gateways=("kubeflow/kubeflow-gateway",))
    options = ("--server-side", "--dry-run=server", "--as-group=system:masters", "-f", "-")
    for account, refused in (("kubeflow:notebook-controller", False), ("argocd:argocd-application-controller", True)):
        told = routed.kubectl("apply", *options, f"--as=system:serviceaccount:{account}", objects=[notebook]).stderr
        assert ("denied request" in told) is refused, told


def network_policy(name: str, **annotations: str) -> dict[str, Any]:
    metadata = {"name": name, "namespace": SEARCH, "annotations": annotations}
    spec: dict[str, Any] = {"podSelector": {}, "policyTypes": ["Ingress"]}
    return {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": metadata, "spec": spec}


def test_argo_cd_leaves_network_policies_of_the_platform_alone(routed: Cluster) -> None:
    delivered = {"argocd.argoproj.io/tracking-id": "search-ranking:networking.k8s.io/NetworkPolicy:search/own"}
    routed.create([network_policy("default-deny"), network_policy("own", **delivered)])
    user = ("--as=system:serviceaccount:argocd:argocd-application-controller", "--as-group=system:masters")
    for name, refused in (("default-deny", True), ("own", False)):
        opened = (
            "patch",
            "networkpolicy",
            name,
            "--type=merge",
            '--patch={"spec":{"ingress":[{"ports":[{"port":1}]}]}}',
        )
        for change in (opened, ("delete", "networkpolicy", name)):
            told = routed.kubectl(*change, f"--namespace={SEARCH}", "--dry-run=server", *user).stderr
            assert ("is the platform's" in told) is refused, told
    assert "denied" not in routed.kubectl("delete", "networkpolicy", "default-deny", f"--namespace={SEARCH}").stderr
