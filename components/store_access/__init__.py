"""StoreAccess: a database, a role and a password for each use of the stores."""

from typing import TYPE_CHECKING

from ..on_demand import on_demand
from .spec import DatabaseAccessConfig, DatabaseAccessSpec, StoreAccessArgs, StoreAccessConfig, StoreAccessSpec

if TYPE_CHECKING:
    from .store_access import StoreAccess

__all__ = [
    "DatabaseAccessConfig",
    "DatabaseAccessSpec",
    "StoreAccess",
    "StoreAccessArgs",
    "StoreAccessConfig",
    "StoreAccessSpec",
]

__getattr__ = on_demand(__name__, StoreAccess="store_access")
