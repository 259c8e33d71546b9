"""What access to the stores is made from, and what is refused."""

from typing import Annotated, NotRequired, TypedDict

import pulumi
from pydantic import AfterValidator, Field, StringConstraints, model_validator

from ...core.problems import refuse_at
from ...core.secret_recovery import RecoveryWindowDays
from ...core.spec import Spec, refuse

_NOT_OURS = ("postgres", "template0", "template1", "platform", "public", "none", "mysql", "sys", "root")
"""The databases and users of PostgreSQL and MySQL, words that name no role, and the administrator of Database."""
_NOT_OURS_PREFIXES = ("pg_", "rds")


def _free(name: str) -> str:
    if name in _NOT_OURS or name.startswith(_NOT_OURS_PREFIXES):
        raise refuse(name, f"{name} belongs to the server, to RDS or to the administrator; take another name")
    return name


def _not_a_database(use: str) -> str:
    if use.startswith("database/"):
        raise refuse(use, "secrets below database/ are those of database roles; call a cache's otherwise")
    return use


MySqlName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]{0,31}$"), AfterValidator(_free)]
"""A user or database of MySQL; in a grant an underscore matches any character."""
RoleName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,47}$"), AfterValidator(_free)]
CacheUse = Annotated[
    str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,62}/[a-z][a-z0-9-]{0,62}$"), AfterValidator(_not_a_database)
]


class DatabaseAccessConfig(TypedDict):
    """One use of the database instance."""

    name: str
    """The database, and the role that makes and uses its tables."""
    readers: NotRequired[list[str]]
    """Roles that read all its tables and change none."""


class DatabaseAccessSpec(Spec):
    """One use of the database instance."""

    name: RoleName = Field(description="The database, and the role that makes and uses its tables.")
    readers: tuple[RoleName, ...] = Field(
        default=(), description="Roles that read all its tables and change none; one may read several databases."
    )


class MySqlAccessConfig(TypedDict):
    """One use of the MySQL instance."""

    name: str
    """The user."""
    secret: str
    """What its secret is called, after the prefix, such as kubeflow/pipelines."""
    databases: list[str]
    """The databases that it makes and uses."""


class MySqlAccessSpec(Spec):
    """One use of the MySQL instance."""

    name: MySqlName = Field(description="The user.")
    secret: CacheUse = Field(description="What its secret is called, after the prefix, such as kubeflow/pipelines.")
    databases: tuple[MySqlName, ...] = Field(min_length=1, description="The databases that it makes and uses.")


class StoreAccessConfig(TypedDict):
    """Who has a login to the stores."""

    databases: list[DatabaseAccessConfig]
    """The uses of the database instance; each gets a database, a role and a secret."""
    mysql_users: NotRequired[list[MySqlAccessConfig]]
    """The uses of the MySQL instance, where there is one."""
    recovery_window_days: NotRequired[int]
    """Days that a deleted secret can be restored; 0 deletes immediately."""


class StoreAccessArgs(StoreAccessConfig):
    """What StoreAccess is made from: its config, the cluster that the job runs in, and the stores."""

    cluster_name: pulumi.Input[str]
    """The EKS cluster."""
    store_cidrs: pulumi.Input[list[str]]
    """The ranges of the databases' subnets. Pods of kube-system do not reach them."""
    secret_prefix: pulumi.Input[str]
    """The prefix of the secrets' names, before a slash."""
    key_arn: pulumi.Input[str]
    """The KMS key that encrypts the secrets."""
    database_address: pulumi.Input[str]
    """The database instance's host."""
    administrator_secret_arn: pulumi.Input[str]
    """The secret in which RDS keeps the administrator's login."""
    administrator_key_arn: pulumi.Input[str]
    """The KMS key that encrypts that secret."""
    mysql_address: NotRequired[pulumi.Input[str]]
    """The MySQL instance's host, where there is one."""
    mysql_administrator_secret_arn: NotRequired[pulumi.Input[str]]
    """The secret in which RDS keeps its administrator's login."""
    mysql_administrator_key_arn: NotRequired[pulumi.Input[str]]
    """The KMS key that encrypts that secret."""
    cache_users: NotRequired[dict[str, pulumi.Input[str]]]
    """ARNs of cache users that log in with a password, by what their secret is called, such as online-store/feast."""


class StoreAccessSpec(Spec):
    """The checked arguments of StoreAccess."""

    databases: tuple[DatabaseAccessSpec, ...] = Field(
        min_length=1, description="The uses of the database instance; each gets a database, a role and a secret."
    )
    mysql_users: tuple[MySqlAccessSpec, ...] = Field(
        default=(), description="The uses of the MySQL instance, where there is one."
    )
    recovery_window_days: RecoveryWindowDays = Field(
        default=30,
        ge=0,
        le=30,
        description="Days that a deleted secret can be restored, 7 to 30; 0 deletes immediately.",
    )

    @model_validator(mode="after")
    def _apart(self) -> "StoreAccessSpec":
        names = [each.name for each in self.databases]
        for name in names:
            if names.count(name) > 1:
                raise refuse_at("databases", name, "the database is listed more than once; list it once")
        for index, each in enumerate(self.databases):
            if owner := next((reader for reader in each.readers if reader in names), None):
                remedy = "this is the owner of a database; name a role that creates no tables"
                raise refuse_at(f"databases[{index}].readers", owner, remedy)
        for what in ("name", "secret"):
            given = [str(getattr(user, what)) for user in self.mysql_users]
            if twice := next((value for value in given if given.count(value) > 1), None):
                raise refuse_at("mysqlUsers", twice, f"two users have this {what}; give each user its own {what}")
        return self

    @property
    def readers(self) -> tuple[str, ...]:
        """The roles that read, each once."""
        return tuple(sorted({reader for each in self.databases for reader in each.readers}))

    @property
    def database_uses(self) -> tuple[str, ...]:
        """What the secrets of the roles are called, after the prefix."""
        return tuple(f"database/{role}" for role in (*(each.name for each in self.databases), *self.readers))

    @property
    def mysql_uses(self) -> dict[str, dict[str, object]]:
        """The users of MySQL and their databases, by what their secrets are called."""
        return {each.secret: {"user": each.name, "databases": list(each.databases)} for each in self.mysql_users}


class CacheUses(Spec):
    """What the secrets of cache users are called."""

    cache_users: tuple[CacheUse, ...]
