"""The dashboards of the platform."""

from collections.abc import Iterable

from ..symptoms import KUBERNETES
from .delivery_board import DELIVERY
from .feature_board import FEATURES
from .gpu_board import GPUS
from .grafana_json import dashboard_json
from .kubeflow_board import KUBEFLOW
from .managed_board import MANAGED
from .model_board import MODELS
from .panels import Dashboard, Row, Unit, lines, number, table
from .signature_board import SIGNATURES
from .spend_board import SPEND
from .training_board import TRAINING

OBJECTIVES = "objectives"
"""The part of panels that need objectives."""

PLATFORM = Dashboard(
    "platform",
    "Platform",
    (
        Row(
            "Now",
            (
                number("Alerts that fire", 'count(ALERTS{alertstate="firing",severity!="none"}) or vector(0)'),
                number("Nodes", "count(kube_node_info)"),
                number(
                    "Nodes that are not ready",
                    'count(kube_node_status_condition{condition="Ready",status="true"} == 0) or vector(0)',
                ),
                number("Pods without a node", "sum(kube_pod_status_unschedulable) or vector(0)"),
                number("Targets that do not answer", "count(up == 0) or vector(0)"),
                number("Requests a second", 'sum(rate(istio_requests_total{reporter="source"}[5m]))', part="istio"),
            ),
        ),
        Row(
            "Objectives",
            (
                table(
                    "Error budget left in three days",
                    "1 - slo:bad_ratio:3d / (1 - slo:objective:ratio)",
                    Unit.RATIO,
                    OBJECTIVES,
                    note="1 is an untouched budget; below 0 the objective was missed in the last three days.",
                ),
                lines(
                    "Bad requests in an hour", "slo:bad_ratio:1h", "{{service}} {{objective}}", Unit.RATIO, OBJECTIVES
                ),
            ),
        ),
        Row(
            "Nodes",
            (
                lines(
                    "CPU in use",
                    '1 - avg by (node) (rate(node_cpu_seconds_total{mode="idle"}[5m]))',
                    "{{node}}",
                    Unit.RATIO,
                ),
                lines(
                    "Memory in use",
                    "1 - node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes",
                    "{{node}}",
                    Unit.RATIO,
                ),
                lines(
                    "Disk in use",
                    "1 - min by (node) (node_filesystem_avail_bytes / node_filesystem_size_bytes)",
                    "{{node}}",
                    Unit.RATIO,
                ),
                lines(
                    "CPU requested",
                    'sum by (node) (kube_pod_container_resource_requests{resource="cpu"}) '
                    '/ sum by (node) (kube_node_status_allocatable{resource="cpu"})',
                    "{{node}}",
                    Unit.RATIO,
                ),
                lines(
                    "Network received",
                    "sum by (node) (rate(node_network_receive_bytes_total[5m]))",
                    "{{node}}",
                    Unit.BYTES_PER_SECOND,
                ),
                lines(
                    "Nodes added and removed",
                    "sum by (nodepool) (increase(karpenter_nodeclaims_created_total[1h]))",
                    "{{nodepool}}",
                    part="karpenter",
                ),
            ),
        ),
        Row(
            "Pods and volumes",
            (
                lines(
                    "Restarts in an hour",
                    "topk(10, sum by (namespace, pod) (increase(kube_pod_container_status_restarts_total[1h])) > 0)",
                    "{{namespace}}/{{pod}}",
                ),
                lines(
                    "Volumes in use",
                    "1 - kubelet_volume_stats_available_bytes / kubelet_volume_stats_capacity_bytes",
                    "{{namespace}}/{{persistentvolumeclaim}}",
                    Unit.RATIO,
                ),
                lines(
                    "CPU throttled",
                    "topk(10, sum by (namespace, pod) (rate(container_cpu_cfs_throttled_periods_total[5m])) "
                    "/ sum by (namespace, pod) (rate(container_cpu_cfs_periods_total[5m])))",
                    "{{namespace}}/{{pod}}",
                    Unit.RATIO,
                ),
            ),
        ),
        Row(
            "Logs",
            (
                lines(
                    "Logs sent",
                    "sum by (node) (rate(fluentbit_output_proc_bytes_total[5m]))",
                    "{{node}}",
                    Unit.BYTES_PER_SECOND,
                    part="fluent-bit",
                ),
                lines(
                    "Log records dropped in an hour",
                    "sum by (node) (increase(fluentbit_output_dropped_records_total[1h]))",
                    "{{node}}",
                    part="fluent-bit",
                ),
                lines(
                    "Errors of the destination in an hour",
                    "sum by (node) (increase(fluentbit_output_errors_total[1h]))",
                    "{{node}}",
                    part="fluent-bit",
                ),
                lines(
                    "Log buffer left",
                    "min by (node) (fluentbit_output_chunk_available_capacity_percent)",
                    "{{node}}",
                    Unit.PERCENT,
                    part="fluent-bit",
                ),
            ),
        ),
    ),
)
DASHBOARDS = (PLATFORM, MODELS, GPUS, FEATURES, TRAINING, KUBEFLOW, DELIVERY, SIGNATURES, SPEND, MANAGED)


def dashboard_files(parts: Iterable[str]) -> dict[str, str]:
    """The JSON of each dashboard by its name, with the panels of the parts that the stack has."""
    chosen = frozenset({KUBERNETES, *parts})
    boards = (board.for_parts(chosen) for board in DASHBOARDS)
    return {board.name: dashboard_json(board) for board in boards if board}
