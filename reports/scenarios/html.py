"""Scenarios as HTML files that load nothing."""

import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from reports.scenarios.page import one_line
from reports.scenarios.scenario import PersonStep, Scenario

_FOLDER = Path(__file__).parent
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def html_page(scenario: Scenario) -> str:
    """A scenario as one HTML file, with a way back to `index.html`."""
    return _shown("scenario.html.j2", scenario=scenario)


def html_index(stack: str, scenarios: Sequence[Scenario]) -> str:
    """A table of all scenarios with a link to `<name>.html` of each."""
    return _shown("index.html.j2", stack=stack, scenarios=scenarios)


def _shown(template: str, **values: object) -> str:
    return _environment().get_template(template).render(policy=_POLICY, **values)


@cache
def _environment() -> Environment:
    """The style is that of the registries."""
    environment = Environment(
        loader=FileSystemLoader([_FOLDER, _FOLDER.parent / "registries"]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["code"] = _code
    environment.filters["line"] = one_line
    environment.tests["of_a_person"] = _of_a_person
    return environment


def _of_a_person(value: Any) -> bool:
    return isinstance(value, PersonStep)


def _code(text: str) -> Markup:
    """A sentence whose words in backticks are code."""
    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(one_line(text)))))  # noqa: S704 - escaped first
