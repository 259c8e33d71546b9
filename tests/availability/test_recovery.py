"""What the loss of the region takes, and where each store comes back from."""

import pytest

from tests.support.availability import predicted, with_inputs
from tests.support.planner.plans import plan_of

pytestmark = pytest.mark.slow


def test_a_store_with_a_copied_backup_comes_back_in_the_other_region() -> None:
    found = {each.store: each for each in predicted(plan_of("prod")).recoveries}
    assert (found["registry"].region, found["registry"].rto_minutes) == ("us-west-2", 60)
    assert (found["models"].region, found["models"].rto_minutes) == ("us-west-2", 240)


def test_after_the_region_a_database_has_the_age_of_its_snapshot() -> None:
    """Its objective of 5 minutes is for a restore within the region, from RDS's own backups."""
    registry = next(each for each in predicted(plan_of("prod")).recoveries if each.store == "registry")
    assert registry.rpo_minutes == 25 * 60


def test_a_store_without_a_copy_is_said_to_be_lost() -> None:
    raw = next(each for each in predicted(plan_of("prod")).recoveries if "raw" in each.store)
    assert (raw.region, raw.rpo_minutes, raw.rto_minutes) == ("", None, None)
    assert "no copy in another region" in raw.how


def test_a_backup_without_a_copy_is_lost_with_the_region() -> None:
    resources = with_inputs(
        plan_of("prod"), "recovery-models-plan", lambda inputs: inputs["rules"][0].pop("copyActions")
    )
    models = next(each for each in predicted(resources).recoveries if each.store == "models")
    assert (models.region, models.rpo_minutes) == ("", None)


def test_the_standby_says_who_moves_the_traffic() -> None:
    assert "us-west-2" in predicted(plan_of("prod")).standby
    assert "A person" in predicted(plan_of("prod")).standby
    assert predicted(plan_of("staging")).standby.startswith("No copy")
