"""Kafka clusters of Amazon MSK, and their topics."""

from collections.abc import Iterator

from components.facts.kafka_brokers import BROKERS
from components.facts.versions import KafkaVersion, kafka_support_end
from policies.engine.checks import forbids, in_production, must_be, must_not_be
from policies.engine.frameworks import checkov, finops, security_hub, well_architected
from policies.engine.rule import Area, Finding, Level, Result, Severity, Undecided, rule
from policies.engine.stack import Stack
from pricing.schedules import HOURS_A_MONTH
from resources.inputs import elements, flag, is_set, json_value, number, read, text
from resources.resource import UNKNOWN, Resource

CLUSTER = "aws:msk/cluster:Cluster"
SERVERLESS = "aws:msk/serverlessCluster:ServerlessCluster"
TOPIC = "aws:msk/topic:Topic"
_LEAST_ZONES = 3
_LEAST_COPIES = 3
_LEAST_SHARE = 0.05
_SECONDS_A_MONTH = HOURS_A_MONTH * 3600


def _is_standard(cluster: Resource, _: Stack) -> bool:
    """Whether the brokers are of a Standard size; MSK replicates Express brokers over three zones by itself."""
    kind = text(read(cluster.inputs, "brokerNodeGroupInfo", "instanceType"))
    return not str(kind).startswith("express.")


@rule(
    "msk-encryption",
    "Kafka clusters encrypt disks with a customer key, and accept only TLS",
    CLUSTER,
    area=Area.SECURITY,
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=[security_hub("MSK.1"), well_architected("SEC08-BP02"), well_architected("SEC09-BP02")],
    remediation="Set encryptionInfo.encryptionAtRestKmsKeyArn to a key of the account, clientBroker to TLS, and leave "
    "inCluster on. All but clientBroker replace an existing cluster.",
    field="encryptionInfo",
)
def _encryption(cluster: Resource, _: Stack) -> Iterator[Result]:
    info = read(cluster.inputs, "encryptionInfo")
    if info is UNKNOWN:
        yield Undecided("encryptionInfo")
        return
    if not is_set(read(info, "encryptionAtRestKmsKeyArn")):
        yield Finding("has no key of the account, because encryptionAtRestKmsKeyArn is absent")
    transit = "encryptionInfo.encryptionInTransit"
    for value in ("TLS_PLAINTEXT", "PLAINTEXT"):
        message = f"accepts clients without TLS, because clientBroker is {value}"
        yield from must_not_be(cluster.inputs, f"{transit}.clientBroker", value, message)
    message = "does not encrypt the traffic between brokers"
    yield from must_not_be(cluster.inputs, f"{transit}.inCluster", False, message)


@rule(
    "msk-authentication",
    "Kafka clients authenticate",
    (CLUSTER, SERVERLESS),
    area=Area.SECURITY,
    severity=Severity.CRITICAL,
    level=Level.MANDATORY,
    frameworks=[security_hub("MSK.6"), well_architected("SEC03-BP02")],
    remediation="Set clientAuthentication.sasl.iam, and clientAuthentication.unauthenticated to false.",
    field="clientAuthentication",
)
def _authentication(cluster: Resource, _: Stack) -> Iterator[Result]:
    login = read(cluster.inputs, "clientAuthentication")
    if cluster.type == SERVERLESS:
        yield from must_be(cluster.inputs, "clientAuthentication.sasl.iam.enabled", True, "has no IAM authentication")
        return
    anyone = flag(read(login, "unauthenticated"))
    ways = [flag(read(login, "sasl", way)) for way in ("iam", "scram")]
    ways.append(is_set(read(login, "tls", "certificateAuthorityArns")))
    if login is UNKNOWN or anyone is UNKNOWN:
        yield Undecided("clientAuthentication" if login is UNKNOWN else "clientAuthentication.unauthenticated")
    elif anyone:
        yield Finding("accepts clients without authentication")
    elif True not in ways:
        if UNKNOWN in ways:
            yield Undecided("clientAuthentication.sasl")
        else:
            yield Finding("has no authentication, so every client has full access")


forbids(
    CLUSTER,
    "brokerNodeGroupInfo.connectivityInfo.publicAccess.type",
    "SERVICE_PROVIDED_EIPS",
    "has brokers with public addresses",
    name="msk-private",
    title="Kafka brokers have no public addresses",
    area=Area.SECURITY,
    severity=Severity.CRITICAL,
    level=Level.MANDATORY,
    frameworks=[security_hub("MSK.4"), checkov("CKV_AWS_291"), well_architected("SEC05-BP01")],
    remediation="Set brokerNodeGroupInfo.connectivityInfo.publicAccess.type to DISABLED.",
)


@rule(
    "msk-logging",
    "Kafka brokers write logs",
    CLUSTER,
    area=Area.SECURITY,
    severity=Severity.MEDIUM,
    level=Level.MANDATORY,
    frameworks=[well_architected("SEC04-BP01")],
    remediation="Set loggingInfo.brokerLogs.cloudwatchLogs (or s3, or firehose) with enabled: true.",
    field="loggingInfo.brokerLogs",
)
def _logging(cluster: Resource, _: Stack) -> Iterator[Result]:
    logs = read(cluster.inputs, "loggingInfo", "brokerLogs")
    ways = [flag(read(logs, way, "enabled")) for way in ("cloudwatchLogs", "s3", "firehose")]
    if True in ways:
        return
    if logs is UNKNOWN or UNKNOWN in ways:
        yield Undecided("loggingInfo.brokerLogs")
    else:
        yield Finding("writes no logs of its brokers")


@rule(
    "msk-version",
    "Kafka clusters run a supported version in KRaft mode",
    CLUSTER,
    area=Area.RELIABILITY,
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=[well_architected("SEC06-BP01"), well_architected("REL08-BP05")],
    remediation=f"Set kafkaVersion to {KafkaVersion.V3_9}. A cluster with ZooKeeper cannot change to KRaft: make a new "
    "cluster and move the data.",
    field="kafkaVersion",
)
def _version(cluster: Resource, stack: Stack) -> Iterator[Result]:
    version = text(read(cluster.inputs, "kafkaVersion"))
    if version is UNKNOWN:
        yield Undecided("kafkaVersion")
        return
    end = kafka_support_end(version or "")
    if end and stack.context.today >= end:
        yield Finding(
            f"runs Kafka {version}, whose support by MSK ended on {end.isoformat()}; MSK upgrades it without notice"
        )
    elif not (version or "").endswith(".kraft"):
        yield Finding(f"runs Kafka {version} with ZooKeeper, which Kafka 4 no longer has")


@rule(
    "msk-zones",
    "In production, Kafka brokers are in three zones",
    (CLUSTER, SERVERLESS),
    when=in_production,
    area=Area.RELIABILITY,
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=[well_architected("REL10-BP01")],
    remediation="Name subnets of three zones. Another number replaces an existing cluster.",
    field="brokerNodeGroupInfo.clientSubnets",
)
def _zones(cluster: Resource, _: Stack) -> Iterator[Result]:
    if cluster.type == SERVERLESS:
        found = [read(each, "subnetIds") for each in elements(read(cluster.inputs, "vpcConfigs"))]
        subnets = found[0] if found else None
    else:
        subnets = read(cluster.inputs, "brokerNodeGroupInfo", "clientSubnets")
    if subnets is UNKNOWN:
        yield Undecided("clientSubnets" if cluster.type == CLUSTER else "vpcConfigs")
    elif len(elements(subnets)) < _LEAST_ZONES:
        yield Finding(
            f"has subnets of {len(elements(subnets))} zones: if one zone fails, a large part of the brokers is lost"
        )


@rule(
    "msk-replication",
    "In production, Kafka topics survive the loss of a zone",
    TOPIC,
    when=in_production,
    area=Area.RELIABILITY,
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=[well_architected("REL10-BP01"), well_architected("REL09-BP01")],
    remediation="Set replicationFactor to 3 and min.insync.replicas to 2. A new replicationFactor replaces the topic.",
    field="replicationFactor",
)
def _replication(topic: Resource, _: Stack) -> Iterator[Result]:
    copies, settings = number(read(topic.inputs, "replicationFactor")), json_value(read(topic.inputs, "configs"))
    needed = number(read(settings, "min.insync.replicas"))
    if copies is UNKNOWN:
        yield Undecided("replicationFactor")
    elif (copies or 0) < _LEAST_COPIES:
        yield Finding(f"has {copies or 0:g} copies of each record; a broker that fails may lose some")
    elif settings is UNKNOWN or needed is UNKNOWN:
        yield Undecided("configs")
    elif needed is not None and copies is not None and needed >= copies:
        yield Finding(f"needs {needed:g} of {copies:g} copies for each write, so writes fail while one broker is down")
    elif needed is not None and needed < 2:
        yield Finding("confirms a write with one copy, which may be lost with its broker")


@rule(
    "msk-graviton",
    "Kafka brokers run on Graviton",
    CLUSTER,
    when=_is_standard,
    area=Area.COST,
    severity=Severity.LOW,
    level=Level.ADVISORY,
    frameworks=[finops("Rate Optimization"), well_architected("COST06-BP02")],
    remediation="Change instanceType from kafka.m5 to kafka.m7g of the same size; MSK changes brokers one by one.",
    field="brokerNodeGroupInfo.instanceType",
)
def _graviton(cluster: Resource, _: Stack) -> Iterator[Result]:
    kind = text(read(cluster.inputs, "brokerNodeGroupInfo", "instanceType"))
    if kind is UNKNOWN:
        yield Undecided("brokerNodeGroupInfo.instanceType")
    elif (kind or "").startswith("kafka.m5."):
        yield Finding(f"runs {kind}; kafka.m7g of the same size costs less and carries more")


@rule(
    "msk-size",
    "Kafka clusters are no larger than their records need",
    CLUSTER,
    when=_is_standard,
    needs_stack=True,
    area=Area.COST,
    severity=Severity.LOW,
    level=Level.ADVISORY,
    frameworks=[finops("Workload Optimization"), well_architected("COST06-BP02")],
    remediation="Take a smaller instanceType, as MSK changes brokers one by one, or set usage.streams.writtenGb.",
    field="brokerNodeGroupInfo.instanceType",
)
def _size(cluster: Resource, stack: Stack) -> Iterator[Result]:
    kind = text(read(cluster.inputs, "brokerNodeGroupInfo", "instanceType"))
    brokers = number(read(cluster.inputs, "numberOfBrokerNodes"))
    if kind is UNKNOWN or brokers is UNKNOWN:
        yield Undecided("brokerNodeGroupInfo.instanceType" if kind is UNKNOWN else "numberOfBrokerNodes")
        return
    broker = BROKERS.get(kind or "")
    # Three large brokers are the smallest cluster in three zones.
    if broker is None or not brokers or (brokers <= _LEAST_ZONES and (kind or "").endswith(".large")):
        return
    usage = stack.context.usage.streams
    carried = stack.share(cluster, usage.written_gb) * (_LEAST_COPIES + usage.reads)
    able = brokers * broker.network_mib * _SECONDS_A_MONTH / 1024
    if carried < _LEAST_SHARE * able:
        yield Finding(
            f"can carry {able:,.0f} GB a month with {brokers:g} {kind}, copies and reads included, and carries "
            f"{carried:,.0f}, according to usage.streams"
        )
