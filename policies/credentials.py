"""Credentials: secrets in plain text, and logins that the makers of a program chose."""

import base64
import binascii
import re
from collections.abc import Iterator, Mapping
from typing import Any, cast

from policies.charts import RELEASE
from policies.engine.frameworks import cis_eks, fsbp, nsa, well_architected
from policies.engine.rule import Area, Finding, Level, Result, Severity, Undecided, rule
from policies.engine.secret_text import is_literal, names_secret, normalized, secret_in
from policies.engine.stack import Stack
from policies.pods import WORKLOADS
from resources.inputs import flag, is_set, read, text
from resources.resource import SECRET, UNKNOWN, Resource

_KUBERNETES_SECRET = "kubernetes:core/v1:Secret"  # noqa: S105 - a type
_KEPT_AS_SECRETS = {
    _KUBERNETES_SECRET: ("data", "stringData"),
    "aws:secretsmanager/secretVersion:SecretVersion": ("secretString", "secretBinary"),
    "aws:ssm/parameter:Parameter": ("value",),
    "aws:rds/instance:Instance": ("password",),
    "aws:rds/cluster:Cluster": ("masterPassword",),
    "aws:elasticache/replicationGroup:ReplicationGroup": ("authToken",),
    "aws:elasticache/user:User": ("passwords",),
}
"""Inputs that a provider always keeps as secrets, whatever the program gave it."""
_NO_SECRETS = {"aws:cognito/userPoolClient:UserPoolClient": ("tokenValidityUnits",)}
"""Inputs that have the name of a secret and hold none."""
_PASSWORDS = frozenset(
    {"12341234", "123456", "admin", "argocd", "change-me", "changeme", "default", "dex", "guest", "grafana"}
    | {"kubeflow", "letmein", "minio", "minio123", "minioadmin", "mysql", "password", "postgres", "prom-operator"}
    | {"redis", "root", "secret", "test"}
    | {"pubnboy80snxgjibtym9zwnzy2xrengqok", "7d16fee92f8d11b8940b081b3f8b8acb"}
)
"""What charts and manifests come with (Kubeflow, Dex, MinIO, Grafana, databases), and what everybody tries."""
_NO_PASSWORD_NEEDED = {
    "allowemptypassword": ("yes", "true", "1"),
    "mysqlallowemptypassword": ("yes", "true", "1"),
    "postgreshostauthmethod": ("trust",),
}
"""Variables of images that let anybody in."""
_DEFAULT_USER = re.compile(r"\buser@example\.com\b")
"""Kubeflow's own first user. Source: kubeflow/manifests, common/dex and common/user-namespace."""
_PASSWORD_HASH = re.compile(r"\$2[aby]\$\d\d\$[./A-Za-z0-9]{53}")
_LOCAL_USERS = re.compile(
    r"\b(?:staticPasswords[\"']?\s*:(?!\s*\[\s*\])|enablePasswordDB[\"']?\s*:\s*[\"']?true\b)", re.IGNORECASE
)
"""How Dex's configuration has users of its own."""
_ASSIGNMENT = re.compile(r"(?m)^[ \t]*[\"']?(?P<name>[\w.-]+)[\"']?[ \t]*[:=][ \t]*[\"']?(?P<value>[^\s\"'#,]+)")
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
    label, content = values.get("name"), values.get("value")
    skipped: tuple[str, ...] = ()
    # An environment variable is written as name and value: the name says what the value is.
    if isinstance(label, str) and isinstance(content, str):
        yield f"{path}.value of {label}", label, content
        skipped = ("name", "value")
    # In an ExternalSecret, secretKey is the name of a key beside the reference to its value.
    if "remoteRef" in values:
        skipped = (*skipped, "secretKey")
    for key, item in values.items():
        if key not in skipped:
            yield f"{path}.{key}", str(key), item


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
        fsbp("ECS.8"),
    ],
    remediation="Set it with `pulumi config set --secret` and read it with require_secret, or keep it in Secrets "
    "Manager and name it there. Change a secret that has been in plain text.",
    field="values by name or by form",
)
def _plain_text(resource: Resource, _: Stack) -> Iterator[Result]:
    skipped = (*_KEPT_AS_SECRETS.get(resource.type, ()), *_NO_SECRETS.get(resource.type, ()))
    for field, content in resource.inputs.items():
        for path, name, value in _nodes(field, field, content) if field not in skipped else ():
            if value is UNKNOWN and names_secret(name):
                yield Undecided(f"whether {path} is a Pulumi secret")
            elif isinstance(value, str) and value != SECRET and len(value) >= 4:
                yield from _secret(path, name, value)


def _secret(path: str, name: str, value: str) -> Iterator[Result]:
    if kind := secret_in(value, name):
        yield Finding(f"{path} holds {kind} in plain text")
    elif names_secret(name) and is_literal(value):
        yield Finding(f"{path} is a secret by its name and is in plain text")


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
                yield from _login(path, name, _decoded(value) if encoded else value)


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


def _login(path: str, name: str, value: str) -> Iterator[Result]:
    if _DEFAULT_USER.search(value):
        yield Finding(f"{path} names user@example.com, the first user of a default installation")
    if _LOCAL_USERS.search(value):
        yield Finding(f"{path} lets local users sign in")
    if _PASSWORD_HASH.search(value):
        yield Finding(f"{path} holds the hash of a local user's password")
    if _is_known(name, value):
        yield Finding(f"{path} is a well-known password")
    elif "\n" in value or ":" in value or "=" in value:
        for found in _ASSIGNMENT.finditer(value):
            if _is_known(found["name"], found["value"]):
                yield Finding(f"{path} gives {found['name']} a well-known value")


def _is_known(name: str, value: str) -> bool:
    if value.lower() in _NO_PASSWORD_NEEDED.get(normalized(name), ()):
        return True
    return names_secret(name) and value.strip().lower() in _PASSWORDS


def _decoded(value: str) -> str:
    try:
        return base64.b64decode(value, validate=True).decode("utf-8", errors="ignore")
    except (binascii.Error, ValueError):
        return value
