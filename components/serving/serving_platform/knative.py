"""Knative: scales models that receive no requests to zero, and holds requests until a replica is ready."""

import json
from typing import Any, NotRequired, TypedDict

import pulumi
from pydantic import Field

from ...cluster.secure_namespace import closed_namespace
from ...core.component import Component
from ...core.manifest import Manifest, Release
from ...core.namespace_names import MonitoringNamespace
from ...core.network_policies import Policy, admit, admit_api_server, allow_apis, allow_metrics, pods_of, reach
from ...core.ordering import after
from ...core.pods import on_system_nodes, resources, spread
from ...core.spec import Spec
from ...facts.versions import KNATIVE_OPERATOR, KNATIVE_SERVING
from . import names
from .names import KNATIVE_NAMESPACE as NAMESPACE
from .names import KNATIVE_OPERATOR_NAMESPACE as OPERATOR

WEBHOOK_PORT = 8443
METRICS_PORT = 9090
ACTIVATOR = {"app": "activator"}
AUTOSCALER = {"app": "autoscaler"}
ROUTER = {"app": "net-istio-controller"}
LONGEST_REQUEST_SECONDS = 3600
"""The longest that a model may let a request take."""
_WEBHOOKS = ("webhook", "net-istio-webhook")
_OPERATOR_WEBHOOK = {"app": "operator-webhook"}
_REPLICAS = 2
_NOBODY = {"mlplatform.io/gateway": "none"}
"""A label of no pod."""


class KnativeArgs(TypedDict):
    """What a Knative is made from."""

    cluster_name: pulumi.Input[str]
    """The EKS cluster, whose gateway for models must be ready."""
    vpc_cidr: pulumi.Input[str]
    """The VPC's range. The API server calls webhooks from its addresses."""
    domain: str
    """Models answer at <model>.<domain>."""
    model_namespaces: list[str]
    """The namespaces whose models it runs."""
    monitoring_namespace: NotRequired[str]
    """The namespace whose pods may read metrics."""


class KnativeSpec(Spec):
    """The checked arguments of a Knative."""

    domain: str = Field(description="Models answer at <model>.<domain>.")
    model_namespaces: tuple[str, ...] = Field(min_length=1, description="The namespaces whose models it runs.")
    monitoring_namespace: MonitoringNamespace = Field(
        default="monitoring", description="The namespace whose pods may read metrics."
    )


class Knative(Component[KnativeArgs, KnativeSpec]):
    """Knative Serving, installed by its operator, with routes at the platform's gateway.

    Pass a Kubernetes provider in the option `providers`.
    """

    ready: pulumi.Output[str]
    """The version, resolved after models can scale to zero."""

    def __init__(self, name: str, args: KnativeArgs, opts: pulumi.ResourceOptions | None = None):
        super().__init__(name, args, KnativeArgs, KnativeSpec, opts)
        spec = self._spec
        operator = self._operator()
        namespace = closed_namespace(f"{name}-serving", NAMESPACE, self._policies(), self)
        serving = Manifest(f"{name}-knativeserving", knative_serving(spec.domain), self._needing(*namespace, operator))
        self.ready = after(KNATIVE_SERVING, serving.urn)
        self._publish()

    def _operator(self) -> Release:
        policies = [
            allow_apis(OPERATOR, {}),
            admit_api_server(OPERATOR, _OPERATOR_WEBHOOK, WEBHOOK_PORT, self._args["vpc_cidr"]),
            allow_metrics(OPERATOR, {}, METRICS_PORT, self._spec.monitoring_namespace),
        ]
        namespace = closed_namespace(f"{self._name}-operator", OPERATOR, policies, self)
        where = after(OPERATOR, self._args["cluster_name"])
        return Release(f"{self._name}-release", KNATIVE_OPERATOR, where, operator_values(), self._needing(*namespace))

    def _policies(self) -> list[Policy]:
        """What its parts may reach; among themselves they talk as they like."""
        gateway = pods_of(names.GATEWAY_NAMESPACE, names.GATEWAY_PODS)
        models = [peer for each in self._spec.model_namespaces for peer in pods_of(each, names.PREDICTOR_PODS)]
        answering = [*names.QUEUE_PORTS.values()]
        vpc = self._args["vpc_cidr"]
        webhooks = [
            admit_api_server(NAMESPACE, {"app": each}, WEBHOOK_PORT, vpc, f"allow-api-server-{each}")
            for each in _WEBHOOKS
        ]
        return [
            allow_apis(NAMESPACE, {}),
            *webhooks,
            admit("allow-gateway", NAMESPACE, ACTIVATOR, gateway, answering),
            reach("allow-models", NAMESPACE, ACTIVATOR, models, answering),
            # It counts requests at each replica, and asks at a model's own name who answers before none does.
            reach("allow-counting", NAMESPACE, AUTOSCALER, models, [*answering, names.QUEUE_METRICS_PORT]),
            # It asks each gateway pod whether a route has come to it before it says that the route is there.
            reach("allow-gateway-probes", NAMESPACE, ROUTER, gateway, [names.GATEWAY_PORT]),
            allow_metrics(NAMESPACE, {}, METRICS_PORT, self._spec.monitoring_namespace),
        ]

    def _needing(self, *needed: pulumi.Resource) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(parent=self, depends_on=list(needed))


def gateway_probes() -> Policy:
    """Lets Knative ask the gateway's pods whether they have a route."""
    router = pods_of(NAMESPACE, ROUTER)
    return admit("allow-knative-probes", names.GATEWAY_NAMESPACE, names.GATEWAY_PODS, router, [names.GATEWAY_PORT])


def gateway_ways(namespaces: tuple[str, ...]) -> Policy:
    """Lets the gateway reach what answers for models that scale to zero: the activator, and their replicas."""
    peers = [peer for each in namespaces for peer in pods_of(each, names.PREDICTOR_PODS)]
    targets = [*pods_of(NAMESPACE, ACTIVATOR), *peers]
    ports = [*names.QUEUE_PORTS.values()]
    return reach("allow-on-demand", names.GATEWAY_NAMESPACE, names.GATEWAY_PODS, targets, ports)


def on_demand(namespace: str) -> list[Policy]:
    """Lets Knative and the gateway reach the replicas of a namespace's models that scale to zero."""
    pods, answering = names.PREDICTOR_PODS, [*names.QUEUE_PORTS.values()]
    callers = [*pods_of(names.GATEWAY_NAMESPACE, names.GATEWAY_PODS), *pods_of(NAMESPACE, ACTIVATOR)]
    counting = [*answering, names.QUEUE_METRICS_PORT]
    return [
        admit("allow-on-demand", namespace, pods, callers, answering),
        admit("allow-counting", namespace, pods, pods_of(NAMESPACE, AUTOSCALER), counting),
    ]


def operator_values() -> dict[str, Any]:
    """Values of the operator's chart: what its containers lack to be restricted. It has one pod of each."""
    seccomp = {"securityContext": {"seccompProfile": {"type": "RuntimeDefault"}}}
    amounts = resources("100m", "512Mi", "1")
    return {
        "knative_operator": {
            "knative_operator": {**seccomp, "resources": amounts, **on_system_nodes()},
            "operator_webhook": {**seccomp, "resources": amounts, **on_system_nodes()},
        }
    }


def knative_serving(domain: str) -> dict[str, Any]:
    """The object by which the operator installs Knative Serving; Pulumi waits until all of it runs."""
    return {
        "apiVersion": "operator.knative.dev/v1beta1",
        "kind": "KnativeServing",
        "metadata": {
            "name": NAMESPACE,
            "namespace": NAMESPACE,
            "annotations": {"pulumi.com/waitFor": "condition=Ready"},
        },
        "spec": {
            "version": KNATIVE_SERVING,
            "high-availability": {"replicas": _REPLICAS},
            "workloads": _workloads(),
            # Of two, four fifths are two: no node could be drained.
            "podDisruptionBudgets": [{"name": f"{each}-pdb", "maxUnavailable": 1} for each in ("activator", "webhook")],
            "ingress": {
                "istio": {
                    "enabled": True,
                    # These take every host of every namespace, and would do it at the gateway for models.
                    "knative-ingress-gateway": {"selector": _NOBODY},
                    "knative-local-gateway": {"selector": _NOBODY},
                }
            },
            "config": _config(domain),
        },
    }


def _workloads() -> list[dict[str, Any]]:
    sized = {
        "activator": ("activator", resources("300m", "600Mi", "2")),
        "autoscaler": ("autoscaler", resources("100m", "512Mi", "1")),
        "controller": ("controller", resources("100m", "512Mi", "1")),
        "webhook": ("webhook", resources("100m", "256Mi", "500m")),
        "net-istio-controller": ("controller", resources("50m", "256Mi", "500m")),
        "net-istio-webhook": ("webhook", resources("20m", "128Mi", "200m")),
    }
    return [
        {
            "name": name,
            "resources": [{"container": container, **amounts}],
            "topologySpreadConstraints": spread({"app": name}),
            **on_system_nodes(),
        }
        for name, (container, amounts) in sized.items()
    ]


def _config(domain: str) -> dict[str, dict[str, str]]:
    """Its config maps, without `config-` before their names. Source: knative/serving 1.23.0, config/core/configmaps."""
    gateway = {
        "name": names.GATEWAY,
        "namespace": names.GATEWAY_NAMESPACE,
        "service": names.GATEWAY_HOST,
    }
    return {
        # JSON is YAML. Without a local gateway nothing listens for names of the cluster's own.
        "istio": {"external-gateways": json.dumps([gateway]), "local-gateways": "[]"},
        "network": {
            "ingress-class": "istio.ingress.networking.knative.dev",
            "domain-template": _domain_template(),
        },
        "domain": {domain: ""},
        "features": {
            **{f"kubernetes.podspec-{each}": "enabled" for each in _POD_FIELDS},
            # Without it, a model that answers gRPC could not be asked by REST whether it lives.
            "multi-container-probing": "enabled",
        },
        "deployment": {
            # The tag of an image is looked up from the cluster, which may not reach each registry with a login.
            "registries-skipping-tag-resolving": "nvcr.io,docker.io,index.docker.io,ghcr.io,quay.io",
            "progress-deadline": f"{names.START_SECONDS + names.NODE_SECONDS}s",
            "queue-sidecar-cpu-request": "25m",
            "queue-sidecar-cpu-limit": "1000m",
            "queue-sidecar-memory-request": "256Mi",
            "queue-sidecar-memory-limit": "256Mi",
        },
        "defaults": {
            "max-revision-timeout-seconds": str(LONGEST_REQUEST_SECONDS),
            "enable-service-links": "false",
        },
        "autoscaler": {
            "enable-scale-to-zero": "true",
            # A revision starts once to show that it can, unless the config disables that.
            "initial-scale": "1",
            # Requests beyond what the replicas take wait at the activator for the next one.
            "target-burst-capacity": "200",
            "activator-capacity": "100.0",
        },
        # By default nothing is exported. Replicas export nothing, because the gateway measures their requests.
        "observability": {"metrics-protocol": "prometheus", "request-metrics-protocol": "none"},
        "gc": {"min-non-active-revisions": "2", "max-non-active-revisions": "10"},
    }


_POD_FIELDS = (
    "affinity",
    "nodeselector",
    "tolerations",
    "topologyspreadconstraints",
    "securitycontext",
    "init-containers",
    "persistent-volume-claim",
)
"""What models' pods ask for and Knative refuses unless it is told not to."""


def _domain_template() -> str:
    """A model answers at its own name below the domain; what has another name, such as a tag, two labels below it."""
    model = f'(index .Labels "{names.MODEL_LABEL}")'
    return (
        f'{{{{if eq .Name (printf "%s-predictor" {model})}}}}{{{{index .Labels "{names.MODEL_LABEL}"}}}}'
        "{{else}}{{.Name}}.{{.Namespace}}{{end}}.{{.Domain}}"
    )
