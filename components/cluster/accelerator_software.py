"""What GPU, Neuron and EFA nodes run beside the workloads: device plugins and the GPU exporter, as Helm values."""

from typing import Any

from ..core.node_labels import DEVICE_PLUGIN_LABEL, EFA_LABEL, NEURON_LABEL, NVIDIA_LABEL
from ..facts.regions import eks_registry
from .node_pool.sharing import LARGEST_REPLICAS

METRICS_PORT = 9400
NEURON_PLUGIN = "neuron-device-plugin"
"""The name that the Neuron chart gives its device plugin."""


TOLERATIONS = [{"operator": "Exists"}]
"""Lets a device plugin or exporter run on every node it selects by label, whatever further taints a pool has.

Without its plugin a node advertises no device, and pods that tolerate all of its taints would wait for ever.
"""


def device_plugin_configs() -> dict[str, str]:
    """Every configuration that a pool can choose by its label, so that a new pool needs no change of the plugin.

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
    """Values of the NVIDIA device plugin: on nodes whose image brings none, sharing GPUs as each node's label says."""
    on_our_nodes = {"key": DEVICE_PLUGIN_LABEL, "operator": "In", "values": ["true"]}
    return {
        "fullnameOverride": "nvidia-device-plugin",
        "config": {"map": device_plugin_configs(), "default": "exclusive"},
        "gfd": {"enabled": False},
        "tolerations": TOLERATIONS,
        # Replaces the chart's default, which would run it beside the plugin that Bottlerocket brings.
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

    It runs as its makers do: root with CAP_SYS_ADMIN and no other capability. As another user it may not ask the
    kubelet's socket which pod has which GPU, sees no MIG instance, and fails to watch the profiling counters
    (DCGM_FI_PROF_*) of its default list. Source: NVIDIA/dcgm-exporter 4.5.3-4.8.2, deployment/values.yaml and
    docker/Dockerfile, "Security Note"; issues 165 and 407.
    """
    return {
        "fullnameOverride": "dcgm-exporter",
        "nodeSelector": {NVIDIA_LABEL: "true"},
        "tolerations": TOLERATIONS,
        # Its chart's memory limit is exceeded on nodes of eight GPUs.
        "resources": {"requests": {"cpu": "100m", "memory": "256Mi"}, "limits": {"cpu": "500m", "memory": "1Gi"}},
        "securityContext": {
            "runAsNonRoot": False,
            "runAsUser": 0,
            "allowPrivilegeEscalation": False,
            "capabilities": {"drop": ["ALL"], "add": ["SYS_ADMIN"]},
        },
        # Names every pod of a GPU that several share; without it none of them is named.
        "extraEnv": [{"name": "KUBERNETES_VIRTUAL_GPUS", "value": "true"}],
        "service": {"enable": True, "port": METRICS_PORT, "address": f":{METRICS_PORT}"},
        # Its definition comes with the monitoring stack; without it the release would fail.
        "serviceMonitor": {"enabled": service_monitor},
    }


def efa_device_plugin_values(region: str) -> dict[str, Any]:
    """Values of the EFA device plugin, which offers each node's fabric adapters to pods."""
    return {
        "image": {"repository": f"{eks_registry(region)}/eks/aws-efa-k8s-device-plugin"},
        "nodeSelector": {EFA_LABEL: "true"},
        "tolerations": TOLERATIONS,
        "resources": {"requests": {"cpu": "10m", "memory": "20Mi"}, "limits": {"cpu": "100m", "memory": "64Mi"}},
    }


def neuron_values(namespace: str) -> dict[str, Any]:
    """Values of the Neuron chart: the device plugin alone, on nodes with Inferentia or Trainium."""
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
