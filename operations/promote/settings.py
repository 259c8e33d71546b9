"""deploy/github/promotion.yaml: who must approve, and which changes."""

from pathlib import Path
from typing import Self

from pydantic import Field, model_validator

from ..settings import Settings, SettingsError, parse, read, refuse
from ..smoke.rules import SmokeRules
from .errors import PromotionError
from .github import Client
from .shapes import User

SETTINGS = "deploy/github/promotion.yaml"


class PromotionSettings(Settings):
    """The rules of promotion."""

    base: str = Field(default="main", min_length=1, description="The branch that environments deploy.")
    approvals: int = Field(default=2, ge=2, le=6, description="The number of seniors who must approve.")
    senior_team: str | None = Field(
        default=None, pattern=r"^[\w-]+/[\w-]+$", description="The team of the seniors, as <organization>/<team>."
    )
    seniors: dict[str, int] = Field(
        default_factory=dict[str, int],
        description="The seniors instead of a team: each login with the account's id, which decides.",
    )
    recorder: str | None = Field(default=None, description="The login of the only app that may record smoke tests.")
    chart_repositories: tuple[str, ...] = Field(
        min_length=1, description="The repositories from which overlays may take the chart model-service."
    )
    smoke: SmokeRules = Field(description="What each smoke.yaml must meet.")
    protected: tuple[str, ...] = Field(default=(), description="Further paths whose changes seniors must approve.")

    @model_validator(mode="after")
    def _seniors_one_way(self) -> Self:
        if (self.senior_team is None) == (not self.seniors):
            raise refuse("set either seniorTeam or seniors")
        return self


def read_settings(root: Path) -> PromotionSettings:
    """The settings in a checkout.

    Raises:
        PromotionError: if they are invalid; names the field.
    """
    try:
        return parse(PromotionSettings, read(root / SETTINGS), SETTINGS)
    except SettingsError as error:
        raise PromotionError(str(error)) from None


def seniors(client: Client, settings: PromotionSettings) -> frozenset[int]:
    """The ids of the seniors. A login that was given up can be taken by another person; an id cannot."""
    if settings.senior_team is None:
        return frozenset(settings.seniors.values())
    organization, _, team = settings.senior_team.partition("/")
    return frozenset(member.id for member in client.pages(f"orgs/{organization}/teams/{team}/members", User))
