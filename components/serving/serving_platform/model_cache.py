"""ModelCache: keeps models on the disks of nodes, so that a replica starts without downloading its model."""

from typing import Any, NotRequired, TypedDict

import pulumi
from pydantic import Field, field_validator

from ...cluster.secure_namespace import closed_namespace
from ...cluster.workload_identity import WorkloadIdentity
from ...core.component import Component
from ...core.manifest import Manifest, Release
from ...core.namespace_names import MonitoringNamespace
from ...core.network_policies import addresses, admit, allow_apis, pods_of
from ...core.ordering import after
from ...core.pods import resources
from ...core.spec import Spec
from ...facts.versions import KSERVE_LOCAL_MODEL, KSERVE_LOCAL_MODEL_CRD
from . import cache_objects as objects
from .cache_spec import CacheGroupConfig, CacheGroupSpec, separate
from .names import KSERVE_NAMESPACE as NAMESPACE
from .names import MODEL_DOWNLOADS_NAMESPACE as DOWNLOADS

WEBHOOK_PORT = 9443
_CONTROLLER = {"app.kubernetes.io/name": "kserve-localmodel-controller-manager"}


class ModelCacheArgs(TypedDict):
    """What a ModelCache is made from."""

    cluster_name: pulumi.Input[str]
    """The EKS cluster, in which KServe, told of the cache, and the namespaces of models must be ready."""
    vpc_cidr: pulumi.Input[str]
    """The VPC's range. The API server calls webhooks from its addresses."""
    policy: pulumi.Input[str]
    """The IAM policy document, as JSON, by which downloads read models."""
    groups: list[CacheGroupConfig]
    """The nodes that keep models."""
    model_namespaces: list[str]
    """The namespaces whose models may be kept."""
    monitoring_namespace: NotRequired[str]
    """The namespace whose pods may read metrics."""


class ModelCacheSpec(Spec):
    """The checked arguments of a ModelCache."""

    groups: tuple[CacheGroupSpec, ...] = Field(min_length=1, description="The nodes that keep models.")
    model_namespaces: tuple[str, ...] = Field(min_length=1, description="The namespaces whose models may be kept.")
    monitoring_namespace: MonitoringNamespace = Field(
        default="monitoring", description="The namespace whose pods may read metrics."
    )

    @field_validator("groups")
    @classmethod
    def _separate(cls, groups: tuple[CacheGroupSpec, ...]) -> tuple[CacheGroupSpec, ...]:
        return separate(groups)


class ModelCache(Component[ModelCacheArgs, ModelCacheSpec]):
    """KServe's cache of models on nodes, with an agent that needs no privileged namespace.

    Downloads are pods with one IAM role. The role can read the models, and the pods can write only to a directory
    of the node. Models can read this directory but not write to it. Pass a Kubernetes provider in the option
    `providers`.
    """

    ready: pulumi.Output[str]
    """KServe's namespace, resolved after models can be kept and read."""
    role_arn: pulumi.Output[str]
    """The role that downloads read models with."""

    def __init__(self, name: str, args: ModelCacheArgs, opts: pulumi.ResourceOptions | None = None):
        super().__init__(name, args, ModelCacheArgs, ModelCacheSpec, opts)
        spec = self._spec
        controller = self._controller()
        downloads = closed_namespace(f"{name}-downloads", DOWNLOADS, [allow_apis(DOWNLOADS, {})], self)
        identity = self._identity()
        agent = self._agent(controller, downloads)
        download = Manifest(f"{name}-download", objects.download(), self._needing(controller, identity))
        groups = [
            Manifest(f"{name}-{group.name}-group", objects.node_group(group), self._needing(agent, download))
            for group in spec.groups
        ]
        volumes = [
            volume
            for group in spec.groups
            for namespace in spec.model_namespaces
            for volume in self._made(objects.reading(group, namespace), controller)
        ]
        self.ready = after(NAMESPACE, *groups, *volumes)
        self.role_arn = identity.role_arn
        self._publish()

    def _controller(self) -> Release:
        """KServe's controller of copies, in KServe's namespace, which alone its certificate is for."""
        args, home = self._args, after(NAMESPACE, self._args["cluster_name"])
        scrapers = pods_of(self._spec.monitoring_namespace)
        policies = [
            allow_apis(NAMESPACE, _CONTROLLER, "allow-cache-apis"),
            admit("allow-cache-webhook", NAMESPACE, _CONTROLLER, addresses(args["vpc_cidr"]), [WEBHOOK_PORT]),
            allow_apis(NAMESPACE, objects.AGENT_PODS, "allow-agent-apis"),
            admit("allow-agent-metrics", NAMESPACE, objects.AGENT_PODS, scrapers, [objects.AGENT_METRICS_PORT]),
        ]
        allowed: list[pulumi.Resource] = []
        for policy in policies:
            role = policy["metadata"]["name"]
            policy["metadata"]["namespace"] = home
            allowed.append(Manifest(f"{self._name}-{role}", policy, self._needing()))
        definitions = Release(f"{self._name}-crd", KSERVE_LOCAL_MODEL_CRD, home, {}, self._needing(*allowed))
        needed = self._needing(*allowed, definitions)
        return Release(f"{self._name}-controller", KSERVE_LOCAL_MODEL, home, controller_values(), needed)

    def _identity(self) -> WorkloadIdentity:
        """Who downloads are: KServe gives their pods no other account than their namespace's own."""
        return WorkloadIdentity(
            f"{self._name}-identity",
            {
                "cluster_name": self._args["cluster_name"],
                "namespace": DOWNLOADS,
                "service_account": "default",
                "policies": {"models": self._args["policy"]},
            },
            pulumi.ResourceOptions(parent=self),
        )

    def _agent(self, controller: Release, downloads: list[pulumi.Resource]) -> Manifest:
        rights = self._made(objects.agent_rights(), controller, *downloads)
        volumes = self._made(objects.agent_volumes(), controller)
        return Manifest(f"{self._name}-agent", objects.agent(self._spec.groups), self._needing(*rights, *volumes))

    def _made(self, manifests: list[dict[str, Any]], *needed: pulumi.Resource) -> list[pulumi.Resource]:
        """Objects, each of which needs the one before it."""
        made: list[pulumi.Resource] = []
        for manifest in manifests:
            where, kind = manifest["metadata"], manifest["kind"].lower()
            own = where["name"].removeprefix("model-cache")[1:].replace(".", "-")
            role = "-".join([self._name, where.get("namespace", "cluster"), own, kind])
            made.append(Manifest(role, manifest, self._needing(*needed, *made[-1:])))
        return made

    def _needing(self, *needed: pulumi.Resource) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(parent=self, depends_on=list(needed))


def controller_values() -> dict[str, Any]:
    """Values of the chart: the controller alone.

    The chart's agent mounts a directory of the node by its path, which only a privileged namespace admits, and may not
    write to it, as it belongs to root. It runs on no node; ours takes its place.
    """
    return {
        "kserve": {
            "localmodel": {
                "controller": {
                    "resources": resources("50m", "512Mi", "500m"),
                    "imagePullPolicy": "IfNotPresent",
                }
            },
            "localmodelnode": {"controller": {"nodeSelector": {"kserve/localmodel": "none"}}},
        }
    }
