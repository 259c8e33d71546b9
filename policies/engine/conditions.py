"""The conditions of policy statements: which of them name who may call, or from where."""

import re
from collections.abc import Iterator
from typing import Any

from policies.engine.cidrs import is_world
from resources.inputs import elements, entries, read
from resources.resource import UNKNOWN

_LOOSE = re.compile(r"Not|IfExists$|^Null$|^ForAllValues:")
"""Operators that hold for almost everyone, or also where the key is absent."""

_NEGATED = re.compile(r"(?:StringNotEquals|StringNotLike|ArnNotEquals|ArnNotLike|NotIpAddress)(?:IfExists)?")
_ACCOUNTS = frozenset(
    {
        "aws:principalaccount",
        "aws:principalorgid",
        "aws:resourceaccount",
        "aws:sourceaccount",
        "aws:sourceorgid",
        "aws:sourceowner",
        "aws:sourcevpc",
        "aws:sourcevpce",
        "kms:calleraccount",
        "s3:dataaccesspointaccount",
    }
)
"""Keys whose value is one id."""
_ARNS = frozenset({"aws:principalarn", "aws:sourcearn", "aws:userarn", "s3:dataaccesspointarn"})
_ADDRESSES = frozenset({"aws:sourceip", "aws:vpcsourceip"})
_TRUE = frozenset({"aws:multifactorauthpresent", "elasticfilesystem:accessedviamounttarget"})
_WILDCARD = re.compile(r"[*?]")
_SERVICE_ACCOUNT = "system:serviceaccount:"


def binding_keys(condition: Any) -> set[str]:
    """The condition keys, in lower case, that must be present and whose every accepted value names somebody.

    A value names somebody where the account, the owner and repository, or the namespace precedes the first wildcard. An
    unknown value counts: it is the output of a resource that does not exist yet.
    """
    return {key for operator, key in _bound(condition) if not _LOOSE.search(operator)}


def excepted_keys(condition: Any) -> set[str]:
    """The condition keys, in lower case, by which a statement that denies spares only who they name.

    An example is a denial where `aws:SourceVpce` is not an endpoint of one's own.
    """
    return {key for operator, key in _bound(condition) if _NEGATED.fullmatch(operator)}


def _bound(condition: Any) -> Iterator[tuple[str, str]]:
    """Operator and key, in lower case, of each test whose values all name somebody."""
    for operator, test in entries(condition):
        for key, values in entries(test):
            if elements(values) and all(binds(key.lower(), value) for value in elements(values)):
                yield operator, key.lower()


def is_unreadable(condition: Any) -> bool:
    """Whether a condition, or the test of one of its operators, is not known."""
    return condition is UNKNOWN or any(read(test) is UNKNOWN for _, test in entries(condition))


def binds(key: str, value: Any) -> bool:
    """Whether a value of a condition key, in lower case, names somebody, so that it is not true of everyone."""
    if value is UNKNOWN:
        return True
    written = str(value).lower() if isinstance(value, bool) else value
    if not isinstance(written, str):
        return False
    if key in _ACCOUNTS:
        return bool(written) and not _WILDCARD.search(written)
    if key in _ARNS:
        return _is_arn_of_somebody(written)
    if key in _ADDRESSES:
        return not is_world(written)
    if key in _TRUE:
        return written.lower() == "true"
    if key.endswith(":sub"):
        return _is_subject_of_somebody(written)
    if key == "aws:principalorgpaths" or key == "aws:sourceorgpaths":
        written = written.partition("/")[0]
        return bool(written) and not _WILDCARD.search(written)
    return bool(_literal_start(written))


def _is_arn_of_somebody(arn: str) -> bool:
    """Whether an ARN has an account, or a resource where its service writes no account (buckets of S3)."""
    parts = arn.split(":", 5)
    if len(parts) < 6:
        return bool(arn) and not _WILDCARD.search(arn)
    account, resource = parts[4], parts[5]
    if account:
        return not _WILDCARD.search(account)
    return bool(_literal_start(resource))


def _is_subject_of_somebody(subject: str) -> bool:
    """Whether the claim `sub` has a namespace (Kubernetes), a repository (GitHub) or an owner before a wildcard.

    Sources: GitHub Docs, "OpenID Connect reference"; Kubernetes, "Service account tokens".
    """
    start = _literal_start(subject)
    if start == subject:
        return bool(subject)
    if subject.startswith("system:"):
        return start.startswith(_SERVICE_ACCOUNT) and start.count(":") > _SERVICE_ACCOUNT.count(":")
    if subject.startswith("repo:"):
        owner, _, rest = start.removeprefix("repo:").partition("/")
        return bool(owner) and ":" in rest and not rest.startswith(":")
    return re.search(r"[:/]\w", start) is not None


def _literal_start(value: str) -> str:
    """What precedes the first wildcard."""
    return _WILDCARD.split(value, maxsplit=1)[0]
