"""What the rules on encryption, traffic and instances say."""

from typing import Any

from resources.resource import UNKNOWN, Resource
from tests.policies.cases.case import ACCOUNT, fails, make, passes, unknown

LAUNCH_TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"
NODE_CLASS = "kubernetes:karpenter.k8s.aws/v1:EC2NodeClass"
NODE_GROUP = "aws:eks/nodeGroup:NodeGroup"
INSTANCE = "aws:ec2/instance:Instance"
VOLUME = "aws:ebs/volume:Volume"
STORAGE_CLASS = "kubernetes:storage.k8s.io/v1:StorageClass"
LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"
SECRET = "aws:secretsmanager/secret:Secret"
QUEUE = "aws:sqs/queue:Queue"
TOPIC = "aws:sns/topic:Topic"
KEY = "aws:kms/key:Key"
KEY_ARN = "arn:aws:kms:us-east-1:1:key/k"
SECURITY_GROUP = "aws:ec2/securityGroup:SecurityGroup"
DEFAULT_GROUP = "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup"
RULE_OF_GROUP = "aws:ec2/securityGroupRule:SecurityGroupRule"
INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
EGRESS = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"
SUBNET = "aws:ec2/subnet:Subnet"
FLOW_LOG = "aws:ec2/flowLog:FlowLog"
PROVIDER = "pulumi:providers:aws"
WORLD = "0.0.0.0/0"
ALL_V6 = "::/0"

VPC = make("aws:ec2/vpc:Vpc", {"cidrBlock": "10.0.0.0/16"})


def template(**inputs: Any) -> Resource:
    return make(LAUNCH_TEMPLATE, inputs)


def secret(**replica: Any) -> Resource:
    return make(SECRET, {"kmsKeyId": KEY_ARN, "replicas": [replica]})


def disk(**ebs: Any) -> Resource:
    return template(blockDeviceMappings=[{"ebs": ebs}])


def node_class(**spec: Any) -> Resource:
    return make(NODE_CLASS, {"spec": spec})


def storage(**parameters: Any) -> Resource:
    return make(STORAGE_CLASS, {"provisioner": "ebs.csi.aws.com", "parameters": parameters})


def ports(first: Any, last: Any, *cidrs: Any, protocol: Any = "tcp") -> dict[str, Any]:
    return {"fromPort": first, "toPort": last, "protocol": protocol, "cidrBlocks": list(cidrs)}


def group(**inputs: Any) -> Resource:
    return make(SECURITY_GROUP, inputs)


def lone(kind: str, cidr: Any, port: Any = 443, protocol: Any = "tcp") -> Resource:
    return make(kind, {"cidrIpv4": cidr, "ipProtocol": protocol, "fromPort": port, "toPort": port})


def locked(**inputs: Any) -> Resource:
    return make(DEFAULT_GROUP, inputs, refers={"vpcId": [VPC]})


def watched(traffic: Any) -> Resource:
    return make(FLOW_LOG, {"trafficType": traffic}, refers={"vpcId": [VPC]})


def options(**values: Any) -> Resource:
    return template(metadataOptions=values)


CASES = [
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
    passes("log-encryption", make(LOG_GROUP, {"kmsKeyId": "arn:aws:kms:us-east-1:1:key/k"})),
    fails("log-encryption", make(LOG_GROUP, {"kmsKeyId": ""}), found="kmsKeyId is absent"),
    fails("log-encryption", make(LOG_GROUP), kind="absent", found="kmsKeyId is absent"),
    passes("log-encryption", make(LOG_GROUP, {"kmsKeyId": UNKNOWN}), kind="unknown"),
    passes("secret-encryption", secret(region="r", kmsKeyId=KEY_ARN)),
    fails("secret-encryption", make(SECRET, {"kmsKeyId": ""}), found="kmsKeyId is absent"),
    fails("secret-encryption", secret(region="r"), found="encrypted in r"),
    fails("secret-encryption", make(SECRET), kind="absent", found="kmsKeyId is absent"),
    passes("secret-encryption", make(SECRET, {"kmsKeyId": UNKNOWN, "replicas": UNKNOWN}), kind="unknown"),
    passes("queue-encryption", make(QUEUE, {"sqsManagedSseEnabled": True})),
    passes("queue-encryption", make(TOPIC, {"kmsMasterKeyId": "alias/events"})),
    fails("queue-encryption", make(QUEUE, {"sqsManagedSseEnabled": False}), found="does not set sqsManagedSseEnabled"),
    fails("queue-encryption", make(TOPIC), kind="absent", found="kmsMasterKeyId is absent"),
    fails("queue-encryption", make(QUEUE), kind="absent", found="does not set sqsManagedSseEnabled"),
    unknown("queue-encryption", make(QUEUE, {"sqsManagedSseEnabled": UNKNOWN}), undecided="sqsManagedSseEnabled"),
    passes("open-ingress", group(ingress=[ports(443, 443, WORLD), ports(22, 22, "10.0.0.0/8")])),
    passes("open-ingress", group(egress=[ports(0, 0, WORLD, protocol="-1")])),
    passes("open-ingress", make(RULE_OF_GROUP, {"type": "egress", **ports(22, 22, WORLD)})),
    passes("open-ingress", lone(INGRESS, WORLD, 8443), settings={"worldOpenPorts": [8443]}),
    passes("open-ingress", make(INGRESS, {"referencedSecurityGroupId": "sg-1", "ipProtocol": "-1"})),
    fails("open-ingress", group(ingress=[ports(22, 22, WORLD)]), found="ingress[0]: lets TCP port 22 from 0.0.0.0/0"),
    fails("open-ingress", group(ingress=[ports(0, 65535, WORLD)]), found="TCP ports 0 to 65535"),
    fails("open-ingress", group(ingress=[ports(0, 0, WORLD, protocol="-1")]), found="lets everything from"),
    fails("open-ingress", group(ingress=[ports(443, 443, "0.0.0.0/1", protocol="udp")]), found="lets udp traffic from"),
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
    passes("open-egress", group(egress=[ports(443, 443, WORLD)])),
    passes("open-egress", group(egress=[ports(0, 0, "10.0.0.0/16", protocol="-1")])),
    fails("open-egress", group(egress=[ports(0, 0, WORLD, protocol="-1")]), found="egress[0]: lets everything to"),
    fails("open-egress", make(RULE_OF_GROUP, {"type": "egress", **ports(0, 65535, WORLD)}), found="TCP ports 0 to"),
    fails("open-egress", lone(EGRESS, WORLD, 25), found="TCP port 25 to 0.0.0.0/0"),
    passes("open-egress", group(), kind="absent"),
    unknown("open-egress", lone(EGRESS, UNKNOWN, 25), undecided="CIDRs"),
    passes("default-security-group", VPC, locked()),
    fails("default-security-group", VPC, locked(ingress=[ports(0, 0, protocol="-1")]), found="holds ingress rules"),
    fails("default-security-group", VPC, kind="absent", found="leaves its default security group open"),
    unknown("default-security-group", VPC, locked(egress=UNKNOWN), undecided="egress"),
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
    passes("kms-rotation", make(KEY, {"enableKeyRotation": True})),
    passes("kms-rotation", make(KEY, {"customerMasterKeySpec": "RSA_4096", "enableKeyRotation": False})),
    fails("kms-rotation", make(KEY, {"enableKeyRotation": False}), found="does not rotate"),
    fails("kms-rotation", make(KEY), kind="absent", found="does not rotate"),
    unknown("kms-rotation", make(KEY, {"enableKeyRotation": UNKNOWN}), undecided="enableKeyRotation"),
    unknown("kms-rotation", make(KEY, {"customerMasterKeySpec": UNKNOWN}), undecided="customerMasterKeySpec"),
    passes("kms-deletion", make(KEY, {"deletionWindowInDays": 30})),
    passes("kms-deletion", make(KEY, {"deletionWindowInDays": 7}), settings={"keyDeletionWindow": 7}),
    fails("kms-deletion", make(KEY, {"deletionWindowInDays": 7.0}), found="is gone 7 days after"),
    passes("kms-deletion", make(KEY), kind="absent"),
    unknown("kms-deletion", make(KEY, {"deletionWindowInDays": UNKNOWN}), undecided="deletionWindowInDays"),
    passes("public-address", make(SUBNET, {"mapPublicIpOnLaunch": False})),
    fails("public-address", make(SUBNET, {"mapPublicIpOnLaunch": True}), found="mapPublicIpOnLaunch is true"),
    fails(
        "public-address",
        template(networkInterfaces=[{"associatePublicIpAddress": "true"}]),
        found="networkInterfaces[0].associatePublicIpAddress is true",
    ),
    fails("public-address", node_class(associatePublicIPAddress=True), found="spec.associatePublicIPAddress is true"),
    passes("public-address", template(), kind="absent"),
    unknown("public-address", make(SUBNET, {"mapPublicIpOnLaunch": UNKNOWN}), undecided="mapPublicIpOnLaunch"),
    passes("flow-logs", VPC, watched("ALL")),
    passes("flow-logs", VPC, watched("REJECT")),
    fails("flow-logs", VPC, watched("ACCEPT"), found="has no flow log of all or of rejected traffic"),
    fails("flow-logs", VPC, kind="absent", found="has no flow log"),
    unknown("flow-logs", VPC, watched(UNKNOWN), undecided="trafficType of its flow log"),
    passes("provider-account", make(PROVIDER, {"allowedAccountIds": [ACCOUNT]})),
    passes("provider-account", make(PROVIDER, {"allowedAccountIds": f'["{ACCOUNT}"]'})),
    fails(
        "provider-account", make(PROVIDER, {"allowedAccountIds": ["210987654321"]}), found="deploy into 210987654321"
    ),
    fails("provider-account", make(PROVIDER), kind="absent", found="allowedAccountIds is absent"),
    unknown("provider-account", make(PROVIDER, {"allowedAccountIds": UNKNOWN}), undecided="allowedAccountIds"),
]
