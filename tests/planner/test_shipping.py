"""Each release in the tree finds in its stack what it needs, and each check finds the fault that it guards against."""

import json
import re
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from components.cluster.node_pool.spec import NodePoolSpec
from components.serving.model_service.spec import ModelServiceSpec
from operations.smoke.config import load_config
from planner.stackfile import read_stack_file
from policies.engine.evaluate import Context, Verdict, evaluate
from stacks.config import StackConfig, parse_config
from stacks.evening import late_floors
from tests.support.deploy.model_overlays import PLACES, rendered
from tests.support.planner import contract, order, shipping
from tests.support.planner.faults import Check, Fault, assert_told, each_fault, put
from tests.support.planner.graph import loose
from tests.support.planner.plans import CLUSTERED, ROOT, STACKS, Plan, changed, config_of, of_type, plan_of, without
from tests.support.planner.releases import Release, delivered_plan, releases_of
from tests.support.planner.serving import ROUTE

CHECKS: list[Check] = [
    shipping.kept_out,
    shipping.unpermitted,
    shipping.over_quota,
    shipping.unread,
    shipping.homeless_models,
    shipping.unreached,
]
DELIVERING = [stack for stack in STACKS if {"delivery", "modelServing"} <= config_of(stack).keys()]
SHIPPING = ["prod", "staging"]
every_stack = pytest.mark.parametrize("stack", SHIPPING)


def settings(stack: str) -> StackConfig:
    return parse_config(read_stack_file(ROOT, stack).config)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("stack", DELIVERING)
def test_what_a_release_needs_is_there(stack: str, check: Check) -> None:
    assert list(check(delivered_plan(stack))) == []


@every_stack
def test_every_overlay_is_delivered_once_with_an_identity(stack: str) -> None:
    overlays = sorted(ROOT.glob(f"deploy/models/*/*/overlays/{stack}"))
    releases = releases_of(plan_of(stack))
    assert sorted(each.folder for each in releases) == overlays
    serving = settings(stack).model_serving
    assert serving
    given = sorted((each.namespace, each.name) for each in serving.delivered_models)
    assert sorted((each.values.namespace, each.model) for each in releases) == given
    assert {each.namespace == each.values.namespace and each.model == each.values.name for each in releases} == {True}


@pytest.mark.parametrize("place", PLACES, ids=lambda place: f"{place.model}-{place.environment}")
def test_release_objects_equal_those_of_kustomize(place: Any, tmp_path: Path) -> None:
    [release] = [each for each in releases_of(plan_of(place.environment)) if each.model == place.model]

    def by_name(objects: Iterable[Any]) -> dict[tuple[str, str], Any]:
        return {(each["kind"], each["metadata"]["name"]): json.loads(json.dumps(each)) for each in objects}

    assert by_name(release.objects) == by_name(rendered(place, tmp_path))


def charts(releases: Iterable[Release]) -> list[str]:
    told = [chart for each in releases for chart in each.kustomization["helmCharts"]]
    return sorted({f"{each['repo'].removeprefix('oci://')}/{each['name']}" for each in told})


def registry() -> dict[str, str]:
    """The repositories of every stack with a cluster on file."""
    return shipping.repositories([plan_of(stack) for stack in CLUSTERED if stack != "everything"])


@every_stack
def test_release_pulls_charts_and_images_from_the_registry(stack: str) -> None:
    plan, account = delivered_plan(stack), config_of(stack)["environment"]["account"]
    assert list(shipping.unpulled(plan, account, registry())) == []
    assert list(shipping.uncharted(plan, account, charts(releases_of(plan)), registry())) == []


def jobs_and_workers(stack: str) -> set[str]:
    """The repositories that the config of a stack names beside its releases, for jobs and workers."""
    text = (ROOT / f"Pulumi.{stack}.yaml").read_text(encoding="utf-8")
    return set(re.findall(r"[iI]mage: ([0-9]{12}\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com/[a-z0-9/-]+)", text))


def test_the_registry_has_what_stacks_refer_to_and_nothing_else() -> None:
    releases = [each for stack in SHIPPING for each in releases_of(plan_of(stack))]
    images = {image["newName"] for each in releases for image in each.kustomization.get("images", ())}
    named = set[str]().union(*(jobs_and_workers(stack) for stack in SHIPPING))
    account = next(iter(registry())).partition("/")[0]
    built = {f"{account}/platform/{folder.name}" for folder in (ROOT / "images").iterdir() if folder.is_dir()}
    assert set(registry()) == {*charts(releases), *images, *named, *built}


def test_the_registry_of_the_starter_has_what_the_stack_refers_to_and_nothing_else() -> None:
    named = jobs_and_workers("starter")
    assert len(named) == 3
    assert set(shipping.repositories([plan_of("starter")])) == named


def verdicts(plan: Plan, stack: str) -> list[Verdict]:
    """What the stack's rules find in what GitOps brings, advice aside."""
    config = settings(stack)
    context = Context(config.environment, config.policies, config.cost, config.usage, date(2026, 11, 21))
    known = {each.urn for each in plan_of(stack)}
    found = [each for each in evaluate(plan, context) if each.urn and each.urn not in known]
    return [each for each in found if each.level == "mandatory"]


@every_stack
def test_the_rules_hold_for_what_is_delivered_too(stack: str) -> None:
    assert verdicts(delivered_plan(stack), stack) == []


SCORER = "fraud: Deployment fraud-scorer"


@every_stack
@pytest.mark.parametrize("image", ["docker.io/library/python:3.12", "444455556666.dkr.ecr.us-east-1.amazonaws.com/x:1"])
def test_an_image_from_elsewhere_breaks_a_rule(stack: str, image: str) -> None:
    fault = put("spec", "template", "spec", "containers", 0, "image", value=image)
    found = verdicts(changed(delivered_plan(stack), SCORER, fault), stack)
    assert {each.policy for each in found} == {"image-registry"}


def gpus(values: ModelServiceSpec) -> int:
    assert not values.gpu_share
    return values.gpus


def floor(values: ModelServiceSpec, at: str) -> int:
    """The fewest replicas that a model has at a time of the day."""
    assert {each.time_zone for each in values.schedules} <= {"Etc/UTC"}
    assert all(len(each.days) == 7 for each in values.schedules)
    return max([values.minimum, *(each.minimum for each in values.schedules if each.start <= at < each.end)])


def ceiling(pool: NodePoolSpec, at: str) -> int:
    """The most nodes that a pool has at a time of the day."""
    assert {each.time_zone for each in pool.schedules} <= {"Etc/UTC"}
    assert all(len(each.days) == 7 for each in pool.schedules)
    return pool.maximum + sum(each.additional_nodes for each in pool.schedules if each.start <= at < each.end)


@every_stack
def test_gpus_hold_every_release_and_one_rollout(stack: str) -> None:
    cluster = settings(stack).gpu_cluster
    assert cluster
    models = [each.values for each in releases_of(plan_of(stack))]
    if cluster.karpenter:
        limit = sum(each.maximum_gpus or 0 for each in cluster.karpenter.pools)
        assert sum(gpus(model) * model.maximum for model in models) + max(map(gpus, models)) <= limit
        return
    # Models do not tolerate the taint of the pool for jobs.
    [pool] = [each for each in cluster.node_pools if each.lead.has_nvidia and not each.taints]
    schedules = [*pool.schedules, *(each for model in models for each in model.schedules)]
    turns = {"00:00", *(turn for each in schedules for turn in (each.start, each.end))}
    for at in sorted(turns):
        needed = sum(gpus(model) * floor(model, at) for model in models)
        assert needed + max(map(gpus, models)) <= ceiling(pool, at) * pool.lead.accelerators, at
    assert sum(gpus(model) * model.maximum for model in models) <= pool.peak * pool.lead.accelerators
    started = pool.minimum if pool.desired is None else pool.desired
    assert sum(gpus(model) * floor(model, "00:00") for model in models) <= started * pool.lead.accelerators


@every_stack
def test_replicas_leave_before_the_ceiling_falls(stack: str) -> None:
    """Auto Scaling ends busy nodes where a group's maximum falls below its size."""
    cluster = settings(stack).gpu_cluster
    assert cluster
    late = late_floors(cluster.node_pools, [each.values for each in releases_of(plan_of(stack))])
    assert [(each.model.name, each.floor.end, each.pool.name, each.latest_end) for each in late] == []


def test_smoke_config_of_staging_fits_models_and_firewall() -> None:
    routes = {host for each in of_type(delivered_plan("staging"), ROUTE) for host in each.inputs["spec"]["hosts"]}
    serving = settings("staging").model_serving
    assert serving
    for release in releases_of(plan_of("staging")):
        smoke = load_config(release.folder / "smoke.yaml")
        assert smoke.host in routes
        told = smoke.firewall
        for field in ("maximum_body_kib", "allowed_methods", "requests_per_window", "window_seconds"):
            assert getattr(told, field) == getattr(serving.firewall, field)
        assert told.enforced == serving.firewall.blocks


ALLOWED = "namespaceResourceWhitelist"
RANKING = "ranking: InferenceService ranking"
REQUESTS = ("spec", "predictor", "model", "resources", "requests")
MODEL_POLICY = "serving-search-ranking-identity-model"


def everything_readable(inputs: dict[str, Any]) -> None:
    inputs["policy"] = inputs["policy"].replace("/ranking/*", "/*")


FAULTS: list[Fault] = [
    (
        shipping.kept_out,
        lambda plan: changed(plan, "delivery-search-project", put("spec", "destinations", 0, "namespace", value="x")),
        "ranking: VirtualService ranking: the project search does not let networking.istio.io/VirtualService into",
    ),
    (
        shipping.kept_out,
        lambda plan: changed(
            plan, "delivery-risk-project", put("spec", "sourceRepos", value=["https://example.com/x"])
        ),
        "fraud: Service fraud-scorer: the project risk does not let /Service into risk",
    ),
    (
        shipping.kept_out,
        lambda plan: changed(plan, "delivery-risk-project", put("spec", ALLOWED, 0, "kind", value="Secret")),
        "fraud: ConfigMap fraud-model-card: the project risk does not let /ConfigMap into risk",
    ),
    (
        shipping.unpermitted,
        lambda plan: without(plan, "delivery-risk-rolebinding-argocd-delivery"),
        "fraud: InferenceService fraud: Argo CD may not make serving.kserve.io/InferenceService in risk",
    ),
    (
        shipping.over_quota,
        lambda plan: changed(
            plan, "delivery-search-resourcequota-team", put("spec", "hard", "requests.nvidia.com/gpu", value="27")
        ),
        "search: requests.nvidia.com/gpu = 27, and what runs there needs 28",
    ),
    (
        shipping.over_quota,
        # Four more pods of the scorer, and one more of them while it is rolled out.
        lambda plan: changed(plan, SCORER, put("spec", "replicas", value=7)),
        "risk: requests.cpu = 17, and what runs there needs 17.75",
    ),
    (
        shipping.over_quota,
        lambda plan: changed(plan, RANKING, put("spec", "predictor", "maxReplicas", value=18)),
        "search: limits.memory = 336Gi",
    ),
    (
        shipping.unread,
        lambda plan: without(plan, "serving-search-ranking-identity-association"),
        "ranking: InferenceService ranking: its identity lacks s3:GetObject on "
        "arn:aws:s3:::ml-prod-models-111122223333/ranking/12/",
    ),
    (
        shipping.unread,
        lambda plan: changed(plan, MODEL_POLICY, everything_readable),
        "its identity reads arn:aws:s3:::ml-prod-models-111122223333/embeddings/4/config.pbtxt, which is another's",
    ),
    (
        shipping.unread,
        lambda plan: without(plan, "feature-store-data-models-encryption"),
        "ranking: InferenceService ranking: its identity lacks kms:Decrypt",
    ),
    (
        shipping.homeless_models,
        lambda plan: changed(
            plan, "gpu-cluster-inference-nodes", put("labels", "nvidia.com/device-plugin.config", value="mps-4")
        ),
        "fraud: InferenceService fraud: no pool has the labels and taints that it wants",
    ),
    (
        shipping.homeless_models,
        lambda plan: changed(plan, RANKING, put("spec", "predictor", "tolerations", value=[])),
        "ranking: InferenceService ranking: no pool has the labels and taints that it wants",
    ),
    (
        shipping.homeless_models,
        lambda plan: changed(plan, RANKING, put(*REQUESTS, "cpu", value="4")),
        "ranking: InferenceService ranking: too large for a node of gpu-cluster-inference-nodes",
    ),
    (
        shipping.unreached,
        lambda plan: without(plan, "serving-platform-gateway-ingress-allow-models"),
        "fraud: InferenceService fraud: the gateway may not go to port 9000 of risk",
    ),
    (
        shipping.unreached,
        lambda plan: without(plan, "serving-platform-risk-allow-gateway", "fraud: NetworkPolicy fraud"),
        "fraud: InferenceService fraud: risk does not let the gateway in at port 8080",
    ),
    (
        contract.orphaned_identities,
        lambda plan: without(plan, "ranking: ServiceAccount ranking"),
        "serving-search-ranking-identity-association: nothing makes the service account search/ranking",
    ),
    (
        order.roles_outlive_workloads,
        lambda plan: loose(plan, None, "serving-search-ranking-identity-association"),
        "ranking: InferenceService ranking does not wait for serving-search-ranking-identity-association",
    ),
]


@each_fault(FAULTS)
def test_what_a_release_lacks_is_told(check: Check, fault: Callable[[Plan], Plan], told: str) -> None:
    assert_told(check, fault(delivered_plan("prod")), told)


def test_platform_requests_count_in_the_team_quota() -> None:
    fault = put("spec", "hard", "requests.storage", value="0Gi")
    told = shipping.over_quota(changed(plan_of("everything"), "delivery-vision-resourcequota-team", fault))
    assert any(each.startswith("vision: requests.storage = 0Gi, and what runs there needs") for each in told)


def test_every_check_of_releases_is_shown_to_find_a_fault() -> None:
    assert set(CHECKS) <= {check for check, *_ in FAULTS}


def test_registry_without_an_image_or_a_reader_is_named() -> None:
    plan, image = delivered_plan("staging"), "111122223333.dkr.ecr.us-east-1.amazonaws.com/risk/fraud-scorer"
    chart = "111122223333.dkr.ecr.us-east-1.amazonaws.com/platform/model-service"
    others = {address: policy for address, policy in registry().items() if address != image}
    assert list(shipping.unpulled(plan, "444455556666", others)) == [f"{SCORER}: no stack has the repository {image}"]
    stranger = list(shipping.unpulled(plan, "999999999999", registry()))
    assert stranger == [f"{SCORER}: 999999999999 may not pull {image}"]
    unidentified = without(plan, "delivery-charts-association")
    assert list(shipping.uncharted(unidentified, "444455556666", [chart], registry())) == [
        f"Argo CD may not pull {chart}"
    ]
