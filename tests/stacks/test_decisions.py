"""What the price table decides is what the program deploys and the plan explains."""

import pytest

from planner.build import assess
from planner.evaluation import Evaluation
from tests.support.components.streams import serverless
from tests.support.planner.plans import TODAY, built, file_of
from tests.support.stacks.configs import SECTIONS, STORE, read

GROUP = "aws:elasticache/replicationGroup:ReplicationGroup"


@pytest.mark.parametrize("stack", ["prod", "staging"])
def test_each_cache_is_deployed_as_it_was_decided(stack: str) -> None:
    plan = built(stack)
    decided = {
        decision.field.rpartition(".")[2]: decision for decision in plan.decisions if "featureStore" in decision.field
    }
    groups = [resource for resource in plan.resources if resource.type == GROUP]
    assert len(decided) == len(groups) > 0
    for group in groups:
        role = str(group.inputs["replicationGroupId"]).rpartition("-")[2]
        wanted = decided[role].value
        assert (group.inputs["nodeType"], group.inputs["numNodeGroups"]) == (wanted["node_type"], wanted["shards"])
        # The reason says what it costs, and that is what the plan adds up.
        hours = next(line for line in plan.estimate.lines if line.urn == group.urn and "all hours" in line.what)
        assert f"{hours.monthly:,.2f}" in decided[role].why


@pytest.mark.parametrize(
    ("stack", "said"),
    [
        # 3 x 730 h x 0.204 + 3 x 100 GB x 0.10; 30 MiB a second of readers / 2 = 15 shards x 730 h x 0.015;
        # 730 h x 0.75 + 20 x 730 h x 0.0015.
        (
            "prod",
            "msk-provisioned with 3 kafka.m7g.large costs 476.76 USD a month before data; for the same topics: kinesis "
            "with 15 shards 164.25, msk-serverless with 20 partitions 569.40.",
        ),
        (
            "staging",
            "kinesis with 2 shards costs 21.90 USD a month before data; for the same topics: msk-provisioned with 3 "
            "kafka.m7g.large 476.76, msk-serverless with 4 partitions 551.88.",
        ),
    ],
)
def test_plan_says_what_each_engine_of_a_stream_costs(stack: str, said: str) -> None:
    [decision] = [each for each in built(stack).decisions if each.field == "eventStream.engine"]
    assert decision.why == said


def test_a_plan_prices_the_partitions_that_the_stack_declares() -> None:
    topic = {"name": "clicks", "partitions": 2391}
    stream = {"streamName": "ml", "engine": "msk-serverless", "topics": [{**topic, "deadLetter": True}]}
    config = read({**SECTIONS, "eventStream": stream, "featureStore": STORE})
    made = serverless(topics=[{**topic, "dead_letter": True}]).resources
    plan = assess(file_of("staging"), config, Evaluation(tuple(made), {}), today=TODAY)
    [decision] = [each for each in plan.decisions if each.field == "eventStream.engine"]
    fixed = sum(line.monthly for line in plan.estimate.lines if "all hours" in line.what)
    # 730 h x 0.75 + 2,392 x 730 h x 0.0015.
    assert fixed == pytest.approx(3166.74)
    assert "costs 3,166.74 USD a month before data" in decision.why
