"""What an existing VPC lacks that the sections of a stack need, and an existing cluster without its VPC."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from components.core.problems import Place, Problem

if TYPE_CHECKING:
    from stacks.config import StackConfig


def existing_problems(config: "StackConfig") -> Iterator[Problem]:
    """Each section that needs a part of the network which `network.existing` does not name."""
    existing = config.network.existing
    if config.gpu_cluster and config.gpu_cluster.existing and not existing:
        remedy = "the cluster is in a VPC that exists, so the network cannot be made here; add network.existing"
        yield Problem(("gpuCluster", "existing"), config.gpu_cluster.cluster_name, remedy)
    if not existing:
        return
    at: Place = ("network", "existing")
    if not existing.public_subnets:
        for section in _in_public_subnets(config):
            remedy = f"{section} needs public subnets; add them, or set loadBalancer.internal of the section to true"
            if section == "starter":
                remedy = "starter needs a public subnet for its machine; add publicSubnets"
            yield Problem((*at, "publicSubnets"), [], remedy)
    if config.training_platform and not existing.endpoint_security_group_id:
        remedy = "trainingPlatform sends to the endpoints of AWS services; name their security group"
        yield Problem((*at, "endpointSecurityGroupId"), None, remedy)


def _in_public_subnets(config: "StackConfig") -> Iterator[str]:
    if config.model_serving and not config.model_serving.load_balancer.internal:
        yield "modelServing"
    if config.kubeflow and not config.kubeflow.load_balancer.internal:
        yield "kubeflow"
    if config.starter:
        yield "starter"
