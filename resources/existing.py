"""What a stack uses and does not make: an existing VPC with its subnets, existing buckets and an existing cluster."""

from collections.abc import Iterable, Mapping

from resources.inputs import elements, entries, read
from resources.resource import Resource

BUCKETS = "mlplatform:index:DataBuckets"
CLUSTER = "mlplatform:index:GpuCluster"
NETWORK = "mlplatform:index:Network"
SUBNET = "aws:ec2/subnet:Subnet"
TIERS = ("publicSubnets", "privateSubnets", "isolatedSubnets")


def existing_networks(resources: Iterable[Resource]) -> list[Resource]:
    """The networks that use a VPC that exists."""
    return [each for each in resources if each.type == NETWORK and each.inputs.get("existing")]


def existing_clusters(resources: Iterable[Resource]) -> list[Resource]:
    """The components that add nodes and software to a cluster that exists."""
    return [each for each in resources if each.type == CLUSTER and each.inputs.get("existing")]


def existing_subnets(resources: Iterable[Resource]) -> Mapping[str, Resource]:
    """The subnets of existing VPCs by their ids, as the inputs of a made one would show them."""
    found: dict[str, Resource] = {}
    for network in existing_networks(resources):
        vpc, zones = read(network.inputs, "existing", "vpcId"), elements(read(network.inputs, "zones"))
        for tier in TIERS:
            for zone, subnet in zip(zones, elements(read(network.inputs, "existing", tier)), strict=False):
                identity = str(read(subnet, "id"))
                inputs = {"vpcId": vpc, "availabilityZone": zone, "cidrBlock": read(subnet, "cidr")}
                urn = f"{network.urn}::{identity}"
                found[identity] = Resource(urn=urn, type=SUBNET, name=identity, parent=network.urn, inputs=inputs)
    return found


def existing_buckets(resources: Iterable[Resource]) -> Mapping[str, tuple[str, Resource]]:
    """The purpose of each existing bucket by its name, and the component that uses it."""
    return {
        str(name): (purpose, component)
        for component in resources
        if component.type == BUCKETS
        for purpose, name in entries(read(component.inputs, "existing"))
        if purpose != "keyArn"
    }
