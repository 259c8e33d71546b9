"""ExternalSecrets: brings secrets from AWS Secrets Manager to the workloads that may have them."""

from collections.abc import Mapping
from typing import Any, NotRequired, TypedDict

import pulumi
from pydantic import Field, field_validator

from ..core.account import Account
from ..core.component import Component
from ..core.iam import allow, document
from ..core.kms import encryption_key
from ..core.manifest import Manifest, Release
from ..core.namespace_names import NAMESPACE_PATTERN, namespaces_once
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
    """Which secrets of the account the cluster may have, and where in the cluster."""

    secret_prefix: str
    """What the names of its secrets begin with, before a slash; no other secret is read."""
    namespaces: NotRequired[list[str]]
    """The namespaces whose ExternalSecrets are answered; no other namespace is."""
    monitoring_namespace: NotRequired[str]
    """The namespace whose pods may read metrics."""
    deletion_protection: NotRequired[bool]
    """Whether the key of the secrets is protected from deletion."""


class ExternalSecretsArgs(ExternalSecretsConfig):
    """What ExternalSecrets are made from: their config and the cluster."""

    cluster_name: pulumi.Input[str]
    """The EKS cluster."""
    vpc_cidr: pulumi.Input[str]
    """The VPC's range, from whose addresses the API server calls webhooks."""


class ExternalSecretsSpec(Spec):
    """The checked arguments of ExternalSecrets."""

    secret_prefix: str = Field(
        pattern=r"^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,62}$",
        description="What the names of its secrets begin with, before a slash; no other secret is read.",
    )
    namespaces: tuple[str, ...] = Field(
        default=("feast", "mlflow"),
        min_length=1,
        description="The namespaces whose ExternalSecrets are answered; each may ask for every secret of the prefix.",
    )
    monitoring_namespace: str = Field(
        default="monitoring",
        pattern=NAMESPACE_PATTERN,
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
    """The External Secrets Operator in a closed namespace, and one store of secrets that named namespaces may ask.

    Its own identity reads the secrets of one prefix, under the key it makes, and nothing else of the account. Give it a
    Kubernetes provider by `providers` in its options.
    """

    store_name: pulumi.Output[str]
    """The ClusterSecretStore's name; whoever reads it waits until an ExternalSecret can be made."""
    secret_prefix: pulumi.Output[str]
    """What the names of its secrets begin with, before a slash."""
    key_arn: pulumi.Output[str]
    """The KMS key to encrypt those secrets with."""

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
    """Values of its chart: two of each, spread, with budgets and probes.

    What isn't used is off: definitions of secrets that are pushed, generated or spread over namespaces, the right to
    make tokens of any service account, and the rights that editors of a namespace would have to ask for secrets.
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

    Listing secrets, which only an ExternalSecret with `find` needs, is left out: AWS can't bound it to a prefix.
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
    """Secrets Manager as `namespaces` see it, read with the operator's own identity."""
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
    """An ExternalSecret that keeps a Kubernetes Secret of the same name.

    Its keys are those of `fields`; their values name the fields of the JSON in `secret`, a secret of Secrets Manager.
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
