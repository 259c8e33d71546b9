"""The section `delivery` of a stack: Argo CD, and who reaches it through the load balancer that the stack makes."""

from typing import Any, cast

from pydantic import Field, field_validator

from components.core.ip_range import IpRange
from components.delivery.argo_cd.spec import DeliverySpec
from components.network.load_balancer.spec import MOST_RANGES, allowed_ranges
from components.network.web_firewall.pages import PAGES, completed
from components.network.web_firewall.spec import WebFirewallSpec

ENTRY = frozenset({"firewall", "allowed_cidrs"})
"""The fields of the firewall and of the load balancer before Argo CD."""


class DeliverySection(DeliverySpec):
    """The settings of Argo CD and its teams."""

    firewall: WebFirewallSpec = Field(
        default_factory=cast(Any, dict),
        validate_default=True,
        description="What the firewall before Argo CD lets through; methods, types and sizes of browsers by default.",
    )
    allowed_cidrs: tuple[IpRange, ...] = Field(
        default=("0.0.0.0/0",), min_length=1, max_length=MOST_RANGES, description="Ranges that may connect to Argo CD."
    )

    @property
    def team_of(self) -> dict[str, str]:
        """The team that delivers models to each namespace: it delivers to its first one."""
        return {team.homes[0]: team.name for team in self.teams}

    def overlay_of(self, namespace: str, model: str) -> str:
        """The folder of a delivered model's overlay in the repository."""
        return f"deploy/models/{self.team_of[namespace]}/{model}/overlays/{self.environment}"

    @field_validator("firewall", mode="before")
    @classmethod
    def _for_browsers(cls, section: Any) -> Any:
        return completed(section, PAGES)

    @field_validator("allowed_cidrs")
    @classmethod
    def _ranges(cls, cidrs: tuple[str, ...]) -> tuple[str, ...]:
        return allowed_ranges(cidrs)
