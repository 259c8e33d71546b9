"""The sections of the stack's config that pricing owns."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from pricing.budget import Budget
from pricing.usage import Usage


def test_every_field_is_described_with_its_unit_and_has_a_default() -> None:
    for field in Usage.model_fields.values():
        assert not field.is_required()
        assert field.description
        assert any(unit in field.description for unit in (" month", "a month.", "0 to 1")), field.description


@pytest.mark.parametrize("key", [field.alias or name for name, field in Usage.model_fields.items()])
def test_the_page_on_prices_names_every_key(key: str) -> None:
    page = Path(__file__).parents[2] / "docs" / "prices.md"
    assert f"| `{key}` |" in page.read_text(encoding="utf-8")


def test_keys_are_camel_case() -> None:
    assert Usage.model_validate({"natGb": 5, "averageNodes": {"gpu": 2}}).nat_gb == 5


@pytest.mark.parametrize(
    "wrong", [{"natGb": -1}, {"burstShare": 1.1}, {"natGb": float("inf")}, {"averageNodes": {"gpu": -1}}, {"nat": 1}]
)
def test_wrong_values_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Usage.model_validate(wrong)


@pytest.mark.parametrize("wrong", [{}, {"monthlyBudget": 0}, {"monthlyBudget": -5}, {"monthlyBudget": float("nan")}])
def test_a_budget_is_a_positive_amount(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Budget.model_validate(wrong)


def test_pricing_imports_neither_pulumi_nor_boto3() -> None:
    code = (
        "import sys, pricing.estimate, pricing.budget;"
        "print(sorted(name for name in ('boto3', 'botocore', 'pulumi', 'yaml') if name in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
