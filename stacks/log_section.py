"""The section `logs`, completed by the teams of the other sections."""

from typing import TYPE_CHECKING

from components.core.spec import completed
from components.observability.logs.spec import FALLBACK, LogGrouping, LogPipelineSpec
from stacks.team_namespaces import team_namespaces

if TYPE_CHECKING:
    from stacks.config import StackConfig


def logs_spec(section: LogPipelineSpec, config: "StackConfig") -> LogPipelineSpec:
    """The section with a log group for each team, or for each namespace of a team, unless it lists its groups.

    Raises:
        SpecError: the groups of the teams do not fit the section.
    """
    if "groups" in section.model_fields_set:
        return section
    owners = {home: team for team, homes in team_namespaces(config).items() for home in homes}
    kept = sorted(owners.keys() - set(section.excluded_namespaces))
    by_team = section.group_by is LogGrouping.TEAM
    named: dict[str, list[str]] = {}
    for namespace in kept:
        named.setdefault(owners[namespace] if by_team else namespace, []).append(namespace)
    # A team of that name shares the group of the platform, which has every namespace that no other group has.
    groups = [{"name": name, "namespaces": homes} for name, homes in sorted(named.items()) if name != FALLBACK]
    return completed(section, "logs", groups=groups) if groups else section
