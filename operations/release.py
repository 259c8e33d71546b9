"""`python -m operations.release`: the version that main asks to publish, for the workflow `publish`.

pyproject.toml, the newest section of CHANGELOG.md and the tags must agree. It prints `version=<X.Y.Z>`, or `version=`
when there is nothing to publish. It needs only Python and Git.
"""

import re
import subprocess
import sys
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from operations.flags import FlagParser

UNRELEASED = "Unreleased"
_HEADING = re.compile(r"^## (?P<title>.+)$", re.MULTILINE)
_RELEASED = re.compile(r"v(?P<version>\d+\.\d+\.\d+) \(\d{4}-\d{2}-\d{2}\)")
_TAG = re.compile(r"v(\d+)\.(\d+)\.(\d+)")


class ReleaseError(Exception):
    """What disagrees, and what to change."""


@dataclass(frozen=True, slots=True)
class Release:
    """A version, such as 0.2.0, and its section of the changelog."""

    version: str
    notes: str


def release_of(project: str, changelog: str, tags: Sequence[str]) -> Release | None:
    """The version to publish, from the texts of pyproject.toml and CHANGELOG.md; None when there is none.

    There is none while the newest section is "Unreleased", or when the version has its tag.

    Raises:
        ReleaseError: when the three disagree.
    """
    version = str(tomllib.loads(project)["project"]["version"])
    headings = list(_HEADING.finditer(changelog))
    if not headings:
        raise ReleaseError(f'CHANGELOG.md has no section; write "## v{version} (<date>)" or "## {UNRELEASED}"')
    newest = headings[0]["title"]
    if newest == UNRELEASED:
        return None
    found = _RELEASED.fullmatch(newest)
    if not found:
        raise ReleaseError(f'CHANGELOG.md begins with "{newest}"; write "v{version} (<year>-<month>-<day>)"')
    if found["version"] != version:
        raise ReleaseError(
            f"pyproject.toml has version {version}, but CHANGELOG.md begins with {found['version']}; "
            "`make version` writes both"
        )
    if f"v{version}" in tags:
        return None
    released = [_numbers(each) for each in tags if _TAG.fullmatch(each)]
    if released and _numbers(f"v{version}") < max(released):
        newer = ".".join(map(str, max(released)))
        raise ReleaseError(f"version {version} is older than the tag v{newer}; `make version` writes the next one")
    end = headings[1].start() if len(headings) > 1 else len(changelog)
    return Release(version, changelog[headings[0].end() : end].strip())


def _numbers(tag: str) -> tuple[int, ...]:
    found = _TAG.fullmatch(tag)
    return tuple(map(int, found.groups())) if found else ()


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the version to publish; 1 when pyproject.toml, CHANGELOG.md and the tags disagree."""
    parser = FlagParser(prog="python -m operations.release", description="The version to publish.")
    parser.add_argument("--root", type=Path, default=Path.cwd(), help="the repository")
    parser.add_argument("--notes", type=Path, help="where the version's section of CHANGELOG.md goes")
    given = parser.parse_args(arguments)
    listed = ["git", "tag", "--list"]
    tags = subprocess.run(listed, cwd=given.root, check=True, capture_output=True, text=True)  # noqa: S603 - constant
    try:
        release = release_of(
            (given.root / "pyproject.toml").read_text(encoding="utf-8"),
            (given.root / "CHANGELOG.md").read_text(encoding="utf-8"),
            tags.stdout.split(),
        )
    except ReleaseError as error:
        print(f"release: {error}", file=sys.stderr)
        return 1
    if release and given.notes:
        given.notes.write_text(release.notes + "\n", encoding="utf-8")
    print(f"version={release.version if release else ''}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
