"""Logs of containers, worked out by hand at list price in us-east-1, a month of 730 hours."""

from typing import Any

import pytest

from components.observability.logs.log_pipeline import LogPipeline
from pricing.lines import Estimate
from resources.resource import Resource
from tests.support.components.mocks import run
from tests.support.pricing.build import priced

TEAMS = [{"name": "search", "namespaces": ["search"]}, {"name": "risk", "namespaces": ["risk"]}]
NETWORK = {"vpc_id": "vpc-1", "subnet_ids": ["subnet-1", "subnet-2"], "node_security_group_id": "sg-1"}


def pipeline(**args: Any) -> list[Resource]:
    given: Any = {"name": "ml-test", "cluster_name": "ml", **args}
    return run(lambda: LogPipeline("logs", given)).resources


def of_logs(found: Estimate) -> dict[str, float]:
    """USD a month by what is paid for, without the key and the alarm."""
    assert found.gaps == ()
    sums: dict[str, float] = {}
    for line in found.lines:
        if line.monthly and "key" not in line.what and "alarm" not in line.what:
            sums[line.what] = sums.get(line.what, 0) + line.monthly
    return sums


def test_groups_share_what_containers_write() -> None:
    # 90 GB x 0.50 = 45, and the heartbeat 0.1 x 0.50 = 0.05; 90.1 GB x 0.15 x 90 / 30.4167 months x 0.03 = 1.1997.
    assert of_logs(priced(*pipeline(groups=TEAMS), logs={"writtenGb": 90})) == {
        "logs written": pytest.approx(45.05),
        "logs kept for 90 days, compressed": pytest.approx(1.1997, abs=0.001),
    }


def test_masking_reads_each_gigabyte_once() -> None:
    # 90 GB x 0.12 = 10.80.
    found = of_logs(priced(*pipeline(groups=TEAMS, data_protection=True), logs={"writtenGb": 90}))
    assert found["logs searched for personal data"] == pytest.approx(10.8)


def test_infrequent_access_costs_half_for_each_gigabyte_written() -> None:
    # 90 GB x 0.25 = 22.50, and the heartbeat in the class standard 0.05.
    found = of_logs(priced(*pipeline(log_class="infrequent-access"), logs={"writtenGb": 90}))
    assert found["logs written"] == pytest.approx(22.55)


@pytest.mark.parametrize(("standby", "units", "cost"), [(True, 2, 350.4), (False, 1, 175.2)])
def test_collection_costs_its_least_units_without_a_record(standby: bool, units: int, cost: float) -> None:
    # Units x 730 hours x 0.24; an endpoint in two zones 2 x 730 x 0.01 = 14.60.
    args = {"destination": "opensearch", "standby_replicas": standby, **NETWORK}
    assert of_logs(priced(*pipeline(**args), logs={"writtenGb": 0})) == {
        f"{units} OpenSearch Compute Units": pytest.approx(cost),
        "endpoint of collections in 2 zones, all hours": pytest.approx(14.6),
    }


def test_collection_costs_more_units_and_its_indexes() -> None:
    # 5 x 730 x 0.24 = 876; 100 GB x 90 / 30.4167 months x 0.024 = 7.1014.
    found = of_logs(priced(*pipeline(destination="opensearch", **NETWORK), logs={"writtenGb": 100, "ocus": 5}))
    assert found["5 OpenSearch Compute Units"] == pytest.approx(876)
    assert found["indexes of 90 days"] == pytest.approx(7.1014, abs=0.001)
