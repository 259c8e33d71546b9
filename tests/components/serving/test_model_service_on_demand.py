"""A model that scales to zero is one that Knative accepts, reaches and counts the requests of."""

import re
from typing import Any

import pytest

from components.core.spec import SpecError
from components.serving.serving_platform import names
from components.serving.serving_platform.knative import ACTIVATOR, AUTOSCALER, knative_serving
from components.serving.serving_platform.runtimes import on_demand_runtime
from tests.support.components.models import CACHE, CANARY, FLOOR, MODEL, ON_DEMAND, objects, served

SERVICE = ("InferenceService", "fraud")
PORTS = {"REST": ("http1", 8080, 8012), "gRPC": ("h2c", 9000, 8013)}
ALLOWED_IN_POD = {
    "serviceAccountName",
    "automountServiceAccountToken",
    "topologySpreadConstraints",
    "tolerations",
    "nodeSelector",
    "affinity",
    "volumes",
    "initContainers",
}
"""Source: Knative Serving 1.23.0, pkg/apis/serving/fieldmask.go, PodSpecMask, with the flags that we set."""
OF_KSERVE = {
    "annotations",
    "minReplicas",
    "maxReplicas",
    "scaleMetric",
    "scaleTarget",
    "timeout",
    "canaryTrafficPercent",
    "model",
}
ALLOWED_IN_CONTAINER = {"args", "env", "ports", "resources", "startupProbe"}
OF_MODEL = {"runtime", "modelFormat", "protocolVersion", "storageUri"}
FLAGS = {
    "topologySpreadConstraints": "topologyspreadconstraints",
    "tolerations": "tolerations",
    "nodeSelector": "nodeselector",
    "affinity": "affinity",
    "initContainers": "init-containers",
}


def wanted(**changes: Any) -> dict[tuple[str, str], dict[str, Any]]:
    return objects(**{**ON_DEMAND, **changes})


def predictor(**changes: Any) -> dict[str, Any]:
    return wanted(**changes)[SERVICE]["spec"]["predictor"]


def test_nothing_but_knative_says_how_many_replicas_there_are() -> None:
    kinds = {kind for kind, _ in wanted(canary=CANARY, monitoring=True)}
    assert kinds == {"ServiceAccount", "NetworkPolicy", "InferenceService", "PodMonitor", "PrometheusRule"}
    assert wanted()[SERVICE]["metadata"]["annotations"] == {"serving.kserve.io/deploymentMode": "Knative"}
    found = predictor(targetConcurrency=5, maximum=7)
    assert (found["minReplicas"], found["maxReplicas"], found["scaleTarget"]) == (0, 7, 5)
    # What Knative takes off a target by default, it would have more replicas than we do for as many requests.
    assert found["annotations"]["autoscaling.knative.dev/target-utilization-percentage"] == "100"


@pytest.mark.parametrize(
    "changes", [{}, {"gpus": 1, "cache": CACHE, "canary": CANARY}, {"gpuShare": {"mode": "mps", "pods": 4}}]
)
def test_it_asks_for_nothing_that_knative_refuses(changes: dict[str, Any]) -> None:
    found = predictor(**changes)
    assert set(found) <= ALLOWED_IN_POD | OF_KSERVE
    assert set(found["model"]) <= ALLOWED_IN_CONTAINER | OF_MODEL
    features = knative_serving("models.example.com")["spec"]["config"]["features"]
    for field, flag in FLAGS.items():
        assert field not in found or features[f"kubernetes.podspec-{flag}"] == "enabled"
    assert features["kubernetes.podspec-persistent-volume-claim"] == "enabled"
    mounted = {mount["name"] for each in found.get("initContainers", []) for mount in each["volumeMounts"]}
    assert {volume["name"] for volume in found.get("volumes", [])} <= mounted


@pytest.mark.parametrize("protocol", PORTS)
@pytest.mark.parametrize("runtime", list(names.Runtime))
def test_it_has_one_port_which_is_that_of_its_protocol(protocol: str, runtime: names.Runtime) -> None:
    model = predictor(protocol=protocol, runtime=str(runtime), modelFormat=_format(runtime))["model"]
    name, port, _ = PORTS[protocol]
    assert [(each["name"], each["containerPort"]) for each in model["ports"]] == [(name, port)]
    offered = on_demand_runtime(runtime)
    [container] = offered["spec"]["containers"]
    assert model["runtime"] == offered["metadata"]["name"]
    assert "ports" not in container
    assert "lifecycle" not in container
    # Each probe names a port by its number: another one than the one served is asked, and none by a name.
    assert {container[f"{each}Probe"]["httpGet"]["port"] for each in ("startup", "readiness", "liveness")} == {8080}
    assert not {mount["mountPath"] for mount in container["volumeMounts"]} & {"/", "/dev", "/dev/log"}
    # A model that names no runtime does not find it.
    assert not any(each["autoSelect"] for each in offered["spec"]["supportedModelFormats"])


def _format(runtime: names.Runtime) -> str | None:
    return "sklearn" if runtime is names.Runtime.MLSERVER else None


@pytest.mark.parametrize("protocol", PORTS)
def test_the_gateway_and_knative_reach_it_by_its_protocol_alone(protocol: str) -> None:
    spec = wanted(protocol=protocol)["NetworkPolicy", "fraud"]["spec"]
    reached = {
        (peer["namespaceSelector"]["matchLabels"]["kubernetes.io/metadata.name"], *labels): {
            each["port"] for each in rule["ports"]
        }
        for rule in spec["ingress"]
        for peer in rule["from"]
        for labels in [tuple(peer.get("podSelector", {}).get("matchLabels", {}).values())]
    }
    queue = PORTS[protocol][2]
    assert reached == {
        ("istio-ingress", *names.GATEWAY_PODS.values()): {queue},
        ("knative-serving", *ACTIVATOR.values()): {queue},
        ("knative-serving", *AUTOSCALER.values()): {queue, 9090},
        ("monitoring",): {8002},
    }


def test_canary_is_the_newest_revision() -> None:
    assert predictor()["model"]["storageUri"] == MODEL["modelUri"]
    assert "canaryTrafficPercent" not in predictor()
    found = predictor(canary=CANARY)
    assert found["model"]["storageUri"] == CANARY["modelUri"]
    assert found["canaryTrafficPercent"] == CANARY["percent"]


def test_a_kept_canary_is_waited_for_where_it_is_read() -> None:
    for changes in ({}, {"canary": CANARY}):
        found = predictor(cache=CACHE, **changes)
        [wait] = found["initContainers"]
        assert found["model"]["storageUri"] == f"pvc://model-cache-inference/{wait['command'][-1]}"


def test_a_node_may_come_before_a_start_is_given_up() -> None:
    found = predictor(startupMinutes=40, timeoutSeconds=900)
    probe = found["model"]["startupProbe"]
    deadline = int(found["annotations"]["serving.knative.dev/progress-deadline"].removesuffix("m")) * 60
    assert probe["periodSeconds"] * probe["failureThreshold"] == 40 * 60
    assert deadline == 40 * 60 + names.NODE_SECONDS
    assert found["timeout"] == 900


def test_a_gpu_is_not_given_back_as_fast_as_a_cpu() -> None:
    key = "autoscaling.knative.dev/scale-down-delay"
    assert (predictor()["annotations"][key], predictor(gpus=1)["annotations"][key]) == ("5m", "15m")


def test_alerts_ignore_a_model_without_requests() -> None:
    rules = {
        each["alert"]: each for each in wanted(monitoring=True)["PrometheusRule", "fraud"]["spec"]["groups"][0]["rules"]
    }
    [name] = set(re.findall(r'destination_service_name=~"([^"]+)"', rules["ModelFailing"]["expr"]))
    assert re.fullmatch(name, "fraud-predictor-00012")
    assert not re.fullmatch(name, "fraud-predictor")
    [deployment] = set(re.findall(r'deployment=~"([^"]+)"', rules["ModelNotReady"]["expr"]))
    assert re.fullmatch(deployment, "fraud-predictor-00001-deployment")
    assert rules["ModelNotReady"]["expr"].endswith("> 0")
    assert rules["ModelNotReady"]["for"] == "45m"
    assert "horizontalpodautoscaler" not in rules["ModelAtMaximum"]["expr"]
    [at_maximum] = set(re.findall(r'deployment=~"([^"]+)"', rules["ModelAtMaximum"]["expr"]))
    assert at_maximum == deployment
    assert rules["ModelAtMaximum"]["expr"].endswith(">= 10 > 1")


def test_prometheus_reads_the_server_behind_the_proxy() -> None:
    [endpoint] = wanted(monitoring=True, runtime="huggingface")["PodMonitor", "fraud"]["spec"]["podMetricsEndpoints"]
    assert endpoint["relabelings"][0]["replacement"] == "$1:8080"


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"protocol": None}, "protocol is missing; a model with scaleToZero answers only one: set REST or gRPC"),
        ({"protocol": "http"}, "protocol = 'http': allowed: REST, gRPC"),
        ({"scaleToZero": None, "minimum": 1}, "protocol = REST is for models with scaleToZero"),
        ({"minimum": 2}, "minimum = 2 contradicts scaleToZero"),
        ({"schedules": [{**FLOOR, "minimum": 1}]}, "schedules contradict scaleToZero"),
        ({"host": "f.models.example.com"}, "host = f.models.example.com is not for models with scaleToZero"),
        ({"name": "f" * 37}, "is longer than 36 characters"),
    ],
)
def test_what_it_cannot_have_is_refused_by_name(changes: dict[str, Any], told: str) -> None:
    with pytest.raises(SpecError, match=re.escape(told)):
        wanted(**changes)


def test_it_answers_at_its_name() -> None:
    recording = served(**ON_DEMAND)
    assert recording.outputs("fraud")["url"] == "https://fraud.models.example.com"
