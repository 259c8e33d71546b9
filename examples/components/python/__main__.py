"""The team vision: its own network, cluster, features and models, and Kubeflow on the cluster of shared tools."""

import pulumi
import pulumi_kubernetes as kubernetes
from mlplatform import FeatureStore, GpuCluster, KubeflowCluster, ModelServingIngress, Network

config = pulumi.Config()
tools = pulumi.StackReference(config.require("toolsStack"))

network = Network("network", {"vpc_cidr": "10.60.0.0/16", "zone_count": 2, "cluster_names": ["vision"]})

cluster = GpuCluster(
    "cluster",
    {
        "cluster_name": "vision",
        "vpc_id": network.vpc_id,
        "private_subnet_ids": network.private_subnet_ids,
        "node_pools": [
            {"name": "system", "instance_types": ["m7i.xlarge"], "minimum": 2, "maximum": 4},
            {
                "name": "inference",
                "instance_types": ["g6.xlarge"],
                "minimum": 1,
                "maximum": 4,
                "schedules": [{"name": "day", "additional_nodes": 2, "start": "08:00", "end": "20:00"}],
            },
        ],
    },
)
in_cluster = kubernetes.Provider("cluster", kubeconfig=cluster.kubeconfig)

store = FeatureStore(
    "store",
    {
        "data": {"prefix": "acme-vision"},
        "catalog": {"database": "vision"},
        "online": {
            "cache_name": "vision-online",
            "gigabytes": 5,
            "users": [{"name": "feast", "access": "write", "password": True}],
        },
        "database": {"identifier": "vision"},
        "vpc_id": network.vpc_id,
        "isolated_subnet_ids": network.isolated_subnet_ids,
        "client_security_group_id": cluster.node_security_group_id,
    },
)

serving = ModelServingIngress(
    "serving",
    {
        "zone_id": config.require("zoneId"),
        "zone_name": "vision.example.com",
        "domain": "models.vision.example.com",
        "cluster_name": cluster.ready,
        "vpc_id": network.vpc_id,
        "vpc_cidr": network.vpc_cidr,
        "load_balancer_subnet_ids": network.public_subnet_ids,
        "load_balancer_cidrs": network.public_subnet_cidrs,
        "node_security_group_id": cluster.node_security_group_id,
        "log_bucket_name": store.log_bucket,
        "models_key_arn": store.data_key_arn,
        "models": [
            {
                "name": "defects",
                "namespace": "models",
                "model_uri": "s3://acme-vision-models-111122223333/defects/1/",
                "runtime": "triton",
                "gpus": 1,
                "cpu": "3",
                "memory": "12Gi",
                "minimum": 1,
                "maximum": 4,
                "target_concurrency": 16,
            },
        ],
    },
    pulumi.ResourceOptions(providers=[in_cluster]),
)

tools_cluster = kubernetes.Provider("tools", kubeconfig=tools.require_output("kubeconfig"))
kubeflow = KubeflowCluster(
    "kubeflow",
    {
        "zone_id": config.require("zoneId"),
        "zone_name": "vision.example.com",
        "domain": "kubeflow.vision.example.com",
        "repository": "https://github.com/acme/platform",
        "revision": "0123456789abcdef0123456789abcdef01234567",
        "teams": [
            {
                "name": "vision",
                "emails": ["ada@example.com"],
                "quota": {"cpu": 32, "memory_gib": 128, "gpus": 2, "storage_gib": 500},
            },
        ],
        "pools": [{"name": "training", "nodes": 2, "cpu": 48, "memory_gib": 192, "gpus": 4}],
        "raw_bucket": store.raw_bucket,
        "training_bucket": store.training_bucket,
        "models_bucket": store.models_bucket,
        "offline_bucket": store.offline_bucket,
        "data_key_arn": store.data_key_arn,
        "log_bucket_name": store.log_bucket,
        "cluster_name": tools.require_output("clusterName"),
        "argo_cd": tools.require_output("argoCd"),
        "vpc_id": tools.require_output("vpcId"),
        "vpc_cidr": tools.require_output("vpcCidr"),
        "load_balancer_subnet_ids": tools.require_output("publicSubnetIds"),
        "node_security_group_id": tools.require_output("nodeSecurityGroupId"),
        "database_address": tools.require_output("databaseAddress"),
        "pipelines_database_address": tools.require_output("pipelinesDatabaseAddress"),
        "secret_store": tools.require_output("secretStore"),
        "secret_prefix": tools.require_output("secretPrefix"),
        "issuer": tools.require_output("issuer"),
        "sign_in_url": tools.require_output("signInUrl"),
        "client_id": tools.require_output("clientId"),
        "client_secret_name": tools.require_output("clientSecretName"),
    },
    pulumi.ResourceOptions(providers=[tools_cluster]),
)

pulumi.export("modelsUrl", serving.url)
pulumi.export("onlineEndpoint", store.online_endpoint)
pulumi.export("kubeflowUrl", kubeflow.url)
