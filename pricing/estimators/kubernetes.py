"""Kubernetes objects for which a controller makes AWS resources that are not part of the stack."""

from collections.abc import Iterator

from pricing.charges import Charge, Gap
from pricing.estimators.registration import prices
from pricing.priced_stack import PricedStack
from resources.required import section, sections, text
from resources.resource import Resource


@prices("kubernetes:core/v1:Service")
def service(resource: Resource, stack: PricedStack) -> Iterator[Charge | Gap]:  # noqa: ARG001 - the signature of estimators
    """A service of type LoadBalancer makes a load balancer."""
    if text(section(resource.inputs, "spec"), "type", "ClusterIP") == "LoadBalancer":
        yield Gap("the load balancer that a controller makes for it has no estimator")


@prices("kubernetes:networking.k8s.io/v1:Ingress", "kubernetes:gateway.networking.k8s.io/v1:Gateway")
def ingress(resource: Resource, stack: PricedStack) -> Iterator[Charge | Gap]:  # noqa: ARG001 - the signature of estimators
    """Whether it makes a load balancer, shares one or needs none is its controller's decision."""
    yield Gap("the load balancer that a controller may make for it has no estimator")


@prices("kubernetes:core/v1:PersistentVolumeClaim")
def claim(resource: Resource, stack: PricedStack) -> Iterator[Charge | Gap]:  # noqa: ARG001 - the signature of estimators
    """A claim makes a volume of the kind its storage class says, unless it is for one that is there."""
    if text(section(resource.inputs, "spec"), "volumeName", "") == "":
        yield Gap("the volume that a driver makes for it has no estimator")


@prices("kubernetes:apps/v1:StatefulSet")
def stateful_set(resource: Resource, stack: PricedStack) -> Iterator[Charge | Gap]:  # noqa: ARG001 - the signature of estimators
    """Its claim templates make volumes, one a replica."""
    if sections(section(resource.inputs, "spec"), "volumeClaimTemplates"):
        yield Gap("the volumes that a driver makes for its claim templates have no estimator")
