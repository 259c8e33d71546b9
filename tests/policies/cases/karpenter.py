"""Cases of the rules in policies/karpenter.py."""

from typing import Any

from resources.resource import UNKNOWN, Resource
from tests.support.policies.cases import fails, make, passes, unknown

NODE_POOL = "kubernetes:karpenter.sh/v1:NodePool"


def pool(**spec: Any) -> Resource:
    return make(NODE_POOL, {"spec": spec})


CASES = [
    passes("karpenter-limits", pool(limits={"cpu": "200", "nvidia.com/gpu": 8})),
    passes("karpenter-limits", pool(limits={"cpu": UNKNOWN}), kind="unknown"),
    fails("karpenter-limits", pool(limits={}), found="has no limits"),
    fails("karpenter-limits", pool(), kind="absent", found="has no limits"),
    unknown("karpenter-limits", pool(limits=UNKNOWN), undecided="spec.limits"),
]
