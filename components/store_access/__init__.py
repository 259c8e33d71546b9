"""StoreAccess: a database, a role and a password for each use of the stores."""

from .spec import DatabaseAccessConfig, DatabaseAccessSpec, StoreAccessArgs, StoreAccessConfig, StoreAccessSpec
from .store_access import StoreAccess

__all__ = [
    "DatabaseAccessConfig",
    "DatabaseAccessSpec",
    "StoreAccess",
    "StoreAccessArgs",
    "StoreAccessConfig",
    "StoreAccessSpec",
]
