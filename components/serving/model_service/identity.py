"""The AWS identity of a model, delivered or deployed by the program."""

from collections.abc import Mapping, Sequence

import pulumi

from ...cluster.workload_identity import WorkloadIdentity
from ...core.account import account_of
from .access import model_access


def readable(folders: Sequence[str], key_arn: pulumi.Input[str], parent: pulumi.Resource) -> pulumi.Output[str]:
    """What reads the models in `folders`, as an IAM policy document."""
    partition = account_of(parent).partition
    return pulumi.Output.from_input(key_arn).apply(lambda key: model_access(partition, folders, key))


def model_identity(
    name: str,
    cluster_name: pulumi.Input[str],
    namespace: str,
    model: str,
    policies: Mapping[str, pulumi.Input[str]],
    parent: pulumi.Resource,
) -> WorkloadIdentity:
    """The identity of a model's service account with its policies, which must be there before its pods are."""
    return WorkloadIdentity(
        name,
        {
            "cluster_name": cluster_name,
            "namespace": namespace,
            "service_account": model,
            "policies": dict(policies),
        },
        pulumi.ResourceOptions(parent=parent),
    )
