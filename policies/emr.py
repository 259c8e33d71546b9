"""Spark on Amazon EMR: applications of EMR Serverless, and clusters of EC2 instances."""

import re
from collections.abc import Iterator
from datetime import date

from components.facts.versions import EMR_SUPPORT_ENDS
from policies.ec2 import in_private_subnets
from policies.engine.checks import SET, must_be, must_not_be, outside_production, requires
from policies.engine.frameworks import finops, security_hub, well_architected
from policies.engine.rule import Area, Finding, Level, Result, Severity, Undecided, rule
from policies.engine.stack import Stack
from resources.inputs import elements, flag, is_set, json_value, number, read, text
from resources.resource import UNKNOWN, Resource

APPLICATION = "aws:emrserverless/application:Application"
CLUSTER = "aws:emr/cluster:Cluster"
INSTANCE_FLEET = "aws:emr/instanceFleet:InstanceFleet"
_SECURITY = "aws:emr/securityConfiguration:SecurityConfiguration"
_BLOCK = "aws:emr/blockPublicAccessConfiguration:BlockPublicAccessConfiguration"
_DEFAULT_IDLE_MINUTES = 15
_MOST_IDLE_MINUTES = 60
_TLS = "spark.ssl.internode.enabled"


@rule(
    "emr-network",
    "Spark runs in private subnets",
    (APPLICATION, CLUSTER),
    needs_stack=True,
    area=Area.SECURITY,
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=[security_hub("EMR.1"), well_architected("SEC05-BP01")],
    remediation="Set networkConfiguration of an application, or ec2Attributes of a cluster, to private subnets and "
    "security groups of its own, or use SparkCluster.",
    field="networkConfiguration or ec2Attributes",
)
def _network(resource: Resource, stack: Stack) -> Iterator[Result]:
    if resource.type == APPLICATION:
        message = "runs outside the VPC, so no security group and no endpoint policy apply to its jobs"
        yield from must_be(resource.inputs, "networkConfiguration.subnetIds", SET, message)
        return
    attributes = read(resource.inputs, "ec2Attributes")
    if not any(is_set(read(attributes, field)) for field in ("subnetId", "subnetIds")):
        yield Finding("names no subnet, so EMR chooses one of the default VPC, which is public")
    for group in ("emrManagedMasterSecurityGroup", "emrManagedSlaveSecurityGroup", "serviceAccessSecurityGroup"):
        message = f"has no {group}, so EMR makes a group that stays after the cluster"
        yield from must_be(resource.inputs, f"ec2Attributes.{group}", SET, message)
    message = "gives its nodes public addresses, because subnet {subnet} does"
    yield from in_private_subnets(resource, "ec2Attributes", message, stack)


@rule(
    "emr-encryption",
    "EMR on EC2 encrypts disks, objects and traffic between nodes",
    (CLUSTER, _SECURITY),
    area=Area.SECURITY,
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=[security_hub("EMR.3"), security_hub("EMR.4"), well_architected("SEC08-BP02")],
    remediation="Give the cluster a security configuration with EnableAtRestEncryption and EnableInTransitEncryption.",
    field="securityConfiguration",
)
def _encryption(resource: Resource, _: Stack) -> Iterator[Result]:
    if resource.type == CLUSTER:
        message = "has no security configuration, so nothing is encrypted"
        yield from must_be(resource.inputs, "securityConfiguration", SET, message)
        return
    configuration = json_value(read(resource.inputs, "configuration"))
    if configuration is UNKNOWN:
        yield Undecided("configuration")
        return
    for field, what in (("EnableAtRestEncryption", "data at rest"), ("EnableInTransitEncryption", "traffic")):
        if flag(read(configuration, "EncryptionConfiguration", field)) is not True:
            yield Finding(f"does not encrypt {what}, because {field} is not true")


requires(
    _BLOCK,
    "blockPublicSecurityGroupRules",
    True,
    "lets clusters of the account have security groups that are open to the internet",
    name="emr-block-public-access",
    title="EMR refuses clusters that are open to the internet",
    area=Area.SECURITY,
    severity=Severity.CRITICAL,
    level=Level.MANDATORY,
    frameworks=[security_hub("EMR.2")],
    remediation="Set blockPublicSecurityGroupRules to true.",
)


@rule(
    "emr-idle-end",
    "Outside production, clusters of EMR on EC2 end when they are idle",
    CLUSTER,
    when=outside_production,
    area=Area.COST,
    severity=Severity.MEDIUM,
    level=Level.MANDATORY,
    frameworks=[finops("Workload Optimization"), well_architected("COST09-BP03")],
    remediation="Set idleTimeout of autoTerminationPolicy, in seconds, or use EMR Serverless.",
    field="autoTerminationPolicy",
)
def _idle_end(cluster: Resource, _: Stack) -> Iterator[Result]:
    timeout = number(read(cluster.inputs, "autoTerminationPolicy", "idleTimeout"))
    if timeout is UNKNOWN:
        yield Undecided("autoTerminationPolicy.idleTimeout")
    elif not timeout:
        yield Finding("runs day and night, because it does not end when it is idle")


@rule(
    "emr-task-spot",
    "Outside production, task nodes are on spot",
    INSTANCE_FLEET,
    when=outside_production,
    area=Area.COST,
    severity=Severity.LOW,
    level=Level.MANDATORY,
    frameworks=[finops("Rate Optimization"), well_architected("COST07-BP04")],
    remediation="Set targetOnDemandCapacity to 0 and targetSpotCapacity instead. Task nodes keep no data in HDFS.",
    field="targetOnDemandCapacity",
)
def _task_spot(fleet: Resource, _: Stack) -> Iterator[Result]:
    capacity = number(read(fleet.inputs, "targetOnDemandCapacity"))
    if capacity is UNKNOWN:
        yield Undecided("targetOnDemandCapacity")
    elif capacity:
        yield Finding(f"has {capacity:g} units on demand")


requires(
    APPLICATION,
    "maximumCapacity.cpu",
    SET,
    "has no maximum capacity, so only the quota of the account limits the cost of its jobs",
    name="emr-maximum-capacity",
    title="Spark applications have a maximum capacity",
    area=Area.COST,
    severity=Severity.MEDIUM,
    level=Level.MANDATORY,
    frameworks=[finops("Policy & Governance"), well_architected("COST02-BP05")],
    remediation="Set cpu and memory of maximumCapacity.",
)


@rule(
    "emr-tls",
    "Spark workers use TLS for traffic between them",
    APPLICATION,
    area=Area.SECURITY,
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=[well_architected("SEC09-BP02")],
    remediation=f"Set {_TLS} to true in the classification spark-defaults of runtimeConfigurations.",
    field="runtimeConfigurations",
)
def _tls(application: Resource, _: Stack) -> Iterator[Result]:
    configurations = elements(read(application.inputs, "runtimeConfigurations"))
    defaults = [each for each in configurations if text(read(each, "classification")) in ("spark-defaults", UNKNOWN)]
    values = [flag(read(each, "properties", _TLS)) for each in defaults]
    if True in values:
        return
    if UNKNOWN in values:
        yield Undecided("runtimeConfigurations")
    else:
        yield Finding(f"does not encrypt traffic between workers, because {_TLS} is not true")


@rule(
    "emr-logs",
    "Logs of Spark are encrypted with a customer key",
    (APPLICATION, CLUSTER),
    area=Area.SECURITY,
    severity=Severity.MEDIUM,
    level=Level.MANDATORY,
    frameworks=[well_architected("SEC08-BP02")],
    remediation="Set encryptionKeyArn of each log destination in monitoringConfiguration; managed logs are on unless "
    "managedPersistenceMonitoringConfiguration.enabled is false. For a cluster, set logUri and logEncryptionKmsKeyId.",
    field="monitoringConfiguration or logEncryptionKmsKeyId",
)
def _logs(application: Resource, _: Stack) -> Iterator[Result]:
    if application.type == CLUSTER:
        yield from must_be(application.inputs, "logUri", SET, "keeps no logs after it ends, because logUri is absent")
        message = "has logs without a customer key, because logEncryptionKmsKeyId is absent"
        yield from must_be(application.inputs, "logEncryptionKmsKeyId", SET, message)
        return
    monitoring = read(application.inputs, "monitoringConfiguration")
    managed = read(monitoring, "managedPersistenceMonitoringConfiguration")
    s3, cloudwatch = (read(monitoring, f"{each}Configuration") for each in ("s3Monitoring", "cloudwatchLogging"))
    enabled = flag(read(managed, "enabled"))
    if enabled is UNKNOWN:
        yield Undecided("monitoringConfiguration.managedPersistenceMonitoringConfiguration.enabled")
    elif enabled is not False and not is_set(read(managed, "encryptionKeyArn")):
        yield Finding("has logs that EMR keeps under a key of AWS, because managed logs have no encryptionKeyArn")
    if is_set(read(s3, "logUri")) and not is_set(read(s3, "encryptionKeyArn")):
        yield Finding("writes logs to S3 without encryptionKeyArn")
    if flag(read(cloudwatch, "enabled")) is True and not is_set(read(cloudwatch, "encryptionKeyArn")):
        yield Finding("writes logs to CloudWatch without encryptionKeyArn")


@rule(
    "emr-interactive",
    "Spark applications run submitted jobs only",
    APPLICATION,
    area=Area.SECURITY,
    severity=Severity.LOW,
    level=Level.ADVISORY,
    frameworks=[well_architected("SEC03-BP02")],
    remediation="Set livyEndpointEnabled and studioEnabled of interactiveConfiguration to false.",
    field="interactiveConfiguration",
)
def _interactive(application: Resource, _: Stack) -> Iterator[Result]:
    for field, what in (("livyEndpointEnabled", "a Livy endpoint"), ("studioEnabled", "an endpoint for EMR Studio")):
        path = f"interactiveConfiguration.{field}"
        yield from must_not_be(application.inputs, path, True, f"has {what}, where sessions run code without a job")


@rule(
    "emr-idle-stop",
    "Spark applications stop within an hour without a job",
    APPLICATION,
    area=Area.COST,
    severity=Severity.MEDIUM,
    level=Level.MANDATORY,
    frameworks=[finops("Workload Optimization"), well_architected("COST09-BP03")],
    remediation="Set autoStopConfiguration to enabled, with idleTimeoutMinutes of 60 or less. A started application "
    "charges its warm workers, and AWS refuses to change or delete it.",
    field="autoStopConfiguration",
)
def _idle_stop(application: Resource, _: Stack) -> Iterator[Result]:
    path = "autoStopConfiguration"
    yield from must_not_be(application.inputs, f"{path}.enabled", False, "never stops, because autoStop is off")
    minutes = number(read(application.inputs, path, "idleTimeoutMinutes"))
    if minutes is UNKNOWN:
        yield Undecided(f"{path}.idleTimeoutMinutes")
    elif (minutes or _DEFAULT_IDLE_MINUTES) > _MOST_IDLE_MINUTES:
        yield Finding(f"stops only after {minutes:g} minutes without a job")


@rule(
    "emr-warm-workers",
    "Outside production, Spark applications have no warm workers",
    APPLICATION,
    when=outside_production,
    area=Area.COST,
    severity=Severity.MEDIUM,
    level=Level.MANDATORY,
    frameworks=[finops("Workload Optimization"), well_architected("COST09-BP03")],
    remediation="Remove initialCapacities. Jobs then wait a few minutes for their workers.",
    field="initialCapacities",
)
def _warm_workers(application: Resource, _: Stack) -> Iterator[Result]:
    capacities = read(application.inputs, "initialCapacities")
    if capacities is UNKNOWN:
        yield Undecided("initialCapacities")
    elif is_set(capacities):
        yield Finding("has pre-initialized workers, which are charged while no job uses them")


requires(
    APPLICATION,
    "architecture",
    "ARM64",
    "runs on {value}; ARM64 costs a fifth less",
    absent="X86_64, the default",
    name="emr-architecture",
    title="Spark runs on ARM64",
    area=Area.COST,
    severity=Severity.LOW,
    level=Level.ADVISORY,
    frameworks=[finops("Rate Optimization"), well_architected("COST06-BP02")],
    remediation="Set architecture to ARM64, unless a native library of a job has no build for it.",
)


@rule(
    "emr-release",
    "EMR releases have standard support",
    (APPLICATION, CLUSTER),
    area=Area.RELIABILITY,
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=[well_architected("SEC01-BP07")],
    remediation=f"Set releaseLabel to a release in support, such as {next(iter(EMR_SUPPORT_ENDS))}. Stop an "
    "application first; a cluster on EC2 is replaced.",
    field="releaseLabel",
)
def _release(resource: Resource, stack: Stack) -> Iterator[Result]:
    release = text(read(resource.inputs, "releaseLabel"))
    if release is UNKNOWN:
        yield Undecided("releaseLabel")
    elif release is None:
        yield Finding("has no releaseLabel")
    elif _ended(release, stack.context.today):
        ends = EMR_SUPPORT_ENDS.get(release)
        yield Finding(f"{release} left standard support" + (f" on {ends}" if ends else ""))


@rule(
    "emr-release-end",
    "EMR releases do not leave standard support soon",
    (APPLICATION, CLUSTER),
    area=Area.RELIABILITY,
    severity=Severity.MEDIUM,
    level=Level.ADVISORY,
    frameworks=[well_architected("SEC01-BP07")],
    remediation="Plan the upgrade; supportNotice in mlplatform:policies sets how early the plan reports this.",
    field="releaseLabel",
)
def _release_end(resource: Resource, stack: Stack) -> Iterator[Result]:
    release, today = text(read(resource.inputs, "releaseLabel")), stack.context.today
    if release is UNKNOWN:
        yield Undecided("releaseLabel")
        return
    if release is None or _ended(release, today):
        return
    ends = EMR_SUPPORT_ENDS.get(release)
    if ends is None:
        yield Finding(f"{release} has no known end of support")
    elif (days := (ends - today).days) <= stack.settings.support_notice:
        yield Finding(f"{release} leaves standard support on {ends}, in {days} days")


def _ended(release: str, today: date) -> bool:
    """Whether standard support of a release is over. Releases before the table's first of their line have none."""
    if ends := EMR_SUPPORT_ENDS.get(release):
        return today > ends
    line, version = _line_and_version(release)
    known = [_line_and_version(each) for each in EMR_SUPPORT_ENDS]
    return any(line == each for each, _ in known) and version < min(each for of, each in known if of == line)


def _line_and_version(release: str) -> tuple[str, tuple[int, ...]]:
    """`emr-` and (7, 13, 0) of `emr-7.13.0`."""
    line, numbers = re.fullmatch(r"(.*?)([\d.]*)", release).groups()  # pyright: ignore[reportOptionalMemberAccess]
    return line, tuple(int(part) for part in numbers.split(".") if part)
