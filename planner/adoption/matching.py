"""Which existing resource is which planned one: by names, by what they belong to, or by the words of their names."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from planner.adoption.existing import Existing
from planner.adoption.kinds import KINDS
from planner.adoption.values import NEW, Translation, attribute, same_shape
from resources.resource import SECRET, UNKNOWN, Resource


class Reason(StrEnum):
    """Why two are taken for the same."""

    GIVEN = "given"
    """A person said so by --match."""
    FILE = "file"
    """The file of an earlier run says so."""
    EQUAL = "equal"
    """What tells resources of the type apart is equal."""
    SHARED = "shared"
    """What several may have in common, such as the range of a network, is equal: a person must check it."""
    WORDS = "words"
    """Their names share the most words: a proposal that a person must check."""


@dataclass(frozen=True, slots=True)
class Match:
    """A planned resource and what exists of it."""

    planned: Resource
    existing: Existing
    reason: Reason
    why: str
    """Such as `bucket = acme-raw`."""

    @property
    def guessed(self) -> bool:
        """Whether a person must check it before it is adopted."""
        return self.reason in (Reason.SHARED, Reason.WORDS)


@dataclass(frozen=True, slots=True)
class Matches:
    """The pairs, and what is left of both sides."""

    pairs: tuple[Match, ...]
    not_planned: tuple[Existing, ...]
    """Of a type that can be adopted, or not; the plan has nothing for them."""
    translation: Translation


class MatchError(ValueError):
    """A pair that a person gave names what is not there, or two that do not fit."""


_ONLY = "only"
"""Stands among the words of two that are each the only one of their type."""
_NEVER_GUESSED = "aws:iam/"
"""A wrong pair would change what another program may do, while to make one anew loses nothing."""
_WORD = re.compile(r"[a-z]+|[0-9]+")


def match(
    resources: Sequence[Resource],
    existing: Sequence[Existing],
    given: Mapping[str, str],
    earlier: Mapping[str, str] | None = None,
) -> Matches:
    """Pair planned resources with existing ones, each with one at most.

    `given` has names of planned resources by the address of the existing one; so has `earlier`, from the file of an
    earlier run.

    Raises:
        MatchError: a given pair names what is not there, or two of different types.
    """
    matcher = _Matcher(resources, existing)
    matcher.give(given, Reason.GIVEN)
    matcher.give({address: name for address, name in (earlier or {}).items() if address not in given}, Reason.FILE)
    # What a pair belongs to must be known first: go on while there is something new.
    while matcher.by_keys() or matcher.by_words():
        pass
    return matcher.matches()


class _Matcher:
    def __init__(self, resources: Sequence[Resource], existing: Sequence[Existing]):
        types = {kind.terraform: token for token, kind in KINDS.items()}
        self._planned = {each.urn: each for each in resources if each.type in KINDS and each.custom}
        self._all = list(existing)
        self._left: dict[str, dict[str, Existing]] = defaultdict(dict)
        for each in existing:
            if each.type in types:
                self._left[types[each.type]][each.address] = each
        self._pairs: list[Match] = []
        self.translation = Translation(resources)

    def give(self, given: Mapping[str, str], reason: Reason) -> None:
        by_name = {(each.type, each.name): each for each in self._planned.values()}
        for address, name in given.items():
            token = next((token for token, left in self._left.items() if address in left), None)
            if token is None:
                raise MatchError(f"{address} is not an address in the state of a type that can be adopted")
            planned = by_name.get((token, name))
            if planned is None:
                names = sorted(each for kind, each in by_name if kind == token)
                raise MatchError(
                    f"{address} = {name!r}: the plan has no {token} of this name; it has {', '.join(names) or 'none'}"
                )
            if planned.urn not in self._planned:
                raise MatchError(f"{address} = {name!r}: another resource is given for it; leave one")
            why = "given" if reason is Reason.GIVEN else "as in the file"
            self._pair(planned, self._left[token][address], reason, why)

    def by_keys(self) -> bool:
        """Pair those with equal keys. True when there were any."""
        before = len(self._pairs)
        for planned in list(self._planned.values()):
            keys = self._keys(planned)
            if not keys:
                continue
            found = [each for each in self._left[planned.type].values() if _fits(each, keys)]
            rivals = [each for each in self._planned.values() if each.type == planned.type and self._keys(each) == keys]
            if len(found) == 1 and len(rivals) == 1:
                why = ", ".join(f"{name} = {value}" for name, value in keys.items())
                if KINDS[planned.type].shared:
                    self._pair(planned, found[0], Reason.SHARED, f"{why}, which others may have too")
                else:
                    self._pair(planned, found[0], Reason.EQUAL, why)
        return len(self._pairs) > before

    def by_words(self) -> bool:
        """Pair the two of a type whose names share the most words, if no other two share as many."""
        scored = [score for token in self._left for score in self._scores(token)]
        if not scored:
            return False
        shared, planned, existing = max(scored, key=lambda each: len(each[0]))
        words = ", ".join(sorted(shared - {_ONLY}))
        why = f"names share {words}" if words else "the only one of its type on both sides"
        self._pair(planned, existing, Reason.WORDS, why)
        return True

    def matches(self) -> Matches:
        taken = {each.existing.address for each in self._pairs}
        ordered = sorted(self._pairs, key=lambda each: (each.planned.type, each.planned.name))
        return Matches(tuple(ordered), tuple(each for each in self._all if each.address not in taken), self.translation)

    def _pair(self, planned: Resource, existing: Existing, reason: Reason, why: str) -> None:
        self._pairs.append(Match(planned, existing, reason, why))
        del self._planned[planned.urn]
        del self._left[planned.type][existing.address]
        self.translation.learn(planned, existing)

    def _keys(self, planned: Resource) -> dict[str, object]:
        """What tells the resource apart, as it would be after the adoptions; empty while some of it is open."""
        keys: dict[str, object] = {}
        for name in KINDS[planned.type].keys:
            value = self.translation.input(planned, name)
            if value in (UNKNOWN, NEW, None) or value == SECRET:
                return {}
            keys[name] = value
        return keys

    def _scores(self, token: str) -> Iterator[tuple[set[str], Resource, Existing]]:
        """The pairs of a type that are each other's best. Parts of another resource and IAM are never guessed."""
        kind = KINDS[token]
        if kind.keys != kind.names or token.startswith(_NEVER_GUESSED):
            return
        planned = [each for each in self._planned.values() if each.type == token]
        existing = list(self._left[token].values())
        dull = _words(kind.terraform) | _words(token)
        ours = [each - dull for each in _distinctive([_words(each.name) for each in planned])]
        theirs = [each - dull for each in _distinctive([_words(_title(each)) for each in existing])]
        if len(planned) == 1 == len(existing):
            ours, theirs = [ours[0] | {_ONLY}], [theirs[0] | {_ONLY}]
        shared = [[mine & other for other in theirs] for mine in ours]
        best_of_rows = [_single_best(list(map(len, row))) for row in shared]
        best_of_columns = [_single_best([len(row[column]) for row in shared]) for column in range(len(existing))]
        for row, column in enumerate(best_of_rows):
            if column is None or best_of_columns[column] != row:
                continue
            if _same_engine(planned[row], existing[column]):
                yield shared[row][column], planned[row], existing[column]


def _single_best(numbers: Sequence[int]) -> int | None:
    """The place of the largest number; None when another is as large, or it is 0."""
    largest = max(numbers, default=0)
    return numbers.index(largest) if largest and numbers.count(largest) == 1 else None


def _fits(existing: Existing, keys: Mapping[str, object]) -> bool:
    for name, value in keys.items():
        theirs = attribute(existing.attributes, name)
        if theirs is None or same_shape(theirs, value) != value:
            return False
    return True


def _same_engine(planned: Resource, existing: Existing) -> bool:
    """Whether the engine, which no update changes, allows the two to be the same."""
    ours, theirs = planned.inputs.get("engine"), attribute(existing.attributes, "engine")
    # ElastiCache turns Redis into Valkey in place.
    return not isinstance(ours, str) or theirs in (None, ours) or sorted((ours, str(theirs))) == ["redis", "valkey"]


def _title(existing: Existing) -> str:
    """All names of an existing resource."""
    names = ("bucket", "identifier", "name", "replication_group_id", "description")
    found = (str(existing.attributes.get(each) or "") for each in names)
    return " ".join((existing.address, str(existing.tags.get("Name") or ""), *found))


def _words(text: str) -> set[str]:
    """The words of a name, of two letters at the least."""
    return {word for word in _WORD.findall(text.lower()) if len(word) > 1 and not word.isdigit()}


def _distinctive(names: Sequence[set[str]]) -> list[set[str]]:
    """The words of each name that not all names have. A single name keeps its own."""
    counted = Counter(word for name in names for word in name)
    return [{word for word in name if len(names) == 1 or counted[word] < len(names)} for name in names]
