"""Small plans as plan.json holds them, to be compared and rendered."""

from collections.abc import Mapping, Sequence
from typing import Any

STACK = "urn:pulumi:test::sample::pulumi:pulumi:Stack::sample-test"


def urn(resource_type: str, name: str) -> str:
    return f"urn:pulumi:test::sample::{resource_type}::{name}"


def resource(resource_type: str, name: str, inputs: Mapping[str, Any] | None = None, **fields: Any) -> dict[str, Any]:
    return {
        "urn": urn(resource_type, name),
        "type": resource_type,
        "name": name,
        "parent": STACK,
        "custom": True,
        "provider": None,
        "dependencies": [],
        "propertyDependencies": {},
        "inputs": dict(inputs or {}),
        "outputs": {},
        "protect": False,
        "retainOnDelete": False,
        "ignoreChanges": [],
        **fields,
    }


def line(name: str, what: str, monthly: float, **fields: Any) -> dict[str, Any]:
    return {
        "urn": urn("aws:ec2/natGateway:NatGateway", name),
        "component": "network",
        "item": f"vpc {what}",
        "what": what,
        "quantity": monthly * 10,
        "unit": "h",
        "unitPrice": 0.1,
        "monthly": monthly,
        "priceDate": "2026-11-01",
        "spot": None,
        "oneYear": None,
        **fields,
    }


def verdict(policy: str, message: str = "is wrong", **fields: Any) -> dict[str, Any]:
    return {
        "policy": policy,
        "severity": "high",
        "level": "advisory",
        "urn": urn("aws:ec2/vpc:Vpc", "vpc"),
        "message": message,
        "exception": None,
        **fields,
    }


def plan(
    resources: Sequence[Mapping[str, Any]] = (),
    lines: Sequence[Mapping[str, Any]] = (),
    policies: Sequence[Mapping[str, Any]] = (),
    budget: float = 100,
    **fields: Any,
) -> dict[str, Any]:
    return {
        "format": 1,
        "project": "sample",
        "stack": "test",
        "resources": list(resources),
        "outputs": {},
        "cost": {
            "currency": "USD",
            "region": "us-east-1",
            "monthly": sum(each["monthly"] for each in lines),
            "complete": True,
            "budget": budget,
            "lines": list(lines),
            "unpriced": [],
            "gaps": [],
            "savings": [],
            "commitments": [],
        },
        "policies": list(policies),
        "quotas": [],
        "unusual": [],
        **fields,
    }
