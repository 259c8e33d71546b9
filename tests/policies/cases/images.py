"""Cases of the rules in policies/images.py."""

import json
from typing import Any

from resources.resource import UNKNOWN, Resource
from tests.support.policies.cases import Case, fails, make, passes, unknown
from tests.support.policies.workloads import (
    INFERENCE_SERVICE,
    app,
    everywhere,
)

RUNTIMES = (
    "kubernetes:serving.kserve.io/v1alpha1:ServingRuntime",
    "kubernetes:serving.kserve.io/v1alpha1:ClusterServingRuntime",
)
BATCH_JOB = "aws:batch/jobDefinition:JobDefinition"
DIGEST = "sha256:" + "0" * 64


def batch_job(**container: Any) -> Resource:
    return make(BATCH_JOB, {"containerProperties": json.dumps(container)})


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
    fails(
        "image-registry",
        batch_job(image="redis:8"),
        settings={"allowedRegistries": ["nvcr.io/"]},
        found="containerProperties pulls redis:8, from a registry",
    ),
    passes("image-tag", batch_job(image=f"app@{DIGEST}")),
    fails("image-tag", batch_job(image="app:latest"), found="containerProperties pulls app:latest, whose tag moves"),
    unknown(
        "image-tag",
        make(BATCH_JOB, {"containerProperties": UNKNOWN}),
        undecided="containerProperties.image",
    ),
]
