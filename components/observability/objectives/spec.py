"""The config of objectives: the promises of each model and platform service, and who is told when one is at risk."""

from pydantic import Field, field_validator, model_validator

from ...core.namespace_names import NAMESPACE_PATTERN
from ...core.problems import refuse_at
from ...core.spec import Spec, refuse
from . import histograms
from .burn_rates import objective_problem
from .histograms import Histogram
from .indicators import Service

OWNER_PATTERN = r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$"

HISTOGRAMS = {
    Service.GATEWAY: histograms.GATEWAY,
    Service.FEATURE_SERVER: histograms.FEATURE_SERVER,
    Service.TRACKING_SERVER: histograms.TRACKING_SERVER,
}


class PromiseSpec(Spec):
    """What users of a service may expect, over 30 days."""

    availability: float = Field(default=99.5, description="The percentage of requests that succeed, from 94 to 99.999.")
    latency_percent: float = Field(
        default=99, description="The percentage of requests that take at most latencyMilliseconds, from 94 to 99.999."
    )
    latency_milliseconds: float = Field(
        default=1000, description="A bucket bound of the service's histogram, in milliseconds."
    )

    @field_validator("availability", "latency_percent")
    @classmethod
    def _watchable(cls, percent: float) -> float:
        if problem := objective_problem(percent):
            raise refuse(percent, problem)
        return percent

    def expect_bound_of(self, histogram: Histogram) -> None:
        """Refuse a latency that the histogram cannot measure."""
        if problem := histogram.problem(self.latency_milliseconds):
            raise refuse_at("latencyMilliseconds", self.latency_milliseconds, problem)


class ModelPromiseSpec(PromiseSpec):
    """What users of a model may expect, where it differs from `modelDefaults`."""

    name: str = Field(description="A model of modelServing.")
    namespace: str = Field(pattern=NAMESPACE_PATTERN, description="The model's namespace.")
    owner: str | None = Field(
        default=None,
        pattern=OWNER_PATTERN,
        description="The team that acts on its alerts. Default: the team of delivery that has the namespace, or owner.",
    )

    @model_validator(mode="after")
    def _measurable(self) -> "ModelPromiseSpec":
        self.expect_bound_of(histograms.GATEWAY)
        return self


class ServicePromiseSpec(PromiseSpec):
    """What users of a platform service may expect, where it differs from the default."""

    service: Service = Field(description="The service.")

    @model_validator(mode="after")
    def _measurable(self) -> "ServicePromiseSpec":
        self.expect_bound_of(HISTOGRAMS[self.service])
        return self


DEFAULT_PROMISES = {
    Service.GATEWAY: ServicePromiseSpec(service=Service.GATEWAY, availability=99.9, latency_milliseconds=2500),
    Service.FEATURE_SERVER: ServicePromiseSpec(
        service=Service.FEATURE_SERVER, availability=99.9, latency_milliseconds=100
    ),
    Service.TRACKING_SERVER: ServicePromiseSpec(
        service=Service.TRACKING_SERVER, availability=99, latency_percent=95, latency_milliseconds=1000
    ),
}


class ObjectivesSpec(Spec):
    """Objectives of models and services, and the alerts of the platform."""

    owner: str = Field(
        default="platform", pattern=OWNER_PATTERN, description="The team that acts on alerts of the platform."
    )
    runbook_url: str | None = Field(
        default=None,
        pattern=r"^https://[^\s#]+$",
        description="The page of the runbooks, docs/runbooks.md, to which each alert links. Default: the page in "
        "delivery.repository.",
    )
    model_defaults: PromiseSpec = Field(default_factory=PromiseSpec, description="What users of each model may expect.")
    models: tuple[ModelPromiseSpec, ...] = Field(default=(), description="The models with other objectives.")
    services: tuple[ServicePromiseSpec, ...] = Field(default=(), description="The services with other objectives.")

    @field_validator("model_defaults")
    @classmethod
    def _defaults_measurable(cls, promise: PromiseSpec) -> PromiseSpec:
        promise.expect_bound_of(histograms.GATEWAY)
        return promise

    @field_validator("models")
    @classmethod
    def _models_once(cls, models: tuple[ModelPromiseSpec, ...]) -> tuple[ModelPromiseSpec, ...]:
        for index, model in enumerate(models):
            if any((other.name, other.namespace) == (model.name, model.namespace) for other in models[:index]):
                raise refuse(model.name, f"model {model.namespace}/{model.name} has two entries; keep one")
        return models

    @field_validator("services")
    @classmethod
    def _services_once(cls, services: tuple[ServicePromiseSpec, ...]) -> tuple[ServicePromiseSpec, ...]:
        for index, each in enumerate(services):
            if any(other.service is each.service for other in services[:index]):
                raise refuse(each.service, f"service {each.service} has two entries; keep one")
        return services

    def promise_of(self, model: ModelPromiseSpec | None) -> PromiseSpec:
        """What users of a model may expect: its own values, and those of `modelDefaults` for the others."""
        own = model.model_dump(include=model.model_fields_set & PromiseSpec.model_fields.keys()) if model else {}
        return PromiseSpec.model_validate({**self.model_defaults.model_dump(), **own})
