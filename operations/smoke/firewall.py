"""Requests that the firewall must refuse, and its responses.

WebFirewall repeats the status in the body: {"error": {"code": 415, "message": …}}. A model server may refuse the same
request with the same status but another body: then the firewall let the request through.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from ..settings import fault
from .config import FirewallConfig
from .rest import Response, Rest, excerpt

INSPECTED_BYTES = 8192
"""How much of a body or of the headers a load balancer shows AWS WAF. Source: AWS WAF developer guide, "Considerations
for managing body inspection"."""
_FORBIDDEN_METHODS = ("DELETE", "PUT", "PATCH")
_JSON = {"Content-Type": "application/json"}


@dataclass(frozen=True)
class Probe:
    """A request that the rule of this name must refuse, with this status and these headers."""

    rule: str
    status: int
    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    body: bytes | None = None
    size: int | None = None
    """The length of a body of blanks, instead of `body`."""
    chunked: bool = False
    """Whether the body is sent without its length."""
    expected_headers: Mapping[str, str] = field(default_factory=dict[str, str])

    def send(self, rest: Rest) -> Response:
        """Send the request. Raises CallError if there is no response."""
        if self.size is not None:
            return rest.call_large(self.method, self.path, self.size, self.headers)
        return rest.call(self.method, self.path, iter([self.body or b""]) if self.chunked else self.body, self.headers)


def probes(firewall: FirewallConfig, infer_path: str, live_path: str) -> tuple[Probe, ...]:
    """The requests that must be refused. The one with a forbidden method is left out if every method is allowed."""
    largest = firewall.maximum_body_kib * 1024
    unstated = min(largest, INSPECTED_BYTES) + 1
    forbidden = [method for method in _FORBIDDEN_METHODS if method not in firewall.allowed_methods][:1]
    allow = {"allow": ", ".join(firewall.allowed_methods)}
    return (
        Probe("json-not-valid", 400, "POST", infer_path, _JSON, b'{"inputs": ['),
        Probe("content-type-not-supported", 415, "POST", infer_path, {"Content-Type": "text/plain"}, b"{}"),
        *(Probe("method-not-allowed", 405, method, infer_path, expected_headers=allow) for method in forbidden),
        Probe("headers-too-large", 413, "GET", live_path, {"X-Smoke-Padding": "x" * (INSPECTED_BYTES + 1)}),
        Probe("body-too-large", 413, "POST", infer_path, _JSON, size=largest + 1),
        Probe("body-of-unstated-length", 413, "POST", infer_path, _JSON, b" " * unstated, chunked=True),
    )


def judge_refusal(response: Response, status: int, expected_headers: Mapping[str, str]) -> list[str]:
    """What is wrong with the response to a request that must be refused."""
    if response.status != status:
        remedy = f"it must be {status}; check that the firewall guards this name, blocks, and has these limits"
        return [f"{fault('status', response.status, remedy)}; the body is {excerpt(response.body)}"]
    if _code(response.body) != status:
        remedy = f"the firewall's has error.code = {status}; another server responded, so the firewall let it through"
        return [fault("body", response.body[:1000].decode(errors="replace"), remedy)]
    return [
        fault(name, response.headers.get(name), f"it must be {value}; compare the firewall's config with smoke.yaml")
        for name, value in expected_headers.items()
        if response.headers.get(name) != value
    ]


def _code(body: bytes) -> object:
    try:
        content: object = json.loads(body)
    except (ValueError, RecursionError):
        return None
    error: object = cast(dict[str, Any], content).get("error") if isinstance(content, dict) else None
    return cast(dict[str, Any], error).get("code") if isinstance(error, dict) else None
