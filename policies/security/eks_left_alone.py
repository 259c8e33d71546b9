"""What eks.Cluster creates out of sight is what we decided."""

from collections.abc import Iterator

from policies.clusters import REMOTE_CLUSTER
from policies.engine.frameworks import cis_eks, well_architected
from policies.engine.rule import Finding, Result, Rule, Severity, Undecided, require
from policies.engine.settings import Level
from policies.engine.stack import Stack
from policies.inputs import flag, given, read
from pricing.resource import UNKNOWN, Resource

_OWN = {
    "vpcId": "it goes into the account's default VPC",
    "clusterSecurityGroup": "it makes a group that may send to every address",
    "serviceRole": "it makes a role whose trust has no condition",
}


def _check(resource: Resource, _: Stack) -> Iterator[Result]:
    inputs = resource.inputs
    yield from require(
        read(inputs, "skipDefaultSecurityGroups"),
        True,
        "skipDefaultSecurityGroups",
        "skipDefaultSecurityGroups is not true: it makes node security groups that may send to every address",
    )
    yield from require(
        read(inputs, "skipDefaultNodeGroup"),
        True,
        "skipDefaultNodeGroup",
        "skipDefaultNodeGroup is not true: it makes a node group and an instance role that no rule here shaped",
    )
    for name, consequence in _OWN.items():
        if not given(read(inputs, name)):
            yield Finding(f"{name} is absent: {consequence}")
    makes_role = flag(read(inputs, "createInstanceRole"))
    if makes_role is UNKNOWN:
        yield Undecided("createInstanceRole")
    elif makes_role:
        yield Finding("createInstanceRole is true: it makes an instance role with policies of its own choice")


RULE = Rule(
    name="eks-left-alone",
    title="eks.Cluster is given its security groups, roles and network",
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=(cis_eks("5.4.3"), well_architected("SEC05-BP02")),
    remediation="Set skipDefaultSecurityGroups and skipDefaultNodeGroup, and pass clusterSecurityGroup, serviceRole "
    "and vpcId.",
    field="skipDefaultSecurityGroups, skipDefaultNodeGroup and createInstanceRole",
    types=frozenset({REMOTE_CLUSTER}),
    check=_check,
)
