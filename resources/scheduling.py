"""Which nodes a pod may run on: taints and tolerations, selectors and node affinity."""

from collections.abc import Mapping, Sequence
from typing import Any

from resources.required import items, section, sections, text


def tolerated(taints: Sequence[Mapping[str, Any]], spec: Mapping[str, Any]) -> bool:
    """Whether a pod with this spec may run on a node with these taints.

    `taints` are those of a Kubernetes node or of an EKS node group, which writes `NO_SCHEDULE`.

    Raises:
        UnreadableInput: when the tolerations are unknown.
    """
    tolerations = sections(spec, "tolerations")
    for taint in taints:
        effect = str(taint.get("effect", "")).replace("_", "").lower()
        if effect == "prefernoschedule":
            continue
        if not any(_tolerates(each, taint, effect) for each in tolerations):
            return False
    return True


def _tolerates(toleration: Mapping[str, Any], taint: Mapping[str, Any], effect: str) -> bool:
    key, of = toleration.get("key"), toleration.get("effect")
    if (key and key != taint.get("key")) or (of and str(of).lower() != effect):
        return False
    return toleration.get("operator") == "Exists" or toleration.get("value", "") == taint.get("value", "")


def selected(labels: Mapping[str, str], spec: Mapping[str, Any]) -> bool:
    """Whether the node selector and the required node affinity of a pod select a node with these labels.

    Raises:
        UnreadableInput: when a part of them is unknown.
    """
    selector = section(spec, "nodeSelector")
    if any(_unlike(labels, key, value) for key, value in selector.items()):
        return False
    affinity = section(section(section(spec, "affinity"), "nodeAffinity"), _REQUIRED)
    terms = sections(affinity, "nodeSelectorTerms")
    return not terms or any(all(_meets(labels, need) for need in sections(term, _MATCH)) for term in terms)


_REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution"
_MATCH = "matchExpressions"


def _unlike(labels: Mapping[str, str], key: str, value: object) -> bool:
    return not _anywhere(key) and labels.get(key) != value


def _anywhere(key: str) -> bool:
    """Whether a label says where a node is, or how it was bought: a pool has nodes of every kind."""
    return key.startswith(("topology.", "karpenter.sh/capacity-type", "eks.amazonaws.com/capacityType"))


def _meets(labels: Mapping[str, str], need: Mapping[str, Any]) -> bool:
    key, values = text(need, "key"), items(need, "values")
    if _anywhere(key):
        return True
    match text(need, "operator"):
        case "In":
            return labels.get(key) in values
        case "NotIn":
            return labels.get(key) not in values
        case "Exists":
            return key in labels
        case "DoesNotExist":
            return key not in labels
        case _:
            return True
