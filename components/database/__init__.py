"""Database: PostgreSQL on RDS; MySqlDatabase: MySQL there."""

from .database import Database, MySqlDatabase
from .spec import DatabaseArgs, DatabaseConfig, DatabaseSpec, InstanceConfig, InstanceSpec, MySqlDatabaseArgs

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
