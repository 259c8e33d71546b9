"""Karpenter: adds nodes as pods need them, spot first, and drains nodes before an interruption."""

from collections.abc import Mapping
from typing import Any

import pulumi
import pulumi_aws as aws

from ...core.component import Component
from ...core.event_queues import admit_rules
from ...core.manifest import Manifest, Release
from ...core.network_policies import allow_apis, allow_metrics
from ...core.pods import on_system_nodes
from ...facts.versions import KARPENTER, KARPENTER_CRD
from ..node_role import node_role
from ..secure_namespace import SecureNamespace
from ..workload_identity import WorkloadIdentity
from .iam import controller_policy
from .manifests import node_class, node_pool
from .spec import KarpenterArgs, KarpenterPoolSpec, KarpenterSpec

NAMESPACE = "karpenter"
METRICS_PORT = 8080

EVENTS = {
    "health": ("aws.health", "AWS Health Event"),
    "spot-interruption": ("aws.ec2", "EC2 Spot Instance Interruption Warning"),
    "rebalance": ("aws.ec2", "EC2 Instance Rebalance Recommendation"),
    "state-change": ("aws.ec2", "EC2 Instance State-change Notification"),
    "reservation-interruption": ("aws.ec2", "EC2 Capacity Reservation Instance Interruption Warning"),
}
"""AWS events about instances, by source and detail type. Source: Karpenter 1.14, "CloudFormation"."""


class Karpenter(Component[KarpenterArgs, KarpenterSpec]):
    """Karpenter with its CRDs, IAM role, interruption queue and pools.

    Pass a Kubernetes provider in the option `providers`. Its pools depend on the controller, so that on
    destroy the controller still removes their nodes.
    """

    queue_name: pulumi.Output[str]
    """The interruption queue's name."""
    pool_names: pulumi.Output[list[str]]
    """The names of the pools, resolved after they exist."""

    def __init__(self, name: str, args: KarpenterArgs, opts: pulumi.ResourceOptions | None = None):
        super().__init__(name, args, KarpenterArgs, KarpenterSpec, opts)
        spec = self._spec
        if absent := [problem.sentence for problem in spec.absent_in(self._account.region)]:
            self._refuse(*absent)
        queue, routes = self._interruption_queue()
        role_name, role_arn, access = self._node_role()
        controller = self._controller(role_arn, access, queue, routes)
        profile = aws.iam.InstanceProfile(f"{name}-nodes-profile", role=role_name, opts=self._child)
        pools = [self._pool(pool, profile, controller) for pool in spec.pools]
        self.queue_name = queue.name
        self.pool_names = pulumi.Output.all(*(pool.id for pool in pools)).apply(
            lambda _: [pool.name for pool in spec.pools]
        )
        self._publish()

    def _problem(self) -> str | None:
        given_apart = ("node_role_name" in self._args) != ("node_role_arn" in self._args)
        return "nodeRoleName and nodeRoleArn belong together: set both or neither" if given_apart else None

    def _interruption_queue(self) -> tuple[aws.sqs.Queue, list[pulumi.Resource]]:
        """The queue, and the resources that send interruptions to it."""
        queue = aws.sqs.Queue(
            f"{self._name}-interruptions",
            # AWS announces a spot interruption two minutes ahead, so older messages are useless.
            message_retention_seconds=300,
            sqs_managed_sse_enabled=True,
            opts=self._child,
        )
        rules = {
            event: aws.cloudwatch.EventRule(
                f"{self._name}-{event}",
                event_pattern=pulumi.Output.json_dumps({"source": [source], "detail-type": [kind]}),
                opts=self._child,
            )
            for event, (source, kind) in EVENTS.items()
        }
        policy = admit_rules(f"{self._name}-queue-policy", queue, list(rules.values()), self._child)
        targets = [
            aws.cloudwatch.EventTarget(f"{self._name}-{event}-target", rule=rule.name, arn=queue.arn, opts=self._child)
            for event, rule in rules.items()
        ]
        return queue, [policy, *targets]

    def _node_role(self) -> tuple[pulumi.Input[str], pulumi.Input[str], list[pulumi.Resource]]:
        """The name and the ARN of the nodes' role, and its access entry.

        A principal has one access entry. EKS creates it for a role of managed node groups, so only a role that this
        component creates gets an access entry here.
        """
        args = self._args
        if "node_role_name" in args and "node_role_arn" in args:
            return args["node_role_name"], args["node_role_arn"], []
        role, grants = node_role(self._name, self._account, self._child)
        entry = aws.eks.AccessEntry(
            f"{self._name}-nodes-access",
            cluster_name=args["cluster_name"],
            principal_arn=role.arn,
            type="EC2_LINUX",
            opts=self._child,
        )
        return role.name, role.arn, [entry, *grants]

    def _controller(
        self,
        role_arn: pulumi.Input[str],
        access: list[pulumi.Resource],
        queue: aws.sqs.Queue,
        routes: list[pulumi.Resource],
    ) -> Release:
        cluster = self._args["cluster_name"]
        policy = pulumi.Output.all(cluster, role_arn, queue.arn).apply(
            lambda known: controller_policy(self._account, *known)
        )
        namespace = SecureNamespace(f"{self._name}-namespace", {"namespace": NAMESPACE}, self._child)
        identity = WorkloadIdentity(
            f"{self._name}-identity",
            {
                "cluster_name": cluster,
                "namespace": NAMESPACE,
                "service_account": KARPENTER.name,
                "policies": {"controller": policy},
            },
            self._child,
        )
        pods = {"app.kubernetes.io/name": KARPENTER.name}
        egress = Manifest(f"{self._name}-apis", allow_apis(NAMESPACE, pods), _after(self, namespace))
        metrics = Manifest(
            f"{self._name}-metrics",
            allow_metrics(NAMESPACE, pods, METRICS_PORT, self._spec.monitoring_namespace),
            _after(self, namespace),
        )
        # The cluster's name orders this after the cluster's prerequisites; on destroy, the CRDs go before those.
        ready = pulumi.Output.from_input(cluster).apply(lambda _: NAMESPACE)
        definitions = Release(f"{self._name}-crd", KARPENTER_CRD, ready, {}, _after(self, namespace))
        needed = (namespace, definitions, identity, egress, metrics, *access, *routes)
        return Release(
            f"{self._name}-controller",
            KARPENTER,
            NAMESPACE,
            controller_values(cluster, queue.name, self._spec.isolated_vpc),
            _after(self, *needed),
        )

    def _pool(self, pool: KarpenterPoolSpec, profile: aws.iam.InstanceProfile, controller: Release) -> Manifest:
        tags = aws.get_default_tags_output(opts=pulumi.InvokeOptions(parent=self)).tags
        own = node_class(
            pool,
            self._args["cluster_name"],
            profile.name,
            self._args["volume_key_arn"],
            tags,
            self._args.get("subnet_ids"),
        )
        made = Manifest(f"{self._name}-{pool.name}-class", own, _after(self, controller))
        return Manifest(f"{self._name}-{pool.name}-pool", node_pool(pool), _after(self, controller, made))


def _after(parent: pulumi.Resource, *needed: pulumi.Resource) -> pulumi.ResourceOptions:
    return pulumi.ResourceOptions(parent=parent, depends_on=list(needed))


def controller_values(
    cluster: pulumi.Input[str], queue_name: pulumi.Input[str], isolated: bool = False
) -> Mapping[str, Any]:
    """Values of Karpenter's chart. By default its containers are non-root and read-only."""
    return {
        "settings": {
            "clusterName": cluster,
            "interruptionQueue": queue_name,
            # The pricing API has no VPC endpoint; without internet access Karpenter uses its built-in prices.
            **({"isolatedVPC": True} if isolated else {}),
        },
        "serviceAccount": {"name": KARPENTER.name},
        "replicas": 2,
        **on_system_nodes(),
        "controller": {
            "resources": {"requests": {"cpu": "500m", "memory": "1Gi"}, "limits": {"cpu": "1", "memory": "1Gi"}}
        },
    }
