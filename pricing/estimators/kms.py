"""AWS KMS: customer keys and their requests."""

from collections.abc import Iterator

from pricing.charges import Charge, Gap
from pricing.estimators.registration import prices
from pricing.priced_stack import PricedStack
from resources.required import text
from resources.resource import Resource

_TEN_THOUSAND = 10_000


@prices("aws:kms/key:Key", "aws:kms/replicaKey:ReplicaKey", "aws:kms/externalKey:ExternalKey")
def key(resource: Resource, stack: PricedStack) -> Iterator[Charge | Gap]:
    """A customer key before its first rotation, and the requests to it."""
    yield stack.charge(resource, "kms", "customer-key", 1, "customer key")
    spec = text(resource.inputs, "customerMasterKeySpec", "SYMMETRIC_DEFAULT")
    if spec.startswith("ECC_"):
        if signatures := stack.usage.kms_signatures / _TEN_THOUSAND:
            yield stack.charge(resource, "kms", "requests-asymmetric", signatures, "signatures")
        return
    if spec != "SYMMETRIC_DEFAULT":
        yield Gap("requests to asymmetric keys have no estimator")
        return
    requests = stack.usage.kms_requests / _TEN_THOUSAND
    yield stack.charge(resource, "kms", "requests-symmetric", requests, "requests to the key")
