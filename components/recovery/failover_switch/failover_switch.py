"""FailoverSwitch: a switch between the records of two regions, which works while the first region does not."""

from typing import Any

import pulumi
import pulumi_aws as aws

from ...core.component import Component
from ...core.kms import encryption_key
from ...core.metric_alarms import Comparison, Metric, Missing, Watch, metric_alarm, one
from ...core.notifications import encrypted_topic, notification_policy, service_key_grant
from .spec import PARTITION, FailoverSwitchArgs, FailoverSwitchSpec

NAMESPACE = "mlplatform/Failover"
METRIC = "SecondRegionAnswers"
DIMENSION = "Platform"
"""The metric by which a person moves the names: 1 for the second region, 0 for the first. Nothing else writes it."""
METRICS_REGION = "us-east-1"
"""Where the metrics of health checks are.

Source: Route 53 developer guide, "Monitoring health checks using CloudWatch".
"""


class FailoverSwitch(Component[FailoverSwitchArgs, FailoverSwitchSpec]):
    """A health check of Route 53 that is unhealthy after a person has moved the names to the second region.

    It follows an alarm of the second region, whose metric a person writes. Route 53 keeps the last status when the
    metric has no new value, so that the names stay until a person moves them back. Neither move calls the API of Route
    53, which is in us-east-1 only.
    """

    health_check_id: pulumi.Output[str]
    """The health check, for the primary records."""
    alarm_name: pulumi.Output[str]
    """The alarm in the second region."""
    topic_arn: pulumi.Output[str]
    """The SNS topic in us-east-1 that is told when the names move."""

    def __init__(self, name: str, args: FailoverSwitchArgs, opts: pulumi.ResourceOptions | None = None):
        super().__init__(name, args, FailoverSwitchArgs, FailoverSwitchSpec, opts)
        account = self._account
        if self._spec.standby_region == account.region:
            self._refuse(f"standbyRegion = {account.region!r}: it is the first region; take another")
        if account.partition != PARTITION:
            self._refuse(
                f"region = {account.region!r}: the partition {account.partition} has no health checks of Route 53 that "
                "follow alarms of another region; move the names by hand there"
            )
        alarm = self._alarm()
        check = self._health_check(alarm)
        topic = self._topic()
        self._moved(check, topic)
        self.health_check_id = check.id
        self.alarm_name = alarm.name
        self.topic_arn = topic.arn
        self._publish()

    def _alarm(self) -> aws.cloudwatch.MetricAlarm:
        """The alarm of the second region. It has no action: a topic must be in the region of its alarm."""
        spec = self._spec
        watch = Watch(
            one(Metric(NAMESPACE, METRIC, {DIMENSION: spec.name})),
            0,
            f"the names of {spec.name} are moved to {spec.standby_region}; operations.failover moves them back",
            periods=1,
            missing=Missing.UNCHANGED,
        )
        return metric_alarm(
            f"{self._name}-switch", watch, [], self, f"{spec.name}-failover-switch", self._spec.standby_region
        )

    def _health_check(self, alarm: aws.cloudwatch.MetricAlarm) -> aws.route53.HealthCheck:
        """The status of the alarm. It is healthy until a person moves the names.

        Route 53 reads the alarm's settings once. `triggers` make it read them again after a change.
        """
        settings: dict[str, pulumi.Output[Any]] = {
            "threshold": alarm.threshold,
            "period": alarm.period,
            "periods": alarm.evaluation_periods,
        }
        return aws.route53.HealthCheck(
            f"{self._name}-switch-check",
            type="CLOUDWATCH_METRIC",
            cloudwatch_alarm_name=alarm.name,
            cloudwatch_alarm_region=self._spec.standby_region,
            insufficient_data_health_status="LastKnownStatus",
            triggers={key: value.apply(str) for key, value in settings.items()},
            tags={"Name": f"{self._spec.name}-failover-switch"},
            opts=self._child,
        )

    def _topic(self) -> aws.sns.Topic:
        """The topic of the alarms of health checks, where their metrics are."""
        title, region = f"{self._spec.name}-failover", self._there
        grants = [service_key_grant("AlarmsEncrypt", "cloudwatch", self._account)]
        key = encryption_key(
            f"{self._name}-key", f"Notifications of {title}", self._account, self._child, grants=grants, region=region
        )
        topic, _ = encrypted_topic(
            f"{self._name}-topic",
            title,
            key.arn,
            lambda arn: notification_policy(arn, self._account, ["cloudwatch"]),
            self._child,
            self._spec.emails,
            region=region,
        )
        return topic

    def _moved(self, check: aws.route53.HealthCheck, topic: aws.sns.Topic) -> None:
        spec = self._spec
        watch = Watch(
            one(Metric("AWS/Route53", "HealthCheckStatus", {"HealthCheckId": check.id})),
            1,
            f"the names of {spec.name} answer from {spec.standby_region}; if nobody moved them, see docs/recovery.md",
            comparison=Comparison.BELOW,
            statistic="Minimum",
            periods=1,
        )
        title = f"{spec.name}-failover-moved"
        metric_alarm(f"{self._name}-moved", watch, [topic.arn], self, title, self._there)

    @property
    def _there(self) -> str | None:
        """The region of the metrics; None where it is the provider's."""
        return None if self._account.region == METRICS_REGION else METRICS_REGION
