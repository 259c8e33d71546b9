"""What nodes, pods and models cost an hour, recorded from list prices and from the requests of pods."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

_TYPE = "label_node_kubernetes_io_instance_type"
_MANAGED, _KARPENTER = "label_eks_amazonaws_com_capacity_type", "label_karpenter_sh_capacity_type"
_PRICE = "instance:usd:per_hour"
_ON_DEMAND = f'kube_node_labels{{{_MANAGED}!="SPOT",{_KARPENTER}!="spot"}}'
_SPOT = f'(kube_node_labels{{{_MANAGED}="SPOT"}} or kube_node_labels{{{_KARPENTER}="spot"}})'


class NodePrice(NamedTuple):
    """What an instance costs in USD an hour."""

    on_demand: float
    spot: float
    """The spot price, or the on-demand price where no other is known; spot is never above it."""


def cost_groups(prices: Mapping[str, NodePrice], models: Sequence[tuple[str, str]]) -> list[dict[str, Any]]:
    """The rule groups of costs.

    `prices` are by instance type, and `models` are pairs of namespace and name. A node whose type has no price is
    missing from all costs.
    """
    if not prices:
        return []
    listed = [
        {"record": _PRICE, "expr": f"vector({usd:.6g})", "labels": {_TYPE: kind, "purchase": purchase}}
        for kind, price in sorted(prices.items())
        for purchase, usd in (("on-demand", price.on_demand), ("spot", price.spot))
    ]
    costs = [
        {"record": "node:usd:per_hour", "expr": f"{_priced(_ON_DEMAND, 'on-demand')} or {_priced(_SPOT, 'spot')}"},
        {
            "record": "pod:node_share:ratio",
            "expr": "sum by (namespace, pod, node, resource) (kube_pod_container_resource_requests) "
            "/ on (node, resource) group_left () max by (node, resource) (kube_node_status_allocatable)",
        },
        {
            "record": "pod:usd:per_hour",
            "expr": "max by (namespace, pod, node) (pod:node_share:ratio) "
            "* on (node) group_left () max by (node) (node:usd:per_hour)",
        },
    ]
    of_models = [
        {
            "record": "model:usd:per_hour",
            "expr": f'sum(pod:usd:per_hour{{namespace="{namespace}",pod=~"{name}(-canary)?-predictor-.*"}})',
            "labels": {"service": name, "namespace": namespace},
        }
        for namespace, name in models
    ]
    return [{"name": "prices", "rules": listed}, {"name": "costs", "rules": [*costs, *of_models]}]


def _priced(nodes: str, purchase: str) -> str:
    price = f'{_PRICE}{{purchase="{purchase}"}}'
    return f"max by (node, {_TYPE}) ({nodes}) * on ({_TYPE}) group_left () {price}"
