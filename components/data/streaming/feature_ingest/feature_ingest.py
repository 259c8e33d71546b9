"""FeatureIngest: a job of Spark, or workers on the cluster, that write the records of topics to the online store."""

from hashlib import sha256
from typing import Any

import pulumi
import pulumi_aws as aws
from pydantic.alias_generators import to_camel

from ....cluster.external_secrets import external_secret
from ....cluster.secure_namespace import closed_namespace
from ....cluster.workload_identity import WorkloadIdentity
from ....core.component import Component
from ....core.manifest import Manifest
from ....core.named_outputs import by_name
from ....core.network_policies import Policy, addresses_in, allow_apis, allow_metrics, reach
from ....core.ordering import after
from ...feature_server.feature_server import DATABASE_PORT, LOGINS, ONLINE_PORT
from ...feature_server.objects import SECRETS
from ..event_stream.kafka_cluster import BROKER_PORT
from . import objects
from .access import lag_access
from .objects import NAMESPACE
from .spark_job import SparkJob
from .spec import FeatureIngestArgs, FeatureIngestSpec, IngestEngine, IngestTopicSpec, object_name

_KEDA_OPERATOR = {"app": "keda-operator"}


class FeatureIngest(Component[FeatureIngestArgs, FeatureIngestSpec]):
    """What reads topics and writes their records to feature views through Feast.

    By default it is a job of Spark Structured Streaming on EMR Serverless, which `python -m operations.ingest start`
    starts. By choice it is workers on the EKS cluster: then pass a Kubernetes provider in the option `providers`.
    Both write each record at least once, and the online store skips rows that are not newer than the stored ones.
    Records that cannot be written go to the topic's dead letters.
    """

    namespace: pulumi.Output[str]
    """The workers' namespace, known after they are created. They run once the feature views are applied. Empty with
    engine spark."""
    role_arns: pulumi.Output[dict[str, str]]
    """The IAM role that reads each topic."""
    job: pulumi.Output[dict[str, str]]
    """What the command `operations.ingest` starts the job of Spark with; empty with engine python."""

    def __init__(self, name: str, args: FeatureIngestArgs, opts: pulumi.ResourceOptions | None = None):
        super().__init__(name, args, FeatureIngestArgs, FeatureIngestSpec, opts)
        if self._spec.spark:
            role_arn, self.job = SparkJob(name, self._spec, args, self._account, self).make(self._spec.spark)
            self.namespace = pulumi.Output.from_input("")
            self.role_arns = role_arn.apply(lambda arn: {each.topic: arn for each in self._spec.topics})
        else:
            self.job = pulumi.Output.from_input(dict[str, str]())
            self._on_cluster()
        self._publish()

    def _problem(self) -> str | None:
        spec, args = self._spec, self._args
        for index, each in enumerate(spec.topics):
            if each.topic not in args["reader_policies"]:
                return f"topics[{index}].topic = {each.topic!r}: readerPolicies has no policy of this topic; add it"
            if each.topic not in args["dead_letters"]:
                return f"topics[{index}].topic = {each.topic!r}: deadLetters has no place for its bad records; add one"
            if each.topic not in args.get("stream_names", {each.topic: ""}):
                return f"topics[{index}].topic = {each.topic!r}: streamNames has no stream of this topic; add it"
        if spec.engine is IngestEngine.PYTHON and "stream_names" in args:
            return "engine = 'python': its workers read Kafka alone, and streamNames is of Kinesis; write engine: spark"
        if "stream_names" in args and "bootstrap_brokers" in args:
            return "streamNames: it is of Kinesis, and bootstrapBrokers of Kafka; pass one of them"
        if lacking := [to_camel(name) for name in self._needed() if name not in args]:
            return f"engine = {str(spec.engine)!r}: it needs {', '.join(lacking)}; pass what is missing"
        if spec.spark and (missing := [use for use in LOGINS if use not in args.get("secret_arns", {})]):
            return f"secretArns has no {' and no '.join(missing)}; pass the ARN of each secret"
        if spec.scales and not ("autoscaler_role_arn" in args and "autoscaler_ready" in args):
            return "topics: KEDA scales workers; pass autoscalerRoleArn and autoscalerReady, or write maximum = minimum"
        return None

    def _needed(self) -> tuple[str, ...]:
        """The arguments that the engine needs."""
        source = () if "stream_names" in self._args else ("bootstrap_brokers",)
        if self._spec.engine is IngestEngine.PYTHON:
            return (*source, "cluster_name", "store_cidrs", "cluster_arn", "secret_store", "secret_prefix")
        return (
            *source,
            *("application_arn", "application_security_group_id", "log_policy", "disk_key_arn"),
            *("work_bucket", "work_key_arn", "secret_arns", "secrets_key_arn"),
            *("database_security_group_id", "online_security_group_id"),
        )

    def _on_cluster(self) -> None:
        name, args = self._name, self._args
        namespace = closed_namespace(f"{name}-namespace", NAMESPACE, self._policies(), self)
        config = pulumi.Output.from_input(args["feature_config"])
        basis = [*namespace, *self._basis(config, namespace)]
        config_hash = config.apply(lambda text: sha256(text.encode()).hexdigest()[:16])
        identities = {each.topic: self._identity(each) for each in self._spec.topics}
        scaler = self._scaler(namespace) if self._spec.scales else []
        workers = [
            self._workers(each, config_hash, identities[each.topic], basis, scaler) for each in self._spec.topics
        ]
        self.namespace = after(NAMESPACE, *(made.urn for made in workers))
        self.role_arns = by_name({topic: each.role_arn for topic, each in identities.items()})

    def _policies(self) -> list[Policy]:
        stores = addresses_in(self._args.get("store_cidrs", []))
        return [
            allow_metrics(NAMESPACE, objects.PODS, objects.PORT, self._spec.monitoring_namespace),
            reach("allow-stores", NAMESPACE, objects.PODS, stores, [DATABASE_PORT, ONLINE_PORT, BROKER_PORT]),
            # The database's certificates, and the schema registry.
            allow_apis(NAMESPACE, objects.PODS),
        ]

    def _basis(self, config: pulumi.Output[str], namespace: list[pulumi.Resource]) -> list[pulumi.Resource]:
        """Feast's configuration and the logins of its stores, which FeatureServer has too."""
        prefix = pulumi.Output.from_input(self._args.get("secret_prefix", ""))
        manifests = {"config": objects.config_map(config)}
        for name, (use, fields) in zip(SECRETS, LOGINS.items(), strict=True):
            secret = pulumi.Output.concat(prefix, f"/{use}/feast")
            manifests[name] = external_secret(name, NAMESPACE, self._args.get("secret_store", ""), secret, fields)
        return self._make(manifests, namespace)

    def _identity(self, topic: IngestTopicSpec) -> WorkloadIdentity:
        """The workers of a topic read this topic alone."""
        name = object_name(topic.topic)
        return WorkloadIdentity(
            f"{self._name}-{name}-identity",
            {
                "cluster_name": self._args.get("cluster_name", ""),
                "namespace": NAMESPACE,
                "service_account": name,
                "policies": {"topic": self._args["reader_policies"][topic.topic]},
            },
            self._child,
        )

    def _workers(
        self,
        topic: IngestTopicSpec,
        config_hash: pulumi.Output[str],
        identity: WorkloadIdentity,
        basis: list[pulumi.Resource],
        scaler: list[pulumi.Resource],
    ) -> Manifest:
        args, spec, region = self._args, self._spec, self._account.region
        name = object_name(topic.topic)
        brokers = args.get("bootstrap_brokers", "")
        account = self._make({f"{name}-account": objects.service_account(topic.topic)}, basis)
        manifest = objects.deployment(spec, topic, region, brokers, args["dead_letters"][topic.topic], config_hash)
        workers = Manifest(
            f"{self._name}-{name}",
            manifest,
            pulumi.ResourceOptions(
                parent=self,
                # Pods get credentials only when the identity was there before them.
                depends_on=[*basis, *account, identity],
                ignore_changes=["spec.replicas"] if topic.scales else None,
            ),
        )
        around = {f"{name}-budget": objects.disruption_budget(topic.topic)}
        if topic.scales:
            around[f"{name}-scaler"] = objects.scaled_object(spec, topic, region, brokers)
        self._make(around, [*basis, workers, *scaler])
        return workers

    def _scaler(self, namespace: list[pulumi.Resource]) -> list[pulumi.Resource]:
        """What KEDA needs to ask the brokers: rights, a way through its network policies, and a login."""
        args = self._args
        if not ("autoscaler_role_arn" in args and "autoscaler_ready" in args):
            return []
        topics = [each.topic for each in self._spec.topics if each.scales]
        granted = aws.iam.RolePolicy(
            f"{self._name}-lag",
            role=pulumi.Output.from_input(args["autoscaler_role_arn"]).apply(lambda arn: arn.rpartition("/")[2]),
            policy=pulumi.Output.from_input(args.get("cluster_arn", "")).apply(
                lambda arn: lag_access(arn, topics, self._spec.consumer)
            ),
            opts=self._child,
        )
        brokers = addresses_in(args.get("store_cidrs", []))
        way = reach("allow-brokers", "keda", _KEDA_OPERATOR, brokers, [BROKER_PORT])
        way["metadata"]["namespace"] = args["autoscaler_ready"]
        login = objects.scaler_login()
        # KEDA brings the definition of its kind.
        login["metadata"]["namespace"] = after(login["metadata"]["namespace"], args["autoscaler_ready"])
        made = self._make({"keda-brokers": way, "scaler-login": login}, namespace)
        return [granted, *made]

    def _make(self, manifests: dict[str, dict[str, Any]], needed: list[pulumi.Resource]) -> list[pulumi.Resource]:
        options = pulumi.ResourceOptions(parent=self, depends_on=needed)
        return [Manifest(f"{self._name}-{role}", manifest, options) for role, manifest in manifests.items()]
