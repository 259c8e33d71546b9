"""The workers of the ingestion of features: their settings, their rights, whom they reach, and when they scale."""

import json
from typing import Any

import pulumi
import pytest

from components.core.spec import SpecError
from components.data.streaming.feature_ingest.feature_ingest import FeatureIngest
from tests.support.components.clusters import NETWORK_POLICY, needs
from tests.support.components.definitions import faults
from tests.support.components.mocks import ACCOUNT, Recording, run
from workers.feature_ingest.settings import Format, Security, settings_from

DEPLOYMENT = "kubernetes:apps/v1:Deployment"
SCALER = "kubernetes:keda.sh/v1alpha1:ScaledObject"
LOGIN = "kubernetes:keda.sh/v1alpha1:TriggerAuthentication"
ASSOCIATION = "aws:eks/podIdentityAssociation:PodIdentityAssociation"
POLICY = "aws:iam/rolePolicy:RolePolicy"
EXTERNAL_SECRET = "kubernetes:external-secrets.io/v1:ExternalSecret"
STORES = "10.40.192.0/19"
CLUSTER = f"arn:aws:kafka:us-east-1:{ACCOUNT}:cluster/ml/abcd"
BROKERS = "b-1.ml.abc.c2.kafka.us-east-1.amazonaws.com:9098,b-2.ml.abc.c2.kafka.us-east-1.amazonaws.com:9098"
CLICKS = {"topic": "clicks", "feature_views": ["user_clicks", "item_clicks"], "record_format": "avro"}
PAYMENTS = {"topic": "Payments_eu.1", "feature_views": ["user_payments"], "minimum": 2, "maximum": 6}
SCALING = {"autoscaler_role_arn": f"arn:aws:iam::{ACCOUNT}:role/keda", "autoscaler_ready": "keda"}


def feature_ingest(**changed: Any) -> Recording:
    topics = changed.get("topics", [CLICKS, PAYMENTS])
    names = [each["topic"] for each in topics]
    given: Any = {
        "engine": "python",
        "image": "registry.example.com/platform/feature-ingest:0.1.0",
        "topics": topics,
        "cluster_name": "ml",
        "store_cidrs": [STORES],
        "bootstrap_brokers": BROKERS,
        "cluster_arn": CLUSTER,
        "reader_policies": {name: json.dumps({"reads": name}) for name in names},
        "dead_letters": {name: f"{name}-dead-letter" for name in names},
        "feature_config": "project: ml",
        "secret_store": "aws-secrets",
        "secret_prefix": "ml-prod",
        **SCALING,
        **changed,
    }

    def program() -> None:
        FeatureIngest("ingest", given)

    return run(program, Recording())


@pytest.fixture(scope="module")
def recording() -> Recording:
    return feature_ingest()


def pod(recording: Recording, name: str) -> dict[str, Any]:
    [found] = [each for each in recording.all(DEPLOYMENT) if each.inputs["metadata"]["name"] == name]
    return found.inputs["spec"]["template"]["spec"]


def environment(recording: Recording, name: str) -> dict[str, str]:
    [worker] = pod(recording, name)["containers"]
    return {each["name"]: each["value"] for each in worker["env"]}


def test_the_worker_accepts_its_environment(recording: Recording) -> None:
    clicks = settings_from(environment(recording, "clicks"))
    assert (clicks.topic, clicks.group, clicks.views) == ("clicks", "feature-ingest", ("user_clicks", "item_clicks"))
    assert (clicks.brokers, clicks.dead_letters, clicks.region) == (BROKERS, "clicks-dead-letter", "us-east-1")
    assert (clicks.record_format, clicks.security) == (Format.AVRO, Security.IAM)
    payments = settings_from(environment(recording, "payments-eu-1"))
    assert (payments.topic, payments.record_format) == ("Payments_eu.1", Format.JSON)


def test_the_probes_ask_where_the_worker_answers(recording: Recording) -> None:
    [worker] = pod(recording, "clicks")["containers"]
    [port] = worker["ports"]
    assert port["containerPort"] == settings_from(environment(recording, "clicks")).port
    assert worker["livenessProbe"]["httpGet"] == {"path": "/livez", "port": "http"}
    assert worker["readinessProbe"]["httpGet"] == {"path": "/readyz", "port": "http"}


def test_workers_read_their_own_topic_alone(recording: Recording) -> None:
    accounts = {each.inputs["serviceAccount"] for each in recording.all(ASSOCIATION)}
    assert accounts == {"clicks", "payments-eu-1"}
    assert pod(recording, "clicks")["serviceAccountName"] == "clicks"
    documents = {each.name: json.loads(each.inputs["policy"]) for each in recording.all(POLICY)}
    assert documents["ingest-clicks-identity-topic"] == {"reads": "clicks"}
    [deployment] = [each for each in recording.all(DEPLOYMENT) if each.name == "ingest-clicks"]
    assert "ingest-clicks-identity-association" in needs(recording, deployment)


def test_workers_log_in_with_the_secrets_of_feast(recording: Recording) -> None:
    keys = {each.inputs["spec"]["dataFrom"][0]["extract"]["key"] for each in recording.all(EXTERNAL_SECRET)}
    assert keys == {"ml-prod/database/feast", "ml-prod/online-store/feast"}
    text = json.dumps(pod(recording, "clicks"))
    assert all(each.inputs["metadata"]["name"] in text for each in recording.all(EXTERNAL_SECRET))


def test_workers_reach_brokers_stores_and_aws_alone(recording: Recording) -> None:
    open_to = {
        (peer.get("ipBlock", {}).get("cidr", "pods"), port["port"])
        for policy in recording.all(NETWORK_POLICY)
        if policy.inputs["metadata"]["namespace"] == "feature-ingest"
        for rule in policy.inputs["spec"].get("egress", [])
        for peer in rule["to"]
        for port in rule.get("ports", [])
    }
    stores = {(STORES, port) for port in (5432, 6379, 9098)}
    assert open_to == {*stores, ("0.0.0.0/0", 443), ("169.254.170.23/32", 80), ("pods", 53)}


def test_keda_scales_workers_by_lag_up_to_the_maximum(recording: Recording) -> None:
    scaler = recording.one(SCALER).inputs
    assert (scaler["spec"]["minReplicaCount"], scaler["spec"]["maxReplicaCount"]) == (2, 6)
    [trigger] = scaler["spec"]["triggers"]
    assert trigger["type"] == "apache-kafka"
    assert trigger["metadata"] == {
        **{"bootstrapServers": BROKERS, "consumerGroup": "feature-ingest", "topic": "Payments_eu.1"},
        **{"lagThreshold": "5000", "offsetResetPolicy": "earliest"},
        **{"sasl": "aws_msk_iam", "tls": "enable", "awsRegion": "us-east-1"},
    }
    login = recording.one(LOGIN).inputs
    assert trigger["authenticationRef"]["name"] == login["metadata"]["name"]
    assert faults(scaler) == []
    assert faults(login) == []


def test_keda_may_read_the_lag_and_reach_the_brokers(recording: Recording) -> None:
    [granted] = [each for each in recording.all(POLICY) if each.name == "ingest-lag"]
    assert granted.inputs["role"] == "keda"
    allowed = {
        (action, resource)
        for each in json.loads(granted.inputs["policy"])["Statement"]
        for action in each["Action"]
        for resource in each["Resource"]
    }
    place = f"arn:aws:kafka:us-east-1:{ACCOUNT}"
    assert allowed == {
        ("kafka-cluster:Connect", CLUSTER),
        ("kafka-cluster:DescribeTopic", f"{place}:topic/ml/abcd/Payments_eu.1"),
        ("kafka-cluster:DescribeGroup", f"{place}:group/ml/abcd/feature-ingest"),
    }
    [way] = [each for each in recording.all(NETWORK_POLICY) if each.inputs["metadata"]["namespace"] == "keda"]
    assert way.inputs["spec"]["egress"][0]["ports"] == [{"protocol": "TCP", "port": 9098}]


def test_a_deployment_does_not_wait_for_feature_views(recording: Recording) -> None:
    for workers in recording.all(DEPLOYMENT):
        assert workers.inputs["metadata"]["annotations"]["pulumi.com/skipAwait"] == "true"


def test_workers_of_a_fixed_number_need_no_keda() -> None:
    made = feature_ingest(topics=[CLICKS])
    assert not made.all(SCALER)
    assert not [each for each in made.all(POLICY) if each.name == "ingest-lag"]


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"image": "registry.example.com/feature-ingest"}, "has no version"),
        ({"image": "registry.example.com/feature-ingest:latest"}, "has no version"),
        ({"image": "feature-ingest:1"}, "image = 'feature-ingest:1'"),
        ({"topics": []}, "topics"),
        ({"topics": [CLICKS, {**CLICKS, "topic": "Clicks"}]}, "is like clicks; name each topic once"),
        ({"topics": [{**CLICKS, "minimum": 3, "maximum": 2}]}, "must be at least minimum = 3"),
        ({"topics": [{**CLICKS, "feature_views": ["a", "a"]}]}, "is named more than once; name each once"),
        ({"topics": [{**CLICKS, "feature_views": ["a b"]}]}, "is not a valid name of a feature view"),
        ({"topics": [{**CLICKS, "record_format": "xml"}]}, "xml"),
        ({"reader_policies": {"clicks": "{}"}}, "readerPolicies has no policy of this topic; add it"),
        ({"dead_letters": {"clicks": "d"}}, "deadLetters has no place for its bad records; add one"),
    ],
)
def test_wrong_arguments_are_refused(changed: dict[str, Any], problem: str) -> None:
    with pytest.raises(SpecError) as error:
        feature_ingest(**changed)
    assert problem in str(error.value)


def test_scaling_workers_without_keda_are_refused() -> None:
    def program() -> None:
        given: Any = {
            **{
                "engine": "python",
                "image": "registry.example.com/a/b:1",
                "topics": [PAYMENTS],
                "cluster_name": "ml",
                "store_cidrs": [STORES],
            },
            **{"bootstrap_brokers": BROKERS, "cluster_arn": CLUSTER, "reader_policies": {"Payments_eu.1": "{}"}},
            **{
                "dead_letters": {"Payments_eu.1": "d"},
                "feature_config": "c",
                "secret_store": "s",
                "secret_prefix": "p",
            },
        }
        FeatureIngest("ingest", given, pulumi.ResourceOptions())

    with pytest.raises(SpecError, match="pass autoscalerRoleArn and autoscalerReady, or write maximum = minimum"):
        run(program, Recording())
