"""What a feature store is made from, and what is refused."""

from typing import NotRequired, TypedDict

import pulumi
from pydantic import Field, field_validator, model_validator

from ...core.problems import refuse_at
from ...core.spec import Spec, refuse
from ..cache.spec import CacheConfig, CacheSpec
from ..data_buckets import DataBucketsConfig, DataBucketsSpec
from ..database.spec import DatabaseConfig, DatabaseSpec
from ..offline_catalog import CatalogConfig, CatalogSpec


class FeatureStoreConfig(TypedDict):
    """A feature store, as a stack's config describes it."""

    data: DataBucketsConfig
    """The buckets of raw data, training sets, models and offline features."""
    catalog: CatalogConfig
    """The catalog and the queries over the offline store."""
    online: CacheConfig
    """The online store: what is served while a request waits."""
    predictions: NotRequired[CacheConfig]
    """The prediction cache; none when left out."""
    database: DatabaseConfig
    """PostgreSQL for metadata, experiments and the feature registry."""


class FeatureStoreArgs(FeatureStoreConfig):
    """The arguments of a FeatureStore: its config and its network."""

    vpc_id: pulumi.Input[str]
    """The VPC."""
    isolated_subnet_ids: pulumi.Input[list[str]]
    """Isolated subnets of at least two zones."""
    client_security_group_id: pulumi.Input[str]
    """The security group of those who use the stores, such as a cluster's nodes."""


class FeatureStoreSpec(Spec):
    """A feature store."""

    data: DataBucketsSpec = Field(description="The buckets of raw data, training sets, models and offline features.")
    catalog: CatalogSpec = Field(description="The catalog and the queries over the offline store.")
    online: CacheSpec = Field(description="The online store: what is served while a request waits; it never evicts.")
    predictions: CacheSpec | None = Field(
        default=None, description="The prediction cache, which evicts what was used least; none when left out."
    )
    database: DatabaseSpec = Field(description="PostgreSQL for metadata, experiments and the feature registry.")

    @field_validator("online")
    @classmethod
    def _a_store_keeps(cls, online: CacheSpec) -> CacheSpec:
        if online.evicts:
            raise refuse(True, "online.evicts must be false: a feature that is dropped is served as missing")
        return online

    @field_validator("predictions")
    @classmethod
    def _a_cache_evicts(cls, predictions: CacheSpec | None) -> CacheSpec | None:
        if predictions and not predictions.evicts:
            raise refuse(False, "predictions.evicts must be true: a full cache that keeps everything refuses writes")
        return predictions

    @model_validator(mode="after")
    def _apart(self) -> "FeatureStoreSpec":
        if self.predictions and self.predictions.cache_name == self.online.cache_name:
            remedy = "online.cacheName is the same; give each cache its own name"
            raise refuse_at("predictions.cacheName", self.predictions.cache_name, remedy)
        return self
