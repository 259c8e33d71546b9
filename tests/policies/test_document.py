"""The page on policies says what the rules say."""

import pytest

from policies.document import DOCUMENT, updated
from policies.registry import RULES
from policies.settings import PolicySettings


def test_the_page_is_as_the_rules_are() -> None:
    page = DOCUMENT.read_text(encoding="utf-8")
    assert page == updated(page), "run: python -m policies.document"


@pytest.mark.parametrize("name", [*RULES, *(info.alias or "" for info in PolicySettings.model_fields.values())])
def test_the_page_names_every_rule_and_setting(name: str) -> None:
    assert f"| `{name}` |" in DOCUMENT.read_text(encoding="utf-8")


def test_an_outdated_page_is_put_right() -> None:
    page = DOCUMENT.read_text(encoding="utf-8")
    assert updated(page.replace("| `kms-rotation` |", "| `kms-rotating` |")) == page
