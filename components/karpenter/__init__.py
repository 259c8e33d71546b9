"""Karpenter: nodes made as pods need them."""

from typing import TYPE_CHECKING

from ..on_demand import on_demand
from .spec import KarpenterArgs, KarpenterConfig, KarpenterSpec

if TYPE_CHECKING:
    from .karpenter import Karpenter

__all__ = ["Karpenter", "KarpenterArgs", "KarpenterConfig", "KarpenterSpec"]

__getattr__ = on_demand(__name__, Karpenter="karpenter")
