"""GpuSoftware: device plugins for accelerators, and the GPU exporter."""

from typing import NotRequired, TypedDict

import pulumi
from pydantic import Field

from ..core.component import Component
from ..core.manifest import Manifest, Release
from ..core.namespace_names import MonitoringNamespace
from ..core.network_policies import allow_apis, allow_metrics
from ..core.spec import Spec
from ..facts.versions import DCGM_EXPORTER, EFA_DEVICE_PLUGIN, NEURON, NVIDIA_DEVICE_PLUGIN
from .accelerator_software import (
    METRICS_PORT,
    NEURON_PLUGIN,
    dcgm_exporter_values,
    device_plugin_values,
    efa_device_plugin_values,
    neuron_values,
)
from .secure_namespace import PodSecurity, SecureNamespace

NAMESPACE = "gpu-system"


class GpuSoftwareArgs(TypedDict):
    """The arguments of a GpuSoftware."""

    cluster_name: pulumi.Input[str]
    """The EKS cluster."""
    fabric: NotRequired[bool]
    """Whether a pool has Elastic Fabric Adapters."""
    neuron: NotRequired[bool]
    """Whether a pool has Inferentia or Trainium."""
    service_monitor: NotRequired[bool]
    """Whether the Prometheus operator scrapes GPU metrics. It must be installed."""
    monitoring_namespace: NotRequired[str]
    """The namespace whose pods may read GPU metrics."""


class GpuSoftwareSpec(Spec):
    """The checked arguments of a GpuSoftware."""

    fabric: bool = Field(default=False, description="Whether a pool has Elastic Fabric Adapters.")
    neuron: bool = Field(default=False, description="Whether a pool has Inferentia or Trainium.")
    service_monitor: bool = Field(
        default=False, description="Whether the Prometheus operator scrapes GPU metrics. It must be installed."
    )
    monitoring_namespace: MonitoringNamespace = Field(
        default="monitoring", description="The namespace whose pods may read GPU metrics."
    )


class GpuSoftware(Component[GpuSoftwareArgs, GpuSoftwareSpec]):
    """Device plugins and the GPU exporter, in their own namespace.

    NVIDIA's plugin is always installed, so that a pool that another team adds works immediately. It runs no pods
    without such nodes. Pass a Kubernetes provider in the option `providers`.
    """

    namespace: pulumi.Output[str]
    """The namespace of the plugins."""

    def __init__(self, name: str, args: GpuSoftwareArgs, opts: pulumi.ResourceOptions | None = None):
        super().__init__(name, args, GpuSoftwareArgs, GpuSoftwareSpec, opts)
        spec = self._spec
        # Plugins register at the kubelet's socket on the host, which needs the standard privileged.
        namespace = SecureNamespace(
            f"{name}-namespace",
            {"namespace": NAMESPACE, "pod_security": PodSecurity.PRIVILEGED},
            pulumi.ResourceOptions(parent=self),
        )
        inside = pulumi.ResourceOptions(parent=self, depends_on=[namespace])
        plugin = {"app.kubernetes.io/name": NVIDIA_DEVICE_PLUGIN.name}
        exporter = {"app.kubernetes.io/name": DCGM_EXPORTER.name}
        rules = [
            Manifest(f"{name}-apis", allow_apis(NAMESPACE, plugin), inside),
            Manifest(
                f"{name}-metrics", allow_metrics(NAMESPACE, exporter, METRICS_PORT, spec.monitoring_namespace), inside
            ),
        ]
        if spec.neuron:
            neuron = allow_apis(NAMESPACE, {"app.kubernetes.io/name": NEURON_PLUGIN}, "allow-neuron-apis")
            rules.append(Manifest(f"{name}-neuron-apis", neuron, inside))
        releases = {
            NVIDIA_DEVICE_PLUGIN: device_plugin_values(),
            DCGM_EXPORTER: dcgm_exporter_values(spec.service_monitor),
        }
        if spec.fabric:
            releases[EFA_DEVICE_PLUGIN] = efa_device_plugin_values(self._account.region)
        if spec.neuron:
            releases[NEURON] = neuron_values(NAMESPACE)
        ready = pulumi.Output.from_input(args["cluster_name"])
        for chart, values in releases.items():
            needed = pulumi.ResourceOptions(parent=self, depends_on=[namespace, *rules])
            Release(f"{name}-{chart.name}", chart, ready.apply(lambda _: NAMESPACE), values, needed)
        self.namespace = namespace.namespace
        self._publish()
