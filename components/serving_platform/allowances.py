"""What the closed namespaces of the serving platform let in and out, as network policies."""

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi

Policy = dict[str, Any]
Peer = dict[str, Any]


def addresses(*blocks: pulumi.Input[str]) -> list[Peer]:
    """Whoever has an address in `blocks` (CIDR)."""
    return [{"ipBlock": {"cidr": block}} for block in blocks]


def pods_of(namespace: str, labels: Mapping[str, str] | None = None) -> list[Peer]:
    """The pods of a namespace, all or those with `labels`."""
    # Kubernetes sets this label on every namespace itself.
    peer: Peer = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": namespace}}}
    return [{**peer, "podSelector": {"matchLabels": dict(labels)}} if labels else peer]


def admit(
    name: str, namespace: str, pods: Mapping[str, str], sources: pulumi.Input[list[Peer]], ports: Sequence[int]
) -> Policy:
    """Lets `sources` reach TCP `ports` of `pods`."""
    return _policy(name, namespace, pods, "Ingress", {"from": sources, "ports": _tcp(ports)})


def reach(
    name: str, namespace: str, pods: Mapping[str, str], targets: pulumi.Input[list[Peer]], ports: Sequence[int]
) -> Policy:
    """Lets `pods` reach TCP `ports` of `targets`."""
    return _policy(name, namespace, pods, "Egress", {"to": targets, "ports": _tcp(ports)})


def admit_api_server(namespace: str, pods: Mapping[str, str], port: int, vpc_cidr: pulumi.Input[str]) -> Policy:
    """Lets the API server call a webhook.

    It calls from its network interfaces in the VPC, which no label selects and whose addresses change; so that other
    pods of the VPC can open a connection too, to an endpoint that answers admission reviews alone.
    """
    return admit("allow-api-server", namespace, pods, addresses(vpc_cidr), [port])


def _tcp(ports: Sequence[int]) -> list[dict[str, Any]]:
    return [{"protocol": "TCP", "port": port} for port in ports]


def _policy(name: str, namespace: str, pods: Mapping[str, str], direction: str, rule: Mapping[str, Any]) -> Policy:
    selector = {"matchLabels": dict(pods)} if pods else {}
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {"podSelector": selector, "policyTypes": [direction], direction.lower(): [rule]},
    }
