"""The Kubernetes objects of the ingestion of features, as manifests."""

from typing import Any

import pulumi

from ....core.manifest import kubernetes_object
from ....core.pods import RESTRICTED, on_system_nodes, resources, spread
from ...database.ca_bundle import bundle_fetcher, bundle_mount, bundle_volume
from ...feature_server.feast import CONFIG_FILE
from ...feature_server.objects import CONFIG_FOLDER, SECRETS
from .spec import CPU_LIMIT, FeatureIngestSpec, IngestTopicSpec, object_name

NAMESPACE = "feature-ingest"
CONFIG_MAP = "feast"
PORT = 8080
PODS = {"app.kubernetes.io/part-of": NAMESPACE}
SCALER_LOGIN = "kafka-lag"
_USER = 10001
Manifest = dict[str, Any]


def pod_labels(topic: str) -> dict[str, str]:
    """The labels of the workers of a topic."""
    return {**PODS, "app.kubernetes.io/name": object_name(topic)}


def config_map(config: pulumi.Input[str]) -> Manifest:
    """Feast's configuration. It contains no secret."""
    return kubernetes_object("v1", "ConfigMap", CONFIG_MAP, NAMESPACE, data={CONFIG_FILE: config})


def service_account(topic: str) -> Manifest:
    """The identity of a topic's workers. It has no Kubernetes API access."""
    name = object_name(topic)
    return kubernetes_object("v1", "ServiceAccount", name, NAMESPACE, automountServiceAccountToken=False)


def disruption_budget(topic: str) -> Manifest:
    """Workers are evicted one at a time."""
    spec = {"maxUnavailable": 1, "selector": {"matchLabels": pod_labels(topic)}}
    return kubernetes_object("policy/v1", "PodDisruptionBudget", object_name(topic), NAMESPACE, spec=spec)


def deployment(
    spec: FeatureIngestSpec,
    topic: IngestTopicSpec,
    region: str,
    brokers: pulumi.Input[str],
    dead_letters: pulumi.Input[str],
    config_hash: pulumi.Input[str],
) -> Manifest:
    """The workers of a topic. They are made anew when `config_hash` changes."""
    name, labels = object_name(topic.topic), pod_labels(topic.topic)
    security = {**RESTRICTED, "runAsUser": _USER, "runAsGroup": _USER}
    small = resources("20m", "128Mi", "500m")
    pod = {
        "serviceAccountName": name,
        **on_system_nodes(),
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        # A worker finishes its batch, whose attempt against a store that does not answer is the longest step.
        "terminationGracePeriodSeconds": 120,
        "securityContext": {"runAsNonRoot": True, "runAsUser": _USER, "runAsGroup": _USER, "fsGroup": _USER},
        "topologySpreadConstraints": spread(labels),
        "initContainers": [bundle_fetcher(spec.image or "", region, security, small)],
        "containers": [_worker(spec, topic, region, brokers, dead_letters, security)],
        "volumes": [
            {"name": "config", "configMap": {"name": CONFIG_MAP}},
            {"name": "scratch", "emptyDir": {"sizeLimit": "1Gi"}},
            bundle_volume(),
        ],
    }
    wanted = {
        "replicas": topic.minimum,
        "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}},
        "selector": {"matchLabels": labels},
        "template": {"metadata": {"labels": labels, "annotations": {"mlplatform/config": config_hash}}, "spec": pod},
    }
    # Workers are not ready before teams have applied the feature views, for which a first deployment cannot wait.
    at_once = {"pulumi.com/skipAwait": "true"}
    return kubernetes_object("apps/v1", "Deployment", name, NAMESPACE, labels=labels, annotations=at_once, spec=wanted)


def _worker(
    spec: FeatureIngestSpec,
    topic: IngestTopicSpec,
    region: str,
    brokers: pulumi.Input[str],
    dead_letters: pulumi.Input[str],
    security: Manifest,
) -> Manifest:
    environment: dict[str, pulumi.Input[str]] = {
        "AWS_REGION": region,
        "HOME": "/tmp",  # noqa: S108 - a volume of its own
        "INGEST_BATCH_SIZE": str(spec.batch_size),
        "INGEST_BROKERS": brokers,
        "INGEST_DEAD_LETTERS": dead_letters,
        "INGEST_FEAST_FOLDER": CONFIG_FOLDER,
        "INGEST_FORMAT": str(topic.record_format),
        "INGEST_GROUP": spec.consumer,
        "INGEST_PORT": str(PORT),
        "INGEST_TOPIC": topic.topic,
        "INGEST_VIEWS": ",".join(topic.feature_views),
    }
    probe = {"periodSeconds": 15, "timeoutSeconds": 5}
    alive, ready = ({"httpGet": {"path": path, "port": "http"}, **probe} for path in ("/livez", "/readyz"))
    return {
        "name": "worker",
        "image": spec.image or "",
        "imagePullPolicy": "IfNotPresent",
        "env": [{"name": name, "value": value} for name, value in environment.items()],
        "envFrom": [{"secretRef": {"name": secret}} for secret in SECRETS],
        "ports": [{"name": "http", "containerPort": PORT}],
        "startupProbe": {**alive, "failureThreshold": 20},
        "readinessProbe": {**ready, "failureThreshold": 2},
        "livenessProbe": {**alive, "failureThreshold": 4},
        "resources": resources(spec.cpu, spec.memory, CPU_LIMIT),
        "securityContext": security,
        "volumeMounts": [
            {"name": "config", "mountPath": CONFIG_FOLDER, "readOnly": True},
            {"name": "scratch", "mountPath": "/tmp"},  # noqa: S108 - a volume of its own
            bundle_mount(),
        ],
    }


def scaler_login() -> Manifest:
    """KEDA logs in to the brokers as its own role, which Pod Identity gives to its operator."""
    spec = {"podIdentity": {"provider": "aws"}}
    return kubernetes_object("keda.sh/v1alpha1", "TriggerAuthentication", SCALER_LOGIN, NAMESPACE, spec=spec)


def scaled_object(spec: FeatureIngestSpec, topic: IngestTopicSpec, region: str, brokers: pulumi.Input[str]) -> Manifest:
    """Workers by the lag of the group in a topic. Without an answer of the brokers, the number stays.

    Source: KEDA 2.20, "Apache Kafka" scaler (experimental), the only one that logs in to MSK by IAM.
    """
    name = object_name(topic.topic)
    lag = {
        "bootstrapServers": brokers,
        "consumerGroup": spec.consumer,
        "topic": topic.topic,
        "lagThreshold": str(topic.lag_threshold),
        # A group that has committed nothing yet reads from the beginning.
        "offsetResetPolicy": "earliest",
        "sasl": "aws_msk_iam",
        "tls": "enable",
        "awsRegion": region,
    }
    trigger = {"type": "apache-kafka", "metadata": lag, "authenticationRef": {"name": SCALER_LOGIN}}
    scaled = {
        "scaleTargetRef": {"name": name},
        "minReplicaCount": topic.minimum,
        "maxReplicaCount": topic.maximum,
        "pollingInterval": 30,
        # Each change of the number moves partitions.
        "advanced": {"horizontalPodAutoscalerConfig": {"behavior": {"scaleDown": {"stabilizationWindowSeconds": 600}}}},
        "fallback": {"failureThreshold": 3, "replicas": topic.minimum, "behavior": "currentReplicasIfHigher"},
        "triggers": [trigger],
    }
    return kubernetes_object("keda.sh/v1alpha1", "ScaledObject", name, NAMESPACE, spec=scaled)
