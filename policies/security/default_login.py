"""Nothing is opened by the user or the password that its makers chose."""

import base64
import binascii
import re
from collections.abc import Iterator, Mapping
from typing import Any, cast

from policies.engine.frameworks import cis_eks, nsa, well_architected
from policies.engine.rule import Finding, Result, Rule, Severity, Undecided
from policies.engine.settings import Level
from policies.engine.stack import Stack
from policies.inputs import entries, flag, given, read, text
from policies.kubernetes.objects import RELEASE
from policies.kubernetes.pods import WORKLOADS
from policies.security.secret_text import names_secret, normalized
from pricing.resource import UNKNOWN, Resource

_SECRET = "kubernetes:core/v1:Secret"  # noqa: S105 - a type
_TYPES = {
    RELEASE,
    _SECRET,
    "kubernetes:core/v1:ConfigMap",
    "kubernetes:kubeflow.org/v1:Profile",
    "aws:rds/instance:Instance",
    "aws:rds/cluster:Cluster",
    "aws:elasticache/user:User",
}
_PASSWORDS = frozenset(
    {"12341234", "123456", "admin", "argocd", "change-me", "changeme", "default", "dex", "guest", "grafana"}
    | {"kubeflow", "letmein", "minio", "minio123", "minioadmin", "mysql", "password", "postgres", "prom-operator"}
    | {"redis", "root", "secret", "test"}
    | {"pubnboy80snxgjibtym9zwnzy2xrengqok", "7d16fee92f8d11b8940b081b3f8b8acb"}
)
"""What charts and manifests come with (Kubeflow, Dex, MinIO, Grafana, databases), and what everybody tries."""
_OPEN = {
    "allowemptypassword": ("yes", "true", "1"),
    "mysqlallowemptypassword": ("yes", "true", "1"),
    "postgreshostauthmethod": ("trust",),
}
"""Variables of images that let anybody in."""
_DEFAULT_USER = re.compile(r"\buser@example\.com\b")
"""Kubeflow's own first user. Source: kubeflow/manifests, common/dex and common/user-namespace."""
_HASH = re.compile(r"\$2[aby]\$\d\d\$[./A-Za-z0-9]{53}")
_LOCAL_USERS = re.compile(
    r"\b(?:staticPasswords[\"']?\s*:(?!\s*\[\s*\])|enablePasswordDB[\"']?\s*:\s*[\"']?true\b)", re.IGNORECASE
)
"""How Dex's configuration has users of its own."""
_IN_TEXT = re.compile(r"(?m)^[ \t]*[\"']?(?P<name>[\w.-]+)[\"']?[ \t]*[:=][ \t]*[\"']?(?P<value>[^\s\"'#,]+)")
_GRAFANA: dict[str, tuple[str, ...]] = {"kube-prometheus-stack": ("grafana",), "grafana": ()}
"""Charts that give Grafana's admin a published password unless told otherwise, and where they are told."""


def _check(resource: Resource, _: Stack) -> Iterator[Result]:
    if resource.type == RELEASE:
        yield from _grafana(resource)
    for field, value in resource.inputs.items():
        encoded = resource.type == _SECRET and field == "data"
        yield from _walk(field, field, value, encoded)


def _grafana(release: Resource) -> Iterator[Result]:
    chart = text(read(release.inputs, "chart"))
    path = _GRAFANA.get(chart.rpartition("/")[2]) if isinstance(chart, str) else None
    if path is None:
        return
    values = read(release.inputs, "values", *path)
    where = ".".join(("values", *path))
    told = (read(values, "adminPassword"), read(values, "admin", "existingSecret"))
    if flag(read(values, "enabled")) is False:
        return
    if values is UNKNOWN:
        yield Undecided(where)
    elif not any(given(each) for each in told):
        yield Finding(f"{where} leaves Grafana's admin the password that its chart publishes")


def _walk(path: str, name: str, value: Any, encoded: bool) -> Iterator[Result]:
    if isinstance(value, str):
        yield from _text(path, name, _decoded(value) if encoded else value)
    elif isinstance(value, dict):
        yield from _mapping(path, cast(Mapping[Any, Any], value), encoded)
    elif isinstance(value, list):
        for index, item in enumerate(cast(list[Any], value)):
            yield from _walk(f"{path}[{index}]", name, item, encoded)


def _mapping(path: str, value: Mapping[Any, Any], encoded: bool) -> Iterator[Result]:
    # An environment variable is written as name and value: the name says what the value is.
    label, content = value.get("name"), value.get("value")
    if isinstance(label, str) and isinstance(content, str):
        yield from _text(f"{path}.value of {label}", label, content)
        value = {key: item for key, item in value.items() if key not in ("name", "value")}
    for key, item in entries(value):
        if key == "staticPasswords" and given(item):
            yield Finding(f"{path}.{key} lists local users")
        if key == "enablePasswordDB" and flag(item) is True:
            yield Finding(f"{path}.{key} lets local users sign in")
        yield from _walk(f"{path}.{key}", key, item, encoded)


def _text(path: str, name: str, value: str) -> Iterator[Result]:
    if _DEFAULT_USER.search(value):
        yield Finding(f"{path} names user@example.com, the first user of a default installation")
    if _LOCAL_USERS.search(value):
        yield Finding(f"{path} lets local users sign in")
    if _HASH.search(value):
        yield Finding(f"{path} holds the hash of a local user's password")
    if _known(name, value):
        yield Finding(f"{path} is a password that everybody knows")
    elif "\n" in value or ":" in value or "=" in value:
        for found in _IN_TEXT.finditer(value):
            if _known(found["name"], found["value"]):
                yield Finding(f"{path} gives {found['name']} a value that everybody knows")


def _known(name: str, value: str) -> bool:
    if value.lower() in _OPEN.get(normalized(name), ()):
        return True
    return names_secret(name) and value.strip().lower() in _PASSWORDS


def _decoded(value: str) -> str:
    try:
        return base64.b64decode(value, validate=True).decode("utf-8", errors="ignore")
    except (binascii.Error, ValueError):
        return value


RULE = Rule(
    name="default-login",
    title="No default user and no default password is left",
    severity=Severity.CRITICAL,
    level=Level.MANDATORY,
    frameworks=(
        nsa("Authentication and authorization"),
        well_architected("SEC02-BP02"),
        cis_eks("4.4.1"),
    ),
    remediation="Sign people in by OpenID Connect and leave local users out; let a password be made at random and kept "
    "in Secrets Manager, from where an ExternalSecret brings it.",
    field="values",
    types=frozenset(_TYPES) | WORKLOADS,
    check=_check,
)
