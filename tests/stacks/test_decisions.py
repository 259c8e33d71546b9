"""What the price table decides is what the program deploys and the plan explains."""

import pytest

from tests.support.planner.plans import built

GROUP = "aws:elasticache/replicationGroup:ReplicationGroup"


@pytest.mark.parametrize("stack", ["prod", "staging"])
def test_each_cache_is_deployed_as_it_was_decided(stack: str) -> None:
    plan = built(stack)
    decided = {decision.field.rpartition(".")[2]: decision for decision in plan.decisions}
    groups = [resource for resource in plan.resources if resource.type == GROUP]
    assert len(decided) == len(groups) > 0
    for group in groups:
        role = str(group.inputs["replicationGroupId"]).rpartition("-")[2]
        wanted = decided[role].value
        assert (group.inputs["nodeType"], group.inputs["numNodeGroups"]) == (wanted["node_type"], wanted["shards"])
        # The reason says what it costs, and that is what the plan adds up.
        hours = next(line for line in plan.estimate.lines if line.urn == group.urn and "all hours" in line.what)
        assert f"{hours.monthly:,.2f}" in decided[role].why
