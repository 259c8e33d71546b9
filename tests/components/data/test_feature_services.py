"""Feast and MLflow over the stores: each with its own login, and none before its login works."""

import json
from typing import Any

import pulumi
import pytest

from components.core.spec import SpecError
from components.data.feature_services.feature_services import FeatureServices
from tests.support.components.mocks import ACCOUNT, Recording, run
from tests.support.planner.graph import Graph

JOB = "kubernetes:batch/v1:Job"
DEPLOYMENT = "kubernetes:apps/v1:Deployment"
CRON = "kubernetes:batch/v1:CronJob"
SECRET = "aws:secretsmanager/secret:Secret"
EXTERNAL = "kubernetes:external-secrets.io/v1:ExternalSecret"
READER = "test:index:Reader"
USER = f"arn:aws:elasticache:us-east-1:{ACCOUNT}:user:ml-online-feast"
SERVERS: dict[str, Any] = {
    "feature_server": {"project": "ml", "client_namespaces": ["models"]},
    "tracking_server": {"client_namespaces": ["models"]},
}
WIRING: dict[str, Any] = {
    "cluster_name": "ml",
    "store_cidrs": ["10.40.192.0/19"],
    "secret_store": "aws-secrets",
    "secret_prefix": "ml",
    "secrets_key_arn": f"arn:aws:kms:us-east-1:{ACCOUNT}:key/secrets",
    "database_address": "ml.abc.us-east-1.rds.amazonaws.com",
    "administrator_secret_arn": f"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:rds!db-1",
    "administrator_key_arn": f"arn:aws:kms:us-east-1:{ACCOUNT}:key/database",
    "online_endpoint": "clustercfg.ml.abc.use1.cache.amazonaws.com",
    "online_user_arn": USER,
    "offline_bucket": f"ml-offline-{ACCOUNT}",
    "catalog_database": "ml",
    "models_bucket": f"ml-models-{ACCOUNT}",
    "data_key_arn": f"arn:aws:kms:us-east-1:{ACCOUNT}:key/data",
}


def services(recording: Recording | None = None, **changes: Any) -> Recording:
    given: Any = {key: value for key, value in {**SERVERS, **WIRING, **changes}.items() if value is not None}

    def program() -> None:
        made = FeatureServices("services", given)
        outputs = {
            "features": made.feature_server_address,
            "config": made.feature_config,
            "tracking": made.tracking_address,
        }
        pulumi.CustomResource(READER, "reader", outputs)

    return run(program, recording)


@pytest.fixture(scope="module")
def made() -> Recording:
    return services()


def logins(recording: Recording) -> dict[str, Any]:
    [config] = [
        each for each in recording.all("kubernetes:core/v1:ConfigMap") if "access.json" in each.inputs.get("data", {})
    ]
    return json.loads(config.inputs["data"]["access.json"])


def test_each_server_has_a_database_and_a_login_of_its_own(made: Recording) -> None:
    assert {each.inputs["name"] for each in made.all(SECRET)} == {
        "ml/database/feast",
        "ml/database/mlflow",
        "ml/online-store/feast",
    }
    assert logins(made)["databases"] == {"feast": [], "mlflow": []}
    assert logins(made)["cache_users"] == {"online-store/feast": "ml-online-feast"}


def test_what_is_read_is_what_was_made(made: Recording) -> None:
    read = {source["extract"]["key"] for each in made.all(EXTERNAL) for source in each.inputs["spec"]["dataFrom"]}
    assert read == {each.inputs["name"] for each in made.all(SECRET)}


def test_no_server_starts_before_its_login_works(made: Recording) -> None:
    graph = Graph(tuple(made.resources))
    [access] = [each for each in made.all(JOB) if each.name == "services-access-job"]
    servers = [*made.all(DEPLOYMENT), *made.all(CRON)]
    assert {each.inputs["metadata"]["namespace"] for each in servers} == {"feast", "mlflow"}
    assert graph.out_of_order(servers, [access]) == []


def test_each_server_is_left_out_with_its_section() -> None:
    tracking = services(feature_server=None, online_user_arn=None)
    assert logins(tracking)["databases"] == {"mlflow": []}
    assert logins(tracking)["cache_users"] == {}
    assert tracking.one(READER).inputs["features"] == ""
    assert tracking.one(READER).inputs["tracking"].startswith("http://")
    features = services(tracking_server=None)
    assert logins(features)["databases"] == {"feast": []}
    assert features.one(READER).inputs["tracking"] == ""
    assert "redis" in features.one(READER).inputs["config"]


def test_further_uses_of_the_database_have_readers() -> None:
    recording = services(databases=[{"name": "metadata", "readers": ["reports"]}], recovery_window_days=7)
    assert logins(recording)["databases"]["metadata"] == ["reports"]
    assert {each.inputs["recoveryWindowInDays"] for each in recording.all(SECRET)} == {7}


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        (
            {"feature_server": None, "tracking_server": None},
            "the section is empty; add featureServer, trackingServer or databases, or remove it",
        ),
        ({"online_user_arn": None}, "online_user_arn is missing; Feast needs a user of the online store"),
        (
            {"databases": [{"name": "mlflow"}]},
            "databases[0].name = 'mlflow': the server of mlflow creates this database; remove it here",
        ),
        ({"tracking_server": {}}, "tracking_server.clientNamespaces is missing"),
        ({"recovery_window_days": 3}, "must be 7 to 30, or 0 to delete secrets immediately"),
    ],
)
def test_what_can_not_be_is_refused_before_anything_is_made(changes: dict[str, Any], told: str) -> None:
    recording = Recording()
    with pytest.raises(SpecError) as error:
        services(recording, **changes)
    assert told in str(error.value)
    assert not [each for each in recording.resources if each.custom]
