"""ModelService: a model, served."""

from .model_service import ModelService
from .objects import model_service_objects
from .spec import ModelServiceArgs, ModelServiceConfig, ModelServiceSpec

__all__ = ["ModelService", "ModelServiceArgs", "ModelServiceConfig", "ModelServiceSpec", "model_service_objects"]
