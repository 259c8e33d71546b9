"""From the public name to a model: one domain, one order, one way in."""

from typing import Any

import pulumi
import pytest

from components.core.spec import SpecError, parse
from components.serving.model_serving_ingress.model_serving_ingress import ModelServingIngress
from components.serving.model_serving_ingress.spec import ModelServingSpec
from tests.support.components.iam import allows
from tests.support.components.mocks import ACCOUNT, REGION, Recording, run
from tests.support.components.models import KEY, MODEL
from tests.support.components.serving import release
from tests.support.planner.graph import Graph

ISVC = "kubernetes:serving.kserve.io/v1beta1:InferenceService"
POLICY = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
RULE = "aws:lb/listenerRule:ListenerRule"
LOAD_BALANCING = f"arn:aws:elasticloadbalancing:{REGION}:{ACCOUNT}"
LOAD_BALANCER = "aws:lb/loadBalancer:LoadBalancer"
BINDING = "kubernetes:elbv2.k8s.aws/v1beta1:TargetGroupBinding"
ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy"
READER = "test:index:Reader"
FRAUD = {key: value for key, value in MODEL.items() if key != "domain"}
CONFIG: dict[str, Any] = {"zoneName": "example.com", "domain": "models.example.com", "models": [FRAUD]}
DELIVERED = {"name": "ranking", "namespace": "models", "folder": "s3://acme-models/ranking/"}
ASSOCIATION = "aws:eks/podIdentityAssociation:PodIdentityAssociation"
WIRING: dict[str, Any] = {
    "cluster_name": "ml",
    "vpc_id": "vpc-1",
    "vpc_cidr": "10.40.0.0/16",
    "load_balancer_subnet_ids": ["subnet-a", "subnet-b"],
    "load_balancer_cidrs": ["10.40.224.0/24", "10.40.225.0/24"],
    "node_security_group_id": "sg-nodes",
    "zone_id": "Z1",
    "log_bucket_name": f"acme-logs-{ACCOUNT}",
    "models_key_arn": KEY,
}


def ingress(recording: Recording | None = None, **changes: Any) -> Recording:
    """A ModelServingIngress "serving" of one model, and a reader of its `ready`, with `changes`."""
    given: Any = {key: value for key, value in {**CONFIG, **WIRING, **changes}.items() if value is not None}

    def program() -> None:
        made = ModelServingIngress("serving", given)
        outputs = {"ready": made.ready, "url": made.url, "models": made.model_urls}
        pulumi.CustomResource(READER, "reader", outputs)

    return run(program, recording)


def spec(**changes: Any) -> ModelServingSpec:
    return parse(ModelServingSpec, {**CONFIG, **changes}, "modelServing")


def refusal(**changes: Any) -> str:
    recording = Recording()
    with pytest.raises(SpecError) as error:
        ingress(recording, **changes)
    assert not recording.resources
    return str(error.value)


@pytest.fixture(scope="module")
def made() -> Recording:
    return ingress()


def test_the_domain_is_said_once_for_balancer_gateway_and_models(made: Recording) -> None:
    [rest] = [each for each in made.all(RULE) if each.name == "serving-lb-rest-rule"]
    assert rest.inputs["conditions"][0]["hostHeader"]["values"] == ["models.example.com", "*.models.example.com"]
    assert made.one("kubernetes:networking.istio.io/v1:Gateway").inputs["spec"]["servers"][0]["hosts"] == [
        "models/*.models.example.com",
        "models/*.models.svc.cluster.local",
    ]
    assert made.one(READER).inputs["models"] == {"fraud": "https://fraud.models.example.com"}
    assert made.one(READER).inputs["url"] == "https://models.example.com"


def test_other_names_keep_the_wildcard_of_models() -> None:
    names = spec(loadBalancer={"alternativeNames": ["api.example.com"]}).load_balancer.names
    assert names == ("models.example.com", "*.models.example.com", "api.example.com")
    written = spec(loadBalancer={"alternativeNames": ["*.models.example.com"]}).load_balancer.names
    assert written == ("models.example.com", "*.models.example.com")


def test_both_target_groups_are_bound_to_the_gateway(made: Recording) -> None:
    bound = {each.inputs["spec"]["targetGroupARN"] for each in made.all(BINDING)}
    assert bound == {
        f"{LOAD_BALANCING}:targetgroup/{name}/{name}" for name in ("serving-lb-rest-1a2b3c4", "serving-lb-grpc-1a2b3c4")
    }


def test_without_grpc_one_target_group_is_bound() -> None:
    recording = ingress(loadBalancer={"grpc": False})
    assert len(recording.all(BINDING)) == len(recording.all("aws:lb/targetGroup:TargetGroup")) == 1


def test_the_firewall_guards_the_load_balancer(made: Recording) -> None:
    association = made.one("aws:wafv2/webAclAssociation:WebAclAssociation").inputs
    acl = f"{made.one('aws:wafv2/webAcl:WebAcl').name}-1a2b3c4"
    balancer = f"{made.one(LOAD_BALANCER).name}-1a2b3c4"
    assert association["resourceArn"] == f"{LOAD_BALANCING}:loadbalancer/app/{balancer}/{balancer}"
    assert association["webAclArn"] == f"arn:aws:wafv2:{REGION}:{ACCOUNT}:regional/webacl/{acl}/{acl}"


def test_model_starts_after_gateway_server_and_autoscaler(made: Recording) -> None:
    graph = Graph(tuple(made.resources))
    needed = made.all("kubernetes:helm.sh/v3:Release") + made.all(BINDING)
    assert len(needed) == 10
    assert graph.out_of_order([*made.all(ISVC), made.one(READER)], needed) == []


def test_the_monitoring_is_said_once_too() -> None:
    recording = ingress(monitoringNamespace="watch")
    told = [str(each.inputs) for each in recording.all(POLICY)]
    assert any("'watch'" in each for each in told)
    assert not any("'monitoring'" in each for each in told)


def test_models_reach_the_caches_of_their_ranges_alone() -> None:
    name = "serving-models-caches"
    assert not [each for each in ingress().all(POLICY) if each.name == name]
    [policy] = [each for each in ingress(cache_cidrs=["10.40.192.0/21"]).all(POLICY) if each.name == name]
    assert policy.inputs["metadata"]["namespace"] == "models"
    assert policy.inputs["spec"]["podSelector"] == {"matchLabels": {"component": "predictor"}}
    assert policy.inputs["spec"]["egress"] == [
        {"to": [{"ipBlock": {"cidr": "10.40.192.0/21"}}], "ports": [{"protocol": "TCP", "port": 6379}]}
    ]


def test_models_ask_the_neighbors_that_are_named_alone() -> None:
    recording = ingress(neighbors=[{"namespace": "feast", "port": 6566}])
    policy = recording.one(POLICY, "serving-models-feast").inputs
    assert policy["metadata"] == {"name": "allow-feast", "namespace": "models"}
    [rule] = policy["spec"]["egress"]
    assert rule["ports"] == [{"protocol": "TCP", "port": 6566}]
    [peer] = rule["to"]
    assert peer == {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "feast"}}}
    assert not [each for each in ingress().all(POLICY) if each.name == "serving-models-feast"]


def test_each_model_gets_the_further_policies() -> None:
    recording = ingress(model_policies={"predictions": '{"Version": "2012-10-17"}'})
    [policy] = [each for each in recording.all(ROLE_POLICY) if each.name.endswith("fraud-identity-predictions")]
    assert policy.inputs["policy"] == '{"Version": "2012-10-17"}'


def test_delivered_model_reads_its_folder_and_uses_caches() -> None:
    recording = ingress(
        models=None, deliveredModels=[DELIVERED], model_policies={"online": '{"Version": "2012-10-17"}'}
    )
    assert recording.all(ISVC) == []
    [identity] = [each for each in recording.all(ASSOCIATION) if each.inputs["namespace"] == "models"]
    assert identity.inputs["serviceAccount"] == "ranking"
    policies = {each.name: each.inputs["policy"] for each in recording.all(ROLE_POLICY) if "ranking" in each.name}
    assert set(policies) == {"serving-models-ranking-identity-online", "serving-models-ranking-identity-model"}
    access = policies["serving-models-ranking-identity-model"]
    assert allows(access, "s3:GetObject", "arn:aws:s3:::acme-models/ranking/12/model.onnx")
    assert allows(access, "kms:Decrypt", KEY)
    assert not allows(access, "s3:GetObject", "arn:aws:s3:::acme-models/ranking-next/1/model.onnx")
    assert not allows(access, "s3:PutObject", "arn:aws:s3:::acme-models/ranking/12/model.onnx")


def test_platform_is_ready_after_identities_of_delivered_models() -> None:
    recording = ingress(deliveredModels=[DELIVERED])
    graph = Graph(tuple(recording.resources))
    identity = [each for each in recording.all(ASSOCIATION) if each.inputs["serviceAccount"] == "ranking"]
    assert len(identity) == 1
    assert graph.out_of_order([recording.one(READER)], identity) == []


def test_sections_reach_their_components() -> None:
    recording = ingress(
        firewall={"requestsPerWindow": 77, "mode": "count"},
        loadBalancer={"internal": True, "deletionProtection": False},
        platform={"gatewayMinimum": 3, "modelNamespaces": ["models", "vision"]},
    )
    assert '"limit": 77' in str(recording.one("aws:wafv2/webAcl:WebAcl").inputs).replace("'", '"')
    assert recording.one(LOAD_BALANCER).inputs["internal"] is True
    assert recording.one(LOAD_BALANCER).inputs["enableDeletionProtection"] is False
    gateway = release(recording, "gateway")
    assert gateway.inputs["values"]["autoscaling"]["minReplicas"] == 3
    names = {each.inputs["metadata"]["name"] for each in recording.all("kubernetes:core/v1:Namespace")}
    assert {"models", "vision"} <= names


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        (
            {"domain": "models.example.org"},
            "models.example.org is outside the zone example.com; write a name in that zone",
        ),
        ({"domain": "notexample.com"}, "notexample.com is outside the zone example.com"),
        (
            {"models": [{**FRAUD, "domain": "other.example.com"}]},
            "domain is inherited from another section; remove it here",
        ),
        ({"platform": {"monitoringNamespace": "watch"}}, "monitoringNamespace is inherited from another section"),
        (
            {"models": [{**FRAUD, "namespace": "vision"}]},
            "models[0].namespace = 'vision': platform.modelNamespaces = models lacks it; add it there",
        ),
        (
            {"models": [FRAUD], "platform": {"runtimes": ["mlserver"]}},
            "models[0].runtime = 'triton': platform.runtimes = mlserver lacks it; add it there",
        ),
        (
            {"models": [{**FRAUD, "scaleToZero": True, "protocol": "gRPC", "minimum": 0}]},
            "models[0].scaleToZero = true: platform.scaleToZero is not set",
        ),
        (
            {
                "models": [FRAUD, {**FRAUD, "namespace": "vision"}],
                "platform": {"modelNamespaces": ["models", "vision"]},
            },
            "models = 'fraud.models.example.com': both models/fraud and vision/fraud have it",
        ),
        (
            {"models": [FRAUD, {**FRAUD, "name": "risk", "host": "fraud.models.example.com"}]},
            "models = 'fraud.models.example.com': both models/fraud and models/risk have it",
        ),
        (
            {"models": [{key: value for key, value in FRAUD.items() if key != "maximum"}]},
            "models[0].maximum is missing; it is required",
        ),
        (
            {"deliveredModels": [{**DELIVERED, "namespace": "search"}]},
            "deliveredModels[0].namespace = 'search': platform.modelNamespaces = models lacks it",
        ),
        (
            {"deliveredModels": [{**DELIVERED, "name": "fraud"}]},
            "deliveredModels = 'fraud.models.example.com': two entries of models/fraud have it",
        ),
        (
            {
                "deliveredModels": [
                    {**DELIVERED, "folder": "s3://acme-models/a/"},
                    {**DELIVERED, "name": "b", "folder": "s3://acme-models/a/b/"},
                ]
            },
            "deliveredModels[0].folder = 's3://acme-models/a/': it contains s3://acme-models/a/b/, the folder of b",
        ),
        ({"deliveredModels": [{**DELIVERED, "folder": "s3://acme-models/"}]}, "deliveredModels[0].folder = "),
        ({"deliveredModels": [{**DELIVERED, "folder": "s3://acme-models/*/"}]}, "deliveredModels[0].folder = "),
        ({"loadBalancer": {"idleTimeout": 3}}, "loadBalancer.idleTimeout is not a known field; known here:"),
        ({"loadBalancer": {"alternativeNames": "all"}}, "alternative"),
        ({"loadBalancer": []}, "loadBalancer = []: "),
    ],
)
def test_what_can_not_be_is_refused_before_anything_is_made(changes: dict[str, Any], told: str) -> None:
    assert told in refusal(**changes)


def test_a_name_without_room_is_refused() -> None:
    given: Any = {**CONFIG, **WIRING}
    recording = Recording()
    with pytest.raises(SpecError, match="AWS allows 16 characters"):
        run(lambda: ModelServingIngress("a-very-long-ingress", given), recording)
    assert not recording.resources


GROUP = {"name": "inference", "storageGib": 30}
KEPT = {**FRAUD, "cache": {"group": "inference", "sizeGib": 12}}


def test_the_models_cache_reads_what_is_kept_alone() -> None:
    other = {**FRAUD, "name": "other", "modelUri": "s3://acme-models/other/1/"}
    canary = {"modelUri": "s3://acme-models/fraud/4/", "percent": 5}
    recording = ingress(
        platform={"modelCache": [GROUP]},
        models=[{**KEPT, "canary": canary}, other],
        delivered_models=[
            {**DELIVERED, "cached": True},
            {**DELIVERED, "name": "churn", "folder": "s3://acme-models/churn/"},
        ],
    )
    [policy] = [each.inputs["policy"] for each in recording.all(ROLE_POLICY) if "model-cache" in each.name]
    bucket, folder = str(FRAUD["modelUri"]).removeprefix("s3://").split("/", 1)
    for kept in (f"{bucket}/{folder}model", "acme-models/fraud/4/model", "acme-models/ranking/7/model"):
        assert allows(policy, "s3:GetObject", f"arn:aws:s3:::{kept}")
    for stranger in ("other/1", "churn/1"):
        assert not allows(policy, "s3:GetObject", f"arn:aws:s3:::acme-models/{stranger}/model")
    assert not allows(policy, "s3:PutObject", "arn:aws:s3:::acme-models/fraud/4/model")
    assert allows(policy, "kms:Decrypt", KEY)


def test_a_kept_model_waits_for_the_nodes_that_keep_it() -> None:
    recording = ingress(platform={"modelCache": [GROUP]}, models=[KEPT])
    graph = Graph(tuple(recording.resources))
    [copy] = [each for each in recording.resources if each.type.endswith(":LocalModelNamespaceCache")]
    [group] = [each for each in recording.resources if each.type.endswith(":LocalModelNodeGroup")]
    assert not list(graph.out_of_order([copy], [group]))


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"models": [KEPT]}, "model fraud: cache.group = inference is no group of platform.modelCache; there is none"),
        (
            {"models": [KEPT], "platform": {"modelCache": [{**GROUP, "name": "steady"}]}},
            "model fraud: cache.group = inference is no group of platform.modelCache; there is one of steady",
        ),
        (
            {"models": [KEPT], "platform": {"modelCache": [{**GROUP, "storageGib": 11}]}},
            "model fraud: with its 12 GiB the models of group inference take 12 GiB, and its storageGib is 11",
        ),
        (
            {
                "models": [{**KEPT, "canary": {"modelUri": "s3://acme/fraud/4/", "percent": 5}}],
                "platform": {"modelCache": [{**GROUP, "storageGib": 23}]},
            },
            "model fraud: with its 12 GiB the models of group inference take 24 GiB, and its storageGib is 23",
        ),
        (
            {"platform": {"modelCache": [GROUP]}, "delivered_models": [DELIVERED]},
            "platform.modelCache = ['inference']: no model uses the cache",
        ),
        ({"platform": {"modelCache": [GROUP]}}, "platform.modelCache = ['inference']: no model uses the cache"),
    ],
)
def test_models_that_find_no_room_are_refused(changes: dict[str, Any], told: str) -> None:
    assert told in refusal(**changes)


def test_one_folder_takes_its_room_once() -> None:
    twin = {**KEPT, "name": "twin"}
    assert spec(models=[KEPT, twin], platform={"modelCache": [{**GROUP, "storageGib": 12}]})


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        (
            {"loadBalancer": {"gatewayPort": 9080}},
            "loadBalancer.gatewayPort = 9080: the platform's gateway has 8080; remove the field",
        ),
        (
            {"loadBalancer": {"gatewayTls": True}},
            "loadBalancer.gatewayTls = true: the platform's gateway has False; remove the field",
        ),
        (
            {"loadBalancer": {"healthCheckPort": 8080}},
            "loadBalancer.healthCheckPort = 8080: the platform's gateway has 15021; remove the field",
        ),
        (
            {"loadBalancer": {"healthCheckPath": "/"}},
            "loadBalancer.healthCheckPath = '/': the platform's gateway has /healthz/ready; remove the field",
        ),
        (
            {"loadBalancer": {"deregistrationSeconds": 121}},
            "loadBalancer.deregistrationSeconds = 121: a gateway that shuts down answers for 120 seconds",
        ),
        (
            {"models": [{**FRAUD, "timeoutSeconds": 301}]},
            "models[0].timeoutSeconds = 301: the load balancer closes idle connections earlier, after loadBal",
        ),
    ],
)
def test_load_balancer_rejects_options_its_gateway_lacks(changes: dict[str, Any], told: str) -> None:
    assert told in refusal(**changes)


def test_long_timeout_needs_a_load_balancer_that_waits() -> None:
    assert spec(models=[{**FRAUD, "timeoutSeconds": 900}], loadBalancer={"idleTimeoutSeconds": 900})
