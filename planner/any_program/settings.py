"""What the user says of a program that knows nothing of this project: a small YAML file, and flags."""

from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, cast

from pydantic import Field, ValidationError, field_validator, model_validator

from components.core.spec_errors import sentences
from planner.any_program.program_error import ProgramError
from planner.yaml_document import YamlError, read_document
from policies.engine.exceptions import PolicyException
from policies.engine.registry import RULES
from policies.engine.settings import EnvironmentKind, Level, PolicySettings
from pricing.budget import Reason
from pricing.spec import Section
from pricing.usage import Usage

MAX_BYTES = 2**20
_WHOLE_PACKAGE = ":*"


class RuleSetting(Section):
    """How a rule holds, if it differs from the default."""

    level: Level = Field(description="mandatory, advisory or disabled.")
    reason: Annotated[str, Field(min_length=10, pattern=r"\S")] = Field(
        description="The reason, for the reviewer and for later readers."
    )


class ProgramSettings(Section):
    """The settings of `mlplatform price` and `mlplatform check`. Each has a default."""

    region: str | None = Field(
        default=None,
        pattern=r"^[a-z]{2}(-[a-z]+)+-[0-9]$",
        description="Region of resources whose provider does not state one.",
        examples=["eu-west-1"],
    )
    environment: EnvironmentKind = Field(
        default=EnvironmentKind.DEVELOPMENT,
        description="What the program is for: development, staging or production, which has stricter rules.",
    )
    account: str | None = Field(
        default=None,
        pattern=r"^[0-9]{12}$",
        description="AWS account that providers must be pinned to, 12 digits in quotes. Without it this is not judged.",
    )
    monthly_budget: float | None = Field(
        default=None,
        ge=0.01,
        le=1e10,
        allow_inf_nan=False,
        description="The most that the program may cost, in USD a month. Without it the cost is only shown.",
    )
    unpriced: dict[str, Reason] = Field(
        default_factory=dict[str, str],
        description="What the budget accepts without a price, each with the reason: a resource type, a whole package "
        "such as azure-native:*, or a name that is listed under Unpriced.",
    )
    usage: Usage = Field(
        default_factory=Usage, description="A month's use, as in mlplatform:usage. What is not stated is zero."
    )
    rules: dict[str, RuleSetting] = Field(
        default_factory=dict[str, RuleSetting],
        description="Rules with another level than their own, each with the reason.",
        examples=[{"imdsv2": {"level": "disabled", "reason": "a legacy agent needs version 1 until March"}}],
    )
    policies: PolicySettings = Field(
        default_factory=lambda: PolicySettings(required_tags=[]),
        description="Thresholds of rules, as in mlplatform:policies. No tag is required unless requiredTags says so.",
    )
    exceptions: list[PolicyException] = Field(
        default_factory=list[PolicyException],
        description="Resources that a rule need not hold for: rule, resource, reason, expires and approvedBy.",
    )

    @field_validator("policies")
    @classmethod
    def _no_levels(cls, policies: PolicySettings) -> PolicySettings:
        if policies.levels:
            raise ValueError("levels need reasons here; write rules: {<rule>: {level: …, reason: …}} instead")
        if "required_tags" not in policies.model_fields_set:
            return policies.model_copy(update={"required_tags": []})
        return policies

    @model_validator(mode="after")
    def _known_rules(self) -> "ProgramSettings":
        for field, name in (
            *((f"rules.{name}", name) for name in self.rules),
            *((f"exceptions[{index}].rule", each.rule) for index, each in enumerate(self.exceptions)),
        ):
            if name not in RULES:
                near = get_close_matches(name, RULES, n=1, cutoff=0.4)
                hint = f"; did you mean {near[0]}?" if near else "; docs/policies.md lists them"
                raise ValueError(f"{field} = {name!r}: there is no such rule{hint}")
        if "monthly-budget" in self.rules:
            raise ValueError(
                "rules.monthly-budget: the budget holds where there is one; leave out monthlyBudget instead"
            )
        return self

    def accepted(self, types: Mapping[str, None]) -> dict[str, str]:
        """`unpriced`, with each whole package replaced by those of its types that are in `types`."""
        found: dict[str, str] = {}
        for name, reason in self.unpriced.items():
            if name.endswith(_WHOLE_PACKAGE):
                found |= {type_: reason for type_ in types if type_.startswith(name.removesuffix("*"))}
            else:
                found[name] = reason
        return found


def read_settings(path: Path | None, flags: Mapping[str, Any]) -> ProgramSettings:
    """The settings of the file at `path`, with those of `flags` (by their YAML keys) in place of its own.

    Raises:
        ProgramError: naming the file, the field, the value and the remedy.
    """
    name = path.name if path else "the arguments"
    document: dict[str, Any] = {}
    if path:
        try:
            with path.open("rb") as file:
                content = file.read(MAX_BYTES + 1)
        except OSError as error:
            raise ProgramError(f"{path} cannot be read: {error.strerror}; name a file that you may read") from None
        if len(content) > MAX_BYTES:
            raise ProgramError(f"{path} is larger than {MAX_BYTES:,} bytes; settings take a few lines")
        try:
            found = read_document(content.decode("utf-8-sig"))
        except (YamlError, UnicodeDecodeError) as error:
            raise ProgramError(f"{name}: {error}; write YAML in UTF-8") from None
        if found is not None and not isinstance(found, dict):
            raise ProgramError(f"{name} must be a mapping of settings, such as region: eu-west-1")
        document = cast(dict[str, Any], found or {})
    given = {key: value for key, value in flags.items() if value is not None}
    if isinstance(given.get("rules"), dict) and isinstance(document.get("rules"), dict):
        given["rules"] = {**document["rules"], **given["rules"]}
    try:
        return ProgramSettings.model_validate({**document, **given})
    except ValidationError as error:
        raise ProgramError(f"{name}: {'; '.join(sentences(ProgramSettings, error))}") from None
