"""TrainingPlatform: Amazon SageMaker for teams that train models, closed to everything but the platform's data."""

from collections.abc import Callable, Mapping
from typing import Any

import pulumi
import pulumi_aws as aws

from ...core.account import Account
from ...core.component import Component
from ...core.event_queues import admit_rules, kept_messages
from ...core.iam import service_trust
from ...core.kms import encryption_key, logs_key_grant
from ...core.metric_alarms import Metric, Missing, Watch, metric_alarm, one
from ...core.named_outputs import by_name
from ...core.ordering import after
from .access import (
    LOG_GROUPS,
    Surroundings,
    execution_permissions,
    registry_policy,
    result_permissions,
    submitter_permissions,
    submitter_trust,
)
from .spec import StudioSpec, TrainingPlatformArgs, TrainingPlatformSpec, TrainingTeamSpec
from .studio import NFS_PORT, STUDIO_LOG_GROUP, studio_domain, studio_permissions, studio_trust

HTTPS = 443
_SERVICE = "sagemaker.amazonaws.com"
_EVENTS = {
    "training": ("SageMaker Training Job State Change", "TrainingJobStatus", "TrainingJobName"),
    "processing": ("SageMaker Processing Job State Change", "ProcessingJobStatus", "ProcessingJobName"),
}
"""The event of each kind of job, and the fields of its status and its name. A job that reaches its limit of time, or
waits too long for Spot capacity, is Stopped. Source: EventBridge reference, "Amazon SageMaker AI events"."""


class TrainingPlatform(Component[TrainingPlatformArgs, TrainingPlatformSpec]):
    """Training on Amazon SageMaker: roles for each team's jobs, pipelines and submitters, and a model registry.

    Jobs run in private subnets with encrypted volumes and traffic. SageMaker refuses a job of a submitter that lacks
    one of these. Failed jobs reach a queue with an alarm. Studio is made where the config has it.
    """

    subnet_ids: pulumi.Output[list[str]]
    """The subnets that jobs must name."""
    security_group_id: pulumi.Output[str]
    """The security group that jobs must name."""
    key_arn: pulumi.Output[str]
    """The KMS key that jobs must name for their volumes, except on instance types with local disks."""
    output_key_arn: pulumi.Output[str]
    """The KMS key that jobs must name for their output."""
    execution_role_arns: pulumi.Output[dict[str, str]]
    """The role that each team's jobs run with, by team."""
    pipeline_role_arns: pulumi.Output[dict[str, str]]
    """The role that each team's pipelines run with, by team."""
    submitter_policy_arns: pulumi.Output[dict[str, str]]
    """The IAM policy that lets a role submit jobs, by team."""
    submitter_policies: pulumi.Output[dict[str, str]]
    """The same policy as JSON, for a workload identity in a cluster, by team."""
    submitter_role_arns: pulumi.Output[dict[str, str]]
    """The submitter role of each team with submitterArns, by team."""
    result_policies: pulumi.Output[dict[str, str]]
    """The IAM policy, as JSON, that lets a pod read what a team's jobs wrote, by team."""
    training_folders: pulumi.Output[dict[str, str]]
    """The S3 address of each team's first folder of the training bucket, for training sets, code and checkpoints."""
    model_folders: pulumi.Output[dict[str, list[str]]]
    """The S3 addresses of each team's folders of the models bucket, by team."""
    model_package_groups: pulumi.Output[dict[str, str]]
    """The group of the model registry, by team."""
    failed_jobs_alarm_name: pulumi.Output[str]
    """The alarm that rings while the queue holds a failed job."""
    failed_jobs_queue_url: pulumi.Output[str]
    """The queue with the events of failed and stopped jobs."""
    studio_domain_id: pulumi.Output[str]
    """The domain of SageMaker Studio; empty without one."""

    def __init__(self, name: str, args: TrainingPlatformArgs, opts: pulumi.ResourceOptions | None = None):
        super().__init__(name, args, TrainingPlatformArgs, TrainingPlatformSpec, opts)
        if problems := account_problems(self._spec, self._account):
            self._refuse(*problems)
        self._kept = pulumi.ResourceOptions(parent=self, protect=self._spec.deletion_protection)
        key = self._key()
        logs = self._logs(key)
        group = self._security_group("jobs", "Jobs")
        around = self._surroundings(key, group)
        execution = {team.name: self._execution_role(team, around) for team in self._spec.teams}
        groups = {team.name: self._registry_group(team) for team in self._spec.teams}
        pipelines = {team.name: self._service_role(f"{team.name}-pipelines") for team in self._spec.teams}
        policies, documents, grants = self._submitters(around, execution, pipelines)
        studio = self._spec.studio
        domain = self._studio(studio, key, around, policies, [*logs, *grants]) if studio else None
        self.result_policies = around.apply(
            lambda known: {team.name: result_permissions(self._account, team, known) for team in self._spec.teams}
        )
        self._publish_all(key, group, execution, pipelines, groups, policies, documents, self._failed_jobs(), domain)

    def _key(self) -> aws.kms.Key:
        key = encryption_key(
            f"{self._name}-key",
            f"Volumes, logs and home folders of SageMaker in {self._spec.name}",
            self._account,
            self._kept,
            grants=[logs_key_grant(self._account, "/aws/sagemaker/*")],
        )
        alias = f"alias/{self._spec.name}-training"
        aws.kms.Alias(f"{self._name}-alias", name=alias, target_key_id=key.key_id, opts=self._child)
        return key

    def _logs(self, key: aws.kms.Key) -> list[pulumi.Resource]:
        """The log groups that SageMaker would otherwise make without key and retention."""
        named = [*LOG_GROUPS, *([STUDIO_LOG_GROUP] if self._spec.studio else [])]
        return [
            aws.cloudwatch.LogGroup(
                f"{self._name}-{group.rpartition('/')[2]}-logs",
                name=group,
                retention_in_days=self._spec.log_retention_days,
                kms_key_id=key.arn,
                opts=self._child,
            )
            for group in named
        ]

    def _security_group(self, role: str, what: str) -> aws.ec2.SecurityGroup:
        """Members reach each other, AWS's endpoints and S3; all other addresses only where the config allows them."""
        name = f"{self._name}-{role}"
        group = aws.ec2.SecurityGroup(
            f"{name}-sg",
            description=f"{what} of SageMaker in {self._spec.name}",
            vpc_id=self._args["vpc_id"],
            tags={"Name": f"{self._spec.name}-{role}"},
            opts=self._child,
        )
        within: dict[str, Any] = {
            "security_group_id": group.id,
            "referenced_security_group_id": group.id,
            "ip_protocol": "tcp",
            "from_port": 0,
            "to_port": 65535,
            "opts": self._child,
        }
        aws.vpc.SecurityGroupIngressRule(f"{name}-from-members", description="from members", **within)
        aws.vpc.SecurityGroupEgressRule(f"{name}-to-members", description="to members", **within)
        https: dict[str, Any] = {
            "security_group_id": group.id,
            "ip_protocol": "tcp",
            "from_port": HTTPS,
            "to_port": HTTPS,
            "opts": self._child,
        }
        if self._spec.internet:
            aws.vpc.SecurityGroupEgressRule(
                f"{name}-to-internet", description="to the internet", cidr_ipv4="0.0.0.0/0", **https
            )
            return group
        s3 = aws.ec2.get_managed_prefix_list_output(
            name=f"com.amazonaws.{self._account.region}.s3", opts=pulumi.InvokeOutputOptions(parent=self)
        )
        aws.vpc.SecurityGroupEgressRule(f"{name}-to-s3", description="to S3", prefix_list_id=s3.id, **https)
        aws.vpc.SecurityGroupEgressRule(
            f"{name}-to-endpoints",
            description="to interface endpoints",
            referenced_security_group_id=self._args["endpoint_security_group_id"],
            **https,
        )
        return group

    def _surroundings(self, key: aws.kms.Key, group: aws.ec2.SecurityGroup) -> pulumi.Output[Surroundings]:
        args = self._args
        return pulumi.Output.all(
            subnets=args["private_subnet_ids"],
            group=group.id,
            key=key.arn,
            data_key=args["data_key_arn"],
            raw=args["raw_bucket"],
            training=args["training_bucket"],
            models=args["models_bucket"],
            offline=args["offline_bucket"],
        ).apply(
            lambda known: Surroundings(
                subnet_ids=known["subnets"],
                security_group_id=known["group"],
                key_arn=known["key"],
                data_key_arn=known["data_key"],
                buckets={purpose: known[purpose] for purpose in ("raw", "offline", "training", "models")},
            )
        )

    def _service_role(self, role: str, trust: str | None = None) -> aws.iam.Role:
        """A role that SageMaker assumes for resources of this account."""
        return aws.iam.Role(
            f"{self._name}-{role}-role",
            assume_role_policy=trust or service_trust(_SERVICE, self._account.id),
            opts=self._child,
        )

    def _execution_role(self, team: TrainingTeamSpec, around: pulumi.Output[Surroundings]) -> pulumi.Output[str]:
        """The role of a team's jobs, resolved after it has its permissions."""
        role = self._service_role(f"{team.name}-jobs")
        grant = aws.iam.RolePolicy(
            f"{self._name}-{team.name}-jobs-policy",
            role=role.name,
            policy=around.apply(self._execution_document(team)),
            opts=self._child,
        )
        return after(role.arn, grant)

    def _registry_group(self, team: TrainingTeamSpec) -> aws.sagemaker.ModelPackageGroup:
        name = self._spec.group_names[team.name]
        group = aws.sagemaker.ModelPackageGroup(
            f"{self._name}-{team.name}-models",
            model_package_group_name=name,
            model_package_group_description=f"Model versions of team {team.name}",
            tags={"team": team.name},
            opts=self._kept,
        )
        if team.reader_accounts:
            aws.sagemaker.ModelPackageGroupPolicy(
                f"{self._name}-{team.name}-readers",
                model_package_group_name=group.model_package_group_name,
                resource_policy=registry_policy(self._account, name, team.reader_accounts),
                opts=self._child,
            )
        return group

    def _submitters(
        self,
        around: pulumi.Output[Surroundings],
        execution: Mapping[str, pulumi.Output[str]],
        pipelines: Mapping[str, aws.iam.Role],
    ) -> tuple[dict[str, aws.iam.Policy], dict[str, pulumi.Output[str]], list[pulumi.Resource]]:
        """The policy of each team's submitters, which the team's pipelines have as well; the grants that need it."""
        policies: dict[str, aws.iam.Policy] = {}
        documents: dict[str, pulumi.Output[str]] = {}
        grants: list[pulumi.Resource] = []
        for team in self._spec.teams:
            documents[team.name] = pulumi.Output.all(around, execution[team.name], pipelines[team.name].arn).apply(
                self._submitter_document(team)
            )
            policies[team.name] = aws.iam.Policy(
                f"{self._name}-{team.name}-submit",
                description=f"Submit SageMaker jobs and pipelines of team {team.name}",
                policy=documents[team.name],
                opts=self._child,
            )
            grants.append(self._attach(f"{team.name}-pipelines-submit", pipelines[team.name], policies[team.name]))
        return policies, documents, grants

    def _submitter_document(self, team: TrainingTeamSpec) -> Callable[[Any], str]:
        return lambda known: submitter_permissions(self._account, self._spec, team, known[0], known[1], known[2])

    def _attach(self, role: str, holder: aws.iam.Role, policy: aws.iam.Policy) -> pulumi.Resource:
        return aws.iam.RolePolicyAttachment(
            f"{self._name}-{role}", role=holder.name, policy_arn=policy.arn, opts=self._child
        )

    def _submitter_roles(self, policies: Mapping[str, aws.iam.Policy]) -> dict[str, pulumi.Output[str]]:
        """A role for each team whose config names who may assume it, resolved after it has its permissions."""
        found: dict[str, pulumi.Output[str]] = {}
        for team in self._spec.teams:
            if team.submitter_arns:
                trust = submitter_trust(self._account.partition, team.submitter_arns)
                role = self._service_role(f"{team.name}-submitter", trust)
                grant = self._attach(f"{team.name}-submitter-submit", role, policies[team.name])
                found[team.name] = after(role.arn, grant)
        return found

    def _failed_jobs(self) -> aws.sqs.Queue:
        """A queue with the events of jobs that failed or stopped, and an alarm while it holds one."""
        queue = kept_messages(f"{self._name}-failed-jobs", self._child)
        prefixes = [{"prefix": f"{team.name}-"} for team in self._spec.teams]
        rules = {
            kind: aws.cloudwatch.EventRule(
                f"{self._name}-failed-{kind}",
                description=f"{kind.title()} jobs that failed or stopped",
                event_pattern=pulumi.Output.json_dumps(
                    {
                        "source": ["aws.sagemaker"],
                        "detail-type": [event],
                        "detail": {status: ["Failed", "Stopped"], job: prefixes},
                    }
                ),
                opts=self._child,
            )
            for kind, (event, status, job) in _EVENTS.items()
        }
        policy = admit_rules(f"{self._name}-failed-jobs-policy", queue, list(rules.values()), self._child)
        for kind, rule in rules.items():
            aws.cloudwatch.EventTarget(
                f"{self._name}-failed-{kind}-target",
                rule=rule.name,
                arn=queue.arn,
                opts=pulumi.ResourceOptions(parent=self, depends_on=[policy]),
            )
        alarm = metric_alarm(
            f"{self._name}-failed-jobs-alarm",
            Watch(
                one(Metric("AWS/SQS", "ApproximateNumberOfMessagesVisible", {"QueueName": queue.name})),
                0,
                f"A SageMaker job of {self._spec.name} failed or stopped; its event is in the queue",
                seconds=300,
                periods=1,
                missing=Missing.FINE,
            ),
            self._spec.alarm_topic_arns,
            self,
        )
        self.failed_jobs_alarm_name = alarm.name
        return queue

    def _studio(
        self,
        studio: StudioSpec,
        key: aws.kms.Key,
        around: pulumi.Output[Surroundings],
        policies: Mapping[str, aws.iam.Policy],
        needed: list[pulumi.Resource],
    ) -> aws.sagemaker.Domain:
        trust = studio_trust(self._account)
        everyone = self._service_role("studio", trust)
        group = self._security_group("studio", "Studio")
        # SageMaker puts the file system of the home folders into the VPC, in a security group that it makes itself.
        aws.vpc.SecurityGroupEgressRule(
            f"{self._name}-studio-to-files",
            security_group_id=group.id,
            cidr_ipv4=self._args["vpc_cidr"],
            ip_protocol="tcp",
            from_port=NFS_PORT,
            to_port=NFS_PORT,
            description="to home folders",
            opts=self._child,
        )
        teams = {team.name: team for team in self._spec.teams}
        members = {name: teams[name] for name in dict.fromkeys(user.team for user in studio.users)}
        roles: dict[str, pulumi.Output[str]] = {}
        for name, team in members.items():
            role = self._service_role(f"{name}-studio", trust)
            permissions = {
                "data": around.apply(self._execution_document(team)),
                "apps": key.arn.apply(lambda arn: studio_permissions(self._account, studio, arn)),
            }
            grants: list[pulumi.Resource] = [
                aws.iam.RolePolicy(
                    f"{self._name}-{name}-studio-{what}", role=role.name, policy=policy, opts=self._child
                )
                for what, policy in permissions.items()
            ]
            grants.append(self._attach(f"{name}-studio-submit", role, policies[name]))
            roles[name] = after(role.arn, *grants)
        network = {
            "vpc_id": self._args["vpc_id"],
            "subnet_ids": self._args["private_subnet_ids"],
            "security_group_id": group.id,
        }
        return studio_domain(
            self._name,
            self._spec.name,
            studio,
            self._spec.deletion_protection,
            network,
            key.arn,
            everyone.arn,
            roles,
            self._child,
            needed,
        )

    def _execution_document(self, team: TrainingTeamSpec) -> Callable[[Surroundings], str]:
        return lambda known: execution_permissions(self._account, team, known)

    def _publish_all(
        self,
        key: aws.kms.Key,
        group: aws.ec2.SecurityGroup,
        execution: Mapping[str, pulumi.Output[str]],
        pipelines: Mapping[str, aws.iam.Role],
        groups: Mapping[str, aws.sagemaker.ModelPackageGroup],
        policies: Mapping[str, aws.iam.Policy],
        documents: Mapping[str, pulumi.Output[str]],
        queue: aws.sqs.Queue,
        domain: aws.sagemaker.Domain | None,
    ) -> None:
        teams = self._spec.teams
        self.subnet_ids = pulumi.Output.from_input(self._args["private_subnet_ids"])
        self.security_group_id = group.id.apply(str)
        self.key_arn = key.arn
        self.output_key_arn = pulumi.Output.from_input(self._args["data_key_arn"])
        self.execution_role_arns = by_name(execution)
        self.pipeline_role_arns = by_name({team: role.arn for team, role in pipelines.items()})
        self.submitter_policy_arns = by_name({team: policy.arn for team, policy in policies.items()})
        self.submitter_policies = by_name(documents)
        self.submitter_role_arns = by_name(self._submitter_roles(policies))
        self.training_folders = pulumi.Output.from_input(self._args["training_bucket"]).apply(
            lambda bucket: {team.name: f"s3://{bucket}/{team.written_training[0]}" for team in teams}
        )
        self.model_folders = pulumi.Output.from_input(self._args["models_bucket"]).apply(
            lambda bucket: {team.name: [f"s3://{bucket}/{folder}" for folder in team.models] for team in teams}
        )
        self.model_package_groups = by_name({team: each.model_package_group_name for team, each in groups.items()})
        self.failed_jobs_queue_url = queue.url
        self.studio_domain_id = domain.id.apply(str) if domain else pulumi.Output.from_input("")
        self._publish()


def account_problems(spec: TrainingPlatformSpec, account: Account) -> list[str]:
    """A sentence for each value that is wrong in this account and region."""
    found: list[str] = []
    for index, team in enumerate(spec.teams):
        at = f"teams[{index}]"
        if account.id in team.reader_accounts:
            found.append(f"{at}.readerAccounts = {account.id!r}: it is the registry's account; remove it")
        arns = {"submitterArns": team.submitter_arns, "repositoryArns": team.repository_arns}
        for field, arn in ((field, arn) for field, listed in arns.items() for arn in listed):
            if arn.split(":")[1] != account.partition:
                found.append(
                    f"{at}.{field} = {arn!r}: the account is in the partition {account.partition}; write its ARN"
                )
    return found
