"""What an account must have first: service-linked roles and delegated zones."""

from typing import Any

import pytest

from planner.prerequisites import prerequisites
from pricing.resource import UNKNOWN, Resource
from tests.planner.plans import STACKS, config_of, plan_of

POOL = "kubernetes:karpenter.sh/v1:NodePool"
SPOT = "AWSServiceRoleForEC2Spot"


def roles(*resources: Resource) -> set[str]:
    return {each.what.removeprefix("service-linked role ") for each in prerequisites(resources)}


def make(kind: str, **inputs: Any) -> Resource:
    return Resource(urn=f"urn:pulumi:test::test::{kind}::it", type=kind, name="it", inputs=inputs)


def pool(*requirements: Any) -> Resource:
    return make(POOL, spec={"template": {"spec": {"requirements": list(requirements)}}})


def buying(*kinds: str, operator: str = "In") -> dict[str, Any]:
    return {"key": "karpenter.sh/capacity-type", "operator": operator, "values": list(kinds)}


@pytest.mark.parametrize(
    ("kind", "role"),
    [
        ("aws:elasticache/replicationGroup:ReplicationGroup", "AWSServiceRoleForElastiCache"),
        ("aws:rds/instance:Instance", "AWSServiceRoleForRDS"),
        ("aws:emr/cluster:Cluster", "AWSServiceRoleForEMRCleanup"),
        ("aws:emrcontainers/virtualCluster:VirtualCluster", "AWSServiceRoleForAmazonEMRContainers"),
        ("aws:emrserverless/application:Application", "AWSServiceRoleForAmazonEMRServerless"),
        ("aws:lb/loadBalancer:LoadBalancer", "AWSServiceRoleForElasticLoadBalancing"),
        ("aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration", "AWSServiceRoleForWAFV2Logging"),
        ("aws:ecr/pullThroughCacheRule:PullThroughCacheRule", "AWSServiceRoleForECRPullThroughCache"),
        ("eks:index:Cluster", "AWSServiceRoleForAmazonEKS"),
        ("aws:eks/nodeGroup:NodeGroup", "AWSServiceRoleForAmazonEKSNodegroup"),
        ("aws:autoscaling/group:Group", "AWSServiceRoleForAutoScaling"),
        ("aws:batch/computeEnvironment:ComputeEnvironment", "AWSServiceRoleForBatch"),
    ],
)
def test_resource_needs_its_services_linked_role(kind: str, role: str) -> None:
    assert role in roles(make(kind))
    assert roles(make("aws:s3/bucket:Bucket")) == set()


@pytest.mark.parametrize(
    ("requirements", "needed"),
    [
        ((buying("spot", "on-demand"),), True),
        ((buying("on-demand"),), False),
        ((buying("on-demand", "reserved"),), False),
        ((buying("on-demand", operator="NotIn"),), True),
        ((), True),
    ],
)
def test_karpenter_needs_the_spot_role_where_it_buys_spot(requirements: Any, needed: bool) -> None:
    assert (SPOT in roles(pool(*requirements))) is needed


def test_what_is_unknown_counts_as_spot() -> None:
    assert SPOT in roles(make(POOL, spec=UNKNOWN))


def test_each_role_is_listed_once_with_a_command() -> None:
    found = prerequisites([pool(), make("aws:ec2/fleet:Fleet"), make("aws:rds/instance:Instance")])
    assert len({each.what for each in found}) == len(found) == 2
    assert all(each.how.startswith("aws iam create-service-linked-role --aws-service-name ") for each in found)


def test_zone_is_listed_with_the_record_that_delegates_it() -> None:
    [zone] = prerequisites([], ["staging.example.com", "staging.example.com"])
    assert "staging.example.com" in zone.what
    assert "example.com has an NS record" in zone.why
    assert zone.how.startswith("aws route53 create-hosted-zone --name staging.example.com ")


@pytest.mark.parametrize("stack", STACKS)
def test_stacks_list_what_they_presuppose(stack: str) -> None:
    kinds = {each.type for each in plan_of(stack)}
    found = roles(*plan_of(stack))
    assert {"AWSServiceRoleForAmazonEKS", "AWSServiceRoleForAutoScaling"} <= found
    assert ("AWSServiceRoleForRDS" in found) == ("aws:rds/instance:Instance" in kinds)
    assert ("AWSServiceRoleForElastiCache" in found) == any(kind.startswith("aws:elasticache/") for kind in kinds)


def zone_of(stack: str) -> str:
    config = config_of(stack)
    [zone] = [config[section]["zoneName"] for section in ("modelServing", "kubeflow") if section in config]
    return zone


def test_environments_have_delegated_zones_of_their_own() -> None:
    """One public zone can't be in three accounts: each environment's is a subdomain of the company's."""
    zones = [zone_of(stack) for stack in ("staging", "prod", "kubeflow")]
    assert len(set(zones)) == len(zones)
    assert all(zone.count(".") >= 2 for zone in zones)
    assert not any(one != other and one.endswith(f".{other}") for one in zones for other in zones)
