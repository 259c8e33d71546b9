"""The reviewed file of exceptions: which rule need not hold for which resource, why, and until when."""

import re
from collections.abc import Collection, Mapping
from datetime import date, timedelta
from difflib import get_close_matches
from fnmatch import fnmatchcase
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, cast

from pydantic import BeforeValidator, Field, ValidationError, field_validator

from components.core.spec_errors import sentences
from policies.engine.exceptions_yaml import InvalidYamlError, read_yaml
from pricing.spec import Section

EXCEPTIONS_FILE = Path(__file__).parents[1] / "exceptions.yaml"


_LONGEST = timedelta(days=366)
_SHORTEST_NAME = 2
"""Letters and digits with which the resource's name begins that an exception must give."""
_SHORTEST_END = 8
"""As many at its end are enough as well."""
_FEWEST_WORDS = 4
_WITHOUT_NAMESPACE = ("ClusterRole", "ClusterRoleBinding", "Namespace", "PersistentVolume")
"""The kinds without a namespace that rules judge in the cluster."""
_NOBODY = frozenset(
    {
        *("anybody", "anyone", "everybody", "everyone", "me", "myself", "nobody", "none", "na", "null", "self"),
        *("somebody", "someone", "tba", "tbc", "tbd", "todo", "unknown", "x", "xxx"),
    }
)


class PolicyError(ValueError):
    """A wrong level, or a wrong entry in the file of exceptions. Says field, value and remedy."""


def _day(value: object) -> object:
    """A date in text. pydantic also reads a number as seconds since 1970."""
    if not isinstance(value, str):
        if isinstance(value, date):
            return value
    elif re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise ValueError('there is no such day; write a date such as "2026-11-30"') from None
    raise ValueError('must be a date in quotes, such as "2026-11-30"')


class PolicyException(Section):
    """One entry of the file."""

    rule: str = Field(pattern=r"\S", description="Name of the rule that need not hold.")
    resource: str = Field(
        pattern=r"\S", description="Resource that it need not hold for: a glob over its URN or its name."
    )
    object: str = Field(
        default="",
        pattern=r"^([A-Z]\w*(/[a-z0-9.-]+)?/[a-z0-9.:-]+)?$",
        description="Kubernetes object that the cluster shall admit as well: Kind/namespace/name, or Kind/name for a "
        "kind without a namespace.",
    )
    reason: str = Field(min_length=10, pattern=r"\S", description="The reason, for the reviewer and for later readers.")
    expires: Annotated[date, BeforeValidator(_day)] = Field(
        description="Last day on which it holds, as YYYY-MM-DD; from the next day on it fails."
    )
    approved_by: str = Field(pattern=r"\S", description="Who approved it.")

    @field_validator("resource")
    @classmethod
    def _names_something(cls, resource: str) -> str:
        literal = re.split(r"[*?\[\]]", resource.rpartition("::")[2])
        start, end = _letters(literal[0]), _letters(literal[-1])
        whole_stack = resource.startswith("urn:") and "::" not in resource
        if whole_stack or (start < _SHORTEST_NAME and end < _SHORTEST_END):
            raise ValueError(
                f"{resource!r} covers too much; write the name of the resource, its start before a *, or its whole end"
            )
        return resource

    @field_validator("object")
    @classmethod
    def _is_one_object(cls, named: str) -> str:
        if not named:
            return named
        kind, *namespace, name = named.split("/")
        if kind in _WITHOUT_NAMESPACE and namespace:
            raise ValueError(f"{named!r} has a namespace, and a {kind} has none; write {kind}/{name}")
        if kind not in _WITHOUT_NAMESPACE and not namespace:
            raise ValueError(
                f"{named!r} has no namespace; write {kind}/<namespace>/{name}. "
                f"Only {', '.join(_WITHOUT_NAMESPACE)} have none"
            )
        return named

    @field_validator("reason")
    @classmethod
    def _explains(cls, reason: str) -> str:
        words = re.findall(r"\w{2,}", reason)
        if len(set(map(str.lower, words))) < _FEWEST_WORDS:
            raise ValueError(
                f"{reason!r} is not a reason; say in a sentence why the resource cannot comply, and what limits the "
                "risk"
            )
        return reason

    @field_validator("approved_by")
    @classmethod
    def _is_somebody(cls, approver: str) -> str:
        if len(re.findall(r"[^\W\d_]", approver)) < _SHORTEST_NAME or re.sub(r"\W", "", approver).lower() in _NOBODY:
            raise ValueError(f"{approver!r} is nobody; write the person or the team that approved it")
        return approver

    def covers(self, rule: str, urn: str) -> bool:
        """Whether it is about this rule and this resource, expired or not."""
        of = urn if "::" in self.resource else urn.rpartition("::")[2]
        return self.rule == rule and fnmatchcase(of, self.resource)

    def expired(self, today: date) -> bool:
        """Whether its last day has passed."""
        return today > self.expires

    def too_long(self, today: date) -> bool:
        """Whether it would hold for more than a year."""
        return self.expires > today + _LONGEST

    def holds(self, today: date) -> bool:
        """Whether it is in force."""
        return not self.expired(today) and not self.too_long(today)

    def names_other_stack(self, stack: str) -> bool:
        """Whether its glob is a URN of a stack other than `stack`, so that it can't be of use there."""
        parts = self.resource.split("::", 1)[0].split(":")
        return self.resource.startswith("urn:pulumi:") and not fnmatchcase(stack, parts[2])


def _letters(text: str) -> int:
    return len(re.sub(r"[\W_]", "", text))


def load_exceptions(rules: Collection[str], path: Path = EXCEPTIONS_FILE) -> tuple[PolicyException, ...]:
    """The entries of the file at `path`; `rules` are the names that an entry may use.

    Raises:
        PolicyError: naming the entry, the field and what to write instead.
    """
    try:
        content = _read(path.read_text(encoding="utf-8-sig")) if path.exists() else None
    except OSError as error:
        raise PolicyError(f"{path.name} cannot be read: {error.strerror}; make it a readable file") from None
    except UnicodeDecodeError as error:
        raise PolicyError(f"{path.name} is not UTF-8 (byte {error.start + 1:,}); save it as UTF-8") from None
    except InvalidYamlError as error:
        raise PolicyError(f"{path.name} {error}") from None
    if content is None:
        return ()
    if not isinstance(content, list):
        raise PolicyError(
            f"{path.name} must be a list of exceptions, each with rule, resource, reason, expires, approvedBy"
        )
    return tuple(
        _entry(f"{path.name}, entry {index}", entry, rules)
        for index, entry in enumerate(cast(list[Any], content), start=1)
    )


@lru_cache(maxsize=4)
def _read(text: str) -> Any:
    """The content of a file, which the program and the plan of a stack both read. No one changes it."""
    return read_yaml(text)


def _entry(where: str, entry: Any, rules: Collection[str]) -> PolicyException:
    if not isinstance(entry, Mapping):
        raise PolicyError(f"{where} must be a mapping with rule, resource, reason, expires and approvedBy")
    try:
        exception = PolicyException.model_validate(dict(cast(Mapping[str, Any], entry)))
    except ValidationError as error:
        raise PolicyError(f"{where}: {'; '.join(sentences(PolicyException, error))}") from None
    require_rule(exception.rule, rules, f"{where}: rule")
    return exception


def require_rule(name: str, rules: Collection[str], where: str) -> None:
    """Refuse the name of a rule that doesn't exist.

    Raises:
        PolicyError: proposing the nearest name.
    """
    if name in rules:
        return
    nearest = get_close_matches(name, list(rules), n=1, cutoff=0.4)
    hint = f"did you mean {nearest[0]}?" if nearest else "docs/policies.md lists them"
    raise PolicyError(f"{where} = {name!r}: there is no such rule; {hint}")
