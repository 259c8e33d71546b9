"""No version that a program pins is raised by AWS, so that no update lowers it again."""

import pytest

from tests.support.planner.plans import CLUSTERED, of_type, plan_of

CACHES = ("aws:elasticache/replicationGroup:ReplicationGroup", "aws:elasticache/cluster:Cluster")
DATABASES = ("aws:rds/instance:Instance", "aws:rds/cluster:Cluster")


@pytest.mark.parametrize("stack", CLUSTERED)
def test_no_cache_is_upgraded_beside_its_pin(stack: str) -> None:
    # The provider keeps major and minor of a cache's version, and a lower one replaces the cluster.
    caches = of_type(plan_of(stack), *CACHES)
    assert caches
    assert [each.name for each in caches if each.inputs.get("autoMinorVersionUpgrade") is not False] == []


@pytest.mark.parametrize("stack", CLUSTERED)
def test_a_database_that_rds_patches_pins_its_major_version_alone(stack: str) -> None:
    # The provider takes a major version for a prefix of the one in use.
    databases = of_type(plan_of(stack), *DATABASES)
    assert databases
    for each in databases:
        majors = 2 if each.inputs["engine"] == "mysql" else 1
        assert len(each.inputs["engineVersion"].split(".")) == majors
