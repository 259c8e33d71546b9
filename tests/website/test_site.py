"""The documentation site: built without a warning, complete, and read in Chromium without a network."""

import hashlib
import html
import json
import re
from collections.abc import Generator, Iterator, Mapping
from pathlib import Path
from typing import Any, cast

import pytest
from axe_playwright_python.sync_playwright import Axe  # pyright: ignore[reportMissingTypeStubs]
from playwright.sync_api import Browser, expect
from pydantic.alias_generators import to_camel

from components.__main__ import COMPONENTS
from policies.engine.registry import RULES
from tests.support.browser.chromium import PROGRAM, Opened, started
from tests.support.programs import needs
from website.__main__ import build, main, write

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
RESOURCE = re.compile(r"<(?:script|img|iframe|source)\b[^>]*\bsrc=\"([^\"]*)\"|<link\b[^>]*\bhref=\"([^\"]*)\"")
SEEN = [
    ("index.html", False, 1280),
    ("promotion.html", True, 1280),
    ("reference/NodePool.html", True, 390),
    ("rules/kubernetes/capabilities.html", False, 390),
]
"""Pages of each kind, in dark or light and in a wide or narrow window."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("docs")
    assert main(["--output", str(folder)]) == 0
    return folder / "site"


@pytest.fixture(scope="module")
def browser(site: Path) -> Generator[Browser]:
    # The site is built before Playwright's event loop runs.
    assert site
    with started() as found:
        yield found


def text_of(path: Path) -> str:
    """The words of a page."""
    article = path.read_text(encoding="utf-8").partition("<article")[2].partition("</article>")[0]
    return html.unescape(" ".join(re.sub(r"<[^>]+>", "", article).split()))


def names_in_code(path: Path) -> set[str]:
    return {*re.findall(r"<code>([\w-]+)</code>", path.read_text(encoding="utf-8"))}


def properties(schema: Mapping[str, Any], found: Any, seen: frozenset[str] = frozenset()) -> Iterator[str]:
    """The names of all properties below a part of a JSON schema."""
    if isinstance(found, list):
        for each in cast(list[Any], found):
            yield from properties(schema, each, seen)
    if isinstance(found, dict):
        part = cast(dict[str, Any], found)
        reference = part.get("$ref", "").rpartition("/")[2]
        if reference and reference not in seen:
            yield from properties(schema, schema["$defs"][reference], seen | {reference})
        yield from part.get("properties", {})
        for key in ("properties", "patternProperties"):
            yield from properties(schema, [*part.get(key, {}).values()], seen)
        for key in ("items", "anyOf", "additionalProperties", "allOf", "oneOf"):
            yield from properties(schema, part.get(key), seen)


@pytest.mark.parametrize("link", ["[a](no.md)", "[a](other.md#no)"])
def test_a_link_that_leads_nowhere_is_refused(link: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    pages = {"index.md": f"# Page\n\n{link} [b](other.md#there)\n", "other.md": "# Other\n\n## There\n"}
    assert not build(write(tmp_path, pages, ["index.md", "other.md"]))
    assert "1 issue found" in "".join(capfd.readouterr())


def test_each_component_has_a_page_with_its_arguments_and_outputs(site: Path) -> None:
    for each in COMPONENTS:
        args = each.__init__.__annotations__["args"]
        names = {to_camel(name) for name in (*args.__annotations__, *each.__annotations__) if not name.startswith("_")}
        assert names - names_in_code(site / "reference" / f"{each.__name__}.html") == set(), each.__name__


def test_each_section_has_a_page_with_every_field_of_the_published_schema(site: Path) -> None:
    schema = json.loads((ROOT / "docs" / "stack.schema.json").read_text(encoding="utf-8"))
    sections: dict[str, Any] = schema["properties"]["config"]["properties"]
    assert len(sections) > 30
    for name, section in sections.items():
        page = site / "config" / f"{name.partition(':')[2]}.html"
        assert {*properties(schema, section)} - names_in_code(page) == set(), name


def test_each_rule_has_a_page_with_what_the_policies_say(site: Path) -> None:
    for rule in RULES.values():
        page = text_of(site / "rules" / rule.area / f"{rule.name}.html")
        for told in (rule.title, rule.remediation, f"Level: {rule.level}", *map(str, rule.frameworks)):
            assert " ".join(told.replace("`", "").split()) in page, rule.name


def test_no_page_shows_markdown_or_refers_to_another_host(site: Path) -> None:
    # A server shows the page 404 for any path, so its addresses begin at the root.
    found = {path: path.read_text(encoding="utf-8") for path in site.rglob("*.html") if path.name != "404.html"}
    assert len(found) > 400
    raw = re.compile(r"<p>[^<]*(?:^[-*] |^\d+\. |^\|.*\|$|^#+ )", re.MULTILINE)
    assert [str(path.relative_to(site)) for path, text in found.items() if raw.search(text)] == []
    for path, text in found.items():
        resources = [url for match in RESOURCE.findall(text) for url in match if url]
        assert [url for url in resources if "//" in url] == []
        assert [url for url in resources if not (path.parent / url).exists()] == []


def test_vendored_files_are_as_they_were_released() -> None:
    folder = ROOT / "website" / "vendor"
    table = (folder / "README.md").read_text(encoding="utf-8")
    listed = dict(re.findall(r"^\| `([\w.-]+)` .* `([0-9a-f]{64})` \|$", table, re.MULTILINE))
    assert {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.glob("*.js")} == listed
    assert {name.partition(".")[0] for name in listed} == {path.stem for path in folder.glob("*.LICENSE")}


@needs(PROGRAM)
def test_search_finds_a_rule_without_a_network(browser: Browser, site: Path) -> None:
    opened = Opened(browser, site / "index.html")
    opened.page.keyboard.press("Control+k")
    opened.page.keyboard.type("kms-rotation")
    result = opened.page.locator("a[href*='rules/security/kms-rotation']").first
    expect(result).to_be_visible()
    result.click()
    expect(opened.page.get_by_role("heading", level=1)).to_contain_text("kms-rotation")
    assert opened.errors == []
    assert opened.requests == []
    opened.page.close()


@needs(PROGRAM)
@pytest.mark.parametrize("name", ["index.html", "promotion.html"])
def test_diagrams_are_drawn(browser: Browser, site: Path, name: str) -> None:
    opened = Opened(browser, site / name)
    diagram = opened.page.locator("div.mermaid")
    expect(diagram).to_be_visible()
    box = diagram.bounding_box()
    assert box
    assert box["height"] > 50
    assert opened.errors == []
    assert opened.requests == []
    opened.page.close()


@needs(PROGRAM)
@pytest.mark.parametrize(("name", "dark", "width"), SEEN)
def test_a_page_is_usable_by_everyone(browser: Browser, site: Path, name: str, dark: bool, width: int) -> None:
    opened = Opened(browser, site / name, dark=dark, width=width)
    expect(opened.page.get_by_role("heading", level=1)).to_be_visible()
    found: Any = cast(Any, Axe()).run(opened.page, options={"preload": False})
    serious = [
        f"{each['id']}: {node['html'][:160]} {node.get('failureSummary', '')[:300]}"
        for each in found.response["violations"]
        if each["impact"] in {"serious", "critical"}
        for node in each["nodes"]
    ]
    assert serious == []
    assert opened.page.evaluate("document.documentElement.scrollWidth") <= width
    assert opened.errors == []
    assert opened.requests == []
    opened.page.close()
