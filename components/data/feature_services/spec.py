"""What FeatureServices are made from, and what is refused."""

from typing import NotRequired, TypedDict

import pulumi
from pydantic import Field, model_validator

from ...core.problems import refuse_at
from ...core.secret_recovery import RecoveryWindowDays
from ...core.spec import Spec, refuse
from ..feature_server.spec import FeatureServerConfig, FeatureServerSpec
from ..store_access.spec import DatabaseAccessConfig, DatabaseAccessSpec
from ..tracking_server.spec import TrackingServerConfig, TrackingServerSpec

FEAST, MLFLOW = "feast", "mlflow"
"""What the databases, roles and namespaces of both servers are called."""


class FeatureServicesConfig(TypedDict):
    """What runs over a feature store, as a stack's config describes it."""

    feature_server: NotRequired[FeatureServerConfig]
    """Feast, which answers with features; none when left out."""
    tracking_server: NotRequired[TrackingServerConfig]
    """MLflow, which keeps experiments and models; none when left out."""
    databases: NotRequired[list[DatabaseAccessConfig]]
    """Further uses of the database instance, beside those of both servers."""
    recovery_window_days: NotRequired[int]
    """Days that a deleted secret can be restored; 0 deletes immediately."""


class FeatureServicesArgs(FeatureServicesConfig):
    """What FeatureServices are made from: their config, the cluster, its secrets and the stores."""

    cluster_name: pulumi.Input[str]
    """The EKS cluster. Its nodes must be ready."""
    store_cidrs: pulumi.Input[list[str]]
    """The ranges of the stores' subnets. Pods of kube-system do not reach them."""
    secret_store: pulumi.Input[str]
    """The ClusterSecretStore that answers ExternalSecrets of the namespaces feast and mlflow."""
    secret_prefix: pulumi.Input[str]
    """The prefix of the secrets' names, before a slash."""
    secrets_key_arn: pulumi.Input[str]
    """The KMS key that encrypts the secrets."""
    database_address: pulumi.Input[str]
    """The database instance's host."""
    administrator_secret_arn: pulumi.Input[str]
    """The secret in which RDS keeps the administrator's login."""
    administrator_key_arn: pulumi.Input[str]
    """The KMS key that encrypts that secret."""
    online_endpoint: pulumi.Input[str]
    """The online store's configuration endpoint."""
    online_user_arn: NotRequired[pulumi.Input[str]]
    """The online store's user that Feast logs in as, one with a password."""
    offline_bucket: pulumi.Input[str]
    """The bucket of offline features."""
    catalog_database: pulumi.Input[str]
    """The Glue database over the offline store."""
    models_bucket: pulumi.Input[str]
    """The bucket of models. It also contains MLflow's artifacts."""
    data_key_arn: pulumi.Input[str]
    """The KMS key that encrypts the buckets."""
    client_namespaces_ready: NotRequired[pulumi.Input[str]]
    """What waits until the client namespaces exist, where the same program makes them."""


class FeatureServicesSpec(Spec):
    """What runs over a feature store."""

    feature_server: FeatureServerSpec | None = Field(
        default=None, description="Feast, which answers with features; none when left out."
    )
    tracking_server: TrackingServerSpec | None = Field(
        default=None, description="MLflow, which keeps experiments and models; none when left out."
    )
    databases: tuple[DatabaseAccessSpec, ...] = Field(
        default=(), description="Further uses of the database instance, beside those of both servers."
    )
    recovery_window_days: RecoveryWindowDays = Field(
        default=30,
        ge=0,
        le=30,
        description="Days that a deleted secret can be restored, 7 to 30; 0 deletes immediately.",
    )

    @model_validator(mode="after")
    def _something(self) -> "FeatureServicesSpec":
        if not (self.feature_server or self.tracking_server or self.databases):
            raise refuse("", "the section is empty; add featureServer, trackingServer or databases, or remove it")
        for index, each in enumerate(self.databases):
            if each.name in (FEAST, MLFLOW):
                remedy = f"the server of {each.name} creates this database; remove it here"
                raise refuse_at(f"databases[{index}].name", each.name, remedy)
        return self

    @property
    def uses(self) -> tuple[DatabaseAccessSpec, ...]:
        """Every database, with those of the servers."""
        own = [(self.feature_server, FEAST), (self.tracking_server, MLFLOW)]
        return (*(DatabaseAccessSpec(name=name) for server, name in own if server), *self.databases)

    @property
    def namespaces(self) -> tuple[str, ...]:
        """The namespaces that ask for secrets; those of the servers are named like their databases."""
        return tuple(name for server, name in ((self.feature_server, FEAST), (self.tracking_server, MLFLOW)) if server)
