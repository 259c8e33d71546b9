"""ModelServingIngress: from the public name to the models, in one component."""

from .model_serving_ingress import ModelServingIngress
from .spec import ModelServingConfig, ModelServingIngressArgs, ModelServingSpec

__all__ = ["ModelServingConfig", "ModelServingIngress", "ModelServingIngressArgs", "ModelServingSpec"]
