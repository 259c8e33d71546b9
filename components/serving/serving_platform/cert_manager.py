"""CertManager: certificates for the webhooks of everything else."""

from typing import Any, NotRequired, TypedDict

import pulumi
from pydantic import Field

from ...cluster.secure_namespace import closed_namespace
from ...core.component import Component
from ...core.manifest import Release
from ...core.namespace_names import MonitoringNamespace
from ...core.network_policies import admit_api_server, allow_apis, allow_metrics
from ...core.ordering import after
from ...core.pods import on_system_nodes, resources, spread
from ...core.spec import Spec
from ...facts.versions import CERT_MANAGER
from .names import CERT_MANAGER_NAMESPACE as NAMESPACE

WEBHOOK_PORT = 10250
METRICS_PORT = 9402
_WEBHOOK = {"app.kubernetes.io/name": "webhook"}
_SMALL = resources("20m", "128Mi", "200m")


class CertManagerArgs(TypedDict):
    """What a CertManager is made from."""

    cluster_name: pulumi.Input[str]
    """The EKS cluster."""
    vpc_cidr: pulumi.Input[str]
    """The VPC's range. The API server calls webhooks from its addresses."""
    monitoring_namespace: NotRequired[str]
    """The namespace whose pods may read metrics."""


class CertManagerSpec(Spec):
    """The checked arguments of a CertManager."""

    monitoring_namespace: MonitoringNamespace = Field(
        default="monitoring", description="The namespace whose pods may read metrics."
    )


class CertManager(Component[CertManagerArgs, CertManagerSpec]):
    """cert-manager with its custom resource definitions. It is ready when the API server can reach its webhook.

    Pass a Kubernetes provider in the option `providers`.
    """

    ready: pulumi.Output[str]
    """The namespace's name, resolved after certificates can be requested."""

    def __init__(self, name: str, args: CertManagerArgs, opts: pulumi.ResourceOptions | None = None):
        super().__init__(name, args, CertManagerArgs, CertManagerSpec, opts)
        spec = self._spec
        policies = [
            allow_apis(NAMESPACE, {}),
            admit_api_server(NAMESPACE, _WEBHOOK, WEBHOOK_PORT, args["vpc_cidr"]),
            allow_metrics(NAMESPACE, {}, METRICS_PORT, spec.monitoring_namespace),
        ]
        namespace = closed_namespace(f"{name}-namespace", NAMESPACE, policies, self)
        release = Release(
            f"{name}-release",
            CERT_MANAGER,
            after(NAMESPACE, args["cluster_name"]),
            cert_manager_values(),
            pulumi.ResourceOptions(parent=self, depends_on=namespace),
        )
        self.ready = after(NAMESPACE, release.urn)
        self._publish()


def cert_manager_values() -> dict[str, Any]:
    """Values of its chart: two of each, spread; its containers are non-root and read-only by themselves."""
    return {
        # Helm deletes the CRDs with the release, so that a destroy leaves nothing behind.
        "crds": {"enabled": True, "keep": False},
        "global": {"leaderElection": {"namespace": NAMESPACE}, "priorityClassName": "system-cluster-critical"},
        **_workload("cert-manager"),
        "webhook": {**_workload("webhook"), "timeoutSeconds": 10},
        "cainjector": {**_workload("cainjector"), "resources": resources("20m", "256Mi", "200m")},
        "startupapicheck": {"resources": _SMALL, **on_system_nodes()},
    }


def _workload(pods: str) -> dict[str, Any]:
    return {
        "replicaCount": 2,
        "resources": _SMALL,
        "podDisruptionBudget": {"enabled": True, "maxUnavailable": 1},
        "topologySpreadConstraints": spread({"app.kubernetes.io/name": pods}),
        **on_system_nodes(),
    }
