"""Every error of a config names field, value and remedy in plain words, and follows from no other error."""

import json
import re
import signal
from collections.abc import Iterator, Mapping, Sequence
from itertools import cycle, islice
from pathlib import Path
from typing import Annotated, Any, cast

import pytest
import yaml
from pydantic import Field

from components.core.pattern_examples import EXAMPLES
from components.core.spec import Inherits, Spec, SpecError, parse, refuse
from stacks.__main__ import SCHEMA, stack_schema
from stacks.config import parse_config
from tests.support.stacks.configs import ENVIRONMENT, refusal

ROOT = Path(__file__).parents[2]
STACKS = ("prod", "staging", "kubeflow")
WRONG: dict[str, Any] = {
    "null": None,
    "number": 5,
    "fraction": 1.5,
    "negative": -7,
    "boolean": True,
    "text": "Zz ü!",
    "empty": "",
    "list": [],
    "numbers": [1],
    "mapping": {},
    "unknown-field": {"nothing": 1},
    "long": "x" * 5_000,
}
RAW = re.compile(
    r"Input should|valid (string|integer|number|dict|list|tuple|bool|boolean)|should (have|match|be)|Extra inputs|"
    r"Field required|Value error|Assertion|this object|validation"
)

Path_ = tuple[str | int, ...]


def paths(value: Any, path: Path_ = ()) -> Iterator[Path_]:
    """The path of every value of a config, of each list's first item alone."""
    if path:
        yield path
    if isinstance(value, dict):
        for key, item in cast(dict[str, Any], value).items():
            yield from paths(item, (*path, key))
    elif isinstance(value, list) and value:
        yield from paths(value[0], (*path, 0))


def replaced(value: Any, path: Path_, wrong: Any) -> Any:
    """A copy of the config with another value at the path."""
    if not path:
        return wrong
    copy = dict(cast(dict[Any, Any], value)) if isinstance(value, dict) else list(value)
    copy[path[0]] = replaced(value[path[0]], path[1:], wrong)  # pyright: ignore[reportArgumentType, reportCallIssue]
    return copy


def problems(config: Mapping[str, Any]) -> list[str]:
    try:
        parse_config({key: value if isinstance(value, str) else json.dumps(value) for key, value in config.items()})
    except SpecError as error:
        return error.problems
    return []


@pytest.mark.parametrize("stack", STACKS)
def test_a_wrong_value_anywhere_gets_plain_words_about_itself(stack: str) -> None:
    config = yaml.safe_load((ROOT / f"Pulumi.{stack}.yaml").read_text())["config"]
    kinds = cycle(WRONG.values())
    for path in paths(config):
        for wrong in islice(kinds, 3):
            told = problems(replaced(config, path, wrong))
            assert not [each for each in told if RAW.search(each) or len(each) > 1_600]
            field = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)[1:]
            own = [each for each in told if each.startswith(field.removeprefix("mlplatform:"))]
            # A section that is wrong itself is the one error; what refers to it is judged once it is right.
            assert own in ([], told)


class Section(Spec):
    domain: str = Field(pattern="^[a-z.]+$", description="Its name.")
    size: int = Field(default=1, ge=1, le=9)


class Whole(Spec):
    domain: str = Field(pattern="^[a-z.]+$", description="The name of all.")
    count: int = Field(default=1, gt=0, lt=9)
    share: float = 0.5
    ready: bool = False
    tags: dict[str, str] = Field(default_factory=dict)
    zones: tuple[Annotated[str, Field(min_length=2, max_length=4)], ...] = Field(default=(), min_length=0, max_length=2)
    section: Annotated[Section, Inherits("domain")] | None = None


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({}, ["domain is missing; it is required (The name of all)"]),
        ({"domain": 123456789012}, ['domain = 123456789012: must be text; write it in quotes: "123456789012"']),
        ({"domain": True}, ['domain = true: must be text; write it in quotes: "true"']),
        ({"domain": 1.3}, ["domain = 1.3: must be text; write it in quotes"]),
        ({"domain": None}, ["domain = null: must be text; write a value, or remove the field"]),
        ({"domain": ["a"]}, ["domain = ['a']: must be text, not a list"]),
        ({"domain": {"a": 1}}, ["domain = a mapping: must be text, not a mapping"]),
        ({"domain": "A"}, ["domain = 'A': must match the pattern ^[a-z.]+$ (The name of all)"]),
        ({"domain": "a", "count": "many"}, ["count = 'many': must be a whole number, such as 3"]),
        ({"domain": "a", "count": 1.5}, ["count = 1.5: must be a whole number, such as 3"]),
        ({"domain": "a", "count": True}, ["count = true: must be a number, such as 3"]),
        ({"domain": "a", "count": 0}, ["count = 0: must be greater than 0"]),
        ({"domain": "a", "count": 9}, ["count = 9: must be less than 9"]),
        ({"domain": "a", "share": "half"}, ["share = 'half': must be a number, such as 2.5"]),
        ({"domain": "a", "ready": "maybe"}, ["ready = 'maybe': must be true or false"]),
        ({"domain": "a", "tags": []}, ["tags = []: must be a mapping of keys to values, such as {a: b}"]),
        ({"domain": "a", "tags": {"a": 1}}, ['tags.a = 1: must be text; write it in quotes: "1"']),
        ({"domain": "a", "zones": "us"}, ["zones = 'us': must be a list; write [us]"]),
        ({"domain": "a", "zones": None}, ["zones = null: must be a list, such as [a, b]"]),
        ({"domain": "a", "zones": ["u"]}, ["zones[0] = 'u': takes 2 characters or more"]),
        ({"domain": "a", "zones": ["us-ea"]}, ["zones[0] = 'us-ea': takes at most 4 characters, and has 5"]),
        ({"domain": "a", "zones": ["us"] * 3}, ["zones = ['us', 'us', 'us']: takes at most 2 items, and has 3"]),
        ({"domain": "a", "section": 5}, ["section = 5: must be a mapping of fields to values; its fields: size"]),
        ({"domain": "a", "section": {"size": 0}}, ["section.size = 0: must be at least 1"]),
        ({"domain": "a", "section": {"siz": 2}},
         ["section.siz is not a known field; known here: size; did you mean size?"]),
        ({"domain": "A", "section": {}}, ["domain = 'A': must match the pattern ^[a-z.]+$ (The name of all)"]),
        ({"domain": "a", "domaiN": "b"}, ["domaiN is not a known field; known here: domain, count, share, ready, tags, "
                                          "zones, section; did you mean domain?"]),
        ({"domain": "x" * 500 + "!"}, [f"domain = '{'x' * 199}… (503 characters): must match the pattern ^[a-z.]+$ "
                                       "(The name of all)"]),
    ],
)  # fmt: skip
def test_each_kind_of_wrong_value_has_its_words(given: Mapping[str, Any], told: Sequence[str]) -> None:
    with pytest.raises(SpecError) as error:
        parse(Whole, given, "whole")
    assert error.value.problems == told


def test_braces_of_a_remedy_are_kept() -> None:
    class Refusing(Spec):
        name: str

        def model_post_init(self, _: Any) -> None:
            raise refuse(self.name, "write {name: a}")

    with pytest.raises(SpecError, match=r"write \{name: a\}"):
        parse(Refusing, {"name": "b"}, "refusing")


def test_an_error_without_words_of_its_own_points_to_the_field() -> None:
    class Odd(Spec):
        when: bytes

    with pytest.raises(SpecError, match=r"when = 5: is not allowed \(bytes type\); see .* docs/stack.schema.json"):
        parse(Odd, {"when": 5}, "odd")


def _patterns(schema: Any) -> Iterator[str]:
    if isinstance(schema, Mapping):
        found = cast(Mapping[str, Any], schema)
        if isinstance(found.get("pattern"), str):
            yield found["pattern"]
        for each in found.values():
            yield from _patterns(each)
    elif isinstance(schema, list):
        for each in cast(list[Any], schema):
            yield from _patterns(each)


def test_each_pattern_of_a_field_has_an_example_that_fits() -> None:
    # The chart's schema has a pattern of its own for ranges and cron, which `components` reads by functions.
    by_functions = ("([0-9]{1,3}", "*,/-", "s3://")
    for pattern in set(_patterns(stack_schema())):
        if not any(each in pattern for each in by_functions):
            assert re.search(pattern, EXAMPLES[pattern].split('"')[-2 if '"' in EXAMPLES[pattern] else 0]), pattern


def test_the_schema_for_editors_is_current() -> None:
    assert json.loads(SCHEMA.read_text(encoding="utf-8")) == stack_schema(), "write it again: make schema"


def test_no_far_fetched_name_is_proposed() -> None:
    assert "did you mean" not in str(refuse("Mars/Base", "no zone", ["Antarctica/Casey"]))
    assert "did you mean Europe/Berlin?" in str(refuse("Europe/Berln", "no zone", ["Europe/Berlin"]))


def test_patterns_take_digits_and_letters_of_ascii_alone() -> None:
    """`\\d` and `\\w` take those of every script, which no name of AWS or Kubernetes may have."""
    assert not [each for each in _patterns(stack_schema()) if re.search(r"\\[dw]", each)]
    account = {**ENVIRONMENT, "account": "\u0661\u0662\u0663\u0664\u0665\u0666\u0667\u0668\u0669\u0660\u0661\u0662"}
    assert "environment.account = " in refusal(environment=account)


def test_empty_reasons_and_lists_of_booleans_have_plain_remedies() -> None:
    assert "unpriced.p5.48xlarge = '': must not be empty" in refusal(
        cost={"monthlyBudget": 1000, "unpriced": {"p5.48xlarge": ""}}
    )
    assert "network.zones = true: must be a list, such as [a, b]" in refusal(
        network={"vpcCidr": "10.0.0.0/16", "zones": True}
    )


def test_importing_the_command_leaves_signals_alone() -> None:
    """This file imports it."""
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
