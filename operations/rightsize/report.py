"""The proposals as text and as JSON."""

import json
from collections.abc import Sequence
from dataclasses import asdict

from .fleet import Fleet
from .proposals import Proposal


def text(fleet: Fleet, proposals: Sequence[Proposal], unknown: Sequence[str], headroom: float) -> str:
    """What could change, largest saving first, and what is not known."""
    lines = [f"{fleet.window.days} days of recorded utilisation, headroom {headroom:.0%}"]
    for each in proposals:
        saving = "saving not known" if each.monthly is None else f"saves {each.monthly:,.2f} USD a month"
        lines += ["", f"{each.subject}: {each.what}", f"  {saving}", f"  {each.why}"]
    if not proposals:
        lines += ["", "Nothing to change: no proposal holds the peaks with this headroom."]
    if unknown:
        lines += ["", "Not known:", *(f"  {each}" for each in unknown)]
    return "\n".join(lines) + "\n"


def as_json(fleet: Fleet, proposals: Sequence[Proposal], unknown: Sequence[str], headroom: float) -> str:
    """The same for programs."""
    content = {
        "days": fleet.window.days,
        "end": fleet.window.end,
        "headroom": headroom,
        "proposals": [asdict(each) for each in proposals],
        "unknown": list(unknown),
    }
    return json.dumps(content, indent=1) + "\n"
