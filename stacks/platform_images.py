"""The registry of a stack, and the repositories of what the platform runs in namespaces of teams."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from components.core.account import Account
from components.delivery.image_registry.image_registry import registry_host
from components.facts.regions import partition_of
from components.facts.versions import MODEL_AGENT_IMAGE, RUNTIME_IMAGES, STORAGE_INITIALIZER_IMAGE

if TYPE_CHECKING:
    from stacks.config import StackConfig

_QUEUE_PROXY = "gcr.io/knative-releases/knative.dev/serving/cmd/queue"
"""The sidecar that Knative adds to a model. Source: knative/serving knative-v1.23.0, serving-core.yaml."""
_KUBEFLOW = ("ghcr.io/kubeflow", "quay.io/argoproj/argoexec", "registry.istio.io/release/proxyv2")
"""What Kubeflow runs in the namespaces of teams: parts of pipelines, Katib's suggestions, and Istio's sidecars.

Sources: kubeflow/pipelines 2.16.1, manifests/kustomize; kubeflow/katib, katib-config; istio/istio 1.31, charts.
"""


def own_registry(config: "StackConfig") -> str:
    """The host of the registry of the stack's account and region."""
    region = config.environment.region
    return registry_host(Account(config.environment.account, region, partition_of(region)))


def platform_repositories(config: "StackConfig") -> Iterator[str]:
    """The repositories of what the platform itself runs in namespaces of teams."""
    if config.model_serving:
        yield from (_repository(image) for image in (STORAGE_INITIALIZER_IMAGE, MODEL_AGENT_IMAGE))
        yield from (_repository(RUNTIME_IMAGES[each]) for each in config.model_serving.platform.runtimes)
        yield from config.model_serving.platform.image_caches.values()
        if config.model_serving.platform.scale_to_zero:
            yield _QUEUE_PROXY
    if config.kubeflow:
        yield from _KUBEFLOW
        yield from (_repository(image) for image in config.kubeflow.notebook_images)


def _repository(image: str) -> str:
    name, _, last = image.partition("@")[0].rpartition("/")
    return f"{name}/{last.partition(':')[0]}"
