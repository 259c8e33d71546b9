"""Objects with open places, read in two ways: filled in from values here, or written as a Helm template elsewhere.

A tree is what one would apply with kubectl, with three additions. `"<name>-predictor"` stands for a text in which the
value `name` takes its place; a text that is one place alone stands for the value itself. `When` is there only where a
condition holds, and `Each` repeats a list's item for each of a list of values. A place names a value by its path
(`canary.percent`), or one of the derived values, which are expressions in the same places.
"""

import operator
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any, TypeAlias, cast

PLACE = re.compile(r"<([a-z0-9_.]+)>")


@dataclass(frozen=True)
class Call:
    """An operation on expressions, `OPERATIONS` naming what it does."""

    operation: str
    arguments: tuple["Expression", ...]


Expression: TypeAlias = str | int | Call | Mapping[str, Any] | Sequence[str]
Tree: TypeAlias = Any


@dataclass(frozen=True)
class When:
    """`then` where `test` holds, `otherwise` or nothing where it doesn't."""

    test: Expression
    then: Tree
    otherwise: Tree = None


@dataclass(frozen=True)
class Each:
    """An item of a list for each of the values at `path`, which `body` knows as `item`."""

    path: str
    item: str
    body: Tree


@dataclass(frozen=True)
class Operation:
    """What an operation does here, and how Helm says the same."""

    here: Callable[..., Any]
    in_helm: str


def _both(first: Any, second: Any) -> bool:
    return bool(first and second)


def _either(first: Any, second: Any) -> bool:
    return bool(first or second)


def _default(value: Any, fallback: Any) -> Any:
    return value or fallback


def _choose(test: Any, yes: Any, no: Any) -> Any:
    return yes if test else no


def _quotient(number: int, divisor: int) -> int:
    return number // divisor


def _with(values: Mapping[str, str], own: Mapping[str, str]) -> Mapping[str, str]:
    return {**values, **own}


def _labels(host: str) -> int:
    return len(host.split("."))


def _part(text: str, start: int, end: int) -> str:
    return text[start:end]


def _cron_days(days: Sequence[str]) -> str:
    return ",".join(day[:3] for day in days)


def _key(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:16]


OPERATIONS = {
    "lt": Operation(operator.lt, "lt {} {}"),
    "ge": Operation(operator.ge, "ge {} {}"),
    "eq": Operation(operator.eq, "eq {} {}"),
    "not": Operation(operator.not_, "not {}"),
    "and": Operation(_both, "and {} {}"),
    "or": Operation(_either, "or {} {}"),
    "add": Operation(operator.add, "add {} {}"),
    "sub": Operation(operator.sub, "sub {} {}"),
    "mul": Operation(operator.mul, "mul {} {}"),
    "div": Operation(_quotient, "div {} {}"),
    "max": Operation(max, "max {} {}"),
    "default": Operation(_default, "default {1} {0}"),
    "choose": Operation(_choose, "ternary {1} {2} (not (empty {0}))"),
    "get": Operation(operator.getitem, "get {} {}"),
    "contains": Operation(operator.contains, "has {1} {0}"),
    "size": Operation(len, "len {}"),
    "text": Operation(str, "toString {}"),
    "join": Operation(", ".join, 'join ", " {}'),
    "with": Operation(_with, "merge {1} {0}"),
    "starts": Operation(str.startswith, "hasPrefix {1} {0}"),
    "ends": Operation(str.endswith, "hasSuffix {1} {0}"),
    "labels": Operation(_labels, 'len (splitList "." {})'),
    "part": Operation(_part, "substr {1} {2} {0}"),
    "key": Operation(_key, "trunc 16 (sha256sum {})"),
    "cron_days": Operation(_cron_days, 'regexReplaceAll "([a-z]{{3}})[a-z]*" (join "," {}) "${{1}}"'),
}
"""What expressions may do. `with` lets its second win, as Helm's `merge` its first; `div` is that of whole numbers."""


def call(operation: str, *arguments: Expression) -> Call:
    """The expression `operation(*arguments)`."""
    return Call(operation, arguments)


@dataclass(frozen=True)
class Scope:
    """What places stand for: attributes of `values`, `derived` expressions, and the items of what is repeated."""

    values: object
    derived: Mapping[str, Expression]
    items: Mapping[str, object] = field(default_factory=dict[str, object])

    def repeated(self, path: str, item: str) -> Iterator["Scope"]:
        """A scope for each of the values at `path`."""
        for each in self.at(path):
            yield replace(self, items={**self.items, item: each})

    def at(self, path: str) -> Any:
        """What a place stands for."""
        if path in self.derived:
            return self.evaluate(self.derived[path])
        first, *rest = path.split(".")
        found: Any = self.items[first] if first in self.items else getattr(self.values, first)
        for part in rest:
            found = getattr(found, part)
        return found

    def evaluate(self, expression: Expression) -> Any:
        """The value of an expression."""
        match expression:
            case Call(operation, arguments):
                return self._call(operation, arguments)
            case str():
                return self._text(expression)
            case Mapping():
                return {key: self.evaluate(value) for key, value in expression.items()}
            case _:
                return expression

    def _call(self, operation: str, arguments: tuple[Expression, ...]) -> Any:
        first = self.evaluate(arguments[0])
        # What stands behind a condition may not be there to be looked at.
        if (operation == "and" and not first) or (operation == "or" and first):
            return bool(first)
        return OPERATIONS[operation].here(first, *(self.evaluate(each) for each in arguments[1:]))

    def _text(self, text: str) -> Any:
        if whole := PLACE.fullmatch(text):
            value = self.at(whole[1])
            # An enum's member is its text.
            return str(value) if isinstance(value, str) else value
        return PLACE.sub(lambda place: str(self.at(place[1])), text)

    def fill(self, tree: Tree) -> Any:
        """The object that a tree stands for."""
        if isinstance(tree, Mapping):
            pairs = ((key, self._chosen(value)) for key, value in cast(Mapping[str, Any], tree).items())
            return {key: self.fill(value) for key, value in pairs if value is not None}
        if isinstance(tree, Sequence) and not isinstance(tree, str):
            return list(self._items(cast(Sequence[Tree], tree)))
        return self.evaluate(tree)

    def _chosen(self, tree: Tree) -> Tree:
        while isinstance(tree, When):
            tree = tree.then if self.evaluate(tree.test) else tree.otherwise
        return tree

    def _items(self, trees: Sequence[Tree]) -> Iterator[Any]:
        for tree in trees:
            chosen = self._chosen(tree)
            if isinstance(chosen, Each):
                yield from (scope.fill(chosen.body) for scope in self.repeated(chosen.path, chosen.item))
            elif chosen is not None:
                yield self.fill(chosen)
