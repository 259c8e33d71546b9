"""Amazon API Gateway: requests to REST, HTTP and WebSocket APIs, and caches of stages."""

from collections.abc import Iterator

from pricing.charges import Charge, Gap
from pricing.estimators.registration import prices
from pricing.priced_stack import PricedStack
from pricing.schedules import HOURS_A_MONTH
from resources.required import flag, text
from resources.resource import Resource

_REST = (
    ("rest-first-333M", 333.0),
    ("rest-next-667M", 1_000.0),
    ("rest-next-19bn", 20_000.0),
    ("rest-over-20bn", float("inf")),
)
_HTTP = (("http-first-300M", 300.0), ("http-over-300M", float("inf")))
_MESSAGES = (("websocket-messages-first-1bn", 1_000.0), ("websocket-messages-over-1bn", float("inf")))
"""Millions a month. Source: Amazon API Gateway pricing."""


@prices("aws:apigateway/restApi:RestApi")
def rest_api(resource: Resource, stack: PricedStack) -> Iterator[Charge | Gap]:
    """The requests to the API."""
    requests = stack.usage.services.api_million
    yield from stack.tiers(resource, "api-gateway", _REST, requests, "requests to the REST API")


@prices("aws:apigateway/stage:Stage")
def stage(resource: Resource, stack: PricedStack) -> Iterator[Charge | Gap]:
    """The cache of a stage, in all hours; without one a stage is free."""
    if flag(resource.inputs, "cacheClusterEnabled"):
        size = text(resource.inputs, "cacheClusterSize")
        yield stack.charge(resource, "api-gateway", f"cache-{size}GB", HOURS_A_MONTH, f"cache of {size} GB, all hours")


@prices("aws:apigatewayv2/api:Api")
def api(resource: Resource, stack: PricedStack) -> Iterator[Charge | Gap]:
    """The requests to an HTTP API, or the messages and connections of a WebSocket API."""
    usage = stack.usage.services
    if text(resource.inputs, "protocolType") == "WEBSOCKET":
        yield from stack.tiers(resource, "api-gateway", _MESSAGES, usage.api_million, "messages of the WebSocket API")
        minutes = usage.connected_million_minutes
        yield stack.charge(resource, "api-gateway", "websocket-connection", minutes, "minutes of connections")
    else:
        yield from stack.tiers(resource, "api-gateway", _HTTP, usage.api_million, "requests to the HTTP API")
