"""Sorts tests into tiers, so that `make check` can leave out what takes long or needs other programs.

A folder's tests get the marker of what they need. Property tests are `slow`: each runs its body for many examples.
A module whose tests start whole programs or plan whole stacks marks itself `slow`.
"""

from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
MARKERS = {
    "services": "services",
    "engine": "engine",
    "charts": "charts",
    "deploy": "charts",
    "cluster": "cluster",
    "browser": "browser",
}
"""The marker of each folder of tests; overlays in `deploy` are rendered from charts."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give each test the marker of its folder, and each property test `slow`. Real servers come first.

    Their files have few tests that take minutes: at the end, one process would wait for the other.
    """
    for item in items:
        folder = item.path.relative_to(TESTS).parts[0] if item.path.is_relative_to(TESTS) else ""
        if folder in MARKERS:
            item.add_marker(MARKERS[folder])
        if getattr(getattr(item, "obj", None), "is_hypothesis_test", False):
            item.add_marker("slow")
    items.sort(key=lambda item: item.get_closest_marker("services") is None)
