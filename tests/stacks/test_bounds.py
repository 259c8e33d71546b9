"""Lists of people and roles have a bound, and metrics are read from no namespace of Kubernetes, in every section."""

from collections.abc import Iterator
from typing import Annotated, Any

import pytest
from pydantic import TypeAdapter, ValidationError

from components.core.spec import Spec
from stacks.config import StackConfig

SCHEMA = StackConfig.model_json_schema(by_alias=True)
PEOPLE = {"emails", "iamRoles"}


def properties() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Section, field and schema of each field of the config."""
    for section, schema in SCHEMA["$defs"].items():
        for field, each in schema.get("properties", {}).items():
            yield section, field, each


def specs(base: type[Spec] = Spec) -> Iterator[type[Spec]]:
    for each in base.__subclasses__():
        yield each
        yield from specs(each)


def test_each_list_of_people_has_a_bound() -> None:
    lists = {(section, field): each for section, field, each in properties() if field in PEOPLE}
    assert len(lists) > 8
    assert [place for place, each in lists.items() if "maxItems" not in each] == []


@pytest.mark.parametrize("name", ["kube-system", "default", "kube-flow"])
def test_no_namespace_of_kubernetes_reads_metrics(name: str) -> None:
    fields = [
        each.model_fields["monitoring_namespace"] for each in specs() if "monitoring_namespace" in each.model_fields
    ]
    assert len(fields) > 15
    annotated: Any = Annotated
    for field in fields:
        adapter = TypeAdapter(annotated[field.annotation, *field.metadata])
        assert adapter.validate_python("monitoring") == "monitoring"
        with pytest.raises(ValidationError, match=f"the namespace {name} belongs to Kubernetes"):
            adapter.validate_python(name)
