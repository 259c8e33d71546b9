"""Delivery: Argo CD, and what each product team may deliver through it."""

from typing import TYPE_CHECKING

from ..on_demand import on_demand
from .spec import DeliveryArgs, DeliveryConfig, DeliverySpec

if TYPE_CHECKING:
    from .delivery import Delivery

__all__ = ["Delivery", "DeliveryArgs", "DeliveryConfig", "DeliverySpec"]

__getattr__ = on_demand(__name__, Delivery="delivery")
