"""What the platform's own pods request of the nodes that carry no accelerator."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from components.cluster.image_verification.kyverno import CPU as KYVERNO_CPU
from components.cluster.image_verification.kyverno import MEMORY as KYVERNO_MEMORY
from components.core.pod_sizes import mebibytes, millicpus
from components.data.feature_services.spec import FEAST, MLFLOW
from components.observability.model_quality.spec import COLLECTOR_CPU as CPU
from components.observability.model_quality.spec import COLLECTOR_MEMORY as MEMORY
from components.observability.traces.tempo_spec import CPU as TEMPO_CPU

if TYPE_CHECKING:
    from stacks.config import StackConfig


class Workload(NamedTuple):
    """Equal pods: what each requests, in thousandths of a CPU and MiB, and how many there are."""

    name: str
    cpu: int
    memory: int
    replicas: int


_CLUSTER = (
    Workload("coredns", 100, 70, 2),
    Workload("ebs-csi-controller", 60, 240, 2),
    Workload("metrics-server", 100, 200, 2),
)
"""Source: `aws eks describe-addon-configuration` and the add-ons' manifests, default requests of each."""
_SECRETS = (Workload("external-secrets", 50, 256, 6),)
_SERVING = (
    Workload("istiod", 250, 1024, 2),
    Workload("kserve-controller", 120, 1152, 1),
    Workload("cert-manager", 20, 128, 4),
    Workload("cert-manager-cainjector", 20, 256, 2),
    Workload("aws-load-balancer-controller", 100, 256, 2),
    Workload("keda", 100, 512, 4),
)
_JOBS = (
    Workload("kueue", 100, 512, 2),
    Workload("kubeflow-trainer", 50, 256, 2),
    Workload("jobset", 50, 256, 2),
    Workload("kuberay-operator", 100, 512, 1),
)
_KNATIVE = (Workload("activator", 300, 600, 1), Workload("knative-controllers", 100, 512, 2))
_ARGO_CD = (
    Workload("argocd-application-controller", 500, 2048, 1),
    Workload("argocd-repo-server", 250, 1024, 1),
    Workload("argocd-server", 100, 256, 1),
    Workload("argocd-redis", 50, 256, 1),
)


def platform_pods(config: "StackConfig") -> Sequence[Workload]:
    """The platform's own pods at their fewest: no more than what the components' charts request."""
    return tuple(_pods(config))


def _pods(config: "StackConfig") -> Iterator[Workload]:
    cluster, services = config.gpu_cluster, config.feature_services
    if not cluster:
        return
    yield from _CLUSTER
    if cluster.autoscaled:
        yield Workload("cluster-autoscaler", 100, 512, 2)
    if cluster.karpenter:
        yield Workload("karpenter", 500, 1024, 2)
    if services or config.delivery or config.kubeflow:
        yield from _SECRETS
    if config.model_serving:
        yield from _SERVING
        yield Workload("istio-ingressgateway", 500, 512, config.model_serving.platform.gateway_minimum)
        if config.model_serving.platform.scale_to_zero:
            yield from _KNATIVE
    if config.cluster_jobs:
        yield from _JOBS
    if config.delivery:
        yield from _ARGO_CD
    if config.recovery and config.recovery.cluster_state:
        yield Workload("velero", 100, 512, 1)
    if config.image_signatures:
        yield Workload("kyverno", KYVERNO_CPU, KYVERNO_MEMORY, config.image_signatures.replicas)
    if services and services.feature_server:
        server = services.feature_server
        yield Workload(FEAST, millicpus(server.cpu), mebibytes(server.memory), server.minimum)
    if services and services.tracking_server:
        tracking = services.tracking_server
        yield Workload(MLFLOW, 250 * tracking.workers, 512 * (1 + tracking.workers), tracking.replicas)
    if metrics := config.metrics:
        yield Workload("metrics", 200, mebibytes(metrics.memory), metrics.replicas)
    if traces := config.traces:
        yield Workload("traces", 100, traces.mebibytes, traces.replicas * (2 if traces.layered else 1))
        if traces.tempo:
            yield Workload("tempo", millicpus(TEMPO_CPU), traces.tempo.mebibytes, 1)
    if quality := config.model_quality:
        yield Workload("prediction-log", millicpus(CPU), mebibytes(MEMORY), quality.replicas)
    if (ingest := config.feature_ingest) and ingest.image:
        for topic in ingest.topics:
            name = f"featureIngest for {topic.topic}"
            yield Workload(name, millicpus(ingest.cpu), mebibytes(ingest.memory), topic.minimum)
