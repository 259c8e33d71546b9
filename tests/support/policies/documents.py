"""Policy documents, and resources that carry them."""

import json
from typing import Any

from resources.resource import Resource
from tests.support.policies.cases import ACCOUNT, make

ROLE = "aws:iam/role:Role"
POLICY = "aws:iam/policy:Policy"
QUEUE = "aws:sqs/queue:Queue"
ROOT = f"arn:aws:iam::{ACCOUNT}:root"


def document(*statements: Any) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def allow(action: Any, resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def policy(*statements: Any) -> Resource:
    return make(POLICY, {"policy": json.dumps(document(*statements))})


def trust(principal: Any, condition: Any = None, action: str = "sts:AssumeRole") -> Resource:
    statement = {"Effect": "Allow", "Principal": principal, "Action": action}
    body = document({**statement, "Condition": condition} if condition else statement)
    return make(ROLE, {"assumeRolePolicy": body})


def shared(principal: Any, condition: Any = None, **more: Any) -> Resource:
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sqs:SendMessage", "Resource": "*", **more}
    body = document({**statement, "Condition": condition} if condition else statement)
    return make(QUEUE, {"policy": body})


def asks(key: str, value: Any = ACCOUNT, operator: str = "StringEquals") -> dict[str, Any]:
    return {operator: {key: value}}


def service(name: str) -> dict[str, str]:
    return {"Service": f"{name}.amazonaws.com"}
