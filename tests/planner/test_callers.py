"""Every documented caller reaches what it calls, and each check finds the fault that it guards against."""

from collections.abc import Callable

import pytest

from tests.support.planner import callers
from tests.support.planner.faults import Check, Fault, assert_told, each_fault, put
from tests.support.planner.plans import STACKS, Plan, changed, without
from tests.support.planner.releases import delivered_plan

CHECKS: list[Check] = [callers.lost_callers, callers.lost_routes, callers.past_the_gateway]
SCORER = "fraud: Deployment fraud-scorer"
GRAFANA = "metrics-grafana-pod"
CONTAINERS = ("spec", "template", "spec", "containers")
URL = (*CONTAINERS, 0, "env", 0, "value")
OUTSIDE = "fraud: VirtualService fraud-scorer"


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("stack", STACKS)
def test_each_caller_reaches_what_it_calls(stack: str, check: Check) -> None:
    assert list(check(delivered_plan(stack))) == []


@pytest.mark.parametrize("stack", ["staging", "prod"])
def test_the_scorer_is_called_from_outside_and_calls_its_model(stack: str) -> None:
    plan = delivered_plan(stack)
    assert SCORER in [who for who, *_ in callers.documented(plan)]
    assert OUTSIDE in [each.name for each in plan if each.type == callers.ROUTE]


FAULTS: list[Fault] = [
    (
        callers.past_the_gateway,
        lambda plan: changed(plan, SCORER, put(*URL, value="http://fraud-predictor.risk.svc.cluster.local")),
        "goes past the gateway",
    ),
    (
        callers.lost_callers,
        lambda plan: without(plan, "fraud: Service fraud-internal"),
        "no Service has the name fraud-internal.risk.svc.cluster.local and the port 80",
    ),
    (
        callers.lost_callers,
        lambda plan: changed(
            plan, "fraud: VirtualService fraud", put("spec", "hosts", value=["fraud.models.example.com"])
        ),
        "no route of the gateway is for fraud-internal.risk.svc.cluster.local",
    ),
    (
        callers.lost_callers,
        lambda plan: changed(
            plan, "serving-platform-gateway-models", put("spec", "servers", 0, "hosts", value=["risk/*.example.com"])
        ),
        "no gateway listens for fraud-internal.risk.svc.cluster.local",
    ),
    (
        callers.lost_callers,
        lambda plan: changed(plan, GRAFANA, put(*CONTAINERS, 0, "ports", value=[])),
        "http://localhost:3000: no Service has the name localhost and the port 3000",
    ),
    (
        callers.lost_callers,
        lambda plan: without(plan, "serving-platform-gateway-ingress-allow-callers"),
        "network policies close 8080 of istio-ingress to risk",
    ),
    (
        callers.lost_callers,
        lambda plan: without(plan, "feature-services-tracking-clients-risk"),
        "network policies close 5000 of mlflow to risk",
    ),
    (
        callers.lost_callers,
        lambda plan: without(plan, "feature-services-features-clients-risk"),
        "network policies close 6566 of feast to risk",
    ),
    (
        callers.lost_routes,
        lambda plan: without(plan, "serving-platform-gateway-ingress-allow-exposed"),
        "network policies close 8080 of risk to istio-ingress",
    ),
    (
        callers.lost_routes,
        lambda plan: without(plan, "fraud: Service fraud-scorer"),
        "no Service has the name fraud-scorer.risk.svc.cluster.local and the port 80",
    ),
]


@each_fault(FAULTS)
def test_a_caller_that_is_lost_is_told(check: Check, fault: Callable[[Plan], Plan], told: str) -> None:
    assert_told(check, fault(delivered_plan("staging")), told)


def test_every_check_of_callers_is_shown_to_find_a_fault() -> None:
    assert {check for check, *_ in FAULTS} == set(CHECKS)
