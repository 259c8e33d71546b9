"""The namespaces of a stack's teams."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stacks.config import StackConfig


def team_namespaces(config: "StackConfig") -> dict[str, tuple[str, ...]]:
    """The namespaces of each team that delivers models, submits jobs or uses Kubeflow."""
    found: dict[str, set[str]] = {}
    sections = (config.delivery, config.cluster_jobs, config.kubeflow)
    for team in (team for section in sections if section for team in section.teams):
        found.setdefault(team.name, set()).update(team.homes)
    return {team: tuple(sorted(homes)) for team, homes in sorted(found.items())}
