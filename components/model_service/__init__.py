"""ModelService: a model, served."""

from typing import TYPE_CHECKING

from ..on_demand import on_demand
from .spec import ModelServiceArgs, ModelServiceConfig, ModelServiceSpec

if TYPE_CHECKING:
    from .model_service import ModelService
    from .objects import model_service_objects

__all__ = ["ModelService", "ModelServiceArgs", "ModelServiceConfig", "ModelServiceSpec", "model_service_objects"]

__getattr__ = on_demand(__name__, ModelService="model_service", model_service_objects="objects")
