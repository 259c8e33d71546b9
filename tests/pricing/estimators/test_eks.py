"""EKS control planes, worked out by hand at list price in us-east-1, a month of 730 hours."""

from datetime import date

import pytest

from tests.support.pricing.build import (
    TODAY,
    priced,
    resource,
)


@pytest.mark.parametrize(
    ("version", "policy", "today", "monthly"),
    [
        ("1.35", {}, TODAY, 73.00),  # 730 x 0.10
        ("1.34", {}, date(2026, 12, 1), 73.00),
        ("1.34", {}, date(2026, 12, 2), 438.00),  # 730 x 0.60
        ("1.28", {}, TODAY, 438.00),
        ("1.34", {"supportType": "STANDARD"}, date(2026, 12, 2), 73.00),
        ("1.99", {}, TODAY, 73.00),
    ],
)
@pytest.mark.parametrize("type_", ["eks:index:Cluster", "aws:eks/cluster:Cluster"])
def test_eks_control_plane(type_: str, version: str, policy: dict[str, str], today: date, monthly: float) -> None:
    cluster = resource(type_, version=version, upgradePolicy=policy, skipDefaultNodeGroup=True)
    result = priced(cluster, today=today)
    assert result.monthly == monthly
    assert result.unpriced == ()


def test_the_packaged_cluster_is_not_counted_beside_its_children() -> None:
    package = resource("eks:index:Cluster", "eks", version="1.35", skipDefaultNodeGroup=True)
    inner = resource("aws:eks/cluster:Cluster", "eks-cluster", parent=package.urn, version="1.35")
    result = priced(package, inner)
    assert result.monthly == 73.00
    assert [line.urn for line in result.lines] == [inner.urn]


def test_control_plane_logs_that_no_group_limits() -> None:
    # 30 GB x 0.50 = 15; stored after a year: 30 x 12 x 0.15 = 54 GB x 0.03 = 1.62
    cluster = resource("aws:eks/cluster:Cluster", name="ml", enabledClusterLogTypes=["audit"], version="1.35")
    assert priced(cluster).monthly == pytest.approx(73 + 15 + 1.62)
