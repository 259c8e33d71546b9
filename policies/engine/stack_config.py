"""The context to judge by, read from the config of the stack that is being deployed."""

from datetime import date
from typing import Any, TypeVar

import pulumi
from pydantic import ValidationError

from availability.target import AvailabilityTarget
from components.core.spec_errors import sentences
from policies.engine.evaluate import Context, PolicyError, check_settings
from policies.engine.exceptions import load_exceptions
from policies.engine.registry import RULES
from policies.engine.settings import EnvironmentKind, EnvironmentSpec, PolicySettings
from pricing.budget import Budget
from pricing.spec import Section
from pricing.usage import Usage

_NAMESPACE = "mlplatform"
_Model = TypeVar("_Model", bound=Section)

_NOT_DEPLOYING = EnvironmentSpec(
    kind=EnvironmentKind.PRODUCTION, owner="none", cost_center="none", account="0" * 12, region="us-east-1"
)


def read_context(today: date) -> Context:
    """The context from the stack's config; one that nothing is judged by when no stack is being deployed.

    Raises:
        PolicyError: when a section is missing or wrong; names section, field and what is wrong.
    """
    if not pulumi.runtime.get_config_env():
        return Context(_NOT_DEPLOYING, PolicySettings(), Budget(monthly_budget=1), Usage(), today)
    context = Context(
        environment=_section("environment", EnvironmentSpec, required=True),
        settings=_section("policies", PolicySettings),
        budget=_section("cost", Budget, required=True),
        usage=_section("usage", Usage),
        today=today,
        exceptions=load_exceptions(RULES),
        target=_section("availability", AvailabilityTarget),
    )
    check_settings(context.settings)
    return context


def _section(name: str, model: type[_Model], *, required: bool = False) -> _Model:
    try:
        values: Any = pulumi.Config(_NAMESPACE).get_object(name)
    except pulumi.ConfigTypeError:
        raise PolicyError(f"{_NAMESPACE}:{name} must be an object") from None
    if values is None and required:
        raise PolicyError(f"{_NAMESPACE}:{name} is missing in the stack's config; rules judge by it")
    try:
        return model.model_validate(values or {})
    except ValidationError as error:
        raise PolicyError(f"{_NAMESPACE}:{name} is wrong: {'; '.join(sentences(model, error))}") from None
