"""The pages on components name every argument and output, and their examples run."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import BaseModel
from pydantic.alias_generators import to_camel

from components.access.access_control.access_control import AccessControl
from components.access.access_control.spec import AccessControlArgs, AccessControlSpec
from components.access.account_audit.account_audit import AccountAudit
from components.access.account_audit.spec import AccountAuditArgs, AccountAuditSpec
from components.access.permission_sets.permission_sets import PermissionSets
from components.access.permission_sets.spec import PermissionSetsArgs, PermissionSetsSpec
from components.cluster.cluster_autoscaler import ClusterAutoscaler, ClusterAutoscalerArgs, ClusterAutoscalerSpec
from components.cluster.external_secrets import ExternalSecrets, ExternalSecretsArgs, ExternalSecretsSpec
from components.cluster.gpu_cluster.gpu_cluster import GpuCluster
from components.cluster.gpu_cluster.spec import GpuClusterArgs, GpuClusterSpec
from components.cluster.gpu_software import GpuSoftware, GpuSoftwareArgs, GpuSoftwareSpec
from components.cluster.image_verification.image_verification import ImageVerification
from components.cluster.image_verification.spec import ImageVerificationArgs, ImageVerificationSpec
from components.cluster.karpenter.karpenter import Karpenter
from components.cluster.karpenter.spec import KarpenterArgs, KarpenterPoolSpec, KarpenterSpec
from components.cluster.node_pool.node_pool import NodePool
from components.cluster.node_pool.spec import NodePoolArgs, NodePoolSpec
from components.cluster.secure_namespace import SecureNamespace, SecureNamespaceArgs, SecureNamespaceSpec
from components.cluster.workload_identity import WorkloadIdentity, WorkloadIdentityArgs, WorkloadIdentitySpec
from components.core.spec import parse
from components.data.cache.cache import Cache
from components.data.cache.spec import CacheArgs, CacheSpec
from components.data.database.database import Database
from components.data.database.spec import DatabaseArgs, DatabaseSpec
from components.data.feature_server.feature_server import FeatureServer
from components.data.feature_server.spec import FeatureServerArgs, FeatureServerSpec
from components.data.feature_services.feature_services import FeatureServices
from components.data.feature_services.spec import FeatureServicesArgs, FeatureServicesSpec
from components.data.feature_store.feature_store import FeatureStore
from components.data.feature_store.spec import FeatureStoreArgs, FeatureStoreSpec
from components.data.object_store import ObjectStore, ObjectStoreArgs, ObjectStoreSpec
from components.data.store_access.spec import StoreAccessArgs, StoreAccessSpec
from components.data.store_access.store_access import StoreAccess
from components.data.streaming.event_stream.event_stream import EventStream
from components.data.streaming.event_stream.spec import EventStreamArgs, EventStreamSpec
from components.data.streaming.feature_ingest.feature_ingest import FeatureIngest
from components.data.streaming.feature_ingest.spec import FeatureIngestArgs, FeatureIngestSpec
from components.data.tracking_server.spec import TrackingServerArgs, TrackingServerSpec
from components.data.tracking_server.tracking_server import TrackingServer
from components.delivery.argo_cd.delivery import Delivery
from components.delivery.argo_cd.spec import DeliveryArgs, DeliverySpec
from components.delivery.image_registry.image_registry import ImageRegistry
from components.delivery.image_registry.spec import ImageRegistryArgs, ImageRegistrySpec
from components.delivery.pipeline_access.pipeline_access import PipelineAccess
from components.delivery.pipeline_access.spec import PipelineAccessArgs, PipelineAccessSpec
from components.delivery.user_pool import UserPool, UserPoolArgs, UserPoolSpec
from components.kubeflow.kubeflow_cluster import KubeflowCluster
from components.kubeflow.spec import KubeflowClusterArgs, KubeflowSpec
from components.network.load_balancer.load_balancer import ServingLoadBalancer
from components.network.load_balancer.spec import ServingLoadBalancerArgs, ServingLoadBalancerSpec
from components.network.network import Network, NetworkArgs, NetworkSpec
from components.network.web_firewall.spec import WebFirewallArgs, WebFirewallSpec
from components.network.web_firewall.web_firewall import WebFirewall
from components.observability.alarms.spec import StoreAlarmsArgs, StoreAlarmsSpec
from components.observability.alarms.store_alarms import StoreAlarms
from components.observability.logs.log_pipeline import LogPipeline
from components.observability.logs.spec import LogPipelineArgs, LogPipelineSpec
from components.observability.metrics.metrics_platform import MetricsPlatform
from components.observability.metrics.spec import MetricsPlatformArgs, MetricsPlatformSpec
from components.observability.model_quality.model_quality import ModelQuality
from components.observability.model_quality.spec import ModelQualityArgs, ModelQualitySpec
from components.observability.traces.spec import TracingArgs, TracingSpec
from components.observability.traces.tracing import Tracing
from components.recovery.backup_plans.backup_plans import BackupPlans
from components.recovery.backup_plans.spec import BackupPlansArgs, BackupPlansSpec
from components.recovery.cluster_state.cluster_state import ClusterState
from components.recovery.cluster_state.spec import ClusterStateArgs, ClusterStateSpec
from components.recovery.failover_switch.failover_switch import FailoverSwitch
from components.recovery.failover_switch.spec import FailoverSwitchArgs, FailoverSwitchSpec
from components.serving.model_service.model_service import ModelService
from components.serving.model_service.spec import ModelServiceArgs, ModelServiceSpec
from components.serving.model_serving_ingress.model_serving_ingress import ModelServingIngress
from components.serving.model_serving_ingress.spec import ModelServingIngressArgs, ModelServingSpec
from components.serving.serving_platform.serving_platform import ServingPlatform
from components.serving.serving_platform.spec import ServingPlatformArgs, ServingPlatformSpec
from components.spend.spend_control.spec import SpendControlArgs, SpendControlSpec
from components.spend.spend_control.spend_control import SpendControl
from components.starter.spec import StarterArgs, StarterSpec
from components.starter.starter import Starter
from components.training.batch_queue.batch_queue import BatchQueue
from components.training.batch_queue.spec import BatchQueueArgs, BatchQueueSpec
from components.training.cluster_jobs.cluster_jobs import ClusterJobs
from components.training.cluster_jobs.spec import ClusterJobsArgs, ClusterJobsSpec
from components.training.job_schedules.job_schedules import JobSchedules
from components.training.job_schedules.spec import JobSchedulesArgs, JobSchedulesSpec
from components.training.spark_cluster.spark_cluster import SparkCluster
from components.training.spark_cluster.spec import SparkClusterArgs, SparkClusterSpec
from components.training.training_platform.spec import TrainingPlatformArgs, TrainingPlatformSpec
from components.training.training_platform.training_platform import TrainingPlatform

ROOT = Path(__file__).parents[2]
PAGES = ROOT / "docs" / "components"

DOCUMENTED: list[tuple[str, Any, Any, type[BaseModel]]] = [
    ("backup_plans", BackupPlans, BackupPlansArgs, BackupPlansSpec),
    ("cluster_state", ClusterState, ClusterStateArgs, ClusterStateSpec),
    ("failover_switch", FailoverSwitch, FailoverSwitchArgs, FailoverSwitchSpec),
    ("permission_sets", PermissionSets, PermissionSetsArgs, PermissionSetsSpec),
    ("access_control", AccessControl, AccessControlArgs, AccessControlSpec),
    ("account_audit", AccountAudit, AccountAuditArgs, AccountAuditSpec),
    ("log_pipeline", LogPipeline, LogPipelineArgs, LogPipelineSpec),
    ("metrics_platform", MetricsPlatform, MetricsPlatformArgs, MetricsPlatformSpec),
    ("tracing", Tracing, TracingArgs, TracingSpec),
    ("batch_queue", BatchQueue, BatchQueueArgs, BatchQueueSpec),
    ("cache", Cache, CacheArgs, CacheSpec),
    ("cluster_jobs", ClusterJobs, ClusterJobsArgs, ClusterJobsSpec),
    ("cluster_autoscaler", ClusterAutoscaler, ClusterAutoscalerArgs, ClusterAutoscalerSpec),
    ("database", Database, DatabaseArgs, DatabaseSpec),
    ("delivery", Delivery, DeliveryArgs, DeliverySpec),
    ("event_stream", EventStream, EventStreamArgs, EventStreamSpec),
    ("external_secrets", ExternalSecrets, ExternalSecretsArgs, ExternalSecretsSpec),
    ("feature_ingest", FeatureIngest, FeatureIngestArgs, FeatureIngestSpec),
    ("feature_server", FeatureServer, FeatureServerArgs, FeatureServerSpec),
    ("feature_services", FeatureServices, FeatureServicesArgs, FeatureServicesSpec),
    ("feature_store", FeatureStore, FeatureStoreArgs, FeatureStoreSpec),
    ("gpu_cluster", GpuCluster, GpuClusterArgs, GpuClusterSpec),
    ("gpu_software", GpuSoftware, GpuSoftwareArgs, GpuSoftwareSpec),
    ("image_verification", ImageVerification, ImageVerificationArgs, ImageVerificationSpec),
    ("image_registry", ImageRegistry, ImageRegistryArgs, ImageRegistrySpec),
    ("karpenter", Karpenter, KarpenterArgs, KarpenterSpec),
    ("kubeflow_cluster", KubeflowCluster, KubeflowClusterArgs, KubeflowSpec),
    ("load_balancer", ServingLoadBalancer, ServingLoadBalancerArgs, ServingLoadBalancerSpec),
    ("model_quality", ModelQuality, ModelQualityArgs, ModelQualitySpec),
    ("model_service", ModelService, ModelServiceArgs, ModelServiceSpec),
    ("model_serving_ingress", ModelServingIngress, ModelServingIngressArgs, ModelServingSpec),
    ("network", Network, NetworkArgs, NetworkSpec),
    ("node_pool", NodePool, NodePoolArgs, NodePoolSpec),
    ("pipeline_access", PipelineAccess, PipelineAccessArgs, PipelineAccessSpec),
    ("object_store", ObjectStore, ObjectStoreArgs, ObjectStoreSpec),
    ("secure_namespace", SecureNamespace, SecureNamespaceArgs, SecureNamespaceSpec),
    ("serving_platform", ServingPlatform, ServingPlatformArgs, ServingPlatformSpec),
    ("job_schedules", JobSchedules, JobSchedulesArgs, JobSchedulesSpec),
    ("spark_cluster", SparkCluster, SparkClusterArgs, SparkClusterSpec),
    ("spend_control", SpendControl, SpendControlArgs, SpendControlSpec),
    ("starter", Starter, StarterArgs, StarterSpec),
    ("store_access", StoreAccess, StoreAccessArgs, StoreAccessSpec),
    ("store_alarms", StoreAlarms, StoreAlarmsArgs, StoreAlarmsSpec),
    ("tracking_server", TrackingServer, TrackingServerArgs, TrackingServerSpec),
    ("training_platform", TrainingPlatform, TrainingPlatformArgs, TrainingPlatformSpec),
    ("user_pool", UserPool, UserPoolArgs, UserPoolSpec),
    ("web_firewall", WebFirewall, WebFirewallArgs, WebFirewallSpec),
    ("workload_identity", WorkloadIdentity, WorkloadIdentityArgs, WorkloadIdentitySpec),
]
EACH = pytest.mark.parametrize(("page", "component", "args", "spec"), DOCUMENTED, ids=[each[0] for each in DOCUMENTED])


def test_every_page_is_held_to_its_component() -> None:
    assert {each[0] for each in DOCUMENTED} == {path.stem for path in PAGES.glob("*.md")} - {"README"}


def section(page: str, title: str) -> str:
    text = (PAGES / f"{page}.md").read_text(encoding="utf-8")
    return text.split(f"\n## {title}\n")[1].split("\n## ")[0]


def first_cells(table: str) -> set[str]:
    """Every name in code in the first cell of each row."""
    return {
        name
        for line in table.splitlines()
        if line.startswith("|")
        for name in re.findall(r"`(\w+)", line.split("|")[1])
    }


def code(page: str, language: str) -> str:
    [block] = re.findall(rf"```{language}\n(.*?)```", section(page, "Example"), re.DOTALL)
    return block


@EACH
def test_every_argument_is_named_and_no_other(page: str, component: Any, args: Any, spec: type[BaseModel]) -> None:
    wanted = {to_camel(name) for name in args.__annotations__}
    if spec is KarpenterSpec:
        wanted |= {to_camel(name) for name in KarpenterPoolSpec.model_fields}
    assert first_cells(section(page, "Arguments")) == wanted


@EACH
def test_every_output_is_named_and_no_other(page: str, component: Any, args: Any, spec: type[BaseModel]) -> None:
    outputs = {to_camel(name) for name in component.__annotations__ if not name.startswith("_")}
    assert first_cells(section(page, "Outputs")) == outputs


@EACH
def test_defaults_are_those_of_the_spec(page: str, component: Any, args: Any, spec: type[BaseModel]) -> None:
    table = section(page, "Arguments")
    fields = {**spec.model_fields, **(KarpenterPoolSpec.model_fields if spec is KarpenterSpec else {})}
    for name, field in fields.items():
        row = re.search(rf"^\| `{to_camel(name)}` \| ([^|]*) \|", table, re.MULTILINE)
        if row is None or name in ("zones",):
            continue
        told = row.group(1).strip().strip("`").strip('"')
        if field.is_required():
            assert told == "required", name
        elif isinstance(field.default, bool | int | str):
            assert told.lower() == str(field.default).lower(), name


@EACH
def test_the_yaml_example_is_accepted(page: str, component: Any, args: Any, spec: type[BaseModel]) -> None:
    program = yaml.safe_load(code(page, "yaml"))
    token = f"mlplatform:{component.__name__}"
    [resource] = [each for each in program["resources"].values() if each["type"] == token]
    given = set(resource["properties"])
    wiring = {to_camel(name) for name in args.__annotations__} - {to_camel(name) for name in spec.model_fields}
    required = {to_camel(name) for name in args.__required_keys__}
    assert required <= given
    parse(spec, {key: value for key, value in resource["properties"].items() if key not in wiring}, page)
    outputs = {to_camel(name) for name in component.__annotations__}
    assert {each.rpartition(".")[2].rstrip("}") for each in program["outputs"].values()} <= outputs
