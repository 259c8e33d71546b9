"""What is read: the pods of each part of the platform, and the metrics that are kept of them.

A metric that is not in a keep list is not stored, so the number of series follows from the platform's size. The lists
name what dashboards, rules and autoscalers ask for. Ports are those that the network policies of the parts open.
"""

from collections.abc import Iterator, Mapping, Sequence

from ...cluster import accelerator_software, cluster_autoscaler, external_secrets, gpu_software
from ...cluster.image_verification import kyverno
from ...cluster.karpenter import karpenter
from ...data.feature_server import objects as feature_server
from ...data.streaming.feature_ingest import objects as feature_ingest
from ...data.tracking_server import objects as tracking_server
from ...data.tracking_server.server import PORT as TRACKING_PORT
from ...serving import keda
from ...serving.serving_platform import cert_manager, gateway, knative, kserve, load_balancer_controller, names
from ..logs import collector as fluent_bit
from ..logs.spec import NAMESPACE as LOGS_NAMESPACE
from ..traces.collectors import PODS as COLLECTOR_PODS
from ..traces.spec import METRICS_PORT as COLLECTOR_METRICS_PORT
from ..traces.spec import NAMESPACE as TRACING_NAMESPACE
from ..traces.tempo_config import METRICS_PORT as TEMPO_METRICS_PORT
from ..traces.tempo_spec import TEMPO_NAMESPACE, TEMPO_PODS
from .exporters import Exporter
from .kubeflow_targets import KUBEFLOW_TARGETS
from .pod_target import CONTROLLER_KEPT, PodTarget
from .spec import NAMESPACE

NODE_EXPORTER_NAMESPACE = "node-exporter"
NODE_EXPORTER_PORT = 9100
KUBE_STATE_PORT = 8080
PROMETHEUS_PORT = 9090
GRAFANA_NAMESPACE = "grafana"
GATEWAY_SECONDS = 15
"""Models scale by a rate over a minute, which needs several samples in it."""


NODE_KEPT = (
    "node_cpu_seconds_total",
    "node_disk_(io_time_seconds|read_bytes|written_bytes)_total",
    "node_filesystem_(avail_bytes|size_bytes|readonly|files|files_free)",
    "node_load(1|5)",
    "node_memory_(MemAvailable|MemTotal)_bytes",
    "node_network_(receive|transmit)_(bytes|drop|errs)_total",
    "node_nf_conntrack_entries(_limit)?",
    "node_pressure_(cpu_waiting|io_waiting|memory_waiting)_seconds_total",
    "node_time_seconds",
    "node_vmstat_oom_kill",
)
CADVISOR_KEPT = (
    "container_cpu_cfs_(periods|throttled_periods)_total",
    "container_cpu_usage_seconds_total",
    "container_memory_(working_set_bytes|rss)",
    "container_network_(receive|transmit)_bytes_total",
    "container_oom_events_total",
)
KUBELET_KEPT = (
    "kubelet_node_name",
    "kubelet_pleg_relist_duration_seconds_(sum|count)",
    "kubelet_running_(pods|containers)",
    "kubelet_volume_stats_(available|capacity)_bytes",
)
KUBE_STATE_KEPT = (
    "kube_cronjob_(info|spec_suspend|status_active|status_last_schedule_time|status_last_successful_time"
    "|next_schedule_time)",
    "kube_daemonset_status_(desired_number_scheduled|number_ready|number_unavailable)",
    "kube_deployment_(spec_replicas|status_replicas|status_replicas_available|status_replicas_unavailable)",
    "kube_horizontalpodautoscaler_(spec_max_replicas|spec_min_replicas|status_desired_replicas"
    "|status_current_replicas)",
    "kube_job_(complete|failed|owner|status_active|status_failed|status_start_time|status_completion_time)",
    "kube_namespace_labels",
    "kube_node_(info|labels|spec_unschedulable|status_allocatable|status_capacity|status_condition)",
    "kube_persistentvolumeclaim_(resource_requests_storage_bytes|status_phase)",
    "kube_pod_(info|labels|owner|status_phase|status_ready|status_unschedulable|start_time)",
    "kube_pod_container_(resource_requests|resource_limits|status_restarts_total|status_waiting_reason"
    "|status_last_terminated_reason)",
    "kube_poddisruptionbudget_status_(current_healthy|desired_healthy|pod_disruptions_allowed)",
    "kube_resourcequota",
    "kube_statefulset_(replicas|status_replicas_ready)",
)
_PROMETHEUS_KEPT = (
    "prometheus_config_last_reload_successful",
    "prometheus_notifications_(dropped|errors|sent)_total",
    "prometheus_remote_storage_(highest_timestamp_in_seconds|queue_highest_sent_timestamp_seconds"
    "|samples_failed_total|samples_dropped_total|samples_pending|samples_retried_total|samples_total)",
    "prometheus_rule_evaluation_failures_total",
    "prometheus_rule_group_iterations_missed_total",
    "prometheus_tsdb_head_series",
    "process_(cpu_seconds_total|resident_memory_bytes)",
)


def pod_targets(exporters: Sequence[Exporter], model_namespaces: Sequence[str]) -> Iterator[PodTarget]:
    """The pods to read: those of the monitoring itself, and those of `exporters`."""
    yield from _OWN
    chosen = set(exporters)
    yield from (target for target in (*_PARTS, *KUBEFLOW_TARGETS) if target.exporter in chosen)
    if Exporter.MODELS in chosen and model_namespaces:
        yield from _models(tuple(sorted(model_namespaces)))


def _models(namespaces: tuple[str, ...]) -> Iterator[PodTarget]:
    """Model servers, which are told apart by their images: pods of Knative name no port of theirs."""
    for runtime, (image, kept, series) in _RUNTIMES.items():
        yield PodTarget(
            f"models-{runtime}",
            namespaces,
            names.PREDICTOR_PODS,
            names.METRICS_PORTS[runtime],
            kept,
            Exporter.MODELS,
            image=image,
            series=series,
        )


_RUNTIMES: Mapping[names.Runtime, tuple[str, tuple[str, ...], int]] = {
    names.Runtime.TRITON: (
        r".*/tritonserver[:@].*",
        (
            "nv_inference_(request_success|request_failure|count|exec_count|request_duration_us|queue_duration_us"
            "|compute_infer_duration_us|pending_request_count)",
            "nv_gpu_(utilization|memory_total_bytes|memory_used_bytes)",
        ),
        20,
    ),
    names.Runtime.HUGGINGFACE: (
        r".*/huggingfaceserver[:@].*",
        (
            "request_(preprocess|predict|postprocess)_seconds_(bucket|sum|count)",
            "vllm:(num_requests_running|num_requests_waiting|kv_cache_usage_perc|prompt_tokens_total"
            "|generation_tokens_total|request_success_total)",
            "vllm:(e2e_request_latency_seconds|time_to_first_token_seconds)_(bucket|sum|count)",
        ),
        120,
    ),
    names.Runtime.MLSERVER: (
        r".*/mlserver[:@].*",
        (
            "model_infer_request_(success|failure)_total",
            "model_infer_request_duration_(sum|count)",
            "rest_server_requests(_in_progress|_total)?",
            "(batch|parallel)_request_queue_(bucket|sum|count)",
        ),
        60,
    ),
}

_OWN = (
    PodTarget(
        "prometheus",
        (NAMESPACE,),
        {"app.kubernetes.io/name": "prometheus"},
        PROMETHEUS_PORT,
        _PROMETHEUS_KEPT,
        series=20,
    ),
    PodTarget(
        "kube-state-metrics",
        (NAMESPACE,),
        {"app.kubernetes.io/name": "kube-state-metrics"},
        KUBE_STATE_PORT,
        KUBE_STATE_KEPT,
        speaks_for_others=True,
        # Counted with the pods.
        series=0,
    ),
)

_PARTS = (
    PodTarget(
        "argo-cd-applicationset-controller",
        ("argocd",),
        {"app.kubernetes.io/name": "argocd-applicationset-controller"},
        8080,
        ("argocd_appset_(info|owned_applications)", *CONTROLLER_KEPT),
        Exporter.ARGO_CD,
        speaks_for_others=True,
        series=20,
    ),
    PodTarget(
        "argo-cd-server",
        ("argocd",),
        {"app.kubernetes.io/name": "argocd-server"},
        8083,
        ("argocd_login_request_total", *CONTROLLER_KEPT),
        Exporter.ARGO_CD,
        series=10,
    ),
    PodTarget(
        "argo-cd-controller",
        ("argocd",),
        {"app.kubernetes.io/name": "argocd-application-controller"},
        8082,
        ("argocd_app_(info|sync_total)", "argocd_app_reconcile_(sum|count)", "argocd_cluster_connection_status"),
        Exporter.ARGO_CD,
        speaks_for_others=True,
        series=60,
    ),
    PodTarget(
        "argo-cd-repo-server",
        ("argocd",),
        {"app.kubernetes.io/name": "argocd-repo-server"},
        8084,
        (
            "argocd_git_(fetch_fail|lsremote_fail|request)_total",
            "argocd_git_request_duration_seconds_(bucket|sum|count)",
            "argocd_repo_pending_request_total",
        ),
        Exporter.ARGO_CD,
        series=30,
    ),
    PodTarget(
        "cert-manager",
        (names.CERT_MANAGER_NAMESPACE,),
        {"app.kubernetes.io/component": "controller"},
        cert_manager.METRICS_PORT,
        (
            "certmanager_certificate_(expiration|renewal|not_after)_timestamp_seconds",
            "certmanager_certificate_ready_status",
            "certmanager_controller_sync_error_count",
        ),
        Exporter.CERT_MANAGER,
        speaks_for_others=True,
        opened={},
    ),
    PodTarget(
        "cluster-autoscaler",
        (cluster_autoscaler.NAMESPACE,),
        {"app.kubernetes.io/name": "aws-cluster-autoscaler"},
        cluster_autoscaler.METRICS_PORT,
        (
            "cluster_autoscaler_(cluster_safe_to_autoscale|errors_total|evicted_pods_total|failed_scale_ups_total"
            "|nodes_count|scaled_down_nodes_total|scaled_up_nodes_total|unneeded_nodes_count"
            "|unschedulable_pods_count)",
        ),
        Exporter.AUTOSCALER,
        series=30,
    ),
    PodTarget(
        "cluster-state",
        ("velero",),
        {"app.kubernetes.io/name": "velero"},
        8085,
        ("velero_backup_(last_status|last_successful_timestamp|location_status_gauge)",),
        Exporter.CLUSTER_STATE,
        opened={"app.kubernetes.io/name": "velero", "app.kubernetes.io/instance": "velero"},
        series=5,
    ),
    PodTarget(
        "external-secrets",
        (external_secrets.NAMESPACE,),
        {"app.kubernetes.io/name": "external-secrets"},
        external_secrets.METRICS_PORT,
        (
            "externalsecret_(status_condition|sync_calls_total|sync_calls_error|provider_api_calls_count)",
            "clustersecretstore_status_condition",
        ),
        Exporter.EXTERNAL_SECRETS,
        speaks_for_others=True,
        opened={},
        series=60,
    ),
    PodTarget(
        "feast",
        (feature_server.NAMESPACE,),
        feature_server.SERVER_PODS,
        feature_server.METRICS_PORT,
        (
            "feast_feature_freshness_seconds",
            "feast_feature_server_(cpu_usage|memory_usage|request_total)",
            "feast_feature_server_(request_latency|online_store_read_duration)_seconds_(bucket|sum|count)",
            "feast_materialization_(duration_seconds_(sum|count)|result_total)",
            "feast_online_features_(request|status)_total",
            "feast_online_features_entity_count_(sum|count)",
            "feast_push_request_total",
        ),
        Exporter.FEAST,
        series=150,
    ),
    PodTarget(
        "feature-ingest",
        (feature_ingest.NAMESPACE,),
        feature_ingest.PODS,
        feature_ingest.PORT,
        ("feature_ingest_(records_total|failures_total|lag_records)",),
        Exporter.FEATURE_INGEST,
        series=60,
    ),
    PodTarget(
        "model-quality",
        (names.PREDICTION_LOG_NAMESPACE,),
        names.PREDICTION_LOG_PODS,
        names.PREDICTION_LOG_PORT,
        (
            "prediction_log_(events|rejected|written_records|write_failures)_total",
            "prediction_log_sample_percent",
            "model_drift_(detected|share|score|column_detected)",
            "model_quality_(data_bad|enough_rows|evaluated_timestamp_seconds|late_after_seconds|performance"
            "|performance_bad|problem_share|rows|window_end_timestamp_seconds)",
        ),
        Exporter.MODEL_QUALITY,
        series=100,
    ),
    PodTarget(
        "fluent-bit",
        (LOGS_NAMESPACE,),
        fluent_bit.PODS,
        fluent_bit.METRICS_PORT,
        (
            "fluentbit_input_(ingestion_paused|records_total)",
            "fluentbit_output_(chunk_available_capacity_percent|dropped_records_total|errors_total|proc_bytes_total"
            "|proc_records_total|retries_total)",
        ),
        Exporter.FLUENT_BIT,
        path=fluent_bit.METRICS_PATH,
        series=14,
    ),
    PodTarget(
        "gpus",
        (gpu_software.NAMESPACE,),
        {"app.kubernetes.io/name": "dcgm-exporter"},
        accelerator_software.METRICS_PORT,
        (
            "DCGM_FI_DEV_(FB_FREE|FB_USED|GPU_TEMP|GPU_UTIL|MEM_COPY_UTIL|MEMORY_TEMP|POWER_USAGE|SM_CLOCK"
            "|XID_ERRORS|PCIE_REPLAY_COUNTER|TOTAL_ENERGY_CONSUMPTION|ROW_REMAP_FAILURE"
            "|UNCORRECTABLE_REMAPPED_ROWS)",
            "DCGM_FI_DEV_(POWER|THERMAL)_VIOLATION",
            "DCGM_FI_PROF_(DRAM_ACTIVE|GR_ENGINE_ACTIVE|PIPE_TENSOR_ACTIVE)",
        ),
        Exporter.GPUS,
        speaks_for_others=True,
        series=18,
    ),
    PodTarget(
        "istio-gateway",
        (names.GATEWAY_NAMESPACE,),
        names.GATEWAY_PODS,
        names.GATEWAY_METRICS_PORT,
        ("istio_requests_total", "istio_request_duration_milliseconds_(bucket|sum|count)"),
        Exporter.ISTIO,
        path="/stats/prometheus",
        seconds=GATEWAY_SECONDS,
        series=600,
    ),
    PodTarget(
        "istiod",
        (names.MESH_NAMESPACE,),
        gateway.ISTIOD_PODS,
        gateway.ISTIOD_METRICS_PORT,
        (
            "pilot_(xds|xds_pushes|total_xds_rejects|total_rejected_configs)",
            "pilot_proxy_convergence_time_(bucket|sum|count)",
            "citadel_server_root_cert_expiry_(timestamp|seconds)",
        ),
        Exporter.ISTIO,
        series=40,
    ),
    PodTarget(
        "karpenter",
        (karpenter.NAMESPACE,),
        {"app.kubernetes.io/name": "karpenter"},
        karpenter.METRICS_PORT,
        (
            # Offerings by type, zone and purchase are thousands of series; none of them is kept.
            "karpenter_cloudprovider_(errors_total|instance_launch_failures_total)",
            "karpenter_interruption_received_messages_total",
            "karpenter_nodeclaims_(created|disrupted|terminated)_total",
            "karpenter_nodepools_(limit|usage)",
            "karpenter_nodes_(created|terminated)_total",
            "karpenter_scheduler_(queue_depth|unschedulable_pods_count)",
            "karpenter_cluster_state_(node_count|synced)",
        ),
        Exporter.KARPENTER,
        series=80,
    ),
    PodTarget(
        "keda",
        (keda.NAMESPACE,),
        keda.OPERATOR_PODS,
        keda.METRICS_PORT,
        (
            "keda_(scaled_object_errors|scaled_job_errors|scaler_detail_errors)_total",
            "keda_scaled_object_paused",
            "keda_scaler_(active|metrics_value|metrics_latency_seconds|empty_upstream_responses_total)",
        ),
        Exporter.KEDA,
        speaks_for_others=True,
        series=60,
    ),
    PodTarget(
        "knative",
        (names.KNATIVE_NAMESPACE,),
        {"app.kubernetes.io/part-of": "knative-serving"},
        knative.METRICS_PORT,
        (
            "kn_revision_(pods_desired|pods_requested|pods_count|pods_not_ready_count|panic_mode)",
            "kn_revision_(concurrency_stable|request_concurrency|request_queued|request_active)",
            "kn_serving_queue_depth",
        ),
        Exporter.KNATIVE,
        series=60,
    ),
    PodTarget(
        "kserve",
        (names.KSERVE_NAMESPACE,),
        {"app.kubernetes.io/name": "kserve-controller-manager"},
        kserve.METRICS_PORT,
        CONTROLLER_KEPT,
        Exporter.KSERVE,
        secured=True,
        series=40,
    ),
    PodTarget(
        "kuberay",
        ("ray-system",),
        {"app.kubernetes.io/name": "kuberay-operator"},
        8080,
        ("kuberay_job_execution_duration_seconds", "kuberay_cluster_(info|condition_provisioned)", *CONTROLLER_KEPT),
        Exporter.KUBERAY,
        speaks_for_others=True,
        series=40,
    ),
    PodTarget(
        "kyverno",
        (kyverno.NAMESPACE,),
        kyverno.PODS,
        kyverno.METRICS_PORT,
        (
            "kyverno_admission_requests_total",
            "kyverno_admission_review_duration_seconds_(bucket|sum|count)",
            "kyverno_image_validating_policy_results_total",
            "process_(cpu_seconds_total|resident_memory_bytes)",
        ),
        Exporter.KYVERNO,
        series=60,
    ),
    PodTarget(
        "kueue",
        ("kueue-system",),
        {"control-plane": "controller-manager"},
        8443,
        (
            "kueue_(admitted_active_workloads|admitted_workloads_total|pending_workloads|reserving_active_workloads)",
            "kueue_admission_wait_time_seconds_(bucket|sum|count)",
            "kueue_cluster_queue_(nominal_quota|resource_pending|resource_reservation|resource_usage|status)",
            "kueue_(evicted_workloads|preempted_workloads|finished_workloads)_total",
        ),
        Exporter.KUEUE,
        secured=True,
        series=120,
    ),
    PodTarget(
        "traces",
        (TRACING_NAMESPACE,),
        COLLECTOR_PODS,
        COLLECTOR_METRICS_PORT,
        (
            "otelcol_receiver_(accepted|refused)_spans",
            "otelcol_exporter_(sent|send_failed|enqueue_failed)_spans",
            "otelcol_exporter_queue_(size|capacity)",
            "otelcol_processor_tail_sampling_count_traces_sampled",
            "otelcol_processor_tail_sampling_sampling_(trace_dropped_too_early|traces_on_memory)",
        ),
        Exporter.TRACES,
        series=30,
    ),
    PodTarget(
        "tempo",
        (TEMPO_NAMESPACE,),
        TEMPO_PODS,
        TEMPO_METRICS_PORT,
        (
            "tempo_discarded_spans_total",
            "tempo_distributor_(bytes|spans)_received_total",
            "tempo_live_store_(blocks_completed|failed_completions|local_blocks_flushed|local_failed_flushes)_total",
            "tempo_live_store_(complete_queue_length|live_trace_bytes|live_traces)",
            "tempo_backend_scheduler_jobs_(completed|failed)_total",
            "tempodb_(blocklist_poll|compaction|retention)_errors_total",
            "tempodb_blocklist_length",
            "tempodb_compaction_outstanding_blocks",
        ),
        Exporter.TEMPO,
        series=40,
    ),
    PodTarget(
        "trainer",
        ("trainer-system",),
        {"app.kubernetes.io/name": "kubeflow-trainer"},
        8443,
        CONTROLLER_KEPT,
        Exporter.TRAINER,
        secured=True,
        series=40,
    ),
    PodTarget(
        "jobset",
        ("trainer-system",),
        {"app.kubernetes.io/name": "jobset"},
        8443,
        CONTROLLER_KEPT,
        Exporter.TRAINER,
        secured=True,
        series=40,
    ),
    PodTarget(
        "load-balancer-controller",
        (names.LOAD_BALANCER_NAMESPACE,),
        {"app.kubernetes.io/name": "aws-load-balancer-controller"},
        load_balancer_controller.METRICS_PORT,
        ("aws_api_call_(permission|service_limit_exceeded|throttled)_errors_total", *CONTROLLER_KEPT),
        Exporter.LOAD_BALANCER_CONTROLLER,
        series=30,
    ),
    PodTarget(
        "mlflow",
        (tracking_server.NAMESPACE,),
        tracking_server.PODS,
        TRACKING_PORT,
        ("mlflow_http_request_total", "mlflow_http_request_duration_seconds_(bucket|sum|count)"),
        Exporter.MLFLOW,
        series=80,
    ),
)
