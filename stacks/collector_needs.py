"""What the collectors of logs, metrics and traces need of a stack."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stacks.config import StackConfig


def lacking_for_collectors(config: "StackConfig") -> str | None:
    """The section that collectors lack, with the reason; None if the stack has both."""
    if not config.gpu_cluster:
        return "gpuCluster, because the collectors run on its nodes"
    if not config.feature_store:
        return "featureStore, because the stack's components start after its stores"
    return None
