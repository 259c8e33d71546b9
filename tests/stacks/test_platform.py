import json

import pytest

from tests.support.planner.plans import CLUSTERED, STACKS, config_of, of_type, plan_of


@pytest.mark.parametrize("stack", STACKS)
def test_provider_is_pinned_and_tags_resources(stack: str) -> None:
    environment = config_of(stack)["environment"]
    [provider] = [each for each in of_type(plan_of(stack), "pulumi:providers:aws") if each.name == "aws"]
    assert provider.inputs["region"] == environment["region"]
    assert json.loads(provider.inputs["allowedAccountIds"]) == [environment["account"]]
    assert json.loads(provider.inputs["defaultTags"])["tags"] == {
        "owner": environment["owner"],
        "cost-center": environment["costCenter"],
        "environment": environment["kind"],
        "managed-by": "mlplatform",
    }


@pytest.mark.parametrize("stack", STACKS)
def test_everything_in_aws_goes_through_that_provider(stack: str) -> None:
    plan = plan_of(stack)
    provider, *other = sorted(of_type(plan, "pulumi:providers:aws"), key=lambda each: each.name)
    in_aws = [each for each in plan if each.type.startswith("aws:")]
    elsewhere = {each.provider for each in in_aws if "PermissionSets$" in each.urn}
    assert elsewhere == {each.urn for each in other}
    assert {each.provider for each in in_aws if "PermissionSets$" not in each.urn} == {provider.urn}


@pytest.mark.parametrize("stack", CLUSTERED)
def test_network_is_tagged_for_its_cluster(stack: str) -> None:
    name = config_of(stack)["gpuCluster"]["clusterName"]
    private = [each for each in of_type(plan_of(stack), "aws:ec2/subnet:Subnet") if "private" in each.name]
    assert private
    assert all(each.inputs["tags"]["karpenter.sh/discovery"] == name for each in private)


def test_pods_and_spark_reach_the_brokers_and_no_one_else() -> None:
    rules = of_type(plan_of("prod"), "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule")
    of_brokers = [each for each in rules if each.name.startswith("event-stream-")]
    assert {each.name for each in of_brokers} == {"event-stream-from-nodes", "event-stream-from-spark"}
    assert {each.inputs["fromPort"] for each in of_brokers} == {9098}
