"""Karpenter: nodes made as pods need them."""

from .karpenter import Karpenter
from .spec import KarpenterArgs, KarpenterConfig, KarpenterSpec

__all__ = ["Karpenter", "KarpenterArgs", "KarpenterConfig", "KarpenterSpec"]
