"""Well-known passwords and users of default installations, in text and as the API server sees them."""

import base64
import json
import re
from collections.abc import Iterator

from policies.engine.secret_text import lines_with, names_secret, names_secret_in_cluster, normalized

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
    r"(?i)\b(?:staticPasswords[\"']?\s*:\s*(?:[^\s\[]|\[\s*[^\s\]]|\[?\s*$)|enablePasswordDB[\"']?\s*:\s*[\"']?true\b)"
)
"""How Dex's configuration has users of its own."""
_ASSIGNMENT = re.compile(r"[ \t]*[\"']?(?P<name>[\w.-]+)[\"']?[ \t]*[:=][ \t]*[\"']?(?P<value>[^\s\"'#,]+)")
_LOCAL_USER_HINTS = ("staticpasswords", "enablepassworddb")
_NAME_HINTS = ("pass", "pw", "psw", "token", "key", "secret", "auth")
"""Parts of every name that `names_secret` knows, and of the names of `_NO_PASSWORD_NEEDED`, in small letters."""
_IN_CLUSTER_MOST = 16_384
"""How many characters of a ConfigMap the API server reads: more would exceed what one expression may cost."""


_KEYS_IN_CLUSTER = 500
"""How many keys of a Secret the API server reads, for the same reason."""


def logins_in(path: str, name: str, value: str) -> Iterator[str]:
    """What is wrong with a text at `path`, in a field of this name."""
    if "user@example.com" in value and _DEFAULT_USER.search(value):
        yield f"{path} names user@example.com, the first user of a default installation"
    if any(True for _ in lines_with(_LOCAL_USER_HINTS, value)) and _LOCAL_USERS.search(value):
        yield f"{path} lets local users sign in"
    if "$2" in value and _PASSWORD_HASH.search(value):
        yield f"{path} holds the hash of a local user's password"
    if _is_known(name, value):
        yield f"{path} is a well-known password"
    elif "\n" in value or ":" in value or "=" in value:
        for found in filter(None, map(_ASSIGNMENT.match, lines_with(_NAME_HINTS, value))):
            if _is_known(found["name"], found["value"]):
                yield f"{path} gives {found['name']} a well-known value"


def _is_known(name: str, value: str) -> bool:
    if value.lower() in _NO_PASSWORD_NEEDED.get(normalized(name), ()):
        return True
    return names_secret(name) and value.strip().lower() in _PASSWORDS


def logins_in_texts(texts: str) -> str:
    """The CEL expression of the same about `texts`, an expression of a map from names to texts."""
    passwords = "|".join(map(re.escape, sorted(_PASSWORDS)))
    assignments = json.dumps(rf"(?im)^[ \t]*[\"']?[\w.-]+[\"']?[ \t]*[:=][ \t]*[\"']?(?:{passwords})(?:[\s\"'#,]|$)")
    names = f"value.findAll({assignments}).map(each, each.find('[\\\\w.-]+'))"
    assigned = f"{names}.filter(each, {names_secret_in_cluster('each')})"
    checks = (
        (
            f"value.matches({json.dumps(_DEFAULT_USER.pattern)})",
            " names user@example.com, the first user of a default installation",
        ),
        (f"value.matches({json.dumps(_LOCAL_USERS.pattern)})", " lets local users sign in"),
        (f"value.matches({json.dumps(_PASSWORD_HASH.pattern)})", " holds the hash of a local user's password"),
        (_is_known_in_cluster("name", "value"), " is a well-known password"),
    )
    found = [f"{texts}.transformList(name, value, {bad}, 'data.' + name + {json.dumps(said)})" for bad, said in checks]
    found.append(
        f"{texts}.transformList(name, value, {assigned}.map(each, 'data.' + name + ' gives ' + each + "
        "' a well-known value')).flatten()"
    )
    small = f"{texts}.transformList(name, value, value.size()).sum() <= {_IN_CLUSTER_MOST}"
    return f"({small} ? {' + '.join(found)} : [])"


def logins_in_secret(data: str) -> str:
    """The CEL expression of the same about `data`, an expression of the data of a Secret.

    CEL does not decode them, so that whole values are compared.
    """
    written = {
        f"{form}{end}" for each in _PASSWORDS for form in (each, each.upper(), each.title()) for end in ("", "\n")
    }
    known = json.dumps(sorted(base64.b64encode(each.encode()).decode() for each in written))
    hashed = json.dumps(r"^JDJ[hi5]JD[A-Za-z0-9+/]{74}$")
    is_known = f"value.size() < 100 && {names_secret_in_cluster('name')} && value in {known}"
    is_hash = f"value.size() == 80 && value.matches({hashed})"
    return (
        f"({data}.size() > {_KEYS_IN_CLUSTER} ? [] : "
        f"{data}.transformList(name, value, {is_known}, 'data.' + name + ' is a well-known password') + "
        f"{data}.transformList(name, value, {is_hash}, "
        "'data.' + name + \" holds the hash of a local user's password\"))"
    )


def logins_in_variables(container: str) -> str:
    """The CEL expression of the same about the environment variables of a container."""
    variables = f"{container}.?env.orValue([])"
    value = "e.?value.orValue('')"
    user = json.dumps(_DEFAULT_USER.pattern)
    return (
        f"{variables}.filter(e, {_is_known_in_cluster('e.name', value)})"
        ".map(e, 'value of ' + e.name + ' is a well-known password') + "
        f"{variables}.filter(e, {value}.matches({user}))"
        ".map(e, 'value of ' + e.name + ' names user@example.com, the first user of a default installation')"
    )


def default_user_in(value: str) -> str:
    """The CEL expression of whether a text names the first user of a default installation."""
    return f"{value}.matches({json.dumps(_DEFAULT_USER.pattern)})"


def _is_known_in_cluster(name: str, value: str) -> str:
    lower, plain = f"{value}.lowerAscii()", f"{name}.lowerAscii().replace('-', '').replace('_', '').replace('.', '')"
    unneeded = json.dumps(_NO_PASSWORD_NEEDED)
    passwords = json.dumps(sorted(_PASSWORDS))
    return (
        f"({lower}.trim() in {passwords} && {names_secret_in_cluster(name)} || "
        f"{plain} in {unneeded} && {lower} in {unneeded}[{plain}])"
    )
