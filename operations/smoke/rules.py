"""What seniors demand of each smoke.yaml, so that a team cannot make its own test easier: `smoke` of promotion.yaml."""

from pathlib import Path
from typing import Annotated

from pydantic import Field

from ..settings import Settings, SettingsError, fault, matching, parse, read
from .config import FirewallConfig, SmokeConfig


class SmokeRules(Settings):
    """The rules of a stack's smoke tests."""

    domain: Annotated[str, matching(r"[a-z0-9.-]+(:\d+)?", "it is not a domain, such as models.example.com")] = Field(
        description="The domain of the stack's models. A model answers at https://<model>.<domain>."
    )
    minimum_requests: int = Field(default=50, ge=1, description="The fewest requests that measure latency.")
    minimum_percentile: float = Field(default=90, gt=0, lt=100, description="The lowest percentile, in %.")
    longest_milliseconds: float = Field(default=2000, gt=0, description="The highest `latency.maximumMilliseconds`.")
    largest_error_budget_percent: float = Field(default=1, ge=0, lt=100, description="The largest error budget, in %.")
    minimum_certificate_days: int = Field(default=7, ge=0, description="The lowest `certificateDays`.")
    firewall: FirewallConfig = Field(default_factory=FirewallConfig, description="The firewall of the stack.")
    headers_from_environment: tuple[str, ...] = Field(
        default=(), description="The environment variables that `headersFromEnvironment` may name."
    )

    def url(self, model: str) -> str:
        """The public address of a model."""
        return f"https://{model}.{self.domain}"

    def faults(self, config: SmokeConfig, model: str) -> list[str]:
        """What is wrong with a smoke.yaml of a model, one sentence for each field."""
        floor, ceiling = "it must be at least {:g}; raise it", "it must be at most {:g}; lower it"
        latency, days, budget = config.latency, config.certificate_days, config.error_budget_percent
        bounds = [
            ("latency.requests", latency.requests, self.minimum_requests, floor),
            ("latency.percentile", latency.percentile, self.minimum_percentile, floor),
            ("certificateDays", days, self.minimum_certificate_days, floor),
            ("latency.maximumMilliseconds", latency.maximum_milliseconds, self.longest_milliseconds, ceiling),
            ("errorBudgetPercent", budget, self.largest_error_budget_percent, ceiling),
        ]
        wrong = [
            fault(field, value, remedy.format(bound))
            for field, value, bound, remedy in bounds
            if (value < bound if remedy is floor else value > bound)
        ]
        if config.model != model:
            wrong.append(fault("model", config.model, f"it must be {model}; correct it"))
        if config.url != self.url(model):
            wrong.append(fault("url", config.url, f"it must be {self.url(model)}, the model in staging; correct it"))
        wrong += [
            fault(f"firewall.{field}", given, f"the stack's firewall has {wanted}; write the same or leave it out")
            for field, given in config.firewall.model_dump(by_alias=True).items()
            if given != (wanted := self.firewall.model_dump(by_alias=True)[field])
        ]
        allowed = ", ".join(self.headers_from_environment) or "no variable"
        return wrong + [
            fault(f"headersFromEnvironment.{header}", name, f"only {allowed} may be sent; remove it")
            for header, name in config.headers_from_environment.items()
            if name not in self.headers_from_environment
        ]


def load_rules(path: Path) -> SmokeRules:
    """Read the rules from a promotion.yaml. A SettingsError names what is wrong."""
    return parse(SmokeRules, read(path).get("smoke"), f"{path}: smoke")


def refuse_weak(config: SmokeConfig, rules: SmokeRules, model: str, where: str) -> None:
    """Refuse a smoke.yaml that breaks the rules. A SettingsError names each fault."""
    if wrong := rules.faults(config, model):
        raise SettingsError(where, wrong)
