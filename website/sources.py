"""The pages that the repository has, with their links as the site has them."""

import posixpath
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from policies.engine.registry import RULES
from website import rules
from website.components import guides_of_components
from website.components import path_of as component_path
from website.markdown import front

ROOT = Path(__file__).resolve().parents[1]

_OUTSIDE_DOCS = {
    "README.md": "index.md",
    "CONTRIBUTING.md": "about/contributing.md",
    "CHANGELOG.md": "about/changelog.md",
    "SECURITY.md": "about/security.md",
    "charts/model-service/README.md": "charts/model-service.md",
    "examples/components/README.md": "examples/components.md",
    "examples/model-repo/README.md": "examples/model-repo.md",
    "examples/training/README.md": "examples/training.md",
}
"""Pages beside `docs`, by their path in the repository, with their path in the site."""

_LINK = re.compile(r"\]\((?!https?:|mailto:)(?P<path>[^)#\s]*)(?P<anchor>#[\w-]+)?\)")
_FENCED = re.compile(r"^( *)```.*?^\1```$", re.MULTILINE | re.DOTALL)
_RULE_ROW = re.compile(r"^\| `(?P<name>[\w-]+)` \|", re.MULTILINE)
_LANGUAGES = {".json": "json", ".py": "python", ".yaml": "yaml", ".toml": "toml"}
_MERMAID = "```mermaid\n"


@cache
def site_paths() -> dict[str, str]:
    """The path in the site of each page of the repository, by its path there."""
    docs = (path.relative_to(ROOT).as_posix() for path in sorted((ROOT / "docs").rglob("*.md")))
    inside = {path: re.sub(r"(^|/)README\.md$", r"\1index.md", path.removeprefix("docs/")) for path in docs}
    return {**_OUTSIDE_DOCS, **inside}


def source_pages() -> Iterator[tuple[str, str]]:
    """The path and text of each page of the repository, and of each file that one links to."""
    files: dict[str, str] = {}
    for path, target in site_paths().items():
        text = (ROOT / path).read_text(encoding="utf-8")
        yield target, _completed(path, _relinked(path, text, files))
    for path, target in files.items():
        yield target, _file(path)


def _relinked(page: str, text: str, files: dict[str, str]) -> str:
    """The page with links of the site. What it links to that is no page becomes one, and is added to `files`."""

    def relink(match: re.Match[str]) -> str:
        if not match["path"]:
            return match[0]
        linked = posixpath.normpath(posixpath.join(posixpath.dirname(page), match["path"]))
        # A folder whose name begins with a dot is no part of a site.
        target = site_paths().get(linked) or files.setdefault(linked, f"source/{linked.removeprefix('.')}.md")
        start = posixpath.dirname(site_paths()[page]) or "."
        return f"]({posixpath.relpath(target, start)}{match['anchor'] or ''})"

    fences = [match.span() for match in _FENCED.finditer(text)]
    parts: list[str] = []
    end = 0
    for start, stop in [*fences, (len(text), len(text))]:
        parts += [_LINK.sub(relink, text[end:start]), text[start:stop]]
        end = stop
    return "".join(parts)


def _completed(page: str, text: str) -> str:
    """The page with what the code adds to it on the site."""
    if page == "docs/policies.md":
        text = _RULE_ROW.sub(_rule_link, text)
    references = [name for name, guide in guides_of_components().items() if page == f"docs/components/{guide}"]
    if references:
        links = ", ".join(f"[{name}](../{component_path(name)})" for name in sorted(references))
        text += f"\n## Reference\n\nAll arguments, outputs and types, from the code: {links}.\n"
    if _MERMAID in text:
        depth = site_paths()[page].count("/")
        # The theme would load it from another host. It takes what is there.
        text += f'\n<script src="{"../" * depth}assets/mermaid.tiny.js"></script>\n'
    return text


def _rule_link(match: re.Match[str]) -> str:
    rule = RULES.get(match["name"])
    return f"| [`{rule.name}`]({rules.path_of(rule)}) |" if rule else match[0]


def _file(path: str) -> str:
    """A page that shows a file."""
    text = (ROOT / path).read_text(encoding="utf-8").rstrip()
    language = _LANGUAGES.get(Path(path).suffix, "text")
    return "\n".join([*front(search={"exclude": True}), f"# {path}", "", f"````{language}", text, "````", ""])
