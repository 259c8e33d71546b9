"""The section `mlplatform:availability`: what the stack's architecture must be able to hold."""

from typing import Annotated

from pydantic import Field

from pricing.spec import Section

Percent = Annotated[float, Field(gt=0, lt=100, allow_inf_nan=False)]


class AvailabilityTarget(Section):
    """The least predicted availability, in percent of a month. Without one, nothing is held."""

    target: Percent | None = Field(
        default=None,
        description="The least predicted availability of each capability in percent, such as 99.5. Default: none, so "
        "that only those of `capabilities` are held.",
    )
    capabilities: dict[str, Percent] = Field(
        default_factory=dict[str, float],
        description="Capabilities with another target, by the names that the plan prints, such as `online features`.",
        examples=[{"deployment by Argo CD": 99}],
    )

    def of(self, capability: str) -> float | None:
        """The target of a capability in percent; None without one."""
        return self.capabilities.get(capability, self.target)
