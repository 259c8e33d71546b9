"""TrackingServer: MLflow on the cluster, over PostgreSQL and S3."""

from typing import TYPE_CHECKING

from ..on_demand import on_demand
from .spec import TrackingServerArgs, TrackingServerConfig, TrackingServerSpec

if TYPE_CHECKING:
    from .tracking_server import TrackingServer

__all__ = ["TrackingServer", "TrackingServerArgs", "TrackingServerConfig", "TrackingServerSpec"]

__getattr__ = on_demand(__name__, TrackingServer="tracking_server")
