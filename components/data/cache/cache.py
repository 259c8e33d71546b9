"""Cache: a Valkey or Redis OSS cluster with users of its own, encrypted everywhere, closed to all but its clients."""

from typing import Any

import pulumi
import pulumi_aws as aws

from ...core.component import Component
from ...core.kms import encryption_key, logs_key_grant
from ...core.named_outputs import by_name
from ...facts.cache_nodes import RESERVED_SHARE
from ...facts.versions import CACHE_ENGINES
from ..final_snapshot import final_snapshot
from .access import NO_ACCESS, access_string, connect_policy
from .sizing import tiers
from .spec import CacheArgs, CacheEngine, CacheSpec

PORT = 6379

_LOGS = ("slow-log", "engine-log")


class Cache(Component[CacheArgs, CacheSpec]):
    """A Valkey or Redis OSS cluster on ElastiCache.

    The cluster uses cluster mode, TLS, its own KMS key and replicas in other zones. Each user has its own
    permissions and logs in with IAM. Data that must be kept has daily snapshots. Logs are in CloudWatch. Only
    members of one security group can connect.
    """

    endpoint: pulumi.Output[str]
    """The configuration endpoint: where a cluster client asks for the shards."""
    port: pulumi.Output[int]
    """The port; TLS alone is spoken there."""
    replication_group_id: pulumi.Output[str]
    """The cluster's id, known once it exists; IAM tokens are signed for it."""
    security_group_id: pulumi.Output[str]
    """The cluster's security group."""
    user_group_id: pulumi.Output[str]
    """The group of the cluster's users."""
    user_names: pulumi.Output[dict[str, str]]
    """What the engine calls each user, by the name in the arguments."""
    user_arns: pulumi.Output[dict[str, str]]
    """The ARN of each user, by the name in the arguments, for the program that sets its password."""
    connect_policies: pulumi.Output[dict[str, str]]
    """The IAM policy, as JSON, that lets a workload log in as each user, by the name in the arguments."""
    key_arn: pulumi.Output[str]
    """The KMS key of data, snapshots and logs."""
    node_type: pulumi.Output[str]
    """The node type of every shard."""
    shards: pulumi.Output[int]
    """The number of shards."""

    def __init__(self, name: str, args: CacheArgs, opts: pulumi.ResourceOptions | None = None):
        super().__init__(name, args, CacheArgs, CacheSpec, opts)
        spec = self._spec
        self._kept = pulumi.ResourceOptions(parent=self, protect=spec.deletion_protection)
        log_group = f"/aws/elasticache/{spec.cache_name}"
        key = self._key(log_group)
        logs = self._logs(log_group, key)
        security_group = self._security_group()
        users = self._users()
        group = self._user_group(users)
        cluster = self._cluster(key, logs, security_group, group)
        self._export(cluster, key, security_group, group, users)

    def _key(self, log_group: str) -> aws.kms.Key:
        key = encryption_key(
            f"{self._name}-key",
            f"Data, snapshots and logs of {self._spec.cache_name}",
            self._account,
            # The last snapshot of a store can be read with it alone.
            pulumi.ResourceOptions.merge(self._kept, pulumi.ResourceOptions(retain_on_delete=self._spec.kept_days > 0)),
            grants=[logs_key_grant(self._account, log_group)],
        )
        alias = f"alias/{self._spec.cache_name}-cache"
        aws.kms.Alias(f"{self._name}-alias", name=alias, target_key_id=key.key_id, opts=self._child)
        return key

    def _logs(self, log_group: str, key: aws.kms.Key) -> aws.cloudwatch.LogGroup:
        return aws.cloudwatch.LogGroup(
            f"{self._name}-logs",
            name=log_group,
            retention_in_days=self._spec.log_retention_days,
            kms_key_id=key.arn,
            opts=self._child,
        )

    def _security_group(self) -> aws.ec2.SecurityGroup:
        """Lets clients in and nothing out, and lets clients reach it: their own group may let nothing out either."""
        group = aws.ec2.SecurityGroup(
            f"{self._name}-sg",
            description=f"Nodes of {self._spec.cache_name}",
            vpc_id=self._args["vpc_id"],
            tags={"Name": self._spec.cache_name},
            opts=self._child,
        )
        client = self._args["client_security_group_id"]
        port: dict[str, Any] = {"ip_protocol": "tcp", "from_port": PORT, "to_port": PORT, "opts": self._child}
        aws.vpc.SecurityGroupIngressRule(
            f"{self._name}-from-clients",
            security_group_id=group.id,
            referenced_security_group_id=client,
            description="from clients",
            **port,
        )
        aws.vpc.SecurityGroupEgressRule(
            f"{self._name}-clients-out",
            security_group_id=client,
            referenced_security_group_id=group.id,
            description=f"to {self._spec.cache_name}",
            **port,
        )
        return group

    def _users(self) -> dict[str, aws.elasticache.User]:
        spec = self._spec
        return {
            user.name: aws.elasticache.User(
                f"{self._name}-user-{user.name}",
                user_id=spec.user_id(user.name),
                user_name=spec.user_id(user.name),
                engine=str(spec.engine),
                access_string=access_string(user.access, user.keys),
                authentication_mode={"type": "iam"},
                # Setting the password also changes the mode. A deployment must not revert that.
                opts=pulumi.ResourceOptions(
                    parent=self, ignore_changes=["authenticationMode"] if user.password else None
                ),
            )
            for user in spec.users
        }

    def _user_group(self, users: dict[str, aws.elasticache.User]) -> aws.elasticache.UserGroup:
        members = [user.user_id for user in users.values()]
        if self._spec.engine is CacheEngine.REDIS:
            members.append(self._default_user().user_id)
        return aws.elasticache.UserGroup(
            f"{self._name}-users",
            user_group_id=f"{self._spec.cache_name}",
            engine=str(self._spec.engine),
            user_ids=members,
            opts=self._child,
        )

    def _default_user(self) -> aws.elasticache.User:
        """Takes the place of AWS's own user `default`, who may do everything. Valkey switches that one off by itself.

        Source: ElastiCache user guide, "Role-Based Access Control".
        """
        return aws.elasticache.User(
            f"{self._name}-user-default",
            user_id=self._spec.user_id("default"),
            user_name="default",
            engine=str(CacheEngine.REDIS),
            access_string=NO_ACCESS,
            authentication_mode={"type": "no-password-required"},
            opts=self._child,
        )

    def _parameter_group(self) -> aws.elasticache.ParameterGroup:
        values = {
            "cluster-enabled": "yes",
            "maxmemory-policy": "allkeys-lru" if self._spec.evicts else "noeviction",
            "reserved-memory-percent": f"{RESERVED_SHARE:.0%}".rstrip("%"),
        }
        return aws.elasticache.ParameterGroup(
            f"{self._name}-parameters",
            family=CACHE_ENGINES[self._spec.engine][1],
            description=f"Parameters of {self._spec.cache_name}",
            parameters=[{"name": key, "value": value} for key, value in values.items()],
            opts=self._child,
        )

    def _cluster(
        self,
        key: aws.kms.Key,
        logs: aws.cloudwatch.LogGroup,
        security_group: aws.ec2.SecurityGroup,
        users: aws.elasticache.UserGroup,
    ) -> aws.elasticache.ReplicationGroup:
        spec, layout = self._spec, self._spec.layout
        subnets = aws.elasticache.SubnetGroup(
            f"{self._name}-subnets",
            name=spec.cache_name,
            description=f"Subnets of {spec.cache_name}",
            subnet_ids=self._args["subnet_ids"],
            opts=self._child,
        )
        deliveries: list[dict[str, Any]] = [
            {
                "log_type": log,
                "log_format": "json",
                "destination_type": "cloudwatch-logs",
                "destination": logs.name,
            }
            for log in _LOGS
        ]
        return aws.elasticache.ReplicationGroup(
            f"{self._name}-cluster",
            replication_group_id=spec.cache_name,
            description=f"{'Cache' if spec.evicts else 'Store'} of {spec.gigabytes} GB",
            engine=str(spec.engine),
            engine_version=CACHE_ENGINES[spec.engine][0],
            parameter_group_name=self._parameter_group().name,
            node_type=layout.node_type,
            cluster_mode="enabled",
            num_node_groups=layout.shards,
            replicas_per_node_group=spec.replicas,
            automatic_failover_enabled=True,
            multi_az_enabled=spec.replicas > 0,
            data_tiering_enabled=tiers(layout.node_type),
            port=PORT,
            subnet_group_name=subnets.name,
            security_group_ids=[security_group.id],
            user_group_ids=[users.user_group_id],
            transit_encryption_enabled=True,
            transit_encryption_mode="required",
            at_rest_encryption_enabled=True,
            kms_key_id=key.arn,
            snapshot_retention_limit=spec.kept_days,
            snapshot_window=spec.snapshot_window if spec.kept_days else None,
            final_snapshot_identifier=final_snapshot(spec.cache_name, key) if spec.kept_days else None,
            maintenance_window=spec.maintenance_window,
            # The pin alone decides the version. The provider replaces a cluster whose version is above the program's.
            auto_minor_version_upgrade=False,
            # AWS takes changes of log delivery in no other way.
            apply_immediately=True,
            log_delivery_configurations=deliveries,  # pyright: ignore[reportArgumentType] - plain mappings are inputs too
            snapshot_name=spec.restore_from,
            opts=pulumi.ResourceOptions(
                parent=self,
                protect=spec.deletion_protection,
                # What a cluster began with is read once; a later change would make it anew.
                ignore_changes=["snapshotName"],
            ),
        )

    def _export(
        self,
        cluster: aws.elasticache.ReplicationGroup,
        key: aws.kms.Key,
        security_group: aws.ec2.SecurityGroup,
        group: aws.elasticache.UserGroup,
        users: dict[str, aws.elasticache.User],
    ) -> None:
        arns = {user: each.arn for user, each in users.items()}
        policies = {
            user: pulumi.Output.all(cluster.arn, arn).apply(lambda both: connect_policy(both[0], both[1]))
            for user, arn in arns.items()
        }
        names = {user: each.user_name for user, each in users.items()}
        self.endpoint = cluster.configuration_endpoint_address
        self.port = cluster.port.apply(lambda port: port or PORT)
        self.replication_group_id = cluster.id.apply(str)
        self.security_group_id = security_group.id.apply(str)
        self.user_group_id = group.user_group_id
        self.user_names = by_name(names)
        self.user_arns = by_name(arns)
        self.connect_policies = by_name(policies)
        self.key_arn = key.arn
        self.node_type = cluster.node_type
        self.shards = cluster.num_node_groups
        self._publish()
