"""The pools of nodes, and the pool that pods run on."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple, cast

from availability.site import SUBNET, Site
from resources.inputs import elements, entries, mapping, number, read
from resources.required import UnreadableInput, section, sections
from resources.resource import Resource
from resources.scheduling import selected, tolerated

_NODE_GROUP = "aws:eks/nodeGroup:NodeGroup"
_KARPENTER = "kubernetes:karpenter.sh/v1:NodePool"
_NODE_CLASS = "kubernetes:karpenter.k8s.aws/v1:EC2NodeClass"
_LABEL = "mlplatform.io/pool"
_ZONE_KEY = "topology.kubernetes.io/zone"
_CAPACITY_KEY = "karpenter.sh/capacity-type"
_GPU_TAINT = "nvidia.com/gpu"


class Pool(NamedTuple):
    """Nodes of one kind."""

    resource: Resource
    name: str
    zones: tuple[str, ...]
    nodes: int | None
    """The nodes that always run; None for Karpenter, which starts as many as pods need."""
    spot: bool
    """Whether all of them are spot instances."""
    labels: Mapping[str, str]
    taints: Sequence[Mapping[str, Any]]

    @property
    def has_gpus(self) -> bool:
        """Whether only pods that tolerate GPU nodes run here."""
        return any(taint.get("key") == _GPU_TAINT for taint in self.taints)


def pools_of(site: Site) -> list[Pool]:
    """All pools, those of managed node groups first. A pool whose labels or taints are unknown is left out."""
    return [*_node_groups(site), *_karpenter(site)]


def pools_for(pools: Sequence[Pool], spec: Mapping[str, Any]) -> list[Pool]:
    """The pools that pods with this spec may run on."""
    try:
        return [each for each in pools if tolerated(each.taints, spec) and selected(each.labels, spec)]
    except UnreadableInput:
        return []


def _node_groups(site: Site) -> Iterator[Pool]:
    for each in site.of_type(_NODE_GROUP):
        try:
            labels, taints = section(each.inputs, "labels"), sections(each.inputs, "taints")
        except UnreadableInput:
            continue
        size = number(read(each.inputs, "scalingConfig", "minSize"))
        spot = read(each.inputs, "capacityType") == "SPOT"
        zones = site.zones_of(each, "subnetIds")
        yield Pool(each, _name(each, labels), zones, int(size or 0), spot, _texts(labels), taints)


def _karpenter(site: Site) -> Iterator[Pool]:
    for each in site.of_type(_KARPENTER):
        try:
            template = section(section(each.inputs, "spec"), "template")
            labels, spec = section(section(template, "metadata"), "labels"), section(template, "spec")
            requirements, taints = sections(spec, "requirements"), sections(spec, "taints")
        except UnreadableInput:
            continue
        allowed = _values(requirements, _ZONE_KEY)
        zones = tuple(zone for zone in _class_zones(site, spec) if not allowed or zone in allowed)
        spot = _values(requirements, _CAPACITY_KEY) == ["spot"]
        yield Pool(each, _name(each, labels), zones, None, spot, _texts(labels), taints)


def _class_zones(site: Site, spec: Mapping[str, Any]) -> tuple[str, ...]:
    """The zones of the subnets that the node class selects by their tags or ids."""
    name = read(spec, "nodeClassRef", "name")
    classes = [each for each in site.of_type(_NODE_CLASS) if read(each.inputs, "metadata", "name") == name]
    found: set[str] = set()
    for each in classes:
        for term in elements(read(each.inputs, "spec", "subnetSelectorTerms")):
            named = site.named(read(term, "id"), SUBNET)
            if named and isinstance(zone := named.inputs.get("availabilityZone"), str):
                found.add(zone)
            wanted = dict(entries(read(term, "tags")))
            for subnet in site.of_type(SUBNET):
                tags = mapping(subnet.inputs.get("tags")) or {}
                zone = subnet.inputs.get("availabilityZone")
                if wanted and wanted.items() <= tags.items() and isinstance(zone, str):
                    found.add(zone)
    return tuple(sorted(found))


def _values(requirements: Sequence[Mapping[str, Any]], key: str) -> list[str]:
    found = [each for each in requirements if each.get("key") == key and each.get("operator") == "In"]
    return [str(value) for each in found for value in cast(list[Any], each.get("values") or [])]


def _texts(labels: Mapping[str, Any]) -> dict[str, str]:
    return {key: str(value) for key, value in labels.items()}


def _name(resource: Resource, labels: Mapping[str, Any]) -> str:
    return str(labels.get(_LABEL) or resource.name)
