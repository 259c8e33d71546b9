"""A quota, and the limit that an account has without a request."""

from dataclasses import dataclass
from typing import Any

from resources.inputs import number, read


@dataclass(frozen=True, slots=True)
class Quota:
    """A quota whose default is less than the plan needs. `why` names the resources that need it."""

    service: str
    code: str
    name: str
    default: float
    needed: float
    why: str


@dataclass(frozen=True, slots=True)
class Limit:
    """What an account may use by default.

    `code` is the code in Service Quotas. `remedy` is what to do about a quota that AWS does not raise.
    """

    code: str
    name: str
    default: float
    remedy: str = ""


def quota(service: str, limit: Limit, needed: float, why: str) -> Quota:
    """The quota of `limit`, of which the plan needs `needed`."""
    said = f"{why}; AWS does not raise it: {limit.remedy}" if limit.remedy else why
    return Quota(service, limit.code, limit.name, limit.default, needed, said)


def whole(inputs: Any, *path: str) -> int:
    """A number among inputs; 0 where it is absent or unknown."""
    return int(number(read(inputs, *path)) or 0)
