"""The sections of training and batch: each makes its component on what the platform has."""

import pulumi

from components.core.named_outputs import by_name
from components.core.spec import args_of
from components.network.network import Network
from components.training.batch_queue.batch_queue import BatchQueue
from components.training.batch_queue.spec import BatchQueueArgs
from components.training.cluster_jobs.cluster_jobs import ClusterJobs
from components.training.cluster_jobs.spec import ClusterJobsArgs
from components.training.job_schedules.job_schedules import JobSchedules
from components.training.spark_cluster.spark_cluster import SparkCluster
from components.training.spark_cluster.spec import SparkClusterArgs, SparkEngine
from components.training.training_platform.spec import TrainingPlatformArgs
from components.training.training_platform.training_platform import TrainingPlatform
from stacks.cluster_jobs import jobs_spec
from stacks.config import StackConfig
from stacks.foundation import Foundation, Outputs


def make_spark_cluster(config: StackConfig, base: Foundation, exports: Outputs) -> SparkCluster | None:
    """Spark over the buckets and the catalog of the feature store."""
    if not config.spark_cluster:
        return None
    network, store = base.network, base.store
    on_eks = {"eks_cluster_name": base.cluster.ready} if config.spark_cluster.eks else {}
    args = args_of(
        SparkClusterArgs,
        config.spark_cluster,
        vpc_id=network.vpc_id,
        subnet_ids=network.private_subnet_ids,
        subnet_zones=network.zones,
        raw_bucket=store.raw_bucket,
        training_bucket=store.training_bucket,
        models_bucket=store.models_bucket,
        offline_bucket=store.offline_bucket,
        data_key_arn=store.data_key_arn,
        catalog_database=store.catalog_database,
        log_bucket=store.log_bucket,
        **on_eks,
    )
    spark = SparkCluster("spark", args, base.aws)
    engine_outputs: dict[SparkEngine, Outputs] = {
        SparkEngine.SERVERLESS: {"sparkApplicationIds": spark.application_ids},
        SparkEngine.EC2: {"sparkClusterId": spark.ec2_cluster_id},
        SparkEngine.EKS: {"sparkVirtualClusterId": spark.virtual_cluster_id},
    }
    exports |= {
        **engine_outputs[config.spark_cluster.engine],
        "sparkRuntimeRoleArn": spark.runtime_role_arn,
        "sparkKeyArn": spark.key_arn,
        "sparkLogUri": spark.log_uri,
    }
    return spark


def make_training_platform(config: StackConfig, base: Foundation, exports: Outputs) -> TrainingPlatform | None:
    """Training on SageMaker, in the private subnets and with the buckets of the feature store."""
    if not config.training_platform:
        return None
    network, store = base.network, base.store
    args = args_of(
        TrainingPlatformArgs,
        config.training_platform,
        vpc_id=network.vpc_id,
        vpc_cidr=network.vpc_cidr,
        private_subnet_ids=network.private_subnet_ids,
        endpoint_security_group_id=network.endpoint_security_group_id,
        raw_bucket=store.raw_bucket,
        training_bucket=store.training_bucket,
        models_bucket=store.models_bucket,
        offline_bucket=store.offline_bucket,
        data_key_arn=store.data_key_arn,
    )
    training = TrainingPlatform("training", args, base.aws)
    exports |= {
        "trainingSubnetIds": training.subnet_ids,
        "trainingSecurityGroupId": training.security_group_id,
        "trainingKeyArn": training.key_arn,
        "trainingOutputKeyArn": training.output_key_arn,
        "trainingRoleArns": training.execution_role_arns,
        "trainingPipelineRoleArns": training.pipeline_role_arns,
        "trainingSubmitterPolicyArns": training.submitter_policy_arns,
        "trainingSubmitterRoleArns": training.submitter_role_arns,
        "trainingFolders": training.training_folders,
        "trainingModelFolders": training.model_folders,
        "modelPackageGroups": training.model_package_groups,
        "failedTrainingQueueUrl": training.failed_jobs_queue_url,
        "studioDomainId": training.studio_domain_id,
    }
    return training


def make_batch_queue(config: StackConfig, base: Foundation, exports: Outputs) -> BatchQueue | None:
    """Queues of jobs over the buckets of the feature store."""
    store = base.store
    return batch_queue_over(
        config, base.network, store.training_bucket, store.models_bucket, store.data_key_arn, base.aws, exports
    )


def batch_queue_over(
    config: StackConfig,
    network: Network,
    training_bucket: pulumi.Output[str],
    models_bucket: pulumi.Output[str],
    data_key_arn: pulumi.Output[str],
    options: pulumi.ResourceOptions,
    exports: Outputs,
) -> BatchQueue | None:
    """Queues of jobs over the given buckets."""
    if not config.batch_queue:
        return None
    args = args_of(
        BatchQueueArgs,
        config.batch_queue,
        vpc_id=network.vpc_id,
        private_subnet_ids=network.private_subnet_ids,
        training_bucket=training_bucket,
        models_bucket=models_bucket,
        data_key_arn=data_key_arn,
    )
    batch = BatchQueue("batch", args, options)
    spec = config.batch_queue
    spot = [queue.name for queue in spec.queues if any(each.spot for each in spec.environments_of(queue.name))]
    exports |= {
        "batchSpotQueues": pulumi.Output.from_input(spot),
        "batchJobs": pulumi.Output.from_input({job.name: {"team": job.team, "queue": job.queue} for job in spec.jobs}),
        "batchQueueArns": batch.queue_arns,
        "batchJobDefinitionArns": batch.job_definition_arns,
        "batchJobRoleArns": batch.job_role_arns,
        "batchExecutionRoleArn": batch.execution_role_arn,
        "batchSubmitPolicies": batch.submit_policies,
        "batchFailedQueueUrl": batch.failed_queue_url,
        "batchLogGroup": batch.log_group,
    }
    return batch


def make_job_schedules(
    config: StackConfig,
    base: Foundation,
    training: TrainingPlatform | None,
    batch: BatchQueue | None,
    exports: Outputs,
) -> dict[str, JobSchedules]:
    """A group of schedules for each team that trains, which start what the team's submitters may start.

    They start no Spark job, because its role has the rights of all teams.
    """
    batch_teams = {job.team for job in config.batch_queue.jobs} if config.batch_queue else set[str]()
    training_teams = {team.name for team in config.training_platform.teams} if config.training_platform else set[str]()
    made: dict[str, JobSchedules] = {}
    for team in sorted(batch_teams | training_teams):
        policies: dict[str, pulumi.Input[str]] = {}
        if batch and team in batch_teams:
            policies["batch"] = batch.submit_policies[team]
        if training and team in training_teams:
            policies["training"] = training.submitter_policies[team]
        section = config.batch_queue or config.training_platform
        name = f"{section.name if section else ''}-{team}"
        made[team] = JobSchedules(f"{team}-schedules", {"name": name, "policies": policies}, base.aws)
    if made:
        exports |= {
            "scheduleGroups": by_name({team: each.group for team, each in made.items()}),
            "schedulerRoleArns": by_name({team: each.role_arn for team, each in made.items()}),
            "undeliveredSchedulesArns": by_name({team: each.undelivered_queue_arn for team, each in made.items()}),
            "scheduleEditPolicies": by_name({team: each.edit_policy for team, each in made.items()}),
        }
    return made


def make_cluster_jobs(config: StackConfig, base: Foundation, exports: Outputs) -> ClusterJobs | None:
    """Queued jobs on the cluster."""
    if not (config.cluster_jobs and config.gpu_cluster):
        return None
    store = base.store
    args = args_of(
        ClusterJobsArgs,
        jobs_spec(config.cluster_jobs, config.gpu_cluster),
        cluster_name=base.cluster.ready,
        vpc_cidr=base.network.vpc_cidr,
        raw_bucket=store.raw_bucket,
        training_bucket=store.training_bucket,
        offline_bucket=store.offline_bucket,
        models_bucket=store.models_bucket,
        data_key_arn=store.data_key_arn,
    )
    jobs = ClusterJobs("cluster-jobs", args, base.kubernetes)
    exports |= {"jobNamespaces": jobs.namespaces, "jobRoleArns": jobs.role_arns}
    return jobs
