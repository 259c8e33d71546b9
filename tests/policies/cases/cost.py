"""What the rules on cost say."""

from typing import Any

from policies.engine.settings import EnvironmentKind
from pricing.lines import Unpriced
from resources.resource import UNKNOWN, Resource
from tests.policies.cases.case import costing, fails, make, passes, unknown

STAGING = EnvironmentKind.STAGING
NODE_GROUP = "aws:eks/nodeGroup:NodeGroup"
LAUNCH_TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"
NODE_POOL = "kubernetes:karpenter.sh/v1:NodePool"
NODE_CLASS = "kubernetes:karpenter.k8s.aws/v1:EC2NodeClass"
CLUSTER = "aws:eks/cluster:Cluster"
REMOTE = "eks:index:Cluster"
LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"
VOLUME = "aws:ebs/volume:Volume"
STORAGE_CLASS = "kubernetes:storage.k8s.io/v1:StorageClass"
INSTANCE = "aws:ec2/instance:Instance"
TAGS = {"owner": "ml", "cost-center": "42", "environment": "production"}

VPC = make("aws:ec2/vpc:Vpc")


def group(least: Any = 1, types: Any = ("g4dn.xlarge",), **inputs: Any) -> Resource:
    sizes = {"minSize": least, "desiredSize": 2.0, "maxSize": 4.0}
    own = {"instanceTypes": list(types)} if types else {}
    return make(NODE_GROUP, {"scalingConfig": sizes, **own, **inputs})


def nat(name: str) -> tuple[Resource, Resource]:
    """A NAT gateway in a subnet of its own zone, in the one VPC."""
    subnet = make("aws:ec2/subnet:Subnet", {"availabilityZone": f"us-east-1{name}"}, name=name, refers={"vpcId": [VPC]})
    return subnet, make("aws:ec2/natGateway:NatGateway", {}, name=name, refers={"subnetId": [subnet]})


def endpoint(service: Any, kind: Any = "Gateway") -> Resource:
    inputs = {"serviceName": service, "vpcEndpointType": kind}
    return make("aws:ec2/vpcEndpoint:VpcEndpoint", inputs, refers={"vpcId": [VPC]})


def schedule(target: Resource) -> Resource:
    return make(
        "aws:autoscaling/schedule:Schedule",
        {"recurrence": "0 8 * * *", "maxSize": 30},
        refers={"autoscalingGroupName": [target]},
    )


def template(**inputs: Any) -> Resource:
    return make(LAUNCH_TEMPLATE, inputs)


def mapping(**ebs: Any) -> Resource:
    return template(blockDeviceMappings=[{"deviceName": "/dev/xvda", "ebs": ebs}])


def pool(**spec: Any) -> Resource:
    return make(NODE_POOL, {"spec": spec})


def drawing(key: str, *values: Any) -> Resource:
    requirement = {"key": key, "operator": "In", "values": list(values)}
    return pool(template={"spec": {"requirements": [requirement]}})


def provider(default_tags: Any) -> Resource:
    return make("pulumi:providers:aws", {"defaultTags": default_tags})


def tagged(default_tags: Any, **inputs: Any) -> tuple[Resource, Resource]:
    of = provider(default_tags)
    return of, make("aws:sqs/queue:Queue", inputs, provider=f"{of.urn}::id-of-the-provider")


def launching(instance: Any, volume: Any) -> Resource:
    return template(
        tagSpecifications=[
            {"resourceType": "instance", "tags": instance},
            {"resourceType": "volume", "tags": volume},
        ]
    )


CASES = [
    passes("monthly-budget", estimate=costing(1000)),
    fails(
        "monthly-budget", estimate=costing(1250.4), found="costs 1,250 USD a month, 250 more than the budget of 1,000"
    ),
    fails(
        "monthly-budget",
        estimate=costing(500, Unpriced("urn:a", "aws:eks/nodeGroup:NodeGroup", "p9.48xlarge", "no price")),
        found="costs at least 500 USD a month, and the budget of 1,000 cannot be judged without a price of p9.48xlarge",
    ),
    passes(
        "monthly-budget",
        estimate=costing(500, Unpriced("urn:a", "aws:ebs/volume:Volume", "ebs", "not known yet", pending=True)),
    ),
    passes("monthly-budget", kind="absent"),
    passes("monthly-budget", make(LOG_GROUP, {"name": UNKNOWN}), kind="unknown"),
    passes("gpu-pool-schedule", group(), schedule(group()), environment=STAGING),
    passes("gpu-pool-schedule", group(least=0), environment=STAGING),
    passes("gpu-pool-schedule", group(capacityType="SPOT"), environment=STAGING),
    passes("gpu-pool-schedule", group(types=["m7i.large"]), environment=STAGING),
    passes("gpu-pool-schedule", group()),
    fails("gpu-pool-schedule", group(), environment=STAGING, found="keeps 1 g4dn.xlarge on demand day and night"),
    fails(
        "gpu-pool-schedule",
        make(INSTANCE, {"instanceType": "p5.48xlarge"}),
        environment=EnvironmentKind.DEVELOPMENT,
        found="a lone instance has no schedule",
    ),
    fails(
        "gpu-pool-schedule",
        template(instanceType="g5.xlarge"),
        make(NODE_GROUP, {"scalingConfig": {"minSize": 1}}, refers={"launchTemplate": [template()]}),
        environment=STAGING,
        found="keeps 1 g5.xlarge",
    ),
    fails(
        "gpu-pool-schedule",
        make(NODE_GROUP, {"instanceTypes": ["inf2.xlarge"]}),
        kind="absent",
        environment=STAGING,
        found="keeps an unstated number of inf2.xlarge",
    ),
    unknown("gpu-pool-schedule", group(least=UNKNOWN), environment=STAGING, undecided="scalingConfig.minSize"),
    unknown("gpu-pool-schedule", group(types=[UNKNOWN]), environment=STAGING, undecided="instanceTypes"),
    passes("dear-instances", group(types=["g4dn.xlarge"])),
    passes("dear-instances", group(types=["p5.48xlarge"]), settings={"allowedInstanceTypes": ["p5.*"]}),
    passes("dear-instances", group(types=["g4dn.xlarge"]), settings={"dearInstanceHourly": 0.6}),
    fails("dear-instances", group(types=["p5.48xlarge"]), found="p5.48xlarge costs 55.04 USD an hour"),
    fails("dear-instances", group(types=["g4dn.xlarge"]), settings={"dearInstanceHourly": 0.5}, found="costs 0.53 USD"),
    fails("dear-instances", group(types=["p9.48xlarge"]), found="p9.48xlarge is accelerated and has no known price"),
    fails("dear-instances", drawing("karpenter.k8s.aws/instance-family", "p5"), found="the accelerated family p5"),
    fails("dear-instances", drawing("node.kubernetes.io/instance-type", "p5.48xlarge"), found="p5.48xlarge costs"),
    passes("dear-instances", make(NODE_GROUP), kind="absent"),
    unknown("dear-instances", group(types=[UNKNOWN]), undecided="instanceTypes"),
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
    passes("log-retention", make(LOG_GROUP, {"retentionInDays": 90.0})),
    fails("log-retention", make(LOG_GROUP, {"retentionInDays": 0}), found="for ever"),
    fails("log-retention", make(LOG_GROUP, {"retentionInDays": 7}), found="for 7 days; this stack asks for 30 to 400"),
    fails(
        "log-retention",
        make(LOG_GROUP, {"retentionInDays": 365}),
        settings={"logRetentionMaximum": 90},
        found="for 365 days; this stack asks for 30 to 90",
    ),
    fails("log-retention", make(LOG_GROUP), kind="absent", found="absent or 0"),
    unknown("log-retention", make(LOG_GROUP, {"retentionInDays": UNKNOWN}), undecided="retentionInDays"),
    passes("nat-count", *nat("a"), VPC, environment=STAGING),
    passes("nat-count", *nat("a"), *nat("b"), VPC),
    fails("nat-count", *nat("a"), *nat("b"), VPC, environment=STAGING, found="is one of 2 NAT gateways"),
    passes("nat-count", VPC, kind="absent", environment=STAGING),
    passes(
        "nat-count",
        make("aws:ec2/natGateway:NatGateway", {"subnetId": UNKNOWN}),
        kind="unknown",
        environment=STAGING,
    ),
    passes("s3-endpoint", VPC, *nat("a"), endpoint("com.amazonaws.us-east-1.s3")),
    fails("s3-endpoint", VPC, *nat("a"), endpoint("com.amazonaws.us-east-1.s3", "Interface"), found="no S3 gateway"),
    fails("s3-endpoint", VPC, *nat("a"), kind="absent", found="carries traffic to S3"),
    unknown("s3-endpoint", VPC, *nat("a"), endpoint(UNKNOWN), undecided="vpcEndpointType or serviceName"),
    passes("eks-version", make(CLUSTER, {"version": "1.35"})),
    passes("eks-version", make(REMOTE, {"version": "1.34"})),
    fails("eks-version", make(REMOTE, {"version": "1.33"}), found="1.33 left standard support on 2026-07-29"),
    fails("eks-version", make(CLUSTER, {"version": "1.30"}), found="also out of extended support"),
    fails("eks-version", make(CLUSTER, {"version": "1.21"}), found="also out of extended support"),
    fails("eks-version", make(CLUSTER, {"version": "latest"}), found="is not a Kubernetes version"),
    fails("eks-version", make(CLUSTER), kind="absent", found="names no version"),
    unknown("eks-version", make(CLUSTER, {"version": UNKNOWN}), undecided="version"),
    passes("eks-support-end", make(CLUSTER, {"version": "1.35"})),
    passes("eks-support-end", make(CLUSTER, {"version": "1.34"}), settings={"supportNotice": 5}),
    fails("eks-support-end", make(REMOTE, {"version": "1.34"}), found="on 2026-12-02, in 11 days"),
    passes("eks-support-end", make(CLUSTER), kind="absent"),
    unknown("eks-support-end", make(CLUSTER, {"version": UNKNOWN}), undecided="version"),
    passes("eks-upgrade-policy", make(CLUSTER, {"upgradePolicy": {"supportType": "STANDARD"}})),
    fails("eks-upgrade-policy", make(REMOTE, {"upgradePolicy": {"supportType": "EXTENDED"}}), found="is EXTENDED"),
    fails("eks-upgrade-policy", make(REMOTE), kind="absent", found="which AWS takes as EXTENDED"),
    unknown("eks-upgrade-policy", make(CLUSTER, {"upgradePolicy": UNKNOWN}), undecided="upgradePolicy.supportType"),
    passes("required-tags", *tagged({"tags": TAGS})),
    passes("required-tags", *tagged('{"tags": {"owner": "ml", "cost-center": "42", "environment": "production"}}')),
    passes("required-tags", *tagged({"tags": {"owner": "ml", "cost-center": "42"}}, tags={"environment": UNKNOWN})),
    passes("required-tags", make("aws:sqs/queue:Queue", {"tags": {"team": "ml"}}), settings={"requiredTags": ["team"]}),
    passes("required-tags", make("aws:ec2/route:Route")),
    passes("required-tags", make("aws:sqs/queue:Queue", {"tagsAll": TAGS})),
    fails("required-tags", *tagged({"tags": {**TAGS, "owner": ""}}), found="lacks the tag owner"),
    fails("required-tags", make("aws:new/thing:Thing", {"tags": {"owner": "x"}}), found="cost-center, environment"),
    fails("required-tags", make("aws:sqs/queue:Queue"), kind="absent", found="lacks the tags owner, cost-center"),
    unknown("required-tags", *tagged(UNKNOWN), undecided="tags"),
    passes("launched-tags", launching(TAGS, TAGS)),
    passes("launched-tags", make(NODE_CLASS, {"spec": {"tags": TAGS}})),
    fails("launched-tags", launching(TAGS, {"owner": "ml"}), found="volumes it starts lack cost-center, environment"),
    fails("launched-tags", template(), kind="absent", found=("instances it starts lack", "volumes it starts lack")),
    fails("launched-tags", make(NODE_CLASS, {"spec": {}}), kind="absent", found="instances and volumes it starts lack"),
    unknown("launched-tags", template(tagSpecifications=UNKNOWN), undecided="tagSpecifications"),
    unknown("launched-tags", make(NODE_CLASS, {"spec": {"tags": UNKNOWN}}), undecided="tags"),
    passes("previous-generation", group(types=["g6.xlarge", "m7i.large"])),
    fails("previous-generation", group(types=["p3.2xlarge"]), found="p3.2xlarge is of a previous generation"),
    fails("previous-generation", make(INSTANCE, {"instanceType": "t2.micro"}), found="t3 follows it"),
    fails(
        "previous-generation",
        make("aws:rds/instance:Instance", {"instanceClass": "db.m4.large"}),
        found="m4.large is of a previous generation; m7g follows it",
    ),
    fails(
        "previous-generation",
        make("aws:elasticache/replicationGroup:ReplicationGroup", {"nodeType": "cache.t2.medium"}),
        found="t2.medium is of a previous generation; t4g follows it",
    ),
    passes(
        "previous-generation",
        make("aws:elasticache/replicationGroup:ReplicationGroup", {"nodeType": "cache.r6gd.xlarge"}),
    ),
    fails("previous-generation", drawing("karpenter.k8s.aws/instance-family", "g3"), found="the family g3"),
    fails(
        "previous-generation",
        make(
            "aws:autoscaling/group:Group",
            {"mixedInstancesPolicy": {"launchTemplate": {"overrides": [{"instanceType": "c4.large"}]}}},
        ),
        found="c4.large",
    ),
    passes("previous-generation", make(INSTANCE), kind="absent"),
    unknown("previous-generation", make(INSTANCE, {"instanceType": UNKNOWN}), undecided="instanceType"),
    passes("karpenter-limits", pool(limits={"cpu": "200", "nvidia.com/gpu": 8})),
    passes("karpenter-limits", pool(limits={"cpu": UNKNOWN}), kind="unknown"),
    fails("karpenter-limits", pool(limits={}), found="has no limits"),
    fails("karpenter-limits", pool(), kind="absent", found="has no limits"),
    unknown("karpenter-limits", pool(limits=UNKNOWN), undecided="spec.limits"),
]
