"""Argo CD's event matches the workflow that it starts, and the workflow refuses malformed events."""

import re
from pathlib import Path
from typing import Any

import pytest

from components.delivery.argo_cd.notifications import event_name
from tests.support.operations.events import application_of, event_of, trigger_of, variables
from tests.support.operations.promotion import STAGING
from tests.support.operations.workflows import ROOT, checkout, run_step

pytestmark = pytest.mark.slow

SMOKE = ".github/workflows/smoke.yaml"
REVISION = "0123456789abcdef0123456789abcdef01234567"
REFUSE = "Refuse malformed names, because paths contain them"


def event() -> dict[str, Any]:
    return event_of(application_of(STAGING, "staging", REVISION), "staging")


def test_only_the_event_or_a_person_starts_the_smoke_test() -> None:
    on = trigger_of(SMOKE)
    assert on["repository_dispatch"] == {"types": [event()["event_type"]]}
    assert set(on) == {"repository_dispatch", "workflow_dispatch"}


def test_event_has_exactly_the_fields_that_are_read() -> None:
    read = set(re.findall(r"github\.event\.client_payload\.(\w+)", (ROOT / SMOKE).read_text()))
    assert set(event()["client_payload"]) == read == {"team", "model", "revision"}
    assert variables(SMOKE, "smoke", event()) == {"TEAM": "risk", "MODEL": "fraud", "REVISION": REVISION}


def test_workflows_wait_only_for_events_that_are_sent() -> None:
    awaited: set[str] = set()
    for path in (ROOT / ".github" / "workflows").glob("*.yaml"):
        on = trigger_of(str(path.relative_to(ROOT)))
        awaited |= set(on["repository_dispatch"]["types"]) if "repository_dispatch" in on else set()
    assert awaited == {event_name("staging")}


def test_page_describes_the_event() -> None:
    page = (ROOT / "docs" / "promotion.md").read_text()
    assert f"`{event()['event_type']}`" in page
    assert all(f"`{key}`" in page for key in event()["client_payload"])


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("TEAM", "../../operations"),
        ("TEAM", ""),
        ("TEAM", "Risk"),
        ("MODEL", "fraud/../../search/ranking"),
        ("MODEL", "$(touch stolen)"),
        ("MODEL", "fraud\nranking"),
        ("MODEL", "-fraud"),
        ("REVISION", "main"),
        ("REVISION", "--help"),
        ("REVISION", f"{REVISION}^"),
    ],
)
def test_workflow_refuses_a_malformed_event(tmp_path: Path, name: str, wrong: str) -> None:
    checkout(tmp_path, {})
    given = variables(SMOKE, "smoke", event())
    run_step(SMOKE, "smoke", REFUSE, tmp_path, given)
    with pytest.raises(AssertionError, match=r"no team and model|no commit"):
        run_step(SMOKE, "smoke", REFUSE, tmp_path, {**given, name: wrong})
    assert not (tmp_path / "stolen").exists()
