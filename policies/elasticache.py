"""Caches and online stores of ElastiCache."""

from collections.abc import Iterator

from components.facts.cache_nodes import usable_gib
from policies.engine.checks import in_production, must_be, must_not_be
from policies.engine.frameworks import finops, security_hub, well_architected
from policies.engine.rule import Area, Finding, Level, Result, Severity, Undecided, rule
from policies.engine.stack import Stack
from pricing.named_usage import entry_for
from resources.inputs import elements, first, flag, is_set, number, read, text
from resources.resource import UNKNOWN, Resource, Unknown

GROUP = "aws:elasticache/replicationGroup:ReplicationGroup"
CLUSTER = "aws:elasticache/cluster:Cluster"
SERVERLESS = "aws:elasticache/serverlessCache:ServerlessCache"
USER = "aws:elasticache/user:User"
_PARAMETER_GROUP = "aws:elasticache/parameterGroup:ParameterGroup"
_MOST_TIMES_TOO_LARGE = 2.0


def _engine(cache: Resource) -> str | Unknown:
    """The engine in lower case; redis, the provider's default, where none is named."""
    named = text(read(cache.inputs, "engine"))
    return named if named is UNKNOWN else (named or "redis").lower()


def _stands_alone(cache: Resource, _: Stack) -> bool:
    """Whether it is no cluster that belongs to a replication group, which is judged itself."""
    return cache.type != CLUSTER or not is_set(read(cache.inputs, "replicationGroupId"))


@rule(
    "cache-encryption",
    "Caches are encrypted at rest with a customer key",
    (CLUSTER, GROUP, SERVERLESS),
    when=_stands_alone,
    area=Area.SECURITY,
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=[security_hub("ElastiCache.4"), well_architected("SEC08-BP02")],
    remediation="Set atRestEncryptionEnabled, and kmsKeyId to a key of the account; both replace an existing cluster.",
    field="atRestEncryptionEnabled and kmsKeyId",
)
def _encryption(cache: Resource, _: Stack) -> Iterator[Result]:
    if cache.type == CLUSTER:
        if _engine(cache) == "redis":
            yield Finding("is a single node, which cannot be encrypted at rest")
        return
    if cache.type == GROUP:
        encrypted = _encrypted_at_rest(cache)
        if encrypted is UNKNOWN:
            yield Undecided("atRestEncryptionEnabled")
        elif not encrypted:
            yield Finding("is not encrypted at rest")
    if not is_set(read(cache.inputs, "kmsKeyId")):
        yield Finding("has no key of the account, because kmsKeyId is absent")


def _encrypted_at_rest(group: Resource) -> bool | Unknown:
    """Whether it is encrypted at rest; where the input is absent, Valkey is and Redis OSS is not."""
    enabled, engine = flag(read(group.inputs, "atRestEncryptionEnabled")), _engine(group)
    if enabled is None:
        return engine if engine is UNKNOWN else engine == "valkey"
    return enabled


@rule(
    "cache-tls",
    "Caches accept only TLS",
    (CLUSTER, GROUP),
    when=_stands_alone,
    area=Area.SECURITY,
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=[security_hub("ElastiCache.5"), well_architected("SEC09-BP02")],
    remediation="Set transitEncryptionEnabled and transitEncryptionMode required; clients use TLS from then on.",
    field="transitEncryptionEnabled and transitEncryptionMode",
)
def _tls(cache: Resource, _: Stack) -> Iterator[Result]:
    yield from must_be(cache.inputs, "transitEncryptionEnabled", True, "accepts connections without TLS")
    yield from must_not_be(
        cache.inputs,
        "transitEncryptionMode",
        "preferred",
        "also accepts connections without TLS, because transitEncryptionMode is preferred",
    )


@rule(
    "cache-users",
    "Caches have users, each with its own rights and credentials",
    (GROUP, SERVERLESS, USER),
    area=Area.SECURITY,
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=[security_hub("ElastiCache.6"), well_architected("SEC03-BP02")],
    remediation="Name a user group in userGroupIds (userGroupId of a serverless cache), with users that log in by IAM "
    "or a password of their own; drop the shared token.",
    field="userGroupIds",
)
def _users(resource: Resource, _: Stack) -> Iterator[Result]:
    if resource.type == USER:
        yield from _user(resource)
    elif any(is_set(read(resource.inputs, field)) for field in ("authToken", "authTokenWo")):
        yield Finding("has one token that all clients share")
    elif not is_set(read(resource.inputs, "userGroupId" if resource.type == SERVERLESS else "userGroupIds")):
        yield Finding("has no users, so every client that reaches it may do everything")


def _user(user: Resource) -> Iterator[Result]:
    access = text(read(user.inputs, "accessString"))
    mode = text(read(user.inputs, "authenticationMode", "type"))
    no_password = flag(read(user.inputs, "noPasswordRequired"))
    # A user is off unless the access string says on.
    if access is not UNKNOWN and "on" not in (access or "").split():
        return
    if mode == "no-password-required" or no_password is True:
        yield Finding("lets anyone log in as this user, because it needs no password")
    elif UNKNOWN in (mode, no_password):
        yield Undecided("authenticationMode.type" if mode is UNKNOWN else "noPasswordRequired")


@rule(
    "cache-failover",
    "In production, caches fail over to replicas in other zones",
    GROUP,
    when=in_production,
    area=Area.RELIABILITY,
    severity=Severity.HIGH,
    level=Level.MANDATORY,
    frameworks=[security_hub("ElastiCache.3"), well_architected("REL10-BP01")],
    remediation="Give each shard a replica (replicasPerNodeGroup), set automaticFailoverEnabled and multiAzEnabled.",
    field="replicasPerNodeGroup",
)
def _failover(group: Resource, _: Stack) -> Iterator[Result]:
    fewest = _fewest_replicas(group)
    if fewest is UNKNOWN:
        yield Undecided("replicasPerNodeGroup")
    elif fewest < 1:
        yield Finding("has a shard without a replica: its data is lost with its node")
        return
    for field in ("automaticFailoverEnabled", "multiAzEnabled"):
        yield from must_be(group.inputs, field, True, f"has replicas, and {field} is off")


def _fewest_replicas(group: Resource) -> float | Unknown:
    """The replicas of the shard that has the fewest."""
    clusters = number(read(group.inputs, "numCacheClusters"))
    if clusters is not None:
        return clusters if clusters is UNKNOWN else clusters - 1
    common = number(read(group.inputs, "replicasPerNodeGroup"))
    shards = elements(read(group.inputs, "nodeGroupConfigurations"))
    counts = [first(number(read(shard, "replicaCount")), common, 0.0) for shard in shards] or [first(common, 0.0)]
    return UNKNOWN if UNKNOWN in counts else min(counts)


@rule(
    "cache-snapshots",
    "In production, in-memory stores have snapshots",
    (GROUP, SERVERLESS),
    when=in_production,
    needs_stack=True,
    area=Area.RELIABILITY,
    severity=Severity.MEDIUM,
    level=Level.MANDATORY,
    frameworks=[security_hub("ElastiCache.1"), well_architected("REL09-BP03")],
    remediation="Set snapshotRetentionLimit to a week, or let it evict (maxmemory-policy allkeys-lru) if nothing in it "
    "must last.",
    field="snapshotRetentionLimit",
)
def _snapshots(store: Resource, stack: Stack) -> Iterator[Result]:
    days = number(read(store.inputs, "snapshotRetentionLimit"))
    if _evicts(store, stack):
        return
    if days is UNKNOWN:
        yield Undecided("snapshotRetentionLimit")
    elif not days:
        yield Finding("keeps no snapshots, and does not evict keys as a cache does")


def _evicts(store: Resource, stack: Stack) -> bool:
    """Whether it drops the least used keys when it is full: then nothing in it is meant to last."""
    return any(
        read(parameter, "name") == "maxmemory-policy" and str(text(read(parameter, "value"))).startswith("allkeys-")
        for parameters in stack.sources(store, "parameterGroupName", _PARAMETER_GROUP)
        for parameter in elements(read(parameters.inputs, "parameters"))
    )


@rule(
    "cache-engine",
    "Caches run Valkey rather than Redis OSS",
    (CLUSTER, GROUP, SERVERLESS),
    when=_stands_alone,
    area=Area.COST,
    severity=Severity.LOW,
    level=Level.ADVISORY,
    frameworks=[finops("Rate Optimization"), well_architected("COST06-BP02")],
    remediation="Set engine to valkey with a version of Valkey; AWS upgrades a cluster of Redis OSS in place.",
    field="engine",
)
def _cheaper_engine(cache: Resource, _: Stack) -> Iterator[Result]:
    engine = _engine(cache)
    if engine is UNKNOWN:
        yield Undecided("engine")
    elif engine == "redis":
        saved = "a third" if cache.type == SERVERLESS else "a fifth"
        yield Finding(f"runs Redis OSS; Valkey speaks the same protocol for {saved} less")


@rule(
    "cache-size",
    "Caches are at most twice as large as their data",
    GROUP,
    needs_stack=True,
    area=Area.COST,
    severity=Severity.LOW,
    level=Level.ADVISORY,
    frameworks=[finops("Workload Optimization"), well_architected("COST06-BP02")],
    remediation="Use fewer shards or smaller nodes; a component that is sized by gigabytes selects them automatically.",
    field="nodeType",
)
def _size(group: Resource, stack: Stack) -> Iterator[Result]:
    stated = stack.context.usage.cache_gb
    identity = text(read(group.inputs, "replicationGroupId"))
    key = entry_for(stated, identity if isinstance(identity, str) else None, group.name)
    if key is None:
        return
    node_type, shards = text(read(group.inputs, "nodeType")), _shards(group)
    if node_type is UNKNOWN or shards is UNKNOWN:
        yield Undecided("nodeType" if node_type is UNKNOWN else "numNodeGroups")
        return
    held, usable = stated[key], usable_gib(node_type or "")
    # One shard of burstable nodes is about the smallest there is.
    smallest = shards <= 1 and (node_type or "").startswith("cache.t")
    if usable is not None and shards * usable > _MOST_TIMES_TOO_LARGE * held and not smallest:
        yield Finding(f"can hold {shards * usable:,.0f} GB and holds {held:,.0f}, according to usage.cacheGb")


def _shards(group: Resource) -> float | Unknown:
    listed = elements(read(group.inputs, "nodeGroupConfigurations"))
    stated = number(read(group.inputs, "numNodeGroups"))
    if stated is None and UNKNOWN in listed:
        return UNKNOWN
    return first(stated, float(len(listed)) or 1.0)
