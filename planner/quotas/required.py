"""All quotas that a plan needs beyond AWS's defaults."""

from collections.abc import Sequence

from planner.quotas.ec2 import ec2_quotas
from planner.quotas.emr import emr_quotas
from planner.quotas.msk import msk_quotas
from planner.quotas.quota import Quota
from planner.quotas.sagemaker import sagemaker_quotas
from resources.index import ResourceIndex
from resources.resource import Resource
from stacks.config import StackConfig


def quotas(resources: Sequence[Resource], config: StackConfig | None = None) -> tuple[Quota, ...]:
    """The quotas whose default is less than the plan needs at its peak. `config` says what no resource states."""
    index = ResourceIndex(resources)
    found = (
        *ec2_quotas(index),
        *emr_quotas(index),
        *msk_quotas(index),
        *(sagemaker_quotas(config) if config else ()),
    )
    return tuple(sorted(found, key=lambda quota: (quota.service, quota.code, quota.name)))
