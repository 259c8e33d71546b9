"""`make docs`: builds the documentation site, which a reader without a network can read.

The theme checks every link and anchor between pages and refuses the build for one that leads nowhere.
"""

import argparse
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import yaml

from website.components import component_pages
from website.navigation import Entry, navigation
from website.rules import rule_pages
from website.sections import section_pages
from website.sources import ROOT, source_pages

BUILT, WRONG = 0, 1

_FOLDER = Path(__file__).resolve().parent


def pages() -> dict[str, str]:
    """The text of every page, by its path in the site."""
    return dict([*source_pages(), *component_pages(), *section_pages(), *rule_pages()])


def write(folder: Path, texts: Mapping[str, str], entries: Sequence[Entry]) -> Path:
    """Write the pages with what they need into `folder`, and return the path of the settings."""
    for each in ("pages", "site"):
        shutil.rmtree(folder / each, ignore_errors=True)
    for path, text in texts.items():
        target = folder / "pages" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    assets = folder / "pages" / "assets"
    assets.mkdir()
    for path in (*sorted((_FOLDER / "vendor").glob("*.js")), _FOLDER / "site.css", _FOLDER / "site.js"):
        shutil.copy(path, assets)
    shutil.copy(ROOT / "docs" / "stack.schema.json", folder / "pages")
    settings = yaml.safe_load((_FOLDER / "zensical.yml").read_text(encoding="utf-8"))
    settings |= {"docs_dir": "pages", "site_dir": "site", "nav": entries}
    written = folder / "mkdocs.yml"
    written.write_text(yaml.safe_dump(settings, sort_keys=False, allow_unicode=True), encoding="utf-8")
    return written


def build(settings: Path) -> bool:
    """Let the theme's builder make the site beside `settings`, and say whether it found nothing to warn of."""
    command = [sys.executable, "-m", "zensical", "build", "--strict", "--config-file", str(settings)]
    return subprocess.run(command, check=False).returncode == BUILT  # noqa: S603 - its own interpreter and paths


def parser() -> argparse.ArgumentParser:
    """The flags of the command."""
    found = argparse.ArgumentParser(prog="python -m website", description="Build the documentation site.")
    found.add_argument(
        "--output", type=Path, default=ROOT / "build" / "docs", help="the folder of the pages and of the site"
    )
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Build the site and say where it is, or what is wrong with it."""
    folder: Path = parser().parse_args(arguments).output.absolute()
    texts = pages()
    try:
        settings = write(folder, texts, navigation(texts))
    except ValueError as error:
        print(f"website: {error}", file=sys.stderr)
        return WRONG
    if not build(settings):
        return WRONG
    print(f"written to {folder / 'site' / 'index.html'}")
    return BUILT


if __name__ == "__main__":
    sys.exit(main())
