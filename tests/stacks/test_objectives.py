"""The objectives of a stack: those that it has, and those that are refused."""

from typing import Any

import pytest

from components.core.spec import SpecError
from stacks.monitoring import node_prices, stack_rules
from stacks.objectives import objective_problems, objectives_of, runbooks_of
from tests.support.stacks.configs import config, read, sections_of


def refused(**changed: Any) -> str:
    given = {name: value for name, value in {**sections_of("prod"), **changed}.items() if value is not None}
    with pytest.raises(SpecError) as error:
        read(given)
    return str(error.value)


def section(**fields: Any) -> dict[str, Any]:
    return {"objectives": fields}


FRAUD = {"name": "fraud", "namespace": "risk"}


def test_each_model_and_service_of_prod_has_an_objective() -> None:
    found = [(each.namespace, each.service, each.owner) for each in objectives_of(config("prod"))]
    assert found == [
        ("risk", "fraud", "risk"),
        ("search", "embeddings", "search"),
        ("search", "ranking", "search"),
        ("", "gateway", "platform"),
        ("", "feature-server", "platform"),
        ("", "tracking-server", "platform"),
    ]


def test_a_model_keeps_the_defaults_that_it_does_not_change() -> None:
    changed = section(
        modelDefaults={"availability": 99, "latencyMilliseconds": 250}, models=[{**FRAUD, "availability": 99.9}]
    )
    fraud, embeddings, *_ = objectives_of(config("prod", **changed))
    assert (fraud.promise.availability, fraud.promise.latency_milliseconds) == (99.9, 250)
    assert embeddings.promise.availability == 99


def test_a_stack_without_models_has_no_objectives_of_models() -> None:
    assert [each.service for each in objectives_of(config("kubeflow"))] == []
    assert not list(objective_problems(config("kubeflow")))


def test_alerts_link_to_the_runbooks_of_the_repository() -> None:
    assert runbooks_of(config("prod")) == "https://github.com/example/mlplatform/blob/main/docs/runbooks.md"
    own = "https://wiki.example.com/runbooks"
    assert runbooks_of(config("prod", **section(runbookUrl=own))) == own


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        (
            {"modelDefaults": {"availability": 90}},
            "objectives.modelDefaults.availability = 90: the fastest alert needs",
        ),
        ({"modelDefaults": {"availability": 93.05}}, "errors of all requests burn at 14.4, so it could never fire"),
        ({"modelDefaults": {"availability": 100}}, "no error budget is left"),
        ({"modelDefaults": {"availability": 99.9999}}, "write 99.999 or less"),
        ({"modelDefaults": {"latencyPercent": 0}}, "objectives.modelDefaults.latencyPercent = 0: the"),
        (
            {"modelDefaults": {"latencyMilliseconds": 300}},
            "objectives.modelDefaults.latencyMilliseconds = 300.0: the histogram istio_request_duration_milliseconds "
            "has no bucket that ends there; write one of 0.5, 1, 5, 10, 25, 50, 100, 250, 500, 1000",
        ),
        ({"models": [{**FRAUD, "latencyMilliseconds": 75}]}, "objectives.models[0].latencyMilliseconds = 75.0"),
        (
            {"services": [{"service": "feature-server", "latencyMilliseconds": 1}]},
            "objectives.services[0].latencyMilliseconds = 1.0: the histogram feast_feature_server_request_latency",
        ),
        ({"models": [FRAUD, FRAUD]}, "model risk/fraud has two entries; keep one"),
        ({"models": [{**FRAUD, "name": "fruad"}]}, "did you mean risk/fraud?"),
        ({"services": [{"service": "gateway"}, {"service": "gateway"}]}, "service gateway has two entries"),
        ({"services": [{"service": "billing"}]}, "services"),
        ({"runbookUrl": "wiki"}, "objectives.runbookUrl"),
        ({"owner": "Platform Team"}, "objectives.owner"),
    ],
)
def test_objectives_that_no_alert_can_watch_are_refused(fields: dict[str, Any], problem: str) -> None:
    assert problem in refused(**section(**fields))


def test_a_service_that_the_stack_lacks_is_refused() -> None:
    told = refused(featureIngest=None, featureServices=None, **section(services=[{"service": "feature-server"}]))
    assert "objectives.services[0].service = 'feature-server': the stack does not have it; write one of gateway" in told


def test_metrics_that_are_read_too_rarely_are_refused() -> None:
    metrics = {**sections_of("prod")["metrics"], "scrapeSeconds": 300}
    assert "metrics.scrapeSeconds = 300: rules and dashboards show rates over five minutes" in refused(metrics=metrics)


@pytest.mark.parametrize(
    ("schedule", "hours"),
    [("15 * * * *", 3), ("0 3 * * *", 26), ("0 3,15 * * *", 14), ("0 3 * * 1", 170), ("30 3 1 * *", 31 * 24 + 2)],
)
def test_features_are_late_two_hours_after_their_schedule(schedule: str, hours: int) -> None:
    services = sections_of("prod")["featureServices"]
    server = {**services["featureServer"], "materialization": {"schedule": schedule}}
    found = read({**sections_of("prod"), "featureServices": {**services, "featureServer": server}})
    assert f"feast_feature_freshness_seconds) > {hours} * 3600" in stack_rules(found)["platform"].replace("\n     ", "")


def test_a_stack_has_the_alerts_of_its_parts_alone() -> None:
    prod, kubeflow = (stack_rules(config(stack))["platform"] for stack in ("prod", "kubeflow"))
    assert "FeaturesStale" in prod
    assert "FeaturesStale" not in kubeflow
    assert "NodeNotReady" in kubeflow


def test_nodes_cost_their_list_price() -> None:
    prices = node_prices(config("prod"))
    assert prices["g4dn.xlarge"].on_demand == 0.526
    assert all(price.spot <= price.on_demand for price in prices.values())
