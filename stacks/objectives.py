"""The section `objectives` of a stack: its objectives, and what the section needs of others."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from components.core.problems import Place, Problem
from components.observability.objectives.indicators import Service, model_indicator, service_indicator
from components.observability.objectives.objective import Objective
from components.observability.objectives.spec import DEFAULT_PROMISES, ObjectivesSpec
from stacks.names import nearest

if TYPE_CHECKING:
    from stacks.config import StackConfig

RUNBOOKS = "docs/runbooks.md"
_AT: Place = ("objectives",)
_SLOWEST_SCRAPE = 120
"""Seconds between two reads, so that five minutes have two even when one read fails."""


class ServedModel(NamedTuple):
    """A model that the gateway answers for."""

    namespace: str
    name: str


def objectives_of(config: "StackConfig") -> list[Objective]:
    """The objectives of the stack's models and services, sorted by name."""
    section = config.objectives or ObjectivesSpec()
    models = [_model_objective(config, section, model) for model in served_models(config)]
    promises = DEFAULT_PROMISES | {each.service: each for each in section.services}
    services = [
        Objective(each.value, "", section.owner, promises[each], service_indicator(each))
        for each in services_of(config)
    ]
    return [*models, *services]


def _model_objective(config: "StackConfig", section: ObjectivesSpec, model: ServedModel) -> Objective:
    own = next((each for each in section.models if (each.namespace, each.name) == model), None)
    promise = section.promise_of(own)
    team = (own and own.owner) or _team_of(config, model.namespace) or section.owner
    return Objective(model.name, model.namespace, team, promise, model_indicator(model.name, model.namespace))


def _team_of(config: "StackConfig", namespace: str) -> str | None:
    teams = config.delivery.teams if config.delivery else ()
    return next((team.name for team in teams if namespace in team.homes), None)


def served_models(config: "StackConfig") -> list[ServedModel]:
    """The models of the program and those that come by GitOps, sorted."""
    serving = config.model_serving
    if not serving:
        return []
    models = (*serving.models, *serving.delivered_models)
    return sorted({ServedModel(each.namespace, each.name) for each in models})


def services_of(config: "StackConfig") -> list[Service]:
    """The platform services of the stack that have objectives."""
    features = config.feature_services
    has = {
        Service.GATEWAY: config.model_serving,
        Service.FEATURE_SERVER: features and features.feature_server,
        Service.TRACKING_SERVER: features and features.tracking_server,
    }
    return [service for service, section in has.items() if section]


def runbooks_of(config: "StackConfig") -> str:
    """The address of the runbooks: of the config, or in the repository that Argo CD reads, or in this repository."""
    if config.objectives and config.objectives.runbook_url:
        return config.objectives.runbook_url
    repository = config.delivery.repository if config.delivery else ""
    return f"{repository.removesuffix('.git')}/blob/main/{RUNBOOKS}" if repository else RUNBOOKS


def objective_problems(config: "StackConfig") -> Iterator[Problem]:
    """Models and services of `objectives` that the stack does not have, and reads too rare for its rules."""
    if config.metrics and config.metrics.scrape_seconds > _SLOWEST_SCRAPE:
        yield Problem(
            ("metrics", "scrapeSeconds"),
            config.metrics.scrape_seconds,
            f"rules and dashboards show rates over five minutes, which need two reads; write {_SLOWEST_SCRAPE} or less",
        )
    section = config.objectives
    if not section:
        return
    models = [f"{model.namespace}/{model.name}" for model in served_models(config)]
    for index, each in enumerate(section.models):
        name = f"{each.namespace}/{each.name}"
        if name not in models:
            known = f"write one of {', '.join(models)}" if models else "modelServing has no models; remove it"
            yield Problem(
                (*_AT, "models", index), name, f"modelServing has no such model; {known}{nearest(name, models)}"
            )
    services = services_of(config)
    for index, promise in enumerate(section.services):
        if promise.service not in services:
            known = f"write one of {', '.join(services)}" if services else "remove it"
            yield Problem(
                (*_AT, "services", index, "service"), str(promise.service), f"the stack does not have it; {known}"
            )
