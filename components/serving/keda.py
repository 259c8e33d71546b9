"""Keda: the autoscaler that follows metrics and hours, with which models scale."""

from typing import Any, NotRequired, TypedDict

import pulumi
from pydantic import Field

from ..cluster.secure_namespace import SecureNamespace
from ..cluster.workload_identity import WorkloadIdentity
from ..core.component import Component
from ..core.manifest import Manifest, Release
from ..core.namespace_names import MonitoringNamespace
from ..core.network_policies import admit_api_server, allow_apis, allow_metrics, pods_of, reach
from ..core.ordering import after
from ..core.pods import on_system_nodes, resources, spread
from ..core.spec import Spec
from ..facts.versions import KEDA

NAMESPACE = "keda"
METRICS_API_PORT = 6443
METRICS_PORT = 8080
WEBHOOK_PORT = 9443
OPERATOR_PODS = {"app": "keda-operator"}
_METRICS_API = {"app": "keda-operator-metrics-apiserver"}
_WEBHOOKS = {"app": "keda-admission-webhooks"}


class KedaArgs(TypedDict):
    """What a Keda is made from."""

    cluster_name: pulumi.Input[str]
    """The EKS cluster."""
    vpc_cidr: pulumi.Input[str]
    """The VPC's range, from whose addresses the API server asks for metrics and calls webhooks."""
    monitoring_namespace: NotRequired[str]
    """The namespace of the Prometheus that it asks, and whose pods may read metrics."""
    prometheus_port: NotRequired[int]
    """Where that Prometheus answers."""


class KedaSpec(Spec):
    """The checked arguments of a Keda."""

    monitoring_namespace: MonitoringNamespace = Field(
        default="monitoring",
        description="The namespace of the Prometheus that it asks, and whose pods may read metrics.",
    )
    prometheus_port: int = Field(default=9090, ge=1, le=65535, description="Where that Prometheus answers.")


class Keda(Component[KedaArgs, KedaSpec]):
    """KEDA with its custom resource definitions. It can reach only Prometheus and the Kubernetes API.

    Its namespace is closed by default. A cluster can have only one server for `external.metrics.k8s.io`, and KEDA
    is this server. Pass a Kubernetes provider in the option `providers`.
    """

    ready: pulumi.Output[str]
    """The namespace's name, resolved after a ScaledObject can be made."""
    role_arn: pulumi.Output[str]
    """The operator's IAM role, which has no rights of its own. What scales by a metric of AWS adds them."""

    def __init__(self, name: str, args: KedaArgs, opts: pulumi.ResourceOptions | None = None):
        super().__init__(name, args, KedaArgs, KedaSpec, opts)
        spec = self._spec
        child = pulumi.ResourceOptions(parent=self)
        namespace = SecureNamespace(f"{name}-namespace", {"namespace": NAMESPACE}, child)
        inside = pulumi.ResourceOptions(parent=self, depends_on=[namespace])
        prometheus = pods_of(spec.monitoring_namespace)
        vpc = args["vpc_cidr"]
        policies = {
            "apis": allow_apis(NAMESPACE, {}),
            "metrics-api": admit_api_server(NAMESPACE, _METRICS_API, METRICS_API_PORT, vpc),
            "webhooks": admit_api_server(NAMESPACE, _WEBHOOKS, WEBHOOK_PORT, vpc, "allow-api-server-webhooks"),
            "metrics": allow_metrics(NAMESPACE, OPERATOR_PODS, METRICS_PORT, spec.monitoring_namespace),
            "prometheus": reach("allow-prometheus", NAMESPACE, OPERATOR_PODS, prometheus, [spec.prometheus_port]),
        }
        made = [Manifest(f"{name}-{role}", policy, inside) for role, policy in policies.items()]
        identity = WorkloadIdentity(
            f"{name}-identity",
            {"cluster_name": args["cluster_name"], "namespace": NAMESPACE, "service_account": "keda-operator"},
            child,
        )
        release = Release(
            f"{name}-release",
            KEDA,
            after(NAMESPACE, args["cluster_name"]),
            keda_values(),
            pulumi.ResourceOptions(parent=self, depends_on=[namespace, *made, identity]),
        )
        self.ready = after(NAMESPACE, release.urn)
        self.role_arn = identity.role_arn
        self._publish()


def keda_values() -> dict[str, Any]:
    """Values of its chart: two of each, spread, with budgets; reads no Secret outside of its namespace.

    Its containers are non-root and read-only by themselves, and its certificates are its own.
    """
    small = resources("100m", "512Mi", "1")
    workloads = {"operator": OPERATOR_PODS, "metricsServer": _METRICS_API, "webhooks": _WEBHOOKS}
    # The chart names its metrics server in two ways.
    parts = ("operator", "metricServer", "webhooks")
    budget = {"maxUnavailable": 1}
    return {
        **{part: {"replicaCount": 2} for part in workloads},
        "image": {"pullPolicy": "IfNotPresent"},
        "resources": dict.fromkeys(parts, small),
        "podDisruptionBudget": dict.fromkeys(parts, budget),
        "topologySpreadConstraints": {part: spread(labels) for part, labels in workloads.items()},
        "permissions": {"operator": {"restrict": {"secret": True}}, "metricServer": {"restrict": {"secret": True}}},
        # By default the operator may get every resource of every API group, Secrets among them. Models are Deployments,
        # which it may scale without this.
        "rbac": {"enabledCustomScaledRefKinds": False},
        "prometheus": {"operator": {"enabled": True, "port": METRICS_PORT}},
        "priorityClassName": "system-cluster-critical",
        **on_system_nodes(),
        "enableServiceLinks": False,
    }
