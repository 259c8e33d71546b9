"""Warnings about valid settings that will not work in AWS. The first lines of a plan show them."""

from collections.abc import Iterator
from ipaddress import ip_network
from pathlib import Path

from components.cluster.gpu_cluster.spec import GpuClusterSpec
from components.serving.model_serving_ingress.spec import ModelServingSpec
from stacks.config import StackConfig
from stacks.config_warning import ConfigWarning
from stacks.delivery_section import DeliverySection
from stacks.evening import LEAVING_MINUTES, late_floors
from stacks.model_quality_warnings import overlay_warnings
from stacks.model_warnings import model_warnings
from stacks.names import nearest
from stacks.usage_warnings import usage_warnings


def warnings(config: StackConfig) -> tuple[ConfigWarning, ...]:
    """Every warning about `config`, the most urgent first."""
    found: list[ConfigWarning] = []
    if config.gpu_cluster:
        found += _unreachable_api_server(config.gpu_cluster)
        found += _foreign_callers(config, config.gpu_cluster)
        found += _homeless_pods(config, config.gpu_cluster)
    # Kubeflow's overlays are named after its parts, not after environments.
    if config.delivery and not config.kubeflow:
        found += _no_overlay(config.delivery, DEPLOY)
        found += _models_without_overlay(config.delivery, config.model_serving, DEPLOY)
        found += overlay_warnings(config, DEPLOY)
    if config.delivery and config.model_serving:
        found += _open_argo_cd(config.delivery, config.model_serving)
    found += _busy_nodes_end(config)
    found += model_warnings(config)
    found += usage_warnings(config)
    return tuple(found)


def _busy_nodes_end(config: StackConfig) -> Iterator[ConfigWarning]:
    pools = config.gpu_cluster.node_pools if config.gpu_cluster else ()
    for late in late_floors(pools, config.model_serving.models if config.model_serving else ()):
        yield ConfigWarning(
            f"modelServing.models ({late.model.name}): schedules ({late.floor.name}).end",
            late.floor.end,
            f"The maximum of pool {late.pool.name} falls at {late.schedule.end}, while replicas of {late.model.name} "
            "still run on its nodes. Auto Scaling ends busy nodes.",
            f"End it at {late.latest_end} or earlier. Replicas and their nodes take {LEAVING_MINUTES} minutes to go.",
        )


def _unreachable_api_server(cluster: GpuClusterSpec) -> Iterator[ConfigWarning]:
    if not cluster.existing and not cluster.endpoint_private_cidrs and not cluster.endpoint_public_cidrs:
        yield ConfigWarning(
            "gpuCluster.endpointPrivateCidrs",
            [],
            "Only the cluster's nodes can reach the API server. The first Kubernetes object of `pulumi up` times out.",
            "Add the CIDR range of the network that runs `pulumi up`, such as the runner's subnet or the VPN.",
        )


def _foreign_callers(config: StackConfig, cluster: GpuClusterSpec) -> Iterator[ConfigWarning]:
    """Ranges that may call the API server over the network, and that the network does not know."""
    known = [ip_network(each) for each in (config.network.vpc_cidr, *config.network.reserved_cidrs)]
    for index, cidr in enumerate(cluster.endpoint_private_cidrs):
        if not any(ip_network(cidr).overlaps(each) for each in known):
            yield ConfigWarning(
                f"gpuCluster.endpointPrivateCidrs[{index}]",
                cidr,
                f"It is neither in network.vpcCidr ({config.network.vpc_cidr}) nor in network.reservedCidrs, so it may "
                "be the range of another network. No address of it reaches the private API server without a route.",
                f"Write {config.network.vpc_cidr}, or add the range to network.reservedCidrs if a VPN or peering "
                "connects it.",
            )


def _no_overlay(delivery: DeliverySection, deploy: Path) -> Iterator[ConfigWarning]:
    """Argo CD reads overlays from its repository. This check can read only the folder `deploy` of this program."""
    known = sorted({each.name for each in deploy.glob("models/*/*/overlays/*") if each.is_dir()})
    if known and delivery.environment not in known:
        yield ConfigWarning(
            "delivery.environment",
            delivery.environment,
            f"There is no folder deploy/models/<team>/<model>/overlays/{delivery.environment} beside this program. "
            "Argo CD deploys no model whose overlay its repository lacks.",
            f"Write one of {', '.join(known)}, or add the overlay to the repository.",
        )


def _models_without_overlay(
    delivery: DeliverySection, serving: ModelServingSpec | None, deploy: Path
) -> Iterator[ConfigWarning]:
    """Delivered models without an overlay in `deploy`, if `deploy` has overlays of other models."""
    overlays = {each.parts[-4:-2] for each in deploy.glob(f"models/*/*/overlays/{delivery.environment}")}
    for index, model in enumerate(serving.delivered_models if serving and overlays else ()):
        team = delivery.team_of[model.namespace]
        if (team, model.name) not in overlays:
            folder = delivery.overlay_of(model.namespace, model.name)
            similar = nearest(model.name, [name for owner, name in overlays if owner == team])
            yield ConfigWarning(
                f"modelServing.deliveredModels[{index}].name",
                model.name,
                f"There is no folder {folder} beside this program. Argo CD deploys no model whose overlay its "
                "repository lacks.",
                f"Add the overlay to the repository, or remove the model{similar or '.'}",
            )


def _open_argo_cd(delivery: DeliverySection, serving: ModelServingSpec) -> Iterator[ConfigWarning]:
    balancer = serving.load_balancer
    if _WORLD not in balancer.allowed_cidrs and _WORLD in delivery.allowed_cidrs and not balancer.internal:
        yield ConfigWarning(
            "delivery.allowedCidrs",
            list(delivery.allowed_cidrs),
            "modelServing.loadBalancer.allowedCidrs closes the models alone. Every address can connect to Argo CD.",
            "Add the ranges that people and pipelines sign in from.",
        )


def _homeless_pods(config: StackConfig, cluster: GpuClusterSpec) -> Iterator[ConfigWarning]:
    if (config.kubeflow or config.delivery or config.model_serving) and not cluster.takes_any_pod:
        yield ConfigWarning(
            "gpuCluster.nodePools",
            [pool.name for pool in cluster.node_pools],
            "Pods of teams that request no accelerator find no node: the system pool is the platform's, and every "
            "other pool has a taint. They stay pending.",
            "Add a pool without accelerators and taints, in nodePools or karpenter.pools.",
        )


_WORLD = "0.0.0.0/0"
DEPLOY = Path(__file__).parents[1] / "deploy"
"""The GitOps tree of this project."""
