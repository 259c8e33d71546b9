"""The collection of a LogPipeline in OpenSearch Serverless: encryption, network, access and retention.

A collection needs its encryption policy first. It is reached through a VPC endpoint alone. Source: OpenSearch Service
developer guide, "Encryption", "Network access", "Data access control" and "Data lifecycle policies" for Amazon
OpenSearch Serverless.
"""

import json
from collections.abc import Sequence
from typing import Any, NamedTuple

import pulumi
import pulumi_aws as aws

from ...core.iam import allow, document
from ...core.metric_alarms import Metric
from .groups import silent
from .spec import HEARTBEAT, LogPipelineSpec

_WRITE = ("aoss:CreateIndex", "aoss:DescribeIndex", "aoss:UpdateIndex", "aoss:WriteDocument")
_READ = ("aoss:DescribeIndex", "aoss:ReadDocument")


class CollectionNetwork(NamedTuple):
    """Where the collection's endpoint is, and who reaches it."""

    vpc_id: pulumi.Input[str]
    subnet_ids: pulumi.Input[list[str]]
    node_security_group_id: pulumi.Input[str]


def collection(
    name: str, spec: LogPipelineSpec, key: aws.kms.Key, network: CollectionNetwork, parent: pulumi.Resource
) -> aws.opensearch.ServerlessCollection:
    """A collection for time series, encrypted with the key, and reached through an endpoint in the VPC."""
    child = pulumi.ResourceOptions(parent=parent)
    encryption = aws.opensearch.ServerlessSecurityPolicy(
        f"{name}-encryption",
        name=f"{spec.name}-logs",
        type="encryption",
        policy=key.arn.apply(lambda arn: encryption_policy(spec.name, arn)),
        opts=child,
    )
    entry = _endpoint_group(name, network, parent)
    endpoint = aws.opensearch.ServerlessVpcEndpoint(
        f"{name}-endpoint",
        name=f"{spec.name}-logs",
        vpc_id=network.vpc_id,
        subnet_ids=network.subnet_ids,
        security_group_ids=[entry.id],
        opts=child,
    )
    reach = aws.opensearch.ServerlessSecurityPolicy(
        f"{name}-network",
        name=f"{spec.name}-logs",
        type="network",
        policy=endpoint.id.apply(lambda known: network_policy(spec.name, known)),
        opts=child,
    )
    retention = aws.opensearch.ServerlessLifecyclePolicy(
        f"{name}-retention", name=f"{spec.name}-logs", type="retention", policy=retention_policy(spec), opts=child
    )
    return aws.opensearch.ServerlessCollection(
        f"{name}-collection",
        name=spec.name,
        type="TIMESERIES",
        standby_replicas="ENABLED" if spec.standby_replicas else "DISABLED",
        opts=pulumi.ResourceOptions(
            parent=parent, depends_on=[encryption, reach, retention], protect=spec.deletion_protection
        ),
    )


def _endpoint_group(name: str, network: CollectionNetwork, parent: pulumi.Resource) -> aws.ec2.SecurityGroup:
    child = pulumi.ResourceOptions(parent=parent)
    group = aws.ec2.SecurityGroup(
        f"{name}-endpoint-group", description="The endpoint of logs", vpc_id=network.vpc_id, opts=child
    )
    aws.vpc.SecurityGroupIngressRule(
        f"{name}-endpoint-ingress",
        security_group_id=group.id,
        referenced_security_group_id=network.node_security_group_id,
        ip_protocol="tcp",
        from_port=443,
        to_port=443,
        description="Nodes write and read logs",
        opts=child,
    )
    return group


def data_access(
    name: str, spec: LogPipelineSpec, writer_arn: pulumi.Input[str], parent: pulumi.Resource
) -> aws.opensearch.ServerlessAccessPolicy:
    """Who writes and who reads. The collectors cannot read."""
    return aws.opensearch.ServerlessAccessPolicy(
        f"{name}-access",
        name=f"{spec.name}-logs",
        type="data",
        policy=pulumi.Output.from_input(writer_arn).apply(
            lambda writer: access_policy(spec.name, writer, spec.reader_arns)
        ),
        opts=pulumi.ResourceOptions(parent=parent),
    )


def silence_alarm(
    name: str,
    spec: LogPipelineSpec,
    made: aws.opensearch.ServerlessCollection,
    account_id: str,
    parent: pulumi.Resource,
) -> aws.cloudwatch.MetricAlarm:
    """Rings when no document arrives."""
    dimensions = {"ClientId": account_id, "CollectionId": made.id, "CollectionName": made.name}
    return silent(name, spec, Metric("AWS/AOSS", "IngestionDocumentRate", dimensions), parent)


def encryption_policy(collection: str, key_arn: str) -> str:
    """Encrypts the collection with a customer key."""
    rule = {"ResourceType": "collection", "Resource": [f"collection/{collection}"]}
    return json.dumps({"Rules": [rule], "AWSOwnedKey": False, "KmsARN": key_arn})


def network_policy(collection: str, endpoint_id: str) -> str:
    """Admits the endpoint alone, to the collection and to its dashboards."""
    rules = [{"ResourceType": kind, "Resource": [f"collection/{collection}"]} for kind in ("collection", "dashboard")]
    return json.dumps([{"Rules": rules, "AllowFromPublic": False, "SourceVPCEs": [endpoint_id]}])


def access_policy(collection: str, writer: str, readers: Sequence[str]) -> str:
    """What the collectors and readers may do with indexes."""
    grants = [_grant(collection, _WRITE, [writer])]
    if readers:
        grants.append(_grant(collection, _READ, readers))
    return json.dumps(grants)


def _grant(collection: str, permissions: Sequence[str], principals: Sequence[str]) -> dict[str, Any]:
    rule = {"ResourceType": "index", "Resource": [f"index/{collection}/*"], "Permission": list(permissions)}
    return {"Rules": [rule], "Principal": list(principals)}


def retention_policy(spec: LogPipelineSpec) -> str:
    """Deletes documents of each group's indexes after its retention. The most exact pattern counts."""
    retentions = {**spec.retentions, HEARTBEAT: spec.retention_days}
    rules = [
        {"ResourceType": "index", "Resource": [f"index/{spec.name}/{group}-*"], "MinIndexRetention": f"{days}d"}
        for group, days in retentions.items()
    ]
    return json.dumps({"Rules": rules})


def api_access(collection_arn: str) -> str:
    """Lets the collectors call the collection; what they may do there is in the data access policy."""
    return document(allow("Call", ["aoss:APIAccessAll"], [collection_arn]))
