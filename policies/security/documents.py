"""Reading IAM documents, whether given as JSON or as objects."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

from policies.inputs import each, entries, parsed, read, text
from pricing.resource import UNKNOWN, Resource

ROLE = "aws:iam/role:Role"

IDENTITY_POLICIES = frozenset(
    {
        "aws:iam/policy:Policy",
        "aws:iam/rolePolicy:RolePolicy",
        "aws:iam/userPolicy:UserPolicy",
        "aws:iam/groupPolicy:GroupPolicy",
        ROLE,
        "aws:ssoadmin/permissionSetInlinePolicy:PermissionSetInlinePolicy",
    }
)
_POLICY_FIELDS = ("policy", "inlinePolicy")

_LOOSE = re.compile(r"Not|IfExists$|^Null$|^ForAllValues:")
"""Operators that hold for almost everyone, or also where the key is absent."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement of a document, or the unknown that stands for it. `path` says where it is written."""

    path: str
    body: Any

    @property
    def unknown(self) -> bool:
        """Whether nothing of it can be read."""
        return self.body is UNKNOWN

    @property
    def allows(self) -> bool:
        """Whether its effect is Allow."""
        return read(self.body, "Effect") == "Allow"

    def values(self, field: str) -> list[Any]:
        """The strings of Action, NotAction, Resource or NotResource."""
        return each(read(self.body, field))

    @property
    def condition_keys(self) -> set[str]:
        """The condition keys, in lower case, that must be present and have a stated value for it to apply."""
        return {
            key.lower()
            for operator, test in entries(read(self.body, "Condition"))
            if not _LOOSE.search(operator)
            for key, value in entries(test)
            if _narrows(value)
        }

    @property
    def conditions_unknown(self) -> bool:
        """Whether its conditions, or the operators within, can't be read."""
        condition = read(self.body, "Condition")
        return condition is UNKNOWN or any(test is UNKNOWN for _, test in entries(condition))

    def principals(self) -> Iterator[tuple[str, Any]]:
        """Kind (AWS, Service, Federated, CanonicalUser) and name of each principal; `*` is of every kind."""
        principal = read(self.body, "Principal")
        if principal is UNKNOWN:
            yield "", UNKNOWN
        elif isinstance(principal, dict):
            for kind, names in entries(cast(Mapping[str, Any], principal)):
                for name in each(names):
                    yield kind, name
        elif principal is not None:
            yield "*", principal


def identity_statements(resource: Resource) -> Iterator[Statement]:
    """The statements of every identity policy that a resource of `IDENTITY_POLICIES` carries."""
    for field in _POLICY_FIELDS:
        yield from statements(read(resource.inputs, field), field)
    for index, inline in enumerate(each(read(resource.inputs, "inlinePolicies"))):
        path = "inlinePolicies" if inline is UNKNOWN else f"inlinePolicies[{index}].policy"
        yield from statements(read(inline, "policy"), path)


def statements(document: Any, path: str) -> Iterator[Statement]:
    """The statements of one document; an unknown document is one unknown statement."""
    content = parsed(document)
    if content is UNKNOWN:
        yield Statement(path, UNKNOWN)
        return
    for index, body in enumerate(each(read(content, "Statement"))):
        yield Statement(f"{path} statement {text(read(body, 'Sid')) or index + 1}", body)


def _narrows(value: Any) -> bool:
    """Whether a condition's value excludes anything: a lone `*` does not."""
    values = each(value)
    return bool(values) and "*" not in values
