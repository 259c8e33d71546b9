"""A KubeflowCluster for two teams, run against the made-up account of `mocks`."""

from typing import Any

import pulumi

from components.kubeflow.kubeflow_cluster import KubeflowCluster
from tests.support.components.mocks import ACCOUNT, Recording, run

READER = "test:index:Reader"
REVISION = "1f" * 20
KEY = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/data"
TARGETS = f"arn:aws:elasticloadbalancing:us-east-1:{ACCOUNT}:targetgroup/kubeflow/1"

RANKING: dict[str, Any] = {
    "name": "ranking",
    "emails": ["ada@example.com", "grace.hopper@example.com"],
    "quota": {"cpu": 64, "memory_gib": 256, "gpus": 6, "storage_gib": 500},
}
FRAUD: dict[str, Any] = {
    "name": "fraud",
    "emails": ["alan@example.com"],
    "quota": {"cpu": 32, "memory_gib": 128, "gpus": 2, "storage_gib": 200},
}
GPU_TAINT = {"key": "nvidia.com/gpu", "value": "present", "effect": "NO_SCHEDULE"}
PROCESSORS: dict[str, Any] = {"name": "processors", "nodes": 10, "cpu": 16, "memory_gib": 64}
TRAINING: dict[str, Any] = {
    "name": "training",
    "nodes": 2,
    "cpu": 48,
    "memory_gib": 192,
    "gpus": 4,
    "taints": [GPU_TAINT],
}
CONFIG: dict[str, Any] = {
    "zone_name": "example.com",
    "domain": "kubeflow.example.com",
    "repository": "https://github.com/acme/platform",
    "revision": REVISION,
    "teams": [RANKING, FRAUD],
    "pools": [PROCESSORS, TRAINING],
}
WIRING: dict[str, Any] = {
    "cluster_name": "ml-kubeflow",
    "argo_cd": "argocd",
    "vpc_id": "vpc-1",
    "vpc_cidr": "10.60.0.0/16",
    "load_balancer_subnet_ids": ["subnet-a", "subnet-b"],
    "node_security_group_id": "sg-nodes",
    "zone_id": "Z1",
    "log_bucket_name": "acme-logs",
    "raw_bucket": "acme-raw",
    "training_bucket": "acme-training",
    "models_bucket": "acme-models",
    "offline_bucket": "acme-offline",
    "data_key_arn": KEY,
    "database_address": "metadata.example.internal",
    "pipelines_database_address": "pipelines.example.internal",
    "secret_store": "aws-secrets",
    "secret_prefix": "ml-kubeflow",
    "issuer": "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_AbCd",
    "sign_in_url": "https://acme-ml.auth.us-east-1.amazoncognito.com",
    "client_id": "client-1",
    "client_secret_name": "ml-kubeflow/kubeflow/sign-in",
}
COMPUTED: dict[str, Any] = {"aws:lb/targetGroup:TargetGroup": {"arn": TARGETS}}


def kubeflow(recording: Recording | None = None, **args: Any) -> Recording:
    """A KubeflowCluster "kubeflow" of `CONFIG` and `WIRING`, with `args`; an argument of None is left out."""
    given: Any = {key: value for key, value in {**CONFIG, **WIRING, **args}.items() if value is not None}

    def program() -> None:
        made = KubeflowCluster("kubeflow", given)
        pulumi.CustomResource(READER, "reader", {"ready": made.ready})
        pulumi.CustomResource(READER, "places", {"namespaces": made.namespaces})

    return run(program, recording or Recording(computed=COMPUTED))
