"""How components fit together: what each gets of those that it stands on."""

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi
import pulumi_aws as aws

from components.external_secrets import ExternalSecrets
from components.feature_server.objects import PORT as FEATURES_PORT
from components.feature_services.spec import FEAST, FeatureServicesSpec
from components.feature_store import FeatureStore
from components.feature_store.spec import FeatureStoreSpec
from components.gpu_cluster import GpuCluster
from components.gpu_cluster.spec import GpuClusterSpec
from components.model_serving_ingress.spec import ModelServingSpec
from components.network import Network


def secrets_args(spec: GpuClusterSpec, namespaces: Sequence[str], network: Network, cluster: GpuCluster) -> Any:
    """What brings secrets into the cluster, after whose name they are called."""
    return {
        "secret_prefix": spec.cluster_name,
        "namespaces": list(namespaces),
        "deletion_protection": spec.deletion_protection,
        "cluster_name": cluster.ready,
        "vpc_cidr": network.vpc_cidr,
    }


def services_place(network: Network, cluster: GpuCluster, secrets: ExternalSecrets) -> Mapping[str, Any]:
    """Where Feast and MLflow run, and whence their secrets come."""
    return {
        "cluster_name": cluster.ready,
        "vpc_cidr": network.vpc_cidr,
        "secret_store": secrets.store_name,
        "secret_prefix": secrets.secret_prefix,
        "secrets_key_arn": secrets.key_arn,
    }


def services_stores(spec: FeatureServicesSpec, store: FeatureStore) -> Mapping[str, Any]:
    """The stores that Feast and MLflow stand on."""
    return {
        "database_address": store.database_address,
        "administrator_secret_arn": store.administrator_secret_arn,
        "administrator_key_arn": store.administrator_key_arn,
        "online_endpoint": store.online_endpoint,
        **({"online_user_arn": store.online_user_arns[FEAST]} if spec.feature_server else {}),
        "offline_bucket": store.offline_bucket,
        "catalog_database": store.catalog_database,
        "models_bucket": store.models_bucket,
        "data_key_arn": store.data_key_arn,
    }


SERVING_USER = "serving"
"""The user of a cache whose rights models have."""


def serving_place(
    serving: ModelServingSpec, network: Network, cluster: GpuCluster, provider: aws.Provider
) -> Mapping[str, Any]:
    """Where models are served: the cluster, the load balancer's subnets and the zone of its names."""
    internal = serving.load_balancer.internal
    zone = aws.route53.get_zone_output(
        name=serving.zone_name, private_zone=False, opts=pulumi.InvokeOutputOptions(provider=provider)
    )
    return {
        "cluster_name": cluster.ready,
        "vpc_id": network.vpc_id,
        "vpc_cidr": network.vpc_cidr,
        "load_balancer_subnet_ids": network.private_subnet_ids if internal else network.public_subnet_ids,
        "load_balancer_cidrs": network.private_subnet_cidrs if internal else network.public_subnet_cidrs,
        "cache_cidrs": network.isolated_subnet_cidrs,
        "node_security_group_id": cluster.node_security_group_id,
        "zone_id": zone.zone_id,
    }


def neighbors(serving: ModelServingSpec, services: FeatureServicesSpec | None) -> Any:
    """What models ask on the cluster: those of the config, and Feast where it admits a namespace of theirs."""
    named = [each.model_dump() for each in serving.neighbors]
    features = services.feature_server if services else None
    admitted = set(features.client_namespaces if features else ()) & set(serving.platform.model_namespaces)
    return [*named, *([{"namespace": FEAST, "port": FEATURES_PORT}] if admitted else [])]


def serving_stores(spec: FeatureStoreSpec, store: FeatureStore) -> Mapping[str, Any]:
    """What models read: their bucket's key, and the caches that have a user for them."""
    caches = {
        "online": (spec.online, store.online_connect_policies),
        "predictions": (spec.predictions, store.predictions_connect_policies),
    }
    return {
        "log_bucket_name": store.log_bucket,
        "models_key_arn": store.data_key_arn,
        "model_policies": {
            role: policies[SERVING_USER]
            for role, (cache, policies) in caches.items()
            if cache and SERVING_USER in [user.name for user in cache.users]
        },
    }
