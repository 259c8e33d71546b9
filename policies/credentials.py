"""Credentials: secrets in plain text, and logins that the makers of a program chose."""

import base64
import binascii
import json
from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import pairwise
from typing import Any, cast

from policies.charts import RELEASE
from policies.engine.frameworks import checkov, cis_eks, nsa, security_hub, well_architected
from policies.engine.known_passwords import (
    default_user_in,
    logins_in,
    logins_in_secret,
    logins_in_texts,
    logins_in_variables,
)
from policies.engine.pod_templates import WORKLOADS
from policies.engine.rule import Area, Finding, InCluster, Level, Result, Severity, Undecided, rule
from policies.engine.secret_text import (
    has_sign,
    is_literal,
    is_program,
    is_random,
    is_type,
    may_hold_secret,
    may_name_secret,
    names_secret,
    secret_in,
)
from policies.engine.stack import Stack
from resources.inputs import display, flag, is_set, read, text
from resources.resource import SECRET, UNKNOWN, Resource

_KUBERNETES_SECRET = "kubernetes:core/v1:Secret"  # noqa: S105 - a type
_PARAMETER = "aws:ssm/parameter:Parameter"
_NO_SECRETS = {
    "aws:cognito/userPoolClient:UserPoolClient": ("tokenValidityUnits",),
    "kubernetes:bitnami.com/v1alpha1:SealedSecret": ("spec",),
}
"""Inputs that have the name of a secret and hold none: a sealed one can be read by its controller alone."""
_PROFILE_OWNER = "object.spec.?owner.?name.orValue('')"
_REFERENCES = ("PARAMETER_STORE", "SECRETS_MANAGER")
"""Types of an environment variable of CodeBuild whose value is the name of a secret."""
_NAMES_OF_SECRETS = frozenset({"existingSecret", "existingSecretName", "remoteRef", "secretName", "secretRef"})
_LONGEST_JSON = 200_000
_GRAFANA_CHARTS: dict[str, tuple[str, ...]] = {"kube-prometheus-stack": ("grafana",), "grafana": ()}
"""Charts that give Grafana's admin a published password by default, and where their values set another."""


def _nodes(path: str, name: str, value: Any) -> Iterator[tuple[str, str, Any]]:
    """A value and all that it holds, each with its path and the name of the field that it is in."""
    pending = [(path, name, value)]
    while pending:
        path, name, value = pending.pop()
        yield path, name, value
        if isinstance(value, list):
            items = enumerate(cast(list[Any], value))
            pending += [(f"{path}[{index}]", name, item) for index, item in items]
        elif isinstance(value, dict):
            pending += _fields(path, cast(Mapping[Any, Any], value))


def _fields(path: str, values: Mapping[Any, Any]) -> Iterator[tuple[str, str, Any]]:
    content = _first(values, "value", "Value", "ParameterValue")
    label = None if content is None else _first(values, "name", "Name", "key", "Key", "ParameterKey")
    skipped: tuple[str, ...] = ()
    # An environment variable is written as name and value: the name says what the value is.
    if isinstance(label, str) and isinstance(content, str):
        if values.get("type") not in _REFERENCES:
            yield f"{path}.value of {label}", label, content
        skipped = ("name", "value", "Name", "Value", "key", "Key", "ParameterKey", "ParameterValue")
    # Beside the name of a secret, secretKey is the name of a key in it.
    if not _NAMES_OF_SECRETS.isdisjoint(values):
        skipped = (*skipped, "secretKey")
    for key, item in values.items():
        if key not in skipped:
            yield f"{path}.{key}", str(key), item


def _first(values: Mapping[Any, Any], *keys: str) -> Any:
    for key in keys:
        if key in values and isinstance(values[key], str):
            return values[key]
    return None


@rule(
    "plain-text-secrets",
    "No input holds a secret in plain text",
    area=Area.SECURITY,
    severity=Severity.CRITICAL,
    level=Level.MANDATORY,
    frameworks=[
        well_architected("SEC02-BP03"),
        nsa("Authentication and authorization: secrets"),
        cis_eks("4.4.1"),
        security_hub("ECS.8"),
    ],
    remediation="Set it with `pulumi config set --secret` and read it with require_secret, or keep it in Secrets "
    "Manager and name it there. Change a secret that has been in plain text.",
    field="values by name or by form",
)
def _plain_text(resource: Resource, _: Stack) -> Iterator[Result]:
    skipped = _NO_SECRETS.get(resource.type, ())
    if resource.type == _PARAMETER and read(resource.inputs, "type") == "SecureString":
        skipped = ("value",)
    inputs = {field: content for field, content in resource.inputs.items() if field not in skipped}
    if _is_sound(inputs):
        return
    for field, content in inputs.items():
        for path, name, value in _nodes(field, field, content):
            if value is UNKNOWN and names_secret(name):
                yield Undecided(f"whether {path} is a Pulumi secret")
            elif isinstance(value, str) and value != SECRET and len(value) >= 4:
                yield from _secret(path, name, value)
            elif isinstance(value, list):
                yield from _flags(path, cast(list[Any], value))


def _is_sound(inputs: Mapping[str, Any]) -> bool:
    """Whether no input can hold a secret in plain text. It is fast, because it makes no paths.

    It reads at least what `_nodes` yields; where it doubts, the rule looks at each value with its path.
    """
    pending: list[tuple[Any, Any]] = list(inputs.items())
    while pending:
        name, value = pending.pop()
        if isinstance(value, str):
            if _holds_secret(str(name), value) if _matters(name) else not _is_sound_text(value):
                return False
        elif isinstance(value, dict):
            values = cast(dict[Any, Any], value)
            content = _first(values, "value", "Value", "ParameterValue")
            if content is not None:
                pending.append((_first(values, "name", "Name", "key", "Key", "ParameterKey"), content))
            pending += values.items()
        elif isinstance(value, list):
            items = cast(list[Any], value)
            if any(isinstance(item, str) and item[:1] == "-" and names_secret(item) for item in items):
                return False
            pending += [(name, item) for item in items]
        elif value is UNKNOWN and names_secret(str(name)):
            return False
    return True


@lru_cache(maxsize=4096)
def _matters(name: Any) -> bool:
    """Whether the name of a field decides what its text holds."""
    label = str(name)
    return names_secret(label) or may_name_secret(label) or is_program(label)


@lru_cache(maxsize=65_536)
def _is_sound_text(value: str) -> bool:
    return len(value) < 4 or value == SECRET or not has_sign(value) or not _holds_secret("", value)


@lru_cache(maxsize=65_536)
def _holds_secret(name: str, value: str) -> bool:
    if len(value) < 4 or value == SECRET:
        return False
    inner = _json(value)
    return next(_secret("", name, value), None) is not None if inner is None else not _is_sound({name: inner})


def _secret(path: str, name: str, value: str) -> Iterator[Result]:
    inner = _json(value)
    if inner is not None:
        for place, label, item in _nodes(path, name, inner):
            if isinstance(item, str) and item != value and len(item) >= 4:
                yield from _secret(place, label, item)
            elif isinstance(item, list):
                yield from _flags(place, cast(list[Any], item))
    elif kind := secret_in(value, name):
        yield Finding(f"{path} holds {kind} in plain text")
    elif (
        (names_secret(name) or (may_name_secret(name) and is_random(value)))
        and is_literal(value)
        and not is_type(value)
    ):
        yield Finding(f"{path} is a secret by its name and is in plain text")


def _flags(path: str, arguments: list[Any]) -> Iterator[Result]:
    """A flag and its value as two arguments of a command: `["--password", "hunter22"]`."""
    for index, (name, value) in enumerate(pairwise(arguments), start=1):
        is_flag = isinstance(name, str) and name.startswith("-") and names_secret(name)
        if is_flag and isinstance(value, str) and value != SECRET and is_literal(value) and not value.startswith("-"):
            yield Finding(f"{path}[{index}] is a secret by its flag {name} and is in plain text")


def _json(value: str) -> Any:
    """The object or list that a text is in JSON; `None` for other text."""
    if not (value.startswith(("{", "[")) and value.endswith(("}", "]")) and len(value) <= _LONGEST_JSON):
        return None
    if not may_hold_secret(value):
        return None
    try:
        found = json.loads(value)
    except (ValueError, RecursionError):
        return None
    return cast(Any, found) if isinstance(found, dict | list) else None


@rule(
    "parameter-secrets",
    "Parameters that are secrets are of type SecureString",
    _PARAMETER,
    area=Area.SECURITY,
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=[checkov("CKV2_AWS_34"), well_architected("SEC02-BP03")],
    remediation="Set type to SecureString with a keyId, or keep the value in Secrets Manager.",
    field="type",
)
def _parameter(parameter: Resource, _: Stack) -> Iterator[Result]:
    name = text(read(parameter.inputs, "name"))
    if not isinstance(name, str) or not names_secret(name.rstrip("/").rpartition("/")[2]):
        return
    kind, value = text(read(parameter.inputs, "type")), parameter.inputs.get("value")
    if isinstance(value, str) and value != SECRET and not is_literal(value):
        return
    if kind is UNKNOWN:
        yield Undecided("type")
    elif kind != "SecureString":
        yield Finding(f"is a secret by its name and of type {display(kind or 'String')}, so its value is not encrypted")


@rule(
    "default-login",
    "No default user or default password remains",
    (
        RELEASE,
        _KUBERNETES_SECRET,
        "kubernetes:core/v1:ConfigMap",
        "kubernetes:kubeflow.org/v1:Profile",
        "aws:rds/instance:Instance",
        "aws:rds/cluster:Cluster",
        "aws:elasticache/user:User",
        *WORKLOADS,
    ),
    area=Area.SECURITY,
    severity=Severity.CRITICAL,
    level=Level.MANDATORY,
    frameworks=[
        nsa("Authentication and authorization"),
        well_architected("SEC02-BP02"),
        cis_eks("4.4.1"),
    ],
    remediation="Sign people in by OpenID Connect and leave local users out; generate random passwords, store them in "
    "Secrets Manager, and copy them with an ExternalSecret.",
    field="values",
    admission=f"variables.containers.map(c, {logins_in_variables('c')}).flatten()",
    in_cluster=[
        InCluster(resources={"v1": ["configmaps"]}, reads=["data"], found=logins_in_texts("object.?data.orValue({})")),
        InCluster(resources={"v1": ["secrets"]}, reads=["data"], found=logins_in_secret("object.?data.orValue({})")),
        InCluster(
            resources={"kubeflow.org/v1": ["profiles"]},
            found=f"{default_user_in(_PROFILE_OWNER)} ? ['spec.owner.name names user@example.com, the first user of a "
            "default installation'] : []",
        ),
    ],
)
def _default_login(resource: Resource, _: Stack) -> Iterator[Result]:
    if resource.type == RELEASE:
        yield from _grafana(resource)
    for field, content in resource.inputs.items():
        encoded = resource.type == _KUBERNETES_SECRET and field == "data"
        for path, name, value in _nodes(field, field, content):
            if path.endswith(".staticPasswords") and is_set(value):
                yield Finding(f"{path} lists local users")
            if path.endswith(".enablePasswordDB") and flag(value) is True:
                yield Finding(f"{path} lets local users sign in")
            if isinstance(value, str):
                yield from map(Finding, logins_in(path, name, _decoded(value) if encoded else value))


def _grafana(release: Resource) -> Iterator[Result]:
    chart = text(read(release.inputs, "chart")) or ""
    path = _GRAFANA_CHARTS.get(chart.rpartition("/")[2])
    if path is None:
        return
    values = read(release.inputs, "values", *path)
    where = ".".join(("values", *path))
    if flag(read(values, "enabled")) is False:
        return
    if values is UNKNOWN:
        yield Undecided(where)
    elif not is_set(read(values, "adminPassword")) and not is_set(read(values, "admin", "existingSecret")):
        yield Finding(f"{where} leaves Grafana's admin with the published password of the chart")


def _decoded(value: str) -> str:
    try:
        return base64.b64decode(value, validate=True).decode("utf-8", errors="ignore")
    except (binascii.Error, ValueError):
        return value
