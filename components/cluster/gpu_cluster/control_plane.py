"""The control plane of a GPU cluster. It sets all options that pulumi-eks has defaults for."""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws
import pulumi_eks as eks

from ...core.account import Account
from ...core.iam import Statement, allow, document, service_trust
from ...core.kms import encryption_key, logs_key_grant, volumes_key_grants
from .existing_cluster import issuer, kubeconfig
from .security_groups import SecurityGroups
from .spec import GpuClusterArgs, GpuClusterSpec

LOG_TYPES = ("api", "audit", "authenticator", "controllerManager", "scheduler")
"""All control-plane logs that EKS writes. Source: EKS user guide, "Send control plane logs to CloudWatch Logs"."""


@dataclass(frozen=True)
class ControlPlane:
    """A control plane, and its resources that nodes need."""

    name: pulumi.Output[str]
    """The cluster's name, known at preview. Resources that use it depend on the cluster."""
    kubeconfig: pulumi.Output[str]
    volume_key: aws.kms.Key
    oidc_issuer: pulumi.Output[str]
    oidc_provider_arn: pulumi.Output[str]
    """Empty for a cluster that exists."""


def control_plane(
    name: str,
    spec: GpuClusterSpec,
    args: GpuClusterArgs,
    account: Account,
    groups: SecurityGroups,
    opts: pulumi.ResourceOptions,
) -> ControlPlane:
    """An EKS control plane: access entries only, private endpoint, encrypted secrets, all logs.

    Replaces or disables what pulumi-eks creates by default: security groups with open egress, a role, unpinned add-ons.
    """
    log_group = f"/aws/eks/{spec.cluster_name}/cluster"
    secrets_key = _key(name, "secrets", spec, account, [logs_key_grant(account, log_group)], opts)
    volume_key = _volume_key(name, spec, account, opts)
    logs = aws.cloudwatch.LogGroup(
        f"{name}-logs",
        name=log_group,
        retention_in_days=spec.log_retention_days,
        kms_key_id=secrets_key.arn,
        opts=opts,
    )
    role, grants = _service_role(name, spec, account, secrets_key, opts)
    cluster = eks.Cluster(
        f"{name}-eks",
        name=spec.cluster_name,
        version=str(spec.kubernetes_version),
        vpc_id=args["vpc_id"],
        private_subnet_ids=args["private_subnet_ids"],
        service_role=role,
        cluster_security_group=groups.cluster,
        skip_default_security_groups=True,
        skip_default_node_group=True,
        create_instance_role=False,
        # cluster_addons.py installs pinned add-ons; EKS and pulumi-eks would install unpinned ones.
        bootstrap_self_managed_addons=False,
        use_default_vpc_cni=True,
        kube_proxy_addon_options=eks.KubeProxyAddonOptionsArgs(enabled=False),
        coredns_addon_options=eks.CoreDnsAddonOptionsArgs(enabled=False),
        # The OIDC provider of pulumi-eks would request the issuer's certificate at preview.
        create_oidc_provider=False,
        authentication_mode=eks.AuthenticationMode.API,
        endpoint_private_access=True,
        endpoint_public_access=bool(spec.endpoint_public_cidrs),
        public_access_cidrs=list(spec.endpoint_public_cidrs) or None,
        encryption_config_key_arn=secrets_key.arn,
        enabled_cluster_log_types=list(LOG_TYPES),
        kubernetes_service_ip_address_range=spec.service_cidr,
        # Extended support costs six times as much, so it must be an explicit choice.
        upgrade_policy=aws.eks.ClusterUpgradePolicyArgs(support_type="STANDARD"),
        deletion_protection=spec.deletion_protection,
        opts=pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(depends_on=[logs, *grants, *groups.rules])),
    )
    oidc_provider = aws.iam.OpenIdConnectProvider(
        f"{name}-oidc",
        url=cluster.oidc_issuer.apply(lambda issuer: f"https://{issuer.removeprefix('https://')}"),
        client_id_lists=["sts.amazonaws.com"],
        opts=opts,
    )
    # A dependency on the component's URN would let Pulumi delete the cluster before its node groups. An output of the
    # cluster inside the component orders them.
    cluster_name = cluster.oidc_issuer.apply(lambda _: spec.cluster_name, run_with_unknowns=True)
    return ControlPlane(cluster_name, cluster.kubeconfig_json, volume_key, cluster.oidc_issuer, oidc_provider.arn)


def existing_control_plane(
    name: str, spec: GpuClusterSpec, found: aws.eks.GetClusterResult, account: Account, opts: pulumi.ResourceOptions
) -> ControlPlane:
    """The control plane of a cluster that exists, with a new key for the volumes of the nodes that are added."""
    return ControlPlane(
        pulumi.Output.from_input(spec.cluster_name),
        pulumi.Output.from_input(kubeconfig(found, account.region)),
        _volume_key(name, spec, account, opts),
        pulumi.Output.from_input(issuer(found)),
        pulumi.Output.from_input(""),
    )


def _volume_key(name: str, spec: GpuClusterSpec, account: Account, opts: pulumi.ResourceOptions) -> aws.kms.Key:
    # Karpenter's controller, which launches nodes, and the EBS CSI driver. Pulumi adds a suffix to the roles' names.
    users = [f"{name}-karpenter-identity-role-*", f"{name}-aws-ebs-csi-driver-role-*"]
    return _key(name, "volumes", spec, account, volumes_key_grants(account, users), opts)


def _key(
    name: str,
    purpose: str,
    spec: GpuClusterSpec,
    account: Account,
    grants: list[Statement],
    opts: pulumi.ResourceOptions,
) -> aws.kms.Key:
    key = encryption_key(
        f"{name}-{purpose}-key",
        f"{name}-{purpose}",
        account,
        pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(protect=spec.deletion_protection)),
        grants=grants,
    )
    alias = f"alias/{spec.cluster_name}-{purpose}"
    aws.kms.Alias(f"{name}-{purpose}-alias", name=alias, target_key_id=key.key_id, opts=opts)
    return key


def _service_role(
    name: str, spec: GpuClusterSpec, account: Account, secrets_key: aws.kms.Key, opts: pulumi.ResourceOptions
) -> tuple[aws.iam.Role, list[pulumi.Resource]]:
    arn = account.arn("eks", f"cluster/{spec.cluster_name}")
    trust = service_trust("eks.amazonaws.com", account.id, arn)
    role = aws.iam.Role(f"{name}-role", assume_role_policy=trust, opts=opts)
    use = ["kms:Encrypt", "kms:Decrypt", "kms:ListGrants", "kms:DescribeKey"]
    secrets = aws.iam.RolePolicy(
        f"{name}-secrets-policy",
        role=role.name,
        policy=secrets_key.arn.apply(lambda key: document(allow("EnvelopeSecrets", use, [key]))),
        opts=opts,
    )
    managed = account.managed_policy("AmazonEKSClusterPolicy")
    cluster = aws.iam.RolePolicyAttachment(f"{name}-cluster-policy", role=role.name, policy_arn=managed, opts=opts)
    # A control plane still writes logs during its deletion: EKS would create the log group again, without our key and
    # without expiry, and the next deployment would fail on it. Source: terraform-aws-modules/terraform-aws-eks, issue
    # 920.
    group = account.arn("logs", f"log-group:/aws/eks/{spec.cluster_name}/cluster*")
    refused = {**allow("OnlyOurLogGroup", ["logs:CreateLogGroup"], [group]), "Effect": "Deny"}
    logs = aws.iam.RolePolicy(f"{name}-logs-policy", role=role.name, policy=document(refused), opts=opts)
    return role, [secrets, cluster, logs]
