"""RDS instance classes, and which region offers them for PostgreSQL and MySQL.

The tables are those that cfn-lint publishes with each release, from RDS' DescribeOrderableDBInstanceOptions.
"""

from functools import cache
from typing import Any

from pydantic_core import from_json

from .instances import published_table

ENGINES = ("postgres", "mysql")


def is_instance_class(name: str) -> bool:
    """Whether some region offers the class, for any engine. Searching the table's text is faster than parsing it."""
    return f'"{name}"'.encode() in _text()


def instance_classes() -> list[str]:
    """All classes that some region offers for PostgreSQL or MySQL, sorted."""
    return sorted({name for region in _table() for name in classes_in(region)})


@cache
def classes_in(region: str) -> frozenset[str]:
    """The classes that `region` offers for PostgreSQL and MySQL; empty for an unknown region."""
    found: set[str] = set()
    for branch in _table().get(region, {}).get("allOf", ()):
        if branch["if"]["properties"].get("Engine", {}).get("const") in ENGINES:
            found.update(branch["then"]["properties"]["DBInstanceClass"]["enum"])
    return frozenset(found)


@cache
def _text() -> bytes:
    return published_table("aws_rds_dbinstance", "dbinstanceclass_enum.json")


@cache
def _table() -> dict[str, Any]:
    return from_json(_text())
