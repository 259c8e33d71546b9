"""A served report in a real Chromium: it follows the plans that come after it, and shows what is wrong."""

import threading
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from reports.html.page import render
from reports.html.serve import State, server_of
from tests.support.browser.chromium import PROGRAM, started
from tests.support.programs import needs
from tests.support.reports.pages import plan, resource

pytestmark = needs(PROGRAM)


@pytest.fixture
def served() -> Iterator[tuple[State, int]]:
    state = State()
    server = server_of(state, 0)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield state, server.server_port
    server.shutdown()
    server.server_close()


def test_the_page_loads_each_new_report_by_itself_and_shows_errors(served: tuple[State, int]) -> None:
    state, port = served
    before, after = render(plan(resource("first"))), render(plan(resource("first"), resource("second")))
    state.succeed(before)
    with started() as browser:
        page = browser.new_page(reduced_motion="reduce")
        page.goto(f"http://127.0.0.1:{port}/")
        rows = page.locator("#resource-table tbody tr th")
        second = rows.filter(has_text="second")
        expect(rows.filter(has_text="first")).to_have_count(1)
        expect(second).to_have_count(0)
        state.fail("cost.monthlyBudget = -1: it is below 0")
        expect(page.get_by_text("cost.monthlyBudget = -1")).to_be_visible()
        expect(second).to_have_count(0)
        state.succeed(after)
        expect(second).to_have_count(1)
        expect(page.get_by_role("alert")).to_have_count(0)
