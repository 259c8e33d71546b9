"""The flags of this project's commands."""

import argparse
import re
from difflib import get_close_matches
from typing import Any, NoReturn


class FlagParser(argparse.ArgumentParser):
    """A parser that takes flags by their whole names alone, and proposes the nearest to one that it does not have."""

    def __init__(self, *args: Any, **options: Any):
        super().__init__(*args, allow_abbrev=False, **options)

    def error(self, message: str) -> NoReturn:
        """End with 2 and the message; one about an unknown flag names the nearest that there is."""
        known = re.findall(r"--[a-z][a-z-]*", self.format_help())
        unknown = re.findall(r"--[A-Za-z][\w-]*", message) if message.startswith("unrecognized arguments") else []
        near = [match for flag in unknown for match in get_close_matches(flag, known, n=1)]
        super().error(message + (f"; did you mean {' '.join(near)}?" if near else ""))
