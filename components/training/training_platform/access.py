"""The IAM documents of a training platform, as plain data.

Sources: SageMaker developer guide, "CreateTrainingJob API: Execution Role Permissions", "Control Creation of Training
Jobs with SageMaker condition keys" and "IAM Access Management for Pipelines"; Service authorization reference,
"Actions, resources, and condition keys for Amazon SageMaker AI".
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ...core.account import Account
from ...core.iam import Condition, Statement, allow, document
from ...core.kms import through
from ...facts.sagemaker import has_local_disk
from .spec import TrainingPlatformSpec, TrainingTeamSpec

LOG_GROUPS = ("/aws/sagemaker/TrainingJobs", "/aws/sagemaker/ProcessingJobs")
"""Where SageMaker writes the logs of all jobs of an account and region. The names are fixed."""

_CREATE = ("sagemaker:CreateTrainingJob", "sagemaker:CreateProcessingJob", "sagemaker:CreateHyperParameterTuningJob")
_FOLLOW = (
    *("sagemaker:DescribeTrainingJob", "sagemaker:StopTrainingJob"),
    *("sagemaker:DescribeProcessingJob", "sagemaker:StopProcessingJob"),
    *("sagemaker:DescribeHyperParameterTuningJob", "sagemaker:StopHyperParameterTuningJob"),
    *("sagemaker:ListTrainingJobsForHyperParameterTuningJob", "sagemaker:ListTags"),
)
_PIPELINES = (
    *("sagemaker:CreatePipeline", "sagemaker:UpdatePipeline", "sagemaker:DescribePipeline"),
    *("sagemaker:StartPipelineExecution", "sagemaker:StopPipelineExecution", "sagemaker:DescribePipelineExecution"),
    *("sagemaker:ListPipelineExecutions", "sagemaker:ListPipelineExecutionSteps"),
)
_TAGGING = ("CreateTrainingJob", "CreateProcessingJob", "CreateHyperParameterTuningJob", "CreatePipeline")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The network, keys and buckets of the jobs, once they are known. Buckets are names, by their purpose."""

    subnet_ids: Sequence[str]
    security_group_id: str
    key_arn: str
    data_key_arn: str
    buckets: Mapping[str, str]


def execution_permissions(account: Account, team: TrainingTeamSpec, around: Surroundings) -> str:
    """What the jobs of a team may do: read and write the team's folders, pull its images, log, and join the VPC."""
    folders = {
        "raw": team.raw,
        "offline": team.offline,
        "training": team.written_training,
        "models": team.models,
    }
    arns = {purpose: f"arn:{account.partition}:s3:::{bucket}" for purpose, bucket in around.buckets.items()}
    objects = {purpose: [f"{arns[purpose]}/{folder}*" for folder in named] for purpose, named in folders.items()}
    read = [*objects["raw"], *objects["offline"]]
    write = ["s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"]
    return document(
        *_listing(folders, arns),
        *([allow("Read", ["s3:GetObject"], read)] if read else []),
        allow("WriteModels", write, objects["models"]),
        # Frameworks delete old checkpoints. The bucket keeps deleted versions for some days.
        allow("WriteTraining", [*write, "s3:DeleteObject"], objects["training"]),
        allow("DataKey", ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"], [around.data_key_arn]),
        allow("VolumeKey", ["kms:CreateGrant", "kms:DescribeKey"], [around.key_arn]),
        *_images(account, team),
        *_logs(account, team.name),
        *_network(account, around),
    )


def submitter_permissions(
    account: Account,
    spec: TrainingPlatformSpec,
    team: TrainingTeamSpec,
    around: Surroundings,
    execution_role_arn: str,
    pipeline_role_arn: str,
) -> str:
    """What those who submit jobs of a team may do: jobs, pipelines and model versions that begin with its name.

    A job is refused unless it runs in the platform's subnets with its security group, encrypts its output, its volumes
    and the traffic between its containers, has an instance type of the platform, and ends in time. SageMaker has no
    condition for spot and for the number of instances.
    """
    # One pattern for three kinds of jobs: a managed policy holds 6,144 characters.
    jobs = [account.arn("sagemaker", f"*-job/{team.name}-*")]
    pipelines = [account.arn("sagemaker", f"pipeline/{team.name}-*")]
    group = spec.group_names[team.name]
    bounds = _bounds(spec, around)
    with_key = [each for each in spec.instance_types if not has_local_disk(each)]
    without_key = [each for each in spec.instance_types if has_local_disk(each)]
    creating: list[Statement] = []
    if with_key:
        condition = _with_types(bounds, with_key, {"ArnEquals": {"sagemaker:VolumeKmsKeyArn": around.key_arn}})
        creating.append(allow("CreateJobs", _CREATE, jobs, condition))
    if without_key:
        # SageMaker refuses a key for local disks, which their hardware encrypts.
        condition = _with_types(bounds, without_key, {"Null": {"sagemaker:VolumeKmsKeyArn": "true"}})
        creating.append(allow("CreateJobsOnLocalDisks", _CREATE, jobs, condition))
    tagging = {"StringEquals": {"sagemaker:TaggingAction": list(_TAGGING)}}
    passed = {"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}}
    return document(
        *creating,
        allow("FollowJobs", _FOLLOW, jobs),
        *_warm_pools(spec, jobs[0]),
        allow("TagNew", ["sagemaker:AddTags"], [*jobs, *pipelines], tagging),
        allow("PassRoles", ["iam:PassRole"], [execution_role_arn, pipeline_role_arn], passed),
        allow("Pipelines", _PIPELINES, [*pipelines, f"{pipelines[0]}/execution/*"]),
        *_registry(account, group),
        allow("Find", ["sagemaker:ListTrainingJobs", "sagemaker:ListPipelines"], ["*"]),
        allow("FindLogs", ["logs:DescribeLogStreams"], _streams(account)),
        allow("ReadLogs", ["logs:GetLogEvents"], _streams(account, team.name)),
    )


def result_permissions(account: Account, team: TrainingTeamSpec, around: Surroundings) -> str:
    """What reads the results of a team's jobs may do, such as a pod that logs them to MLflow."""
    folders = {"training": team.written_training, "models": team.models}
    arns = {purpose: f"arn:{account.partition}:s3:::{around.buckets[purpose]}" for purpose in folders}
    jobs = [account.arn("sagemaker", f"*-job/{team.name}-*")]
    objects = [f"{arns[purpose]}/{folder}*" for purpose, named in folders.items() for folder in named]
    return document(
        *_listing(folders, arns),
        allow("Read", ["s3:GetObject"], objects),
        allow("DataKey", ["kms:Decrypt"], [around.data_key_arn], through(account, "s3")),
        allow("Describe", ["sagemaker:DescribeTrainingJob", "sagemaker:DescribeProcessingJob"], jobs),
    )


def registry_policy(account: Account, group: str, readers: Sequence[str]) -> str:
    """Lets other accounts read a group of the model registry and its versions, and change nothing.

    Source: SageMaker developer guide, "Deploy a Model Version from a different account".
    """
    principals = {"Principal": {"AWS": [f"arn:{account.partition}:iam::{reader}:root" for reader in readers]}}
    return document(
        {
            **allow(
                "ReadersFindGroup",
                ["sagemaker:DescribeModelPackageGroup"],
                [account.arn("sagemaker", f"model-package-group/{group}")],
            ),
            **principals,
        },
        {
            **allow(
                "ReadersReadVersions",
                ["sagemaker:DescribeModelPackage", "sagemaker:ListModelPackages"],
                [account.arn("sagemaker", f"model-package/{group}/*")],
            ),
            **principals,
        },
    )


def submitter_trust(partition: str, principals: Sequence[str]) -> str:
    """Lets the named roles assume a submitter role. A condition names them, because they need not exist yet."""
    accounts = sorted({principal.split(":")[4] for principal in principals})
    return document(
        {
            "Effect": "Allow",
            "Principal": {"AWS": [f"arn:{partition}:iam::{account}:root" for account in accounts]},
            "Action": ["sts:AssumeRole"],
            "Condition": {"ArnEquals": {"aws:PrincipalArn": list(principals)}},
        }
    )


def _listing(folders: Mapping[str, Sequence[str]], arns: Mapping[str, str]) -> list[Statement]:
    return [
        allow(
            f"List{purpose.title()}",
            ["s3:ListBucket"],
            [arns[purpose]],
            {"StringLike": {"s3:prefix": [f"{folder}*" for folder in named]}},
        )
        for purpose, named in folders.items()
        if named
    ]


def _bounds(spec: TrainingPlatformSpec, around: Surroundings) -> Condition:
    """What every job must meet. `ForAllValues` also holds for an absent key, so `Null` asks for it."""
    bounds: dict[str, dict[str, str | Sequence[str]]] = {
        "ForAllValues:StringEquals": {
            "sagemaker:VpcSubnets": list(around.subnet_ids),
            "sagemaker:VpcSecurityGroupIds": [around.security_group_id],
        },
        "Null": {
            "sagemaker:VpcSubnets": "false",
            "sagemaker:VpcSecurityGroupIds": "false",
            "sagemaker:InstanceTypes": "false",
        },
        "ArnEquals": {"sagemaker:OutputKmsKeyArn": around.data_key_arn},
        "Bool": {"sagemaker:InterContainerTrafficEncryption": "true"},
        # A remote session into a container could copy data elsewhere.
        "BoolIfExists": {"sagemaker:EnableRemoteDebug": "false"},
        "NumericLessThanEquals": {"sagemaker:MaxRuntimeInSeconds": str(spec.maximum_hours * 3600)},
        "NumericLessThanEqualsIfExists": {"sagemaker:KeepAlivePeriod": str(spec.warm_pool_seconds)},
    }
    if spec.network_isolation:
        bounds["Bool"]["sagemaker:NetworkIsolation"] = "true"
    return bounds


def _warm_pools(spec: TrainingPlatformSpec, jobs: str) -> list[Statement]:
    """Ends or prolongs a warm pool within the bound, where there may be one."""
    if not spec.warm_pool_seconds:
        return []
    within = {
        "NumericLessThanEquals": {"sagemaker:KeepAlivePeriod": str(spec.warm_pool_seconds)},
        "BoolIfExists": {"sagemaker:EnableRemoteDebug": "false"},
    }
    return [allow("ChangeWarmPools", ["sagemaker:UpdateTrainingJob"], [jobs], within)]


def _with_types(bounds: Condition, types: Sequence[str], key: Condition) -> Condition:
    """The bounds, for jobs that have only the instance types `types`, whose volumes meet the condition `key`."""
    named = {"ForAllValues:StringEquals": {"sagemaker:InstanceTypes": list(types)}}
    found = {operator: dict(test) for operator, test in bounds.items()}
    for condition in (named, key):
        for operator, test in condition.items():
            found[operator] = {**found.get(operator, {}), **test}
    return found


def _images(account: Account, team: TrainingTeamSpec) -> list[Statement]:
    pulled = team.repository_arns or (account.arn("ecr", f"repository/{team.name}/*"),)
    pull = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
    return [allow("SignInToRegistry", ["ecr:GetAuthorizationToken"], ["*"]), allow("Pull", pull, pulled)]


def _logs(account: Account, team: str) -> list[Statement]:
    """Without `logs:CreateLogGroup`: the groups exist, and nobody makes them again without key and retention."""
    namespaces = {"StringLike": {"cloudwatch:namespace": ["/aws/sagemaker/*", "aws/sagemaker/*"]}}
    return [
        allow("OpenLogs", ["logs:CreateLogStream", "logs:DescribeLogStreams"], _streams(account)),
        allow("Log", ["logs:PutLogEvents"], _streams(account, team)),
        allow("Measure", ["cloudwatch:PutMetricData"], ["*"], namespaces),
    ]


def _streams(account: Account, team: str = "") -> list[str]:
    """The logs of all jobs, or of those of a team: a stream begins with the name of its job."""
    streams = f"log-stream:{team}-*" if team else "*"
    return [account.arn("logs", f"log-group:{group}:{streams}") for group in LOG_GROUPS]


def _network(account: Account, around: Surroundings) -> list[Statement]:
    """A job's network interfaces, in the platform's subnets and with its security group only.

    Source: SageMaker developer guide, "Give SageMaker Training Jobs Access to Resources in Your Amazon VPC"; Service
    authorization reference, "Actions, resources, and condition keys for Amazon EC2".
    """
    subnets = [account.arn("ec2", f"subnet/{subnet}") for subnet in around.subnet_ids]
    interfaces = account.arn("ec2", "network-interface/*")
    group = account.arn("ec2", f"security-group/{around.security_group_id}")
    own = [
        *("ec2:CreateNetworkInterfacePermission", "ec2:DeleteNetworkInterface"),
        "ec2:DeleteNetworkInterfacePermission",
    ]
    read = [
        *("ec2:DescribeDhcpOptions", "ec2:DescribeNetworkInterfaces", "ec2:DescribeSecurityGroups"),
        *("ec2:DescribeSubnets", "ec2:DescribeVpcs"),
    ]
    return [
        allow("JoinNetwork", ["ec2:CreateNetworkInterface"], [interfaces, group, *subnets]),
        allow("OwnInterfaces", own, [interfaces], {"ArnEquals": {"ec2:Subnet": subnets}}),
        allow("ReadNetwork", read, ["*"]),
    ]


def _registry(account: Account, group: str) -> list[Statement]:
    """Adds versions to a group. A version waits for approval, because only another role may approve it."""
    versions = account.arn("sagemaker", f"model-package/{group}/*")
    home = account.arn("sagemaker", f"model-package-group/{group}")
    pending = {"StringEqualsIfExists": {"sagemaker:ModelApprovalStatus": "PendingManualApproval"}}
    read = ["sagemaker:DescribeModelPackageGroup", "sagemaker:DescribeModelPackage", "sagemaker:ListModelPackages"]
    return [
        allow("AddVersions", ["sagemaker:CreateModelPackage"], [home, versions], pending),
        allow("ReadVersions", read, [home, versions]),
    ]
