"""A stack of any size, made of the same components as a real one: a team's corner of the platform, many times over."""

import pulumi
import pulumi_aws as aws

from components.cluster.secure_namespace import SecureNamespace
from components.cluster.workload_identity import WorkloadIdentity
from components.core.account import Account
from components.core.iam import allow, document
from components.core.kms import encryption_key
from components.core.manifest import Manifest
from stacks.config import load_config
from stacks.platform import aws_provider

A_TEAM = 20
"""Resources that one team adds."""

IMAGE = f"registry.example.com/team/server@sha256:{'0' * 64}"


class Team(pulumi.ComponentResource):
    """A namespace, a workload with AWS permissions of its own, and what it stores, logs and reads from."""

    def __init__(self, name: str, opts: pulumi.ResourceOptions):
        super().__init__("mlplatform:index:BenchTeam", name, {}, opts)
        self._name, self._child = name, pulumi.ResourceOptions(parent=self)
        queue_arn = self._storage()
        self._security_group()
        namespace = SecureNamespace(f"{name}-namespace", {"namespace": name}, self._child)
        identity = WorkloadIdentity(
            f"{name}-identity",
            {
                "cluster_name": "bench",
                "namespace": name,
                "service_account": "server",
                "policies": {
                    "queue": queue_arn.apply(lambda arn: document(allow("Read", ["sqs:ReceiveMessage"], [arn])))
                },
                "managed_policies": ["AmazonEC2ContainerRegistryPullOnly"],
            },
            self._child,
        )
        self._workload(namespace.namespace)
        self.register_outputs({"role_arn": identity.role_arn})

    def _storage(self) -> pulumi.Output[str]:
        key = encryption_key(
            f"{self._name}-key",
            f"Data of {self._name}.",
            Account("444455556666", "us-east-1", "aws"),
            pulumi.ResourceOptions(parent=self, protect=True),
        )
        aws.cloudwatch.LogGroup(f"{self._name}-logs", retention_in_days=30, kms_key_id=key.arn, opts=self._child)
        queue = aws.sqs.Queue(
            f"{self._name}-queue",
            kms_master_key_id=key.arn,
            message_retention_seconds=86400,
            opts=pulumi.ResourceOptions(parent=self, protect=True),
        )
        return queue.arn

    def _security_group(self) -> None:
        group = aws.ec2.SecurityGroup(
            f"{self._name}-group",
            vpc_id="vpc-0123456789abcdef0",
            description=f"Pods of {self._name}.",
            revoke_rules_on_delete=True,
            opts=self._child,
        )
        for rule, kind in (
            ("in", aws.vpc.SecurityGroupIngressRule),
            ("out", aws.vpc.SecurityGroupEgressRule),
        ):
            kind(
                f"{self._name}-{rule}",
                security_group_id=group.id,
                description="Within the team.",
                ip_protocol="tcp",
                from_port=443,
                to_port=443,
                referenced_security_group_id=group.id,
                opts=self._child,
            )

    def _workload(self, namespace: pulumi.Output[str]) -> None:
        labels = {"app.kubernetes.io/name": "server", "app.kubernetes.io/part-of": self._name}
        metadata = {"name": "server", "namespace": namespace, "labels": labels}
        account = {**metadata, "annotations": {"mlplatform.example.com/team": self._name}}
        self._manifest("account", "v1", "ServiceAccount", metadata=account, automountServiceAccountToken=False)
        self._manifest(
            "budget",
            "policy/v1",
            "PodDisruptionBudget",
            metadata=metadata,
            spec={"maxUnavailable": 1, "selector": {"matchLabels": labels}},
        )
        template = {"metadata": {"labels": labels}, "spec": pod(labels)}
        spec = {"replicas": 3, "selector": {"matchLabels": labels}, "template": template}
        self._manifest("server", "apps/v1", "Deployment", metadata=metadata, spec=spec)

    def _manifest(self, name: str, version: str, kind: str, **body: object) -> None:
        Manifest(f"{self._name}-{name}", {"apiVersion": version, "kind": kind, **body}, self._child)


def pod(labels: dict[str, str]) -> dict[str, object]:
    """A pod that keeps every rule."""
    spread = {
        "maxSkew": 1,
        "topologyKey": "topology.kubernetes.io/zone",
        "whenUnsatisfiable": "DoNotSchedule",
        "labelSelector": {"matchLabels": labels},
    }
    probe = {"httpGet": {"path": "/healthz", "port": 8080}, "periodSeconds": 10}
    container = {
        "name": "server",
        "image": IMAGE,
        "ports": [{"name": "http", "containerPort": 8080}],
        "env": [{"name": "LOG_LEVEL", "value": "info"}, {"name": "WORKERS", "value": "4"}],
        "resources": {"requests": {"cpu": "1", "memory": "2Gi"}, "limits": {"cpu": "1", "memory": "2Gi"}},
        "livenessProbe": probe,
        "readinessProbe": probe,
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        },
    }
    return {
        "serviceAccountName": "server",
        "automountServiceAccountToken": False,
        "securityContext": {"runAsNonRoot": True, "runAsUser": 1000, "seccompProfile": {"type": "RuntimeDefault"}},
        "topologySpreadConstraints": [spread],
        "containers": [container],
    }


def build(size: int) -> None:
    """Declare about `size` resources: as many teams as fit."""
    options = pulumi.ResourceOptions(providers=[aws_provider(load_config()), *_cluster()])
    for number in range(size // A_TEAM):
        Team(f"team-{number:04}", options)


def _cluster() -> list[pulumi.ProviderResource]:
    provider = pulumi.ProviderResource("kubernetes", "cluster", {"context": "bench"})
    return [provider]
