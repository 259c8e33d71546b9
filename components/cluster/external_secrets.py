"""ExternalSecrets: copies secrets from AWS Secrets Manager to namespaces of a cluster."""

from collections.abc import Mapping
from typing import Any, NotRequired, TypedDict

import pulumi
from pydantic import Field, field_validator

from ..core.account import Account
from ..core.component import Component
from ..core.iam import allow, document
from ..core.kms import encryption_key
from ..core.manifest import Manifest, Release
from ..core.namespace_names import MonitoringNamespace, namespaces_once
from ..core.network_policies import admit_api_server, allow_apis, allow_metrics
from ..core.ordering import after
from ..core.pods import on_system_nodes, resources, spread
from ..core.spec import Spec
from ..facts.regions import dns_suffix
from ..facts.versions import EXTERNAL_SECRETS
from .secure_namespace import closed_namespace
from .workload_identity import WorkloadIdentity

NAMESPACE = "external-secrets"
STORE = "aws-secrets"
WEBHOOK_PORT = 10250
METRICS_PORT = 8080
_CONTROLLER = {"app.kubernetes.io/name": "external-secrets"}
_WEBHOOK = {"app.kubernetes.io/name": "external-secrets-webhook"}
_CERTIFICATES = {"app.kubernetes.io/name": "external-secrets-cert-controller"}


class ExternalSecretsConfig(TypedDict):
    """The secrets that the cluster may read, and the namespaces that may use them."""

    secret_prefix: str
    """The prefix of the secrets' names, before a slash. The operator reads no other secret."""
    namespaces: NotRequired[list[str]]
    """The namespaces that may use ExternalSecrets."""
    monitoring_namespace: NotRequired[str]
    """The namespace whose pods may read metrics."""
    deletion_protection: NotRequired[bool]
    """Whether the key of the secrets is protected from deletion."""


class ExternalSecretsArgs(ExternalSecretsConfig):
    """The arguments of ExternalSecrets."""

    cluster_name: pulumi.Input[str]
    """The EKS cluster."""
    vpc_cidr: pulumi.Input[str]
    """The VPC's range. The API server calls webhooks from its addresses."""


class ExternalSecretsSpec(Spec):
    """The checked arguments of ExternalSecrets."""

    secret_prefix: str = Field(
        pattern=r"^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,62}$",
        description="The prefix of the secrets' names, before a slash. The operator reads no other secret.",
    )
    namespaces: tuple[str, ...] = Field(
        default=("feast", "mlflow"),
        min_length=1,
        description="The namespaces that may use ExternalSecrets. Each may use every secret with the prefix.",
    )
    monitoring_namespace: MonitoringNamespace = Field(
        default="monitoring",
        description="The namespace whose pods may read metrics.",
    )
    deletion_protection: bool = Field(
        default=True, description="Whether the key of the secrets is protected from deletion."
    )

    @field_validator("namespaces")
    @classmethod
    def _named(cls, namespaces: tuple[str, ...]) -> tuple[str, ...]:
        return namespaces_once(namespaces)


class ExternalSecrets(Component[ExternalSecretsArgs, ExternalSecretsSpec]):
    """The External Secrets Operator in a closed namespace, and one secret store for the namespaces of the config.

    The operator's IAM role reads only secrets with the prefix, which this component's KMS key encrypts. Pass a
    Kubernetes provider in the option `providers`.
    """

    store_name: pulumi.Output[str]
    """The ClusterSecretStore's name, resolved after the cluster accepts ExternalSecrets."""
    secret_prefix: pulumi.Output[str]
    """The prefix of the secrets' names, before a slash."""
    key_arn: pulumi.Output[str]
    """The KMS key that must encrypt these secrets."""

    def __init__(self, name: str, args: ExternalSecretsArgs, opts: pulumi.ResourceOptions | None = None):
        super().__init__(name, args, ExternalSecretsArgs, ExternalSecretsSpec, opts)
        spec = self._spec
        account = self._account
        policies = [
            allow_apis(NAMESPACE, {}),
            admit_api_server(NAMESPACE, _WEBHOOK, WEBHOOK_PORT, args["vpc_cidr"]),
            allow_metrics(NAMESPACE, {}, METRICS_PORT, spec.monitoring_namespace),
        ]
        namespace = closed_namespace(f"{name}-namespace", NAMESPACE, policies, self)
        key = encryption_key(
            f"{name}-key",
            f"Secrets below {spec.secret_prefix}/",
            account,
            pulumi.ResourceOptions(parent=self, protect=spec.deletion_protection),
        )
        readable = key.arn.apply(lambda arn: secrets_access(account, spec.secret_prefix, arn))
        identity = WorkloadIdentity(
            f"{name}-identity",
            {
                "cluster_name": args["cluster_name"],
                "namespace": NAMESPACE,
                "service_account": NAMESPACE,
                "policies": {"secrets": readable},
            },
            pulumi.ResourceOptions(parent=self),
        )
        release = Release(
            f"{name}-release",
            EXTERNAL_SECRETS,
            NAMESPACE,
            external_secrets_values(),
            pulumi.ResourceOptions(parent=self, depends_on=[*namespace, identity]),
        )
        store = Manifest(
            f"{name}-store",
            secret_store(account.region, spec.namespaces),
            pulumi.ResourceOptions(parent=self, depends_on=[release]),
        )
        self.store_name = after(STORE, store.urn)
        self.secret_prefix = pulumi.Output.from_input(spec.secret_prefix)
        self.key_arn = key.arn
        self._publish()


def external_secrets_values() -> dict[str, Any]:
    """Values of the chart: two replicas of each Deployment, spread over nodes, with disruption budgets and probes.

    Unused features are off: the CRDs of pushed, generated and cluster-wide secrets, the permission to create tokens of
    all service accounts, and the permissions of namespace editors to create ExternalSecrets.
    """
    parts = {"webhook": _WEBHOOK, "certController": _CERTIFICATES}
    return {
        **_workload(_CONTROLLER),
        **{part: {**_workload(labels), "startupProbe": {"enabled": True}} for part, labels in parts.items()},
        "readinessProbe": {"enabled": True},
        "leaderElect": True,
        "crds": {
            f"create{kind}": False
            for kind in ("ClusterExternalSecret", "ClusterGenerator", "ClusterPushSecret", "PushSecret")
        },
        "processClusterExternalSecret": False,
        "processClusterGenerator": False,
        "processClusterPushSecret": False,
        "processPushSecret": False,
        "rbac": {
            "serviceAccountTokenCreate": False,
            "servicebindings": {"create": False},
            "aggregateToEdit": False,
            "aggregateToAdmin": False,
        },
    }


def _workload(labels: Mapping[str, str]) -> dict[str, Any]:
    return {
        "replicaCount": 2,
        "resources": resources("50m", "256Mi", "500m"),
        "topologySpreadConstraints": spread(labels),
        **on_system_nodes(),
        "podDisruptionBudget": {"enabled": True, "minAvailable": 1},
        "priorityClassName": "system-cluster-critical",
        "livenessProbe": {"enabled": True},
    }


def secrets_access(account: Account, prefix: str, key_arn: str) -> str:
    """Lets the operator read the secrets whose names begin with `prefix` and a slash.

    The policy does not allow listing secrets, because AWS cannot limit it to a prefix. Only `find` needs it.
    Source: External Secrets 2.9, "AWS Secrets Manager", "IAM Policy"; Secrets Manager user guide, "Secret encryption
    and decryption in AWS Secrets Manager".
    """
    reads = ("GetResourcePolicy", "GetSecretValue", "DescribeSecret", "ListSecretVersionIds")
    secrets = account.arn("secretsmanager", f"secret:{prefix}/*")
    through = {"kms:ViaService": f"secretsmanager.{account.region}.{dns_suffix(account.region)}"}
    of_these = {"kms:EncryptionContext:SecretARN": secrets}
    return document(
        allow("Read", [f"secretsmanager:{action}" for action in reads], [secrets]),
        allow("Decrypt", ["kms:Decrypt"], [key_arn], {"StringEquals": through, "StringLike": of_these}),
    )


def secret_store(region: str, namespaces: tuple[str, ...]) -> dict[str, Any]:
    """A ClusterSecretStore of Secrets Manager for `namespaces`. The operator's IAM role reads the secrets."""
    return {
        "apiVersion": "external-secrets.io/v1",
        "kind": "ClusterSecretStore",
        "metadata": {"name": STORE},
        "spec": {
            "conditions": [{"namespaces": list(namespaces)}],
            "provider": {"aws": {"service": "SecretsManager", "region": region}},
        },
    }


def external_secret(
    name: str, namespace: str, store: pulumi.Input[str], secret: pulumi.Input[str], fields: Mapping[str, str]
) -> dict[str, Any]:
    """An ExternalSecret that creates a Kubernetes Secret with the same name.

    `fields` maps the Secret's keys to fields of the JSON value of `secret`, a secret in Secrets Manager.
    """
    template = {key: f"{{{{ .{field} }}}}" for key, field in fields.items()}
    return {
        "apiVersion": "external-secrets.io/v1",
        "kind": "ExternalSecret",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {
            "refreshInterval": "15m",
            "secretStoreRef": {"name": store, "kind": "ClusterSecretStore"},
            "target": {
                "name": name,
                "creationPolicy": "Owner",
                "deletionPolicy": "Retain",
                "template": {"engineVersion": "v2", "data": template},
            },
            "dataFrom": [{"extract": {"key": secret}}],
        },
    }
