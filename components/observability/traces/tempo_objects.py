"""Tempo's Kubernetes objects as manifests, its network policies, and what it may do at AWS.

They are our own. The chart of one process (grafana-community/helm-charts, tempo 2.2.4) installs Tempo 2.10 with a flag
that Tempo 3 refuses, and opens the ports of Jaeger and Zipkin. The chart of Tempo 3, tempo-distributed, needs Kafka.
"""

import hashlib
from typing import Any

from ...core.account import Account
from ...core.iam import allow, document
from ...core.images import pulled
from ...core.kms import through
from ...core.manifest import kubernetes_object
from ...core.network_policies import Policy, admit, allow_apis, allow_metrics, pods_of
from ...core.pods import RESTRICTED, on_system_nodes, resources
from ...facts.versions import TEMPO_IMAGE
from .collectors import FRONT_PODS, SAMPLER_PODS
from .spec import HTTP_PORT, NAMESPACE, TracingSpec
from .tempo_config import API_PORT, DATA_FOLDER, METRICS_PORT
from .tempo_spec import CPU, TEMPO, TEMPO_HOST, TEMPO_NAMESPACE, TEMPO_PODS, TempoSpec

GRAFANA_PODS = {"app.kubernetes.io/name": "grafana"}
QUERY_URL = f"http://{TEMPO_HOST}:{API_PORT}"
"""Where Grafana asks for traces."""
_CONFIG_FOLDER = "/etc/tempo"
_USER = 10001
"""The user of the image. Source: grafana/tempo v3.0.3, cmd/tempo/Dockerfile."""
Manifest = dict[str, Any]


def service_account() -> Manifest:
    """The identity at AWS. It has no Kubernetes API access."""
    return kubernetes_object("v1", "ServiceAccount", TEMPO, TEMPO_NAMESPACE, automountServiceAccountToken=False)


def config_map(config: str) -> Manifest:
    """The configuration. It contains no secret."""
    return kubernetes_object("v1", "ConfigMap", TEMPO, TEMPO_NAMESPACE, data={"tempo.yaml": config})


def service() -> Manifest:
    """Where collectors send spans, and Grafana asks for traces."""
    ports = [
        {"name": "http", "port": API_PORT, "targetPort": API_PORT, "protocol": "TCP"},
        {"name": "http-otlp", "port": HTTP_PORT, "targetPort": HTTP_PORT, "protocol": "TCP"},
    ]
    spec = {"type": "ClusterIP", "selector": TEMPO_PODS, "ports": ports}
    return kubernetes_object("v1", "Service", TEMPO, TEMPO_NAMESPACE, labels=TEMPO_PODS, spec=spec)


def stateful_set(spec: TempoSpec, config: str) -> Manifest:
    """One pod, and a disk that a new pod finds again. A budget of disruptions would only block the drain of a node."""
    pod = {
        "serviceAccountName": TEMPO,
        **on_system_nodes(),
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": _USER,
            "runAsGroup": _USER,
            "fsGroup": _USER,
            "fsGroupChangePolicy": "OnRootMismatch",
        },
        # Open traces are on the disk after a second. Queries that are open then would keep it from ending at all.
        "terminationGracePeriodSeconds": 30,
        "containers": [_container(spec)],
        "volumes": [{"name": "config", "configMap": {"name": TEMPO}}],
    }
    claim = {
        "metadata": {"name": "data"},
        "spec": {
            # The default storage class encrypts with the cluster's key.
            "storageClassName": "gp3",
            "accessModes": ["ReadWriteOnce"],
            "resources": {"requests": {"storage": f"{spec.storage_gib}Gi"}},
        },
    }
    checksum = hashlib.sha256(config.encode()).hexdigest()[:16]
    wanted = {
        "replicas": 1,
        "serviceName": TEMPO,
        "updateStrategy": {"type": "RollingUpdate"},
        "selector": {"matchLabels": TEMPO_PODS},
        "template": {"metadata": {"labels": TEMPO_PODS, "annotations": {"mlplatform/config": checksum}}, "spec": pod},
        "volumeClaimTemplates": [claim],
    }
    return kubernetes_object("apps/v1", "StatefulSet", TEMPO, TEMPO_NAMESPACE, labels=TEMPO_PODS, spec=wanted)


def _container(spec: TempoSpec) -> Manifest:
    amounts = resources(CPU, spec.memory, "2")
    for part in amounts.values():
        part["ephemeral-storage"] = "256Mi"
    ready = {"httpGet": {"path": "/ready", "port": "metrics"}, "periodSeconds": 10, "timeoutSeconds": 5}
    alive = {"tcpSocket": {"port": "http-otlp"}, "periodSeconds": 10, "timeoutSeconds": 5}
    return {
        "name": TEMPO,
        "image": pulled(TEMPO_IMAGE),
        "imagePullPolicy": "IfNotPresent",
        "args": [f"-config.file={_CONFIG_FOLDER}/tempo.yaml"],
        # Go gives memory back before the container's limit is reached.
        "env": [{"name": "GOMEMLIMIT", "value": f"{spec.mebibytes * 80 // 100}MiB"}],
        "ports": [
            {"name": "http", "containerPort": API_PORT},
            {"name": "http-otlp", "containerPort": HTTP_PORT},
            {"name": "metrics", "containerPort": METRICS_PORT},
        ],
        # A pod that begins reads the traces of its disk first.
        "startupProbe": {**ready, "failureThreshold": 60},
        "readinessProbe": {**ready, "failureThreshold": 3},
        "livenessProbe": {**alive, "failureThreshold": 6},
        "resources": amounts,
        "securityContext": RESTRICTED,
        "volumeMounts": [
            {"name": "config", "mountPath": _CONFIG_FOLDER, "readOnly": True},
            {"name": "data", "mountPath": DATA_FOLDER},
        ],
    }


def policies(spec: TracingSpec, tempo: TempoSpec) -> list[Policy]:
    """Only the deciding collectors write, only Grafana reads, and Tempo reaches AWS."""
    senders = pods_of(NAMESPACE, SAMPLER_PODS if spec.layered else FRONT_PODS)
    readers = pods_of(tempo.grafana_namespace, GRAFANA_PODS) if tempo.grafana_namespace else []
    return [
        admit("allow-collectors", TEMPO_NAMESPACE, TEMPO_PODS, senders, [HTTP_PORT]),
        *([admit("allow-grafana", TEMPO_NAMESPACE, TEMPO_PODS, readers, [API_PORT])] if readers else []),
        allow_metrics(TEMPO_NAMESPACE, TEMPO_PODS, METRICS_PORT, spec.monitoring_namespace),
        allow_apis(TEMPO_NAMESPACE, TEMPO_PODS),
    ]


def objects_access(account: Account, bucket: str, key_arn: str) -> str:
    """Lets Tempo keep blocks in one bucket. It copies no objects and sets no tags, so it needs no right to tags.

    Sources: grafana/tempo v3.0.3, docs/sources/tempo/configuration/hosted-storage/s3.md and tempodb/backend/s3/s3.go;
    S3 user guide, "Using server-side encryption with AWS KMS keys" and "Multipart upload API and permissions".
    """
    arn = f"arn:{account.partition}:s3:::{bucket}"
    actions = ("GetObject", "PutObject", "DeleteObject", "AbortMultipartUpload")
    return document(
        allow("Objects", [f"s3:{action}" for action in actions], [f"{arn}/*"]),
        allow("List", ["s3:ListBucket"], [arn]),
        allow("Key", ["kms:Decrypt", "kms:GenerateDataKey"], [key_arn], through(account, "s3")),
    )
