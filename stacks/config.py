"""The typed config of a stack, read from `Pulumi.<stack>.yaml`. A wrong value is refused."""

import json
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from ipaddress import IPv4Network
from typing import Any

from pulumi.runtime import get_config_env
from pydantic import Field, field_validator, model_validator
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError

from availability.target import AvailabilityTarget
from components.access.access_control.spec import AccessControlSpec
from components.access.account_audit.spec import AccountAuditSpec
from components.cluster.gpu_cluster.spec import GpuClusterSpec
from components.cluster.job_pools import pools_of
from components.core.problems import Problem, refusal
from components.core.spec import Spec, SpecError, completed, parse, refuse
from components.core.spec_errors import shown
from components.data.database.spec import InstanceSpec
from components.data.feature_services.spec import FEAST, FeatureServicesSpec
from components.data.feature_store.spec import FeatureStoreSpec
from components.data.streaming.event_stream.spec import EventStreamSpec
from components.data.streaming.feature_ingest.spec import FeatureIngestSpec
from components.delivery.image_registry.spec import ImageRegistrySpec
from components.delivery.user_pool import UserPoolSpec
from components.facts.instances import regions
from components.kubeflow.spec import KubeflowSpec
from components.network.load_balancer.spec import SignInProvider
from components.network.network_args import NatMode, NetworkSpec
from components.observability.alarms.spec import AlarmsSpec
from components.observability.logs.spec import LogPipelineSpec
from components.observability.metrics.spec import MetricsPlatformSpec
from components.observability.model_quality.spec import ModelQualitySpec
from components.observability.objectives.spec import ObjectivesSpec
from components.observability.traces.spec import TracingSpec
from components.serving.model_serving_ingress.spec import ModelServingSpec
from components.serving.serving_platform.cache_spec import unfit
from components.spend.spend_control.spec import SpendSection
from components.training.batch_queue.spec import BatchQueueSpec
from components.training.spark_cluster.spec import SparkClusterSpec
from components.training.training_platform.spec import TrainingPlatformSpec
from policies.engine.settings import EnvironmentSpec, PolicySettings
from pricing.budget import Budget
from pricing.usage import Usage
from stacks.access_problems import access_problems
from stacks.alarm_problems import alarm_problems
from stacks.cluster_jobs import ClusterJobsSection, cluster_jobs_problems
from stacks.delivery_section import ENTRY, DeliverySection
from stacks.existing_problems import existing_problems
from stacks.image_signatures_section import ImageSignaturesSection, image_signatures_problems
from stacks.ingest_problems import ingest_problems
from stacks.log_problems import log_problems
from stacks.metrics_problems import metrics_problems
from stacks.model_quality_problems import model_quality_problems
from stacks.objectives import objective_problems
from stacks.permission_sets_section import PermissionSetsSection
from stacks.placement import placement_problems
from stacks.pools import contested_pools, pool_problems
from stacks.recovery_problems import recovery_problems
from stacks.recovery_section import RecoverySection
from stacks.references import reference_problems
from stacks.spend_problems import spend_problems
from stacks.starter_section import StarterSection, starter_problems
from stacks.stream_problems import stream_problems
from stacks.stream_usage import stream_usage_problems
from stacks.traces_problems import traces_problems
from stacks.training_problems import training_problems
from stacks.unique_names import name_problems

NAMESPACE = "mlplatform"


class StackConfig(Spec):
    """One environment: its identity, budget and assumed usage, and a section for each component."""

    environment: EnvironmentSpec = Field(description="The kind, owner, account and region of the stack.")
    cost: Budget = Field(description="The monthly budget.")
    usage: Usage = Field(default_factory=Usage, description="Assumed usage that no resource states, such as traffic.")
    policies: PolicySettings = Field(
        default_factory=PolicySettings, description="Levels and thresholds of rules that differ from their defaults."
    )
    availability: AvailabilityTarget = Field(
        default_factory=AvailabilityTarget, description="The least predicted availability. Default: no target."
    )
    network: NetworkSpec = Field(description="The private network.")
    starter: StarterSection | None = Field(
        default=None, description="One machine with Docker Compose instead of a cluster, or before one. Default: none."
    )
    feature_store: FeatureStoreSpec | None = Field(default=None, description="The feature store. Default: none.")
    feature_services: FeatureServicesSpec | None = Field(
        default=None, description="Feast and MLflow on the feature store. Default: none."
    )
    gpu_cluster: GpuClusterSpec | None = Field(None, description="The GPU cluster. Default: none.")
    model_serving: ModelServingSpec | None = Field(
        default=None, description="Models, their load balancer and firewall. Default: none."
    )

    image_registry: ImageRegistrySpec | None = Field(
        default=None, description="The account's image registry. Default: none, or another stack creates it."
    )
    image_signatures: ImageSignaturesSection | None = Field(
        default=None, description="Signatures of images, verified when a Pod is created. Default: none."
    )
    user_pool: UserPoolSpec | None = Field(default=None, description="The user pool for sign-in. Default: none.")
    delivery: DeliverySection | None = Field(
        default=None, description="Argo CD and the teams that deliver with it. Default: none."
    )

    spark_cluster: SparkClusterSpec | None = Field(
        default=None, description="Spark on EMR over the feature store. Default: none."
    )
    event_stream: EventStreamSpec | None = Field(
        default=None, description="Streams of events with their schemas, and queues. Default: none."
    )

    feature_ingest: FeatureIngestSpec | None = Field(
        default=None, description="What writes the records of topics to the online store. Default: none."
    )
    batch_queue: BatchQueueSpec | None = Field(
        default=None, description="Queues on AWS Batch, their machines and their jobs. Default: none."
    )
    cluster_jobs: ClusterJobsSection | None = Field(
        default=None, description="Queued jobs of teams on the cluster: Kueue, Trainer and KubeRay. Default: none."
    )

    pipelines_database: InstanceSpec | None = Field(
        default=None, description="MySQL for Kubeflow Pipelines. Default: none."
    )
    kubeflow: KubeflowSpec | None = Field(
        default=None, description="Kubeflow and its teams, instead of modelServing. Default: none."
    )

    alarms: AlarmsSpec | None = Field(
        default=None, description="Alarms of stores, queues and entrances, and whom they tell. Default: none."
    )
    training_platform: TrainingPlatformSpec | None = Field(
        default=None, description="Training on Amazon SageMaker. Default: none."
    )

    recovery: RecoverySection | None = Field(
        default=None, description="Backups of the stores, and a second region. Default: none."
    )
    access: AccessControlSpec | None = Field(
        default=None, description="A permissions boundary of all roles, and a role for emergencies. Default: none."
    )
    permission_sets: PermissionSetsSection | None = Field(
        default=None, description="What people may do in the account, by groups of IAM Identity Center. Default: none."
    )
    audit: AccountAuditSpec | None = Field(
        default=None, description="The record of the account, threat detection and access analysis. Default: none."
    )

    objectives: ObjectivesSpec | None = Field(
        default=None,
        description="What users of models and services may expect, and who is told. Default: the default objectives.",
    )
    logs: LogPipelineSpec | None = Field(
        default=None, description="Logs of containers in CloudWatch or OpenSearch, redacted. Default: none."
    )
    metrics: MetricsPlatformSpec | None = Field(
        default=None, description="Metrics of the cluster, alerts and Grafana. Default: none."
    )
    traces: TracingSpec | None = Field(
        default=None, description="Traces of requests through the gateway, models and features. Default: none."
    )

    model_quality: ModelQualitySpec | None = Field(
        default=None, description="Logged predictions of models, compared with training data. Default: none."
    )

    spend: SpendSection | None = Field(
        default=None, description="The budget in AWS, notifications, and the exported bill. Default: none."
    )

    @field_validator("environment")
    @classmethod
    def _in_a_known_region(cls, environment: EnvironmentSpec) -> EnvironmentSpec:
        if environment.region not in regions():
            raise refuse(
                environment.region, f"region {environment.region} is not an AWS region", regions(), "eu-central-1"
            )
        return environment

    @model_validator(mode="after")
    def _sections_fit_together(self) -> "StackConfig":
        checks = (
            self._delivery_has_a_sign_in,
            self._user_pool_has_a_place_for_secrets,
            self._load_balancer_signs_in,
            self._kubeflow_has_what_it_stands_on,
            self._models_have_a_place,
            self._cached_models_fit_their_nodes,
            self._quotas_hold_the_cache_of_models,
            self._services_have_stores,
            self._stores_have_clients,
            self._session_manager_reaches_nodes,
        )
        problems = [problem for check in checks for problem in _problems_of(check)]
        further = (
            *self._overlapping_services(),
            *reference_problems(self),
            *name_problems(self),
            *pool_problems(self),
            *placement_problems(self),
            *training_problems(self),
            *stream_problems(self),
            *stream_usage_problems(self),
            *ingest_problems(self),
            *cluster_jobs_problems(self),
            *recovery_problems(self),
            *objective_problems(self),
            *access_problems(self),
            *spend_problems(self),
            *starter_problems(self),
            *alarm_problems(self),
            *metrics_problems(self),
            *traces_problems(self),
            *model_quality_problems(self),
            *log_problems(self),
            *image_signatures_problems(self),
            *existing_problems(self),
            # Last, because it does not name a wrong value: each pool alone is right.
            *contested_pools(self),
        )
        if error := refusal([*problems, *further]):
            raise error
        return self

    def _delivery_has_a_sign_in(self) -> None:
        if not self.delivery:
            return
        if not (self.user_pool and (self.model_serving or self.kubeflow)):
            lacking = "modelServing or kubeflow" if self.user_pool else "userPool"
            raise refuse("delivery", f"delivery needs {lacking}, because teams sign in and deliver models; add it")
        if not self.model_serving and (unused := sorted(ENTRY & self.delivery.model_fields_set)):
            raise refuse(
                unused,
                f"delivery.{to_camel(unused[0])} needs modelServing, whose load balancer serves Argo CD; "
                "remove the field",
            )

    def _user_pool_has_a_place_for_secrets(self) -> None:
        if self.user_pool and not (self.delivery or self.feature_services or self.kubeflow or self.starter):
            raise refuse(
                "userPool",
                "userPool needs delivery, featureServices or starter, because its clients' secrets use their key; add "
                "one, or remove userPool",
            )

    def _load_balancer_signs_in(self) -> None:
        sign_in = self.model_serving.load_balancer.sign_in if self.model_serving else None
        if not (self.model_serving and sign_in):
            return
        at = "modelServing.loadBalancer.signIn"
        if sign_in.provider is not SignInProvider.COGNITO:
            raise refuse(
                sign_in.provider,
                f"{at}.provider = {sign_in.provider}: a stack signs in with its userPool; write cognito, or use "
                "ModelServingIngress with the client's secret in your own program",
            )
        if not self.user_pool:
            raise refuse("modelServing", f"{at} needs userPool, which has the users; add it")
        if several := next((host for host in sign_in.hosts if host.startswith("*")), None):
            raise refuse(
                several, f"{at}.hosts has {several}, but Cognito does not redirect to wildcards; list each host"
            )
        if self.model_serving.load_balancer.internal and self.network.nat is NatMode.NONE:
            raise refuse(
                self.network.nat,
                f"{at} needs internet access: an internal load balancer reaches Cognito through NAT; set network.nat"
                " to single or per-zone",
            )

    def _kubeflow_has_what_it_stands_on(self) -> None:
        if not self.kubeflow:
            return
        if self.model_serving or self.feature_services:
            other = "modelServing" if self.model_serving else "featureServices"
            why = "both install Istio" if self.model_serving else "both create the logins of the stores"
            raise refuse(
                "kubeflow", f"kubeflow and {other} cannot share a cluster, because {why}; use one stack for each"
            )
        needed = ("gpu_cluster", "feature_store", "pipelines_database", "user_pool", "delivery")
        if lacking := [to_camel(section) for section in needed if getattr(self, section) is None]:
            raise refuse("kubeflow", f"kubeflow needs {', '.join(lacking)}; add them")
        if self.delivery and not self.delivery.cluster_wide:
            raise refuse(
                False, "kubeflow needs delivery.clusterWide: true, because its manifests are cluster-wide; set it"
            )
        if self.gpu_cluster and not self.kubeflow.pools:
            completed(self.kubeflow, "kubeflow", pools=pools_of(self.gpu_cluster))

    def _models_have_a_place(self) -> None:
        if self.model_serving and not (self.gpu_cluster and self.feature_store):
            lacking = "featureStore" if self.gpu_cluster else "gpuCluster"
            why = "its buckets hold models and access logs" if self.gpu_cluster else "models run on its nodes"
            raise refuse("modelServing", f"modelServing needs {lacking}, because {why}; add it")

    def _cached_models_fit_their_nodes(self) -> None:
        serving = self.model_serving
        if not (serving and serving.platform.model_cache and self.gpu_cluster):
            return
        cached = [
            (each.name, each.cache.group, bool(each.gpus or each.gpu_share)) for each in serving.models if each.cache
        ]
        if problem := unfit(serving.platform.model_cache, self.gpu_cluster.node_pools, cached):
            raise refuse(problem, f"modelServing.platform.modelCache: {problem}")

    def _quotas_hold_the_cache_of_models(self) -> None:
        platform = self.model_serving.platform if self.model_serving else None
        if not (self.delivery and platform and platform.model_cache):
            return
        for team in self.delivery.teams:
            caching = [home for home in team.homes if home in platform.model_namespaces]
            if caching and not team.quota.storage_gib:
                raise refuse(
                    0,
                    f"delivery.teams: team {team.name} has no quota for volumes, but platform.modelCache has a "
                    f"volume claim in {caching[0]}; set quota.storageGib to 1 or more",
                )

    def _services_have_stores(self) -> None:
        if not self.feature_services:
            return
        if not (self.gpu_cluster and self.feature_store):
            lacking = "featureStore" if self.gpu_cluster else "gpuCluster"
            raise refuse("featureServices", f"featureServices needs {lacking}, because Feast and MLflow use it; add it")
        users = {user.name: user.password for user in self.feature_store.online.users}
        if self.feature_services.feature_server and not users.get(FEAST):
            raise refuse(
                users,
                "featureServices.featureServer needs a user feast in featureStore.online.users with access: write "
                "and password: true, because Feast cannot create IAM tokens; add it",
            )

    def _stores_have_clients(self) -> None:
        if self.feature_store and not self.gpu_cluster:
            raise refuse(
                "featureStore", "featureStore needs gpuCluster, because only its nodes may reach the stores; add it"
            )

    def _session_manager_reaches_nodes(self) -> None:
        cluster, network = self.gpu_cluster, self.network
        if not cluster or network.nat is not NatMode.NONE:
            return
        if cluster.karpenter and not cluster.karpenter.isolated_vpc:
            raise refuse(
                False,
                "gpuCluster.karpenter.isolatedVpc = false: network.nat is none, so Karpenter cannot read prices; set "
                "it to true",
            )
        lacking = sorted({"ssm", "ssmmessages"} - set(network.interface_endpoints))
        if cluster.session_manager and lacking:
            raise refuse(
                True,
                "gpuCluster.sessionManager = true: network.nat is none, so nodes cannot reach Session Manager; add "
                f"{' and '.join(lacking)} to network.interfaceEndpoints",
            )

    def _overlapping_services(self) -> Iterator[Problem]:
        if not self.gpu_cluster or self.gpu_cluster.existing:
            return
        services = self.gpu_cluster.service_cidr
        taken = [("vpcCidr", self.network.vpc_cidr)]
        taken += [("reservedCidrs", reserved) for reserved in self.network.reserved_cidrs]
        for field, cidr in taken:
            if IPv4Network(services).overlaps(IPv4Network(cidr)):
                yield Problem(
                    ("gpuCluster", "serviceCidr"),
                    services,
                    f"overlaps network.{field} {cidr}; write 172.20.0.0/16 or 10.100.0.0/16",
                )


def _problems_of(check: Callable[[], None]) -> Iterator[Problem]:
    """What a check of several sections refuses; its text names the sections."""
    try:
        check()
    except PydanticCustomError as error:
        yield Problem((), None, error.message())
    except SpecError as error:
        yield from (Problem((), None, f"kubeflow.{problem}") for problem in error.problems)


def load_config() -> StackConfig:
    """The config of the stack that is running, as the engine hands it to its program.

    Raises:
        SpecError: naming each wrong field, its value and the remedy.
    """
    return parse_config(get_config_env())


def parse_config(config: Mapping[str, str]) -> StackConfig:
    """Read a stack's config: values by their full key, such as `mlplatform:network`, objects as JSON.

    Raises:
        SpecError: naming each wrong field, its value and the remedy.
    """
    return _parsed(tuple(config.items()))


# The planner reads the config that the program reads next: it is checked once.
@lru_cache(maxsize=1)
def _parsed(config: tuple[tuple[str, str], ...]) -> StackConfig:
    sections: dict[str, Any] = {}
    for key, value in config:
        namespace, _, name = key.partition(":")
        if namespace == NAMESPACE:
            sections[name] = _object(key, value)
    return parse(StackConfig, sections, NAMESPACE)


def _object(key: str, value: str) -> Any:
    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        fields = dict(pairs)
        if len(fields) < len(pairs):
            names = [name for name, _ in pairs]
            twice = next(name for name in names if names.count(name) > 1)
            raise SpecError(NAMESPACE, [f"{key}: the key {shown(twice)} is given twice; keep one"])
        return fields

    try:
        return json.loads(value, object_pairs_hook=once)
    except SpecError:
        raise
    # A number of thousands of digits is a ValueError of its own, brackets by the thousand a RecursionError.
    except (ValueError, RecursionError):
        raise SpecError(NAMESPACE, [f"{key} = {shown(value)}: must be a mapping of fields to values"]) from None
