"""Quotas of Amazon SageMaker: instances of jobs by type, on demand, as spot and in warm pools."""

from collections.abc import Iterator

from planner.quotas.quota import Limit, Quota, quota
from stacks.config import StackConfig

_CODES = {
    "ml.g4dn.xlarge for training job usage": "L-3F53BF0F",
    "ml.g4dn.xlarge for spot training job usage": "L-944F78BB",
    "ml.g5.xlarge for training job usage": "L-B6D80D9C",
    "ml.g5.xlarge for training warm pool usage": "L-8E6F4665",
    "ml.g5.2xlarge for training job usage": "L-2D6DEB3C",
    "ml.g5.2xlarge for spot training job usage": "L-CAEE7DB7",
    "ml.g6.xlarge for training job usage": "L-56AE9D73",
    "ml.g6.xlarge for spot training job usage": "L-A886A53A",
    "ml.m5.large for training job usage": "L-611FA074",
    "ml.m5.xlarge for spot training job usage": "L-4CEE6BA6",
    "ml.p5.48xlarge for training job usage": "L-82E1C851",
}
"""The codes that public infrastructure code names; those of other quotas are in the console of Service Quotas."""

_LONGEST_SECONDS = Limit("L-33A961FD", "Longest run time for a training job, in seconds", 432_000)
_JOBS, _SPOT, _WARM = "training job usage", "spot training job usage", "training warm pool usage"


def sagemaker_quotas(config: StackConfig) -> Iterator[Quota]:
    """What the teams' jobs need at once. New accounts begin with 0 for most types.

    SageMaker has no other limit for the number of instances, so the quota should be no higher than the plan says.
    """
    platform = config.training_platform
    if not platform:
        return
    uses = (_JOBS, _SPOT, *((_WARM,) if platform.warm_pool_seconds else ()))
    for kind, instances in platform.instance_types.items():
        for use in uses:
            name = f"{kind} for {use}"
            code = _CODES.get(name, "by name")
            why = f"trainingPlatform.instanceTypes: {instances} {kind} at once; a new account may have 0"
            yield quota("sagemaker", Limit(code, name, 0), instances, why)
    if (seconds := platform.maximum_hours * 3600) > _LONGEST_SECONDS.default:
        yield quota("sagemaker", _LONGEST_SECONDS, seconds, f"trainingPlatform.maximumHours: {platform.maximum_hours}")
