"""Database: PostgreSQL on RDS."""

from .database import Database
from .spec import DatabaseArgs, DatabaseConfig, DatabaseSpec

__all__ = ["Database", "DatabaseArgs", "DatabaseConfig", "DatabaseSpec"]
