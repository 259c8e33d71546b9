"""Recognizes secrets in text: by their form, by the name of their field, by the text before them."""

import base64
import binascii
import re
from functools import lru_cache

_FORMS = (
    ("an AWS access key", "AKIA", r"\bAKIA[0-9A-Z]{16}\b"),
    ("an AWS access key", "ASIA", r"\bASIA[0-9A-Z]{16}\b"),
    ("a private key", "PRIVATE KEY-----", r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----"),
    ("a GitHub token", "gh", r"\bgh[pousr]_[A-Za-z0-9]{36}"),
    ("a GitHub token", "github_pat_", r"\bgithub_pat_[A-Za-z0-9_]{50}"),
    ("a GitLab token", "glpat-", r"\bglpat-[A-Za-z0-9_-]{20}"),
    ("a Slack token", "xox", r"\bxox[abeoprs]-[A-Za-z0-9-]{10}"),
    ("a Slack webhook", "hooks.slack.com", r"hooks\.slack\.com/services/T[A-Z0-9]+/B[A-Z0-9]+/[A-Za-z0-9]{16}"),
    ("a Hugging Face token", "hf_", r"\bhf_[A-Za-z0-9]{30}"),
    ("an NVIDIA API key", "nvapi-", r"\bnvapi-[A-Za-z0-9_-]{40}"),
    ("an API key", "sk-", r"\bsk-(?:ant-|proj-)?[A-Za-z0-9_-]{32}"),
    ("a Google API key", "AIza", r"\bAIza[0-9A-Za-z_-]{35}"),
    ("a Pulumi token", "pul-", r"\bpul-[0-9a-f]{40}\b"),
    ("a signed token", "eyJ", r"\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10}"),
)
"""What secrets look like. The text in the middle is looked for first: that is fast, and rules out nearly all."""

_NAME = re.compile(
    r"(?:password|passwd|passphrase|pwd|clientsecret|appsecret|sharedsecret|cookiesecret|signingsecret|webhooksecret"
    r"|jwtsecret|secretkey|secretaccesskey|sessiontoken|accesstoken|authtoken|bearertoken|apitoken|bottoken|token|apikey"
    r"|privatekey|credential|credentials)$"
)
_TEXTS_WITH_NAMES = r"(?:password|passwd|pwd|secret[_-]?(?:access[_-]?)?key|api[_-]?key|(?:auth|access|api)[_-]?token)"
_ASSIGNED = re.compile(rf"(?i)(?:^|[\s\"'?&;,{{_-]){_TEXTS_WITH_NAMES}[\"']?\s*[=:]\s*[\"']?(?P<value>[^\s\"'&;,]+)")
_ASSIGNED_IN_CODE = re.compile(
    rf"(?i){_TEXTS_WITH_NAMES}[\"']?\s*[=:]\s*[a-z]{{0,2}}[\"'](?P<value>[^\s\"']{{4,}})[\"']"
)
"""In a program what isn't quoted is a variable, a type or a call."""
_IN_URL = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*://[^\s/:@]*:(?P<value>[^\s/@]+)@")
_PLACEHOLDER = re.compile(
    r"^[$<{%*\[]|^(?:ref\+|vault:|arn:|secretref|env[.:]|file:)|^/|^\.\.?/|^(?:true|false|null|none|required|optional)?$",
    re.IGNORECASE,
)
_USER_DATA = ("userdata", "userdatabase64", "bootstrapdata")
_LONGEST = 200_000


@lru_cache(maxsize=4096)
def normalized(name: str) -> str:
    """A field's name without case and separators: `DB_PASSWORD` and `dbPassword` are the same."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


@lru_cache(maxsize=4096)
def names_secret(name: str) -> bool:
    """Whether a field of this name holds a secret itself, rather than where one is found."""
    return _NAME.search(normalized(name)) is not None


def is_literal(value: str) -> bool:
    """Whether a value is written out, and not a reference, a placeholder or a path."""
    return _PLACEHOLDER.search(value) is None


def secret_in(value: str, field: str) -> str | None:
    """What kind of secret a string holds, or `None`. User data is decoded before."""
    if len(value) < 8:
        return None
    found = _scan(value[:_LONGEST], _ASSIGNED_IN_CODE if field.endswith(".py") else _ASSIGNED)
    if found is None and normalized(field) in _USER_DATA and (decoded := _decoded(value)):
        found = _scan(decoded, _ASSIGNED)
    return found


def _scan(value: str, assigned: re.Pattern[str]) -> str | None:
    for kind, mark, form in _FORMS:
        if mark in value and re.search(form, value):
            return kind
    if "://" in value and "@" in value and (url := _IN_URL.search(value)) and is_literal(url["value"]):
        return "a password in a URL"
    if ("=" in value or ":" in value) and any(is_literal(found["value"]) for found in assigned.finditer(value)):
        return "a password or key"
    return None


def _decoded(value: str) -> str | None:
    try:
        return base64.b64decode(value[:_LONGEST], validate=True).decode("utf-8", errors="ignore")
    except (binascii.Error, ValueError):
        return None
