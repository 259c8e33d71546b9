"""AWS X-Ray: the account's settings for OpenTelemetry spans, and what the collectors may do."""

import pulumi
import pulumi_aws as aws

from ...core.account import Account
from ...core.iam import Statement, allow, document
from .spec import TracingSpec

_LOG_GROUPS = ("aws/spans", "/aws/application-signals/data")
"""Where X-Ray writes spans. It creates both groups; no other log group may have the prefix aws/."""


def write_access() -> str:
    """Lets a collector send spans. The action cannot name resources.

    Sources: CloudWatch user guide, "OTLP endpoints"; AWS managed policy AWSXrayWriteOnlyAccess; service authorization
    reference, AWS X-Ray.
    """
    return document(allow("SendSpans", ["xray:PutTraceSegments"], ["*"]))


def spans_policy(account: Account) -> str:
    """Lets X-Ray write the account's spans to CloudWatch Logs.

    Source: CloudWatch user guide, "Enable transaction search".
    """
    groups = [account.arn("logs", f"log-group:{name}:*") for name in _LOG_GROUPS]
    written: Statement = {
        **allow(
            "TransactionSearchXRayAccess",
            ["logs:PutLogEvents"],
            groups,
            {
                "ArnLike": {"aws:SourceArn": account.arn("xray", "*")},
                "StringEquals": {"aws:SourceAccount": account.id},
            },
        ),
        "Principal": {"Service": "xray.amazonaws.com"},
    }
    return document(written)


def transaction_search(
    name: str, spec: TracingSpec, account: Account, parent: pulumi.Resource
) -> aws.xray.IndexingRule:
    """The account's settings in the region: X-Ray keeps spans in CloudWatch Logs, which its OTLP endpoint needs.

    The provider leaves them in AWS when the resources are deleted. Source: terraform-provider-aws,
    aws_xray_trace_segment_destination.
    """
    access = aws.cloudwatch.LogResourcePolicy(
        f"{name}-spans",
        policy_name=f"{spec.name}-spans",
        policy_document=spans_policy(account),
        opts=pulumi.ResourceOptions(parent=parent),
    )
    destination = aws.xray.TraceSegmentDestination(
        f"{name}-destination",
        destination="CloudWatchLogs",
        opts=pulumi.ResourceOptions(parent=parent, depends_on=[access]),
    )
    return aws.xray.IndexingRule(
        f"{name}-indexing",
        # X-Ray has one rule, with this name.
        name="Default",
        rule={"probabilistic": {"desired_sampling_percentage": spec.indexed_percent}},
        opts=pulumi.ResourceOptions(parent=parent, depends_on=[destination]),
    )
