"""Defaults of a firewall for web pages, where they differ from a firewall for models."""

from collections.abc import Mapping
from typing import Any, cast

from .spec import WebFirewallSpec

PAGES: Mapping[str, Any] = {
    # A page sends several requests each second.
    "requests_per_window": 3000,
    "allowed_methods": ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"),
    "allowed_content_types": (
        "application/json",
        "application/json-patch+json",
        "application/merge-patch+json",
        "application/octet-stream",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
        "text/plain",
        "application/grpc-web",
        "application/grpc-web+proto",
        "application/grpc-web-text",
    ),
    # A notebook is saved in one request.
    "maximum_body_kib": 102_400,
}


def completed(section: Any, defaults: Mapping[str, Any]) -> Any:
    """The firewall section of a config, validated, with `defaults` for the fields that it does not set.

    Raises:
        ValidationError: the section is wrong. A section that is not a mapping is returned as it is.
    """
    if not isinstance(section, Mapping):
        return section
    given = WebFirewallSpec.model_validate(cast(Mapping[str, Any], section)).model_dump(exclude_unset=True)
    return {**defaults, **given}
