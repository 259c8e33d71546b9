"""Who reaches whom around the models, by Kubernetes' own rule: both ends must allow it."""

import pytest

from resources.resource import Resource
from tests.support.components.clusters import NAMESPACE, NETWORK_POLICY
from tests.support.components.definitions import faults
from tests.support.components.mocks import Recording
from tests.support.components.network_policies import GATEWAY_POD, PREDICTOR, Pod, allows, reaches
from tests.support.components.serving import MODELS, platform
from tests.support.planner import contract, order, traffic

API_SERVER, BALANCER, STRANGER = "10.40.64.10", "10.40.1.20", "10.40.99.1"


@pytest.fixture(scope="module")
def recording() -> Recording:
    return platform()


def test_every_namespace_denies_by_default_and_is_restricted(recording: Recording) -> None:
    found = {each.inputs["metadata"]["name"]: each.inputs["metadata"]["labels"] for each in recording.all(NAMESPACE)}
    assert set(found) == {
        "cert-manager",
        "aws-load-balancer-controller",
        "istio-system",
        "istio-ingress",
        "kserve",
        *MODELS,
    }
    assert {labels["pod-security.kubernetes.io/enforce"] for labels in found.values()} == {"restricted"}
    denied = [
        each.inputs["metadata"]["namespace"]
        for each in recording.all(NETWORK_POLICY)
        if each.inputs["spec"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    ]
    assert sorted(denied) == sorted(found)


def test_the_load_balancer_alone_reaches_the_gateway(recording: Recording) -> None:
    gateway: Pod = ("istio-ingress", GATEWAY_POD)
    for port in (8080, 15021):
        assert reaches(recording, BALANCER, gateway, port)
        assert not reaches(recording, STRANGER, gateway, port)
    for port in (80, 15000, 15020):
        assert not reaches(recording, BALANCER, gateway, port)


@pytest.mark.parametrize("namespace", MODELS)
@pytest.mark.parametrize("port", [8080, 9000])
def test_only_the_gateway_reaches_models_by_rest_and_grpc(recording: Recording, namespace: str, port: int) -> None:
    model: Pod = (namespace, PREDICTOR)
    assert reaches(recording, ("istio-ingress", GATEWAY_POD), model, port)
    assert not reaches(recording, ("istio-ingress", {"app": "other"}), model, port)
    assert not reaches(recording, ("kserve", {}), model, port)
    assert not reaches(recording, BALANCER, model, port)
    assert not reaches(recording, API_SERVER, model, port)
    assert not reaches(recording, ("fraud" if namespace == "vision" else "vision", PREDICTOR), model, port)


def test_gateway_reaches_istiod_and_models_only(recording: Recording) -> None:
    istiod: Pod = ("istio-system", {"app": "istiod", "istio": "pilot"})
    gateway: Pod = ("istio-ingress", GATEWAY_POD)
    assert reaches(recording, gateway, istiod, 15012)
    # Configuration without TLS stays closed.
    assert not reaches(recording, gateway, istiod, 15010)
    assert not reaches(recording, ("fraud", PREDICTOR), istiod, 15012)
    assert not allows(recording, gateway, "Egress", "1.1.1.1", 443)


@pytest.mark.parametrize(
    ("pod", "webhook"),
    [
        (("cert-manager", {"app.kubernetes.io/name": "webhook"}), 10250),
        (("aws-load-balancer-controller", {"app.kubernetes.io/name": "aws-load-balancer-controller"}), 9443),
        (("istio-system", {"app": "istiod"}), 15017),
        (("kserve", {"app.kubernetes.io/name": "kserve-controller-manager"}), 9443),
    ],
)
def test_api_server_and_controllers_reach_each_other(recording: Recording, pod: Pod, webhook: int) -> None:
    assert reaches(recording, API_SERVER, pod, webhook)
    assert not reaches(recording, API_SERVER, pod, webhook + 1)
    assert not reaches(recording, "192.0.2.1", pod, webhook)
    assert allows(recording, pod, "Egress", API_SERVER, 443)


def test_no_webhook_stands_beside_the_one_of_cert_manager(recording: Recording) -> None:
    assert not reaches(recording, API_SERVER, ("cert-manager", {"app.kubernetes.io/name": "cert-manager"}), 10250)


@pytest.mark.parametrize(
    ("pod", "port"),
    [
        (("cert-manager", {"app.kubernetes.io/name": "cainjector"}), 9402),
        (("aws-load-balancer-controller", {"app.kubernetes.io/name": "aws-load-balancer-controller"}), 8080),
        (("istio-system", {"app": "istiod"}), 15014),
        (("istio-ingress", GATEWAY_POD), 15020),
        (("kserve", {"app.kubernetes.io/name": "kserve-controller-manager"}), 8443),
        (("fraud", PREDICTOR), 8002),
        (("fraud", PREDICTOR), 8082),
    ],
)
def test_the_monitoring_alone_reads_metrics(pod: Pod, port: int) -> None:
    recording = platform(monitoring_namespace="watch")
    # The monitoring's own namespace is not the platform's, nor what leaves it.
    assert allows(recording, pod, "Ingress", ("watch", {}), port)
    assert not allows(recording, pod, "Ingress", ("monitoring", {}), port)
    assert not reaches(recording, BALANCER, pod, port)


def test_prometheus_reads_the_gateway_if_allowed() -> None:
    kind = "kubernetes:monitoring.coreos.com/v1:PodMonitor"
    assert not platform().all(kind)
    recording = platform(monitoring=True, monitoring_namespace="watch")
    monitor = recording.one(kind).inputs
    assert not faults(monitor)
    [endpoint] = monitor["spec"]["podMetricsEndpoints"]
    labels = monitor["spec"]["selector"]["matchLabels"]
    gateway: Pod = (monitor["metadata"]["namespace"], GATEWAY_POD)
    assert labels.items() <= GATEWAY_POD.items()
    assert allows(recording, gateway, "Ingress", ("watch", {}), endpoint["portNumber"])


@pytest.fixture
def plan(recording: Recording) -> tuple[Resource, ...]:
    return tuple(recording.resources)


def test_every_chart_is_pinned_at_the_version_that_was_read(plan: tuple[Resource, ...]) -> None:
    assert not list(contract.unknown_charts(plan))


def test_every_policy_is_for_pods_that_are_there_and_listen(plan: tuple[Resource, ...]) -> None:
    found = traffic.unheard_policies(plan)
    # The cluster's DNS is an add-on, which the platform alone does not have.
    assert not [each for each in found if "k8s-app" not in each]


def test_no_controller_is_silenced(plan: tuple[Resource, ...]) -> None:
    assert not list(traffic.silenced(plan))


def test_definitions_and_namespaces_come_before_their_objects(plan: tuple[Resource, ...]) -> None:
    assert not list(order.definitions_come_first(plan))
    assert not list(order.namespaces_come_first(plan))
