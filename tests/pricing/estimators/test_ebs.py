"""Volumes and snapshots, worked out by hand at list price in us-east-1, a month of 730 hours."""

import pytest

from tests.support.pricing.build import (
    priced,
    referring,
    resource,
)


def test_volumes_and_a_snapshot() -> None:
    # gp3 500 GB 40.00, 6,000 IOPS 3,000 x 0.005 = 15.00; gp2 100 GB 10.00; io2 100 GB 12.50 and 5,000 x 0.065 = 325
    # The snapshot of the first, as if full: 500 x 0.05 = 25.00
    first = resource("aws:ebs/volume:Volume", "a", size=500.0, type="gp3", iops=6000.0)
    snapshot = referring(resource("aws:ebs/snapshot:Snapshot"), {"volumeId": [first]})
    others = [
        resource("aws:ebs/volume:Volume", "b", size=100.0),
        resource("aws:ebs/volume:Volume", "c", size=100.0, type="io2", iops=5000.0),
    ]
    assert priced(first, snapshot, *others).monthly == pytest.approx(40 + 15 + 25 + 10 + 12.5 + 325)


def test_performance_that_is_included_costs_nothing() -> None:
    # 10 x 0.08; 2,000 operations and 100 MiB/s are below what gp3 includes
    small = resource("aws:ebs/volume:Volume", size=10.0, type="gp3", iops=2000.0, throughput=100.0)
    assert priced(small).monthly == 0.80
