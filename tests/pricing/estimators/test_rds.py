"""PostgreSQL and MySQL on RDS, worked out by hand at list price in us-east-1."""

from typing import Any

import pytest

from pricing.estimate import Estimate, estimate
from pricing.usage import Usage
from tests.support.pricing.build import resource


def priced(**inputs: Any) -> Estimate:
    wanted: dict[str, Any] = {
        "engine": "postgres",
        "instanceClass": "db.m7g.large",
        "allocatedStorage": 100.0,
        "storageType": "gp3",
    }
    instance = resource("aws:rds/instance:Instance", "metadata", **{**wanted, **inputs})
    return estimate([instance], region="us-east-1", usage=Usage(database_backup_gb=200))


def monthly(result: Estimate) -> dict[str, float]:
    assert result.unpriced == ()
    return {line.what: line.monthly for line in result.lines}


def test_a_standby_doubles_instance_and_storage() -> None:
    # 730 h x 0.337 = 246.01; 100 GB x 0.23 = 23.00; 200 GB of backups x 0.095 = 19.00; the secret 0.40.
    result = priced(multiAz=True, manageMasterUserPassword=True)
    assert monthly(result) == {
        "db.m7g.large Multi-AZ, all hours": 246.01,
        "100 GB of gp3 storage, Multi-AZ": 23.00,
        "backups": 19.00,
        "secret": 0.40,
    }


def test_a_year_ahead_is_cheaper() -> None:
    # 730 h x 0.2595 = 189.435 for the year-long reservation.
    line = next(line for line in priced(multiAz=True).lines if "all hours" in line.what)
    assert (line.one_year, line.spot) == (189.435, None)


def test_one_zone() -> None:
    # 730 h x 0.168 = 122.64; 100 GB x 0.115 = 11.50.
    found = monthly(priced())
    assert found["db.m7g.large Single-AZ, all hours"] == 122.64
    assert found["100 GB of gp3 storage, Single-AZ"] == 11.50


def test_mysql_has_prices_of_its_own() -> None:
    # 730 h x 0.129 = 94.17; 50 GB x 0.23 = 11.50.
    found = monthly(priced(engine="mysql", instanceClass="db.t4g.medium", allocatedStorage=50.0, multiAz=True))
    assert found["db.t4g.medium Multi-AZ, all hours"] == 94.17
    assert found["50 GB of gp3 storage, Multi-AZ"] == 11.50


def test_operations_beyond_the_included_cost() -> None:
    # 12,000 are included from 400 GB on: 1,000 more x 0.02 = 20.00.
    assert monthly(priced(allocatedStorage=400.0, iops=13000.0))["operations beyond the included"] == 20.0
    assert "operations beyond the included" not in monthly(priced(allocatedStorage=400.0, iops=12000.0))


def test_what_has_no_price_is_unpriced() -> None:
    for inputs in (
        {"engine": "mariadb"},
        {"instanceClass": "db.z9.large"},
        {"storageType": "io2"},
        {"storageThroughput": 250.0},
        {"storageThroughput": 501.0, "allocatedStorage": 400.0},
        {"performanceInsightsRetentionPeriod": 31},
        {"databaseInsightsMode": "advanced"},
        {"dedicatedLogVolume": True},
    ):
        assert len(priced(**inputs).unpriced) == 1


def test_what_is_included_leaves_no_gap() -> None:
    included = {"storageThroughput": 500.0, "allocatedStorage": 400.0, "performanceInsightsRetentionPeriod": 7}
    assert priced(**included).unpriced == ()


def test_databases_are_reserved_for_their_savings_plans_save_less() -> None:
    [saving] = priced(multiAz=True).savings
    # 730 x (0.337 - 0.2595) = 56.575.
    assert saving.monthly == pytest.approx(56.575, abs=0.006)
    assert "savings plans for databases save less" in saving.how
