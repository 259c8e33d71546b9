"""What reaches a store over the network: by the rules of security groups, then by the network policies of pods."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, ip_network
from typing import Any

from reports.access.who_can import UnknownResource
from resources.index import ResourceIndex
from resources.inputs import display, elements, entries, number, read
from resources.resource import UNKNOWN, Resource

_GROUP = "aws:ec2/securityGroup:SecurityGroup"
_INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
_EGRESS = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"
_TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"
_NODES = "aws:eks/nodeGroup:NodeGroup"
_POLICY = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
_SUBNET = "aws:ec2/subnet:Subnet"
STORES = {
    "aws:rds/instance:Instance": "database",
    "aws:elasticache/replicationGroup:ReplicationGroup": "cache",
    "aws:msk/cluster:Cluster": "kafka",
    "aws:lb/loadBalancer:LoadBalancer": "load balancer",
}
"""What can be reached, with the word for all of a kind."""
_GROUPS_AT = (
    ("vpcSecurityGroupIds",),
    ("securityGroupIds",),
    ("securityGroups",),
    ("brokerNodeGroupInfo", "securityGroups"),
    ("computeResources", "securityGroupIds"),
    ("networkConfiguration", "securityGroupIds"),
)


@dataclass(frozen=True, slots=True)
class Reached:
    """Something that reaches a store on a port, and the rules that let it."""

    store: str
    port: str
    source: str
    evidence: tuple[str, ...]


def stores(name: str, index: ResourceIndex) -> list[Resource]:
    """The stores that `name` means: a resource, a name at AWS, or a word such as `database` for all of a kind.

    Raises:
        UnknownResource: when it means none, naming those that there are.
    """
    every = [each for kind in STORES for each in index.of_type(kind)]
    keys = ("identifier", "replicationGroupId", "clusterName")
    named = [each for each in every if name == each.name or name in (each.inputs.get(key) for key in keys)]
    found = named or [each for each in every if STORES[each.type] == name] or [e for e in every if name in e.name]
    if not found:
        known = ", ".join(sorted({*STORES.values(), *(each.name for each in every)}))
        raise UnknownResource(f"--reaches {name}: the stack has no such store; name one of {known}")
    return found


def reaches(index: ResourceIndex, name: str) -> list[Reached]:
    """Everything that the rules let through to the stores called `name`, machines first, then pods.

    Raises:
        UnknownResource: when there is no such store.
    """
    return [found for store in stores(name, index) for found in _of_store(store, index)]


def _of_store(store: Resource, index: ResourceIndex) -> Iterator[Reached]:
    networks = _networks(store, index)
    for rule in index.of_type(_INGRESS):
        if _group_of(rule, index) not in _groups(store, index):
            continue
        port = _ports(rule)
        source = index.named(rule.inputs.get("referencedSecurityGroupId"), _GROUP)
        if source is None:
            cidr = rule.inputs.get("cidrIpv4") or rule.inputs.get("cidrIpv6") or rule.inputs.get("prefixListId")
            yield Reached(store.name, port, f"every address of {display(cidr)}", (f"{rule.name} lets in",))
            continue
        opened = [each for each in index.of_type(_EGRESS) if _lets_out(each, rule, source, networks, index)]
        if not opened:
            continue
        evidence = (f"{opened[0].name} lets out of {source.name}", f"{rule.name} lets in")
        for member in _members(source, index):
            if member.type != _TEMPLATE:
                yield Reached(store.name, port, f"{member.type.rpartition(':')[2]} {member.name}", evidence)
        if any(each.type == _TEMPLATE for each in _members(source, index)) and index.of_type(_NODES):
            nodes = "processes on nodes, and pods in the network of their node"
            yield Reached(store.name, port, nodes, evidence)
            for pods, policy in _pods(rule, networks, index):
                yield Reached(store.name, port, pods, (policy, *evidence))


def _groups(resource: Resource, index: ResourceIndex) -> set[str]:
    """The URNs of the security groups that a resource is in."""
    named = [value for path in _GROUPS_AT for value in elements(read(resource.inputs, *path))]
    return {found.urn for each in named if (found := index.named(each, _GROUP))}


def _group_of(rule: Resource, index: ResourceIndex) -> str | None:
    group = index.named(rule.inputs.get("securityGroupId"), _GROUP)
    return group.urn if group else None


def _members(group: Resource, index: ResourceIndex) -> list[Resource]:
    return [each for each in index.of_type("aws:*") if each.type != _GROUP and group.urn in _groups(each, index)]


def _range(rule: Resource) -> tuple[float, float]:
    """The ports of a rule; all of them for every protocol."""
    if display(rule.inputs.get("ipProtocol")) == "-1":
        return 0, 65_535
    least, most = (number(rule.inputs.get(key)) for key in ("fromPort", "toPort"))
    return (least, most) if isinstance(least, float) and isinstance(most, float) else (0, 65_535)


def _ports(rule: Resource) -> str:
    least, most = _range(rule)
    return f"{least:g}" if least == most else f"{least:g}-{most:g}"


def _lets_out(
    egress: Resource, ingress: Resource, source: Resource, networks: Sequence[IPv4Network], index: ResourceIndex
) -> bool:
    if _group_of(egress, index) != source.urn:
        return False
    ours, theirs = _range(egress), _range(ingress)
    if ours[0] > theirs[1] or theirs[0] > ours[1]:
        return False
    target = index.named(egress.inputs.get("referencedSecurityGroupId"), _GROUP)
    if target is not None:
        return target.urn == _group_of(ingress, index)
    return _overlaps(egress.inputs.get("cidrIpv4"), networks)


def _overlaps(cidr: Any, networks: Sequence[IPv4Network]) -> bool:
    try:
        block = ip_network(display(cidr))
    except ValueError:
        return False
    return isinstance(block, IPv4Network) and any(block.overlaps(each) for each in networks)


def _networks(store: Resource, index: ResourceIndex) -> list[IPv4Network]:
    """The address ranges of the subnets that a store is in."""
    named = [
        *elements(read(store.inputs, "subnets")),
        *elements(read(store.inputs, "brokerNodeGroupInfo", "clientSubnets")),
    ]
    groups = (
        ("dbSubnetGroupName", "aws:rds/subnetGroup:SubnetGroup"),
        (
            "subnetGroupName",
            "aws:elasticache/subnetGroup:SubnetGroup",
        ),
    )
    for key, kind in groups:
        group = index.named(store.inputs.get(key), kind) or index.source(store, key, kind)
        named += elements(read(group.inputs, "subnetIds")) if group else []
    found: list[IPv4Network] = []
    for each in named:
        subnet = index.named(each, _SUBNET)
        block = read(subnet.inputs, "cidrBlock") if subnet else None
        if isinstance(block, str):
            found.append(IPv4Network(block, strict=False))
    return found


def _pods(rule: Resource, networks: Sequence[IPv4Network], index: ResourceIndex) -> Iterator[tuple[str, str]]:
    """The pods that network policies let out to these networks, with the policy; also those that none limits."""
    limited: set[str] = set()
    for policy in index.of_type(_POLICY):
        namespace = display(read(policy.inputs, "metadata", "namespace"))
        spec = read(policy.inputs, "spec")
        if "Egress" not in elements(read(spec, "policyTypes")):
            continue
        if not _selector(spec):
            limited.add(namespace)
        if any(_rule_lets_out(each, rule, networks) for each in elements(read(spec, "egress"))):
            selected = _selector(spec)
            which = f"pods {selected} of {namespace}" if selected else f"every pod of {namespace}"
            yield which, f"network policy {policy.name} lets out"
    made = [display(read(each.inputs, "metadata", "name")) for each in index.of_type("kubernetes:core/v1:Namespace")]
    # Every cluster has it, so no plan makes it.
    for name in ("kube-system", *made):
        if name not in limited:
            yield f"every pod of {name}", "no network policy limits them"


def _selector(spec: Any) -> str:
    selector = read(spec, "podSelector")
    labels = [f"{key}={display(value)}" for key, value in entries(read(selector, "matchLabels"))]
    tests = [
        f"{display(read(each, 'key'))} {display(read(each, 'operator'))} "
        + ",".join(map(display, elements(read(each, "values"))))
        for each in elements(read(selector, "matchExpressions"))
    ]
    return " and ".join((*labels, *tests))


def _rule_lets_out(egress: Any, rule: Resource, networks: Sequence[IPv4Network]) -> bool:
    if egress is UNKNOWN:
        return True
    peers = elements(read(egress, "to"))
    if peers and not any(_holds(read(each, "ipBlock"), networks) for each in peers):
        return False
    ports = elements(read(egress, "ports"))
    least, most = _range(rule)
    return not ports or any(_in_range(each, least, most) for each in ports)


def _holds(block: Any, networks: Sequence[IPv4Network]) -> bool:
    """Whether a block of addresses has one of the networks' that its exceptions leave."""
    excepted = [IPv4Network(each) for each in elements(read(block, "except")) if isinstance(each, str)]
    left = [each for each in networks if not any(each.subnet_of(other) for other in excepted)]
    return _overlaps(read(block, "cidr"), left)


def _in_range(port: Any, least: float, most: float) -> bool:
    if read(port, "protocol") not in (None, "TCP"):
        return False
    first = number(read(port, "port"))
    last = number(read(port, "endPort"))
    if not isinstance(first, float):
        return True
    return first <= most and least <= (last if isinstance(last, float) else first)
