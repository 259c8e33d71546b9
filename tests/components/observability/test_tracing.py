"""What Tracing is made of, which traces it keeps, what it masks, who may send spans, and what is refused."""

import json
from typing import Any

import pytest

from components.core.spec import SpecError
from components.observability.traces.collectors import FRONT_PODS, PODS, SAMPLER_PODS
from components.observability.traces.pipelines import front_config, sampler_config, x_ray_exporter
from components.observability.traces.spec import HOST, NAMESPACE, TracingSpec
from components.observability.traces.tracing import Tracing
from components.serving.serving_platform.gateway import istiod_values
from components.serving.serving_platform.names import GATEWAY_PODS, PREDICTOR_PODS
from resources.resource import Resource
from stacks.traces import traces_spec
from tests.support.components.iam import allows
from tests.support.components.known_actions import unknown_to_aws
from tests.support.components.mocks import ACCOUNT, Recording, run
from tests.support.components.network_policies import Pod, reaches
from tests.support.stacks.configs import config, read, sections_of

DEPLOYMENT = "kubernetes:apps/v1:Deployment"
CONFIG_MAP = "kubernetes:core/v1:ConfigMap"
FRONT: Pod = (NAMESPACE, {**PODS, **FRONT_PODS})
SAMPLER: Pod = (NAMESPACE, {**PODS, **SAMPLER_PODS})
CLIENTS = ["istio-ingress", "risk"]


def made(**args: Any) -> Recording:
    given: Any = {"name": "ml", "cluster_name": "ml", "client_namespaces": CLIENTS, **args}
    return run(lambda: Tracing("traces", given))


def spec(**fields: Any) -> TracingSpec:
    return TracingSpec.model_validate({"name": "ml", **fields})


def one(recording: Recording, kind: str, name: str = "") -> Resource:
    [found] = [each for each in recording.all(kind) if name in each.name]
    return found


def configs(recording: Recording) -> dict[str, dict[str, Any]]:
    return {
        each.inputs["metadata"]["name"]: json.loads(each.inputs["data"]["config.yaml"])
        for each in recording.all(CONFIG_MAP)
    }


def policies(**sampling: Any) -> dict[str, list[dict[str, Any]]]:
    kept = sampler_config(spec(sampling=sampling), *x_ray_exporter("us-east-1", "amazonaws.com"))
    return {each["name"]: each["and"]["and_sub_policy"] for each in kept["processors"]["tail_sampling"]["policies"]}


def test_two_layers_decide_about_a_trace_in_one_collector() -> None:
    found = configs(made())
    front, sampler = found["collector"], found["sampler"]
    balancer = front["exporters"]["load_balancing"]
    assert balancer["routing_key"] == "traceID"
    assert balancer["resolver"]["dns"]["hostname"] == f"sampler.{NAMESPACE}.svc.cluster.local"
    assert "tail_sampling" not in front["processors"]
    assert sampler["service"]["pipelines"]["traces"]["processors"] == ["memory_limiter", "tail_sampling", "batch"]


def test_names_of_the_second_layer_lead_to_each_pod() -> None:
    services = {
        each.inputs["metadata"]["name"]: each.inputs["spec"] for each in made().all("kubernetes:core/v1:Service")
    }
    assert services["sampler"]["clusterIP"] == "None"
    assert "clusterIP" not in services["collector"]
    assert {port["name"]: port["port"] for port in services["collector"]["ports"]} == {
        "grpc-otlp": 4317,
        "http-otlp": 4318,
    }


def test_one_replica_masks_and_decides_in_one_layer() -> None:
    recording = made(replicas=1)
    [kept] = configs(recording).values()
    assert kept["service"]["pipelines"]["traces"] == {
        "receivers": ["otlp"],
        "processors": ["memory_limiter", "redaction", "transform", "tail_sampling", "batch"],
        "exporters": ["otlp_http"],
    }
    assert not recording.all("kubernetes:policy/v1:PodDisruptionBudget")
    assert one(recording, DEPLOYMENT).inputs["spec"]["replicas"] == 1


def test_personal_data_is_masked_before_the_second_layer() -> None:
    steps = front_config(spec())["service"]["pipelines"]["traces"]["processors"]
    assert steps == ["memory_limiter", "redaction", "transform", "batch"]


def test_spans_go_to_x_ray_signed_and_encrypted() -> None:
    sampler = configs(made())["sampler"]
    exporter = sampler["exporters"]["otlp_http"]
    assert exporter["traces_endpoint"] == "https://xray.us-east-1.amazonaws.com/v1/traces"
    assert exporter["auth"] == {"authenticator": "sigv4auth"}
    assert sampler["extensions"]["sigv4auth"] == {"region": "us-east-1", "service": "xray"}
    assert sampler["service"]["extensions"] == ["health_check", "sigv4auth"]


def test_errors_slow_traces_and_a_part_of_the_rest_are_kept() -> None:
    found = policies(percent=5, slow_milliseconds=700)
    assert list(found) == ["errors", "slow", "others"]
    assert found["errors"][0]["status_code"] == {"status_codes": ["ERROR"]}
    assert found["slow"][0]["latency"] == {"threshold_ms": 700}
    assert found["others"][0]["probabilistic"] == {"sampling_percentage": 5}


def test_collectors_share_the_rate_of_spans() -> None:
    for conditions in policies(spans_per_second=101).values():
        assert conditions[-1]["rate_limiting"] == {"spans_per_second": 51, "burst_capacity": 202}


def test_model_with_a_limit_of_its_own_has_no_other() -> None:
    found = policies(slow_models={"fraud": 200, "chat": 30_000})
    assert list(found) == ["errors", "slow-chat", "slow-fraud", "slow", "others"]
    assert found["slow-fraud"][1]["latency"] == {"threshold_ms": 200}
    assert [each["name"] for each in found["slow"]] == ["not-of-chat", "not-of-fraud", "latency", "rate_limiting"]


def test_no_percentage_keeps_no_remarkable_trace_only() -> None:
    assert "others" not in policies(percent=0)


def test_collectors_write_spans_and_may_do_nothing_else() -> None:
    recording = made()
    [policy] = recording.all("aws:iam/rolePolicy:RolePolicy")
    written = policy.inputs["policy"]
    assert allows(written, "xray:PutTraceSegments", "*")
    assert [each["Action"] for each in json.loads(written)["Statement"]] == [["xray:PutTraceSegments"]]
    assert not unknown_to_aws(written)
    [association] = recording.all("aws:eks/podIdentityAssociation:PodIdentityAssociation")
    assert association.inputs["serviceAccount"] == "sampler"


def test_only_clients_send_spans_and_only_to_the_first_layer() -> None:
    recording = made()
    gateway, model = ("istio-ingress", GATEWAY_PODS), ("risk", PREDICTOR_PODS)
    stranger: Pod = ("payments", {"app": "stranger"})
    for port in (4317, 4318):
        assert reaches(recording, gateway, FRONT, port)
        assert reaches(recording, model, FRONT, port)
        assert not reaches(recording, model, SAMPLER, port)
        assert not reaches(recording, stranger, FRONT, port)
    assert reaches(recording, FRONT, SAMPLER, 4317)


def test_only_the_deciding_layer_reaches_aws() -> None:
    recording = made()
    [policy] = [each for each in recording.all("kubernetes:networking.k8s.io/v1:NetworkPolicy") if "apis" in each.name]
    assert policy.inputs["spec"]["podSelector"] == {"matchLabels": SAMPLER_PODS}


def test_transaction_search_is_on_before_collectors_start() -> None:
    recording = made()
    destination = one(recording, "aws:xray/traceSegmentDestination:TraceSegmentDestination")
    indexing = one(recording, "aws:xray/indexingRule:IndexingRule")
    access = json.loads(one(recording, "aws:cloudwatch/logResourcePolicy:LogResourcePolicy").inputs["policyDocument"])
    assert destination.inputs["destination"] == "CloudWatchLogs"
    assert indexing.inputs["name"] == "Default"
    assert indexing.inputs["rule"] == {"probabilistic": {"desiredSamplingPercentage": 1}}
    [statement] = access["Statement"]
    assert statement["Principal"] == {"Service": "xray.amazonaws.com"}
    assert f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:aws/spans:*" in statement["Resource"]
    assert statement["Condition"]["StringEquals"] == {"aws:SourceAccount": ACCOUNT}


def test_another_store_gets_the_traces_instead_of_x_ray() -> None:
    recording = made(endpoint="http://tempo.tempo.svc.cluster.local:4318")
    sampler = configs(recording)["sampler"]
    assert sampler["exporters"]["otlp_http"]["endpoint"] == "http://tempo.tempo.svc.cluster.local:4318"
    assert "sigv4auth" not in sampler["extensions"]
    assert not [each for each in recording.resources if each.type.startswith("aws:xray")]
    assert not recording.all("aws:iam/rolePolicy:RolePolicy")
    policies = [each.inputs for each in recording.all("kubernetes:networking.k8s.io/v1:NetworkPolicy")]
    [store] = [each["spec"]["egress"] for each in policies if each["metadata"]["name"] == "allow-store"]
    assert store[0]["ports"] == [{"protocol": "TCP", "port": 4318}]
    assert not [each for each in policies if each["metadata"]["name"] == "allow-apis"]


def test_one_stack_of_an_account_makes_its_settings() -> None:
    recording = made(transaction_search=False)
    assert not [each for each in recording.resources if each.type.startswith("aws:xray")]
    assert not recording.all("aws:cloudwatch/logResourcePolicy:LogResourcePolicy")


def test_changed_configuration_restarts_the_collectors() -> None:
    def checksum(percent: int) -> str:
        pods = one(made(sampling={"percent": percent}), DEPLOYMENT, "sampler")
        return pods.inputs["spec"]["template"]["metadata"]["annotations"]["mlplatform/config"]

    assert checksum(1) == checksum(1)
    assert checksum(1) != checksum(2)


def test_pod_ends_after_its_last_decision() -> None:
    pods = one(made(sampling={"decision_seconds": 60}), DEPLOYMENT, "sampler")
    assert pods.inputs["spec"]["template"]["spec"]["terminationGracePeriodSeconds"] > 60


def test_gateway_sends_the_span_of_each_request() -> None:
    mesh = istiod_values(HOST)["meshConfig"]
    assert mesh["extensionProviders"] == [{"name": "traces", "opentelemetry": {"service": HOST, "port": 4317}}]
    assert mesh["defaultProviders"] == {"tracing": ["traces"]}
    assert mesh["defaultConfig"]["tracing"] == {"sampling": 100}


def test_gateway_without_a_collector_sends_no_spans() -> None:
    mesh = istiod_values()["meshConfig"]
    assert {"extensionProviders", "defaultProviders"} & mesh.keys() == set()
    assert "tracing" not in mesh["defaultConfig"]


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"memory": "128Mi"}, "memory = '128Mi': a collector needs 256Mi or more"),
        ({"client_namespaces": ["tracing"]}, "tracing is the collectors' own namespace; remove it"),
        ({"client_namespaces": ["kube-system"]}, "kube-system"),
        ({"redacted_attributes": ["("]}, "'(' is not a regular expression"),
        ({"redacted_attributes": ["(?!a)b"]}, "lookaround"),
        ({"redacted_attributes": ["${env:HOME}"]}, "which the collector refuses"),
        ({"redacted_attributes": ["${a}"]}, "write one that RE2 reads"),
        ({"redacted_attributes": ["a++"]}, "write one that RE2 reads"),
        ({"redacted_attributes": ["(?>a)"]}, "write one that RE2 reads"),
        ({"redacted_attributes": ["(?P<x>a)(?P=x)"]}, "write one that RE2 reads"),
        ({"redacted_attributes": ["(a)?(?(1)b|c)"]}, "write one that RE2 reads"),
        ({"redacted_attributes": ["(?x) a"]}, "write one that RE2 reads"),
        ({"redacted_attributes": ["a(?#b)"]}, "write one that RE2 reads"),
        ({"redacted_attributes": ["a\\Z"]}, "write one that RE2 reads"),
        ({"redacted_attributes": ["\\u0041"]}, "write one that RE2 reads"),
        ({"redacted_attributes": ["a{2000}"]}, "write one that RE2 reads"),
        ({"redacted_attributes": ["a{1,1001}"]}, "write one that RE2 reads"),
        ({"redacted_attributes": [""]}, "'' masks no attribute"),
        ({"redacted_attributes": [".+"]}, "'.+' masks upstream_cluster"),
        ({"memory": "9" * 5000 + "Gi"}, "memory = '999"),
        ({"sampling": {"slow_models": {"Fraud": 100}}}, "Fraud is not the name of a model"),
        ({"sampling": {"percent": 101}}, "sampling.percent = 101"),
        ({"sampling": {"spans_per_second": 1}}, "sampling.spans_per_second = 1"),
        ({"replicas": 0}, "replicas = 0"),
        ({"endpoint": "http://tempo.tempo.svc.cluster.local:70000"}, "port 70000 must be from 1 to 65535"),
        ({"endpoint": "http://tempo.example.com:4318"}, "endpoint = 'http://tempo.example.com:4318'"),
    ],
)
def test_wrong_settings_are_refused(fields: dict[str, Any], told: str) -> None:
    with pytest.raises(SpecError) as refused:
        made(**fields)
    assert told in str(refused.value)


def test_expressions_of_the_collector_are_accepted() -> None:
    names = (
        "(?i)secret.*",
        r"app\.(user|account)_id",
        "(?:a|b){1,3}",
        r"(?P<kind>x)[a-z]+\d*",
        "app.card$",
        "(((.+)+)+)+x",
        ".*" * 40 + "x",
    )
    assert spec(redacted_attributes=names).redacted_attributes == names


def test_stack_derives_who_sends_spans() -> None:
    stack = config("prod")
    assert stack.traces
    assert traces_spec(stack, stack.traces).client_namespaces == ("istio-ingress", "search", "risk", "feast")


@pytest.mark.parametrize(
    ("path", "value", "told"),
    [
        ("network.nat", "none", "add xray to network.interfaceEndpoints"),
        ("traces.sampling.slowModels", {"fruad": 100}, "modelServing has no model fruad"),
        ("traces.clientNamespaces", ["serch"], "the stack creates no namespace serch"),
    ],
)
def test_stack_refuses_what_traces_cannot_use(path: str, value: Any, told: str) -> None:
    sections = sections_of("prod")
    *parents, last = path.split(".")
    target = sections
    for parent in parents:
        target = target[parent]
    target[last] = value
    with pytest.raises(SpecError) as refused:
        read(sections)
    assert told in str(refused.value)
