"""Amazon CloudFront, at the prices of North America and Europe."""

from collections.abc import Iterator

from pricing.charges import Charge, Gap
from pricing.estimators.registration import prices
from pricing.priced_stack import PricedStack
from resources.required import section, text
from resources.resource import Resource

_GLOBAL = "us-east-1"
"""The region whose table holds the prices of global services."""
_GB_A_TB = 1024
_OUT = (
    ("out-internet-first-10TB", 10.0 * _GB_A_TB),
    ("out-internet-next-40TB", 50.0 * _GB_A_TB),
    ("out-internet-next-100TB", 150.0 * _GB_A_TB),
    ("out-internet-next-350TB", 500.0 * _GB_A_TB),
    ("out-internet-next-524TB", 1024.0 * _GB_A_TB),
    ("out-internet-next-4PB", 5.0 * _GB_A_TB * _GB_A_TB),
    ("out-internet-over-5PB", float("inf")),
)
_TEN_THOUSANDS_A_MILLION = 100


@prices("aws:cloudfront/distribution:Distribution")
def distribution(resource: Resource, stack: PricedStack) -> Iterator[Charge | Gap]:
    """Data out, requests by HTTPS, and a certificate on addresses of its own."""
    usage = stack.usage.services
    start = 0.0
    for sku, end in _OUT:
        part = min(usage.distributed_gb, end) - start
        if part > 0 or start == 0:
            yield stack.charge(resource, "cloudfront", sku, max(part, 0.0), "data out of CloudFront", region=_GLOBAL)
        start = end
    requests = usage.distributed_million * _TEN_THOUSANDS_A_MILLION
    yield stack.charge(resource, "cloudfront", "https-requests", requests, "requests by HTTPS", region=_GLOBAL)
    if text(section(resource.inputs, "viewerCertificate"), "sslSupportMethod", "sni-only") == "vip":
        what = "certificate on dedicated addresses"
        yield stack.charge(resource, "cloudfront", "dedicated-ip-ssl", 1, what, region=_GLOBAL)
