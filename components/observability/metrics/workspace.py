"""The workspace in Amazon Managed Service for Prometheus: its limits, its logs, and its rules."""

from typing import NamedTuple

import pulumi
import pulumi_aws as aws

from ...core.account import Account
from ...core.iam import Statement, allow, document
from ...core.notifications import service_key_grant
from .spec import Collector, MetricsPlatformSpec

QUERIES = ("QueryMetrics", "GetSeries", "GetLabels", "GetMetricMetadata")


class Workspace(NamedTuple):
    """The workspace, and the configuration that it must have before it gets samples."""

    resource: aws.amp.Workspace
    configuration: aws.amp.WorkspaceConfiguration

    @property
    def url(self) -> pulumi.Output[str]:
        """The address before /api/v1, without a slash at its end."""
        ready = pulumi.Output.all(self.resource.prometheus_endpoint, self.configuration.id)
        return ready.apply(lambda known: str(known[0]).rstrip("/"))


def log_group_name(spec: MetricsPlatformSpec) -> str:
    """Names with this prefix need no growing resource policy. Source: CloudWatch Logs user guide, "Enable logging"."""
    return f"/aws/vendedlogs/prometheus/{spec.name}"


def workspace(name: str, spec: MetricsPlatformSpec, key: aws.kms.Key, parent: pulumi.Resource) -> Workspace:
    """A workspace with a limit of series and logs of its rules and of its Alertmanager.

    The key cannot be changed later. The managed scraper writes to no workspace with a customer key, so such a workspace
    is encrypted with a key of AWS. Source: Amazon Managed Service for Prometheus user guide, "Encryption at rest".
    """
    child = pulumi.ResourceOptions(parent=parent)
    logs = aws.cloudwatch.LogGroup(
        f"{name}-logs",
        name=log_group_name(spec),
        retention_in_days=spec.log_retention_days,
        kms_key_id=key.arn,
        opts=child,
    )
    made = aws.amp.Workspace(
        f"{name}-workspace",
        alias=spec.name,
        kms_key_arn=None if spec.collector is Collector.SCRAPER else key.arn,
        logging_configuration={"log_group_arn": logs.arn.apply(lambda arn: f"{arn}:*")},
        tags={"Name": spec.name},
        opts=pulumi.ResourceOptions(parent=parent, protect=spec.deletion_protection),
    )
    configuration = aws.amp.WorkspaceConfiguration(
        f"{name}-configuration",
        workspace_id=made.id,
        retention_period_in_days=spec.retention_days,
        # The empty label set holds for every series, because there is no other set.
        limits_per_label_sets=[{"label_set": {}, "limits": {"max_series": spec.maximum_series}}],
        opts=child,
    )
    return Workspace(made, configuration)


def rule_namespaces(
    name: str, rules: dict[str, str], made: Workspace, parent: pulumi.Resource
) -> list[aws.amp.RuleGroupNamespace]:
    """A namespace for each file of rules."""
    return [
        aws.amp.RuleGroupNamespace(
            f"{name}-rules-{file}",
            workspace_id=made.resource.id,
            name=file,
            data=rules[file],
            opts=pulumi.ResourceOptions(parent=parent, depends_on=[made.configuration]),
        )
        for file in sorted(rules)
    ]


def write_access(workspace_arn: str) -> str:
    """Lets the collector send samples. Source: service authorization reference, Amazon Managed Prometheus."""
    return document(allow("Write", ["aps:RemoteWrite"], [workspace_arn]))


def query_access(workspace_arn: str) -> str:
    """Lets Grafana or an autoscaler ask for metrics."""
    return document(allow("Query", [f"aps:{action}" for action in QUERIES], [workspace_arn]))


def scraper(
    name: str,
    spec: MetricsPlatformSpec,
    made: Workspace,
    configuration: pulumi.Input[str],
    source: "ScraperSource",
    parent: pulumi.Resource,
) -> aws.amp.Scraper:
    """The managed scraper, in the subnets of the cluster. It is billed until it is deleted, even without a cluster."""
    return aws.amp.Scraper(
        f"{name}-scraper",
        alias=spec.name,
        scrape_configuration=configuration,
        source={
            "eks": {
                "cluster_arn": source.cluster_arn,
                "subnet_ids": source.subnet_ids,
                "security_group_ids": source.security_group_ids,
            }
        },
        destination={"amp": {"workspace_arn": made.resource.arn}},
        tags={"Name": spec.name},
        opts=pulumi.ResourceOptions(parent=parent, depends_on=[made.configuration]),
    )


class ScraperSource(NamedTuple):
    """Where the managed scraper has its network interfaces."""

    cluster_arn: pulumi.Input[str]
    subnet_ids: pulumi.Input[list[str]]
    security_group_ids: pulumi.Input[list[str]]


def service_statements(account: Account) -> list[Statement]:
    """Lets the service and CloudWatch's alarms publish to topics that are encrypted with the key.

    Sources: Amazon Managed Service for Prometheus user guide, "Giving permission to send alert messages to your Amazon
    SNS topic", encrypted topics; CloudWatch user guide, "Amazon SNS encrypted topics".
    """
    return [
        service_key_grant("PrometheusPublishes", "aps", account),
        service_key_grant("AlarmsPublish", "cloudwatch", account),
    ]
