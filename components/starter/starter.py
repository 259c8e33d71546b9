"""Starter: one machine with Docker Compose, and what keeps its data."""

from collections.abc import Mapping
from typing import Any

import pulumi
import pulumi_aws as aws

from ..core.component import Component
from ..core.iam import BECOME_PATH, instance_trust
from ..core.kms import encryption_key, logs_key_grant
from ..core.metric_alarms import Comparison, Metric, Missing, Watch, metric_alarm, one, queue_dimension
from ..core.notifications import Notification, encrypted_topic, notification_policy, service_key_grant
from ..core.spec import SpecError
from ..data.object_store import ObjectStore
from ..facts.regions import dns_suffix
from .access import (
    METRICS,
    administer_access,
    alerts_access,
    machine_access,
    service_trust_of,
    session_document,
    tasks_access,
)
from .bundle import archive, rendered_files
from .machine import cloud_config, registry_host
from .settings import BUNDLE_KEY, Settings
from .spec import StarterArgs, StarterSpec

_ANYWHERE = "0.0.0.0/0"
_IMAGES = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-{architecture}"
"""Source: Amazon Linux 2023 user guide, "Launching AL2023 using the SSM parameter and AWS CLI"."""
_DEVICE = "/dev/sdf"
_ROOT_GIB = 30
_BACKUP_GRACE_HOURS = 2


class Starter(Component[StarterArgs, StarterSpec]):
    """One EC2 instance whose services Docker Compose runs, with its data on a volume that outlives it.

    The proxy has TLS and single sign-on. PostgreSQL, Valkey, a file server and what watches them run beside
    your applications. There is no SSH: administrators use recorded sessions of Session Manager. A new instance takes
    over the volume and the address of the former one.
    """

    instance_id: pulumi.Output[str]
    """The instance."""
    address: pulumi.Output[str]
    """The public IPv4 address, which stays when the instance is replaced."""
    volume_id: pulumi.Output[str]
    """The data volume."""
    volume_arn: pulumi.Output[str]
    """The ARN of the data volume, for backups."""
    backup_bucket: pulumi.Output[str]
    """The bucket of the machine's files and backups."""
    services_secret_name: pulumi.Output[str]
    """The secret with the passwords of the databases and of the queue, which the machine generates."""
    administer_policy: pulumi.Output[str]
    """The IAM policy, as JSON, that lets its holder open a recorded shell on the machine."""
    session_document: pulumi.Output[str]
    """The document that administrators name when they start a session."""
    security_group_id: pulumi.Output[str]
    """The security group of the machine, so that a database of the platform can admit it."""
    role_arns: pulumi.Output[dict[str, str]]
    """The role of each service that calls AWS, by the service's name."""
    topic_arn: pulumi.Output[str]
    """The SNS topic of alarms and alerts."""
    key_arn: pulumi.Output[str]
    """The key of the volume, the secrets, the backups and the records of sessions."""

    def __init__(self, name: str, args: StarterArgs, opts: pulumi.ResourceOptions | None = None):
        super().__init__(name, args, StarterArgs, StarterSpec, opts)
        spec, account = self._spec, self._account
        _results_readable(name, spec, args)
        log_group = f"/starter/{spec.name}/sessions"
        key = encryption_key(
            f"{name}-key",
            f"Volume, secrets, backups and sessions of {spec.name}",
            account,
            self._retained(),
            grants=[
                logs_key_grant(account, log_group),
                service_key_grant("Alarms", "cloudwatch", account),
            ],
        )
        notification = self._notification(key)
        logs = aws.cloudwatch.LogGroup(
            f"{name}-sessions",
            name=log_group,
            retention_in_days=spec.log_retention_days,
            kms_key_id=key.arn,
            opts=self._child,
        )
        sessions = aws.ssm.Document(
            f"{name}-session",
            name=f"{spec.name}-session",
            document_type="Session",
            document_format="JSON",
            content=pulumi.Output.json_dumps(key.arn.apply(lambda arn: session_document(log_group, arn))),
            opts=pulumi.ResourceOptions(parent=self, depends_on=[logs]),
        )
        backups = self._backups(key)
        secret = aws.secretsmanager.Secret(
            f"{name}-services",
            name=f"{spec.name}/services",
            description=f"Passwords of the databases and the queue of {spec.name}. The machine generates them.",
            kms_key_id=key.arn,
            recovery_window_in_days=30 if spec.deletion_protection else 0,
            opts=self._kept(),
        )
        machine_role = aws.iam.Role(f"{name}-machine-role", assume_role_policy=instance_trust(), opts=self._child)
        roles = self._service_roles(machine_role, notification, key)
        granted = self._machine_policy(machine_role, key, backups, secret, roles)
        files = self._files(backups, secret, notification, roles)
        volume = aws.ebs.Volume(
            f"{name}-data",
            availability_zone=args["zone"],
            size=spec.data_gib,
            type="gp3",
            encrypted=True,
            kms_key_id=key.arn,
            tags={"Name": f"{spec.name}-data"},
            opts=self._retained(),
        )
        group = self._security_group()
        instance = self._instance(volume, group, machine_role, backups, [granted, files])
        aws.ec2.VolumeAttachment(
            f"{name}-attachment",
            device_name=_DEVICE,
            volume_id=volume.id,
            instance_id=instance.id,
            # Otherwise a file system that is in use is taken away from a machine that runs.
            stop_instance_before_detaching=True,
            opts=pulumi.ResourceOptions(parent=self, delete_before_replace=True),
        )
        address = self._address(instance)
        self._alarms(instance, notification)
        self.instance_id = instance.id
        self.address = address.public_ip
        self.volume_id = volume.id
        self.volume_arn = volume.arn
        self.backup_bucket = backups.bucket_name
        self.services_secret_name = secret.name
        self.session_document = sessions.name
        self.administer_policy = pulumi.Output.all(instance.arn, sessions.name, key.arn).apply(
            lambda known: administer_access(account, *known)
        )
        self.security_group_id = group.id.apply(str)
        self.role_arns = pulumi.Output.all(**{each: role.arn for each, role in roles.items()}).apply(dict)
        self.topic_arn = notification.topic.arn
        self.key_arn = key.arn
        self._publish()

    def _kept(self) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(parent=self, protect=self._spec.deletion_protection)

    def _retained(self) -> pulumi.ResourceOptions:
        """The options of the volume and its key, without which the volume is lost: a destroy keeps both."""
        return pulumi.ResourceOptions.merge(
            self._kept(), pulumi.ResourceOptions(retain_on_delete=self._spec.deletion_protection)
        )

    def _notification(self, key: aws.kms.Key) -> Notification:
        return encrypted_topic(
            f"{self._name}-alarms",
            f"{self._spec.name}-alarms",
            key.arn,
            lambda arn: notification_policy(arn, self._account, ["cloudwatch"]),
            self._child,
            self._spec.emails,
        )

    @property
    def _results_bucket(self) -> pulumi.Input[str]:
        return self._args.get("results_bucket", "")

    def _backups(self, key: aws.kms.Key) -> ObjectStore:
        """The bucket of files and backups. The machine cannot delete a version, so that an intruder cannot either."""
        spec = self._spec
        return ObjectStore(
            f"{self._name}-backups",
            {
                "bucket": f"{spec.name}-starter-{self._account.id}",
                "key_arn": key.arn,
                "log_bucket": self._args["log_bucket"],
                "old_version_days": spec.backup_days,
                "expiring_prefixes": {"databases/": spec.backup_days, "queue/": spec.backup_days},
                "deletion_protection": spec.deletion_protection,
            },
            self._child,
        )

    def _service_roles(
        self, machine: aws.iam.Role, notification: Notification, key: aws.kms.Key
    ) -> dict[str, aws.iam.Role]:
        """The role of each service that calls AWS: Alertmanager publishes to the topic, the worker submits jobs."""
        account = self._account
        policies: dict[str, pulumi.Input[str]] = {
            "alerts": pulumi.Output.all(notification.topic.arn, key.arn).apply(
                lambda known: alerts_access(account, known[0], known[1])
            )
        }
        if self._spec.tasks:
            policies["tasks"] = pulumi.Output.all(self._results_bucket, self._args.get("results_key_arn", "")).apply(
                lambda known: tasks_access(account, self._spec.tasks, known[0], known[1])
            )
        roles: dict[str, aws.iam.Role] = {}
        for service, policy in policies.items():
            role = aws.iam.Role(
                f"{self._name}-{service}-role",
                path=BECOME_PATH,
                assume_role_policy=machine.arn.apply(service_trust_of),
                opts=self._child,
            )
            aws.iam.RolePolicy(f"{self._name}-{service}-access", role=role.name, policy=policy, opts=self._child)
            roles[service] = role
        return roles

    def _machine_policy(
        self,
        role: aws.iam.Role,
        key: aws.kms.Key,
        backups: ObjectStore,
        secret: aws.secretsmanager.Secret,
        roles: Mapping[str, aws.iam.Role],
    ) -> aws.iam.RolePolicy:
        spec, account, args = self._spec, self._account, self._args
        wired = pulumi.Output.all(
            backups.bucket_name,
            secret.arn,
            args["client_secret_name"],
            key.arn,
            args["client_secret_key_arn"],
            *(each.arn for each in roles.values()),
        )

        def policy(known: list[Any]) -> str:
            bucket, own, client, own_key, client_key, *service_roles = known
            # Secrets Manager appends six characters to the name.
            client_arn = account.arn("secretsmanager", f"secret:{client}-??????")
            return machine_access(
                account,
                bucket=bucket,
                log_group=f"/starter/{spec.name}/sessions",
                secrets=[own, client_arn],
                own_secret=own,
                keys=[own_key, client_key],
                roles=service_roles,
            )

        return aws.iam.RolePolicy(
            f"{self._name}-machine-policy", role=role.name, policy=wired.apply(policy), opts=self._child
        )

    def _files(
        self,
        backups: ObjectStore,
        secret: aws.secretsmanager.Secret,
        notification: Notification,
        roles: Mapping[str, aws.iam.Role],
    ) -> aws.s3.BucketObjectv2:
        """The files of the machine as one object, so that the machine never sees half of a change."""
        args, account, spec = self._args, self._account, self._spec
        registry = registry_host(account.id, account.region, dns_suffix(account.region))
        wired = pulumi.Output.all(
            issuer=args["issuer"],
            client_id=args["client_id"],
            client_secret_name=args["client_secret_name"],
            services_secret_name=secret.name,
            backup_bucket=backups.bucket_name,
            topic_arn=notification.topic.arn,
            results_bucket=self._results_bucket,
            role_arns=pulumi.Output.all(**{each: role.arn for each, role in roles.items()}),
        )
        return aws.s3.BucketObjectv2(
            f"{self._name}-files",
            bucket=backups.bucket_name,
            key=BUNDLE_KEY,
            content_type="application/gzip",
            content_base64=wired.apply(
                lambda known: archive(rendered_files(spec, Settings(region=account.region, registry=registry, **known)))
            ),
            opts=self._child,
        )

    def _security_group(self) -> aws.ec2.SecurityGroup:
        """HTTPS in; HTTPS and Amazon's time and name servers out. There is no SSH."""
        group = aws.ec2.SecurityGroup(
            f"{self._name}-sg",
            description=f"Machine of {self._spec.name}: HTTPS only",
            vpc_id=self._args["vpc_id"],
            tags={"Name": self._spec.name},
            opts=self._child,
        )
        shared: dict[str, Any] = {
            "security_group_id": group.id,
            "cidr_ipv4": _ANYWHERE,
            "ip_protocol": "tcp",
            "from_port": 443,
            "to_port": 443,
        }
        aws.vpc.SecurityGroupIngressRule(
            f"{self._name}-https-in",
            description="People, and the certificate authority",
            opts=self._child,
            **shared,
        )
        aws.vpc.SecurityGroupEgressRule(
            f"{self._name}-https-out", description="AWS APIs, registries and packages", opts=self._child, **shared
        )
        return group

    def _instance(
        self,
        volume: aws.ebs.Volume,
        group: aws.ec2.SecurityGroup,
        role: aws.iam.Role,
        backups: ObjectStore,
        needed: list[pulumi.Resource],
    ) -> aws.ec2.Instance:
        spec, account = self._spec, self._account
        profile = aws.iam.InstanceProfile(f"{self._name}-profile", role=role.name, opts=self._child)
        registry = registry_host(account.id, account.region, dns_suffix(account.region))
        return aws.ec2.Instance(
            f"{self._name}-machine",
            ami=spec.image_id or self._newest_image(),
            instance_type=spec.instance_type,
            subnet_id=self._args["public_subnet_id"],
            vpc_security_group_ids=[group.id],
            iam_instance_profile=profile.name,
            user_data=pulumi.Output.all(volume.id, backups.bucket_name).apply(
                lambda known: cloud_config(known[0], known[1], account.region, registry)
            ),
            user_data_replace_on_change=True,
            metadata_options={
                "http_endpoint": "enabled",
                "http_tokens": "required",
                # Containers are one hop further away.
                "http_put_response_hop_limit": 1,
                "instance_metadata_tags": "disabled",
            },
            root_block_device={
                "encrypted": True,
                "volume_type": "gp3",
                "volume_size": _ROOT_GIB,
                "delete_on_termination": True,
            },
            maintenance_options={"auto_recovery": "default"},
            instance_initiated_shutdown_behavior="stop",
            tags={"Name": spec.name},
            opts=pulumi.ResourceOptions(
                parent=self,
                depends_on=needed,
                # The volume and the address can belong to one machine only.
                delete_before_replace=True,
                # A new image of Amazon alone is no reason for an outage; the machine installs updates itself.
                ignore_changes=[] if spec.image_id else ["ami"],
            ),
        )

    def _newest_image(self) -> pulumi.Output[str]:
        architecture = "arm64" if self._spec.machine.architecture == "arm64" else "x86_64"
        return aws.ssm.get_parameter_output(
            name=_IMAGES.format(architecture=architecture), opts=pulumi.InvokeOutputOptions(parent=self)
        ).insecure_value

    def _address(self, instance: aws.ec2.Instance) -> aws.ec2.Eip:
        """The address, and the names that lead to it."""
        spec = self._spec
        address = aws.ec2.Eip(f"{self._name}-address", domain="vpc", tags={"Name": spec.name}, opts=self._kept())
        aws.ec2.EipAssociation(
            f"{self._name}-address-association",
            allocation_id=address.id,
            instance_id=instance.id,
            opts=pulumi.ResourceOptions(parent=self, delete_before_replace=True),
        )
        aws.route53.Record(
            f"{self._name}-names",
            zone_id=self._args["zone_id"],
            name=f"*.{spec.domain}",
            type="A",
            ttl=300,
            records=[address.public_ip],
            opts=self._child,
        )
        return address

    def _alarms(self, instance: aws.ec2.Instance, notification: Notification) -> None:
        """What nothing on the machine itself can notice: that it is gone, or that its backups stopped."""
        hours = self._spec.backup_hours + _BACKUP_GRACE_HOURS
        watches = {
            "lost": Watch(
                one(Metric("AWS/EC2", "StatusCheckFailed", {"InstanceId": instance.id})),
                threshold=0,
                why="The machine fails its status checks. EC2 moves it to other hardware when that is the reason; "
                "otherwise read its log in EC2, or replace it: pulumi up --replace.",
                periods=3,
                missing=Missing.BROKEN,
            ),
            "backup": Watch(
                one(Metric(METRICS, "backup", {"Machine": self._spec.name})),
                threshold=1,
                why=f"No backup has succeeded for {hours} hours. Open a session and read: journalctl --unit "
                "starter-backup.",
                comparison=Comparison.BELOW,
                statistic="Sum",
                seconds=3600,
                periods=hours,
                missing=Missing.BROKEN,
            ),
        }
        watches |= self._queue_watches()
        for part, watch in watches.items():
            metric_alarm(
                f"{self._name}-alarm-{part}",
                watch,
                [notification.topic.arn],
                self,
                f"{self._spec.name}-{part}",
            )

    def _queue_watches(self) -> dict[str, Watch]:
        """An alarm for each dead-letter queue: a message in it is a failed job to look at."""
        given = {
            "failed-jobs": (self._args.get("failed_queue_url"), "A job of AWS Batch failed."),
            "undelivered": (self._args.get("undelivered_queue_url"), "An event about a job could not be delivered."),
        }
        return {
            part: Watch(
                one(
                    Metric(
                        "AWS/SQS",
                        "ApproximateNumberOfMessagesVisible",
                        {"QueueName": pulumi.Output.from_input(url).apply(queue_dimension)},
                    )
                ),
                threshold=0,
                why=f"{happened} Read its message in the queue, then delete it.",
                periods=1,
                seconds=300,
                missing=Missing.FINE,
            )
            for part, (url, happened) in given.items()
            if url is not None
        }


def _results_readable(name: str, spec: StarterSpec, args: StarterArgs) -> None:
    """Refuse tasks with results whose bucket is not given.

    Raises:
        SpecError: results_bucket or results_key_arn is missing.
    """
    missing = [each for each in ("results_bucket", "results_key_arn") if each not in args]
    if missing and (task := next((each.name for each in spec.tasks if each.result_folder), None)):
        remedy = f"the worker reads results of {task} there; give them, or remove its result_folder"
        raise SpecError(f"Starter({name})", [f"{', '.join(missing)}: {remedy}"])
