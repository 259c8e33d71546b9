"""Every page has a place in the navigation of the site."""

import pytest

from website.__main__ import pages
from website.navigation import navigation


def test_every_page_has_a_place_and_every_place_a_page() -> None:
    assert navigation(pages())


def test_a_page_without_a_place_and_a_place_without_a_page_are_refused() -> None:
    with pytest.raises(ValueError, match=r"differ in .*, new\.md"):
        navigation(["index.md", "new.md"])
