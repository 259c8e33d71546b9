"""Cases of the rules in policies/images.py."""

from typing import Any

from resources.resource import UNKNOWN, Resource
from tests.support.policies.cases import Case, fails, make, passes, unknown

DEPLOYMENT = "kubernetes:apps/v1:Deployment"
DAEMON_SET = "kubernetes:apps/v1:DaemonSet"
STATEFUL_SET = "kubernetes:apps/v1:StatefulSet"
POD = "kubernetes:core/v1:Pod"
JOB = "kubernetes:batch/v1:Job"
CRON_JOB = "kubernetes:batch/v1:CronJob"
INFERENCE_SERVICE = "kubernetes:serving.kserve.io/v1beta1:InferenceService"
RUNTIMES = (
    "kubernetes:serving.kserve.io/v1alpha1:ServingRuntime",
    "kubernetes:serving.kserve.io/v1alpha1:ClusterServingRuntime",
)
DIGEST = "sha256:" + "0" * 64


def of(kind: str, spec: Any) -> Resource:
    """A workload of a kind with a Pod spec."""
    template = {"metadata": {"labels": {"app": "it"}}, "spec": spec}
    if kind == POD:
        inputs: dict[str, Any] = {"spec": spec}
    elif kind == CRON_JOB:
        inputs = {"spec": {"jobTemplate": {"spec": {"template": template}}}}
    else:
        inputs = {"spec": {"template": template}}
    return make(kind, {"metadata": {"name": "it", "namespace": "ml"}, **inputs})


def app(kind: str = DEPLOYMENT, /, **container: Any) -> Resource:
    return of(kind, {"containers": [{"name": "app", **container}]})


def everywhere(rule: str, found: str, **container: Any) -> list[Case]:
    """The same violation in every kind of workload."""
    kinds = (POD, DEPLOYMENT, DAEMON_SET, STATEFUL_SET, JOB, CRON_JOB)
    return [fails(rule, app(kind, **container), found=found) for kind in kinds]


def serving(rule: str, found: str, image: str, **settings: Any) -> list[Case]:
    """The same violation wherever KServe may be told of an image."""
    container: dict[str, Any] = {"containers": [{"name": "app", "image": image}]}
    places: list[dict[str, Any]] = [
        {"predictor": {"model": {"image": image}}},
        {"predictor": {"sklearn": {"image": image}}},
        {"predictor": {"model": {}, "initContainers": container["containers"]}},
        {"transformer": container},
        {"explainer": container},
    ]
    users = [make(INFERENCE_SERVICE, {"spec": place}) for place in places]
    users += [make(kind, {"spec": container}) for kind in RUNTIMES]
    return [fails(rule, user, settings=settings, found=found) for user in users]


CASES = [
    passes("image-registry", app(image="anything:1")),
    *serving("image-registry", "pulls app:1, from a registry", "app:1", allowedRegistries=["nvcr.io/"]),
    passes("image-registry", app(image="nvcr.io/nvidia/x:1"), settings={"allowedRegistries": ["nvcr.io/nvidia/"]}),
    passes("image-registry", app(image="localhost:5000/x:1"), settings={"allowedRegistries": ["localhost:5000/"]}),
    passes("image-registry", app(image="redis:8"), settings={"allowedRegistries": ["docker.io/redis"]}),
    fails(
        "image-registry",
        app(image="nvcr.io.evil.example/x:1"),
        settings={"allowedRegistries": ["nvcr.io/"]},
        found="evil",
    ),
    fails("image-registry", app(image="redis:8"), settings={"allowedRegistries": ["nvcr.io/"]}, found="pulls redis:8"),
    passes("image-registry", app(), settings={"allowedRegistries": ["nvcr.io/"]}, kind="absent"),
    unknown("image-registry", app(image=UNKNOWN), settings={"allowedRegistries": ["nvcr.io/"]}, undecided="image"),
    passes("image-registry", app(image="localhost/x:1"), settings={"allowedRegistries": ["localhost/"]}),
    passes("image-tag", app(image="nvcr.io/nvidia/k8s-device-plugin:v0.20.0")),
    passes("image-tag", app(image=f"app@{DIGEST}")),
    passes("image-tag", app(image=f"registry.example.com:5000/app:latest@{DIGEST}")),
    *everywhere("image-tag", "pulls app:latest, whose tag moves", image="app:latest"),
    fails("image-tag", app(image="registry.example.com:5000/app"), found="untagged"),
    fails("image-tag", app(), kind="absent", found="names no image"),
    unknown("image-tag", app(image=UNKNOWN), undecided="containers[0].image"),
    *serving("image-tag", "pulls app:latest, whose tag moves", "app:latest"),
    passes(
        "image-tag", make(INFERENCE_SERVICE, {"spec": {"predictor": {"containers": [{"name": "kserve-container"}]}}})
    ),
    fails("image-tag", make(RUNTIMES[0], {"spec": {"containers": [{"name": "server"}]}}), found="names no image"),
    unknown("image-tag", make(INFERENCE_SERVICE, {"spec": {"predictor": UNKNOWN}}), undecided="spec.predictor.image"),
]
