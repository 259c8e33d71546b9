"""The statements of policy documents: those of IAM, and those of resources."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from typing import Any, cast

from policies.engine.rule import Result, Undecided
from resources.inputs import elements, entries, json_value, read, text
from resources.resource import UNKNOWN

_LOOSE = re.compile(r"Not|IfExists$|^Null$|^ForAllValues:")
"""Operators that hold for almost everyone, or also where the key is absent."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement of a document, or `UNKNOWN` for a document that is not known. `path` is where it is written."""

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
        return elements(read(self.body, field))

    @property
    def condition_keys(self) -> set[str]:
        """The condition keys, in lower case, that must be present and have a stated value for it to apply."""
        return {
            key.lower()
            for operator, test in entries(read(self.body, "Condition"))
            if not _LOOSE.search(operator)
            for key, value in entries(test)
            if elements(value) and "*" not in elements(value)
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
                for name in elements(names):
                    yield kind, name
        elif principal is not None:
            yield "*", principal


def statements(document: Any, path: str) -> Iterator[Statement]:
    """The statements of one document, given as JSON or as an object; an unknown document is one unknown statement."""
    content = json_value(document)
    if content is UNKNOWN:
        yield Statement(path, UNKNOWN)
        return
    for index, body in enumerate(elements(read(content, "Statement"))):
        yield Statement(f"{path} statement {text(read(body, 'Sid')) or index + 1}", body)


def judge(found: Iterable[Statement], of_each: Callable[[Statement], Iterator[Result]]) -> Iterator[Result]:
    """What `of_each` says of each of the statements that allows something; an unknown statement is undecided."""
    for statement in found:
        if statement.unknown:
            yield Undecided(statement.path)
        elif statement.allows:
            yield from of_each(statement)


def denies_plain_http(document: Any, actions: Set[str]) -> bool:
    """Whether a document denies everyone one of `actions`, in lower case, in requests without TLS."""
    return any(
        read(statement.body, "Effect") == "Deny"
        and read(statement.body, "Principal") in ("*", {"AWS": "*"})
        and not actions.isdisjoint(str(action).lower() for action in statement.values("Action"))
        and str(read(statement.body, "Condition", "Bool", "aws:SecureTransport")).lower() == "false"
        for statement in statements(document, "policy")
    )
