"""Cases of the rules in policies/alarms.py."""

from dataclasses import replace
from typing import Any

from policies.engine.settings import EnvironmentKind
from resources.resource import UNKNOWN, Resource
from tests.support.policies.cases import fails, make, passes, unknown

ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
COMPOSITE = "aws:cloudwatch/compositeAlarm:CompositeAlarm"
HEALTH_CHECK = "aws:route53/healthCheck:HealthCheck"
TOPIC = "aws:sns/topic:Topic"


def store(kind: str, inputs: Any = None, *, name: str) -> Resource:
    """A store of one of our components."""
    made = make(kind, inputs, name=name)
    return replace(made, urn=made.urn.replace(kind, f"mlplatform:data:Store${kind}"))


CACHE = store("aws:elasticache/replicationGroup:ReplicationGroup", {"replicationGroupId": "ml-online"}, name="cache")
BALANCER = store("aws:lb/loadBalancer:LoadBalancer", name="alb")
CLUSTER = store("aws:msk/cluster:Cluster", {"clusterName": "ml"}, name="kafka")
DATABASE = store("aws:rds/instance:Instance", {"identifier": "ml"}, name="database")
LETTERS = store("aws:sqs/queue:Queue", name="letters")
OF_OTHERS = make("aws:rds/instance:Instance", {"identifier": "ml"}, name="theirs")
WORK = make("aws:sqs/queue:Queue", {"redrivePolicy": UNKNOWN}, name="work", refers={"redrivePolicy": [LETTERS]})
TOLD = ["arn:aws:sns:us-east-1:1:critical"]
SILENT = "has alarms, but none of them has an action"
NONE = "has no alarm, so nobody is told"


def alarm(dimensions: Any, *watched: Resource, name: str = "alarm", **inputs: Any) -> Resource:
    """An alarm on a metric with these dimensions, computed from the resources `watched`."""
    given = {"namespace": "AWS/RDS", "metricName": "CPUUtilization", "dimensions": dimensions, "name": name, **inputs}
    return make(ALARM, given, name=name, refers={"dimensions": watched} if watched else {})


def composite(*alarms: Resource, **inputs: Any) -> Resource:
    """A composite alarm whose rule is computed from `alarms`."""
    return make(COMPOSITE, {"alarmRule": UNKNOWN, **inputs}, name="health", refers={"alarmRule": alarms})


QUIET = alarm({"DBInstanceIdentifier": "ml"})
LOUD = alarm({"DBInstanceIdentifier": "ml"}, alarmActions=TOLD)
SNS = make(TOPIC, {"kmsMasterKeyId": "arn:aws:kms:us-east-1:1:key/k"}, name="critical")
AWS_KEY = make(TOPIC, {"kmsMasterKeyId": "alias/aws/sns"}, name="critical")
BARE = make(TOPIC, name="critical")
LATER = make(TOPIC, {"kmsMasterKeyId": UNKNOWN}, name="critical")


def telling(topic: Resource) -> Resource:
    """An alarm that tells a topic of the stack."""
    given = {"namespace": "AWS/RDS", "metricName": "CPUUtilization", "alarmActions": [UNKNOWN]}
    return make(
        ALARM, {**given, "dimensions": {"DBInstanceIdentifier": "ml"}}, name="a", refers={"alarmActions": [topic]}
    )


def of_metric(namespace: Any, name: Any, dimensions: Any) -> Resource:
    return make(ALARM, {"namespace": namespace, "metricName": name, "dimensions": dimensions})


def in_expression(namespace: str, name: str, *dimensions: str) -> Resource:
    metric = {"namespace": namespace, "metricName": name, "dimensions": dict.fromkeys(dimensions, "x")}
    return make(ALARM, {"metricQueries": [{"id": "m1", "metric": metric}, {"id": "result", "expression": "MAX(m1)"}]})


CASES = [
    passes("store-alarms", DATABASE, LOUD),
    passes("store-alarms", CACHE, alarm({"CacheClusterId": "ml-online-0001-001"}, alarmActions=TOLD)),
    passes("store-alarms", CACHE, alarm({"CacheClusterId": UNKNOWN}, CACHE, alarmActions=[UNKNOWN])),
    passes("store-alarms", BALANCER, alarm({"LoadBalancer": UNKNOWN}, BALANCER, alarmActions=TOLD)),
    passes("store-alarms", CLUSTER, alarm({"Cluster Name": "ml"}, alarmActions=TOLD)),
    passes("store-alarms", DATABASE, QUIET, composite(QUIET, alarmActions=TOLD)),
    passes("store-alarms", LETTERS, WORK, alarm({"QueueName": UNKNOWN}, LETTERS, alarmActions=TOLD)),
    # A queue that somebody works off tells by itself, when nobody does.
    passes("store-alarms", make("aws:sqs/queue:Queue", name="work")),
    passes("store-alarms", DATABASE, environment=EnvironmentKind.STAGING),
    passes("store-alarms", OF_OTHERS),
    passes("other-store-alarms", OF_OTHERS, LOUD),
    passes("other-store-alarms", DATABASE),
    fails("other-store-alarms", OF_OTHERS, found=NONE, kind="absent"),
    fails("other-store-alarms", OF_OTHERS, QUIET, found=SILENT),
    unknown("other-store-alarms", OF_OTHERS, alarm(UNKNOWN, alarmActions=TOLD), undecided="dimensions"),
    fails("store-alarms", DATABASE, found=NONE, kind="absent"),
    fails("store-alarms", LETTERS, WORK, found=NONE),
    fails("store-alarms", DATABASE, alarm({"DBInstanceIdentifier": "other"}, alarmActions=TOLD), found=NONE),
    fails("store-alarms", DATABASE, QUIET, found=SILENT),
    fails("store-alarms", DATABASE, alarm({"DBInstanceIdentifier": "ml"}, alarmActions=[]), found=SILENT),
    fails(
        "store-alarms",
        DATABASE,
        alarm({"DBInstanceIdentifier": "ml"}, alarmActions=TOLD, actionsEnabled=False),
        found=SILENT,
    ),
    fails("store-alarms", DATABASE, QUIET, composite(QUIET), found=SILENT),
    unknown("store-alarms", DATABASE, alarm(UNKNOWN, alarmActions=TOLD), undecided="dimensions"),
    passes("alarm-actions", LOUD),
    passes("alarm-actions", alarm({}, alarmActions=UNKNOWN)),
    passes("alarm-actions", QUIET, make(COMPOSITE, {"alarmRule": 'ALARM("alarm")', "alarmActions": TOLD})),
    passes("alarm-actions", QUIET, make(COMPOSITE, {"alarmRule": "ALARM(alarm)", "alarmActions": TOLD})),
    passes(
        "alarm-actions",
        QUIET,
        make(HEALTH_CHECK, {"cloudwatchAlarmName": "a"}, refers={"cloudwatchAlarmName": [QUIET]}),
    ),
    passes("alarm-actions", QUIET, environment=EnvironmentKind.STAGING),
    fails("alarm-actions", QUIET, found="tells nobody: it has no alarmActions", kind="absent"),
    fails("alarm-actions", composite(), found="tells nobody: it has no alarmActions"),
    fails(
        "alarm-actions",
        alarm({}, alarmActions=TOLD, actionsEnabled=False),
        found="tells nobody, because actionsEnabled is false",
    ),
    unknown("alarm-actions", alarm({}, alarmActions=TOLD, actionsEnabled=UNKNOWN), undecided="actionsEnabled"),
    passes("alarm-topic-key", SNS, telling(SNS)),
    passes("alarm-topic-key", AWS_KEY),
    passes("alarm-topic-key", LATER, telling(LATER), kind="unknown"),
    fails("alarm-topic-key", AWS_KEY, telling(AWS_KEY), found="never gets an alarm: the policy of alias/aws/sns"),
    fails("alarm-topic-key", BARE, telling(BARE), found="is told of alarms and is not encrypted", kind="absent"),
    passes("alarm-metric", of_metric("AWS/SQS", "ApproximateAgeOfOldestMessage", {"QueueName": UNKNOWN})),
    passes("alarm-metric", of_metric("Custom/App", "Errors", {"Anything": "x"})),
    passes("alarm-metric", make(ALARM), kind="absent"),
    fails(
        "alarm-metric", of_metric("AWS/Batch", "RunnableJobs", {"JobQueue": "q"}), found="has no metric RunnableJobs"
    ),
    fails(
        "alarm-metric",
        of_metric("AWS/Backup", "NumberOfBackupJobsFailed", {"VaultName": "v"}),
        found="has the dimensions BackupVaultName or BackupVaultName+ResourceType, not VaultName",
    ),
    fails(
        "alarm-metric",
        in_expression("AWS/ElastiCache", "Evictions", "ReplicationGroupId"),
        found="Evictions of AWS/ElastiCache has the dimensions",
    ),
    unknown("alarm-metric", of_metric("AWS/SQS", UNKNOWN, {"QueueName": "q"}), undecided="metricName"),
    unknown("alarm-metric", of_metric("AWS/SQS", "SentMessageSize", UNKNOWN), undecided="dimensions"),
]
