"""FeatureStore: where features, models and what is known of them are kept."""

import pulumi

from ...core.component import Component
from ...core.spec import args_of
from ..cache.cache import Cache
from ..cache.spec import CacheArgs, CacheSpec
from ..data_buckets import DataBuckets, DataBucketsArgs
from ..database.database import Database
from ..database.spec import DatabaseArgs
from ..offline_catalog import OfflineCatalog, OfflineCatalogArgs, OfflineCatalogSpec
from .spec import FeatureStoreArgs, FeatureStoreSpec


class FeatureStore(Component[FeatureStoreArgs, FeatureStoreSpec]):
    """Buckets and their catalog, an online store, a separate prediction cache, and a database for metadata.

    Only members of the given security group can connect to the caches and the database.
    """

    raw_bucket: pulumi.Output[str]
    """The bucket of raw data."""
    training_bucket: pulumi.Output[str]
    """The bucket of training sets."""
    models_bucket: pulumi.Output[str]
    """The bucket of model artifacts."""
    offline_bucket: pulumi.Output[str]
    """The bucket of offline features."""
    log_bucket: pulumi.Output[str]
    """The bucket that access logs go to."""
    data_key_arn: pulumi.Output[str]
    """The key that encrypts the buckets."""
    catalog_database: pulumi.Output[str]
    """The Glue database over the offline store."""
    workgroup: pulumi.Output[str]
    """The Athena workgroup that queries it."""
    online_endpoint: pulumi.Output[str]
    """The online store's configuration endpoint."""
    online_group_id: pulumi.Output[str]
    """The id of the online store's replication group."""
    predictions_group_id: pulumi.Output[str]
    """The id of the prediction cache's replication group; empty without one."""
    predictions_endpoint: pulumi.Output[str]
    """The prediction cache's configuration endpoint; empty without one."""
    online_connect_policies: pulumi.Output[dict[str, str]]
    """The IAM policy, as JSON, that lets a workload log in to the online store as each of its users."""
    predictions_connect_policies: pulumi.Output[dict[str, str]]
    """The same for the prediction cache; empty without one."""
    online_security_group_id: pulumi.Output[str]
    """The online store's security group, to which rules for further clients can be added."""
    database_identifier: pulumi.Output[str]
    """The name of the database's instance."""
    database_address: pulumi.Output[str]
    """The database's host."""
    database_arn: pulumi.Output[str]
    """The database's ARN."""
    database_subnet_group: pulumi.Output[str]
    """The RDS subnet group of the database, into which a backup is restored."""
    database_security_group_id: pulumi.Output[str]
    """The database's security group."""
    administrator_secret_arn: pulumi.Output[str]
    """The secret that holds the database administrator's name and password."""
    administrator_key_arn: pulumi.Output[str]
    """The key that encrypts that secret, and the database."""
    online_user_arns: pulumi.Output[dict[str, str]]
    """The ARN of each of the online store's users, by its name, for the job that sets its password."""

    def __init__(self, name: str, args: FeatureStoreArgs, opts: pulumi.ResourceOptions | None = None):
        super().__init__(name, args, FeatureStoreArgs, FeatureStoreSpec, opts)
        spec = self._spec
        data = DataBuckets(f"{name}-data", args_of(DataBucketsArgs, spec.data), self._child)
        lookup = OfflineCatalogSpec(**spec.catalog.model_dump(), deletion_protection=spec.data.deletion_protection)
        catalog = OfflineCatalog(
            f"{name}-catalog",
            args_of(OfflineCatalogArgs, lookup, bucket_name=data.offline_bucket, key_arn=data.key_arn),
            self._child,
        )
        online = self._cache("online", spec.online)
        predictions = self._cache("predictions", spec.predictions) if spec.predictions else None
        database = Database(f"{name}-database", args_of(DatabaseArgs, spec.database, **self._network()), self._child)
        self.raw_bucket = data.raw_bucket
        self.training_bucket = data.training_bucket
        self.models_bucket = data.models_bucket
        self.offline_bucket = data.offline_bucket
        self.log_bucket = data.log_bucket
        self.data_key_arn = data.key_arn
        self.catalog_database = catalog.database_name
        self.workgroup = catalog.workgroup_name
        self.online_endpoint = online.endpoint
        self.predictions_endpoint = predictions.endpoint if predictions else pulumi.Output.from_input("")
        self.online_group_id = online.replication_group_id
        self.predictions_group_id = predictions.replication_group_id if predictions else pulumi.Output.from_input("")
        self.online_connect_policies = online.connect_policies
        none = pulumi.Output.from_input(dict[str, str]())
        self.predictions_connect_policies = predictions.connect_policies if predictions else none
        self.online_security_group_id = online.security_group_id
        self.database_identifier = database.identifier
        self.database_address = database.address
        self.database_arn = database.arn
        self.database_subnet_group = database.subnet_group
        self.database_security_group_id = database.security_group_id
        self.administrator_secret_arn = database.administrator_secret_arn
        self.administrator_key_arn = database.key_arn
        self.online_user_arns = online.user_arns
        self._publish()

    def _cache(self, role: str, spec: CacheSpec) -> Cache:
        return Cache(f"{self._name}-{role}", args_of(CacheArgs, spec, **self._network()), self._child)

    def _network(self) -> dict[str, object]:
        """The network of a store, and the security group that may connect to it."""
        return {
            "vpc_id": self._args["vpc_id"],
            "subnet_ids": self._args["isolated_subnet_ids"],
            "client_security_group_id": self._args["client_security_group_id"],
        }
