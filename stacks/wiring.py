"""How components fit together: what each gets of those that it stands on."""

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi
import pulumi_aws as aws

from components.cluster.external_secrets import ExternalSecrets
from components.cluster.gpu_cluster.gpu_cluster import GpuCluster
from components.cluster.gpu_cluster.spec import GpuClusterSpec
from components.core.ordering import after
from components.data.database.database import MySqlDatabase
from components.data.feature_services.spec import FEAST, FeatureServicesSpec
from components.data.feature_store.feature_store import FeatureStore
from components.data.feature_store.spec import FeatureStoreSpec
from components.data.store_access.store_access import StoreAccess
from components.delivery.argo_cd.delivery import Delivery
from components.delivery.argo_cd.names import SERVER_PORT
from components.delivery.user_pool import UserPool
from components.kubeflow.spec import KubeflowSpec
from components.kubeflow.waves import SECRETS_NAMESPACES
from components.network.load_balancer.load_balancer import ServingLoadBalancer
from components.network.load_balancer.spec import ServingLoadBalancerSpec
from components.network.network import Network
from components.network.web_firewall.spec import WebFirewallSpec
from components.serving.model_serving_ingress.model_serving_ingress import ModelServingIngress
from components.serving.model_serving_ingress.spec import ModelServingSpec
from stacks.config import StackConfig
from stacks.decisions import decisions
from stacks.delivery_section import DeliverySection
from stacks.references import BALANCER_CLIENT

ARGO_CD = "argocd"
"""What Argo CD's namespace and its client of the user pool are called."""


def feature_store_args(config: StackConfig, network: Network, cluster: GpuCluster) -> Any:
    """The feature store's section, completed by what is chosen by price, beside the cluster that uses it."""
    args: dict[str, Any] = config.feature_store.model_dump(exclude_unset=True) if config.feature_store else {}
    for decision in decisions(config):
        section = args[decision.field.removeprefix("featureStore.")]
        section.update(decision.value)
    return {
        **args,
        "vpc_id": network.vpc_id,
        "isolated_subnet_ids": network.isolated_subnet_ids,
        "client_security_group_id": cluster.node_security_group_id,
    }


def secret_namespaces(config: StackConfig) -> list[str]:
    """The namespaces that ask for secrets."""
    services = config.feature_services.namespaces if config.feature_services else ()
    return [*services, *([ARGO_CD] if config.delivery else []), *(SECRETS_NAMESPACES if config.kubeflow else ())]


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


def before_argo_cd(
    delivery: DeliverySection, serving: ModelServingSpec
) -> tuple[WebFirewallSpec, ServingLoadBalancerSpec]:
    """The firewall and the load balancer before Argo CD, protected from deletion as those before models are.

    Argo CD speaks TLS itself, and answers health checks at the same port.
    """
    kept = serving.load_balancer.deletion_protection
    firewall = delivery.firewall
    if "deletion_protection" not in firewall.model_fields_set:
        firewall = firewall.model_copy(update={"deletion_protection": kept})
    return firewall, ServingLoadBalancerSpec(
        zone_name=serving.zone_name,
        domain=delivery.domain,
        internal=serving.load_balancer.internal,
        allowed_cidrs=delivery.allowed_cidrs,
        deletion_protection=kept,
        grpc=False,
        gateway_port=SERVER_PORT,
        gateway_tls=True,
        health_check_port=SERVER_PORT,
        health_check_path="/healthz",
    )


def delivery_place(
    delivery: DeliverySection,
    serving: ModelServingSpec,
    network: Network,
    platform: ModelServingIngress,
    entry: ServingLoadBalancer,
) -> Mapping[str, Any]:
    """Where Argo CD runs: after what models need, behind the load balancer whose targets the cluster registers."""
    served = serving.platform.model_namespaces
    return {
        "existing_namespaces": [home for home in delivery.namespaces if home in served],
        "existing_ready": platform.ready,
        "target_group_arn": after(entry.rest_target_group_arn, platform.ready),
        "load_balancer_cidrs": balancer_cidrs(serving, network),
    }


def delivery_sign_in(pool: UserPool, secrets: ExternalSecrets) -> Mapping[str, Any]:
    """How people sign in to Argo CD; its secrets are asked for once the user pool has written them."""
    return {
        "secret_store": secrets.store_name,
        "secret_prefix": after(secrets.secret_prefix, pool.secret_names[ARGO_CD]),
        "oidc_issuer": pool.issuer,
        "oidc_client_id": pool.client_ids[ARGO_CD],
        "groups_claim": "cognito:groups",
    }


def balancer_sign_in(pool: UserPool) -> Mapping[str, Any]:
    """Who signs browsers in before the models; the load balancer has the client's secret from Cognito itself."""
    return {
        "cognito_user_pool_arn": pool.user_pool_arn,
        "cognito_client_id": pool.client_ids[BALANCER_CLIENT],
        "cognito_domain": pool.domain,
    }


def kubeflow_logins(
    store: FeatureStore, mysql: MySqlDatabase, secrets: ExternalSecrets, *, protected: bool
) -> Mapping[str, Any]:
    """The databases and logins of Kubeflow's parts, in both servers.

    Where Kubeflow is not `protected` its logins are deleted at once, so that a later life of the stack finds their
    names free.
    """
    return {
        "databases": [{"name": "katib"}, {"name": "modelregistry"}],
        "mysql_users": [
            {"name": "pipelines", "secret": "kubeflow/pipelines", "databases": ["mlpipeline", "metadb", "cachedb"]}
        ],
        **({} if protected else {"recovery_window_days": 0}),
        "secret_prefix": secrets.secret_prefix,
        "key_arn": secrets.key_arn,
        "database_address": store.database_address,
        "administrator_secret_arn": store.administrator_secret_arn,
        "administrator_key_arn": store.administrator_key_arn,
        "mysql_address": mysql.address,
        "mysql_administrator_secret_arn": mysql.administrator_secret_arn,
        "mysql_administrator_key_arn": mysql.key_arn,
    }


def kubeflow_stores(store: FeatureStore, mysql: MySqlDatabase, access: StoreAccess) -> Mapping[str, Any]:
    """What Kubeflow keeps its state in, and its teams their data."""
    return {
        "log_bucket_name": store.log_bucket,
        "raw_bucket": store.raw_bucket,
        "training_bucket": store.training_bucket,
        "models_bucket": store.models_bucket,
        "offline_bucket": store.offline_bucket,
        "data_key_arn": store.data_key_arn,
        "database_address": store.database_address,
        "pipelines_database_address": mysql.address,
        "databases_ready": access.ready,
    }


def kubeflow_sign_in(pool: UserPool, secrets: ExternalSecrets) -> Mapping[str, Any]:
    """How people sign in to Kubeflow."""
    return {
        "secret_store": secrets.store_name,
        "secret_prefix": secrets.secret_prefix,
        "issuer": pool.issuer,
        "sign_in_url": pool.sign_in_url,
        "client_id": pool.client_ids["kubeflow"],
        "client_secret_name": pool.secret_names["kubeflow"],
    }


SERVING_USER = "serving"
"""The user of a cache whose rights models have."""


def place(
    section: ModelServingSpec | KubeflowSpec, network: Network, cluster: GpuCluster, provider: aws.Provider
) -> Mapping[str, Any]:
    """Where something is reached: the cluster, the load balancer's subnets and the zone of its names."""
    internal = section.load_balancer.internal
    zone = aws.route53.get_zone_output(
        name=section.zone_name, private_zone=False, opts=pulumi.InvokeOutputOptions(provider=provider)
    )
    return {
        "cluster_name": cluster.ready,
        "vpc_id": network.vpc_id,
        "vpc_cidr": network.vpc_cidr,
        "load_balancer_subnet_ids": network.private_subnet_ids if internal else network.public_subnet_ids,
        "node_security_group_id": cluster.node_security_group_id,
        "zone_id": zone.zone_id,
    }


def balancer_cidrs(serving: ModelServingSpec, network: Network) -> pulumi.Output[list[str]]:
    """The ranges that load balancers before the cluster have their addresses in."""
    return network.private_subnet_cidrs if serving.load_balancer.internal else network.public_subnet_cidrs


def namespaces_ready(
    cluster: GpuCluster, serving: ModelServingIngress | None, delivery: Delivery | None
) -> pulumi.Output[str]:
    """Known once every namespace that clients of services run in is closed."""
    made = [cluster.namespaces]
    made += [serving.model_namespaces] if serving else []
    made += [delivery.namespaces] if delivery else []
    return pulumi.Output.all(*made).apply(lambda _: "")


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
