"""EKS clusters, made directly or by the remote component of pulumi-eks, their add-ons and node groups."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from components.facts.versions import STANDARD_SUPPORT_ENDS, in_extended_support
from policies.ec2 import LAUNCH_TEMPLATE, SCALING_GROUP
from policies.engine.checks import SET, must_be, must_not_be, requires
from policies.engine.cidrs import is_within, is_world
from policies.engine.controls import given, line, never, table
from policies.engine.frameworks import cis_eks, eks_guide, finops, security_hub, well_architected
from policies.engine.rule import Area, Finding, Level, Result, Severity, Undecided, rule
from policies.engine.stack import Stack
from policies.vpc import SUBNET, zone_of
from resources.inputs import display, elements, flag, is_set, number, read, text
from resources.resource import UNKNOWN, Resource, Unknown

CLUSTER = "aws:eks/cluster:Cluster"
REMOTE_CLUSTER = "eks:index:Cluster"
"""The component of pulumi-eks. In a plan its inputs are all there is; under the engine its children are judged too."""
CLUSTERS = (CLUSTER, REMOTE_CLUSTER)
NODE_GROUP = "aws:eks/nodeGroup:NodeGroup"
MANAGED_NODE_GROUP = "eks:index:ManagedNodeGroup"
_ADDON = "aws:eks/addon:Addon"
_LOG_TYPES = ("api", "audit", "authenticator", "controllerManager", "scheduler")


def _is_unprotected_in_production(cluster: Resource, stack: Stack) -> bool:
    return stack.environment.is_production and not cluster.protect


requires(
    CLUSTERS,
    "deletionProtection",
    True,
    "deletionProtection is not true, and the resource is not protected in the stack either",
    name="cluster-deletion",
    title="Production clusters are protected from deletion",
    when=_is_unprotected_in_production,
    area=Area.RELIABILITY,
    severity=Severity.MEDIUM,
    level=Level.MANDATORY,
    frameworks=[well_architected("REL08-BP05")],
    remediation="Set deletionProtection to true; set it to false in a separate deployment before destroying the stack.",
)
requires(
    CLUSTERS,
    "upgradePolicy.supportType",
    "STANDARD",
    "upgradePolicy.supportType is {value}: the control plane costs six times as much after support ends",
    absent="absent, which AWS takes as EXTENDED",
    name="eks-upgrade-policy",
    title="Clusters do not enter extended support automatically",
    area=Area.COST,
    severity=Severity.LOW,
    level=Level.MANDATORY,
    frameworks=[finops("Policy & Governance")],
    remediation="Set upgradePolicy.supportType to STANDARD; AWS then upgrades the cluster when standard support ends.",
)


@rule(
    "eks-authentication",
    "Clusters authenticate only by access entries",
    CLUSTERS,
    area=Area.SECURITY,
    severity=Severity.MEDIUM,
    level=Level.MANDATORY,
    frameworks=[eks_guide("Security: identity and access management")],
    remediation="Set authenticationMode to API and give access entries; anyone who may edit aws-auth is an "
    "administrator.",
    field="authenticationMode",
)
def _authentication(cluster: Resource, _: Stack) -> Iterator[Result]:
    path = "authenticationMode" if cluster.type == REMOTE_CLUSTER else "accessConfig.authenticationMode"
    absent = "absent, which means the ConfigMap aws-auth"
    return must_be(cluster.inputs, path, "API", f"{path} is {{value}}", absent=absent)


@rule(
    "cluster-secrets-encryption",
    "Cluster Secrets are encrypted with a customer key",
    CLUSTERS,
    area=Area.SECURITY,
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=[security_hub("EKS.3"), cis_eks("5.3.1")],
    remediation="Give the cluster a KMS key: encryptionConfigKeyArn of eks.Cluster, or encryptionConfig with "
    "resources secrets.",
    field="encryptionConfig",
)
def _secrets_encryption(cluster: Resource, _: Stack) -> Iterator[Result]:
    if cluster.type == REMOTE_CLUSTER:
        missing = "encryptionConfigKeyArn is absent: Secrets are not encrypted with a key of this account"
        yield from must_be(cluster.inputs, "encryptionConfigKeyArn", SET, missing)
        return
    config = read(cluster.inputs, "encryptionConfig")
    kinds = elements(read(config, "resources"))
    if config is UNKNOWN:
        yield Undecided("encryptionConfig")
    elif not is_set(read(config, "provider", "keyArn")):
        yield Finding("encryptionConfig names no key: Secrets are not encrypted with a key of this account")
    elif "secrets" not in kinds and UNKNOWN in kinds:
        yield Undecided("encryptionConfig.resources")
    elif "secrets" not in kinds:
        yield Finding("encryptionConfig.resources does not name secrets")


@rule(
    "eks-endpoint",
    "The cluster endpoint is private, or public to named ranges",
    CLUSTERS,
    area=Area.SECURITY,
    severity=Severity.CRITICAL,
    level=Level.MANDATORY,
    frameworks=[security_hub("EKS.1"), cis_eks("5.4.1"), cis_eks("5.4.2")],
    remediation="Set endpointPrivateAccess true and endpointPublicAccess false; where it must be public, name the "
    "ranges in publicAccessCidrs.",
    field="endpointPrivateAccess, endpointPublicAccess and publicAccessCidrs",
)
def _endpoint(cluster: Resource, stack: Stack) -> Iterator[Result]:
    inputs = cluster.inputs if cluster.type == REMOTE_CLUSTER else read(cluster.inputs, "vpcConfig")
    no_private = "has no private endpoint, so nodes reach the API server over public addresses"
    yield from must_be(inputs, "endpointPrivateAccess", True, no_private)
    public = flag(read(inputs, "endpointPublicAccess"))
    if public is UNKNOWN:
        yield Undecided("endpointPublicAccess")
    elif public is not False:
        absent = " and endpointPublicAccess is absent, which AWS takes as true" if public is None else ""
        cidrs = elements(read(inputs, "publicAccessCidrs"))
        yield from _public_endpoint(cidrs, stack.settings.public_endpoint_cidrs, absent)


def _public_endpoint(cidrs: list[Any], allowed: list[str], absent: str) -> Iterator[Result]:
    worlds = [cidr for cidr in cidrs if is_world(cidr)]
    if worlds or not cidrs:
        why = f"publicAccessCidrs holds {worlds[0]}" if worlds else "it names no publicAccessCidrs"
        yield Finding(f"its API server is open to the world: {why}{absent}")
    for cidr in cidrs:
        if cidr is UNKNOWN:
            yield Undecided("publicAccessCidrs")
        elif allowed and not is_world(cidr) and not any(is_within(cidr, each) for each in allowed):
            yield Finding(f"publicAccessCidrs holds {display(cidr)}, which publicEndpointCidrs does not allow")


@rule(
    "eks-logs",
    "All control-plane logs are on",
    CLUSTERS,
    area=Area.SECURITY,
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=[security_hub("EKS.8"), cis_eks("2.1.1"), well_architected("SEC04-BP01")],
    remediation="Set enabledClusterLogTypes to api, audit, authenticator, controllerManager and scheduler.",
    field="enabledClusterLogTypes",
)
def _logs(cluster: Resource, _: Stack) -> Iterator[Result]:
    enabled = elements(read(cluster.inputs, "enabledClusterLogTypes"))
    lacking = [kind for kind in _LOG_TYPES if kind not in enabled]
    if lacking and UNKNOWN in enabled:
        yield Undecided("enabledClusterLogTypes")
    elif lacking:
        yield Finding(f"does not log {', '.join(lacking)}")


@rule(
    "eks-left-alone",
    "eks.Cluster gets its security groups, roles and network from the program",
    REMOTE_CLUSTER,
    area=Area.SECURITY,
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=[cis_eks("5.4.3"), well_architected("SEC05-BP02")],
    remediation="Set skipDefaultSecurityGroups and skipDefaultNodeGroup, and pass clusterSecurityGroup, serviceRole "
    "and vpcId.",
    field="skipDefaultSecurityGroups, skipDefaultNodeGroup and createInstanceRole",
)
def _left_alone(cluster: Resource, _: Stack) -> Iterator[Result]:
    for path, expected, consequence in (
        ("skipDefaultSecurityGroups", True, "it makes node security groups that may send to every address"),
        ("skipDefaultNodeGroup", True, "it makes a node group and an instance role that no rule here covers"),
        ("vpcId", SET, "it goes into the account's default VPC"),
        ("clusterSecurityGroup", SET, "it makes a group that may send to every address"),
        ("serviceRole", SET, "it makes a role whose trust has no condition"),
    ):
        state = "is absent" if expected is SET else "is not true"
        yield from must_be(cluster.inputs, path, expected, f"{path} {state}: {consequence}")
    makes_role = "createInstanceRole is true: it makes an instance role with policies of its own choice"
    yield from must_not_be(cluster.inputs, "createInstanceRole", True, makes_role)


@rule(
    "eks-version",
    "Clusters run a Kubernetes version in standard support",
    CLUSTERS,
    area=Area.COST,
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=[security_hub("EKS.2"), finops("Rate Optimization")],
    remediation="Upgrade one minor version at a time, the control plane first, then add-ons and node groups.",
    field="version",
)
def _version(cluster: Resource, stack: Stack) -> Iterator[Result]:
    version, today = _version_of(cluster), stack.context.today
    if version is UNKNOWN:
        yield Undecided("version")
        return
    if version is None:
        yield Finding("has no version, so it gets the newest one on the day it is created")
        return
    try:
        extended = in_extended_support(version, today)
    except ValueError:
        yield Finding(f"version {version} is not a Kubernetes version such as 1.35")
        return
    ends = STANDARD_SUPPORT_ENDS.get(version)
    if extended and (ends is None or today >= ends.replace(year=ends.year + 1)):
        yield Finding(f"Kubernetes {version} is out of support, also out of extended support")
    elif extended:
        yield Finding(
            f"Kubernetes {version} left standard support on {ends}; extended support costs six times as much, "
            "0.60 instead of 0.10 USD an hour"
        )


@rule(
    "eks-support-end",
    "Clusters do not leave standard support soon",
    CLUSTERS,
    area=Area.COST,
    severity=Severity.MEDIUM,
    level=Level.ADVISORY,
    frameworks=[security_hub("EKS.2"), finops("Rate Optimization")],
    remediation="Plan the upgrade; supportNotice in mlplatform:policies sets how early the plan reports this.",
    field="version",
)
def _support_end(cluster: Resource, stack: Stack) -> Iterator[Result]:
    version = _version_of(cluster)
    if version is UNKNOWN:
        yield Undecided("version")
        return
    ends = STANDARD_SUPPORT_ENDS.get(version or "")
    if ends is not None and 0 < (days := (ends - stack.context.today).days) <= stack.settings.support_notice:
        yield Finding(f"Kubernetes {version} leaves standard support on {ends}, in {days} days")


def _version_of(cluster: Resource) -> str | Unknown | None:
    """The Kubernetes version, as 1.35; a number is read as its text."""
    value = read(cluster.inputs, "version")
    found = text(value) if isinstance(value, str) else number(value)
    return f"{found:.2f}" if isinstance(found, int | float) else found


@rule(
    "addon-version",
    "Cluster add-ons are pinned to a version",
    (REMOTE_CLUSTER, _ADDON),
    area=Area.RELIABILITY,
    severity=Severity.LOW,
    level=Level.ADVISORY,
    frameworks=[eks_guide("Cluster upgrades: add-ons")],
    remediation="Make the add-ons as resources with addonVersion; switch those of eks.Cluster off with "
    "useDefaultVpcCni true and kubeProxyAddonOptions.enabled false.",
    field="addonVersion",
)
def _addon_version(resource: Resource, _: Stack) -> Iterator[Result]:
    inputs = resource.inputs
    if resource.type == _ADDON:
        yield from must_be(inputs, "addonVersion", SET, "addonVersion is absent, so it gets the default of the day")
        return
    newest = "eks.Cluster adds the newest version of the day"
    yield from must_be(inputs, "useDefaultVpcCni", True, f"useDefaultVpcCni is not true: {newest}")
    proxy = "kubeProxyAddonOptions.enabled"
    yield from must_be(inputs, proxy, False, f"{proxy} is not false: {newest}")


@rule(
    "cluster-zones",
    "Clusters span enough zones",
    CLUSTERS,
    needs_stack=True,
    area=Area.RELIABILITY,
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=[well_architected("REL10-BP01"), eks_guide("Reliability: control plane")],
    remediation="Give the cluster private subnets in at least minimumZones zones.",
    field="subnetIds",
)
def _cluster_zones(cluster: Resource, stack: Stack) -> Iterator[Result]:
    fields = ("vpcConfig",) if cluster.type == CLUSTER else ("privateSubnetIds", "subnetIds")
    return _zones(cluster, fields, stack)


@rule(
    "node-group-zones",
    "Node groups span enough zones",
    NODE_GROUP,
    needs_stack=True,
    area=Area.RELIABILITY,
    severity=Severity.MEDIUM,
    level=Level.ADVISORY,
    frameworks=[security_hub("AutoScaling.2"), eks_guide("Reliability: data plane")],
    remediation="Give the node group subnets in several zones, unless its volumes or reservation bind it to one.",
    field="subnetIds",
)
def _node_group_zones(group: Resource, stack: Stack) -> Iterator[Result]:
    if not _is_bound_to_zone(group, stack):
        yield from _zones(group, ("subnetIds",), stack)


def _is_bound_to_zone(group: Resource, stack: Stack) -> bool:
    """Whether its capacity exists in one zone alone: a capacity block, a reservation, or a placement group."""
    if read(group.inputs, "capacityType") == "CAPACITY_BLOCK":
        return True
    return any(
        is_set(read(template.inputs, "placement", "groupName"))
        or is_set(read(template.inputs, "capacityReservationSpecification", "capacityReservationTarget"))
        for template in stack.sources(group, "launchTemplate", LAUNCH_TEMPLATE)
    )


def _zones(resource: Resource, fields: tuple[str, ...], stack: Stack) -> Iterator[Result]:
    """Whether the subnets that `fields` of a resource name are in enough zones."""
    least = stack.settings.minimum_zones
    names = [name for field in fields for name in elements(_subnet_ids(resource, field))]
    made = [subnet for field in fields for subnet in stack.sources(resource, field, SUBNET)]
    existing = [subnet for name in names if (subnet := stack.existing_subnets.get(str(name)))]
    subnets = {subnet.urn: subnet for subnet in (*made, *existing)}
    zones = {zone_of(subnet) for subnet in subnets.values()}
    known = len(zones - {None})
    if known >= least:
        return
    if not names:
        yield Finding("names no subnets")
    elif subnets and None not in zones:
        yield Finding(f"spans {known} zone{'s' if known > 1 else ''}; this stack requires {least}")
    elif not subnets and UNKNOWN not in names and len(names) < least:
        yield Finding(f"names {len(names)} subnet{'s' if len(names) > 1 else ''}, fewer than {least} zones")
    else:
        yield Undecided(f"zones of {' and '.join(fields)}")


def _subnet_ids(resource: Resource, field: str) -> Any:
    value = read(resource.inputs, field)
    return read(value, "subnetIds") if field == "vpcConfig" else value


@rule(
    "node-group-size",
    "A node group's minimum, size and maximum agree",
    (NODE_GROUP, MANAGED_NODE_GROUP, SCALING_GROUP),
    area=Area.RELIABILITY,
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=[eks_guide("Reliability: data plane")],
    remediation="Keep minSize <= desiredSize <= maxSize, and maxSize above 0.",
    field="scalingConfig",
)
def _node_group_size(group: Resource, _: Stack) -> Iterator[Result]:
    scaling = group.type == SCALING_GROUP
    inputs = group.inputs if scaling else read(group.inputs, "scalingConfig")
    names = ("minSize", "desiredCapacity" if scaling else "desiredSize", "maxSize")
    sizes = {name: number(read(inputs, name)) for name in names}
    known = [(name, size) for name, size in sizes.items() if isinstance(size, float)]
    for (lower, low), (upper, high) in pairwise(known):
        if low > high:
            yield Finding(f"{lower} {low:g} is above {upper} {high:g}")
    if sizes["maxSize"] == 0:
        yield Finding("maxSize is 0: it can never start a node")
    for name, size in sizes.items():
        if size is UNKNOWN:
            yield Undecided(name)


table(
    "network-policy-engine",
    "The VPC CNI enforces network policies",
    line(
        "eks/addon:Addon",
        "configurationValues.enableNetworkPolicy",
        never(False),
        when=given("addonName", "vpc-cni"),
    ),
    area=Area.SECURITY,
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=[cis_eks("4.3.1"), eks_guide("Security: network security")],
    remediation='Set enableNetworkPolicy to "true" in configurationValues.',
    field="configurationValues",
)
