"""The capacity units (WCU) of a web ACL's rules, calculated before the deployment.

Source: AWS WAF developer guide, "Using match rule statements", "Using rate-based rule statements", "AWS Managed Rules
rule groups list". AWS may count a transformation that several rules share once; this module counts each, so the sum is
never below AWS's.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

_TRANSFORMATION = 10
_CUSTOM_KEY = 30
_MATCHES = {"EXACTLY": 2, "STARTS_WITH": 2, "ENDS_WITH": 2, "CONTAINS": 10, "CONTAINS_WORD": 10}
_BASES = {"sizeConstraintStatement": 1, "regexMatchStatement": 3}


class ManagedRuleGroup(StrEnum):
    """AWS managed rule groups without a fee of their own."""

    COMMON = "common"
    KNOWN_BAD_INPUTS = "known-bad-inputs"
    IP_REPUTATION = "ip-reputation"
    ANONYMOUS_IP = "anonymous-ip"
    ADMIN = "admin"
    SQL = "sql"
    LINUX = "linux"
    POSIX = "posix"
    WINDOWS = "windows"
    PHP = "php"
    WORDPRESS = "wordpress"


AWS_NAMES = {
    ManagedRuleGroup.COMMON: "AWSManagedRulesCommonRuleSet",
    ManagedRuleGroup.KNOWN_BAD_INPUTS: "AWSManagedRulesKnownBadInputsRuleSet",
    ManagedRuleGroup.IP_REPUTATION: "AWSManagedRulesAmazonIpReputationList",
    ManagedRuleGroup.ANONYMOUS_IP: "AWSManagedRulesAnonymousIpList",
    ManagedRuleGroup.ADMIN: "AWSManagedRulesAdminProtectionRuleSet",
    ManagedRuleGroup.SQL: "AWSManagedRulesSQLiRuleSet",
    ManagedRuleGroup.LINUX: "AWSManagedRulesLinuxRuleSet",
    ManagedRuleGroup.POSIX: "AWSManagedRulesUnixRuleSet",
    ManagedRuleGroup.WINDOWS: "AWSManagedRulesWindowsRuleSet",
    ManagedRuleGroup.PHP: "AWSManagedRulesPHPRuleSet",
    ManagedRuleGroup.WORDPRESS: "AWSManagedRulesWordPressRuleSet",
}
"""AWS's name of each group."""

MANAGED = {
    "AWSManagedRulesCommonRuleSet": 700,
    "AWSManagedRulesKnownBadInputsRuleSet": 200,
    "AWSManagedRulesAmazonIpReputationList": 25,
    "AWSManagedRulesAnonymousIpList": 50,
    "AWSManagedRulesAdminProtectionRuleSet": 100,
    "AWSManagedRulesSQLiRuleSet": 200,
    "AWSManagedRulesLinuxRuleSet": 200,
    "AWSManagedRulesUnixRuleSet": 100,
    "AWSManagedRulesWindowsRuleSet": 200,
    "AWSManagedRulesPHPRuleSet": 100,
    "AWSManagedRulesWordPressRuleSet": 100,
}
"""Units of each group, by AWS's name."""


def capacity(rules: Sequence[Mapping[str, Any]]) -> int:
    """The capacity units of a web ACL's rules, which have the form of the provider's inputs.

    Raises:
        ValueError: the units of a kind of statement are unknown.
    """
    return sum(_units(rule["statement"]) for rule in rules)


def _units(statement: Mapping[str, Any]) -> int:
    [(kind, body)] = statement.items()
    match kind:
        case "andStatement" | "orStatement":
            return sum(_units(each) for each in body["statements"])
        case "notStatement":
            return _units(body["statement"])
        case "managedRuleGroupStatement":
            return MANAGED[body["name"]]
        case "rateBasedStatement":
            scope = body.get("scopeDownStatement")
            return 2 + _CUSTOM_KEY * len(body.get("customKeys", ())) + (_units(scope) if scope else 0)
        case "byteMatchStatement":
            return _inspection(_MATCHES[body["positionalConstraint"]], body)
        case _ if kind in _BASES:
            return _inspection(_BASES[kind], body)
        case _:
            raise ValueError(f"{kind} has no known capacity; add it to components/network/web_firewall/capacity.py")


def _inspection(base: int, body: Mapping[str, Any]) -> int:
    field: Mapping[str, Any] = body["fieldToMatch"]
    base = base * 2 if "jsonBody" in field else base
    base = base + 10 if "allQueryArguments" in field else base
    transformed = [each for each in body["textTransformations"] if each["type"] != "NONE"]
    return base + _TRANSFORMATION * len(transformed)
