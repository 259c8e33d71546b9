"""The CPU credits of burstable instances, nodes of ElastiCache and classes of RDS.

Source: EC2 user guide, "Key concepts for burstable performance instances", the table of credits earned per hour. RDS
and ElastiCache use the same sizes.
"""

_SIZES = {"nano": 6.0, "micro": 12.0, "small": 24.0, "medium": 24.0, "large": 36.0, "xlarge": 96.0, "2xlarge": 192.0}
_T2 = {"nano": 3.0, "micro": 6.0, "small": 12.0, "medium": 24.0, "large": 36.0, "xlarge": 54.0, "2xlarge": 81.6}
_FAMILIES = {"t2": _T2, "t3": _SIZES, "t3a": _SIZES, "t4g": _SIZES}


def credits_an_hour(name: str) -> float | None:
    """The credits that an instance earns in an hour; None when it is not burstable.

    `name` is such as `t4g.medium`, `cache.t4g.small` or `db.t4g.medium`.
    """
    family, _, size = name.removeprefix("cache.").removeprefix("db.").partition(".")
    return _FAMILIES.get(family, {}).get(size)
