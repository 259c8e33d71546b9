"""A served report: for this machine alone, the last one stays while the project is wrong."""

import http.client
import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from reports.html.page import render
from reports.html.serve import State, live, rebuild, server_of
from tests.support.planner.command import platform
from tests.support.reports.pages import Page, hash_of, plan


@pytest.fixture
def served() -> Iterator[tuple[State, int]]:
    state = State()
    server = server_of(state, 0)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield state, server.server_port
    server.shutdown()
    server.server_close()


def get(port: int, path: str = "/", host: str | None = None) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request("GET", path, headers={"Host": host} if host else {})
    return connection.getresponse()


def message(response: http.client.HTTPResponse) -> dict[str, object]:
    text = response.readline().decode()
    assert response.readline() == b"\n"
    return json.loads(text.removeprefix("data: "))


def test_the_page_may_connect_to_its_server_and_to_nothing_else() -> None:
    html = render(plan())
    found = Page(live(html, 7))
    assert found.policy["connect-src"] == "'self'"
    assert found.policy["default-src"] == "'none'"
    for name, text in found.code():
        assert hash_of(text) in found.policy[name].split()
    assert "connect-src" not in Page(html).policy
    assert [given.get("data-version") for tag, given, _ in found.elements if tag == "html"] == ["7"]


def test_a_name_of_another_site_is_refused(served: tuple[State, int]) -> None:
    _, port = served
    assert get(port).status == 200
    assert get(port, host=f"localhost:{port}").status == 200
    assert get(port, host="evil.example.com").status == 421
    assert get(port, "/other").status == 404


def test_listeners_hear_of_reports_and_errors_and_the_last_report_stays(served: tuple[State, int]) -> None:
    state, port = served
    state.succeed(render(plan()))
    response = get(port, "/events")
    assert message(response) == {"version": 1, "error": ""}
    state.fail("cost.monthlyBudget = -1: \u202eno")
    assert message(response) == {"version": 1, "error": "cost.monthlyBudget = -1: \\u202eno"}
    assert Page(get(port).read().decode()).texts("h1") == ["✓test may be deployed"]
    state.succeed(render(plan()))
    assert message(response) == {"version": 2, "error": ""}


@pytest.mark.slow
def test_a_wrong_config_is_shown_and_the_next_right_one_counts(tmp_path: Path) -> None:
    root, state, path = platform(tmp_path), State(), tmp_path / "r.html"
    arguments = ["test", "--root", str(root), "--today", "2026-11-21"]
    repository = Path(__file__).parents[3]
    rebuild(state, repository, arguments, path)
    assert (state.version, state.error) == (1, "")
    first = state.html
    right = (root / "Pulumi.test.yaml").read_text()
    (root / "Pulumi.test.yaml").write_text("config: {mlplatform:environment: 1}")
    rebuild(state, repository, arguments, path)
    assert "environment" in state.error
    assert (state.version, state.html) == (1, first)
    (root / "Pulumi.test.yaml").write_text(right)
    rebuild(state, repository, arguments, path)
    assert (state.version, state.error) == (2, "")
