"""What all Kubernetes objects have."""

from typing import Any

from policies.inputs import read, text
from pricing.resource import Resource, Unknown

NAMESPACE = "kubernetes:core/v1:Namespace"
NETWORK_POLICY = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
RELEASE = "kubernetes:helm.sh/v3:Release"
INFERENCE_SERVICE = "kubernetes:serving.kserve.io/v1beta1:InferenceService"


def metadata(resource: Resource, *path: str) -> Any:
    """A part of an object's metadata."""
    return read(resource.inputs, "metadata", *path)


def name_of(resource: Resource) -> str | Unknown | None:
    """An object's name in the cluster; `None` where it is left to be made up."""
    return text(metadata(resource, "name"))


def namespace_of(resource: Resource) -> str | Unknown | None:
    """The namespace an object is in, or a release goes to; `None` where none is named."""
    own = text(metadata(resource, "namespace"))
    return own if own is not None else text(read(resource.inputs, "namespace"))
