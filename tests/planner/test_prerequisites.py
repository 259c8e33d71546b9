"""What an account must have first: service-linked roles, delegated zones and credentials of registries."""

import shlex
from typing import Any

import pytest

from planner.prerequisites import prerequisites
from resources.resource import UNKNOWN, Resource
from tests.support.planner.plans import STACKS, built, config_of, plan_of

POOL = "kubernetes:karpenter.sh/v1:NodePool"
SPOT = "AWSServiceRoleForEC2Spot"
SCALED = {"aws:autoscaling/group:Group", "aws:eks/nodeGroup:NodeGroup"}


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


@pytest.mark.parametrize(("kind", "needed"), [("SPOT", True), (UNKNOWN, True), ("EC2", False)])
def test_batch_needs_the_spot_roles_for_spot_machines(kind: Any, needed: bool) -> None:
    found = roles(make("aws:batch/computeEnvironment:ComputeEnvironment", computeResources={"type": kind}))
    assert ({SPOT, "AWSServiceRoleForEC2SpotFleet"} <= found) is needed


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
    name = "staging.example.com"
    assert shlex.split(zone.how)[2:] == ["create-hosted-zone", "--name", name, "--caller-reference", name]


def cache_rule(credential: Any) -> Resource:
    return make("aws:ecr/pullThroughCacheRule:PullThroughCacheRule", credentialArn=credential)


def test_secret_of_a_cached_registry_is_listed_once() -> None:
    arn = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:ecr-pullthroughcache/docker-hub-AbCdEf"
    found = [each for each in prerequisites([cache_rule(arn), cache_rule(arn)]) if each.what.startswith("secret ")]
    assert [each.what for each in found] == ["secret ecr-pullthroughcache/docker-hub in account 111122223333"]
    words = shlex.split(found[0].how)
    assert words[:7] == [
        *("aws", "secretsmanager", "create-secret", "--region", "eu-west-1"),
        *("--name", "ecr-pullthroughcache/docker-hub"),
    ]


@pytest.mark.parametrize("credential", [None, UNKNOWN])
def test_cache_rule_without_a_known_secret_asks_for_none(credential: Any) -> None:
    assert roles(cache_rule(credential)) == {"AWSServiceRoleForECRPullThroughCache"}


def test_prod_lists_the_credentials_of_docker_hub() -> None:
    assert "secret ecr-pullthroughcache/docker-hub in account 111122223333" in roles(*plan_of("prod"))


@pytest.mark.parametrize("stack", STACKS)
def test_how_is_a_command_without_prose(stack: str) -> None:
    for each in prerequisites(plan_of(stack), ["staging.example.com"]):
        program, _, _, *options = shlex.split(each.how)
        assert program == "aws"
        assert all(option.startswith("--") for option in options[::2]), each.how
        assert len(options) % 2 == 0, each.how


@pytest.mark.parametrize("stack", STACKS)
def test_stacks_list_what_they_presuppose(stack: str) -> None:
    kinds = {each.type for each in plan_of(stack)}
    found = roles(*plan_of(stack))
    assert ("AWSServiceRoleForAmazonEKS" in found) == ("eks:index:Cluster" in kinds)
    assert ("AWSServiceRoleForAutoScaling" in found) == (not kinds.isdisjoint(SCALED))
    assert ("AWSServiceRoleForBatch" in found) == ("aws:batch/computeEnvironment:ComputeEnvironment" in kinds)
    assert ("AWSServiceRoleForRDS" in found) == ("aws:rds/instance:Instance" in kinds)
    assert ("AWSServiceRoleForElastiCache" in found) == any(kind.startswith("aws:elasticache/") for kind in kinds)


def zone_of(stack: str) -> str:
    config = config_of(stack)
    [zone] = [config[section]["zoneName"] for section in ("modelServing", "kubeflow", "starter") if section in config]
    return zone


@pytest.mark.parametrize("stack", ["prod", "starter"])
def test_plan_lists_the_zone_that_the_stack_takes_as_given(stack: str) -> None:
    wanted = f"public Route 53 zone {zone_of(stack)} in this account"
    assert wanted in [each.what for each in built(stack).prerequisites]


def test_environments_have_delegated_zones_of_their_own() -> None:
    """One public zone can't be in three accounts: each environment's is a subdomain of the company's."""
    zones = [zone_of(stack) for stack in ("staging", "prod", "kubeflow", "starter")]
    assert len(set(zones)) == len(zones)
    assert all(zone.count(".") >= 2 for zone in zones)
    assert not any(one != other and one.endswith(f".{other}") for one in zones for other in zones)


@pytest.mark.parametrize(("service", "needed"), [("kafka", True), ("ecs", False)])
def test_growing_disks_of_kafka_need_a_role_of_their_own(service: str, needed: bool) -> None:
    role = "AWSServiceRoleForApplicationAutoScaling_KafkaCluster"
    assert (role in roles(make("aws:appautoscaling/target:Target", serviceNamespace=service))) is needed


BUDGET = make(
    "aws:budgets/budget:Budget", costFilters=[{"name": "TagKeyValue", "values": ["user:environment$production"]}]
)


def test_budget_by_tag_needs_the_tag_active_where_the_stack_does_not() -> None:
    [tag] = prerequisites([BUDGET])
    assert tag.what == "active cost allocation tag environment in the account that pays"
    assert tag.how.endswith("TagKey=environment,Status=Active")
    active = make("aws:costexplorer/costAllocationTag:CostAllocationTag", tagKey="environment", status="Active")
    assert prerequisites([BUDGET, active]) == ()
    assert prerequisites([make("aws:budgets/budget:Budget")]) == ()


@pytest.mark.parametrize(("stack", "needed"), [("prod", True), ("staging", False)])
def test_costs_of_pods_need_split_cost_allocation_data(stack: str, needed: bool) -> None:
    found = [each.what for each in prerequisites(plan_of(stack))]
    assert ("split cost allocation data, turned on in the account that pays" in found) is needed


def test_monitor_of_services_needs_an_account_without_one() -> None:
    kind = "aws:costexplorer/anomalyMonitor:AnomalyMonitor"
    [monitor] = prerequisites([make(kind, monitorType="DIMENSIONAL", monitorDimension="SERVICE")])
    assert "spend.anomalies.monitorArn" in monitor.why
    assert prerequisites([make(kind, monitorType="CUSTOM")]) == ()
