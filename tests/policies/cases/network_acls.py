"""Cases of the rules in policies/network_acls.py."""

from typing import Any

from resources.resource import UNKNOWN, Resource
from tests.support.policies.cases import fails, make, passes, unknown

ACL = "aws:ec2/networkAcl:NetworkAcl"
DEFAULT_ACL = "aws:ec2/defaultNetworkAcl:DefaultNetworkAcl"
ACL_RULE = "aws:ec2/networkAclRule:NetworkAclRule"
WORLD = "0.0.0.0/0"


def entry(first: Any, last: Any, action: str = "allow", order: int = 100, **more: Any) -> dict[str, Any]:
    inputs = {
        "action": action,
        "cidrBlock": WORLD,
        "fromPort": first,
        "protocol": "tcp",
        "ruleNo": order,
        "toPort": last,
    }
    return {**inputs, **more}


def acl(*entries: Any) -> Resource:
    return make(ACL, {"ingress": list(entries)})


def lone(**inputs: Any) -> Resource:
    of_ssh = {"cidrBlock": WORLD, "fromPort": 22, "protocol": "6", "ruleAction": "allow", "toPort": 22}
    return make(ACL_RULE, {**of_ssh, **inputs})


CASES = [
    passes("network-acl", acl(entry(443, 443), entry(1024, 65535), entry(22, 22, cidrBlock="10.0.0.0/8"))),
    passes("network-acl", acl(entry(22, 22, "deny", 90), entry(0, 1000, order=100), entry(20, 23, "deny", 80))),
    fails("network-acl", make(DEFAULT_ACL, {"ingress": [entry(3389, 3389)]}), found="ingress[0]: lets RDP in"),
    passes("network-acl", make(DEFAULT_ACL), kind="absent"),
    passes("network-acl", lone(egress=True)),
    passes("network-acl", lone(ruleAction="deny")),
    passes("network-acl", lone(fromPort=443, toPort=443)),
    fails("network-acl", lone(), found="lets SSH in from every address"),
    fails("network-acl", lone(cidrBlock=None, ipv6CidrBlock="::/0"), found="lets SSH in from every address"),
    fails("network-acl", lone(protocol="-1", fromPort=0, toPort=0), found="lets everything in from every address"),
    fails("network-acl", acl(entry(0, 0, protocol="-1")), found="ingress[0]: lets everything in"),
    fails("network-acl", acl(entry(3389, 3389)), found="ingress[0]: lets RDP in"),
    fails("network-acl", acl(entry(22, 22, "deny", 110), entry(22, 22)), found="ingress[1]: lets SSH in"),
    passes("network-acl", make(ACL), kind="absent"),
    unknown("network-acl", make(ACL, {"ingress": UNKNOWN}), undecided="ingress: action"),
    unknown("network-acl", lone(cidrBlock=UNKNOWN), undecided="cidrBlock"),
]
