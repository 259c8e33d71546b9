"""What users of a cache may do: the engine's access strings, and the IAM policy that lets a workload log in as one."""

from collections.abc import Sequence
from enum import StrEnum

from ...core.iam import allow, document

_CLIENT = (
    *("+@connection", "-@dangerous", "+info", "+command"),
    *("+cluster|slots", "+cluster|shards", "+cluster|nodes", "+cluster|keyslot", "+cluster|info"),
)
"""What a client of a cluster needs before its first own command: to log in, to ask for the shards, to follow them."""


class CacheAccess(StrEnum):
    """What a user may do with the keys that it may touch."""

    READ = "read"
    WRITE = "write"
    ADMIN = "admin"


_RULES = {
    CacheAccess.READ: ("-@all", "+@read", *_CLIENT),
    CacheAccess.WRITE: ("-@all", "+@read", "+@write", "+@transaction", *_CLIENT),
    CacheAccess.ADMIN: ("+@all",),
}

NO_ACCESS = "off -@all"
"""Of the user `default` of Redis OSS, which a group must have: it is off, and could do nothing if it were on."""


def access_string(access: CacheAccess, keys: Sequence[str]) -> str:
    """The access string of a user. Reading and writing leave out what is dangerous: KEYS, FLUSHALL, SORT and the like.

    Source: ElastiCache user guide, "Role-Based Access Control"; Valkey documentation, "ACL".
    """
    return " ".join(["on", *(f"~{pattern}" for pattern in keys), *_RULES[access]])


def connect_policy(replication_group_arn: str, user_arn: str) -> str:
    """Lets its holder log in to one cache as one user.

    Source: ElastiCache user guide, "Authenticating with IAM".
    """
    return document(allow("LogIn", ["elasticache:Connect"], [replication_group_arn, user_arn]))
