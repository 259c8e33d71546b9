"""Database: PostgreSQL on RDS; MySqlDatabase: MySQL there."""

from typing import TYPE_CHECKING

from ..on_demand import on_demand
from .spec import DatabaseArgs, DatabaseConfig, DatabaseSpec, InstanceConfig, InstanceSpec, MySqlDatabaseArgs

if TYPE_CHECKING:
    from .database import Database, MySqlDatabase

__all__ = [
    "Database",
    "DatabaseArgs",
    "DatabaseConfig",
    "DatabaseSpec",
    "InstanceConfig",
    "InstanceSpec",
    "MySqlDatabase",
    "MySqlDatabaseArgs",
]

__getattr__ = on_demand(__name__, Database="database", MySqlDatabase="database")
