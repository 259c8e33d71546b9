"""The rule about registries, as a real API server judges by it. Skipped where there is none on PATH."""

from typing import Any

import pytest

from components.cluster.image_verification.policies import Mode, others_policy
from components.cluster.image_verification.spec import ImageVerificationSpec
from components.cluster.secure_namespace import TEAM_LABEL
from policies.engine.settings import Level
from stacks.config import StackConfig
from stacks.image_admission import image_policy
from tests.policies.cases.images import CASES
from tests.support.cluster.jobs import RESTRICTED
from tests.support.cluster.server import Cluster
from tests.support.planner.plans import config_of
from tests.support.policies.cases import Case

SIGNER = {"name": "risk", "images": ["risk"], "signing_role_arns": ["arn:aws:iam::111122223333:role/risk"]}
CASES_OF_PODS = [
    case
    for case in CASES
    if case.rule == "image-registry" and case.settings and case.resources[0].type == "kubernetes:apps/v1:Deployment"
]


def config(settings: dict[str, Any], stack: str = "prod") -> StackConfig:
    found = StackConfig.model_validate(config_of(stack))
    return found.model_copy(update={"policies": found.policies.model_validate(settings)})


def pod(namespace: str, name: str, image: Any, place: str = "containers") -> dict[str, Any]:
    [container] = RESTRICTED["containers"]
    spec = {**RESTRICTED, place: [{**container, "name": "judged", "image": image}]}
    metadata = {"name": name, "namespace": namespace}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec}


def install(cluster: Cluster, space: str, settings: dict[str, Any]) -> None:
    """A namespace of a team, in which the rule is judged with these settings alone."""
    policy, binding = image_policy(config(settings))
    name = f"images-{space}"
    selector = {"matchLabels": {"kubernetes.io/metadata.name": space}}
    policy["metadata"]["name"] = binding["metadata"]["name"] = binding["spec"]["policyName"] = name
    binding["spec"]["matchResources"]["namespaceSelector"] = selector
    labels = {TEAM_LABEL: "true"}
    namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": space, "labels": labels}}
    cluster.create([namespace, policy, binding])
    cluster.wait_until(lambda: "denied request" in str(cluster.refusals([pod(space, "ready", "bad.example/x:1")])))


@pytest.mark.parametrize("case", CASES_OF_PODS, ids=lambda case: f"{case.kind}-{case.found}")
def test_cluster_says_of_an_image_what_the_rule_says(empty_cluster: Cluster, case: Case) -> None:
    images = [each.get("image") for each in case.resources[0].inputs["spec"]["template"]["spec"]["containers"]]
    [image] = images
    if not isinstance(image, str) or image.startswith("["):
        pytest.skip("the case names no image")
    space = f"images-{CASES_OF_PODS.index(case)}"
    install(empty_cluster, space, dict(case.settings))
    told = empty_cluster.refusals([pod(space, "judged", image)])
    assert bool(told) is bool(case.found), told
    assert all("denied request: image-registry: container judged pulls" in line for line in told)


@pytest.fixture(scope="module")
def prod(empty_cluster: Cluster) -> str:
    settings = config_of("prod")["policies"]
    install(empty_cluster, "images-prod", dict(settings))
    return "images-prod"


@pytest.mark.parametrize("place", ["containers", "initContainers"])
def test_foreign_registry_is_refused_in_every_container(empty_cluster: Cluster, prod: str, place: str) -> None:
    told = str(empty_cluster.refusals([pod(prod, "foreign", "ghcr.io/evil/miner:1", place)]))
    assert "pulls ghcr.io/evil/miner:1, from a registry that allowedRegistries does not list" in told


def test_foreign_registry_is_refused_in_a_debug_container(empty_cluster: Cluster, prod: str) -> None:
    empty_cluster.create([pod(prod, "running", "111122223333.dkr.ecr.us-east-1.amazonaws.com/risk/fraud:1")])
    told = empty_cluster.kubectl("debug", "running", f"--namespace={prod}", "--image=ghcr.io/evil/shell:1")
    assert "from a registry that allowedRegistries does not list" in told.stderr


def test_foreign_registry_is_refused_in_a_pod_that_runs(empty_cluster: Cluster, prod: str) -> None:
    """The image of a container can change without a new Pod."""
    sound = pod(prod, "changed", "111122223333.dkr.ecr.us-east-1.amazonaws.com/risk/fraud:1")
    empty_cluster.create([sound])
    told = str(empty_cluster.refusals([pod(prod, "changed", "ghcr.io/evil/miner:1")]))
    assert "container judged pulls ghcr.io/evil/miner:1, from a registry that allowedRegistries does not list" in told
    labelled = {**sound, "metadata": {**sound["metadata"], "labels": {"ready": "true"}}}
    assert empty_cluster.refusals([labelled]) == []


def test_foreign_registry_is_refused_in_a_volume(empty_cluster: Cluster, prod: str) -> None:
    made = pod(prod, "mounted", "111122223333.dkr.ecr.us-east-1.amazonaws.com/risk/fraud:1")
    made["spec"]["volumes"] = [{"name": "tools", "image": {"reference": "ghcr.io/evil/tools:1"}}]
    told = str(empty_cluster.refusals([made]))
    assert "volume tools pulls ghcr.io/evil/tools:1, from a registry that allowedRegistries does not list" in told


@pytest.mark.parametrize(
    "image",
    [
        "111122223333.dkr.ecr.us-east-1.amazonaws.com/docker-hub/kserve/storage-initializer:v0.20.0",
        "nvcr.io/nvidia/tritonserver:26.06-py3",
        "docker.io/kserve/agent:v0.20.0",
        "kserve/agent:v0.20.0",
    ],
)
def test_images_of_the_platform_are_admitted(empty_cluster: Cluster, prod: str, image: str) -> None:
    assert empty_cluster.refusals([pod(prod, "sound", image)]) == []


def test_pod_whose_images_are_verified_keeps_them(empty_cluster: Cluster) -> None:
    """Kyverno verifies what a new Pod runs, and neither an update nor a volume."""
    space = "images-signed"
    spec = {"registry": "registry.example.com", "signers": [SIGNER], "unsigned": ["quay.io/known"]}
    checked = ImageVerificationSpec.model_validate({**spec, "enforced_namespaces": [space]})
    namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": space}}
    empty_cluster.create([namespace, *others_policy(checked, Mode.ENFORCE, [space])])
    empty_cluster.wait_until(lambda: "no signer is known" in str(empty_cluster.refusals([pod(space, "x", "evil/x:1")])))
    sound = pod(space, "kept", "quay.io/known/app:1")
    empty_cluster.create([sound])
    labelled = {**sound, "metadata": {**sound["metadata"], "labels": {"ready": "true"}}}
    assert empty_cluster.refusals([labelled]) == []
    for image in ("registry.example.com/risk/unsigned:1", "quay.io/known/app:2"):
        assert "a Pod that runs keeps its images" in str(empty_cluster.refusals([pod(space, "kept", image)]))
    for image, refused in (("registry.example.com/risk/fraud:1", True), ("quay.io/known/tools:1", False)):
        mounts = pod(space, "mounts", "quay.io/known/app:1")
        mounts["spec"]["volumes"] = [{"name": "tools", "image": {"reference": image}}]
        assert ("no signer is known for" in str(empty_cluster.refusals([mounts]))) is refused


def test_rule_has_the_level_of_the_stack() -> None:
    settings = config_of("prod")["policies"]

    def actions(level: Level) -> list[list[str]]:
        made = image_policy(config({**settings, "levels": {"image-registry": level}}))
        return [each["spec"]["validationActions"] for each in made[1:]]

    assert [actions(level) for level in Level] == [[["Deny"]], [["Audit"]], []]


def test_every_registry_is_admitted_where_none_is_listed() -> None:
    assert image_policy(config({})) == []
