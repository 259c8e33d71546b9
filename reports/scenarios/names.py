"""The names of a stack that scenarios use, read from its plan."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from planner.plan import Plan
from resources.index import ResourceIndex
from resources.inputs import elements, read
from resources.resource import Resource
from resources.tags import default_tags

_GPU_LABEL = "nvidia.com/gpu.present"


@dataclass(frozen=True, slots=True)
class NodePool:
    """A managed node group."""

    name: str
    instance_types: Sequence[str]
    minimum: int
    maximum: int
    gpu: bool


class Names:
    """The names of one plan. What the stack does not have is empty."""

    def __init__(self, plan: Plan):
        self.plan, self.stack = plan, plan.stack
        self.index = ResourceIndex(plan.resources)

    def output(self, name: str) -> Any:
        """An output of the stack; empty text without it, and when only a deployment knows it."""
        found: Any = self.plan.outputs.get(name)
        return found or ""

    @cached_property
    def region(self) -> str:
        """The stack's region."""
        return self.plan.estimate.region

    @cached_property
    def made(self) -> list[str]:
        """What of the stack takes long to make, by the keys of `WAITERS`."""
        types = {
            "cluster": "aws:eks/cluster:Cluster",
            "nodes": "aws:eks/nodeGroup:NodeGroup",
            "database": "aws:rds/instance:Instance",
            "cache": "aws:elasticache/replicationGroup:ReplicationGroup",
            "machine": "aws:ec2/instance:Instance",
        }
        return [name for name, kind in types.items() if self.index.of_type(kind)]

    @cached_property
    def owner(self) -> str:
        """The team that owns the stack, by the tag of its resources."""
        for provider in self.index.of_type("pulumi:providers:aws"):
            owner = read(default_tags(provider), "owner")
            if isinstance(owner, str):
                return owner
        return "the owner of the stack"

    @cached_property
    def cluster(self) -> str:
        """The EKS cluster."""
        return str(self.output("clusterName"))

    @cached_property
    def kubernetes_version(self) -> str:
        """Its version."""
        return next((str(each.inputs.get("version", "")) for each in self.index.of_type("eks:index:Cluster")), "")

    @cached_property
    def addons(self) -> dict[str, str]:
        """The managed add-ons with their versions."""
        found = self.index.of_type("aws:eks/addon:Addon")
        return {str(each.inputs["addonName"]): str(each.inputs["addonVersion"]) for each in found}

    @cached_property
    def pools(self) -> list[NodePool]:
        """The managed node groups."""
        return [
            NodePool(
                str(read(each.inputs, "labels", "mlplatform.io/pool") or each.name),
                [str(one) for one in elements(each.inputs.get("instanceTypes"))],
                _whole(each, "minSize"),
                _whole(each, "maxSize"),
                read(each.inputs, "labels", _GPU_LABEL) == "true",
            )
            for each in self.index.of_type("aws:eks/nodeGroup:NodeGroup")
        ]

    @cached_property
    def zones(self) -> list[str]:
        """The availability zones of the subnets."""
        return sorted({str(each.inputs["availabilityZone"]) for each in self.index.of_type("aws:ec2/subnet:Subnet")})

    @cached_property
    def databases(self) -> dict[str, bool]:
        """The identifiers of databases, and whether each has a standby."""
        found = self.index.of_type("aws:rds/instance:Instance")
        return {str(each.inputs["identifier"]): read(each.inputs, "multiAz") is True for each in found}

    @cached_property
    def caches(self) -> list[str]:
        """The replication groups of ElastiCache."""
        found = self.index.of_type("aws:elasticache/replicationGroup:ReplicationGroup")
        return [str(each.inputs["replicationGroupId"]) for each in found]

    @cached_property
    def secrets(self) -> list[str]:
        """The names of secrets in Secrets Manager."""
        return [str(each.inputs["name"]) for each in self.index.of_type("aws:secretsmanager/secret:Secret")]

    @cached_property
    def teams(self) -> list[str]:
        """The teams with models."""
        return [str(each) for each in self.output("modelNamespaces")]

    @cached_property
    def clients(self) -> list[str]:
        """The applications that users sign in to."""
        return [str(each.inputs["name"]) for each in self.index.of_type("aws:cognito/userPoolClient:UserPoolClient")]

    @cached_property
    def permission_sets(self) -> list[str]:
        """The permission sets of people."""
        return [str(each.inputs["name"]) for each in self.index.of_type("aws:ssoadmin/permissionSet:PermissionSet")]

    @cached_property
    def domains(self) -> list[str]:
        """The domain names of certificates."""
        return [str(each.inputs["domainName"]) for each in self.index.of_type("aws:acm/certificate:Certificate")]

    @cached_property
    def keys(self) -> int:
        """How many KMS keys the stack has."""
        return len(self.index.of_type("aws:kms/key:Key"))

    @cached_property
    def stores(self) -> Mapping[str, Any]:
        """The stores with backups: their kind and objectives."""
        return self.output("backupStores") or {}

    @cached_property
    def second_region(self) -> str:
        """The region of the copies of backups; empty without one."""
        arn = str(self.output("backupCopyVaultArn"))
        return arn.split(":")[3] if arn.startswith("arn:") else ""

    @cached_property
    def emails(self) -> list[str]:
        """The addresses that must confirm a subscription."""
        found = self.index.of_type("aws:sns/topicSubscription:TopicSubscription")
        return sorted({str(each.inputs["endpoint"]) for each in found if each.inputs.get("protocol") == "email"})

    @cached_property
    def delivers(self) -> bool:
        """Whether Argo CD delivers models."""
        return any("models-" in str(each.inputs) for each in self.index.of_type(_APPLICATION_SET))

    def told(self, *names: str) -> list[str]:
        """Who is told: the owner, and the receivers of the topics that the stack has of these outputs."""
        topics = [str(found).rpartition(":")[2] for name in names if (found := self.output(name))]
        return [f"the team `{self.owner}`", *(f"the receivers of the topic `{each}`" for each in topics)]


_APPLICATION_SET = "kubernetes:argoproj.io/v1alpha1:ApplicationSet"


def _whole(resource: Resource, name: str) -> int:
    found = read(resource.inputs, "scalingConfig", name)
    return int(found) if isinstance(found, int | float) else 0
