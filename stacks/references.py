"""Names that one section of a config gives to another: each must refer to something.

Each check yields a `Problem` for every wrong name. `stacks.unique_names` has the names that must not be used twice;
what a section needs of others at all is checked in `stacks.config`.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, cast

from components.core.namespace_names import PLATFORM_NAMESPACES
from components.core.problems import Place, Problem
from components.core.spec_errors import path_of
from components.data.data_buckets import PURPOSES
from components.delivery.argo_cd.names import NAMESPACE as ARGO_CD
from components.delivery.image_registry.upstreams import upstream
from components.facts.instances import known_types, regions
from components.facts.rds_instance_classes import classes_in
from components.facts.regions import known_regions, other_partition, partition_of
from components.kubeflow.settings import SIGN_IN_SECRET
from components.network.load_balancer.spec import SignInProvider
from stacks.names import Name, names_at, nearest
from stacks.starter_section import STARTER_CLIENT
from stacks.unique_names import database_instances, made_namespaces, monitoring_names

if TYPE_CHECKING:
    from stacks.config import StackConfig

ARGO_CD_SECRET = "delivery/sso"  # noqa: S105 - a name
"""What the secret of Argo CD's client is called, after the prefix."""
GRAFANA_CLIENT = "grafana"
"""The user pool's client for Grafana."""
BALANCER_CLIENT = "models"
"""The user pool's client for the load balancer before models."""


def reference_problems(config: "StackConfig") -> Iterator[Problem]:
    """Every name in `config` that refers to nothing that exists."""
    yield from _groups(config)
    yield from _namespaces_named(config)
    yield from _clients(config)
    yield from _database_classes(config)
    yield from _model_folders(config)
    yield from _delivered_models(config)
    yield from _zones(config)
    yield from _regions(config)
    yield from _cluster_names(config)
    yield from _instance_types(config)
    yield from _monitoring(config)
    yield from _image_caches(config)


def _groups(config: "StackConfig") -> Iterator[Problem]:
    if not config.user_pool:
        return
    known = list(config.user_pool.groups)
    for name in _group_names(config):
        if name.value not in known:
            remedy = f"userPool.groups has no group {name.value}, so it has no members; add it there"
            yield Problem(name.at, name.value, remedy + nearest(name.value, known))


def _group_names(config: "StackConfig") -> Iterator[Name]:
    if config.starter:
        yield from names_at(("starter", "administrators"), config.starter.administrators)
        for index, service in enumerate(config.starter.services):
            yield from names_at(("starter", "services", index, "groups"), service.groups)
    if config.delivery:
        yield from names_at(("delivery", "administrators"), config.delivery.administrators)
        for index, team in enumerate(config.delivery.teams):
            yield from names_at(("delivery", "teams", index, "groups"), team.groups)
    if config.metrics and config.metrics.grafana:
        yield from names_at(("metrics", "grafana", "administrators"), config.metrics.grafana.administrators)
    if config.kubeflow:
        for index, team in enumerate(config.kubeflow.teams):
            yield from names_at(("kubeflow", "teams", index, "groups"), team.groups)


def _namespaces_named(config: "StackConfig") -> Iterator[Problem]:
    known = [name.value for name in made_namespaces(config)]
    for name in _namespace_names(config):
        if name.value not in known and name.value not in _component_namespaces(config):
            remedy = (
                f"the stack creates no namespace {name.value}; add it to gpuCluster.namespaces, or name an existing one"
            )
            yield Problem(name.at, name.value, remedy + nearest(name.value, known))


def _namespace_names(config: "StackConfig") -> Iterator[Name]:
    services = config.feature_services
    if services and services.feature_server:
        at: Place = ("featureServices", "featureServer", "clientNamespaces")
        yield from names_at(at, services.feature_server.client_namespaces)
    if services and services.tracking_server:
        at = ("featureServices", "trackingServer", "clientNamespaces")
        yield from names_at(at, services.tracking_server.client_namespaces)
    if config.traces:
        yield from names_at(("traces", "clientNamespaces"), config.traces.client_namespaces)
    for index, neighbor in enumerate(config.model_serving.neighbors if config.model_serving else ()):
        yield Name(("modelServing", "neighbors", index, "namespace"), neighbor.namespace)
    for index, grant in enumerate(config.gpu_cluster.access if config.gpu_cluster else ()):
        yield from names_at(("gpuCluster", "access", index, "namespaces"), grant.namespaces)
    if config.kubeflow:
        yield from names_at(("kubeflow", "services"), config.kubeflow.services)
    if config.spark_cluster and config.spark_cluster.eks:
        yield Name(("sparkCluster", "eks", "namespace"), config.spark_cluster.eks.namespace)


def _component_namespaces(config: "StackConfig") -> Sequence[str]:
    """The namespaces that Kubernetes and the components of this stack have."""
    services = config.feature_services
    absent = {
        "feast": not (services and services.feature_server),
        "mlflow": not (services and services.tracking_server),
        "argocd": not config.delivery,
        "grafana": not (config.metrics and config.metrics.grafana),
        "node-exporter": not config.metrics,
        "logging": not config.logs,
        "karpenter": not (config.gpu_cluster and config.gpu_cluster.karpenter),
        "kubeflow": not config.kubeflow,
        "kserve": not config.model_serving,
        "kueue-system": not (config.cluster_jobs or config.kubeflow),
        "ray-system": not config.cluster_jobs,
        "trainer-system": not config.cluster_jobs,
        "trace-store": not (config.traces and config.traces.tempo),
    }
    return ["default", "kube-system", *(each for each in PLATFORM_NAMESPACES if not absent.get(each))]


def _clients(config: "StackConfig") -> Iterator[Problem]:
    """The applications that sign in by the user pool, each of which needs a client that sends people back to it."""
    if not config.user_pool:
        return
    if config.starter:
        yield from _client(config, STARTER_CLIENT, [config.starter.callback])
    if config.delivery:
        callback = f"https://{config.delivery.domain}/auth/callback"
        yield from _client(config, ARGO_CD, [callback], ARGO_CD_SECRET)
    if config.kubeflow:
        yield from _client(config, "kubeflow", [f"https://{config.kubeflow.domain}/oauth2/callback"], SIGN_IN_SECRET)
    if config.metrics and (grafana := config.metrics.grafana):
        yield from _client(config, GRAFANA_CLIENT, [grafana.callback_url], grafana.client_secret)
    sign_in = config.model_serving.load_balancer.sign_in if config.model_serving else None
    if sign_in and sign_in.provider is SignInProvider.COGNITO:
        # Source: Elastic Load Balancing user guide, "Authenticate users using an Application Load Balancer".
        yield from _client(config, BALANCER_CLIENT, [f"https://{host}/oauth2/idpresponse" for host in sign_in.hosts])


def _client(config: "StackConfig", name: str, callbacks: Sequence[str], secret: str | None = None) -> Iterator[Problem]:
    clients = config.user_pool.clients if config.user_pool else ()
    client = next((each for each in clients if each.name == name), None)
    has_secret = client and (secret is None or client.secret_name == secret)
    if not (client and has_secret and set(callbacks) <= set(client.callback_urls)):
        called = f"secret: {secret}, " if secret else ""
        entry = f"{{name: {name}, {called}callbackUrls: [{', '.join(callbacks)}]}}"
        found = [each.name for each in clients]
        yield Problem(("userPool", "clients"), found, f"userPool.clients has no client that fits {name}; add {entry}")


def _model_folders(config: "StackConfig") -> Iterator[Problem]:
    serving, store = config.model_serving, config.feature_store
    if not (serving and store):
        return
    bucket = store.data.bucket_name("models", config.environment.account)
    at: Place = ("modelServing", "models")
    folders = [
        (model.name, Name((*at, index, "modelUri"), model.model_uri)) for index, model in enumerate(serving.models)
    ]
    for index, model in enumerate(serving.models):
        if model.canary:
            folders.append((model.name, Name((*at, index, "canary", "modelUri"), model.canary.model_uri)))
    for index, delivered in enumerate(serving.delivered_models):
        folders.append((delivered.name, Name(("modelServing", "deliveredModels", index, "folder"), delivered.folder)))
    for model, folder in folders:
        if not folder.value.startswith(f"s3://{bucket}/"):
            yield Problem(
                folder.at,
                folder.value,
                f"{model} is at {folder.value}, but the feature store's bucket of models is {bucket}; write "
                f"s3://{bucket}/<folder>/",
            )


def _database_classes(config: "StackConfig") -> Iterator[Problem]:
    region = config.environment.region
    offered = classes_in(region)
    for at, instance in database_instances(config).items():
        if offered and instance.instance_class not in offered:
            remedy = f"{instance.instance_class} is not offered in {region}; choose another class"
            similar = nearest(instance.instance_class, sorted(offered))
            yield Problem((*at, "instanceClass"), instance.instance_class, remedy + similar)


def _delivered_models(config: "StackConfig") -> Iterator[Problem]:
    team_of = config.delivery.team_of if config.delivery else {}
    known = ", ".join(f"{team} in {home}" for home, team in team_of.items()) or "none"
    for index, model in enumerate(config.model_serving.delivered_models if config.model_serving else ()):
        if model.namespace not in team_of:
            yield Problem(
                ("modelServing", "deliveredModels", index, "namespace"),
                model.namespace,
                f"{model.name} has namespace {model.namespace}, but a team delivers to its first namespace: {known}; "
                f"write one of these, or add a team to delivery.teams{nearest(model.namespace, list(team_of))}",
            )


def _zones(config: "StackConfig") -> Iterator[Problem]:
    zones, region = config.network.zones, config.environment.region
    # Which zones an account has may differ in a few regions; it can then name them in network.zones.
    known = known_regions()[region]
    chosen = known.cluster_zones[: config.network.zone_count]
    for index, zone in enumerate(zones):
        if zone[:-1] != region:
            yield Problem(
                ("network", "zones", index), zone, f"{zone} is not a zone of {region}; name one such as {region}a"
            )
        elif zone[-1] > known.last_letter:
            names = ", ".join(known.cluster_zones)
            yield Problem(("network", "zones", index), zone, f"the region has no such zone; choose from {names}")
    for index, pool in enumerate(config.gpu_cluster.node_pools if config.gpu_cluster else ()):
        at: Place = ("gpuCluster", "nodePools", index)
        named = [Name((*at, "zones", place), zone) for place, zone in enumerate(pool.zones)]
        if pool.zone:
            named.append(Name((*at, "zone"), pool.zone))
        for zone in named:
            # A zone of another region is told with what else the region lacks.
            if zone.value[:-1] == region and zone.value not in (zones or chosen):
                yield Problem(zone.at, zone.value, _remedy_for_zone(zone.value, zones, chosen))


def _remedy_for_zone(zone: str, zones: Sequence[str], chosen: Sequence[str]) -> str:
    if zones:
        return f"the network has no subnet in {zone}; name one of network.zones, {', '.join(zones)}, or add it"
    return (
        f"the network has no subnet in {zone}, because network.zones is empty and the network takes the first zones, "
        f"{', '.join(chosen)}; name one of these, or write network.zones"
    )


def _regions(config: "StackConfig") -> Iterator[Problem]:
    """Copies are in another region than the original; ARNs are of the account's partition."""
    region, account = config.environment.region, config.environment.account
    data = config.feature_store.data if config.feature_store else None
    for purpose in PURPOSES if data else ():
        if copy := getattr(data, purpose).replica_region:
            at: Place = ("featureStore", "data", purpose, "replicaRegion")
            yield from copy_problems(region, Name(at, copy), "name another, or leave replicaRegion out")
    registry = config.image_registry
    for copy in registry.replica_regions if registry else ():
        yield from copy_problems(region, Name(("imageRegistry", "replicaRegions"), copy), "remove it from the list")
    for index, pulled in enumerate(registry.upstreams if registry else ()):
        # Source: ECR user guide, "Storing your upstream repository credentials in an AWS Secrets Manager secret".
        if pulled.credential_arn and pulled.credential_arn.split(":")[3:5] != [region, account]:
            yield Problem(
                ("imageRegistry", "upstreams", index, "credentialArn"),
                pulled.credential_arn,
                f"ECR reads credentials only from its own account and region; write a secret of {account} in {region}",
            )
    for section, buckets in (
        ("featureStore", data),
        ("starter", config.starter.data if config.starter else None),
    ):
        # A KMS key serves only its own region, and the buckets of a stack are in the stack's.
        key = buckets.existing.key_arn if buckets and buckets.existing else None
        if key and key.split(":")[3] != region:
            remedy = f"S3 encrypts only with a key of the bucket's region; write a key in {region}"
            yield Problem((section, "data", "existing", "keyArn"), key, remedy)
    partition = partition_of(region)
    for name in _arns(config.model_dump(by_alias=True, exclude_unset=True)):
        if name.value.split(":")[1] != partition:
            yield Problem(name.at, name.value, f"{region} is in the partition {partition}; write arn:{partition}:…")


def copy_problems(region: str, copy: Name, remedy: str) -> Iterator[Problem]:
    """S3, ECR and AWS Backup copy to another region of the same partition."""
    if copy.value == region:
        yield Problem(copy.at, copy.value, f"{region} is the stack's own region; {remedy}")
    elif copy.value not in regions():
        hint = nearest(copy.value, regions()) or "; write one such as eu-central-1"
        yield Problem(copy.at, copy.value, f"{copy.value} is not an AWS region{hint}")
    elif problem := other_partition(region, copy.value):
        yield Problem(copy.at, copy.value, problem)


def _arns(values: object, at: Place = ()) -> Iterator[Name]:
    """The ARNs in the sections of a config."""
    if isinstance(values, Mapping):
        for key, value in cast(Mapping[str, object], values).items():
            yield from _arns(value, (*at, key))
    elif isinstance(values, list | tuple):
        for index, value in enumerate(cast(Sequence[object], values)):
            yield from _arns(value, (*at, index))
    elif isinstance(values, str) and values.startswith("arn:"):
        yield Name(at, values)


def _cluster_names(config: "StackConfig") -> Iterator[Problem]:
    cluster_names = config.network.cluster_names
    if config.gpu_cluster and cluster_names and config.gpu_cluster.cluster_name not in cluster_names:
        yield Problem(
            ("network", "clusterNames"),
            list(cluster_names),
            f"gpuCluster.clusterName = {config.gpu_cluster.cluster_name} is not in it, so its subnets lack the "
            "cluster's tags; add it, or leave clusterNames out",
        )


def _instance_types(config: "StackConfig") -> Iterator[Problem]:
    families = {name.partition(".")[0] for name in known_types()}
    for pattern in config.policies.allowed_instance_types:
        name = pattern.removeprefix("ml.")
        if name.startswith(("db.", "cache.")):
            continue
        family, _, size = name.partition(".")
        if family not in families or (size != "*" and name not in known_types()):
            remedy = f"{pattern} is not an EC2 instance type or family; write a type, or a family such as p5.*"
            yield Problem(("policies", "allowedInstanceTypes"), pattern, remedy + nearest(name, known_types()))


def _monitoring(config: "StackConfig") -> Iterator[Problem]:
    """One Prometheus reads all metrics: every section that names its namespace must name the same."""
    names = list(monitoring_names(config))
    for name in names[1:]:
        if name.value != names[0].value:
            yield Problem(
                name.at,
                name.value,
                f"{path_of(names[0].at)} is {names[0].value}, and one Prometheus reads all metrics; write the same "
                "namespace in both",
            )


def _image_caches(config: "StackConfig") -> Iterator[Problem]:
    """A cache of the stack's own registry is one of its upstreams; ECR can't pull through every registry."""
    serving, registry, environment = config.model_serving, config.image_registry, config.environment
    own = f"{environment.account}.dkr.ecr.{environment.region}."
    prefixes = {each.registry: each.cache_prefix for each in registry.upstreams} if registry else {}
    for source, address in serving.platform.image_caches.items() if serving else ():
        prefix = prefixes.get(source)
        if registry and upstream(source) and address.startswith(own) and address.partition("/")[2] != prefix:
            known = f"its cache is in the folder {prefix}" if prefix else "add it to imageRegistry.upstreams"
            yield Problem(
                ("modelServing", "platform", "imageCaches", source),
                address,
                f"the stack's registry has no cache of {source} there; {known}",
            )
