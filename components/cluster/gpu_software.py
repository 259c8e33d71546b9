"""GpuSoftware: what accelerators need in a cluster before a pod can ask for one."""

from typing import NotRequired, TypedDict

import pulumi
from pydantic import Field

from ..core.component import Component
from ..core.manifest import Manifest, Release
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
    """What a GpuSoftware is made from."""

    cluster_name: pulumi.Input[str]
    """The EKS cluster it is for."""
    fabric: NotRequired[bool]
    """Whether a pool has Elastic Fabric Adapters."""
    neuron: NotRequired[bool]
    """Whether a pool has Inferentia or Trainium."""
    service_monitor: NotRequired[bool]
    """Whether Prometheus's operator is installed and shall scrape GPU metrics."""
    monitoring_namespace: NotRequired[str]
    """The namespace whose pods may read GPU metrics."""


class GpuSoftwareSpec(Spec):
    """The checked arguments of a GpuSoftware."""

    fabric: bool = Field(default=False, description="Whether a pool has Elastic Fabric Adapters.")
    neuron: bool = Field(default=False, description="Whether a pool has Inferentia or Trainium.")
    service_monitor: bool = Field(
        default=False, description="Whether Prometheus's operator is installed and shall scrape GPU metrics."
    )
    monitoring_namespace: str = Field(
        default="monitoring", description="The namespace whose pods may read GPU metrics."
    )


class GpuSoftware(Component[GpuSoftwareArgs, GpuSoftwareSpec]):
    """Device plugins and the GPU exporter, in a namespace of their own.

    NVIDIA's plugin runs whether or not the cluster has a GPU yet: a pool that another team adds then works at once, and
    without such a node nothing runs. Give it a Kubernetes provider by `providers` in its options.
    """

    namespace: pulumi.Output[str]
    """The namespace the plugins run in."""

    def __init__(self, name: str, args: GpuSoftwareArgs, opts: pulumi.ResourceOptions | None = None):
        super().__init__(name, args, GpuSoftwareArgs, GpuSoftwareSpec, opts)
        spec = self._spec
        # Plugins register with the kubelet through its socket on the host, which no lesser standard admits.
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
        wanted = {
            NVIDIA_DEVICE_PLUGIN: device_plugin_values(),
            DCGM_EXPORTER: dcgm_exporter_values(spec.service_monitor),
        }
        if spec.fabric:
            wanted[EFA_DEVICE_PLUGIN] = efa_device_plugin_values(self._account.region)
        if spec.neuron:
            wanted[NEURON] = neuron_values(NAMESPACE)
        ready = pulumi.Output.from_input(args["cluster_name"])
        for chart, values in wanted.items():
            needed = pulumi.ResourceOptions(parent=self, depends_on=[namespace, *rules])
            Release(f"{name}-{chart.name}", chart, ready.apply(lambda _: NAMESPACE), values, needed)
        self.namespace = namespace.namespace
        self._publish()
