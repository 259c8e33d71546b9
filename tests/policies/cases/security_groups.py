"""Cases of the rules in policies/security_groups.py."""

from typing import Any

from resources.resource import SECRET, UNKNOWN, Resource
from tests.support.policies.cases import fails, make, passes, unknown

SECURITY_GROUP = "aws:ec2/securityGroup:SecurityGroup"
RULE_OF_GROUP = "aws:ec2/securityGroupRule:SecurityGroupRule"
INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
EGRESS = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"
PREFIX_LIST = "aws:ec2/managedPrefixList:ManagedPrefixList"
PREFIX_ENTRY = "aws:ec2/managedPrefixListEntry:ManagedPrefixListEntry"
NODE_GROUP = "aws:eks/nodeGroup:NodeGroup"
WORLD = "0.0.0.0/0"
ALL_V6 = "::/0"


def ports(first: Any, last: Any, *cidrs: Any, protocol: Any = "tcp") -> dict[str, Any]:
    return {"fromPort": first, "toPort": last, "protocol": protocol, "cidrBlocks": list(cidrs)}


def group(**inputs: Any) -> Resource:
    return make(SECURITY_GROUP, inputs)


def lone(kind: str, cidr: Any, port: Any = 443, protocol: Any = "tcp") -> Resource:
    return make(kind, {"cidrIpv4": cidr, "ipProtocol": protocol, "fromPort": port, "toPort": port})


def prefixes(*cidrs: Any) -> Resource:
    return make(PREFIX_LIST, {"entries": [{"cidr": cidr} for cidr in cidrs]}, name="list")


OFFICES, EVERYBODY = prefixes("203.0.113.0/24"), prefixes(WORLD)
EMPTY = prefixes()


def listed(prefix_list: Resource, port: int = 22) -> Resource:
    inputs = {"ipProtocol": "tcp", "fromPort": port, "toPort": port, "prefixListId": UNKNOWN}
    return make(INGRESS, inputs, refers={"prefixListId": [prefix_list]})


def halves(port: int = 22) -> tuple[Resource, ...]:
    """Two rules of one group that each open half of the internet's ranges of length /9 to a port."""
    group_of_both = make(SECURITY_GROUP, name="group")
    inputs = {"ipProtocol": "tcp", "fromPort": port, "toPort": port}
    rules = [
        make(INGRESS, {**inputs, "cidrIpv4": cidr}, name=name, refers={"securityGroupId": [group_of_both]})
        for name, cidr in (("low", "3.0.0.0/9"), ("high", "3.128.0.0/9"))
    ]
    return group_of_both, *rules


SEVEN = ["1.0.0.0/9", "2.0.0.0/9", "3.0.0.0/9"]

CASES = [
    passes("open-egress", group(egress=[ports(443, 443, WORLD)])),
    passes("open-egress", group(egress=[ports(0, 0, "10.0.0.0/16", protocol="-1")])),
    fails("open-egress", group(egress=[ports(0, 0, WORLD, protocol="-1")]), found="egress[0]: allows everything to"),
    fails("open-egress", make(RULE_OF_GROUP, {"type": "egress", **ports(0, 65535, WORLD)}), found="TCP ports 0 to"),
    fails("open-egress", lone(EGRESS, WORLD, 25), found="TCP port 25 to 0.0.0.0/0"),
    passes("open-egress", group(), kind="absent"),
    unknown("open-egress", lone(EGRESS, UNKNOWN, 25), undecided="CIDRs"),
    passes("open-ingress", group(ingress=[ports(443, 443, WORLD), ports(22, 22, "10.0.0.0/8")])),
    passes("open-ingress", group(egress=[ports(0, 0, WORLD, protocol="-1")])),
    passes("open-ingress", make(RULE_OF_GROUP, {"type": "egress", **ports(22, 22, WORLD)})),
    passes("open-ingress", lone(INGRESS, WORLD, 8443), settings={"worldOpenPorts": [8443]}),
    passes("open-ingress", make(INGRESS, {"referencedSecurityGroupId": "sg-1", "ipProtocol": "-1"})),
    fails("open-ingress", group(ingress=[ports(22, 22, WORLD)]), found="ingress[0]: allows TCP port 22 from 0.0.0.0/0"),
    fails("open-ingress", group(ingress=[ports(0, 65535, WORLD)]), found="TCP ports 0 to 65535"),
    fails("open-ingress", group(ingress=[ports(0, 0, WORLD, protocol="-1")]), found="allows everything from"),
    fails(
        "open-ingress", group(ingress=[ports(443, 443, "0.0.0.0/1", protocol="udp")]), found="allows udp traffic from"
    ),
    fails("open-ingress", make(RULE_OF_GROUP, {"type": "ingress", **ports(22, 22, WORLD)}), found="TCP port 22"),
    fails("open-ingress", lone(INGRESS, WORLD, 6443), found="TCP port 6443 from 0.0.0.0/0"),
    fails("open-ingress", make(INGRESS, {"cidrIpv6": ALL_V6, "ipProtocol": "-1"}), found="everything from ::/0"),
    fails(
        "open-ingress",
        group(ingress=[{"fromPort": 22, "toPort": 22, "protocol": "tcp", "ipv6CidrBlocks": [ALL_V6]}]),
        found="from ::/0",
    ),
    passes("open-ingress", group(), kind="absent"),
    unknown("open-ingress", lone(INGRESS, UNKNOWN, 22), undecided="CIDRs"),
    unknown("open-ingress", lone(INGRESS, WORLD, UNKNOWN), undecided="protocol and ports open to 0.0.0.0/0"),
    unknown("open-ingress", group(ingress=UNKNOWN), undecided="ingress: CIDRs"),
    fails("open-ingress", group(ingress=[ports(443, None, WORLD)]), found="allows tcp traffic from"),
    fails("open-ingress", group(ingress=[ports(None, 443, WORLD)]), found="allows tcp traffic from"),
    fails("open-ingress", group(ingress=[ports(22, 22, *SEVEN)]), found="TCP port 22 from ranges that together are"),
    fails("open-ingress", group(ingress=[ports(22, 22, cidr) for cidr in SEVEN]), found="ranges that together are the"),
    fails("open-ingress", group(ingress=[ports(22, 22, "8.0.0.0/7")]), found="from 8.0.0.0/7"),
    passes("open-ingress", group(ingress=[ports(22, 22, "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")])),
    passes("open-ingress", group(ingress=[ports(22, 22, "203.0.113.0/24", "198.51.100.0/24")])),
    passes("open-ingress", make(INGRESS, {"cidrIpv6": "fd00::/8", "ipProtocol": "-1"})),
    passes("open-ingress", group(ingress=[{**ports(2049, 2049), "self": True}])),
    fails("open-ingress", group(ingress=SECRET), found="ingress: CIDRs is a secret", kind="unknown"),
    fails("open-ingress", lone(INGRESS, SECRET, 22), found="CIDRs is a secret", kind="unknown"),
    passes("open-together", listed(OFFICES), OFFICES),
    passes("open-together", *halves(443)),
    passes("open-together", make(INGRESS, {"prefixListId": "pl-cloudfront", "ipProtocol": "-1"})),
    fails("open-together", listed(EVERYBODY), EVERYBODY, found="opens ingress to a prefix list that holds 0.0.0.0/0"),
    fails(
        "open-together",
        listed(EMPTY),
        EMPTY,
        make(PREFIX_ENTRY, {"cidr": ALL_V6, "prefixListId": UNKNOWN}, refers={"prefixListId": [EMPTY]}),
        found="opens ingress to a prefix list that holds ::/0",
    ),
    fails(
        "open-together",
        make(
            SECURITY_GROUP,
            {"ingress": [{**ports(22, 22), "prefixListIds": [UNKNOWN]}]},
            refers={"ingress": [EVERYBODY]},
        ),
        EVERYBODY,
        found="opens ingress to a prefix list",
    ),
    fails("open-together", *halves(), found=("is one of 3 rules that together open ingress to the internet",) * 2),
    passes("open-together", group(), kind="absent"),
    unknown("open-together", listed(prefixes(UNKNOWN)), prefixes(UNKNOWN), undecided="entries of a prefix list"),
    passes("open-prefix-list", OFFICES),
    fails("open-prefix-list", EVERYBODY, found="holds the internet"),
    fails("open-prefix-list", make(PREFIX_ENTRY, {"cidr": "0.0.0.0/1"}), found="holds the internet"),
    passes("open-prefix-list", EMPTY, kind="absent"),
    unknown("open-prefix-list", make(PREFIX_ENTRY, {"cidr": UNKNOWN}), undecided="entries"),
    passes("node-group-ssh", make(NODE_GROUP, {"remoteAccess": {"ec2SshKey": "k", "sourceSecurityGroupIds": ["sg"]}})),
    fails("node-group-ssh", make(NODE_GROUP, {"remoteAccess": {"ec2SshKey": "k"}}), found="opens SSH to every address"),
    passes("node-group-ssh", make(NODE_GROUP), kind="absent"),
    unknown("node-group-ssh", make(NODE_GROUP, {"remoteAccess": UNKNOWN}), undecided="remoteAccess"),
]
