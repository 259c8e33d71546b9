"""ServingPlatform: everything between the load balancer and a model."""

import pulumi

from ...cluster.secure_namespace import TEAM_LABEL, closed_namespace
from ...core.component import Component
from ...core.network_policies import admit, pods_of, reach
from ...core.ordering import after
from ...core.spec import args_of
from . import names
from .cert_manager import CertManager
from .gateway import ServingGateway
from .knative import Knative, on_demand
from .kserve import KServe
from .load_balancer_controller import LoadBalancerController
from .model_cache import ModelCache, ModelCacheArgs, ModelCacheSpec
from .spec import ServingPlatformArgs, ServingPlatformSpec


class ServingPlatform(Component[ServingPlatformArgs, ServingPlatformSpec]):
    """KServe behind a gateway. The gateway's pods are the targets of a load balancer that the program manages.

    Each part has a namespace that denies all traffic by default. Resources that use `ready` are created after the
    whole platform and destroyed before it. Pass a Kubernetes provider in the option `providers`.
    """

    gateway_name: pulumi.Output[str]
    """The Istio Gateway as a VirtualService names it."""
    model_namespaces: pulumi.Output[list[str]]
    """The namespaces for models."""
    ready: pulumi.Output[str]
    """The domain of the models, resolved after models can be made and reached."""

    def __init__(self, name: str, args: ServingPlatformArgs, opts: pulumi.ResourceOptions | None = None):
        super().__init__(name, args, ServingPlatformArgs, ServingPlatformSpec, opts)
        spec = self._spec
        certificates = CertManager(
            f"{name}-certificates",
            {
                "cluster_name": args["cluster_name"],
                "vpc_cidr": args["vpc_cidr"],
                "monitoring_namespace": spec.monitoring_namespace,
            },
            self._child,
        )
        certified = after(args["cluster_name"], certificates.ready)
        gateway = self._gateway(self._controller(certified))
        kserve = KServe(
            f"{name}-kserve",
            {
                # KServe looks for Knative once, when it starts.
                "cluster_name": after(certified, *self._knative(after(certified, gateway.gateway_name))),
                "vpc_cidr": args["vpc_cidr"],
                "domain": spec.domain,
                "runtimes": list(spec.runtimes),
                "monitoring_namespace": spec.monitoring_namespace,
                "model_cache": bool(spec.model_cache),
                "scale_to_zero": spec.scale_to_zero,
                "image_caches": dict(spec.image_caches),
            },
            self._child,
        )
        closed = [policy.urn for namespace in spec.model_namespaces for policy in self._for_models(namespace)]
        served = (kserve.runtime_names.apply(",".join), *closed)
        parts = (gateway.gateway_name, *served, *self._cache(after(certified, *served)))
        self.gateway_name = gateway.gateway_name
        self.model_namespaces = after(list(spec.model_namespaces), *closed)
        self.ready = after(spec.domain, *parts)
        self._publish()

    def _problem(self) -> str | None:
        if self._spec.model_cache and "cache_policy" not in self._args:
            return "modelCache is set and cachePolicy is not; say by which policy it reads models"
        return None

    def _target_groups(self) -> dict[str, pulumi.Input[str]]:
        """The target groups by their argument's name; without one for gRPC, REST alone is served."""
        groups = {"rest_target_group_arn": self._args["rest_target_group_arn"]}
        if "grpc_target_group_arn" in self._args:
            groups["grpc_target_group_arn"] = self._args["grpc_target_group_arn"]
        return groups

    def _controller(self, cluster_name: pulumi.Output[str]) -> LoadBalancerController:
        args = self._args
        own = pulumi.Output.all(*self._target_groups().values())
        groups = pulumi.Output.all(own, args.get("further_target_group_arns", [])).apply(
            lambda known: [str(arn) for arns in known for arn in arns]
        )
        return LoadBalancerController(
            f"{self._name}-targets",
            {
                "cluster_name": cluster_name,
                "vpc_id": args["vpc_id"],
                "vpc_cidr": args["vpc_cidr"],
                "target_group_arns": groups,
                "monitoring_namespace": self._spec.monitoring_namespace,
            },
            self._child,
        )

    def _gateway(self, controller: LoadBalancerController) -> ServingGateway:
        args, spec = self._args, self._spec
        groups = {name: after(arn, controller.ready) for name, arn in self._target_groups().items()}
        return ServingGateway(
            f"{self._name}-gateway",
            {
                **groups,  # pyright: ignore[reportArgumentType] - the keys are those of the arguments
                "cluster_name": args["cluster_name"],
                "vpc_cidr": args["vpc_cidr"],
                "load_balancer_cidrs": args["load_balancer_cidrs"],
                "domain": spec.domain,
                "model_namespaces": list(spec.model_namespaces),
                "minimum": spec.gateway_minimum,
                "maximum": spec.gateway_maximum,
                "monitoring_namespace": spec.monitoring_namespace,
                "monitoring": spec.monitoring,
                "scale_to_zero": spec.scale_to_zero,
                **({"trace_collector": spec.trace_collector} if spec.trace_collector else {}),
            },
            self._child,
        )

    def _knative(self, cluster_name: pulumi.Output[str]) -> list[pulumi.Output[str]]:
        """What runs models that scale to zero, if the config enables it."""
        spec = self._spec
        if not spec.scale_to_zero:
            return []
        knative = Knative(
            f"{self._name}-knative",
            {
                "cluster_name": cluster_name,
                "vpc_cidr": self._args["vpc_cidr"],
                "domain": spec.domain,
                "model_namespaces": list(spec.model_namespaces),
                "monitoring_namespace": spec.monitoring_namespace,
            },
            self._child,
        )
        return [knative.ready]

    def _cache(self, cluster_name: pulumi.Output[str]) -> list[pulumi.Output[str]]:
        """What keeps models on nodes, if the config enables it."""
        args, spec = self._args, self._spec
        if not spec.model_cache:
            return []
        kept = ModelCacheSpec(
            groups=spec.model_cache,
            model_namespaces=spec.model_namespaces,
            monitoring_namespace=spec.monitoring_namespace,
        )
        wired = args_of(
            ModelCacheArgs,
            kept,
            cluster_name=cluster_name,
            vpc_cidr=args["vpc_cidr"],
            policy=args.get("cache_policy", ""),
        )
        cache = ModelCache(f"{self._name}-model-cache", wired, self._child)
        return [cache.ready]

    def _for_models(self, namespace: str) -> list[pulumi.Resource]:
        """A namespace whose predictors hear the gateway and the monitoring; where they go to, each model says."""
        predictors = names.PREDICTOR_PODS
        gateway = pods_of(names.GATEWAY_NAMESPACE, names.GATEWAY_PODS)
        scrapers = pods_of(self._spec.monitoring_namespace)
        answering = [names.REST_PORT, names.GRPC_PORT, names.AGENT_PORT]
        metrics = sorted({names.METRICS_PORTS[runtime] for runtime in self._spec.runtimes})
        policies = [
            admit("allow-gateway", namespace, predictors, gateway, answering),
            admit("allow-metrics", namespace, predictors, scrapers, metrics),
            reach("allow-to-gateway", namespace, {}, gateway, [names.GATEWAY_PORT]),
            *(on_demand(namespace) if self._spec.scale_to_zero else ()),
        ]
        return closed_namespace(f"{self._name}-{namespace}", namespace, policies, self, labels={TEAM_LABEL: "true"})
