"""Instances, what starts them, and their volumes."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from policies.engine.checks import must_be, must_not_be
from policies.engine.frameworks import cis_aws, cis_eks, eks_guide, finops, security_hub, well_architected
from policies.engine.rule import Area, Finding, InCluster, Level, Result, Severity, Undecided, rule
from policies.engine.stack import Stack
from resources.inputs import elements, first, flag, is_set, number, read, text
from resources.resource import UNKNOWN, Resource

INSTANCE = "aws:ec2/instance:Instance"
LAUNCH_TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"
LAUNCH_CONFIGURATION = "aws:ec2/launchConfiguration:LaunchConfiguration"
SCALING_GROUP = "aws:autoscaling/group:Group"
NODE_CLASS = "kubernetes:karpenter.k8s.aws/v1:EC2NodeClass"
NODE_CLASSES = {"karpenter.k8s.aws/v1": ["ec2nodeclasses"]}
_NODE_GROUP = "aws:eks/nodeGroup:NodeGroup"
_SUBNET = "aws:ec2/subnet:Subnet"
_VOLUME = "aws:ebs/volume:Volume"
_STORAGE_CLASS = "kubernetes:storage.k8s.io/v1:StorageClass"
_WITH_VOLUMES = (_VOLUME, LAUNCH_TEMPLATE, LAUNCH_CONFIGURATION, INSTANCE, NODE_CLASS)
_CSI_DRIVER, _IN_TREE_DRIVER = "ebs.csi.aws.com", "kubernetes.io/aws-ebs"
_OLD_VOLUME_TYPES = ("gp2", "standard", "io1")
_OLD_IN_CLUSTER = json.dumps(_OLD_VOLUME_TYPES)
_STORAGE_CLASSES = {"storage.k8s.io/v1": ["storageclasses"]}
_IS_OF_EBS = f"object.provisioner in {json.dumps([_CSI_DRIVER, _IN_TREE_DRIVER])}"
_MADE_TYPE = "object.?parameters[?'type'].orValue('')"


def _of_mappings(bad: str, said: str) -> str:
    """The CEL expression of a message for each volume of a node class with a condition on `each`, its mapping."""
    return (
        f"object.spec.?blockDeviceMappings.orValue([]).transformList(i, each, {bad}, "
        f"'spec.blockDeviceMappings[' + string(i) + '].ebs is ' + {said})"
    )


@dataclass(frozen=True, slots=True)
class _Volume:
    """One volume: where it is written, its values, and the name of its type there."""

    path: str
    values: Any
    type_field: str = "volumeType"
    defaults_to_gp2: bool = True

    @property
    def label(self) -> str:
        return self.path or "the volume"


def _volumes(resource: Resource) -> Iterator[_Volume]:
    """The volumes of one resource of `_WITH_VOLUMES`. An unknown list is one volume with unknown values."""
    inputs = resource.inputs
    if resource.type == _VOLUME:
        yield _Volume("", inputs, "type")
    elif resource.type == LAUNCH_TEMPLATE:
        yield from _mapped("blockDeviceMappings", read(inputs, "blockDeviceMappings"))
    elif resource.type == NODE_CLASS:
        mappings = read(inputs, "spec", "blockDeviceMappings")
        yield from _mapped("spec.blockDeviceMappings", mappings, defaults_to_gp2=False)
    else:
        # The AMI decides the root volume's type where none is given.
        yield _Volume("rootBlockDevice", read(inputs, "rootBlockDevice"), defaults_to_gp2=False)
        for index, device in enumerate(elements(read(inputs, "ebsBlockDevices"))):
            yield _Volume(f"ebsBlockDevices[{index}]", device)


def _mapped(path: str, mappings: Any, *, defaults_to_gp2: bool = True) -> Iterator[_Volume]:
    for index, mapping in enumerate(elements(mappings)):
        if mapping is UNKNOWN:
            yield _Volume(path, UNKNOWN)
        elif not (is_set(read(mapping, "virtualName")) or is_set(read(mapping, "noDevice"))):
            yield _Volume(f"{path}[{index}].ebs", read(mapping, "ebs"), defaults_to_gp2=defaults_to_gp2)


@rule(
    "volume-encryption",
    "Volumes are encrypted",
    (*_WITH_VOLUMES, _STORAGE_CLASS, _NODE_GROUP),
    area=Area.SECURITY,
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=[security_hub("EC2.3"), security_hub("EC2.181"), cis_aws("2.2.1"), well_architected("SEC08-BP02")],
    remediation="Set encrypted to true on every volume, in launch templates in blockDeviceMappings[].ebs, and give a "
    "kmsKeyId.",
    field="encrypted",
    in_cluster=[
        InCluster(
            resources=_STORAGE_CLASSES,
            reads=["parameters"],
            found=f"{_IS_OF_EBS} && object.?parameters[?'encrypted'].orValue('').lowerAscii() != 'true' ? "
            "['makes volumes that are not encrypted'] : []",
        ),
        InCluster(
            resources=NODE_CLASSES,
            found=_of_mappings("each.?ebs.?encrypted != optional.of(true)", "'not encrypted'"),
        ),
    ],
)
def _volume_encryption(resource: Resource, _: Stack) -> Iterator[Result]:
    inputs = resource.inputs
    if resource.type == _STORAGE_CLASS:
        if read(inputs, "provisioner") in (_CSI_DRIVER, _IN_TREE_DRIVER):
            yield from must_be(inputs, "parameters.encrypted", True, "makes volumes that are not encrypted")
        return
    if resource.type == _NODE_GROUP:
        if not is_set(read(inputs, "launchTemplate")):
            yield Finding("has no launch template, so EKS gives its nodes volumes that are not encrypted")
        return
    if resource.type == LAUNCH_TEMPLATE and not elements(read(inputs, "blockDeviceMappings")):
        yield Finding("names no blockDeviceMappings, so the root volume is as the AMI has it: not encrypted")
    for volume in _volumes(resource):
        unstated = flag(read(volume.values, "encrypted")) is None
        if unstated and is_set(read(volume.values, "snapshotId")) and resource.type != INSTANCE:
            yield Undecided(f"{volume.label}: whether its snapshot is encrypted")
        else:
            within = f"{volume.path}." if volume.path else ""
            yield from must_be(volume.values, "encrypted", True, f"{volume.label} is not encrypted", within=within)


@rule(
    "volume-type",
    "Volumes are gp3, not gp2 or older",
    (*_WITH_VOLUMES, _STORAGE_CLASS),
    area=Area.COST,
    severity=Severity.LOW,
    level=Level.MANDATORY,
    frameworks=[finops("Workload Optimization"), finops("Rate Optimization")],
    remediation="Set the volume type to gp3 (io2 where a database needs it); 3,000 IOPS and 125 MB/s are included.",
    field="volume type",
    in_cluster=[
        InCluster(
            resources=_STORAGE_CLASSES,
            reads=["parameters"],
            found=f"!({_IS_OF_EBS}) ? [] : {_MADE_TYPE} in {_OLD_IN_CLUSTER} ? "
            f"['makes ' + {_MADE_TYPE} + ' volumes'] : "
            f"{_MADE_TYPE} == '' && object.provisioner == '{_IN_TREE_DRIVER}' ? "
            "['makes gp2 volumes, the default of this provisioner'] : []",
        ),
        InCluster(
            resources=NODE_CLASSES,
            found=_of_mappings(f"each.?ebs.?volumeType.orValue('') in {_OLD_IN_CLUSTER}", "each.ebs.volumeType"),
        ),
    ],
)
def _volume_type(resource: Resource, _: Stack) -> Iterator[Result]:
    if resource.type == _STORAGE_CLASS:
        yield from _storage_class_type(resource)
        return
    for volume in _volumes(resource):
        kind = text(read(volume.values, volume.type_field))
        if kind is UNKNOWN:
            yield Undecided(f"{volume.path}.{volume.type_field}".lstrip("."))
        elif kind in _OLD_VOLUME_TYPES:
            yield Finding(f"{volume.label} is {kind}")
        elif kind is None and volume.defaults_to_gp2:
            yield Finding(f"{volume.label} has no type, which EC2 takes as gp2")


def _storage_class_type(storage: Resource) -> Iterator[Result]:
    kind = text(read(storage.inputs, "parameters", "type"))
    provisioner = read(storage.inputs, "provisioner")
    if provisioner not in (_CSI_DRIVER, _IN_TREE_DRIVER):
        return
    if kind is UNKNOWN:
        yield Undecided("parameters.type")
    elif kind in _OLD_VOLUME_TYPES:
        yield Finding(f"makes {kind} volumes")
    elif kind is None and provisioner == _IN_TREE_DRIVER:
        yield Finding("makes gp2 volumes, the default of this provisioner")


@rule(
    "imdsv2",
    "Instances ask for IMDSv2 with one hop",
    (LAUNCH_TEMPLATE, LAUNCH_CONFIGURATION, INSTANCE, NODE_CLASS, _NODE_GROUP),
    area=Area.SECURITY,
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=[
        security_hub("EC2.8"),
        security_hub("EC2.170"),
        cis_aws("5.6"),
        eks_guide("Security: restrict access to IMDS"),
    ],
    remediation="Set metadataOptions to httpTokens required and httpPutResponseHopLimit 1.",
    field="metadataOptions",
    in_cluster=[
        InCluster(
            resources=NODE_CLASSES,
            found="object.spec.?metadataOptions.?httpEndpoint.orValue('') == 'disabled' ? [] : "
            "(object.spec.?metadataOptions.?httpTokens.orValue('required') == 'required' ? [] : "
            "['spec.metadataOptions.httpTokens is ' + object.spec.metadataOptions.httpTokens + ': IMDSv1 answers too'])"
            " + (object.spec.?metadataOptions.?httpPutResponseHopLimit.orValue(1) == 1 ? [] : "
            "['spec.metadataOptions.httpPutResponseHopLimit is ' + "
            "string(object.spec.metadataOptions.httpPutResponseHopLimit) + ': pods reach the node\\'s credentials'])",
        )
    ],
)
def _imdsv2(resource: Resource, _: Stack) -> Iterator[Result]:
    if resource.type == _NODE_GROUP:
        if not is_set(read(resource.inputs, "launchTemplate")):
            yield Finding("has no launch template, so EKS gives its nodes a hop limit of 2, which pods reach")
    elif resource.type == NODE_CLASS:
        # Karpenter's own defaults are IMDSv2 and one hop.
        options = read(resource.inputs, "spec", "metadataOptions")
        yield from _metadata_options("spec.metadataOptions", options, "required", 1.0)
    else:
        yield from _metadata_options("metadataOptions", read(resource.inputs, "metadataOptions"), None, None)


def _metadata_options(
    path: str, options: Any, default_tokens: str | None, default_hops: float | None
) -> Iterator[Result]:
    if text(read(options, "httpEndpoint")) == "disabled":
        return
    tokens = first(text(read(options, "httpTokens")), default_tokens)
    hops = first(number(read(options, "httpPutResponseHopLimit")), default_hops)
    if tokens is UNKNOWN:
        yield Undecided(f"{path}.httpTokens")
    elif tokens != "required":
        yield Finding(f"{path}.httpTokens is {tokens or 'absent'}: IMDSv1 answers too")
    if hops is UNKNOWN:
        yield Undecided(f"{path}.httpPutResponseHopLimit")
    elif hops != 1:
        shown = "absent, and the AMI may ask for 2" if hops is None else f"{hops:g}"
        yield Finding(f"{path}.httpPutResponseHopLimit is {shown}: pods reach the node's credentials")


@rule(
    "public-address",
    "Subnets and instances give out no public addresses",
    (_SUBNET, INSTANCE, LAUNCH_TEMPLATE, LAUNCH_CONFIGURATION, NODE_CLASS),
    area=Area.SECURITY,
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=[security_hub("EC2.9"), security_hub("EC2.15"), security_hub("EC2.25"), cis_eks("5.4.3")],
    remediation="Leave mapPublicIpOnLaunch off, also in public subnets: load balancers and NAT gateways have their "
    "own.",
    field="mapPublicIpOnLaunch or associatePublicIpAddress",
    in_cluster=[
        InCluster(
            resources=NODE_CLASSES,
            found="object.spec.?associatePublicIPAddress == optional.of(true) ? "
            "['spec.associatePublicIPAddress is true: instances get public addresses'] : []",
        )
    ],
)
def _public_address(resource: Resource, _: Stack) -> Iterator[Result]:
    inputs = resource.inputs
    interfaces = enumerate(elements(read(inputs, "networkInterfaces")))
    for within, values, path in (
        ("", inputs, "mapPublicIpOnLaunch"),
        ("", inputs, "associatePublicIpAddress"),
        ("", inputs, "spec.associatePublicIPAddress"),
        *((f"networkInterfaces[{index}].", each, "associatePublicIpAddress") for index, each in interfaces),
    ):
        message = f"{within}{path} is true: instances get public addresses"
        yield from must_not_be(values, path, True, message, within=within)


def in_private_subnets(resource: Resource, key: str, message: str, stack: Stack) -> Iterator[Result]:
    """A finding for each subnet of the input `key` that gives out public addresses.

    `{subnet}` in the message becomes its name.
    """
    for subnet in stack.sources(resource, key, _SUBNET):
        public = flag(read(subnet.inputs, "mapPublicIpOnLaunch"))
        if public is UNKNOWN:
            yield Undecided(f"mapPublicIpOnLaunch of {subnet.name}")
        elif public:
            yield Finding(message.replace("{subnet}", subnet.name))
