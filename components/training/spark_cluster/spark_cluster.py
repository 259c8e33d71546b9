"""SparkCluster: Spark on EMR over the feature store's buckets and catalog."""

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi
import pulumi_aws as aws

from ...core.component import Component
from ...core.iam import service_trust
from ...core.kms import encryption_key
from ...facts.regions import EMR_SERVERLESS_ZONES
from .access import SERVERLESS, catalog_access, data_access, log_access, serverless_key_grant
from .applications import SparkApplicationSpec
from .settings import common_settings, iceberg_settings, worker_settings
from .spec import SparkClusterArgs, SparkClusterSpec
from .workers import Capacity

_ANYWHERE = "0.0.0.0/0"


class SparkCluster(Component[SparkClusterArgs, SparkClusterSpec]):
    """Spark on EMR Serverless: an application for batch jobs, one for streaming jobs, and the role of their jobs.

    Workers run in private subnets with TLS between them. Logs go to the log bucket under a key of their own. Jobs read
    and write only the folders and the catalog database that the arguments name.
    """

    application_ids: pulumi.Output[dict[str, str]]
    """The id of each application, by its purpose: batch or streaming."""
    application_arns: pulumi.Output[dict[str, str]]
    """The ARN of each application, by its purpose."""
    runtime_role_arn: pulumi.Output[str]
    """The role that jobs run with, resolved after its permissions exist."""
    runtime_role_name: pulumi.Output[str]
    """The name of this role, to which further permissions can be attached."""
    security_group_id: pulumi.Output[str]
    """The security group of the workers."""
    log_uri: pulumi.Output[str]
    """The S3 address that logs are written to."""
    key_arn: pulumi.Output[str]
    """The KMS key of logs, with which jobs also encrypt the disks of their workers."""
    spark_version: pulumi.Output[str]
    """The minor version of Spark for which jobs must be built."""
    scala_version: pulumi.Output[str]
    """The version of Scala for which jobs must be built."""

    def __init__(self, name: str, args: SparkClusterArgs, opts: pulumi.ResourceOptions | None = None):
        super().__init__(name, args, SparkClusterArgs, SparkClusterSpec, opts)
        spec = self._spec
        self._folder = f"spark/{spec.cluster_name}/"
        key = self._key()
        self.key_arn = key.arn
        self.log_uri = pulumi.Output.concat("s3://", args["log_bucket"], "/", self._folder)
        group = self._security_group()
        subnets = self._usable_subnets()
        applications = {
            purpose: self._application(purpose, application, group, subnets)
            for purpose, application in spec.applications.items()
        }
        role, permissions = self._runtime_role(applications)
        self.application_ids = _each({purpose: each.id for purpose, each in applications.items()})
        self.application_arns = _each({purpose: each.arn for purpose, each in applications.items()})
        self.runtime_role_arn = pulumi.Output.all(role.arn, *(each.id for each in permissions)).apply(
            lambda known: known[0]
        )
        self.runtime_role_name = role.name
        self.security_group_id = group.id.apply(str)
        self.spark_version = pulumi.Output.from_input(spec.runtime.spark)
        self.scala_version = pulumi.Output.from_input(spec.runtime.scala)
        self._publish()

    def _key(self) -> aws.kms.Key:
        key = encryption_key(
            f"{self._name}-key",
            f"Logs and disks of {self._spec.cluster_name}",
            self._account,
            pulumi.ResourceOptions(parent=self, protect=self._spec.deletion_protection),
            grants=[serverless_key_grant(self._account)],
        )
        alias = f"alias/{self._spec.cluster_name}-spark"
        aws.kms.Alias(f"{self._name}-alias", name=alias, target_key_id=key.key_id, opts=self._child)
        return key

    def _security_group(self) -> aws.ec2.SecurityGroup:
        """Workers reach each other on every port, and AWS services over HTTPS. Nothing else reaches them."""
        group = aws.ec2.SecurityGroup(
            f"{self._name}-sg",
            description=f"Spark workers of {self._spec.cluster_name}",
            vpc_id=self._args["vpc_id"],
            tags={"Name": f"{self._spec.cluster_name}-spark"},
            opts=self._child,
        )
        between: dict[str, Any] = {
            "security_group_id": group.id,
            "referenced_security_group_id": group.id,
            "ip_protocol": "tcp",
            "from_port": 0,
            "to_port": 65535,
            "description": "between workers",
            "opts": self._child,
        }
        aws.vpc.SecurityGroupIngressRule(f"{self._name}-from-workers", **between)
        aws.vpc.SecurityGroupEgressRule(f"{self._name}-to-workers", **between)
        aws.vpc.SecurityGroupEgressRule(
            f"{self._name}-https",
            security_group_id=group.id,
            description="HTTPS to AWS services",
            cidr_ipv4=_ANYWHERE,
            ip_protocol="tcp",
            from_port=443,
            to_port=443,
            opts=self._child,
        )
        return group

    def _usable_subnets(self) -> pulumi.Output[list[str]]:
        """The subnets in zones that have EMR Serverless; all of them where the zones are not given or not limited."""
        subnets = pulumi.Output.from_input(self._args["subnet_ids"])
        limited = EMR_SERVERLESS_ZONES.get(self._account.region)
        zones = self._args.get("subnet_zones")
        if zones is None or limited is None:
            return subnets
        offered = aws.get_availability_zones(state="available", opts=pulumi.InvokeOptions(parent=self))
        ids = dict(zip(offered.names, offered.zone_ids, strict=True))
        usable = {zone for zone, zone_id in ids.items() if zone_id in limited}
        return pulumi.Output.all(subnets, zones).apply(lambda known: self._within(known[0], known[1], usable))

    def _within(self, subnets: Sequence[str], zones: Sequence[str], usable: set[str]) -> list[str]:
        found = [subnet for subnet, zone in zip(subnets, zones, strict=True) if zone in usable]
        if not found:
            self._refuse(f"subnetZones = {list(zones)}: EMR Serverless has none of them; use {sorted(usable)}")
        return found

    def _application(
        self,
        purpose: str,
        application: SparkApplicationSpec,
        group: aws.ec2.SecurityGroup,
        subnets: pulumi.Output[list[str]],
    ) -> aws.emrserverless.Application:
        spec = self._spec
        return aws.emrserverless.Application(
            f"{self._name}-{purpose}",
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
            monitoring_configuration=self._monitoring(),
            runtime_configurations=[{"classification": "spark-defaults", "properties": self._settings(application)}],
            tags={"Name": f"{spec.cluster_name}-{purpose}"},
            opts=self._child,
        )

    def _monitoring(self) -> Any:
        managed: dict[str, Any] = {"enabled": self._spec.managed_logs}
        if self._spec.managed_logs:
            managed["encryption_key_arn"] = self.key_arn
        return {
            "s3_monitoring_configuration": {"log_uri": self.log_uri, "encryption_key_arn": self.key_arn},
            "managed_persistence_monitoring_configuration": managed,
        }

    def _settings(self, application: SparkApplicationSpec) -> pulumi.Output[dict[str, str]]:
        settings = {**common_settings(), **worker_settings(application)}
        if not self._spec.iceberg:
            return pulumi.Output.from_input(settings)
        bucket = pulumi.Output.from_input(self._args["offline_bucket"])
        return bucket.apply(lambda known: {**settings, **iceberg_settings(known)})

    def _runtime_role(
        self, applications: Mapping[str, aws.emrserverless.Application]
    ) -> tuple[aws.iam.Role, list[aws.iam.RolePolicy]]:
        """The role of jobs. Only the applications of this cluster can run jobs with it."""
        spec, account, args = self._spec, self._account, self._args
        trust = pulumi.Output.all(*(each.arn for each in applications.values())).apply(
            lambda arns: service_trust(SERVERLESS, account.id, *arns)
        )
        role = aws.iam.Role(f"{self._name}-role", assume_role_policy=trust, opts=self._child)
        buckets = pulumi.Output.all(
            raw=args["raw_bucket"],
            training=args["training_bucket"],
            models=args["models_bucket"],
            offline=args["offline_bucket"],
        )
        documents: dict[str, pulumi.Output[str]] = {
            "data": pulumi.Output.all(buckets, args["data_key_arn"]).apply(
                lambda known: data_access(account, known[0], spec.reads, spec.writes, known[1])
            ),
            "catalog": pulumi.Output.from_input(args["catalog_database"]).apply(
                lambda known: catalog_access(account, known, writes=_writes_offline(spec))
            ),
            "logs": pulumi.Output.all(args["log_bucket"], self.key_arn).apply(
                lambda known: log_access(account, known[0], self._folder, known[1])
            ),
        }
        policies = [
            aws.iam.RolePolicy(f"{self._name}-{short}", role=role.name, policy=policy, opts=self._child)
            for short, policy in documents.items()
        ]
        return role, policies


def _writes_offline(spec: SparkClusterSpec) -> bool:
    return any(folder.startswith("offline/") for folder in spec.writes)


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


def _each(outputs: Mapping[str, pulumi.Output[str]]) -> pulumi.Output[dict[str, str]]:
    return pulumi.Output.all(**outputs).apply(lambda known: dict(known))
