"""Cases of the rules in policies/cost.py."""

from typing import Any

from policies.engine.settings import EnvironmentKind
from resources.resource import UNKNOWN, Resource
from tests.support.policies.cases import fails, make, passes, unknown

STAGING = EnvironmentKind.STAGING
NODE_GROUP = "aws:eks/nodeGroup:NodeGroup"
LAUNCH_TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"
NODE_POOL = "kubernetes:karpenter.sh/v1:NodePool"
INSTANCE = "aws:ec2/instance:Instance"


def group(least: Any = 1, types: Any = ("g4dn.xlarge",), **inputs: Any) -> Resource:
    sizes = {"minSize": least, "desiredSize": 2.0, "maxSize": 4.0}
    own = {"instanceTypes": list(types)} if types else {}
    return make(NODE_GROUP, {"scalingConfig": sizes, **own, **inputs})


def schedule(target: Resource) -> Resource:
    return make(
        "aws:autoscaling/schedule:Schedule",
        {"recurrence": "0 8 * * *", "maxSize": 30},
        refers={"autoscalingGroupName": [target]},
    )


def template(**inputs: Any) -> Resource:
    return make(LAUNCH_TEMPLATE, inputs)


def pool(**spec: Any) -> Resource:
    return make(NODE_POOL, {"spec": spec})


def drawing(key: str, *values: Any) -> Resource:
    requirement = {"key": key, "operator": "In", "values": list(values)}
    return pool(template={"spec": {"requirements": [requirement]}})


CASES = [
    passes("dear-instances", group(types=["g4dn.xlarge"])),
    passes("dear-instances", group(types=["p5.48xlarge"]), settings={"allowedInstanceTypes": ["p5.*"]}),
    passes("dear-instances", group(types=["g4dn.xlarge"]), settings={"dearInstanceHourly": 0.6}),
    fails("dear-instances", group(types=["p5.48xlarge"]), found="p5.48xlarge costs 55.04 USD an hour"),
    fails("dear-instances", group(types=["g4dn.xlarge"]), settings={"dearInstanceHourly": 0.5}, found="costs 0.53 USD"),
    *(
        fails("dear-instances", make(f"aws:{kind}", inputs), found=found)
        for kind, inputs, found in (
            (
                "dms/replicationInstance:ReplicationInstance",
                {"replicationInstanceClass": "dms.p5.48xlarge"},
                "p5.48xlarge costs",
            ),
            ("docdb/clusterInstance:ClusterInstance", {"instanceClass": "db.p5.48xlarge"}, "p5.48xlarge costs"),
            ("ec2/capacityReservation:CapacityReservation", {"instanceType": "p5.48xlarge"}, "p5.48xlarge costs"),
            ("ec2/dedicatedHost:DedicatedHost", {"instanceType": "p5.48xlarge"}, "p5.48xlarge costs"),
            (
                "ec2/fleet:Fleet",
                {"launchTemplateConfigs": [{"overrides": [{"instanceType": "p5.48xlarge"}]}]},
                "p5.48xlarge costs",
            ),
            ("sagemaker/app:App", {"resourceSpec": {"instanceType": "ml.p5.48xlarge"}}, "p5.48xlarge costs"),
            (
                "ec2/spotFleetRequest:SpotFleetRequest",
                {"launchSpecifications": [{"instanceType": "p5.48xlarge"}]},
                "p5.48xlarge costs",
            ),
            ("ec2/spotInstanceRequest:SpotInstanceRequest", {"instanceType": "p5.48xlarge"}, "p5.48xlarge costs"),
            (
                "opensearch/domain:Domain",
                {"clusterConfig": {"instanceType": "p5.48xlarge.search"}},
                "p5.48xlarge costs",
            ),
            ("memorydb/cluster:Cluster", {"nodeType": "db.p5.48xlarge"}, "p5.48xlarge costs"),
            ("sagemaker/notebookInstance:NotebookInstance", {"instanceType": "ml.p5.48xlarge"}, "p5.48xlarge costs"),
            (
                "sagemaker/endpointConfiguration:EndpointConfiguration",
                {"productionVariants": [{"instanceType": "ml.m7i.large"}, {"instanceType": "ml.p5.48xlarge"}]},
                "p5.48xlarge costs",
            ),
            (
                "sagemaker/trainingJob:TrainingJob",
                {"resourceConfig": {"instanceType": "ml.p5.48xlarge"}},
                "p5.48xlarge costs",
            ),
        )
    ),
    fails("dear-instances", group(types=["p9.48xlarge"]), found="p9.48xlarge is accelerated and has no known price"),
    fails("dear-instances", drawing("node.kubernetes.io/instance-type", "p5.48xlarge"), found="p5.48xlarge costs"),
    fails(
        "dear-instances",
        make(
            "aws:emr/cluster:Cluster", {"coreInstanceFleet": {"instanceTypeConfigs": [{"instanceType": "p5.48xlarge"}]}}
        ),
        found="p5.48xlarge costs 55.04 USD an hour",
    ),
    fails(
        "dear-instances",
        make("aws:emr/instanceFleet:InstanceFleet", {"instanceTypeConfigs": [{"instanceType": "p5.48xlarge"}]}),
        found="p5.48xlarge costs 55.04 USD an hour",
    ),
    passes("dear-instances", make(NODE_GROUP), kind="absent"),
    unknown("dear-instances", group(types=[UNKNOWN]), undecided="instanceTypes"),
    fails(
        "dear-instances", group(types=["g4dn.xlarge"]), settings={"dearInstanceHourly": 0.526}, found="costs 0.53 USD"
    ),
    passes("dear-instances", drawing("karpenter.k8s.aws/instance-family", "m7i")),
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
        found="a single instance has no schedule",
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
        found="keeps an unknown number of inf2.xlarge",
    ),
    unknown("gpu-pool-schedule", group(least=UNKNOWN), environment=STAGING, undecided="scalingConfig.minSize"),
    unknown("gpu-pool-schedule", group(types=[UNKNOWN]), environment=STAGING, undecided="instanceTypes"),
    passes("gpu-pool-schedule", make(INSTANCE, {"instanceType": "m7i.large"}), environment=STAGING),
    passes("previous-generation", group(types=["g6.xlarge", "m7i.large"])),
    fails("previous-generation", group(types=["p3.2xlarge"]), found="p3.2xlarge is of a previous generation"),
    fails("previous-generation", make(INSTANCE, {"instanceType": "t2.micro"}), found="use t3"),
    fails(
        "previous-generation",
        make("aws:rds/instance:Instance", {"instanceClass": "db.m4.large"}),
        found="m4.large is of a previous generation; use m7g",
    ),
    fails(
        "previous-generation",
        make("aws:elasticache/replicationGroup:ReplicationGroup", {"nodeType": "cache.t2.medium"}),
        found="t2.medium is of a previous generation; use t4g",
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
    passes("previous-generation", drawing("topology.kubernetes.io/zone", "g3")),
]
