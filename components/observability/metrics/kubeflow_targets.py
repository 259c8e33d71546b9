"""The pods of Kubeflow that are read: pipelines, notebooks, experiments, training, profiles and the mesh.

A sidecar of the mesh stands before most of them, and refuses requests without a policy. Network policies and the mesh's
policies are in the overlays of `deploy/kubeflow`; a test compares them with these targets. Names and ports are those of
the pinned manifests. What has no metrics of its own is not here: the persistence agent, the viewer controller, the
cache and metadata servers of pipelines, the database manager of Katib and the model registry.
"""

from .exporters import Exporter
from .pod_target import CONTROLLER_KEPT, PodTarget

_SYSTEM = ("kubeflow",)
_TRAINING = ("kubeflow-system",)
_MESH = ("istio-system",)

KUBEFLOW_TARGETS = (
    PodTarget(
        "kubeflow-pipelines",
        _SYSTEM,
        {"app": "ml-pipeline"},
        8888,
        (
            # resource_manager_workflow_runs_success and _failed have a series for each run, so they are not kept.
            "(job|run)_server_create_requests",
            "run_server_(retry|terminate)_requests",
            "resource_manager_recurring_run_report_gap_(bucket|sum|count)",
            "process_(cpu_seconds_total|resident_memory_bytes)",
        ),
        Exporter.KUBEFLOW,
        series=20,
    ),
    PodTarget(
        "kubeflow-schedules",
        _SYSTEM,
        {"app": "ml-pipeline-scheduledworkflow"},
        9090,
        (
            "scheduled_workflow_(queue_size|throughput_total)",
            "scheduled_workflow_duration_operation_seconds_count",
            "process_scheduled_workflow_duration_seconds_(sum|count)",
        ),
        Exporter.KUBEFLOW,
        series=20,
    ),
    PodTarget(
        "kubeflow-workflows",
        _SYSTEM,
        {"app": "workflow-controller"},
        9090,
        (
            "argo_workflows_(error_count|gauge|pods_gauge|queue_depth_gauge|total_count|workers_busy_count)",
            "argo_workflows_operation_duration_seconds_(bucket|sum|count)",
            "argo_workflows_queue_latency_(sum|count)",
            "process_(cpu_seconds_total|resident_memory_bytes)",
        ),
        Exporter.KUBEFLOW,
        speaks_for_others=True,
        series=100,
    ),
    PodTarget(
        "kubeflow-notebooks",
        _SYSTEM,
        {"app": "notebook-controller"},
        8080,
        ("notebook_(running|create_total|create_failed_total)", *CONTROLLER_KEPT),
        Exporter.KUBEFLOW,
        speaks_for_others=True,
        series=30,
    ),
    PodTarget(
        "kubeflow-tensorboards",
        _SYSTEM,
        {"app": "tensorboard-controller"},
        8443,
        CONTROLLER_KEPT,
        Exporter.KUBEFLOW,
        secured=True,
        series=15,
    ),
    PodTarget(
        "kubeflow-volumes",
        _SYSTEM,
        {"app": "pvcviewer"},
        8443,
        CONTROLLER_KEPT,
        Exporter.KUBEFLOW,
        secured=True,
        series=15,
    ),
    PodTarget(
        "kubeflow-profiles",
        _SYSTEM,
        {"app": "profile-controller"},
        8080,
        CONTROLLER_KEPT,
        Exporter.KUBEFLOW,
        series=15,
    ),
    PodTarget(
        "kubeflow-experiments",
        _SYSTEM,
        {"katib.kubeflow.org/component": "controller"},
        8080,
        (
            "katib_(experiments|trials)_current",
            "katib_experiment_(created|succeeded|failed)_total",
            "katib_trial_(created|succeeded|failed|metrics_unavailable)_total",
            *CONTROLLER_KEPT,
        ),
        Exporter.KUBEFLOW,
        speaks_for_others=True,
        series=60,
    ),
    PodTarget(
        "kubeflow-trainer",
        _TRAINING,
        {"app.kubernetes.io/name": "trainer"},
        8443,
        CONTROLLER_KEPT,
        Exporter.KUBEFLOW,
        secured=True,
        series=20,
    ),
    PodTarget(
        "kubeflow-jobset",
        _TRAINING,
        {"app.kubernetes.io/name": "jobset"},
        8443,
        # jobset_completed_total and jobset_failed_total have a series for each job, so they are not kept.
        CONTROLLER_KEPT,
        Exporter.KUBEFLOW,
        secured=True,
        series=20,
    ),
    PodTarget(
        "kubeflow-gateway",
        _MESH,
        {"app": "istio-ingressgateway"},
        15020,
        ("istio_requests_total", "istio_request_duration_milliseconds_(sum|count)"),
        Exporter.KUBEFLOW,
        path="/stats/prometheus",
        series=150,
    ),
    PodTarget(
        "kubeflow-mesh",
        _MESH,
        {"app": "istiod"},
        15014,
        (
            "pilot_(xds|xds_pushes|total_xds_rejects|total_rejected_configs)",
            "citadel_server_root_cert_expiry_(timestamp|seconds)",
        ),
        Exporter.KUBEFLOW,
        series=30,
    ),
)
