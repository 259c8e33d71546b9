"""What a cache is made of, who may reach it, and what is refused."""

import json
import re
from typing import Any

import pulumi
import pytest

from components.core.spec import SpecError
from components.data.cache.access import access_string, connect_policy
from components.data.cache.cache import Cache
from components.data.cache.spec import CacheAccess, CacheArgs
from policies.engine.evaluate import evaluate
from resources.resource import UNKNOWN
from tests.support.components.clusters import needs, select, statements
from tests.support.components.mocks import ACCOUNT, Recording, run
from tests.support.policies.cases import context

CLUSTER = "aws:elasticache/replicationGroup:ReplicationGroup"
PARAMETERS = "aws:elasticache/parameterGroup:ParameterGroup"
USER = "aws:elasticache/user:User"
USER_GROUP = "aws:elasticache/userGroup:UserGroup"
KEY = "aws:kms/key:Key"
LOGS = "aws:cloudwatch/logGroup:LogGroup"
INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
EGRESS = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"

FEAST = {"name": "feast", "access": CacheAccess.WRITE}


def cache(recording: Recording | None = None, **args: Any) -> Recording:
    """A Cache "store" of 500 GB for one user, unless `args` say otherwise."""
    given = {
        "cache_name": "prod-store",
        "gigabytes": 500,
        "users": [FEAST],
        "vpc_id": "vpc-1",
        "subnet_ids": ["subnet-a", "subnet-b"],
        "client_security_group_id": "sg-nodes",
        **args,
    }
    endpoint = {"configurationEndpointAddress": "clustercfg.prod-store.use1.cache.amazonaws.com"}
    recording = recording or Recording(computed={CLUSTER: endpoint})
    return run(lambda: Cache("store", given), recording)  # pyright: ignore[reportArgumentType]


def refusal(**args: Any) -> str:
    recording = Recording()
    with pytest.raises(SpecError) as error:
        cache(recording, **args)
    assert recording.resources == []
    return str(error.value)


@pytest.fixture(scope="module")
def store() -> Recording:
    return cache()


def test_the_cluster_speaks_tls_alone_and_encrypts_what_it_keeps(store: Recording) -> None:
    inputs = store.one(CLUSTER).inputs
    assert inputs["transitEncryptionEnabled"] is True
    assert inputs["transitEncryptionMode"] == "required"
    assert inputs["atRestEncryptionEnabled"] is True
    assert "authToken" not in inputs
    assert store.one(KEY).urn in store.one(CLUSTER).property_dependencies["kmsKeyId"]


def test_shards_and_nodes_are_the_tightest_that_hold_the_data(store: Recording) -> None:
    # 500 GB and a fifth free are 625; 2 x 419.09 x 0.75 = 628.6.
    inputs = store.one(CLUSTER).inputs
    assert (inputs["nodeType"], inputs["numNodeGroups"], inputs["replicasPerNodeGroup"]) == ("cache.r6g.16xlarge", 2, 1)
    assert inputs["dataTieringEnabled"] is False
    assert inputs["clusterMode"] == "enabled"


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        ({"data_tiering": True}, ("cache.r6gd.xlarge", 6, True)),
        ({"node_type": "cache.r7g.4xlarge"}, ("cache.r7g.4xlarge", 8, False)),
        ({"shards": 10}, ("cache.r6g.4xlarge", 10, False)),
        ({"node_type": "cache.r6gd.2xlarge", "shards": 4, "data_tiering": True}, ("cache.r6gd.2xlarge", 4, True)),
        # 13.07 x 0.75 x 41 = 401.9; an int comes as a float from other languages.
        ({"gigabytes": 400.0, "headroom": 0.0}, ("cache.r6g.large", 41, False)),
    ],
)
def test_what_is_asked_for_is_built(args: dict[str, Any], expected: tuple[str, int, bool]) -> None:
    inputs = cache(**args).one(CLUSTER).inputs
    assert (inputs["nodeType"], inputs["numNodeGroups"], inputs["dataTieringEnabled"]) == expected


def test_replicas_lie_in_other_zones_and_take_over(store: Recording) -> None:
    inputs = store.one(CLUSTER).inputs
    assert inputs["automaticFailoverEnabled"] is True
    assert inputs["multiAzEnabled"] is True
    assert cache(replicas=0).one(CLUSTER).inputs["multiAzEnabled"] is False


def parameters(recording: Recording) -> dict[str, str]:
    return {each["name"]: each["value"] for each in recording.one(PARAMETERS).inputs["parameters"]}


def test_a_store_refuses_writes_when_full_and_is_kept_for_a_week(store: Recording) -> None:
    assert parameters(store) == {
        "cluster-enabled": "yes",
        "maxmemory-policy": "noeviction",
        "reserved-memory-percent": "25",
    }
    inputs = store.one(CLUSTER).inputs
    assert inputs["snapshotRetentionLimit"] == 7
    assert re.fullmatch(r"prod-store-final-[0-9a-z]{1,8}", inputs["finalSnapshotIdentifier"])


def test_the_key_of_a_last_snapshot_outlives_its_store(store: Recording) -> None:
    assert store.one(KEY).retain_on_delete
    # What evicts has no snapshot to read.
    assert not cache(evicts=True).one(KEY).retain_on_delete


def test_each_life_of_a_store_has_a_last_snapshot_of_its_own(store: Recording) -> None:
    assert store.one(KEY).urn in store.one(CLUSTER).property_dependencies["finalSnapshotIdentifier"]


def test_a_cache_evicts_and_needs_no_snapshots() -> None:
    evicting = cache(evicts=True)
    assert parameters(evicting)["maxmemory-policy"] == "allkeys-lru"
    inputs = evicting.one(CLUSTER).inputs
    assert inputs["snapshotRetentionLimit"] == 0
    assert not {"snapshotWindow", "finalSnapshotIdentifier"} & set(inputs)
    assert cache(evicts=True, snapshot_days=3).one(CLUSTER).inputs["snapshotRetentionLimit"] == 3


def test_a_cluster_begins_with_a_snapshot_and_forgets_which() -> None:
    restored = cache(restore_from="prod-store-final").one(CLUSTER)
    assert restored.inputs["snapshotName"] == "prod-store-final"
    assert restored.ignore_changes == ["snapshotName"]
    assert restored.protect
    assert "snapshotName" not in cache().one(CLUSTER).inputs


def test_valkey_needs_no_default_user(store: Recording) -> None:
    assert [each.inputs["userName"] for each in store.all(USER)] == ["prod-store-feast"]
    assert store.one(USER_GROUP).inputs["engine"] == "valkey"
    assert store.one(PARAMETERS).inputs["family"] == "valkey8"
    assert store.one(CLUSTER).inputs["engineVersion"] == "8.2"


def test_the_default_user_of_redis_can_do_nothing() -> None:
    redis = cache(engine="redis")
    default = redis.one(USER, "store-user-default").inputs
    assert (default["userId"], default["userName"]) == ("prod-store-default", "default")
    assert default["accessString"] == "off -@all"
    assert redis.one(USER_GROUP).inputs["userIds"] == ["prod-store-feast", "prod-store-default"]
    assert redis.one(PARAMETERS).inputs["family"] == "redis7"
    assert redis.one(CLUSTER).inputs["engineVersion"] == "7.1"


def test_users_log_in_by_iam_under_one_name(store: Recording) -> None:
    inputs = store.one(USER).inputs
    assert inputs["authenticationMode"] == {"type": "iam"}
    assert inputs["userId"] == inputs["userName"]
    assert store.one(USER).ignore_changes == []
    assert store.one(CLUSTER).inputs["userGroupIds"] == ["prod-store"]
    assert "store-user-feast" in needs(store, store.one(CLUSTER))


def test_cache_keeps_passwords_that_others_set() -> None:
    user = cache(users=[{**FEAST, "password": True}]).one(USER)
    assert user.inputs["authenticationMode"] == {"type": "iam"}
    assert user.ignore_changes == ["authenticationMode"]
    assert not {"passwords", "passwordsWo"} & set(user.inputs)


@pytest.mark.parametrize(
    ("access", "words", "never"),
    [
        (CacheAccess.READ, ["+@read", "+cluster|slots"], ["+@write", "+@all"]),
        (CacheAccess.WRITE, ["+@read", "+@write", "+@transaction"], ["+@all", "+@admin"]),
        (CacheAccess.ADMIN, ["+@all"], ["-@all"]),
    ],
)
def test_access_strings_give_what_is_asked_and_no_more(access: CacheAccess, words: list[str], never: list[str]) -> None:
    said = access_string(access, ["features:*", "online:*"]).split()
    assert said[:3] == ["on", "~features:*", "~online:*"]
    assert set(words) <= set(said)
    assert not set(never) & set(said)
    if access is not CacheAccess.ADMIN:
        # Rules hold from left to right: what is dangerous goes after every category that may bring it.
        categories = [place for place, word in enumerate(said) if word.startswith("+@")]
        assert said.index("-@all") < min(categories)
        assert said.index("-@dangerous") > max(categories)


def test_the_way_in_is_one_port_from_one_security_group(store: Recording) -> None:
    rule = store.one(INGRESS).inputs
    assert rule["referencedSecurityGroupId"] == "sg-nodes"
    assert (rule["ipProtocol"], rule["fromPort"], rule["toPort"]) == ("tcp", 6379, 6379)
    # The nodes' own group lets HTTPS out and nothing else: the cache opens the way to itself.
    way = store.one(EGRESS).inputs
    assert (way["securityGroupId"], way["referencedSecurityGroupId"]) == ("sg-nodes", rule["securityGroupId"])
    assert (way["ipProtocol"], way["fromPort"], way["toPort"]) == ("tcp", 6379, 6379)
    group = store.one("aws:ec2/securityGroup:SecurityGroup")
    assert not {"ingress", "egress"} & set(group.inputs)
    assert store.one(CLUSTER).inputs["securityGroupIds"] == ["sg-store-sg"]
    assert store.one("aws:elasticache/subnetGroup:SubnetGroup").inputs["subnetIds"] == ["subnet-a", "subnet-b"]


def test_slow_commands_are_logged_under_the_key_of_the_cache(store: Recording) -> None:
    logs = store.one(LOGS)
    assert (logs.inputs["name"], logs.inputs["retentionInDays"]) == ("/aws/elasticache/prod-store", 90)
    assert store.one(KEY).urn in logs.property_dependencies["kmsKeyId"]
    deliveries = store.one(CLUSTER).inputs["logDeliveryConfigurations"]
    assert [each["logType"] for each in deliveries] == ["slow-log", "engine-log"]
    assert {each["destination"] for each in deliveries} == {"/aws/elasticache/prod-store"}
    encrypts = statements(store.one(KEY))["LogsEncrypt"]
    assert select(encrypts, "Condition", "ArnEquals").popitem()[1].endswith(":log-group:/aws/elasticache/prod-store")


def test_cluster_and_key_are_protected_unless_it_is_lifted(store: Recording) -> None:
    assert {each.type for each in store.resources if each.protect} == {CLUSTER, KEY}
    assert not any(each.protect for each in cache(deletion_protection=False).resources)


def test_the_outputs_say_how_to_connect(store: Recording) -> None:
    outputs = store.outputs("store")
    arn = f"arn:aws:elasticache:us-east-1:{ACCOUNT}"
    policy = json.loads(outputs.pop("connect_policies")["feast"])
    assert policy["Statement"][0]["Action"] == ["elasticache:Connect"]
    assert policy["Statement"][0]["Resource"] == [f"{arn}:replicationgroup:prod-store", f"{arn}:user:prod-store-feast"]
    assert outputs == {
        "endpoint": "clustercfg.prod-store.use1.cache.amazonaws.com",
        "port": 6379,
        "replication_group_id": "prod-store",
        "security_group_id": "sg-store-sg",
        "user_group_id": "prod-store",
        "user_names": {"feast": "prod-store-feast"},
        "user_arns": {"feast": f"{arn}:user:prod-store-feast"},
        "key_arn": f"arn:aws:kms:us-east-1:{ACCOUNT}:key/store-key",
        "node_type": "cache.r6g.16xlarge",
        "shards": 2,
    }


def test_the_policy_lets_in_to_one_cache_as_one_user() -> None:
    statement = json.loads(connect_policy("arn:group", "arn:user"))["Statement"]
    assert statement == [
        {"Sid": "LogIn", "Effect": "Allow", "Action": ["elasticache:Connect"], "Resource": ["arn:group", "arn:user"]}
    ]


def test_at_preview_the_same_resources_are_planned(store: Recording) -> None:
    preview = cache(Recording(preview=True))
    assert {each.urn for each in preview.resources} == {each.urn for each in store.resources}
    assert preview.one(CLUSTER).inputs["kmsKeyId"] is UNKNOWN


def test_every_child_is_parented_and_named_after_the_cache(store: Recording) -> None:
    children = store.children("store")
    assert len(children) == len(store.resources) - 1
    assert all(each.name.startswith("store-") for each in children)


def test_two_caches_share_a_stack() -> None:
    def program() -> None:
        for name in ("store", "predictions"):
            args: CacheArgs = {
                "cache_name": name,
                "gigabytes": 10,
                "users": [{"name": "app", "access": CacheAccess.WRITE}],
                "vpc_id": "vpc-1",
                "subnet_ids": ["a", "b"],
                "client_security_group_id": "sg",
            }
            Cache(name, args, pulumi.ResourceOptions())

    recording = run(program)
    assert len({each.urn for each in recording.resources}) == len(recording.resources)
    assert len({each.inputs["userId"] for each in recording.all(USER)}) == 2


@pytest.mark.parametrize("args", [{}, {"engine": "redis"}, {"evicts": True}, {"data_tiering": True}])
def test_every_rule_holds_in_production(args: dict[str, Any]) -> None:
    told = {f"{each.policy}: {each.message}" for each in evaluate(cache(**args).resources, context())}
    # Tags come from the stack's provider and alarms from StoreAlarms, which are not here, and Redis OSS is a choice.
    assert {each for each in told if not each.startswith(("required-tags", "cache-engine", "store-alarms"))} == set()


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (
            {"gigabytes": 500_000},
            "gigabytes = 500000 with 20% free is more than the 90 nodes of a cluster hold, at most 11,315 with "
            "replicas = 1; split it into several caches, or allow dataTiering",
        ),
        ({"gigabytes": 500_000, "data_tiering": True}, "at most 68,648 with replicas = 1; split it"),
        ({"gigabytes": 0}, "gigabytes = 0: "),
        ({"headroom": 1.0}, "headroom = 1.0: "),
        (
            {"node_type": "cache.r7g.2xlrage"},
            "not a node type of a current generation; did you mean cache.r7g.2xlarge?",
        ),
        ({"node_type": "cache.r6gd.xlarge"}, "nodeType = 'cache.r6gd.xlarge': these nodes always tier data"),
        (
            {"node_type": "cache.r6g.large"},
            "gigabytes = 500 with 20% free needs 64 shards of cache.r6g.large; take a larger node type",
        ),
        ({"shards": 1}, "gigabytes = 500 with 20% free does not fit 1 shards of any node type"),
        ({"shards": 50}, "shards = 50: 50 shards with 1 replicas each are 100 nodes, and ElastiCache allows 90"),
        ({"replicas": 6}, "replicas = 6: "),
        ({"users": []}, "users = []: "),
        (
            {"users": [FEAST, FEAST]},
            "users = ['feast', 'feast']: two users have the same name; give each user its own name",
        ),
        (
            {"users": [{**FEAST, "name": "default"}]},
            "users = 'default': the engine gives this name to clients that send no name; choose another name",
        ),
        (
            {"users": [{**FEAST, "name": "a" * 38}]},
            "users[0].name = 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa': the user's id prod-store-aaaaaaaaaaaaa",
        ),
        ({"users": [{**FEAST, "keys": ["a b"]}]}, "a pattern of keys has no spaces"),
        ({"users": [{**FEAST, "access": "wirte"}]}, "did you mean write?"),
        ({"cache_name": "Prod"}, "cache_name = 'Prod': "),
        ({"cache_name": "prod--store"}, "cache_name = 'prod--store': "),
        ({"engine": "memcached"}, "engine = 'memcached': allowed: valkey, redis"),
        ({"log_retention_days": 100}, "nearest: 90"),
        ({"snapshot_window": "3-4"}, "snapshot_window = '3-4': "),
        ({"gigabyte": 3}, "gigabyte is not a known field"),
    ],
)
def test_wrong_arguments_register_nothing(args: dict[str, Any], message: str) -> None:
    assert message in refusal(**args)


@pytest.mark.parametrize(
    ("args", "told"),
    [
        ({"snapshot_window": "05:30-06:00"}, "05:30-06:00 is 30 minutes long; AWS requires an hour or more"),
        ({"maintenance_window": "sun:05:00-sun:05:30"}, "is 30 minutes long; AWS requires an hour or more"),
        (
            {"maintenance_window": "sun:03:30-sun:04:30"},
            "maintenanceWindow = 'sun:03:30-sun:04:30': it overlaps snapshotWindow = '03:00-04:00', which Ela",
        ),
    ],
)
def test_windows_that_aws_would_refuse_are_refused(args: dict[str, Any], told: str) -> None:
    assert told in refusal(**args)


def test_what_keeps_no_snapshots_may_be_patched_at_any_hour() -> None:
    assert cache(evicts=True, maintenance_window="sun:03:30-sun:04:30").one(CLUSTER)
