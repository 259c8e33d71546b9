"""Which components a config asks for, and how they fit together."""

from collections.abc import Mapping
from typing import Any

import pulumi
import pulumi_aws as aws

from components.external_secrets import ExternalSecrets
from components.feature_services import FeatureServices
from components.feature_store import FeatureStore
from components.gpu_cluster import GpuCluster
from components.model_serving_ingress import ModelServingIngress
from components.network import Network
from stacks.config import StackConfig
from stacks.decisions import decisions
from stacks.wiring import neighbors, secrets_args, services_place, services_stores, serving_place, serving_stores


def build_platform(config: StackConfig) -> Mapping[str, pulumi.Output[Any]]:
    """Declare everything the config asks for and return what the stack exports."""
    provider = aws_provider(config)
    options = pulumi.ResourceOptions(providers=[provider])
    network = Network("network", network_args(config), options)
    outputs: dict[str, pulumi.Output[Any]] = {
        "vpcId": network.vpc_id,
        "privateSubnetIds": network.private_subnet_ids,
        "isolatedSubnetIds": network.isolated_subnet_ids,
    }
    if config.gpu_cluster:
        cluster = GpuCluster(
            "gpu-cluster",
            {
                **config.gpu_cluster.model_dump(exclude_unset=True),  # pyright: ignore[reportArgumentType] - parsed already
                "vpc_id": network.vpc_id,
                "private_subnet_ids": network.private_subnet_ids,
            },
            options,
        )
        outputs |= {
            "clusterName": cluster.cluster_name,
            "kubeconfig": cluster.kubeconfig,
            "oidcProviderArn": cluster.oidc_provider_arn,
            "nodeSecurityGroupId": cluster.node_security_group_id,
            "nodeRoleArn": cluster.node_role_arn,
            "volumeKeyArn": cluster.volume_key_arn,
        }
        if config.feature_store:
            store = FeatureStore("feature-store", feature_store_args(config, network, cluster), options)
            outputs |= {
                "rawBucket": store.raw_bucket,
                "trainingBucket": store.training_bucket,
                "modelsBucket": store.models_bucket,
                "offlineBucket": store.offline_bucket,
                "featureWorkgroup": store.workgroup,
                "onlineStoreEndpoint": store.online_endpoint,
                "predictionCacheEndpoint": store.predictions_endpoint,
                "databaseAddress": store.database_address,
            }
            inside = pulumi.ResourceOptions(providers=[provider, cluster.kubernetes_provider])
            if config.feature_services:
                secrets = ExternalSecrets(
                    "secrets",
                    secrets_args(config.gpu_cluster, config.feature_services.namespaces, network, cluster),
                    inside,
                )
                services = FeatureServices(
                    "feature-services",
                    {
                        **config.feature_services.model_dump(exclude_unset=True),  # pyright: ignore[reportArgumentType]
                        **services_place(network, cluster, secrets),
                        **services_stores(config.feature_services, store),
                    },
                    inside,
                )
                outputs |= {
                    "featureServerAddress": services.feature_server_address,
                    "featureConfig": services.feature_config,
                    "trackingAddress": services.tracking_address,
                }
            if config.model_serving:
                serving = ModelServingIngress(
                    "serving",
                    {
                        **config.model_serving.model_dump(exclude_unset=True),  # pyright: ignore[reportArgumentType]
                        **serving_place(config.model_serving, network, cluster, provider),
                        "neighbors": neighbors(config.model_serving, config.feature_services),
                        **serving_stores(config.feature_store, store),
                    },
                    inside,
                )
                outputs |= {
                    "servingUrl": serving.url,
                    "modelNamespaces": serving.model_namespaces,
                    "modelUrls": serving.model_urls,
                }
    return outputs


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
