"""Adoptions as text, at most 80 columns wide except for names, and as JSON."""

import json
from collections.abc import Iterator, Sequence
from textwrap import wrap
from typing import Any

from planner.adoption.cluster_config import CLUSTER, as_yaml, sections
from planner.adoption.comparison import Adoption, Retained, is_new
from planner.adoption.existing import Existing
from planner.adoption.kinds import KINDS, NOT_ADOPTED
from planner.input_changes import ABSENT
from planner.printable import printable

_WIDTH = 80
_LONGEST = 60
"""The characters of a value that are shown."""


def as_text(
    stack: str, adoptions: Sequence[Adoption], not_planned: Sequence[Existing], elsewhere: Sequence[Existing] = ()
) -> str:
    """The adoptions for people. `elsewhere` holds what is of another region or account."""
    return "\n".join((*_lines(stack, adoptions, not_planned), *_elsewhere(stack, elsewhere)))


def as_json(
    stack: str, adoptions: Sequence[Adoption], not_planned: Sequence[Existing], elsewhere: Sequence[Existing] = ()
) -> str:
    """The adoptions for scripts. `elsewhere` holds what is of another region or account."""
    document = {
        "format": 1,
        "stack": stack,
        "adopted": [_document(each) for each in adoptions],
        "notPlanned": [
            {
                "address": each.address,
                "remedy": NOT_ADOPTED.get(each.type, ""),
                "config": _config(each, adoptions, not_planned),
            }
            for each in not_planned
        ],
        "elsewhere": [each.address for each in elsewhere],
    }
    return json.dumps(document, indent=1, default=str)


def _document(adoption: Adoption) -> dict[str, Any]:
    match = adoption.match
    return {
        "type": match.planned.type,
        "name": match.planned.name,
        "address": match.existing.address,
        "importId": adoption.import_id,
        "reason": match.reason,
        "why": match.why,
        "holds": adoption.holds,
        "clean": adoption.clean,
        "madeOn": list(adoption.made_on),
        "changes": [
            {"path": each.path, "before": _plain(each.before), "after": _plain(each.after)} for each in adoption.changes
        ],
        "lostTags": list(adoption.lost_tags),
        "notCompared": list(adoption.unread),
        "retained": {each.name: each.value for each in adoption.retained},
        "blocked": list(adoption.blocked),
    }


def _lines(stack: str, adoptions: Sequence[Adoption], not_planned: Sequence[Existing]) -> Iterator[str]:
    possible = [each for each in adoptions if not each.blocked]
    total = len(adoptions) + len(not_planned)
    yield f"adopt for {stack}: {len(possible)} of {total} existing resources; nothing is replaced"
    groups = (
        ("Imported without a change", [each for each in possible if each.clean]),
        ("Imported, then updated in place", [each for each in possible if not each.clean]),
        ("CANNOT be adopted", [each for each in adoptions if each.blocked]),
    )
    for title, members in groups:
        if members:
            yield ""
            yield f"{title}: {len(members)}"
            for each in members:
                yield from _adoption(each)
    known = [each for each in not_planned if each.type in NOT_ADOPTED]
    if known:
        yield ""
        yield f"Not adopted, because it cannot be imported: {len(known)}"
        for each in known:
            yield f"  {printable(each.address)}"
            yield from _wrapped(NOT_ADOPTED[each.type])
            if found := _config(each, adoptions, not_planned):
                yield from (f"    {printable(line)}" for line in as_yaml(found).splitlines())
    others = [each for each in not_planned if each.type not in NOT_ADOPTED]
    if others:
        yield ""
        yield f"Not adopted, because the plan has nothing for them: {len(others)}"
        for each in others:
            ours = any(kind.terraform == each.type for kind in KINDS.values())
            yield f"  {printable(each.address)}{'  (give it by --match)' if ours else ''}"


def _elsewhere(stack: str, elsewhere: Sequence[Existing]) -> Iterator[str]:
    if elsewhere:
        yield ""
        yield f"Left out, of another region or account: {len(elsewhere)}"
        for each in elsewhere:
            yield f"  {printable(each.address)}  ({printable(each.place) or 'the place of its provider'})"
        yield from _wrapped(
            f"Compared with region and account of environment in Pulumi.{stack}.yaml; if these are wrong or still "
            "placeholders, set them and run this again."
        )


def _config(existing: Existing, adoptions: Sequence[Adoption], not_planned: Sequence[Existing]) -> dict[str, Any]:
    """The config by which the stack uses it; empty where there is none."""
    known = [*not_planned, *(each.match.existing for each in adoptions)]
    return sections(existing, known) if existing.type == CLUSTER else {}


def _adoption(adoption: Adoption) -> Iterator[str]:
    match = adoption.match
    yield f"  {match.planned.type} {match.planned.name}"
    yield f"    from {printable(match.existing.address)}"
    doubt = "CHECK: " if match.guessed else ""
    yield from _wrapped(f"{doubt}{match.why}")
    if match.existing.doubt:
        yield from _wrapped(f"CHECK: {match.existing.doubt}")
    for change in adoption.changes:
        yield from _wrapped(f"changes {change.path}: {_value(change.before)} to {_value(change.after)}")
    if adoption.holds and adoption.made_on:
        yield from _wrapped(f"sets anew on it: {', '.join(adoption.made_on)}")
    for each in adoption.retained:
        yield from _wrapped(_kept(each))
    if adoption.lost_tags:
        yield from _wrapped(f"removes tags, unless defaultTags have them: {', '.join(adoption.lost_tags)}")
    if adoption.unread:
        yield from _wrapped(f"not compared, see `pulumi preview`: {', '.join(adoption.unread)}")
    for each in adoption.blocked:
        yield from _wrapped(each)


def _kept(retained: Retained) -> str:
    kept = f"keeps {retained.name} = {_shown(retained.value)} ({retained.why}"
    if retained.planned is None:
        return f"{kept})"
    return f"{kept}: {'of a new resource' if is_new(retained.planned) else _shown(retained.planned)})"


def _value(value: Any) -> str:
    """One side of a change."""
    return "of a new resource" if is_new(value) else _shown(_plain(value))


def _plain(value: Any) -> Any:
    return None if value is ABSENT or is_new(value) else value


def _shown(value: Any) -> str:
    text = printable(json.dumps(value, default=str, ensure_ascii=False))
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _wrapped(text: str) -> Iterator[str]:
    yield from wrap(
        printable(text),
        _WIDTH,
        initial_indent="    ",
        subsequent_indent="      ",
        break_long_words=False,
        break_on_hyphens=False,
    )
