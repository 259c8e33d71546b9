"""The flows of a plan: what may connect to what, who may use which data, and what sends messages to what.

Each follows from resources: rules of security groups and network policies, listeners and their targets, statements of
IAM policies, and targets of events. A flow says what the plan permits, not how much is sent.
"""

import ipaddress
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from reports.html.diagram.kinds import Kind, shown
from reports.html.diagram.places import NODE_GROUP, Places, strings
from reports.html.owners import Owners
from resources.inputs import elements, json_value, number, read, text
from resources.resource import Resource

INTERNET = "internet"
"""The id of everything outside of the account."""

_INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
_EGRESS = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"
_GROUP = "aws:ec2/securityGroup:SecurityGroup"
_BALANCER = "aws:lb/loadBalancer:LoadBalancer"
_LISTENERS = ("aws:lb/listener:Listener", "aws:lb/listenerRule:ListenerRule")
_BINDING = "kubernetes:elbv2.k8s.aws/v1beta1:TargetGroupBinding"
_FIREWALL = "aws:wafv2/webAclAssociation:WebAclAssociation"
_WEB_ACL = "aws:wafv2/webAcl:WebAcl"
_NETWORK_POLICY = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
_ROLE = "aws:iam/role:Role"
_ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy"
_POLICY = "aws:iam/policy:Policy"
_ATTACHMENT = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
_POD_IDENTITY = "aws:eks/podIdentityAssociation:PodIdentityAssociation"
_EVENT_TARGET = "aws:cloudwatch/eventTarget:EventTarget"
_EVERYWHERE = ("0.0.0.0/0", "::/0")
_READING = ("Get", "List", "Describe", "BatchGet", "BatchCheck", "Receive", "Head", "Select", "Query", "Scan", "Read")
_WRITING = (
    "Put",
    "Create",
    "Delete",
    "Write",
    "Send",
    "Publish",
    "Update",
    "Upload",
    "Start",
    "Abort",
    "BatchPut",
    "Copy",
)


class Flow(NamedTuple):
    """From one resource to another, each by URN. `kind` is network, data or events; `label` is short."""

    source: str
    target: str
    kind: str
    label: str


@dataclass(frozen=True)
class Flows:
    """Finds the flows of a plan."""

    owners: Owners
    places: Places

    def all(self) -> list[Flow]:
        """The flows, each once, sorted."""
        found = {*self._entries(), *self._connections(), *self._data(), *self._events()}
        return sorted(each for each in found if each.source != each.target)

    def _entries(self) -> Iterator[Flow]:
        index = self.owners.index
        for balancer in index.of_type(_BALANCER):
            if balancer.inputs.get("internal") is not True:
                ports = sorted(
                    {
                        f"{number(each.inputs.get('port')) or 0:g}"
                        for each in index.referrers(balancer, "loadBalancerArn", _LISTENERS[0])
                    }
                )
                yield Flow(INTERNET, balancer.urn, "network", ", ".join(ports))
            yield from self._targets(balancer)
        for association in index.of_type(_FIREWALL):
            acl = index.named(association.inputs.get("webAclArn"), _WEB_ACL)
            balancer = index.named(association.inputs.get("resourceArn"), _BALANCER)
            if acl and balancer:
                yield Flow(acl.urn, balancer.urn, "network", "filters")

    def _targets(self, balancer: Resource) -> Iterator[Flow]:
        """From a load balancer to what is bound to the target groups of its listeners and their rules."""
        index = self.owners.index
        listeners = index.referrers(balancer, "loadBalancerArn", _LISTENERS[0])
        rules = [each for listener in listeners for each in index.referrers(listener, "listenerArn", _LISTENERS[1])]
        groups = {each for rule in [*listeners, *rules] for each in strings(rule.inputs) if ":targetgroup/" in each}
        groups |= {each for rule in [*listeners, *rules] for each in strings(rule.inputs) if ":targetgroup/" in each}
        for binding in index.of_type(_BINDING):
            if read(binding.inputs, "spec", "targetGroupARN") in groups:
                port = read(binding.inputs, "spec", "serviceRef", "port")
                yield Flow(balancer.urn, binding.urn, "network", str(port) if port else "")

    def _connections(self) -> Iterator[Flow]:
        """From the members of a security group to those of another that lets them in."""
        index = self.owners.index
        for rule in index.of_type(_INGRESS):
            source = index.named(rule.inputs.get("referencedSecurityGroupId"), _GROUP)
            target = index.named(rule.inputs.get("securityGroupId"), _GROUP)
            if not source or not target or source is target:
                continue
            port = number(rule.inputs.get("fromPort")) or None
            label = f"{port:g}" if port else ""
            senders = self._senders(source, port)
            for receiver in self._members.get(target.urn, ()):
                if receiver.type == NODE_GROUP or shown(receiver) is None:
                    continue
                for sender in senders:
                    yield Flow(sender.urn, receiver.urn, "network", label)

    def _senders(self, group: Resource, port: float | None) -> Sequence[Resource]:
        """What connects as a member of a group.

        Of the nodes of a cluster these are the pods whose network policies permit the port; the cluster if none does.
        """
        members = [each for each in self._members.get(group.urn, ()) if shown(each) or each.type in _LAUNCHERS]
        if not any(each.type in _LAUNCHERS for each in members):
            return members
        pods = [policy for policy in self.owners.index.of_type(_NETWORK_POLICY) if port in _ports_out(policy)]
        others = [each for each in members if each.type not in _LAUNCHERS]
        return [*others, *pods]

    @cached_property
    def _members(self) -> Mapping[str, Sequence[Resource]]:
        """The resources in each security group, by the group's URN."""
        index = self.owners.index
        groups = {each.outputs.get("id"): each.urn for each in index.of_type(_GROUP)}
        found: defaultdict[str, list[Resource]] = defaultdict(list)
        for resource in self.owners.resources:
            if not resource.custom or resource.type in {_GROUP, _INGRESS, _EGRESS}:
                continue
            if resource.type.startswith("kubernetes:"):
                continue
            for each in dict.fromkeys(strings(resource.inputs)):
                if each in groups:
                    found[groups[each]].append(resource)
        return found

    def _data(self) -> Iterator[Flow]:
        """From what a role belongs to, to the stores and queues that its policies name."""
        for role, document in self._documents():
            user = self._user(role)
            for statement in elements(read(json_value(document), "Statement")):
                if read(statement, "Effect") != "Allow":
                    continue
                does = _does(elements(read(statement, "Action")))
                for arn in elements(read(statement, "Resource")):
                    for store in self._named_by(arn):
                        yield Flow(user.urn, store.urn, "data", does)

    def _documents(self) -> Iterator[tuple[Resource, Any]]:
        index = self.owners.index
        for policy in index.of_type(_ROLE_POLICY):
            if role := index.named(policy.inputs.get("role"), _ROLE):
                yield role, policy.inputs.get("policy")
        for attachment in index.of_type(_ATTACHMENT):
            role = index.named(attachment.inputs.get("role"), _ROLE)
            policy = index.named(attachment.inputs.get("policyArn"), _POLICY)
            if role and policy:
                yield role, policy.inputs.get("policy")

    def _user(self, role: Resource) -> Resource:
        """What uses a role: the identity of pods if there is one, else the role itself."""
        return next(iter(self.owners.index.referrers(role, "roleArn", _POD_IDENTITY)), role)

    def _named_by(self, arn: Any) -> Sequence[Resource]:
        """The stores that an ARN of a policy names, also by a part of them such as a prefix of a bucket."""
        if not isinstance(arn, str) or arn == "*":
            return ()
        exact = arn.partition("*")[0].rstrip("/:")
        while exact:
            if found := self._stores.get(exact):
                return (found,)
            exact = exact.rpartition("/")[0]
        return ()

    @cached_property
    def _stores(self) -> Mapping[str, Resource]:
        found: dict[str, Resource] = {}
        for resource in self.owners.resources:
            kind = shown(resource)
            arn = resource.outputs.get("arn")
            if kind and kind.kind in {Kind.STORE, Kind.MESSAGES} and isinstance(arn, str):
                found[arn] = resource
        return found

    def _events(self) -> Iterator[Flow]:
        """From rules of EventBridge to the queues and topics that they send to."""
        for target in self.owners.index.of_type(_EVENT_TARGET):
            arn = text(target.inputs.get("arn"))
            if isinstance(arn, str) and (receiver := self._stores.get(arn)):
                yield Flow(target.urn, receiver.urn, "events", "")


_LAUNCHERS = frozenset({"aws:ec2/launchTemplate:LaunchTemplate", NODE_GROUP})


def _ports_out(policy: Resource) -> set[float]:
    """The ports that a network policy lets pods connect to in the VPC. What is open to everywhere says nothing."""
    found: set[float] = set()
    for rule in elements(read(policy.inputs, "spec", "egress")):
        blocks = [read(peer, "ipBlock", "cidr") for peer in elements(read(rule, "to"))]
        if any(isinstance(each, str) and each not in _EVERYWHERE and _is_range(each) for each in blocks):
            ports = (number(read(port, "port")) for port in elements(read(rule, "ports")))
            found |= {port for port in ports if port}
    return found


def _is_range(cidr: str) -> bool:
    """Whether a CIDR is of a private network and not a single address such as that of the metadata service."""
    try:
        network = ipaddress.ip_network(cidr)
    except ValueError:
        return False
    return network.is_private and not network.is_link_local


def _does(actions: Sequence[Any]) -> str:
    """What actions do, in a word or two: what neither reads nor writes, such as a login, uses."""
    names = [each.rpartition(":")[2] for each in actions if isinstance(each, str)]
    done = [
        word
        for word, prefixes in (("reads", _READING), ("writes", _WRITING))
        if any(name == "*" or name.startswith(prefixes) for name in names)
    ]
    return ", ".join(done) or "uses"


def merged(labels: Sequence[str]) -> str:
    """The labels of flows between the same places in one."""
    words = {word for label in labels for word in label.split(", ") if word}
    return ", ".join(sorted(words, key=lambda word: (not word.isdigit(), int(word) if word.isdigit() else 0, word)))
