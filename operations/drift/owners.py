"""What AWS and controllers make for resources of a stack, with its tags: it is no orphan while its owner is there."""

import re
from collections.abc import Mapping

from ..state import State
from .tags import Tags

_OWNER_TAGS = (
    ("aws:autoscaling:groupName", "aws:autoscaling/group:Group"),
    ("eks:nodegroup-name", "aws:eks/nodeGroup:NodeGroup"),
    ("eks:cluster-name", "aws:eks/cluster:Cluster"),
    ("aws:eks:cluster-name", "aws:eks/cluster:Cluster"),
    ("elbv2.k8s.aws/cluster", "aws:eks/cluster:Cluster"),
    ("ebs.csi.aws.com/cluster-name", "aws:eks/cluster:Cluster"),
    ("AWSBatchServiceTag", "aws:batch/computeEnvironment:ComputeEnvironment"),
)
"""Tags that a service sets on what it makes, and the type of the resource that they name."""
_CLUSTER_TAG = re.compile(r"kubernetes\.io/cluster/(.+)")
_MADE_FOR = (
    (re.compile(r":elasticache:[^:]*:[^:]*:cluster:(.+?)(-\d{4})?-\d{3}$"), "replicationGroupId"),
    (
        re.compile(r":elasticache:[^:]*:[^:]*:snapshot:automatic\.(.+?)-\d{4}-\d{2}-\d{2}-\d{2}-\d{2}$"),
        "replicationGroupId",
    ),
    (re.compile(r":rds:[^:]*:[^:]*:snapshot:rds:(.+)-\d{4}-\d{2}-\d{2}-\d{2}-\d{2}$"), "identifier"),
    (re.compile(r":rds:[^:]*:[^:]*:auto-backup:(.+)$"), "resourceId"),
)
"""ARNs that hold a value of their owner. Source: Service Authorization Reference, resource types of the services."""


def made_for(arn: str, tags: Tags, state: State) -> str:
    """The resource of the state that an unknown resource was made for; empty when there is none."""
    for tag, type_ in _OWNER_TAGS:
        if tag in tags and (owner := _named(state, type_, tags[tag])):
            return owner
    for tag in tags:
        match = _CLUSTER_TAG.fullmatch(tag)
        if match and (owner := _named(state, "aws:eks/cluster:Cluster", match[1])):
            return owner
    for pattern, name in _MADE_FOR:
        match = pattern.search(arn)
        if match and (owner := _valued(state, name, match[1])):
            return owner
    return ""


def _named(state: State, type_: str, value: str) -> str:
    """A resource of a type with this name or id. pulumi-eks makes the cluster, whose id is its name."""
    for each in state.of(type_):
        if value in (each.id, each.text("name"), each.text("nodeGroupName"), each.id.rpartition(":")[2]):
            return each.name
    return ""


def _valued(state: State, name: str, value: str) -> str:
    return next((each.name for each in state.custom if each.text(name) == value), "")


def without_owned(arns: list[str], cloud: Mapping[str, Tags], state: State) -> tuple[list[str], int]:
    """The ARNs that nothing in the state explains, and how many it does."""
    left = [arn for arn in arns if not made_for(arn, cloud[arn], state)]
    return left, len(arns) - len(left)
