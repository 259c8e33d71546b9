"""AWS Secrets Manager."""

from collections.abc import Iterator

from pricing.charges import Charge, Gap
from pricing.estimators.registration import prices
from pricing.priced_stack import PricedStack
from resources.required import items
from resources.resource import Resource

_TEN_THOUSAND = 10_000


@prices("aws:secretsmanager/secret:Secret")
def secret(resource: Resource, stack: PricedStack) -> Iterator[Charge | Gap]:
    """A secret with its replicas, each of which is charged as a secret, and its reads."""
    copies = 1 + len(items(resource.inputs, "replicas"))
    yield stack.charge(resource, "secretsmanager", "secret", copies, f"{copies} secrets with replicas")
    reads = stack.usage.secret_requests / _TEN_THOUSAND
    yield stack.charge(resource, "secretsmanager", "api-calls", reads, "reads of the secret")
