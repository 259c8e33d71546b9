"""WebFirewall: an AWS WAF web ACL for load balancers, with its log."""

from typing import Any

import pulumi
import pulumi_aws as aws

from ...core.account import Account
from ...core.component import Component
from ...core.iam import document
from ...core.kms import encryption_key, logs_key_grant
from ...core.ordering import after
from .capacity import capacity
from .resources import WebAcl, WebAclLoggingConfiguration
from .rules import build, response_bodies, visibility
from .spec import WebFirewallArgs, WebFirewallSpec


class WebFirewall(Component[WebFirewallArgs, WebFirewallSpec]):
    """A web ACL that limits each client address and rejects malformed requests, and a log without credentials.

    ServingLoadBalancer associates itself with the web ACL when it gets the ARN.
    """

    web_acl_arn: pulumi.Output[str]
    """The web ACL's ARN, for the load balancers that it protects."""
    metric_name: pulumi.Output[str]
    """What metrics in CloudWatch call the web ACL."""
    log_group_name: pulumi.Output[str]
    """The log group of the requests that a rule matched."""
    capacity_units: pulumi.Output[int]
    """The capacity units of the rules. With more than 1,500, each request costs more."""

    def __init__(self, name: str, args: WebFirewallArgs, opts: pulumi.ResourceOptions | None = None):
        super().__init__(name, args, WebFirewallArgs, WebFirewallSpec, opts)
        spec = self._spec
        rules = build(spec, name)
        acl = WebAcl(
            f"{name}-acl",
            {
                "scope": "REGIONAL",
                "description": "Requests to models",
                "defaultAction": {"allow": {}},
                "rules": rules,
                "customResponseBodies": response_bodies(),
                "dataProtectionConfig": {"dataProtections": _protections(spec)},
                **visibility(name),
            },
            self._child,
        )
        group = self._log(acl)
        self.web_acl_arn = acl.arn
        self.metric_name = after(name, acl)
        self.log_group_name = group.name
        self.capacity_units = pulumi.Output.from_input(capacity(rules))
        self._publish()

    def _log(self, acl: WebAcl) -> aws.cloudwatch.LogGroup:
        """The log group. AWS WAF requires that its name begins with `aws-waf-logs-`."""
        name, account = self._name, self._account
        group_name = f"aws-waf-logs-{pulumi.get_project()}-{pulumi.get_stack()}-{name}"
        key = encryption_key(
            f"{name}-log-key",
            f"Encrypts the log of the firewall {name}.",
            account,
            pulumi.ResourceOptions(parent=self, protect=self._spec.deletion_protection),
            grants=[logs_key_grant(account, group_name)],
            tags={"Name": f"{name}-log"},
        )
        group = aws.cloudwatch.LogGroup(
            f"{name}-log",
            name=group_name,
            retention_in_days=self._spec.log_retention_days,
            kms_key_id=key.arn,
            tags={"Name": f"{name}-log"},
            opts=self._child,
        )
        delivery = aws.cloudwatch.LogResourcePolicy(
            f"{name}-log-delivery",
            policy_name=group_name,
            policy_document=log_delivery(account, group_name),
            opts=self._child,
        )
        logging: dict[str, Any] = {
            "resourceArn": acl.arn,
            "logDestinationConfigs": [group.arn],
            "redactedFields": _redacted(self._spec),
        }
        if not self._spec.log_allowed:
            logging["loggingFilter"] = _MATCHED_ALONE
        WebAclLoggingConfiguration(
            f"{name}-logging", logging, pulumi.ResourceOptions(parent=self, depends_on=[delivery])
        )
        return group


def log_delivery(account: Account, log_group: str) -> str:
    """Lets AWS's log delivery write to one log group, for sources of this account.

    Source: CloudWatch Logs user guide, "Enable logging from AWS services", logs sent to CloudWatch Logs.
    """
    return document(
        {
            "Sid": "FirewallLogs",
            "Effect": "Allow",
            "Principal": {"Service": "delivery.logs.amazonaws.com"},
            "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
            "Resource": [f"{account.arn('logs', f'log-group:{log_group}')}:log-stream:*"],
            "Condition": {
                "StringEquals": {"aws:SourceAccount": account.id},
                "ArnLike": {"aws:SourceArn": account.arn("logs", "*")},
            },
        }
    )


def _redacted(spec: WebFirewallSpec) -> list[dict[str, Any]]:
    headers = [{"singleHeader": {"name": header}} for header in spec.secret_headers]
    return [*headers, {"queryString": {}}] if spec.redact_query else headers


def _protections(spec: WebFirewallSpec) -> list[dict[str, Any]]:
    """Fields that samples of requests mask too; the log's redaction does not apply to samples."""
    headers = {"fieldType": "SINGLE_HEADER", "fieldKeys": list(spec.secret_headers)}
    fields = [headers, {"fieldType": "QUERY_STRING"}] if spec.redact_query else [headers]
    return [{"action": "SUBSTITUTION", "field": field} for field in fields]


_MATCHED_ALONE = {
    "defaultBehavior": "DROP",
    "filters": [
        {
            "behavior": "KEEP",
            "requirement": "MEETS_ANY",
            "conditions": [
                {"actionCondition": {"action": action}} for action in ("BLOCK", "COUNT", "EXCLUDED_AS_COUNT")
            ],
        }
    ],
}
