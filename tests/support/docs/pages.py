"""What the pages show: blocks of code by language, and commands."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[3]
_ELSEWHERE = {".venv", "build", "node_modules", ".git"}
_BLOCK = re.compile(r"^```(?P<language>\w*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
_SPAN = re.compile(r"(?<!`)`(?P<text>[^`\n]+)`(?!`)")
_SHELLS = ("console", "sh", "bash")
PROGRAMS = (
    *("argocd", "aws", "cosign", "curl", "feast", "gh", "git", "helm", "kubectl", "kustomize", "make", "pip", "pulumi"),
    *("eval", "mlplatform"),
    *("python", ".venv/bin/python", "deploy/github/apply.sh", ".ci/run", "export"),
    *("jq", "kafka-configs.sh", "kafka-topics.sh", "sed", "sudo"),
)
"""What a command begins with. A span of code in a sentence is one when it has a word more."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A text in a page, and where it begins."""

    page: str
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


@cache
def pages() -> dict[str, str]:
    """Every page of the repository, by its path."""
    found = [path for path in ROOT.rglob("*.md") if not _ELSEWHERE & {*path.relative_to(ROOT).parts}]
    return {str(path.relative_to(ROOT)): path.read_text(encoding="utf-8") for path in sorted(found)}


def blocks(language: str) -> list[Shown]:
    """The blocks of code in a language."""
    return [
        Shown(page, _line(text, match.start()), match["text"])
        for page, text in pages().items()
        for match in _BLOCK.finditer(text)
        if match["language"] == language
    ]


def commands() -> list[Shown]:
    """Every command that a reader may type, from blocks for a shell and from sentences."""
    return [*_typed(), *_mentioned()]


def _typed() -> Iterator[Shown]:
    for language in _SHELLS:
        for block in blocks(language):
            joined = re.sub(r"\\\n\s*", " ", block.text)
            lines = joined.splitlines()
            prompted = any(line.startswith("$ ") for line in lines)
            for line in lines:
                if line.strip() and (not prompted or line.startswith("$ ")):
                    yield Shown(block.page, block.line, re.sub(r"\s+#\s.*", "", line.removeprefix("$ ")).strip())


def _mentioned() -> Iterator[Shown]:
    for page, text in pages().items():
        # Blocks keep their lines, so that a span's line is right.
        prose = _BLOCK.sub(lambda match: "\n" * match[0].count("\n"), text)
        for match in _SPAN.finditer(prose):
            first, _, rest = match["text"].partition(" ")
            if first in PROGRAMS and rest:
                yield Shown(page, _line(prose, match.start()), match["text"])


def _line(text: str, position: int) -> int:
    return text.count("\n", 0, position) + 1
