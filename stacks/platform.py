"""Which components a config asks for, in the order in which each finds what it stands on."""

from collections.abc import Mapping
from typing import Any

import pulumi
import pulumi_aws as aws

from components.cluster.external_secrets import ExternalSecrets
from components.cluster.gpu_cluster.gpu_cluster import GpuCluster
from components.core.spec import SpecError
from components.data.database.database import MySqlDatabase
from components.data.feature_services.feature_services import FeatureServices
from components.data.feature_store.feature_store import FeatureStore
from components.data.store_access.store_access import StoreAccess
from components.delivery.argo_cd.delivery import Delivery
from components.delivery.image_registry.image_registry import ImageRegistry
from components.delivery.user_pool import UserPool
from components.kubeflow.kubeflow_cluster import KubeflowCluster
from components.kubeflow.pools import pools_of
from components.network.load_balancer.load_balancer import ServingLoadBalancer
from components.network.load_balancer.protected_load_balancer import guarded
from components.network.network import Network
from components.serving.model_serving_ingress.model_serving_ingress import ModelServingIngress
from stacks import wiring
from stacks.config import NAMESPACE, StackConfig
from stacks.delivery_section import ENTRY


def build_platform(config: StackConfig) -> Mapping[str, pulumi.Output[Any]]:
    """Declare everything the config asks for and return what the stack exports."""
    return Platform(config).outputs


class Platform:
    """The components of one environment. `outputs` is what its stack exports."""

    def __init__(self, config: StackConfig):
        self._config = config
        self._provider = aws_provider(config)
        self._options = pulumi.ResourceOptions(providers=[self._provider])
        self._network = self._made_network()
        self.outputs: dict[str, pulumi.Output[Any]] = {
            "vpcId": self._network.vpc_id,
            "privateSubnetIds": self._network.private_subnet_ids,
            "isolatedSubnetIds": self._network.isolated_subnet_ids,
        }
        cluster = self._cluster()
        self._registry(cluster)
        if cluster:
            self._on(cluster)

    def _made_network(self) -> Network:
        """The network; what only its region can refuse, such as a zone, is told by its place in the config.

        Raises:
            SpecError: the region lacks a zone of the config, or has fewer.
        """
        try:
            return Network("network", network_args(self._config), self._options)
        except SpecError as error:
            raise SpecError(NAMESPACE, [f"network.{problem}" for problem in error.problems]) from None

    def _cluster(self) -> GpuCluster | None:
        spec = self._config.gpu_cluster
        if not spec:
            return None
        cluster = GpuCluster(
            "gpu-cluster",
            {
                **spec.model_dump(exclude_unset=True),  # pyright: ignore[reportArgumentType] - parsed already
                "vpc_id": self._network.vpc_id,
                "private_subnet_ids": self._network.private_subnet_ids,
            },
            self._options,
        )
        self.outputs |= {
            "clusterName": cluster.cluster_name,
            "kubeconfig": cluster.kubeconfig,
            "oidcProviderArn": cluster.oidc_provider_arn,
            "nodeSecurityGroupId": cluster.node_security_group_id,
            "nodeRoleArn": cluster.node_role_arn,
            "volumeKeyArn": cluster.volume_key_arn,
        }
        return cluster

    def _registry(self, cluster: GpuCluster | None) -> None:
        spec = self._config.image_registry
        if not spec:
            return
        args: Any = spec.model_dump(exclude_unset=True)
        if cluster:
            args["node_role_arns"] = cluster.node_role_arn.apply(lambda arn: [arn])
        registry = ImageRegistry("image-registry", args, self._options)
        self.outputs |= {"registryUrl": registry.registry_url, "repositoryUrls": registry.repository_urls}

    def _on(self, cluster: GpuCluster) -> None:
        """The stores beside the cluster, and what runs on it."""
        self._inside = pulumi.ResourceOptions(providers=[self._provider, cluster.kubernetes_provider])
        store = self._store(cluster)
        secrets = self._secrets(cluster)
        if store:
            section = self._config.model_serving or self._config.kubeflow
            place: Mapping[str, Any] = {}
            if section:
                place = wiring.place(section, self._network, cluster, self._provider)
            pool = self._user_pool(secrets) if secrets else None
            entry = self._delivery_entry(place, store)
            serving = self._serving(place, store, entry, pool)
            delivery = self._delivery(cluster, secrets, pool, serving, entry) if secrets and pool else None
            if secrets:
                made = wiring.namespaces_ready(cluster, serving, delivery)
                self._services(cluster, store, secrets, made)
            if secrets and pool and delivery:
                self._kubeflow(place, cluster, store, secrets, pool, delivery)

    def _store(self, cluster: GpuCluster) -> FeatureStore | None:
        config = self._config
        if not config.feature_store:
            return None
        args = wiring.feature_store_args(config, self._network, cluster)
        store = FeatureStore("feature-store", args, self._options)
        self.outputs |= {
            "rawBucket": store.raw_bucket,
            "trainingBucket": store.training_bucket,
            "modelsBucket": store.models_bucket,
            "offlineBucket": store.offline_bucket,
            "featureWorkgroup": store.workgroup,
            "onlineStoreEndpoint": store.online_endpoint,
            "predictionCacheEndpoint": store.predictions_endpoint,
            "databaseAddress": store.database_address,
        }
        return store

    def _secrets(self, cluster: GpuCluster) -> ExternalSecrets | None:
        namespaces = wiring.secret_namespaces(self._config)
        if not (namespaces and self._config.gpu_cluster):
            return None
        args = wiring.secrets_args(self._config.gpu_cluster, namespaces, self._network, cluster)
        return ExternalSecrets("secrets", args, self._inside)

    def _services(
        self, cluster: GpuCluster, store: FeatureStore, secrets: ExternalSecrets, namespaces_ready: pulumi.Output[str]
    ) -> None:
        spec = self._config.feature_services
        if not spec:
            return
        services = FeatureServices(
            "feature-services",
            {
                **spec.model_dump(exclude_unset=True),  # pyright: ignore[reportArgumentType]
                **wiring.services_place(self._network, cluster, secrets),
                **wiring.services_stores(spec, store),
                "client_namespaces_ready": namespaces_ready,
            },
            self._inside,
        )
        self.outputs |= {
            "featureServerAddress": services.feature_server_address,
            "featureConfig": services.feature_config,
            "trackingAddress": services.tracking_address,
        }

    def _serving(
        self,
        place: Mapping[str, Any],
        store: FeatureStore,
        entry: ServingLoadBalancer | None,
        pool: UserPool | None,
    ) -> ModelServingIngress | None:
        config = self._config
        if not (config.model_serving and config.feature_store):
            return None
        args: Any = {
            **config.model_serving.model_dump(exclude_unset=True),
            **place,
            "load_balancer_cidrs": wiring.balancer_cidrs(config.model_serving, self._network),
            "cache_cidrs": self._network.isolated_subnet_cidrs,
            **wiring.serving_stores(config.feature_store, store),
        }
        if entry:
            args["further_target_group_arns"] = entry.rest_target_group_arn.apply(lambda arn: [arn])
        if pool and config.model_serving.load_balancer.sign_in:
            args |= wiring.balancer_sign_in(pool)
        serving = ModelServingIngress("serving", args, self._inside)
        self.outputs |= {
            "servingUrl": serving.url,
            "modelNamespaces": serving.model_namespaces,
            "modelUrls": serving.model_urls,
        }
        return serving

    def _user_pool(self, secrets: ExternalSecrets) -> UserPool | None:
        spec = self._config.user_pool
        if not spec:
            return None
        args: Any = {
            **spec.model_dump(exclude_unset=True),
            "secret_prefix": secrets.secret_prefix,
            "secrets_key_arn": secrets.key_arn,
        }
        pool = UserPool("user-pool", args, self._options)
        self.outputs |= {"userPoolId": pool.user_pool_id, "signInUrl": pool.sign_in_url}
        return pool

    def _delivery_entry(self, place: Mapping[str, Any], store: FeatureStore) -> ServingLoadBalancer | None:
        """The way of browsers to Argo CD, where models have one."""
        config = self._config
        if not (config.delivery and config.model_serving):
            return None
        firewall, balancer = wiring.before_argo_cd(config.delivery, config.model_serving)
        args = {**place, "log_bucket_name": store.log_bucket}
        return guarded("delivery", firewall, balancer, args, self._options)[1]

    def _delivery(
        self,
        cluster: GpuCluster,
        secrets: ExternalSecrets,
        pool: UserPool,
        serving: ModelServingIngress | None,
        entry: ServingLoadBalancer | None,
    ) -> Delivery | None:
        config = self._config
        if not config.delivery:
            return None
        args: Any = {
            **config.delivery.model_dump(exclude_unset=True, exclude=set(ENTRY)),
            **wiring.delivery_sign_in(pool, secrets),
            "cluster_name": cluster.ready,
        }
        if config.model_serving and serving and entry:
            args |= wiring.delivery_place(config.delivery, config.model_serving, self._network, serving, entry)
            self.outputs |= {"deliveryUrl": entry.url}
        delivery = Delivery("delivery", args, self._inside)
        self.outputs |= {"teamNamespaces": delivery.namespaces}
        return delivery

    def _kubeflow(
        self,
        place: Mapping[str, Any],
        cluster: GpuCluster,
        store: FeatureStore,
        secrets: ExternalSecrets,
        pool: UserPool,
        delivery: Delivery,
    ) -> None:
        config = self._config
        if not (config.kubeflow and config.pipelines_database and config.gpu_cluster and config.feature_store):
            return
        database: Any = {
            **config.pipelines_database.model_dump(exclude_unset=True),
            "vpc_id": self._network.vpc_id,
            "subnet_ids": self._network.isolated_subnet_ids,
            "client_security_group_id": cluster.node_security_group_id,
        }
        mysql = MySqlDatabase("pipelines-database", database, self._options)
        logins: Any = {
            **wiring.kubeflow_logins(store, mysql, secrets, protected=config.kubeflow.deletion_protection),
            "cluster_name": cluster.ready,
            "vpc_cidr": self._network.vpc_cidr,
        }
        access = StoreAccess("kubeflow-access", logins, self._inside)
        args: Any = {
            **config.kubeflow.model_dump(exclude_unset=True),
            **({} if config.kubeflow.pools else {"pools": pools_of(config.gpu_cluster)}),
            **place,
            **wiring.kubeflow_stores(store, mysql, access),
            **wiring.kubeflow_sign_in(pool, secrets),
            "argo_cd": delivery.ready,
            "database_identifier": config.feature_store.database.identifier,
            "pipelines_database_identifier": config.pipelines_database.identifier,
        }
        kubeflow = KubeflowCluster("kubeflow", args, self._inside)
        self.outputs |= {"kubeflowUrl": kubeflow.url, "profiles": kubeflow.namespaces}


def aws_provider(config: StackConfig) -> aws.Provider:
    """The AWS provider, pinned to the stack's account and region, tagging everything it makes."""
    environment = config.environment
    tags = {
        "owner": environment.owner,
        "cost-center": environment.cost_center,
        "environment": str(environment.kind),
        "managed-by": "mlplatform",
    }
    return aws.Provider(
        "aws",
        region=environment.region,
        allowed_account_ids=[environment.account],
        default_tags=aws.ProviderDefaultTagsArgs(tags=tags),
    )


def network_args(config: StackConfig) -> Any:
    """The network's arguments: its section, and the names of the clusters that will live in it."""
    args = config.network.model_dump(exclude_unset=True)
    if config.gpu_cluster and not config.network.cluster_names:
        args["cluster_names"] = [config.gpu_cluster.cluster_name]
    return args
