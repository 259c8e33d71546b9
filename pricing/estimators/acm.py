"""AWS Certificate Manager."""

from collections.abc import Iterator

from pricing.charges import Charge, Gap
from pricing.estimators.registration import prices
from pricing.priced_stack import PricedStack
from resources.required import section, text
from resources.resource import Resource


@prices("aws:acm/certificate:Certificate")
def certificate(resource: Resource, stack: PricedStack) -> Iterator[Charge | Gap]:  # noqa: ARG001 - the signature of estimators
    """A public certificate for AWS services is free; one that can be exported or of a private authority is not."""
    if resource.inputs.get("certificateAuthorityArn") is not None:
        yield Gap("certificates of a private authority have no estimator")
    elif text(section(resource.inputs, "options"), "export", "DISABLED") != "DISABLED":
        yield Gap("certificates that can be exported have no estimator")
