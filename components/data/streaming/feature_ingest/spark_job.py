"""The job of Spark: its role, its way to the stores, its script, and what starts it."""

import json
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import pulumi
import pulumi_aws as aws

from ....core.account import Account
from ....core.iam import service_trust
from ....core.metric_alarms import Comparison, Metric, Missing, Watch, metric_alarm, one
from ....core.ordering import after
from ....facts.emr_workers import spark_parameters
from ....facts.regions import dns_suffix
from ...database.ca_bundle import BUNDLE_PATH, bundle_address
from ...feature_server.feature_server import DATABASE_PORT, LOGINS, ONLINE_PORT
from . import access
from .spec import DISK_GB, MEMORY_GB_PER_VCPU, FeatureIngestArgs, FeatureIngestSpec, SparkIngestSpec

FOLDER = "feature-ingest/"
"""The folder of the bucket that the job uses."""
SERVICE = "emr-serverless.amazonaws.com"
NAMESPACE = "FeatureIngest"
"""The namespace of the job's metrics."""
RUNNING = "RunningTopics"
"""The metric of the topics that the job reads at the moment, once a minute."""
KINESIS_JAR = "/usr/share/aws/kinesis/spark-sql-kinesis/lib/spark-streaming-sql-kinesis-connector.jar"
"""Source: EMR Serverless user guide, "Supported streaming connectors" (from emr-7.1.0)."""
PYTHON = "/usr/bin/python3.11"
"""Feast needs Python 3.10 or newer. Source: EMR Serverless user guide, "Using different Python versions"; EMR release
guide, application versions of emr-7.x and emr-spark-8.x."""
_SCRIPT = Path(__file__).with_name("spark_main.py")
_PACKED = "./ingest/app:./ingest/packages"
"""The folders of the archive with Python's modules, where Spark unpacks it."""


class SparkJob:
    """The resources of the job, with the outputs of the component."""

    def __init__(
        self, name: str, spec: FeatureIngestSpec, args: FeatureIngestArgs, account: Account, parent: pulumi.Resource
    ):
        self._name, self._spec, self._args = name, spec, args
        self._account = account
        self._parent, self._child = parent, pulumi.ResourceOptions(parent=parent)

    def make(self, spark: SparkIngestSpec) -> tuple[pulumi.Output[str], pulumi.Output[dict[str, str]]]:
        """The ARN of the role, and what `operations.ingest` starts the job with."""
        job_name = f"{self._name}-{self._spec.consumer}"
        role, policies = self._role()
        self._open("database", self._args.get("database_security_group_id", ""), DATABASE_PORT)
        self._open("online", self._args.get("online_security_group_id", ""), ONLINE_PORT)
        script = self._script()
        if spark.continuous:
            self._alarm(job_name)
        role_arn = after(role.arn, *policies)
        started = pulumi.Output.all(
            application=self._args.get("application_arn", ""),
            role=role_arn,
            bucket=self._args.get("work_bucket", ""),
            script=script.key,
            disk_key=self._args.get("disk_key_arn", ""),
            settings=self._settings(job_name, spark),
        )
        jar = (spark.connector_jar or KINESIS_JAR) if "stream_names" in self._args else ""
        return role_arn, started.apply(lambda known: start_of(job_name, spark, jar, known))

    def _role(self) -> tuple[aws.iam.Role, list[pulumi.Resource]]:
        """The role of this job alone. Only runs of the application may assume it."""
        args, account, name = self._args, self._account, self._name
        trust = pulumi.Output.from_input(args.get("application_arn", "")).apply(
            lambda arn: service_trust(SERVICE, account.id, arn)
        )
        role = aws.iam.Role(f"{name}-role", assume_role_policy=trust, opts=self._child)
        work = pulumi.Output.all(args.get("work_bucket", ""), args.get("work_key_arn", ""))
        logins = pulumi.Output.all(list(args.get("secret_arns", {}).values()), args.get("secrets_key_arn", ""))
        documents: dict[str, pulumi.Input[str]] = {
            "work": work.apply(lambda known: access.work_access(account, known[0], FOLDER, known[1])),
            "logins": logins.apply(lambda known: access.login_access(account, known[0], known[1])),
            "logs": args.get("log_policy", ""),
            "metrics": access.metric_access(NAMESPACE),
        }
        policies: list[pulumi.Resource] = [
            aws.iam.RolePolicy(f"{name}-{short}", role=role.name, policy=document, opts=self._child)
            for short, document in documents.items()
        ]
        return role, [*policies, *(self._topic_policy(role, each.topic) for each in self._spec.topics)]

    def _topic_policy(self, role: aws.iam.Role, topic: str) -> pulumi.Resource:
        """Managed policies: the inline policies of a role have 10,240 characters together, which five topics exceed.

        Source: IAM user guide, "IAM and AWS STS quotas".
        """
        name = f"{self._name}-topic-{topic}"
        policy = aws.iam.Policy(name, policy=self._args["reader_policies"][topic], opts=self._child)
        return aws.iam.RolePolicyAttachment(
            f"{name}-attachment", role=role.name, policy_arn=policy.arn, opts=self._child
        )

    def _open(self, store: str, group: pulumi.Input[str], port: int) -> None:
        """Lets the application's workers reach a store. The way to the brokers is EventStream's."""
        workers = self._args.get("application_security_group_id", "")
        rule: dict[str, Any] = {"ip_protocol": "tcp", "from_port": port, "to_port": port, "opts": self._child}
        aws.vpc.SecurityGroupIngressRule(
            f"{self._name}-{store}-from-spark",
            security_group_id=group,
            referenced_security_group_id=workers,
            description="from the ingestion of features",
            **rule,
        )
        aws.vpc.SecurityGroupEgressRule(
            f"{self._name}-{store}-out",
            security_group_id=workers,
            referenced_security_group_id=group,
            description=f"to Feast's {store} store",
            **rule,
        )

    def _script(self) -> aws.s3.BucketObjectv2:
        """What EMR starts."""
        text = _SCRIPT.read_text(encoding="utf-8")
        return aws.s3.BucketObjectv2(
            f"{self._name}-script",
            bucket=self._args.get("work_bucket", ""),
            key=f"{FOLDER}scripts/{sha256(text.encode()).hexdigest()[:16]}.py",
            content=text,
            content_type="text/x-python",
            server_side_encryption="aws:kms",
            kms_key_id=self._args.get("work_key_arn", ""),
            opts=self._child,
        )

    def _settings(self, job_name: str, spark: SparkIngestSpec) -> pulumi.Output[str]:
        """The document that the job reads: workers/feature_ingest_spark/settings.py. It contains no password."""
        args, spec, region = self._args, self._spec, self._account.region
        kinesis = "stream_names" in args
        names = args.get("stream_names", {})
        known = pulumi.Output.all(
            brokers=args.get("bootstrap_brokers", ""),
            names={each.topic: names.get(each.topic, each.topic) for each in spec.topics},
            dead_letters=dict(args["dead_letters"]),
            secrets=dict(args.get("secret_arns", {})),
            bucket=args.get("work_bucket", ""),
            feast=args["feature_config"],
        )

        def document(found: Mapping[str, Any]) -> str:
            topics = [
                {
                    "name": found["names"][each.topic],
                    "views": list(each.feature_views),
                    "record_format": str(each.record_format),
                    "dead_letters": found["dead_letters"][each.topic],
                }
                for each in spec.topics
            ]
            logins = {
                variable: {"secret": found["secrets"][use], "key": key}
                for use, fields in LOGINS.items()
                for variable, key in fields.items()
            }
            settings = {
                "name": job_name,
                "source": "kinesis" if kinesis else "kafka",
                "consumer": spec.consumer,
                "region": region,
                "topics": topics,
                "checkpoints": f"s3://{found['bucket']}/{FOLDER}checkpoints/",
                "feast": found["feast"],
                "logins": logins,
                "bundle_address": bundle_address(region),
                "bundle_path": BUNDLE_PATH,
                "trigger_seconds": spark.trigger_seconds,
                "trigger_records": spark.trigger_records,
                "batch_size": spec.batch_size,
            }
            place = (
                {"kinesis_endpoint": f"https://kinesis.{region}.{dns_suffix(region)}"}
                if kinesis
                else {"brokers": found["brokers"]}
            )
            return json.dumps({**settings, **place}, sort_keys=True)

        return known.apply(document)

    def _alarm(self, job_name: str) -> None:
        """Rises when the job reads fewer topics than it should, or sends nothing because it does not run."""
        told = self._args.get("notification_arn")
        watch = Watch(
            one(Metric(NAMESPACE, RUNNING, {"Job": job_name})),
            len(self._spec.topics),
            "the job that writes features does not run, or does not read all topics",
            comparison=Comparison.BELOW,
            statistic="Minimum",
            seconds=300,
            periods=3,
            missing=Missing.BROKEN,
        )
        actions = [told] if told is not None else []
        metric_alarm(f"{self._name}-stopped", watch, actions, self._parent, f"{job_name}-stopped")


def start_of(job_name: str, spark: SparkIngestSpec, jar: str, known: Mapping[str, Any]) -> dict[str, str]:
    """What StartJobRun gets, by the names that `operations.ingest` reads."""
    return {
        "name": job_name,
        "applicationId": str(known["application"]).rpartition("/")[2],
        "executionRoleArn": known["role"],
        "entryPoint": f"s3://{known['bucket']}/{known['script']}",
        "settings": known["settings"],
        "package": spark.package,
        "jar": jar,
        "parameters": parameters_of(spark),
        "diskKeyArn": known["disk_key"],
    }


def parameters_of(spark: SparkIngestSpec) -> str:
    """Spark's parameters. Half of a worker's memory is for Python, which runs Feast.

    Source: EMR Serverless user guide, "Using Python libraries with EMR Serverless".
    """
    half = spark.worker_vcpus * MEMORY_GB_PER_VCPU // 2
    settings: dict[str, str] = {
        "spark.archives": f"{spark.package}package.tar.gz#ingest",
        "spark.dynamicAllocation.initialExecutors": str(spark.minimum_executors),
        "spark.dynamicAllocation.minExecutors": str(spark.minimum_executors),
        "spark.dynamicAllocation.maxExecutors": str(spark.maximum_executors),
        "spark.executor.instances": str(spark.minimum_executors),
        # Two tasks with the same rows would race.
        "spark.speculation": "false",
        # The application's may be larger and shuffle-optimized, which costs more.
        "spark.emr-serverless.executor.disk.type": "standard",
        "spark.emr-serverless.driverEnv.PYSPARK_DRIVER_PYTHON": PYTHON,
    }
    for role in ("driver", "executor"):
        settings |= {
            f"spark.emr-serverless.{role}.disk": f"{DISK_GB}G",
            f"spark.{role}.cores": str(spark.worker_vcpus),
            f"spark.{role}.memory": f"{half}g",
            f"spark.{role}.memoryOverhead": f"{half}g",
        }
    for before in ("spark.emr-serverless.driverEnv", "spark.executorEnv"):
        settings |= {f"{before}.PYSPARK_PYTHON": PYTHON, f"{before}.PYTHONPATH": _PACKED}
    return spark_parameters(dict(sorted(settings.items())))
