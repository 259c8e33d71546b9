"""Rules of AWS's managed groups, judged by the examples that AWS publishes of what they block.

What else they block is AWS's own. Source: AWS WAF developer guide, "Baseline rule groups", core rule set and known bad
inputs.
"""

import re
from collections.abc import Mapping

BLOCKED = 403
"""What AWS WAF answers where a rule blocks without a response of its own."""

_ADDRESS = r"(?:\d{1,3}\.){3}\d{1,3}"
_PATTERNS = {
    "AWSManagedRulesCommonRuleSet": {
        "CrossSiteScripting": r"(?i)<script",
        "GenericLFI": r"\.\./\.\./",
        "GenericRFI": rf"(?i)(?:https?|ftps?|file)://{_ADDRESS}",
        "EC2MetaDataSSRF": r"169\.254\.169\.254",
        "RestrictedExtensions": r"\.(?:log|ini)(?:$|[&/])",
    },
    "AWSManagedRulesKnownBadInputsRuleSet": {
        "Log4JRCE": r"\$\{jndi:ldap://",
        "JavaDeserializationRCE": r"\(java\.lang\.Runtime\)\.getRuntime\(\)\.exec",
    },
}
_WITHOUT_BODY = {"RestrictedExtensions"}
_QUERY = {"AWSManagedRulesCommonRuleSet": "QUERYARGUMENTS", "AWSManagedRulesKnownBadInputsRuleSet": "QUERYSTRING"}


def matched(group: str, path: str, query: str, headers: Mapping[str, str], body: bytes, size: int) -> set[str]:
    """The names of the group's rules that match a request, of whose body of `size` bytes `body` is shown."""
    texts = {"URIPATH": path, _QUERY.get(group, "QUERYSTRING"): query, "BODY": body.decode("latin-1")}
    found = {
        f"{name}_{component}"
        for name, pattern in _PATTERNS.get(group, {}).items()
        for component, text in texts.items()
        if re.search(pattern, text) and not (component == "BODY" and name in _WITHOUT_BODY)
    }
    return found | (_common(path, query, headers, size) if group == "AWSManagedRulesCommonRuleSet" else set())


def _common(path: str, query: str, headers: Mapping[str, str], size: int) -> set[str]:
    named = {key.lower(): value for key, value in headers.items()}
    limits = {
        "NoUserAgent_HEADER": "user-agent" not in named,
        "SizeRestrictions_BODY": size > 8192,
        "SizeRestrictions_QUERYSTRING": len(query) > 2048,
        "SizeRestrictions_URIPATH": len(path) > 1024,
        "SizeRestrictions_Cookie_HEADER": len(named.get("cookie", "")) > 10_240,
    }
    return {name for name, holds in limits.items() if holds}
