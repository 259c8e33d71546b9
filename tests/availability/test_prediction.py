"""The chains of the shipped stacks: what is in them, what a broken edge does, and what a lost zone leaves."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from availability.delivered import Delivered
from availability.prediction import availability_of
from components.facts.service_levels import SERVICE_LEVELS
from tests.support.availability import capability, predicted, with_inputs, without
from tests.support.planner.plans import plan_of

pytestmark = pytest.mark.slow

RANKING = "model search/ranking"
PERCENT = {key: level.percent / 100 for key, level in SERVICE_LEVELS.items()}


def test_a_models_chain_leads_from_its_name_to_the_stores() -> None:
    ranking = capability(plan_of("prod"), RANKING)
    assert ranking.address == "ranking.models.prod.example.com"
    assert [part.name for part in ranking.parts] == [
        "Route 53 record of ranking.models.prod.example.com",
        "AWS WAF serving-lb-firewall",
        "load balancer serving-lb-alb",
        "pods istio-ingress/istio-ingressgateway",
        "pods search/ranking",
        "cache ml-prod-online",
        "cache ml-prod-predictions",
        "pods feast/feature-server",
        "database ml-prod",
    ]
    assert ranking.unknown == ()


def test_a_models_prediction_is_the_product_by_hand() -> None:
    """DNS 100 %, firewall 99.95 %, six parts of 99.99 % in zones, PostgreSQL with a standby 99.95 %."""
    assert capability(plan_of("prod"), RANKING).share == pytest.approx(1 * 0.9995 * 0.9999**6 * 0.9995)


def test_staging_without_a_second_of_anything_is_the_product_by_hand() -> None:
    """Firewall, load balancer in two zones, and five single machines of 99.5 %."""
    assert capability(plan_of("staging"), RANKING).share == pytest.approx(0.9995 * 0.9999 * 0.995**5)


def test_what_only_starts_pods_is_apart() -> None:
    ranking = capability(plan_of("prod"), RANKING)
    started = {part.name for part in ranking.to_change}
    assert {"Kubernetes endpoint", "Amazon ECR", "Amazon S3", "AWS KMS"} <= started
    assert started.isdisjoint(part.name for part in ranking.parts)


@pytest.mark.parametrize("stack", ["staging", "prod", "kubeflow"])
def test_chains_are_the_same_for_a_policy_pack_which_reads_no_outputs(stack: str) -> None:
    plan = plan_of(stack)
    deployed = tuple(replace(each, outputs={}) for each in plan)
    expected, found = (
        {each.name: [part.name for part in each.parts] for each in predicted(resources).capabilities}
        for resources in (plan, deployed)
    )
    assert found == expected


def test_every_kind_of_thing_that_people_depend_on_is_found() -> None:
    kinds = {each.kind for stack in ("prod", "kubeflow") for each in predicted(plan_of(stack)).capabilities}
    assert kinds == {
        *("model", "gateway", "features", "tracking", "ingest", "events", "training", "pipelines", "delivery"),
        *("sign-in", "metrics", "logs", "traces"),
    }


def test_names_are_unique() -> None:
    for stack in ("prod", "staging", "kubeflow"):
        names = [each.name for each in predicted(plan_of(stack)).capabilities]
        assert sorted(set(names)) == sorted(names)


@pytest.mark.parametrize(
    ("lost", "gap"),
    [
        (("serving-lb-wildcard.models.prod.example.com",), "no DNS record of the plan leads ranking"),
        (("serving-lb-alb",), "leads to no load balancer of the plan"),
        (("serving-platform-gateway-rest-binding", "serving-platform-gateway-grpc-binding"), "no pods of the plan"),
        (("serving-platform-gateway-gateway",), "the pods of Service istio-ingress/istio-ingressgateway"),
        (("serving-platform-gateway-models",), "no gateway of the plan has a public name for namespace search"),
        (("gpu-cluster-inference-nodes",), "no pool of the plan takes search/ranking"),
    ],
)
def test_a_broken_edge_is_seen(lost: tuple[str, ...], gap: str) -> None:
    broken = capability(without(plan_of("prod"), *lost), RANKING)
    assert any(gap in each for each in broken.unknown), broken.unknown


def test_without_the_firewall_it_is_not_in_the_chain() -> None:
    open_door = capability(without(plan_of("prod"), "serving-lb-firewall"), RANKING)
    assert not any("WAF" in part.name for part in open_door.parts)


def test_a_model_of_another_repository_is_an_upper_bound() -> None:
    found = availability_of(plan_of("prod"), delivered={}).capabilities
    ranking = next(each for each in found if each.name == RANKING)
    assert ranking.unknown == ("the replicas of search/ranking are not in the plan",)
    assert ranking.share == capability(plan_of("prod"), RANKING).share


def one_zone(inputs: dict[str, Any]) -> None:
    inputs["subnetIds"] = inputs["subnetIds"][:1]


def single_instance(inputs: dict[str, Any]) -> None:
    inputs["multiAz"] = False


def no_replicas(inputs: dict[str, Any]) -> None:
    inputs["replicasPerNodeGroup"] = 0


def one_balancer_zone(inputs: dict[str, Any]) -> None:
    inputs["subnets"] = inputs["subnets"][:1]


def one_gateway(inputs: dict[str, Any]) -> None:
    inputs["values"]["autoscaling"]["minReplicas"] = 1


@pytest.mark.parametrize(
    ("resource", "change", "part", "level"),
    [
        ("gpu-cluster-inference-nodes", one_zone, "pods search/ranking", "ec2-instance"),
        ("feature-store-database-instance", single_instance, "database ml-prod", "rds-zone"),
        ("feature-store-online-cluster", no_replicas, "cache ml-prod-online", "elasticache-zone"),
        ("serving-lb-alb", one_balancer_zone, "load balancer serving-lb-alb", "elb-zone"),
        ("serving-platform-gateway-gateway", one_gateway, "pods istio-ingress/istio-ingressgateway", "ec2-instance"),
    ],
)
def test_what_stands_alone_is_the_weakest_part_and_falls_with_its_zone(
    resource: str, change: Callable[[dict[str, Any]], None], part: str, level: str
) -> None:
    weaker = capability(with_inputs(plan_of("prod"), resource, change), RANKING)
    assert weaker.share < capability(plan_of("prod"), RANKING).share
    if level != "elb-zone":
        assert weaker.weakest.name == part
    found = next(each for each in weaker.parts if each.name == part)
    assert found.share == PERCENT[level]
    lost = weaker.worst_loss
    assert lost is not None
    assert lost.capacity < 1


def test_a_one_zone_gpu_pool_is_down_with_its_zone_alone() -> None:
    ranking = capability(with_inputs(plan_of("prod"), "gpu-cluster-inference-nodes", one_zone), RANKING)
    left = {loss.zone: (loss.capacity, loss.share > 0) for loss in ranking.losses}
    assert left["us-east-1a"] == (0, False)
    assert left["us-east-1b"][0] == left["us-east-1c"][0] > 0


def test_a_single_nat_gateway_takes_deployments_down_with_its_zone() -> None:
    losses = capability(plan_of("staging"), "metrics and alerts").losses
    nat = next(
        part for part in capability(plan_of("staging"), "metrics and alerts").parts if part.name == "NAT gateway"
    )
    assert nat.spread.zones == ("us-east-1a",)
    assert {loss.zone: nat.spread.capacity_without(loss.zone) for loss in losses} == {"us-east-1a": 0, "us-east-1b": 1}
    assert nat.improvement is not None
    assert nat.improvement.spread.share > nat.share


def test_losing_a_zone_never_raises_a_prediction() -> None:
    for stack in ("prod", "staging", "kubeflow"):
        for each in predicted(plan_of(stack)).capabilities:
            assert all(loss.share <= each.share and loss.capacity <= 1 for loss in each.losses), each.name
            assert all((loss.capacity < 1) == bool(loss.limit) for loss in each.losses)


def test_an_improvement_raises_the_prediction_at_a_known_price() -> None:
    costs = {each.urn: 100.0 for each in plan_of("staging") if each.type == "aws:rds/instance:Instance"}
    found = availability_of(plan_of("staging"), costs=costs).capabilities
    tracking = next(each for each in found if each.name == "MLflow")
    database = next(part for part in tracking.parts if part.name.startswith("database"))
    assert database.improvement is not None
    assert (database.improvement.what, database.improvement.monthly) == ("set multiAz", 100.0)
    assert tracking.improved_share > tracking.share


def test_a_model_that_scales_to_zero_needs_what_starts_pods() -> None:
    zero = {("search", "ranking"): Delivered(0, gpus=True)}
    found = availability_of(plan_of("prod"), delivered=zero).capabilities
    ranking = next(each for each in found if each.name == RANKING)
    assert "Amazon ECR" in {part.name for part in ranking.parts}
    assert ranking.share < capability(plan_of("prod"), RANKING).share
