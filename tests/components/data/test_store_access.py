"""StoreAccess: which secrets it makes, what its Job may do, and that who needs it waits for it."""

import json
from typing import Any

import pulumi
import pytest

from components.core.spec import SpecError
from components.data.store_access.job import (
    database_grants,
    native_verifier,
    new_password,
    quoted,
    reader_grants,
    roles,
    schema_grants,
)
from components.data.store_access.store_access import SCRIPT, StoreAccess, access_job
from components.facts.versions import MLFLOW_IMAGE
from resources.resource import Resource
from tests.support.components.clusters import NETWORK_POLICY, needs, statements
from tests.support.components.definitions import faults
from tests.support.components.mocks import ACCOUNT, Recording, run

READER = "test:index:Reader"
SECRET = "aws:secretsmanager/secret:Secret"
JOB = "kubernetes:batch/v1:Job"
CONFIG = "kubernetes:core/v1:ConfigMap"
USER = "aws:elasticache/user:User"
KEY, MASTER_KEY = (f"arn:aws:kms:us-east-1:{ACCOUNT}:key/{name}" for name in ("secrets", "database"))
MASTER = f"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:rds!db-1"
USER_ARN = f"arn:aws:elasticache:us-east-1:{ACCOUNT}:user:features-feast"


def store_access(recording: Recording | None = None, **args: Any) -> Recording:
    given: Any = {
        "secret_prefix": "ml-prod",
        "databases": [{"name": "mlflow", "readers": ["analyst"]}, {"name": "feast"}],
        "cluster_name": "ml",
        "store_cidrs": ["10.40.192.0/19"],
        "key_arn": KEY,
        "database_address": "ml.rds.amazonaws.com",
        "administrator_secret_arn": MASTER,
        "administrator_key_arn": MASTER_KEY,
        **args,
    }

    def program() -> None:
        user = pulumi.CustomResource(USER, "user", {"arn": USER_ARN})
        arn = pulumi.Output.all(user.id).apply(lambda _: USER_ARN)
        wired: Any = {"cache_users": {"online-store/feast": arn}, **given}
        made = StoreAccess("access", wired)
        pulumi.CustomResource(READER, "reader", {"prefix": made.ready})

    return run(program, recording)


@pytest.fixture(scope="module")
def recording() -> Recording:
    return store_access()


def plan(recording: Recording) -> dict[str, Any]:
    return json.loads(recording.one(CONFIG).inputs["data"]["access.json"])


def pod(recording: Recording) -> dict[str, Any]:
    return recording.one(JOB).inputs["spec"]["template"]["spec"]


def test_secret_values_are_not_in_the_program(recording: Recording) -> None:
    secrets = {each.inputs["name"]: each.inputs for each in recording.all(SECRET)}
    uses = ("database/mlflow", "database/feast", "database/analyst", "online-store/feast")
    assert set(secrets) == {f"ml-prod/{use}" for use in uses}
    for inputs in secrets.values():
        assert (inputs["kmsKeyId"], inputs["recoveryWindowInDays"]) == (KEY, 30)
    assert not recording.all("aws:secretsmanager/secretVersion:SecretVersion")
    assert set(recording.outputs("access")["secret_arns"]) == set(uses)


def test_the_job_is_told_names_and_addresses(recording: Recording) -> None:
    told = plan(recording)
    assert told["databases"] == {"mlflow": ["analyst"], "feast": []}
    assert told["cache_users"] == {"online-store/feast": "features-feast"}
    assert (told["host"], told["port"], told["region"]) == ("ml.rds.amazonaws.com", 5432, "us-east-1")
    assert told["administrator"] == MASTER
    assert told["secrets"] == recording.outputs("access")["secret_arns"]


def test_job_runs_the_script_that_tests_run_on_real_servers(recording: Recording) -> None:
    config, [container] = recording.one(CONFIG).inputs, pod(recording)["containers"]
    assert config["data"]["job.py"] == SCRIPT.read_text(encoding="utf-8")
    mounted = {each["name"]: each["mountPath"] for each in container["volumeMounts"]}
    volumes = {each["name"]: each for each in pod(recording)["volumes"]}
    assert volumes["config"]["configMap"]["name"] == config["metadata"]["name"]
    files = [f"{mounted['config']}/{name}" for name in ("job.py", "access.json")]
    assert container["command"][-2:] == files
    assert plan(recording)["certificates"].startswith(mounted["rds-certificates"])


MYSQL: dict[str, Any] = {
    "mysql_users": [{"name": "pipelines", "secret": "kubeflow/pipelines", "databases": ["mlpipeline", "metadb"]}],
    "mysql_address": "pipelines.rds.amazonaws.com",
    "mysql_administrator_secret_arn": f"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:rds!db-2",
    "mysql_administrator_key_arn": f"arn:aws:kms:us-east-1:{ACCOUNT}:key/pipelines",
}


def test_each_mysql_user_has_a_secret_that_the_job_gets() -> None:
    recording = store_access(**MYSQL)
    assert "ml-prod/kubeflow/pipelines" in {each.inputs["name"] for each in recording.all(SECRET)}
    assert plan(recording)["mysql"] == {
        "host": "pipelines.rds.amazonaws.com",
        "port": 3306,
        "administrator": MYSQL["mysql_administrator_secret_arn"],
        "logins": {"kubeflow/pipelines": {"user": "pipelines", "databases": ["mlpipeline", "metadb"]}},
    }
    assert "mysql" not in plan(store_access())


def test_job_reaches_mysql_only_if_there_is_one() -> None:
    def ports(made: Recording) -> list[int]:
        rules = made.one(NETWORK_POLICY, "access-namespace-allow-database").inputs["spec"]["egress"]
        return [port["port"] for rule in rules for port in rule["ports"]]

    with_mysql = store_access(**MYSQL)
    [policy] = with_mysql.all("aws:iam/rolePolicy:RolePolicy")
    found = statements(policy)
    assert found["ReadMySqlAdministrator"]["Resource"] == [MYSQL["mysql_administrator_secret_arn"]]
    assert found["DecryptMySqlAdministrator"]["Resource"] == [MYSQL["mysql_administrator_key_arn"]]
    assert (ports(with_mysql), ports(store_access())) == ([5432, 3306], [5432])


def test_mysql_gets_the_hash_of_a_password_only() -> None:
    # MySQL 5.7 reference manual, "Password Hashing in MySQL": SELECT PASSWORD('mypass').
    assert native_verifier("mypass") == "*6C8989366EAF75BB670AD8EA7A7FC1176A95CEF4"


def test_another_plan_is_another_job_and_the_same_one_is_not() -> None:
    name = recording_name(store_access())
    assert recording_name(store_access()) == name
    assert recording_name(store_access(databases=[{"name": "mlflow"}])) != name
    assert recording_name(store_access(database_address="other.rds.amazonaws.com")) != name


def recording_name(recording: Recording) -> str:
    job, config = recording.one(JOB).inputs["metadata"], recording.one(CONFIG).inputs
    assert job["name"] == config["metadata"]["name"]
    assert config["immutable"]
    return job["name"]


def test_a_job_that_ended_stays_and_one_that_failed_is_made_anew(recording: Recording) -> None:
    job = recording.one(JOB).inputs
    assert "ttlSecondsAfterFinished" not in job["spec"]
    assert job["metadata"]["annotations"] == {"pulumi.com/replaceUnready": "true"}
    assert pod(recording)["restartPolicy"] == "Never"


def test_its_objects_are_valid() -> None:
    assert faults(access_job("store-access-1", "us-east-1"), "1.35") == []


def test_its_pod_may_nothing_on_its_node(recording: Recording) -> None:
    running = pod(recording)
    assert running["securityContext"]["runAsNonRoot"]
    assert not running["automountServiceAccountToken"]
    for container in (*running["initContainers"], *running["containers"]):
        assert container["image"] == MLFLOW_IMAGE
        assert container["securityContext"]["readOnlyRootFilesystem"]
        assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
        assert container["securityContext"]["runAsUser"] > 0
        assert set(container["resources"]) == {"requests", "limits"}


def test_identity_reads_the_administrator_and_writes_own_secrets(recording: Recording) -> None:
    found = statements(recording.one("aws:iam/rolePolicy:RolePolicy"))
    own = sorted(recording.outputs("access")["secret_arns"].values())
    assert found["ReadAdministrator"]["Resource"] == [MASTER]
    assert not any("Put" in action for action in found["ReadAdministrator"]["Action"])
    assert sorted(found["KeepLogins"]["Resource"]) == own
    for sid, key, secrets in (("DecryptAdministrator", MASTER_KEY, [MASTER]), ("EncryptLogins", KEY, own)):
        assert found[sid]["Resource"] == [key]
        condition = found[sid]["Condition"]["StringEquals"]
        assert sorted(condition["kms:EncryptionContext:SecretARN"]) == secrets
        assert condition["kms:ViaService"] == "secretsmanager.us-east-1.amazonaws.com"
    assert found["SetPasswords"]["Resource"] == [USER_ARN]
    assert len(found) == 5


def test_without_cache_users_it_asks_nothing_of_elasticache() -> None:
    recording = store_access(cache_users={})
    assert "SetPasswords" not in statements(recording.one("aws:iam/rolePolicy:RolePolicy"))
    assert plan(recording)["cache_users"] == {}


def test_job_pods_reach_only_the_database_and_aws(recording: Recording) -> None:
    policies = {
        each.inputs["metadata"]["name"]: each.inputs["spec"]
        for each in recording.all(NETWORK_POLICY)
        if each.inputs["metadata"]["namespace"] == "store-access"
    }
    [rule] = policies["allow-database"]["egress"]
    assert rule["to"] == [{"ipBlock": {"cidr": "10.40.192.0/19"}}]
    assert [port["port"] for port in rule["ports"]] == [5432]
    assert set(policies) == {"default-deny", "allow-dns", "allow-within", "allow-apis", "allow-database"}
    labels = recording.one(JOB).inputs["spec"]["template"]["metadata"]["labels"]
    for name in ("allow-apis", "allow-database"):
        assert policies[name]["podSelector"]["matchLabels"].items() <= labels.items()


def test_pods_of_kube_system_reach_all_but_the_stores(recording: Recording) -> None:
    [spec] = [each.inputs["spec"] for each in recording.all(NETWORK_POLICY) if each.name == "access-kube-system"]
    assert (spec["podSelector"], spec["policyTypes"]) == ({}, ["Egress"])
    anywhere = {"ipBlock": {"cidr": "0.0.0.0/0", "except": ["10.40.192.0/19"]}}
    assert spec["egress"] == [{"to": [anywhere]}]


def test_job_runs_after_its_needs_and_before_users_of_logins(recording: Recording) -> None:
    job: Resource = recording.one(JOB)
    wanted = {
        "user",
        "access-service-account",
        "access-config",
        "access-identity-association",
        "access-identity-logins",
    }
    wanted |= {each.name for each in (*recording.all(NETWORK_POLICY), *recording.all(SECRET))} - {"access-kube-system"}
    assert wanted <= needs(recording, job)
    assert job.name in needs(recording, recording.one(READER))
    assert recording.outputs("access")["ready"] == "ml-prod"


def test_nothing_that_only_a_deployment_knows_stops_a_preview() -> None:
    recording = store_access(Recording(preview=True))
    assert len(recording.all(SECRET)) == 4
    assert recording.one(JOB).inputs["metadata"]["namespace"] == "store-access"


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ({"databases": []}, "databases = []: "),
        ({"databases": [{"name": "MLflow"}]}, "databases[0].name = 'MLflow': "),
        ({"databases": [{"name": "postgres"}]}, "postgres belongs to the server, to RDS or to the administrator"),
        ({"databases": [{"name": "platform"}]}, "platform belongs to"),
        ({"databases": [{"name": "rdsadmin"}]}, "rdsadmin belongs to"),
        (
            {"databases": [{"name": "feast"}, {"name": "feast"}]},
            "databases = 'feast': the database is listed more than once; list it once",
        ),
        ({"databases": [{"name": "feast", "readers": ["pg_monitor"]}]}, "pg_monitor belongs to"),
        (
            {"databases": [{"name": "feast", "readers": ["feast"]}]},
            "databases[0].readers = 'feast': this is the owner of a database",
        ),
        ({"databases": [{"name": "feast", "readers": ["a-b"]}]}, "databases[0].readers[0] = 'a-b': "),
        ({"recovery_window_days": 3}, "must be 7 to 30, or 0 to delete secrets immediately"),
        ({"cache_users": {"database/feast": USER_ARN}}, "secrets below database/ are those of database roles"),
        ({"cache_users": {"feast": USER_ARN}}, "cache_users[0] = 'feast': "),
        (
            {"mysql_users": [{"name": "pipelines", "secret": "kubeflow/pipelines", "databases": ["mysql"]}]},
            "mysql belongs to the server",
        ),
        (
            {"mysql_users": [{"name": "platform", "secret": "kubeflow/pipelines", "databases": ["metadb"]}]},
            "platform belongs to the server",
        ),
        (
            {"mysql_users": [{"name": "pipelines", "secret": "kubeflow/pipelines", "databases": ["meta_db"]}]},
            "databases[0] = 'meta_db': ",
        ),
        ({"mysql_users": MYSQL["mysql_users"]}, "mysqlUsers needs mysql_address, mysql_administrator_secret_arn"),
        (
            {**MYSQL, "mysql_users": MYSQL["mysql_users"] * 2},
            "mysqlUsers = 'pipelines': two users have this name; give each user its own name",
        ),
        ({**MYSQL, "cache_users": {"kubeflow/pipelines": USER_ARN}}, "is a secret of mysqlUsers and of cacheUsers"),
    ],
)
def test_wrong_arguments_are_refused(args: Any, message: str) -> None:
    recording = Recording()
    with pytest.raises(SpecError) as error:
        store_access(recording, **args)
    assert message in str(error.value)
    assert not [each for each in recording.resources if each.type.startswith(("aws:secret", "kubernetes:"))]


def test_identifiers_are_quoted_whatever_is_in_them() -> None:
    assert quoted('a"; DROP DATABASE "b') == '"a""; DROP DATABASE ""b"'
    for statement in (*database_grants('a"b', ["c"]), *schema_grants('a"b', ["c"]), *reader_grants(['a"b'])):
        assert '"b' not in statement.replace('"a""b"', "")


def test_a_role_of_several_databases_is_one() -> None:
    assert set(roles({"a": ["r", "s"], "b": ["r"]})) == {"a", "b", "r", "s"}


def test_passwords_are_never_numbers_and_never_alike() -> None:
    made = {new_password() for _ in range(200)}
    assert len(made) == 200
    assert all(len(each) == 40 and each.isalnum() and each.isascii() and each[0].isalpha() for each in made)
