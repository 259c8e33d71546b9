"""All quotas that a plan needs beyond AWS's defaults."""

from collections.abc import Sequence

from planner.quotas.counted import counted_quotas
from planner.quotas.ec2 import ec2_quotas
from planner.quotas.emr import emr_quotas
from planner.quotas.logs import log_quotas
from planner.quotas.msk import msk_quotas
from planner.quotas.opensearch import opensearch_quotas
from planner.quotas.prometheus import prometheus_quotas
from planner.quotas.quota import Quota
from planner.quotas.route53 import route53_quotas
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
        *route53_quotas(index),
        *counted_quotas(index),
        *log_quotas(index, config),
        *prometheus_quotas(index, config),
        *(opensearch_quotas(index, config) if config else ()),
        *(sagemaker_quotas(config) if config else ()),
    )
    return tuple(sorted(found, key=lambda quota: (quota.service, quota.code, quota.name)))
