"""How the pods of a node share its GPUs."""

from typing import NotRequired, TypedDict

from pydantic import Field, model_validator

from ...core.problems import refuse_at
from ...core.spec import Spec

LARGEST_REPLICAS = 16
"""The most shares of a GPU in the device plugin's configurations."""


class SharingConfig(TypedDict):
    """How the pods of a node share its GPUs. By default each pod has a whole GPU."""

    time_slicing: NotRequired[int]
    """Pods that take turns on each GPU, without memory isolation."""
    mps: NotRequired[int]
    """Pods that share each GPU at the same time through NVIDIA MPS, each with a part of the memory."""
    mig_profile: NotRequired[str]
    """The MIG profile of each GPU's instances, such as 1g.10gb, with hardware isolation."""


class SharingSpec(Spec):
    """How the pods of a node share its GPUs. By default each pod has a whole GPU."""

    time_slicing: int | None = Field(
        default=None,
        ge=2,
        le=LARGEST_REPLICAS,
        description="Pods that take turns on each GPU, without memory isolation.",
    )
    mps: int | None = Field(
        default=None,
        ge=2,
        le=LARGEST_REPLICAS,
        description="Pods that share each GPU at the same time through NVIDIA MPS.",
    )
    mig_profile: str | None = Field(
        default=None, description="The MIG profile of each GPU's instances, such as 1g.10gb."
    )

    @model_validator(mode="after")
    def _modes_that_exclude_each_other(self) -> "SharingSpec":
        if self.mps and self.time_slicing:
            raise refuse_at("mps", self.mps, "timeSlicing and mps exclude each other; keep one of them")
        if self.mps and self.mig_profile:
            raise refuse_at("mps", self.mps, "migProfile and mps exclude each other; keep one of them")
        return self

    @property
    def exclusive(self) -> bool:
        """Whether each pod has whole GPUs."""
        return not (self.time_slicing or self.mps or self.mig_profile)
