"""TrackingServer: MLflow on the cluster, over PostgreSQL and S3."""

from .spec import TrackingServerArgs, TrackingServerConfig, TrackingServerSpec
from .tracking_server import TrackingServer

__all__ = ["TrackingServer", "TrackingServerArgs", "TrackingServerConfig", "TrackingServerSpec"]
