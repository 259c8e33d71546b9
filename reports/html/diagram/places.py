"""Where each resource of a plan is: in a cluster, in subnets of a tier, in a VPC, or in the region beside them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple, cast

from reports.html.owners import Owners
from resources.inputs import text
from resources.resource import Resource

VPC = "aws:ec2/vpc:Vpc"
SUBNET = "aws:ec2/subnet:Subnet"
CLUSTERS = ("eks:index:Cluster", "aws:eks/cluster:Cluster")
NODE_GROUP = "aws:eks/nodeGroup:NodeGroup"
_OF_A_CLUSTER = (NODE_GROUP, "aws:eks/podIdentityAssociation:PodIdentityAssociation", "aws:eks/addon:Addon")
_ASSOCIATION = "aws:ec2/routeTableAssociation:RouteTableAssociation"
_ROUTE = "aws:ec2/route:Route"
_GROUPS = ("aws:elasticache/subnetGroup:SubnetGroup", "aws:rds/subnetGroup:SubnetGroup")
_PUBLIC, _PRIVATE, _ISOLATED = "public", "private", "isolated"


class Place(NamedTuple):
    """`kind` is region, vpc, tier or cluster; `id` is unique in a plan."""

    kind: str
    id: str


REGION = Place("region", "region")


@dataclass(frozen=True)
class Places:
    """The places of a plan and what is in them."""

    owners: Owners

    @cached_property
    def tiers(self) -> Mapping[str, Place]:
        """The tier of each subnet, by its URN. A tier is the subnets of a VPC with the same way out.

        Subnets are public with a route to an internet gateway, private with one to a NAT gateway, else isolated.
        """
        return {
            subnet.urn: Place("tier", f"tier:{self._vpc_of(subnet)}:{self._way_out(subnet)}")
            for subnet in self.owners.index.of_type(SUBNET)
        }

    def place(self, resource: Resource) -> Place:
        """Where a resource is."""
        if cluster := self._cluster(resource):
            return Place("cluster", f"cluster:{cluster.urn}")
        found = [self.tiers[subnet.urn] for subnet in self._subnets(resource)]
        if found:
            return min(found, key=lambda each: (-found.count(each), each.id))
        vpc = self.owners.index.named(resource.inputs.get("vpcId"), VPC)
        return Place("vpc", f"vpc:{vpc.urn}") if vpc else REGION

    def home(self, cluster: Resource) -> Place:
        """The place of a cluster itself: the tier of its subnets."""
        found = [self.tiers[subnet.urn] for subnet in self._named_in(cluster.inputs)]
        return min(found, key=lambda each: (-found.count(each), each.id)) if found else REGION

    @cached_property
    def _clusters(self) -> list[Resource]:
        return self.owners.index.of_type(*CLUSTERS)

    def _cluster(self, resource: Resource) -> Resource | None:
        """The cluster that a resource runs in. An object of Kubernetes is in the cluster of its provider."""
        index = self.owners.index
        if resource.type in CLUSTERS:
            return resource
        if resource.type in _OF_A_CLUSTER:
            return self._by_name(resource.inputs.get("clusterName"))
        if resource.type.startswith("kubernetes:"):
            provider = index.provider(resource)
            source = index.source(provider, "kubeconfig", *CLUSTERS) if provider else None
            return source or (self._clusters[0] if self._clusters else None)
        return None

    def _by_name(self, name: Any) -> Resource | None:
        named = [each for each in self._clusters if each.inputs.get("name") == name]
        return next(iter(named or self._clusters), None)

    def _subnets(self, resource: Resource) -> list[Resource]:
        group = text(resource.inputs.get("subnetGroupName")) or text(resource.inputs.get("dbSubnetGroupName"))
        source = next((each for each in self._subnet_groups if group and _name(each) == group), None)
        return self._named_in(source.inputs if source else resource.inputs)

    @cached_property
    def _subnet_groups(self) -> list[Resource]:
        return self.owners.index.of_type(*_GROUPS)

    def _named_in(self, inputs: Any) -> list[Resource]:
        """The subnets whose ids are among the inputs."""
        return [self._by_id[each] for each in strings(inputs) if each in self._by_id]

    @cached_property
    def _by_id(self) -> Mapping[str, Resource]:
        found = {each.outputs.get("id"): each for each in self.owners.index.of_type(SUBNET)}
        return {id_: each for id_, each in found.items() if isinstance(id_, str)}

    def _vpc_of(self, subnet: Resource) -> str:
        vpc = self.owners.index.named(subnet.inputs.get("vpcId"), VPC)
        return vpc.urn if vpc else ""

    def _way_out(self, subnet: Resource) -> str:
        index = self.owners.index
        tables = {
            association.inputs.get("routeTableId")
            for association in index.of_type(_ASSOCIATION)
            if association.inputs.get("subnetId") == subnet.outputs.get("id")
        }
        routes = [each for each in index.of_type(_ROUTE) if each.inputs.get("routeTableId") in tables]
        if any(each.inputs.get("gatewayId") for each in routes):
            return _PUBLIC
        return _PRIVATE if any(each.inputs.get("natGatewayId") for each in routes) else _ISOLATED


def _name(group: Resource) -> str:
    return str(group.inputs.get("name") or group.outputs.get("id") or group.name)


def strings(value: Any) -> Iterator[str]:
    """Every string in inputs, at any depth."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in cast(Mapping[str, Any], value).values():
            yield from strings(item)
    elif isinstance(value, list):
        for item in cast(list[Any], value):
            yield from strings(item)
