"""Cases of the rules in policies/elasticache.py."""

from typing import Any

from policies.engine.settings import EnvironmentKind
from resources.resource import UNKNOWN, Resource
from tests.support.policies.cases import fails, make, passes, unknown

STAGING = EnvironmentKind.STAGING
GROUP = "aws:elasticache/replicationGroup:ReplicationGroup"
CLUSTER = "aws:elasticache/cluster:Cluster"
SERVERLESS = "aws:elasticache/serverlessCache:ServerlessCache"
USER = "aws:elasticache/user:User"
KEY = "arn:aws:kms:us-east-1:123456789012:key/1"
READY = {"automaticFailoverEnabled": True, "multiAzEnabled": True}
HELD = {"cacheGb": {"store": 500}}


def group(**inputs: Any) -> Resource:
    return make(GROUP, {"engine": "valkey", **inputs})


def joined(**inputs: Any) -> Resource:
    return make(CLUSTER, {"replicationGroupId": UNKNOWN, **inputs})


def user(access: Any, mode: Any, **inputs: Any) -> Resource:
    return make(USER, {"accessString": access, "authenticationMode": {"type": mode}, **inputs})


def with_policy(value: Any, **inputs: Any) -> tuple[Resource, Resource]:
    """A cluster, and the parameter group that says what happens when it is full."""
    parameters = make(
        "aws:elasticache/parameterGroup:ParameterGroup", {"parameters": [{"name": "maxmemory-policy", "value": value}]}
    )
    return parameters, make(
        GROUP, {"parameterGroupName": UNKNOWN, **inputs}, refers={"parameterGroupName": [parameters]}
    )


def sized(node_type: Any, shards: Any = 2.0, name: Any = "prod-store") -> Resource:
    return group(nodeType=node_type, numNodeGroups=shards, replicationGroupId=name)


CASES = [
    passes("cache-engine", group(), make(SERVERLESS, {"engine": "VALKEY"}, name="serverless")),
    passes("cache-engine", joined(), make(CLUSTER, {"engine": "memcached"}, name="memcached")),
    fails("cache-engine", make(GROUP, {"engine": "redis"}), found="Valkey speaks the same protocol for a fifth less"),
    fails("cache-engine", make(SERVERLESS, {"engine": "redis"}), found="for a third less"),
    fails("cache-engine", make(GROUP), kind="absent", found="runs Redis OSS"),
    unknown("cache-engine", make(GROUP, {"engine": UNKNOWN}), undecided="engine"),
    # 2 x 419.09 x 0.75 = 629 GB for 500; 4 of them hold 1,257.
    passes("cache-size", sized("cache.r6g.16xlarge"), usage=HELD),
    passes("cache-size", sized("cache.r6g.16xlarge", 4.0)),
    passes("cache-size", sized("cache.t4g.medium", 1.0), usage={"cacheGb": {"store": 0.1}}),
    passes("cache-size", sized("cache.r3.large", 90.0), usage=HELD),
    fails("cache-size", sized("cache.r6g.16xlarge", 4.0), usage=HELD, found="can hold 1,257 GB and holds 500"),
    passes("cache-size", group(replicationGroupId="store"), kind="absent", usage=HELD),
    unknown("cache-size", sized(UNKNOWN), usage=HELD, undecided="nodeType"),
    unknown("cache-size", sized("cache.r6g.large", UNKNOWN), usage=HELD, undecided="numNodeGroups"),
    passes("cache-size", sized("cache.r6g.16xlarge", UNKNOWN, "other"), usage=HELD),
    fails("cache-size", sized("cache.t4g.medium", 3.0), usage={"cacheGb": {"store": 0.1}}, found="and holds 0"),
    unknown(
        "cache-size",
        group(nodeType="cache.r6g.large", replicationGroupId="store", nodeGroupConfigurations=UNKNOWN),
        usage=HELD,
        undecided="numNodeGroups",
    ),
    fails(
        "cache-size",
        group(nodeType="cache.r6g.16xlarge", replicationGroupId="store", nodeGroupConfigurations=[{}] * 4),
        usage=HELD,
        found="can hold 1,257 GB",
    ),
    passes("cache-encryption", group(atRestEncryptionEnabled=True, kmsKeyId=KEY)),
    passes("cache-encryption", group(kmsKeyId=UNKNOWN)),
    passes("cache-encryption", make(SERVERLESS, {"engine": "redis", "kmsKeyId": KEY})),
    passes("cache-encryption", joined(), make(CLUSTER, {"engine": "memcached"}, name="memcached")),
    fails(
        "cache-encryption",
        make(GROUP, {"engine": "redis"}),
        found=("is not encrypted at rest", "kmsKeyId is absent"),
    ),
    fails("cache-encryption", group(atRestEncryptionEnabled=False, kmsKeyId=KEY), found="not encrypted at rest"),
    fails("cache-encryption", make(CLUSTER, {"engine": "redis"}), found="a single node"),
    fails("cache-encryption", make(SERVERLESS), kind="absent", found="kmsKeyId is absent"),
    unknown(
        "cache-encryption",
        group(atRestEncryptionEnabled=UNKNOWN, kmsKeyId=KEY),
        undecided="atRestEncryptionEnabled",
    ),
    unknown("cache-encryption", make(GROUP, {"engine": UNKNOWN, "kmsKeyId": KEY}), undecided="atRestEncryption"),
    passes("cache-tls", group(transitEncryptionEnabled=True, transitEncryptionMode="required")),
    passes("cache-tls", joined()),
    fails("cache-tls", group(transitEncryptionEnabled=False), found="accepts connections without TLS"),
    fails(
        "cache-tls",
        group(transitEncryptionEnabled=True, transitEncryptionMode="preferred"),
        found="also accepts connections without TLS",
    ),
    fails("cache-tls", make(CLUSTER, {"engine": "redis"}), kind="absent", found="accepts connections without TLS"),
    unknown(
        "cache-tls",
        group(transitEncryptionEnabled=UNKNOWN, transitEncryptionMode=UNKNOWN),
        undecided=("transitEncryptionEnabled", "transitEncryptionMode"),
    ),
    passes("cache-users", group(userGroupIds=[UNKNOWN]), user("on ~* +@read", "iam")),
    passes("cache-users", user("off -@all", "no-password-required")),
    passes("cache-users", user("~* +@all", "no-password-required")),
    passes("cache-users", make(SERVERLESS, {"userGroupId": "readers"})),
    fails("cache-users", group(authToken="x" * 16), found="one token that all clients share"),
    fails("cache-users", group(userGroupIds=[]), found="every client that reaches it may do everything"),
    fails("cache-users", make(SERVERLESS), found="has no users"),
    fails("cache-users", user("on ~* +@all", "no-password-required"), found="lets anyone log in as this user"),
    fails("cache-users", user("on ~*", "password", noPasswordRequired=True), found="lets anyone log in"),
    fails("cache-users", group(), kind="absent", found="has no users"),
    passes("cache-users", make(USER), kind="absent"),
    unknown("cache-users", user("on ~* +@all", UNKNOWN), undecided="authenticationMode.type"),
    unknown("cache-users", user(UNKNOWN, "iam", noPasswordRequired=UNKNOWN), undecided="noPasswordRequired"),
    passes("cache-failover", group(numNodeGroups=3, replicasPerNodeGroup=1, **READY)),
    passes("cache-failover", group(numCacheClusters=2, **READY)),
    passes("cache-failover", group(), environment=STAGING),
    fails("cache-failover", group(replicasPerNodeGroup=0, **READY), found="a shard without a replica"),
    fails("cache-failover", group(numCacheClusters=1), found="a shard without a replica"),
    fails(
        "cache-failover",
        group(nodeGroupConfigurations=[{"replicaCount": 2}, {"replicaCount": 0}], **READY),
        found="a shard without a replica",
    ),
    fails(
        "cache-failover",
        group(replicasPerNodeGroup=1, automaticFailoverEnabled=True, multiAzEnabled=False),
        found="multiAzEnabled is off",
    ),
    fails("cache-failover", group(), kind="absent", found="a shard without a replica"),
    unknown("cache-failover", group(replicasPerNodeGroup=UNKNOWN, **READY), undecided="replicasPerNodeGroup"),
    unknown("cache-failover", group(nodeGroupConfigurations=UNKNOWN, **READY), undecided="replicasPerNodeGroup"),
    passes("cache-snapshots", group(snapshotRetentionLimit=7)),
    passes("cache-snapshots", *with_policy("allkeys-lru")),
    passes("cache-snapshots", group(), environment=STAGING),
    fails("cache-snapshots", group(snapshotRetentionLimit=0), found="keeps no snapshots"),
    fails("cache-snapshots", *with_policy("noeviction"), found="keeps no snapshots"),
    fails("cache-snapshots", make(SERVERLESS), kind="absent", found="keeps no snapshots"),
    unknown("cache-snapshots", group(snapshotRetentionLimit=UNKNOWN), undecided="snapshotRetentionLimit"),
]
