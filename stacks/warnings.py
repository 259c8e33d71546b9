"""What does not work in AWS although the config is valid. A plan shows it in its first lines."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from components.gpu_cluster.spec import GpuClusterSpec
from stacks.config import StackConfig


@dataclass(frozen=True, slots=True)
class ConfigWarning:
    """One thing that will not work: the field that decides it, its value, why it fails, and what to do."""

    field: str
    value: Any
    why: str
    remedy: str


def warnings(config: StackConfig) -> tuple[ConfigWarning, ...]:
    """Every warning about `config`, the most urgent first."""
    found: list[ConfigWarning] = []
    if config.gpu_cluster:
        found += _unreachable_api_server(config.gpu_cluster)
    return tuple(found)


def _unreachable_api_server(cluster: GpuClusterSpec) -> Iterator[ConfigWarning]:
    if not cluster.endpoint_private_cidrs and not cluster.endpoint_public_cidrs:
        yield ConfigWarning(
            "gpuCluster.endpointPrivateCidrs",
            [],
            "Only the cluster's nodes can reach the API server. The first Kubernetes object of `pulumi up` times out.",
            "Add the CIDR range of the network that runs `pulumi up`, such as the runner's subnet or the VPN.",
        )
