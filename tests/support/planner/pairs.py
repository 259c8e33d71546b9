"""Both sides of a connection between pods: each ingress rule has an egress rule at the other end, and the reverse.

Only namespaces are judged that the plan closes; nothing is known of others, such as a monitoring of one's own.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from components.serving.serving_platform import names
from resources.resource import Resource
from tests.support.planner.contract import NAMESPACE, NETWORK_POLICY
from tests.support.planner.plans import Plan, of_type
from tests.support.planner.traffic import policies
from tests.support.planner.workloads import pods_in

Labels = Mapping[str, str]
_OTHER = {"ingress": "egress", "egress": "ingress"}
_SIDE = {"ingress": "from", "egress": "to"}
_DENY: Mapping[str, Any] = {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}


def unpaired(plan: Plan) -> Iterator[str]:
    """Rules for pods of a closed namespace that has no rule for the other end."""
    closed = {
        name for each in of_type(plan, NAMESPACE) if _DENY in policies(plan, name := each.inputs["metadata"]["name"])
    }
    for policy in of_type(plan, NETWORK_POLICY):
        home, pods = policy.inputs["metadata"]["namespace"], _labels(policy.inputs["spec"])
        for direction, peer, port in _ways(policy):
            far = _namespace(peer, home)
            other = _OTHER[direction]
            if (
                far
                and far in closed
                and not all(
                    _answered(plan, far, other, theirs, (home, ours), port)
                    for theirs in _known(plan, far, _labels(peer))
                    for ours in _known(plan, home, pods)
                )
            ):
                yield f"{policy.name}: {far} {_labels(peer)} has no {other} rule for {port} of {home} {pods}"


def _ways(policy: Resource) -> Iterator[tuple[str, Mapping[str, Any], int | None]]:
    """Each direction, peer of pods and port of a policy; no port is every port."""
    for direction, side in _SIDE.items():
        for rule in policy.inputs["spec"].get(direction, ()):
            for peer in rule.get(side, ()):
                ports: list[int | None] = [each["port"] for each in rule.get("ports", ())] or [None]
                for port in ports if "ipBlock" not in peer else ():
                    yield direction, peer, port


def _namespace(peer: Mapping[str, Any], home: str) -> str | None:
    """The namespace that a peer names; None is every namespace."""
    selector = peer.get("namespaceSelector")
    return home if selector is None else selector.get("matchLabels", {}).get("kubernetes.io/metadata.name")


def _labels(selecting: Mapping[str, Any]) -> Labels:
    return selecting.get("podSelector", {}).get("matchLabels", {})


def _known(plan: Plan, namespace: str, selector: Labels) -> list[Labels]:
    """All labels of the namespace's pods that are selected; the selector itself where it selects all, or none known."""
    found = [pods.labels for pods in pods_in(plan, namespace) if selector and selector.items() <= pods.labels.items()]
    if not found and selector == names.EXPOSED_PODS:
        # A team whose namespace has no such pod opens nothing to the gateway.
        return []
    return found or [selector]


def _answered(
    plan: Plan, far: str, direction: str, far_pods: Labels, near: tuple[str, Labels], port: int | None
) -> bool:
    """Whether a policy of `far` selects all of `far_pods`, and opens the port to all of the pods that are near."""
    return any(
        _labels(spec).items() <= far_pods.items()
        and _namespace(peer, far) in (near[0], None)
        and "ipBlock" not in peer
        and _labels(peer).items() <= near[1].items()
        and (port is None or not rule.get("ports") or port in [each["port"] for each in rule["ports"]])
        for spec in policies(plan, far)
        for rule in spec.get(direction, ())
        for peer in rule.get(_SIDE[direction], ())
    )
