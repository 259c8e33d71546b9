"""The rule files of a stack, as Prometheus and Amazon Managed Service for Prometheus read them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import yaml

from ..alerts import Alert
from ..metrics.own_rules import own_alerts
from ..metrics.spec import MetricsPlatformSpec
from ..model_symptoms import OF_MODEL_SERVICE
from ..symptoms import (
    CLUSTER_STATE_MINUTES,
    HOURLY_FEATURES,
    KUBERNETES,
    SYMPTOMS,
    cluster_state,
    features_stale,
)
from .objective import Objective, burn_alerts, objective_groups

_DUMPER = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
"""The same text from libyaml, where PyYAML has it: six times as fast, and a tenth of a warm plan."""


def rule_files(
    objectives: Sequence[Objective],
    parts: Iterable[str],
    owner: str,
    runbooks: str,
    costs: Sequence[Mapping[str, Any]] = (),
    feature_hours: int = HOURLY_FEATURES,
    cluster_state_minutes: int = CLUSTER_STATE_MINUTES,
) -> dict[str, str]:
    """The rule files by their names, without those that would be empty.

    `parts` are the parts of the platform that export metrics, `owner` is the team that acts on alerts of the platform,
    and `runbooks` is the address of the page with the runbooks. `costs` are rule groups of `cost_groups`.
    Features older than `feature_hours` raise an alert, and backups of the cluster older than `cluster_state_minutes`.
    """
    own = {"feast": (features_stale(feature_hours),), "cluster-state": cluster_state(cluster_state_minutes)}
    burns = [each.rule(None, runbooks) for each in burn_alerts()] if objectives else []
    chosen = {KUBERNETES, *parts}
    symptoms = [
        {"name": f"platform-{part}", "rules": [each.rule(owner, runbooks) for each in alerts]}
        for part, alerts in (SYMPTOMS | own).items()
        if part in chosen
    ]
    files = {
        "objectives": [*objective_groups(objectives), *([{"name": "error-budgets", "rules": burns}] if burns else [])],
        "platform": symptoms,
        "costs": costs,
    }
    return {name: _text(groups) for name, groups in files.items() if groups}


def all_alerts() -> list[Alert]:
    """Every alert that a stack may have, for the runbooks."""
    symptoms = (each for alerts in SYMPTOMS.values() for each in alerts)
    return [*burn_alerts(), *symptoms, *own_alerts(MetricsPlatformSpec(name="metrics")), *OF_MODEL_SERVICE]


def _text(groups: Sequence[Mapping[str, Any]]) -> str:
    return yaml.dump({"groups": list(groups)}, Dumper=_DUMPER, sort_keys=False, width=120)
