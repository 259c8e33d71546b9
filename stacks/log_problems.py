"""What the section `logs` needs of the other sections of a config."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from components.core.problems import Place, Problem
from components.core.spec import SpecError
from stacks.collector_needs import lacking_for_collectors
from stacks.log_section import logs_spec

if TYPE_CHECKING:
    from stacks.config import StackConfig

_AT: Place = ("logs",)


def log_problems(config: "StackConfig") -> Iterator[Problem]:
    """Where logs have no containers to read, or their groups do not fit together."""
    if not config.logs:
        return
    if lacking := lacking_for_collectors(config):
        yield Problem(_AT, config.logs.name, f"logs needs {lacking}; add it")
        return
    if {"groups", "group_by"} <= config.logs.model_fields_set:
        remedy = "logs.groups lists the log groups, so it has no effect; remove one of them"
        yield Problem((*_AT, "groupBy"), str(config.logs.group_by), remedy)
    try:
        logs_spec(config.logs, config)
    except SpecError as error:
        yield from (Problem((), None, f"logs.{problem}") for problem in error.problems)
