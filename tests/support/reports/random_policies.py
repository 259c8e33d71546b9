"""Random requests with the policies that apply to them, the same for the same number on every machine."""

from dataclasses import dataclass
from random import Random
from typing import Any

ACCOUNT, OTHER = "111122223333", "444455556666"
_ACTIONS = ("s3:GetObject", "s3:PutObject", "s3:DeleteObject", "sqs:SendMessage", "sqs:ReceiveMessage", "kms:Decrypt")
_PATTERNS = ("s3:*", "s3:Get*", "S3:getobject", "*", "sqs:*", "sqs:?endMessage", "kms:*", "kms:Decrypt", *_ACTIONS)
_KEYS = ("aws:PrincipalTag/team", "aws:SourceIp", "aws:SecureTransport", "aws:MultiFactorAuthAge", "aws:CurrentTime")
_STRINGS = ("search", "risk", "Search", "", "s*", "r?sk")
_TRUE = ("true", "false")
_NUMBERS = ("10", "3600", "86400")
_TIMES = ("2026-01-01T00:00:00Z", "2026-06-01T00:00:00Z", "2027-01-01T00:00:00Z")
_ADDRESSES = ("10.0.0.0/8", "10.40.1.2", "203.0.113.0/24", "192.0.2.7")
_ROLES = ("job", "reader")


@dataclass(frozen=True, slots=True)
class Case:
    """A request and what applies to it, as JSON has it."""

    principal: str
    account: str
    action: str
    resource: str
    resource_account: str
    context: dict[str, str]
    identity: list[dict[str, Any]]
    boundary: list[dict[str, Any]] | None
    resource_policy: dict[str, Any] | None


def case(number: int) -> Case:
    """The case with this number."""
    random = Random(number)
    action = random.choice(_ACTIONS)
    account = OTHER if random.random() < 0.2 else ACCOUNT
    service = action.partition(":")[0]
    resource = _resource(random, service)
    resource_policy = service == "kms" or random.random() < 0.5
    return Case(
        principal=f"arn:aws:iam::{account}:role/{random.choice(_ROLES)}",
        account=account,
        action=action,
        resource=resource,
        resource_account=ACCOUNT,
        context=_context(random),
        identity=[_policy(random, service) for _ in range(random.randint(0, 2))],
        boundary=[_policy(random, service)] if random.random() < 0.4 else None,
        resource_policy=_policy(random, service, principals=True) if resource_policy else None,
    )


def _resource(random: Random, service: str) -> str:
    if service == "s3":
        return f"arn:aws:s3:::data/{random.choice(('search/a.csv', 'risk/b.csv', 'x'))}"
    if service == "sqs":
        return f"arn:aws:sqs:us-east-1:{ACCOUNT}:{random.choice(('jobs', 'events'))}"
    return f"arn:aws:kms:us-east-1:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab"


def _context(random: Random) -> dict[str, str]:
    values = {
        "aws:PrincipalTag/team": random.choice(("search", "risk")),
        "aws:SourceIp": random.choice(("10.40.1.2", "203.0.113.9")),
        "aws:SecureTransport": random.choice(_TRUE),
        "aws:MultiFactorAuthAge": random.choice(("5", "3600", "90000")),
        "aws:CurrentTime": "2026-11-30T12:00:00Z",
    }
    return {key: value for key, value in values.items() if random.random() < 0.7}


def _policy(random: Random, service: str, *, principals: bool = False) -> dict[str, Any]:
    many = random.randint(1, 3)
    return {"Version": "2012-10-17", "Statement": [_statement(random, service, principals) for _ in range(many)]}


def _statement(random: Random, service: str, principals: bool) -> dict[str, Any]:
    statement: dict[str, Any] = {"Effect": "Deny" if random.random() < 0.2 else "Allow"}
    actions = [random.choice(_PATTERNS) for _ in range(random.randint(1, 3))]
    statement["NotAction" if random.random() < 0.15 else "Action"] = actions
    if principals:
        statement["Principal"] = _principal(random)
    patterns = ["*"] if principals and service == "kms" else [_pattern(random, service) for _ in range(2)]
    statement["NotResource" if random.random() < 0.1 else "Resource"] = patterns
    if random.random() < 0.4:
        statement["Condition"] = dict(_test(random) for _ in range(random.randint(1, 2)))
    return statement


def _principal(random: Random) -> Any:
    return random.choice(
        (
            "*",
            {"AWS": "*"},
            {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
            {"AWS": [OTHER, ACCOUNT]},
            {"AWS": [f"arn:aws:iam::{ACCOUNT}:role/job", f"arn:aws:iam::{OTHER}:role/job"]},
            {"AWS": f"arn:aws:iam::{ACCOUNT}:role/reader"},
            {"Service": "events.amazonaws.com"},
        )
    )


def _pattern(random: Random, service: str) -> str:
    if service == "s3":
        return random.choice(
            ("arn:aws:s3:::data/*", "arn:aws:s3:::data/search/*", "arn:aws:s3:::*/risk/?.csv", "*", "arn:aws:s3:::data")
        )
    if service == "sqs":
        return random.choice((f"arn:aws:sqs:*:{ACCOUNT}:jobs", "arn:aws:sqs:us-east-1:*:e*", "*"))
    return random.choice((f"arn:aws:kms:us-east-1:{ACCOUNT}:key/*", "*"))


def _test(random: Random) -> tuple[str, dict[str, Any]]:
    key = random.choice(_KEYS)
    suffix = random.choice(("", "", "IfExists"))
    if random.random() < 0.1:
        return "Null", {key: random.choice(_TRUE)}
    if key == "aws:PrincipalTag/team":
        operator = random.choice(
            ("StringEquals", "StringNotEquals", "StringLike", "StringNotLike", "StringEqualsIgnoreCase")
        )
        return operator + suffix, {key: [random.choice(_STRINGS) for _ in range(random.randint(1, 2))]}
    if key == "aws:SourceIp":
        return random.choice(("IpAddress", "NotIpAddress")) + suffix, {key: random.choice(_ADDRESSES)}
    if key == "aws:SecureTransport":
        return "Bool" + suffix, {key: random.choice(_TRUE)}
    if key == "aws:MultiFactorAuthAge":
        operators = ("NumericLessThan", "NumericGreaterThanEquals", "NumericEquals", "NumericNotEquals")
        return random.choice(operators) + suffix, {key: random.choice(_NUMBERS)}
    return random.choice(("DateLessThan", "DateGreaterThan", "DateNotEquals")) + suffix, {key: random.choice(_TIMES)}
