"""The consoles that plans and errors are printed on: no value of a config can change more than its own text."""

import os
import re
import sys
from collections.abc import Iterable

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

from planner.printable import printable

PIPE_WIDTH = 80
"""Columns of a pipe or a file, which have no width of their own and no COLUMNS."""
_COMMAND = re.compile(r"^(\s*)::", re.MULTILINE)


def _commandless(text: str) -> str:
    """`text` without commands to GitHub's runner: a line that begins with `::`, and `##[` anywhere.

    Source: actions/runner, ActionCommand.cs.
    """
    return _COMMAND.sub(r"\1: :", text).replace("##[", "## [") if "::" in text or "##[" in text else text


class PlanConsole(Console):
    """A console that prints values as they are: no emoji codes, no highlighting, no control characters."""

    def __init__(self, *, stderr: bool = False) -> None:
        stream = sys.stderr if stderr else sys.stdout
        has_width = stream.isatty() or os.environ.get("COLUMNS", "").isdigit()
        width = None if has_width else PIPE_WIDTH
        super().__init__(stderr=stderr, emoji=False, highlight=False, width=width)

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """The segments of `renderable`, whose text is printable."""
        for segment in super().render(renderable, options):
            yield segment if segment.control else Segment(_commandless(printable(segment.text)), segment.style)

    def on_broken_pipe(self) -> None:
        """Leave it to the caller: the reader has gone, which says nothing about the plan."""
        raise BrokenPipeError
