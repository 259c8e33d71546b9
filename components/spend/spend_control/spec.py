"""The arguments of a SpendControl, and their validation."""

import re
from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated, NotRequired, TypedDict

import pulumi
from pydantic import AfterValidator, Field, StringConstraints, field_validator, model_validator

from ...core.email_addresses import addresses_once
from ...core.problems import Problem, refusal
from ...core.spec import Spec, refuse
from ...data.bucket_policies import free_bucket_name

MOST_EMAILS = 10
"""Source: AWS Budgets API reference, NotificationWithSubscribers: one SNS topic and ten email addresses."""
_MOST_NOTIFICATIONS = 10
"""Source: AWS Budgets API reference, CreateBudget, NotificationsWithSubscribers."""
ENVIRONMENT_TAG, COMPONENT_TAG = "environment", "component"

Email = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9.!#$%&'*+=?^_{|}~-]+@[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)+$")]
"""Source: Cost Explorer API reference, Subscriber."""
Percent = Annotated[int, Field(ge=1, le=1000)]
TeamName = Annotated[str, StringConstraints(pattern=r"^[a-z]([a-z0-9-]*[a-z0-9])?$")]
Namespace = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$")]


def _not_reserved(key: str) -> str:
    if key.strip() != key or key.lower().startswith("aws:"):
        raise refuse(key, f"{key!r} is not a tag's key: AWS reserves aws: at its start, and it has no space at an end")
    return key


TagKey = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.:/=+@ -]{1,128}$"), AfterValidator(_not_reserved)]
"""Source: AWS General Reference, "Tag naming limits and requirements"."""


class BudgetScope(StrEnum):
    """The costs that a budget counts."""

    ENVIRONMENT = "environment"
    """Costs with the tag `environment` of the stack. Taxes, support and resources without the tag are not counted."""
    ACCOUNT = "account"
    """All costs of the account."""


class ActionKind(StrEnum):
    """What AWS does when a budget is exceeded."""

    DENY_CAPACITY = "deny-capacity"
    """Attach a policy to roles that denies them to start machines, jobs and stores."""
    STOP_INSTANCES = "stop-instances"
    """Stop EC2 instances that no scaling group owns."""
    STOP_DATABASES = "stop-databases"
    """Stop RDS instances, which RDS starts again after seven days."""


class ActionApproval(StrEnum):
    """Who decides that an action runs."""

    MANUAL = "manual"
    """A person runs it in the console, after a notification."""
    AUTOMATIC = "automatic"
    """AWS runs it at once."""


class MonitoredCosts(StrEnum):
    """The costs in which anomalies are searched."""

    SERVICES = "services"
    """Each AWS service of the account on its own. An account can have one such monitor."""
    ENVIRONMENT = "environment"
    """All costs with the tag `environment` of the stack. Only the organization's management account can have it."""


class Showback(StrEnum):
    """How the costs of shared nodes are shown to teams."""

    NONE = "none"
    """Not at all: nodes belong to nobody."""
    SPLIT = "split"
    """By split cost allocation data of AWS, which the account that pays must have turned on."""


_TARGETS = {
    ActionKind.DENY_CAPACITY: (r"[A-Za-z0-9_+=,.@-]{1,64}", "an IAM role's name without its path"),
    ActionKind.STOP_INSTANCES: (r"i-[0-9a-f]{8,17}", "an EC2 instance's id, such as i-0123456789abcdef0"),
    ActionKind.STOP_DATABASES: (r"[a-z](-?[a-z0-9]){0,62}", "an RDS instance's identifier"),
}


class BudgetActionConfig(TypedDict):
    """Something that AWS does when the budget is exceeded."""

    name: str
    """The action's name within the component."""
    kind: ActionKind
    """What AWS does."""
    targets: list[str]
    """Names of IAM roles, ids of EC2 instances or identifiers of RDS instances, as the kind requires."""
    percent: NotRequired[int]
    """Percent of the budget, spent, at which the action is due."""
    approval: NotRequired[ActionApproval]
    """Who decides that the action runs."""


class BudgetActionSpec(Spec):
    """Something that AWS does when the budget is exceeded."""

    name: str = Field(pattern=r"^[a-z][a-z0-9-]{0,30}$", description="The action's name within the component.")
    kind: ActionKind = Field(description="What AWS does.")
    targets: tuple[str, ...] = Field(
        min_length=1,
        max_length=100,
        description="Names of IAM roles, ids of EC2 instances or identifiers of RDS instances, as the kind requires.",
    )
    percent: Percent = Field(default=120, description="Percent of the budget, spent, at which the action is due.")
    approval: ActionApproval = Field(
        default=ActionApproval.MANUAL, description="Who decides that the action runs: manual or automatic."
    )

    @model_validator(mode="after")
    def _targets_of_the_kind(self) -> "BudgetActionSpec":
        if error := refusal(self._problems()):
            raise error
        return self

    def _problems(self) -> Iterator[Problem]:
        pattern, what = _TARGETS[self.kind]
        for place, target in enumerate(self.targets):
            if not re.fullmatch(pattern, target):
                yield Problem(("targets", place), target, f"is not {what}; {self.kind} needs one")
            elif target in self.targets[:place]:
                yield Problem(("targets", place), target, "is named more than once; name each once")


class AnomaliesConfig(TypedDict):
    """The search for unusual costs, which is free."""

    monitor: NotRequired[MonitoredCosts]
    """The costs in which anomalies are searched."""
    monitor_arn: NotRequired[str]
    """A monitor that exists, instead of one of this component."""
    minimum_usd: NotRequired[float]
    """USD that an anomaly must cost more than expected, before it is reported."""
    minimum_percent: NotRequired[float]
    """Percent that an anomaly must cost more than expected, before it is reported."""


class AnomaliesSpec(Spec):
    """The search for unusual costs, which is free."""

    monitor: MonitoredCosts = Field(
        default=MonitoredCosts.SERVICES,
        description="The costs in which anomalies are searched: services (one such monitor an account) or environment "
        "(only in the organization's management account).",
    )
    monitor_arn: str | None = Field(
        default=None,
        pattern=r"^arn:aws[a-z-]*:ce::[0-9]{12}:anomalymonitor/[A-Za-z0-9-]+$",
        description="A monitor that exists, instead of one of this component: AWS makes a monitor of services for new "
        "accounts.",
    )
    minimum_usd: float = Field(
        default=100,
        ge=0,
        le=10_000_000_000,
        allow_inf_nan=False,
        description="USD that an anomaly must cost more than expected, before it is reported.",
    )
    minimum_percent: float = Field(
        default=40,
        ge=0,
        le=10_000_000_000,
        allow_inf_nan=False,
        description="Percent that an anomaly must cost more than expected, before it is reported.",
    )

    @model_validator(mode="after")
    def _one_monitor(self) -> "AnomaliesSpec":
        if self.monitor_arn and "monitor" in self.model_fields_set:
            problem = Problem(("monitor",), str(self.monitor), "monitorArn names a monitor that exists; remove one")
            if error := refusal([problem]):
                raise error
        return self


class SpendConfig(TypedDict):
    """The budget and the reports of a stack, as its config describes them."""

    name: str
    """What the names of the budget and the export begin with, unique in the account."""
    emails: NotRequired[list[str]]
    """People who are notified by mail."""
    topic: NotRequired[bool]
    """Whether notifications also go to an encrypted SNS topic."""
    scope: NotRequired[BudgetScope]
    """The costs that the budget counts."""
    actual_percents: NotRequired[list[int]]
    """Percents of the budget, spent, at which people are notified."""
    forecast_percents: NotRequired[list[int]]
    """Percents of the budget, forecast for the month, at which people are notified."""
    actions: NotRequired[list[BudgetActionConfig]]
    """What AWS does when the budget is exceeded."""
    anomalies: NotRequired[AnomaliesConfig]
    """The search for unusual costs."""
    activate_tags: NotRequired[bool]
    """Whether to activate the cost allocation tags. Only the account that pays can."""
    component_tag: NotRequired[bool]
    """Whether the tag `component` is a cost allocation tag, too. A stack gives it to each resource."""
    team_tag: NotRequired[str]
    """The tag whose value names the team that a resource belongs to."""
    export: NotRequired[bool]
    """Whether to export the account's bill to a bucket and make a table of it. One stack of an account does."""
    showback: NotRequired[Showback]
    """How the costs of shared nodes are shown to teams."""
    export_days: NotRequired[int]
    """Days that the exported bill is kept."""
    scan_limit_gib: NotRequired[int]
    """The most that one query of the bill may scan, in GiB."""
    deletion_protection: NotRequired[bool]
    """Whether a deployment refuses to delete the exported bill and the key."""


class SpendControlArgs(SpendConfig):
    """What a SpendControl is made from."""

    monthly_limit: float
    """The budget, in USD a month."""
    cost_tags: dict[str, str]
    """The tags that the provider sets on all resources, by key."""
    team_namespaces: NotRequired[dict[str, list[str]]]
    """The Kubernetes namespaces of each team, for pods without the label of a team."""
    log_bucket: NotRequired[pulumi.Input[str]]
    """The bucket of access logs; required with `export`."""
    catalog_database: NotRequired[pulumi.Input[str]]
    """The Glue database for the table of the bill; required with `export`."""


class SpendSection(Spec):
    """The budget and the reports of a stack."""

    name: str = Field(
        pattern=r"^[a-z][a-z0-9-]{0,30}$",
        description="What the names of the budget and the export begin with, unique in the account.",
    )
    emails: tuple[Email, ...] = Field(
        default=(), max_length=MOST_EMAILS, description="People who are notified by mail, at most 10."
    )
    topic: bool = Field(default=False, description="Whether notifications also go to an encrypted SNS topic.")
    scope: BudgetScope = Field(
        default=BudgetScope.ENVIRONMENT,
        description="The costs that the budget counts: environment (by the tag) or account (all of them).",
    )
    actual_percents: tuple[Percent, ...] = Field(
        default=(80, 100), description="Percents of the budget, spent, at which people are notified."
    )
    forecast_percents: tuple[Percent, ...] = Field(
        default=(100,), description="Percents of the budget, forecast for the month, at which people are notified."
    )
    actions: tuple[BudgetActionSpec, ...] = Field(
        default=(), max_length=10, description="What AWS does when the budget is exceeded. Default: nothing."
    )
    anomalies: AnomaliesSpec | None = Field(default=None, description="The search for unusual costs. Default: none.")
    activate_tags: bool = Field(
        default=False,
        description="Whether to activate the cost allocation tags. Only the account that pays can, a day after the "
        "first resources have the tags.",
    )
    component_tag: bool = Field(
        default=False,
        description="Whether each resource has the tag component, with the name of the component that makes it, and "
        "activateTags activates it.",
    )
    team_tag: TagKey = Field(
        default="team", description="The tag whose value names the team that a resource belongs to."
    )
    export: bool = Field(
        default=False,
        description="Whether to export the account's bill to a bucket and make a table of it. One stack of an account "
        "does.",
    )
    showback: Showback = Field(
        default=Showback.NONE,
        description="How the costs of shared nodes are shown to teams: none, or split (split cost allocation data of "
        "AWS, in a second export). The account that pays must have turned it on.",
    )
    export_days: int = Field(default=1100, ge=62, le=36_500, description="Days that the exported bill is kept.")
    scan_limit_gib: int = Field(
        default=100,
        ge=1,
        le=1_000_000,
        description="The most that one query of the bill may scan, in GiB; Athena charges by TB.",
    )
    deletion_protection: bool = Field(
        default=True, description="Whether a deployment refuses to delete the exported bill and the key."
    )

    @field_validator("name")
    @classmethod
    def _free_bucket_name(cls, name: str) -> str:
        return free_bucket_name(name, whole=False)

    @field_validator("emails")
    @classmethod
    def _addresses(cls, emails: tuple[str, ...]) -> tuple[str, ...]:
        return addresses_once(emails)

    @field_validator("actual_percents", "forecast_percents")
    @classmethod
    def _distinct(cls, values: tuple[object, ...]) -> tuple[object, ...]:
        if twice := next((value for value in values if values.count(value) > 1), None):
            raise refuse(twice, f"{twice} is given more than once; give it once")
        return values

    @model_validator(mode="after")
    def _parts_fit_together(self) -> "SpendSection":
        if error := refusal(self._problems()):
            raise error
        return self

    def _problems(self) -> Iterator[Problem]:
        if not (self.emails or self.topic):
            yield Problem(("emails",), [], "nobody would be notified; name an address, or set topic to true")
        notifications = len(self.actual_percents) + len(self.forecast_percents)
        if not notifications:
            yield Problem(("actualPercents",), [], "the budget would notify nobody; write a percent such as 100")
        if notifications > _MOST_NOTIFICATIONS:
            remedy = (
                f"a budget has at most {_MOST_NOTIFICATIONS} notifications, actual and forecast together; remove some"
            )
            yield Problem(("actualPercents",), list(self.actual_percents), remedy)
        if self.team_tag in (ENVIRONMENT_TAG, COMPONENT_TAG):
            yield Problem(("teamTag",), self.team_tag, "the stack gives this tag to each resource; name another")
        if self.showback is Showback.SPLIT and not self.export:
            remedy = "it needs the exported bill, which it divides; set export to true, or remove it"
            yield Problem(("showback",), str(self.showback), remedy)
        names = [action.name for action in self.actions]
        for place, name in enumerate(names):
            if name in names[:place]:
                yield Problem(("actions", place, "name"), name, "another action has this name; choose another")

    @property
    def key_is_needed(self) -> bool:
        """Whether there is something to encrypt."""
        return self.topic or self.export


class SpendControlSpec(SpendSection):
    """The checked arguments of a SpendControl."""

    monthly_limit: float = Field(
        ge=0.01, le=10_000_000_000, allow_inf_nan=False, description="The budget, in USD a month, at least a cent."
    )
    cost_tags: dict[TagKey, str] = Field(
        min_length=1, description="The tags that the provider sets on all resources, by key."
    )
    team_namespaces: dict[TeamName, tuple[Namespace, ...]] = Field(
        default_factory=dict[str, tuple[str, ...]],
        description="The Kubernetes namespaces of each team, for pods without the label of a team.",
    )

    @field_validator("cost_tags")
    @classmethod
    def _have_values(cls, tags: dict[str, str]) -> dict[str, str]:
        for key, value in sorted(tags.items()):
            if not value.strip():
                raise refuse(tags, f"the tag {key} is empty, so no cost is found by it; write a value, or remove it")
        return tags

    @field_validator("team_namespaces")
    @classmethod
    def _one_team_each(cls, teams: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        owners: dict[str, str] = {}
        for team, namespaces in sorted(teams.items()):
            for namespace in namespaces:
                if (owner := owners.setdefault(namespace, team)) != team:
                    raise refuse(teams, f"{namespace} is a namespace of {owner} and of {team}; name it once")
        return teams

    @model_validator(mode="after")
    def _environment_is_tagged(self) -> "SpendControlSpec":
        by_tag = self.scope is BudgetScope.ENVIRONMENT or (
            self.anomalies and self.anomalies.monitor is MonitoredCosts.ENVIRONMENT
        )
        if by_tag and ENVIRONMENT_TAG not in self.cost_tags:
            problem = Problem(
                ("costTags",), sorted(self.cost_tags), f"has no tag {ENVIRONMENT_TAG}; add it, or set scope to account"
            )
            if error := refusal([problem]):
                raise error
        return self
