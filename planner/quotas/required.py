"""All quotas that a plan needs beyond AWS's defaults."""

from collections.abc import Sequence

from planner.quotas.ec2 import ec2_quotas
from planner.quotas.emr import emr_quotas
from planner.quotas.quota import Quota
from resources.index import ResourceIndex
from resources.resource import Resource


def quotas(resources: Sequence[Resource]) -> tuple[Quota, ...]:
    """The quotas whose default is less than the plan needs at its peak."""
    index = ResourceIndex(resources)
    found = (*ec2_quotas(index), *emr_quotas(index))
    return tuple(sorted(found, key=lambda quota: (quota.service, quota.code)))
