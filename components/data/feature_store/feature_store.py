"""FeatureStore: where features, models and what is known of them are kept."""

from typing import Any

import pulumi

from ...core.spec import as_args, parse_args
from ..cache.cache import Cache
from ..cache.spec import CacheSpec
from ..data_buckets import DataBuckets
from ..database.database import Database
from ..database.spec import DatabaseSpec
from ..offline_catalog import OfflineCatalog
from .spec import FeatureStoreArgs, FeatureStoreSpec


class FeatureStore(pulumi.ComponentResource):
    """Buckets and their catalog, an online store, a prediction cache apart from it, and a database for metadata.

    Nothing here answers anyone but the members of the given security group.
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
    predictions_endpoint: pulumi.Output[str]
    """The prediction cache's configuration endpoint; empty without one."""
    online_connect_policies: pulumi.Output[dict[str, str]]
    """The IAM policy, as JSON, that lets a workload log in to the online store as each of its users."""
    predictions_connect_policies: pulumi.Output[dict[str, str]]
    """The same for the prediction cache; empty without one."""
    database_address: pulumi.Output[str]
    """The database's host."""
    administrator_secret_arn: pulumi.Output[str]
    """The secret that holds the database administrator's name and password."""
    administrator_key_arn: pulumi.Output[str]
    """The key that encrypts that secret, and the database."""
    online_user_arns: pulumi.Output[dict[str, str]]
    """The ARN of each of the online store's users, by its name, for whoever sets its password."""

    def __init__(self, name: str, args: FeatureStoreArgs, opts: pulumi.ResourceOptions | None = None):
        spec = parse_args(FeatureStoreSpec, args, FeatureStoreArgs, f"FeatureStore({name})")
        super().__init__("mlplatform:index:FeatureStore", name, {}, opts)
        self._name, self._args = name, args
        self._child = pulumi.ResourceOptions(parent=self)
        data = DataBuckets(f"{name}-data", as_args(spec.data), self._child)
        lookup: Any = {
            **as_args(spec.catalog),
            "deletion_protection": spec.data.deletion_protection,
            "bucket_name": data.offline_bucket,
            "key_arn": data.key_arn,
        }
        catalog = OfflineCatalog(f"{name}-catalog", lookup, self._child)
        online = self._cache("online", spec.online)
        predictions = self._cache("predictions", spec.predictions) if spec.predictions else None
        database = Database(f"{name}-database", self._placed(spec.database), self._child)
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
        self.online_connect_policies = online.connect_policies
        none = pulumi.Output.from_input(dict[str, str]())
        self.predictions_connect_policies = predictions.connect_policies if predictions else none
        self.database_address = database.address
        self.administrator_secret_arn = database.administrator_secret_arn
        self.administrator_key_arn = database.key_arn
        self.online_user_arns = online.user_arns
        self.register_outputs(
            {
                "raw_bucket": self.raw_bucket,
                "training_bucket": self.training_bucket,
                "models_bucket": self.models_bucket,
                "offline_bucket": self.offline_bucket,
                "log_bucket": self.log_bucket,
                "data_key_arn": self.data_key_arn,
                "catalog_database": self.catalog_database,
                "workgroup": self.workgroup,
                "online_endpoint": self.online_endpoint,
                "predictions_endpoint": self.predictions_endpoint,
                "online_connect_policies": self.online_connect_policies,
                "predictions_connect_policies": self.predictions_connect_policies,
                "database_address": self.database_address,
                "administrator_secret_arn": self.administrator_secret_arn,
                "administrator_key_arn": self.administrator_key_arn,
                "online_user_arns": self.online_user_arns,
            }
        )

    def _cache(self, role: str, spec: CacheSpec) -> Cache:
        return Cache(f"{self._name}-{role}", self._placed(spec), self._child)

    def _placed(self, spec: CacheSpec | DatabaseSpec) -> Any:
        """A store's own arguments, with where it lies and who may connect to it."""
        return {
            **as_args(spec),
            "vpc_id": self._args["vpc_id"],
            "subnet_ids": self._args["isolated_subnet_ids"],
            "client_security_group_id": self._args["client_security_group_id"],
        }
