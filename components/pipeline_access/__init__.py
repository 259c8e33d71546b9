"""PipelineAccess: what workflows on GitHub may do in an account, without a stored key."""

from typing import TYPE_CHECKING

from ..on_demand import on_demand
from .spec import PipelineAccessArgs, PipelineAccessConfig, PipelineAccessSpec

if TYPE_CHECKING:
    from .pipeline_access import PipelineAccess

__all__ = ["PipelineAccess", "PipelineAccessArgs", "PipelineAccessConfig", "PipelineAccessSpec"]

__getattr__ = on_demand(__name__, PipelineAccess="pipeline_access")
