"""Every model of every stack is reached by its name, and each check finds the fault that it guards against."""

from collections.abc import Callable

import pytest

from tests.support.planner import contract, order, serving
from tests.support.planner.faults import Check, Fault, assert_told, each_fault, put
from tests.support.planner.graph import loose
from tests.support.planner.plans import STACKS, Plan, changed, config_of, of_type, plan_of, without
from tests.support.planner.releases import delivered_plan

CHECKS: list[Check] = [
    serving.unknown_names,
    serving.unbound_targets,
    serving.unread_models,
    serving.unreached_caches,
    serving.unawakened,
]
SERVING = [stack for stack in STACKS if "modelServing" in config_of(stack)]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("stack", SERVING)
def test_every_step_leads_on(stack: str, check: Check) -> None:
    plan = delivered_plan(stack)
    section = config_of(stack)["modelServing"]
    wanted = [*section.get("models", ()), *section.get("deliveredModels", ())]
    assert len(of_type(plan, serving.MODEL)) >= len(wanted) > 0
    assert list(check(plan)) == []


_OWN_POLICY = "serving-vision-archive-networkpolicy"
_CUT = [
    (["serving-platform-gateway-ingress-allow-on-demand"], "istio-ingress {'istio': 'ingressgateway'} does not reach"),
    (["serving-platform-knative-serving-allow-gateway"], "istio-ingress {'istio': 'ingressgateway'} does not reach"),
    (["serving-platform-vision-allow-on-demand", _OWN_POLICY], "knative-serving {'app': 'activator'} does not reach"),
    (["serving-platform-knative-serving-allow-models"], "knative-serving {'app': 'activator'} does not reach 8012"),
    (["serving-platform-vision-allow-counting", _OWN_POLICY], "knative-serving {'app': 'autoscaler'} does not reach"),
    (["serving-platform-gateway-ingress-allow-knative-probes"], "{'app': 'net-istio-controller'} does not reach 8080"),
]
"""Policies without which a model that scales to zero is not reached, and who it is that does not reach."""

FAULTS: list[Fault] = [
    (
        serving.unknown_names,
        lambda plan: changed(plan, "serving-lb-certificate", put("subjectAlternativeNames", value=[])),
        "serving-models-fraud-virtualservice: no certificate covers fraud.models.example.com",
    ),
    (
        serving.unknown_names,
        lambda plan: without(plan, "serving-lb-wildcard.models.example.com"),
        "no record leads fraud.models.example.com to a load balancer",
    ),
    (
        serving.unknown_names,
        lambda plan: changed(
            plan,
            "serving-platform-gateway-models",
            put("spec", "servers", 0, "hosts", value=["vision/*.models.example.com"]),
        ),
        "the gateway istio-ingress/models does not listen for fraud.models.example.com of models",
    ),
    (
        serving.unknown_names,
        lambda plan: changed(
            plan,
            "serving-platform-knative-knativeserving",
            put("spec", "config", "domain", value={"models.example.org": ""}),
        ),
        "serving-vision-archive-inferenceservice: no certificate covers archive.models.example.org",
    ),
    (
        serving.unawakened,
        lambda plan: without(plan, "serving-platform-knative-knativeserving"),
        "serving-vision-archive-inferenceservice: nothing runs models that scale to zero",
    ),
    *(
        (
            serving.unawakened,
            lambda plan, names=names: without(plan, *names),
            told,
        )
        for names, told in _CUT
    ),
    (
        serving.unbound_targets,
        lambda plan: without(plan, "serving-platform-gateway-rest-binding"),
        "targetgroup/serving-lb-rest/serving-lb-rest: is in the plan or bound, not both",
    ),
    (
        serving.unbound_targets,
        lambda plan: without(plan, "serving-lb-gateway-15021"),
        "serving-lb-alb: security groups close port 15021 of serving-lb-rest",
    ),
    (
        serving.unbound_targets,
        lambda plan: changed(plan, "serving-lb-to-gateway-8080", put("toPort", value=8079)),
        "serving-lb-alb: security groups close port 8080 of serving-lb-rest",
    ),
    (
        serving.unbound_targets,
        lambda plan: changed(
            plan,
            "serving-platform-gateway-ingress-allow-load-balancer",
            put("spec", "ingress", 0, "from", 0, "ipBlock", "cidr", value="10.42.224.0/24"),
        ),
        "serving-lb-alb: no network policy admits its subnets to port 8080 of serving-lb-rest",
    ),
    (
        serving.unread_models,
        lambda plan: without(plan, "feature-store-data-models-bucket"),
        "the bucket ml-everything-models-111122223333 is not in the plan",
    ),
    (
        serving.unread_models,
        lambda plan: without(plan, "serving-platform-model-cache-vision-steady-persistentvolumeclaim"),
        "serving-vision-churn-inferenceservice: nothing keeps pvc://model-cache-steady/",
    ),
    (
        serving.unread_models,
        lambda plan: changed(
            plan,
            "serving-vision-churn-inferenceservice",
            put("spec", "predictor", "model", "storageUri", value="pvc://a/b"),
        ),
        "serving-vision-churn-inferenceservice: nothing keeps pvc://a/b, or no claim is for it",
    ),
    (
        serving.unread_models,
        lambda plan: without(plan, "serving-platform-kserve-mlserver"),
        "serving-vision-churn-inferenceservice: nothing offers the runtime",
    ),
    (
        serving.unreached_caches,
        lambda plan: without(plan, "serving-vision-caches"),
        "may not reach caches in network-isolated-a",
    ),
    (
        contract.orphaned_identities,
        lambda plan: without(plan, "serving-vision-churn-serviceaccount"),
        "serving-vision-churn-identity-association: nothing makes the service account vision/churn",
    ),
    (
        contract.orphaned_identities,
        lambda plan: changed(
            plan,
            "serving-vision-churn-inferenceservice",
            put("spec", "predictor", "serviceAccountName", value="default"),
        ),
        "vision/churn: no pod has this service account",
    ),
    (
        order.roles_outlive_workloads,
        lambda plan: loose(plan, None, "serving-vision-churn-identity-association"),
        "serving-vision-churn-inferenceservice does not wait for serving-vision-churn-identity-association",
    ),
    (
        order.definitions_come_first,
        lambda plan: loose(plan, None, "serving-platform-kserve-crd"),
        "serving-vision-churn-inferenceservice does not wait for serving-platform-kserve-crd",
    ),
]


@each_fault(FAULTS)
def test_a_step_that_leads_nowhere_is_told(check: Check, fault: Callable[[Plan], Plan], told: str) -> None:
    assert_told(check, fault(plan_of("everything")), told)


def test_every_check_of_the_way_is_shown_to_find_a_fault() -> None:
    assert set(CHECKS) <= {check for check, *_ in FAULTS}
