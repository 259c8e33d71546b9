"""What keeps models on the disks of nodes, as manifests."""

from collections.abc import Mapping, Sequence
from typing import Any

from ...core.images import pulled
from ...core.manifest import kubernetes_object
from ...core.node_labels import NVIDIA_TAINT, POOL_LABEL
from ...core.pods import RESTRICTED, resources
from ...facts.versions import MODEL_CACHE_AGENT_IMAGE, STORAGE_INITIALIZER_IMAGE
from .cache_spec import CacheGroupSpec
from .names import CACHED, MODEL_CACHE_CLAIM, MODEL_DOWNLOADS_NAMESPACE
from .names import KSERVE_NAMESPACE as NAMESPACE

Manifest = dict[str, Any]

AGENT = "model-cache-agent"
AGENT_PODS = {"app.kubernetes.io/name": AGENT}
CONFIG = "inferenceservice-config"
"""Where KServe has its settings, in its own namespace."""
DISK = "/var/lib/model-cache"
"""The directory of a node, on the disk that its root is on."""
AGENT_METRICS_PORT = 8080
AGENT_HEALTH_PORT = 8081

_FOLDER = "models"
"""Where in its directory KServe's agent puts models."""
_MOUNT = "/mnt/models"
"""Where KServe's agent and downloads look for the directory."""
_USER = 1000
"""The user of KServe's downloads and of the model servers."""
_MADE, _KEPT = "model-cache-directory", AGENT
_WRITING, _READING = "ReadWriteOnce", "ReadOnlyMany"
_NOMINAL = "1Mi"
"""A volume's size can't be changed later, a directory has none, and a team's quota counts it."""


def agent_rights() -> list[Manifest]:
    """The agent's account and what it may do: less than the chart's, whose agent reads every secret of the cluster."""
    watch = ["get", "list", "watch"]
    everywhere = [
        _rule("serving.kserve.io", ["clusterstoragecontainers", "localmodelnodes"], watch),
        _rule("serving.kserve.io", ["localmodelnodes/status"], ["get", "patch", "update"]),
        _rule("batch", ["jobs"], watch),
    ]
    read = {**_rule("", ["configmaps"], ["get"]), "resourceNames": [CONFIG]}
    return [
        kubernetes_object("v1", "ServiceAccount", AGENT, NAMESPACE, automountServiceAccountToken=False),
        kubernetes_object(_RBAC, "ClusterRole", AGENT, rules=everywhere),
        _binding("ClusterRole", None),
        kubernetes_object(_RBAC, "Role", AGENT, NAMESPACE, rules=[read]),
        _binding("Role", NAMESPACE),
        kubernetes_object(
            _RBAC,
            "Role",
            AGENT,
            MODEL_DOWNLOADS_NAMESPACE,
            rules=[_rule("batch", ["jobs"], ["create", "delete"])],
        ),
        _binding("Role", MODEL_DOWNLOADS_NAMESPACE),
    ]


def agent_volumes() -> list[Manifest]:
    """The agent's way to a node's directory, by claims, for which no pod needs the right to mount what it likes.

    The first makes the directory where it is missing, and leaves it root's; the second gives it to the agent's group,
    which a node's directory gets through a volume of kind `local` alone. Which nodes have an agent, its DaemonSet says.
    """
    anywhere = _nodes({"key": POOL_LABEL, "operator": "Exists"})
    made = {"hostPath": {"path": DISK, "type": "DirectoryOrCreate"}, "nodeAffinity": anywhere}
    kept = {"local": {"path": DISK}, "nodeAffinity": anywhere}
    return [*_pair(_MADE, _MADE, NAMESPACE, _WRITING, made), *_pair(_KEPT, _KEPT, NAMESPACE, _WRITING, kept)]


def agent(groups: Sequence[CacheGroupSpec]) -> Manifest:
    """KServe's agent on each node of the groups: starts downloads, and takes away what no cache names any more."""
    pools = [pool for group in groups for pool in group.nodes]
    probe = {"tcpSocket": {"port": AGENT_HEALTH_PORT}, "periodSeconds": 10}
    container = {
        "name": "agent",
        "image": pulled(MODEL_CACHE_AGENT_IMAGE),
        "command": ["/manager"],
        "env": [_from_field("POD_NAMESPACE", "metadata.namespace"), _from_field("NODE_NAME", "spec.nodeName")],
        "ports": [_port("metrics", AGENT_METRICS_PORT), _port("health", AGENT_HEALTH_PORT)],
        "resources": resources("20m", "256Mi", "200m"),
        "securityContext": RESTRICTED,
        # The agent answers no more than that it listens.
        "livenessProbe": probe,
        "readinessProbe": probe,
        "volumeMounts": [
            {"name": "kept", "mountPath": _MOUNT},
            {"name": "made", "mountPath": "/mnt/made", "readOnly": True},
        ],
    }
    pod = {
        "serviceAccountName": AGENT,
        "automountServiceAccountToken": True,
        "priorityClassName": "system-node-critical",
        "tolerations": [{"operator": "Exists"}],
        "affinity": {"nodeAffinity": {_REQUIRED: _nodes(_in(pools))["required"]}},
        "securityContext": {
            "runAsUser": _USER,
            "runAsGroup": _USER,
            "fsGroup": _USER,
            "fsGroupChangePolicy": "OnRootMismatch",
        },
        "containers": [container],
        "volumes": [_volume("kept", _KEPT), _volume("made", _MADE)],
    }
    template = {"metadata": {"labels": AGENT_PODS}, "spec": pod}
    spec = {"selector": {"matchLabels": AGENT_PODS}, "template": template}
    return kubernetes_object("apps/v1", "DaemonSet", AGENT, NAMESPACE, spec=spec)


def download() -> Manifest:
    """How a model is downloaded: as KServe does, and marked once it is all there.

    Asking for no GPU makes EKS let the pod onto GPU nodes, whose taint it tolerates by the resource's name; KServe 0.20
    gives downloads no toleration. Source: Kubernetes, admission plugin ExtendedResourceToleration, which EKS enables;
    kserve, issue 5348.
    """
    container = {
        "name": "download",
        "image": pulled(STORAGE_INITIALIZER_IMAGE),
        "imagePullPolicy": "IfNotPresent",
        # KServe's arguments follow: where the model is, and where it goes.
        "command": [
            "/bin/sh",
            "-c",
            f'/storage-initializer/scripts/initializer-entrypoint "$1" "$2" && touch "$2/{CACHED}"',
            "download",
        ],
        "resources": _without_gpus(resources("500m", "4Gi", "2")),
        "securityContext": {**RESTRICTED, "runAsUser": _USER},
        "terminationMessagePolicy": "FallbackToLogsOnError",
    }
    spec = {
        "workloadType": "localModelDownloadJob",
        "supportedUriFormats": [{"prefix": "s3://"}],
        "container": container,
    }
    return kubernetes_object("serving.kserve.io/v1alpha1", "ClusterStorageContainer", "model-cache", spec=spec)


def node_group(group: CacheGroupSpec) -> Manifest:
    """A group of nodes as KServe knows it: which they are, and by which volume a download writes to one of them."""
    size = f"{group.storage_gib}Gi"
    volume = {"local": {"path": DISK}, "nodeAffinity": _nodes(_in(group.nodes))}
    spec = {
        "storageLimit": size,
        "persistentVolumeSpec": _volume_spec(size, _WRITING, volume),
        "persistentVolumeClaimSpec": _claim_spec(size, _WRITING),
    }
    return kubernetes_object("serving.kserve.io/v1alpha1", "LocalModelNodeGroup", group.name, spec=spec)


def reading(group: CacheGroupSpec, namespace: str) -> list[Manifest]:
    """The volume by which models of a namespace read what a group's nodes keep, and its claim, both read-only.

    It holds the agent's folder, which is there once the agent is: no pod takes the directory before it.
    """
    kept = {
        "local": {"path": f"{DISK}/{_FOLDER}"},
        "mountOptions": ["ro"],
        "nodeAffinity": _nodes(_in(group.nodes)),
    }
    claim = f"{MODEL_CACHE_CLAIM}{group.name}"
    # Dots are in no name of a namespace or a group.
    return _pair(f"model-cache.{namespace}.{group.name}", claim, namespace, _READING, kept)


_RBAC = "rbac.authorization.k8s.io/v1"
_REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution"


def _rule(group: str, kinds: Sequence[str], verbs: Sequence[str]) -> Manifest:
    return {"apiGroups": [group], "resources": list(kinds), "verbs": list(verbs)}


def _binding(role: str, namespace: str | None) -> Manifest:
    reference = {"apiGroup": "rbac.authorization.k8s.io", "kind": role, "name": AGENT}
    subjects = [{"kind": "ServiceAccount", "name": AGENT, "namespace": NAMESPACE}]
    return kubernetes_object(_RBAC, f"{role}Binding", AGENT, namespace, roleRef=reference, subjects=subjects)


def _pair(volume: str, claim: str, namespace: str, mode: str, spec: Mapping[str, Any]) -> list[Manifest]:
    """A volume and the claim that has it, each of which names the other."""
    owner = {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "name": claim, "namespace": namespace}
    volume_spec = {**_volume_spec(_NOMINAL, mode, spec), "claimRef": owner}
    claim_spec = {**_claim_spec(_NOMINAL, mode), "volumeName": volume}
    return [
        kubernetes_object("v1", "PersistentVolume", volume, spec=volume_spec),
        kubernetes_object("v1", "PersistentVolumeClaim", claim, namespace, spec=claim_spec),
    ]


def _volume_spec(size: str, mode: str, spec: Mapping[str, Any]) -> Manifest:
    return {
        "accessModes": [mode],
        "capacity": {"storage": size},
        "persistentVolumeReclaimPolicy": "Retain",
        "volumeMode": "Filesystem",
        **spec,
    }


def _claim_spec(size: str, mode: str) -> Manifest:
    # Without a class named, Kubernetes would put in the default one's, and a driver would make a disk.
    return {"accessModes": [mode], "resources": {"requests": {"storage": size}}, "storageClassName": ""}


def _nodes(expression: Manifest) -> Manifest:
    return {"required": {"nodeSelectorTerms": [{"matchExpressions": [expression]}]}}


def _in(pools: Sequence[str]) -> Manifest:
    return {"key": POOL_LABEL, "operator": "In", "values": list(pools)}


def _without_gpus(amounts: Mapping[str, Mapping[str, str]]) -> Manifest:
    return {kind: {**amount, NVIDIA_TAINT: "0"} for kind, amount in amounts.items()}


def _from_field(name: str, path: str) -> Manifest:
    return {"name": name, "valueFrom": {"fieldRef": {"fieldPath": path}}}


def _port(name: str, number: int) -> Manifest:
    return {"name": name, "containerPort": number, "protocol": "TCP"}


def _volume(name: str, claim: str) -> Manifest:
    return {"name": name, "persistentVolumeClaim": {"claimName": claim}}
