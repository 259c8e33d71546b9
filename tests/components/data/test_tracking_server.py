"""The tracking server: who reaches it, what it may do, what its pods are like, and that nothing comes too early."""

from typing import Any

import pulumi
import pytest

from components.core.spec import SpecError
from components.data.tracking_server.tracking_server import TrackingServer
from components.facts.versions import MLFLOW_IMAGE
from resources.resource import UNKNOWN, Resource
from tests.support.components.clusters import NETWORK_POLICY, needs, statements
from tests.support.components.definitions import faults
from tests.support.components.mocks import ACCOUNT, Recording, run

READER = "test:index:Reader"
STORES = "10.40.192.0/19"
KEY = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/data"
DEPLOYMENT = "kubernetes:apps/v1:Deployment"
SECRET = "kubernetes:external-secrets.io/v1:ExternalSecret"
MONITOR = "kubernetes:monitoring.coreos.com/v1:ServiceMonitor"


def tracking_server(recording: Recording | None = None, **args: Any) -> Recording:
    """A TrackingServer "tracking" for one namespace, and a reader of its address, unless `args` say otherwise."""
    given: Any = {
        "cluster_name": "ml",
        "store_cidrs": [STORES],
        "secret_store": "aws-secrets",
        "secret_prefix": "ml-prod",
        "database_address": "ml.abc.us-east-1.rds.amazonaws.com",
        "models_bucket": "ml-models",
        "data_key_arn": KEY,
        "client_namespaces": ["notebooks", "training"],
        **args,
    }

    def program() -> None:
        pulumi.CustomResource(READER, "reader", {"address": TrackingServer("tracking", given).address})

    return run(program, recording)


@pytest.fixture(scope="module")
def recording() -> Recording:
    return tracking_server()


@pytest.fixture(scope="module")
def observed() -> Recording:
    return tracking_server(monitoring=True, hosts=["mlflow.example.com"])


def pod(recording: Recording) -> Any:
    return recording.one(DEPLOYMENT).inputs["spec"]["template"]["spec"]


def containers(recording: Recording) -> list[Any]:
    return [*pod(recording)["initContainers"], *pod(recording)["containers"]]


def option(recording: Recording, name: str) -> str:
    command = pod(recording)["containers"][0]["command"]
    return command[command.index(name) + 1]


def policy(recording: Recording, name: str) -> Any:
    [found] = [each for each in recording.all(NETWORK_POLICY) if each.inputs["metadata"]["name"] == name]
    return found.inputs["spec"]


def manifest(resource: Resource) -> dict[str, Any]:
    return dict(resource.inputs)


def test_named_namespaces_reach_it_and_no_other(recording: Recording) -> None:
    entering = [
        (peer["namespaceSelector"]["matchLabels"]["kubernetes.io/metadata.name"], port["port"])
        for each in recording.all(NETWORK_POLICY)
        for rule in each.inputs["spec"].get("ingress", [])
        for peer in rule["from"]
        for port in rule.get("ports", [])
    ]
    assert sorted(entering) == [("notebooks", 5000), ("training", 5000)]


def test_it_reaches_the_database_of_the_vpc_and_https(recording: Recording) -> None:
    labels = recording.one(DEPLOYMENT).inputs["spec"]["template"]["metadata"]["labels"]
    reached = {
        (peer["ipBlock"]["cidr"], port["port"])
        for each in recording.all(NETWORK_POLICY)
        if each.inputs["spec"]["podSelector"].get("matchLabels", {}).items() <= labels.items()
        for rule in each.inputs["spec"].get("egress", [])
        for peer in rule["to"]
        if "ipBlock" in peer
        for port in rule["ports"]
    }
    assert reached == {(STORES, 5432), ("0.0.0.0/0", 443), ("169.254.170.23/32", 80)}


def test_identity_writes_its_folder_and_deletes_nothing(recording: Recording) -> None:
    found = statements(recording.one("aws:iam/rolePolicy:RolePolicy"))
    assert {each["Effect"] for each in found.values()} == {"Allow"}
    reached = {resource for each in found.values() for resource in each["Resource"]}
    assert reached == {"arn:aws:s3:::ml-models", "arn:aws:s3:::ml-models/mlflow/*", KEY}
    assert found["List"]["Action"] == ["s3:ListBucket"]
    assert found["List"]["Condition"] == {"StringLike": {"s3:prefix": ["mlflow/*"]}}
    actions = {action for each in found.values() for action in each["Action"]}
    assert {"s3:GetObject", "s3:PutObject", "kms:GenerateDataKey", "kms:Decrypt"} <= actions
    assert not [action for action in actions if "Delete" in action or "*" in action]
    association = recording.one("aws:eks/podIdentityAssociation:PodIdentityAssociation").inputs
    account = recording.one("kubernetes:core/v1:ServiceAccount").inputs["metadata"]
    assert (association["namespace"], association["serviceAccount"]) == (account["namespace"], account["name"])
    assert pod(recording)["serviceAccountName"] == account["name"]


def test_user_and_password_come_from_the_secret_store_only(recording: Recording) -> None:
    secret = manifest(recording.one(SECRET))
    assert not faults(secret)
    assert secret["spec"]["secretStoreRef"] == {"name": "aws-secrets", "kind": "ClusterSecretStore"}
    assert secret["spec"]["dataFrom"] == [{"extract": {"key": "ml-prod/database/mlflow"}}]
    kept = secret["spec"]["target"]["template"]["data"]
    assert kept == {"PGUSER": "{{ .username }}", "PGPASSWORD": "{{ .password }}"}
    asking = [each for each in containers(recording) if "env" in each]
    assert len(asking) == 2
    for container in asking:
        named = {each["name"]: each for each in container["env"]}
        for key in kept:
            assert named[key]["valueFrom"] == {"secretKeyRef": {"name": secret["spec"]["target"]["name"], "key": key}}
        assert named["PGSSLMODE"]["value"] == "verify-full"
        assert named["PGHOST"]["value"] == "ml.abc.us-east-1.rds.amazonaws.com"
        [address] = [word for word in container["command"] if word.startswith("postgresql")]
        assert "@" not in address


def test_certificates_then_tables_then_server_start(recording: Recording) -> None:
    certificates, tables, server = containers(recording)
    assert certificates["command"][-2].startswith("https://truststore.pki.rds.amazonaws.com/us-east-1/")
    written = certificates["command"][-1]
    for reader in (tables, server):
        [bundle] = [each["value"] for each in reader["env"] if each["name"] == "PGSSLROOTCERT"]
        assert bundle == written
        assert any(written.startswith(mount["mountPath"]) for mount in reader["volumeMounts"])
    assert "pg_advisory_lock" in tables["command"][2]
    assert tables["command"][-1] == option(recording, "--backend-store-uri")


def test_artifacts_go_through_the_server_to_its_folder(recording: Recording) -> None:
    assert "--serve-artifacts" in pod(recording)["containers"][0]["command"]
    assert option(recording, "--artifacts-destination") == "s3://ml-models/mlflow"


def test_it_answers_to_its_service_and_what_the_config_names(recording: Recording, observed: Recording) -> None:
    allowed = option(recording, "--allowed-hosts").split(",")
    service = recording.one("kubernetes:core/v1:Service").inputs["metadata"]
    assert f"{service['name']}.{service['namespace']}.svc.cluster.local:*" in allowed
    assert "*" not in allowed
    further = set(option(observed, "--allowed-hosts").split(",")) - set(allowed)
    assert further == {"mlflow.example.com", "mlflow.example.com:*", "$(POD_ADDRESS):*"}
    assert option(observed, "--cors-allowed-origins") == "https://mlflow.example.com"


def test_the_service_leads_to_the_servers(recording: Recording) -> None:
    service = recording.one("kubernetes:core/v1:Service").inputs
    [port] = service["spec"]["ports"]
    labels = recording.one(DEPLOYMENT).inputs["spec"]["template"]["metadata"]["labels"]
    assert service["spec"]["selector"].items() <= labels.items()
    [listened] = pod(recording)["containers"][0]["ports"]
    assert port["targetPort"] == listened["name"]
    assert str(listened["containerPort"]) == option(recording, "--port")
    address = recording.one(READER).inputs["address"]
    assert address == f"http://mlflow.mlflow.svc.cluster.local:{port['port']}"


def test_metrics_are_there_where_somebody_reads_them(recording: Recording, observed: Recording) -> None:
    assert not recording.all(MONITOR)
    assert "--expose-prometheus" not in pod(recording)["containers"][0]["command"]
    monitor = manifest(observed.one(MONITOR))
    assert not faults(monitor)
    service = observed.one("kubernetes:core/v1:Service").inputs
    assert monitor["spec"]["selector"]["matchLabels"].items() <= service["metadata"]["labels"].items()
    assert monitor["spec"]["endpoints"][0]["port"] == service["spec"]["ports"][0]["name"]
    [rule] = policy(observed, "allow-metrics")["ingress"]
    assert rule["from"][0]["namespaceSelector"]["matchLabels"]["kubernetes.io/metadata.name"] == "monitoring"
    folder = option(observed, "--expose-prometheus")
    assert any(folder.startswith(mount["mountPath"]) for mount in pod(observed)["containers"][0]["volumeMounts"])


@pytest.mark.parametrize("workers", [1, 4])
def test_containers_have_limits_and_no_privileges(workers: int) -> None:
    made = tracking_server(workers=workers, scratch_gib=40)
    assert pod(made)["securityContext"]["runAsNonRoot"]
    assert pod(made)["securityContext"]["runAsUser"] > 0
    assert not pod(made)["automountServiceAccountToken"]
    for container in containers(made):
        assert container["image"] == MLFLOW_IMAGE
        assert {"cpu", "memory"} <= set(container["resources"]["requests"])
        assert "memory" in container["resources"]["limits"]
        security = container["securityContext"]
        assert security["readOnlyRootFilesystem"]
        assert security["runAsNonRoot"]
        assert security["capabilities"] == {"drop": ["ALL"]}
        assert security["seccompProfile"] == {"type": "RuntimeDefault"}
    server = pod(made)["containers"][0]
    assert {"startupProbe", "readinessProbe", "livenessProbe"} <= set(server)
    memory = int(server["resources"]["requests"]["memory"].removesuffix("Mi"))
    # What was measured of MLflow: 250 MiB for the process that starts the workers, 260 for each of them.
    assert memory >= 1.5 * (250 + 260 * workers)
    [scratch] = [each for each in pod(made)["volumes"] if each["name"] == "scratch"]
    assert scratch["emptyDir"] == {"sizeLimit": "40Gi"}
    assert int(server["resources"]["limits"]["ephemeral-storage"].removesuffix("Gi")) > 40


def test_a_service_named_like_it_sets_none_of_its_options(recording: Recording) -> None:
    assert pod(recording)["enableServiceLinks"] is False


def test_servers_are_spread_and_go_one_at_a_time(recording: Recording) -> None:
    wanted = recording.one(DEPLOYMENT).inputs["spec"]
    assert wanted["replicas"] == 2
    assert wanted["strategy"]["rollingUpdate"] == {"maxSurge": 1, "maxUnavailable": 0}
    labels = wanted["template"]["metadata"]["labels"]
    spread = pod(recording)["topologySpreadConstraints"]
    assert "topology.kubernetes.io/zone" in [each["topologyKey"] for each in spread]
    assert all(each["labelSelector"]["matchLabels"].items() <= labels.items() for each in spread)
    budget = recording.one("kubernetes:policy/v1:PodDisruptionBudget").inputs["spec"]
    assert budget["maxUnavailable"] == 1
    assert budget["selector"]["matchLabels"].items() <= labels.items()


def test_servers_wait_for_their_needs_and_clients_for_servers(recording: Recording) -> None:
    deployment = recording.one(DEPLOYMENT)
    needed = needs(recording, deployment)
    own = {each.name for each in recording.all(NETWORK_POLICY) if each.inputs["metadata"]["namespace"] == "mlflow"}
    assert own <= needed
    assert recording.one(SECRET).name in needed
    assert recording.one("aws:eks/podIdentityAssociation:PodIdentityAssociation").name in needed
    assert {deployment.name, "tracking-service"} <= needs(recording, recording.one(READER))


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        ({"client_namespaces": []}, "client_namespaces = "),
        ({"client_namespaces": ["Training"]}, "'Training' is not a valid namespace name"),
        ({"client_namespaces": ["a", "a"]}, "a is named more than once"),
        ({"client_namespaces": ["kube-system"]}, "the namespace kube-system belongs to Kubernetes; choose another"),
        ({"client_namespaces": ["training", "default"]}, "the namespace default belongs to Kubernetes; choose another"),
        ({"hosts": ["https://mlflow.example.com"]}, "is not a valid domain"),
        ({"hosts": ["*.example.com"]}, "is not a valid domain"),
        ({"replicas": 0}, "replicas = 0"),
        ({"workers": 0}, "workers = 0"),
        ({"scratch_gib": 0}, "scratch_gib = 0"),
    ],
)
def test_what_is_wrong_is_refused_before_anything_is_made(wrong: dict[str, Any], problem: str) -> None:
    recording = Recording()
    with pytest.raises(SpecError, match=problem):
        tracking_server(recording, **wrong)
    assert not recording.resources


def test_a_preview_knows_all_but_what_a_deployment_decides() -> None:
    made = Recording(preview=True)

    def program() -> None:
        unknown = pulumi.CustomResource(READER, "bucket", {}).id
        wired: Any = {
            "cluster_name": "ml",
            "store_cidrs": [STORES],
            "secret_store": unknown,
            "secret_prefix": unknown,
            "database_address": unknown,
            "models_bucket": unknown,
            "data_key_arn": unknown,
            "client_namespaces": ["notebooks"],
        }
        TrackingServer("tracking", wired)

    run(program, made)
    assert option(made, "--artifacts-destination") is UNKNOWN
    assert [each["image"] for each in containers(made)] == [MLFLOW_IMAGE] * 3
    named = {each["name"]: each.get("value") for each in pod(made)["containers"][0]["env"]}
    assert [name for name, value in named.items() if value is UNKNOWN] == ["PGHOST"]
