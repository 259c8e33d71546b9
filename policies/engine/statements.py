"""The statements of policy documents: those of IAM, and those of resources."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, cast

from policies.engine.conditions import binding_keys, is_unreadable
from policies.engine.rule import Result, Undecided
from resources.inputs import elements, entries, json_value, read, text
from resources.resource import SECRET, UNKNOWN

_KINDS_OF_RESOURCES = re.compile(
    r"^(?:access-point|alias|api|application|assumed-role|cluster|collection|db|domain|endpoint|event-bus|file-system|"
    r"function|group|index|instance|instance-profile|job|key|layer|log-group|model|namespace|notebook-instance|"
    r"parameter|pipeline|policy|queue|repository|role|secret|snapshot|state-machine|stateMachine|stream|table|task|"
    r"task-definition|topic|training-job|user|volume|workgroup)[:/]"
)
"""The kind that precedes the name in the last part of an ARN."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement of a document, or `UNKNOWN` for a document that is not known. `path` is where it is written."""

    path: str
    body: Any

    @property
    def unknown(self) -> bool:
        """Whether nothing of it can be read, or a part of it is a Pulumi secret."""
        return self.body is UNKNOWN or _holds_secret(self.body)

    @property
    def allows(self) -> bool:
        """Whether its effect is Allow."""
        return str(read(self.body, "Effect")).lower() == "allow"

    def values(self, field: str) -> list[Any]:
        """The strings of Action, NotAction, Resource or NotResource."""
        return elements(read(self.body, field))

    def permits(self, action: str) -> bool:
        """Whether it names an action, in lower case such as `iam:passrole`, also by a pattern or by NotAction."""
        excepted = self.values("NotAction")
        if excepted:
            return not any(covers(pattern, action) for pattern in excepted)
        return any(covers(pattern, action) for pattern in self.values("Action"))

    @property
    def everywhere(self) -> bool:
        """Whether it is about every resource, or every one of a kind."""
        return bool(self.values("NotResource")) or any(is_everything(each) for each in self.values("Resource"))

    @property
    def condition_keys(self) -> set[str]:
        """The condition keys, in lower case, that name who may call or from where. See `binding_keys`."""
        return binding_keys(read(self.body, "Condition"))

    @property
    def conditions_unknown(self) -> bool:
        """Whether its conditions, or the operators within, can't be read."""
        return is_unreadable(read(self.body, "Condition"))

    def principals(self) -> Iterator[tuple[str, Any]]:
        """Kind (AWS, Service, Federated, CanonicalUser) and name of each principal; `*` is of every kind."""
        principal = read(self.body, "Principal")
        if principal is UNKNOWN:
            yield "", UNKNOWN
        elif isinstance(principal, dict):
            for kind, names in entries(cast(Mapping[str, Any], principal)):
                for name in elements(names):
                    yield kind, name
        else:
            for name in elements(principal):
                yield "*", name


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


def covers(pattern: Any, action: str) -> bool:
    """Whether a pattern of actions includes an action, which is in lower case. Actions have no case."""
    if not isinstance(pattern, str):
        return False
    lowered = pattern.lower()
    if "*" not in lowered and "?" not in lowered:
        return lowered == action
    return _expression(lowered).fullmatch(action) is not None


@lru_cache(maxsize=4096)
def _expression(pattern: str) -> re.Pattern[str]:
    return re.compile(re.escape(pattern).replace(r"\*", ".*").replace(r"\?", "."))


@lru_cache(maxsize=4096)
def is_everything(resource: Any) -> bool:
    """Whether a resource of a statement is a wildcard: `*`, or an ARN whose name is one, as in `role/*`."""
    if not isinstance(resource, str):
        return False
    parts = resource.split(":", 5)
    if parts[0] == "arn" and len(parts) < 6:
        return "*" in resource
    name = _KINDS_OF_RESOURCES.sub("", parts[-1]) if len(parts) == 6 else resource
    return name[:1] in ("*", "?") and not re.search(r"\w", name)


def denies_plain_http(document: Any, actions: Set[str]) -> bool:
    """Whether a document denies everyone one of `actions`, in lower case, in requests without TLS."""
    return any(
        read(statement.body, "Effect") == "Deny"
        and any(name == "*" and kind in ("*", "AWS") for kind, name in statement.principals())
        and not actions.isdisjoint(str(action).lower() for action in statement.values("Action"))
        and _is_without_tls(read(statement.body, "Condition"))
        for statement in statements(document, "policy")
    )


def _is_without_tls(condition: Any) -> bool:
    """Whether a condition holds for every request without TLS: it asks for nothing else."""
    tests = [
        (key.lower(), [str(value).lower() for value in elements(values)])
        for operator, test in entries(condition)
        if operator in ("Bool", "BoolIfExists")
        for key, values in entries(test)
    ]
    return tests == [("aws:securetransport", ["false"])] and len(list(entries(condition))) == 1


def _holds_secret(value: Any) -> bool:
    if isinstance(value, dict):
        return any(map(_holds_secret, cast(dict[str, Any], value).values()))
    if isinstance(value, list):
        return any(map(_holds_secret, cast(list[Any], value)))
    return isinstance(value, str) and value == SECRET
