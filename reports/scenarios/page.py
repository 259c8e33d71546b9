"""Scenarios as Markdown."""

import re
from collections.abc import Iterator, Sequence

from reports.scenarios.scenario import PersonStep, Scenario, Step


def page(scenario: Scenario, *, level: int = 1, docs: str = "") -> str:
    """A scenario as a section. `docs` is the way from the page to the folder of the pages that it links to."""
    return re.sub(r"\n{3,}", "\n\n", "\n".join(_section(scenario, "#" * level, docs)))


def index(stack: str, scenarios: Sequence[Scenario], links: Sequence[str]) -> str:
    """A table of all scenarios, with a link to each."""
    rows = [
        f"| [{each.title}]({link}) | {each.duration.minutes} | {len(each.steps)} | {len(each.people)} |"
        for each, link in zip(scenarios, links, strict=True)
    ]
    head = ["| scenario | minutes | steps | of them by people alone |", "| --- | --- | ---: | ---: |"]
    about = (
        f"What people and programs do with the stack `{stack}`, with its real names. Made from its plan. A "
        "name in `<…>` is\n"
        "one that you know, or that the command before prints. The runbooks of alerts are a page of their own."
    )
    return "\n".join([about, "", *head, *rows, ""])


def anchor(title: str) -> str:
    """The anchor that GitHub makes of a heading."""
    kept = "".join(each for each in title.lower() if each.isalnum() or each in " -_")
    return f"#{kept.replace(' ', '-')}"


def _section(scenario: Scenario, heading: str, docs: str) -> Iterator[str]:
    yield f"{heading} {scenario.title}"
    yield ""
    yield scenario.when
    yield ""
    yield f"- Duration: {scenario.duration.minutes} minutes ({scenario.duration.source})."
    yield f"- Told: {', '.join(scenario.told)}."
    for each in scenario.preconditions:
        yield f"- Before: {each}"
    if scenario.pages:
        yield f"- More: {', '.join(f'[{each}]({docs}{each})' for each in scenario.pages)}."
    yield ""
    for number, step in enumerate(scenario.steps, 1):
        yield from _person(number, step) if isinstance(step, PersonStep) else _step(number, step)


def _step(number: int, step: Step) -> Iterator[str]:
    yield f"{number}. {step.what} *By: {step.by}.*"
    yield from _commands(step.commands)
    if step.check:
        yield f"   Check: {step.check}."
    yield from _commands(step.checked_by)
    yield ""


def _person(number: int, step: PersonStep) -> Iterator[str]:
    yield f"{number}. {step.what}"
    yield f"   **A person does this.** Who: {step.who}. How: {step.how}. Check: {step.check}."
    yield from _commands(step.checked_by)
    yield ""


def _commands(commands: Sequence[str]) -> Iterator[str]:
    """A block. It is not indented, so that it is one in every renderer, and can be copied."""
    if commands:
        yield ""
        yield "```console"
        yield from (f"$ {each}" for each in commands)
        yield "```"
        yield ""
