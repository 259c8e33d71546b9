"""Models that scale to zero: Knative is there before KServe looks for it, at our gateway, and reached as it must be."""

import json
import re
from typing import Any

import pytest

from components.facts.versions import KNATIVE_OPERATOR, KNATIVE_SERVING
from components.serving.serving_platform.gateway import gateway_manifest
from components.serving.serving_platform.knative import LONGEST_REQUEST_SECONDS, knative_serving
from components.serving.serving_platform.names import GATEWAY_PODS, MODEL_LABEL, NODE_SECONDS, START_SECONDS
from resources.resource import Resource
from tests.support.components.clusters import NAMESPACE, needs
from tests.support.components.mocks import Recording
from tests.support.components.network_policies import GATEWAY_POD, PREDICTOR, Pod, allows, reaches
from tests.support.components.serving import MODELS, platform, release
from tests.support.planner import contract, order, traffic

API_SERVER = "10.40.64.10"
SERVING = "kubernetes:operator.knative.dev/v1beta1:KnativeServing"
RUNTIME = "kubernetes:serving.kserve.io/v1alpha1:ClusterServingRuntime"
GATEWAY: Pod = ("istio-ingress", GATEWAY_POD)
ACTIVATOR: Pod = ("knative-serving", {"app": "activator"})
AUTOSCALER: Pod = ("knative-serving", {"app": "autoscaler"})
ROUTER: Pod = ("knative-serving", {"app": "net-istio-controller"})


@pytest.fixture(scope="module")
def recording() -> Recording:
    return platform(scale_to_zero=True)


@pytest.fixture(scope="module")
def config() -> dict[str, dict[str, str]]:
    return knative_serving("models.example.com")["spec"]["config"]


def test_without_it_nothing_of_knative_is_there() -> None:
    assert not [each.name for each in platform().resources if "knative" in each.name or "on-demand" in each.name]


def test_the_operator_installs_the_version_that_it_is_of(recording: Recording) -> None:
    assert recording.one(SERVING).inputs["spec"]["version"] == KNATIVE_SERVING == KNATIVE_OPERATOR.version[1:]
    for pods in release(recording, "knative-operator").inputs["values"]["knative_operator"].values():
        assert pods["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}


def named(recording: Recording, name: str) -> Resource:
    [found] = [each for each in recording.resources if each.name == name]
    return found


@pytest.mark.parametrize(
    ("later", "earlier"),
    [
        ("serving-knative-release", {"serving-gateway-base", "serving-gateway-models"}),
        ("serving-knative-knativeserving", {"serving-knative-release", "serving-knative-serving-allow-apis"}),
        # KServe looks for Knative's definitions once, when it starts.
        ("serving-kserve-controller", {"serving-knative-knativeserving"}),
        (
            "reader",
            {"serving-kserve-triton-on-demand", "serving-fraud-allow-on-demand", "serving-fraud-allow-counting"},
        ),
    ],
)
def test_what_is_needed_is_there_before_and_goes_after(recording: Recording, later: str, earlier: set[str]) -> None:
    assert earlier <= needs(recording, named(recording, later))


def test_pulumi_waits_until_all_of_it_runs(recording: Recording) -> None:
    annotations = recording.one(SERVING).inputs["metadata"]["annotations"]
    assert annotations == {"pulumi.com/waitFor": "condition=Ready"}


def test_each_model_server_is_offered_with_and_without_ports(recording: Recording) -> None:
    offered = {each.inputs["metadata"]["name"] for each in recording.all(RUNTIME)}
    plain = {"triton", "huggingface", "mlserver"}
    assert offered == plain | {f"{each}-on-demand" for each in plain}


def test_a_kserve_that_ran_before_starts_again(recording: Recording) -> None:
    def controller(of: Recording) -> dict[str, Any]:
        return release(of, "kserve-resources").inputs["values"]["kserve"]["controller"]

    assert controller(recording)["podAnnotations"] == {"mlplatform.io/knative": KNATIVE_SERVING}
    assert "podAnnotations" not in controller(platform())


def test_its_namespaces_are_closed_and_restricted(recording: Recording) -> None:
    found = {each.inputs["metadata"]["name"]: each.inputs["metadata"]["labels"] for each in recording.all(NAMESPACE)}
    for name in ("knative-operator", "knative-serving"):
        assert found[name]["pod-security.kubernetes.io/enforce"] == "restricted"


@pytest.mark.parametrize("namespace", MODELS)
@pytest.mark.parametrize("port", [8012, 8013])
def test_requests_come_from_the_activator_or_the_gateway(recording: Recording, namespace: str, port: int) -> None:
    model: Pod = (namespace, PREDICTOR)
    assert reaches(recording, GATEWAY, ACTIVATOR, port)
    assert reaches(recording, ACTIVATOR, model, port)
    assert reaches(recording, GATEWAY, model, port)
    assert reaches(recording, AUTOSCALER, model, port)
    others: list[Pod] = [("kserve", {}), ("knative-serving", {"app": "webhook"}), ("istio-ingress", {"app": "other"})]
    for other in others:
        assert not reaches(recording, other, model, port)
    assert not reaches(recording, API_SERVER, model, port)


def test_knative_counts_replicas_and_probes_the_gateway(recording: Recording) -> None:
    model: Pod = ("fraud", PREDICTOR)
    assert reaches(recording, AUTOSCALER, model, 9090)
    assert not reaches(recording, ACTIVATOR, model, 9090)
    assert not reaches(recording, AUTOSCALER, model, 8022)
    assert reaches(recording, ROUTER, GATEWAY, 8080)
    assert not reaches(recording, ACTIVATOR, GATEWAY, 8080)
    assert reaches(recording, ACTIVATOR, AUTOSCALER, 8080)


@pytest.mark.parametrize(
    "pod",
    [
        ("knative-operator", {"app": "operator-webhook"}),
        ("knative-serving", {"app": "webhook"}),
        ("knative-serving", {"app": "net-istio-webhook"}),
    ],
)
def test_the_api_server_reaches_each_webhook(recording: Recording, pod: Pod) -> None:
    assert reaches(recording, API_SERVER, pod, 8443)
    assert allows(recording, pod, "Egress", API_SERVER, 443)


def test_without_knative_nobody_reaches_those_ports() -> None:
    recording = platform()
    for port in (8012, 8013, 9090):
        assert not allows(recording, ("fraud", PREDICTOR), "Ingress", GATEWAY, port)
        assert not allows(recording, ("fraud", PREDICTOR), "Ingress", AUTOSCALER, port)


def test_routes_use_our_gateway_only(config: dict[str, dict[str, str]]) -> None:
    [gateway] = json.loads(config["istio"]["external-gateways"])
    ours = gateway_manifest("models.example.com", ["models"])
    assert (gateway["name"], gateway["namespace"]) == (ours["metadata"]["name"], ours["metadata"]["namespace"])
    assert gateway["service"] == "istio-ingressgateway.istio-ingress.svc.cluster.local"
    assert json.loads(config["istio"]["local-gateways"]) == []
    brought = knative_serving("models.example.com")["spec"]["ingress"]["istio"]
    for each in ("knative-ingress-gateway", "knative-local-gateway"):
        selector = brought[each]["selector"]
        assert selector
        assert not selector.items() <= GATEWAY_PODS.items()
    assert ours["spec"]["selector"] == GATEWAY_PODS


def addressed(template: str, name: str, namespace: str, domain: str, labels: dict[str, str]) -> str:
    """What Go's templates make of ours: one condition on the name, and places."""
    condition = r'eq \.Name \(printf "%s-predictor" \(index \.Labels "([^"]+)"\)\)'
    parts = re.fullmatch(rf"\{{\{{if {condition}\}}\}}(.*)\{{\{{else\}}\}}(.*)\{{\{{end\}}\}}(.*)", template)
    assert parts
    model = labels.get(parts[1], "")
    chosen = (parts[2] if name == f"{model}-predictor" else parts[3]) + parts[4]
    places = {f'index .Labels "{parts[1]}"': model, ".Name": name, ".Namespace": namespace, ".Domain": domain}
    return re.sub(r"\{\{([^}]+)\}\}", lambda place: places[place[1]], chosen)


def test_a_model_answers_at_its_name_and_nothing_else_does(config: dict[str, dict[str, str]]) -> None:
    [domain] = config["domain"]
    template, labels = config["network"]["domain-template"], {MODEL_LABEL: "fraud"}
    assert addressed(template, "fraud-predictor", "models", domain, labels) == "fraud.models.example.com"
    # A tag's name, and one of somebody's own service, are not one label below the domain.
    for name, own in (("prev-fraud-predictor", labels), ("fraud", {}), ("churn-predictor", labels)):
        assert addressed(template, name, "models", domain, own) == f"{name}.models.models.example.com"


def test_timeouts_cover_a_new_node_and_a_long_request(
    config: dict[str, dict[str, str]],
) -> None:
    assert config["deployment"]["progress-deadline"] == f"{START_SECONDS + NODE_SECONDS}s"
    assert int(config["defaults"]["max-revision-timeout-seconds"]) == LONGEST_REQUEST_SECONDS == 3600


def test_a_node_can_be_drained() -> None:
    spec = knative_serving("models.example.com")["spec"]
    assert spec["high-availability"]["replicas"] == 2
    budgets: list[dict[str, Any]] = spec["podDisruptionBudgets"]
    assert {each["name"]: each["maxUnavailable"] for each in budgets} == {"activator-pdb": 1, "webhook-pdb": 1}


CONFIG_KEYS = {
    "istio": {"external-gateways", "local-gateways"},
    "network": {"ingress-class", "domain-template"},
    "domain": {"models.example.com"},
    "features": {
        *(
            f"kubernetes.podspec-{each}"
            for each in (
                "affinity",
                "nodeselector",
                "tolerations",
                "topologyspreadconstraints",
                "securitycontext",
                "init-containers",
                "persistent-volume-claim",
            )
        ),
        "multi-container-probing",
    },
    "deployment": {
        "registries-skipping-tag-resolving",
        "progress-deadline",
        "queue-sidecar-cpu-request",
        "queue-sidecar-cpu-limit",
        "queue-sidecar-memory-request",
        "queue-sidecar-memory-limit",
    },
    "defaults": {"max-revision-timeout-seconds", "enable-service-links"},
    "autoscaler": {"enable-scale-to-zero", "initial-scale", "target-burst-capacity", "activator-capacity"},
    "observability": {"metrics-protocol", "request-metrics-protocol"},
    "gc": {"min-non-active-revisions", "max-non-active-revisions"},
}
"""Source: knative/serving 1.23.0, config/core/configmaps; net-istio, pkg/reconciler/ingress/config."""
FIELDS = {"version", "high-availability", "workloads", "podDisruptionBudgets", "ingress", "config"}
"""Source: knative/operator 1.23.0, config/crd/bases/operator.knative.dev_knativeservings.yaml."""


def test_the_object_has_the_shape_of_its_definition(config: dict[str, dict[str, str]]) -> None:
    spec = knative_serving("models.example.com")["spec"]
    assert set(spec) == FIELDS
    assert {name: set(data) for name, data in config.items()} == CONFIG_KEYS
    # A config map's values are texts.
    assert all(isinstance(value, str) for data in config.values() for value in data.values())
    for each in spec["workloads"]:
        assert set(each) == {"name", "resources", "topologySpreadConstraints", "affinity", "tolerations"}
        assert all(set(amounts) == {"container", "requests", "limits"} for amounts in each["resources"])


@pytest.fixture
def plan(recording: Recording) -> tuple[Resource, ...]:
    return tuple(recording.resources)


def test_charts_policies_and_order_hold_with_it_too(plan: tuple[Resource, ...]) -> None:
    assert not list(contract.unknown_charts(plan))
    assert not [each for each in traffic.unheard_policies(plan) if "k8s-app" not in each]
    assert not list(traffic.silenced(plan))
    assert not list(order.definitions_come_first(plan))
    assert not list(order.namespaces_come_first(plan))
