"""Whether one pod reaches another: both ends must allow it, by the NetworkPolicies of a recording."""

from collections.abc import Iterator, Mapping
from ipaddress import IPv4Network
from typing import Any

from components.serving.serving_platform.names import GATEWAY_PODS, PREDICTOR_PODS
from tests.support.components.clusters import NETWORK_POLICY
from tests.support.components.mocks import Recording

GATEWAY_POD = {"app": "istio-ingressgateway", **GATEWAY_PODS}
PREDICTOR = {"app": "isvc.fraud-predictor", **PREDICTOR_PODS}

Pod = tuple[str, Mapping[str, str]]
"""A namespace, and the labels of a pod in it."""


def policies(recording: Recording, pod: Pod, direction: str) -> Iterator[Mapping[str, Any]]:
    namespace, labels = pod
    for each in recording.all(NETWORK_POLICY):
        spec = each.inputs["spec"]
        chosen = spec["podSelector"].get("matchLabels", {}).items() <= labels.items()
        if each.inputs["metadata"]["namespace"] == namespace and chosen and direction in spec["policyTypes"]:
            yield spec


def matches(peer: Mapping[str, Any], home: str, other: Pod | str) -> bool:
    if isinstance(other, str):
        block = peer.get("ipBlock")
        return bool(block) and IPv4Network(other).subnet_of(IPv4Network(block["cidr"]))
    if "ipBlock" in peer:
        return False
    selector = peer.get("namespaceSelector", {}).get("matchLabels", {})
    pods = peer.get("podSelector", {}).get("matchLabels", {})
    return selector.get("kubernetes.io/metadata.name", home) == other[0] and pods.items() <= other[1].items()


def allows(recording: Recording, pod: Pod, direction: str, other: Pod | str, port: int) -> bool:
    side = {"Ingress": "from", "Egress": "to"}[direction]
    return any(
        matches(peer, pod[0], other) and ("ports" not in rule or port in {each["port"] for each in rule["ports"]})
        for spec in policies(recording, pod, direction)
        for rule in spec.get(direction.lower(), [])
        for peer in rule[side]
    )


def reaches(recording: Recording, source: Pod | str, target: Pod, port: int) -> bool:
    leaves = isinstance(source, str) or allows(recording, source, "Egress", target, port)
    return leaves and allows(recording, target, "Ingress", source, port)
