"""Writes the tables of docs/commands.md, which a reader of the clone needs too: `python -m website.commands`."""

import argparse
import re
import sys

from commands.init import parser
from components.command_line import COMMANDS
from policies.engine.document import with_sections
from website.markdown import code, table
from website.sources import ROOT

DOCUMENT = ROOT / "docs" / "commands.md"


def commands_section() -> str:
    """Return a Markdown table of the commands of `mlplatform`."""
    rows = [
        (code(name), each.summary, code(" ".join([each.module, *each.arguments]))) for name, each in COMMANDS.items()
    ]
    return "\n".join(table(("command", "what it does", "module, run by python -m"), rows))


def flags_section() -> str:
    """Return a Markdown table of the flags of `init`, with the form of each value."""
    # argparse has no public list of its options.
    options = parser()._actions  # pyright: ignore[reportPrivateUsage]
    rows = [(code(_form(each)), each.help or "") for each in options if {*each.option_strings} - {"-h", "--help"}]
    return "\n".join(table(("flag", "value"), rows))


def targets_section() -> str:
    """Return a Markdown table of the targets of the Makefile."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    found = re.findall(r"^([a-z-]+):.*?## (.+)$", makefile, re.MULTILINE)
    return "\n".join(table(("target", "what it does"), [(code(f"make {name}"), what) for name, what in found]))


def updated(document: str) -> str:
    """Return `document` with regenerated text between its markers."""
    sections = {"commands": commands_section(), "flags": flags_section(), "targets": targets_section()}
    return with_sections(document, sections)


def _form(action: argparse.Action) -> str:
    value = "" if action.nargs == 0 else f" {action.metavar or action.dest.upper()}"
    return f"{action.option_strings[0]}{value}"


def main() -> int:
    """Rewrite the document."""
    DOCUMENT.write_text(updated(DOCUMENT.read_text(encoding="utf-8")), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
