"""BatchQueue: queues on AWS Batch, their machines and their jobs."""

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi
import pulumi_aws as aws

from ...core.component import Component
from ...core.event_queues import admit_rules, kept_messages
from ...core.iam import instance_trust, service_trust
from ...core.kms import encryption_key, logs_key_grant, volumes_key_grants
from ...core.named_outputs import by_name
from ...facts.batch import share_identifier
from ...facts.schedule_expression import schedule_expression
from .access import execution_access, job_access, queue_arn, schedule_access, submit_access
from .definitions import RETRY_RULES, container_properties, submission
from .environment_spec import BatchEnvironmentSpec
from .job_spec import BatchJobSpec
from .machines import image_type
from .spec import BatchQueueArgs, BatchQueueSpec, JobQueueSpec
from .user_data import user_data

_ANYWHERE = "0.0.0.0/0"
_RECEIVES = 5
_LONGEST_UPDATE_MINUTES = 360
"""The longest that the provider lets jobs run on in an update; Batch allows 7,200.

Source: hashicorp/terraform-provider-aws, internal/service/batch/compute_environment.go.
"""
_SHORTEST_UPDATE_MINUTES = 30
"""What Batch waits without a setting. Source: AWS Batch API reference, UpdatePolicy."""
_VOLUME_ROLES = (
    "aws-service-role/batch.amazonaws.com/AWSServiceRoleForBatch",
    "aws-service-role/spotfleet.amazonaws.com/AWSServiceRoleForEC2SpotFleet",
)
"""The roles with which Batch launches machines, beside those of Auto Scaling and EC2 Fleet.

Source: AWS managed policy reference, BatchServiceRolePolicy, the roles that it may create and pass.
"""
_NEVER_FITS_MINUTES = 10
_MISFITS = ("MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE", "MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT")
_NO_CAPACITY = "CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY"
"""Why the first job of a queue is stuck, as Batch tells it. Source: AWS Batch user guide, "Jobs stuck in RUNNABLE"."""


class BatchQueue(Component[BatchQueueArgs, BatchQueueSpec]):
    """Queues on AWS Batch. A machine starts for a job and ends after it, so that without jobs nothing costs money.

    Machines are in private subnets with encrypted volumes. Teams have fair shares, each job has a role of its own, a
    job whose machine is lost runs again, and a failed job is kept as a message.
    """

    queue_arns: pulumi.Output[dict[str, str]]
    """The ARN of each queue, by its name in the arguments."""
    job_definition_arns: pulumi.Output[dict[str, str]]
    """The ARN of each job definition without its revision, by the job's name in the arguments."""
    job_role_arns: pulumi.Output[dict[str, str]]
    """The ARN of each job's role, by the job's name in the arguments."""
    execution_role_arn: pulumi.Output[str]
    """The role that pulls images and writes logs; empty without jobs."""
    submit_policies: pulumi.Output[dict[str, str]]
    """The IAM policy, as JSON, that lets a workload submit a team's jobs, by team."""
    environment_arns: pulumi.Output[dict[str, str]]
    """The ARN of each compute environment, by its name in the arguments."""
    failed_queue_url: pulumi.Output[str]
    """The SQS queue of failed jobs."""
    undelivered_queue_url: pulumi.Output[str]
    """The SQS queue of events and submissions that could not be delivered."""
    log_group: pulumi.Output[str]
    """The log group of the jobs."""
    security_group_id: pulumi.Output[str]
    """The security group of the machines."""
    key_arn: pulumi.Output[str]
    """The key that encrypts volumes and logs."""

    def __init__(self, name: str, args: BatchQueueArgs, opts: pulumi.ResourceOptions | None = None):
        super().__init__(name, args, BatchQueueArgs, BatchQueueSpec, opts)
        spec, account = self._spec, self._account
        if absent := [problem.sentence for problem in spec.absent_in(account.region)]:
            self._refuse(*absent)
        log_group = f"/aws/batch/{spec.name}"
        key = encryption_key(
            f"{name}-key",
            f"Volumes and logs of {spec.name}",
            account,
            pulumi.ResourceOptions(parent=self, protect=spec.deletion_protection),
            grants=[logs_key_grant(account, log_group), *volumes_key_grants(account, _VOLUME_ROLES)],
        )
        logs = aws.cloudwatch.LogGroup(
            f"{name}-logs",
            name=log_group,
            retention_in_days=spec.log_retention_days,
            kms_key_id=key.arn,
            opts=self._child,
        )
        security_group, way_out = self._security_group()
        environments = self._environments(key, security_group, way_out)
        queues = self._queues({each: environment.arn for each, environment in environments.items()})
        execution, roles, definitions = self._jobs(logs)
        failed, undelivered = self._dead_letters()
        self._schedules(queues, definitions, undelivered)
        self.queue_arns = by_name({each: queue.arn for each, queue in queues.items()})
        self.job_definition_arns = by_name({each: made.arn_prefix for each, made in definitions.items()})
        self.job_role_arns = by_name({each: role.arn for each, role in roles.items()})
        self.execution_role_arn = execution.arn if execution else pulumi.Output.from_input("")
        self.submit_policies = self._submit_policies(execution, roles)
        self.environment_arns = by_name({each: environment.arn for each, environment in environments.items()})
        self.failed_queue_url = failed.url
        self.undelivered_queue_url = undelivered.url
        self.log_group = logs.name
        self.security_group_id = security_group.id.apply(str)
        self.key_arn = key.arn
        self._publish()

    def _aws_name(self, part: str) -> str:
        return f"{self._spec.name}-{part}"

    def _security_group(self) -> tuple[aws.ec2.SecurityGroup, pulumi.Resource]:
        """The security group of the machines, which lets nothing in, and its way out."""
        group = aws.ec2.SecurityGroup(
            f"{self._name}-sg",
            description=f"Machines of {self._spec.name}",
            vpc_id=self._args["vpc_id"],
            tags={"Name": self._spec.name},
            opts=self._child,
        )
        rule = aws.vpc.SecurityGroupEgressRule(
            f"{self._name}-https-out",
            security_group_id=group.id,
            cidr_ipv4=_ANYWHERE,
            ip_protocol="tcp",
            from_port=443,
            to_port=443,
            description="AWS APIs, registries and S3",
            opts=self._child,
        )
        return group, rule

    def _environments(
        self, key: aws.kms.Key, group: aws.ec2.SecurityGroup, way_out: pulumi.Resource
    ) -> dict[str, aws.batch.ComputeEnvironment]:
        role = aws.iam.Role(f"{self._name}-machine-role", assume_role_policy=instance_trust(), opts=self._child)
        policy = self._account.managed_policy("service-role/AmazonEC2ContainerServiceforEC2Role")
        grant = aws.iam.RolePolicyAttachment(
            f"{self._name}-machine-ecs", role=role.name, policy_arn=policy, opts=self._child
        )
        profile = aws.iam.InstanceProfile(f"{self._name}-machine-profile", role=role.name, opts=self._child)
        # An environment that loses its role's policy while it is deleted never ends to be.
        needed = [grant, way_out]
        return {
            each.name: self._environment(each, self._launch_template(each, key), profile, group, needed)
            for each in self._spec.environments
        }

    def _launch_template(self, environment: BatchEnvironmentSpec, key: aws.kms.Key) -> aws.ec2.LaunchTemplate:
        name = f"{self._name}-{environment.name}"
        launched = ("instance", "volume", "network-interface")
        # The provider's default tags apply only to the template itself.
        defaults = aws.get_default_tags_output(opts=pulumi.InvokeOptions(parent=self)).tags
        tags = defaults.apply(lambda own: {**own, "Name": self._aws_name(environment.name)})
        volume = {
            "encrypted": "true",
            "kms_key_id": key.arn,
            "volume_type": "gp3",
            "volume_size": environment.disk_gib,
            "delete_on_termination": "true",
        }
        properties: dict[str, Any] = {
            "update_default_version": True,
            "block_device_mappings": [{"device_name": "/dev/xvda", "ebs": volume}],
            "metadata_options": {
                "http_endpoint": "enabled",
                "http_tokens": "required",
                "http_put_response_hop_limit": 1,
            },
            "tag_specifications": [{"resource_type": kind, "tags": tags} for kind in launched],
            "user_data": user_data(),
        }
        return aws.ec2.LaunchTemplate(f"{name}-template", opts=self._child, **properties)

    def _environment(
        self,
        environment: BatchEnvironmentSpec,
        template: aws.ec2.LaunchTemplate,
        profile: aws.iam.InstanceProfile,
        group: aws.ec2.SecurityGroup,
        needed: Sequence[pulumi.Resource],
    ) -> aws.batch.ComputeEnvironment:
        """The machines. Without a service role, Batch uses its service-linked role, and changes them in place.

        Pulumi ends the name, so that an environment that must be replaced exists beside its successor.
        """
        image: dict[str, Any] = {"image_type": image_type(environment.kinds)}
        if environment.image_id:
            image["image_id_override"] = environment.image_id
        longest = max((job.timeout_minutes for job in self._spec.jobs_of(environment)), default=0)
        resources: Any = {
            "type": "SPOT" if environment.spot else "EC2",
            "allocation_strategy": "SPOT_PRICE_CAPACITY_OPTIMIZED" if environment.spot else "BEST_FIT_PROGRESSIVE",
            "instance_types": list(environment.instance_types),
            "min_vcpus": 0,
            "max_vcpus": environment.maximum_vcpus,
            "ec2_configurations": [image],
            "instance_role": profile.arn,
            "subnets": self._args["private_subnet_ids"],
            "security_group_ids": [group.id],
            "launch_template": {
                "launch_template_id": template.id,
                # A number, because Batch looks again at $Latest only in an update for another reason.
                "version": template.latest_version.apply(str),
            },
        }
        return aws.batch.ComputeEnvironment(
            f"{self._name}-{environment.name}",
            type="MANAGED",
            compute_resources=resources,
            update_policy={
                "terminate_jobs_on_update": False,
                "job_execution_timeout_minutes": min(max(longest, _SHORTEST_UPDATE_MINUTES), _LONGEST_UPDATE_MINUTES),
            },
            opts=pulumi.ResourceOptions(
                parent=self,
                depends_on=needed,
                # Batch changes the number of vCPUs itself.
                ignore_changes=["computeResources.desiredVcpus"],
            ),
        )

    def _queues(self, environments: Mapping[str, pulumi.Output[str]]) -> dict[str, aws.batch.JobQueue]:
        """The queues. All have fair shares, because a queue that begins without can never have them."""
        shares: Any = [
            {"share_identifier": share_identifier(team), "weight_factor": round(1 / part, 4)}
            for team, part in sorted(self._spec.shares.items())
        ]
        policy = aws.batch.SchedulingPolicy(
            f"{self._name}-shares",
            fair_share_policy={
                "share_decay_seconds": self._spec.share_window_hours * 3600,
                "share_distributions": shares,
            },
            opts=self._child,
        )
        return {
            queue.name: aws.batch.JobQueue(
                f"{self._name}-{queue.name}-queue",
                name=self._aws_name(queue.name),
                state="ENABLED",
                priority=queue.priority,
                scheduling_policy_arn=policy.arn,
                compute_environment_orders=[
                    {"order": order, "compute_environment": environments[environment]}
                    for order, environment in enumerate(queue.environments, 1)
                ],
                job_state_time_limit_actions=_stuck(queue),
                opts=self._child,
            )
            for queue in self._spec.queues
        }

    def _jobs(
        self, logs: aws.cloudwatch.LogGroup
    ) -> tuple[aws.iam.Role | None, dict[str, aws.iam.Role], dict[str, aws.batch.JobDefinition]]:
        """The execution role, and the role and the definition of each job."""
        if not self._spec.jobs:
            return None, {}, {}
        account = self._account
        trust = service_trust("ecs-tasks.amazonaws.com", account.id, account.arn("ecs", "*"))
        execution = aws.iam.Role(f"{self._name}-execution-role", assume_role_policy=trust, opts=self._child)
        images = [job.image for job in self._spec.jobs]
        granted = aws.iam.RolePolicy(
            f"{self._name}-execution-policy",
            role=execution.name,
            policy=logs.name.apply(lambda group: execution_access(account, group, images)),
            opts=self._child,
        )
        roles: dict[str, aws.iam.Role] = {}
        definitions: dict[str, aws.batch.JobDefinition] = {}
        for job in self._spec.jobs:
            role = aws.iam.Role(f"{self._name}-job-{job.name}-role", assume_role_policy=trust, opts=self._child)
            access = aws.iam.RolePolicy(
                f"{self._name}-job-{job.name}-policy",
                role=role.name,
                policy=self._buckets(self._args["data_key_arn"]).apply(
                    lambda known, job=job: job_access(account, job, known[0], known[1], known[2])
                ),
                opts=self._child,
            )
            roles[job.name] = role
            definitions[job.name] = self._definition(job, role, execution, logs, [access, granted])
        return execution, roles, definitions

    def _buckets(self, *further: pulumi.Input[str]) -> pulumi.Output[list[str]]:
        return pulumi.Output.all(self._args["training_bucket"], self._args["models_bucket"], *further)

    def _definition(
        self,
        job: BatchJobSpec,
        role: aws.iam.Role,
        execution: aws.iam.Role,
        logs: aws.cloudwatch.LogGroup,
        grants: Sequence[pulumi.Resource],
    ) -> aws.batch.JobDefinition:
        properties = self._buckets(role.arn, execution.arn, logs.name).apply(
            lambda known: container_properties(
                self._spec,
                job,
                account=self._account,
                log_group=known[4],
                roles=(known[2], known[3]),
                buckets=(known[0], known[1]),
            )
        )
        rules: Any = list(RETRY_RULES)
        return aws.batch.JobDefinition(
            f"{self._name}-{job.name}",
            name=self._aws_name(job.name),
            type="container",
            platform_capabilities=["EC2"],
            container_properties=properties,
            retry_strategy={"attempts": job.attempts, "evaluate_on_exits": rules},
            timeout={"attempt_duration_seconds": job.timeout_minutes * 60},
            propagate_tags=True,
            tags={"team": job.team},
            opts=pulumi.ResourceOptions(parent=self, depends_on=list(grants)),
        )

    def _dead_letters(self) -> tuple[aws.sqs.Queue, aws.sqs.Queue]:
        """The queue of failed jobs, which EventBridge fills, and the one of what could not be delivered."""
        undelivered = kept_messages(f"{self._name}-undelivered", self._child)
        redrive = pulumi.Output.json_dumps({"deadLetterTargetArn": undelivered.arn, "maxReceiveCount": _RECEIVES})
        failed = kept_messages(f"{self._name}-failed", self._child, redrive)
        queues = [queue_arn(self._account, self._aws_name(each.name)) for each in self._spec.queues]
        rule = aws.cloudwatch.EventRule(
            f"{self._name}-failed-jobs",
            description=f"Failed jobs of {self._spec.name}",
            event_pattern=pulumi.Output.json_dumps(
                {
                    "source": ["aws.batch"],
                    "detail-type": ["Batch Job State Change"],
                    "detail": {"status": ["FAILED"], "jobQueue": queues},
                }
            ),
            opts=self._child,
        )
        allowed = [
            admit_rules(f"{self._name}-{part}-policy", each, [rule], self._child)
            for part, each in (("failed", failed), ("undelivered", undelivered))
        ]
        aws.cloudwatch.EventTarget(
            f"{self._name}-failed-target",
            rule=rule.name,
            arn=failed.arn,
            dead_letter_config={"arn": undelivered.arn},
            opts=pulumi.ResourceOptions(parent=self, depends_on=allowed),
        )
        return failed, undelivered

    def _schedules(
        self,
        queues: Mapping[str, aws.batch.JobQueue],
        definitions: Mapping[str, aws.batch.JobDefinition],
        undelivered: aws.sqs.Queue,
    ) -> None:
        """A schedule and its role for each job that has one.

        EventBridge's rules can submit jobs too, but not for a share.
        """
        account = self._account
        # Scheduler names the group, not the schedule. Source: its user guide, "Confused deputy prevention".
        source = account.arn("scheduler", "schedule-group/default")
        for job in self._spec.jobs:
            if not job.schedule:
                continue
            name, queue = self._aws_name(job.name), self._aws_name(job.queue)
            role = aws.iam.Role(
                f"{self._name}-schedule-{job.name}-role",
                assume_role_policy=service_trust("scheduler.amazonaws.com", account.id, source),
                opts=self._child,
            )
            access = aws.iam.RolePolicy(
                f"{self._name}-schedule-{job.name}-policy",
                role=role.name,
                policy=undelivered.arn.apply(
                    lambda arn, job=job, queue=queue, name=name: schedule_access(account, job.team, queue, name, arn)
                ),
                opts=self._child,
            )
            aws.scheduler.Schedule(
                f"{self._name}-schedule-{job.name}",
                name=name,
                schedule_expression=schedule_expression(job.schedule),
                schedule_expression_timezone=job.time_zone,
                flexible_time_window={"mode": "OFF"},
                target={
                    "arn": f"arn:{account.partition}:scheduler:::aws-sdk:batch:submitJob",
                    "role_arn": role.arn,
                    "input": submission(account, job, queue, name),
                    "dead_letter_config": {"arn": undelivered.arn},
                },
                opts=pulumi.ResourceOptions(parent=self, depends_on=[access, queues[job.queue], definitions[job.name]]),
            )

    def _submit_policies(
        self, execution: aws.iam.Role | None, roles: Mapping[str, aws.iam.Role]
    ) -> pulumi.Output[dict[str, str]]:
        queues = [self._aws_name(queue.name) for queue in self._spec.queues]
        policies: dict[str, pulumi.Output[str]] = {}
        for team in self._spec.shares:
            own = [job for job in self._spec.jobs if job.team == team]
            if own and execution:
                names = [self._aws_name(job.name) for job in own]
                users = [job.user for job in own]
                policies[team] = pulumi.Output.all(execution.arn, *(roles[job.name].arn for job in own)).apply(
                    lambda arns, team=team, names=names, users=users: submit_access(
                        self._account, team, queues, names, arns, users
                    )
                )
        return by_name(policies)


def _stuck(queue: JobQueueSpec) -> list[Any]:
    """What Batch does with the first job of a queue that no machine can run: it cancels it, so that others go on."""
    limits = {_NO_CAPACITY: queue.capacity_wait_minutes, **dict.fromkeys(_MISFITS, _NEVER_FITS_MINUTES)}
    return [
        {"state": "RUNNABLE", "reason": reason, "max_time_seconds": minutes * 60, "action": "CANCEL"}
        for reason, minutes in limits.items()
    ]
