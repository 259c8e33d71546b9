"""ServingGateway: one gateway for every model, REST and gRPC, between the load balancer and the predictors."""

from collections.abc import Mapping, Sequence
from typing import Any, NotRequired, TypedDict

import pulumi
from pydantic import Field

from ...cluster.secure_namespace import closed_namespace
from ...core.component import Component
from ...core.manifest import Manifest, Release
from ...core.namespace_names import MonitoringNamespace
from ...core.network_policies import (
    Peer,
    Policy,
    addresses,
    admit,
    admit_api_server,
    allow_apis,
    allow_metrics,
    pods_of,
    reach,
)
from ...core.ordering import after
from ...core.pods import on_system_nodes, resources, spread
from ...core.spec import Spec
from ...facts.versions import ISTIO_BASE, ISTIO_GATEWAY, ISTIOD
from . import names
from .knative import gateway_probes, gateway_ways

ISTIOD_PODS = {"app": "istiod"}
DISCOVERY_PORT = 15012
WEBHOOK_PORT = 15017
ISTIOD_METRICS_PORT = 15014


class ServingGatewayArgs(TypedDict):
    """What a ServingGateway is made from."""

    cluster_name: pulumi.Input[str]
    """The EKS cluster."""
    vpc_cidr: pulumi.Input[str]
    """The VPC's range. The API server calls webhooks from its addresses."""
    load_balancer_cidrs: pulumi.Input[list[str]]
    """The ranges of the load balancer's subnets, which alone reach the gateway."""
    rest_target_group_arn: pulumi.Input[str]
    """The target group for REST. The load balancer controller, which binds it, must be running."""
    grpc_target_group_arn: NotRequired[pulumi.Input[str]]
    """The target group for gRPC, if any. The load balancer controller, which binds it, must be running."""
    domain: str
    """Models answer at <model>.<domain>."""
    model_namespaces: list[str]
    """The namespaces whose routes it takes and whose models it reaches."""
    minimum: NotRequired[int]
    """The fewest pods."""
    maximum: NotRequired[int]
    """The most pods."""
    monitoring_namespace: NotRequired[str]
    """The namespace whose pods may read metrics."""
    monitoring: NotRequired[bool]
    """Whether Prometheus's operator is installed and shall scrape it."""
    scale_to_zero: NotRequired[bool]
    """Whether Knative answers for some of the models."""
    trace_collector: NotRequired[str]
    """The host of an OpenTelemetry collector in the cluster to which it sends spans, by gRPC at port 4317."""


class ServingGatewaySpec(Spec):
    """The checked arguments of a ServingGateway."""

    domain: str = Field(description="Models answer at <model>.<domain>.")
    model_namespaces: tuple[str, ...] = Field(
        min_length=1, description="The namespaces whose routes it takes and whose models it reaches."
    )
    minimum: int = Field(default=2, ge=1, description="The fewest pods.")
    maximum: int = Field(default=6, ge=1, description="The most pods.")
    monitoring_namespace: MonitoringNamespace = Field(
        default="monitoring", description="The namespace whose pods may read metrics."
    )
    monitoring: bool = Field(
        default=False, description="Whether Prometheus's operator is installed and shall scrape it."
    )
    scale_to_zero: bool = Field(default=False, description="Whether Knative answers for some of the models.")
    trace_collector: str | None = Field(
        default=None,
        description="The host of an OpenTelemetry collector in the cluster to which it sends spans, by gRPC at port "
        "4317.",
    )


class ServingGateway(Component[ServingGatewayArgs, ServingGatewaySpec]):
    """Istio's control plane and gateway, the Gateway for the models' routes, and bindings for its target groups.

    There are no sidecars: istiod configures only the gateway. Pass a Kubernetes provider in the option
    `providers`.
    """

    gateway_name: pulumi.Output[str]
    """The Gateway as a VirtualService names it, known once it exists and its target groups are bound."""

    def __init__(self, name: str, args: ServingGatewayArgs, opts: pulumi.ResourceOptions | None = None):
        super().__init__(name, args, ServingGatewayArgs, ServingGatewaySpec, opts)
        spec = self._spec
        release = self._gateway(self._control_plane())
        gateway = Manifest(
            f"{name}-models", gateway_manifest(spec.domain, spec.model_namespaces), self._needing(release)
        )
        groups = {"rest": args["rest_target_group_arn"]}
        if "grpc_target_group_arn" in args:
            groups["grpc"] = args["grpc_target_group_arn"]
        if spec.monitoring:
            Manifest(f"{name}-scraped", pod_monitor(), self._needing(release))
        bindings = [self._binding(protocol, arn, release) for protocol, arn in groups.items()]
        self.gateway_name = after(names.GATEWAY_NAME, gateway.urn, *(binding.urn for binding in bindings))
        self._publish()

    def _control_plane(self) -> Release:
        where, scrapers = names.MESH_NAMESPACE, self._spec.monitoring_namespace
        gateway = pods_of(names.GATEWAY_NAMESPACE, names.GATEWAY_PODS)
        policies = [
            allow_apis(where, ISTIOD_PODS),
            admit_api_server(where, ISTIOD_PODS, WEBHOOK_PORT, self._args["vpc_cidr"]),
            admit("allow-gateway", where, ISTIOD_PODS, gateway, [DISCOVERY_PORT]),
            allow_metrics(where, ISTIOD_PODS, ISTIOD_METRICS_PORT, scrapers),
        ]
        namespace = closed_namespace(f"{self._name}-mesh", where, policies, self)
        base = Release(
            f"{self._name}-base",
            ISTIO_BASE,
            after(where, self._args["cluster_name"]),
            {"defaultRevision": "default"},
            self._needing(*namespace),
        )
        return Release(
            f"{self._name}-istiod",
            ISTIOD,
            where,
            istiod_values(self._spec.trace_collector),
            self._needing(*namespace, base),
        )

    def _gateway(self, control_plane: Release) -> Release:
        """The gateway's pods, which the control plane completes when they are made: it must be there before them."""
        where, pods, spec = names.GATEWAY_NAMESPACE, names.GATEWAY_PODS, self._spec
        balancer = pulumi.Output.from_input(self._args["load_balancer_cidrs"]).apply(lambda cidrs: addresses(*cidrs))
        ports = [names.GATEWAY_PORT, names.GATEWAY_STATUS_PORT]
        policies = [
            admit("allow-load-balancer", where, pods, balancer, ports),
            reach("allow-istiod", where, pods, pods_of(names.MESH_NAMESPACE, ISTIOD_PODS), [DISCOVERY_PORT]),
            self._to_models(),
            admit("allow-callers", where, pods, self._callers(), [names.GATEWAY_PORT]),
            reach("allow-exposed", where, pods, self._callers(names.EXPOSED_PODS), [names.REST_PORT]),
            allow_metrics(where, pods, names.GATEWAY_METRICS_PORT, spec.monitoring_namespace),
            *((gateway_probes(), gateway_ways(spec.model_namespaces)) if spec.scale_to_zero else ()),
        ]
        namespace = closed_namespace(
            f"{self._name}-ingress",
            where,
            policies,
            self,
            labels={"elbv2.k8s.aws/pod-readiness-gate-inject": "enabled"},
        )
        return Release(
            f"{self._name}-gateway",
            ISTIO_GATEWAY,
            where,
            gateway_values(spec.minimum, spec.maximum),
            self._needing(*namespace, control_plane),
        )

    def _callers(self, labels: Mapping[str, str] | None = None) -> list[Peer]:
        return [peer for each in self._spec.model_namespaces for peer in pods_of(each, labels)]

    def _to_models(self) -> Policy:
        predictors = [peer for each in self._spec.model_namespaces for peer in pods_of(each, names.PREDICTOR_PODS)]
        ports = [names.REST_PORT, names.GRPC_PORT, names.AGENT_PORT]
        return reach("allow-models", names.GATEWAY_NAMESPACE, names.GATEWAY_PODS, predictors, ports)

    def _binding(self, protocol: str, target_group: pulumi.Input[str], gateway: Release) -> Manifest:
        # The target group of a binding is immutable, and two bindings cannot have the same name.
        unchangeable = pulumi.ResourceOptions(replace_on_changes=["spec.targetGroupARN"], delete_before_replace=True)
        return Manifest(
            f"{self._name}-{protocol}-binding",
            binding_manifest(protocol, target_group),
            pulumi.ResourceOptions.merge(self._needing(gateway), unchangeable),
        )

    def _needing(self, *needed: pulumi.Resource) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(parent=self, depends_on=list(needed))


def gateway_manifest(domain: str, namespaces: Sequence[str]) -> dict[str, Any]:
    """The Gateway: plain HTTP, for TLS ends at the load balancer, and routes of these namespaces alone."""
    return {
        "apiVersion": "networking.istio.io/v1",
        "kind": "Gateway",
        "metadata": {"name": names.GATEWAY, "namespace": names.GATEWAY_NAMESPACE},
        "spec": {
            "selector": names.GATEWAY_PODS,
            "servers": [
                {
                    # Istio listens where the Service's port 80 leads to.
                    "port": {"number": names.GATEWAY_SERVICE_PORT, "name": "http", "protocol": "HTTP"},
                    "hosts": [
                        f"{namespace}/*.{suffix}"
                        for namespace in namespaces
                        for suffix in (domain, f"{namespace}.svc.cluster.local")
                    ],
                }
            ],
        },
    }


def pod_monitor() -> dict[str, Any]:
    """Has Prometheus read how many requests each model has, often enough for a rate over a minute."""
    endpoint = {"portNumber": names.GATEWAY_METRICS_PORT, "path": "/stats/prometheus", "interval": "15s"}
    return {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "PodMonitor",
        "metadata": {"name": names.GATEWAY, "namespace": names.GATEWAY_NAMESPACE},
        "spec": {"selector": {"matchLabels": names.GATEWAY_PODS}, "podMetricsEndpoints": [endpoint]},
    }


def binding_manifest(protocol: str, target_group: pulumi.Input[str]) -> dict[str, Any]:
    """Keeps the gateway's pods as the targets of a group. Who may reach them is the program's own, so no `networking`.

    Both groups send to one port: the gateway tells HTTP/1.1 and HTTP/2 apart by itself.
    """
    return {
        "apiVersion": "elbv2.k8s.aws/v1beta1",
        "kind": "TargetGroupBinding",
        "metadata": {"name": f"{names.GATEWAY}-{protocol}", "namespace": names.GATEWAY_NAMESPACE},
        "spec": {
            "serviceRef": {"name": names.GATEWAY_SERVICE, "port": names.GATEWAY_SERVICE_PORT},
            "targetGroupARN": target_group,
            "targetType": "ip",
            "ipAddressType": "ipv4",
        },
    }


def istiod_values(trace_collector: str | None = None) -> dict[str, Any]:
    """Values of istiod's chart: two or more, spread, and access logs of the gateway as JSON."""
    return {
        "autoscaleMin": 2,
        "autoscaleMax": 5,
        "resources": resources("250m", "1Gi", "1"),
        "seccompProfile": {"type": "RuntimeDefault"},
        "topologySpreadConstraints": spread(ISTIOD_PODS),
        **on_system_nodes(),
        # Rights that nothing here needs: those of other clusters to read this one's Secrets, and to make gateways.
        "global": {"logAsJson": True, "enableReaderRBAC": False},
        "env": {"PILOT_ENABLE_GATEWAY_API_DEPLOYMENT_CONTROLLER": "false"},
        "meshConfig": {
            "accessLogFile": "/dev/stdout",
            "accessLogEncoding": "JSON",
            **(_tracing(trace_collector) if trace_collector else {}),
            "defaultConfig": {
                # The load balancer: the caller's address is the one it adds.
                "gatewayTopology": {"numTrustedProxies": 1},
                "terminationDrainDuration": f"{names.GATEWAY_DRAIN_SECONDS}s",
                # The collector decides which traces are kept, so it needs the spans of all requests.
                **({"tracing": {"sampling": 100}} if trace_collector else {}),
            },
        },
    }


def _tracing(collector: str) -> dict[str, Any]:
    """The gateway sends a span of each request, and hands the trace on in the header traceparent.

    Source: Istio, "Global Mesh Options", ExtensionProvider.OpenTelemetryTracingProvider and DefaultProviders.
    """
    provider = {"name": "traces", "opentelemetry": {"service": collector, "port": 4317}}
    return {"extensionProviders": [provider], "defaultProviders": {"tracing": ["traces"]}}


def gateway_values(minimum: int, maximum: int) -> dict[str, Any]:
    """Values of the gateway's chart: no load balancer of its own, no port below 1024, time to drain."""
    budget = {"podDisruptionBudget": {"maxUnavailable": 1}} if minimum > 1 else {}
    return {
        "service": {
            "type": "ClusterIP",
            "ports": [
                _port("status-port", names.GATEWAY_STATUS_PORT, names.GATEWAY_STATUS_PORT),
                _port("http2", names.GATEWAY_SERVICE_PORT, names.GATEWAY_PORT),
            ],
        },
        "autoscaling": {
            "minReplicas": minimum,
            "maxReplicas": maximum,
            "targetCPUUtilizationPercentage": 70,
        },
        **budget,
        "resources": resources("500m", "512Mi", "2"),
        # Replaces the chart's, which lets the pod listen below 1024.
        "securityContext": {"seccompProfile": {"type": "RuntimeDefault"}},
        "topologySpreadConstraints": spread(names.GATEWAY_PODS),
        **on_system_nodes(),
        "terminationGracePeriodSeconds": names.GATEWAY_DRAIN_SECONDS + 15,
    }


def _port(name: str, port: int, target: int) -> dict[str, Any]:
    return {"name": name, "port": port, "protocol": "TCP", "targetPort": target}
