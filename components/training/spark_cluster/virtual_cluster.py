"""A Spark cluster of EMR on EKS: a virtual cluster in one namespace, whose jobs use EKS Pod Identity."""

from dataclasses import replace

import pulumi
import pulumi_aws as aws

from ...core.iam import pod_identity_trust
from ...core.ordering import after
from .context import JobRole, SparkContext, job_role

SERVICE_ROLE = "aws-service-role/emr-containers.amazonaws.com/AWSServiceRoleForAmazonEMRContainers"
_PODS = ("client", "driver", "executor")
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def virtual_cluster(
    context: SparkContext, namespace: str, cluster_name: pulumi.Input[str]
) -> tuple[aws.emrcontainers.VirtualCluster, JobRole]:
    """The virtual cluster, EMR's access to its namespace, and the role of its jobs.

    The ARN of the role is resolved after pods can use it.
    """
    access = _access(context, namespace, cluster_name)
    virtual = aws.emrcontainers.VirtualCluster(
        f"{context.name}-virtual-cluster",
        name=context.spec.cluster_name,
        container_provider={
            "id": cluster_name,
            "type": "EKS",
            "info": {"eks_info": {"namespace": namespace}},
        },
        tags={"Name": context.spec.cluster_name},
        opts=pulumi.ResourceOptions.merge(context.child, pulumi.ResourceOptions(depends_on=[access])),
    )
    account, name = context.account, role_name(context.spec.cluster_name)
    trust = pulumi.Output.from_input(cluster_name).apply(
        lambda known: pod_identity_trust(account.id, account.arn("eks", f"cluster/{known}"))
    )
    # EMR makes the service accounts' names from the role's name.
    role = job_role(context, trust, name)
    associations = [
        aws.eks.PodIdentityAssociation(
            f"{context.name}-{pod}-association",
            cluster_name=cluster_name,
            namespace=namespace,
            service_account=service_account,
            role_arn=role.role.arn,
            opts=pulumi.ResourceOptions.merge(context.child, pulumi.ResourceOptions(depends_on=role.policies)),
        )
        for pod, service_account in service_accounts(account.id, name).items()
    ]
    return virtual, replace(role, arn=after(role.arn, *associations))


def role_name(cluster_name: str) -> str:
    """The name of the role of a cluster's jobs."""
    return f"{cluster_name}-spark-jobs"


def service_accounts(account: str, role: str) -> dict[str, str]:
    """The names of the service accounts that EMR makes for jobs with a role, by the kind of pod.

    Source: EMR on EKS development guide, "Using Pod Identity"; aws-cli, customizations/emrcontainers/base36.py.
    """
    return {pod: f"emr-containers-sa-spark-{pod}-{account}-{base36(role)}" for pod in _PODS}


def base36(text: str) -> str:
    """The bytes of `text` as one number in base 36."""
    number, found = int.from_bytes(text.encode(), "big"), ""
    while number:
        number, digit = divmod(number, len(_DIGITS))
        found = _DIGITS[digit] + found
    return found


def _access(context: SparkContext, namespace: str, cluster_name: pulumi.Input[str]) -> pulumi.Resource:
    """Lets EMR's service-linked role run jobs in the namespace.

    EMR makes the entry itself where its caller may, and finds this one otherwise. Source: EMR on EKS development guide,
    "Enable cluster access for Amazon EMR on EKS".
    """
    account = context.account
    entry = aws.eks.AccessEntry(
        f"{context.name}-emr-access",
        cluster_name=cluster_name,
        principal_arn=f"arn:{account.partition}:iam::{account.id}:role/{SERVICE_ROLE}",
        type="STANDARD",
        opts=context.child,
    )
    return aws.eks.AccessPolicyAssociation(
        f"{context.name}-emr-access-policy",
        cluster_name=cluster_name,
        principal_arn=entry.principal_arn,
        policy_arn=f"arn:{account.partition}:eks::aws:cluster-access-policy/AmazonEMRJobPolicy",
        access_scope={"type": "namespace", "namespaces": [namespace]},
        opts=context.child,
    )
