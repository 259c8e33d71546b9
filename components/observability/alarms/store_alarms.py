"""StoreAlarms: alarms of managed stores, queues and entrances, and an encrypted SNS topic for each severity."""

from collections.abc import Mapping, Sequence

import pulumi
import pulumi_aws as aws

from ...core.component import Component
from ...core.metric_alarms import metric_alarm
from .caches import cache_watches
from .databases import EVENTS, database_watches
from .entrances import balancer_watches, firewall_watches, nat_watches
from .services import (
    backup_watch,
    bucket_watch,
    delivery_watch,
    failure_queue_watch,
    key_watch,
    replication_delays,
    replication_failures,
    spark_watch,
    work_queue_watch,
)
from .spec import StoreAlarmsArgs, StoreAlarmsSpec
from .topics import Topics, make_heartbeat, make_replica_topic, make_topics
from .watches import Rated, Severity, Watches

_MOST_CHILDREN = 75
"""Alarms in the rule of a composite alarm. CloudWatch allows 100 alarms and 10,240 characters.

Source: CloudWatch API reference, PutCompositeAlarm.
"""
_WHOLE_BUCKET = "EntireBucket"

Inputs = Mapping[str, pulumi.Input[str]]


class StoreAlarms(Component[StoreAlarmsArgs, StoreAlarmsSpec]):
    """CloudWatch alarms of caches, databases, queues, load balancers, firewalls, NAT gateways, jobs and backups.

    Thresholds come from the size of each resource. Warnings go to one encrypted SNS topic. Critical alarms go to
    another one, through one composite alarm for each store that has several, so that one failure calls once.
    """

    critical_topic_arn: pulumi.Output[str]
    """The SNS topic of what needs somebody at any hour."""
    warning_topic_arn: pulumi.Output[str]
    """The SNS topic of what needs attention within days."""
    heartbeat_topic_arn: pulumi.Output[str]
    """The SNS topic of the dead man's switch; empty without one."""
    key_arn: pulumi.Output[str]
    """The KMS key of the topics. Its policy lets CloudWatch and RDS use it."""
    alarm_names: pulumi.Output[list[str]]
    """The name of each metric alarm."""
    composite_alarm_names: pulumi.Output[list[str]]
    """The name of each composite alarm."""

    def __init__(self, name: str, args: StoreAlarmsArgs, opts: pulumi.ResourceOptions | None = None):
        super().__init__(name, args, StoreAlarmsArgs, StoreAlarmsSpec, opts)
        spec = self._spec
        self._topics: Topics = make_topics(name, spec, self._account, self)
        self._alarms: list[aws.cloudwatch.MetricAlarm] = []
        self._composites: list[aws.cloudwatch.CompositeAlarm] = []
        for subject, watches in self._watched().items():
            self._watch(subject, watches)
        for severity, key in ((Severity.CRITICAL, "critical_alarm_rules"), (Severity.WARNING, "warning_alarm_rules")):
            for subject, rule in self._given(key):
                self._combine(subject, rule, severity)
        self._watch_copies()
        self._watch_deliveries()
        self._follow_databases()
        heartbeat = (
            make_heartbeat(name, spec, spec.heartbeat, self._topics.key, self._account, self)
            if spec.heartbeat
            else None
        )
        self.critical_topic_arn = self._topics.by_severity[Severity.CRITICAL].arn
        self.warning_topic_arn = self._topics.by_severity[Severity.WARNING].arn
        self.heartbeat_topic_arn = heartbeat.arn if heartbeat else pulumi.Output.from_input("")
        self.key_arn = self._topics.key.arn
        self.alarm_names = pulumi.Output.all(*(each.name for each in self._alarms))
        self.composite_alarm_names = pulumi.Output.all(*(each.alarm_name for each in self._composites))
        self._publish()

    def _problem(self) -> str | None:
        """Whether each store has an id, and each id a store."""
        spec, args = self._spec, self._args
        pairs: Sequence[tuple[str, set[str], str, Inputs]] = (
            ("caches", {each.name for each in spec.caches}, "cacheIds", args.get("cache_ids") or {}),
            ("databases", {each.name for each in spec.databases}, "databaseIds", args.get("database_ids") or {}),
            ("queues", {each.name for each in spec.queues}, "queueNames", args.get("queue_names") or {}),
            ("replicas", {each.name for each in spec.replicas}, "replicaNames", args.get("replica_names") or {}),
        )
        for field, wanted, key, given in pairs:
            if lacking := sorted(wanted - set(given)):
                return f"{key} has no {lacking[0]!r}, which {field} names; add the output of the store"
            if strange := sorted(set(given) - wanted):
                return f"{key} has {strange[0]!r}, which {field} does not describe; add it to {field}"
        if lacking := sorted({each.name for each in spec.replicas} - set(args.get("bucket_names") or {})):
            return f"bucketNames has no {lacking[0]!r}, which replicas names; add the bucket that is copied"
        balancers, targets = args.get("load_balancer_arns") or {}, args.get("target_group_arns") or {}
        if strange := sorted(set(targets) - set(balancers)):
            return f"targetGroupArns has {strange[0]!r}, which loadBalancerArns does not have; add the load balancer"
        return None

    def _watched(self) -> dict[str, Watches]:
        """The watches of each subject. A subject has one composite alarm at most."""
        spec, given = self._spec, self._given
        caches, databases, queues = (dict(given(key)) for key in ("cache_ids", "database_ids", "queue_names"))
        targets = dict(given("target_group_arns"))
        found: dict[str, Watches] = {}
        for cache in spec.caches:
            found[cache.name] = cache_watches(cache, caches[cache.name])
        for database in spec.databases:
            found[database.name] = database_watches(database, databases[database.name])
        for name, arn in given("load_balancer_arns"):
            found[f"{name}-balancer"] = balancer_watches(name, arn, targets.get(name), spec.latency_milliseconds)
        for name, metric in given("firewall_metrics"):
            found[f"{name}-firewall"] = firewall_watches(name, metric, self._account.region)
        if gateways := dict(given("nat_gateway_ids")):
            found["nat"] = nat_watches(gateways)
        for name, queue in given("failure_queue_names"):
            found[f"{name}-queue"] = failure_queue_watch(name, queue)
        for queue in spec.queues:
            found[queue.name] = work_queue_watch(queue.name, queues[queue.name], queue.oldest_minutes)
        for name, application in given("spark_application_ids"):
            label = name.removeprefix(f"{spec.name}-")
            found[f"{label}-spark"] = spark_watch(label, name, application)
        for name, vault in given("backup_vault_names"):
            found[f"{name}-vault"] = backup_watch(name, vault)
        if spec.request_metrics:
            for name, bucket in given("bucket_names"):
                found[f"{name}-bucket"] = bucket_watch(name, bucket, self._request_metrics(name, bucket))
        found["kms"] = key_watch()
        return found

    def _given(self, key: str) -> list[tuple[str, pulumi.Input[str]]]:
        """The entries of an argument that maps names to text, by name."""
        values: Inputs = self._args.get(key) or {}  # pyright: ignore[reportAssignmentType] - a mapping of names to text
        return [(name, values[name]) for name in sorted(values)]

    def _request_metrics(self, name: str, bucket: pulumi.Input[str]) -> pulumi.Output[str]:
        metrics = aws.s3.BucketMetric(
            f"{self._name}-{name}-requests", bucket=bucket, name=_WHOLE_BUCKET, opts=self._child
        )
        return metrics.name

    def _watch(self, subject: str, watches: Watches) -> None:
        """The alarms of a subject. Several critical ones tell nobody themselves, but ring a composite alarm."""
        urgent = [short for short, each in watches.items() if each.severity is Severity.CRITICAL]
        children = {
            short: self._alarm(short, each, silent=len(urgent) > 1 and short in urgent)
            for short, each in watches.items()
        }
        if len(urgent) > 1:
            names = pulumi.Output.all(*(children[short].name for short in urgent))
            for start in range(0, len(urgent), _MOST_CHILDREN):
                part = f"-{start // _MOST_CHILDREN + 1}" if len(urgent) > _MOST_CHILDREN else ""
                rule = names.apply(lambda known, start=start: any_of(known[start : start + _MOST_CHILDREN]))
                self._combine(f"{subject}{part}", rule, Severity.CRITICAL)

    def _alarm(self, short: str, rated: Rated, *, silent: bool = False) -> aws.cloudwatch.MetricAlarm:
        told = [] if silent else [self._topics.by_severity[rated.severity].arn]
        return self._make(short, rated, told)

    def _make(
        self, short: str, rated: Rated, told: Sequence[pulumi.Input[str]], region: str | None = None
    ) -> aws.cloudwatch.MetricAlarm:
        title = f"{self._spec.name}-{short}"
        made = metric_alarm(f"{self._name}-{short}", rated.watch, told, self, title, region)
        self._alarms.append(made)
        return made

    def _combine(self, subject: str, rule: pulumi.Input[str], severity: Severity) -> None:
        """A composite alarm over the alarms of a subject."""
        topic = self._topics.by_severity[severity].arn
        self._composites.append(
            aws.cloudwatch.CompositeAlarm(
                f"{self._name}-{subject}-health",
                alarm_name=f"{self._spec.name}-{subject}-health",
                alarm_description=f"An alarm of {subject} rings. The message and the alarm's history name it; its own "
                "description says what to do.",
                alarm_rule=rule,
                alarm_actions=[topic],
                ok_actions=[topic],
                opts=self._child,
            )
        )

    def _watch_copies(self) -> None:
        """The alarms of replication. S3 sends those of late copies to the region of the second bucket."""
        buckets, copies = dict(self._given("bucket_names")), dict(self._given("replica_names"))
        topics: dict[str, aws.sns.Topic] = {self._account.region: self._topics.by_severity[Severity.WARNING]}
        for each in sorted(self._spec.replicas, key=lambda replica: replica.name):
            names = {"SourceBucket": buckets[each.name], "DestinationBucket": copies[each.name], "RuleId": each.rule}
            self._watch(f"{each.name}-replica", replication_failures(each.name, names))
            if each.region not in topics:
                topics[each.region] = make_replica_topic(self._name, self._spec, each.region, self._account, self)
            elsewhere = each.region if each.region != self._account.region else None
            for short, rated in replication_delays(each.name, names).items():
                self._make(short, rated, [topics[each.region].arn], elsewhere)

    def _watch_deliveries(self) -> None:
        """An alarm for each topic that SNS can't deliver, which the other topic reports."""
        topics = self._topics.by_severity
        for severity, other in ((Severity.CRITICAL, Severity.WARNING), (Severity.WARNING, Severity.CRITICAL)):
            watch = delivery_watch(str(severity), topics[severity].name)
            self._alarm(f"{severity}-delivery", Rated(other, watch))

    def _follow_databases(self) -> None:
        """Events of the databases, such as a failover, which RDS sends to the critical topic."""
        ids = self._args.get("database_ids") or {}
        if not ids:
            return
        aws.rds.EventSubscription(
            f"{self._name}-database-events",
            name=f"{self._spec.name}-database-events",
            sns_topic=self._topics.by_severity[Severity.CRITICAL].arn,
            source_type="db-instance",
            source_ids=[ids[name] for name in sorted(ids)],
            event_categories=list(EVENTS),
            opts=self._child,
        )


def any_of(names: Sequence[str]) -> str:
    """The rule of a composite alarm that rings when one of these alarms rings."""
    return " OR ".join(f'ALARM("{name}")' for name in names)
