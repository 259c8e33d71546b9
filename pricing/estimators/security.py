"""AWS KMS and AWS Secrets Manager."""

from collections.abc import Iterator

from pricing.charges import Charge, Gap
from pricing.estimators.registry import prices
from pricing.stack import Stack
from resources.required import items, text
from resources.resource import Resource

_TEN_THOUSAND = 10_000


@prices("aws:kms/key:Key", "aws:kms/replicaKey:ReplicaKey", "aws:kms/externalKey:ExternalKey")
def key(resource: Resource, stack: Stack) -> Iterator[Charge | Gap]:
    """A customer key before its first rotation, and the requests to it."""
    yield stack.charge(resource, "kms", "customer-key", 1, "customer key")
    if text(resource.inputs, "customerMasterKeySpec", "SYMMETRIC_DEFAULT") != "SYMMETRIC_DEFAULT":
        yield Gap("requests to asymmetric keys have no estimator")
        return
    requests = stack.usage.kms_requests / _TEN_THOUSAND
    yield stack.charge(resource, "kms", "requests-symmetric", requests, "requests to the key")


@prices("aws:secretsmanager/secret:Secret")
def secret(resource: Resource, stack: Stack) -> Iterator[Charge | Gap]:
    """A secret with its replicas, each of which is charged as a secret, and its reads."""
    copies = 1 + len(items(resource.inputs, "replicas"))
    yield stack.charge(resource, "secretsmanager", "secret", copies, f"{copies} secrets with replicas")
    reads = stack.usage.secret_requests / _TEN_THOUSAND
    yield stack.charge(resource, "secretsmanager", "api-calls", reads, "reads of the secret")
