"""Cases of the rules in policies/msk.py."""

import json
from typing import Any

from policies.engine.settings import EnvironmentKind
from resources.resource import UNKNOWN, Resource
from tests.support.policies.cases import fails, make, passes, unknown

CLUSTER = "aws:msk/cluster:Cluster"
SERVERLESS = "aws:msk/serverlessCluster:ServerlessCluster"
TOPIC = "aws:msk/topic:Topic"
TLS = {"clientBroker": "TLS", "inCluster": True}
KEY = "arn:aws:kms:us-east-1:123456789012:key/events"
SETTINGS = {"min.insync.replicas": "2"}


def encrypted(key: Any = KEY, **transit: Any) -> Resource:
    info = {"encryptionAtRestKmsKeyArn": key, "encryptionInTransit": {**TLS, **transit}}
    return make(CLUSTER, {"encryptionInfo": {name: value for name, value in info.items() if value is not None}})


def login(**ways: Any) -> Resource:
    return make(CLUSTER, {"clientAuthentication": ways})


def group(kind: str = CLUSTER, **inputs: Any) -> Resource:
    return make(kind, {"brokerNodeGroupInfo": inputs})


def brokers(kind: Any, count: Any) -> Resource:
    return make(CLUSTER, {"brokerNodeGroupInfo": {"instanceType": kind}, "numberOfBrokerNodes": count})


def topic(copies: Any = 3.0, settings: Any = SETTINGS) -> Resource:
    return make(
        TOPIC, {"replicationFactor": copies, "configs": settings if settings is UNKNOWN else json.dumps(settings)}
    )


CASES = [
    passes("msk-encryption", encrypted()),
    passes("msk-encryption", encrypted(UNKNOWN)),
    passes("msk-encryption", make(CLUSTER, {"encryptionInfo": {"encryptionAtRestKmsKeyArn": KEY}})),
    fails("msk-encryption", encrypted(None), found="encryptionAtRestKmsKeyArn is absent"),
    fails("msk-encryption", encrypted(clientBroker="TLS_PLAINTEXT"), found="clientBroker is TLS_PLAINTEXT"),
    fails("msk-encryption", encrypted(clientBroker="PLAINTEXT"), found="clientBroker is PLAINTEXT"),
    fails("msk-encryption", encrypted(inCluster=False), found="does not encrypt the traffic between brokers"),
    fails("msk-encryption", make(CLUSTER), kind="absent", found="encryptionAtRestKmsKeyArn is absent"),
    unknown(
        "msk-encryption",
        encrypted(clientBroker=UNKNOWN),
        undecided="encryptionInfo.encryptionInTransit.clientBroker",
    ),
    unknown("msk-encryption", make(CLUSTER, {"encryptionInfo": UNKNOWN}), undecided="encryptionInfo"),
    passes("msk-authentication", login(sasl={"iam": True}, unauthenticated=False)),
    passes("msk-authentication", login(tls={"certificateAuthorityArns": [KEY]})),
    passes("msk-authentication", make(SERVERLESS, {"clientAuthentication": {"sasl": {"iam": {"enabled": True}}}})),
    fails(
        "msk-authentication", login(sasl={"iam": True}, unauthenticated=True), found="clients without authentication"
    ),
    fails("msk-authentication", login(sasl={"iam": False}), found="has no authentication"),
    fails("msk-authentication", make(SERVERLESS), kind="absent", found="has no IAM authentication"),
    fails("msk-authentication", make(CLUSTER), kind="absent", found="has no authentication"),
    unknown("msk-authentication", login(sasl={"iam": UNKNOWN}), undecided="clientAuthentication.sasl"),
    unknown("msk-authentication", login(unauthenticated=UNKNOWN), undecided="clientAuthentication.unauthenticated"),
    unknown("msk-authentication", make(CLUSTER, {"clientAuthentication": UNKNOWN}), undecided="clientAuthentication"),
    passes("msk-private", group(connectivityInfo={"publicAccess": {"type": "DISABLED"}})),
    passes("msk-private", make(CLUSTER), kind="absent"),
    fails(
        "msk-private",
        group(connectivityInfo={"publicAccess": {"type": "SERVICE_PROVIDED_EIPS"}}),
        found="has brokers with public addresses",
    ),
    unknown(
        "msk-private",
        group(connectivityInfo=UNKNOWN),
        undecided="brokerNodeGroupInfo.connectivityInfo.publicAccess.type",
    ),
    passes("msk-logging", make(CLUSTER, {"loggingInfo": {"brokerLogs": {"cloudwatchLogs": {"enabled": True}}}})),
    passes("msk-logging", make(CLUSTER, {"loggingInfo": {"brokerLogs": {"s3": {"enabled": True}}}})),
    fails(
        "msk-logging",
        make(CLUSTER, {"loggingInfo": {"brokerLogs": {"s3": {"enabled": False}}}}),
        found="writes no logs of its brokers",
    ),
    fails("msk-logging", make(CLUSTER), kind="absent", found="writes no logs of its brokers"),
    unknown("msk-logging", make(CLUSTER, {"loggingInfo": UNKNOWN}), undecided="loggingInfo.brokerLogs"),
    passes("msk-version", make(CLUSTER, {"kafkaVersion": "3.9.x.kraft"})),
    passes("msk-version", make(CLUSTER, {"kafkaVersion": "9.1.x.kraft"})),
    fails("msk-version", make(CLUSTER, {"kafkaVersion": "3.6.0"}), found="ended on 2026-06-01"),
    fails("msk-version", make(CLUSTER, {"kafkaVersion": "3.7.x.kraft"}), found="ended on 2026-09-01"),
    fails("msk-version", make(CLUSTER, {"kafkaVersion": "3.9.x"}), found="with ZooKeeper"),
    fails("msk-version", make(CLUSTER), kind="absent", found="runs Kafka None with ZooKeeper"),
    unknown("msk-version", make(CLUSTER, {"kafkaVersion": UNKNOWN}), undecided="kafkaVersion"),
    passes("msk-zones", group(clientSubnets=["a", "b", "c"])),
    passes("msk-zones", make(SERVERLESS, {"vpcConfigs": [{"subnetIds": ["a", "b", "c"]}]})),
    passes("msk-zones", group(clientSubnets=["a"]), environment=EnvironmentKind.STAGING),
    fails("msk-zones", group(clientSubnets=["a", "b"]), found="has subnets of 2 zones"),
    fails("msk-zones", make(CLUSTER), kind="absent", found="has subnets of 0 zones"),
    unknown("msk-zones", group(clientSubnets=UNKNOWN), undecided="clientSubnets"),
    unknown("msk-zones", make(SERVERLESS, {"vpcConfigs": [{"subnetIds": UNKNOWN}]}), undecided="vpcConfigs"),
    passes("msk-replication", topic()),
    passes("msk-replication", topic(settings={})),
    passes("msk-replication", topic(1.0), environment=EnvironmentKind.STAGING),
    fails("msk-replication", topic(2.0), found="has 2 copies of each record"),
    fails("msk-replication", topic(settings={"min.insync.replicas": "3"}), found="needs 3 of 3 copies for each write"),
    fails("msk-replication", topic(settings={"min.insync.replicas": "1"}), found="confirms a write with one copy"),
    fails("msk-replication", make(TOPIC), kind="absent", found="has 0 copies"),
    unknown("msk-replication", topic(UNKNOWN), undecided="replicationFactor"),
    unknown("msk-replication", topic(settings=UNKNOWN), undecided="configs"),
    passes("msk-graviton", group(instanceType="kafka.m7g.large")),
    passes("msk-graviton", group(instanceType="express.m7g.large")),
    passes("msk-graviton", make(CLUSTER), kind="absent"),
    fails("msk-graviton", group(instanceType="kafka.m5.large"), found="runs kafka.m5.large"),
    unknown("msk-graviton", group(instanceType=UNKNOWN), undecided="brokerNodeGroupInfo.instanceType"),
    passes("msk-size", brokers("kafka.m7g.large", 3.0)),
    passes("msk-size", brokers("kafka.m7g.2xlarge", 3.0), usage={"streams": {"written_gb": 50_000}}),
    passes("msk-size", brokers("express.m7g.large", 3.0)),
    passes("msk-size", make(CLUSTER), kind="absent"),
    # 3 x 469 MiB a second for 2,628,000 seconds; 100 GB with three copies and two reads.
    fails(
        "msk-size",
        brokers("kafka.m7g.2xlarge", 3.0),
        found="can carry 3,610,934 GB a month with 3 kafka.m7g.2xlarge, copies and reads included, and carries 500",
    ),
    fails("msk-size", brokers("kafka.m7g.large", 6.0), found="with 6 kafka.m7g.large"),
    unknown("msk-size", brokers(UNKNOWN, 3.0), undecided="brokerNodeGroupInfo.instanceType"),
    unknown("msk-size", brokers("kafka.m7g.large", UNKNOWN), undecided="numberOfBrokerNodes"),
]
