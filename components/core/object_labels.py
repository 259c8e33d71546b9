"""Labels of Kubernetes objects: their syntax, and the reserved label keys of nodes.

Source: Kubernetes, "Labels and Selectors", Syntax and character set.
"""

import re

from .spec import refuse

_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?")
_PREFIX = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*")
_VALUE = re.compile(r"([A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?)?")

_LABEL_OWNERS = {
    "Kubernetes": ("kubernetes.io", "k8s.io"),
    "EKS": ("eks.amazonaws.com", "k8s.amazonaws.com", "vpc.amazonaws.com", "aws.amazon.com"),
    "Karpenter": ("karpenter.sh", "karpenter.k8s.aws"),
    "the GPU software": ("nvidia.com",),
    "the platform": ("mlplatform.io",),
}


def label_problem(key: str, value: str) -> str | None:
    """A sentence that says what is wrong with a label or a taint, or None."""
    prefix, slash, name = key.rpartition("/")
    if not _NAME.fullmatch(name) or (slash and not (len(prefix) <= 253 and _PREFIX.fullmatch(prefix))):
        return f"{key!r} is not a label key; write a name of up to 63 letters, digits, - _ or ., such as team/purpose"
    if not _VALUE.fullmatch(value):
        return f"{key} = {value!r} is not a label value; write up to 63 letters, digits, - _ or ."
    return None


def label_owner(key: str) -> str | None:
    """The owner of a reserved label or taint key; None for a key that users may set."""
    domain = key.rpartition("/")[0]
    for owner, domains in _LABEL_OWNERS.items():
        if any(domain == each or domain.endswith(f".{each}") for each in domains):
            return owner
    return None


def node_labels(labels: dict[str, str]) -> dict[str, str]:
    """The further labels of a pool's nodes, when nothing else sets them; refused otherwise.

    Source: Kubernetes, "Well-Known Labels, Annotations and Taints"; EKS API reference, CreateNodegroup, labels;
    Karpenter, "NodePools", spec.template.metadata.labels.
    """
    for key, value in labels.items():
        if problem := label_problem(key, value):
            raise refuse(key, problem)
        if owner := label_owner(key):
            raise refuse(key, f"the label {key} is reserved: {owner} sets it; remove it, or use another domain")
    return labels
