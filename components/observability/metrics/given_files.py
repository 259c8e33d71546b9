"""What Prometheus and Grafana require of the files of rules and dashboards that a config gives."""

import json
from collections.abc import Mapping
from typing import Annotated, Any, TypeVar, cast

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from ...core.repetition import too_many_values
from ...core.spec import refuse
from ...core.spec_errors import sentences
from .promql import dashboard_expressions, expression_problem, rule_problem

FILE = "metrics"
"""The file of the component's own rules."""
LARGEST_DASHBOARD = 900_000
"""Bytes. A ConfigMap holds 1 MiB."""

_DURATION = r"^([0-9]+y)?([0-9]+w)?([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?([0-9]+ms)?$"
"""Source: prometheus/common, model/time.go, ParseDuration."""


def _one_line(value: object) -> object:
    if value is None or isinstance(value, Mapping | list):
        raise refuse("", "must be text")
    return value


def _read_by_prometheus(expression: str) -> str:
    if problem := rule_problem(expression):
        raise refuse(expression, problem)
    return expression


def _no_metric_name(label: str) -> str:
    if label == "__name__":
        raise refuse(label, "the label __name__ is the name of the series; write record or alert instead")
    return label


Duration = Annotated[str, StringConstraints(pattern=_DURATION, min_length=2)]
LabelName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]
OwnLabelName = Annotated[LabelName, AfterValidator(_no_metric_name)]
_Checked = TypeVar("_Checked", bound=BaseModel)
Text = Annotated[Any, AfterValidator(_one_line)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Rule(_Part):
    """Source: prometheus/prometheus, model/rulefmt/rulefmt.go, Rule."""

    record: str | None = Field(default=None, pattern=r"^[A-Za-z_:][A-Za-z0-9_:]*$")
    alert: str | None = Field(default=None, min_length=1)
    expr: Annotated[str, AfterValidator(_read_by_prometheus)] = Field(min_length=1)
    for_: Duration | None = Field(default=None, alias="for")
    keep_firing_for: Duration | None = None
    labels: dict[OwnLabelName, Text] = {}
    annotations: dict[LabelName, Text] = {}

    @model_validator(mode="after")
    def _one_kind(self) -> "_Rule":
        if (self.record is None) == (self.alert is None):
            raise refuse(self.expr, "a rule needs either record or alert; write one of them")
        if self.record and (self.for_ or self.keep_firing_for or self.annotations):
            raise refuse(self.record, "a rule with record has no for, keep_firing_for and annotations; remove them")
        return self


class _Group(_Part):
    """Source: prometheus/prometheus, model/rulefmt/rulefmt.go, RuleGroup."""

    name: str = Field(min_length=1)
    interval: Duration | None = None
    query_offset: Duration | None = None
    limit: int = 0
    labels: dict[LabelName, Text] = {}
    rules: tuple[_Rule, ...] = ()


class _RuleFile(_Part):
    groups: tuple[_Group, ...]

    @model_validator(mode="after")
    def _names_once(self) -> "_RuleFile":
        names = [group.name for group in self.groups]
        if twice := next((name for name in names if names.count(name) > 1), None):
            raise refuse(twice, f"two groups have the name {twice}; rename one")
        return self


class _Dashboard(BaseModel):
    """Source: grafana/grafana, pkg/util/shortid_generator.go."""

    model_config = ConfigDict(extra="allow", frozen=True)

    uid: str = Field(pattern=r"^[A-Za-z0-9_-]{1,40}$")
    title: str = Field(min_length=1)


def checked_rules(rules: dict[str, str]) -> dict[str, str]:
    """`rules`, when each is a file that Prometheus reads; refused otherwise."""
    if FILE in rules:
        raise refuse(FILE, f"rules.{FILE} is the name of the component's own file; rename it")
    for name, text in rules.items():
        try:
            content: object = yaml.safe_load(text)
            repeated = too_many_values(content)
        except (yaml.YAMLError, ValueError, RecursionError):
            content, repeated = None, False
        if repeated:
            raise refuse(name, f"rules.{name} repeats itself by aliases too often; write each group once")
        if not (isinstance(content, Mapping) and isinstance(cast(Mapping[str, Any], content).get("groups"), list)):
            raise refuse(name, f"rules.{name} is not a file of rules; write YAML with a list `groups`")
        _check(_RuleFile, cast(object, content), f"rules.{name}")
    return rules


def checked_dashboards(dashboards: dict[str, str]) -> dict[str, str]:
    """`dashboards`, when Grafana reads each and they have different uids; refused otherwise."""
    owners: dict[str, str] = {}
    for name, text in dashboards.items():
        try:
            content: object = json.loads(text, parse_constant=_no_number)
        except (ValueError, RecursionError):
            content = None
        if not (isinstance(content, Mapping) and {"uid", "title"} <= cast(Mapping[str, Any], content).keys()):
            raise refuse(name, f"dashboards.{name} is not a dashboard; write JSON with uid and title")
        if len(text.encode()) > LARGEST_DASHBOARD:
            raise refuse(name, f"dashboards.{name} has more than {LARGEST_DASHBOARD} bytes; split it")
        uid = _check(_Dashboard, cast(object, content), f"dashboards.{name}").uid
        for title, expression in dashboard_expressions(cast(Mapping[str, Any], content)):
            if problem := expression_problem(expression):
                raise refuse(name, f"dashboards.{name}: panel {title!r}: expr = {expression!r}: {problem}")
        if (owner := owners.setdefault(uid, name)) != name:
            raise refuse(name, f"dashboards.{name} has the uid {uid} of dashboards.{owner}; write another uid")
    return dashboards


def _no_number(text: str) -> float:
    raise ValueError(f"{text} is not a JSON number")


def _check(model: type[_Checked], content: object, file: str) -> _Checked:
    try:
        return model.model_validate(content)
    except ValidationError as error:
        raise refuse(file, f"{file}: {sentences(model, error)[0]}") from None
