"""The report in a real Chromium: search, filters, themes, keyboard, accessibility, and a plan of 10,000 resources."""

import json
from collections.abc import Generator
from pathlib import Path
from typing import Any, cast

import pytest
from axe_playwright_python.sync_playwright import Axe  # pyright: ignore[reportMissingTypeStubs]
from playwright.sync_api import Browser, Page, expect

from planner.against import difference_from
from reports.html.page import render
from tests.support.browser.chromium import PROGRAM, Opened, started
from tests.support.planner.plans import built
from tests.support.programs import needs
from tests.support.reports.pages import component, large, line, plan, resource, verdict

pytestmark = needs(PROGRAM)
ROWS = "#resource-table tbody tr"
MOST_ROWS = 50


@pytest.fixture(scope="module")
def browser(prod: Path) -> Generator[Browser]:
    # A stack cannot be planned while Playwright's event loop runs, so `prod` is made before.
    assert prod
    with started() as found:
        yield found


@pytest.fixture(scope="module")
def prod(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("report") / "prod.html"
    path.write_text(render(built("prod")), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def huge(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("report") / "huge.html"
    path.write_text(render(large(10_000)), encoding="utf-8")
    return path


@pytest.fixture
def opened(browser: Browser, prod: Path) -> Generator[Opened]:
    found = Opened(browser, prod)
    yield found
    assert found.errors == []
    assert found.requests == []
    found.page.close()


def names(page: Page) -> list[str]:
    return page.locator(f"{ROWS} th").all_inner_texts()


def test_the_page_is_drawn_without_errors_and_requests(opened: Opened) -> None:
    page = opened.drawn()
    expect(page.get_by_role("heading", level=1)).to_have_text("✓prod may be deployed")
    assert page.locator("#diagram .node.cluster").count() == 1
    assert page.locator("#treemap button").count() > 20


def test_nothing_can_be_requested(opened: Opened) -> None:
    tried = """() => Promise.all([
      fetch("https://example.com/").then(() => "fetched", () => "refused"),
      new Promise((done) => { const image = new Image(); image.onload = () => done("loaded");
        image.onerror = () => done("refused"); image.src = "https://example.com/x.png"; }),
    ])"""
    assert opened.page.evaluate(tried) == ["refused", "refused"]
    assert opened.requests == []
    # Chromium logs each refusal of the policy.
    assert all("Content Security Policy" in each for each in opened.errors)
    opened.errors.clear()


def test_search_finds_resources_by_words_of_name_type_and_component(opened: Opened) -> None:
    page = opened.page
    page.get_by_role("searchbox", name="Search").fill("elasticache ONLINE")
    expect(page.locator("#resource-count")).to_contain_text(" of 1,2")
    found = names(page)
    expected = [
        each.name for each in built("prod").resources if "elasticache" in each.type and "online" in each.urn.lower()
    ]
    assert sorted(found) == sorted(expected)
    page.get_by_role("searchbox", name="Search").fill("no such thing")
    expect(page.locator(ROWS)).to_have_text(["No resource matches."])


def test_filters_of_resources_hold_together(opened: Opened) -> None:
    page = opened.page
    page.get_by_role("combobox", name="Component").select_option("feature-store")
    page.get_by_role("checkbox", name="protected").check()
    wanted = {
        each.name for each in built("prod").resources if each.protect and "mlplatform:index:FeatureStore" in each.urn
    }
    shown = set(names(page))
    assert shown
    assert shown == wanted


def test_a_resource_opens_with_its_inputs_and_closes_by_escape(opened: Opened) -> None:
    page = opened.page
    page.get_by_role("searchbox", name="Search").fill("feature-store-online-cluster")
    button = page.locator("#resource-table").get_by_role("button", name="feature-store-online-cluster", exact=True)
    button.click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("heading", level=2)).to_have_text("feature-store-online-cluster")
    [cluster] = [each for each in built("prod").resources if each.name == "feature-store-online-cluster"]
    shown = json.loads(dialog.locator("pre").inner_text())
    assert shown["nodeType"] == cluster.inputs["nodeType"]
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(button).to_be_focused()


def test_columns_sort_both_ways(opened: Opened) -> None:
    page = opened.page
    header = page.locator("#resource-table thead").get_by_role("button", name="USD a month")
    header.click()
    expect(page.locator("#resource-table th[aria-sort]")).to_have_attribute("aria-sort", "descending")
    amounts = [float(each.replace(",", "")) for each in page.locator(f"{ROWS} td:last-child").all_inner_texts()]
    assert amounts == sorted(amounts, reverse=True)
    header.click()
    expect(page.locator("#resource-table th[aria-sort]")).to_have_attribute("aria-sort", "ascending")


def test_findings_are_filtered_by_severity_and_verdict(opened: Opened) -> None:
    page = opened.page
    page.locator("#policies").get_by_role("radio", name="Critical").check()
    verdicts = built("prod").verdicts
    assert page.locator(".finding:visible").count() == len(
        {(each.policy, each.message) for each in verdicts if each.severity == "critical"}
    )
    page.locator("#policies").get_by_role("radio", name="Advised").check()
    assert page.locator(".finding:visible").count() == 0


@pytest.mark.parametrize("by", ["Component", "Part of the stack", "Service", "Team", "Tag"])
def test_the_treemap_and_its_table_add_up_to_the_estimate(opened: Opened, by: str) -> None:
    page = opened.page
    page.locator("#cost").get_by_role("radio", name=by, exact=True).check()
    total = page.locator("#cost-groups tfoot td").first.inner_text()
    assert total == f"{built('prod').estimate.monthly:,.2f}"
    assert page.locator("#treemap button").count() >= 1


def test_the_theme_is_that_of_the_system_until_one_is_chosen(browser: Browser, prod: Path) -> None:
    ground = "getComputedStyle(document.body).backgroundColor"
    light, dark = Opened(browser, prod).page, Opened(browser, prod, dark=True).page
    assert light.evaluate(ground) != dark.evaluate(ground)
    dark.get_by_label("Theme").select_option("Light")
    assert dark.evaluate(ground) == light.evaluate(ground)
    light.close()
    dark.close()


def test_the_architecture_opens_and_reads_by_keyboard(opened: Opened) -> None:
    page = opened.drawn()
    first = page.locator("#diagram .node[tabindex='0']")
    assert first.count() == 1
    first.focus()
    before = page.evaluate("document.activeElement.dataset.id")
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.dataset.id") != before
    closed = page.locator("#diagram .node[aria-expanded='false']").first
    name = closed.get_attribute("data-id")
    boxes = page.locator("#diagram .node").count()
    closed.focus()
    page.keyboard.press("Enter")
    same = page.locator(f"#diagram .node[data-id='{name}']")
    expect(same).to_have_attribute("aria-expanded", "true", timeout=60_000)
    assert page.locator("#diagram .node").count() > boxes
    expect(same).to_be_focused()


def test_a_resource_of_the_architecture_opens_by_a_click(opened: Opened) -> None:
    page = opened.drawn()
    page.locator("#diagram .node.leaf", has_text="database-instance").click()
    expect(page.get_by_role("dialog").get_by_role("heading", level=2)).to_have_text("feature-store-database-instance")


def test_the_architecture_zooms_and_moves(opened: Opened) -> None:
    page = opened.drawn()
    view = "document.querySelector('#diagram svg > g').getAttribute('transform')"
    fitted = page.evaluate(view)
    page.get_by_role("button", name="Zoom in").click()
    assert page.evaluate(view) != fitted
    page.get_by_role("button", name="Fit").click()
    assert page.evaluate(view) == fitted


def test_flows_can_be_hidden(opened: Opened) -> None:
    page = opened.drawn()
    assert page.locator("#diagram .flow.data").count() > 0
    page.get_by_role("checkbox", name="Data by IAM").uncheck()
    expect(page.locator("#diagram .flow.data")).to_have_count(0, timeout=60_000)
    assert page.locator("#diagram .flow.network").count() > 0


def test_every_control_can_be_reached_by_tab_and_shows_its_focus(opened: Opened) -> None:
    page = opened.page
    unseen: list[str] = []
    seen: set[str] = set()
    script = """() => {
      const at = document.activeElement;
      const own = at.closest(".segments label")?.querySelector("span") ?? at;
      const name = at.id || at.textContent.trim().slice(0, 40) || at.name || at.tagName;
      return [name, getComputedStyle(own).outlineStyle, at.tagName];
    }"""
    for _ in range(60):
        page.keyboard.press("Tab")
        name, outline, tag = page.evaluate(script)
        seen.add(name)
        if outline == "none" and tag != "BODY" and tag != "g":
            unseen.append(name)
    assert unseen == []
    assert {"Skip to the report", "theme", "Verdict", "diagram-in"} <= seen


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_nothing_serious(browser: Browser, prod: Path, dark: bool, width: int) -> None:
    found = Opened(browser, prod, dark=dark, width=width)
    page = found.drawn()
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    # axe is put into the page by the browser's protocol, which the page's own policy does not stop.
    found_by_axe: Any = cast(Any, Axe()).run(page)
    violations: list[Any] = found_by_axe.response["violations"]
    serious = [
        f"{each['id']}: {node['html'][:160]} {node.get('failureSummary', '')[:300]}"
        for each in violations
        if each["impact"] in {"serious", "critical"}
        for node in each["nodes"]
    ]
    page.close()
    assert serious == []


@pytest.mark.parametrize("width", [1280, 390])
def test_the_page_is_never_wider_than_its_window(browser: Browser, prod: Path, width: int) -> None:
    page = Opened(browser, prod, width=width).drawn()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.close()


def test_ten_thousand_resources_are_searched_with_few_rows_in_the_page(browser: Browser, huge: Path) -> None:
    found = Opened(browser, huge)
    page = found.drawn()
    assert page.locator(ROWS).count() == MOST_ROWS
    expect(page.locator("#resource-count")).to_have_text("10,101 resources")
    search = page.get_by_role("searchbox", name="Search")
    search.press_sequentially("bucket-0123")
    assert names(page) == [f"bucket-0123{digit}" for digit in range(10)]
    search.fill("")
    page.locator("#resource-table").get_by_role("button", name="Next").click()
    assert page.locator(ROWS).count() == MOST_ROWS
    # What is in the document does not grow with the plan.
    assert page.evaluate("document.querySelectorAll('*').length") < 4000
    assert page.locator("#diagram .node").count() < 60
    assert found.errors == []
    assert found.requests == []
    page.close()


def test_a_change_can_be_read_and_filtered(browser: Browser, tmp_path: Path) -> None:
    role = "aws:iam/role:Role"
    before = plan(resource("gone"), resource("role", role, inputs={"description": "old"}))
    after = plan(resource("fresh"), resource("role", role, inputs={"description": "new"}))
    path = tmp_path / "change.html"
    path.write_text(render(after, difference_from(before.document(), after)), encoding="utf-8")
    found = Opened(browser, path)
    rows = found.page.locator("#change-rows tbody tr")
    assert rows.count() == 3
    found.page.locator("#changes").get_by_role("radio", name="Changed").check()
    assert rows.count() == 1
    expect(rows.first).to_contain_text("description")
    assert found.errors == []
    found.page.close()


def test_a_hostile_plan_runs_nothing(browser: Browser, tmp_path: Path) -> None:
    text = "</script><img src=x onerror=alert(1)><script>alert(2)</script>"
    owner = component(text)
    bucket = resource(text, parent=owner.urn, inputs={"bucket": text})
    given = plan(owner, bucket, lines=(line(bucket, 1, what=text, component=text),), verdicts=(verdict(bucket),))
    path = tmp_path / "hostile.html"
    path.write_text(render(given), encoding="utf-8")
    found = Opened(browser, path)
    dialogs: list[str] = []
    found.page.on("dialog", lambda dialog: dialogs.append(dialog.message))
    found.drawn()
    found.page.locator("#resource-table").get_by_role("button", name=text).first.click()
    assert dialogs == []
    assert found.page.locator("img").count() == 0
    assert found.errors == []
    assert found.requests == []
    found.page.close()


def test_print_shows_the_content_on_white_without_controls(opened: Opened) -> None:
    page = opened.drawn()
    page.emulate_media(media="print", color_scheme="dark")
    for hidden in (".bar", ".controls", ".pager"):
        assert not any(each.is_visible() for each in page.locator(hidden).all()), hidden
    ground = page.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--ground').trim()")
    assert ground == "#fff"
    expect(page.locator("#diagram svg")).to_be_visible()
    printed = page.pdf(print_background=True)
    assert printed.startswith(b"%PDF-")
    assert len(printed) > 50_000
