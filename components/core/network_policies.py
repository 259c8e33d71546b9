"""Network policies as manifests: everything is denied, and what a workload needs is named."""

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi

Policy = dict[str, Any]
Peer = dict[str, Any]

POD_IDENTITY_ADDRESS = "169.254.170.23/32"
"""Where the EKS Pod Identity agent answers on each node (EKS user guide, "Set up the Pod Identity Agent")."""


def default_deny(namespace: str) -> Policy:
    """Denies all traffic into and out of each pod that no other policy allows."""
    return _policy("default-deny", namespace, {}, {"policyTypes": ["Ingress", "Egress"]})


def allow_dns(namespace: str) -> Policy:
    """Lets each pod ask the cluster's DNS."""
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

    AWS's APIs have no fixed addresses, so that the port is all there is to bound; the instance metadata service is left
    out, and refuses pods by its hop limit anyway.
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
    """Whoever has an address in `blocks` (CIDR)."""
    return [{"ipBlock": {"cidr": block}} for block in blocks]


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
    """Lets every pod of `client_namespace` reach TCP `port` of `pods`: the other side of what `admit` opens to it.

    The rule selects pods and names no range: the VPC CNI judges before the address of a Service is translated, and
    opens a Service only where the labels here are among those of its selector. Source:
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

    It calls from its network interfaces in the VPC, which no label selects and whose addresses change; so that other
    pods of the VPC can open a connection too, to an endpoint that answers admission reviews alone.
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
