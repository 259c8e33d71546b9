"""Scenarios as Markdown. Words in backticks are code; nothing else of a name or a sentence is markup."""

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from planner.printable import printable
from reports.scenarios.scenario import Duration, PersonStep, Scenario, Step

_CODE = re.compile(r"(`[^`]+`)")
_SIGNS = re.compile(r"[\\`*\[\]~|<>&]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])|^[#+=-]")
"""What Markdown, or the HTML in it, would read as markup. An underscore inside of a word is none."""


def page(scenario: Scenario, *, level: int = 1, docs: str = "") -> str:
    """A scenario as a section. `docs` is the way from the page to the folder of the pages that it links to."""
    return re.sub(r"\n{3,}", "\n\n", "\n".join(_section(scenario, "#" * level, docs)))


def index(stack: str, scenarios: Sequence[Scenario], links: Sequence[str]) -> str:
    """A table of all scenarios, with a link to each."""
    rows = [
        f"| [{prose(each.title)}]({link}) | {each.duration.minutes} | {len(each.steps)} | {len(each.people)} |"
        for each, link in zip(scenarios, links, strict=True)
    ]
    head = ["| scenario | minutes | steps | of them by people alone |", "| --- | --- | ---: | ---: |"]
    about = (
        f"What people and programs do with the stack `{stack}`, with its real names. Made from its plan. A "
        "name in `<…>` is\n"
        "one that you know, or that the command before prints. The runbooks of alerts are a page of their own."
    )
    return "\n".join([about, "", *head, *rows, ""])


def prose(text: str) -> str:
    """A sentence on one line, whose words in backticks are code and whose other signs are themselves."""
    parts = _CODE.split(one_line(text))
    return "".join(part if index % 2 else _SIGNS.sub(_reference, part) for index, part in enumerate(parts))


def _takes(duration: Duration) -> str:
    return replace(duration, source=prose(duration.source), wait=prose(duration.wait)).sentence


def one_line(text: str) -> str:
    """A text without line breaks, and with control characters as escapes, so that it stays in its place."""
    return printable(re.sub(r"\s*[\n\v\f\r\u0085\u2028\u2029]\s*", " ", text))


def _reference(found: re.Match[str]) -> str:
    return html.escape(found[0], quote=False) if found[0] in "<>&" else f"&#{ord(found[0])};"


def anchor(title: str) -> str:
    """The anchor that GitHub makes of a heading."""
    kept = "".join(each for each in title.lower() if each.isalnum() or each in " -_")
    return f"#{kept.replace(' ', '-')}"


def _section(scenario: Scenario, heading: str, docs: str) -> Iterator[str]:
    yield f"{heading} {prose(scenario.title)}"
    yield ""
    yield prose(scenario.when)
    yield ""
    yield f"- Duration: {_takes(scenario.duration)}."
    yield f"- Told: {', '.join(map(prose, scenario.told))}."
    for each in scenario.preconditions:
        yield f"- Before: {prose(each)}"
    if scenario.pages:
        yield f"- More: {', '.join(f'[{each}]({docs}{each})' for each in scenario.pages)}."
    yield ""
    for number, step in enumerate(scenario.steps, 1):
        yield from _person(number, step) if isinstance(step, PersonStep) else _step(number, step)


def _step(number: int, step: Step) -> Iterator[str]:
    yield f"{number}. {prose(step.what)} *By: {prose(step.by)}. Takes {_takes(step.takes)}.*"
    yield from _commands(step.commands)
    if step.check:
        yield f"   Check: {prose(step.check)}."
    yield from _commands(step.checked_by)
    yield ""


def _person(number: int, step: PersonStep) -> Iterator[str]:
    yield f"{number}. {prose(step.what)}"
    yield f"   **A person does this.** Who: {prose(step.who)}. How: {prose(step.how)}. Check: {prose(step.check)}."
    yield f"   *Takes {_takes(step.takes)}.*"
    yield from _commands(step.checked_by)
    yield ""


def _commands(commands: Sequence[str]) -> Iterator[str]:
    """A block. It is not indented, so that it is one in every renderer, and can be copied."""
    if commands:
        yield ""
        yield "```console"
        yield from (f"$ {one_line(each)}" for each in commands)
        yield "```"
        yield ""
