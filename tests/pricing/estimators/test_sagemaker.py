"""Training jobs and Studio, worked out by hand at list price, a month of 730 hours."""

from typing import Any

import pytest

from pricing.estimate import Estimate, estimate
from pricing.usage import Usage
from tests.support.pricing.build import resource

PLATFORM = "mlplatform:index:TrainingPlatform"
DOMAIN = "aws:sagemaker/domain:Domain"


def priced(*types: str, region: str = "us-east-1", **usage: Any) -> Estimate:
    made = [resource(each, f"it-{number}") for number, each in enumerate(types)]
    return estimate(made, region=region, usage=Usage.model_validate({"sagemaker": usage}))


def monthly(result: Estimate) -> dict[str, float]:
    assert result.unpriced == ()
    return {line.what: line.monthly for line in result.lines}


def test_platform_without_jobs_costs_nothing() -> None:
    assert monthly(priced(PLATFORM)) == {}


def test_jobs_and_warm_pools_cost_by_the_hour() -> None:
    result = priced(PLATFORM, jobHours={"ml.g5.2xlarge": 100, "ml.m5.large": 40}, warmPoolHours={"ml.g5.2xlarge": 10})
    # 100 x 1.515 = 151.50; 40 x 0.115 = 4.60; 10 x 1.515 = 15.15.
    assert monthly(result) == {
        "jobs on ml.g5.2xlarge": 151.5,
        "jobs on ml.m5.large": 4.6,
        "warm pools of ml.g5.2xlarge without a job": 15.15,
    }


@pytest.mark.parametrize(("saving", "cost"), [(0, 151.5), (0.6, 60.6)])
def test_spot_jobs_cost_less_what_the_bills_show(saving: float, cost: float) -> None:
    result = priced(PLATFORM, spotJobHours={"ml.g5.2xlarge": 100}, spotSaving=saving)
    # 100 x 1.515 = 151.50, less 60 percent = 60.60.
    assert monthly(result) == {"spot jobs on ml.g5.2xlarge": cost}


def test_spot_is_advised_where_its_saving_is_known() -> None:
    jobs = {"ml.g5.2xlarge": 100}
    # 100 x 1.515 = 151.50, less 60 percent = 60.60.
    [saving] = priced(PLATFORM, jobHours=jobs, spotSaving=0.6).savings
    assert saving.monthly == 90.9
    assert "managed spot for jobs on ml.g5.2xlarge costs 60.60 instead of 151.50 USD a month" in saving.what
    assert priced(PLATFORM, jobHours=jobs).savings == ()


def test_two_platforms_share_the_hours() -> None:
    result = priced(PLATFORM, PLATFORM, jobHours={"ml.m5.large": 40})
    # 20 x 0.115 each.
    assert [line.monthly for line in result.lines] == [2.3, 2.3]


def test_type_without_a_proven_price_is_unpriced_by_name() -> None:
    result = priced(PLATFORM, jobHours={"ml.m5.4xlarge": 10, "ml.m5.large": 10})
    assert result.monthly == 1.15
    assert [gap.subject for gap in result.gaps] == ["ml.m5.4xlarge"]


def test_studio_costs_its_apps_and_its_files() -> None:
    result = priced(DOMAIN, region="us-west-2", studioHours={"ml.t3.medium": 200}, homeGb=0)
    # 200 x 0.05.
    assert monthly(result) == {"apps of Studio on ml.t3.medium": 10.0}
    home = priced(DOMAIN, homeGb=100)
    # 100 x 0.30.
    assert monthly(home) == {"home folders": 30.0}


def test_disks_of_spaces_are_unpriced() -> None:
    result = priced(DOMAIN, spaceGb=50, homeGb=0)
    assert [gap.subject for gap in result.gaps] == ["sagemaker studio-space-storage"]


def test_registry_and_profiles_are_free() -> None:
    types = ("modelPackageGroup:ModelPackageGroup", "modelPackageGroupPolicy:ModelPackageGroupPolicy")
    result = priced(*(f"aws:sagemaker/{each}" for each in types), "aws:sagemaker/userProfile:UserProfile")
    assert monthly(result) == {}
