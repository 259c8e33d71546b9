"""Which products of the price lists become prices of training jobs, Spark and streams."""

import pytest

from pricing.refresh.catalog import QUERIES
from pricing.table import load_table

[INSTANCES] = [query for query in QUERIES if query.code == "ElasticMapReduce" and query.named]
[KINESIS] = [query for query in QUERIES if query.code == "AmazonKinesis"]
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


@pytest.mark.parametrize(
    ("usage", "sku", "unit"),
    [
        ("USE1-EnhancedFanoutHour", "enhanced-fanout-shard-hour", "hour"),
        ("ReadBytes", "enhanced-fanout-data", "GB"),
        ("EU-Extended-ShardHour", "extended-retention-shard-hour", "hour"),
        ("USW2-LongTermRetention-ByteHrs", "long-term-retention", "GB-month"),
        ("USE1-OnDemand-BilledOutgoingEFOBytes", "on-demand-efo-retrieve", "GB"),
        ("OnDemand-ExtendedRetention-ByteHrs", "on-demand-extended-retention-24h-7d", "GB-month"),
    ],
)
def test_fan_out_and_retention_of_streams_become_prices(usage: str, sku: str, unit: str) -> None:
    # Source of the usage types: infracost, internal/resources/aws/kinesis_stream.go.
    assert [(item.sku, item.unit) for item in KINESIS.matches({"usagetype": usage})] == [(sku, unit)]
    assert load_table("us-east-1").price("kinesis", sku).unit == unit


@pytest.mark.parametrize("usage", ["USE1-LongTermRetention-ReadBytes", "USE1-OnDemand-LongTermRetention-ByteHrs"])
def test_other_products_of_streams_are_left_out(usage: str) -> None:
    assert KINESIS.matches({"usagetype": usage}) == ()


@pytest.mark.parametrize("usage", ["BoxUsage:m5.xlarge", "USE1-BoxUsage:m5.xlarge"])
def test_the_surcharge_of_emr_on_ec2_becomes_a_price(usage: str) -> None:
    [item] = INSTANCES.matches({"usagetype": usage})
    assert (item.service, item.sku) == ("emr", "uplift m5.xlarge")
    assert load_table("us-east-1").price("emr", item.sku).unit == item.unit


@pytest.mark.parametrize("usage", ["HunkBoxUsage:c4.2xlarge", "BoxUsage:z99.large", "EMR-SERVERLESS-vCPUHours"])
def test_other_software_of_emr_is_left_out(usage: str) -> None:
    assert INSTANCES.matches({"usagetype": usage}) == ()
