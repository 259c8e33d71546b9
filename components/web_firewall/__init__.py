"""WebFirewall: what must not reach a model, stopped before it costs a GPU's time."""

from typing import TYPE_CHECKING

from ..on_demand import on_demand
from .spec import WebFirewallArgs, WebFirewallConfig, WebFirewallSpec

if TYPE_CHECKING:
    from .web_firewall import WebFirewall

__all__ = ["WebFirewall", "WebFirewallArgs", "WebFirewallConfig", "WebFirewallSpec"]

__getattr__ = on_demand(__name__, WebFirewall="web_firewall")
