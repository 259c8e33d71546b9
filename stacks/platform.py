"""Which components a config asks for, in the order in which each finds what it needs."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws

from components.cluster.external_secrets import ExternalSecrets
from components.cluster.gpu_cluster.gpu_cluster import GpuCluster
from components.cluster.gpu_cluster.spec import GpuClusterArgs
from components.cluster.job_pools import pools_of
from components.core.ordering import after
from components.core.spec import SpecError, args_of, completed
from components.data.cache.spec import CacheSpec
from components.data.database.database import MySqlDatabase
from components.data.database.spec import MySqlDatabaseArgs
from components.data.feature_services.feature_services import FeatureServices
from components.data.feature_services.spec import FEAST, FeatureServicesArgs
from components.data.feature_store.feature_store import FeatureStore
from components.data.feature_store.spec import FeatureStoreArgs, FeatureStoreSpec
from components.data.store_access.spec import StoreAccessArgs
from components.data.store_access.store_access import StoreAccess
from components.data.streaming.feature_ingest.objects import NAMESPACE as INGEST_NAMESPACE
from components.delivery.argo_cd.delivery import Delivery
from components.delivery.argo_cd.names import SERVER_PORT
from components.delivery.argo_cd.spec import DeliveryArgs
from components.delivery.image_registry.image_registry import ImageRegistry
from components.delivery.image_registry.spec import ImageRegistryArgs
from components.delivery.user_pool import UserPool, UserPoolArgs
from components.kubeflow.kubeflow_cluster import KubeflowCluster
from components.kubeflow.spec import KubeflowClusterArgs, KubeflowSpec
from components.kubeflow.waves import SECRETS_NAMESPACES
from components.network.load_balancer.load_balancer import ServingLoadBalancer
from components.network.load_balancer.protected_load_balancer import protected_load_balancer
from components.network.load_balancer.spec import ServingLoadBalancerSpec
from components.network.network import Network
from components.network.network_args import NetworkArgs
from components.network.web_firewall.spec import WebFirewallSpec
from components.network.web_firewall.web_firewall import WebFirewall
from components.observability.metrics.grafana import NAMESPACE as GRAFANA_NAMESPACE
from components.observability.metrics.spec import MetricsPlatformSpec
from components.recovery.failover_switch.failover_switch import FailoverSwitch
from components.serving.model_serving_ingress.model_serving_ingress import ModelServingIngress
from components.serving.model_serving_ingress.spec import ModelServingIngressArgs, ModelServingSpec
from components.training.cluster_jobs.cluster_jobs import ClusterJobs
from components.training.spark_cluster.fleets import MANAGED_TAG
from stacks.access import make_access_control, make_account_audit, make_permission_sets
from stacks.admission import make_admission_rules
from stacks.config import NAMESPACE, StackConfig
from stacks.delivery_section import DeliverySection
from stacks.failover import (
    export_failover,
    kubeflow_failing_over,
    make_failover_switch,
    models_failing_over,
    switched,
)
from stacks.foundation import Foundation, Outputs
from stacks.image_admission import make_image_rule
from stacks.image_signatures import make_image_signatures
from stacks.logs import make_logs
from stacks.metrics import make_grafana_targets, make_metrics, measured, scaled_by_metrics
from stacks.metrics_costs import samples_million
from stacks.model_quality import make_model_quality
from stacks.monitoring import stack_dashboards, stack_rules
from stacks.observability import Door, Observed, make_alarms
from stacks.recovery import make_backup_plans, make_cluster_state
from stacks.references import BALANCER_CLIENT
from stacks.route_admission import make_route_rules
from stacks.sizing import sized
from stacks.spend import default_tags, make_spend_control, tagging_options
from stacks.starter import make_starter_alone, make_starter_beside, taken_over
from stacks.streaming import make_event_stream, make_feature_ingest
from stacks.traces import make_traces, traced, traced_features
from stacks.training import (
    make_batch_queue,
    make_cluster_jobs,
    make_job_schedules,
    make_spark_cluster,
    make_training_platform,
)

ARGO_CD = "argocd"
"""The name of Argo CD's namespace, and of its client in the user pool."""
SERVING_USER = "serving"
"""The user of a cache whose rights models have."""


@dataclass(frozen=True, slots=True)
class MadeKubeflow:
    """Kubeflow and its MySQL instance."""

    cluster: KubeflowCluster
    database: MySqlDatabase


def build_platform(config: StackConfig) -> Mapping[str, pulumi.Output[Any]]:
    """Declare everything the config asks for and return what the stack exports."""
    provider = aws_provider(config)
    exports: Outputs = {}
    options = make_access_control(config, tagging_options(config, provider), exports)
    make_permission_sets(config, exports)
    network = make_network(config, options)
    exports |= {
        "region": pulumi.Output.from_input(config.environment.region),
        "vpcId": network.vpc_id,
        "privateSubnetIds": network.private_subnet_ids,
        "isolatedSubnetIds": network.isolated_subnet_ids,
    }
    cluster = make_cluster(config, network, options, exports)
    make_registry(config, cluster, options, exports)
    if not cluster:
        make_starter_alone(config, network, options, provider, exports)
        make_spend_control(config, None, options, exports)
        return exports
    on_cluster = pulumi.ResourceOptions(providers=[cluster.kubernetes_provider])
    inside = pulumi.ResourceOptions.merge(options, on_cluster)
    make_admission_rules(config, inside)
    make_image_rule(config, inside)
    make_route_rules(config, inside)
    store = make_store(config, network, cluster, options, exports)
    secrets = make_secrets(config, network, cluster, inside)
    if not store:
        return exports
    base = Foundation(network, cluster, store, options, inside)
    make_account_audit(config, base, exports)
    switch = make_failover_switch(config, base.aws)
    ingress = ingress_args(config, base, provider, switch)
    pool = make_user_pool(config, base, secrets, exports)
    argo_cd_wall, argo_cd_balancer = make_argo_cd_balancer(config, base, ingress)
    grafana_targets = make_grafana_targets(config, base, argo_cd_balancer)
    serving = make_serving(config, base, ingress, argo_cd_balancer, grafana_targets, pool, exports)
    jobs = make_cluster_jobs(config, base, exports)
    delivery = make_delivery(config, base, secrets, pool, serving, jobs, argo_cd_balancer, exports)
    clients_ready = namespaces_ready(cluster, serving, jobs, delivery)
    services = make_feature_services(config, base, secrets, clients_ready, exports)
    make_model_quality(config, base, services, exports)
    kubeflow = make_kubeflow(config, base, ingress, secrets, pool, delivery, exports)
    spark = make_spark_cluster(config, base, exports)
    training = make_training_platform(config, base, exports)
    stream = make_event_stream(config, base, spark, exports)
    make_feature_ingest(config, base, secrets, services, stream, serving, spark, exports)
    batch = make_batch_queue(config, base, exports)
    pool_key_arn = secrets.key_arn if secrets else None
    make_starter_beside(config, network, store, pool, pool_key_arn, batch, options, provider, exports)
    schedules = make_job_schedules(config, base, training, batch, exports)
    export_failover(config, ingress, switch, serving, kubeflow.cluster if kubeflow else None, exports)
    make_backup_plans(config, base, kubeflow.database if kubeflow else None, exports)
    make_cluster_state(config, base, exports)
    make_spend_control(config, store, base.aws, exports)
    make_image_signatures(config, base, exports)
    logs = make_logs(config, base, exports)
    observed = Observed(
        doors_of(serving, kubeflow, argo_cd_wall, argo_cd_balancer),
        kubeflow.database if kubeflow else None,
        spark,
        stream,
        training,
        batch,
        schedules,
        logs,
    )
    make_alarms(config, base, observed, exports)
    make_traces(config, base, traced_namespaces_ready(clients_ready, services, kubeflow), exports)
    make_metrics(
        config,
        base,
        secrets,
        pool,
        serving,
        grafana_targets,
        exports,
        samples_million=samples_million(config),
        rules=stack_rules(config) if config.metrics else {},
        dashboards=stack_dashboards(config) if config.metrics and config.metrics.grafana else {},
    )
    return exports


def aws_provider(config: StackConfig) -> aws.Provider:
    """The AWS provider, pinned to the stack's account and region, tagging everything it makes."""
    environment = config.environment
    return aws.Provider(
        "aws",
        region=environment.region,
        allowed_account_ids=[environment.account],
        default_tags=aws.ProviderDefaultTagsArgs(tags=default_tags(environment)),
    )


def make_network(config: StackConfig, options: pulumi.ResourceOptions) -> Network:
    """The VPC, whose subnets are tagged for the cluster in it.

    Raises:
        SpecError: the region lacks a zone of the config. Only the component knows the region's zones.
    """
    spec = config.network
    # The subnets of an existing VPC keep the tags that its owner gives them.
    if config.gpu_cluster and not spec.cluster_names and not spec.existing:
        spec = completed(spec, "network", cluster_names=[config.gpu_cluster.cluster_name])
    if config.spark_cluster and config.spark_cluster.ec2 and not spec.existing:
        spec = completed(spec, "network", private_subnet_tags={**spec.private_subnet_tags, **MANAGED_TAG})
    try:
        return Network("network", args_of(NetworkArgs, spec), options)
    except SpecError as error:
        raise SpecError(NAMESPACE, [f"network.{problem}" for problem in error.problems]) from None


def make_cluster(
    config: StackConfig, network: Network, options: pulumi.ResourceOptions, exports: Outputs
) -> GpuCluster | None:
    """The EKS cluster in the private subnets."""
    if not config.gpu_cluster:
        return None
    untagged = {"subnet_zones": network.zones} if config.network.existing else {}
    args = args_of(
        GpuClusterArgs,
        config.gpu_cluster,
        vpc_id=network.vpc_id,
        private_subnet_ids=network.private_subnet_ids,
        **untagged,
    )
    cluster = GpuCluster("gpu-cluster", args, options)
    exports |= {
        "clusterName": cluster.cluster_name,
        "kubeconfig": cluster.kubeconfig,
        "oidcProviderArn": cluster.oidc_provider_arn,
        "nodeSecurityGroupId": cluster.node_security_group_id,
        "nodeRoleArn": cluster.node_role_arn,
        "volumeKeyArn": cluster.volume_key_arn,
    }
    return cluster


def make_registry(
    config: StackConfig, cluster: GpuCluster | None, options: pulumi.ResourceOptions, exports: Outputs
) -> None:
    """The account's images, pulled by the cluster's nodes."""
    if not config.image_registry:
        return
    pullers = {"node_role_arns": cluster.node_role_arn.apply(lambda arn: [arn])} if cluster else {}
    registry = ImageRegistry("image-registry", args_of(ImageRegistryArgs, config.image_registry, **pullers), options)
    exports |= {"registryUrl": registry.registry_url, "repositoryUrls": registry.repository_urls}


def make_store(
    config: StackConfig, network: Network, cluster: GpuCluster, options: pulumi.ResourceOptions, exports: Outputs
) -> FeatureStore | None:
    """The feature store, whose caches have the cheapest nodes that hold their data."""
    if not config.feature_store:
        return None
    args = args_of(
        FeatureStoreArgs,
        sized(config.feature_store, config.environment.region),
        vpc_id=network.vpc_id,
        isolated_subnet_ids=network.isolated_subnet_ids,
        client_security_group_id=cluster.node_security_group_id,
    )
    store = FeatureStore("feature-store", args, taken_over(config, options))
    exports |= {
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


def make_secrets(
    config: StackConfig, network: Network, cluster: GpuCluster, options: pulumi.ResourceOptions
) -> ExternalSecrets | None:
    """The operator that brings secrets to the namespaces that need them, stored below the cluster's name."""
    namespaces = [
        *(config.feature_services.namespaces if config.feature_services else ()),
        *([ARGO_CD] if config.delivery else ()),
        *([INGEST_NAMESPACE] if config.feature_ingest and config.feature_ingest.image else ()),
        *(SECRETS_NAMESPACES if config.kubeflow else ()),
        *([GRAFANA_NAMESPACE] if config.metrics and config.metrics.grafana else ()),
    ]
    if not (namespaces and config.gpu_cluster):
        return None
    return ExternalSecrets(
        "secrets",
        {
            "secret_prefix": config.gpu_cluster.cluster_name,
            "namespaces": namespaces,
            "deletion_protection": config.gpu_cluster.deletion_protection,
            "cluster_name": cluster.ready,
            "vpc_cidr": network.vpc_cidr,
        },
        options,
    )


def ingress_args(
    config: StackConfig, base: Foundation, provider: aws.Provider, switch: FailoverSwitch | None
) -> Mapping[str, Any]:
    """The cluster, and the subnets and the DNS zone of the load balancers before it; empty without any."""
    section = config.model_serving or config.kubeflow
    if not section:
        return {}
    network, cluster = base.network, base.cluster
    zone = aws.route53.get_zone_output(
        name=section.zone_name, private_zone=False, opts=pulumi.InvokeOutputOptions(provider=provider)
    )
    internal = section.load_balancer.internal
    return {
        "cluster_name": cluster.ready,
        "vpc_id": network.vpc_id,
        "vpc_cidr": network.vpc_cidr,
        "load_balancer_subnet_ids": network.private_subnet_ids if internal else network.public_subnet_ids,
        "node_security_group_id": cluster.node_security_group_id,
        "zone_id": zone.zone_id,
        "log_bucket_name": base.store.log_bucket,
        **switched(switch),
    }


def make_user_pool(
    config: StackConfig, base: Foundation, secrets: ExternalSecrets | None, exports: Outputs
) -> UserPool | None:
    """The people who sign in; the secrets of its clients are stored beside the others."""
    if not (config.user_pool and secrets):
        return None
    args = args_of(UserPoolArgs, config.user_pool, secret_prefix=secrets.secret_prefix, secrets_key_arn=secrets.key_arn)
    pool = UserPool("user-pool", args, base.aws)
    exports |= {"userPoolId": pool.user_pool_id, "signInUrl": pool.sign_in_url}
    return pool


def make_argo_cd_balancer(
    config: StackConfig, base: Foundation, ingress: Mapping[str, Any]
) -> tuple[WebFirewall | None, ServingLoadBalancer | None]:
    """The firewall and the load balancer of browsers to Argo CD, where models have them."""
    if not (config.delivery and config.model_serving):
        return None, None
    firewall, balancer = argo_cd_specs(config.delivery, config.model_serving, config.metrics)
    return protected_load_balancer("delivery", firewall, balancer, ingress, base.aws)


def doors_of(
    serving: ModelServingIngress | None,
    kubeflow: MadeKubeflow | None,
    argo_cd_wall: WebFirewall | None,
    argo_cd_balancer: ServingLoadBalancer | None,
) -> dict[str, Door]:
    """The load balancers of the platform by a short name."""
    found: dict[str, Door] = {}
    for name, each in (("models", serving), ("kubeflow", kubeflow.cluster if kubeflow else None)):
        if each:
            found[name] = Door(each.load_balancer_arn, each.target_group_arn, each.firewall_metric_name)
    if argo_cd_wall and argo_cd_balancer:
        targets = argo_cd_balancer.rest_target_group_arn
        found["delivery"] = Door(argo_cd_balancer.load_balancer_arn, targets, argo_cd_wall.metric_name)
    return found


def argo_cd_specs(
    delivery: DeliverySection, serving: ModelServingSpec, metrics: MetricsPlatformSpec | None = None
) -> tuple[WebFirewallSpec, ServingLoadBalancerSpec]:
    """The firewall and the load balancer before Argo CD, protected from deletion as those before models are.

    Argo CD speaks TLS itself, and answers health checks at the same port. Grafana's name leads to it too.
    """
    protected = serving.load_balancer.deletion_protection
    shared = (metrics.grafana.domain,) if metrics and metrics.grafana and metrics.grafana.domain else ()
    firewall = delivery.firewall
    if "deletion_protection" not in firewall.model_fields_set:
        firewall = firewall.model_copy(update={"deletion_protection": protected})
    return firewall, ServingLoadBalancerSpec(
        zone_name=serving.zone_name,
        domain=delivery.domain,
        alternative_names=shared,
        internal=serving.load_balancer.internal,
        allowed_cidrs=delivery.allowed_cidrs,
        deletion_protection=protected,
        grpc=False,
        gateway_port=SERVER_PORT,
        gateway_tls=True,
        health_check_port=SERVER_PORT,
        health_check_path="/healthz",
    )


def make_serving(
    config: StackConfig,
    base: Foundation,
    ingress: Mapping[str, Any],
    argo_cd_balancer: ServingLoadBalancer | None,
    grafana_targets: pulumi.Output[str] | None,
    pool: UserPool | None,
    exports: Outputs,
) -> ModelServingIngress | None:
    """Models behind their load balancer. The cluster registers the targets of Argo CD's as well."""
    spec, network, store = config.model_serving, base.network, base.store
    if not (spec and config.feature_store):
        return None
    spec = models_failing_over(config, traced(config, scaled_by_metrics(config, spec)))
    further: dict[str, object] = {}
    groups = [argo_cd_balancer.rest_target_group_arn] if argo_cd_balancer else []
    groups += [grafana_targets] if grafana_targets is not None else []
    if groups:
        further["further_target_group_arns"] = pulumi.Output.all(*groups)
    if pool and spec.load_balancer.sign_in:
        further |= {
            "cognito_user_pool_arn": pool.user_pool_arn,
            "cognito_client_id": pool.client_ids[BALANCER_CLIENT],
            "cognito_domain": pool.domain,
        }
    args = args_of(
        ModelServingIngressArgs,
        spec,
        **ingress,
        **further,
        load_balancer_cidrs=load_balancer_cidrs(spec, network),
        cache_cidrs=network.isolated_subnet_cidrs,
        models_key_arn=store.data_key_arn,
        model_policies=model_policies(config.feature_store, store),
    )
    serving = ModelServingIngress("serving", args, base.kubernetes)
    exports |= {
        "servingUrl": serving.url,
        "modelNamespaces": serving.model_namespaces,
        "modelUrls": serving.model_urls,
    }
    return serving


def load_balancer_cidrs(serving: ModelServingSpec, network: Network) -> pulumi.Output[list[str]]:
    """The ranges in which load balancers before the cluster have their addresses."""
    return network.private_subnet_cidrs if serving.load_balancer.internal else network.public_subnet_cidrs


def model_policies(spec: FeatureStoreSpec, store: FeatureStore) -> dict[str, pulumi.Output[str]]:
    """The IAM policy of each cache that has a user for models."""
    caches: dict[str, tuple[CacheSpec | None, pulumi.Output[dict[str, str]]]] = {
        "online": (spec.online, store.online_connect_policies),
        "predictions": (spec.predictions, store.predictions_connect_policies),
    }
    return {
        role: policies[SERVING_USER]
        for role, (cache, policies) in caches.items()
        if cache and SERVING_USER in [user.name for user in cache.users]
    }


def make_delivery(
    config: StackConfig,
    base: Foundation,
    secrets: ExternalSecrets | None,
    pool: UserPool | None,
    serving: ModelServingIngress | None,
    jobs: ClusterJobs | None,
    argo_cd_balancer: ServingLoadBalancer | None,
    exports: Outputs,
) -> Delivery | None:
    """The settings of Argo CD and its teams."""
    spec = config.delivery
    if not (spec and secrets and pool):
        return None
    values: dict[str, object] = {"groups_claim": "cognito:groups"}
    further: dict[str, object] = {}
    made = [*(config.model_serving.platform.model_namespaces if config.model_serving else ())]
    made += config.cluster_jobs.namespaces if config.cluster_jobs else ()
    if existing := [home for home in spec.namespaces if home in made]:
        values["existing_namespaces"] = existing
    if ready := [each.ready for each in (serving, jobs) if each]:
        further["existing_ready"] = after("", *ready)
    if config.model_serving and serving and argo_cd_balancer:
        further |= {
            "target_group_arn": after(argo_cd_balancer.rest_target_group_arn, serving.ready),
            "load_balancer_cidrs": load_balancer_cidrs(config.model_serving, base.network),
        }
        exports |= {"deliveryUrl": argo_cd_balancer.url}
    args = args_of(
        DeliveryArgs,
        completed(spec, "delivery", **values),
        **further,
        cluster_name=base.cluster.ready,
        secret_store=secrets.store_name,
        # The user pool writes the client's secret, which Argo CD reads when it starts.
        secret_prefix=after(secrets.secret_prefix, pool.secret_names[ARGO_CD]),
        oidc_issuer=pool.issuer,
        oidc_client_id=pool.client_ids[ARGO_CD],
    )
    delivery = Delivery("delivery", args, base.kubernetes)
    exports |= {"teamNamespaces": delivery.namespaces}
    return delivery


def namespaces_ready(
    cluster: GpuCluster, serving: ModelServingIngress | None, jobs: ClusterJobs | None, delivery: Delivery | None
) -> pulumi.Output[str]:
    """Resolved after every namespace that clients of services run in is closed."""
    closed: list[pulumi.Output[Any]] = [cluster.namespaces]
    closed += [serving.model_namespaces] if serving else []
    closed += [jobs.namespaces] if jobs else []
    closed += [delivery.namespaces] if delivery else []
    return pulumi.Output.all(*closed).apply(lambda _: "")


def traced_namespaces_ready(
    clients_ready: pulumi.Output[str], services: FeatureServices | None, kubeflow: MadeKubeflow | None
) -> pulumi.Output[str]:
    """Resolved after every namespace that sends spans is closed."""
    closed: list[pulumi.Output[Any]] = [clients_ready]
    closed += [services.feature_server_address] if services else []
    closed += [kubeflow.cluster.namespaces] if kubeflow else []
    return pulumi.Output.all(*closed).apply(lambda _: "")


def make_feature_services(
    config: StackConfig,
    base: Foundation,
    secrets: ExternalSecrets | None,
    clients_ready: pulumi.Output[str],
    exports: Outputs,
) -> FeatureServices | None:
    """Feast and MLflow over the feature store."""
    spec, store = config.feature_services, base.store
    if not (spec and secrets):
        return None
    spec = traced_features(config, measured(config, spec))
    online = {"online_user_arn": store.online_user_arns[FEAST]} if spec.feature_server else {}
    args = args_of(
        FeatureServicesArgs,
        spec,
        **online,
        cluster_name=base.cluster.ready,
        store_cidrs=base.network.isolated_subnet_cidrs,
        secret_store=secrets.store_name,
        secret_prefix=secrets.secret_prefix,
        secrets_key_arn=secrets.key_arn,
        database_address=store.database_address,
        administrator_secret_arn=store.administrator_secret_arn,
        administrator_key_arn=store.administrator_key_arn,
        online_endpoint=store.online_endpoint,
        offline_bucket=store.offline_bucket,
        catalog_database=store.catalog_database,
        models_bucket=store.models_bucket,
        data_key_arn=store.data_key_arn,
        client_namespaces_ready=clients_ready,
    )
    services = FeatureServices("feature-services", args, base.kubernetes)
    exports |= {
        "featureServerAddress": services.feature_server_address,
        "featureConfig": services.feature_config,
        "trackingAddress": services.tracking_address,
    }
    return services


def make_kubeflow(
    config: StackConfig,
    base: Foundation,
    ingress: Mapping[str, Any],
    secrets: ExternalSecrets | None,
    pool: UserPool | None,
    delivery: Delivery | None,
    exports: Outputs,
) -> MadeKubeflow | None:
    """Kubeflow, its MySQL instance and its logins."""
    spec, store = config.kubeflow, base.store
    if (
        not (spec and config.pipelines_database and config.gpu_cluster and config.feature_store and secrets and pool)
        or not delivery
    ):
        return None
    database = args_of(
        MySqlDatabaseArgs,
        config.pipelines_database,
        vpc_id=base.network.vpc_id,
        subnet_ids=base.network.isolated_subnet_ids,
        client_security_group_id=base.cluster.node_security_group_id,
    )
    mysql = MySqlDatabase("pipelines-database", database, base.aws)
    access = StoreAccess("kubeflow-access", kubeflow_logins(spec, base, mysql, secrets), base.kubernetes)
    if not spec.pools:
        spec = completed(spec, "kubeflow", pools=pools_of(config.gpu_cluster))
    args = args_of(
        KubeflowClusterArgs,
        kubeflow_failing_over(config, spec),
        **ingress,
        argo_cd=delivery.ready,
        raw_bucket=store.raw_bucket,
        training_bucket=store.training_bucket,
        models_bucket=store.models_bucket,
        offline_bucket=store.offline_bucket,
        data_key_arn=store.data_key_arn,
        database_address=store.database_address,
        database_identifier=config.feature_store.database.identifier,
        pipelines_database_address=mysql.address,
        pipelines_database_identifier=config.pipelines_database.identifier,
        databases_ready=access.ready,
        secret_store=secrets.store_name,
        secret_prefix=secrets.secret_prefix,
        issuer=pool.issuer,
        sign_in_url=pool.sign_in_url,
        client_id=pool.client_ids["kubeflow"],
        client_secret_name=pool.secret_names["kubeflow"],
    )
    kubeflow = KubeflowCluster("kubeflow", args, base.kubernetes)
    exports |= {"kubeflowUrl": kubeflow.url, "profiles": kubeflow.namespaces}
    return MadeKubeflow(kubeflow, mysql)


def kubeflow_logins(
    spec: KubeflowSpec, base: Foundation, mysql: MySqlDatabase, secrets: ExternalSecrets
) -> StoreAccessArgs:
    """The databases and logins of Kubeflow's parts, in both servers.

    Without deletion protection the secrets are deleted at once, so that the stack can be made again under their names.
    """
    store = base.store
    args: StoreAccessArgs = {
        "databases": [{"name": "katib"}, {"name": "modelregistry"}],
        "mysql_users": [
            {"name": "pipelines", "secret": "kubeflow/pipelines", "databases": ["mlpipeline", "metadb", "cachedb"]}
        ],
        "secret_prefix": secrets.secret_prefix,
        "key_arn": secrets.key_arn,
        "database_address": store.database_address,
        "administrator_secret_arn": store.administrator_secret_arn,
        "administrator_key_arn": store.administrator_key_arn,
        "mysql_address": mysql.address,
        "mysql_administrator_secret_arn": mysql.administrator_secret_arn,
        "mysql_administrator_key_arn": mysql.key_arn,
        "cluster_name": base.cluster.ready,
        "store_cidrs": base.network.isolated_subnet_cidrs,
    }
    if not spec.deletion_protection:
        args["recovery_window_days"] = 0
    return args
