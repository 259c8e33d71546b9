"""PipelineAccess: what workflows on GitHub may do in an account, without a stored key."""

from .pipeline_access import PipelineAccess
from .spec import PipelineAccessArgs, PipelineAccessConfig, PipelineAccessSpec

__all__ = ["PipelineAccess", "PipelineAccessArgs", "PipelineAccessConfig", "PipelineAccessSpec"]
