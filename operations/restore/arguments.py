"""The arguments that restores, drills, failovers and rotations have in common."""

import re
from collections.abc import Sequence
from datetime import datetime

from ..settings import SettingsError, fault
from .platform import Platform

RUN = re.compile(r"[a-z][a-z0-9]{0,15}")
MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z?")


def chosen(platform: Platform, stores: Sequence[str]) -> Sequence[str]:
    """The stores to restore; all of the stack when none is named.

    Raises:
        SettingsError: the stack has no backup of a store.
    """
    known = platform.backup_stores
    if wrong := [name for name in stores if name not in known]:
        remedy = f"the stack backs up {', '.join(sorted(known))}; name one of these"
        raise SettingsError("--store", [fault("store", name, remedy) for name in wrong])
    return list(dict.fromkeys(stores)) or sorted(known)


def check(run: str, *, at: str = "", online_from: str = "", from_vault: bool = False) -> None:
    """Check arguments that have a form.

    Raises:
        SettingsError: one of them is wrong.
    """
    problems: list[str] = []
    if not RUN.fullmatch(run):
        problems.append(fault("run", run, "it ends the names of what is made; write up to 16 small letters and digits"))
    for name, moment in (("at", at), ("online-from", online_from)):
        if moment and not _is_moment(moment):
            problems.append(fault(name, moment, "it is not a valid time; write one such as 2026-11-30T04:00:00Z"))
    if at and from_vault:
        remedy = (
            "a vault has snapshots, and the newest is taken; remove --at, or restore in the stack's region from RDS"
        )
        problems.append(fault("at", at, remedy))
    if problems:
        raise SettingsError("arguments", problems)


def _is_moment(text: str) -> bool:
    """Whether a text is a time that exists."""
    try:
        datetime.fromisoformat(text.removesuffix("Z"))
    except ValueError:
        return False
    return bool(MOMENT.fullmatch(text))
