"""The graph that the page draws: nested places, a box for each component in a place, its resources, and the flows."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from planner.plan import Plan
from reports.html.diagram.flows import INTERNET, Flows, merged
from reports.html.diagram.kinds import Kind, Shown, about, shown
from reports.html.diagram.places import CLUSTERS, NODE_GROUP, REGION, SUBNET, VPC, Place, Places
from reports.html.owners import Owners
from resources.inputs import text
from resources.resource import Resource

MOST_LEAVES = 40
"""Resources of a box that are drawn when it is open; the list of resources has the others."""
_OPEN = range(2, 5)
"""A box of so many stores, queues and computers in a VPC is open at first."""
_QUIET = 3
"""More boxes of a place without flows than these are one box."""
_NAT = "aws:ec2/natGateway:NatGateway"
_TIERS = {"public": "Public subnets", "private": "Private subnets", "isolated": "Isolated subnets"}


@dataclass(slots=True)
class Node:
    """A place, a box or a resource. `open` is whether its children are drawn at first, `None` if they always are."""

    id: str
    parent: str | None
    type: str
    title: str
    about: str = ""
    lines: tuple[str, ...] = ()
    kind: str = ""
    open: bool | None = None
    component: str = ""
    resource: int = -1
    count: int = 0
    monthly: float = 0.0


@dataclass(frozen=True)
class Graph:
    """The architecture of a plan."""

    plan: Plan
    owners: Owners
    positions: Mapping[str, int]
    _nodes: dict[str, Node] = field(default_factory=dict[str, Node], init=False)

    def document(self) -> dict[str, Any]:
        """The nodes, parents before their children, and the flows between them, for the page's script."""
        self._draw_places()
        self._draw_boxes()
        flows = self._flows_between_nodes()
        self._gather_quiet(flows)
        return {"nodes": [_node(each) for each in self._nodes.values()], "flows": flows}

    @cached_property
    def _places(self) -> Places:
        return Places(self.owners)

    @cached_property
    def _monthly(self) -> Mapping[str, float]:
        amounts: defaultdict[str, list[float]] = defaultdict(list)
        for line in self.plan.estimate.lines:
            amounts[line.urn].append(line.monthly)
        return {urn: math.fsum(each) for urn, each in amounts.items()}

    def _add(self, node: Node) -> None:
        self._nodes[node.id] = node

    def _draw_places(self) -> None:
        index = self.owners.index
        self._add(Node(REGION.id, None, "region", self.plan.estimate.region, "region"))
        for vpc in index.of_type(VPC):
            cidr = text(vpc.inputs.get("cidrBlock"))
            self._add(self._resource_node(f"vpc:{vpc.urn}", REGION.id, "vpc", "VPC", vpc, str(cidr or "")))
        tiers: defaultdict[Place, list[Resource]] = defaultdict(list)
        for subnet in index.of_type(SUBNET):
            tiers[self._places.tiers[subnet.urn]].append(subnet)
        for tier, subnets in tiers.items():
            _, _, rest = tier.id.partition(":")
            vpc, _, way = rest.rpartition(":")
            parent = f"vpc:{vpc}" if f"vpc:{vpc}" in self._nodes else REGION.id
            zones = len({str(each.inputs.get("availabilityZone")) for each in subnets})
            self._add(Node(tier.id, parent, "tier", _TIERS[way], _many(zones, "zone")))
            self._draw_subnets(tier, subnets)
        for cluster in index.of_type(*CLUSTERS):
            version = text(cluster.inputs.get("version"))
            name = text(cluster.inputs.get("name"))
            self._add(
                self._resource_node(
                    f"cluster:{cluster.urn}",
                    self._places.home(cluster).id,
                    "cluster",
                    f"EKS cluster {name}" if name else "EKS cluster",
                    cluster,
                    f"Kubernetes {version}" if version else "",
                )
            )

    def _draw_subnets(self, tier: Place, subnets: Iterable[Resource]) -> None:
        gateways = {each.inputs.get("subnetId") for each in self.owners.index.of_type(_NAT)}
        strip = f"subnets:{tier.id}"
        self._add(Node(strip, tier.id, "subnets", ""))
        for subnet in sorted(subnets, key=lambda each: (str(each.inputs.get("availabilityZone")), each.urn)):
            lines = ("NAT gateway",) if subnet.outputs.get("id") in gateways else ()
            zone, cidr = (text(subnet.inputs.get(key)) for key in ("availabilityZone", "cidrBlock"))
            node = self._resource_node(f"leaf:{subnet.urn}", strip, "subnet", str(zone or subnet.name), subnet)
            node.about, node.lines = str(cidr or ""), lines
            self._add(node)

    def _resource_node(
        self, id_: str, parent: str, type_: str, title: str, resource: Resource, about_: str = ""
    ) -> Node:
        return Node(
            id_,
            parent,
            type_,
            title,
            about_,
            resource=self.positions[resource.urn],
            component=self.owners.outermost(resource.urn),
            monthly=self._monthly.get(resource.urn, 0.0),
        )

    @cached_property
    def _members(self) -> Mapping[str, Mapping[Place, list[Resource]]]:
        """The resources of each component of the stack by place. Those that are not drawn are where the drawn are."""
        found: defaultdict[str, defaultdict[Place, list[Resource]]] = defaultdict(lambda: defaultdict(list))
        for resource in self.owners.resources:
            if resource.custom and not resource.type.startswith("pulumi:"):
                found[self.owners.outermost(resource.urn)][self._places.place(resource)].append(resource)
        for places in found.values():
            drawn = [place for place, members in places.items() if any(map(_is_leaf, members))]
            main = max(drawn or places, key=lambda place: (len(places[place]), place.id))
            for place in [each for each in places if each not in (drawn or [main])]:
                places[main].extend(places.pop(place))
        return found

    def _draw_boxes(self) -> None:
        for component in sorted(self._members):
            for place, members in sorted(self._members[component].items()):
                leaves = [each for each in members if _is_leaf(each)]
                self._draw_pools(component, place, [each for each in members if each.type == NODE_GROUP])
                rest = [each for each in members if each.type not in {NODE_GROUP, SUBNET, VPC, *CLUSTERS}]
                if rest:
                    self._draw_box(component, place, rest, leaves)

    def _draw_pools(self, component: str, place: Place, pools: Sequence[Resource]) -> None:
        strip = f"pools:{place.id}"
        if pools and strip not in self._nodes:
            self._add(Node(strip, place.id, "pools", "Node pools"))
        for pool in pools:
            self._add(self._leaf(pool, strip, component))

    def _draw_box(self, component: str, place: Place, members: Sequence[Resource], leaves: Sequence[Resource]) -> None:
        box = _box(component, place)
        few = len(leaves) in _OPEN and all(_shown(each).kind is not Kind.SERVICE for each in leaves)
        own = [each for each in members if each.type != NODE_GROUP]
        self._add(
            Node(
                box,
                place.id if place.id in self._nodes else REGION.id,
                "component",
                component,
                _many(len(own), "resource"),
                _lines(leaves),
                _main_kind(leaves),
                open=few and place.kind == "tier" if leaves else None,
                component=component,
                count=len(own),
                monthly=math.fsum(self._monthly.get(each.urn, 0.0) for each in own),
            )
        )
        ordered = sorted(leaves, key=lambda each: (list(Kind).index(_shown(each).kind), each.name))
        for leaf in ordered[:MOST_LEAVES]:
            self._add(self._leaf(leaf, box, component))
        if len(ordered) > MOST_LEAVES:
            more = f"and {_many(len(ordered) - MOST_LEAVES, 'more', 'more')}"
            self._add(Node(f"more:{box}", box, "more", more, component=component))

    def _leaf(self, resource: Resource, parent: str, component: str) -> Node:
        node = self._resource_node(f"leaf:{resource.urn}", parent, "leaf", _short(resource.name, component), resource)
        found = _shown(resource)
        node.about, node.kind = found.name, found.kind
        node.lines = (about(resource),) if about(resource) else ()
        return node

    def _flows_between_nodes(self) -> list[dict[str, Any]]:
        labels: defaultdict[tuple[str, str, str], list[str]] = defaultdict(list)
        for flow in Flows(self.owners, self._places).all():
            source, target = self._node_of(flow.source), self._node_of(flow.target)
            if source and target and self._top(source) != self._top(target):
                labels[source, target, flow.kind].append(flow.label)
        if any(INTERNET in key[:2] for key in labels):
            self._add(Node(INTERNET, None, "external", "Internet"))
        return [
            {"from": source, "to": target, "kind": kind, "label": merged(each)}
            for (source, target, kind), each in sorted(labels.items())
        ]

    def _node_of(self, urn: str) -> str | None:
        """The node that stands for a resource: its own, or the box of its component.

        A role is used where its component computes. Any other resource is in the box of its place.
        """
        if urn == INTERNET:
            return INTERNET
        if f"leaf:{urn}" in self._nodes:
            return f"leaf:{urn}"
        component = self.owners.outermost(urn)
        places = [each for each in self._members.get(component, {}) if _box(component, each) in self._nodes]
        if not places:
            return None
        resource = self.owners.index.get(urn)
        if resource and resource.type.startswith("aws:iam/"):
            return _box(component, min(places, key=lambda each: self._rank(component, each)))
        own = [each for each in places if any(member.urn == urn for member in self._members[component][each])]
        return _box(component, min(own or places))

    def _rank(self, component: str, place: Place) -> tuple[int, Place]:
        """The order in which the places of a component are taken for where it computes."""
        kinds = {_shown(each).kind for each in self._members[component][place] if _is_leaf(each)}
        return (0 if Kind.COMPUTE in kinds else 1 if place.kind == "cluster" else 2, place)

    def _gather_quiet(self, flows: Sequence[Mapping[str, Any]]) -> None:
        """Put the boxes of a place that no flow touches into one box."""
        busy = {self._top(end) for flow in flows for end in (flow["from"], flow["to"])}
        quiet: defaultdict[str, list[Node]] = defaultdict(list)
        for node in self._nodes.values():
            if node.type == "component" and node.id not in busy and node.parent:
                quiet[node.parent].append(node)
        for parent, boxes in quiet.items():
            if len(boxes) <= _QUIET:
                continue
            group = Node(
                f"others:{parent}",
                parent,
                "others",
                "Other parts",
                _many(len(boxes), "component"),
                tuple(each.title for each in boxes),
                open=False,
                count=sum(each.count for each in boxes),
                monthly=math.fsum(each.monthly for each in boxes),
            )
            for each in boxes:
                each.parent = group.id
                each.open = False if each.open is not None else None
            self._insert_before(boxes[0].id, group)

    def _top(self, id_: str) -> str:
        """The box that a node belongs to."""
        node = self._nodes.get(id_)
        return node.parent if node and node.type == "leaf" and node.parent else id_

    def _insert_before(self, id_: str, node: Node) -> None:
        entries = list(self._nodes.items())
        at = next(position for position, (key, _) in enumerate(entries) if key == id_)
        entries.insert(at, (node.id, node))
        self._nodes.clear()
        self._nodes.update(entries)


def drawn_flows(document: Mapping[str, Any]) -> list[tuple[str, str, str, str]]:
    """The flows of a graph as text, by component: from, to, kind and label, each once."""
    names = {each["id"]: each["component"] or each["title"] for each in document["nodes"]}
    labels: defaultdict[tuple[str, str, str], list[str]] = defaultdict(list)
    for flow in document["flows"]:
        labels[names[flow["from"]], names[flow["to"]], flow["kind"]].append(flow["label"])
    return [(*key, merged(each)) for key, each in sorted(labels.items())]


def _box(component: str, place: Place) -> str:
    return f"box:{place.id}:{component}"


def _is_leaf(resource: Resource) -> bool:
    return shown(resource) is not None and resource.type != NODE_GROUP


def _shown(resource: Resource) -> Shown:
    return shown(resource) or Shown(Kind.SERVICE, resource.type)


def _main_kind(leaves: Sequence[Resource]) -> str:
    kinds = Counter(_shown(each).kind for each in leaves)
    return max(kinds, key=lambda kind: (kinds[kind], -list(Kind).index(kind))) if kinds else ""


def _lines(leaves: Sequence[Resource]) -> tuple[str, ...]:
    """What is in a box, by name: one of a kind with its size, several as a number."""
    groups: defaultdict[str, list[Resource]] = defaultdict(list)
    for each in sorted(leaves, key=lambda each: (list(Kind).index(_shown(each).kind), _shown(each).name, each.name)):
        groups[_shown(each).name].append(each)
    return tuple(
        _many(len(members), name) if len(members) > 1 else ", ".join(filter(None, (name, about(members[0]))))
        for name, members in groups.items()
    )


def _many(count: int, one: str, many: str = "") -> str:
    plural = many or (f"{one[:-1]}ies" if one.endswith("y") else f"{one}es" if one.endswith("x") else f"{one}s")
    return f"{count:,} {one if count == 1 else plural}"


def _short(name: str, component: str) -> str:
    """A resource's name without that of its component."""
    short = name.removeprefix(f"{component}-")
    return short or name


def _node(node: Node) -> dict[str, Any]:
    return {
        "id": node.id,
        "parent": node.parent,
        "type": node.type,
        "title": node.title,
        "about": node.about,
        "lines": list(node.lines),
        "kind": node.kind,
        "open": node.open,
        "component": node.component,
        "resource": node.resource,
        "monthly": node.monthly,
    }
