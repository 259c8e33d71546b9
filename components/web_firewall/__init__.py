"""WebFirewall: what must not reach a model, stopped before it costs a GPU's time."""

from .spec import WebFirewallArgs, WebFirewallConfig, WebFirewallSpec
from .web_firewall import WebFirewall

__all__ = ["WebFirewall", "WebFirewallArgs", "WebFirewallConfig", "WebFirewallSpec"]
