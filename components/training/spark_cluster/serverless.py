"""Applications of EMR Serverless."""

from collections.abc import Sequence
from typing import Any

import pulumi
import pulumi_aws as aws

from ...core.spec import SpecError
from ...facts.emr_workers import Capacity
from ...facts.regions import EMR_SERVERLESS_ZONES
from .applications import SparkApplicationSpec
from .context import SparkContext
from .settings import ICEBERG_JAR, common_settings, iceberg_settings, worker_settings


def worker_security_group(context: SparkContext) -> aws.ec2.SecurityGroup:
    """Workers reach each other on every port, and AWS services over HTTPS. Nothing else reaches them."""
    group = aws.ec2.SecurityGroup(
        f"{context.name}-sg",
        description=f"Spark workers of {context.spec.cluster_name}",
        vpc_id=context.args["vpc_id"],
        tags={"Name": f"{context.spec.cluster_name}-spark"},
        opts=context.child,
    )
    between: dict[str, Any] = {
        "security_group_id": group.id,
        "referenced_security_group_id": group.id,
        "ip_protocol": "tcp",
        "from_port": 0,
        "to_port": 65535,
        "description": "between workers",
        "opts": context.child,
    }
    aws.vpc.SecurityGroupIngressRule(f"{context.name}-from-workers", **between)
    aws.vpc.SecurityGroupEgressRule(f"{context.name}-to-workers", **between)
    https_out(context, "https", group)
    return group


def https_out(context: SparkContext, short: str, group: aws.ec2.SecurityGroup) -> None:
    """Lets members of a security group reach AWS services."""
    aws.vpc.SecurityGroupEgressRule(
        f"{context.name}-{short}",
        security_group_id=group.id,
        description="HTTPS to AWS services",
        cidr_ipv4="0.0.0.0/0",
        ip_protocol="tcp",
        from_port=443,
        to_port=443,
        opts=context.child,
    )


def usable_subnets(context: SparkContext, component: pulumi.Resource) -> pulumi.Output[list[str]]:
    """The subnets in zones that have EMR Serverless; all of them where the zones are not given or not limited."""
    subnets = pulumi.Output.from_input(context.args["subnet_ids"])
    limited = EMR_SERVERLESS_ZONES.get(context.account.region)
    zones = context.args.get("subnet_zones")
    if zones is None or limited is None:
        return subnets
    offered = aws.get_availability_zones(state="available", opts=pulumi.InvokeOptions(parent=component))
    ids = dict(zip(offered.names, offered.zone_ids, strict=True))
    usable = [zone for zone, zone_id in ids.items() if zone_id in limited]
    return pulumi.Output.all(subnets, zones).apply(lambda known: _within(context.name, known[0], known[1], usable))


def _within(name: str, subnets: Sequence[str], zones: Sequence[str], usable: Sequence[str]) -> list[str]:
    found = [subnet for subnet, zone in zip(subnets, zones, strict=True) if zone in usable]
    if not found:
        problem = f"subnetZones = {list(zones)}: none of them has EMR Serverless; use {', '.join(usable)}"
        raise SpecError(f"SparkCluster({name})", [problem])
    return found


def serverless_application(
    context: SparkContext,
    purpose: str,
    application: SparkApplicationSpec,
    group: aws.ec2.SecurityGroup,
    subnets: pulumi.Output[list[str]],
) -> aws.emrserverless.Application:
    """An application that starts with its first job and stops when it is idle."""
    spec = context.spec
    return aws.emrserverless.Application(
        f"{context.name}-{purpose}",
        name=f"{spec.cluster_name}-{purpose}",
        # The provider's own spelling: another one would be a difference at each deployment.
        type="spark",
        release_label=str(spec.release),
        architecture=str(spec.architecture),
        auto_start_configuration={"enabled": True},
        auto_stop_configuration={"enabled": True, "idle_timeout_minutes": application.idle_minutes},
        initial_capacities=_warm_workers(application),
        maximum_capacity=_sizes(application.maximum),
        network_configuration={"subnet_ids": subnets, "security_group_ids": [group.id]},
        interactive_configuration={"livy_endpoint_enabled": False, "studio_enabled": False},
        monitoring_configuration=_monitoring(context),
        runtime_configurations=[{"classification": "spark-defaults", "properties": _settings(context, application)}],
        tags={"Name": f"{spec.cluster_name}-{purpose}"},
        opts=context.child,
    )


def _monitoring(context: SparkContext) -> Any:
    managed: dict[str, Any] = {"enabled": context.spec.managed_logs}
    if context.spec.managed_logs:
        managed["encryption_key_arn"] = context.key_arn
    return {
        "s3_monitoring_configuration": {"log_uri": context.log_uri, "encryption_key_arn": context.key_arn},
        "managed_persistence_monitoring_configuration": managed,
    }


def _settings(context: SparkContext, application: SparkApplicationSpec) -> pulumi.Output[dict[str, str]]:
    settings = {**common_settings(), **worker_settings(application)}
    if not context.spec.iceberg:
        return pulumi.Output.from_input(settings)
    bucket = pulumi.Output.from_input(context.args["offline_bucket"])
    return bucket.apply(lambda known: {**settings, "spark.jars": ICEBERG_JAR, **iceberg_settings(known)})


def _warm_workers(application: SparkApplicationSpec) -> Any:
    """The pre-initialized workers; None without any."""
    found = [
        {
            "initial_capacity_type": role,
            "initial_capacity_config": {"worker_count": worker.warm, "worker_configuration": _sizes(worker.size)},
        }
        for role, worker in (("Driver", application.driver), ("Executor", application.executor))
        if worker.warm
    ]
    return found or None


def _sizes(capacity: Capacity) -> Any:
    return {
        "cpu": f"{capacity.vcpus} vCPU",
        "memory": f"{capacity.memory_gb} GB",
        "disk": f"{capacity.disk_gb} GB",
    }
