"""An address is given once, however its letters are written, in every list of addresses that a spec has."""

import importlib
import pkgutil
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import BaseModel
from pydantic_core import PydanticCustomError

import components
from components.core.email_addresses import addresses_once


def specs_with_addresses() -> Iterator[type[BaseModel]]:
    for module in pkgutil.walk_packages(components.__path__, "components."):
        if module.name.endswith("__main__"):
            continue
        for each in vars(importlib.import_module(module.name)).values():
            if isinstance(each, type) and issubclass(each, BaseModel) and "emails" in each.model_fields:
                yield each


SPECS = sorted(set(specs_with_addresses()), key=lambda each: each.__name__)


def told(spec: type[BaseModel], emails: list[str]) -> str:
    with pytest.raises(ValueError, match="emails") as error:
        spec.model_validate({"emails": emails})
    return str(error.value)


def test_the_specs_are_found() -> None:
    names = {each.__name__ for each in SPECS}
    assert {"TeamSpec", "AccountAuditSpec", "AccessControlSpec", "SpendControlSpec", "BackupPlansSpec"} <= names


@pytest.mark.parametrize("spec", SPECS, ids=lambda each: each.__name__)
def test_addresses_that_differ_in_case_alone_are_one(spec: type[BaseModel]) -> None:
    assert "Ada@example.com is the same address as ada@Example.com" in told(
        spec, ["ada@Example.com", "Ada@example.com"]
    )


@pytest.mark.parametrize(
    ("emails", "why"),
    [
        (("ada",), "'ada' is not a valid email address; write one such as ada@example.com"),
        (("a,b@example.com",), "is not a valid email address"),
        (("ada@example.com", "ada@example.com"), "ada@example.com is named more than once; name each once"),
        ((f"{'a' * 250}@b.com",), "has at most 254 characters, and this has 256"),
    ],
)
def test_a_wrong_address_is_refused(emails: tuple[str, ...], why: str) -> None:
    with pytest.raises(PydanticCustomError) as refused:
        addresses_once(emails)
    assert why in refused.value.message()


def test_addresses_of_two_people_are_kept() -> None:
    given: Any = ("ada@example.com", "alan@example.com")
    assert addresses_once(given) == given
