"""Cases of the rules in policies/karpenter.py."""

from typing import Any

from resources.resource import UNKNOWN, Resource
from tests.support.policies.cases import fails, make, passes, unknown

NODE_POOL = "kubernetes:karpenter.sh/v1:NodePool"


def pool(**spec: Any) -> Resource:
    return make(NODE_POOL, {"spec": spec})


AUTO_MODE = {"key": "eks.amazonaws.com/instance-category", "operator": "In", "values": ["p"]}


def drawing(*wanted: tuple[str, str, Any]) -> Resource:
    stated = [
        {"key": f"karpenter.k8s.aws/{label}", "operator": operator, "values": values}
        for label, operator, values in wanted
    ]
    return pool(template={"spec": {"requirements": stated}})


CASES = [
    passes("karpenter-limits", pool(limits={"cpu": "200", "nvidia.com/gpu": 8})),
    passes("karpenter-limits", pool(limits={"cpu": UNKNOWN}), kind="unknown"),
    fails("karpenter-limits", pool(limits={}), found="has no limits"),
    fails("karpenter-limits", pool(), kind="absent", found="has no limits"),
    unknown("karpenter-limits", pool(limits=UNKNOWN), undecided="spec.limits"),
    fails("karpenter-limits", pool(limits={"cpu": "100000000"}), found="limits cpu to 100000000, which limits nothing"),
    fails("karpenter-limits", pool(limits={"cpu": "100k"}), found="which limits nothing"),
    fails("karpenter-limits", pool(limits={"memory": "1000Ti"}), found="limits memory to 1000Ti, which limits nothing"),
    fails("karpenter-limits", make("kubernetes:karpenter.sh/v1alpha5:Provisioner"), kind="absent", found="no limits"),
    passes("dear-node-pools", drawing(("instance-category", "In", ["c", "m", "r"]))),
    passes("dear-node-pools", drawing(("instance-family", "In", ["m7i"]))),
    passes("dear-node-pools", drawing(("instance-family", "In", ["g5"]), ("instance-size", "In", ["xlarge"]))),
    passes("dear-node-pools", drawing(("instance-category", "In", ["g"]), ("instance-cpu", "Lt", ["8"]))),
    passes("dear-node-pools", drawing(("instance-gpu-count", "DoesNotExist", ["any"]))),
    passes("dear-node-pools", drawing(("instance-category", "NotIn", ["p"]))),
    passes("dear-node-pools", drawing(("instance-family", "In", ["p5"])), settings={"allowedInstanceTypes": ["p5.*"]}),
    fails(
        "dear-node-pools",
        drawing(("instance-family", "In", ["p5"])),
        settings={"allowedInstanceTypes": ["p5.4xlarge"]},
        found="may start p5.48xlarge at 55.04 USD an hour, which must be allowed",
    ),
    *(
        fails("dear-node-pools", drawing(*wanted), found="other expensive types, which must be allowed")
        for wanted in (
            [("instance-category", "In", ["p"])],
            [("instance-category", "In", ["c", "m", "p"])],
            [("instance-category", "In", ["trn", "inf"])],
            [("instance-family", "In", ["g5", "g6"])],
            [("instance-gpu-manufacturer", "In", ["nvidia"])],
            [("instance-gpu-count", "Gt", ["3"])],
            [("instance-gpu-name", "Exists", ["any"])],
            [("instance-accelerator-manufacturer", "In", ["aws"])],
            [("instance-category", "In", ["g"]), ("instance-size", "In", ["48xlarge", "24xlarge"])],
        )
    ),
    fails(
        "dear-node-pools",
        make(NODE_POOL, {"spec": {"template": {"spec": {"requirements": [AUTO_MODE]}}}}),
        found="other expensive types",
    ),
    passes("dear-node-pools", pool(), kind="absent"),
    unknown("dear-node-pools", drawing(("instance-category", "In", UNKNOWN)), undecided="requirements"),
]
