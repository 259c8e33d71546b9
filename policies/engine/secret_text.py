"""Recognizes secrets in text: by their form, by the name of their field, by the text before them."""

import base64
import binascii
import json
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache


def _begins(kind: str, mark: str, rest: str) -> tuple[str, str, str]:
    """A form that begins with a mark at the start of a word. Python skips to a text, but not to the start of a word."""
    text = re.escape(mark)
    return kind, mark, rf"{text}(?<!\w{text}){rest}"


_FORMS = (
    _begins("an AWS access key", "AKIA", r"[0-9A-Z]{16}\b"),
    _begins("an AWS access key", "ASIA", r"[0-9A-Z]{16}\b"),
    ("a private key", "PRIVATE KEY-----", r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----"),
    _begins("a GitHub token", "gh", r"[pousr]_[A-Za-z0-9]{36}"),
    _begins("a GitHub token", "github_pat_", r"[A-Za-z0-9_]{50}"),
    _begins("a GitLab token", "glpat-", r"[A-Za-z0-9_-]{20}"),
    _begins("a Slack token", "xox", r"[abeoprs]-[A-Za-z0-9-]{10}"),
    ("a Slack webhook", "hooks.slack.com", r"hooks\.slack\.com/services/T[A-Z0-9]+/B[A-Z0-9]+/[A-Za-z0-9]{16}"),
    _begins("a Hugging Face token", "hf_", r"[A-Za-z0-9]{30}"),
    _begins("an NVIDIA API key", "nvapi-", r"[A-Za-z0-9_-]{40}"),
    _begins("an API key", "sk-", r"(?:ant-|proj-)?[A-Za-z0-9_-]{32}"),
    _begins("a Google API key", "AIza", r"[0-9A-Za-z_-]{35}"),
    _begins("a Pulumi token", "pul-", r"[0-9a-f]{40}\b"),
    _begins("a bearer token", "Bearer ", r"[A-Za-z0-9._~+/-]{20,}"),
    ("a Stripe key", "k_live_", r"k_live_(?<=\b[rs]k_live_)[A-Za-z0-9]{20}"),
    _begins("a SendGrid key", "SG.", r"[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16}"),
    _begins("a Databricks token", "dapi", r"[0-9a-f]{32}\b"),
    _begins("an npm token", "npm_", r"[A-Za-z0-9]{36}"),
    _begins("a PyPI token", "pypi-", r"AgEI[A-Za-z0-9_-]{20}"),
    _begins("a Docker token", "dckr_pat_", r"[A-Za-z0-9_-]{20}"),
    _begins("a signed token", "eyJ", r"[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10}"),
)
"""What secrets look like. The text in the middle is looked for first: that is fast, and rules out nearly all."""
_MARKS = tuple(dict.fromkeys(mark for _, mark, _ in _FORMS))
_SHORTEST_FORM = 15
"""The characters of the shortest text that `_FORMS` finds, a token of Slack."""

_NAME = re.compile(
    r"(?:passwords?|passwd|passphrase|pwd|(?:admin|db|pg|redis|root|smtp|sql|user)pass"
    r"|(?:client|app|shared|cookie|signing|webhook|jwt|oauth|consumer|api)secret"
    r"|secretkey|secretaccesskey|token|apikey|privatekey|presharedkey)\d*$"
)
_SHORT_NAME = re.compile(
    r"(?:Pass|Pw|Psw|Passcode|(?:^|[^A-Z])(?:PASS|PW|PSW|PASSCODE)|(?:^|[^A-Za-z])(?:pass|pw|psw|passcode))[^A-Za-z]*$"
)
"""Last words of a name, such as `DB_PASS`, that are a part of other words (`bypass`)."""
_NO_SECRET_NAME = re.compile(
    r"(?:(?:creation|client|clientrequest|continue|continuation|idempotency|next|page|request|sync)token"
    r"|(?:bos|cls|eos|end|image|mask|pad|sep|special|start|stop|think|unk)token"
    r")$"
)
"""Names that only look like those of secrets: tokens of pages and of idempotent calls, tokens of language models."""
_MAYBE_NAME = re.compile(
    r"(?:secret|credentials?|(?:access|account|cipher|encryption|license|master|service|session|signing|storage)key|salt|auth)$"
)
"""Names of a secret or of where one is found. The value decides."""
_REFERENCE_NAME = re.compile(r"existing|checksum|sha\d*|hash|digest|fingerprint|ref|name|arn|id|path|file|uri|url")
_TEXTS_WITH_NAMES = (
    r"(?:password|passwd|passphrase|pass(?<![a-z]pass)|pw(?<![a-z]pw)|pwd|secret[_-]?(?:access[_-]?)?key"
    r"|client[_-]?secret|(?:api|account|shared[_-]?access)[_-]?key|(?:auth|access|api|bearer|github|hf|slack)[_-]?token"
    r"|token(?<![a-z0-9.]token))"
)
"""What comes before a secret in a text in small letters. Each begins with a letter: Python skips to those."""
_ASSIGNED = re.compile(
    rf"{_TEXTS_WITH_NAMES}[\"']?[ \t]*(?:=>|=|:(?!//))[ \t]*"
    r"(?P<quote>[\"']?)(?P<value>[^\s\"'&;,}]+)(?P<rest>[^\n]{0,2})"
)
_FLAG = re.compile(
    rf"-(?<!\S-)-?[a-z-]*{_TEXTS_WITH_NAMES}[ \t]+(?P<quote>[\"']?)(?P<value>[^\s\"'&;,|-][^\s\"'&;,|]*)"
)
_ASSIGNED_IN_CODE = re.compile(
    rf"{_TEXTS_WITH_NAMES}[\"']?[ \t]*[=:][ \t]*[a-z]{{0,2}}(?P<quote>[\"'])(?P<value>[^\s\"']{{4,}})[\"']"
)
"""In a program what isn't quoted is a variable, a type or a call."""
_HINTS = ("pass", "pw", "token", "key", "secret")
_TYPES = frozenset(
    {"string", "str", "integer", "int", "boolean", "bool", "object", "array", "null", "none", "number", "true", "false"}
    | {"bytes", "any", "required", "optional", "redacted", "password", "token", "secret", "text", "hidden", "apikey"}
)
"""Words that stand for a value in descriptions of an interface."""
_IN_URL = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*://[^\s/:@]*:(?P<value>[^\s/@]+)@")
_PLACEHOLDER = re.compile(
    r"^[$<{%*\[`(!]|^(?:ref\+|vault:|arn:|secretref|env[.:\[]|file:|op://|ssm:|secretsmanager:|awssm:|alias/)|^/|^\.\.?/"
    r"|^(?:true|false|null|none|required|optional)?$|^x+$|^\W+$|[(\[]|^(?:os|process|var|local|data|config|self|args?)\.",
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
    plain = normalized(name)
    if _NO_SECRET_NAME.search(plain):
        return False
    return _NAME.search(plain) is not None or _SHORT_NAME.search(name) is not None


def names_secret_in_cluster(name: str) -> str:
    """The CEL expression of the same about `name`, an expression of a name of letters, digits and `-_.`."""
    plain = f"{name}.lowerAscii().replace('-', '').replace('_', '').replace('.', '')"
    no_secret, long, short = (json.dumps(each.pattern) for each in (_NO_SECRET_NAME, _NAME, _SHORT_NAME))
    return f"(!{plain}.matches({no_secret}) && ({plain}.matches({long}) || {name}.matches({short})))"


@lru_cache(maxsize=4096)
def may_name_secret(name: str) -> bool:
    """Whether a field of this name holds a secret or a reference to one, so that only the value tells."""
    plain = normalized(name)
    return _MAYBE_NAME.search(plain) is not None and _REFERENCE_NAME.search(plain) is None


def is_literal(value: str) -> bool:
    """Whether a value is written out, and not a reference, a placeholder, a call or a path."""
    return _PLACEHOLDER.search(value) is None


def is_type(value: str) -> bool:
    """Whether a value is the name of a type, as in the description of an interface."""
    return value.lower() in ("string", "str", "integer", "int", "boolean", "bool", "object", "array", "number")


def is_random(value: str) -> bool:
    """Whether a value is made by chance, as keys are: long, without spaces, of letters in both cases and digits."""
    return (
        len(value) >= 16
        and re.fullmatch(r"[A-Za-z0-9+/=_.~-]+", value) is not None
        and re.search(r"\d", value) is not None
        and re.search(r"[A-Z]", value) is not None
        and re.search(r"[a-z]", value) is not None
        and "arn:" not in value
    )


def is_program(field: str) -> bool:
    """Whether the field of a text says how to read it: a file of Python, or user data."""
    return field.endswith(".py") or normalized(field) in _USER_DATA


def has_sign(value: str) -> bool:
    """Whether a text can hold a secret: it has a word or a mark of one. Nearly all texts have none."""
    if may_hold_secret(value) or ("://" in value and "@" in value):
        return True
    return len(value) >= _SHORTEST_FORM and any(mark in value for mark in _MARKS)


def may_hold_secret(value: str) -> bool:
    """Whether a text has a word in it that secrets are named by."""
    plain = value.casefold()
    return any(hint in plain for hint in _HINTS)


def secret_in(value: str, field: str) -> str | None:
    """What kind of secret a string holds, or `None`. User data is decoded before."""
    if len(value) < 8:
        return None
    found = _scan(value[:_LONGEST], _ASSIGNED_IN_CODE if field.endswith(".py") else _ASSIGNED)
    if found is None and normalized(field) in _USER_DATA and (decoded := _decoded(value)):
        found = _scan(decoded, _ASSIGNED)
    return found


@lru_cache(maxsize=16384)
def _scan(value: str, assigned: re.Pattern[str]) -> str | None:
    for kind, mark, form in _FORMS:
        if mark in value and re.search(form, value):
            return kind
    if "://" in value and "@" in value and (url := _IN_URL.search(value)) and is_literal(url["value"]):
        return "a password in a URL"
    for line in map(str.lower, lines_with(_HINTS, value)):
        if ("=" in line or ":" in line) and any(_is_assigned(found) for found in assigned.finditer(line)):
            return "a password or key"
        if "-" in line and any(_is_written_out(found["value"]) for found in _FLAG.finditer(line)):
            return "a password or key"
    return None


def lines_with(hints: Iterable[str], value: str) -> Iterator[str]:
    """The lines of a text that have one of the hints, in any case. Nearly all texts and lines have none."""
    plain = value.casefold()
    present = [hint for hint in hints if hint in plain]
    if not present:
        return
    for line, folded in zip(value.split("\n"), plain.split("\n"), strict=True):
        for hint in present:
            if hint in folded:
                yield line
                break


def _is_assigned(found: re.Match[str]) -> bool:
    """Whether an assignment gives a secret, and is not a sentence such as `Password: must have 8 letters`."""
    if not _is_written_out(found["value"]):
        return False
    quoted, equals = bool(found["quote"]), "=" in found[0].partition(found["value"])[0]
    rest = found.groupdict().get("rest") or ""
    return quoted or equals or re.match(r"[ \t]+\w", rest) is None


def _is_written_out(value: str) -> bool:
    return is_literal(value) and value.lower().strip(".") not in _TYPES


def _decoded(value: str) -> str | None:
    try:
        return base64.b64decode(value[:_LONGEST], validate=True).decode("utf-8", errors="ignore")
    except (binascii.Error, ValueError):
        return None
