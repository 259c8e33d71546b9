"""Kubernetes objects for which a controller makes AWS resources that are not part of the stack."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pricing.charges import Charge, Gap
from pricing.estimators.ebs import volume_charges
from pricing.estimators.registration import prices
from pricing.priced_stack import PricedStack
from resources.required import number, section, sections, text
from resources.resource import Resource

_STORAGE_CLASS = "kubernetes:storage.k8s.io/v1:StorageClass"
_EBS_DRIVER = "ebs.csi.aws.com"
_IS_DEFAULT = "storageclass.kubernetes.io/is-default-class"


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
def claim(resource: Resource, stack: PricedStack) -> Iterator[Charge | Gap]:
    """A claim makes a volume of the kind its storage class says, unless it is for one that is there."""
    spec = section(resource.inputs, "spec")
    if text(spec, "volumeName", "") == "":
        yield from _volumes(resource, stack, spec, 1)


@prices("kubernetes:apps/v1:StatefulSet")
def stateful_set(resource: Resource, stack: PricedStack) -> Iterator[Charge | Gap]:
    """Its claim templates make volumes, one a replica."""
    spec = section(resource.inputs, "spec")
    for template in sections(spec, "volumeClaimTemplates"):
        yield from _volumes(resource, stack, section(template, "spec"), number(spec, "replicas", 1))


def _volumes(
    resource: Resource, stack: PricedStack, claimed: Mapping[str, Any], count: float
) -> Iterator[Charge | Gap]:
    """The volumes of EBS that the driver makes by a storage class of the stack."""
    found = _storage_class(stack.of_type(_STORAGE_CLASS), text(claimed, "storageClassName", ""))
    if not found or text(found, "provisioner") != _EBS_DRIVER:
        yield Gap("the volumes that a driver makes for its claims have no estimator")
        return
    parameters = section(found, "parameters")
    described: dict[str, Any] = {
        "volumeSize": section(section(claimed, "resources"), "requests").get("storage"),
        # Source: kubernetes-sigs/aws-ebs-csi-driver, docs/parameters.md.
        "volumeType": text(parameters, "type", "gp3"),
    }
    described |= {key: number(parameters, key) for key in ("iops", "throughput") if key in parameters}
    yield from volume_charges(resource, stack, described, count, "volume")


def _storage_class(known: Iterable[Resource], name: str) -> Mapping[str, Any] | None:
    """The inputs of the class with this name; without a name, those of the cluster's default class."""
    for each in known:
        metadata = section(each.inputs, "metadata")
        if text(metadata, "name", "") == name if name else section(metadata, "annotations").get(_IS_DEFAULT) == "true":
            return each.inputs
    return None
