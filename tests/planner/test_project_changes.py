"""Which files of a project make a new plan."""

from pathlib import Path

import pytest
from watchfiles import Change

from planner.project_changes import Relevant


@pytest.mark.parametrize(
    ("path", "counts"),
    [
        ("/build/p/Pulumi.prod.yaml", True),
        ("/build/p/policies/exceptions.yaml", True),
        ("/build/p/components/network.py", True),
        ("/build/p/build/prod/report.html", False),
        ("/build/p/build/prod/plan.json", False),
        ("/build/p/.venv/lib/x.py", False),
        ("/build/p/README.md", False),
    ],
)
def test_what_makes_a_new_plan(path: str, counts: bool) -> None:
    assert Relevant(Path("/build/p"))(Change.modified, path) is counts
