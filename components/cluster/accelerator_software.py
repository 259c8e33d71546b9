"""Helm values of the device plugins and the GPU exporter, for GPU, Neuron and EFA nodes."""

from typing import Any

from ..core.node_labels import DEVICE_PLUGIN_LABEL, EFA_LABEL, NEURON_LABEL, NVIDIA_LABEL
from ..facts.regions import eks_registry
from .node_pool.sharing import LARGEST_REPLICAS

METRICS_PORT = 9400
NEURON_PLUGIN = "neuron-device-plugin"
"""The name of the Neuron chart's device plugin."""


TOLERATIONS = [{"operator": "Exists"}]
"""Let a device plugin or exporter run on every node that it selects by label, with any taints.

Without its device plugin a node advertises no device, and pods that need one stay pending.
"""


def device_plugin_configs() -> dict[str, str]:
    """All configurations that a pool can select by label, so that a new pool does not change the plugin.

    `exclusive` and `mig` advertise whole devices; `time-slicing-N`, `mig-time-slicing-N` and `mps-N` advertise each of
    them N times. Source: NVIDIA k8s-device-plugin, "Configuring the NVIDIA device plugin".
    """
    configs = {"exclusive": _config("none"), "mig": _config("single")}
    for replicas in range(2, LARGEST_REPLICAS + 1):
        configs[f"time-slicing-{replicas}"] = _config("none", "timeSlicing", replicas)
        configs[f"mig-time-slicing-{replicas}"] = _config("single", "timeSlicing", replicas)
        configs[f"mps-{replicas}"] = _config("none", "mps", replicas)
    return configs


def _config(mig: str, mode: str | None = None, replicas: int = 0) -> str:
    text = f"version: v1\nflags:\n  migStrategy: {mig}\n"
    if mode:
        text += (
            f"sharing:\n  {mode}:\n    renameByDefault: false\n    failRequestsGreaterThanOne: true\n"
            f"    resources:\n    - name: nvidia.com/gpu\n      replicas: {replicas}\n"
        )
    return text


def device_plugin_values() -> dict[str, Any]:
    """Values of the NVIDIA device plugin, for nodes without one. A label of a node selects its sharing mode."""
    on_our_nodes = {"key": DEVICE_PLUGIN_LABEL, "operator": "In", "values": ["true"]}
    return {
        "fullnameOverride": "nvidia-device-plugin",
        "config": {"map": device_plugin_configs(), "default": "exclusive"},
        "gfd": {"enabled": False},
        "tolerations": TOLERATIONS,
        # Replaces the chart's default, which would run a second plugin on Bottlerocket.
        "affinity": {
            "nodeAffinity": {
                "requiredDuringSchedulingIgnoredDuringExecution": {
                    "nodeSelectorTerms": [{"matchExpressions": [on_our_nodes]}]
                }
            }
        },
        "resources": {"requests": {"cpu": "10m", "memory": "64Mi"}, "limits": {"cpu": "200m", "memory": "256Mi"}},
        "priorityClassName": "system-node-critical",
    }


def dcgm_exporter_values(service_monitor: bool) -> dict[str, Any]:
    """Values of the DCGM exporter: GPU metrics of every NVIDIA node, with the pods that use each GPU.

    It runs as NVIDIA runs it: as root, with the capability CAP_SYS_ADMIN only. Another user cannot query the kubelet's
    socket for the pods of each GPU, sees no MIG instances, and cannot watch the profiling counters (DCGM_FI_PROF_*) of
    its default list. Source: NVIDIA/dcgm-exporter 4.5.3-4.8.2, deployment/values.yaml and
    docker/Dockerfile, "Security Note"; issues 165 and 407.
    """
    return {
        "fullnameOverride": "dcgm-exporter",
        "nodeSelector": {NVIDIA_LABEL: "true"},
        "tolerations": TOLERATIONS,
        # Nodes with eight GPUs exceed the chart's memory limit.
        "resources": {"requests": {"cpu": "100m", "memory": "256Mi"}, "limits": {"cpu": "500m", "memory": "1Gi"}},
        "securityContext": {
            "runAsNonRoot": False,
            "runAsUser": 0,
            "allowPrivilegeEscalation": False,
            "capabilities": {"drop": ["ALL"], "add": ["SYS_ADMIN"]},
        },
        # Names all pods of a shared GPU; without it, the exporter names none.
        "extraEnv": [{"name": "KUBERNETES_VIRTUAL_GPUS", "value": "true"}],
        "service": {"enable": True, "port": METRICS_PORT, "address": f":{METRICS_PORT}"},
        "customMetrics": gpu_counters(),
        # The CRD comes with the monitoring stack; the release fails without it.
        "serviceMonitor": {"enabled": service_monitor},
    }


def gpu_counters() -> str:
    """The metrics of the DCGM exporter: its default list, and the time that heat and power limits slow a GPU down.

    The chart replaces its list by this one. Source: NVIDIA/dcgm-exporter 4.5.3-4.8.2, etc/default-counters.csv.
    """
    return "".join(f"{name}, {kind}, {text}.\n" for name, (kind, text) in sorted(GPU_COUNTERS.items()))


GPU_COUNTERS = {
    "DCGM_FI_DEV_CORRECTABLE_REMAPPED_ROWS": ("counter", "Rows of memory replaced after correctable errors"),
    "DCGM_FI_DEV_DEC_UTIL": ("gauge", "Utilisation of the decoder in percent"),
    "DCGM_FI_DEV_ENC_UTIL": ("gauge", "Utilisation of the encoder in percent"),
    "DCGM_FI_DEV_FB_FREE": ("gauge", "Free memory in MiB"),
    "DCGM_FI_DEV_FB_USED": ("gauge", "Used memory in MiB"),
    "DCGM_FI_DEV_GPU_TEMP": ("gauge", "Temperature in degrees Celsius"),
    "DCGM_FI_DEV_GPU_UTIL": ("gauge", "Utilisation in percent"),
    "DCGM_FI_DEV_MEMORY_TEMP": ("gauge", "Temperature of the memory in degrees Celsius"),
    "DCGM_FI_DEV_MEM_CLOCK": ("gauge", "Clock of the memory in MHz"),
    "DCGM_FI_DEV_MEM_COPY_UTIL": ("gauge", "Utilisation of the memory interface in percent"),
    "DCGM_FI_DEV_NVLINK_BANDWIDTH_TOTAL": ("counter", "Transfers of all NVLink lanes"),
    "DCGM_FI_DEV_PCIE_REPLAY_COUNTER": ("counter", "Repeated PCIe transfers"),
    "DCGM_FI_DEV_POWER_USAGE": ("gauge", "Power in watts"),
    "DCGM_FI_DEV_POWER_VIOLATION": ("counter", "Time that the power limit slowed the GPU down in nanoseconds"),
    "DCGM_FI_DEV_ROW_REMAP_FAILURE": ("gauge", "Whether a row of memory could not be replaced"),
    "DCGM_FI_DEV_SM_CLOCK": ("gauge", "Clock of the processors in MHz"),
    "DCGM_FI_DEV_THERMAL_VIOLATION": ("counter", "Time that heat slowed the GPU down in nanoseconds"),
    "DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION": ("counter", "Energy since the start in mJ"),
    "DCGM_FI_DEV_UNCORRECTABLE_REMAPPED_ROWS": ("counter", "Rows of memory replaced after uncorrectable errors"),
    "DCGM_FI_DEV_XID_ERRORS": ("gauge", "Code of the last XID error"),
    "DCGM_FI_PROF_DRAM_ACTIVE": ("gauge", "Part of the time that the memory interface is active"),
    "DCGM_FI_PROF_GR_ENGINE_ACTIVE": ("gauge", "Part of the time that the graphics engine is active"),
    "DCGM_FI_PROF_PCIE_RX_BYTES": ("gauge", "Bytes received over PCIe in a second"),
    "DCGM_FI_PROF_PCIE_TX_BYTES": ("gauge", "Bytes sent over PCIe in a second"),
    "DCGM_FI_PROF_PIPE_TENSOR_ACTIVE": ("gauge", "Part of the cycles that the tensor cores are active"),
}


def efa_device_plugin_values(region: str) -> dict[str, Any]:
    """Values of the EFA device plugin, which advertises each node's fabric adapters."""
    return {
        "image": {"repository": f"{eks_registry(region)}/eks/aws-efa-k8s-device-plugin"},
        "nodeSelector": {EFA_LABEL: "true"},
        "tolerations": TOLERATIONS,
        "resources": {"requests": {"cpu": "10m", "memory": "20Mi"}, "limits": {"cpu": "100m", "memory": "64Mi"}},
    }


def neuron_values(namespace: str) -> dict[str, Any]:
    """Values of the Neuron chart: only the device plugin, on nodes with Inferentia or Trainium."""
    return {
        "npd": {"enabled": False},
        "scheduler": {"enabled": False},
        "devicePlugin": {
            "nameOverride": NEURON_PLUGIN,
            "namespaceOverride": namespace,
            "nodeSelector": {NEURON_LABEL: "true"},
            "tolerations": TOLERATIONS,
        },
    }
