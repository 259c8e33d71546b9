"""Which products of the SageMaker price list become prices of training jobs."""

import pytest

from pricing.refresh.catalog import QUERIES

[SAGEMAKER] = [query for query in QUERIES if query.code == "AmazonSageMaker"]


@pytest.mark.parametrize(
    ("usage", "sku"),
    [
        ("USE1-Train:ml.g5.2xlarge", "ml.g5.2xlarge training"),
        ("Train:ml.m5.large", "ml.m5.large training"),
        ("EU-Train:ml.g4dn.xlarge", "ml.g4dn.xlarge training"),
    ],
)
def test_training_hours_become_a_price(usage: str, sku: str) -> None:
    assert [item.sku for item in SAGEMAKER.matches({"usagetype": usage})] == [sku]


@pytest.mark.parametrize(
    "usage", ["USE1-Host:ml.g5.2xlarge", "USE1-Train:ml.unknown.large", "USE1-Train:VolumeUsage.gp2", ""]
)
def test_other_products_are_left_out(usage: str) -> None:
    assert SAGEMAKER.matches({"usagetype": usage}) == ()
