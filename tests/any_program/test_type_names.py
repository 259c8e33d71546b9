"""Renamed type tokens are those that the SDK of the AWS provider has aliases for."""

import re
from importlib.util import find_spec
from pathlib import Path

from planner.any_program.type_names import RENAMED
from pricing.estimators import ESTIMATORS
from pricing.free import FREE_TYPES

_ALIASES = re.compile(r"alias_opts = pulumi\.ResourceOptions\(aliases=\[(.*?)\]\)")
_OLD = re.compile(r'type_="([^"]+)"')
_TOKEN = re.compile(r"'(aws:\w+/\w+:\w+)',\s+resource_name")


def aliases() -> dict[str, str]:
    """The token of today by the older one, in every module of the installed SDK that has aliases."""
    found: dict[str, str] = {}
    spec = find_spec("pulumi_aws")
    assert spec is not None
    assert spec.origin is not None
    for path in Path(spec.origin).parent.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        if listed := _ALIASES.search(text):
            (token,) = set(_TOKEN.findall(text))
            found |= dict.fromkeys(_OLD.findall(listed[1]), token)
    return found


def test_aliases_of_what_is_priced_or_free_are_read() -> None:
    known = {old: new for old, new in aliases().items() if {new, RENAMED.get(new)} & {*ESTIMATORS, *FREE_TYPES}}
    assert known
    # A module that the SDK has kept under its second name stays its own token there.
    assert {old: new.replace("aws:alb/", "aws:lb/") for old, new in known.items() if old != new}.items() <= {
        **{old: RENAMED.get(new, new) for old, new in RENAMED.items()}
    }.items()
