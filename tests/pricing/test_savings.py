"""The advice: a commitment for what runs all hours, spot for what runs above it, nothing without a price."""

from typing import Any

from pricing.estimate import Saving, estimate
from pricing.usage import Usage
from resources.resource import Resource
from tests.support.pricing.build import component, node_group, schedule


def advice(*resources: Resource, region: str = "us-east-1", **usage: Any) -> tuple[Saving, ...]:
    return estimate([component(), *resources], region=region, usage=Usage(**usage)).savings


def serving() -> list[Resource]:
    group = node_group()
    return [group, schedule(group, "0 8 * * *", 30.0, "day"), schedule(group, "0 22 * * *", 20.0, "night")]


def test_commitment_for_the_base_and_spot_for_the_burst() -> None:
    # Base: 14,600 h x (0.526 - 0.331) = 2,847.00. Burst: 4,258.33 h x 0.9 x (0.526 - 0.18936) = 1,290.17.
    commitment, spot = advice(*serving())
    assert commitment.monthly == 2_847.00
    assert "20 g4dn.xlarge" in commitment.what
    assert "4,832.60 instead of 7,679.60" in commitment.what
    assert "20 one-year no-upfront reservations" in commitment.how
    assert spot.monthly == 1_290.17
    assert "90% of the g4dn.xlarge hours above the base" in spot.what
    assert "derived" in spot.how


def test_no_spot_is_advised_when_none_may_run_on_it() -> None:
    assert [saving.monthly for saving in advice(*serving(), spot_share=0)] == [2_847.00]


def test_nothing_is_advised_without_a_price_for_it() -> None:
    # p5.48xlarge has neither a spot nor a one-year price in the table.
    assert advice(node_group(("p5.48xlarge",), least=1.0, wanted=1.0, most=1.0)) == ()


def test_nothing_is_advised_for_what_is_spot_already() -> None:
    assert advice(node_group(capacity="SPOT")) == ()


def test_a_stale_commitment_price_is_not_in_the_table() -> None:
    # The one-year price of p4d.24xlarge predates its price cut of 2025-06.
    assert advice(node_group(("p4d.24xlarge",), least=1.0, wanted=1.0, most=1.0)) == ()


def test_commitment_covers_whole_nodes_of_the_minimum() -> None:
    # Minimum 2 of an average of 5.5: 2 x 730 x (0.526 - 0.331) = 284.70; the 3.5 above could be spot.
    pool = node_group(least=2.0, wanted=10.0, most=10.0)
    spot, commitment = advice(pool, average_nodes={"serving": 5.5})
    assert commitment.monthly == 284.70
    assert spot.monthly == round(3.5 * 730 * 0.9 * (0.526 - 0.18936), 2)
