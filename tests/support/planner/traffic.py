"""Who may talk to whom in a plan: network policies against the pods that charts make, security groups against ports."""

from collections.abc import Iterator, Mapping
from typing import Any

from components.cluster.gpu_cluster.spec import GpuClusterSpec
from resources.resource import Resource
from tests.support.planner.charts import ADDONS, KUBELET_PORT
from tests.support.planner.contract import ADDON, NAMESPACE, NETWORK_POLICY, SYSTEM_NAMESPACES
from tests.support.planner.plans import Plan, of_type
from tests.support.planner.workloads import delivered, pods_in, profiles, releases

POD_IDENTITY_AGENT = ("169.254.170.23/32", 80)
API = ("0.0.0.0/0", 443)
INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
EGRESS = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"
MONITORING: str = GpuClusterSpec.model_fields["monitoring_namespace"].default


def policies(plan: Plan, namespace: str) -> list[Mapping[str, Any]]:
    """The specs of a namespace's network policies."""
    found = of_type(plan, NETWORK_POLICY)
    return [each.inputs["spec"] for each in found if each.inputs["metadata"]["namespace"] == namespace]


def selects(policy: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    """Whether the policy is for pods with these labels."""
    return policy["podSelector"].get("matchLabels", {}).items() <= labels.items()


def _ports(rule: Mapping[str, Any]) -> set[int]:
    return {each["port"] for each in rule.get("ports", [])}


def blocks_open(plan: Plan, namespace: str, labels: Mapping[str, str]) -> set[tuple[str, int]]:
    """The addresses and ports that the pods may reach outside of the cluster."""
    return {
        (peer["ipBlock"]["cidr"], port)
        for policy in policies(plan, namespace)
        if selects(policy, labels)
        for rule in policy.get("egress", [])
        for peer in rule.get("to", [])
        if "ipBlock" in peer
        for port in _ports(rule)
    }


Pod = tuple[str, Mapping[str, str]]
"""A namespace, and the labels of a pod in it."""


def reaches(plan: Plan, source: Pod, target: Pod, port: int) -> bool:
    """Whether policies at both ends let a pod reach another at a port."""
    return allows(plan, source, "egress", target, port) and allows(plan, target, "ingress", source, port)


def allows(plan: Plan, pod: Pod, direction: str, other: Pod, port: int) -> bool:
    namespace, labels = pod
    side = {"ingress": "from", "egress": "to"}[direction]
    return any(
        _is(peer, namespace, other) and ("ports" not in rule or port in _ports(rule))
        for policy in policies(plan, namespace)
        if selects(policy, labels)
        for rule in policy.get(direction, ())
        for peer in rule.get(side, ())
    )


def _is(peer: Mapping[str, Any], home: str, other: Pod) -> bool:
    if "ipBlock" in peer:
        return False
    named = peer.get("namespaceSelector", {}).get("matchLabels", {}).get("kubernetes.io/metadata.name", home)
    pods: Mapping[str, str] = peer.get("podSelector", {}).get("matchLabels", {})
    return named == other[0] and pods.items() <= other[1].items()


def silenced(plan: Plan) -> Iterator[str]:
    """Workloads that need an API and may not reach it, in namespaces that deny what nobody allows."""
    for release, chart, workloads in releases(plan):
        for pods in (each for each in workloads if not each.host_network):
            reachable = blocks_open(plan, release.inputs["namespace"], pods.labels)
            if (pods.asks_kubernetes or pods.asks_aws) and API not in reachable:
                yield f"{chart}: may not reach the Kubernetes API or AWS"
            if pods.asks_aws and POD_IDENTITY_AGENT not in reachable:
                yield f"{chart}: may not reach the agent that gives it its role"


def unheard_policies(plan: Plan) -> Iterator[str]:
    """Network policies that select no pod, name a namespace that is not there, or open a port where nobody listens."""
    namespaces = {each.inputs["metadata"]["name"] for each in of_type(plan, NAMESPACE)} | delivered(plan)[0]
    for each in of_type(plan, NETWORK_POLICY):
        spec, home = each.inputs["spec"], each.inputs["metadata"]["namespace"]
        here = pods_in(plan, home)
        chosen = [pods for pods in here if selects(spec, pods.labels)]
        if spec["podSelector"] and not chosen:
            yield f"{each.name}: no pod of {home} has the labels {spec['podSelector']['matchLabels']}"
        for rule in spec.get("ingress", []):
            for port in _ports(rule) if home not in profiles(plan) else ():
                if not any(port in pods.ports for pods in chosen):
                    yield f"{each.name}: nobody it selects listens on {port}"
        for peer, ports in _peers(spec):
            named = peer.get("namespaceSelector", {}).get("matchLabels", {}).get("kubernetes.io/metadata.name")
            if named and named not in (*namespaces, *SYSTEM_NAMESPACES, MONITORING):
                yield f"{each.name}: there is no namespace {named}"
            labels = peer.get("podSelector", {}).get("matchLabels")
            if named in SYSTEM_NAMESPACES and labels and not _addons_listen(plan, labels, ports):
                yield f"{each.name}: no add-on has the labels {labels} and listens on {sorted(ports)}"


def _peers(spec: Mapping[str, Any]) -> Iterator[tuple[Mapping[str, Any], set[int]]]:
    for rule in spec.get("ingress", []):
        yield from ((peer, set[int]()) for peer in rule.get("from", []))
    for rule in spec.get("egress", []):
        yield from ((peer, _ports(rule)) for peer in rule.get("to", []))


def _addons_listen(plan: Plan, labels: Mapping[str, str], ports: set[int]) -> bool:
    facts = [ADDONS[each.inputs["addonName"]] for each in of_type(plan, ADDON)]
    return any(labels.items() <= each.labels.items() and ports <= set(each.ports) for each in facts)


def unscraped(plan: Plan) -> Iterator[str]:
    """Metrics that a policy lets nobody of the monitoring namespace read, where the component says that it may."""
    for release, chart, workloads in releases(plan):
        if chart not in ("dcgm-exporter", "cluster-autoscaler", "karpenter"):
            continue
        for pods in workloads:
            readers = {
                peer["namespaceSelector"]["matchLabels"]["kubernetes.io/metadata.name"]
                for policy in policies(plan, release.inputs["namespace"])
                if selects(policy, pods.labels)
                for rule in policy.get("ingress", [])
                if _ports(rule) & set(pods.ports)
                for peer in rule["from"]
            }
            if readers != {MONITORING}:
                yield f"{chart}: its metrics are read from {sorted(readers)}, not from {MONITORING}"


def open_namespaces(plan: Plan) -> Iterator[str]:
    """Namespaces of ours without a policy that denies what no other allows."""
    for each in of_type(plan, NAMESPACE):
        name = each.inputs["metadata"]["name"]
        if {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]} not in policies(plan, name):
            yield f"{name}: nothing denies what no policy allows"


def closed_ports(plan: Plan) -> Iterator[str]:
    """Ports between the control plane and its nodes that no security group rule lets through."""
    clusters = of_type(plan, "eks:index:Cluster")
    groups = {each.outputs["id"]: each.name for each in of_type(plan, "aws:ec2/securityGroup:SecurityGroup")}
    nodes = {
        group for each in of_type(plan, "aws:ec2/launchTemplate:LaunchTemplate") for group in security_groups(each)
    }
    for cluster in clusters:
        plane = cluster.inputs["clusterSecurityGroup"]
        asked = [
            port for each in of_type(plan, ADDON) for port in ADDONS[each.inputs["addonName"]].called_by_api_server
        ]
        for group in nodes:
            for port in (KUBELET_PORT, 443, *asked):
                if not any(_lets(rule, group, plane, port) for rule in of_type(plan, INGRESS)):
                    yield f"{groups.get(group)}: the API server does not reach port {port}"
            if not any(_lets(rule, plane, group, 443) for rule in of_type(plan, INGRESS)):
                yield f"{groups.get(group)}: nodes do not reach the API server"
            for kind in (INGRESS, EGRESS):
                if not any(_lets(rule, group, group, None) for rule in of_type(plan, kind)):
                    yield f"{groups.get(group)}: pods of different nodes do not reach each other"


def one_sided(plan: Plan) -> Iterator[str]:
    """Doors that a security group opens to another which lets nothing out towards them.

    The control plane's interfaces have a group of EKS's own beside ours, which lets everything out.
    """
    planes = {each.inputs["clusterSecurityGroup"] for each in of_type(plan, "eks:index:Cluster")}
    for door in of_type(plan, INGRESS):
        source, port = door.inputs.get("referencedSecurityGroupId"), door.inputs.get("fromPort")
        if source is None or source in planes:
            continue
        ways = [each for each in of_type(plan, EGRESS) if each.inputs["securityGroupId"] == source]
        target = door.inputs["securityGroupId"]
        if not any(_lets(way, source, target, port) or _to_anyone(way, port) for way in ways):
            yield f"{door.name}: who may come in by it may not go there"


def _to_anyone(way: Resource, port: int | None) -> bool:
    inputs = way.inputs
    ports = inputs["ipProtocol"] == "-1" or (port is not None and inputs["fromPort"] <= port <= inputs["toPort"])
    return inputs.get("cidrIpv4") == "0.0.0.0/0" and ports


def security_groups(template: Resource) -> list[str]:
    """The security groups of a launch template's nodes; none where Batch gives them its own."""
    interfaces = template.inputs.get("networkInterfaces") or [
        {"securityGroups": template.inputs.get("vpcSecurityGroupIds", [])}
    ]
    return [group for each in interfaces for group in each["securityGroups"]]


def _lets(rule: Resource, group: str, peer: str, port: int | None) -> bool:
    inputs = rule.inputs
    if inputs["securityGroupId"] != group or inputs.get("referencedSecurityGroupId") != peer:
        return False
    if inputs["ipProtocol"] == "-1":
        return True
    return port is not None and inputs["ipProtocol"] == "tcp" and inputs["fromPort"] <= port <= inputs["toPort"]
