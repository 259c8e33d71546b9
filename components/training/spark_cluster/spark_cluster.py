"""SparkCluster: Spark on EMR over the feature store's buckets and catalog."""

import pulumi
import pulumi_aws as aws

from ...core.component import Component
from ...core.iam import service_trust
from ...core.kms import encryption_key, volumes_key_grants
from ...core.named_outputs import by_name
from .access import SERVERLESS, log_access, serverless_key_grant, submit_access
from .context import SparkContext, job_role
from .fleets import ec2_cluster, security_groups
from .instances import SparkInstancesSpec
from .serverless import serverless_application, usable_subnets, worker_security_group
from .spec import SparkClusterArgs, SparkClusterSpec, SparkEngine, SparkNamespaceSpec
from .virtual_cluster import virtual_cluster


class SparkCluster(Component[SparkClusterArgs, SparkClusterSpec]):
    """Spark on EMR, and the role of its jobs.

    On EMR Serverless it has an application for batch jobs and one for streaming jobs, on EC2 it is a cluster of fleets,
    and on EKS a virtual cluster. Traffic between workers uses TLS, and logs go to the log bucket under a key of their
    own. Jobs read and write only the folders and the catalog database that the arguments name.
    """

    application_ids: pulumi.Output[dict[str, str]]
    """The id of each application of EMR Serverless, by its purpose: batch or streaming."""
    application_arns: pulumi.Output[dict[str, str]]
    """The ARN of each application, by its purpose."""
    ec2_cluster_id: pulumi.Output[str]
    """The id of the cluster on EC2; empty for other engines."""
    virtual_cluster_id: pulumi.Output[str]
    """The id of the virtual cluster on EKS; empty for other engines."""
    runtime_role_arn: pulumi.Output[str]
    """The role that jobs run with, resolved after its permissions exist."""
    submit_policies: pulumi.Output[dict[str, str]]
    """The IAM policy, as JSON, that lets a workload start jobs of an application, by its purpose."""
    runtime_role_name: pulumi.Output[str]
    """The name of this role, to which further permissions can be attached."""
    security_group_id: pulumi.Output[str]
    """The security group of the workers; empty on EKS, where they are pods of the cluster's nodes."""
    log_uri: pulumi.Output[str]
    """The S3 address that logs are written to."""
    log_policy: pulumi.Output[str]
    """The IAM policy, as JSON, that lets another role of jobs write logs and use the key of their disks."""
    key_arn: pulumi.Output[str]
    """The KMS key of logs and disks. Jobs on EMR Serverless name it for the disks of their workers."""
    spark_version: pulumi.Output[str]
    """The minor version of Spark for which jobs must be built."""
    scala_version: pulumi.Output[str]
    """The version of Scala for which jobs must be built."""

    def __init__(self, name: str, args: SparkClusterArgs, opts: pulumi.ResourceOptions | None = None):
        super().__init__(name, args, SparkClusterArgs, SparkClusterSpec, opts)
        spec = self._spec
        folder = f"spark/{spec.cluster_name}/"
        self.key_arn = self._key().arn
        self.log_uri = pulumi.Output.concat("s3://", args["log_bucket"], "/", folder)
        self.log_policy = pulumi.Output.all(args["log_bucket"], self.key_arn).apply(
            lambda known: log_access(self._account, known[0], folder, known[1])
        )
        self.application_ids = self.application_arns = pulumi.Output.from_input(dict[str, str]())
        self.submit_policies = pulumi.Output.from_input(dict[str, str]())
        self.ec2_cluster_id = self.virtual_cluster_id = self.security_group_id = pulumi.Output.from_input("")
        self.spark_version = pulumi.Output.from_input(spec.runtime.spark)
        self.scala_version = pulumi.Output.from_input(spec.runtime.scala)
        context = SparkContext(name, spec, args, self._account, self._child, self.key_arn, folder, self.log_uri)
        if spec.ec2:
            self._on_ec2(context, spec.ec2)
        elif spec.eks:
            self._on_eks(context, spec.eks)
        else:
            self._on_serverless(context)
        self._publish()

    def _problem(self) -> str | None:
        if self._spec.engine is SparkEngine.EKS and self._args.get("eks_cluster_name") is None:
            return "eks_cluster_name is missing; pass the name of the EKS cluster for engine: eks"
        return None

    def _key(self) -> aws.kms.Key:
        account = self._account
        grants = {
            SparkEngine.SERVERLESS: [serverless_key_grant(account)],
            SparkEngine.EC2: volumes_key_grants(account, []),
            SparkEngine.EKS: [],
        }
        key = encryption_key(
            f"{self._name}-key",
            f"Logs and disks of {self._spec.cluster_name}",
            account,
            pulumi.ResourceOptions(parent=self, protect=self._spec.deletion_protection),
            grants=grants[self._spec.engine],
        )
        alias = f"alias/{self._spec.cluster_name}-spark"
        aws.kms.Alias(f"{self._name}-alias", name=alias, target_key_id=key.key_id, opts=self._child)
        return key

    def _on_serverless(self, context: SparkContext) -> None:
        group = worker_security_group(context)
        subnets = usable_subnets(context, self)
        applications = {
            purpose: serverless_application(context, purpose, application, group, subnets)
            for purpose, application in self._spec.applications.items()
        }
        account = self._account.id
        # Only the applications of this cluster can run jobs with the role.
        trust = pulumi.Output.all(*(each.arn for each in applications.values())).apply(
            lambda arns: service_trust(SERVERLESS, account, *arns)
        )
        role = job_role(context, trust)
        self.application_ids = by_name({purpose: each.id for purpose, each in applications.items()})
        self.application_arns = by_name({purpose: each.arn for purpose, each in applications.items()})
        self.submit_policies = by_name(
            {
                purpose: pulumi.Output.all(each.arn, role.arn).apply(lambda arns: submit_access(arns[0], arns[1]))
                for purpose, each in applications.items()
            }
        )
        self.runtime_role_arn, self.runtime_role_name = role.arn, role.role.name
        self.security_group_id = group.id.apply(str)

    def _on_ec2(self, context: SparkContext, instances: SparkInstancesSpec) -> None:
        groups = security_groups(context)
        cluster, role = ec2_cluster(context, instances, groups)
        self.ec2_cluster_id = cluster.id.apply(str)
        self.runtime_role_arn, self.runtime_role_name = role.arn, role.role.name
        self.security_group_id = groups["workers"].id.apply(str)

    def _on_eks(self, context: SparkContext, home: SparkNamespaceSpec) -> None:
        virtual, role = virtual_cluster(context, home.namespace, self._args.get("eks_cluster_name", ""))
        self.virtual_cluster_id = virtual.id.apply(str)
        self.runtime_role_arn, self.runtime_role_name = role.arn, role.role.name
