"""ModelServingIngress: from the public name to the models, in one component."""

from typing import TYPE_CHECKING

from ..on_demand import on_demand
from .spec import ModelServingConfig, ModelServingIngressArgs, ModelServingSpec

if TYPE_CHECKING:
    from .model_serving_ingress import ModelServingIngress

__all__ = ["ModelServingConfig", "ModelServingIngress", "ModelServingIngressArgs", "ModelServingSpec"]

__getattr__ = on_demand(__name__, ModelServingIngress="model_serving_ingress")
