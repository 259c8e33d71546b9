"""No input of any resource holds a secret in plain text."""

from collections.abc import Iterator, Mapping
from typing import Any, cast

from policies.engine.frameworks import cis_eks, fsbp, nsa, well_architected
from policies.engine.rule import Finding, Result, Rule, Severity, Undecided
from policies.engine.settings import Level
from policies.engine.stack import Stack
from policies.inputs import entries
from policies.security.secret_text import is_literal, names_secret, secret_in
from pricing.resource import SECRET, UNKNOWN, Resource

_MADE_FOR_SECRETS = {
    "kubernetes:core/v1:Secret": ("data", "stringData"),
    "aws:secretsmanager/secretVersion:SecretVersion": ("secretString", "secretBinary"),
    "aws:ssm/parameter:Parameter": ("value",),
    "aws:rds/instance:Instance": ("password",),
    "aws:rds/cluster:Cluster": ("masterPassword",),
    "aws:elasticache/replicationGroup:ReplicationGroup": ("authToken",),
    "aws:elasticache/user:User": ("passwords",),
}
"""Inputs that a provider always keeps as secrets, whatever the program gave it."""

_NO_SECRETS = {"aws:cognito/userPoolClient:UserPoolClient": ("tokenValidityUnits",)}
"""Inputs that are called like secrets, and are none."""


def _check(resource: Resource, _: Stack) -> Iterator[Result]:
    kept = (*_MADE_FOR_SECRETS.get(resource.type, ()), *_NO_SECRETS.get(resource.type, ()))
    for field, value in resource.inputs.items():
        if field not in kept:
            yield from _walk(field, field, value)


def _walk(path: str, name: str, value: Any) -> Iterator[Result]:
    if isinstance(value, str):
        yield from _text(path, name, value)
    elif isinstance(value, dict):
        yield from _mapping(path, cast(Mapping[Any, Any], value))
    elif isinstance(value, list):
        for index, item in enumerate(cast(list[Any], value)):
            yield from _walk(f"{path}[{index}]", name, item)
    elif value is UNKNOWN and names_secret(name):
        yield Undecided(f"whether {path} is a Pulumi secret")


def _mapping(path: str, value: Mapping[Any, Any]) -> Iterator[Result]:
    # An environment variable is written as name and value: the name says what the value is.
    label, content = value.get("name"), value.get("value")
    if isinstance(label, str) and isinstance(content, str):
        yield from _text(f"{path}.value of {label}", label, content)
        value = {key: item for key, item in value.items() if key not in ("name", "value")}
    # External Secrets calls the key of a Secret that it writes or reads so, beside where the value is found.
    if "remoteRef" in value:
        value = {key: item for key, item in value.items() if key != "secretKey"}
    for key, item in entries(value):
        yield from _walk(f"{path}.{key}", key, item)


def _text(path: str, name: str, value: str) -> Iterator[Result]:
    if value == SECRET or len(value) < 4:
        return
    if kind := secret_in(value, name):
        yield Finding(f"{path} holds {kind} in plain text")
    elif names_secret(name) and is_literal(value):
        yield Finding(f"{path} is a secret by its name and stands there in plain text")


RULE = Rule(
    name="plain-text-secrets",
    title="No input holds a secret in plain text",
    severity=Severity.CRITICAL,
    level=Level.MANDATORY,
    frameworks=(
        well_architected("SEC02-BP03"),
        nsa("Authentication and authorization: secrets"),
        cis_eks("4.4.1"),
        fsbp("ECS.8"),
    ),
    remediation="Set it with `pulumi config set --secret` and read it with require_secret, or keep it in Secrets "
    "Manager and "
    "name it there. Change a secret that has been in plain text.",
    field="values by name or by form",
    check=_check,
)
