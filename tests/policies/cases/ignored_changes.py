"""Cases of the rule in policies/ignored_changes.py."""

from typing import Any

from resources.resource import UNKNOWN, Resource
from tests.support.policies.cases import fails, make, passes

RULE = "ignored-changes"
GROUP = "aws:ec2/securityGroup:SecurityGroup"
DATABASE = "aws:rds/instance:Instance"
DEPLOYMENT = "kubernetes:apps/v1:Deployment"


def ignoring(resource_type: str, *paths: str, **inputs: Any) -> Resource:
    return make(resource_type, inputs, ignore_changes=list(paths))


CASES = [
    passes(RULE, ignoring(DATABASE, "allocatedStorage")),
    passes(RULE, ignoring("aws:eks/nodeGroup:NodeGroup", "scalingConfig.desiredSize")),
    passes(RULE, ignoring(DEPLOYMENT, "spec.replicas")),
    passes(RULE, ignoring("aws:s3/bucket:Bucket", "tags")),
    fails(RULE, ignoring(GROUP, "ingress"), found="ignores changes to ingress"),
    fails(RULE, ignoring(GROUP, "ingress[0].cidrBlocks"), found="ignores changes to ingress[0].cidrBlocks"),
    fails(RULE, ignoring(DATABASE, "publiclyAccessible"), found="ignores changes to publiclyAccessible"),
    fails(RULE, ignoring("aws:iam/policy:Policy", "policy"), found="ignores changes to policy"),
    fails(RULE, ignoring("aws:efs/fileSystem:FileSystem", "encrypted"), found="ignores changes to encrypted"),
    fails(
        RULE,
        ignoring("aws:eks/cluster:Cluster", "vpcConfig.publicAccessCidrs"),
        found="ignores changes to vpcConfig.publicAccessCidrs",
    ),
    fails(RULE, ignoring(GROUP, "*"), found="ignores changes to *"),
    fails(RULE, ignoring(DEPLOYMENT, "spec"), found="ignores changes to spec"),
    passes(RULE, make(GROUP), kind="absent"),
    fails(RULE, ignoring(GROUP, "ingress", ingress=UNKNOWN), found="ignores changes to ingress", kind="unknown"),
]
