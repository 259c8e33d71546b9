"""The versions that `components/facts/versions.py` pins, the end of their support and their notes."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import IntEnum

from components.facts.versions import (
    ADDONS,
    EMR_SUPPORT_ENDS,
    NODE_IMAGES,
    STANDARD_SUPPORT_ENDS,
    KubernetesVersion,
    SparkRelease,
)

NOTICE_DAYS = 90
"""How many days before the end of its support a version is listed."""


@dataclass(frozen=True, slots=True)
class Pin:
    """A pinned version: its product, and the first day without support if it is known."""

    what: str
    version: str
    support_ends: date | None = None
    expected: bool = False
    """Whether the end is estimated from the maker's release calendar, not announced."""


class State(IntEnum):
    """The state of a pin, the most urgent first."""

    ENDED = 0
    ENDING = 1
    BEHIND = 2
    CURRENT = 3
    NOT_COMPARED = 4


@dataclass(frozen=True, slots=True)
class Finding:
    """A pin, its newest version if it is known, and its state."""

    pin: Pin
    newest: str | None
    state: State


def eks_pins() -> list[Pin]:
    """EKS's versions, and for each its node images and managed add-ons."""
    found: list[Pin] = []
    for version in KubernetesVersion:
        found.append(Pin(eks(version), version, STANDARD_SUPPORT_ENDS[version]))
        found += [Pin(image(family, version), release) for family, release in NODE_IMAGES[version].items()]
        found += [Pin(addon(name, version), pinned) for name, pinned in ADDONS[version].items()]
    return found


def emr_pins() -> list[Pin]:
    """The EMR releases that a Spark cluster can have. AWS recommends no newest of them."""
    return [Pin("EMR release", release, EMR_SUPPORT_ENDS[release]) for release in SparkRelease]


def eks(version: str) -> str:
    """The name of an EKS version in the list."""
    return f"EKS {version}"


def image(family: str, version: str) -> str:
    """The name of a node image's release in the list."""
    return f"{family} image of EKS {version}"


def addon(name: str, version: str) -> str:
    """The name of a managed add-on's version in the list."""
    return f"{name} of EKS {version}"


def judge(pins: Sequence[Pin], newest: Mapping[str, str], today: date) -> list[Finding]:
    """The state of each pin, the most urgent first. `newest` has the newest version by `Pin.what`."""
    findings = [Finding(pin, newest.get(pin.what), _state(pin, newest.get(pin.what), today)) for pin in pins]
    return sorted(findings, key=lambda finding: (finding.state, finding.pin.support_ends or date.max))


def _state(pin: Pin, newest: str | None, today: date) -> State:
    if pin.support_ends and pin.support_ends <= today:
        return State.ENDED
    if pin.support_ends and (pin.support_ends - today).days <= NOTICE_DAYS:
        return State.ENDING
    if newest is None:
        return State.NOT_COMPARED
    return State.BEHIND if numbers(newest) > numbers(pin.version) else State.CURRENT


def numbers(version: str) -> tuple[int, ...]:
    """The numbers of a version in order, without those in a commit hash."""
    return tuple(map(int, re.findall(r"(?<![0-9a-f])\d+(?![0-9a-f])", version)))
