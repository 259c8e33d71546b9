"""One estimator a resource type that costs money, one module a service. Importing the package registers them all."""

from importlib import import_module
from pkgutil import iter_modules

from pricing.estimators.registration import ESTIMATORS, Estimator

__all__ = ["ESTIMATORS", "Estimator"]

for _module in iter_modules(__path__):
    import_module(f"{__name__}.{_module.name}")
