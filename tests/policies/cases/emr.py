"""Cases of the rules in policies/emr.py."""

import json
from datetime import date
from typing import Any

from policies.engine.settings import EnvironmentKind
from resources.resource import UNKNOWN, Resource
from tests.support.policies.cases import fails, make, passes, unknown

STAGING = EnvironmentKind.STAGING
APPLICATION = "aws:emrserverless/application:Application"
CLUSTER = "aws:emr/cluster:Cluster"
FLEET = "aws:emr/instanceFleet:InstanceFleet"
SECURITY = "aws:emr/securityConfiguration:SecurityConfiguration"
BLOCK = "aws:emr/blockPublicAccessConfiguration:BlockPublicAccessConfiguration"
KEY = "arn:aws:kms:us-east-1:123456789012:key/1"
WARM = [{"initialCapacityType": "Driver", "initialCapacityConfig": {"workerCount": 1}}]


def application(**inputs: Any) -> Resource:
    return make(APPLICATION, inputs)


def defaults(value: Any, classification: Any = "spark-defaults") -> Resource:
    properties = {"spark.ssl.internode.enabled": value}
    return application(runtimeConfigurations=[{"classification": classification, "properties": properties}])


def logs(managed: Any = None, s3: Any = None, cloudwatch: Any = None) -> Resource:
    return application(
        monitoringConfiguration={
            "managedPersistenceMonitoringConfiguration": {"enabled": False} if managed is None else managed,
            "s3MonitoringConfiguration": s3 or {},
            "cloudwatchLoggingConfiguration": cloudwatch or {},
        }
    )


GROUPS = {
    "emrManagedMasterSecurityGroup": "sg-1",
    "emrManagedSlaveSecurityGroup": "sg-2",
    "serviceAccessSecurityGroup": "sg-3",
}


def cluster(**inputs: Any) -> Resource:
    return make(CLUSTER, inputs)


def in_subnet(public: Any) -> tuple[Resource, Resource]:
    """A subnet, and a cluster in it."""
    subnet = make("aws:ec2/subnet:Subnet", {"mapPublicIpOnLaunch": public}, name="subnet")
    attributes = {"subnetIds": UNKNOWN, **GROUPS}
    return subnet, make(CLUSTER, {"ec2Attributes": attributes}, refers={"ec2Attributes": [subnet]})


def encrypted(at_rest: Any, in_transit: Any) -> Resource:
    enabled = {"EnableAtRestEncryption": at_rest, "EnableInTransitEncryption": in_transit}
    return make(SECURITY, {"configuration": json.dumps({"EncryptionConfiguration": enabled})})


def release(label: Any, of: str = APPLICATION) -> Resource:
    return make(of, {"releaseLabel": label})


CASES = [
    passes("emr-network", application(networkConfiguration={"subnetIds": ["subnet-a"]})),
    fails("emr-network", application(networkConfiguration={"subnetIds": []}), found="runs outside the VPC"),
    fails("emr-network", application(), kind="absent", found="runs outside the VPC"),
    # Subnets that do not exist yet are subnets.
    passes("emr-network", application(networkConfiguration={"subnetIds": UNKNOWN}), kind="unknown"),
    passes("emr-network", *in_subnet(public=False)),
    fails("emr-network", *in_subnet(public=True), found="gives its nodes public addresses, because subnet subnet does"),
    unknown("emr-network", *in_subnet(public=UNKNOWN), undecided="mapPublicIpOnLaunch of subnet"),
    fails(
        "emr-network",
        cluster(),
        kind="absent",
        found=(
            "names no subnet",
            "has no emrManagedMasterSecurityGroup",
            "has no emrManagedSlaveSecurityGroup",
            "has no serviceAccessSecurityGroup",
        ),
    ),
    passes("emr-encryption", cluster(securityConfiguration="spark"), encrypted(at_rest=True, in_transit=True)),
    fails("emr-encryption", encrypted(at_rest=False, in_transit=True), found="does not encrypt data at rest"),
    fails("emr-encryption", encrypted(at_rest=True, in_transit=None), found="does not encrypt traffic"),
    fails("emr-encryption", cluster(), kind="absent", found="has no security configuration"),
    unknown("emr-encryption", make(SECURITY, {"configuration": UNKNOWN}), undecided="configuration"),
    passes("emr-block-public-access", make(BLOCK, {"blockPublicSecurityGroupRules": True})),
    fails("emr-block-public-access", make(BLOCK, {"blockPublicSecurityGroupRules": False}), found="lets clusters"),
    fails("emr-block-public-access", make(BLOCK), kind="absent", found="lets clusters"),
    unknown(
        "emr-block-public-access",
        make(BLOCK, {"blockPublicSecurityGroupRules": UNKNOWN}),
        undecided="blockPublicSecurityGroupRules",
    ),
    passes("emr-idle-end", cluster(autoTerminationPolicy={"idleTimeout": 3600}), environment=STAGING),
    passes("emr-idle-end", cluster()),
    fails("emr-idle-end", cluster(autoTerminationPolicy={}), environment=STAGING, found="runs day and night"),
    fails("emr-idle-end", cluster(), kind="absent", environment=STAGING, found="runs day and night"),
    unknown(
        "emr-idle-end",
        cluster(autoTerminationPolicy=UNKNOWN),
        environment=STAGING,
        undecided="autoTerminationPolicy.idleTimeout",
    ),
    passes("emr-task-spot", make(FLEET, {"targetOnDemandCapacity": 0}), environment=STAGING),
    passes("emr-task-spot", make(FLEET, {"targetOnDemandCapacity": 8})),
    passes("emr-task-spot", make(FLEET), kind="absent", environment=STAGING),
    fails(
        "emr-task-spot",
        make(FLEET, {"targetOnDemandCapacity": 8}),
        environment=STAGING,
        found="has 8 units on demand",
    ),
    unknown(
        "emr-task-spot",
        make(FLEET, {"targetOnDemandCapacity": UNKNOWN}),
        environment=STAGING,
        undecided="targetOnDemandCapacity",
    ),
    passes("emr-logs", cluster(logUri="s3://logs/", logEncryptionKmsKeyId=KEY)),
    fails("emr-logs", cluster(), kind="absent", found=("logUri is absent", "logEncryptionKmsKeyId is absent")),
    passes("emr-maximum-capacity", application(maximumCapacity={"cpu": "16 vCPU", "memory": "64 GB"})),
    fails("emr-maximum-capacity", application(maximumCapacity={"cpu": ""}), found="has no maximum capacity"),
    fails("emr-maximum-capacity", application(), kind="absent", found="has no maximum capacity"),
    passes("emr-maximum-capacity", application(maximumCapacity=UNKNOWN), kind="unknown"),
    passes("emr-tls", defaults("true")),
    passes("emr-tls", defaults(True, UNKNOWN)),
    fails("emr-tls", defaults("false"), found="spark.ssl.internode.enabled is not true"),
    fails("emr-tls", defaults("true", "hive-site"), found="spark.ssl.internode.enabled is not true"),
    fails("emr-tls", application(), kind="absent", found="spark.ssl.internode.enabled is not true"),
    unknown("emr-tls", defaults(UNKNOWN), undecided="runtimeConfigurations"),
    unknown("emr-tls", application(runtimeConfigurations=UNKNOWN), undecided="runtimeConfigurations"),
    passes(
        "emr-logs", logs({"enabled": True, "encryptionKeyArn": KEY}, {"logUri": "s3://x/", "encryptionKeyArn": KEY})
    ),
    passes("emr-logs", logs(cloudwatch={"enabled": False})),
    fails("emr-logs", logs({"enabled": True}), found="managed logs have no encryptionKeyArn"),
    fails("emr-logs", logs(s3={"logUri": "s3://x/"}), found="writes logs to S3 without encryptionKeyArn"),
    fails("emr-logs", logs(cloudwatch={"enabled": True}), found="writes logs to CloudWatch without encryptionKeyArn"),
    fails("emr-logs", application(), kind="absent", found="managed logs have no encryptionKeyArn"),
    unknown("emr-logs", logs({"enabled": UNKNOWN}), undecided="managedPersistenceMonitoringConfiguration.enabled"),
    passes("emr-interactive", application(interactiveConfiguration={"livyEndpointEnabled": False})),
    passes("emr-interactive", application(), kind="absent"),
    fails("emr-interactive", application(interactiveConfiguration={"studioEnabled": True}), found="EMR Studio"),
    fails("emr-interactive", application(interactiveConfiguration={"livyEndpointEnabled": True}), found="Livy"),
    unknown(
        "emr-interactive",
        application(interactiveConfiguration={"studioEnabled": UNKNOWN}),
        undecided="interactiveConfiguration.studioEnabled",
    ),
    passes("emr-idle-stop", application(autoStopConfiguration={"enabled": True, "idleTimeoutMinutes": 60.0})),
    passes("emr-idle-stop", application(), kind="absent"),
    fails("emr-idle-stop", application(autoStopConfiguration={"enabled": False}), found="autoStop is off"),
    fails("emr-idle-stop", application(autoStopConfiguration={"idleTimeoutMinutes": 61}), found="after 61 minutes"),
    unknown(
        "emr-idle-stop",
        application(autoStopConfiguration={"enabled": UNKNOWN, "idleTimeoutMinutes": UNKNOWN}),
        undecided=("autoStopConfiguration.enabled", "autoStopConfiguration.idleTimeoutMinutes"),
    ),
    passes("emr-warm-workers", application(initialCapacities=WARM)),
    passes("emr-warm-workers", application(), kind="absent", environment=STAGING),
    fails("emr-warm-workers", application(initialCapacities=WARM), environment=STAGING, found="pre-initialized"),
    unknown(
        "emr-warm-workers",
        application(initialCapacities=UNKNOWN),
        environment=STAGING,
        undecided="initialCapacities",
    ),
    passes("emr-architecture", application(architecture="ARM64")),
    fails("emr-architecture", application(architecture="X86_64"), found="runs on X86_64; ARM64 costs a fifth less"),
    fails("emr-architecture", application(), kind="absent", found="runs on X86_64, the default"),
    unknown("emr-architecture", application(architecture=UNKNOWN), undecided="architecture"),
    passes("emr-release", release("emr-spark-8.1.0"), release("emr-7.14.0", CLUSTER)),
    # The last day of support counts, and a release that came after the table is in support.
    passes("emr-release", release("emr-7.5.0"), today=date(2026, 11, 20)),
    passes("emr-release", release("emr-7.99.0")),
    fails("emr-release", release("emr-7.5.0"), found="emr-7.5.0 left standard support on 2026-11-20"),
    fails("emr-release", release("emr-6.15.0", CLUSTER), found="emr-6.15.0 left standard support"),
    fails("emr-release", application(), kind="absent", found="has no releaseLabel"),
    unknown("emr-release", release(UNKNOWN), undecided="releaseLabel"),
    passes("emr-release-end", release("emr-7.14.0")),
    # What has ended is what emr-release says.
    passes("emr-release-end", release("emr-7.3.0")),
    passes("emr-release-end", application(), kind="absent"),
    fails(
        "emr-release-end",
        release("emr-spark-8.0.0"),
        today=date(2027, 5, 1),
        found="emr-spark-8.0.0 leaves standard support on 2027-05-20, in 19 days",
    ),
    fails("emr-release-end", release("emr-7.99.0"), found="emr-7.99.0 has no known end of support"),
    unknown("emr-release-end", release(UNKNOWN), undecided="releaseLabel"),
]
