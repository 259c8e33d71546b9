"""Amazon OpenSearch Serverless: collections and their endpoints."""

from collections.abc import Iterator

from pricing.charges import Charge, Gap
from pricing.estimators.cloudwatch_logs import DAYS_A_MONTH
from pricing.estimators.registration import prices
from pricing.priced_stack import PricedStack
from pricing.schedules import HOURS_A_MONTH
from resources.required import text
from resources.resource import Resource

_SERVICE = "opensearch-serverless"
_LEAST_OCUS = {"ENABLED": 2.0, "DISABLED": 1.0}
"""Half a unit for indexing and half for search, each with a standby in another zone where replicas are enabled.

They run without any request. Source: OpenSearch Service developer guide, "Managing capacity limits for Amazon
OpenSearch Serverless".
"""
_KEPT_DAYS = 90.0


@prices("aws:opensearch/serverlessCollection:ServerlessCollection")
def collection(resource: Resource, stack: PricedStack) -> Iterator[Charge | Gap]:
    """A collection by its compute units, and by what its indexes keep in S3 for 90 days."""
    usage = stack.usage.logs
    replicas = text(resource.inputs, "standbyReplicas", "ENABLED")
    least = _LEAST_OCUS.get(replicas)
    if least is None:
        yield Gap(f"standbyReplicas is {replicas[:20]!r}, neither ENABLED nor DISABLED")
        return
    units = least if usage.ocus is None else max(least, stack.share(resource, usage.ocus))
    yield stack.charge(resource, _SERVICE, "ocu", units * HOURS_A_MONTH, f"{units:g} OpenSearch Compute Units")
    stored = stack.share(resource, usage.written_gb) * usage.stored_share * _KEPT_DAYS / DAYS_A_MONTH
    yield stack.charge(resource, _SERVICE, "storage", stored, f"indexes of {_KEPT_DAYS:g} days")


@prices("aws:opensearch/serverlessVpcEndpoint:ServerlessVpcEndpoint")
def endpoint(resource: Resource, stack: PricedStack) -> Iterator[Charge | Gap]:
    """The endpoint of collections in the VPC, which is charged as an interface endpoint is."""
    zones = stack.subnets(resource, "subnetIds")
    if not zones:
        yield Gap("subnetIds names no subnet, so its zones can't be counted")
        return
    what = f"endpoint of collections in {zones} zones, all hours"
    yield stack.charge(resource, "vpc", "interface-endpoint-az-hour", zones * HOURS_A_MONTH, what)
    written = stack.share(resource, stack.usage.logs.written_gb)
    yield stack.charge(resource, "vpc", "interface-endpoint-data-first-1PB", written, "logs through the endpoint")
