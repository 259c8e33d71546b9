"""Cases of the rules in policies/ec2.py."""

from typing import Any

from resources.resource import UNKNOWN, Resource
from tests.support.policies.cases import fails, make, of_input, passes, unknown

LAUNCH_TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"
NODE_CLASS = "kubernetes:karpenter.k8s.aws/v1:EC2NodeClass"
VOLUME = "aws:ebs/volume:Volume"
STORAGE_CLASS = "kubernetes:storage.k8s.io/v1:StorageClass"
INSTANCE = "aws:ec2/instance:Instance"
NODE_GROUP = "aws:eks/nodeGroup:NodeGroup"
SUBNET = "aws:ec2/subnet:Subnet"


def template(**inputs: Any) -> Resource:
    return make(LAUNCH_TEMPLATE, inputs)


def mapping(**ebs: Any) -> Resource:
    return template(blockDeviceMappings=[{"deviceName": "/dev/xvda", "ebs": ebs}])


def disk(**ebs: Any) -> Resource:
    return template(blockDeviceMappings=[{"ebs": ebs}])


def node_class(**spec: Any) -> Resource:
    return make(NODE_CLASS, {"spec": spec})


def storage(**parameters: Any) -> Resource:
    return make(STORAGE_CLASS, {"provisioner": "ebs.csi.aws.com", "parameters": parameters})


def options(**values: Any) -> Resource:
    return template(metadataOptions=values)


def subnet(**inputs: Any) -> Resource:
    return make(SUBNET, inputs)


CASES = [
    passes("volume-type", mapping(volumeType="gp3")),
    passes("volume-type", make(STORAGE_CLASS, {"provisioner": "ebs.csi.aws.com", "parameters": {"type": "gp3"}})),
    passes("volume-type", make(STORAGE_CLASS, {"provisioner": "efs.csi.aws.com", "parameters": {"type": "gp2"}})),
    passes("volume-type", template(blockDeviceMappings=[{"virtualName": "ephemeral0"}])),
    fails("volume-type", mapping(volumeType="gp2"), found="blockDeviceMappings[0].ebs is gp2"),
    fails("volume-type", make(VOLUME, {"type": "io1"}), found="the volume is io1"),
    fails("volume-type", make(INSTANCE, {"rootBlockDevice": {"volumeType": "gp2"}}), found="rootBlockDevice is gp2"),
    fails(
        "volume-type",
        make(STORAGE_CLASS, {"provisioner": "ebs.csi.aws.com", "parameters": {"type": "gp2"}}),
        found="makes gp2 volumes",
    ),
    fails(
        "volume-type",
        make(NODE_CLASS, {"spec": {"blockDeviceMappings": [{"ebs": {"volumeType": "gp2"}}]}}),
        found="spec.blockDeviceMappings[0].ebs is gp2",
    ),
    fails("volume-type", make(VOLUME), kind="absent", found="has no type, which EC2 takes as gp2"),
    passes("volume-type", make(NODE_CLASS, {"spec": {"blockDeviceMappings": [{"ebs": {}}]}}), kind="absent"),
    unknown("volume-type", mapping(volumeType=UNKNOWN), undecided="blockDeviceMappings[0].ebs.volumeType"),
    unknown("volume-type", template(blockDeviceMappings=UNKNOWN), undecided="blockDeviceMappings.volumeType"),
    passes("volume-type", make(INSTANCE), kind="absent"),
    fails(
        "volume-type", make(INSTANCE, {"ebsBlockDevices": [{}]}), kind="absent", found="ebsBlockDevices[0] has no type"
    ),
    fails("volume-type", mapping(), kind="absent", found="blockDeviceMappings[0].ebs has no type"),
    fails(
        "volume-type", make(STORAGE_CLASS, {"provisioner": "kubernetes.io/aws-ebs"}), kind="absent", found="makes gp2"
    ),
    passes("volume-type", make(STORAGE_CLASS, {"provisioner": "ebs.csi.aws.com"}), kind="absent"),
    passes("volume-type", make(STORAGE_CLASS, {"provisioner": "kubernetes.io/aws-ebs", "parameters": {"type": "gp3"}})),
    unknown("volume-type", storage(type=UNKNOWN), undecided="parameters.type"),
    passes("imdsv2", options(httpTokens="required", httpPutResponseHopLimit=1.0)),
    passes("imdsv2", options(httpEndpoint="disabled")),
    passes("imdsv2", make(NODE_GROUP, {"launchTemplate": {"id": "lt-1"}})),
    fails("imdsv2", options(httpTokens="optional", httpPutResponseHopLimit=1), found="httpTokens is optional"),
    fails("imdsv2", options(httpTokens="required", httpPutResponseHopLimit=2), found="HopLimit is 2"),
    fails("imdsv2", node_class(metadataOptions={"httpPutResponseHopLimit": 2}), found="HopLimit is 2"),
    fails("imdsv2", template(), kind="absent", found=("httpTokens is absent", "httpPutResponseHopLimit is absent")),
    fails("imdsv2", make(NODE_GROUP), kind="absent", found="has no launch template"),
    passes("imdsv2", node_class(), kind="absent"),
    unknown("imdsv2", options(httpTokens=UNKNOWN, httpPutResponseHopLimit=1), undecided="metadataOptions.httpTokens"),
    unknown("imdsv2", options(httpTokens="required", httpPutResponseHopLimit=UNKNOWN), undecided="HopLimit"),
    *of_input("public-address", subnet, "mapPublicIpOnLaunch", False, True, "mapPublicIpOnLaunch is true", absent=None),
    fails(
        "public-address",
        template(networkInterfaces=[{"associatePublicIpAddress": "true"}]),
        found="networkInterfaces[0].associatePublicIpAddress is true",
    ),
    fails("public-address", node_class(associatePublicIPAddress=True), found="spec.associatePublicIPAddress is true"),
    passes("public-address", template(), kind="absent"),
    passes("volume-encryption", disk(encrypted="true")),
    passes("volume-encryption", make(VOLUME, {"encrypted": True})),
    passes("volume-encryption", storage(encrypted="true")),
    passes("volume-encryption", node_class(blockDeviceMappings=[{"ebs": {"encrypted": True}}])),
    passes("volume-encryption", make(NODE_GROUP, {"launchTemplate": {"id": UNKNOWN}})),
    fails("volume-encryption", disk(encrypted="false"), found="blockDeviceMappings[0].ebs is not encrypted"),
    fails("volume-encryption", storage(encrypted=False), found="makes volumes that are not encrypted"),
    fails(
        "volume-encryption", make(INSTANCE, {"rootBlockDevice": {"encrypted": False}}), found="rootBlockDevice is not"
    ),
    fails("volume-encryption", template(), kind="absent", found="names no blockDeviceMappings"),
    fails("volume-encryption", make(NODE_GROUP), kind="absent", found="has no launch template"),
    fails("volume-encryption", make(INSTANCE), kind="absent", found="rootBlockDevice is not encrypted"),
    passes("volume-encryption", node_class(), kind="absent"),
    unknown("volume-encryption", disk(encrypted=UNKNOWN), undecided="blockDeviceMappings[0].ebs.encrypted"),
    unknown("volume-encryption", disk(snapshotId="snap-1"), undecided="whether its snapshot is encrypted"),
    fails("volume-encryption", disk(encrypted=False, snapshotId="snap-1"), found="ebs is not encrypted"),
    fails("volume-encryption", disk(), found="ebs is not encrypted"),
    fails(
        "volume-encryption",
        make(INSTANCE, {"rootBlockDevice": {"snapshotId": "snap-1"}}),
        found="rootBlockDevice is not",
    ),
]
