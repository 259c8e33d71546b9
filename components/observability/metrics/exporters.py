"""What a cluster can export, beside its nodes, its containers and its Kubernetes objects."""

from enum import StrEnum


class Exporter(StrEnum):
    """A part of the platform with metrics of its own."""

    ARGO_CD = "argo-cd"
    AUTOSCALER = "cluster-autoscaler"
    CERT_MANAGER = "cert-manager"
    CLUSTER_STATE = "cluster-state"
    EXTERNAL_SECRETS = "external-secrets"
    FEAST = "feast"
    FEATURE_INGEST = "feature-ingest"
    FLUENT_BIT = "fluent-bit"
    GPUS = "gpus"
    ISTIO = "istio"
    KARPENTER = "karpenter"
    KEDA = "keda"
    KNATIVE = "knative"
    KSERVE = "kserve"
    KUBEFLOW = "kubeflow"
    KUBERAY = "kuberay"
    KUEUE = "kueue"
    KYVERNO = "kyverno"
    LOAD_BALANCER_CONTROLLER = "load-balancer-controller"
    MLFLOW = "mlflow"
    MODEL_QUALITY = "model-quality"
    MODELS = "models"
    TEMPO = "tempo"
    TRACES = "traces"
    TRAINER = "trainer"
