"""One estimator a resource type that costs money, grouped by service. Importing this package registers all of them."""

from pricing.estimators import (
    cloudwatch,
    compute,
    eks,
    elasticache,
    firewalls,
    images,
    karpenter,
    kubernetes,
    load_balancers,
    logs,
    messaging,
    names,
    network,
    objects,
    rds,
    security,
    volumes,
)
from pricing.estimators.registry import ESTIMATORS, Estimator

__all__ = [
    "ESTIMATORS",
    "Estimator",
    "cloudwatch",
    "compute",
    "eks",
    "elasticache",
    "firewalls",
    "images",
    "karpenter",
    "kubernetes",
    "load_balancers",
    "logs",
    "messaging",
    "names",
    "network",
    "objects",
    "rds",
    "security",
    "volumes",
]
