"""A quota, and the limit that an account has without a request."""

from dataclasses import dataclass


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
    """What an account may use by default. `code` is the code in Service Quotas."""

    code: str
    name: str
    default: float


def quota(service: str, limit: Limit, needed: float, why: str) -> Quota:
    """The quota of `limit`, of which the plan needs `needed`."""
    return Quota(service, limit.code, limit.name, limit.default, needed, why)
