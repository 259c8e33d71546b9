"""The feature server: what Feast is told, who reaches it, what it may do in AWS, and when it is made anew."""

import json
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any

import pulumi
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from components.core.spec import SpecError, parse
from components.data.feature_server.feast import Place, as_text, feast_config, files
from components.data.feature_server.feature_server import FeatureServer
from components.data.feature_server.spec import FeatureServerSpec
from policies.engine.evaluate import evaluate
from resources.resource import Resource
from tests.support.components.clusters import NETWORK_POLICY, needs, select, statements
from tests.support.components.definitions import faults
from tests.support.components.mocks import ACCOUNT, Recording, run
from tests.support.policies.cases import context

READER = "test:index:Reader"
BUCKET = f"ml-offline-{ACCOUNT}"
KEY = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/data"
STORES = "10.40.192.0/19"
WORKGROUP = "aws:athena/workgroup:Workgroup"
ASSOCIATION = "aws:eks/podIdentityAssociation:PodIdentityAssociation"
POLICY = "aws:iam/rolePolicy:RolePolicy"
DEPLOYMENT = "kubernetes:apps/v1:Deployment"
CRON_JOB = "kubernetes:batch/v1:CronJob"
CONFIG_MAP = "kubernetes:core/v1:ConfigMap"
AUTOSCALER = "kubernetes:autoscaling/v2:HorizontalPodAutoscaler"
EXTERNAL_SECRET = "kubernetes:external-secrets.io/v1:ExternalSecret"
GLUE = f"arn:aws:glue:us-east-1:{ACCOUNT}"


def feature_server(*, preview: bool = False, **args: Any) -> Recording:
    given: Any = {
        "project": "drivers",
        "client_namespaces": ["models", "features"],
        "cluster_name": "ml",
        "store_cidrs": [STORES],
        "secret_store": "aws-secrets",
        "secret_prefix": "ml-prod",
        "database_address": "ml.abc.us-east-1.rds.amazonaws.com",
        "online_endpoint": "clustercfg.ml-online.abc.use1.cache.amazonaws.com",
        "offline_bucket": BUCKET,
        "catalog_database": "ml_features",
        "data_key_arn": KEY,
        **args,
    }

    def program() -> None:
        made = FeatureServer("feast", given)
        pulumi.CustomResource(READER, "reader", {"address": made.address})

    return run(program, Recording(preview=preview))


@pytest.fixture(scope="module")
def recording() -> Recording:
    return feature_server()


def config_of(recording: Recording) -> dict[str, Any]:
    """What Feast reads, before it puts users and passwords in."""
    return yaml.safe_load(recording.one(CONFIG_MAP).inputs["data"]["feature_store.yaml"])


def pods(recording: Recording) -> dict[str, dict[str, Any]]:
    """The pod templates of the server and of materialization."""
    return {
        "server": recording.one(DEPLOYMENT).inputs["spec"]["template"],
        "materialization": select(recording.one(CRON_JOB).inputs, "spec", "jobTemplate", "spec", "template"),
    }


def test_feast_is_told_its_stores_and_to_trust_none_but_them(recording: Recording) -> None:
    config = config_of(recording)
    assert (config["project"], config["entity_key_serialization_version"]) == ("drivers", 3)
    address, _, options = config["registry"]["path"].partition("?")
    assert address.endswith("@ml.abc.us-east-1.rds.amazonaws.com:5432/feast")
    assert {"sslmode=verify-full", "sslrootcert=/etc/rds/bundle.pem"} <= set(options.split("&"))
    assert config["registry"]["registry_type"] == "sql"
    assert config["online_store"]["redis_type"] == "redis_cluster"
    place, *login = config["online_store"]["connection_string"].split(",")
    assert place == "clustercfg.ml-online.abc.use1.cache.amazonaws.com:6379"
    assert "ssl=true" in login


def test_every_password_comes_from_a_secret_of_the_prefix(recording: Recording) -> None:
    text = recording.one(CONFIG_MAP).inputs["data"]["feature_store.yaml"]
    brought: set[str] = set()
    for secret in recording.all(EXTERNAL_SECRET):
        brought |= set(secret.inputs["spec"]["target"]["template"]["data"])
    asked = {secret.inputs["spec"]["dataFrom"][0]["extract"]["key"] for secret in recording.all(EXTERNAL_SECRET)}
    assert asked == {"ml-prod/database/feast", "ml-prod/online-store/feast"}
    assert {part.partition("}")[0] for part in text.split("${")[1:]} == brought
    names = {secret.inputs["spec"]["target"]["name"] for secret in recording.all(EXTERNAL_SECRET)}
    for pod in pods(recording).values():
        [container] = pod["spec"]["containers"]
        assert {each["secretRef"]["name"] for each in container["envFrom"]} == names


def test_exports_go_where_its_own_workgroup_lets_them(recording: Recording) -> None:
    offline = config_of(recording)["offline_store"]
    workgroup = recording.one(WORKGROUP).inputs
    assert (offline["type"], offline["database"], offline["region"]) == ("athena", "ml_features", "us-east-1")
    assert offline["workgroup"] == workgroup["name"] == recording.outputs("feast")["workgroup"]
    settings = workgroup["configuration"]
    # A workgroup that enforces its location fails a query that names one for its table, as each of Feast's does.
    assert settings["enforceWorkgroupConfiguration"] is False
    assert settings["bytesScannedCutoffPerQuery"] == 256 * 1024**3
    result = settings["resultConfiguration"]
    assert result["encryptionConfiguration"] == {"encryptionOption": "SSE_KMS", "kmsKeyArn": KEY}
    assert offline["s3_staging_location"] + "/" == result["outputLocation"]


def granted(recording: Recording) -> list[dict[str, Any]]:
    """The statements of the only identity."""
    [policy] = recording.all(POLICY)
    return list(statements(policy).values())


def may(recording: Recording, action: str, resource: str) -> bool:
    """Whether the identity may do this to that."""
    return any(
        action in each["Action"] and any(fnmatchcase(resource, pattern) for pattern in each["Resource"])
        for each in granted(recording)
    )


def test_only_materialization_has_an_identity(recording: Recording) -> None:
    association = recording.one(ASSOCIATION).inputs
    accounts = {name: pod["spec"]["serviceAccountName"] for name, pod in pods(recording).items()}
    assert (association["namespace"], association["serviceAccount"]) == ("feast", accounts["materialization"])
    assert accounts["server"] != accounts["materialization"]


@pytest.mark.parametrize(
    ("action", "resource", "allowed"),
    [
        ("athena:StartQueryExecution", f"arn:aws:athena:us-east-1:{ACCOUNT}:workgroup/ml-features-feast", True),
        ("athena:StartQueryExecution", f"arn:aws:athena:us-east-1:{ACCOUNT}:workgroup/ml-features", False),
        ("glue:GetTable", f"{GLUE}:table/ml_features/trips", True),
        ("glue:GetTable", f"{GLUE}:table/payroll/salaries", False),
        ("glue:CreateTable", f"{GLUE}:table/ml_features/_0a1b2c", True),
        ("glue:DeleteTable", f"{GLUE}:table/ml_features/_0a1b2c", True),
        ("glue:DeleteTable", f"{GLUE}:table/ml_features/trips", False),
        ("s3:GetObject", f"arn:aws:s3:::{BUCKET}/features/trips/part-0.parquet", True),
        ("s3:GetObject", f"arn:aws:s3:::ml-raw-{ACCOUNT}/trips", False),
        ("s3:PutObject", f"arn:aws:s3:::{BUCKET}/athena-results/feast/unload/1/part-0", True),
        ("s3:PutObject", f"arn:aws:s3:::{BUCKET}/features/trips/part-0.parquet", False),
        ("s3:DeleteObject", f"arn:aws:s3:::{BUCKET}/athena-results/feast/unload/1/part-0", True),
        ("s3:DeleteObject", f"arn:aws:s3:::{BUCKET}/features/trips/part-0.parquet", False),
        ("kms:GenerateDataKey", KEY, True),
        ("kms:GenerateDataKey", f"arn:aws:kms:us-east-1:{ACCOUNT}:key/other", False),
    ],
)
def test_materialization_reads_features_and_writes_results_alone(
    recording: Recording, action: str, resource: str, allowed: bool
) -> None:
    assert may(recording, action, resource) == allowed


def test_what_feast_exports_lies_where_it_may_write(recording: Recording) -> None:
    staging = config_of(recording)["offline_store"]["s3_staging_location"].removeprefix("s3://")
    assert may(recording, "s3:PutObject", f"arn:aws:s3:::{staging}/unload/0a1b2c/part-0")


def entering(recording: Recording) -> set[tuple[str, int]]:
    return {
        (select(peer, "namespaceSelector", "matchLabels", "kubernetes.io/metadata.name"), port["port"])
        for policy in recording.all(NETWORK_POLICY)
        for rule in policy.inputs["spec"].get("ingress", [])
        for peer in rule["from"]
        if "namespaceSelector" in peer
        for port in rule["ports"]
    }


def test_only_named_namespaces_reach_the_servers(recording: Recording) -> None:
    assert entering(recording) == {("models", 6566), ("features", 6566), ("monitoring", 8000)}
    for policy in recording.all(NETWORK_POLICY):
        if policy.inputs["metadata"]["name"] in ("allow-clients", "allow-metrics"):
            chosen = policy.inputs["spec"]["podSelector"]["matchLabels"]
            assert chosen == pods(recording)["server"]["metadata"]["labels"]


def test_pods_reach_the_stores_aws_and_nothing_else(recording: Recording) -> None:
    leaving = {
        (peer["ipBlock"]["cidr"], port["port"])
        for policy in recording.all(NETWORK_POLICY)
        for rule in policy.inputs["spec"].get("egress", [])
        for peer in rule["to"]
        if "ipBlock" in peer
        for port in rule["ports"]
    }
    assert leaving == {(STORES, 5432), (STORES, 6379), ("0.0.0.0/0", 443), ("169.254.170.23/32", 80)}


def test_a_change_of_configuration_makes_new_servers(recording: Recording) -> None:
    def mark(recording: Recording) -> str:
        return pods(recording)["server"]["metadata"]["annotations"]["mlplatform/config"]

    assert mark(feature_server()) == mark(recording)
    changes: list[dict[str, Any]] = [{"database_address": "other"}, {"keep_days": 30}]
    for change in changes:
        assert mark(feature_server(**change)) != mark(recording)


def test_probes_ask_for_the_server_s_health_where_it_listens(recording: Recording) -> None:
    [container] = pods(recording)["server"]["spec"]["containers"]
    ports = {port["name"]: port["containerPort"] for port in container["ports"]}
    for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
        asked = container[probe]["httpGet"]
        assert (asked["path"], ports[asked["port"]]) == ("/health", 6566)
    command = container["command"]
    assert command[command.index("--port") + 1] == str(ports["http"])


def test_materialization_runs_alone_and_ends_in_time(recording: Recording) -> None:
    spec = recording.one(CRON_JOB).inputs["spec"]
    assert (spec["schedule"], spec["timeZone"], spec["concurrencyPolicy"]) == ("15 * * * *", "Etc/UTC", "Forbid")
    assert spec["jobTemplate"]["spec"]["activeDeadlineSeconds"] == 55 * 60
    [container] = pods(recording)["materialization"]["spec"]["containers"]
    assert "materialize-incremental" in container["command"][-1]
    assert not any("apply" in json.dumps(pod) for pod in pods(recording).values())


def test_named_views_alone_are_copied() -> None:
    recording = feature_server(materialization={"views": ["trips", "ratings"], "schedule": "*/5 6-22 * * 1-5"})
    [container] = pods(recording)["materialization"]["spec"]["containers"]
    assert container["command"][-1].endswith(" --views trips --views ratings")
    assert recording.one(CRON_JOB).inputs["spec"]["schedule"] == "*/5 6-22 * * 1-5"


def test_deployment_keeps_the_number_of_scaled_servers(recording: Recording) -> None:
    spec = recording.one(AUTOSCALER).inputs["spec"]
    assert (spec["minReplicas"], spec["maxReplicas"]) == (2, 6)
    assert spec["scaleTargetRef"]["name"] == recording.one(DEPLOYMENT).inputs["metadata"]["name"]
    assert recording.one(DEPLOYMENT).ignore_changes == ["spec.replicas"]
    fixed = feature_server(minimum=3, maximum=3)
    assert not fixed.all(AUTOSCALER)
    assert (fixed.one(DEPLOYMENT).inputs["spec"]["replicas"], fixed.one(DEPLOYMENT).ignore_changes) == (3, [])


def test_pods_find_what_they_mount(recording: Recording) -> None:
    for pod in pods(recording).values():
        volumes = {each["name"] for each in pod["spec"]["volumes"]}
        for container in (*pod["spec"]["initContainers"], *pod["spec"]["containers"]):
            assert {each["name"] for each in container["volumeMounts"]} <= volumes
        [container] = pod["spec"]["containers"]
        mounted = {each["mountPath"] for each in container["volumeMounts"]}
        assert {"/etc/feast", "/etc/rds", "/tmp"} == mounted


def objects(recording: Recording) -> Iterator[Resource]:
    return (each for each in recording.resources if each.type.startswith("kubernetes:"))


def test_kubernetes_accepts_every_object(recording: Recording) -> None:
    assert [fault for each in objects(recording) for fault in faults(each.inputs)] == []


TRACED: dict[str, Any] = {
    "instrumentation_image": "registry.example.com/instrumentation:1.0",
    "trace_collector": "collector.tracing.svc.cluster.local",
}


def test_servers_load_the_packages_of_the_instrumentation_image() -> None:
    found = pods(feature_server(**TRACED))
    spec = found["server"]["spec"]
    copying = spec["initContainers"][-1]
    [server] = spec["containers"]
    variables = {each["name"]: each["value"] for each in server["env"]}
    assert (copying["image"], copying["command"][0]) == (TRACED["instrumentation_image"], "cp")
    assert copying["volumeMounts"] == [{"name": "instrumentation", "mountPath": "/instrumentation"}]
    assert {"name": "instrumentation", "mountPath": "/instrumentation", "readOnly": True} in server["volumeMounts"]
    assert variables["PYTHONPATH"].endswith(":/instrumentation")
    assert variables["OTEL_EXPORTER_OTLP_ENDPOINT"] == "http://collector.tracing.svc.cluster.local:4318"
    assert variables["OTEL_SERVICE_NAME"] == "feature-server"
    assert len(found["materialization"]["spec"]["initContainers"]) == 1


def test_instrumented_servers_need_a_collector() -> None:
    with pytest.raises(SpecError) as refused:
        feature_server(instrumentation_image=TRACED["instrumentation_image"])
    assert "instrumentationImage needs traceCollector" in str(refused.value)


def test_kubernetes_accepts_instrumented_servers() -> None:
    assert [fault for each in objects(feature_server(**TRACED)) for fault in faults(each.inputs)] == []


@pytest.mark.parametrize("args", [{}, {"maximum": 2}, TRACED])
def test_no_rule_has_anything_against_it(args: dict[str, Any]) -> None:
    # Tags are a provider's, which a component alone has not.
    said = evaluate(feature_server(**args).resources, context())
    assert [(each.policy, each.message) for each in said if each.policy != "required-tags"] == []


def test_servers_start_after_stores_and_before_clients(recording: Recording) -> None:
    needed = needs(recording, recording.one(DEPLOYMENT))
    policies = [each for each in recording.all(NETWORK_POLICY) if each.inputs["metadata"]["namespace"] == "feast"]
    before = [*recording.all(EXTERNAL_SECRET), *policies, recording.one(CONFIG_MAP)]
    assert {each.name for each in before} <= needed
    assert recording.one(ASSOCIATION).name in needs(recording, recording.one(CRON_JOB))
    assert recording.one(DEPLOYMENT).name in needs(recording, recording.one(READER))
    assert recording.outputs("feast")["address"] == "http://feature-server.feast.svc.cluster.local:6566"


def test_a_preview_that_knows_no_address_plans_the_same(recording: Recording) -> None:
    planned = feature_server(preview=True)
    assert {each.urn for each in planned.resources} == {each.urn for each in recording.resources}


_NAMES = st.from_regex(r"[a-z][a-z0-9-]{0,30}", fullmatch=True)
_LETTERS = st.from_regex(r"[a-zA-Z][a-zA-Z0-9]{39}", fullmatch=True)


@given(_NAMES, st.integers(1, 65535), _LETTERS, st.one_of(st.none(), st.integers(1, 3650)))
def test_the_text_is_yaml_with_and_without_the_passwords_in_it(
    host: str, port: int, password: str, keep_days: int | None
) -> None:
    config = feast_config("drivers", Place(host, port), Place(host, port), files("file"), keep_days)
    text = as_text(config)
    assert yaml.safe_load(text) == config
    names = {part.partition("}")[0] for part in text.split("${")[1:]}
    for name in names:
        text = text.replace(f"${{{name}}}", password)
    assert text.count(password) == len(names) == 4
    assert yaml.safe_load(text)["online_store"]["connection_string"].count(f"={password}") == 2


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        ({"project": "Drivers!"}, "project = 'Drivers!'"),
        ({"client_namespaces": []}, "client_namespaces = "),
        ({"client_namespaces": ["*"]}, "is not a valid namespace name"),
        ({"client_namespaces": ["a", "a"]}, "a is named more than once"),
        ({"client_namespaces": ["models", "kube-system"]}, "the namespace kube-system belongs to Kubernetes; choose"),
        ({"client_namespaces": ["default"]}, "the namespace default belongs to Kubernetes; choose another namespace"),
        ({"minimum": 4, "maximum": 2}, "maximum = 2: must be at least minimum = 4"),
        ({"memory": "2GB"}, "memory = '2GB'"),
        ({"memory": "499Mi"}, "memory = '499Mi': workers = 2 need 500Mi or more; raise it, or lower workers"),
        ({"cpu": "99m"}, "a server with less than 100m CPU takes minutes to start"),
        ({"materialization": {"memory": "1Mi"}}, "materialization.memory = '1Mi': a run needs 512Mi or more"),
        ({"materialization": {"cpu": "10m"}}, "a run with less than 100m CPU takes minutes to start"),
        ({"materialization": {"schedule": "*/4 * * * *"}}, "leave 5 minutes or more, as in */5 * * * *"),
        ({"materialization": {"schedule": "0,59 * * * *"}}, "has 1 min between two runs, and 1,464 runs a month"),
        ({"materialization": {"schedule": "hourly"}}, "has 1 fields"),
        ({"materialization": {"schedule": "60 * * * *"}}, "'60' is not a minute of cron"),
        ({"materialization": {"schedule": "0 5-2 * * *"}}, "'5-2' is not a hour of cron"),
        ({"materialization": {"schedule": "0 * * * */0"}}, "is not a weekday of cron"),
        ({"materialization": {"views": ["trips; rm -rf"]}}, "is not a valid name of a feature view"),
        ({"materialisation": {}}, "did you mean materialization"),
        ({"instrumentation_image": "example.com/instrumentation"}, "instrumentation has no version"),
        ({"trace_collector": "collector.example.com"}, "trace_collector = 'collector.example.com'"),
    ],
)
def test_what_is_wrong_is_refused_before_anything_is_made(wrong: dict[str, Any], problem: str) -> None:
    recording = Recording()
    with pytest.raises(SpecError) as refused:
        run(lambda: FeatureServer("feast", {"project": "drivers", "client_namespaces": ["models"], **wrong}), recording)  # pyright: ignore[reportArgumentType]
    assert problem in str(refused.value)
    assert not recording.resources


@pytest.mark.parametrize("schedule", ["0 0 1 1 0", "*/15 * * * *", "5,35 6-22/2 * * 1-5", "59 23 31 12 6"])
def test_what_cron_knows_is_taken(schedule: str) -> None:
    given = {"project": "drivers", "clientNamespaces": ["models"], "materialization": {"schedule": schedule}}
    assert parse(FeatureServerSpec, given, "test").materialization.schedule == schedule
