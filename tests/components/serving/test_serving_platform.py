"""What stands between the load balancer and a model: what it is made of, in what order, and what is refused."""

from collections.abc import Iterator, Mapping
from typing import Any, cast

import pulumi
import pytest

from components.core.spec import SpecError
from components.serving.serving_platform import names as agreed
from components.serving.serving_platform.names import Runtime
from components.serving.serving_platform.serving_platform import ServingPlatform
from components.serving.serving_platform.spec import ServingPlatformArgs
from resources.resource import UNKNOWN
from tests.support.components.clusters import NETWORK_POLICY, RELEASE, needs, select, statements
from tests.support.components.mocks import Recording, run
from tests.support.components.serving import GRPC, MODELS, PUBLIC, REST, VPC, platform, release

GATEWAY = "kubernetes:networking.istio.io/v1:Gateway"
BINDING = "kubernetes:elbv2.k8s.aws/v1beta1:TargetGroupBinding"
RUNTIME = "kubernetes:serving.kserve.io/v1alpha1:ClusterServingRuntime"
GATEWAY_POD = {"app": "istio-ingressgateway", **agreed.GATEWAY_PODS}


@pytest.fixture(scope="module")
def recording() -> Recording:
    return platform()


def wiring(cluster_name: pulumi.Input[str]) -> ServingPlatformArgs:
    """The least that a platform is made from."""
    return {
        "cluster_name": cluster_name,
        "vpc_id": "vpc-1",
        "vpc_cidr": VPC,
        "load_balancer_cidrs": PUBLIC,
        "rest_target_group_arn": REST,
        "domain": "models.example.com",
    }


def values(recording: Recording, chart: str) -> dict[str, Any]:
    return release(recording, chart).inputs["values"]


def test_controller_changes_targets_of_both_groups_only(recording: Recording) -> None:
    [policy] = recording.all("aws:iam/rolePolicy:RolePolicy")
    found = statements(policy)
    assert found["Bind"]["Resource"] == [REST, GRPC]
    assert found["Look"]["Resource"] == ["*"]
    assert all(action.partition(":")[2].startswith("Describe") for action in found["Look"]["Action"])
    assert set(found) == {"Bind", "Look"}
    [identity] = recording.all("aws:eks/podIdentityAssociation:PodIdentityAssociation")
    account = values(recording, "aws-load-balancer-controller")["serviceAccount"]["name"]
    home = release(recording, "aws-load-balancer-controller").inputs["namespace"]
    assert (identity.inputs["namespace"], identity.inputs["serviceAccount"]) == (home, account)


def test_the_controller_makes_no_load_balancer(recording: Recording) -> None:
    found = values(recording, "aws-load-balancer-controller")
    assert set(found["controllerConfig"]["featureGates"].values()) == {False}
    assert not found["createIngressClassResource"]
    assert not found["enableServiceMutatorWebhook"]
    assert (found["clusterName"], found["vpcId"], found["region"]) == ("ml", "vpc-1", "us-east-1")


def test_gateway_takes_each_protocol_from_its_target_group(recording: Recording) -> None:
    bindings = {each.inputs["spec"]["targetGroupARN"]: each.inputs for each in recording.all(BINDING)}
    assert set(bindings) == {REST, GRPC}
    service = values(recording, "gateway")["service"]
    name = release(recording, "gateway").inputs["name"]
    ports = {port["port"]: port["targetPort"] for port in service["ports"]}
    for binding in bindings.values():
        reference = binding["spec"]["serviceRef"]
        assert reference["name"] == name
        assert ports[reference["port"]] == agreed.GATEWAY_PORT
        assert binding["metadata"]["namespace"] == release(recording, "gateway").inputs["namespace"]
        assert "networking" not in binding["spec"]
    assert len({binding["metadata"]["name"] for binding in bindings.values()}) == 2
    assert service["type"] == "ClusterIP"
    assert min(ports.values()) >= 1024


def test_without_a_target_group_for_grpc_rest_alone_is_bound() -> None:
    recording = Recording()
    run(lambda: ServingPlatform("serving", wiring("ml")), recording)
    assert [each.inputs["spec"]["targetGroupARN"] for each in recording.all(BINDING)] == [REST]
    assert statements(recording.one("aws:iam/rolePolicy:RolePolicy"))["Bind"]["Resource"] == [REST]


def test_the_gateway_routes_models_of_their_namespaces_alone(recording: Recording) -> None:
    gateway = recording.one(GATEWAY).inputs
    [server] = gateway["spec"]["servers"]
    assert server["hosts"] == [
        f"{namespace}/*.{suffix}"
        for namespace in ("fraud", "vision")
        for suffix in ("models.example.com", f"{namespace}.svc.cluster.local")
    ]
    exposed = [port["port"] for port in values(recording, "gateway")["service"]["ports"]]
    assert server["port"]["number"] in exposed
    assert gateway["spec"]["selector"].items() <= GATEWAY_POD.items()
    outputs = recording.outputs("serving")
    assert outputs["gateway_name"] == f"{gateway['metadata']['namespace']}/{gateway['metadata']['name']}"
    assert outputs["model_namespaces"] == MODELS


def test_the_gateway_drains_before_it_is_ended(recording: Recording) -> None:
    drain = select(values(recording, "istiod"), "meshConfig", "defaultConfig", "terminationDrainDuration")
    assert drain == f"{agreed.GATEWAY_DRAIN_SECONDS}s"
    assert values(recording, "gateway")["terminationGracePeriodSeconds"] > agreed.GATEWAY_DRAIN_SECONDS


@pytest.mark.parametrize(("minimum", "budgeted"), [(1, False), (2, True)])
def test_gateway_scales_and_its_budget_lets_nodes_drain(minimum: int, budgeted: bool) -> None:
    found = values(platform(gateway_minimum=minimum, gateway_maximum=9), "gateway")
    assert (found["autoscaling"]["minReplicas"], found["autoscaling"]["maxReplicas"]) == (minimum, 9)
    assert ("podDisruptionBudget" in found) is budgeted


def test_kserve_runs_deployments_and_leaves_routes_to_the_models(recording: Recording) -> None:
    controller = values(recording, "kserve-resources")["kserve"]["controller"]
    gateway = controller["gateway"]
    assert controller["deploymentMode"] == "Standard"
    assert gateway["disableIngressCreation"]
    assert (gateway["domain"], gateway["urlScheme"]) == ("models.example.com", "https")
    # A model's address in its status is the one that its route answers at.
    assert gateway["domainTemplate"].replace("{{ .IngressDomain }}", "D").replace("{{ .Name }}", "N") == "N.D"
    assert values(recording, "kserve-resources")["kserve"]["security"] == {"autoMountServiceAccountToken": False}


@pytest.mark.parametrize("runtime", list(Runtime))
def test_model_server_answers_rest_and_grpc_at_its_ports(recording: Recording, runtime: Runtime) -> None:
    [found] = [each.inputs for each in recording.all(RUNTIME) if each.inputs["metadata"]["name"] == runtime]
    [container] = found["spec"]["containers"]
    ports = [(port["name"], port["containerPort"]) for port in container["ports"]]
    # KServe's Service maps its port 80 to the first, and takes HTTP/2 from the second's name.
    assert ports[:2] == [("http1", 8080), ("h2c", 9000)]
    assert dict(ports)[agreed.METRICS_PORT_NAMES[runtime]] == agreed.METRICS_PORTS[runtime]
    told = " ".join(
        container.get("args", []) + [f"{each['name']}={each['value']}" for each in container.get("env", [])]
    )
    for port in {port for _, port in ports[1:]}:
        assert str(port) in told, f"{runtime} is not told to listen on {port}"
    assert container["name"] == "kserve-container"


@pytest.mark.parametrize("runtime", list(Runtime))
def test_a_model_server_is_pinned_confined_and_waited_for(recording: Recording, runtime: Runtime) -> None:
    [found] = [each.inputs for each in recording.all(RUNTIME) if each.inputs["metadata"]["name"] == runtime]
    [container] = found["spec"]["containers"]
    tag = container["image"].rpartition(":")[2]
    assert any(letter.isdigit() for letter in tag)
    assert "/" not in tag
    security = container["securityContext"]
    assert security["runAsNonRoot"]
    assert security["runAsUser"]
    assert security["readOnlyRootFilesystem"]
    assert not security["allowPrivilegeEscalation"]
    assert security["capabilities"] == {"drop": ["ALL"]}
    assert set(container["resources"]) == {"requests", "limits"}
    startup = container["startupProbe"]
    assert startup["periodSeconds"] * startup["failureThreshold"] >= 1800
    assert {"readinessProbe", "livenessProbe"} <= set(container)
    volumes = {each["name"] for each in found["spec"]["volumes"]}
    mounted = {each["mountPath"]: each["name"] for each in container["volumeMounts"]}
    assert set(mounted.values()) <= volumes
    assert {"/tmp", "/dev/shm"} <= set(mounted)


def test_only_the_model_servers_asked_for_are_offered() -> None:
    recording = platform(runtimes=["triton"])
    assert [each.inputs["metadata"]["name"] for each in recording.all(RUNTIME)] == ["triton"]
    [metrics] = [
        each.inputs["spec"]["ingress"][0]["ports"]
        for each in recording.all(NETWORK_POLICY)
        if each.name == "serving-fraud-allow-metrics"
    ]
    assert [each["port"] for each in metrics] == [8002]


def test_a_canary_answers_by_its_models_name() -> None:
    assert agreed.answering_as("fraud", Runtime.HUGGINGFACE) == {"args": ["--model_name=fraud"]}
    [variable] = agreed.answering_as("fraud", Runtime.MLSERVER)["env"]
    assert variable["value"] == "fraud"
    assert agreed.answering_as("fraud", Runtime.TRITON) == {}


CERTIFICATES = "serving-certificates-release"
CONTROLLER = "serving-targets-release"
ISTIOD = "serving-gateway-istiod"
INGRESS = "serving-gateway-gateway"
KSERVE = "serving-kserve-controller"
BINDINGS = {"serving-gateway-rest-binding", "serving-gateway-grpc-binding"}
RUNTIMES = {f"serving-kserve-{runtime}" for runtime in Runtime}


@pytest.mark.parametrize(
    ("later", "earlier"),
    [
        (CONTROLLER, {CERTIFICATES, "serving-targets-identity-association", "serving-targets-identity-targets"}),
        (CONTROLLER, {"serving-targets-namespace-default-deny", "serving-targets-namespace-allow-api-server"}),
        (ISTIOD, {"serving-gateway-base", "serving-gateway-mesh-allow-api-server", "serving-gateway-mesh-allow-apis"}),
        (INGRESS, {ISTIOD, "serving-gateway-ingress-allow-istiod", "serving-gateway-ingress-allow-load-balancer"}),
        ("serving-gateway-models", {INGRESS, "serving-gateway-base"}),
        ("serving-gateway-rest-binding", {CONTROLLER, INGRESS}),
        ("serving-gateway-grpc-binding", {CONTROLLER, INGRESS}),
        ("serving-kserve-crd", {CERTIFICATES}),
        (KSERVE, {"serving-kserve-crd", CERTIFICATES, "serving-kserve-namespace-allow-api-server"}),
        ("serving-kserve-triton", {KSERVE, "serving-kserve-crd"}),
        ("reader", {KSERVE, INGRESS, CONTROLLER, "serving-gateway-models", *BINDINGS, *RUNTIMES}),
        ("reader", {f"serving-{each}-allow-gateway" for each in MODELS}),
        ("reader", {f"serving-{each}-default-deny" for each in MODELS}),
    ],
)
def test_nothing_starts_before_what_it_needs_nor_outlives_it(
    recording: Recording, later: str, earlier: set[str]
) -> None:
    [resource] = [each for each in recording.resources if each.name == later]
    assert earlier <= needs(recording, resource)


def test_everything_waits_for_the_cluster() -> None:
    recording = Recording()

    def program() -> None:
        cluster = pulumi.CustomResource("test:index:Cluster", "cluster", {})
        ServingPlatform("serving", wiring(cluster.urn.apply(lambda _: "ml")))

    run(program, recording)
    for each in recording.all(RELEASE):
        assert "cluster" in needs(recording, each), each.name


def unknowns(value: Any) -> Iterator[Any]:
    if isinstance(value, Mapping):
        for each in cast(Mapping[str, Any], value).values():
            yield from unknowns(each)
    elif isinstance(value, list):
        for each in cast(list[Any], value):
            yield from unknowns(each)
    elif value is UNKNOWN:
        yield value


def test_a_preview_knows_every_object_and_every_value() -> None:
    recording = platform(Recording(preview=True))
    for each in recording.resources:
        if each.type.startswith("kubernetes:"):
            assert not list(unknowns(each.inputs)), each.name


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ({"domain": "Models.example.com"}, "domain = 'Models.example.com': "),
        ({"domain": "models"}, "domain = 'models': "),
        ({"domain": "*.example.com"}, "domain = '*.example.com': "),
        (
            {"mode": "Knative"},
            "Knative lets a model have one port, for REST or for gRPC, and our model servers have both; keep Standard, "
            "and set scaleToZero for the models that say so",
        ),
        ({"mode": "Serverless"}, "mode = 'Serverless': allowed: Standard, Knative"),
        ({"runtimes": ["tritn"]}, "did you mean triton?"),
        ({"runtimes": []}, "runtimes = []: "),
        ({"runtimes": ["triton", "triton"]}, "triton is named more than once; name each once"),
        ({"model_namespaces": []}, "model_namespaces = []: "),
        ({"model_namespaces": ["a", "a"]}, "a is named more than once; name each once"),
        ({"model_namespaces": ["Team_A"]}, "'Team_A' is not a valid namespace name"),
        (
            {"model_namespaces": ["kserve"]},
            "the namespace kserve belongs to a component of the platform",
        ),
        ({"model_namespaces": ["kube-system"]}, "the namespace kube-system belongs to Kubernetes"),
        (
            {"model_namespaces": ["monitoring"]},
            "modelNamespaces = 'monitoring': this is monitoringNamespace; choose another namespace for models",
        ),
        ({"gateway_minimum": 0}, "gateway_minimum = 0: "),
        ({"gateway_minimum": 4, "gateway_maximum": 3}, "gatewayMaximum = 3: must be at least gatewayMinimum = 4"),
        ({"monitoring_namespace": "-"}, "monitoring_namespace = '-': "),
        ({"replicas": 3}, "replicas is not a known field"),
    ],
)
def test_wrong_arguments_register_nothing(args: dict[str, Any], message: str) -> None:
    recording = Recording()
    with pytest.raises(SpecError) as error:
        platform(recording, **args)
    assert message in str(error.value)
    assert not recording.resources
