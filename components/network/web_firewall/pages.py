"""What a firewall before pages for people lets through, where it differs from one before models."""

from collections.abc import Mapping
from typing import Any, cast

from .spec import WebFirewallSpec

PAGES: Mapping[str, Any] = {
    # A page asks its server for something several times a second.
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
    # Notebooks are uploaded and saved whole.
    "maximum_body_kib": 102_400,
}


def completed(section: Any, defaults: Mapping[str, Any]) -> Any:
    """A firewall's section of a config, checked, with `defaults` where it says nothing.

    Raises:
        ValidationError: of the section alone; what is no mapping is left to the field's own check.
    """
    if not isinstance(section, Mapping):
        return section
    given = WebFirewallSpec.model_validate(cast(Mapping[str, Any], section)).model_dump(exclude_unset=True)
    return {**defaults, **given}
