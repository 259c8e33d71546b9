"""What has no price cannot pass the budget, unless the stack accepts it by name and with a reason."""

from typing import Any

import pytest
from pydantic import ValidationError

from pricing.budget import Budget, idle_names, judge
from pricing.estimate import estimate
from pricing.usage import Usage
from resources.resource import UNKNOWN, Resource
from tests.support.pricing.build import component, node_group, node_pool, resource

HUGE = "p9.48xlarge"
ACCEPTED = "Paid in advance."


def budget(**unpriced: str) -> Budget:
    return Budget(monthly_budget=1e6, unpriced=unpriced)


def judged(*resources: Resource, accepted: dict[str, str] | None = None, pending: bool = True) -> Any:
    made = estimate([component(), *resources], region="us-east-1", usage=Usage())
    return judge(made, budget(**(accepted or {})), pending=pending)


UNPRICED: dict[str, Resource] = {
    HUGE: node_group((HUGE,)),
    "g4dn.xlarge": node_group(("g4dn.xlarge",), capacity="CAPACITY_BLOCK"),
    "cache.x9g.large": resource(
        "aws:elasticache/replicationGroup:ReplicationGroup", nodeType="cache.x9g.large", engine="valkey"
    ),
    "db.x9g.large": resource(
        "aws:rds/instance:Instance", engine="postgres", instanceClass="db.x9g.large", allocatedStorage=20.0
    ),
    "aws:mq/broker:Broker": resource("aws:mq/broker:Broker"),
    "ebs gp9-storage": resource("aws:ebs/volume:Volume", size=10.0, type="gp9"),
}


@pytest.mark.parametrize("subject", UNPRICED)
def test_unpriced_subject_fails_the_budget(subject: str) -> None:
    found = judged(UNPRICED[subject])
    assert not found.holds
    assert not found.complete
    assert found.subjects == (subject,)


@pytest.mark.parametrize("subject", UNPRICED)
def test_a_name_with_a_reason_is_accepted_and_stays_incomplete(subject: str) -> None:
    found = judged(UNPRICED[subject], accepted={subject: ACCEPTED})
    assert found.holds
    assert not found.complete


def test_a_resource_type_accepts_each_of_its_gaps() -> None:
    assert judged(UNPRICED[HUGE], accepted={"aws:eks/nodeGroup:NodeGroup": ACCEPTED}).holds


def test_a_name_accepts_nothing_else() -> None:
    found = judged(UNPRICED[HUGE], UNPRICED["aws:mq/broker:Broker"], accepted={HUGE: ACCEPTED})
    assert found.subjects == ("aws:mq/broker:Broker",)


@pytest.mark.parametrize("kinds", [("g4dn.xlarge", HUGE), (HUGE, "g4dn.xlarge")])
@pytest.mark.parametrize("capacity", ["ON_DEMAND", "SPOT"])
def test_each_type_that_a_pool_may_buy_needs_a_price(kinds: tuple[str, ...], capacity: str) -> None:
    assert judged(node_group(kinds, capacity=capacity)).subjects == (HUGE,)


def test_each_type_that_a_karpenter_pool_names_needs_a_price() -> None:
    pool = node_pool({"node.kubernetes.io/instance-type": ["g4dn.xlarge", HUGE]}, {"cpu": 8})
    assert HUGE in judged(pool).subjects


def test_an_unknown_value_fails_a_plan_and_not_a_preview() -> None:
    volume = resource("aws:ebs/volume:Volume", size=UNKNOWN, type="gp3")
    assert not judged(volume).holds
    assert judged(volume, pending=False).holds


def test_spot_type_without_spot_price_costs_on_demand() -> None:
    made = estimate(
        [node_group(("p5.48xlarge",), capacity="SPOT", least=1, wanted=1)], region="us-east-1", usage=Usage()
    )
    instances = [line for line in made.lines if line.unit == "instance-hour"]
    assert [line.unit_price for line in instances] == [55.04]
    assert "at the on-demand price" in instances[0].what


def test_accepted_name_without_a_gap_is_idle() -> None:
    made = estimate([UNPRICED[HUGE]], region="us-east-1", usage=Usage())
    assert idle_names(made, budget(**{HUGE: ACCEPTED, "p8.large": ACCEPTED})) == ("p8.large",)


@pytest.mark.parametrize("reason", ["", "  ", None, 3])
def test_a_name_needs_a_reason(reason: Any) -> None:
    with pytest.raises(ValidationError):
        Budget.model_validate({"monthlyBudget": 1, "unpriced": {HUGE: reason}})
