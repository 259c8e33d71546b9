"""Unusual choices of a config: values that are less safe or more expensive than the default."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from components.access.access_control.spec import AccessControlSpec
from components.access.account_audit.spec import AccountAuditSpec, TrailLockMode
from components.cluster.gpu_cluster.spec import AccessLevel, AccessSpec, GpuClusterSpec
from components.cluster.karpenter.spec import KarpenterPoolSpec
from components.cluster.node_pool.spec import NodePoolSpec
from components.cluster.secure_namespace import PodSecurity
from components.core.node_labels import NVIDIA_TAINT
from components.data.cache.access import CacheAccess
from components.data.cache.spec import CacheSpec
from components.data.database.spec import InstanceSpec
from components.data.feature_store.spec import FeatureStoreSpec
from components.data.streaming.event_stream.schemas import Compatibility
from components.data.streaming.event_stream.spec import EventStreamSpec, StreamEngine
from components.data.streaming.feature_ingest.spec import FeatureIngestSpec
from components.delivery.argo_cd.spec import RepositoryLogin
from components.delivery.image_registry.spec import ImageRegistrySpec, ImageScanning
from components.delivery.user_pool import UserPoolSpec
from components.kubeflow.spec import KubeflowSpec
from components.network.load_balancer.spec import ServingLoadBalancerSpec
from components.network.network_args import FlowLogTraffic, NatMode, NetworkSpec
from components.network.web_firewall.spec import WebFirewallSpec
from components.observability.alarms.spec import AlarmsSpec
from components.observability.logs.spec import LogDestination, LogPipelineSpec, PersonalData
from components.observability.model_quality.spec import ModelQualitySpec
from components.recovery.backup_plans.spec import LockMode
from components.serving.model_serving_ingress.spec import ModelServingSpec
from components.spend.spend_control.spec import ActionApproval, ActionKind, SpendSection
from components.training.batch_queue.spec import BatchQueueSpec
from components.training.spark_cluster.spec import SparkClusterSpec
from components.training.training_platform.spec import TrainingPlatformSpec
from stacks.cluster_jobs import ClusterJobsSection, jobs_spec
from stacks.config import StackConfig
from stacks.delivery_section import DeliverySection
from stacks.recovery_section import RecoverySection


@dataclass(frozen=True, slots=True)
class Choice:
    """One unsafe or expensive choice: the field, its value, and the consequence."""

    field: str
    value: Any
    why: str


def unusual_choices(config: StackConfig) -> tuple[Choice, ...]:
    """Every unsafe or expensive choice of `config`, in the order of its sections."""
    found = [*_policies(config), *_network(config.network, config.environment.is_production)]
    if config.feature_store:
        found += _stores(config.feature_store, "featureStore", config.environment.is_production)
    if config.gpu_cluster:
        found += _cluster(config.gpu_cluster, "gpuCluster")
    if config.model_serving:
        found += _serving(config.model_serving, "modelServing", config.environment.is_production)
    if config.spark_cluster:
        found += _spark_cluster(config.spark_cluster, "sparkCluster")
    if config.image_registry:
        found += _registry(config.image_registry, "imageRegistry", config.recovery)
    if config.user_pool:
        found += _user_pool(config.user_pool, "userPool")
    if config.delivery:
        found += _delivery(config.delivery, "delivery", config.environment.is_production)
    if config.event_stream:
        told = bool(config.event_stream.alarm_notification or config.alarms)
        found += _event_stream(config.event_stream, "eventStream", config.environment.is_production, told)
    if config.feature_ingest:
        found += _ingest(config.feature_ingest, "featureIngest")
    if config.pipelines_database:
        found += _database(config.pipelines_database, "pipelinesDatabase", config.environment.is_production)
    if config.kubeflow:
        found += _kubeflow(config.kubeflow, "kubeflow")
    if config.training_platform:
        found += _training_platform(config.training_platform, "trainingPlatform")
    if config.batch_queue:
        found += _batch_queue(config.batch_queue, "batchQueue")
    if config.alarms:
        found += _alarms(config.alarms, "alarms")
    if config.cluster_jobs and config.gpu_cluster:
        found += _cluster_jobs(config.cluster_jobs, config.gpu_cluster, "clusterJobs")
    if config.logs:
        found += _logs(config.logs, "logs")
    if config.traces and config.traces.tempo and not config.traces.tempo.deletion_protection:
        found.append(Choice("traces.tempo.deletionProtection", False, "a deployment can delete the kept traces"))
    if config.recovery:
        found += _recovery(config.recovery, "recovery")
    if config.audit:
        found += _audit(config.audit, "audit")
    if config.access:
        found += _access_control(config.access, "access")
    if config.model_quality:
        found += _model_quality(config.model_quality, "modelQuality")
    if config.spend:
        found += _spend(config.spend, "spend")
    return tuple(found)


def _policies(config: StackConfig) -> Iterator[Choice]:
    for rule, level in sorted(config.policies.levels.items()):
        yield Choice(f"policies.levels.{rule}", str(level), "the rule has another level than its default")
    if config.policies.allowed_instance_types:
        allowed = list(config.policies.allowed_instance_types)
        yield Choice("policies.allowedInstanceTypes", allowed, "expensive instance types are allowed by name")
    registry = config.image_registry or (config.delivery and config.delivery.chart_registry)
    if registry and not config.policies.allowed_registries:
        yield Choice("policies.allowedRegistries", [], "workloads may run images from any registry")


def _audit(audit: AccountAuditSpec, at: str) -> Iterator[Choice]:
    trail, threats = audit.trail, audit.threat_detection
    if audit.makes_trail and not audit.deletion_protection:
        yield Choice(f"{at}.deletionProtection", False, "a deployment can delete the record of the account and its key")
    if audit.makes_trail and trail.lock_mode is TrailLockMode.COMPLIANCE:
        why = f"nobody can delete a log file for {trail.lock_days} days, nor the bucket before the last lock ends"
        yield Choice(f"{at}.trail.lockMode", str(trail.lock_mode), why)
    if trail.data_events and not trail.data_events.writes_only:
        yield Choice(f"{at}.trail.dataEvents.writesOnly", False, "every read of an object is recorded and charged")
    if threats and threats.s3_events:
        yield Choice(f"{at}.threatDetection.s3Events", True, "every request for an object in the account is charged")
    if threats and threats.runtime_monitoring:
        why = "GuardDuty installs a privileged agent on every cluster of the account, and an endpoint in its VPC"
        yield Choice(f"{at}.threatDetection.runtimeMonitoring", True, why)


def _access_control(access: AccessControlSpec, at: str) -> Iterator[Choice]:
    if not access.boundary:
        yield Choice(f"{at}.boundary", False, "roles may do all that their policies allow")
    if access.further_services:
        why = "every role of the stack may use these services, where its policies allow it"
        yield Choice(f"{at}.furtherServices", list(access.further_services), why)
    if access.break_glass and not access.deletion_protection:
        yield Choice(f"{at}.deletionProtection", False, "a deployment can delete the key of the emergency topic")


def _alarms(alarms: AlarmsSpec, at: str) -> Iterator[Choice]:
    for severity, audience in (("critical", alarms.critical), ("warning", alarms.warning)):
        if not (audience.emails or audience.urls):
            yield Choice(f"{at}.{severity}", [], "the config names nobody who is told; subscribe somebody to the topic")


def _network(network: NetworkSpec, production: bool) -> Iterator[Choice]:
    if network.existing and not network.existing.isolated_subnets:
        why = "data stores share subnets with nodes, and have their routes to the internet"
        yield Choice("network.existing.isolatedSubnets", "none", why)
    if production and network.nat is NatMode.SINGLE and not network.existing:
        yield Choice("network.nat", str(network.nat), "if one zone fails, no zone reaches the internet")
    if production and network.zone_count < 3:
        yield Choice("network.zoneCount", network.zone_count, "if one zone fails, half of the nodes are lost")
    if network.flow_logs.traffic is not FlowLogTraffic.ALL:
        why = "other connections are not logged"
        yield Choice("network.flowLogs.traffic", str(network.flow_logs.traffic), why)


def _stores(store: FeatureStoreSpec, at: str, production: bool) -> Iterator[Choice]:
    if not store.data.deletion_protection:
        yield Choice(f"{at}.data.deletionProtection", False, "a deployment can delete buckets and their key")
    yield from _database(store.database, f"{at}.database", production)
    yield from _cache(store.online, f"{at}.online")
    if store.predictions:
        yield from _cache(store.predictions, f"{at}.predictions")


def _spark_cluster(cluster: SparkClusterSpec, at: str) -> Iterator[Choice]:
    if not cluster.deletion_protection:
        yield Choice(f"{at}.deletionProtection", False, "a deployment can delete the key of Spark's logs")
    for purpose, application in cluster.applications.items():
        if application.warm.vcpus:
            warm = application.driver.warm + application.executor.warm
            yield Choice(f"{at}.{purpose}", f"{warm} warm workers", "they are charged while no job uses them")
    if outside := [folder for folder in cluster.writes if folder.startswith("raw/")]:
        yield Choice(f"{at}.writes", outside, "jobs can change and delete raw data")


_ACTIONS = {
    ActionKind.DENY_CAPACITY: "the roles can start no machine, job or store; if one of them is Karpenter's, no node "
    "replaces a lost one, and models stop scaling",
    ActionKind.STOP_INSTANCES: "the instances stop, with all that runs on them",
    ActionKind.STOP_DATABASES: "the databases stop, and all that uses them fails",
}


def _model_quality(quality: ModelQualitySpec, at: str) -> Iterator[Choice]:
    if not quality.deletion_protection:
        yield Choice(f"{at}.deletionProtection", False, "a deployment can delete predictions and reports")
    for index, model in enumerate(quality.models):
        if model.sample_percent < 1:
            why = "rare changes are not seen in so few predictions"
            yield Choice(f"{at}.models[{index}].samplePercent", model.sample_percent, why)


def _spend(spend: SpendSection, at: str) -> Iterator[Choice]:
    for action in spend.actions:
        automatic = action.approval is ActionApproval.AUTOMATIC
        when = "without asking anyone, " if automatic else "when a person approves it, "
        yield Choice(
            f"{at}.actions ({action.name})", f"{action.kind}, {action.approval}", f"{when}{_ACTIONS[action.kind]}"
        )
    if not spend.deletion_protection and (spend.export or spend.topic):
        yield Choice(f"{at}.deletionProtection", False, "a deployment can delete the bill and its key")


def _event_stream(stream: EventStreamSpec, at: str, production: bool, told: bool) -> Iterator[Choice]:
    if production and stream.engine is StreamEngine.MSK_PROVISIONED and stream.brokers.zones < 3:
        why = "a write is confirmed with one copy, which is lost with its zone"
        yield Choice(f"{at}.kafka.zones", stream.brokers.zones, why)
    if stream.engine is StreamEngine.MSK_SERVERLESS:
        why = "its hours alone cost more than three small brokers, and a client must create the topics"
        yield Choice(f"{at}.engine", str(stream.engine), why)
    for index, topic in enumerate(stream.topics):
        if not topic.consumers:
            why = "no consumer has a quota or an alarm, so any reader may take what other readers need"
            yield Choice(f"{at}.topics[{index}].consumers", [], why)
        if topic.record_schema and topic.record_schema.compatibility is Compatibility.NONE:
            why = "a new version may break consumers"
            yield Choice(f"{at}.topics[{index}].recordSchema.compatibility", "NONE", why)
    if not told:
        yield Choice(f"{at}.alarmNotification", None, "nobody is told when a consumer is behind")
    if not stream.deletion_protection:
        yield Choice(f"{at}.deletionProtection", False, "a deployment can delete streams and their records")


def _ingest(ingest: FeatureIngestSpec, at: str) -> Iterator[Choice]:
    if ingest.spark and not ingest.spark.continuous:
        yield Choice(f"{at}.spark.continuous", False, "no alarm tells that the job does not run")


def _database(database: InstanceSpec, at: str, production: bool) -> Iterator[Choice]:
    if not database.deletion_protection:
        yield Choice(f"{at}.deletionProtection", False, "a deployment can delete the database")
    if production and not database.multi_az:
        yield Choice(f"{at}.multiAz", False, "if the zone fails, the database is unavailable until it is restored")


def _cache(cache: CacheSpec, at: str) -> Iterator[Choice]:
    if not cache.deletion_protection:
        yield Choice(f"{at}.deletionProtection", False, "a deployment can delete the cluster and its key")
    if not cache.replicas:
        yield Choice(f"{at}.replicas", 0, "if a node fails, the data of its shard is lost")
    if not cache.headroom:
        yield Choice(f"{at}.headroom", cache.headroom, "the cache has no room to grow")
    for index, user in enumerate(cache.users):
        if user.access is CacheAccess.ADMIN:
            yield Choice(
                f"{at}.users[{index}].access",
                str(user.access),
                f"{user.name} may run every command, including FLUSHALL",
            )


def _cluster(cluster: GpuClusterSpec, at: str) -> Iterator[Choice]:
    if cluster.endpoint_public_cidrs:
        cidrs = list(cluster.endpoint_public_cidrs)
        yield Choice(f"{at}.endpointPublicCidrs", cidrs, "the API server is reachable from outside the VPC")
    if cluster.session_manager:
        why = "everyone who may start Session Manager sessions in the account is root on the nodes"
        yield Choice(f"{at}.sessionManager", True, why)
    if not cluster.deletion_protection:
        yield Choice(f"{at}.deletionProtection", False, "a deployment can delete the cluster")
    if cluster.shared_system_pool:
        why = "pods of teams share memory and disk with DNS, the controllers and Argo CD"
        yield Choice(f"{at}.sharedSystemPool", True, why)
    yield from _each(cluster.access, f"{at}.access", _access)
    yield from _each(cluster.node_pools, f"{at}.nodePools", _pool)
    if cluster.karpenter:
        yield from _each(cluster.karpenter.pools, f"{at}.karpenter.pools", _karpenter_pool)
    for index, namespace in enumerate(cluster.namespaces):
        if namespace.pod_security is not PodSecurity.RESTRICTED:
            why = "pods may have more rights than the restricted standard allows"
            yield Choice(f"{at}.namespaces[{index}].podSecurity", str(namespace.pod_security), why)


def _serving(serving: ModelServingSpec, at: str, production: bool) -> Iterator[Choice]:
    yield from _firewall(serving.firewall, f"{at}.firewall")
    yield from _balancer(serving.load_balancer, f"{at}.loadBalancer")
    if production and serving.platform.gateway_minimum < 2:
        why = "if one node fails, no model is reachable until another gateway starts"
        yield Choice(f"{at}.platform.gatewayMinimum", serving.platform.gateway_minimum, why)
    for index, model in enumerate(serving.models):
        if production and model.scale_to_zero:
            why = f"the first request to an idle {model.name} waits for a replica, and minutes for a new node"
            yield Choice(f"{at}.models[{index}].scaleToZero", True, why)
        elif production and model.minimum < 2:
            why = f"if one node fails, {model.name} is unavailable until a replica starts on another node"
            yield Choice(f"{at}.models[{index}].minimum", model.minimum, why)


def _firewall(firewall: WebFirewallSpec, at: str) -> Iterator[Choice]:
    if not firewall.blocks:
        yield Choice(f"{at}.mode", str(firewall.mode), "the firewall counts requests and blocks none")
    if firewall.counted_rules:
        rules = sorted(rule for each in firewall.counted_rules.values() for rule in each)
        yield Choice(f"{at}.countedRules", rules, "these AWS rules count requests and block none")
    if firewall.forwarded_address_header:
        why = "a client that bypasses the proxy can write any address into this header"
        yield Choice(f"{at}.forwardedAddressHeader", firewall.forwarded_address_header, why)
    if not firewall.deletion_protection:
        yield Choice(f"{at}.deletionProtection", False, "a deployment can delete the key of the log")


def _balancer(balancer: ServingLoadBalancerSpec, at: str) -> Iterator[Choice]:
    if not balancer.deletion_protection:
        yield Choice(f"{at}.deletionProtection", False, "a deployment can delete the load balancer")


def _registry(registry: ImageRegistrySpec, at: str, recovery: RecoverySection | None) -> Iterator[Choice]:
    if not registry.deletion_protection:
        yield Choice(f"{at}.deletionProtection", False, "a deployment can delete images that run, and their key")
    if registry.scanning is ImageScanning.ENHANCED:
        yield Choice(f"{at}.scanning", str(registry.scanning), "Amazon Inspector charges each image")
    needed = recovery.region if recovery else None
    if copies := [region for region in registry.replica_regions if region != needed]:
        yield Choice(f"{at}.replicaRegions", copies, "each region stores a copy of every image")
    for index, upstream in enumerate(registry.upstreams):
        if upstream.moving_tags:
            why = f"a tag can become another image whenever {upstream.registry} moves it"
            yield Choice(f"{at}.upstreams[{index}].movingTags", True, why)


def _user_pool(pool: UserPoolSpec, at: str) -> Iterator[Choice]:
    if not pool.deletion_protection:
        yield Choice(f"{at}.deletionProtection", False, "a deployment can delete all user accounts")
    if not pool.recovery_window_days:
        yield Choice(f"{at}.recoveryWindowDays", 0, "a deleted secret cannot be restored")
    usual = UserPoolSpec.model_fields["password_length"].default
    if pool.password_length < usual:
        yield Choice(f"{at}.passwordLength", pool.password_length, f"passwords may be shorter than {usual} characters")


def _delivery(delivery: DeliverySection, at: str, production: bool) -> Iterator[Choice]:
    yield from _firewall(delivery.firewall, f"{at}.firewall")
    if not delivery.deletion_protection:
        why = "a model is deleted as soon as its folder is removed or renamed"
        yield Choice(f"{at}.deletionProtection", False, why)
    if delivery.cluster_wide:
        yield Choice(f"{at}.clusterWide", True, "everyone who may change the repository may change the whole cluster")
    if production and not delivery.highly_available:
        yield Choice(
            f"{at}.highlyAvailable", False, "if one node fails, deliveries stop until Argo CD runs on another node"
        )
    for index, repository in enumerate(delivery.repositories):
        if repository.login is RepositoryLogin.TOKEN:
            why = "a token is long-lived and has its owner's rights; a GitHub App's token expires within an hour"
            yield Choice(f"{at}.repositories[{index}].login", str(repository.login), why)


def _kubeflow(kubeflow: KubeflowSpec, at: str) -> Iterator[Choice]:
    yield from _firewall(kubeflow.firewall, f"{at}.firewall")
    yield from _balancer(kubeflow.load_balancer, f"{at}.loadBalancer")
    if not kubeflow.deletion_protection:
        yield Choice(f"{at}.deletionProtection", False, "a deployment can delete the teams' volumes")
    if kubeflow.services:
        why = "every team may call every service in these namespaces"
        yield Choice(f"{at}.services", list(kubeflow.services), why)


def _logs(logs: LogPipelineSpec, at: str) -> Iterator[Choice]:
    if not logs.redaction.enabled:
        yield Choice(f"{at}.redaction.enabled", False, "secrets and personal data are stored with the logs")
    for kind in sorted({PersonalData.EMAIL, PersonalData.CARD} - {*logs.redaction.personal_data}):
        yield Choice(
            f"{at}.redaction.personalData", f"without {kind}", f"this kind of data is stored with the logs: {kind}"
        )
    if logs.excluded_namespaces:
        yield Choice(
            f"{at}.excludedNamespaces",
            list(logs.excluded_namespaces),
            "the logs of these namespaces end with their pods",
        )
    if logs.destination is LogDestination.OPENSEARCH and not logs.standby_replicas:
        yield Choice(f"{at}.standbyReplicas", False, "no logs arrive while a zone fails")
    if not logs.deletion_protection:
        yield Choice(f"{at}.deletionProtection", False, "a deployment can delete the logs and their key")


def _recovery(recovery: RecoverySection, at: str) -> Iterator[Choice]:
    if recovery.lock.mode is LockMode.NONE:
        why = "anyone with permission to delete recovery points can delete all of them"
        yield Choice(f"{at}.lock.mode", "none", why)
    if recovery.lock.mode is LockMode.COMPLIANCE:
        days = recovery.lock.changeable_for_days
        why = (
            f"from {days} days after the deployment nobody can remove the lock, delete the vault or stop paying for it"
        )
        yield Choice(f"{at}.lock.mode", "compliance", why)
    if recovery.excluded:
        yield Choice(f"{at}.excluded", list(recovery.excluded), "these stores have no backup apart from themselves")
    if not recovery.emails:
        yield Choice(f"{at}.emails", [], "nobody is told when a backup fails")
    if not recovery.deletion_protection:
        yield Choice(f"{at}.deletionProtection", False, "a deployment can delete the vault with all backups")


def _cluster_jobs(jobs: ClusterJobsSection, cluster: GpuClusterSpec, at: str) -> Iterator[Choice]:
    if jobs.ray_clusters:
        why = "a RayCluster keeps its quota and its nodes until somebody deletes it"
        yield Choice(f"{at}.rayClusters", True, why)
    for index, pool in enumerate(jobs_spec(jobs, cluster).pools):
        if pool.gpus and all(taint.key == NVIDIA_TAINT for taint in pool.taints):
            why = "models may use the nodes, too: they can start them, and end jobs on them; give the pool a taint"
            yield Choice(f"{at}.poolNames[{index}]", pool.name, why)


def _batch_queue(batch: BatchQueueSpec, at: str) -> Iterator[Choice]:
    if not batch.deletion_protection:
        yield Choice(f"{at}.deletionProtection", False, "a deployment can delete the key of the jobs' logs")
    for index, environment in enumerate(batch.environments):
        if environment.image_id:
            why = "its machines do not get AWS's image of Amazon Linux 2023, which you must then patch yourself"
            yield Choice(f"{at}.environments[{index}].imageId", environment.image_id, why)
    for index, job in enumerate(batch.jobs):
        if job.writable_root:
            why = "a program that is taken over can change the files of its container"
            yield Choice(f"{at}.jobs[{index}].writableRoot", True, why)


def _training_platform(platform: TrainingPlatformSpec, at: str) -> Iterator[Choice]:
    if platform.internet:
        why = "jobs and Studio can send data to every address, by HTTPS"
        yield Choice(f"{at}.internet", True, why)
    if not platform.deletion_protection:
        why = "a deployment can delete the key, the model registry and the files of Studio's users"
        yield Choice(f"{at}.deletionProtection", False, why)
    for index, team in enumerate(platform.teams):
        for submitter in team.submitter_arns:
            if ":user/" in submitter:
                yield Choice(
                    f"{at}.teams[{index}].submitterArns", submitter, "a user has long-lived keys; a role has none"
                )


def _each(items: tuple[Any, ...], at: str, of: Callable[[Any, str], Iterator[Choice]]) -> Iterator[Choice]:
    for index, item in enumerate(items):
        yield from of(item, f"{at}[{index}]")


def _access(access: AccessSpec, at: str) -> Iterator[Choice]:
    if access.level is AccessLevel.ADMIN and not access.namespaces:
        yield Choice(f"{at}.level", str(access.level), f"{access.principal_arn} administers the whole cluster")
    if ":user/" in access.principal_arn:
        yield Choice(f"{at}.principalArn", access.principal_arn, "a user has long-lived keys; a role has none")


def _pool(pool: NodePoolSpec, at: str) -> Iterator[Choice]:
    if pool.sharing.time_slicing:
        why = "pods on one GPU share its memory and can starve each other"
        yield Choice(f"{at}.sharing.timeSlicing", pool.sharing.time_slicing, why)
    if pool.efa:
        yield Choice(f"{at}.efa", True, "all nodes of the pool are in one zone")


def _karpenter_pool(pool: KarpenterPoolSpec, at: str) -> Iterator[Choice]:
    if pool.ami_version == "latest":
        yield Choice(f"{at}.amiVersion", "latest", "nodes are replaced whenever AWS releases an image")
    if not pool.on_demand:
        yield Choice(f"{at}.onDemand", False, "pods stay pending while there is no Spot capacity")
