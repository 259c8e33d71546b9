"""plan.json is what its schema says, and the schema says no more than a plan has."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from jsonschema import Draft202012Validator

from planner.plan import FORMAT, Plan
from planner.prerequisites import Prerequisite
from planner.quotas.quota import Quota
from policies.engine.evaluate import Verdict
from pricing.budget import Budget
from pricing.lines import Commitment, Estimate, Line, Saving, Unpriced
from resources.resource import SECRET, UNKNOWN, Resource
from stacks.config_warning import ConfigWarning
from stacks.unusual_choices import Choice
from tests.support.planner.plans import ROOT, STACKS, document_of

SCHEMA: dict[str, Any] = json.loads((ROOT / "planner" / "plan.schema.json").read_text(encoding="utf-8"))
# What it takes is typed as JSON with a hole in it; here it is whatever was read.
VALIDATOR: Any = Draft202012Validator(SCHEMA)

URN = "urn:pulumi:test::sample::aws:ec2/vpc:Vpc::vpc"
FULL = Plan(
    project="sample",
    stack="test",
    resources=(
        Resource(
            urn=URN,
            type="aws:ec2/vpc:Vpc",
            name="vpc",
            parent="urn:pulumi:test::sample::pulumi:pulumi:Stack::sample-test",
            provider="urn:pulumi:test::sample::pulumi:providers:aws::aws",
            dependencies=[URN],
            property_dependencies={"cidrBlock": [URN]},
            inputs={"cidrBlock": UNKNOWN, "password": SECRET, "items": [1, 2.5, None, True, {"a": "b"}]},
            outputs={"id": "vpc-1"},
            protect=True,
            retain_on_delete=True,
            ignore_changes=["tags"],
        ),
    ),
    outputs={"vpcId": "vpc-1"},
    budget=Budget(monthly_budget=100),
    estimate=Estimate(
        currency="USD",
        region="us-east-1",
        monthly=7.3,
        lines=(
            Line(
                URN, "network", "vpc nat-gateway-hour", "hours", 730, "h", 0.01, 7.3, "2026-11", spot=2.1, one_year=None
            ),
        ),
        gaps=(Unpriced(URN, "aws:ec2/vpc:Vpc", "vpc hours", "no price"),),
        savings=(Saving("less", "so", 1.5),),
        commitments=(Commitment("a plan", ("2 x m7i.large of pool",), 0.13, 147.17, 97.35, 0.66, 7.9),),
    ),
    verdicts=(
        Verdict("rule", "high", "mandatory", URN, "is wrong", None, "field", "Mend it."),
        Verdict("rule", "low", "advisory", "", "m", "why"),
    ),
    quotas=(Quota("ec2", "L-1", "vCPUs", 5, 96, "pool"),),
    choices=(Choice("network.nat", ["single"], "one zone"),),
    warnings=(ConfigWarning("gpuCluster.endpointPrivateCidrs", [], "Nobody reaches it.", "Add a range."),),
    prerequisites=(Prerequisite("a role", "Nothing launches.", "make it"),),
)
EMPTY = Plan(
    "sample", "test", (), {}, Budget(monthly_budget=1), Estimate("USD", "us-east-1", 0, (), (), ()), (), (), ()
)


def complaints(document: Any) -> list[str]:
    return [f"{error.json_path}: {error.message}" for error in VALIDATOR.iter_errors(document)]


def as_read(plan: Plan) -> Any:
    return json.loads(plan.json())


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA)


def test_the_schema_is_of_the_format_that_is_written() -> None:
    assert SCHEMA["properties"]["format"]["const"] == FORMAT


@pytest.mark.parametrize("plan", [FULL, EMPTY], ids=["full", "empty"])
def test_a_plan_made_by_hand_is_valid(plan: Plan) -> None:
    assert complaints(as_read(plan)) == []


@pytest.mark.parametrize("stack", STACKS)
def test_the_plan_of_each_stack_is_valid(stack: str) -> None:
    assert complaints(document_of(stack)) == []


def objects(value: Any, path: str = "$") -> Iterator[tuple[str, dict[str, Any]]]:
    """The objects of a plan whose fields the format names: not the free ones."""
    if isinstance(value, dict):
        fields = cast(dict[str, Any], value)
        yield path, fields
        for key, item in fields.items():
            if key not in ("inputs", "outputs", "value", "propertyDependencies"):
                yield from objects(item, f"{path}.{key}")
    elif isinstance(value, list):
        for index, item in enumerate(cast(list[Any], value)):
            yield from objects(item, f"{path}[{index}]")


NAMED = [path for path, _ in objects(as_read(FULL))]


@pytest.mark.parametrize("path", NAMED)
def test_neither_a_field_more_nor_less_is_valid(path: str) -> None:
    document = as_read(FULL)
    found = dict(objects(document))[path]
    found["surplus"] = 1
    assert any("surplus" in each for each in complaints(document))
    del found["surplus"]
    for field in list(found):
        value = found.pop(field)
        assert any(f"'{field}' is a required property" in each for each in complaints(document)), field
        found[field] = value


@pytest.mark.parametrize(
    ("field", "value"),
    [("format", 2), ("resources", {}), ("stack", ""), ("policies", [{"policy": "p"}])],
)
def test_a_wrong_value_is_not_valid(field: str, value: Any) -> None:
    assert complaints({**as_read(FULL), field: value})


def test_every_field_is_described() -> None:
    def bare(schema: Any, at: str) -> Iterator[str]:
        for name, each in schema.get("properties", {}).items():
            if "description" not in each and "$ref" not in each:
                yield f"{at}.{name}"
            yield from bare(each, f"{at}.{name}")

    parts = {"$": SCHEMA, **SCHEMA["$defs"]}
    assert [name for at, part in parts.items() for name in bare(part, at)] == []
    assert [at for at, part in parts.items() if not part.get("description")] == []


def test_the_documentation_names_every_field() -> None:
    text = (Path(ROOT) / "docs" / "plan.md").read_text(encoding="utf-8")
    fields = {name for part in (SCHEMA, *SCHEMA["$defs"].values()) for name in part["properties"]}
    assert [name for name in sorted(fields) if f"`{name}`" not in text] == []
