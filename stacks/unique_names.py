"""Names that AWS, Kubernetes or the platform has once: a config that uses one twice is refused."""

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from components.core.problems import Place, Problem
from components.core.spec_errors import path_of
from components.data.database.spec import InstanceSpec
from components.observability.metrics.spec import NAMESPACE as METRICS_NAMESPACE
from stacks.names import Name, names_at

if TYPE_CHECKING:
    from stacks.config import StackConfig


def name_problems(config: "StackConfig") -> Iterator[Problem]:
    """Every name of `config` that is used twice, or that belongs to another part of the platform."""
    yield from _namespaces(config)
    yield from _domains(config)
    yield from _callbacks(config)
    yield from _secrets(config)
    yield from _databases(config)
    yield from _cache_users(config)
    yield from _principals(config)


def made_namespaces(config: "StackConfig") -> Iterator[Name]:
    """The namespaces that the stack makes because its config names them."""
    for index, each in enumerate(config.gpu_cluster.namespaces if config.gpu_cluster else ()):
        yield Name(("gpuCluster", "namespaces", index, "namespace"), each.namespace)
    if config.model_serving:
        at: Place = ("modelServing", "platform", "modelNamespaces")
        yield from names_at(at, config.model_serving.platform.model_namespaces)
    for index, team in enumerate(config.cluster_jobs.teams if config.cluster_jobs else ()):
        yield Name(("clusterJobs", "teams", index, "namespace" if team.namespace else "name"), team.homes[0])
    existing = config.delivery.existing_namespaces if config.delivery else ()
    for index, team in enumerate(config.delivery.teams if config.delivery else ()):
        at = ("delivery", "teams", index)
        for home in team.homes:
            if home not in existing:
                yield Name((*at, "namespaces") if team.namespaces else (*at, "name"), home)
    if config.metrics:
        yield Name(("metrics",), METRICS_NAMESPACE)
    for index, team in enumerate(config.kubeflow.teams if config.kubeflow else ()):
        at = ("kubeflow", "teams", index)
        for home in team.homes:
            yield Name((*at, "namespaces") if team.namespaces else (*at, "name"), home)


def monitoring_names(config: "StackConfig") -> Iterator[Name]:
    """Where the config names the namespace of Prometheus."""
    services = config.feature_services
    sections: Mapping[Place, object] = {
        ("gpuCluster",): config.gpu_cluster,
        ("modelServing",): config.model_serving,
        ("clusterJobs",): config.cluster_jobs,
        ("delivery",): config.delivery,
        ("kubeflow",): config.kubeflow,
        ("featureServices", "featureServer"): services.feature_server if services else None,
        ("featureServices", "trackingServer"): services.tracking_server if services else None,
    }
    for at, section in sections.items():
        if section:
            yield Name((*at, "monitoringNamespace"), getattr(section, "monitoring_namespace"))  # noqa: B009
    if config.metrics:
        yield Name(("metrics",), METRICS_NAMESPACE)


def database_instances(config: "StackConfig") -> Mapping[Place, InstanceSpec]:
    """The RDS instances of the stack, by the section that describes each."""
    store = config.feature_store
    instances: dict[Place, InstanceSpec] = {("featureStore", "database"): store.database} if store else {}
    if config.pipelines_database:
        instances[("pipelinesDatabase",)] = config.pipelines_database
    return instances


def _namespaces(config: "StackConfig") -> Iterator[Problem]:
    made = [*(config.model_serving.platform.model_namespaces if config.model_serving else ())]
    made += config.cluster_jobs.namespaces if config.cluster_jobs else ()
    makers: dict[str, str] = {}
    for name in made_namespaces(config):
        maker = path_of(name.at)
        # A team's namespace may be one for models or for jobs: another component makes it, and delivery finds it there.
        if name.at[0] == "delivery" and name.value in made:
            continue
        if other := makers.get(name.value):
            yield Problem(
                name.at,
                name.value,
                f"{name.value} is in {other} and in {maker}, which would both create it; remove it from one of them",
            )
        makers[name.value] = maker
    monitoring = {each.value for each in monitoring_names(config)}
    for name in made_namespaces(config):
        if name.at[0] not in ("gpuCluster", "metrics") and name.value in monitoring:
            yield Problem(name.at, name.value, f"{name.value} is monitoringNamespace; choose another name")


def _domains(config: "StackConfig") -> Iterator[Problem]:
    yield from _twice(_hosts(config), "the host", "a host name can lead to one load balancer only; choose another")
    serving, delivery = config.model_serving, config.delivery
    if serving and delivery and not f".{delivery.domain}".endswith(f".{serving.zone_name}"):
        yield Problem(
            ("delivery", "domain"),
            delivery.domain,
            f"{delivery.domain} is outside of modelServing.zoneName = {serving.zone_name}; name one below it",
        )


def _hosts(config: "StackConfig") -> Iterator[Name]:
    if config.model_serving:
        serving = config.model_serving
        own = [serving.domain, *(each for each in serving.load_balancer.alternative_names if not each.startswith("*"))]
        at: Place = ("modelServing", "domain")
        yield from (Name(at, host) for host in own)
        for index, model in enumerate(serving.models):
            host = model.host or f"{model.name}.{serving.domain}"
            # A load balancer may list a model's own host: the certificate then names it.
            if host not in own:
                yield Name(("modelServing", "models", index, "host" if model.host else "name"), host)
        for index, delivered in enumerate(serving.delivered_models):
            host = f"{delivered.name}.{serving.domain}"
            if host not in own:
                yield Name(("modelServing", "deliveredModels", index, "name"), host)
    if config.kubeflow:
        names = (config.kubeflow.domain, *config.kubeflow.load_balancer.alternative_names)
        yield from (Name(("kubeflow", "domain"), host) for host in names)
    if config.delivery:
        yield Name(("delivery", "domain"), config.delivery.domain)
    tracking = config.feature_services.tracking_server if config.feature_services else None
    # The load balancer before models may carry MLflow's pages by a further name.
    further = config.model_serving.load_balancer.alternative_names if config.model_serving else ()
    for host in tracking.hosts if tracking else ():
        if host not in further:
            yield Name(("featureServices", "trackingServer", "hosts"), host)


def _callbacks(config: "StackConfig") -> Iterator[Problem]:
    clients = config.user_pool.clients if config.user_pool else ()
    urls = (
        Name(("userPool", "clients", index, "callbackUrls"), url)
        for index, client in enumerate(clients)
        for url in client.callback_urls
    )
    yield from _twice(urls, "the callback", "only one application can answer there; give it to one client")


def _secrets(config: "StackConfig") -> Iterator[Problem]:
    """Secrets of the user pool's clients must not take the names of others."""
    taken = {f"delivery/{name}": "delivery" for name in ("charts", "notifications")} if config.delivery else {}
    for repository in config.delivery.repositories if config.delivery else ():
        taken[f"delivery/repositories/{repository.name}"] = "delivery.repositories"
    services = config.feature_services
    for use in services.uses if services else ():
        taken |= {f"database/{role}": "featureServices" for role in (use.name, *use.readers)}
    if services and services.feature_server:
        taken["online-store/feast"] = "featureServices.featureServer"
    if config.kubeflow:
        taken |= dict.fromkeys(("kubeflow/pipelines", "database/katib", "database/modelregistry"), "kubeflow")
    for index, client in enumerate(config.user_pool.clients if config.user_pool else ()):
        if owner := taken.get(client.secret_name):
            yield Problem(
                ("userPool", "clients", index, "secret"),
                client.secret_name,
                f"{owner} has the secret {client.secret_name}; choose another name, or leave it out",
            )


def _databases(config: "StackConfig") -> Iterator[Problem]:
    instances = database_instances(config)
    identifiers = (Name((*at, "identifier"), instance.identifier) for at, instance in instances.items())
    yield from _twice(identifiers, "the identifier", "it must be unique in an account and region; choose another")
    services = config.feature_services
    own = {use.name for use in services.uses} if services else set[str]()
    databases = services.databases if services else ()
    at = ("featureServices", "databases")
    names = (Name((*at, index, "name"), use.name) for index, use in enumerate(databases))
    yield from _twice(names, "the database", "it must be unique in an instance; choose another")
    for index, use in enumerate(databases):
        for reader in use.readers:
            if reader in own:
                remedy = f"{reader} is the owner of a database; name a role that creates no tables"
                yield Problem((*at, index, "readers"), reader, remedy)


def _cache_users(config: "StackConfig") -> Iterator[Problem]:
    store = config.feature_store
    caches = {"online": store.online, "predictions": store.predictions} if store else {}
    users = (
        Name(("featureStore", section, "users", index, "name"), cache.user_id(user.name))
        for section, cache in caches.items()
        if cache
        for index, user in enumerate(cache.users)
    )
    yield from _twice(
        users, "the ElastiCache user", "it must be unique in an account; choose another cacheName or user"
    )


def _principals(config: "StackConfig") -> Iterator[Problem]:
    granted = {grant.principal_arn: grant.name for grant in config.gpu_cluster.access} if config.gpu_cluster else {}
    for index, team in enumerate(config.delivery.teams if config.delivery else ()):
        for role in team.iam_roles:
            if role in granted:
                yield Problem(
                    ("delivery", "teams", index, "iamRoles"),
                    role,
                    f"{role} is in gpuCluster.access ({granted[role]}) and in delivery.teams ({team.name}), and EKS "
                    "allows one access entry for each role; remove it from one of them",
                )


def _twice(names: Iterable[Name], what: str, why: str) -> Iterator[Problem]:
    """A problem for each name that came before, at another place or at the same."""
    seen: dict[str, Place] = {}
    for name in names:
        if name.value in seen:
            yield Problem(name.at, name.value, f"{what} {name.value} is {path_of(seen[name.value])} too: {why}")
        seen.setdefault(name.value, name.at)
