"""The navigation: every page of the site at one place."""

import re
from collections.abc import Iterable, Iterator, Mapping

from components.__main__ import COMPONENTS
from policies.engine.registry import RULES
from policies.engine.rule import Area
from website import rules
from website.components import path_of as component_path
from website.sections import section_names
from website.sources import ROOT

Entry = str | Mapping[str, "Entry | list[Entry]"]
"""The path of a page, which has its own title; or a title with a page, or with the entries below it."""

_HAND_WRITTEN: list[Entry] = [
    {"Home": "index.md"},
    {"Begin": ["quickstart.md", "tutorial.md", "own-stack.md", "deploy.md", "cost.md", "commands.md", "destroy.md"]},
    {
        "Guides": [
            {"For other teams": ["use-components.md", "examples/components.md", "testing.md", "portability.md"]},
            {
                "Models": [
                    "promotion.md",
                    "delivery.md",
                    "smoke.md",
                    "examples/model-repo.md",
                    "charts/model-service.md",
                ]
            },
            {"Training": ["train.md", "examples/training.md", "kubeflow.md"]},
            {"Read a plan": ["plan.md", "report.md", "policies.md", "prices.md", "availability.md", "speed.md"]},
            {"Other programs": ["any-program.md"]},
            {"Audit": ["registries.md", "rights.md", "images.md"]},
            {
                "Operate": [
                    "scenarios.md",
                    "objectives.md",
                    "runbooks.md",
                    "drift.md",
                    "adopt.md",
                    "rotation.md",
                    "rightsize.md",
                    "spend.md",
                ]
            },
            {"Recover": ["recovery.md", "failover.md"]},
            {"Grow": ["takeover.md"]},
        ]
    },
]


def navigation(pages: Iterable[str]) -> list[Entry]:
    """The entries of the site. Raises a ValueError for a page that has no place, or a place that has no page."""
    entries: list[Entry] = [
        *_HAND_WRITTEN,
        {"Components": _components()},
        {
            "Reference": [
                {"Config": ["config/index.md", *(f"config/{name}.md" for name in section_names())]},
                {"Components": [component_path(name) for name in sorted(each.__name__ for each in COMPONENTS)]},
                {"Rules": [{area.capitalize(): _rules(area)} for area in Area]},
            ]
        },
        {"Decisions": _folder("decisions")},
        {"About": ["about/changelog.md", "about/contributing.md", "about/security.md"]},
    ]
    placed = [*_paths(entries)]
    known = {page for page in pages if not page.startswith("source/")}
    if faults := sorted(known.symmetric_difference(placed)):
        raise ValueError(f"website/navigation.py and the pages differ in {', '.join(faults)}")
    return entries


def _components() -> list[Entry]:
    """The guides by the folder that they are listed under in docs/components/README.md."""
    index = (ROOT / "docs" / "components" / "README.md").read_text(encoding="utf-8")
    found: list[Entry] = ["components/index.md"]
    for part in index.split("## `components/")[1:]:
        guides = list(dict.fromkeys(re.findall(r"\]\((\w+\.md)\)", part)))
        found.append({part.partition("/")[0].capitalize(): [f"components/{guide}" for guide in guides]})
    return found


def _rules(area: Area) -> list[Entry]:
    return [f"rules/{area}.md", *(rules.path_of(rule) for rule in RULES.values() if rule.area is area)]


def _folder(name: str) -> list[Entry]:
    files = sorted(path.name for path in (ROOT / "docs" / name).glob("[0-9]*.md"))
    return [f"{name}/index.md", *(f"{name}/{each}" for each in files)]


def _paths(entries: Iterable[Entry]) -> Iterator[str]:
    for entry in entries:
        if isinstance(entry, str):
            yield entry
            continue
        for below in entry.values():
            yield from _paths(below if isinstance(below, list) else [below])
