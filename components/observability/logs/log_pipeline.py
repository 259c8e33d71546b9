"""LogPipeline: logs of containers, redacted on their nodes, in CloudWatch or OpenSearch."""

from typing import Any

import pulumi
import pulumi_aws as aws

from ...cluster.secure_namespace import PodSecurity, SecureNamespace
from ...cluster.workload_identity import WorkloadIdentity
from ...core.component import Component
from ...core.kms import encryption_key, logs_key_grant
from ...core.manifest import Manifest, Release
from ...core.named_outputs import by_name
from ...core.ordering import after
from ...facts.versions import FLUENT_BIT
from . import collection, collector, groups
from .collection import CollectionNetwork
from .spec import HEARTBEAT, NAMESPACE, LogDestination, LogPipelineArgs, LogPipelineSpec


class LogPipeline(Component[LogPipelineArgs, LogPipelineSpec]):
    """Logs of all containers of a cluster: structured, redacted before they leave the node, encrypted and kept.

    Fluent Bit runs on each node and keeps on its disk what it cannot send. Pass a Kubernetes provider in the option
    `providers`.
    """

    log_groups: pulumi.Output[dict[str, str]]
    """The name of each log group by its short name; empty with OpenSearch."""
    log_key_arn: pulumi.Output[str]
    """The key that encrypts the logs."""
    collection_endpoint: pulumi.Output[str]
    """Where the collection answers, inside of the VPC; empty with CloudWatch."""
    dashboard_endpoint: pulumi.Output[str]
    """Where OpenSearch Dashboards answers, inside of the VPC; empty with CloudWatch."""
    silence_alarm_name: pulumi.Output[str]
    """The alarm that rings when no logs arrive. It tells nobody itself: put it into a composite alarm."""

    def __init__(self, name: str, args: LogPipelineArgs, opts: pulumi.ResourceOptions | None = None):
        super().__init__(name, args, LogPipelineArgs, LogPipelineSpec, opts)
        spec, nothing = self._spec, pulumi.Output.from_input("")
        self.collection_endpoint, self.dashboard_endpoint = nothing, nothing
        key = self._key()
        made = None if spec.destination is LogDestination.OPENSEARCH else self._groups(key)
        self.log_groups = _names(made or {})
        self.log_key_arn = key.arn
        if made:
            writer = self._writer(
                groups.write_access(self._account, [collector.group_name(spec, each) for each in made])
            )
            output: pulumi.Input[dict[str, Any]] = collector.cloudwatch_output(spec, self._account.region)
            alarm = groups.silence_alarm(name, spec, made[HEARTBEAT], self)
            ready: list[pulumi.Resource] = [writer, *made.values()]
        else:
            stored = collection.collection(name, spec, key, self._network(), self)
            writer = self._writer(stored.arn.apply(collection.api_access))
            access = collection.data_access(name, spec, writer.role_arn, self)
            region = self._account.region
            output = stored.collection_endpoint.apply(
                lambda url: collector.opensearch_output(spec, region, url.removeprefix("https://"))
            )
            alarm = collection.silence_alarm(name, spec, stored, self._account.id, self)
            ready = [writer, stored, access]
            self.collection_endpoint, self.dashboard_endpoint = stored.collection_endpoint, stored.dashboard_endpoint
        self.silence_alarm_name = alarm.name
        self._collectors(output, ready)
        self._publish()

    def _problem(self) -> str | None:
        needed = ("vpc_id", "subnet_ids", "node_security_group_id")
        absent = [each for each in needed if each not in self._args]
        if self._spec.destination is LogDestination.OPENSEARCH and absent:
            return f"a collection needs {', '.join(absent)}, for its endpoint in the VPC; pass them"
        return None

    def _network(self) -> CollectionNetwork:
        args = self._args
        return CollectionNetwork(
            args.get("vpc_id", ""), args.get("subnet_ids", []), args.get("node_security_group_id", "")
        )

    def _key(self) -> aws.kms.Key:
        spec, account = self._spec, self._account
        return encryption_key(
            f"{self._name}-key",
            f"Logs of {spec.name}",
            account,
            pulumi.ResourceOptions(parent=self, protect=spec.deletion_protection),
            grants=[logs_key_grant(account, collector.group_name(spec, "*"))],
        )

    def _groups(self, key: aws.kms.Key) -> dict[str, aws.cloudwatch.LogGroup]:
        made = groups.log_groups(self._name, self._spec, key, self)
        if self._spec.data_protection:
            groups.masking(self._name, made, self._account, self)
        return made

    def _writer(self, policy: pulumi.Input[str]) -> WorkloadIdentity:
        return WorkloadIdentity(
            f"{self._name}-writer",
            {
                "cluster_name": self._args["cluster_name"],
                "namespace": NAMESPACE,
                "service_account": collector.NAME,
                "policies": {"logs": policy},
            },
            self._child,
        )

    def _collectors(self, output: pulumi.Input[dict[str, Any]], ready: list[pulumi.Resource]) -> None:
        """Fluent Bit reads files of the node, which needs the standard privileged."""
        name, spec = self._name, self._spec
        namespace = SecureNamespace(
            f"{name}-namespace", {"namespace": NAMESPACE, "pod_security": PodSecurity.PRIVILEGED}, self._child
        )
        inside = self._needing(namespace)
        rules = [Manifest(f"{name}-{policy['metadata']['name']}", policy, inside) for policy in collector.policies()]
        lua = collector.script(spec)
        text = pulumi.Output.from_input(output).apply(lambda known: collector.config(spec, known))
        files = Manifest(f"{name}-files", collector.config_map(text, lua), inside)
        Release(
            f"{name}-fluent-bit",
            FLUENT_BIT,
            after(NAMESPACE, self._args["cluster_name"]),
            collector.chart_values(text.apply(lambda known: collector.checksum(known, lua))),
            self._needing(namespace, files, *rules, *ready),
        )

    def _needing(self, *needed: pulumi.Resource) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(parent=self, depends_on=list(needed))


def _names(made: dict[str, aws.cloudwatch.LogGroup]) -> pulumi.Output[dict[str, str]]:
    return by_name({short: group.name for short, group in made.items()})
