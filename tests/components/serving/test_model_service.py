"""What a model is made of, in what order, and what it may do; what is refused, and by which name."""

import json
import math
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components.core.node_labels import DEVICE_PLUGIN_CONFIG_LABEL
from components.serving.serving_platform import names as agreed
from components.serving.serving_platform.gateway import gateway_manifest
from components.serving.serving_platform.runtimes import serving_runtime
from tests.support.components.clusters import node_pool, select
from tests.support.components.models import CANARY, FLOOR, MODEL, objects

SERVICE, CANARY_SERVICE = ("InferenceService", "fraud"), ("InferenceService", "fraud-canary")
SCALER, CANARY_SCALER = ("ScaledObject", "fraud"), ("ScaledObject", "fraud-canary")
ROUTE = ("VirtualService", "fraud")
INTERNAL = ("Service", "fraud-internal")
POLICY = ("NetworkPolicy", "fraud")
BUDGET = ("PodDisruptionBudget", "fraud")
QUARTER = {"mode": "mps", "pods": 4}


def test_a_model_without_canary_and_monitoring_is_these_objects() -> None:
    assert set(objects()) == {
        ("ServiceAccount", "fraud"),
        POLICY,
        BUDGET,
        SERVICE,
        SCALER,
        ROUTE,
        INTERNAL,
    }


def test_options_add_objects_and_remove_none() -> None:
    added = set(objects(canary=CANARY, monitoring=True)) - set(objects())
    assert added == {CANARY_SERVICE, CANARY_SCALER, ("ServiceMonitor", "fraud"), ("PrometheusRule", "fraud")}


def predictor(found: Mapping[Any, Any], key: tuple[str, str] = SERVICE) -> Any:
    return found[key]["spec"]["predictor"]


def test_kserve_leaves_the_number_of_replicas_to_the_scaler() -> None:
    found = objects()
    annotations = found[SERVICE]["metadata"]["annotations"]
    assert annotations["serving.kserve.io/deploymentMode"] == "Standard"
    assert annotations["serving.kserve.io/autoscalerClass"] == "external"
    assert found[SCALER]["spec"]["scaleTargetRef"] == {"name": "fraud-predictor"}
    assert (found[SCALER]["spec"]["minReplicaCount"], found[SCALER]["spec"]["maxReplicaCount"]) == (2, 10)


@pytest.mark.parametrize(
    ("runtime", "wanted", "form"),
    [
        ("triton", None, "triton"),
        ("triton", "onnx", "onnx"),
        ("huggingface", None, "huggingface"),
        ("mlserver", "xgboost", "xgboost"),
    ],
)
def test_runtime_is_installed_and_loads_the_format(runtime: str, wanted: str | None, form: str) -> None:
    model = predictor(objects(runtime=runtime, modelFormat=wanted))["model"]
    offered = serving_runtime(agreed.Runtime(model["runtime"]))
    assert model["modelFormat"] == {"name": form}
    assert form in {each["name"] for each in offered["spec"]["supportedModelFormats"]}
    assert model["protocolVersion"] in offered["spec"]["protocolVersions"]


def test_a_replica_has_all_the_time_asked_for_to_start() -> None:
    probe = predictor(objects(startupMinutes=45))["model"]["startupProbe"]
    assert probe["periodSeconds"] * probe["failureThreshold"] == 45 * 60
    assert probe["httpGet"]["port"] == agreed.REST_PORT


def test_a_replica_that_goes_answers_what_it_was_asked() -> None:
    found = predictor(objects(timeoutSeconds=300))
    waits = found["model"]["lifecycle"]["preStop"]["sleep"]["seconds"]
    assert waits > 0
    assert found["terminationGracePeriodSeconds"] >= 300 + waits
    assert found["deploymentStrategy"]["rollingUpdate"]["maxUnavailable"] == 0


def test_requests_are_limits() -> None:
    found = predictor(objects(storageGib=50))["model"]["resources"]
    assert found["requests"] == {"cpu": "2", "memory": "8Gi", "ephemeral-storage": "50Gi"} == found["limits"]


def admits(pod: Mapping[str, Any], node: Mapping[str, str]) -> bool:
    """Whether the pod's node selector and required affinity let it on a node with these labels."""
    required = ("affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution", "nodeSelectorTerms")
    terms: list[Mapping[str, Any]] = select(pod, *required) if "affinity" in pod else [{"matchExpressions": []}]

    def holds(expression: Mapping[str, Any]) -> bool:
        if expression["operator"] == "DoesNotExist":
            return expression["key"] not in node
        assert expression["operator"] == "In"
        return node.get(expression["key"]) in expression["values"]

    selected = pod.get("nodeSelector", {}).items() <= node.items()
    return selected and any(all(map(holds, term["matchExpressions"])) for term in terms)


def labels_of(**pool: Any) -> dict[str, str]:
    return node_pool(**pool).one("aws:eks/nodeGroup:NodeGroup").inputs["labels"]


def test_a_part_of_a_gpu_comes_from_a_pool_that_shares_them_so() -> None:
    found = predictor(objects(gpuShare=QUARTER))
    assert found["model"]["resources"]["limits"]["nvidia.com/gpu"] == 1
    assert admits(found, labels_of(sharing={"mps": 4}))
    assert not admits(found, labels_of(sharing={"mps": 2}))
    assert not admits(found, labels_of(sharing={"time_slicing": 4}))
    assert not admits(found, labels_of())
    sliced = predictor(objects(gpuShare={"mode": "time-slicing", "pods": 8}))
    assert admits(sliced, labels_of(sharing={"time_slicing": 8}))


def test_whole_gpus_come_from_pools_that_share_none() -> None:
    found = predictor(objects(gpus=2))
    assert found["model"]["resources"]["limits"]["nvidia.com/gpu"] == 2
    assert admits(found, labels_of())
    assert admits(found, labels_of(ami_family="bottlerocket"))
    assert not admits(found, labels_of(sharing={"mps": 4}))
    assert not admits(found, labels_of(sharing={"time_slicing": 4}))
    assert not admits(found, {})


@pytest.mark.parametrize(
    ("accelerated", "tolerates"), [({"gpus": 1}, True), ({"gpuShare": QUARTER}, True), ({}, False)]
)
def test_only_models_with_a_gpu_run_on_gpu_nodes(accelerated: dict[str, Any], tolerates: bool) -> None:
    found = predictor(objects(**accelerated))
    taint = node_pool().one("aws:eks/nodeGroup:NodeGroup").inputs["taints"][0]
    tolerated = [each["key"] for each in found.get("tolerations", []) if each["operator"] == "Exists"]
    assert (taint["key"] in tolerated) is tolerates
    assert (DEVICE_PLUGIN_CONFIG_LABEL in json.dumps(found)) is tolerates


def weights(route: Mapping[str, Any]) -> dict[tuple[str, int], int]:
    return {
        (each["destination"]["host"], each["destination"]["port"]["number"]): each["weight"] for each in route["route"]
    }


def test_rest_and_grpc_reach_the_model_and_are_not_tried_twice() -> None:
    spec = objects(timeoutSeconds=90)[ROUTE]["spec"]
    host = "fraud-predictor.models.svc.cluster.local"
    grpc, rest = spec["http"]
    assert weights(grpc) == {(host, agreed.GRPC_PORT): 100}
    assert weights(rest) == {(host, agreed.REST_SERVICE_PORT): 100}
    assert grpc["match"] == [{"headers": {"content-type": {"prefix": "application/grpc"}}}]
    assert "match" not in rest
    for route in (grpc, rest):
        assert route["timeout"] == "90s"
        assert route["retries"] == {"attempts": 0}


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 100))
def test_the_weights_of_both_sum_to_a_hundred(percent: int) -> None:
    spec = objects(canary={**CANARY, "percent": percent})[ROUTE]["spec"]
    for route, port in zip(spec["http"], (agreed.GRPC_PORT, agreed.REST_SERVICE_PORT), strict=True):
        found = weights(route)
        assert found["fraud-canary-predictor.models.svc.cluster.local", port] == percent
        assert sum(found.values()) == 100


def test_the_gateway_takes_the_route() -> None:
    route = objects()[ROUTE]
    gateway = gateway_manifest("models.example.com", ["models"])
    [server] = gateway["spec"]["servers"]
    assert route["spec"]["gateways"] == [f"{gateway['metadata']['namespace']}/{gateway['metadata']['name']}"]
    assert f"{route['metadata']['namespace']}/*.models.example.com" in server["hosts"]
    internal = "fraud-internal.models.svc.cluster.local"
    assert "models/*.models.svc.cluster.local" in server["hosts"]
    assert route["spec"]["hosts"] == ["fraud.models.example.com", internal]
    assert objects(host="f.models.example.com")[ROUTE]["spec"]["hosts"] == ["f.models.example.com", internal]


def test_pods_of_the_cluster_call_the_model_through_the_gateway() -> None:
    gateway = "istio-ingressgateway.istio-ingress.svc.cluster.local"
    assert objects()[INTERNAL]["spec"] == {"type": "ExternalName", "externalName": gateway}


@pytest.mark.parametrize("runtime", ["huggingface", "mlserver", "triton"])
def test_canary_serves_another_folder_under_the_same_name(runtime: str) -> None:
    form = "sklearn" if runtime == "mlserver" else None
    found = objects(runtime=runtime, modelFormat=form, canary=CANARY, gpus=1)
    stable, canary = (predictor(found, key) for key in (SERVICE, CANARY_SERVICE))
    assert canary["model"].pop("storageUri") == CANARY["modelUri"]
    assert stable["model"].pop("storageUri") == MODEL["modelUri"]
    assert canary["model"] == stable["model"]
    told = agreed.answering_as("fraud", agreed.Runtime(runtime))
    assert {key: canary["model"][key] for key in told} == told
    assert canary["serviceAccountName"] == stable["serviceAccountName"]


@settings(max_examples=200, deadline=None)
@given(st.lists(st.integers(1, 1000), min_size=2, max_size=2).map(sorted), st.integers(0, 100))
def test_a_canary_has_its_part_of_the_replicas_and_one_at_least(bounds: list[int], percent: int) -> None:
    minimum, maximum = bounds
    found = objects(minimum=minimum, maximum=maximum, canary={**CANARY, "percent": percent})
    for bound, whole in (("minReplicaCount", minimum), ("maxReplicaCount", maximum)):
        assert found[SCALER]["spec"][bound] == whole
        assert found[CANARY_SCALER]["spec"][bound] == max(1, math.ceil(Fraction(whole * percent, 100)))


def trigger(found: Mapping[Any, Any], key: tuple[str, str], kind: str) -> Any:
    [only] = [each for each in found[key]["spec"]["triggers"] if each["type"] == kind]
    return only


@pytest.mark.parametrize("key", [SCALER, CANARY_SCALER])
def test_replicas_scale_with_concurrent_requests(key: tuple[str, str]) -> None:
    found = trigger(objects(canary=CANARY), key, "prometheus")
    assert f'destination_service_name="{key[1]}-predictor"' in found["metadata"]["query"]
    assert 'destination_service_namespace="models"' in found["metadata"]["query"]
    assert found["metadata"]["threshold"] == "8"
    assert found["metricType"] == "AverageValue"


def test_a_prometheus_that_fails_takes_no_replica_away() -> None:
    for source in ({"monitoring": True}, {"prometheus_url": "http://prometheus.watch.svc:9090"}):
        assert objects(**source)[SCALER]["spec"]["fallback"]["behavior"] == "currentReplicasIfHigher"


def test_without_a_prometheus_the_schedule_decides() -> None:
    fallback = objects()[SCALER]["spec"]["fallback"]
    assert fallback == {"failureThreshold": 3, "replicas": 2, "behavior": "static"}
    # A model of which Prometheus knows no series falls back as well: nobody says that it has no requests.
    assert objects()[SCALER]["spec"]["triggers"][0]["metadata"]["ignoreNullValues"] == "false"


def test_a_gpu_is_not_given_back_as_fast_as_a_cpu() -> None:
    path = ("spec", "advanced", "horizontalPodAutoscalerConfig", "behavior", "scaleDown", "stabilizationWindowSeconds")
    assert select(objects(gpus=1)[SCALER], *path) > select(objects()[SCALER], *path)


def occurrences(cron: str, zone: str) -> Iterator[datetime]:
    """The times of a cron expression with fixed minute and hour, over a week."""
    minute, hour, *_, days = cron.split()
    at = datetime(2026, 11, 1, int(hour), int(minute), tzinfo=ZoneInfo(zone))
    for day in range(7):
        moment = at + timedelta(days=day)
        if f"{moment:%a}".lower() in days.split(","):
            yield moment


def test_the_floor_is_higher_in_the_hours_that_are_said() -> None:
    floor = {**FLOOR, "days": ["monday", "thursday"], "timeZone": "America/New_York"}
    found = trigger(objects(schedules=[floor]), SCALER, "cron")["metadata"]
    hours = zip(*(occurrences(found[edge], found["timezone"]) for edge in ("start", "end")), strict=True)
    told = [(f"{start:%A %H:%M}", f"{end:%A %H:%M}") for start, end in hours]
    assert told == [("Monday 08:00", "Monday 20:30"), ("Thursday 08:00", "Thursday 20:30")]
    assert found["desiredReplicas"] == "6"


def test_schedule_defaults_to_every_day_in_utc() -> None:
    found = trigger(objects(schedules=[FLOOR]), SCALER, "cron")["metadata"]
    assert found["timezone"] == "Etc/UTC"
    assert len(list(occurrences(found["start"], found["timezone"]))) == 7


def test_a_canary_has_its_part_of_the_floor() -> None:
    found = trigger(objects(schedules=[FLOOR], canary={**CANARY, "percent": 34}), CANARY_SCALER, "cron")
    assert found["metadata"]["desiredReplicas"] == "3"


def pods(found: Mapping[Any, Any], key: tuple[str, str]) -> dict[str, str]:
    """The labels that KServe gives the pods of an InferenceService: its own, and those it sets."""
    service = found[key]
    name = service["metadata"]["name"]
    return {
        **service["metadata"]["labels"],
        "serving.kserve.io/inferenceservice": name,
        "app": f"isvc.{name}-predictor",
        **agreed.PREDICTOR_PODS,
    }


def matches(selector: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    return selector["matchLabels"].items() <= labels.items()


@pytest.mark.parametrize("key", [SERVICE, CANARY_SERVICE])
def test_budget_policy_and_monitor_select_model_and_canary(key: tuple[str, str]) -> None:
    found = objects(canary=CANARY, monitoring=True)
    others = pods({SERVICE: objects(name="churn")["InferenceService", "churn"]}, SERVICE)
    monitor = found["ServiceMonitor", "fraud"]["spec"]["selector"]
    for selector in (found[BUDGET]["spec"]["selector"], found[POLICY]["spec"]["podSelector"], monitor):
        assert matches(selector, pods(found, key))
        assert not matches(selector, others)
    assert found[BUDGET]["spec"]["maxUnavailable"] == 1


@pytest.mark.parametrize("key", [SERVICE, CANARY_SERVICE])
def test_replicas_are_spread_over_zones_and_nodes(key: tuple[str, str]) -> None:
    found = objects(canary=CANARY)
    constraints = predictor(found, key)["topologySpreadConstraints"]
    assert {each["topologyKey"] for each in constraints} == {"topology.kubernetes.io/zone", "kubernetes.io/hostname"}
    other = CANARY_SERVICE if key == SERVICE else SERVICE
    for each in constraints:
        assert matches(each["labelSelector"], pods(found, key))
        assert not matches(each["labelSelector"], pods(found, other))


def allowed(rules: list[Any], direction: str) -> list[tuple[str, set[int]]]:
    """Whom the rules let in or out, by namespace or range, and at which ports."""
    found: list[tuple[str, set[int]]] = []
    for rule in rules:
        [peer] = rule[direction]
        who = (
            peer["ipBlock"]["cidr"]
            if "ipBlock" in peer
            else next(iter(peer["namespaceSelector"]["matchLabels"].values()))
        )
        found.append((who, {each["port"] for each in rule["ports"]}))
    return found


@pytest.mark.parametrize(("runtime", "port"), [("triton", 8002), ("huggingface", 8080), ("mlserver", 8082)])
def test_the_model_hears_the_gateway_and_the_monitoring_alone(runtime: str, port: int) -> None:
    form = "sklearn" if runtime == "mlserver" else None
    found = objects(runtime=runtime, modelFormat=form, monitoringNamespace="metrics")
    spec = found[POLICY]["spec"]
    assert allowed(spec["ingress"], "from") == [("istio-ingress", {8080, 9000}), ("metrics", {port})]
    assert spec["policyTypes"] == ["Ingress", "Egress"]


def test_model_reaches_dns_aws_credentials_and_named_egress() -> None:
    always = [("kube-system", {53}), ("0.0.0.0/0", {443}), ("169.254.170.23/32", {80})]
    assert allowed(objects()[POLICY]["spec"]["egress"], "to") == always
    cache = {"cidr": "10.40.128.0/20", "port": 6379}
    assert allowed(objects(egress=[cache])[POLICY]["spec"]["egress"], "to") == [*always, ("10.40.128.0/20", {6379})]


@pytest.mark.parametrize("runtime", list(agreed.Runtime))
def test_prometheus_reaches_the_metrics_port_of_the_server(runtime: agreed.Runtime) -> None:
    form = "sklearn" if runtime is agreed.Runtime.MLSERVER else None
    found = objects(runtime=runtime, modelFormat=form, monitoring=True)["ServiceMonitor", "fraud"]
    [endpoint] = found["spec"]["endpoints"]
    offered = serving_runtime(runtime)["spec"]
    [container] = offered["containers"]
    ports = {each["name"]: str(each["containerPort"]) for each in container["ports"]}
    assert ports[endpoint["port"]] == offered["annotations"]["prometheus.kserve.io/port"]


def test_alerts_are_for_what_is_asked() -> None:
    found = objects(monitoring=True, startupMinutes=45, latencyMilliseconds=250, errorPercent=2)
    [group] = found["PrometheusRule", "fraud"]["spec"]["groups"]
    alerts = {each["alert"]: each for each in group["rules"]}
    assert set(alerts) == {"ModelNotReady", "ModelFailing", "ModelSlow", "ModelNoCapacity", "ModelAtMaximum"}
    assert alerts["ModelNotReady"]["for"] == "45m"
    assert alerts["ModelSlow"]["expr"].endswith("> 250")
    assert alerts["ModelFailing"]["expr"].endswith("> 2")
    for each in alerts.values():
        assert each["expr"].count("(") == each["expr"].count(")")
        assert "models" in each["expr"]
        assert "fraud(-canary)?" in each["expr"]
        assert "<" not in each["expr"]


def test_labels_are_on_every_object_and_keep_the_models_own() -> None:
    found = objects(labels={"team": "risk", "mlplatform.io/model": "other"}, monitoring=True, canary=CANARY)
    for each in found.values():
        assert each["metadata"]["labels"] == {"team": "risk", "mlplatform.io/model": "fraud"}
