"""Database: PostgreSQL on RDS, encrypted, reached by TLS and by named clients alone, restorable to any moment.

MySqlDatabase is the same for MySQL.
"""

from dataclasses import dataclass
from typing import Any, TypeVar

import pulumi
import pulumi_aws as aws

from ...core.component import Component
from ...core.iam import service_trust
from ...core.kms import encryption_key, logs_key_grant
from ...facts.versions import MYSQL
from ..final_snapshot import final_snapshot
from .spec import DatabaseArgs, DatabaseSpec, InstanceSpec, MySqlDatabaseArgs

ADMINISTRATOR = "platform"


@dataclass(frozen=True, slots=True)
class Engine:
    """What RDS asks to know of an engine."""

    name: str
    title: str
    version: str
    port: int
    logs: tuple[str, ...]
    parameters: tuple[tuple[str, str], ...]

    @property
    def family(self) -> str:
        """The family of its parameters."""
        return f"{self.name}{self.version}"


def postgresql(version: str) -> Engine:
    """PostgreSQL that refuses connections without TLS."""
    parameters = (("rds.force_ssl", "1"), ("log_min_duration_statement", "1000"), ("log_connections", "1"))
    return Engine("postgres", "PostgreSQL", version, 5432, ("postgresql", "upgrade", "iam-db-auth-error"), parameters)


def mysql() -> Engine:
    """MySQL that refuses connections without TLS."""
    parameters = (
        ("require_secure_transport", "1"),
        ("slow_query_log", "1"),
        ("long_query_time", "1"),
        # A log in a table isn't exported.
        ("log_output", "FILE"),
    )
    return Engine("mysql", "MySQL", MYSQL, 3306, ("error", "slowquery", "iam-db-auth-error"), parameters)


_Args = TypeVar("_Args", DatabaseArgs, MySqlDatabaseArgs)
_InstanceSpec = TypeVar("_InstanceSpec", bound=InstanceSpec)


class _Instance(Component[_Args, _InstanceSpec]):
    """An instance of RDS. The component of each engine declares its outputs: other languages see only those."""

    identifier: pulumi.Output[str]
    address: pulumi.Output[str]
    port: pulumi.Output[int]
    arn: pulumi.Output[str]
    resource_id: pulumi.Output[str]
    subnet_group: pulumi.Output[str]
    administrator_secret_arn: pulumi.Output[str]
    security_group_id: pulumi.Output[str]
    key_arn: pulumi.Output[str]

    def _create(self, engine: Engine) -> None:
        self._engine = engine
        self._kept = pulumi.ResourceOptions(parent=self, protect=self._spec.deletion_protection)
        key = self._key()
        group = self._security_group()
        subnets = aws.rds.SubnetGroup(f"{self._name}-subnets", subnet_ids=self._args["subnet_ids"], opts=self._child)
        instance = self._instance(key, group, subnets)
        self.identifier = instance.identifier
        self.address = instance.address
        self.port = instance.port
        self.arn = instance.arn
        self.resource_id = instance.resource_id
        self.subnet_group = subnets.name
        self.administrator_secret_arn = instance.master_user_secrets[0].secret_arn.apply(str)
        self.security_group_id = group.id.apply(str)
        self.key_arn = key.arn
        self._publish()

    def _key(self) -> aws.kms.Key:
        return encryption_key(
            f"{self._name}-key",
            f"Database {self._spec.identifier}",
            self._account,
            # The last snapshot and the retained backups can be read with it alone.
            pulumi.ResourceOptions.merge(self._kept, pulumi.ResourceOptions(retain_on_delete=True)),
            grants=[logs_key_grant(self._account, f"/aws/rds/instance/{self._spec.identifier}/*")],
        )

    def _security_group(self) -> aws.ec2.SecurityGroup:
        """Allows connections from clients, and none from the database."""
        group = aws.ec2.SecurityGroup(
            f"{self._name}-sg",
            description=f"Database {self._spec.identifier}",
            vpc_id=self._args["vpc_id"],
            tags={"Name": self._name},
            opts=self._child,
        )
        client = self._args["client_security_group_id"]
        port, title = self._engine.port, self._engine.title
        ports: dict[str, Any] = {"ip_protocol": "tcp", "from_port": port, "to_port": port, "opts": self._child}
        aws.vpc.SecurityGroupIngressRule(
            f"{self._name}-from-clients",
            security_group_id=group.id,
            referenced_security_group_id=client,
            description=f"{title} from clients",
            **ports,
        )
        aws.vpc.SecurityGroupEgressRule(
            f"{self._name}-clients-out",
            security_group_id=client,
            referenced_security_group_id=group.id,
            description=f"{title} of the database",
            **ports,
        )
        return group

    def _logs(self, key: aws.kms.Key) -> list[aws.cloudwatch.LogGroup]:
        """Groups made before RDS would make them itself, unencrypted and kept for ever."""
        return [
            aws.cloudwatch.LogGroup(
                f"{self._name}-{kind}-logs",
                name=f"/aws/rds/instance/{self._spec.identifier}/{kind}",
                retention_in_days=self._spec.log_retention_days,
                kms_key_id=key.arn,
                opts=self._child,
            )
            for kind in self._engine.logs
        ]

    def _parameters(self) -> aws.rds.ParameterGroup:
        return aws.rds.ParameterGroup(
            f"{self._name}-parameters",
            family=self._engine.family,
            parameters=[{"name": key, "value": value} for key, value in self._engine.parameters],
            # Without a name of ours: a new major version needs a group of another family, which the engine creates
            # before it upgrades the instance, and it deletes the old group afterwards.
            opts=self._child,
        )

    def _monitoring(self) -> tuple[aws.iam.Role, aws.iam.RolePolicyAttachment]:
        role = aws.iam.Role(
            f"{self._name}-monitoring-role",
            assume_role_policy=service_trust(
                "monitoring.rds.amazonaws.com",
                self._account.id,
                self._account.arn("rds", f"db:{self._spec.identifier}"),
            ),
            opts=self._child,
        )
        grant = aws.iam.RolePolicyAttachment(
            f"{self._name}-monitoring-policy",
            role=role.name,
            policy_arn=self._account.managed_policy("service-role/AmazonRDSEnhancedMonitoringRole"),
            opts=self._child,
        )
        return role, grant

    def _instance(
        self, key: aws.kms.Key, group: aws.ec2.SecurityGroup, subnets: aws.rds.SubnetGroup
    ) -> aws.rds.Instance:
        spec = self._spec
        role, grant = self._monitoring()
        return aws.rds.Instance(
            f"{self._name}-instance",
            identifier=spec.identifier,
            engine=self._engine.name,
            engine_version=self._engine.version,
            allow_major_version_upgrade=True,
            apply_immediately=spec.apply_immediately,
            engine_lifecycle_support="open-source-rds-extended-support-disabled",
            instance_class=spec.instance_class,
            storage_type="gp3",
            allocated_storage=spec.storage_gib,
            max_allocated_storage=spec.maximum_storage_gib,
            storage_encrypted=True,
            kms_key_id=key.arn,
            username=ADMINISTRATOR,
            manage_master_user_password=True,
            master_user_secret_kms_key_id=key.arn,
            iam_database_authentication_enabled=True,
            multi_az=spec.multi_az,
            db_subnet_group_name=subnets.name,
            vpc_security_group_ids=[group.id],
            publicly_accessible=False,
            port=self._engine.port,
            ca_cert_identifier="rds-ca-rsa2048-g1",
            parameter_group_name=self._parameters().name,
            backup_retention_period=spec.backup_days,
            backup_window=spec.backup_window,
            maintenance_window=spec.maintenance_window,
            auto_minor_version_upgrade=True,
            copy_tags_to_snapshot=True,
            delete_automated_backups=False,
            deletion_protection=spec.deletion_protection,
            skip_final_snapshot=False,
            final_snapshot_identifier=final_snapshot(spec.identifier, key),
            performance_insights_enabled=True,
            performance_insights_kms_key_id=key.arn,
            performance_insights_retention_period=7,
            monitoring_interval=60,
            monitoring_role_arn=role.arn,
            enabled_cloudwatch_logs_exports=list(self._engine.logs),
            opts=pulumi.ResourceOptions(
                parent=self,
                protect=spec.deletion_protection,
                depends_on=[grant, *self._logs(key)],
                # Storage grows by itself; a deployment must not ask for less.
                ignore_changes=["allocatedStorage"],
            ),
        )


class Database(_Instance[DatabaseArgs, DatabaseSpec]):
    """A PostgreSQL instance for metadata: experiments, the feature registry and other small, important data.

    RDS stores the administrator's password in Secrets Manager and rotates it. Each user has its own role.
    """

    identifier: pulumi.Output[str]
    """The instance's name."""
    address: pulumi.Output[str]
    """The host to connect to."""
    port: pulumi.Output[int]
    """The port to connect to."""
    arn: pulumi.Output[str]
    """The instance's ARN."""
    resource_id: pulumi.Output[str]
    """The instance's immutable id, as IAM policies of rds-db:connect name it."""
    subnet_group: pulumi.Output[str]
    """The RDS subnet group, into which a backup is restored."""
    administrator_secret_arn: pulumi.Output[str]
    """The secret that holds the administrator's name and password."""
    security_group_id: pulumi.Output[str]
    """The instance's security group."""
    key_arn: pulumi.Output[str]
    """The key that encrypts the data, its backups and its secret."""

    def __init__(self, name: str, args: DatabaseArgs, opts: pulumi.ResourceOptions | None = None):
        super().__init__(name, args, DatabaseArgs, DatabaseSpec, opts)
        self._create(postgresql(str(self._spec.version)))


class MySqlDatabase(_Instance[MySqlDatabaseArgs, InstanceSpec]):
    """A MySQL instance for software that supports no other database, such as Kubeflow Pipelines."""

    identifier: pulumi.Output[str]
    """The instance's name."""
    address: pulumi.Output[str]
    """The host to connect to."""
    port: pulumi.Output[int]
    """The port to connect to."""
    arn: pulumi.Output[str]
    """The instance's ARN."""
    resource_id: pulumi.Output[str]
    """The instance's immutable id, as IAM policies of rds-db:connect name it."""
    subnet_group: pulumi.Output[str]
    """The RDS subnet group, into which a backup is restored."""
    administrator_secret_arn: pulumi.Output[str]
    """The secret that holds the administrator's name and password."""
    security_group_id: pulumi.Output[str]
    """The instance's security group."""
    key_arn: pulumi.Output[str]
    """The key that encrypts the data, its backups and its secret."""

    def __init__(self, name: str, args: MySqlDatabaseArgs, opts: pulumi.ResourceOptions | None = None):
        super().__init__(name, args, MySqlDatabaseArgs, InstanceSpec, opts)
        self._create(mysql())
