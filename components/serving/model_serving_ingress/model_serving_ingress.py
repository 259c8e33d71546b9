"""ModelServingIngress: firewall, load balancer, gateway, KServe, and the models behind them."""

import pulumi

from ...cluster.workload_identity import WorkloadIdentity
from ...core.component import Component
from ...core.manifest import Manifest
from ...core.named_outputs import by_name
from ...core.network_policies import addresses_in, pods_of, reach
from ...core.ordering import after
from ...core.spec import args_of
from ...network.load_balancer.load_balancer import ServingLoadBalancer
from ...network.load_balancer.protected_load_balancer import name_too_long, protected_load_balancer
from ..keda import Keda
from ..model_service.identity import model_identity, readable
from ..model_service.model_service import ModelService
from ..model_service.spec import ModelServiceArgs, ModelServiceSpec
from ..serving_platform.names import PREDICTOR_PODS
from ..serving_platform.serving_platform import ServingPlatform
from ..serving_platform.spec import ServingPlatformArgs
from .spec import DeliveredModelSpec, ModelServingIngressArgs, ModelServingSpec

CACHE_PORT = 6379


class ModelServingIngress(Component[ModelServingIngressArgs, ModelServingSpec]):
    """The whole path from clients to models: firewall, load balancer with certificate and names, gateway, KServe.

    The program manages the load balancer directly, so a destroy deletes it. The component creates the models of
    the config. Models of GitOps use the same namespaces and gateway, and each gets an IAM role that can read only
    its folder. Pass a Kubernetes provider in the option `providers`.
    """

    url: pulumi.Output[str]
    """Where the load balancer answers, known once its names resolve."""
    load_balancer_arn: pulumi.Output[str]
    """The load balancer's ARN."""
    target_group_arn: pulumi.Output[str]
    """The target group of REST requests. gRPC requests go to the same pods."""
    web_acl_arn: pulumi.Output[str]
    """The firewall's ARN."""
    firewall_metric_name: pulumi.Output[str]
    """What metrics in CloudWatch call the firewall."""
    gateway_name: pulumi.Output[str]
    """The gateway as a VirtualService names it."""
    model_namespaces: pulumi.Output[list[str]]
    """The namespaces for models."""
    model_urls: pulumi.Output[dict[str, str]]
    """Where each model of the config answers, by its name."""
    ready: pulumi.Output[str]
    """The domain, resolved after models can be made, scaled and reached, and have their identities."""
    autoscaler_ready: pulumi.Output[str]
    """KEDA's namespace, resolved after KEDA runs."""
    autoscaler_role_arn: pulumi.Output[str]
    """The IAM role of KEDA's operator. It has no rights of its own."""

    def __init__(self, name: str, args: ModelServingIngressArgs, opts: pulumi.ResourceOptions | None = None):
        super().__init__(name, args, ModelServingIngressArgs, ModelServingSpec, opts)
        spec = self._spec
        firewall, balancer = protected_load_balancer(name, spec.firewall, spec.load_balancer, args, self._child)
        platform = self._platform(balancer)
        scaling = Keda(
            f"{name}-keda",
            {
                "cluster_name": args["cluster_name"],
                "vpc_cidr": args["vpc_cidr"],
                "monitoring_namespace": spec.monitoring_namespace,
            },
            self._child,
        )
        self.autoscaler_ready, self.autoscaler_role_arn = scaling.ready, scaling.role_arn
        self._open(platform)
        self.url = balancer.url
        self.load_balancer_arn = balancer.load_balancer_arn
        self.target_group_arn = balancer.rest_target_group_arn
        self.web_acl_arn = firewall.web_acl_arn
        self.firewall_metric_name = firewall.metric_name
        self.gateway_name = platform.gateway_name
        self.model_namespaces = platform.model_namespaces
        identities = [self._identity(model) for model in spec.delivered_models]
        self.ready = after(platform.ready, scaling.ready, *(each.association_id for each in identities))
        models = {model.name: self._model(model).url for model in spec.models}
        self.model_urls = by_name(models)
        self._publish()

    def _problem(self) -> str | None:
        return name_too_long(self._name)

    def _platform(self, balancer: ServingLoadBalancer) -> ServingPlatform:
        args = self._args
        given = args_of(
            ServingPlatformArgs,
            self._spec.platform,
            cluster_name=args["cluster_name"],
            vpc_id=args["vpc_id"],
            vpc_cidr=args["vpc_cidr"],
            load_balancer_cidrs=args["load_balancer_cidrs"],
            rest_target_group_arn=balancer.rest_target_group_arn,
        )
        if self._spec.load_balancer.grpc:
            given["grpc_target_group_arn"] = balancer.grpc_target_group_arn
        if self._spec.platform.model_cache:
            given["cache_policy"] = readable(self._spec.kept_folders, self._args["models_key_arn"], self)
        if "further_target_group_arns" in args:
            given["further_target_group_arns"] = args["further_target_group_arns"]
        return ServingPlatform(f"{self._name}-platform", given, self._child)

    def _open(self, platform: ServingPlatform) -> None:
        """Lets predictors reach the caches and the neighbors, where there are some."""
        for place, namespace in enumerate(self._spec.platform.model_namespaces):
            made = platform.model_namespaces.apply(lambda namespaces, place=place: namespaces[place])
            policies = [
                reach(f"allow-{each.namespace}", namespace, PREDICTOR_PODS, pods_of(each.namespace), [each.port])
                for each in self._spec.neighbors
            ]
            if "cache_cidrs" in self._args:
                caches = addresses_in(self._args["cache_cidrs"])
                policies.append(reach("allow-caches", namespace, PREDICTOR_PODS, caches, [CACHE_PORT]))
            for policy in policies:
                role = policy["metadata"]["name"].removeprefix("allow-")
                policy["metadata"]["namespace"] = made
                Manifest(f"{self._name}-{namespace}-{role}", policy, self._child)

    def _identity(self, model: DeliveredModelSpec) -> WorkloadIdentity:
        reads = readable([model.folder], self._args["models_key_arn"], self)
        return model_identity(
            f"{self._name}-{model.namespace}-{model.name}-identity",
            self._args["cluster_name"],
            model.namespace,
            model.name,
            {**self._args.get("model_policies", {}), "model": reads},
            self,
        )

    def _model(self, model: ModelServiceSpec) -> ModelService:
        given = args_of(
            ModelServiceArgs,
            model,
            cluster_name=after(self._args["cluster_name"], self.ready),
            models_key_arn=self._args["models_key_arn"],
            policies=self._args.get("model_policies", {}),
        )
        return ModelService(f"{self._name}-{model.namespace}-{model.name}", given, self._child)
