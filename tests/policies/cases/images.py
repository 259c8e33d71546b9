"""Cases of the rules in policies/images.py."""

import json
from typing import Any

from resources.resource import UNKNOWN, Resource
from tests.support.policies.cases import Case, fails, make, passes, unknown
from tests.support.policies.workloads import (
    INFERENCE_SERVICE,
    app,
    everywhere,
    in_containers_elsewhere,
    sound_elsewhere,
)

RUNTIMES = (
    "kubernetes:serving.kserve.io/v1alpha1:ServingRuntime",
    "kubernetes:serving.kserve.io/v1alpha1:ClusterServingRuntime",
)
BATCH_JOB = "aws:batch/jobDefinition:JobDefinition"
DIGEST = "sha256:" + "0" * 64


def batch_job(**container: Any) -> Resource:
    return make(BATCH_JOB, {"containerProperties": json.dumps(container)})


TASK = "aws:ecs/taskDefinition:TaskDefinition"


def task(image: Any) -> Resource:
    return make(TASK, {"containerDefinitions": json.dumps([{"name": "app", "image": image}])})


UNTAGGED = {"containers": [{"name": "app", "image": "app"}]}


def chart(server: Any) -> Resource:
    return make("kubernetes:helm.sh/v3:Release", {"chart": "app", "values": {"server": server}})


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
    *(
        fails("image-registry", app(image=image), settings={"allowedRegistries": [allowed]}, found=f"pulls {image}")
        for allowed, image in (
            ("nvcr.io", "nvcr.io.evil.example/x:1"),
            ("nvcr.io/nvidia", "nvcr.io/nvidia-evil/x:1"),
            ("docker.io/", "EVIL/x:1"),
            ("docker.io/", "evil:5000/x:1"),
            ("localhost/", "localhost:5000/x:1"),
        )
    ),
    *(
        passes("image-registry", app(image=image), settings={"allowedRegistries": [allowed]})
        for allowed, image in (
            ("nvcr.io", "nvcr.io/nvidia/x:1"),
            ("nvcr.io/nvidia/x", f"nvcr.io/nvidia/x@{DIGEST}"),
            ("docker.io/", "bitnami/x:1"),
            ("docker.io", "redis"),
            ("localhost:5000", "localhost:5000/x:1"),
        )
    ),
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
    *(
        fails("image-tag", app(image=f"app:{tag}"), found="whose tag moves")
        for tag in (
            "LATEST",
            "latest-gpu",
            "gpu-latest",
            "latest_2",
            "v1.latest",
            "Nightly",
            "main",
            "gpu-dev",
            "stable",
        )
    ),
    *(
        passes("image-tag", app(image=f"app:{tag}"))
        for tag in ("1.4.2-dev", "main-3f2a91c", "24.05-py3", "2.5.1-cuda12.4-cudnn9-devel", "v3", "pg16-stable")
    ),
    fails("image-tag", app(image="app@latest"), found="untagged"),
    *in_containers_elsewhere("image-tag", "pulls app:Latest, whose tag moves", image="app:Latest"),
    *(
        fails("image-tag", chart({"image": image}), found="whose tag moves")
        for image in (
            "app:latest",
            {"repository": "app", "tag": "latest"},
            {"tag": "nightly"},
            {"registry": "ghcr.io", "repository": "team/app", "tag": "main"},
        )
    ),
    *(
        passes("image-tag", chart({"image": image}))
        for image in (
            "app",
            {"repository": "app"},
            {"repository": "app", "tag": ""},
            {"repository": "app", "tag": "1.2.3"},
            {"repository": "app", "tag": "latest", "digest": DIGEST},
        )
    ),
    unknown("image-tag", chart({"image": {"repository": "app", "tag": UNKNOWN}}), undecided="values.server.image"),
    passes(
        "image-registry",
        chart({"image": {"registry": "quay.io", "repository": "team/app", "tag": "1"}}),
        settings={"allowedRegistries": ["nvcr.io/"]},
    ),
    fails(
        "image-tag",
        make("kubernetes:ray.io/v1:RayCluster", {"spec": {"headGroupSpec": {"template": {"spec": UNTAGGED}}}}),
        found="untagged",
    ),
    *(case for case in sound_elsewhere("image-tag") if case.resources[0].type not in RUNTIMES),
    passes("retired-software", app(image="docker.io/library/redis:8")),
    fails("retired-software", app(image="kubernetesui/dashboard:v2.7.0"), found="gives its rights to everyone who"),
    fails("retired-software", app(image="gcr.io/kubernetes-helm/tiller:v2.16.1"), found="gives its rights"),
    passes("retired-software", app(), kind="absent"),
    passes("retired-software", app(image=UNKNOWN), kind="unknown"),
    passes("image-tag", task(f"registry/app@{DIGEST}")),
    fails("image-tag", task("nginx:latest"), found="container 1"),
    unknown("image-tag", make(TASK, {"containerDefinitions": UNKNOWN}), undecided="containerDefinitions"),
]
