"""The dashboard of GPUs: their use, their health, and GPUs that are idle."""

from .panels import Dashboard, Panel, Query, Row, Unit, Variable, lines, number, table

_GPU = 'node=~"$node"'

GPUS = Dashboard(
    "gpus",
    "GPUs",
    (
        Row(
            "Use",
            (
                lines(
                    "Utilisation", f"DCGM_FI_DEV_GPU_UTIL{{{_GPU}}}", "{{node}} {{gpu}} {{pod}}", Unit.PERCENT, "gpus"
                ),
                lines(
                    "Memory in use",
                    f"DCGM_FI_DEV_FB_USED{{{_GPU}}} / (DCGM_FI_DEV_FB_USED{{{_GPU}}} + DCGM_FI_DEV_FB_FREE{{{_GPU}}})",
                    "{{node}} {{gpu}} {{pod}}",
                    Unit.RATIO,
                    "gpus",
                ),
                lines(
                    "Tensor cores active",
                    f"DCGM_FI_PROF_PIPE_TENSOR_ACTIVE{{{_GPU}}}",
                    "{{node}} {{gpu}}",
                    Unit.RATIO,
                    "gpus",
                    "Low values at high utilisation: the model does not use the tensor cores, or it waits for memory.",
                ),
            ),
        ),
        Row(
            "Health",
            (
                lines("Temperature", f"DCGM_FI_DEV_GPU_TEMP{{{_GPU}}}", "{{node}} {{gpu}}", Unit.CELSIUS, "gpus"),
                Panel(
                    "Time slowed down",
                    (
                        Query(f"rate(DCGM_FI_DEV_THERMAL_VIOLATION{{{_GPU}}}[5m]) / 1e9", "heat {{node}} {{gpu}}"),
                        Query(f"rate(DCGM_FI_DEV_POWER_VIOLATION{{{_GPU}}}[5m]) / 1e9", "power {{node}} {{gpu}}"),
                    ),
                    Unit.RATIO,
                    "gpus",
                ),
                lines("Power", f"DCGM_FI_DEV_POWER_USAGE{{{_GPU}}}", "{{node}} {{gpu}}", Unit.WATTS, "gpus"),
                table("Last XID error", f"DCGM_FI_DEV_XID_ERRORS{{{_GPU}}} > 0", part="gpus"),
            ),
        ),
        Row(
            "Idle GPUs",
            (
                number(
                    "USD an hour for idle GPUs",
                    "sum(node:usd:per_hour * on (node) (1 - avg by (node) (DCGM_FI_DEV_GPU_UTIL) / 100))",
                    Unit.USD,
                    "gpus",
                    "The price of each GPU node times the part of the time that its GPUs did nothing.",
                ),
                number(
                    "GPUs without a pod",
                    'sum(kube_node_status_allocatable{resource="nvidia_com_gpu"}) '
                    '- (sum(kube_pod_container_resource_requests{resource="nvidia_com_gpu"}) or vector(0))',
                    part="gpus",
                ),
                lines(
                    "USD an hour for idle GPUs, by node",
                    "node:usd:per_hour * on (node) (1 - avg by (node) (DCGM_FI_DEV_GPU_UTIL) / 100)",
                    "{{node}}",
                    Unit.USD,
                    "gpus",
                ),
            ),
        ),
    ),
    (Variable("node", "DCGM_FI_DEV_GPU_UTIL", "node", "Node"),),
    part="gpus",
)
