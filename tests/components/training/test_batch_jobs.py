"""The jobs of a BatchQueue: what they get of a machine, what their roles may do, and what is refused."""

import json
from typing import Any

import pytest

from tests.support.components.batch_queues import (
    ARM,
    DEFINITION,
    DEMAND,
    FRAUD,
    GENERAL,
    KEY,
    RANKING,
    ROLE,
    SPOT,
    X86,
    batch_queue,
    container,
    policy,
    refusal,
    resources_of,
)
from tests.support.components.iam import allows
from tests.support.components.mocks import ACCOUNT, Recording


def test_containers_do_not_run_as_root(batch: Recording) -> None:
    """Jobs share the network of their machine, where root alone reaches the machine's credentials."""
    assert container(batch, "ranking")["user"] == "1000:1000"


def test_a_job_has_a_machine_to_itself(batch: Recording) -> None:
    # 16,384 MiB less 7.5 % for the hypervisor and 32 MiB for the agent.
    assert resources_of(batch, "ranking") == {"VCPU": "4", "GPU": "1", "MEMORY": "15123"}
    assert resources_of(batch, "fraud") == {"VCPU": "8", "MEMORY": "30278"}


def test_a_job_may_share_a_machine() -> None:
    small = {**FRAUD, "vcpus": 2, "memory_mib": 4096}
    assert resources_of(batch_queue(jobs=[small]), "fraud") == {"VCPU": "2", "MEMORY": "4096"}


def test_gpu_jobs_have_shared_memory_for_their_workers(batch: Recording) -> None:
    assert container(batch, "ranking")["linuxParameters"] == {"initProcessEnabled": True, "sharedMemorySize": 3780}
    assert container(batch, "fraud")["linuxParameters"] == {"initProcessEnabled": True}
    more = batch_queue(jobs=[{**RANKING, "shared_memory_mib": 8192}])
    assert container(more, "ranking")["linuxParameters"]["sharedMemorySize"] == 8192


def test_jobs_are_retried_after_the_loss_of_a_machine_only(batch: Recording) -> None:
    inputs = batch.one(DEFINITION, "batch-ranking").inputs
    assert inputs["retryStrategy"] == {
        "attempts": 3,
        "evaluateOnExits": [
            {"onStatusReason": "Host EC2*", "action": "RETRY"},
            {"onReason": "*", "action": "EXIT"},
        ],
    }
    assert inputs["timeout"] == {"attemptDurationSeconds": 3600}


def test_containers_write_to_scratch_alone(batch: Recording) -> None:
    properties = container(batch, "ranking")
    assert properties["readonlyRootFilesystem"] is True
    assert properties["privileged"] is False
    assert properties["mountPoints"] == [{"sourceVolume": "scratch", "containerPath": "/scratch", "readOnly": False}]
    variables = {each["name"]: each["value"] for each in properties["environment"]}
    assert (variables["HOME"], variables["TMPDIR"]) == ("/scratch", "/scratch")
    assert (
        container(batch_queue(jobs=[{**RANKING, "writable_root": True}]), "ranking")["readonlyRootFilesystem"] is False
    )


def test_logs_go_to_an_encrypted_group_with_retention(batch: Recording) -> None:
    group = batch.one("aws:cloudwatch/logGroup:LogGroup")
    assert (group.inputs["name"], group.inputs["retentionInDays"]) == ("/aws/batch/ml", 90)
    assert batch.one("aws:kms/key:Key").urn in group.property_dependencies["kmsKeyId"]
    assert container(batch, "ranking")["logConfiguration"]["options"] == {
        "awslogs-group": "/aws/batch/ml",
        "awslogs-region": "us-east-1",
        "awslogs-stream-prefix": "ranking",
    }


def test_a_job_uses_its_own_folder_in_both_buckets(batch: Recording) -> None:
    may = policy(batch, "batch-job-ranking-policy")
    for bucket in ("ml-training", "ml-models"):
        assert allows(may, "s3:PutObject", f"arn:aws:s3:::{bucket}/ranking/checkpoints/1")
        assert allows(may, "s3:ListBucket", f"arn:aws:s3:::{bucket}", s3_prefix="ranking/")
        assert not allows(may, "s3:GetObject", f"arn:aws:s3:::{bucket}/fraud/data")
        assert not allows(may, "s3:ListBucket", f"arn:aws:s3:::{bucket}", s3_prefix="")
    through = {"kms_ViaService": "s3.us-east-1.amazonaws.com"}
    assert allows(may, "kms:Decrypt", KEY, **through)
    assert not allows(may, "kms:Decrypt", KEY, kms_ViaService="ec2.us-east-1.amazonaws.com")


def test_a_job_reads_further_folders_of_training_data_only() -> None:
    made = batch_queue(jobs=[{**RANKING, "folder": "models/ranking", "read_folders": ["clicks"]}])
    may = policy(made, "batch-job-ranking-policy")
    assert allows(may, "s3:GetObject", "arn:aws:s3:::ml-training/clicks/2026/1.parquet")
    assert not allows(may, "s3:PutObject", "arn:aws:s3:::ml-training/clicks/2026/1.parquet")
    assert not allows(may, "s3:GetObject", "arn:aws:s3:::ml-models/clicks/2026/1.parquet")
    assert allows(may, "s3:PutObject", "arn:aws:s3:::ml-models/models/ranking/1")
    variables = {each["name"]: each["value"] for each in container(made, "ranking")["environment"]}
    assert variables["MODELS_URI"] == "s3://ml-models/models/ranking/"
    assert "CHECKPOINTS_URI" not in variables


def test_a_job_with_checkpoints_is_told_where_they_are() -> None:
    made = batch_queue(jobs=[{**RANKING, "checkpoints": True, "timeout_minutes": 600}])
    variables = {each["name"]: each["value"] for each in container(made, "ranking")["environment"]}
    assert variables["CHECKPOINTS_URI"] == "s3://ml-training/ranking/checkpoints/"


def test_roles_of_jobs_serve_tasks_of_the_account_only(batch: Recording) -> None:
    for name in ("batch-job-ranking-role", "batch-execution-role"):
        (trust,) = json.loads(batch.one(ROLE, name).inputs["assumeRolePolicy"])["Statement"]
        assert trust["Principal"] == {"Service": "ecs-tasks.amazonaws.com"}
        assert trust["Condition"]["StringEquals"] == {"aws:SourceAccount": ACCOUNT}
        assert trust["Condition"]["ArnLike"] == {"aws:SourceArn": f"arn:aws:ecs:us-east-1:{ACCOUNT}:*"}


def test_the_agent_pulls_the_images_of_jobs_and_no_others(batch: Recording) -> None:
    may = policy(batch, "batch-execution-policy")
    repositories = f"arn:aws:ecr:us-east-1:{ACCOUNT}:repository"
    assert allows(may, "ecr:BatchGetImage", f"{repositories}/search/ranking-trainer")
    assert not allows(may, "ecr:BatchGetImage", f"{repositories}/risk/fraud-scorer")
    streams = f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:/aws/batch/ml:log-stream:ranking/default/1"
    assert allows(may, "logs:PutLogEvents", streams)
    assert not allows(may, "logs:CreateLogGroup", streams)


@pytest.mark.parametrize(
    ("job", "message"),
    [
        ({"timeout_minutes": None}, "timeout_minutes = null: "),
        ({"timeout_minutes": 0}, "timeout_minutes = 0: must be at least 1"),
        ({"timeout_minutes": 20161}, "must be at most 20160"),
        ({"timeout_minutes": 61}, "timeoutMinutes = 61: environment gpu-spot is spot"),
        ({"vcpus": 8}, "vcpus = 8: the machines of environment gpu-spot have at most 4 vCPUs; lower it"),
        ({"gpus": 2}, "gpus = 2: the machines of environment gpu-spot have at most 1 GPUs; lower it"),
        ({"memory_mib": 16384}, "memoryMib = 16384: the machines of environment gpu-spot have at most 15123 MiB"),
        ({"gpus": 0}, "gpus = 0: the machines of queue training have GPUs, which the job would pay for"),
        ({"queue": "general", "gpus": 1}, "gpus = 1: the machines of queue general have no GPUs; remove gpus"),
        ({"queue": "other"}, "queue = 'other': there is no queue other; name one of training, general"),
        ({"team": "ads"}, "team = 'ads': shares has no team ads; add it there, or name one of search, risk"),
        ({"image": "search/ranking"}, "search/ranking has no version; add a tag such as :1.0.0, or a digest"),
        ({"image": "Search:1"}, "image = 'Search:1'"),
        ({"attempts": 11}, "attempts = 11: must be at most 10"),
        ({"attempts": 0}, "attempts = 0: must be at least 1"),
        ({"user": "0:0"}, "user = '0:0'"),
        ({"user": "root"}, "user = 'root'"),
        ({"environment": {"AWS_BATCH_JOB_ID": "1"}}, "AWS Batch sets variables that begin with AWS_BATCH"),
        ({"environment": {"HOME": "/root"}}, "HOME is set by the component; remove it"),
        ({"environment": {"A": "x" * 21000}}, "a definition takes 20480; use a file in S3"),
        ({"shared_memory_mib": 15123}, "sharedMemoryMib = 15123: it is part of the job's memory of 15123 MiB"),
        ({"array_size": 10}, "arraySize = 10: it is for scheduled jobs; add schedule, or remove it"),
        ({"schedule": "0 2 * * *", "array_size": 10001}, "array_size = 10001: must be at most 10000"),
        ({"schedule": "0 2 * *"}, "has 4 fields"),
        ({"schedule": "* * * * *"}, "has 1 min between two runs, and 43,920 runs a month: each submits a job of up to"),
        ({"schedule": "*/5 * * * *", "array_size": 9}, "an array of 9 jobs of up to"),
        ({"memory_mib": 4}, "memory_mib = 4: must be at least 64"),
        ({"vcpus": 10**40}, "must be at most 10000"),
        ({"read_folders": [f"search/folder-{each}" for each in range(99)]}, "of the policies of the job's role"),
        ({"schedule": "0 2 1 * 1"}, "has a day and a weekday, and EventBridge takes one of them"),
        ({"schedule": "0 2 31 2 *"}, "never occurs"),
        ({"schedule": "0 2 * * *", "time_zone": "Mars/Base"}, "Mars/Base is not an IANA time zone"),
        ({"schedule": "0 2 * * *", "time_zone": ""}, "an empty text is not an IANA time zone"),
        ({"schedule": "0 2 * * *", "time_zone": "../UTC"}, "../UTC is not an IANA time zone"),
        ({"read_folders": ["/clicks"]}, "read_folders"),
        ({"name": "Ranking"}, "name = 'Ranking'"),
        ({"image": "docker.io/search/ranking:latest"}, "latest is another image after each push; write a version"),
        ({"command": ["python", "a\0b"]}, "has the control character '\\x00'; remove it"),
        ({"environment": {"A": "\x1b[1m"}}, "the value of A has the control character '\\x1b'; remove it"),
        (
            {"environment": {"AWS_SECRET_ACCESS_KEY": "x"}},
            "a job has the credentials of its role, and no others; remove",
        ),
        ({"folder": "mlflow"}, "mlflow/ of the models bucket belongs to MLflow; choose another folder"),
        ({"folder": "mlflow/ranking"}, "mlflow/ of the models bucket belongs to MLflow"),
        ({"name": "mlflow"}, "mlflow/ of the models bucket belongs to MLflow"),
    ],
)
def test_jobs_that_could_not_run_are_refused(job: dict[str, Any], message: str) -> None:
    assert message in refusal(jobs=[{**RANKING, **job}, FRAUD])


def test_a_job_without_a_timeout_is_refused() -> None:
    without = {key: value for key, value in RANKING.items() if key != "timeout_minutes"}
    assert "timeoutMinutes is missing" in refusal(jobs=[without]).replace("timeout_minutes", "timeoutMinutes")


def test_a_long_job_on_demand_needs_no_checkpoint() -> None:
    urgent = {"name": "urgent", "environments": ["gpu"]}
    made = batch_queue(queues=[urgent, GENERAL], jobs=[{**RANKING, "queue": "urgent", "timeout_minutes": 600}])
    assert made.one(DEFINITION).inputs["timeout"] == {"attemptDurationSeconds": 36000}


def test_machines_of_different_sizes_want_to_know_the_size_of_a_job() -> None:
    mixed = {**SPOT, "instance_types": ["g4dn.xlarge", "g4dn.2xlarge"]}
    said = refusal(environments=[mixed, DEMAND, ARM])
    assert "different vCPUs (g4dn.xlarge 4, g4dn.2xlarge 8, g4dn.xlarge 4, g5.xlarge 4)" in said
    sized = batch_queue(environments=[mixed, DEMAND, ARM], jobs=[{**RANKING, "vcpus": 4}])
    assert resources_of(sized, "ranking") == {"VCPU": "4", "GPU": "1", "MEMORY": "15123"}


def test_a_job_must_fit_one_type_as_a_whole() -> None:
    environment = {**X86, "instance_types": ["c7i.2xlarge", "r7i.xlarge"]}
    job = {**FRAUD, "vcpus": 8, "memory_mib": 20000}
    said = refusal(environments=[environment], queues=[{"name": "general", "environments": ["x86"]}], jobs=[job])
    assert "no type of environment x86 has 8 vCPUs, 0 GPUs and 20000 MiB together" in said
