"""The job of Spark: its settings, its rights, whom it reaches, and what starts it."""

import json
import re
import shlex
from typing import Any

import pytest

from components.core.spec import SpecError
from components.data.database.ca_bundle import BUNDLE_PATH
from components.data.streaming.feature_ingest.feature_ingest import FeatureIngest
from components.data.streaming.feature_ingest.spark_job import KINESIS_JAR
from tests.support.components.mocks import ACCOUNT, Recording, run
from workers.feature_ingest_spark import job as worker
from workers.feature_ingest_spark.settings import JobSettings, settings_of

POLICY = "aws:iam/rolePolicy:RolePolicy"
ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
SCRIPT = "aws:s3/bucketObjectv2:BucketObjectv2"
INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
EGRESS = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"
APPLICATION = f"arn:aws:emr-serverless:us-east-1:{ACCOUNT}:/applications/00abcdefghijkl01"
BUCKET = f"ml-offline-{ACCOUNT}"
PACKAGE = f"s3://{BUCKET}/feature-ingest/packages/0a1b2c3d4e5f6071/"
SECRETS = {
    use: f"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:ml/{use}/feast-a" for use in ("database", "online-store")
}
KAFKA = {"bootstrap_brokers": "b-1.ml.abc.c2.kafka.us-east-1.amazonaws.com:9098"}
KINESIS = {"stream_names": {"clicks": "ml-clicks", "payments": "ml-payments"}}
TOPICS = [
    {"topic": "clicks", "feature_views": ["user_clicks", "item_clicks"], "record_format": "avro"},
    {"topic": "payments", "feature_views": ["user_payments"]},
]


class Made:
    """The resources of the component, and its output `job`."""

    def __init__(self, **changed: Any):
        self.started: dict[str, str] = {}
        given: Any = {
            "topics": TOPICS,
            "spark": {"package": PACKAGE},
            "reader_policies": {name: json.dumps({"reads": name}) for name in ("clicks", "payments")},
            "dead_letters": {name: f"{name}-dead-letter" for name in ("clicks", "payments")},
            "feature_config": json.dumps({"path": f"postgresql://db?sslrootcert={BUNDLE_PATH}"}),
            "application_arn": APPLICATION,
            "application_security_group_id": "sg-spark",
            "log_policy": json.dumps({"writes": "logs"}),
            "disk_key_arn": "arn:aws:kms:us-east-1:111122223333:key/disk",
            "work_bucket": BUCKET,
            "work_key_arn": "arn:aws:kms:us-east-1:111122223333:key/data",
            "secret_arns": SECRETS,
            "secrets_key_arn": "arn:aws:kms:us-east-1:111122223333:key/secrets",
            "database_security_group_id": "sg-database",
            "online_security_group_id": "sg-online",
            **(KAFKA if "stream_names" not in changed else {}),
            **changed,
        }
        given = {name: value for name, value in given.items() if value is not None}

        def program() -> None:
            FeatureIngest("ingest", given).job.apply(self.started.update)

        self.recording = run(program, Recording())

    @property
    def settings(self) -> JobSettings:
        """The settings, as the job reads them."""
        return settings_of(self.started["settings"])

    @property
    def parameters(self) -> dict[str, str]:
        """Spark's parameters."""
        words = shlex.split(self.started["parameters"])
        assert words[::2] == ["--conf"] * (len(words) // 2)
        return dict(word.split("=", maxsplit=1) for word in words[1::2])

    def allowed(self, policy: str) -> dict[str, set[str]]:
        """The resources of each action of a policy."""
        [found] = [each for each in self.recording.all(POLICY) if each.name == f"ingest-{policy}"]
        return {
            action: set(each["Resource"])
            for each in json.loads(found.inputs["policy"])["Statement"]
            for action in each["Action"]
        }


@pytest.fixture(scope="module")
def kafka() -> Made:
    return Made()


def test_the_job_accepts_its_settings(kafka: Made) -> None:
    found = kafka.settings
    assert (found.source, found.consumer, found.region) == ("kafka", "feature-ingest", "us-east-1")
    clicks, payments = found.topics
    assert (clicks.name, clicks.views, clicks.record_format) == ("clicks", ("user_clicks", "item_clicks"), "avro")
    assert (payments.record_format, payments.dead_letters) == ("json", "payments-dead-letter")
    assert found.checkpoints == f"s3://{BUCKET}/feature-ingest/checkpoints/"
    assert {each.secret for each in found.logins.values()} == set(SECRETS.values())
    assert {each.key for each in found.logins.values()} == {"username", "password"}
    # The job puts its own path of the certificates there.
    assert found.bundle_path in found.feast
    assert "password" not in kafka.started["settings"].replace('"key": "password"', "").lower().replace("_password", "")


def test_kinesis_is_read_by_the_names_of_its_streams() -> None:
    made = Made(**KINESIS)
    assert made.settings.source == "kinesis"
    assert [each.name for each in made.settings.topics] == ["ml-clicks", "ml-payments"]
    assert made.settings.kinesis_endpoint == "https://kinesis.us-east-1.amazonaws.com"
    assert made.started["jar"] == KINESIS_JAR
    own = f"s3://{BUCKET}/feature-ingest/connector/own.jar"
    assert Made(**KINESIS, spark={"package": PACKAGE, "connector_jar": own}).started["jar"] == own


def test_only_runs_of_the_application_have_the_role(kafka: Made) -> None:
    [role] = kafka.recording.all("aws:iam/role:Role")
    [statement] = json.loads(role.inputs["assumeRolePolicy"])["Statement"]
    assert statement["Principal"] == {"Service": "emr-serverless.amazonaws.com"}
    assert statement["Condition"]["ArnLike"] == {"aws:SourceArn": APPLICATION}


def test_the_job_may_read_its_topics_and_logins_alone(kafka: Made) -> None:
    policies = {each.name.removeprefix("ingest-"): each.inputs["policy"] for each in kafka.recording.all(POLICY)}
    assert set(policies) == {"work", "logins", "logs", "metrics"}
    managed = {each.name: json.loads(each.inputs["policy"]) for each in kafka.recording.all("aws:iam/policy:Policy")}
    assert managed == {f"ingest-topic-{name}": {"reads": name} for name in ("clicks", "payments")}
    attached = kafka.recording.all("aws:iam/rolePolicyAttachment:RolePolicyAttachment")
    assert {each.name for each in attached} == {f"{name}-attachment" for name in managed}
    assert kafka.allowed("logins")["secretsmanager:GetSecretValue"] == set(SECRETS.values())
    work = kafka.allowed("work")
    assert work["s3:GetObject"] == {f"arn:aws:s3:::{BUCKET}/feature-ingest/*"}
    assert work["s3:PutObject"] == work["s3:DeleteObject"] == {f"arn:aws:s3:::{BUCKET}/feature-ingest/checkpoints/*"}
    assert kafka.settings.checkpoints.startswith(f"s3://{BUCKET}/feature-ingest/checkpoints/")
    metrics = json.loads(policies["metrics"])["Statement"][0]["Condition"]
    assert metrics == {"StringEquals": {"cloudwatch:namespace": worker.NAMESPACE}}


def test_spark_reaches_both_stores(kafka: Made) -> None:
    into = {
        (each.inputs["securityGroupId"], each.inputs["referencedSecurityGroupId"], each.inputs["fromPort"])
        for each in kafka.recording.all(INGRESS)
    }
    out = {
        (each.inputs["referencedSecurityGroupId"], each.inputs["securityGroupId"], each.inputs["fromPort"])
        for each in kafka.recording.all(EGRESS)
    }
    assert into == out == {("sg-database", "sg-spark", 5432), ("sg-online", "sg-spark", 6379)}


def test_the_script_has_its_digest_in_its_key(kafka: Made) -> None:
    script = kafka.recording.one(SCRIPT).inputs
    assert re.fullmatch(r"feature-ingest/scripts/[0-9a-f]{16}\.py", script["key"])
    assert kafka.started["entryPoint"] == f"s3://{BUCKET}/{script['key']}"
    assert "workers.feature_ingest_spark" in script["content"]


def test_executors_are_bounded_and_python_has_half_of_the_memory() -> None:
    spark = {"package": PACKAGE, "worker_vcpus": 4, "minimum_executors": 2, "maximum_executors": 5}
    found = Made(spark=spark).parameters
    assert (found["spark.dynamicAllocation.minExecutors"], found["spark.dynamicAllocation.maxExecutors"]) == ("2", "5")
    assert (found["spark.executor.cores"], found["spark.executor.memory"]) == ("4", "8g")
    assert found["spark.executor.memoryOverhead"] == found["spark.driver.memoryOverhead"] == "8g"
    assert found["spark.emr-serverless.driver.disk"] == found["spark.emr-serverless.executor.disk"] == "20G"
    assert found["spark.emr-serverless.executor.disk.type"] == "standard"
    assert found["spark.speculation"] == "false"
    assert found["spark.archives"] == f"{PACKAGE}package.tar.gz#ingest"
    assert found["spark.executorEnv.PYTHONPATH"] == found["spark.emr-serverless.driverEnv.PYTHONPATH"]


def test_an_alarm_rises_when_a_continuous_job_is_silent(kafka: Made) -> None:
    alarm = kafka.recording.one(ALARM).inputs
    assert (alarm["namespace"], alarm["metricName"]) == (worker.NAMESPACE, worker.RUNNING)
    assert alarm["dimensions"] == {"Job": kafka.settings.name}
    assert (alarm["threshold"], alarm["treatMissingData"]) == (2, "breaching")
    assert Made(spark={"package": PACKAGE, "continuous": False}).recording.all(ALARM) == []


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"spark": None}, "spark = null: engine: spark needs it; add it, or set another engine"),
        ({"image": "registry.example.com/a/b:1"}, "only engine: python has it; remove it, or set engine: python"),
        ({"cpu": "1"}, "cpu = '1': only engine: python has it"),
        ({"engine": "python", "image": "registry.example.com/a/b:1"}, "only engine: spark has it; remove it"),
        (
            {"topics": [{**TOPICS[0], "maximum": 4}]},
            "maximum = 4: a stream of Spark has no workers of its own",
        ),
        ({"spark": {"package": "s3://bucket"}}, "package"),
        ({"topics": [{**TOPICS[1], "topic": f"t{index}"} for index in range(11)]}, "at most 10 topics"),
        ({"spark": {"package": "s3://bucket/elsewhere/"}}, "package"),
        ({"spark": {"package": "s3://bucket/feature-ingest/../raw/"}}, "package"),
        ({"spark": {"package": PACKAGE, "connector_jar": f"s3://{BUCKET}/feature-ingest/../c.jar"}}, "connector"),
        ({"spark": {"package": PACKAGE, "worker_vcpus": 3}}, "a worker has 1, 2, 4, 8, 16 vCPUs; write 2"),
        ({"spark": {"package": PACKAGE, "minimum_executors": 9}}, "must be at least minimumExecutors = 9"),
        ({"application_arn": None}, "engine = 'spark': it needs applicationArn; pass what is missing"),
        ({"bootstrap_brokers": None}, "it needs bootstrapBrokers"),
        ({"secret_arns": {"database": "a"}}, "secretArns has no online-store; pass the ARN of each secret"),
        ({"stream_names": {"clicks": "c"}}, "streamNames has no stream of this topic; add it"),
        ({**KINESIS, **KAFKA}, "it is of Kinesis, and bootstrapBrokers of Kafka; pass one of them"),
        (
            {**KINESIS, "engine": "python", "image": "registry.example.com/a/b:1", "spark": None},
            "its workers read Kafka alone, and streamNames is of Kinesis; write engine: spark",
        ),
    ],
)
def test_wrong_arguments_are_refused(changed: dict[str, Any], problem: str) -> None:
    with pytest.raises(SpecError) as error:
        Made(**changed)
    assert problem in str(error.value)
