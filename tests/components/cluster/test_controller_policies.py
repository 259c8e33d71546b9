"""Every controller that calls AWS has the permissions that its makers publish, and no other."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from components.cluster.cluster_autoscaler import scaling_policy
from components.cluster.external_secrets import secrets_access
from components.cluster.image_verification.kyverno import reading_policy
from components.cluster.karpenter.iam import controller_policy
from components.core.account import Account
from components.recovery.cluster_state.velero import objects_access
from components.serving.serving_platform.load_balancer_controller import targets_policy
from tests.support.components.clusters import KEY, NODE_ROLE
from tests.support.components.iam import allows
from tests.support.components.mocks import ACCOUNT
from tests.support.components.published_policies import PUBLISHED
from tests.support.planner.charts import CHARTS
from tests.support.planner.plans import STACKS, of_type, plan_of

AT = Account(ACCOUNT, "us-east-1", "aws")
GROUP = f"arn:aws:elasticloadbalancing:us-east-1:{ACCOUNT}:targetgroup/models/0123456789abcdef"
OTHER_GROUP = f"arn:aws:elasticloadbalancing:us-east-1:{ACCOUNT}:targetgroup/shop/0123456789abcdef"
QUEUE = f"arn:aws:sqs:us-east-1:{ACCOUNT}:interruptions"
POLICIES = {
    "aws-load-balancer-controller": targets_policy([GROUP]),
    "cluster-autoscaler": scaling_policy("ml"),
    "karpenter": controller_policy(AT, "ml", NODE_ROLE, QUEUE),
    "external-secrets": secrets_access(AT, "ml", KEY),
    "velero": objects_access(AT, "backups", KEY),
    "kyverno": reading_policy(AT, f"{ACCOUNT}.dkr.ecr.us-east-1.amazonaws.com", ["platform"]),
}
BESIDE = {"external-secrets": {"kms:Decrypt"}, "velero": {"kms:Decrypt", "kms:GenerateDataKey"}}
"""What our own resources ask for beside: secrets and objects are encrypted with a key of ours."""


def actions_of(policy: str) -> Iterator[str]:
    statements: list[dict[str, Any]] = json.loads(policy)["Statement"]
    yield from (action for each in statements for action in each["Action"])


@pytest.mark.parametrize("chart", sorted(POLICIES))
def test_controller_may_do_what_its_makers_publish(chart: str) -> None:
    published = PUBLISHED[chart]
    assert published.left_out.keys() <= published.actions
    assert set(actions_of(POLICIES[chart])) - BESIDE.get(chart, set()) == published.actions - published.left_out.keys()


def test_every_controller_that_calls_aws_has_a_published_policy() -> None:
    calling = {name for name, facts in CHARTS.items() if any(pods.asks_aws for pods in facts.pods)}
    assert calling == set(PUBLISHED) == set(POLICIES)


@pytest.mark.parametrize("chart", sorted(PUBLISHED))
def test_published_policy_is_of_the_pinned_version(chart: str) -> None:
    assert PUBLISHED[chart].version == CHARTS[chart].version


def test_bindings_change_their_own_target_groups_alone() -> None:
    policy = POLICIES["aws-load-balancer-controller"]
    for action in ("RegisterTargets", "DeregisterTargets", "ModifyTargetGroup", "ModifyTargetGroupAttributes"):
        assert allows(policy, f"elasticloadbalancing:{action}", GROUP)
        assert not allows(policy, f"elasticloadbalancing:{action}", OTHER_GROUP)


def test_binding_is_deleted_once_security_groups_are_described() -> None:
    """Its finalizer describes the security groups of the VPC, even where it manages no rule of them."""
    assert allows(POLICIES["aws-load-balancer-controller"], "ec2:DescribeSecurityGroups", "*")


@pytest.mark.parametrize("stack", STACKS)
def test_left_out_zonal_shift_is_off(stack: str) -> None:
    releases = of_type(plan_of(stack), "kubernetes:helm.sh/v3:Release")
    karpenter = [each.inputs["values"] for each in releases if each.inputs["chart"].endswith("karpenter/karpenter")]
    assert all(not values["settings"].get("enableZonalShift") for values in karpenter)
