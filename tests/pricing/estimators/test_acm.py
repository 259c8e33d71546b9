"""Certificates."""

from resources.resource import UNKNOWN
from tests.support.pricing.build import CLUSTER, priced, resource


def test_public_certificates_are_free_and_others_unpriced() -> None:
    public = resource("aws:acm/certificate:Certificate", domainName="example.com", validationMethod="DNS")
    assert (priced(public).monthly, priced(public).unpriced) == (0, ())
    for inputs in ({"certificateAuthorityArn": UNKNOWN}, {"options": {"export": "ENABLED"}}):
        other = resource("aws:acm/certificate:Certificate", "x", CLUSTER, **inputs)
        assert priced(other).unpriced == (other.urn,)
