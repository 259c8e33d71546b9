"""What other languages see of a component, its arguments, says the same as the spec that checks them."""

from collections.abc import Mapping
from typing import Any

import pytest
from pydantic import BaseModel

from components.cluster.cluster_autoscaler import ClusterAutoscalerArgs, ClusterAutoscalerSpec
from components.cluster.gpu_cluster.spec import GpuClusterArgs, GpuClusterConfig, GpuClusterSpec
from components.cluster.gpu_software import GpuSoftwareArgs, GpuSoftwareSpec
from components.cluster.karpenter.spec import KarpenterArgs, KarpenterSpec
from components.cluster.node_pool.spec import NodePoolArgs, NodePoolSpec
from components.cluster.secure_namespace import SecureNamespaceArgs, SecureNamespaceSpec
from components.cluster.workload_identity import WorkloadIdentityArgs, WorkloadIdentitySpec
from tests.support.components.parity import assert_documented, assert_parity

PAIRS: list[tuple[Any, type[BaseModel]]] = [
    (ClusterAutoscalerArgs, ClusterAutoscalerSpec),
    (GpuClusterArgs, GpuClusterSpec),
    (GpuClusterConfig, GpuClusterSpec),
    (GpuSoftwareArgs, GpuSoftwareSpec),
    (KarpenterArgs, KarpenterSpec),
    (NodePoolArgs, NodePoolSpec),
    (SecureNamespaceArgs, SecureNamespaceSpec),
    (WorkloadIdentityArgs, WorkloadIdentitySpec),
]


@pytest.mark.parametrize(("args", "spec"), PAIRS)
def test_arguments_and_spec_have_the_same_fields(args: type[Mapping[str, Any]], spec: type[BaseModel]) -> None:
    assert_parity(args, spec)


@pytest.mark.parametrize(("args", "spec"), PAIRS)
def test_every_field_is_described(args: type[Mapping[str, Any]], spec: type[BaseModel]) -> None:
    assert_documented(args, spec)
