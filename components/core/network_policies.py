"""Network policies as manifests: deny all traffic, and allow what a workload needs."""

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi

Policy = dict[str, Any]
Peer = dict[str, Any]

POD_IDENTITY_ADDRESS = "169.254.170.23/32"
"""The address of the EKS Pod Identity agent on each node (EKS user guide, "Set up the Pod Identity Agent")."""


def default_deny(namespace: str) -> Policy:
    """Denies all traffic to and from every pod of the namespace, unless another policy allows it."""
    return _policy("default-deny", namespace, {}, {"policyTypes": ["Ingress", "Egress"]})


def allow_dns(namespace: str) -> Policy:
    """Lets every pod use the cluster's DNS."""
    ports = [{"protocol": protocol, "port": 53} for protocol in ("UDP", "TCP")]
    peer = {
        "namespaceSelector": _namespace("kube-system"),
        "podSelector": {"matchLabels": {"k8s-app": "kube-dns"}},
    }
    return _egress("allow-dns", namespace, {}, [{"to": [peer], "ports": ports}])


def allow_within(namespace: str) -> Policy:
    """Lets pods of the namespace reach each other."""
    peers: list[Policy] = [{"podSelector": {}}]
    rules = {"policyTypes": ["Ingress", "Egress"], "ingress": [{"from": peers}], "egress": [{"to": peers}]}
    return _policy("allow-within", namespace, {}, rules)


def allow_apis(namespace: str, pods: Mapping[str, str], name: str = "allow-apis") -> Policy:
    """Lets `pods` reach HTTPS anywhere (the Kubernetes API, AWS) and their credentials at the Pod Identity agent.

    AWS's APIs have no fixed addresses, so the policy limits only the port. It excludes the instance metadata service,
    whose hop limit refuses pods as well.
    """
    https = {
        "to": [{"ipBlock": {"cidr": "0.0.0.0/0", "except": ["169.254.0.0/16"]}}],
        "ports": [{"protocol": "TCP", "port": 443}],
    }
    credentials = {
        "to": [{"ipBlock": {"cidr": POD_IDENTITY_ADDRESS}}],
        "ports": [{"protocol": "TCP", "port": 80}],
    }
    return _egress(name, namespace, pods, [https, credentials])


def allow_metrics(
    namespace: str, pods: Mapping[str, str], port: int, scraper_namespace: str, name: str = "allow-metrics"
) -> Policy:
    """Lets the pods of `scraper_namespace` read metrics at `port` of `pods`."""
    return admit(name, namespace, pods, pods_of(scraper_namespace), [port])


def addresses(*blocks: pulumi.Input[str]) -> list[Peer]:
    """The addresses in `blocks` (CIDR)."""
    return [{"ipBlock": {"cidr": block}} for block in blocks]


def addresses_in(blocks: pulumi.Input[list[str]]) -> pulumi.Output[list[Peer]]:
    """The addresses in `blocks` (CIDR), which may be known only after a deployment."""
    return pulumi.Output.from_input(blocks).apply(lambda known: addresses(*known))


def keep_from(name: str, namespace: str, blocks: pulumi.Input[list[str]]) -> Policy:
    """Lets every pod of a namespace reach all addresses but those in `blocks` (CIDR).

    Such policies add up: a second one with other blocks opens the blocks of the first.
    """
    anywhere = pulumi.Output.from_input(blocks).apply(
        lambda known: [{"ipBlock": {"cidr": "0.0.0.0/0", "except": list(known)}}]
    )
    return _egress(name, namespace, {}, [{"to": anywhere}])


def pods_of(namespace: str, labels: Mapping[str, str] | None = None) -> list[Peer]:
    """The pods of a namespace, all or those with `labels`."""
    peer: Peer = {"namespaceSelector": _namespace(namespace)}
    return [{**peer, "podSelector": {"matchLabels": dict(labels)}} if labels else peer]


def admit(
    name: str, namespace: str, pods: Mapping[str, str], sources: pulumi.Input[list[Peer]], ports: Sequence[int]
) -> Policy:
    """Lets `sources` reach TCP `ports` of `pods`."""
    return _ingress(name, namespace, pods, {"from": sources, "ports": _tcp(ports)})


def reach(
    name: str, namespace: str, pods: Mapping[str, str], targets: pulumi.Input[list[Peer]], ports: Sequence[int]
) -> Policy:
    """Lets `pods` reach TCP `ports` of `targets`."""
    return _egress(name, namespace, pods, [{"to": targets, "ports": _tcp(ports)}])


def clients_reach(namespace: str, pods: Mapping[str, str], port: int, client_namespace: str) -> Policy:
    """Lets every pod of `client_namespace` reach TCP `port` of `pods`; `admit` opens the other side.

    The rule selects pods, not addresses: the VPC CNI evaluates it before a Service's address is translated, and opens
    a Service only if its selector contains these labels. Source:
    aws/amazon-network-policy-controller-k8s, pkg/resolvers/endpoints.go, getMatchingServiceClusterIPs.
    """
    return reach(f"allow-to-{namespace}", client_namespace, {}, pods_of(namespace, pods), [port])


def admit_api_server(
    namespace: str,
    pods: Mapping[str, str],
    port: int,
    vpc_cidr: pulumi.Input[str],
    name: str = "allow-api-server",
) -> Policy:
    """Lets the API server call a webhook.

    The API server calls from its network interfaces in the VPC. No label selects them, and their addresses change.
    Other pods of the VPC can connect too, but the endpoint answers admission reviews only.
    """
    return admit(name, namespace, pods, addresses(vpc_cidr), [port])


def _tcp(ports: Sequence[int]) -> list[dict[str, Any]]:
    return [{"protocol": "TCP", "port": port} for port in ports]


def _namespace(name: str) -> Policy:
    # Kubernetes sets this label on every namespace itself.
    return {"matchLabels": {"kubernetes.io/metadata.name": name}}


def _ingress(name: str, namespace: str, pods: Mapping[str, str], rule: Policy) -> Policy:
    return _policy(name, namespace, pods, {"policyTypes": ["Ingress"], "ingress": [rule]})


def _egress(name: str, namespace: str, pods: Mapping[str, str], rules: Sequence[Policy]) -> Policy:
    return _policy(name, namespace, pods, {"policyTypes": ["Egress"], "egress": list(rules)})


def _policy(name: str, namespace: str, pods: Mapping[str, str], rules: Mapping[str, Any]) -> Policy:
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {"podSelector": {"matchLabels": dict(pods)} if pods else {}, **rules},
    }
