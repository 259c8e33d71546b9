"""What an environment wants, read from its `Pulumi.<stack>.yaml` and refused where it can't be right."""

import json
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from ipaddress import IPv4Network
from typing import Any

from pulumi.runtime import get_config_env
from pydantic import Field, field_validator, model_validator
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError

from components.cluster.gpu_cluster.spec import GpuClusterSpec
from components.core.problems import Problem, refusal
from components.core.spec import Spec, SpecError, parse, refuse
from components.core.spec_errors import shown
from components.data.database.spec import InstanceSpec
from components.data.feature_services.spec import FEAST, FeatureServicesSpec
from components.data.feature_store.spec import FeatureStoreSpec
from components.delivery.image_registry.spec import ImageRegistrySpec
from components.delivery.user_pool import UserPoolSpec
from components.facts.instances import regions
from components.kubeflow.pools import pools_of
from components.kubeflow.spec import KubeflowSpec
from components.network.load_balancer.spec import SignInProvider
from components.network.network_args import NatMode, NetworkSpec
from components.serving.model_serving_ingress.spec import ModelServingSpec
from components.serving.serving_platform.cache_spec import unfit
from policies.engine.settings import EnvironmentSpec, PolicySettings
from pricing.budget import Budget
from pricing.usage import Usage
from stacks.delivery_section import ENTRY, DeliverySection
from stacks.placement import placement_problems
from stacks.pools import pool_problems
from stacks.references import reference_problems
from stacks.unique_names import name_problems

NAMESPACE = "mlplatform"


class StackConfig(Spec):
    """One environment: what it is, what it may cost, what is assumed of its use, and an object for each component."""

    environment: EnvironmentSpec = Field(description="What the stack is for, who owns it and where it lives.")
    cost: Budget = Field(description="What the stack may cost a month.")
    usage: Usage = Field(default_factory=Usage, description="What the stack will use that no resource states.")
    policies: PolicySettings = Field(
        default_factory=PolicySettings, description="Levels and thresholds of the rules, where they differ."
    )
    network: NetworkSpec = Field(description="The private network.")
    feature_store: FeatureStoreSpec | None = Field(default=None, description="The feature store; none when left out.")
    feature_services: FeatureServicesSpec | None = Field(
        default=None, description="Feast and MLflow over the feature store; none when left out."
    )
    gpu_cluster: GpuClusterSpec | None = Field(None, description="The GPU cluster; none when left out.")
    model_serving: ModelServingSpec | None = Field(
        default=None, description="Models and the way to them; none when left out."
    )

    image_registry: ImageRegistrySpec | None = Field(
        default=None, description="The account's registry of images; none when left out, or made by another stack."
    )
    user_pool: UserPoolSpec | None = Field(default=None, description="Who may sign in; none when left out.")
    delivery: DeliverySection | None = Field(
        default=None, description="Argo CD and the teams that ship through it; none when left out."
    )

    pipelines_database: InstanceSpec | None = Field(
        default=None, description="MySQL for Kubeflow's pipelines; none when left out."
    )
    kubeflow: KubeflowSpec | None = Field(
        default=None, description="Kubeflow and its teams, in place of modelServing; none when left out."
    )

    @field_validator("environment")
    @classmethod
    def _in_a_known_region(cls, environment: EnvironmentSpec) -> EnvironmentSpec:
        if environment.region not in regions():
            raise refuse(environment.region, f"region {environment.region} is no AWS region", regions())
        return environment

    @model_validator(mode="after")
    def _sections_fit_together(self) -> "StackConfig":
        checks = (
            self._delivery_has_a_sign_in,
            self._user_pool_has_a_place_for_secrets,
            self._load_balancer_signs_in,
            self._kubeflow_has_what_it_stands_on,
            self._models_have_a_place,
            self._cached_models_fit_their_nodes,
            self._quotas_hold_the_cache_of_models,
            self._services_have_stores,
            self._stores_have_clients,
            self._session_manager_reaches_nodes,
        )
        problems = [problem for check in checks for problem in _problems_of(check)]
        further = (
            *self._overlapping_services(),
            *reference_problems(self),
            *name_problems(self),
            *pool_problems(self),
            *placement_problems(self),
        )
        if error := refusal([*problems, *further]):
            raise error
        return self

    def _delivery_has_a_sign_in(self) -> None:
        if not self.delivery:
            return
        if not (self.user_pool and (self.model_serving or self.kubeflow)):
            lacking = "modelServing or kubeflow" if self.user_pool else "userPool"
            raise refuse("delivery", f"delivery needs {lacking}: teams sign in, and ship models")
        if not self.model_serving and (unused := sorted(ENTRY & self.delivery.model_fields_set)):
            raise refuse(
                unused,
                f"delivery.{to_camel(unused[0])} needs modelServing: without it no load balancer is before Argo CD; "
                "remove it",
            )

    def _user_pool_has_a_place_for_secrets(self) -> None:
        if self.user_pool and not (self.delivery or self.feature_services or self.kubeflow):
            raise refuse(
                "userPool",
                "userPool needs delivery or featureServices: the secrets of its clients lie beside theirs, under their "
                "key; add one, or leave userPool out",
            )

    def _load_balancer_signs_in(self) -> None:
        sign_in = self.model_serving.load_balancer.sign_in if self.model_serving else None
        if not (self.model_serving and sign_in):
            return
        at = "modelServing.loadBalancer.signIn"
        if sign_in.provider is not SignInProvider.COGNITO:
            raise refuse(
                sign_in.provider,
                f"{at}.provider = {sign_in.provider}: a stack signs in by its userPool; write cognito, or give "
                "ModelServingIngress the client's secret in a program of your own",
            )
        if not self.user_pool:
            raise refuse("modelServing", f"{at} needs userPool: it knows who may sign in")
        if several := next((host for host in sign_in.hosts if host.startswith("*")), None):
            raise refuse(several, f"{at}.hosts has {several}, and Cognito sends back to no wildcard; name each host")
        if self.model_serving.load_balancer.internal and self.network.nat is NatMode.NONE:
            raise refuse(
                self.network.nat,
                f"{at} needs a way out: an internal load balancer asks Cognito through network.nat, which is none",
            )

    def _kubeflow_has_what_it_stands_on(self) -> None:
        if not self.kubeflow:
            return
        if self.model_serving or self.feature_services:
            other = "modelServing" if self.model_serving else "featureServices"
            why = "both bring Istio" if self.model_serving else "both make the logins to the stores"
            raise refuse("kubeflow", f"kubeflow and {other} don't share a cluster: {why}; give each a stack of its own")
        needed = ("gpu_cluster", "feature_store", "pipelines_database", "user_pool", "delivery")
        if lacking := [to_camel(section) for section in needed if getattr(self, section) is None]:
            raise refuse("kubeflow", f"kubeflow needs {', '.join(lacking)}")
        if self.delivery and not self.delivery.cluster_wide:
            raise refuse(False, "kubeflow needs delivery.clusterWide: true, for its manifests are of the whole cluster")
        if self.gpu_cluster and not self.kubeflow.pools:
            given = self.kubeflow.model_dump(exclude_unset=True)
            parse(KubeflowSpec, {**given, "pools": pools_of(self.gpu_cluster)}, "kubeflow")

    def _models_have_a_place(self) -> None:
        if self.model_serving and not (self.gpu_cluster and self.feature_store):
            lacking = "featureStore" if self.gpu_cluster else "gpuCluster"
            why = "models and access logs lie in its buckets" if self.gpu_cluster else "models run on its nodes"
            raise refuse("modelServing", f"modelServing needs {lacking}: {why}")

    def _cached_models_fit_their_nodes(self) -> None:
        serving = self.model_serving
        if not (serving and serving.platform.model_cache and self.gpu_cluster):
            return
        cached = [
            (each.name, each.cache.group, bool(each.gpus or each.gpu_share)) for each in serving.models if each.cache
        ]
        if problem := unfit(serving.platform.model_cache, self.gpu_cluster.node_pools, cached):
            raise refuse(problem, f"modelServing.platform.modelCache: {problem}")

    def _quotas_hold_the_cache_of_models(self) -> None:
        platform = self.model_serving.platform if self.model_serving else None
        if not (self.delivery and platform and platform.model_cache):
            return
        for team in self.delivery.teams:
            kept = [home for home in team.homes if home in platform.model_namespaces]
            if kept and not team.quota.storage_gib:
                raise refuse(
                    0,
                    f"delivery.teams: {team.name} may hold no volume, but platform.modelCache has a claim in "
                    f"{kept[0]}; set its quota.storageGib to 1 or more",
                )

    def _services_have_stores(self) -> None:
        if not self.feature_services:
            return
        if not (self.gpu_cluster and self.feature_store):
            lacking = "featureStore" if self.gpu_cluster else "gpuCluster"
            raise refuse("featureServices", f"featureServices needs {lacking}: Feast and MLflow stand on both")
        users = {user.name: user.password for user in self.feature_store.online.users}
        if self.feature_services.feature_server and not users.get(FEAST):
            raise refuse(
                users,
                "featureServices.featureServer needs a user feast in featureStore.online.users with access: write "
                "and password: true, for Feast can't make IAM tokens",
            )

    def _stores_have_clients(self) -> None:
        if self.feature_store and not self.gpu_cluster:
            raise refuse("featureStore", "featureStore needs gpuCluster: its nodes are all that may reach the stores")

    def _session_manager_reaches_nodes(self) -> None:
        cluster, network = self.gpu_cluster, self.network
        if not cluster or network.nat is not NatMode.NONE:
            return
        if cluster.karpenter and not cluster.karpenter.isolated_vpc:
            raise refuse(
                False,
                "gpuCluster.karpenter.isolatedVpc: Karpenter would wait for prices that nothing reaches, as "
                "network.nat is none; set it to true",
            )
        lacking = sorted({"ssm", "ssmmessages"} - set(network.interface_endpoints))
        if cluster.session_manager and lacking:
            raise refuse(
                True,
                "gpuCluster.sessionManager: nodes reach Session Manager by nothing, as network.nat is none; add "
                f"{' and '.join(lacking)} to network.interfaceEndpoints",
            )

    def _overlapping_services(self) -> Iterator[Problem]:
        if not self.gpu_cluster:
            return
        services = self.gpu_cluster.service_cidr
        taken = [("vpcCidr", self.network.vpc_cidr)]
        taken += [("reservedCidrs", reserved) for reserved in self.network.reserved_cidrs]
        for field, cidr in taken:
            if IPv4Network(services).overlaps(IPv4Network(cidr)):
                yield Problem(
                    ("gpuCluster", "serviceCidr"),
                    services,
                    f"overlaps network.{field} {cidr}; take 172.20.0.0/16 or 10.100.0.0/16, whichever is apart from it",
                )


def _problems_of(check: Callable[[], None]) -> Iterator[Problem]:
    """What a check of several sections refuses; its text names the sections."""
    try:
        check()
    except PydanticCustomError as error:
        yield Problem((), None, error.message())
    except SpecError as error:
        yield from (Problem((), None, f"kubeflow.{problem}") for problem in error.problems)


def load_config() -> StackConfig:
    """The config of the stack that is running, as the engine hands it to its program.

    Raises:
        SpecError: naming each wrong field, its value and the remedy.
    """
    return parse_config(get_config_env())


def parse_config(config: Mapping[str, str]) -> StackConfig:
    """Read a stack's config: values by their full key, such as `mlplatform:network`, objects as JSON.

    Raises:
        SpecError: naming each wrong field, its value and the remedy.
    """
    return _parsed(tuple(config.items()))


# The planner reads the config that the program reads next: it is checked once.
@lru_cache(maxsize=1)
def _parsed(config: tuple[tuple[str, str], ...]) -> StackConfig:
    sections: dict[str, Any] = {}
    for key, value in config:
        namespace, _, name = key.partition(":")
        if namespace == NAMESPACE:
            sections[name] = _object(key, value)
    return parse(StackConfig, sections, NAMESPACE)


def _object(key: str, value: str) -> Any:
    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        fields = dict(pairs)
        if len(fields) < len(pairs):
            names = [name for name, _ in pairs]
            twice = next(name for name in names if names.count(name) > 1)
            raise SpecError(NAMESPACE, [f"{key}: the key {shown(twice)} is given twice; keep one"])
        return fields

    try:
        return json.loads(value, object_pairs_hook=once)
    except SpecError:
        raise
    # A number of thousands of digits is a ValueError of its own, brackets by the thousand a RecursionError.
    except (ValueError, RecursionError):
        raise SpecError(NAMESPACE, [f"{key} = {shown(value)}: must be a mapping of fields to values"]) from None
