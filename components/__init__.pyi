# What `from mlplatform import ...` finds: the components, their arguments and the enums of those.
from .access.access_control.access_control import AccessControl
from .access.access_control.spec import AccessControlArgs, AccessControlConfig, BreakGlassConfig
from .access.account_audit.account_audit import AccountAudit
from .access.account_audit.spec import (
    AccountAuditArgs,
    AccountAuditConfig,
    CloudTrailOwner,
    DataEventsConfig,
    ThreatDetectionConfig,
    TrailConfig,
    TrailLockMode,
)
from .access.permission_sets.permission_sets import PermissionSets
from .access.permission_sets.spec import JobFunction, PermissionSetConfig, PermissionSetsArgs, PermissionSetsConfig
from .cluster.cluster_autoscaler import ClusterAutoscaler, ClusterAutoscalerArgs
from .cluster.external_secrets import ExternalSecrets, ExternalSecretsArgs, ExternalSecretsConfig
from .cluster.gpu_cluster.existing_cluster import ExistingClusterConfig
from .cluster.gpu_cluster.gpu_cluster import GpuCluster
from .cluster.gpu_cluster.spec import AccessConfig, AccessLevel, GpuClusterArgs, GpuClusterConfig
from .cluster.gpu_software import GpuSoftware, GpuSoftwareArgs
from .cluster.image_verification.image_verification import ImageVerification
from .cluster.image_verification.spec import (
    ImageSignaturesConfig,
    ImageVerificationArgs,
    SignerConfig,
)
from .cluster.job_pools import GuaranteeConfig, PoolConfig
from .cluster.karpenter.karpenter import Karpenter
from .cluster.karpenter.spec import Consolidation, KarpenterArgs, KarpenterConfig, KarpenterPoolConfig
from .cluster.node_pool.node_pool import NodePool
from .cluster.node_pool.schedule import ScheduleConfig, Weekday
from .cluster.node_pool.sharing import SharingConfig
from .cluster.node_pool.spec import AmiFamily, NodePoolArgs, NodePoolConfig, Purchase, TaintConfig, TaintEffect
from .cluster.secure_namespace import PodSecurity, SecureNamespace, SecureNamespaceArgs, SecureNamespaceConfig
from .cluster.workload_identity import WorkloadIdentity, WorkloadIdentityArgs
from .core.spec import SpecError
from .core.teams import TeamConfig, TeamQuotaConfig
from .data.cache.access import CacheAccess
from .data.cache.cache import Cache
from .data.cache.spec import CacheArgs, CacheConfig, CacheEngine, CacheUserConfig
from .data.data_buckets import DataBuckets, DataBucketsArgs, DataBucketsConfig
from .data.database.database import Database, MySqlDatabase
from .data.database.spec import DatabaseArgs, DatabaseConfig, InstanceConfig, MySqlDatabaseArgs
from .data.existing_buckets import ExistingBucketsConfig
from .data.feature_server.feature_server import FeatureServer
from .data.feature_server.spec import FeatureServerArgs, FeatureServerConfig, MaterializationConfig
from .data.feature_services.feature_services import FeatureServices
from .data.feature_services.spec import FeatureServicesArgs, FeatureServicesConfig
from .data.feature_store.feature_store import FeatureStore
from .data.feature_store.spec import FeatureStoreArgs, FeatureStoreConfig
from .data.log_bucket import LogBucket, LogBucketArgs
from .data.object_store import ObjectStore, ObjectStoreArgs, ObjectStoreConfig
from .data.offline_catalog import CatalogConfig, OfflineCatalog, OfflineCatalogArgs
from .data.store_access.spec import DatabaseAccessConfig, MySqlAccessConfig, StoreAccessArgs, StoreAccessConfig
from .data.store_access.store_access import StoreAccess
from .data.streaming.event_stream.event_stream import EventStream
from .data.streaming.event_stream.kafka_spec import KafkaConfig, KafkaMonitoring
from .data.streaming.event_stream.messaging_spec import NotificationConfig, QueueConfig
from .data.streaming.event_stream.schemas import Compatibility, SchemaFormat
from .data.streaming.event_stream.spec import EventStreamArgs, EventStreamConfig, StreamEngine
from .data.streaming.event_stream.topic_spec import ConsumerConfig, SchemaConfig, TopicConfig
from .data.streaming.feature_ingest.feature_ingest import FeatureIngest
from .data.streaming.feature_ingest.spec import FeatureIngestArgs, FeatureIngestConfig
from .data.tracking_server.spec import TrackingServerArgs, TrackingServerConfig
from .data.tracking_server.tracking_server import TrackingServer
from .delivery.argo_cd.delivery import Delivery
from .delivery.argo_cd.spec import (
    DeliveryArgs,
    DeliveryConfig,
    RepositoryConfig,
    RepositoryLogin,
    SyncWindowConfig,
    WindowKind,
)
from .delivery.image_registry.image_registry import ImageRegistry
from .delivery.image_registry.spec import (
    ImageRegistryArgs,
    ImageRegistryConfig,
    ImageScanning,
    ImageTeamConfig,
    UpstreamConfig,
)
from .delivery.pipeline_access.pipeline_access import PipelineAccess
from .delivery.pipeline_access.spec import PipelineAccessArgs, PipelineAccessConfig, PublisherConfig
from .delivery.user_pool import UserPool, UserPoolArgs, UserPoolClientConfig, UserPoolConfig
from .facts.versions import KafkaVersion, KubernetesVersion, PostgresVersion, SparkRelease
from .kubeflow.kubeflow_cluster import KubeflowCluster
from .kubeflow.spec import KubeflowClusterArgs, KubeflowConfig
from .network.existing_network import ExistingNetworkConfig, ExistingSubnetConfig
from .network.load_balancer.failover_spec import FailoverConfig, FailoverRole
from .network.load_balancer.load_balancer import ServingLoadBalancer
from .network.load_balancer.spec import (
    OidcConfig,
    ServingLoadBalancerArgs,
    ServingLoadBalancerConfig,
    ServingLoadBalancerOptions,
    SignInConfig,
    SignInProvider,
    TlsPolicy,
)
from .network.network import Network
from .network.network_args import EndpointService, FlowLogsConfig, FlowLogTraffic, NatMode, NetworkArgs
from .network.web_firewall.capacity import ManagedRuleGroup
from .network.web_firewall.spec import FirewallMode, WebFirewallArgs, WebFirewallConfig
from .network.web_firewall.web_firewall import WebFirewall
from .observability.alarms.spec import (
    AlarmAudienceConfig,
    AlarmsConfig,
    DatabaseEngine,
    HeartbeatConfig,
    StoreAlarmsArgs,
    WatchedCacheConfig,
    WatchedDatabaseConfig,
    WatchedQueueConfig,
    WatchedReplicaConfig,
)
from .observability.alarms.store_alarms import StoreAlarms
from .observability.logs.log_pipeline import LogPipeline
from .observability.logs.spec import (
    LogClass,
    LogDestination,
    LogGroupConfig,
    LogGrouping,
    LogPipelineArgs,
    LogsConfig,
    PersonalData,
    RedactionConfig,
    TokenConfig,
    TokenLetters,
)
from .observability.metrics.alert_spec import AlertsConfig, ReceiverConfig, RouteConfig, SlackConfig
from .observability.metrics.metrics_platform import MetricsPlatform
from .observability.metrics.spec import Collector, GrafanaConfig, MetricsConfig, MetricsEngine, MetricsPlatformArgs
from .observability.model_quality.model_quality import ModelQuality
from .observability.model_quality.spec import (
    ColumnKind,
    DriftTest,
    LabelsConfig,
    LoggedColumnConfig,
    ModelQualityArgs,
    ModelQualityConfig,
    MonitoredModelConfig,
)
from .observability.traces.spec import SamplingConfig, TracingArgs, TracingConfig
from .observability.traces.tracing import Tracing
from .recovery.backup_plans.backup_plans import BackupPlans
from .recovery.backup_plans.schedule import StoreKind
from .recovery.backup_plans.spec import (
    BackupPlansArgs,
    BackupPlansConfig,
    LockMode,
    StoreBackupConfig,
    VaultLockConfig,
)
from .recovery.cluster_state.cluster_state import ClusterState
from .recovery.cluster_state.spec import ClusterStateArgs, ClusterStateConfig
from .recovery.failover_switch.failover_switch import FailoverSwitch
from .recovery.failover_switch.spec import FailoverSwitchArgs, FailoverSwitchConfig
from .serving.keda import Keda, KedaArgs
from .serving.model_service.model_service import ModelService
from .serving.model_service.spec import (
    CachedModelConfig,
    CanaryConfig,
    EgressConfig,
    FloorConfig,
    GpuShareConfig,
    GpuSharing,
    LoggedEvents,
    ModelConfig,
    ModelServiceArgs,
    ModelServiceConfig,
    PredictionLogsConfig,
)
from .serving.model_serving_ingress.model_serving_ingress import ModelServingIngress
from .serving.model_serving_ingress.spec import (
    DeliveredModelConfig,
    ModelServingConfig,
    ModelServingIngressArgs,
    NeighborConfig,
)
from .serving.serving_platform.cache_spec import CacheGroupConfig
from .serving.serving_platform.cert_manager import CertManager, CertManagerArgs
from .serving.serving_platform.gateway import ServingGateway, ServingGatewayArgs
from .serving.serving_platform.knative import Knative, KnativeArgs
from .serving.serving_platform.kserve import KServe, KServeArgs
from .serving.serving_platform.load_balancer_controller import LoadBalancerController, LoadBalancerControllerArgs
from .serving.serving_platform.model_cache import ModelCache, ModelCacheArgs
from .serving.serving_platform.names import DeploymentMode, Protocol, Runtime
from .serving.serving_platform.serving_platform import ServingPlatform
from .serving.serving_platform.spec import ServingPlatformArgs, ServingPlatformConfig, ServingPlatformOptions
from .spend.spend_control.spec import (
    ActionApproval,
    ActionKind,
    AnomaliesConfig,
    BudgetActionConfig,
    BudgetScope,
    MonitoredCosts,
    SpendConfig,
    SpendControlArgs,
)
from .spend.spend_control.spend_control import SpendControl
from .starter.spec import StarterArgs, StarterConfig, StarterServiceConfig
from .starter.starter import Starter
from .training.batch_queue.batch_queue import BatchQueue
from .training.batch_queue.environment_spec import BatchEnvironmentConfig, MachinePurchase
from .training.batch_queue.job_spec import BatchJobConfig
from .training.batch_queue.spec import BatchQueueArgs, BatchQueueConfig, JobQueueConfig
from .training.cluster_jobs.cluster_jobs import ClusterJobs
from .training.cluster_jobs.spec import ClusterJobsArgs, ClusterJobsConfig, JobsTeamConfig
from .training.job_schedules.job_schedules import JobSchedules
from .training.job_schedules.spec import JobSchedulesArgs, JobSchedulesConfig
from .training.spark_cluster.applications import SparkApplicationConfig, SparkWorkerConfig
from .training.spark_cluster.instances import SparkInstancesConfig
from .training.spark_cluster.spark_cluster import SparkCluster
from .training.spark_cluster.spec import (
    SparkArchitecture,
    SparkClusterArgs,
    SparkClusterConfig,
    SparkEngine,
    SparkNamespaceConfig,
)
from .training.training_platform.spec import (
    StudioConfig,
    StudioUserConfig,
    TrainingPlatformArgs,
    TrainingPlatformConfig,
    TrainingTeamConfig,
)
from .training.training_platform.training_platform import TrainingPlatform

__all__ = [
    "AccessConfig",
    "AccessControl",
    "AccessControlArgs",
    "AccessControlConfig",
    "AccessLevel",
    "AccountAudit",
    "AccountAuditArgs",
    "AccountAuditConfig",
    "ActionApproval",
    "ActionKind",
    "AlarmAudienceConfig",
    "AlarmsConfig",
    "AlertsConfig",
    "AmiFamily",
    "AnomaliesConfig",
    "BackupPlans",
    "BackupPlansArgs",
    "BackupPlansConfig",
    "BatchEnvironmentConfig",
    "BatchJobConfig",
    "BatchQueue",
    "BatchQueueArgs",
    "BatchQueueConfig",
    "BreakGlassConfig",
    "BudgetActionConfig",
    "BudgetScope",
    "Cache",
    "CacheAccess",
    "CacheArgs",
    "CacheConfig",
    "CacheEngine",
    "CacheGroupConfig",
    "CacheUserConfig",
    "CachedModelConfig",
    "CanaryConfig",
    "CatalogConfig",
    "CertManager",
    "CertManagerArgs",
    "CloudTrailOwner",
    "ClusterAutoscaler",
    "ClusterAutoscalerArgs",
    "ClusterJobs",
    "ClusterJobsArgs",
    "ClusterJobsConfig",
    "ClusterState",
    "ClusterStateArgs",
    "ClusterStateConfig",
    "Collector",
    "ColumnKind",
    "Compatibility",
    "Consolidation",
    "ConsumerConfig",
    "DataBuckets",
    "DataBucketsArgs",
    "DataBucketsConfig",
    "DataEventsConfig",
    "Database",
    "DatabaseAccessConfig",
    "DatabaseArgs",
    "DatabaseConfig",
    "DatabaseEngine",
    "DeliveredModelConfig",
    "Delivery",
    "DeliveryArgs",
    "DeliveryConfig",
    "DeploymentMode",
    "DriftTest",
    "EgressConfig",
    "EndpointService",
    "EventStream",
    "EventStreamArgs",
    "EventStreamConfig",
    "ExistingBucketsConfig",
    "ExistingClusterConfig",
    "ExistingNetworkConfig",
    "ExistingSubnetConfig",
    "ExternalSecrets",
    "ExternalSecretsArgs",
    "ExternalSecretsConfig",
    "FailoverConfig",
    "FailoverRole",
    "FailoverSwitch",
    "FailoverSwitchArgs",
    "FailoverSwitchConfig",
    "FeatureIngest",
    "FeatureIngestArgs",
    "FeatureIngestConfig",
    "FeatureServer",
    "FeatureServerArgs",
    "FeatureServerConfig",
    "FeatureServices",
    "FeatureServicesArgs",
    "FeatureServicesConfig",
    "FeatureStore",
    "FeatureStoreArgs",
    "FeatureStoreConfig",
    "FirewallMode",
    "FloorConfig",
    "FlowLogTraffic",
    "FlowLogsConfig",
    "GpuCluster",
    "GpuClusterArgs",
    "GpuClusterConfig",
    "GpuShareConfig",
    "GpuSharing",
    "GpuSoftware",
    "GpuSoftwareArgs",
    "GrafanaConfig",
    "GuaranteeConfig",
    "HeartbeatConfig",
    "ImageRegistry",
    "ImageRegistryArgs",
    "ImageRegistryConfig",
    "ImageScanning",
    "ImageSignaturesConfig",
    "ImageTeamConfig",
    "ImageVerification",
    "ImageVerificationArgs",
    "InstanceConfig",
    "JobFunction",
    "JobQueueConfig",
    "JobSchedules",
    "JobSchedulesArgs",
    "JobSchedulesConfig",
    "JobsTeamConfig",
    "KServe",
    "KServeArgs",
    "KafkaConfig",
    "KafkaMonitoring",
    "KafkaVersion",
    "Karpenter",
    "KarpenterArgs",
    "KarpenterConfig",
    "KarpenterPoolConfig",
    "Keda",
    "KedaArgs",
    "Knative",
    "KnativeArgs",
    "KubeflowCluster",
    "KubeflowClusterArgs",
    "KubeflowConfig",
    "KubernetesVersion",
    "LabelsConfig",
    "LoadBalancerController",
    "LoadBalancerControllerArgs",
    "LockMode",
    "LogBucket",
    "LogBucketArgs",
    "LogClass",
    "LogDestination",
    "LogGroupConfig",
    "LogGrouping",
    "LogPipeline",
    "LogPipelineArgs",
    "LoggedColumnConfig",
    "LoggedEvents",
    "LogsConfig",
    "MachinePurchase",
    "ManagedRuleGroup",
    "MaterializationConfig",
    "MetricsConfig",
    "MetricsEngine",
    "MetricsPlatform",
    "MetricsPlatformArgs",
    "ModelCache",
    "ModelCacheArgs",
    "ModelConfig",
    "ModelQuality",
    "ModelQualityArgs",
    "ModelQualityConfig",
    "ModelService",
    "ModelServiceArgs",
    "ModelServiceConfig",
    "ModelServingConfig",
    "ModelServingIngress",
    "ModelServingIngressArgs",
    "MonitoredCosts",
    "MonitoredModelConfig",
    "MySqlAccessConfig",
    "MySqlDatabase",
    "MySqlDatabaseArgs",
    "NatMode",
    "NeighborConfig",
    "Network",
    "NetworkArgs",
    "NodePool",
    "NodePoolArgs",
    "NodePoolConfig",
    "NotificationConfig",
    "ObjectStore",
    "ObjectStoreArgs",
    "ObjectStoreConfig",
    "OfflineCatalog",
    "OfflineCatalogArgs",
    "OidcConfig",
    "PermissionSetConfig",
    "PermissionSets",
    "PermissionSetsArgs",
    "PermissionSetsConfig",
    "PersonalData",
    "PipelineAccess",
    "PipelineAccessArgs",
    "PipelineAccessConfig",
    "PodSecurity",
    "PoolConfig",
    "PostgresVersion",
    "PredictionLogsConfig",
    "Protocol",
    "PublisherConfig",
    "Purchase",
    "QueueConfig",
    "ReceiverConfig",
    "RedactionConfig",
    "RepositoryConfig",
    "RepositoryLogin",
    "RouteConfig",
    "Runtime",
    "SamplingConfig",
    "ScheduleConfig",
    "SchemaConfig",
    "SchemaFormat",
    "SecureNamespace",
    "SecureNamespaceArgs",
    "SecureNamespaceConfig",
    "ServingGateway",
    "ServingGatewayArgs",
    "ServingLoadBalancer",
    "ServingLoadBalancerArgs",
    "ServingLoadBalancerConfig",
    "ServingLoadBalancerOptions",
    "ServingPlatform",
    "ServingPlatformArgs",
    "ServingPlatformConfig",
    "ServingPlatformOptions",
    "SharingConfig",
    "SignInConfig",
    "SignInProvider",
    "SignerConfig",
    "SlackConfig",
    "SparkApplicationConfig",
    "SparkArchitecture",
    "SparkCluster",
    "SparkClusterArgs",
    "SparkClusterConfig",
    "SparkEngine",
    "SparkInstancesConfig",
    "SparkNamespaceConfig",
    "SparkRelease",
    "SparkWorkerConfig",
    "SpecError",
    "SpendConfig",
    "SpendControl",
    "SpendControlArgs",
    "Starter",
    "StarterArgs",
    "StarterConfig",
    "StarterServiceConfig",
    "StoreAccess",
    "StoreAccessArgs",
    "StoreAccessConfig",
    "StoreAlarms",
    "StoreAlarmsArgs",
    "StoreBackupConfig",
    "StoreKind",
    "StreamEngine",
    "StudioConfig",
    "StudioUserConfig",
    "SyncWindowConfig",
    "TaintConfig",
    "TaintEffect",
    "TeamConfig",
    "TeamQuotaConfig",
    "ThreatDetectionConfig",
    "TlsPolicy",
    "TokenConfig",
    "TokenLetters",
    "TopicConfig",
    "Tracing",
    "TracingArgs",
    "TracingConfig",
    "TrackingServer",
    "TrackingServerArgs",
    "TrackingServerConfig",
    "TrailConfig",
    "TrailLockMode",
    "TrainingPlatform",
    "TrainingPlatformArgs",
    "TrainingPlatformConfig",
    "TrainingTeamConfig",
    "UpstreamConfig",
    "UserPool",
    "UserPoolArgs",
    "UserPoolClientConfig",
    "UserPoolConfig",
    "VaultLockConfig",
    "WatchedCacheConfig",
    "WatchedDatabaseConfig",
    "WatchedQueueConfig",
    "WatchedReplicaConfig",
    "WebFirewall",
    "WebFirewallArgs",
    "WebFirewallConfig",
    "Weekday",
    "WindowKind",
    "WorkloadIdentity",
    "WorkloadIdentityArgs",
]
