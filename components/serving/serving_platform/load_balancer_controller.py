"""LoadBalancerController: keeps the targets of load balancers that the program owns; it makes none itself."""

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, NotRequired, TypedDict

import pulumi
from pydantic import Field

from ...cluster.secure_namespace import closed_namespace
from ...cluster.workload_identity import WorkloadIdentity
from ...core.component import Component
from ...core.iam import allow, document
from ...core.manifest import Manifest, Release
from ...core.namespace_names import MonitoringNamespace
from ...core.network_policies import admit_api_server, allow_apis, allow_metrics
from ...core.ordering import after
from ...core.pods import RESTRICTED, on_system_nodes, resources, spread
from ...core.spec import Spec
from ...facts.versions import LOAD_BALANCER_CONTROLLER
from .names import LOAD_BALANCER_NAMESPACE as NAMESPACE

WEBHOOK_PORT = 9443
METRICS_PORT = 8080
_PODS = {"app.kubernetes.io/name": LOAD_BALANCER_CONTROLLER.name}


class LoadBalancerControllerArgs(TypedDict):
    """What a LoadBalancerController is made from."""

    cluster_name: pulumi.Input[str]
    """The EKS cluster, in which cert-manager must be ready."""
    vpc_id: pulumi.Input[str]
    """The VPC of the cluster and of the target groups."""
    vpc_cidr: pulumi.Input[str]
    """The VPC's range. The API server calls webhooks from its addresses."""
    target_group_arns: pulumi.Input[list[str]]
    """The target groups whose targets it may change, and no other."""
    monitoring_namespace: NotRequired[str]
    """The namespace whose pods may read metrics."""


class LoadBalancerControllerSpec(Spec):
    """The checked arguments of a LoadBalancerController."""

    monitoring_namespace: MonitoringNamespace = Field(
        default="monitoring", description="The namespace whose pods may read metrics."
    )


class LoadBalancerController(Component[LoadBalancerControllerArgs, LoadBalancerControllerSpec]):
    """The AWS load balancer controller, only for TargetGroupBindings.

    It ignores Ingresses, Services of type LoadBalancer and the Gateway API, because a load balancer that a
    controller creates stays when the program destroys the stack. Pass a Kubernetes provider in the option
    `providers`.
    """

    ready: pulumi.Output[str]
    """The namespace's name, resolved after target groups can be bound."""
    role_arn: pulumi.Output[str]
    """The role it changes targets with."""

    def __init__(self, name: str, args: LoadBalancerControllerArgs, opts: pulumi.ResourceOptions | None = None):
        super().__init__(name, args, LoadBalancerControllerArgs, LoadBalancerControllerSpec, opts)
        spec = self._spec
        policies = [
            allow_apis(NAMESPACE, _PODS),
            admit_api_server(NAMESPACE, _PODS, WEBHOOK_PORT, args["vpc_cidr"]),
            allow_metrics(NAMESPACE, _PODS, METRICS_PORT, spec.monitoring_namespace),
        ]
        namespace = closed_namespace(f"{name}-namespace", NAMESPACE, policies, self)
        identity = WorkloadIdentity(
            f"{name}-identity",
            {
                "cluster_name": args["cluster_name"],
                "namespace": NAMESPACE,
                "service_account": LOAD_BALANCER_CONTROLLER.name,
                "policies": {"targets": pulumi.Output.from_input(args["target_group_arns"]).apply(targets_policy)},
            },
            pulumi.ResourceOptions(parent=self),
        )
        defined = [
            Manifest(f"{name}-{each['metadata']['name'].partition('.')[0]}", each, self._needing(*namespace))
            for each in definitions()
        ]
        release = Release(
            f"{name}-release",
            LOAD_BALANCER_CONTROLLER,
            NAMESPACE,
            controller_values(args["cluster_name"], self._account.region, args["vpc_id"]),
            self._needing(*namespace, *defined, identity),
        )
        self.ready = after(NAMESPACE, release.urn)
        self.role_arn = identity.role_arn
        self._publish()

    def _needing(self, *needed: pulumi.Resource) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(parent=self, depends_on=list(needed))


@cache
def definitions() -> list[dict[str, Any]]:
    """The definitions of the chart's `crds/`, which Helm would install once and never upgrade.

    Those of the Gateway API are left out, whose controllers are off. Source: aws-load-balancer-controller v3.5.0,
    helm/aws-load-balancer-controller/crds/crds.yaml, without descriptions.
    """
    return json.loads(Path(__file__).with_name("load_balancer_definitions.json").read_text(encoding="utf-8"))


def targets_policy(target_groups: Sequence[str]) -> str:
    """The permissions of a controller that serves TargetGroupBindings alone; it changes no group but `target_groups`.

    Security groups are described at each binding, and once more before one is deleted. Source: the controller's
    installation guide, v3.5.0, "You only want the LBC to add and remove IPs to already existing target groups".
    """
    reads = [f"elasticloadbalancing:Describe{what}" for what in ("TargetGroups", "TargetHealth")]
    reads += [f"ec2:Describe{what}" for what in ("Instances", "SecurityGroups", "Vpcs")]
    changes = ("RegisterTargets", "DeregisterTargets", "ModifyTargetGroup", "ModifyTargetGroupAttributes")
    # AWS supports no resource-level permissions for these descriptions.
    return document(
        allow("Look", reads, ["*"]),
        allow("Bind", [f"elasticloadbalancing:{what}" for what in changes], target_groups),
    )


def controller_values(cluster: pulumi.Input[str], region: str, vpc_id: pulumi.Input[str]) -> dict[str, Any]:
    """Values of its chart: two replicas that elect a leader, and everything off but TargetGroupBindings."""
    return {
        "clusterName": cluster,
        "region": region,
        "vpcId": vpc_id,
        "replicaCount": 2,
        "serviceAccount": {"name": LOAD_BALANCER_CONTROLLER.name},
        "enableCertManager": True,
        "createIngressClassResource": False,
        "ingressClassParams": {"create": False},
        # On, it would take over every Service of type LoadBalancer, and none could be made while it is away.
        "enableServiceMutatorWebhook": False,
        "webhookConfig": {"disableIngressValidation": True},
        "enableShield": False,
        "enableWaf": False,
        "enableWafv2": False,
        "enableBackendSecurityGroup": False,
        "controllerConfig": {
            "featureGates": {"ALBGatewayAPI": False, "NLBGatewayAPI": False, "EnableServiceController": False}
        },
        "podDisruptionBudget": {"maxUnavailable": 1},
        "topologySpreadConstraints": spread(_PODS),
        **on_system_nodes(),
        "resources": resources("100m", "256Mi", "500m"),
        "podSecurityContext": {"fsGroup": 65534, "seccompProfile": {"type": "RuntimeDefault"}},
        "securityContext": RESTRICTED,
    }
