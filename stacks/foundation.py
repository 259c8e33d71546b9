"""What every component on the cluster needs."""

from dataclasses import dataclass
from typing import Any

import pulumi

from components.cluster.gpu_cluster.gpu_cluster import GpuCluster
from components.data.feature_store.feature_store import FeatureStore
from components.network.network import Network

Outputs = dict[str, pulumi.Output[Any]]


@dataclass(frozen=True, slots=True)
class Foundation:
    """What everything on the cluster needs."""

    network: Network
    cluster: GpuCluster
    store: FeatureStore
    aws: pulumi.ResourceOptions
    """The options of a component that makes AWS resources alone."""
    kubernetes: pulumi.ResourceOptions
    """The options of a component that makes Kubernetes objects, too."""
