"""SpendControl: a budget with notifications and actions, anomaly detection, and the bill as a table."""

from typing import Any

import pulumi
import pulumi_aws as aws

from ...core.component import Component
from ...core.iam import Statement
from ...core.kms import encryption_key
from ...core.notifications import Notification, encrypted_topic
from .access import export_key_grants, topic_key_grants, topic_policy
from .anomalies import monitor, subscriptions
from .bill import Bill, exported_bill
from .budget import budget, budget_action
from .spec import COMPONENT_TAG, Showback, SpendControlArgs, SpendControlSpec

_WIRED = ("log_bucket", "catalog_database")


class SpendControl(Component[SpendControlArgs, SpendControlSpec]):
    """A monthly budget that notifies people before and when it is exceeded, and on request more.

    On request: actions of AWS, a search for unusual costs, cost allocation tags, and the account's bill in FOCUS 1.2
    with a table and views for Athena, which also show the costs of pods to teams.
    """

    budget_name: pulumi.Output[str]
    """The budget's name."""
    topic_arn: pulumi.Output[str]
    """The topic of notifications; empty without one."""
    anomaly_monitor_arn: pulumi.Output[str]
    """The monitor of unusual costs; empty without one."""
    bill_bucket: pulumi.Output[str]
    """The bucket of the exported bill; empty without an export."""
    bill_location: pulumi.Output[str]
    """The S3 address of the bill's files, with a folder for each month; empty without an export."""
    bill_table: pulumi.Output[str]
    """The table of the bill in the catalog; empty without an export."""
    bill_workgroup: pulumi.Output[str]
    """The Athena workgroup that queries the bill; empty without an export."""
    reader_policy: pulumi.Output[str]
    """The IAM policy, as JSON, that lets its holder query the bill; empty without an export."""

    def __init__(self, name: str, args: SpendControlArgs, opts: pulumi.ResourceOptions | None = None):
        super().__init__(name, args, SpendControlArgs, SpendControlSpec, opts)
        spec, account = self._spec, self._account
        key_arn = self._key().arn if spec.key_is_needed else None
        costs = self._topic(key_arn) if spec.topic and key_arn else None
        topic_arn, published = (costs.topic.arn, [costs.policy]) if costs else (None, [])
        made = budget(name, spec, topic_arn, published, self._child)
        told: Any = [{"subscription_type": "EMAIL", "address": email} for email in spec.emails]
        told += [{"subscription_type": "SNS", "address": topic_arn}] if topic_arn else []
        for action in spec.actions:
            budget_action(name, action, account, made.name, told, self._child)
        self._tags()
        none = pulumi.Output.from_input("")
        self.budget_name = made.name
        self.topic_arn = topic_arn or none
        self.anomaly_monitor_arn = none
        if spec.anomalies:
            self.anomaly_monitor_arn = monitor(name, spec, spec.anomalies, self._child)
            subscriptions(name, spec, spec.anomalies, self.anomaly_monitor_arn, topic_arn, published, self._child)
        bill = Bill(none, none, none, none, none)
        if spec.export and key_arn:
            log_bucket, database = (args[field] for field in _WIRED)  # pyright: ignore[reportTypedDictNotRequiredAccess]
            bill = exported_bill(name, spec, account, key_arn, log_bucket, database, self._child)
        self.bill_bucket = bill.bucket
        self.bill_location = bill.location
        self.bill_table = bill.table
        self.bill_workgroup = bill.workgroup
        self.reader_policy = bill.reader_policy
        self._publish()

    def _problem(self) -> str | None:
        if self._spec.team_namespaces and self._spec.showback is Showback.NONE:
            named = sorted(self._spec.team_namespaces)
            return (
                f"teamNamespaces = {named}: nothing is shown to teams without showback; set it to split, or remove this"
            )
        lacking = [field for field in _WIRED if self._spec.export and field not in self._args]
        if lacking:
            return f"{lacking[0]} is missing, and export needs it; pass it, or set export to false"
        return None

    def _key(self) -> aws.kms.Key:
        spec, account = self._spec, self._account
        grants: list[Statement] = topic_key_grants(account) if spec.topic else []
        grants += export_key_grants(account) if spec.export else []
        return encryption_key(
            f"{self._name}-key",
            f"Bill and cost notifications of {spec.name}",
            account,
            pulumi.ResourceOptions(parent=self, protect=spec.deletion_protection),
            grants=grants,
        )

    def _topic(self, key_arn: pulumi.Output[str]) -> Notification:
        """The topic of costs, and what lets services publish to it."""
        return encrypted_topic(
            f"{self._name}-topic",
            f"{self._spec.name}-costs",
            key_arn,
            lambda arn: topic_policy(self._account, arn),
            self._child,
        )

    def _tags(self) -> None:
        """The tags as cost allocation tags, where this account pays.

        They stay active when they leave the stack, because other stacks of the organization use them.
        """
        if not self._spec.activate_tags:
            return
        kept = pulumi.ResourceOptions(parent=self, retain_on_delete=True)
        spec = self._spec
        component = [COMPONENT_TAG] if spec.component_tag else []
        for key in sorted({*spec.cost_tags, spec.team_tag, *component}):
            aws.costexplorer.CostAllocationTag(f"{self._name}-tag-{key}", tag_key=key, status="Active", opts=kept)
