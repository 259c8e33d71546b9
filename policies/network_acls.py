"""Network ACLs."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from policies.engine.cidrs import is_world
from policies.engine.frameworks import checkov, cis_aws, security_hub, well_architected
from policies.engine.rule import Area, Finding, Level, Result, Severity, Undecided, rule
from policies.engine.stack import Stack
from resources.inputs import elements, first, flag, number, read, text
from resources.resource import UNKNOWN, Resource

_ACL = "aws:ec2/networkAcl:NetworkAcl"
_DEFAULT_ACL = "aws:ec2/defaultNetworkAcl:DefaultNetworkAcl"
_ACL_RULE = "aws:ec2/networkAclRule:NetworkAclRule"
_ADMINISTRATION = {20: "FTP", 21: "FTP", 22: "SSH", 23: "Telnet", 3389: "RDP"}
_EPHEMERAL, _LAST_PORT = 1024, 65535
"""Answers to connections from inside come to ports from here to 65535.

Source: Amazon VPC user guide, "Ephemeral ports".
"""


@dataclass(frozen=True, slots=True)
class _Entry:
    """One inbound rule. `values` is unknown where it cannot be read."""

    path: str
    values: Any
    order: float

    @property
    def cidrs(self) -> list[Any]:
        return [read(self.values, field) for field in ("cidrBlock", "ipv6CidrBlock")]

    @property
    def action(self) -> Any:
        return first(text(read(self.values, "action")), text(read(self.values, "ruleAction")))

    @property
    def protocol(self) -> str:
        return str(read(self.values, "protocol")).lower()

    def covers(self, port: int) -> bool:
        """Whether it is about a TCP port."""
        if self.protocol in ("-1", "all"):
            return True
        low, high = number(read(self.values, "fromPort")), number(read(self.values, "toPort"))
        if self.protocol not in ("tcp", "6") or not isinstance(low, float) or not isinstance(high, float):
            return False
        return low <= port <= high and not (low >= _EPHEMERAL and high >= _LAST_PORT)

    def denies(self, port: int) -> bool:
        """Whether it keeps every address from a TCP port."""
        return str(self.action).lower() == "deny" and self.covers(port) and any(map(is_world, self.cidrs))


@rule(
    "network-acl",
    "Network ACLs let neither everything nor remote administration in from the internet",
    (_ACL, _DEFAULT_ACL, _ACL_RULE),
    area=Area.SECURITY,
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=[
        security_hub("EC2.21"),
        cis_aws("5.1"),
        checkov("CKV_AWS_352"),
        checkov("CKV_AWS_231"),
        checkov("CKV_AWS_232"),
        well_architected("SEC05-BP02"),
    ],
    remediation="Allow the ports that are used, and for answers 1024 to 65535; name the ranges of administrators.",
    field="ingress",
)
def _network_acl(resource: Resource, _: Stack) -> Iterator[Result]:
    entries = sorted(_entries(resource), key=lambda each: each.order)
    for index, entry in enumerate(entries):
        where = f"{entry.path}: " if entry.path else ""
        if entry.values is UNKNOWN or entry.action is UNKNOWN:
            yield Undecided(f"{where}action" if entry.path else "ruleAction")
        elif str(entry.action).lower() != "allow":
            continue
        elif any(map(is_world, entry.cidrs)):
            yield from _opened(entry, entries[:index], where)
        elif UNKNOWN in entry.cidrs:
            yield Undecided(f"{where}cidrBlock")


def _entries(resource: Resource) -> Iterator[_Entry]:
    inputs = resource.inputs
    if resource.type == _ACL_RULE:
        if flag(read(inputs, "egress")) is not True:
            yield _Entry("", inputs, 0.0)
        return
    for index, values in enumerate(elements(read(inputs, "ingress"))):
        order = number(read(values, "ruleNo"))
        path = "ingress" if values is UNKNOWN else f"ingress[{index}]"
        yield _Entry(path, values, order if isinstance(order, float) else 0.0)


def _opened(entry: _Entry, before: list[_Entry], where: str) -> Iterator[Result]:
    """What a rule for every address opens, except for what a rule `before` it denies."""
    if entry.protocol in ("-1", "all"):
        yield Finding(f"{where}lets everything in from every address")
        return
    for port, name in _ADMINISTRATION.items():
        if entry.covers(port) and not any(each.denies(port) for each in before):
            yield Finding(f"{where}lets {name} in from every address")
