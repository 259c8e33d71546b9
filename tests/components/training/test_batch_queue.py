"""What a BatchQueue is made of, what jobs and submitters may do, and what is refused."""

import base64
import email
import json
import subprocess
from typing import Any

import pytest

from components.core.spec import SpecError
from components.training.batch_queue.batch_queue import BatchQueue
from policies.engine.evaluate import evaluate
from resources.resource import Resource
from tests.support.components.clusters import needs, statements
from tests.support.components.emr_api import faults
from tests.support.components.iam import allows
from tests.support.components.mocks import ACCOUNT, Recording, run
from tests.support.policies.cases import context
from tests.support.programs import require

ENVIRONMENT = "aws:batch/computeEnvironment:ComputeEnvironment"
QUEUE = "aws:batch/jobQueue:JobQueue"
SHARES = "aws:batch/schedulingPolicy:SchedulingPolicy"
DEFINITION = "aws:batch/jobDefinition:JobDefinition"
TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"
ROLE = "aws:iam/role:Role"
ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy"
SCHEDULE = "aws:scheduler/schedule:Schedule"
SQS = "aws:sqs/queue:Queue"
SQS_POLICY = "aws:sqs/queuePolicy:QueuePolicy"
RULE = "aws:cloudwatch/eventRule:EventRule"
TARGET = "aws:cloudwatch/eventTarget:EventTarget"

KEY = "arn:aws:kms:us-east-1:111122223333:key/data"
IMAGE = f"{ACCOUNT}.dkr.ecr.us-east-1.amazonaws.com/search/ranking-trainer:1.4.0"
SPOT = {
    "name": "gpu-spot",
    "instance_types": ["g4dn.xlarge", "g5.xlarge", "g6.xlarge"],
    "purchase": "spot",
    "maximum_vcpus": 64,
}
DEMAND = {"name": "gpu", "instance_types": ["g4dn.xlarge", "g5.xlarge"], "maximum_vcpus": 32}
ARM = {"name": "cpu", "instance_types": ["m7g.2xlarge"], "maximum_vcpus": 64}
TRAINING = {"name": "training", "environments": ["gpu-spot", "gpu"]}
GENERAL = {"name": "general", "environments": ["cpu"], "priority": 5}
RANKING = {"name": "ranking", "team": "search", "queue": "training", "image": IMAGE, "timeout_minutes": 60}
FRAUD = {"name": "fraud", "team": "risk", "queue": "general", "image": "docker.io/risk/fraud:2", "timeout_minutes": 45}


def batch_queue(recording: Recording | None = None, **args: Any) -> Recording:
    """A BatchQueue "batch" of two queues and two jobs, unless `args` say otherwise."""
    given = {
        "name": "ml",
        "shares": {"search": 2, "risk": 1},
        "environments": [SPOT, DEMAND, ARM],
        "queues": [TRAINING, GENERAL],
        "jobs": [RANKING, FRAUD],
        "vpc_id": "vpc-1",
        "private_subnet_ids": ["subnet-a", "subnet-b"],
        "training_bucket": "ml-training",
        "models_bucket": "ml-models",
        "data_key_arn": KEY,
        **args,
    }
    return run(lambda: BatchQueue("batch", given), recording)  # pyright: ignore[reportArgumentType]


def refusal(**args: Any) -> str:
    recording = Recording()
    with pytest.raises(SpecError) as error:
        batch_queue(recording, **args)
    assert not [each for each in recording.resources if each.custom]
    return str(error.value)


@pytest.fixture(scope="module")
def batch() -> Recording:
    return batch_queue()


def container(recording: Recording, job: str) -> dict[str, Any]:
    return json.loads(recording.one(DEFINITION, f"batch-{job}").inputs["containerProperties"])


def resources_of(recording: Recording, job: str) -> dict[str, str]:
    return {each["type"]: each["value"] for each in container(recording, job)["resourceRequirements"]}


def policy(recording: Recording, name: str) -> str:
    return recording.one(ROLE_POLICY, name).inputs["policy"]


@pytest.mark.parametrize(
    ("name", "kind", "strategy", "image"),
    [
        ("gpu-spot", "SPOT", "SPOT_PRICE_CAPACITY_OPTIMIZED", "ECS_AL2023_NVIDIA"),
        ("gpu", "EC2", "BEST_FIT_PROGRESSIVE", "ECS_AL2023_NVIDIA"),
        ("cpu", "EC2", "BEST_FIT_PROGRESSIVE", "ECS_AL2023"),
    ],
)
def test_environments_scale_to_zero_and_update_in_place(
    batch: Recording, name: str, kind: str, strategy: str, image: str
) -> None:
    environment = batch.one(ENVIRONMENT, f"batch-{name}").inputs
    computed = environment["computeResources"]
    assert (computed["type"], computed["allocationStrategy"], computed["minVcpus"]) == (kind, strategy, 0)
    assert computed["ec2Configurations"] == [{"imageType": image}]
    # The service-linked role, which alone allows updates in place; and a name that a successor does not share.
    assert not {"serviceRole", "name", "namePrefix"} & set(environment)
    assert not {"spotIamFleetRole", "desiredVcpus", "imageId", "ec2KeyPair"} & set(computed)


def test_machines_wait_for_their_role_and_their_way_out(batch: Recording) -> None:
    waits = needs(batch, batch.one(ENVIRONMENT, "batch-gpu"))
    assert {"batch-machine-ecs", "batch-https-out"} <= waits


def test_running_jobs_may_end_before_machines_are_replaced() -> None:
    long = {**RANKING, "timeout_minutes": 240, "checkpoints": True}
    made = batch_queue(jobs=[long, {**FRAUD, "timeout_minutes": 20160}])

    def minutes(name: str) -> int:
        return made.one(ENVIRONMENT, f"batch-{name}").inputs["updatePolicy"]["jobExecutionTimeoutMinutes"]

    assert (minutes("gpu"), minutes("gpu-spot"), minutes("cpu")) == (240, 240, 360)


def test_an_own_image_takes_the_place_of_that_of_aws() -> None:
    own = batch_queue(environments=[{**SPOT, "image_id": "ami-0123456789abcdef0"}, DEMAND, ARM])
    configurations = own.one(ENVIRONMENT, "batch-gpu-spot").inputs["computeResources"]["ec2Configurations"]
    assert configurations == [{"imageType": "ECS_AL2023_NVIDIA", "imageIdOverride": "ami-0123456789abcdef0"}]


def test_machines_have_encrypted_volumes_and_imdsv2(batch: Recording) -> None:
    template = batch.one(TEMPLATE, "batch-gpu-template")
    (disk,) = template.inputs["blockDeviceMappings"]
    assert disk["deviceName"] == "/dev/xvda"
    assert (disk["ebs"]["encrypted"], disk["ebs"]["volumeType"], disk["ebs"]["volumeSize"]) == ("true", "gp3", 100)
    assert template.inputs["metadataOptions"]["httpTokens"] == "required"
    assert template.inputs["metadataOptions"]["httpPutResponseHopLimit"] == 1
    computed = batch.one(ENVIRONMENT, "batch-gpu").inputs["computeResources"]
    # A number: Batch reads $Latest again only when something else changes.
    assert computed["launchTemplate"] == {"launchTemplateId": "lt-batch-gpu-template", "version": "1"}


def scripts(recording: Recording) -> list[str]:
    text = base64.b64decode(recording.one(TEMPLATE, "batch-gpu-template").inputs["userData"]).decode()
    message = email.message_from_string(text)
    assert message.get_content_type() == "multipart/mixed"
    return [str(part.get_payload()) for part in message.walk() if part.get_content_type() == "text/x-shellscript"]


def test_user_data_is_a_multipart_document_with_a_valid_script(batch: Recording) -> None:
    require("bash")
    (script,) = scripts(batch)
    checked = subprocess.run(["bash", "-n"], input=script, capture_output=True, text=True, check=False)
    assert (checked.returncode, checked.stderr) == (0, "")
    assert script.startswith("#!/bin/bash\n")


def test_containers_do_not_run_as_root(batch: Recording) -> None:
    """Jobs share the network of their machine, where root alone reaches the machine's credentials."""
    assert container(batch, "ranking")["user"] == "1000:1000"


def test_machines_answer_no_connection(batch: Recording) -> None:
    assert batch.all("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule") == []
    out = batch.one("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule").inputs
    assert (out["ipProtocol"], out["fromPort"], out["toPort"]) == ("tcp", 443, 443)


def test_queues_have_fair_shares_by_team(batch: Recording) -> None:
    policy = batch.one(SHARES).inputs["fairSharePolicy"]
    weights = {each["shareIdentifier"]: each["weightFactor"] for each in policy["shareDistributions"]}
    # A lower weight has more of the machines.
    assert weights == {"search": 0.5, "risk": 1.0}
    assert policy["shareDecaySeconds"] == 86400
    for queue in batch.all(QUEUE):
        assert batch.one(SHARES).urn in queue.property_dependencies["schedulingPolicyArn"]


def test_queues_try_their_environments_in_order(batch: Recording) -> None:
    queue = batch.one(QUEUE, "batch-training-queue").inputs
    orders = {each["order"]: each["computeEnvironment"] for each in queue["computeEnvironmentOrders"]}
    arns = batch.outputs("batch")["environment_arns"]
    assert orders == {1: arns["gpu-spot"], 2: arns["gpu"]}
    assert (queue["name"], queue["priority"]) == ("ml-training", 1)
    assert batch.one(QUEUE, "batch-general-queue").inputs["priority"] == 5


def test_jobs_that_no_machine_can_run_are_cancelled(batch: Recording) -> None:
    actions = batch.one(QUEUE, "batch-training-queue").inputs["jobStateTimeLimitActions"]
    assert {each["reason"]: each["maxTimeSeconds"] for each in actions} == {
        "CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY": 7200,
        "MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE": 600,
        "MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT": 600,
    }
    assert {(each["state"], each["action"]) for each in actions} == {("RUNNABLE", "CANCEL")}


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


def test_failed_jobs_are_kept_as_messages(batch: Recording) -> None:
    pattern = json.loads(batch.one(RULE).inputs["eventPattern"])
    assert (pattern["source"], pattern["detail-type"]) == (["aws.batch"], ["Batch Job State Change"])
    assert pattern["detail"] == {
        "status": ["FAILED"],
        "jobQueue": [f"arn:aws:batch:us-east-1:{ACCOUNT}:job-queue/ml-{name}" for name in ("training", "general")],
    }
    target = batch.one(TARGET)
    failed, undelivered = (batch.one(SQS, f"batch-{name}") for name in ("failed", "undelivered"))
    assert failed.urn in target.property_dependencies["arn"]
    assert undelivered.urn in target.property_dependencies["deadLetterConfig"]
    for queue in (failed, undelivered):
        assert queue.inputs["sqsManagedSseEnabled"] is True
        assert queue.inputs["messageRetentionSeconds"] == 14 * 24 * 3600
    assert json.loads(failed.inputs["redrivePolicy"])["maxReceiveCount"] == 5


@pytest.mark.parametrize("name", ["failed", "undelivered"])
def test_only_the_rule_may_fill_both_queues(batch: Recording, name: str) -> None:
    said = statements(batch.one(SQS_POLICY, f"batch-{name}-policy"))
    assert said["RulesSend"]["Principal"] == {"Service": "events.amazonaws.com"}
    assert said["RulesSend"]["Condition"]["ArnEquals"]["aws:SourceArn"][0].startswith(
        f"arn:aws:events:us-east-1:{ACCOUNT}:rule/"
    )
    assert needs(batch, batch.one(TARGET)) >= {f"batch-{name}-policy"}


def test_schedules_submit_for_the_share_of_the_team() -> None:
    made = batch_queue(
        jobs=[{**RANKING, "schedule": "30 2 * * 1-5", "time_zone": "Europe/Berlin", "array_size": 10}, FRAUD]
    )
    schedule = made.one(SCHEDULE).inputs
    assert schedule["scheduleExpression"] == "cron(30 2 ? * MON,TUE,WED,THU,FRI *)"
    assert schedule["scheduleExpressionTimezone"] == "Europe/Berlin"
    assert schedule["target"]["arn"] == "arn:aws:scheduler:::aws-sdk:batch:submitJob"
    assert json.loads(schedule["target"]["input"]) == {
        "JobName": "ml-ranking",
        "JobQueue": f"arn:aws:batch:us-east-1:{ACCOUNT}:job-queue/ml-training",
        "JobDefinition": f"arn:aws:batch:us-east-1:{ACCOUNT}:job-definition/ml-ranking",
        "ShareIdentifier": "search",
        "ArrayProperties": {"Size": 10},
    }
    may = policy(made, "batch-schedule-ranking-policy")
    definition = f"arn:aws:batch:us-east-1:{ACCOUNT}:job-definition/ml-ranking"
    assert allows(may, "batch:SubmitJob", definition, batch_ShareIdentifier="search")
    assert not allows(may, "batch:SubmitJob", definition, batch_ShareIdentifier="risk")
    (trust,) = json.loads(made.one(ROLE, "batch-schedule-ranking-role").inputs["assumeRolePolicy"])["Statement"]
    source = f"arn:aws:scheduler:us-east-1:{ACCOUNT}:schedule-group/default"
    assert trust["Condition"]["ArnLike"] == {"aws:SourceArn": source}


def test_a_team_submits_its_own_jobs_for_its_own_share(batch: Recording) -> None:
    policies = batch.outputs("batch")["submit_policies"]
    definitions = f"arn:aws:batch:us-east-1:{ACCOUNT}:job-definition"
    search = {"batch_ShareIdentifier": "search"}
    for definition in ("ml-ranking", "ml-ranking:7", "ml-ranking_0a1b2c", f"ml-ranking_0a1b2c:{1}"):
        assert allows(policies["search"], "batch:SubmitJob", f"{definitions}/{definition}", **search)
    assert allows(
        policies["search"], "batch:SubmitJob", f"arn:aws:batch:us-east-1:{ACCOUNT}:job-queue/ml-training", **search
    )
    assert not allows(policies["search"], "batch:SubmitJob", f"{definitions}/ml-fraud:1", **search)
    assert not allows(policies["risk"], "batch:SubmitJob", f"{definitions}/ml-fraud:1", **search)


def test_a_team_registers_variants_with_the_roles_of_its_jobs(batch: Recording) -> None:
    policy = batch.outputs("batch")["submit_policies"]["search"]
    definitions = f"arn:aws:batch:us-east-1:{ACCOUNT}:job-definition"
    unprivileged = {"batch_Privileged": "false", "batch_User": "1000:1000"}
    assert allows(policy, "batch:RegisterJobDefinition", f"{definitions}/ml-ranking_0a1b2c", **unprivileged)
    privileged = {**unprivileged, "batch_Privileged": "true"}
    assert not allows(policy, "batch:RegisterJobDefinition", f"{definitions}/ml-ranking_0a", **privileged)
    assert not allows(policy, "batch:RegisterJobDefinition", f"{definitions}/ml-ranking", **unprivileged)
    roles, passed = batch.outputs("batch")["job_role_arns"], {"iam_PassedToService": "ecs-tasks.amazonaws.com"}
    assert allows(policy, "iam:PassRole", roles["ranking"], **passed)
    assert allows(policy, "iam:PassRole", batch.outputs("batch")["execution_role_arn"], **passed)
    assert not allows(policy, "iam:PassRole", roles["fraud"], **passed)
    assert not allows(policy, "iam:PassRole", roles["ranking"], iam_PassedToService="ec2.amazonaws.com")


def test_a_team_registers_no_variant_that_runs_as_root() -> None:
    recording = batch_queue(jobs=[{**RANKING, "user": "2000"}, FRAUD])
    policy = recording.outputs("batch")["submit_policies"]["search"]
    variant = f"arn:aws:batch:us-east-1:{ACCOUNT}:job-definition/ml-ranking_0a"
    for user in ("1000:1000", "2000"):
        assert allows(policy, "batch:RegisterJobDefinition", variant, batch_Privileged="false", batch_User=user)
    for user in ("0", "0:0", "root", ""):
        assert not allows(policy, "batch:RegisterJobDefinition", variant, batch_Privileged="false", batch_User=user)
    assert not allows(policy, "batch:RegisterJobDefinition", variant, batch_Privileged="false")


def test_outputs_are_found_by_the_names_in_the_arguments(batch: Recording) -> None:
    outputs = batch.outputs("batch")
    assert outputs["queue_arns"]["training"] == f"arn:aws:batch:us-east-1:{ACCOUNT}:job-queue/ml-training"
    assert outputs["job_definition_arns"]["ranking"] == f"arn:aws:batch:us-east-1:{ACCOUNT}:job-definition/ml-ranking"
    assert set(outputs["environment_arns"]) == {"gpu-spot", "gpu", "cpu"}


def test_requests_are_ones_that_the_api_describes(batch: Recording) -> None:
    for definition in batch.all(DEFINITION):
        inputs = definition.inputs
        retry = inputs["retryStrategy"]
        request = {
            "jobDefinitionName": inputs["name"],
            "type": inputs["type"],
            "containerProperties": json.loads(inputs["containerProperties"]),
            "retryStrategy": {"attempts": retry["attempts"], "evaluateOnExit": retry["evaluateOnExits"]},
            "timeout": inputs["timeout"],
            "platformCapabilities": inputs["platformCapabilities"],
            "propagateTags": inputs["propagateTags"],
        }
        assert faults("batch", "RegisterJobDefinition", request) == []
    names = {"minVcpus": "minvCpus", "maxVcpus": "maxvCpus", "ec2Configurations": "ec2Configuration"}
    for environment in batch.all(ENVIRONMENT):
        computed = {names.get(key, key): value for key, value in environment.inputs["computeResources"].items()}
        request = {"computeEnvironmentName": "any", "type": environment.inputs["type"], "computeResources": computed}
        assert faults("batch", "CreateComputeEnvironment", request) == []
    for queue in batch.all(QUEUE):
        inputs = queue.inputs
        request = {
            "jobQueueName": inputs["name"],
            "priority": inputs["priority"],
            "schedulingPolicyArn": inputs["schedulingPolicyArn"],
            "computeEnvironmentOrder": inputs["computeEnvironmentOrders"],
            "jobStateTimeLimitActions": inputs["jobStateTimeLimitActions"],
        }
        assert faults("batch", "CreateJobQueue", request) == []


def test_scheduled_requests_are_ones_that_the_api_describes() -> None:
    made = batch_queue(jobs=[{**RANKING, "schedule": "0 2 * * *", "array_size": 2}])
    request = json.loads(made.one(SCHEDULE).inputs["target"]["input"])
    api = {f"{key[0].lower()}{key[1:]}": value for key, value in request.items()}
    api["arrayProperties"] = {"size": request["ArrayProperties"]["Size"]}
    assert faults("batch", "SubmitJob", api) == []


def test_it_breaks_no_rule(batch: Recording) -> None:
    # The tags are those of a stack's provider.
    found = [each for each in evaluate(batch.resources, context()) if not each.policy.endswith("-tags")]
    assert found == []


def test_names_of_jobs_meet_no_other_names() -> None:
    names = ("machine", "execution", "ranking", "ranking-schedule", "failed")
    jobs = [{**RANKING, "name": name, "schedule": "0 2 * * *"} for name in names]
    urns = [each.urn for each in batch_queue(jobs=jobs).resources]
    assert len(urns) == len({*urns})


def test_without_jobs_there_are_queues_only() -> None:
    bare = batch_queue(jobs=[])
    assert bare.all(DEFINITION) == []
    assert [each.name for each in bare.all(ROLE)] == ["batch-machine-role"]
    assert bare.outputs("batch")["submit_policies"] == {}


NVIDIA_ARM = {**ARM, "name": "arm-gpu", "instance_types": ["g5g.xlarge"]}
X86 = {**ARM, "name": "x86", "instance_types": ["m7i.2xlarge"]}


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ({"name": "ML"}, "name = 'ML': "),
        ({"name": "a" * 33}, "name = 'aaa"),
        ({"environments": []}, "environments = []: "),
        ({"queues": []}, "queues = []: "),
        ({"shares": {}}, "shares = a mapping: needs at least 1 item"),
        ({"shares": {"team-a": 1}}, "team-a"),
        ({"shares": {"Search": 1}}, "Search"),
        ({"shares": {"a" * 32: 1}}, "a" * 32),
        ({"shares": {"search": 0, "risk": 1}}, "shares.search = 0: must be at least 0.01"),
        ({"environments": [SPOT, SPOT, DEMAND, ARM]}, "environments[1].name = 'gpu-spot': gpu-spot is used twice"),
        ({"queues": [TRAINING, GENERAL, TRAINING]}, "queues[2].name = 'training': training is used twice"),
        ({"jobs": [RANKING, RANKING]}, "jobs[1].name = 'ranking': ranking is used twice"),
        (
            {"jobs": [RANKING, {**FRAUD, "folder": "ranking/fraud"}]},
            "jobs[1].folder = 'ranking/fraud': another job has the folder ranking",
        ),
        ({"log_retention_days": 91}, "nearest: 90"),
        ({"share_window_hours": 200}, "share_window_hours = 200: must be at most 168"),
    ],
)
def test_parts_that_do_not_fit_are_refused(args: dict[str, Any], message: str) -> None:
    assert message in refusal(**args)


@pytest.mark.parametrize(
    ("environment", "message"),
    [
        ({"instance_types": ["g4dn.xlrage"]}, "g4dn.xlrage is not an EC2 instance type; did you mean g4dn.xlarge?"),
        ({"instance_types": ["ml.g5.xlarge"]}, "ml.g5.xlarge is a SageMaker name; write g5.xlarge"),
        ({"instance_types": ["g5"]}, "g5 is not an EC2 instance type"),
        ({"instance_types": ["m7i.large", "m7g.large"]}, "different CPU architectures, and an image runs on one"),
        ({"instance_types": ["m7i.xlarge", "g4dn.xlarge"]}, "some types have GPUs and others have none"),
        ({"instance_types": ["p3dn.24xlarge"]}, "p3dn.24xlarge has no image of Amazon Linux 2023"),
        ({"instance_types": ["a1.large"]}, "a1.large has no image of Amazon Linux 2023"),
        ({"instance_types": ["g5g.xlarge"]}, "g5g.xlarge has GPUs and a Graviton CPU"),
        ({"instance_types": ["trn1.2xlarge"]}, "accelerators that a Batch job cannot request"),
        ({"instance_types": ["m7i.2xlarge"], "maximum_vcpus": 4}, "maximumVcpus = 4: a m7i.2xlarge has 8 vCPUs"),
        ({"maximum_vcpus": 0}, "maximum_vcpus = 0: must be at least 1"),
        ({"disk_gib": 20}, "disk_gib = 20: must be at least 30"),
        ({"image_id": "al2023"}, "image_id = 'al2023'"),
        ({"purchase": "reserved"}, "purchase = 'reserved': allowed: on-demand, spot"),
        ({"minimum_vcpus": 4}, "minimum_vcpus"),
        ({"name": "GPU"}, "name = 'GPU'"),
    ],
)
def test_machines_that_batch_cannot_use_are_refused(environment: dict[str, Any], message: str) -> None:
    assert message in refusal(environments=[{**SPOT, "name": "own", "maximum_vcpus": 512, **environment}], jobs=[])


@pytest.mark.parametrize(
    ("queue", "message"),
    [
        ({"environments": ["gpu", "cpu"]}, "different CPU architectures, which AWS Batch does not mix in a queue"),
        ({"environments": ["gpu", "x86"]}, "some environments have GPUs and others have none; make a queue of each"),
        ({"environments": ["none"]}, "there is no environment none; name one of gpu-spot, gpu, cpu, x86"),
        ({"environments": ["a", "b", "c", "d"]}, "a queue has at most 3 environments; remove some"),
        ({"environments": ["gpu", "gpu"]}, "gpu is named more than once"),
        ({"environments": []}, "environments = []: "),
        ({"capacity_wait_minutes": 5}, "capacity_wait_minutes = 5: must be at least 10"),
        ({"priority": -1}, "priority = -1: must be at least 0"),
    ],
)
def test_queues_that_batch_does_not_take_are_refused(queue: dict[str, Any], message: str) -> None:
    assert message in refusal(environments=[SPOT, DEMAND, ARM, X86], queues=[{**TRAINING, **queue}], jobs=[])


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


def test_types_that_the_region_lacks_are_refused() -> None:
    recording = Recording(region="ap-southeast-4")
    with pytest.raises(SpecError) as error:
        batch_queue(recording)
    assert "is not offered in ap-southeast-4" in str(error.value)
    assert not [each for each in recording.resources if each.custom]


def key_of(recording: Recording) -> Resource:
    return recording.one("aws:kms/key:Key")


def test_the_key_is_protected_until_the_config_says_otherwise(batch: Recording) -> None:
    assert key_of(batch).protect
    assert not key_of(batch_queue(deletion_protection=False)).protect
    said = statements(key_of(batch))
    roles = said["VolumesThroughEc2"]["Condition"]["ArnLike"]["aws:PrincipalArn"]
    assert any(role.endswith("/batch.amazonaws.com/AWSServiceRoleForBatch") for role in roles)
