"""All quotas that a plan needs beyond AWS's defaults."""

from collections.abc import Sequence

from planner.quotas.ec2 import ec2_quotas
from planner.quotas.quota import Quota
from resources.index import ResourceIndex
from resources.resource import Resource


def quotas(resources: Sequence[Resource]) -> tuple[Quota, ...]:
    """The quotas whose default is less than the plan needs at its peak."""
    index = ResourceIndex(resources)
    return tuple(sorted(ec2_quotas(index), key=lambda quota: (quota.service, quota.code)))
