"""A real Chromium that opens reports, and counts what a page logs and requests."""

import shutil
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, ConsoleMessage, Page, Route, sync_playwright

PROGRAM = "chromium"


@contextmanager
def started() -> Generator[Browser]:
    """A browser of the machine. Playwright's own would be downloaded."""
    with sync_playwright() as playwright:
        # Containers let no process make the namespaces of Chromium's sandbox; the pages are our own.
        browser = playwright.chromium.launch(executable_path=shutil.which(PROGRAM), args=["--no-sandbox"])
        yield browser
        browser.close()


class Opened:
    """A page with a report: `errors` of its console and scripts, and `requests` that left the file."""

    def __init__(self, browser: Browser, path: Path, *, dark: bool = False, width: int = 1280):
        self.errors: list[str] = []
        self.requests: list[str] = []
        self.page: Page = browser.new_page(
            viewport={"width": width, "height": 900}, color_scheme="dark" if dark else "light", reduced_motion="reduce"
        )
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.route("**/*", self._request)
        self.page.goto(path.as_uri())

    def drawn(self) -> Page:
        """The page, once the architecture is laid out."""
        self.page.wait_for_selector("#diagram[data-ready]", timeout=120_000)
        return self.page

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.errors.append(message.text)

    def _request(self, route: Route) -> None:
        url = route.request.url
        if not url.startswith(("file:", "blob:", "data:")):
            self.requests.append(url)
        route.continue_()
