"""Every service level has a page and a day, and the documentation lists all of them."""

import re
from datetime import date
from pathlib import Path

import pytest

from components.facts.service_levels import SERVICE_LEVELS, Basis, ServiceLevel

PAGE = (Path(__file__).parents[2] / "docs/availability.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("level", SERVICE_LEVELS.values(), ids=lambda level: level.key)
def test_level_names_its_source(level: ServiceLevel) -> None:
    assert level.address.startswith("https://aws.amazon.com/")
    assert date.fromisoformat(level.version) <= date(2026, 12, 31)
    assert 90 < level.percent <= 100
    assert level.condition
    assert (level.basis is Basis.ASSUMED) == level.address.endswith("service-level-agreements/")


def test_only_dns_is_taken_as_always_available() -> None:
    assert [level.key for level in SERVICE_LEVELS.values() if level.percent == 100] == ["route53"]


def test_documentation_lists_every_level_as_it_is() -> None:
    rows = re.findall(
        r"^\| `([\w-]+)` \| .*? \| ([\d.]+) % \| .*? \| (\w+) \| .*?([\d-]{10}).*? \|$", PAGE, re.MULTILINE
    )
    assert rows == [(each.key, f"{each.percent:g}", str(each.basis), each.version) for each in SERVICE_LEVELS.values()]
