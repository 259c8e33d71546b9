"""The values of Velero's chart, and what Velero may do, as plain data.

Source: vmware-tanzu/helm-charts 73466ca, charts/velero 12.1.0 (templates and values); vmware-tanzu/velero v1.18.
"""

from typing import Any

from ...core.account import Account
from ...core.iam import allow, document
from ...core.kms import through
from ...core.pods import RESTRICTED, on_system_nodes, resources
from ...facts.versions import VELERO_AWS_PLUGIN_IMAGE
from .kinds import IN_NAMESPACES, OF_CLUSTER, named, with_further
from .spec import ClusterStateSpec

NAMESPACE = "velero"
SERVICE_ACCOUNT = "velero-server"
SCHEDULE = "velero-state"
"""The name of the schedule: the chart puts its own name before ours."""
PREFIX = "cluster"
SOURCE = "source"
"""The location of the backups of another cluster."""
METRICS_PORT = 8085
PODS = {"app.kubernetes.io/name": "velero", "app.kubernetes.io/instance": "velero"}
READER = "velero-reader"
_WRITE = (
    "s3:DeleteObject",
    "s3:PutObject",
    "s3:PutObjectTagging",
    "s3:AbortMultipartUpload",
    "s3:ListMultipartUploadParts",
)
"""The plugin sends the header `x-amz-tagging` with each object, even without tags (velero-plugin-for-aws issue 303)."""
_USER = 65532
"""Both images name users; Kubernetes needs a number to know that it is not root."""


def velero_values(spec: ClusterStateSpec, region: str, key_arn: Any) -> dict[str, Any]:
    """Values of the chart: one server without node agents, snapshots and credentials, and one schedule.

    A hook of the chart applies the definitions before each install and upgrade, with rights of its own that end with
    it. `key_arn` is the key that objects are encrypted with.
    """
    plugin = {
        "name": "velero-plugin-for-aws",
        "image": VELERO_AWS_PLUGIN_IMAGE,
        "securityContext": RESTRICTED,
        "resources": resources("10m", "64Mi", "200m"),
        "volumeMounts": [{"mountPath": "/target", "name": "plugins"}],
    }
    location = {
        "name": "default",
        "provider": "aws",
        "default": True,
        "bucket": spec.bucket,
        "prefix": PREFIX,
        "config": {"region": region, "kmsKeyId": key_arn},
    }
    source = {
        "name": SOURCE,
        "provider": "aws",
        "accessMode": "ReadOnly",
        "bucket": spec.read_from,
        "prefix": PREFIX,
        "config": {"region": region},
    }
    locations = [location, *([source] if spec.read_from else [])]
    return {
        "initContainers": [plugin],
        "podSecurityContext": {
            "runAsNonRoot": True,
            "runAsUser": _USER,
            "runAsGroup": _USER,
            "fsGroup": _USER,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "containerSecurityContext": RESTRICTED,
        "resources": resources("100m", "512Mi", "1"),
        "upgradeJobResources": resources("50m", "128Mi", "500m"),
        "upgradeCRDs": True,
        "terminationGracePeriodSeconds": 300,
        "credentials": {"useSecret": False},
        "serviceAccount": {"server": {"name": SERVICE_ACCOUNT}},
        "rbac": {"clusterAdministrator": False},
        "snapshotsEnabled": False,
        "deployNodeAgent": False,
        "configuration": {"backupStorageLocation": locations, "logFormat": "json"},
        "schedules": {SCHEDULE.removeprefix("velero-"): {"schedule": spec.schedule, "template": _backup(spec)}},
        **on_system_nodes(),
    }


def _backup(spec: ClusterStateSpec) -> dict[str, Any]:
    return {
        "ttl": f"{24 * spec.retention_days}h0m0s",
        "storageLocation": "default",
        "includedNamespaces": ["*"],
        "excludedNamespaces": [NAMESPACE],
        "includedNamespaceScopedResources": named(with_further(IN_NAMESPACES, spec.further_kinds)),
        "includedClusterScopedResources": named(OF_CLUSTER),
        "snapshotVolumes": False,
        "defaultVolumesToFsBackup": False,
    }


def reader(spec: ClusterStateSpec) -> list[dict[str, Any]]:
    """Lets Velero read the kinds of a backup. A restore gets more rights while it runs.

    Velero also lists the pods of all namespaces to find their volumes, even if a backup holds neither; without this
    right the whole backup fails. Source: vmware-tanzu/velero v1.18.1, pkg/util/podvolume/pod_volume.go.
    """
    kinds = (with_further(IN_NAMESPACES, spec.further_kinds), OF_CLUSTER)
    rules = [
        {"apiGroups": [group], "resources": list(plurals), "verbs": ["get", "list", "watch"]}
        for each in kinds
        for group, plurals in each.items()
    ]
    rules.append({"apiGroups": [""], "resources": ["pods"], "verbs": ["list"]})
    group = "rbac.authorization.k8s.io"
    return [
        {"apiVersion": f"{group}/v1", "kind": "ClusterRole", "metadata": {"name": READER}, "rules": rules},
        {
            "apiVersion": f"{group}/v1",
            "kind": "ClusterRoleBinding",
            "metadata": {"name": READER},
            "roleRef": {"apiGroup": group, "kind": "ClusterRole", "name": READER},
            "subjects": [{"kind": "ServiceAccount", "name": SERVICE_ACCOUNT, "namespace": NAMESPACE}],
        },
    ]


def objects_access(account: Account, bucket: str, key_arn: str) -> str:
    """Lets Velero keep backups below one prefix of one bucket.

    Sources: vmware-tanzu/velero-plugin-for-aws, README.md, "Set permissions for Velero", without what EBS snapshots
    need; S3 user guide, "Using server-side encryption with AWS KMS keys".
    """
    arn = f"arn:{account.partition}:s3:::{bucket}"
    below = {"StringLike": {"s3:prefix": [PREFIX, f"{PREFIX}/*"]}}
    return document(
        allow("Objects", ["s3:GetObject", *_WRITE], [f"{arn}/{PREFIX}/*"]),
        allow("List", ["s3:ListBucket"], [arn], below),
        allow("Key", ["kms:Decrypt", "kms:GenerateDataKey"], [key_arn], through(account, "s3")),
    )


def source_access(account: Account, bucket: str) -> str:
    """Lets Velero read the backups of another cluster, below the same prefix of another bucket.

    Velero writes the log and the results of a restore beside its backup, even if the location is read-only, and deletes
    them with the Restore; without them a restore does not complete. Source: vmware-tanzu/velero v1.18.1,
    pkg/controller/restore_controller.go.

    The bucket's key is not known here: the condition limits its use to objects of the bucket. With a bucket key
    the context is the bucket's ARN, without one the object's. Source: S3 user guide, "Reducing the cost of SSE-KMS with
    Amazon S3 Bucket Keys".
    """
    arn = f"arn:{account.partition}:s3:::{bucket}"
    below = {"StringLike": {"s3:prefix": [PREFIX, f"{PREFIX}/*"]}}
    of_bucket = {**through(account, "s3"), "StringLike": {"kms:EncryptionContext:aws:s3:arn": [arn, f"{arn}/*"]}}
    return document(
        allow("Objects", ["s3:GetObject"], [f"{arn}/{PREFIX}/*"]),
        allow("Results", _WRITE, [f"{arn}/{PREFIX}/restores/*"]),
        allow("List", ["s3:ListBucket"], [arn], below),
        allow("Key", ["kms:Decrypt", "kms:GenerateDataKey"], [account.arn("kms", "key/*")], of_bucket),
    )
