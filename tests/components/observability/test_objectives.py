"""Objectives, their rules under promtool, and what is refused."""

from collections.abc import Iterator
from itertools import accumulate
from pathlib import Path
from typing import Any

import pytest
import yaml

from components.observability.objectives.burn_rates import BURN_RATES, BurnRate
from components.observability.objectives.indicators import Service, model_indicator, service_indicator
from components.observability.objectives.objective import Objective
from components.observability.objectives.rule_files import rule_files
from components.observability.objectives.spec import DEFAULT_PROMISES, PromiseSpec
from components.observability.symptoms import SYMPTOMS
from tests.support.components.observability.promtool import Scenario, assert_alerts, check_rules
from tests.support.components.observability.queries import Query, exported_metrics, recorded_metrics
from tests.support.programs import needs

RUNBOOKS = "https://example.com/runbooks.md"
RANKING = Objective("ranking", "search", "search", PromiseSpec(), model_indicator("ranking", "search"))
SERVICES = [Objective(each.value, "", "platform", DEFAULT_PROMISES[each], service_indicator(each)) for each in Service]
GATEWAY = '{reporter="source",destination_service_namespace="search",destination_service_name="ranking-predictor",%s}'
MINUTES = {"m": 1, "h": 60, "d": 1440}
LABELS = {"service": "ranking", "namespace": "search", "owner": "search"}


def files(objectives: list[Objective]) -> dict[str, str]:
    return rule_files(objectives, SYMPTOMS, "platform", RUNBOOKS)


def groups(objectives: list[Objective]) -> list[dict[str, Any]]:
    return [group for text in files(objectives).values() for group in yaml.safe_load(text)["groups"]]


def minutes(window: str) -> int:
    return int(window[:-1]) * MINUTES[window[-1]]


def counter(rates: list[float]) -> list[float]:
    return list(accumulate(rates))


@needs("promtool")
def test_promtool_accepts_the_rules(tmp_path: Path) -> None:
    check_rules(tmp_path, files([RANKING, *SERVICES]))


def test_each_rule_reads_what_is_exported() -> None:
    found = groups([RANKING, *SERVICES])
    known = exported_metrics() | recorded_metrics(found)
    problems = [
        f"{rule.get('alert', rule.get('record'))}: {problem}"
        for group in found
        for rule in group["rules"]
        for problem in Query(rule["expr"], known).problems
    ]
    assert not problems


@pytest.mark.parametrize(
    ("query", "problem"),
    [
        ("rate(istio_request_total[5m])", "nothing exports istio_request_total"),
        ('istio_requests_total{code="500"}', "no label code"),
        ("sum by (pod) (rate(keda_scaled_object_errors_total[5m]))", "no label pod"),
        ("rate(DCGM_FI_DEV_XID_ERRORS[5m])", "not a counter"),
        ("sum(up) by (job) * on (job, namespace) group_left () kube_pod_info", "the left side has no label namespace"),
        ("histogram_quantile(0.9, sum(rate(istio_request_duration_milliseconds_bucket[5m])))", "no label le"),
        ("feast_feature_server_request_latency_seconds", "nothing exports"),
    ],
)
def test_a_query_on_what_nothing_exports_is_found(query: str, problem: str) -> None:
    assert problem in "; ".join(Query(query).problems)


def failures(burn: BurnRate) -> tuple[float, float]:
    """Failing requests of 1000 a minute: clearly above the alert's threshold, and clearly below."""
    threshold = burn.factor * (1 - RANKING.promise.availability / 100)
    return 1000 * threshold * 1.3, 1000 * threshold * 0.7


def scenario(burn: BurnRate, bad: list[float], fires: bool) -> Scenario:
    bad = [0.0, *bad]
    good = [1000 - each for each in bad]
    labels = {"severity": str(burn.severity), "objective": "availability", **LABELS}
    return Scenario(
        {
            "istio_requests_total" + GATEWAY % 'response_code="200"': counter(good),
            "istio_requests_total" + GATEWAY % 'response_code="503"': counter(bad),
        },
        {f"ErrorBudgetBurn{burn.name}": [labels] if fires else []},
    )


def step(burn: BurnRate) -> int:
    """Minutes between evaluations: often enough for the short window, and few enough for three days."""
    return max(1, minutes(burn.short) // 6)


def burn_scenarios(burn: BurnRate) -> Iterator[Scenario]:
    high, low = failures(burn)
    long, short = minutes(burn.long), minutes(burn.short)
    lead = step(burn) + 6
    yield scenario(burn, [high] * (long + lead), True)
    yield scenario(burn, [low] * (long + lead), False)
    # The short window alone: a peak that the long window hardly sees.
    yield scenario(burn, [0.0] * long + [high] * (short + lead), False)
    # The long window alone: the problem has ended.
    yield scenario(burn, [high * 1.5] * long + [0.0] * (short + lead), False)


@needs("promtool")
@pytest.mark.parametrize("burn", BURN_RATES, ids=lambda burn: burn.name)
def test_alert_fires_only_while_both_windows_burn(burn: BurnRate, tmp_path: Path) -> None:
    assert_alerts(tmp_path, files([RANKING])["objectives"], list(burn_scenarios(burn)), step(burn))
