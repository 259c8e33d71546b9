"""A Spark cluster of EMR on EC2 instances: fleets on demand and on spot, managed scaling, end when idle."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pulumi
import pulumi_aws as aws

from ...core.iam import instance_trust, service_trust
from .access import fleet_service_access, node_access
from .context import JobRole, SparkContext, job_role
from .instances import SparkInstancesSpec
from .serverless import https_out
from .settings import ec2_configurations

EMR = "elasticmapreduce.amazonaws.com"
MANAGED_TAG = {"for-use-with-amazon-emr-managed-policies": "true"}
"""What EMR may use with AmazonEMRServicePolicy_v2. Source: EMR management guide, "EMR role"."""

_ON_DEMAND: Any = {"on_demand_specifications": [{"allocation_strategy": "lowest-price"}]}
_CAPACITIES = ("targetOnDemandCapacity", "targetSpotCapacity")


def security_groups(context: SparkContext) -> dict[str, aws.ec2.SecurityGroup]:
    """The groups of the primary node, of the workers and of EMR itself.

    EMR writes rules between them and restores them, so the program writes only those to AWS services. A deletion
    revokes all rules first: rules that refer to each other keep both groups. Sources: EMR management guide, "Working
    with Amazon EMR-managed security groups"; terraform-provider-aws, issue 2074.
    """
    found = {
        short: aws.ec2.SecurityGroup(
            f"{context.name}-{short}-sg",
            description=f"{what} of {context.spec.cluster_name}",
            vpc_id=context.args["vpc_id"],
            revoke_rules_on_delete=True,
            tags={"Name": f"{context.spec.cluster_name}-spark-{short}", **MANAGED_TAG},
            opts=context.child,
        )
        for short, what in (("primary", "Primary node"), ("workers", "Spark workers"), ("service", "EMR's access"))
    }
    for short in ("primary", "workers"):
        https_out(context, f"{short}-https", found[short])
    return found


def ec2_cluster(
    context: SparkContext, instances: SparkInstancesSpec, groups: Mapping[str, aws.ec2.SecurityGroup]
) -> tuple[aws.emr.Cluster, JobRole]:
    """The cluster, its task nodes and its limits, and the role of its nodes, with which jobs run."""
    spec = context.spec
    role = job_role(context, instance_trust())
    own = aws.iam.RolePolicy(
        f"{context.name}-nodes",
        role=role.role.name,
        policy=node_access(context.account, instances.certificates),
        opts=context.child,
    )
    profile = aws.iam.InstanceProfile(f"{context.name}-profile", role=role.role.name, opts=context.child)
    service, service_policies = _service_role(context, role.role)
    security = _security_configuration(context, instances)
    needed: list[pulumi.Resource] = [*role.policies, own, *service_policies]
    if instances.block_public_access:
        needed.append(_block_public_access(context))
    bucket = pulumi.Output.from_input(context.args["offline_bucket"])
    idle: Any = {"idle_timeout": instances.idle_minutes * 60} if instances.idle_minutes else None
    cluster = aws.emr.Cluster(
        f"{context.name}-cluster",
        name=spec.cluster_name,
        release_label=str(spec.release),
        applications=["Spark"],
        service_role=service.arn,
        security_configuration=security.name,
        log_uri=context.log_uri,
        log_encryption_kms_key_id=context.key_arn,
        custom_ami_id=instances.image_id,
        ec2_attributes={
            "instance_profile": profile.arn,
            "subnet_ids": context.args["subnet_ids"],
            "emr_managed_master_security_group": groups["primary"].id,
            "emr_managed_slave_security_group": groups["workers"].id,
            "service_access_security_group": groups["service"].id,
        },
        master_instance_fleet={
            "name": "primary",
            "instance_type_configs": _types(instances.primary_types, instances.disk_gb, {}),
            "launch_specifications": _ON_DEMAND,
            "target_on_demand_capacity": 1,
        },
        core_instance_fleet={
            "name": "core",
            "instance_type_configs": _types(instances.core_types, instances.disk_gb, _weights(instances)),
            "launch_specifications": _ON_DEMAND,
            "target_on_demand_capacity": instances.core_vcpus,
            "target_spot_capacity": 0,
        },
        configurations_json=bucket.apply(lambda known: json.dumps(ec2_configurations(known, iceberg=spec.iceberg))),
        keep_job_flow_alive_when_no_steps=True,
        auto_termination_policy=idle,
        # EMR does not end a protected cluster that is idle.
        termination_protection=spec.deletion_protection and idle is None,
        scale_down_behavior="TERMINATE_AT_TASK_COMPLETION",
        step_concurrency_level=instances.concurrent_steps,
        unhealthy_node_replacement=True,
        tags={"Name": spec.cluster_name, **MANAGED_TAG},
        opts=pulumi.ResourceOptions.merge(
            context.child,
            # Managed scaling changes the capacities. The provider would make a new cluster to set them back.
            pulumi.ResourceOptions(
                depends_on=needed, ignore_changes=[f"coreInstanceFleet.{field}" for field in _CAPACITIES]
            ),
        ),
    )
    _limits(context, instances, cluster)
    return cluster, role


def _types(names: Sequence[str], disk_gb: int, weights: Mapping[str, int]) -> Any:
    """The types of a fleet. Capacity is counted in vCPUs, and the primary node as one."""
    disk = {"size": disk_gb, "type": "gp3", "volumes_per_instance": 1}
    return [{"instance_type": name, "weighted_capacity": weights.get(name, 1), "ebs_configs": [disk]} for name in names]


def _weights(instances: SparkInstancesSpec) -> dict[str, int]:
    names = (*instances.core_types, *instances.task_types)
    return {kind.name: kind.vcpus for kind in instances.kinds(names)}


def _limits(context: SparkContext, instances: SparkInstancesSpec, cluster: aws.emr.Cluster) -> None:
    """Task nodes on spot, and managed scaling between the core nodes and the maximum.

    EMR deletes neither: both end with the cluster. Source: EMR API reference, ModifyInstanceFleet.
    """
    child = pulumi.ResourceOptions.merge(context.child, pulumi.ResourceOptions(deleted_with=cluster))
    if instances.task_types:
        spot: Any = {
            "allocation_strategy": "price-capacity-optimized",
            "timeout_action": "SWITCH_TO_ON_DEMAND",
            "timeout_duration_minutes": instances.spot_wait_minutes,
        }
        aws.emr.InstanceFleet(
            f"{context.name}-task",
            cluster_id=cluster.id,
            name="task",
            instance_type_configs=_types(instances.task_types, instances.disk_gb, _weights(instances)),
            launch_specifications={"spot_specifications": [spot]},
            # EMR refuses a change of one capacity alone.
            target_on_demand_capacity=0,
            target_spot_capacity=0,
            opts=pulumi.ResourceOptions.merge(child, pulumi.ResourceOptions(ignore_changes=list(_CAPACITIES))),
        )
    limit: Any = {
        "unit_type": "InstanceFleetUnits",
        "minimum_capacity_units": instances.core_vcpus,
        "maximum_capacity_units": instances.maximum_vcpus,
        "maximum_ondemand_capacity_units": instances.core_vcpus,
        "maximum_core_capacity_units": instances.core_vcpus,
    }
    aws.emr.ManagedScalingPolicy(f"{context.name}-scaling", cluster_id=cluster.id, compute_limits=[limit], opts=child)


def _service_role(context: SparkContext, nodes: aws.iam.Role) -> tuple[aws.iam.Role, list[pulumi.Resource]]:
    """The role with which EMR makes the nodes."""
    account = context.account
    trust = service_trust(EMR, account.id, account.arn("elasticmapreduce", "*"))
    role = aws.iam.Role(f"{context.name}-service-role", assume_role_policy=trust, opts=context.child)
    managed = aws.iam.RolePolicyAttachment(
        f"{context.name}-service-policy",
        role=role.name,
        policy_arn=account.managed_policy("service-role/AmazonEMRServicePolicy_v2"),
        opts=context.child,
    )
    permissions = pulumi.Output.all(nodes.arn, context.key_arn).apply(lambda known: fleet_service_access(*known))
    own = aws.iam.RolePolicy(
        f"{context.name}-service-permissions", role=role.name, policy=permissions, opts=context.child
    )
    return role, [managed, own]


def _security_configuration(context: SparkContext, instances: SparkInstancesSpec) -> aws.emr.SecurityConfiguration:
    """Encryption of disks, of objects in S3 and between nodes, and IMDSv2.

    Source: EMR management guide, "Create a security configuration".
    """
    configuration = pulumi.Output.all(context.key_arn, context.args["data_key_arn"]).apply(
        lambda known: json.dumps(encryption(known[0], known[1], instances.certificates))
    )
    return aws.emr.SecurityConfiguration(f"{context.name}-security", configuration=configuration, opts=context.child)


def encryption(disk_key_arn: str, data_key_arn: str, certificates: str) -> dict[str, Any]:
    """The security configuration as plain data."""
    return {
        "EncryptionConfiguration": {
            "EnableAtRestEncryption": True,
            "EnableInTransitEncryption": True,
            "AtRestEncryptionConfiguration": {
                "S3EncryptionConfiguration": {"EncryptionMode": "SSE-KMS", "AwsKmsKey": data_key_arn},
                "LocalDiskEncryptionConfiguration": {
                    "EncryptionKeyProviderType": "AwsKms",
                    "AwsKmsKey": disk_key_arn,
                    "EnableEbsEncryption": True,
                },
            },
            "InTransitEncryptionConfiguration": {
                "TLSCertificateConfiguration": {"CertificateProviderType": "PEM", "S3Object": certificates}
            },
        },
        "InstanceMetadataServiceConfiguration": {
            "MinimumInstanceMetadataServiceVersion": 2,
            "HttpPutResponseHopLimit": 1,
        },
    }


def _block_public_access(context: SparkContext) -> aws.emr.BlockPublicAccessConfiguration:
    """Refuses clusters in this account and region whose groups are open to the internet, port 22 included."""
    return aws.emr.BlockPublicAccessConfiguration(
        f"{context.name}-block-public-access", block_public_security_group_rules=True, opts=context.child
    )
