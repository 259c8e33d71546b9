"""Alerts on symptoms of the platform: each fires on its symptom, and not without it."""

import re
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from components.cluster.accelerator_software import gpu_counters
from components.observability.alerts import Alert, Severity
from components.observability.metrics.own_rules import own_rules
from components.observability.metrics.spec import MetricsPlatformSpec
from components.observability.objectives.rule_files import all_alerts, rule_files
from components.observability.runbooks import runbooks
from components.observability.symptoms import SYMPTOMS
from tests.support.components.observability.promtool import Scenario, assert_alerts, check_rules
from tests.support.components.observability.queries import exported_metrics
from tests.support.programs import needs

RUNBOOKS = "https://example.com/runbooks.md"
PAGE = Path(__file__).parents[3] / "docs" / "runbooks.md"
ALERTS = [alert for alerts in SYMPTOMS.values() for alert in alerts]
DAYS = 1440


class Case(NamedTuple):
    """Series by their names, each as its first value and its step a minute. Those of the symptom fire."""

    symptom: dict[str, tuple[float, float]]
    healthy: dict[str, tuple[float, float]]


def constant(value: float) -> tuple[float, float]:
    return (value, 0)


def rising(by: float) -> tuple[float, float]:
    return (0, by)


NODE, POD, GPU = 'node="n1"', 'namespace="risk",pod="p1"', 'gpu="0",node="n1"'
CLAIM = 'namespace="feast",persistentvolumeclaim="data"'
JOB = 'namespace="feast",job_name="j1"'
HPA = 'namespace="risk",horizontalpodautoscaler="fraud"'
AVAILABLE, CAPACITY = (
    f"kubelet_volume_stats_available_bytes{{{CLAIM}}}",
    f"kubelet_volume_stats_capacity_bytes{{{CLAIM}}}",
)
APP = 'name="fraud",namespace="argocd"'
QUEUE = 'cluster_queue="risk"'
TRACE_COLLECTOR = 'namespace="tracing",pod="sampler-1"'
TEMPO = 'namespace="trace-store",pod="tempo-0"'
PREDICTOR = 'namespace="risk",deployment="fraud-predictor"'
MODEL = 'model="fraud",model_namespace="risk"'
ANSWERED = (
    'istio_requests_total{reporter="source",request_protocol="http",response_code="200",'
    'destination_service_name="fraud-canary-predictor",destination_service_namespace="risk"}'
)
EXPECTED, LOGGED = f"prediction_log_sample_percent{{{MODEL}}}", f"prediction_log_events_total{{{MODEL}"
LOG_COLLECTOR = 'node="n1",namespace="logging",pod="p1"'
POOL = 'nodepool="gpu",resource_type="cpu"'


def one(name: str, labels: str, symptom: tuple[float, float], healthy: tuple[float, float]) -> Case:
    return Case({f"{name}{{{labels}}}": symptom}, {f"{name}{{{labels}}}": healthy})


RECURRING, FAILED_RECURRING = (
    f'process_scheduled_workflow_duration_seconds_count{{status="{status}"}}' for status in ("ok", "error")
)
REPORT = "resource_manager_recurring_run_report_gap_bucket"
RECONCILED, NOT_RECONCILED = (
    f'controller_runtime_reconcile{name}_total{{job="kubeflow-profiles",controller="profile"}}'
    for name in ("", "_errors")
)


def page(code: str) -> str:
    return (
        f'istio_requests_total{{job="kubeflow-gateway",destination_service_name="ml-pipeline-ui",'
        f'response_code="{code}"}}'
    )


REVIEW = "kyverno_admission_review_duration_seconds_bucket"


def judged(result: str) -> str:
    return (
        'kyverno_image_validating_policy_results_total{resource_namespace="risk",policy_name="signed-risk-audit",'
        f'policy_validation_mode="Audit",result="{result}"}}'
    )


CASES = {
    "ImageVerificationDown": one(
        "kube_deployment_status_replicas_available",
        'namespace="kyverno",deployment="kyverno-admission-controller"',
        constant(0),
        constant(1),
    ),
    "ImageVerificationFailing": Case({judged("error"): rising(1)}, {judged("pass"): rising(1)}),
    "ImagesWithoutSignature": Case({judged("fail"): rising(1)}, {judged("pass"): rising(1)}),
    "ImageVerificationSlow": Case(
        {f'{REVIEW}{{le="5"}}': rising(8), f'{REVIEW}{{le="10"}}': rising(10), f'{REVIEW}{{le="+Inf"}}': rising(10)},
        {f'{REVIEW}{{le="2.5"}}': rising(9), f'{REVIEW}{{le="5"}}': rising(10), f'{REVIEW}{{le="+Inf"}}': rising(10)},
    ),
    "KubeflowPagesFailing": Case(
        {page("503"): rising(30), page("200"): rising(100)}, {page("503"): rising(20), page("200"): rising(100)}
    ),
    "WorkflowControllerBehind": one(
        "argo_workflows_queue_depth_gauge", 'queue_name="workflow_queue"', constant(101), constant(100)
    ),
    "WorkflowControllerPanics": one("argo_workflows_error_count", 'cause="OperationPanic"', rising(1), constant(5)),
    "PipelineRunsBroken": Case(
        {'argo_workflows_total_count{namespace="search",phase="Error"}': rising(1)},
        {'argo_workflows_total_count{namespace="search",phase="Failed"}': rising(1)},
    ),
    "ScheduledRunsFailing": Case(
        {RECURRING: rising(1), FAILED_RECURRING: rising(2)}, {RECURRING: rising(2), FAILED_RECURRING: rising(1)}
    ),
    "PipelineRunsReportedLate": Case(
        {f'{REPORT}{{le="128"}}': rising(1), f'{REPORT}{{le="256"}}': rising(10), f'{REPORT}{{le="+Inf"}}': rising(10)},
        {f'{REPORT}{{le="64"}}': rising(9), f'{REPORT}{{le="128"}}': rising(10), f'{REPORT}{{le="+Inf"}}': rising(10)},
    ),
    "NotebooksNotCreated": one("notebook_create_failed_total", 'namespace="search"', rising(1), constant(3)),
    "TrialsWithoutMetrics": one("katib_trial_metrics_unavailable_total", 'namespace="search"', rising(1), constant(3)),
    "KubeflowControllerFailing": Case(
        {RECONCILED: rising(10), NOT_RECONCILED: rising(6)}, {RECONCILED: rising(10), NOT_RECONCILED: rising(4)}
    ),
    "NodeNotReady": one(
        "kube_node_status_condition", f'{NODE},condition="Ready",status="true"', constant(0), constant(1)
    ),
    "NodeDiskFilling": Case(
        {f"node_filesystem_avail_bytes{{{NODE}}}": constant(9), f"node_filesystem_size_bytes{{{NODE}}}": constant(100)},
        {
            f"node_filesystem_avail_bytes{{{NODE}}}": constant(11),
            f"node_filesystem_size_bytes{{{NODE}}}": constant(100),
        },
    ),
    "NodeMemoryShort": Case(
        {
            f"node_memory_MemAvailable_bytes{{{NODE}}}": constant(4),
            f"node_memory_MemTotal_bytes{{{NODE}}}": constant(100),
        },
        {
            f"node_memory_MemAvailable_bytes{{{NODE}}}": constant(6),
            f"node_memory_MemTotal_bytes{{{NODE}}}": constant(100),
        },
    ),
    "PodsPending": one("kube_pod_status_unschedulable", POD, constant(1), constant(0)),
    "PodCrashLooping": Case(
        {f'kube_pod_container_status_waiting_reason{{{POD},container="c",reason="CrashLoopBackOff"}}': constant(1)},
        {f'kube_pod_container_status_waiting_reason{{{POD},container="c",reason="ContainerCreating"}}': constant(1)},
    ),
    "VolumeAlmostFull": Case(
        {AVAILABLE: constant(4), CAPACITY: constant(100)}, {AVAILABLE: constant(6), CAPACITY: constant(100)}
    ),
    "VolumeFilling": Case(
        {AVAILABLE: (39_900, -8), CAPACITY: constant(100_000)}, {AVAILABLE: (39_900, -1), CAPACITY: constant(100_000)}
    ),
    "JobFailed": Case(
        {
            f'kube_job_status_failed{{{JOB},reason="BackoffLimitExceeded"}}': constant(1),
            f'kube_job_failed{{{JOB},condition="true"}}': constant(1),
        },
        # One attempt failed, and the next one runs.
        {
            f'kube_job_status_failed{{{JOB},reason="BackoffLimitExceeded"}}': constant(1),
            f'kube_job_failed{{{JOB},condition="true"}}': constant(0),
        },
    ),
    "AutoscalerAtMaximum": Case(
        {
            f"kube_horizontalpodautoscaler_status_desired_replicas{{{HPA}}}": constant(5),
            f"kube_horizontalpodautoscaler_spec_max_replicas{{{HPA}}}": constant(5),
            f"kube_horizontalpodautoscaler_spec_min_replicas{{{HPA}}}": constant(1),
        },
        {
            f"kube_horizontalpodautoscaler_status_desired_replicas{{{HPA}}}": constant(1),
            f"kube_horizontalpodautoscaler_spec_max_replicas{{{HPA}}}": constant(1),
            f"kube_horizontalpodautoscaler_spec_min_replicas{{{HPA}}}": constant(1),
        },
    ),
    "GpuXidError": Case(
        {f'DCGM_FI_DEV_XID_ERRORS{{{GPU},err_code="79"}}': constant(79)},
        {f'DCGM_FI_DEV_XID_ERRORS{{{GPU},err_code="31"}}': constant(31)},
    ),
    "GpuThrottled": one("DCGM_FI_DEV_THERMAL_VIOLATION", GPU, rising(12e9), rising(3e9)),
    "GpuMemoryFailing": one("DCGM_FI_DEV_ROW_REMAP_FAILURE", GPU, constant(1), constant(0)),
    "GpuMetricsMissing": Case(
        {f'kube_node_status_allocatable{{{NODE},resource="nvidia_com_gpu"}}': constant(1)},
        {
            f'kube_node_status_allocatable{{{NODE},resource="nvidia_com_gpu"}}': constant(1),
            f"DCGM_FI_DEV_GPU_UTIL{{{GPU}}}": constant(0),
        },
    ),
    "KedaScalerFailing": one(
        "keda_scaled_object_errors_total", 'namespace="risk",scaledObject="fraud"', rising(1), rising(0)
    ),
    "ApplicationOutOfSync": Case(
        {f'argocd_app_info{{{APP},sync_status="OutOfSync"}}': constant(1)},
        {f'argocd_app_info{{{APP},sync_status="Synced"}}': constant(1)},
    ),
    "ApplicationSyncFailed": Case(
        {f'argocd_app_sync_total{{{APP},phase="Failed"}}': rising(1)},
        {f'argocd_app_sync_total{{{APP},phase="Succeeded"}}': rising(1)},
    ),
    "ApplicationDegraded": Case(
        {f'argocd_app_info{{{APP},health_status="Degraded"}}': constant(1)},
        {f'argocd_app_info{{{APP},health_status="Progressing"}}': constant(1)},
    ),
    "GitUnreachable": one("argocd_git_fetch_fail_total", 'repo="r"', rising(1), rising(0)),
    "JobsStarve": Case(
        {
            f'kueue_pending_workloads{{{QUEUE},status="active"}}': constant(3),
            f"kueue_admitted_workloads_total{{{QUEUE}}}": rising(0),
        },
        {
            f'kueue_pending_workloads{{{QUEUE},status="active"}}': constant(3),
            f"kueue_admitted_workloads_total{{{QUEUE}}}": rising(0.01),
        },
    ),
    "JobQueueInactive": Case(
        {f'kueue_cluster_queue_status{{{QUEUE},status="pending"}}': constant(1)},
        {
            f'kueue_cluster_queue_status{{{QUEUE},status="active"}}': constant(1),
            f'kueue_cluster_queue_status{{{QUEUE},status="pending"}}': constant(0),
        },
    ),
    "SpansRefused": one("otelcol_receiver_refused_spans", TRACE_COLLECTOR, rising(60), rising(0)),
    "SpansLost": one("otelcol_exporter_send_failed_spans", TRACE_COLLECTOR, rising(60), rising(0)),
    "TracesDecidedTooEarly": one(
        "otelcol_processor_tail_sampling_sampling_trace_dropped_too_early", TRACE_COLLECTOR, rising(60), rising(0)
    ),
    "TempoDiscardsSpans": one(
        "tempo_discarded_spans_total", f'{TEMPO},reason="trace_too_large",tenant="t"', rising(60), rising(0)
    ),
    "TempoCannotWrite": one("tempo_live_store_local_failed_flushes_total", TEMPO, rising(1), rising(0)),
    "TempoMaintenanceFails": one("tempodb_compaction_errors_total", TEMPO, rising(1), rising(0.01)),
    "TempoCannotReadBlocks": one("tempodb_blocklist_poll_errors_total", f'{TEMPO},tenant="t"', rising(1), rising(0.01)),
    "FeaturesStale": one(
        "feast_feature_freshness_seconds", 'project="p",feature_view="v"', constant(11_000), constant(10_000)
    ),
    "FeatureIngestStalled": Case(
        {
            f'feature_ingest_lag_records{{{POD},partition="0"}}': constant(9),
            f'feature_ingest_records_total{{{POD},outcome="written"}}': rising(0),
        },
        {
            f'feature_ingest_lag_records{{{POD},partition="0"}}': constant(9),
            f'feature_ingest_records_total{{{POD},outcome="written"}}': rising(5),
        },
    ),
    "FeatureIngestFailing": one("feature_ingest_failures_total", POD, rising(60), rising(1)),
    "FeatureRecordsRejected": Case(
        {f'feature_ingest_records_total{{{POD},outcome="rejected"}}': rising(1)},
        {f'feature_ingest_records_total{{{POD},outcome="written"}}': rising(1)},
    ),
    "ModelDriftDetected": one("model_drift_detected", MODEL, constant(1), constant(0)),
    "ModelDataBad": one("model_quality_data_bad", f'{MODEL},column="age"', constant(1), constant(0)),
    "ModelPerformancePoor": one("model_quality_performance_bad", MODEL, constant(1), constant(0)),
    "PredictionsNotLogged": Case(
        {ANSWERED: rising(60), EXPECTED: constant(10), f'{LOGGED},outcome="accepted"}}': rising(0)},
        # In a sample of a tenth, most events are not stored.
        {ANSWERED: rising(60), EXPECTED: constant(10), f'{LOGGED},outcome="sampled-out"}}': rising(60)},
    ),
    "PredictionLogFailing": Case(
        {f"prediction_log_write_failures_total{{{MODEL}}}": rising(1)},
        {f"prediction_log_write_failures_total{{{MODEL}}}": rising(0), f'{LOGGED},outcome="dropped"}}': rising(0)},
    ),
    "PredictionsRejected": Case(
        {f'{LOGGED},outcome="rejected"}}': rising(2), f'{LOGGED},outcome="accepted"}}': rising(10)},
        {f'{LOGGED},outcome="rejected"}}': rising(1), f'{LOGGED},outcome="accepted"}}': rising(10)},
    ),
    "DriftJobLate": Case(
        {
            f"model_quality_evaluated_timestamp_seconds{{{MODEL}}}": constant(-2e7),
            f"model_quality_late_after_seconds{{{MODEL}}}": constant(1e7),
        },
        {
            f"model_quality_evaluated_timestamp_seconds{{{MODEL}}}": constant(0),
            f"model_quality_late_after_seconds{{{MODEL}}}": constant(1e7),
        },
    ),
    "CertificateExpiring": one(
        "certmanager_certificate_expiration_timestamp_seconds",
        'namespace="n",name="c"',
        constant(6 * 86400),
        constant(9 * 86400),
    ),
    "CertificateNotReady": one(
        "certmanager_certificate_ready_status", 'namespace="n",name="c",condition="False"', constant(1), constant(0)
    ),
    "NodeLaunchFailing": one(
        "karpenter_cloudprovider_instance_launch_failures_total",
        'capacity_type="spot",reason="r"',
        rising(1),
        rising(0),
    ),
    "NodePoolAtLimit": Case(
        {f"karpenter_nodepools_usage{{{POOL}}}": constant(95), f"karpenter_nodepools_limit{{{POOL}}}": constant(100)},
        {f"karpenter_nodepools_usage{{{POOL}}}": constant(50), f"karpenter_nodepools_limit{{{POOL}}}": constant(100)},
    ),
    "ScaleUpFailing": one("cluster_autoscaler_failed_scale_ups_total", 'reason="r"', rising(1), rising(0)),
    "AutoscalerPaused": one("cluster_autoscaler_cluster_safe_to_autoscale", "", constant(0), constant(1)),
    "LogsDropped": one("fluentbit_output_dropped_records_total", LOG_COLLECTOR, rising(1), constant(0)),
    "LogBufferFilling": one(
        "fluentbit_output_chunk_available_capacity_percent", LOG_COLLECTOR, constant(40), constant(90)
    ),
    "LogCollectorStalled": Case(
        {
            f"fluentbit_input_records_total{{{LOG_COLLECTOR}}}": rising(5),
            f"fluentbit_output_proc_records_total{{{LOG_COLLECTOR}}}": constant(9),
        },
        {
            f"fluentbit_input_records_total{{{LOG_COLLECTOR}}}": rising(5),
            f"fluentbit_output_proc_records_total{{{LOG_COLLECTOR}}}": rising(5),
        },
    ),
    "LogCollectorMissing": one(
        "kube_daemonset_status_number_unavailable",
        'namespace="logging",daemonset="fluent-bit"',
        constant(1),
        constant(0),
    ),
    "SecretSyncFailed": one(
        "externalsecret_status_condition",
        'namespace="n",name="s",condition="Ready",status="False"',
        constant(1),
        constant(0),
    ),
    "ClusterStateBackupFailed": one("velero_backup_last_status", 'schedule="velero-state"', constant(0), constant(1)),
    "ClusterStateBackupLate": one(
        "velero_backup_last_successful_timestamp", 'schedule="velero-state"', constant(-30_000), constant(0)
    ),
    "ClusterStateBucketUnavailable": one(
        "velero_backup_location_status_gauge", 'backup_location_name="default"', constant(0), constant(1)
    ),
    "LoadBalancerControllerDenied": one(
        "aws_api_call_permission_errors_total", 'service="EC2",operation="o"', rising(1), rising(0)
    ),
    "ModelWithoutReplicas": Case(
        {
            f"kube_deployment_status_replicas_available{{{PREDICTOR}}}": constant(0),
            f"kube_deployment_spec_replicas{{{PREDICTOR}}}": constant(2),
        },
        # Scaled to zero.
        {
            f"kube_deployment_status_replicas_available{{{PREDICTOR}}}": constant(0),
            f"kube_deployment_spec_replicas{{{PREDICTOR}}}": constant(0),
        },
    ),
}


def rules() -> str:
    return rule_files([], SYMPTOMS, "platform", RUNBOOKS)["platform"]


def test_each_symptom_has_a_case() -> None:
    assert CASES.keys() == {alert.name for alert in ALERTS}


@needs("promtool")
def test_promtool_accepts_the_rules_of_symptoms(tmp_path: Path) -> None:
    check_rules(tmp_path, {"platform": rules()})


@needs("promtool")
@pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: alert.name)
def test_alert_fires_on_its_symptom_alone(alert: Any, tmp_path: Path) -> None:
    found = Scenario(series(CASES[alert.name].symptom, alert.minutes), {}, (alert.name,))
    silent = Scenario(series(CASES[alert.name].healthy, alert.minutes), {alert.name: []})
    assert_alerts(tmp_path, rules(), [found, silent])


@needs("promtool")
def test_drift_of_a_model_tells_its_own_team(tmp_path: Path) -> None:
    alert = next(each for each in ALERTS if each.name == "ModelDriftDetected")
    labels = {"severity": "warning", "owner": "risk", "model": "fraud", "model_namespace": "risk"}
    drifted = Scenario(series(CASES[alert.name].symptom, alert.minutes), {alert.name: [labels]})
    assert_alerts(tmp_path, rules(), [drifted])


def series(values: dict[str, tuple[float, float]], waits: int) -> dict[str, list[float]]:
    length = waits + 20
    return {
        re.sub(r"\{\}$", "", name): [start + step * minute for minute in range(length)]
        for name, (start, step) in values.items()
    }


def test_each_alert_has_severity_owner_summary_and_runbook() -> None:
    headings = set(re.findall(r"^## (\w+)$", PAGE.read_text(encoding="utf-8"), re.MULTILINE))
    for group in yaml.safe_load(rules())["groups"]:
        for rule in group["rules"]:
            assert rule["labels"]["severity"] in {"critical", "warning"}
            assert rule["labels"]["owner"] in {"platform", "{{ $labels.model_namespace }}"}
            assert rule["annotations"]["summary"].endswith(".")
            page, _, anchor = rule["annotations"]["runbook_url"].partition("#")
            assert page == RUNBOOKS
            assert anchor in {heading.lower() for heading in headings}


def test_runbooks_page_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == runbooks(all_alerts()), "run `make runbooks`"


@pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: alert.name)
def test_runbook_commands_take_names_of_the_alert_alone(alert: Alert) -> None:
    kept = {label.strip() for found in re.findall(r"\bby \(([^)]*)\)", alert.expression) for label in found.split(",")}
    series_labels = {label for name in CASES[alert.name].symptom for label in re.findall(r"(\w+)=\"", name)}
    asked = {name for command in alert.commands for name in re.findall(r"<(\w+)>", command)}
    assert asked <= (kept or series_labels)


@pytest.mark.parametrize("alert", all_alerts(), ids=lambda alert: alert.name)
def test_every_runbook_has_commands(alert: Alert) -> None:
    assert alert.commands
    assert {command.split()[0] for command in alert.commands} <= {"aws", "argocd", "curl", "kubectl"}


def test_alerts_about_metrics_have_runbooks() -> None:
    headings = re.findall(r"^## (\w+)$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    [group] = yaml.safe_load(own_rules(MetricsPlatformSpec(name="ml", runbook_url=RUNBOOKS)))["groups"]
    links = {rule["annotations"]["runbook_url"] for rule in group["rules"] if rule["labels"]["severity"] in {*Severity}}
    assert len(links) == 3
    assert links <= {f"{RUNBOOKS}#{heading.lower()}" for heading in headings}


def test_alerts_have_names_of_their_own() -> None:
    names = [alert.name for alert in all_alerts()]
    assert len(set(names)) == len(names)


def test_gpu_exporter_exports_what_is_listed() -> None:
    chosen = {line.partition(",")[0] for line in gpu_counters().splitlines()}
    assert chosen == {name for name in exported_metrics() if name.startswith("DCGM_")}
