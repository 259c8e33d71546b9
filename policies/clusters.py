"""EKS clusters, whether made directly or by the remote component of pulumi-eks."""

from dataclasses import dataclass
from typing import Any

from policies.inputs import each, flag, number, read, text
from pricing.resource import Resource, Unknown

CLUSTER = "aws:eks/cluster:Cluster"
REMOTE_CLUSTER = "eks:index:Cluster"
"""The component of pulumi-eks. In a plan its inputs are all there is; under the engine its children are judged too."""

CLUSTERS = frozenset({CLUSTER, REMOTE_CLUSTER})


@dataclass(frozen=True, slots=True)
class Endpoint:
    """How the API server is reached; `None` where the input is absent and AWS decides (public, not private)."""

    public: bool | Unknown | None
    private: bool | Unknown | None
    cidrs: list[Any]


def endpoint(cluster: Resource) -> Endpoint:
    """The endpoint settings of a cluster of either type."""
    inputs = cluster.inputs if cluster.type == REMOTE_CLUSTER else read(cluster.inputs, "vpcConfig")
    return Endpoint(
        public=flag(read(inputs, "endpointPublicAccess")),
        private=flag(read(inputs, "endpointPrivateAccess")),
        cidrs=each(read(inputs, "publicAccessCidrs")),
    )


def version(cluster: Resource) -> str | Unknown | None:
    """The Kubernetes version, as 1.35; a number is read as its text."""
    value = read(cluster.inputs, "version")
    found = number(value) if not isinstance(value, str) else text(value)
    return f"{found:.2f}" if isinstance(found, int | float) else found
