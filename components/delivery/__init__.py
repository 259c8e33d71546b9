"""Delivery: Argo CD, and what each product team may deliver through it."""

from .delivery import Delivery
from .spec import DeliveryArgs, DeliveryConfig, DeliverySpec

__all__ = ["Delivery", "DeliveryArgs", "DeliveryConfig", "DeliverySpec"]
