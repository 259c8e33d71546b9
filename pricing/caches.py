"""What the nodes of ElastiCache hold, and what caches go by. Source: AWS price list, AmazonElastiCache, 2025-03-14."""

from collections.abc import Iterable

RESERVED_SHARE = 0.25
"""The share of memory that is kept from data by default (ElastiCache user guide, "Managing reserved memory")."""

_SIZES = ("large", "xlarge", "2xlarge", "4xlarge", "8xlarge", "12xlarge", "16xlarge")
_R: dict[str, float] = dict(zip(_SIZES, (13.07, 26.32, 52.82, 105.81, 209.55, 317.77, 419.09), strict=True))
_M: dict[str, float] = dict(zip(_SIZES, (6.38, 12.93, 26.04, 52.26, 103.68, 157.12, 209.55), strict=True))
_FAMILIES: dict[str, dict[str, float]] = {
    "r6g": _R,
    "r6gd": _R,
    "r7g": _R,
    "m7g": _M,
    "t4g": {"micro": 0.5, "small": 1.37, "medium": 3.09},
}
_SSD: dict[str, float] = dict(zip(_SIZES[1:], (99.33, 199.07, 398.14, 796.28, 1194.42, 1592.56), strict=True))


def usable_gigabytes(node_type: str) -> float | None:
    """What a node holds without its reserved memory and with its SSD, in GiB; `None` for a type that is not listed."""
    _, _, rest = node_type.partition("cache.")
    family, _, size = rest.partition(".")
    memory = _FAMILIES.get(family, {}).get(size)
    if memory is None or (family == "r6gd" and size not in _SSD):
        return None
    return memory * (1 - RESERVED_SHARE) + (_SSD[size] if family == "r6gd" else 0)


def known_cache(known: Iterable[str], *names: str | None) -> str | None:
    """The key of `known` for a cache with one of `names`: the longest that is a name, or its end behind a hyphen."""
    fitting = [key for key in known if any(name and f"-{name}".endswith(f"-{key}") for name in names)]
    return max(fitting, key=len, default=None)
