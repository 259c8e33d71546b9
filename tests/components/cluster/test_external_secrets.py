"""External Secrets: what it may read, for whom, and that nothing of it comes too early."""

from typing import Any

import pulumi
import pytest

from components.cluster.external_secrets import (
    ExternalSecrets,
    external_secret,
    external_secrets_values,
)
from components.core.spec import SpecError
from resources.resource import Resource
from tests.support.components.clusters import NETWORK_POLICY, RELEASE, needs, statements
from tests.support.components.definitions import faults
from tests.support.components.mocks import ACCOUNT, Recording, run
from tests.support.planner.charts import CHARTS

READER = "test:index:Reader"
STORE = "kubernetes:external-secrets.io/v1:ClusterSecretStore"
KEY = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/secrets-key"
SECRETS = f"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:ml-prod/*"
PARTS: dict[str, str] = {"": "external-secrets", "webhook": "-webhook", "certController": "-cert-controller"}


def external_secrets(recording: Recording | None = None, **args: Any) -> Recording:
    given: Any = {
        "cluster_name": "ml",
        "vpc_cidr": "10.40.0.0/16",
        "secret_prefix": "ml-prod",
        "namespaces": ["feast", "mlflow"],
        **args,
    }

    def program() -> None:
        made = ExternalSecrets("secrets", given)
        pulumi.CustomResource(
            READER, "reader", {"store": made.store_name, "prefix": made.secret_prefix, "key": made.key_arn}
        )

    return run(program, recording)


@pytest.fixture(scope="module")
def recording() -> Recording:
    return external_secrets()


def manifest(resource: Resource) -> dict[str, Any]:
    return dict(resource.inputs)


def test_operator_reads_secrets_of_its_prefix_alone(recording: Recording) -> None:
    [policy] = recording.all("aws:iam/rolePolicy:RolePolicy")
    found = statements(policy)
    assert set(found) == {"Read", "Decrypt"}
    assert found["Read"]["Resource"] == [SECRETS]
    assert found["Decrypt"]["Resource"] == [KEY]
    assert found["Decrypt"]["Condition"]["StringLike"] == {"kms:EncryptionContext:SecretARN": SECRETS}


def test_whoever_makes_secrets_learns_where_and_under_which_key(recording: Recording) -> None:
    read = recording.one(READER).inputs
    assert (read["prefix"], read["key"]) == ("ml-prod", KEY)
    key = recording.one("aws:kms/key:Key")
    assert (key.name, key.protect, key.inputs["enableKeyRotation"]) == ("secrets-key", True, True)
    assert external_secrets(deletion_protection=False).one("aws:kms/key:Key").protect is False


def test_its_identity_is_that_of_the_chart_s_controller(recording: Recording) -> None:
    association = recording.one("aws:eks/podIdentityAssociation:PodIdentityAssociation").inputs
    [controller] = [pods for pods in CHARTS["external-secrets"].pods if pods.asks_aws]
    assert (association["namespace"], association["serviceAccount"]) == ("external-secrets", controller.account)


def test_the_store_answers_the_named_namespaces_alone(recording: Recording) -> None:
    store = manifest(recording.one(STORE))
    assert not faults(store)
    assert store["spec"]["conditions"] == [{"namespaces": ["feast", "mlflow"]}]
    # No credentials and no role of another: the controller's own identity.
    assert store["spec"]["provider"] == {"aws": {"service": "SecretsManager", "region": "us-east-1"}}


def test_an_external_secret_fits_its_definition() -> None:
    made = external_secret("registry", "feast", "aws-secrets", "ml-prod/database/feast", {"USER": "username"})
    assert not faults(made)
    spec = made["spec"]
    assert spec["dataFrom"] == [{"extract": {"key": "ml-prod/database/feast"}}]
    assert spec["target"]["template"]["data"] == {"USER": "{{ .username }}"}


def test_webhook_and_metrics_have_one_client_each(recording: Recording) -> None:
    entering = {
        (policy.inputs["metadata"]["name"], port["port"])
        for policy in recording.all(NETWORK_POLICY)
        for rule in policy.inputs["spec"].get("ingress", [])
        for port in rule.get("ports", [])
    }
    assert entering == {("allow-api-server", 10250), ("allow-metrics", 8080)}
    served = recording.one(NETWORK_POLICY, "secrets-namespace-allow-api-server").inputs["spec"]
    [webhook] = [pods for pods in CHARTS["external-secrets"].pods if 10250 in pods.ports]
    assert served["podSelector"]["matchLabels"].items() <= webhook.labels.items()


def test_it_is_the_chart_whose_templates_were_read(recording: Recording) -> None:
    assert recording.one(RELEASE).inputs["version"] == CHARTS["external-secrets"].version


@pytest.mark.parametrize("part", PARTS)
def test_each_part_has_two_bounded_and_probed_replicas(part: str) -> None:
    values = external_secrets_values()
    workload = values[part] if part else values
    assert workload["replicaCount"] == 2
    assert set(workload["resources"]) == {"requests", "limits"}
    assert workload["podDisruptionBudget"] == {"enabled": True, "minAvailable": 1}
    assert workload["livenessProbe"]["enabled"]
    labels = [each["labelSelector"]["matchLabels"] for each in workload["topologySpreadConstraints"]]
    selected = [pods for pods in CHARTS["external-secrets"].pods if labels[0].items() <= pods.labels.items()]
    assert [pods.account.endswith(PARTS[part]) for pods in selected] == [True]


def test_it_makes_no_token_of_another_service_account() -> None:
    assert external_secrets_values()["rbac"]["serviceAccountTokenCreate"] is False


def test_store_waits_for_operator_and_identity(recording: Recording) -> None:
    release = recording.one(RELEASE)
    needed = needs(recording, release)
    assert {each.name for each in recording.all(NETWORK_POLICY)} <= needed
    assert recording.one("aws:eks/podIdentityAssociation:PodIdentityAssociation").name in needed
    assert {release.name, recording.one(STORE).name} <= needs(recording, recording.one(READER))


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        ({"secret_prefix": "ml*"}, "secret_prefix = 'ml"),
        ({"secret_prefix": "rds!db"}, "secret_prefix = 'rds!db'"),
        ({"namespaces": []}, "namespaces = "),
        ({"namespaces": ["Feast"]}, "'Feast' is not a valid namespace name"),
        ({"namespaces": ["feast", "feast"]}, "feast is named more than once"),
    ],
)
def test_what_is_wrong_is_refused_before_anything_is_made(wrong: dict[str, Any], problem: str) -> None:
    recording = Recording()
    with pytest.raises(SpecError, match=problem.replace("*", r"\*")):
        external_secrets(recording, **wrong)
    assert not recording.resources
