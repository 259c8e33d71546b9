"""What every engine of a Spark cluster needs, and the role of its jobs."""

from collections.abc import Callable
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from ...core.account import Account
from ...core.ordering import after
from .access import catalog_access, data_access, log_access
from .spec import SparkClusterArgs, SparkClusterSpec


@dataclass(frozen=True, slots=True)
class SparkContext:
    """The cluster that an engine is made for."""

    name: str
    """The logical name of the component."""
    spec: SparkClusterSpec
    args: SparkClusterArgs
    account: Account
    child: pulumi.ResourceOptions
    """The options of each resource."""
    key_arn: pulumi.Output[str]
    log_folder: str
    log_uri: pulumi.Output[str]


@dataclass(frozen=True, slots=True)
class JobRole:
    """The role of jobs. `arn` is resolved after the role has its permissions."""

    role: aws.iam.Role
    policies: list[pulumi.Resource]
    arn: pulumi.Output[str]


def job_role(context: SparkContext, trust: pulumi.Input[str], name: str | None = None) -> JobRole:
    """A role that reads and writes the folders, the database and the logs of the cluster.

    Args:
        context: The cluster.
        trust: Who may assume the role, as JSON.
        name: The role's name in IAM; generated when left out.
    """
    role = aws.iam.Role(f"{context.name}-role", name=name, assume_role_policy=trust, opts=context.child)
    policies: list[pulumi.Resource] = [
        aws.iam.RolePolicy(f"{context.name}-{short}", role=role.name, policy=policy, opts=context.child)
        for short, policy in _permissions(context).items()
    ]
    return JobRole(role, policies, after(role.arn, *policies))


def _permissions(context: SparkContext) -> dict[str, pulumi.Output[str]]:
    spec, account, args = context.spec, context.account, context.args
    buckets = pulumi.Output.all(
        raw=args["raw_bucket"],
        training=args["training_bucket"],
        models=args["models_bucket"],
        offline=args["offline_bucket"],
    )
    writes_tables = any(folder.startswith("offline/") for folder in spec.writes)
    catalog: Callable[[str], str] = lambda known: catalog_access(account, known, writes=writes_tables)  # noqa: E731
    return {
        "data": pulumi.Output.all(buckets, args["data_key_arn"]).apply(
            lambda known: data_access(account, known[0], spec.reads, spec.writes, known[1])
        ),
        "catalog": pulumi.Output.from_input(args["catalog_database"]).apply(catalog),
        "logs": pulumi.Output.all(args["log_bucket"], context.key_arn).apply(
            lambda known: log_access(account, known[0], context.log_folder, known[1])
        ),
    }
