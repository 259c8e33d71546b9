"""What a Spark cluster on EMR Serverless is made of, what its jobs may do, and what is refused."""

import json
from datetime import date
from typing import Any

import pulumi
import pulumi_aws as aws
import pytest

from components.core.spec import SpecError
from components.data.offline_catalog import RESULTS
from components.facts.emr_workers import MEMORY
from components.facts.versions import EMR_SUPPORT_ENDS, SPARK_RUNTIMES, SparkRelease
from components.training.folders import TRACKING_FOLDER
from components.training.spark_cluster.spark_cluster import SparkCluster
from components.training.spark_cluster.spec import OWNED_BY_OTHERS
from policies.engine.evaluate import evaluate
from resources.resource import Resource
from tests.support.aws_models import faults
from tests.support.components.clusters import needs, statements
from tests.support.components.emr_api import create_request
from tests.support.components.iam import allows
from tests.support.components.mocks import ACCOUNT, Recording, run
from tests.support.policies.cases import context

APPLICATION = "aws:emrserverless/application:Application"
ROLE = "aws:iam/role:Role"
ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy"
KEY = "aws:kms/key:Key"
INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
EGRESS = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"
DATA_KEY = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/11111111-2222-3333-4444-555555555555"


def spark(recording: Recording | None = None, **args: Any) -> Recording:
    """A SparkCluster "spark" with an application for batch jobs, unless `args` say otherwise."""
    given = {
        "cluster_name": "ml",
        "batch": {"maximum_vcpus": 64},
        "vpc_id": "vpc-1",
        "subnet_ids": ["subnet-a", "subnet-b"],
        "raw_bucket": "ml-raw",
        "training_bucket": "ml-training",
        "models_bucket": "ml-models",
        "offline_bucket": "ml-offline",
        "data_key_arn": DATA_KEY,
        "catalog_database": "ml",
        "log_bucket": "ml-logs",
        **args,
    }
    given = {key: value for key, value in given.items() if value is not None}
    return run(lambda: SparkCluster("spark", given), recording)  # pyright: ignore[reportArgumentType]


def refusal(**args: Any) -> str:
    recording = Recording()
    with pytest.raises(SpecError) as error:
        spark(recording, **args)
    assert recording.resources == []
    return str(error.value)


def application(recording: Recording, purpose: str = "batch") -> Resource:
    [found] = [each for each in recording.all(APPLICATION) if each.name == f"spark-{purpose}"]
    return found


def properties(recording: Recording, purpose: str = "batch") -> dict[str, str]:
    [configuration] = application(recording, purpose).inputs["runtimeConfigurations"]
    assert configuration["classification"] == "spark-defaults"
    return configuration["properties"]


def policy(recording: Recording, short: str) -> str:
    [found] = [each for each in recording.all(ROLE_POLICY) if each.name == f"spark-{short}"]
    return found.inputs["policy"]


@pytest.fixture(scope="module")
def cluster() -> Recording:
    return spark(
        batch={
            "maximum_vcpus": 64,
            "driver": {"vcpus": 2, "memory_gb": 8, "warm": 1},
            "executor": {"vcpus": 8, "memory_gb": 32, "disk_gb": 100, "warm": 2},
            "idle_minutes": 5,
        },
        streaming={"maximum_vcpus": 16},
        iceberg=True,
    )


def test_what_is_sent_fits_awss_model_of_the_service(cluster: Recording) -> None:
    # The model wants the ARN of a real key.
    known = json.loads(
        json.dumps([each.inputs for each in cluster.all(APPLICATION)]).replace("key/spark-key", "key/1-2")
    )
    found = [
        fault for inputs in known for fault in faults("emr-serverless", "CreateApplication", create_request(inputs))
    ]
    assert found == []


def test_each_purpose_has_its_application(cluster: Recording) -> None:
    assert [each.inputs["name"] for each in cluster.all(APPLICATION)] == ["ml-batch", "ml-streaming"]
    assert [each.inputs["name"] for each in spark().all(APPLICATION)] == ["ml-batch"]


def test_the_vcpus_are_the_limit_that_is_reached_first(cluster: Recording) -> None:
    # Memory: 64 x 4 GB of the driver or the executor. Disk: 64 x 12.5 GB of the executor, above 10 of the driver.
    assert application(cluster).inputs["maximumCapacity"] == {"cpu": "64 vCPU", "memory": "256 GB", "disk": "800 GB"}
    assert application(cluster, "streaming").inputs["maximumCapacity"] == {
        "cpu": "16 vCPU",
        "memory": "64 GB",
        "disk": "80 GB",
    }


def test_an_idle_application_stops(cluster: Recording) -> None:
    assert application(cluster).inputs["autoStopConfiguration"] == {"enabled": True, "idleTimeoutMinutes": 5}
    assert application(cluster, "streaming").inputs["autoStopConfiguration"]["idleTimeoutMinutes"] == 15


def test_warm_workers_have_the_sizes_that_jobs_ask_for(cluster: Recording) -> None:
    driver, executor = application(cluster).inputs["initialCapacities"]
    assert driver == {
        "initialCapacityType": "Driver",
        "initialCapacityConfig": {
            "workerCount": 1,
            "workerConfiguration": {"cpu": "2 vCPU", "memory": "8 GB", "disk": "20 GB"},
        },
    }
    assert executor["initialCapacityConfig"]["workerCount"] == 2
    settings = properties(cluster)
    assert (settings["spark.driver.cores"], settings["spark.executor.cores"]) == ("2", "8")
    # 29 GB and the tenth that Spark adds are within 32 GB.
    assert (settings["spark.driver.memory"], settings["spark.executor.memory"]) == ("7g", "29g")
    assert settings["spark.emr-serverless.executor.disk"] == "100G"
    assert "initialCapacities" not in application(cluster, "streaming").inputs


@pytest.mark.parametrize("vcpus", MEMORY)
def test_spark_memory_and_its_overhead_fit_every_worker(vcpus: int) -> None:
    for memory in (MEMORY[vcpus].least, MEMORY[vcpus].most):
        worker = {"vcpus": vcpus, "memory_gb": memory}
        made = spark(batch={"maximum_vcpus": 32, "driver": worker, "executor": worker})
        heap = int(properties(made)["spark.executor.memory"].rstrip("g")) * 1024
        # The overhead is a tenth, at least 384 MiB (Spark documentation, "spark.executor.memoryOverhead").
        assert heap + max(heap * 0.1, 384) <= memory * 1024
        assert heap >= memory * 1024 / 2


def test_workers_encrypt_traffic_and_nobody_else_reaches_them(cluster: Recording) -> None:
    assert properties(cluster)["spark.ssl.internode.enabled"] == "true"
    assert application(cluster).inputs["networkConfiguration"]["subnetIds"] == ["subnet-a", "subnet-b"]
    group = application(cluster).inputs["networkConfiguration"]["securityGroupIds"]
    [inward] = cluster.all(INGRESS)
    assert [inward.inputs["referencedSecurityGroupId"]] == group
    assert "cidrIpv4" not in inward.inputs
    anywhere = [each.inputs for each in cluster.all(EGRESS) if "cidrIpv4" in each.inputs]
    assert [(each["fromPort"], each["toPort"]) for each in anywhere] == [(443, 443)]
    interactive = application(cluster).inputs["interactiveConfiguration"]
    assert interactive == {"livyEndpointEnabled": False, "studioEnabled": False}


def test_logs_go_to_the_log_bucket_under_the_clusters_key(cluster: Recording) -> None:
    monitoring = application(cluster).inputs["monitoringConfiguration"]
    key = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/spark-key"
    assert monitoring["s3MonitoringConfiguration"] == {"logUri": "s3://ml-logs/spark/ml/", "encryptionKeyArn": key}
    managed = monitoring["managedPersistenceMonitoringConfiguration"]
    assert managed == {"enabled": True, "encryptionKeyArn": key}
    off = application(spark(managed_logs=False)).inputs["monitoringConfiguration"]
    assert off["managedPersistenceMonitoringConfiguration"] == {"enabled": False}
    assert cluster.one(KEY).protect
    assert not spark(deletion_protection=False).one(KEY).protect


def test_iceberg_tables_are_in_the_offline_bucket_and_the_glue_catalog(cluster: Recording) -> None:
    settings = properties(cluster, "streaming")
    assert settings["spark.sql.catalog.offline"] == "org.apache.iceberg.spark.SparkCatalog"
    assert settings["spark.sql.catalog.offline.catalog-impl"] == "org.apache.iceberg.aws.glue.GlueCatalog"
    assert settings["spark.sql.catalog.offline.warehouse"] == "s3://ml-offline/features/"
    assert not [key for key in properties(spark()) if "catalog" in key]


def test_only_its_own_applications_run_jobs_with_the_role(cluster: Recording) -> None:
    [statement] = statements(cluster.one(ROLE), "assumeRolePolicy").values()
    arns = [f"arn:aws:emr-serverless:us-east-1:{ACCOUNT}:/applications/{each}" for each in ("mlbatch", "mlstreaming")]
    assert statement["Principal"] == {"Service": "emr-serverless.amazonaws.com"}
    assert statement["Condition"]["ArnLike"] == {"aws:SourceArn": arns}
    assert statement["Condition"]["StringEquals"] == {"aws:SourceAccount": ACCOUNT}


def test_jobs_read_and_write_the_folders_that_are_named() -> None:
    data = policy(spark(reads=["raw/events/", "offline/"], writes=["offline/features/"]), "data")
    for action, resource, allowed in (
        ("s3:GetObject", "ml-raw/events/1.parquet", True),
        ("s3:GetObject", "ml-raw/payments/1.parquet", False),
        ("s3:PutObject", "ml-raw/events/1.parquet", False),
        ("s3:GetObject", "ml-offline/athena-results/1.csv", True),
        ("s3:PutObject", "ml-offline/athena-results/1.csv", False),
        ("s3:PutObject", "ml-offline/features/clicks/1.parquet", True),
        ("s3:DeleteObject", "ml-offline/features/clicks/1.parquet", True),
        ("s3:GetObject", "ml-training/set.parquet", False),
        ("s3:GetObject", "ml-models/ranking/model.pt", False),
    ):
        assert allows(data, action, f"arn:aws:s3:::{resource}") is allowed, (action, resource)
    assert allows(data, "s3:ListBucket", "arn:aws:s3:::ml-raw", s3_prefix="events/2026/")
    assert not allows(data, "s3:ListBucket", "arn:aws:s3:::ml-raw", s3_prefix="payments/")
    assert not allows(data, "s3:ListBucket", "arn:aws:s3:::ml-training", s3_prefix="")
    assert allows(data, "kms:GenerateDataKey", DATA_KEY)


def test_jobs_change_tables_of_one_database_only() -> None:
    catalog = policy(spark(), "catalog")
    arn = f"arn:aws:glue:us-east-1:{ACCOUNT}:"
    assert allows(catalog, "glue:CreateTable", f"{arn}table/ml/clicks")
    assert not allows(catalog, "glue:GetTable", f"{arn}table/other/clicks")
    assert not allows(catalog, "glue:DeleteDatabase", f"{arn}database/ml")
    # Spark looks for the database `default`, and creates it in a new account.
    assert allows(catalog, "glue:CreateDatabase", f"{arn}database/default")
    assert not allows(catalog, "glue:CreateTable", f"{arn}table/default/clicks")
    reader = policy(spark(writes=["training/"]), "catalog")
    assert allows(reader, "glue:GetTable", f"{arn}table/ml/clicks")
    assert not allows(reader, "glue:CreateTable", f"{arn}table/ml/clicks")


def test_jobs_write_logs_into_their_own_folder() -> None:
    logs = policy(spark(), "logs")
    assert allows(logs, "s3:PutObject", "arn:aws:s3:::ml-logs/spark/ml/applications/1/jobs/2/stderr.gz")
    assert not allows(logs, "s3:PutObject", "arn:aws:s3:::ml-logs/s3/ml-raw/1")


def test_a_role_has_its_permissions_when_a_job_can_use_it() -> None:
    def build() -> None:
        made = SparkCluster("spark", _ARGS)
        aws.ssm.Parameter("user", type="String", value=made.runtime_role_arn)

    recording = run(build)
    [user] = recording.all("aws:ssm/parameter:Parameter")
    assert {"spark-data", "spark-catalog", "spark-logs"} <= needs(recording, user)


_ARGS: Any = {
    "cluster_name": "ml",
    "batch": {"maximum_vcpus": 8},
    "vpc_id": "vpc-1",
    "subnet_ids": ["subnet-a"],
    "raw_bucket": "r",
    "training_bucket": "t",
    "models_bucket": "m",
    "offline_bucket": "o",
    "data_key_arn": DATA_KEY,
    "catalog_database": "ml",
    "log_bucket": "l",
}


@pytest.mark.parametrize(
    ("region", "zones", "kept"),
    [
        # zones.csv: ca-central-1d is cac1-az4, which has no EMR Serverless.
        ("ca-central-1", ["ca-central-1a", "ca-central-1d"], ["subnet-1"]),
        ("us-east-1", ["us-east-1a", "us-east-1b"], ["subnet-1", "subnet-2"]),
        ("eu-west-1", ["eu-west-1a", "eu-west-1b"], ["subnet-1", "subnet-2"]),
    ],
)
def test_subnets_in_zones_without_emr_are_left_out(region: str, zones: list[str], kept: list[str]) -> None:
    recording = Recording(region=region)
    made = spark(recording, subnet_ids=["subnet-1", "subnet-2"], subnet_zones=zones)
    assert application(made).inputs["networkConfiguration"]["subnetIds"] == kept


def test_a_cluster_keeps_every_rule_of_production() -> None:
    made = spark(streaming={"maximum_vcpus": 16})
    own = {each.urn for each in made.resources}
    # The tags come from the provider of a stack.
    broken = [each for each in evaluate(made.resources, context()) if each.urn in own]
    assert [each for each in broken if each.policy != "required-tags"] == []


def test_every_release_has_an_end_of_support_and_a_runtime() -> None:
    assert set(SPARK_RUNTIMES) == set(SparkRelease)
    assert all(EMR_SUPPORT_ENDS[release] > date(2026, 11, 29) for release in SparkRelease)


REFUSED: list[tuple[dict[str, Any], tuple[str, ...]]] = [
    ({"release": "emr-7.3.0"}, ("release", "emr-7.3.0 has standard support until 2026-10-15", "emr-7.13.0")),
    (
        {"release": "emr-spark-8.1"},
        ("release", "is not a release that this component knows", "did you mean emr-spark-8."),
    ),
    ({"architecture": "arm"}, ("architecture", "ARM64")),
    ({"batch": None}, ("batch", "engine: serverless needs it; add batch or streaming")),
    ({"eks": {"namespace": "spark"}}, ("eks", "only engine: eks has it; remove it, or set engine: eks")),
    ({"batch": {"maximum_vcpus": 4}}, ("maximumVcpus", "4", "a job needs a driver and an executor, 8 vCPUs")),
    (
        {"batch": {"maximum_vcpus": 16, "driver": {"warm": 1}, "executor": {"warm": 4}}},
        ("maximumVcpus", "16", "the warm workers have 20 vCPUs; write 20 or more"),
    ),
    ({"batch": {"maximum_vcpus": 64, "executor": {"warm": 4}}}, ("executor.warm", "set driver.warm to 1 or more")),
    ({"batch": {"maximum_vcpus": 64, "executor": {"vcpus": 6}}}, ("vcpus", "6", "1, 2, 4, 8, 16 vCPUs")),
    (
        {"batch": {"maximum_vcpus": 64, "executor": {"vcpus": 8, "memory_gb": 34}}},
        ("memoryGb", "34", "16 to 60 GB in steps of 4; write 3"),
    ),
    ({"batch": {"maximum_vcpus": 64, "driver": {"memory_gb": 31}}}, ("memoryGb", "31", "8 to 30 GB", "write 30")),
    ({"batch": {"maximum_vcpus": 64, "executor": {"disk_gb": 10}}}, ("disk_gb = 10", "at least 20")),
    (
        {"batch": {"maximum_vcpus": 64, "executor": {"disk_gb": 500}}},
        ("executor.diskGb", "500", "set shuffleOptimizedDisks: true"),
    ),
    (
        {"batch": {"maximum_vcpus": 64, "driver": {"disk_gb": 500}, "shuffle_optimized_disks": True}},
        ("driver.diskGb is at most 200",),
    ),
    ({"batch": {"maximum_vcpus": 64, "idle_minutes": 0}}, ("idle_minutes = 0", "at least 1")),
    ({"reads": ["events/"]}, ("reads", "events/", "write raw/, training/, models/ or offline/")),
    ({"reads": ["raw/events"]}, ("reads", "ends with /")),
    ({"reads": ["raw/*/"]}, ("reads", "raw/*/")),
    ({"writes": ["models/"]}, ("writes", "models/ has files of MLflow, in models/mlflow/; choose a folder without")),
    ({"writes": ["models/mlflow/1/"]}, ("writes", "models/mlflow/1/ has files of MLflow")),
    ({"writes": ["offline/"]}, ("writes", "offline/ has files of Athena, in offline/athena-results/; choose a")),
    ({"writes": ["training/", "training/"]}, ("writes", "training/ is named more than once")),
    ({"iceberg": True, "writes": ["training/"]}, ("writes", "offline/features/; add this folder")),
    ({"cluster_name": "Ml"}, ("cluster_name = 'Ml'",)),
    ({"subnet_ids": None}, ("subnet_ids is missing",)),
]


@pytest.mark.parametrize(("args", "told"), REFUSED)
def test_wrong_values_are_refused_with_the_remedy(args: dict[str, Any], told: tuple[str, ...]) -> None:
    said = refusal(**args)
    assert [part for part in told if part not in said] == [], said


def test_folder_of_query_results_is_the_one_of_the_catalog() -> None:
    assert {f"offline/{RESULTS}/", f"models/{TRACKING_FOLDER}"} == OWNED_BY_OTHERS.keys()


def test_warm_workers_may_use_all_of_the_maximum() -> None:
    made = spark(batch={"maximum_vcpus": 16, "driver": {"warm": 1}, "executor": {"warm": 3}})
    assert len(application(made).inputs["initialCapacities"]) == 2


def test_shuffle_optimized_disks_are_a_property_of_jobs() -> None:
    made = spark(batch={"maximum_vcpus": 64, "executor": {"disk_gb": 500}, "shuffle_optimized_disks": True})
    assert properties(made)["spark.emr-serverless.executor.disk.type"] == "shuffle_optimized"
    assert properties(made)["spark.emr-serverless.executor.disk"] == "500G"


def test_jobs_know_for_which_scala_they_are_built() -> None:
    versions: list[list[str]] = []

    def build() -> None:
        args: Any = {**_ARGS, "release": "emr-7.14.0"}
        made = SparkCluster("spark", args)
        pulumi.Output.all(made.spark_version, made.scala_version).apply(versions.append)

    run(build)
    assert versions == [["3.5", "2.12"]]
